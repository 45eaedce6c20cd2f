"""Reads what a learner's code gave back: as an array, as a number, in words."""

from __future__ import annotations

import builtins
import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard, TypeVar, cast

import numpy as np

from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.checking.show import index
from nnlearn.learner.session import Remote
from nnlearn.text import shown

Array = np.ndarray[Any, Any]
_LONGEST = 60
_Expectation = TypeVar("_Expectation", bound=Callable[..., Any])


@contextlib.contextmanager
def about(answer: Any) -> Iterator[None]:
    """What is expected in this block is expected of `answer`, and its message shows the call that gave it.

    Expectations say so of what they are handed. This is for what a check has worked out, such as a share or
    a mask, and for what an answer has left behind. Where there is no answer to hand over, `learner.so_far()`
    after the call stands for it.
    """
    try:
        yield
    except CheckFailed as failed:
        failed.about.insert(0, answer)
        raise


def of_the_answer(expectation: _Expectation) -> _Expectation:
    """An expectation whose failures are about its first argument."""

    @functools.wraps(expectation)
    def told(answer: Any, /, *args: Any, **kwargs: Any) -> Any:
        with about(answer):
            return expectation(answer, *args, **kwargs)

    return cast(_Expectation, told)


def is_array(value: Any) -> TypeGuard[Array]:
    """Whether the learner gave a tensor or an array: tensors cross as arrays."""
    return isinstance(value, np.ndarray)


def is_number(value: Any) -> bool:
    """Whether the learner gave one number, be it Python's, NumPy's or a tensor of rank 0; no truth value."""
    if is_array(value):
        return value.shape == () and value.dtype.kind in "iuf"
    return type(value) in (int, float)


def equal(first: Any, second: Any) -> bool:
    """Whether two answers are arrays with the same numbers; for `learner.observed`, never for a verdict."""
    return is_array(first) and is_array(second) and np.array_equal(first, second)


def as_array(value: Any, claim: str) -> Array:
    """`value` as a plain numeric array; anything else fails the check in words."""
    if isinstance(value, Remote):
        value = np.asarray(value)
    if _may_be_numbers(value):
        with contextlib.suppress(builtins.ValueError, builtins.TypeError, builtins.OverflowError):
            array = np.asarray(value)
            if array.dtype.kind in "biufc" or array.dtype.name == "bfloat16":
                return array
    detail = f"it is {short(value)}"
    raise CheckFailed(Failure(claim, "type", detail, ("numbers",), (short(value),)))


def _may_be_numbers(value: Any) -> bool:
    """Whether there is nothing in nested lists but numbers: NumPy makes each text as long as the longest."""
    if isinstance(value, (list, tuple)):
        return all(_may_be_numbers(item) for item in value)
    return isinstance(value, (bool, int, float, complex, np.ndarray, np.generic, Remote))


def equal_values(actual: Any, expected: Any) -> bool:
    """Whether two plain values are equal; arrays somewhere in them have no single answer."""
    with contextlib.suppress(builtins.ValueError):
        return bool(actual == expected)
    return False


def element(position: tuple[int, ...]) -> str:
    """How to speak of an element of an array; of a scalar, `it`."""
    return f"element {index(position)}" if position else "it"


def short(value: Any) -> str:
    """A value as Python shows it, at most 60 characters of it."""
    if not isinstance(value, str):
        return shown(value, _LONGEST)
    return value if len(value) <= _LONGEST else value[: _LONGEST - 3] + "..."
