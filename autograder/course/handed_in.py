"""Reads notebooks that were handed in, and refuses what is none."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from autograder.course.layout import CourseError
from nnlearn.text import one_line

_SHOWN = 300
_HAND_IN_AGAIN = "Open it in Jupyter, save it there and hand it in again."


class UnreadableError(CourseError):
    """A notebook that nbgrader cannot read at all."""


def read_notebook(path: Path) -> Any:
    """The notebook in a file that was handed in, in format 4.

    Raises:
        UnreadableError: It is none.
    """
    return notebook_of(path.name, read_handed_in(path))


def read_handed_in(path: Path) -> bytes:
    """What a notebook's file holds.

    Raises:
        UnreadableError: It cannot be read.
    """
    if not path.is_file():
        raise UnreadableError(f"{path.name} is not a regular file", _HAND_IN_AGAIN)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read: {error.strerror}", _HAND_IN_AGAIN) from error


def notebook_of(name: str, data: bytes) -> Any:
    """A notebook that was handed in, in format 4.

    Args:
        name: What its file is called.
        data: What that holds.

    Raises:
        UnreadableError: It is none.
    """
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with a notebook is put right, or said below
            notebook = nbformat.reads(data.decode(), as_version=4)  # type: ignore[no-untyped-call]
            _, notebook = nbformat.validator.normalize(notebook)
            nbformat.validate(notebook, relax_add_props=True)
    except (Exception, RecursionError) as error:  # the library trusts what it reads, in many ways
        what = f"{type(error).__name__}: {one_line(str(error), _SHOWN)}"
        raise UnreadableError(f"{name} cannot be read as a notebook: {what}", _HAND_IN_AGAIN) from error
    return notebook
