"""How operations on objects read in a message, and calls with nodes of a graph."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from nnlearn.host.host import Host
from nnlearn.learner.calls import Calls, CallText
from nnlearn.learner.errors import LearnerRaised
from nnlearn.learner.local import LocalTransport
from nnlearn.learner.operations import described
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.requests import Program

CODE = """
class Value:
    def __init__(self, data, parents=(), local_gradients=()):
        self.data, self.grad = data, 0.0
        self.parents, self.local_gradients = parents, local_gradients

    def __add__(self, other):
        return Value(self.data + getattr(other, "data", other), (self,), (1.0,))

    __radd__ = __add__
    __mul__ = __rmul__ = __pow__ = __add__

    def tanh(self):
        return Value(self.data, (self,), (1.0,))

def order(root):
    return [*root.parents, root]

def gradient(root, sources):
    return [1.0 for _ in sources]
"""
ROWS: dict[str, Any] = {"a": (2.0, (), ()), "y": (4.0, ("a", "a"), (1.0, 1.0))}


@pytest.fixture
def session() -> Session:
    host = Host(Program("toy", (("toy.py", CODE),), {}))
    assert host.load() == []
    made = Session(LocalTransport(host), dict.fromkeys(("Value", "order", "gradient"), ()))
    made.begin("Value", 0)
    return made


@pytest.fixture
def learner(session: Session) -> Learner:
    return Learner(session)


def told(session: Session) -> CallText:
    """The last answer's call."""
    calls = Calls(session.record.asked, {})
    text = calls.behind(len(session.record.asked) - 1)
    assert text is not None
    return text


def test_objects_that_are_needed_once_stand_in_their_place(session: Session, learner: Learner) -> None:
    learner.kit.operate("mul", learner.Value(2.0), learner.Value(3.0))
    text = told(session)
    assert (text.call, text.line, text.where) == ("Value(2.0) * Value(3.0)",) * 2 + ((),)


def test_numbers_stand_on_their_side_and_negative_ones_in_brackets(
    session: Session, learner: Learner
) -> None:
    learner.kit.operate("add", -3, learner.Value(2.0))
    assert told(session).line == "(-3) + Value(2.0)"
    learner.kit.operate("sum", learner.Value(-2.0), learner.Value(1.0))
    assert told(session).line == "sum([Value(-2.0), Value(1.0)])"


def test_operations_inside_others_have_brackets(session: Session, learner: Learner) -> None:
    inner = learner.kit.operate("add", learner.Value(2.0), 1)
    learner.kit.operate("pow", inner, 2)
    assert told(session).line == "(Value(2.0) + 1) ** 2"
    squashed = learner.kit.operate("add", learner.Value(2.0), 1).tanh()
    learner.kit.operate("mul", squashed, 3)
    assert told(session).line == "(Value(2.0) + 1).tanh() * 3"


def test_an_object_that_is_needed_twice_goes_by_a_letter(session: Session, learner: Learner) -> None:
    a = learner.Value(2.0)
    learner.kit.operate("add", a, a)
    text = told(session)
    assert (text.call, text.line, text.where) == ("a + a", "", ("a: Value(2.0)",))
    learner.kit.operate("mul", a, 3)
    text = told(session)
    assert (text.call, text.where) == ("a * 3", ("a: Value(2.0), used before",))


def test_sources_of_derivatives_go_by_letters(session: Session, learner: Learner) -> None:
    a, b = learner.Value(2.0), learner.Value(3.0)
    product = learner.kit.operate("mul", a, b)
    learner.kit.derivatives(product, a, b)
    text = told(session)
    assert text.call == "derivatives of a * b by a and b"
    assert text.where == ("a: Value(2.0)", "b: Value(3.0)")
    learner.kit.derivatives(product, a, b)
    assert told(session).where == text.where  # being asked for derivatives changes nothing


def test_what_is_looked_at_afterwards_goes_by_its_letter(session: Session, learner: Learner) -> None:
    a = learner.Value(2.0)
    assert learner.kit.operate("add", a, 1).data == 3.0
    assert told(session).where == ("afterwards: its data",)
    assert a.data == 2.0
    assert (told(session).call, told(session).where) == ("a + 1", ("a: Value(2.0)", "afterwards: a.data"))


def test_a_set_of_objects(session: Session, learner: Learner) -> None:
    a = learner.Value(2.0)
    assert learner.kit.distinct(a, learner.Value(2.0), a) == 2
    assert told(session).call == "len({a, Value(2.0), a})"


def test_nodes_of_a_graph_are_written_as_they_are_got(session: Session, learner: Learner) -> None:
    graph = learner.kit.graph(ROWS)
    assert learner.kit.names_on_graph(learner.order, graph, "y") == ["a", "a", "y"]
    text = told(session)
    assert text.call == 'graph.names(order(graph["y"]))'
    assert text.where == ("graph: a = 2.0; y = 4.0 from a (1.0), a (1.0)",)
    assert learner.kit.on_graph(learner.gradient, graph, "y", ["a"]) == [1.0]
    assert told(session).call == 'gradient(graph["y"], [graph["a"]])'
    learner.kit.on_graph(learner.gradient, graph, "y", ("a",))
    assert told(session).call == 'gradient(graph["y"], (graph["a"],))'
    assert graph.grads() == {"a": 0.0, "y": 0.0}
    assert told(session).where[-1] == "afterwards: graph.grads()"


def test_a_large_graph_is_not_written_out() -> None:
    rows = ROWS | {f"x{i}": (1.0, ("a",), (0.5,)) for i in range(100)}
    assert described(rows) == "102 nodes: a = 2.0; ...; x99 = 1.0 from a (0.5)"
    assert described("no rows") == "a graph"


def test_a_chain_is_told_by_its_length(session: Session, learner: Learner) -> None:
    learner.kit.on_graph(learner.gradient, learner.kit.chain(2000, [1.0, -1.0]), "x1999", ["x0"])
    text = told(session)
    assert text.call == 'gradient(graph["x1999"], [graph["x0"]])'
    assert text.where == ("graph: 2000 nodes: x0 = 1.0, then each from the one before (in turn [1.0, -1.0])",)


@pytest.mark.parametrize(
    ("helper", "call"),
    [
        ("operate", "3 * no node"),
        ("derivatives", "derivatives of mul by 3 and no node"),
        ("distinct", "len({mul, 3, no node})"),
        ("on_graph", None),
        ("names_on_graph", None),
    ],
)
def test_what_comes_in_the_place_of_an_object_is_told_too(
    session: Session, learner: Learner, helper: str, call: str | None
) -> None:
    with contextlib.suppress(LearnerRaised):
        getattr(learner.kit, helper)("mul", 3, "no node")
    text = told(session).call.replace("'", "")
    assert text
    assert call is None or text == call
