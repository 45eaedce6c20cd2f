"""What a prediction accepts, what it takes for right, and what it looks like in code."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from nnlearn.catalogue import Prediction
from nnlearn.catalogue.prediction_code import is_place, predictions_code

CHOICE = Prediction(
    key="shift",
    about="a shift",
    question="\nYou add 100.\nThe output becomes ...\n",
    allowed=("sharper", "flatter", "same"),
    gloss={"sharper": "closer to one winner"},
    answer="same",
)
NUMBER = Prediction(
    "scale", "the scale", "By what?", "number", note="two decimals.", answer=1.25, tolerance=0.005
)
INTEGER = Prediction("coins", "the coins", "How many?", "integer", answer=256)
SHAPE = Prediction("table", "the table", "What shape?", "shape", answer=(2, 3))


@pytest.mark.parametrize(
    ("prediction", "given", "is_allowed", "is_right"),
    [
        (CHOICE, "same", True, True),
        (CHOICE, "flatter", True, False),
        (CHOICE, "Same", False, False),
        (CHOICE, ["same"], False, False),
        (NUMBER, 1.25, True, True),
        (NUMBER, 1.2549, True, True),
        (NUMBER, 1.256, True, False),
        (NUMBER, 1, True, False),
        (NUMBER, 10**400, True, False),
        (NUMBER, float("-inf"), True, False),
        (NUMBER, float("nan"), False, False),
        (NUMBER, True, False, False),
        (NUMBER, "1.25", False, False),
        (NUMBER, np.array(1.25), False, False),
        (INTEGER, 256, True, True),
        (INTEGER, 32, True, False),
        (INTEGER, 256.0, False, False),
        (INTEGER, True, False, False),
        (SHAPE, (2, 3), True, True),
        (SHAPE, [2, 3], True, True),
        (SHAPE, (3, 2), True, False),
        (SHAPE, (2, 3.0), False, False),
        (SHAPE, np.array([2, 3]), False, False),
        (SHAPE, 6, False, False),
    ],
)
def test_what_is_allowed_and_what_is_right(
    prediction: Prediction, given: Any, is_allowed: bool, is_right: bool
) -> None:
    assert prediction.is_allowed(given) is is_allowed
    assert prediction.is_right(given) is is_right


def test_where_the_answer_is_not_known_nothing_is_right() -> None:
    """Learners' own topic.toml has no answers."""
    open_ = Prediction("coins", "the coins", "How many?", "integer")
    assert open_.is_allowed(256)
    assert not open_.is_right(256)


def test_the_code_that_is_graded_and_the_code_to_fill_in() -> None:
    text = predictions_code([CHOICE, NUMBER, SHAPE], answered=True)
    assert (
        text
        == """PREDICTIONS = {
    # You add 100.
    # The output becomes ...
    # Allowed: "sharper" (closer to one winner), "flatter" or "same".
    "shift": "same",
    # By what?
    # Allowed: a number; two decimals.
    "scale": 1.25,
    # What shape?
    # Allowed: a shape such as (2, 3).
    "table": (2, 3),
}"""
    )
    blank = predictions_code([CHOICE, NUMBER, SHAPE], answered=False)
    assert blank == text.replace('"same",\n    # By', "None,\n    # By").replace("1.25", "None").replace(
        '"table": (2, 3)', '"table": None'
    )


def test_words_that_need_quoting_survive() -> None:
    """Quotes, backslashes and letters of any alphabet come back from Python as they were."""
    words = ('a "b" c', "C:\\n", "größer")
    answers = [Prediction(f"k{n}", "x", "q", words, answer=word) for n, word in enumerate(words)]
    code = ast.parse(predictions_code(answers, answered=True)).body[0]
    assert isinstance(code, ast.Assign)
    assert list(ast.literal_eval(code.value).values()) == list(words)


def test_long_lists_of_choices_are_wrapped() -> None:
    many = Prediction("k", "x", "q", tuple(f"choice number {n}" for n in range(20)))
    lines = predictions_code([many], answered=False).splitlines()
    assert max(len(line) for line in lines) <= 102
    assert sum("choice number" in line for line in lines) > 2


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("PREDICTIONS = ...", True),
        ("# Asked in topic.toml.\nPREDICTIONS = ...  # here", True),
        ("PREDICTIONS = {}", False),
        ('PREDICTIONS = {"a": ...}', False),
        ("PREDICTIONS = ...\nx = 1", False),
        ("OTHER = ...", False),
        ("", False),
    ],
)
def test_the_place_in_a_master(code: str, expected: bool) -> None:
    assert is_place(code) is expected
