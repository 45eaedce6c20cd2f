"""`@check`: says which part a test checks, and what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

MARK = "nnlearn_check"
Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass(frozen=True)
class CheckInfo:
    """What `@check` was told.

    Attributes:
        part: The part that is checked.
        title: The docstring: what learners read.
        hidden: Whether learners have it in their own copy.
        points: Its weight within the part.
        after: The name of the check that has to pass first, or an empty string.
    """

    part: str
    title: str
    hidden: bool
    points: float
    after: str


def check(
    part: str, *, hidden: bool = False, points: float = 1.0, after: Callable[..., Any] | None = None
) -> Callable[[Test], Test]:
    """Make a test function a check of `part`.

    Args:
        part: The name of a part in topic.toml.
        hidden: Keep it from learners: it runs only when graded.
        points: Its weight among the checks of the part.
        after: A check above this one that has to pass first; until then this one is waiting.

    Raises:
        ValueError: The function has no docstring, or `points` is not positive.
    """

    def decorate(function: Test) -> Test:
        title = " ".join((function.__doc__ or "").split())
        if not title:
            raise ValueError(f"{function.__name__} needs a docstring: it is what learners read")
        if points <= 0:
            raise ValueError(f"{function.__name__}: points must be positive, not {points}")
        info = CheckInfo(part, title, hidden, float(points), after.__name__ if after else "")
        marked: Test = getattr(pytest.mark, MARK)(info)(function)
        return marked

    return decorate
