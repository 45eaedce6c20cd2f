"""Expectations of arrays: their shape, their dtype and their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nnlearn.checking.expect.answers import items, true
from nnlearn.checking.expect.reading import Array, as_array, element, equal_values, of_the_answer, short
from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.checking.show import digits_apart, first_true, number, side_by_side


@of_the_answer
def shape(actual: Any, expected: Sequence[int], claim: str | None = None) -> None:
    """The answer is an array of this shape."""
    got = as_array(actual, claim or "the result should be a tensor")
    want = tuple(expected)
    if got.shape != want:
        raise CheckFailed(
            Failure(
                claim or f"the result should have shape {want}",
                "shape",
                f"its shape is {got.shape}",
                (str(want),),
                (str(got.shape),),
            )
        )


@of_the_answer
def dtype(actual: Any, expected: str, claim: str | None = None) -> None:
    """The answer is an array of this dtype, e.g. `"float16"`."""
    got = as_array(actual, claim or "the result should be a tensor")
    if got.dtype.name != expected:
        raise CheckFailed(
            Failure(
                claim or f"the result should be {expected}",
                "dtype",
                f"it is {got.dtype.name}",
                (expected,),
                (got.dtype.name,),
            )
        )


@of_the_answer
def finite(actual: Any, claim: str) -> None:
    """The answer holds no NaN and no infinity."""
    got = as_array(actual, claim)
    bad = ~np.isfinite(got)
    if bad.any():
        first = first_true(bad)
        detail = f"{element(first)} is {number(got[first])}"
        shown = f"{int(bad.sum())} of {bad.size} are NaN or infinite"
        raise CheckFailed(Failure(claim, "finite", detail, ("finite numbers",), (shown,)))


@of_the_answer
def close(
    actual: Any,
    expected: Any,
    claim: str,
    *,
    rtol: float = 1e-5,
    atol: float = 1e-5,
    but: str | None = None,
) -> None:
    """The answer equals `expected`, element by element, up to `atol + rtol * |expected|`.

    Args:
        actual: The learner's answer.
        expected: From an independent oracle; of the same shape.
        claim: What should hold.
        rtol: Tolerance relative to each expected element.
        atol: Absolute tolerance.
        but: How to put the first difference: `row {0} adds up to {got}`, where {0}, {1} ... are its
            indices, {got} and {expected} the two values.
    """
    want = np.asarray(expected)
    got = as_array(actual, claim)
    _same_shape(got, want, claim)
    wide = np.complex128 if "c" in (got.dtype.kind, want.dtype.kind) else np.float64
    left, right = got.astype(wide), want.astype(wide)
    with np.errstate(invalid="ignore", over="ignore"):
        # A share of infinity is infinite, and everything would be within that.
        agrees = np.isfinite(right) & (np.abs(left - right) <= atol + rtol * np.abs(right))
    agrees |= (left == right) | (np.isnan(left) & np.isnan(right))
    if not agrees.all():
        _raise_difference(got, want, ~agrees, claim, but, f"  ± {_tolerance(rtol, atol)}")


@of_the_answer
def all_close(answer: Any, expected: Sequence[Any], claim: str, **tolerance: Any) -> None:
    """The answer is a tuple or a list of arrays, each close to the one expected in its place; see `close`."""
    pairs = zip(items(answer, len(expected), claim), expected, strict=True)
    for place, (got, want) in enumerate(pairs):
        try:
            close(got, want, claim, **tolerance)
        except CheckFailed as failed:
            detail = f"in entry {place}, {failed.failure.detail}"
            raise CheckFailed(replace(failed.failure, detail=detail)) from None


@of_the_answer
def right_and_finite(actual: Any, expected: Any, claim: str, **tolerance: Any) -> None:
    """The answer is finite, so that a NaN is called a NaN, and then close to `expected`; see `close`."""
    finite(actual, claim)
    close(actual, expected, claim, **tolerance)


def likely(actual: Any, mean: float, deviation: float, claim: str) -> None:
    """A statistic of random numbers lies within 5 of its standard deviations.

    Args:
        actual: The statistic, a number or an array of them.
        mean: What it is on average.
        deviation: Its standard deviation, where the code is right.
        claim: What should hold.
    """
    between(actual, mean - 5 * deviation, mean + 5 * deviation, claim)


@of_the_answer
def same(actual: Any, expected: Any, claim: str) -> None:
    """The answer equals `expected` exactly: plain values of one type, or arrays of one dtype."""
    if isinstance(expected, np.ndarray):
        got = as_array(actual, claim)
        dtype(got, expected.dtype.name, None)
        _same_shape(got, expected, claim)
        differs = (got != expected) & ~((got != got) & (expected != expected))
        if differs.any():
            _raise_difference(got, expected, differs, claim, None, "")
    elif type(actual) is not type(expected) or not equal_values(actual, expected):
        raise CheckFailed(
            Failure(claim, "value", f"it is {short(actual)}", (short(expected),), (short(actual),))
        )


@of_the_answer
def different(first: Any, second: Any, claim: str) -> None:
    """Two answers of one shape differ in at least one element."""
    left, right = as_array(first, claim), as_array(second, claim)
    if left.shape == right.shape and bool((left == right).all()):
        raise CheckFailed(Failure(claim, "value", "they are the same"))


@of_the_answer
def unchanged(after: Any, before: Any, claim: str) -> None:
    """Arrays are what they were, to the bit: weights before and after, say.

    Args:
        after: A list or tuple of arrays, or a dictionary of them by name.
        before: The same, as it was.
        claim: What should hold.
    """
    if isinstance(before, Mapping):
        true(isinstance(after, Mapping), claim, f"they are {short(after)}")
        pairs = [(after.get(name), old, f"{claim}, and {name} did") for name, old in before.items()]
    else:
        true(isinstance(after, (list, tuple)), claim, f"they are {short(after)}")
        same(len(after), len(before), claim)
        pairs = [(new, old, claim) for new, old in zip(after, before, strict=True)]
    for new, old, words in pairs:
        same(new, old, words)


@of_the_answer
def between(actual: Any, low: float, high: float, claim: str) -> None:
    """Every element of the answer lies in [low, high]. For statistics: say where the bounds come from."""
    got = as_array(actual, claim)
    outside = ~((got >= low) & (got <= high))
    if outside.any():
        first = first_true(outside)
        raise CheckFailed(
            Failure(
                claim,
                "value",
                f"{element(first)} is {number(got[first])}",
                (f"between {number(low)} and {number(high)}",),
                (number(got[first]),),
            )
        )


def _same_shape(got: Array, want: Array, claim: str) -> None:
    if got.shape != want.shape:
        detail = f"its shape is {got.shape} instead of {want.shape}"
        raise CheckFailed(Failure(claim, "shape", detail, (str(want.shape),), (str(got.shape),)))


def _raise_difference(
    got: Array, want: Array, differs: Array, claim: str, but: str | None, tolerance: str
) -> None:
    first = first_true(differs)
    digits = digits_apart(got[first], want[first])
    found, wanted = number(got[first], digits), number(want[first], digits)
    if but is not None:
        detail = but.format(*first, got=found, expected=wanted)
    else:
        detail = f"{element(first)} is {found}, not {wanted}"
    kind = "value"
    if not np.isfinite(complex(got[first])) and np.isfinite(complex(want[first])):
        kind = "finite"
    expected_line, got_line = side_by_side(want, got, differs)
    raise CheckFailed(Failure(claim, kind, detail, (expected_line + tolerance,), (got_line,)))


def _tolerance(rtol: float, atol: float) -> str:
    return f"{atol:g}" if not rtol or rtol == atol else f"({atol:g} + {rtol:g}·|expected|)"
