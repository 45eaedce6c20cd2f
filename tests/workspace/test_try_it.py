"""The line to try makes the failing call again: written out if that is short, else as the check makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnlearn.catalogue import load_catalogue
from nnlearn.checking.failure import Failure, render
from nnlearn.checking.selfcheck import SelfCheckAdvice
from nnlearn.learner.calls import Calls
from nnlearn.learner.parameters import Names
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.values import Handle

SIGNATURES = {"relu": ("x",), "Dropout": ("rate",)}
IMPORTED = Names(modules=frozenset({"np", "keras"}))


class Answers:
    """A transport that knows two names, and answers each call with a new object."""

    output = ""

    def __init__(self) -> None:
        self.handles = iter(range(10, 100))

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        if request[0] in ("get", "call"):
            return ("value", Handle(next(self.handles), "layer", "thing"))
        return ("value", None)

    def close(self) -> None:
        pass


@pytest.fixture
def session() -> Session:
    made = Session(Answers(), SIGNATURES)
    made.begin("relu", 0)
    return made


def line_of(session: Session) -> str:
    text = Calls(session.record.asked, SIGNATURES).last()
    return text.line if text else ""


@pytest.fixture
def advice() -> SelfCheckAdvice:
    topic = load_catalogue().topic("activations")
    return SelfCheckAdvice(topic, Path("activations.py"))


def to_try(advice: SelfCheckAdvice, session: Session, names: Names = IMPORTED) -> str:
    told = Calls(session.record.asked, SIGNATURES).last()
    assert told is not None
    return advice.try_it("relu", told, names)


@pytest.mark.parametrize(
    "array",
    [
        np.float32([-2.0, 0.1, 5.5]),
        np.float64([[0.1, 1e-12], [1 / 3, -1e300]]),
        np.int32([[1], [2]]),
        np.array([True, False]),
        np.float16([0.1]),
        np.float32(3.5),
        np.zeros((1, 1, 2), "float32"),
    ],
)
def test_it_gives_back_the_very_same_values(session: Session, array: Any) -> None:
    Learner(session).relu(array)
    seen: list[Any] = []
    eval(line_of(session), {"np": np, "relu": seen.append})
    assert np.asarray(seen[0]).dtype == array.dtype
    np.testing.assert_array_equal(seen[0], array, strict=np.ndim(array) > 0)


def test_plain_values_and_keywords(session: Session) -> None:
    Learner(session).relu([[1.0, 2.0]], slope=0.2, name="a", axis=(0, -1))
    assert line_of(session) == "relu([[1.0, 2.0]], slope=0.2, name='a', axis=(0, -1))"


def test_a_layer_that_was_just_made(session: Session) -> None:
    Learner(session).Dropout(0.3)(np.float32([1.0]), training=True)
    assert line_of(session) == "Dropout(0.3)(np.float32([1.0]), training=True)"


def test_an_object_of_keras_that_was_just_made(session: Session) -> None:
    learner = Learner(session)
    learner.relu(learner.keras.random.SeedGenerator(3))
    assert line_of(session) == "relu(keras.random.SeedGenerator(3))"


def test_not_a_layer_that_was_used_before(session: Session) -> None:
    layer = Learner(session).Dropout(0.3)
    layer(np.float32([1.0]))
    layer(np.float32([1.0]))
    assert line_of(session) == ""


def test_not_a_layer_that_was_changed(session: Session) -> None:
    layer = Learner(session).Dropout(0.3)
    layer.rate = 0.5
    layer(np.float32([1.0]))
    assert line_of(session) == ""


@pytest.mark.parametrize(
    "argument",
    [
        np.zeros(9),
        np.float32([np.nan]),
        np.float32([np.inf]),
        np.zeros((2, 0)),
        float("nan"),
        [1.0, float("inf")],
        {"a": [np.zeros(9)]},
        10**500,
        "x" * 300,
        b"bytes",
    ],
)
def test_not_what_cannot_be_written_out(session: Session, argument: Any) -> None:
    Learner(session).relu(np.float32([1.0]))
    Learner(session).relu(argument)
    assert line_of(session) == ""


def test_not_helpers_nor_layers_whose_weights_begin_at_random(session: Session) -> None:
    learner = Learner(session)
    learner.kit.gradient(learner.relu, np.float32([1.0]))
    assert line_of(session) == ""
    learner.relu(learner.keras.layers.Dense(3))
    assert line_of(session) == ""


def test_without_a_call_there_is_none(session: Session) -> None:
    assert line_of(session) == ""


def test_what_is_not_imported_is_imported_first(advice: SelfCheckAdvice, session: Session) -> None:
    Learner(session).relu(np.float32([1.0]))
    assert to_try(advice, session) == "relu(np.float32([1.0]))"
    assert to_try(advice, session, Names()) == "import numpy as np; relu(np.float32([1.0]))"


def test_what_is_too_long_is_made_by_the_check(advice: SelfCheckAdvice, session: Session) -> None:
    Learner(session).relu(np.zeros(9))
    assert to_try(advice, session) == 'import nnlearn; nnlearn.again("relu")'


def test_where_it_stands_and_that_a_hidden_check_never_has_one() -> None:
    failure = Failure("it should hold", try_it="relu(np.float32([1.0]))", next_step="nnlearn hint relu")
    assert "  Try it     relu(np.float32([1.0]))\n  Next       nnlearn hint relu" in render(failure)
    assert "Try it" not in render(failure.redacted("title"))
