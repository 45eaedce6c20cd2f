"""What checks do with objects that stay with the learner: operators, graphs of nodes, a walk back."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from nnlearn.host import kit
from nnlearn.host.kit import graphs

THREE = Fraction(3)
ROWS = {
    "y": (8.0, ("p", "a"), (1.0, 1.0)),
    "a": (2.0, (), ()),
    "b": (3.0, (), ()),
    "p": (6.0, ("a", "b"), (3.0, 2.0)),
}


class Anything:
    """An object with the attributes that it is given."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


@pytest.mark.parametrize(
    ("operator", "operands", "result"),
    [
        ("add", (2, THREE), 5),
        ("sub", (2, THREE), -1),
        ("mul", (THREE, 2.0), 6.0),
        ("truediv", (THREE, 2), 1.5),
        ("pow", (THREE, 2), 9),
        ("neg", (THREE,), -3),
        ("eq", (THREE, 3.0), True),
        ("sum", (1, THREE, 3.5), 7.5),
    ],
)
def test_operators_are_those_of_python(operator: str, operands: tuple[Any, ...], result: float) -> None:
    assert kit.operate(operator, *operands) == result


def test_numbers_alone_are_refused() -> None:
    with pytest.raises(ValueError, match="numbers alone"):
        kit.operate("pow", 10**400, 10**400)


@pytest.mark.parametrize("operator", ["matmul", "__import__", "", "setattr"])
def test_there_are_no_other_operators(operator: str) -> None:
    with pytest.raises(ValueError, match="no operator"):
        kit.operate(operator, THREE, 2)


def test_objects_are_told_apart_by_a_set() -> None:
    assert kit.distinct(1, 1.0, "1") == 2
    with pytest.raises(TypeError, match="unhashable"):
        kit.distinct([])


def test_nodes_have_four_attributes_and_stand_in_any_order() -> None:
    graph = kit.graph(ROWS)
    p = graph["p"]
    assert [name for name in dir(p) if not name.startswith("_")] == [
        "data",
        "grad",
        "local_gradients",
        "parents",
    ]
    assert (p.data, p.grad, p.local_gradients) == (6.0, 0.0, (3.0, 2.0))
    assert p.parents == (graph["a"], graph["b"])
    p.parents = ()
    assert graph["p"].parents == ()


def test_a_function_gets_nodes_in_place_of_names() -> None:
    graph = kit.graph(ROWS)

    def numbers(root: Any, several: Any) -> Any:
        return root.data, type(several).__name__, [node.data for node in several]

    assert kit.on_graph(numbers, graph, "y", ["a", "b"]) == (8.0, "list", [2.0, 3.0])
    assert kit.on_graph(numbers, graph, "y", ("a",)) == (8.0, "tuple", [2.0])


def test_nodes_in_a_list_are_named_and_nothing_else_is() -> None:
    graph, other = kit.graph(ROWS), kit.graph(ROWS)["a"]
    assert kit.names_on_graph(lambda root: [*root.parents, root, 5], graph, "y") == ["p", "a", "y", 5]
    assert graph.names((graph["a"], other)) == ("a", other)
    assert graph.names({"a"}) == {"a"}
    assert graph.names(None) is None


def test_a_chain_is_made_where_it_is_needed() -> None:
    graph = kit.chain(5, [2.0, -1.0])
    assert kit.derivatives(graph["x4"], graph["x0"], graph["x3"]) == [4.0, -1.0]
    assert graph["x0"].parents == ()


def test_grads_are_read_by_name() -> None:
    graph = kit.graph(ROWS)
    graph["p"].grad = 4.0
    assert graph.grads() == {"y": 0.0, "a": 0.0, "b": 0.0, "p": 4.0}


def test_derivatives_are_summed_over_all_ways_and_leave_grad_alone() -> None:
    graph = kit.graph(ROWS)
    graph["p"].grad = 100.0
    found = kit.derivatives(*map(graph.__getitem__, ("y", "y", "a", "b", "p")))
    assert found == [1.0, 4.0, 2.0, 1.0]
    assert kit.derivatives(graph["p"], graph["y"]) == [None]
    assert graph["p"].grad == 100.0


def test_a_parent_that_is_there_twice_counts_twice() -> None:
    a = Anything(parents=(), local_gradients=())
    assert kit.derivatives(Anything(parents=(a, a), local_gradients=(2, 0.5)), a) == [2.5]


def test_long_chains_and_many_paths_are_walked_once() -> None:
    node = first = Anything(parents=(), local_gradients=())
    for _ in range(10_000):
        node = Anything(parents=(node,), local_gradients=(1.0,))
    for _ in range(60):
        node = Anything(parents=(node, node), local_gradients=(1.0, 1.0))
    assert kit.derivatives(node, first) == [2.0**60]


def test_what_is_no_node_is_said_to_be_none() -> None:
    with pytest.raises(TypeError, match="float is no node: it has no parents and no local_gradients"):
        kit.derivatives(3.5)
    with pytest.raises(ValueError, match="Anything has 1 parents and 2 local gradients"):
        kit.derivatives(Anything(parents=(Anything(),), local_gradients=(1, 2)))
    with pytest.raises((TypeError, ValueError)):
        kit.derivatives(Anything(parents=(kit.graph(ROWS)["a"],), local_gradients=("x",)))


def test_a_loop_is_noticed() -> None:
    graph = kit.graph({"a": (1.0, ("b",), (1.0,)), "b": (1.0, ("a",), (1.0,))})
    with pytest.raises(ValueError, match="depends on itself"):
        kit.derivatives(graph["a"])


def test_nodes_that_never_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        local_gradients = (1.0,)

        @property
        def parents(self) -> tuple[Any, ...]:
            return (Endless(),)

    monkeypatch.setattr(graphs, "_MOST_NODES", 1000)
    with pytest.raises(ValueError, match="more than 1000 nodes"):
        kit.derivatives(Endless())


def test_parents_that_change_whenever_they_are_asked_for_are_asked_once() -> None:
    class Shifty:
        local_gradients = (1.0,)
        asked = 0

        @property
        def parents(self) -> tuple[Any, ...]:
            type(self).asked += 1
            return (Anything(parents=(), local_gradients=()),)

    assert kit.derivatives(Shifty()) == []
    assert Shifty.asked <= 2  # one of them to see that it is there


def test_a_property_that_raises_raises() -> None:
    class Broken:
        local_gradients = ()

        @property
        def parents(self) -> tuple[Any, ...]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kit.derivatives(Broken())


def test_who_walks_every_path_is_stopped() -> None:
    rows: dict[str, Any] = {"x0": (1.0, (), ())}
    rows |= {f"x{i}": (2.0**i, (f"x{i - 1}",) * 2, (1.0, 1.0)) for i in range(1, 61)}

    def walk(node: Any) -> float:
        return math.fsum(map(walk, node.parents)) or 1.0

    with pytest.raises(TimeoutError, match="61 nodes were asked for their parents"):
        kit.on_graph(walk, kit.graph(rows), "x60")
