"""What is said, and written into the learner's place, about a notebook that could not be graded."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.handed_in import UnreadableError
from nnlearn.errors import NnlearnError
from nnlearn.text import one_line

UNREADABLE = "unreadable"
_SHOWN = 300
_THEIRS = "**This notebook could not be read**, so it has no points. What stood in the way:"
_OURS = (
    "**This notebook was not graded**, since the grader itself failed. That is not your mistake; it will be "
    "graded again."
)


@dataclass(frozen=True)
class Failed:
    """A notebook, or a submission, that could not be graded.

    Attributes:
        reason: Why, in words.
        is_ours: Whether the grader itself failed, and not the notebook.
        word: What is said of it in short.
    """

    reason: str
    is_ours: bool
    word: str = "not graded"


def failed(error: Exception) -> Failed:
    """What an error comes to that a notebook has brought about."""
    if isinstance(error, UnreadableError):
        return Failed(error.in_one_line, is_ours=False, word=UNREADABLE)
    if isinstance(error, NnlearnError):
        return Failed(str(error), is_ours=True)
    # A fault of ours, or of what the course's configuration names.
    return Failed(f"{type(error).__name__}: {one_line(str(error), _SHOWN)}", is_ours=True)


def explanation(failure: Failed) -> str:
    """The notebook that stands in autograded/ for one that was not graded: its feedback says why."""
    import nbformat

    text = _OURS if failure.is_ours else f"{_THEIRS}\n\n    {one_line(failure.reason)}"
    cell = {"id": "not-graded", "cell_type": "markdown", "metadata": {}, "source": text}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    return str(nbformat.writes(nbformat.from_dict(book))) + "\n"  # type: ignore[no-untyped-call]
