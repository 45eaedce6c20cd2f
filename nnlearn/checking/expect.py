"""What checks expect of the learner's answers. Each raises `CheckFailed` with words for the learner.

Claims are sentences with "should": `each row should add up to 1`.
Answers are rebuilt as plain arrays before they are compared.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.checking.show import index, number, side_by_side
from nnlearn.learner.errors import LearnerRaised
from nnlearn.learner.session import Learner, Remote

Array = np.ndarray[Any, Any]


def shape(actual: Any, expected: Sequence[int], claim: str | None = None) -> None:
    """The answer is an array of this shape."""
    got = _array(actual, claim or "the result should be a tensor")
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


def dtype(actual: Any, expected: str, claim: str | None = None) -> None:
    """The answer is an array of this dtype, e.g. `"float16"`."""
    got = _array(actual, claim or "the result should be a tensor")
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


def finite(actual: Any, claim: str) -> None:
    """The answer holds no NaN and no infinity."""
    got = _array(actual, claim)
    bad = ~np.isfinite(got.astype(np.complex128 if got.dtype.kind == "c" else np.float64))
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        detail = f"{_element(first)} is {number(got[first])}"
        shown = f"{int(bad.sum())} of {bad.size} are NaN or infinite"
        raise CheckFailed(Failure(claim, "finite", detail, ("finite numbers",), (shown,)))


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
    got = _array(actual, claim)
    _same_shape(got, want, claim)
    wide = np.complex128 if "c" in (got.dtype.kind, want.dtype.kind) else np.float64
    left, right = got.astype(wide), want.astype(wide)
    with np.errstate(invalid="ignore", over="ignore"):
        agrees = np.abs(left - right) <= atol + rtol * np.abs(right)
    agrees |= (left == right) | (np.isnan(left) & np.isnan(right))
    if not agrees.all():
        _raise_difference(got, want, ~agrees, claim, but, f"  ± {_tolerance(rtol, atol)}")


def same(actual: Any, expected: Any, claim: str) -> None:
    """The answer equals `expected` exactly: plain values of one type, or arrays of one dtype."""
    if isinstance(expected, np.ndarray):
        got = _array(actual, claim)
        dtype(got, expected.dtype.name, None)
        _same_shape(got, expected, claim)
        differs = (got != expected) & ~((got != got) & (expected != expected))
        if differs.any():
            _raise_difference(got, expected, differs, claim, None, "")
    elif type(actual) is not type(expected) or not _equal(actual, expected):
        raise CheckFailed(
            Failure(claim, "value", f"it is {_short(actual)}", (_short(expected),), (_short(actual),))
        )


def different(first: Any, second: Any, claim: str) -> None:
    """Two answers of one shape differ in at least one element."""
    left, right = _array(first, claim), _array(second, claim)
    if left.shape == right.shape and bool((left == right).all()):
        raise CheckFailed(Failure(claim, "value", "they are the same"))


def between(actual: Any, low: float, high: float, claim: str) -> None:
    """Every element of the answer lies in [low, high]. For statistics: say where the bounds come from."""
    got = _array(actual, claim)
    outside = ~((got >= low) & (got <= high))
    if outside.any():
        first = tuple(int(i) for i in np.argwhere(outside)[0])
        raise CheckFailed(
            Failure(
                claim,
                "value",
                f"{_element(first)} is {number(got[first])}",
                (f"between {number(low)} and {number(high)}",),
                (number(got[first]),),
            )
        )


def true(condition: bool, claim: str, but: str = "") -> None:
    """A condition that the check worked out holds."""
    if not condition:
        raise CheckFailed(Failure(claim, "property", but or "it does not"))


@contextlib.contextmanager
def raises(error: type[BaseException], claim: str, mentions: str | Sequence[str] = ()) -> Iterator[None]:
    """The learner's code raises `error`, a built-in exception, and its message mentions some words.

    Args:
        error: The built-in class; subclasses will do.
        claim: What should hold.
        mentions: Words that the message has to contain, in any case.
    """
    words = [mentions] if isinstance(mentions, str) else list(mentions)
    wanted = f"{error.__name__}" + (f" mentioning {', '.join(words)}" if words else "")
    try:
        yield
    except LearnerRaised as raised:
        if f"{error.__module__}.{error.__qualname__}" not in raised.bases:
            detail = f"{raised.type_name} is raised"
            raise CheckFailed(Failure(claim, "error", detail, (wanted,), (_short(str(raised)),))) from raised
        missing = [word for word in words if word.lower() not in raised.message.lower()]
        if missing:
            detail = f"the message does not mention {', '.join(missing)}"
            raise CheckFailed(Failure(claim, "error", detail, (wanted,), (_short(str(raised)),))) from raised
    else:
        raise CheckFailed(Failure(claim, "error", "nothing is raised", (wanted,), ("no error",)))


def prediction(learner: Learner, key: str, answer: Any, *, atol: float = 0.0) -> None:
    """The learner's prediction is the right one: a number (within `atol`), a shape, or a choice."""
    given = learner.prediction(key)
    claim = f'PREDICTIONS["{key}"] should be the right answer'
    if given is None:
        raise CheckFailed(Failure(f'PREDICTIONS["{key}"] should be filled in', "property", "it is None"))
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        # An integer may be too large for the difference, not for the comparison.
        right = type(given) in (int, float) and answer - atol <= given <= answer + atol
    elif isinstance(answer, tuple):
        right = isinstance(given, (list, tuple)) and _equal(tuple(given), answer)
    else:
        right = type(given) is type(answer) and _equal(given, answer)
    if not right:
        raise CheckFailed(Failure(claim, "value", f"it is {_short(given)}", got=(_short(given),)))


