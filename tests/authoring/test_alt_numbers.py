"""The numbers in the text of a figure are those that its code has."""

from __future__ import annotations

import pytest

from autograder.authoring.alt_numbers import numbers_in, untrue_in


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.88, 0.27 and 0.82, which add up to 1.", [0.88, 0.27, 0.82, 1]),
        ("below about -89, at 0 only, beyond minus 13", [-89, 0, -13]),
        ("30 % of 1,797 digits, 12% of 5-10", [0.3, 1797, 0.12, 5, 10]),
        ("a rate of 1e-5, a Conv2D in float32, layers 4 and 8.", [1e-5, 4, 8]),
        ("four channels of three digits", []),
        ("from \u22121.5 to 2.25", [-1.5, 2.25]),
    ],
)
def test_what_is_a_number(text: str, values: list[float]) -> None:
    """Digits are, with sign, thousands, exponent and percent; parts of names and words are not."""
    assert [number.value for number in numbers_in(text)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("ends at 0.88", 0.8849, True),
        ("ends at 0.88", 0.8851, False),
        ("ends at 0.880", 0.8849, False),
        ("30 % are dropped", 0.304, True),
        ("30 % are dropped", 0.306, False),
        ("about 400 batches", 437, True),
        ("about 400 batches", 445, False),
        ("400 batches", 401, False),
        ("nearly 0", 0.4, True),
        ("minus 1", 1, False),
        ("ends at 0.88", float("nan"), False),
    ],
)
def test_a_number_holds_as_far_as_it_is_said(text: str, value: float, holds: bool) -> None:
    """Its last digit is rounded; what is about right may be a tenth off."""
    assert (not list(untrue_in(text, [value]))) is holds


def test_what_is_said_of_a_number_that_is_none() -> None:
    """Both numbers are named, and where their counts differ all of them."""
    assert list(untrue_in("it falls from 2.3 to 0.5", [2.302, 0.61])) == [
        "its text says 0.5, and its code has 0.61"
    ]
    assert list(untrue_in("it falls from 2.3 to 0.5", [2.302])) == [
        "its text has 2 numbers in digits (2.3, 0.5), and its code states 1 (2.302)"
    ]
