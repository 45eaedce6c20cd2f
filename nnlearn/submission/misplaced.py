"""Finds answers where nothing is run: in a cell of checks or of the lesson."""

from __future__ import annotations

from collections.abc import Collection

from nnlearn.submission.jupyter import as_python
from nnlearn.submission.locate import flattened, may_define, names_defined
from nnlearn.submission.source import Source
from nnlearn.submission.syntax import parse

_LONGEST = 100_000  # a longer cell is no work of hands


def misplaced_answers(source: Source, names: Collection[str]) -> tuple[str, ...]:
    """A note for each of `names` that a cell of `source` defines which is not run."""
    return tuple(
        f"{cell.name}: {in_words(name)}"
        for cell in source.left_out
        for name in sorted(names_in(cell.code) & set(names))
    )


def names_in(code: str) -> set[str]:
    """The names that a cell defines, as functions, classes or otherwise; none if it is no Python."""
    if len(code) > _LONGEST:
        return set()
    reading = as_python(code)
    body = [] if reading.error else parse(reading.code).body
    return {name for node in flattened(body) if may_define(node) for name in names_defined(node)}


def in_words(name: str) -> str:
    """What is wrong with an answer in such a cell, and what to do."""
    return f"`{name}` is defined in a cell that is not run: put it into its own cell"
