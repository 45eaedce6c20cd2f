"""The line to try repeats the failing call exactly, or is not offered."""

import numpy as np
import pytest

from nnlearn.checking.failure import Failure, render
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.values import Handle

SIGNATURES = {"relu": ("x",), "Dropout": ("rate",)}


class Answers:
    """A transport that knows two names, and answers each call with a new object."""

    output = ""

    def __init__(self):
        self.handles = iter(range(10, 100))

    def request(self, request):
        if request[0] in ("get", "call"):
            return ("value", Handle(next(self.handles), "function", "thing"))
        return ("value", None)

    def close(self):
        pass


@pytest.fixture
def session():
    made = Session(Answers(), SIGNATURES)
    made.begin("relu", 0)
    return made


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
def test_it_gives_back_the_very_same_values(session, array):
    Learner(session).relu(array)
    line = session.line_to_try()
    seen = []
    eval(line, {"np": np, "relu": seen.append})
    assert np.asarray(seen[0]).dtype == array.dtype
    np.testing.assert_array_equal(seen[0], array, strict=np.ndim(array) > 0)


def test_plain_values_and_keywords(session):
    Learner(session).relu([[1.0, 2.0]], slope=0.2, name="a", axis=(0, -1))
    assert session.line_to_try() == "relu([[1.0, 2.0]], slope=0.2, name='a', axis=(0, -1))"


def test_a_layer_that_was_just_made(session):
    Learner(session).Dropout(0.3)(np.float32([1.0]), training=True)
    assert session.line_to_try() == "Dropout(0.3)(np.float32([1.0]), training=True)"


def test_not_a_layer_that_was_used_before(session):
    layer = Learner(session).Dropout(0.3)
    layer(np.float32([1.0]))
    layer(np.float32([1.0]))
    assert session.line_to_try() == ""


def test_not_a_layer_that_was_changed(session):
    layer = Learner(session).Dropout(0.3)
    layer.rate = 0.5
    layer(np.float32([1.0]))
    assert session.line_to_try() == ""


@pytest.mark.parametrize(
    "argument",
    [
        np.zeros(9),
        np.float32([np.nan]),
        np.float32([np.inf]),
        np.zeros((2, 0)),
        ["x" * 60],
        object(),
        {"a": 1},
    ],
)
def test_not_what_cannot_be_written_out(session, argument):
    Learner(session).relu(np.float32([1.0]))
    Learner(session).relu(argument)
    assert session.line_to_try() == ""


def test_not_helpers_nor_what_came_out_of_other_calls(session):
    learner = Learner(session)
    learner.kit.gradient(learner.relu, np.float32([1.0]))
    assert session.line_to_try() == ""
    learner.relu(learner.relu(np.float32([1.0])))
    assert session.line_to_try() == ""
    learner.keras.layers.Dense(3)
    assert session.line_to_try() == ""


def test_without_a_call_there_is_none(session):
    assert session.line_to_try() == ""
    learner = Learner(session)
    learner.relu(np.float32([1.0]))
    learner.observed({"share": 0.5})
    assert session.line_to_try() == ""


def test_where_it_stands_and_that_a_hidden_check_never_has_one():
    failure = Failure("it should hold", try_it="relu(np.float32([1.0]))", next_step="nnlearn hint relu")
    assert "  Try it     relu(np.float32([1.0]))\n  Next       nnlearn hint relu" in render(failure)
    assert "Try it" not in render(failure.redacted("title"))