def _array(value: Any, claim: str) -> Array:
    """`value` as a plain numeric array; anything else fails the check in words."""
    if isinstance(value, Remote):
        value = np.asarray(value)
    if value is not None and not isinstance(value, (str, bytes, dict)):
        with contextlib.suppress(builtins.ValueError, builtins.TypeError, builtins.OverflowError):
            array = np.asarray(value)
            if array.dtype.kind in "biufc" or array.dtype.name == "bfloat16":
                return array
    detail = f"it is {_short(value)}"
    raise CheckFailed(Failure(claim, "type", detail, ("numbers",), (_short(value),)))


def _equal(actual: Any, expected: Any) -> bool:
    """Whether two plain values are equal; arrays somewhere in them have no single answer."""
    with contextlib.suppress(builtins.ValueError):
        return bool(actual == expected)
    return False


def _same_shape(got: Array, want: Array, claim: str) -> None:
    if got.shape != want.shape:
        detail = f"its shape is {got.shape} instead of {want.shape}"
        raise CheckFailed(Failure(claim, "shape", detail, (str(want.shape),), (str(got.shape),)))


def _raise_difference(
    got: Array, want: Array, differs: Array, claim: str, but: str | None, tolerance: str
) -> None:
    first = tuple(int(i) for i in np.argwhere(differs)[0])
    found, wanted = number(got[first]), number(want[first])
    if but is not None:
        detail = but.format(*first, got=found, expected=wanted)
    else:
        detail = f"{_element(first)} is {found}, not {wanted}"
    kind = "value"
    if not np.isfinite(complex(got[first])) and np.isfinite(complex(want[first])):
        kind = "finite"
    expected_line, got_line = side_by_side(want, got, differs)
    raise CheckFailed(Failure(claim, kind, detail, (expected_line + tolerance,), (got_line,)))


def _element(position: tuple[int, ...]) -> str:
    return f"element {index(position)}" if position else "it"


def _tolerance(rtol: float, atol: float) -> str:
    return f"{atol:g}" if not rtol or rtol == atol else f"({atol:g} + {rtol:g}·|expected|)"


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else value
    return text if len(text) <= 60 else text[:57] + "..."
