"""A part is what the learner's cells made it, though a later cell may need its name for something else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nnlearn.submission.source import file_name


class Parts:
    """The functions and classes that cells define, kept while later cells run.

    Args:
        names: The names of the parts.
        namespace: In which the cells run.
    """

    def __init__(self, names: Iterable[str], namespace: dict[str, Any]) -> None:
        self._names = tuple(names)
        self._namespace = namespace
        self._defined: dict[str, Any] = {}
        self._overwritten: dict[str, tuple[str, str]] = {}

    def look_after(self, file: str) -> None:
        """See what the cell that has just run made of the parts.

        Args:
            file: The cell.
        """
        for name in self._names:
            if name not in self._namespace:
                self._defined.pop(name, None)
                continue
            value = self._namespace[name]
            if callable(value):
                self._defined[name] = value
                self._overwritten.pop(name, None)
            elif name in self._defined:
                self._overwritten.setdefault(name, (file, type(value).__name__))

    def put_back(self) -> list[str]:
        """Give the parts their names back, when all cells have run; a note for each."""
        notes = []
        for name, (file, kind) in self._overwritten.items():
            if name in self._namespace and name in self._defined:
                self._namespace[name] = self._defined[name]
                notes.append(f"{file_name(file)} {in_words(name, kind)}")
        return notes


def in_words(name: str, kind: str) -> str:
    """What a cell does that overwrites a part with something of another kind."""
    return f"overwrites `{name}` with {kind}: what was defined before counts; take another name there"
