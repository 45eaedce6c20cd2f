"""How a call reads in a message: what is short in its place, everything else by name, and what that is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnlearn.host.host import Host
from nnlearn.learner.calls import Calls, CallText
from nnlearn.learner.errors import LearnerRaised
from nnlearn.learner.local import LocalTransport
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.requests import Program

CODE = """
import keras

def evaluate(network, data=None, *, loss=None):
    return data

def numbers(upto):
    yield from range(upto)

class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, shape):
        self.gamma = self.add_weight(shape=(shape[-1],), initializer="ones", name="gamma")

    def call(self, features):
        return self.factor * features * self.gamma

class Still(keras.optimizers.Optimizer):
    def update_step(self, gradient, variable, learning_rate):
        pass
"""
PARAMETERS = {
    "evaluate": ("network", "data"),
    "numbers": ("upto",),
    "Scale": ("factor",),
    "Scale.call": ("features",),
}
X = np.arange(60, dtype="float32").reshape(2, 30)


@pytest.fixture
def session() -> Session:
    host = Host(Program("toy", (("toy.py", CODE),), {}))
    assert host.load() == []
    made = Session(LocalTransport(host), dict.fromkeys(("evaluate", "numbers", "Scale", "Still"), ()))
    made.begin("evaluate", 0)
    return made


@pytest.fixture
def learner(session: Session) -> Learner:
    return Learner(session)


def told(session: Session, *about: Any) -> CallText:
    """The call that answers came from; the last one, if there are none."""
    calls = Calls(session.record.asked, PARAMETERS)
    place = session.record.place_of(about)
    text = calls.last() if place is None else calls.behind(place)
    assert text is not None
    return text


@pytest.mark.parametrize(
    ("value", "call", "where"),
    [
        (3, "evaluate(3)", ()),
        ("mean", "evaluate('mean')", ()),
        ([1, 2], "evaluate([1, 2])", ()),
        (X, "evaluate(network)", ("network: shape (2, 30), float32",)),
        ([X[0, :2]], "evaluate([np.float32([0.0, 1.0])])", ()),
        ([X, None], "evaluate(network)", ("network: list of 2: shape (2, 30), float32; None",)),
        (
            [X[0, :2], X],
            "evaluate(network)",
            ("network: list of 2: [0., 1.], shape (2,), float32; shape (2, 30), float32",),
        ),
        (["a text that is longer than anybody reads"], "evaluate(network)", None),
    ],
)
def test_an_argument_stands_there_if_it_is_short_and_else_goes_by_its_name(
    session: Session, learner: Learner, value: Any, call: str, where: tuple[str, ...] | None
) -> None:
    learner.evaluate(value)
    text = told(session)
    assert text.call == call
    if where is not None:
        assert text.where == where


def test_an_object_stands_there_while_it_is_new(session: Session, learner: Learner) -> None:
    coins = learner.keras.random.SeedGenerator(3)
    learner.evaluate(coins)
    assert told(session).line == "evaluate(keras.random.SeedGenerator(3))"
    learner.evaluate(coins)
    text = told(session)
    assert (text.call, text.line) == ("evaluate(network)", "")
    assert text.where == ("network: keras.random.SeedGenerator(3), used before",)


def test_a_model_goes_by_its_name_since_its_weights_begin_at_random(
    session: Session, learner: Learner
) -> None:
    keras = learner.keras
    model = keras.Sequential([keras.Input((30,)), keras.layers.Dense(2)])
    model.set_weights([np.ones((30, 2)), np.ones(2)])
    learner.evaluate(model, loss=keras.losses.mean_squared_error)
    text = told(session)
    assert text.call == "evaluate(network, loss=keras.losses.mean_squared_error)"
    made = "keras.Sequential([keras.Input((30,)), keras.layers.Dense(2)])"
    assert text.where == (f"network: {made}, with what was set",)


def test_an_object_is_called_with_the_names_of_its_own_method(session: Session, learner: Learner) -> None:
    learner.Scale(0.5)(X)
    text = told(session)
    assert (text.call, text.where) == ("Scale(0.5)(features)", ("features: shape (2, 30), float32",))


def test_what_is_looked_at_afterwards_is_told_with_the_call_before(
    session: Session, learner: Learner
) -> None:
    layer = learner.Scale(0.5)
    layer(X)
    text = told(session, np.asarray(layer.gamma))
    assert text.call == "layer(features)"
    assert text.where == (
        "layer: Scale(0.5)",
        "features: shape (2, 30), float32",
        "afterwards: layer.gamma",
    )


def test_helpers_read_as_what_they_do(session: Session, learner: Learner) -> None:
    learner.kit.gradient(learner.Scale(0.5), X, upstream=np.ones_like(X))
    text = told(session)
    assert (text.call, text.line) == ("gradient of Scale(0.5)(features)", "")
    assert text.where[1] == "upstream: shape (2, 30), float32"
    learner.kit.gradient(learner.evaluate, X, X, wrt=1)
    assert told(session).call == "gradient of evaluate(network, data) with respect to data"
    learner.kit.on_tensors(learner.evaluate, [X])
    text = told(session)
    assert (text.call, text.where) == (
        "evaluate(network)",
        ("network: list of 1: tensor of shape (2, 30), float32",),
    )
    learner.kit.compiled(learner.Scale(2.0))(X)
    assert told(session).call == "traced call of Scale(2.0)(features)"


def test_a_function_of_the_kit_reads_as_the_python_that_makes_it(session: Session, learner: Learner) -> None:
    short = learner.kit.function("cube")
    for _ in range(2):  # it stays what it is, whatever is done with it
        learner.evaluate(short)
        assert told(session).call == told(session).line == "evaluate(lambda x: x**3)"
    learner.Scale(2.0)
    learner.evaluate(learner.kit.function("weighted_sum", np.float32([2.0])), data=3)
    text = told(session)
    assert text.call == "evaluate(network, data=3)"
    assert text.where == ("network: lambda x: keras.ops.vdot(np.float32([2.0]), x)",)
    assert text.line == "evaluate(lambda x: keras.ops.vdot(np.float32([2.0]), x), data=3)"
    learner.evaluate(learner.kit.function("weighted_sum", X))
    text = told(session)
    assert text.where == ("network: lambda x: keras.ops.vdot(<array of shape (2, 30)>, x)",)
    assert text.line == ""


def test_weights_inside_a_call_are_no_argument_of_it(session: Session, learner: Learner) -> None:
    layer = learner.keras.layers.Dense(2)
    layer.build((None, 30))
    learner.kit.weight_gradients(learner.evaluate, layer, X, of=layer)
    assert told(session).call == "gradients of the weights inside evaluate(network, data)"


def test_epochs_of_a_callback_are_told_with_the_rate_and_the_logs(session: Session, learner: Learner) -> None:
    callback = learner.keras.callbacks.History()
    learner.kit.rates_of_epochs(callback, 0.5, [{"loss": 1.0}])
    assert told(session).call == "rates after epochs with keras.callbacks.History()(0.5, [{'loss': 1.0}])"


def test_an_object_that_others_were_made_after_goes_by_its_name(session: Session, learner: Learner) -> None:
    first = learner.Scale(2.0)
    learner.Scale(3.0)
    first(X)
    text = told(session)
    assert (text.call, text.where[0]) == ("layer(features)", "layer: Scale(2.0)")


@pytest.mark.parametrize("helper", ["compiled", "gradient"])
def test_what_comes_in_the_place_of_an_object_is_told_too(
    session: Session, learner: Learner, helper: str
) -> None:
    with pytest.raises(LearnerRaised):
        getattr(learner.kit, helper)("no function", X)
    assert told(session).call.startswith(helper)
    made = learner.kit.compiled("no function")
    with pytest.raises(LearnerRaised):
        made(X)
    assert "(" in told(session).call


def test_what_is_walked_to_its_end_is_a_list(session: Session, learner: Learner) -> None:
    iterator = learner.numbers(2)
    next(iterator)
    assert told(session).call == "numbers(2)"
    for item in iterator:
        assert item == 1
    text = told(session)
    assert (text.call, text.line, text.is_walked) == ("list(numbers(2))", "list(numbers(2))", True)


def test_a_moment_stands_for_the_call_before_it(session: Session, learner: Learner) -> None:
    learner.evaluate(1)
    moment = learner.so_far()
    learner.evaluate(2)
    assert told(session).call == "evaluate(2)"
    assert told(session, moment).call == "evaluate(1)"


def test_a_nan_is_told_by_the_call_that_gave_it(session: Session, learner: Learner) -> None:
    answer = learner.evaluate(1, float("nan"))
    learner.evaluate(2, 3.0)
    text = told(session, answer)
    assert text.call.startswith("evaluate(1, ")


def test_the_call_is_the_one_that_gave_the_answer(session: Session, learner: Learner) -> None:
    first = learner.evaluate(1, X)
    learner.evaluate(2, X)
    assert told(session, first.copy(), X).call == "evaluate(2, data)"
    assert told(session, first.mean(), [first]).call == "evaluate(1, data)"
    assert told(session, learner.evaluate(3, 0.5), 7).call == "evaluate(3, 0.5)"


def test_steps_of_an_optimizer_are_calls_of_its_apply(session: Session, learner: Learner) -> None:
    learner.kit.steps(learner.Still(0.5).apply, [[X]], [X])
    text = told(session)
    assert text.call == "weights after each Still(0.5).apply(gradients, weights)"
    assert text.where == (
        "gradients: list of 1: (shape (2, 30), float32)",
        "weights: list of 1: shape (2, 30), float32",
    )
