"""Reads notebooks that were handed in, and refuses what is none.

Whatever `nnlearn grade` reads is read here, and nothing else. What comes out is a sound notebook of format 4
with the learner's cells in it: no outputs, no metadata of the notebook's, of a cell's only tags and marks.
So nothing that somebody, or some program, wrote around the work reaches nbgrader or an exporter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.course.layout import CourseError
from nnlearn.errors import SubmissionError
from nnlearn.submission.file import read_bytes
from nnlearn.submission.source import read_cells

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CELL_TYPES = ("code", "markdown")
_HALF = re.compile("[\ud800-\udfff]")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
LANGUAGE = {"name": "python"}


class UnreadableError(CourseError):
    """A notebook that cannot be read at all."""


def read_notebook(path: Path) -> Any:
    """The notebook in a file that was handed in, in format 4.

    Raises:
        UnreadableError: It is none.
    """
    return notebook_of(path.name, read_handed_in(path))


def read_handed_in(path: Path) -> bytes:
    """What a notebook's file holds.

    Raises:
        UnreadableError: It cannot be read, or is no regular file.
    """
    try:
        return read_bytes(path)
    except SubmissionError as error:
        raise _unreadable(error, path) from error


def notebook_of(name: str, data: bytes) -> Any:
    """A notebook that was handed in, in format 4.

    Args:
        name: What its file is called.
        data: What that holds.

    Raises:
        UnreadableError: It is none.
    """
    from nbformat import from_dict

    try:
        cells = read_cells(Path(name), data)
    except SubmissionError as error:
        raise _unreadable(error) from error
    taken: set[str] = set()
    return from_dict(  # type: ignore[no-untyped-call]
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"language_info": dict(LANGUAGE)},
            "cells": [_sound(cell, number, taken) for number, cell in enumerate(cells, start=1)],
        }
    )


def _unreadable(error: SubmissionError, path: Path | None = None) -> UnreadableError:
    """The same refusal, with the file's name in place of its path."""
    problem = error.problem.replace(str(path), path.name) if path else error.problem
    return UnreadableError(problem, error.next_step)


def _sound(cell: Any, number: int, taken: set[str]) -> dict[str, Any]:
    """What counts of one cell, in a form that any program takes."""
    cell = cell if isinstance(cell, Mapping) else {}
    kind = cell.get("cell_type")
    kind = kind if kind in _CELL_TYPES else "raw"
    source = cell.get("source")
    made: dict[str, Any] = {
        "id": _id_of(cell, number, taken),
        "cell_type": kind,
        "metadata": _marks_of(cell.get("metadata")),
        "source": _whole(source, "\0" if kind == "code" else _UNKNOWN) if isinstance(source, str) else "",
    }
    if kind == "code":
        return made | {"outputs": [], "execution_count": None}
    attached = cell.get("attachments")
    if isinstance(attached, Mapping) and all(map(_is_bundle, attached.values())):
        made["attachments"] = {_whole(name): dict(bundle) for name, bundle in attached.items()}
    return made


def _id_of(cell: Mapping[str, Any], number: int, taken: set[str]) -> str:
    """The cell's own id, or one made for it where it has none, a bad one or another cell's."""
    name = cell.get("id")
    if not isinstance(name, str) or not _CELL_ID.fullmatch(name) or name in taken:
        name = f"cell-{number}"
        while name in taken:
            name += "-"
    taken.add(name)
    return name


def _marks_of(metadata: Any) -> dict[str, Any]:
    """Of a cell's metadata what grading looks at: tags, and what nbgrader knows the cell by."""
    if not isinstance(metadata, Mapping):
        return {}
    made: dict[str, Any] = {}
    tags = metadata.get("tags")
    if isinstance(tags, Sequence) and not isinstance(tags, str):
        sound = (tag for tag in tags if isinstance(tag, str) and tag and "," not in tag)
        made["tags"] = [_whole(tag) for tag in dict.fromkeys(sound)]
    if "nbgrader" in metadata:
        made["nbgrader"] = metadata["nbgrader"]
    return made


def _is_bundle(value: Any) -> bool:
    """Whether something is an attachment: text by its kind."""
    return isinstance(value, Mapping) and all(isinstance(v, str) and v.isascii() for v in value.values())


def _whole(text: str, instead: str = _UNKNOWN) -> str:
    """`text` as a file can hold it: JSON may escape halves of characters, which no encoding has.

    In code something takes their place that is as little Python as they are.
    """
    return _HALF.sub(instead, text)
