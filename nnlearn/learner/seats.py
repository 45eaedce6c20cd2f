"""Where a submission sits while it is checked: its file, read once, and the transport to its code."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Protocol

from nnlearn.catalogue import Topic, attribute_of
from nnlearn.learner.errors import Forbidden
from nnlearn.protocol.requests import Program
from nnlearn.protocol.transport import Transport
from nnlearn.submission.locate import where_is
from nnlearn.submission.shortcuts import Shortcut, Shortcuts
from nnlearn.submission.source import Source
from nnlearn.submission.tampering import find_tampering


class Seat(Protocol):
    """Gives checks a way to a submission's code."""

    def transport(self, part: str) -> Transport:
        """The way to the code, for checks of `part`.

        Raises:
            LearnerProblem: The code cannot be run, or `part` uses what it must not.
        """

    def place(self, part: str) -> str:
        """Where `part` stands in the learner's file: `softmax.py:7`, or an empty string."""

    def trouble(self, part: str) -> tuple[str, ...]:
        """What went wrong with `part` while the file was loaded."""


class SourceSeat:
    """What both kinds of seat know from reading the file, without running it."""

    def __init__(self, topic: Topic, source: Source) -> None:
        self.topic = topic
        self.source = source
        self._shortcuts = Shortcuts(source)

    def program(self, file_of: dict[str, str]) -> Program:
        """The learner's cells that parse, ready for a host."""
        cells = tuple(
            (file_of.get(cell.name, cell.name), cell.code) for cell in self.source.cells if cell.error is None
        )
        return Program(self.topic.name, cells, {p.name: p.forbid for p in self.topic.parts})

    def refuse_shortcuts(self, part: str) -> None:
        """Raise `Forbidden` if the part's code names what it must not use."""
        forbid = self.topic.part(part).forbid
        found = self._shortcuts.of(part, forbid) + self.tampering(part) if forbid else ()
        if found:
            raise Forbidden(tuple(f"{use.name} ({use.where})" for use in found))

    def tampering(self, part: str) -> tuple[Shortcut, ...]:  # noqa: ARG002 - the whole file counts
        """What the code uses of what surrounds it, where that keeps `part` from being judged."""
        return self._tampering

    @cached_property
    def _tampering(self) -> tuple[Shortcut, ...]:
        return find_tampering(self.source)

    def place(self, part: str) -> str:
        """Where `part` stands in the learner's file."""
        return where_is(self.source, attribute_of(part))

    def trouble_from(self, part: str, notes: tuple[str, ...]) -> tuple[str, ...]:
        """The notes about cells in which the part is, or would have been, defined.

        A `.py` file is one cell, so what keeps it from running keeps every part from running.
        """
        if self.source.kind == "py":
            return notes
        name = re.escape(attribute_of(part))
        defines = re.compile(rf"^[ \t]*(def|class)[ \t]+{name}\b|^{name}[ \t]*(:.*)?=", re.MULTILINE)
        cells = {cell.name for cell in self.source.cells if defines.search(cell.code)}
        return tuple(note for note in notes if any(note.startswith(f"{cell} ") for cell in cells))
