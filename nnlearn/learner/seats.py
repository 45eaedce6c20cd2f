"""Where a submission sits while it is checked: its file, read once, and the transport to its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Protocol

from nnlearn.catalogue import Topic, attribute_of
from nnlearn.learner.errors import Forbidden, LearnerDied, NotWritten
from nnlearn.learner.parameters import Names, names_in
from nnlearn.protocol.requests import Program
from nnlearn.protocol.transport import Transport
from nnlearn.results import Verdict
from nnlearn.submission.left_out import Remainder, leave_out, needed_by
from nnlearn.submission.locate import where_is
from nnlearn.submission.misplaced import misplaced_answers
from nnlearn.submission.needs import Needs
from nnlearn.submission.shortcuts import Shortcuts
from nnlearn.submission.source import Source

# A cell that never ends takes as long as a part may, and the others have to be run once more.
_MOST_ENDED = 3


class Seat(Protocol):
    """Gives checks a way to a submission's code."""

    def transport(self, part: str) -> Transport:
        """The way to the code, for checks of `part`.

        Raises:
            LearnerProblem: The code cannot be run, or `part` uses what it must not.
        """

    def while_checked(self) -> AbstractContextManager[None]:
        """What has to hold around checks, and is had most cheaply once for all those that run in a row."""

    def place(self, part: str) -> str:
        """Where `part` stands in the learner's file: `softmax.py:7`, or an empty string."""

    def trouble(self, part: str) -> tuple[str, ...]:
        """What went wrong with `part` while the file was loaded."""

    @property
    def names(self) -> Names:
        """What the submission calls things, as far as that is known."""


class SourceSeat:
    """What both kinds of seat know from reading the file, without running it.

    Attributes:
        notes: What the learner should know about the file.
        ended: For each cell that had to be ended, and is left out since: a note.
    """

    def __init__(self, topic: Topic, source: Source) -> None:
        self.topic = topic
        self.source = source
        self._shortcuts = Shortcuts(source)
        self._remainder = remainder_of(topic, source)
        parts = [attribute_of(part.name) for part in topic.parts]
        self.notes = (*source.notes, *misplaced_answers(source, parts), *self._remainder.notes)
        self.ended: dict[str, str] = {}
        self._lost: dict[str, LearnerDied] = {}
        self._death_on_load: LearnerDied | None = None

    def program(self, file_of: dict[str, str]) -> Program:
        """The learner's cells that parse, ready for a host, without what is left out of them."""
        cells = tuple(
            (file_of.get(cell.name, cell.name), cell.code)
            for cell in self._remainder.source.cells
            if cell.error is None and cell.name not in self.ended
        )
        return Program(self.topic.name, cells, {p.name: p.rules for p in self.topic.parts})

    def refuse_shortcuts(self, part: str) -> None:
        """Raise `Forbidden` if the part's code names what it must not use, or needs what is left out."""
        rules = self.topic.part(part).rules
        found = self._shortcuts.of(part, rules) if rules.forbid else ()
        if found := (*found, *self._remainder.refused.get(attribute_of(part), ())):
            raise Forbidden(tuple(f"{use.name} ({use.where})" for use in found))

    def refuse_unread(self, part: str) -> None:
        """Raise `NotWritten` if the file, which has been run, does not define the part.

        If it is there all the same, something made it while the file ran, and nobody can read what it uses.
        """
        if self.topic.part(part).rules.forbid and not self._shortcuts.defines(part):
            raise NotWritten(f"{part} is not defined in {self.source.path.name}")

    def place(self, part: str) -> str:
        """Where `part` stands in the learner's file."""
        return where_is(self.source, attribute_of(part))

    def end_cell(self, cell: str, death: LearnerDied) -> None:
        """Leave out a cell during which the process was ended: the parts that need it are lost.

        Args:
            cell: The cell's name. Whoever asks for cells one by one knows which it was.
            death: How that went.

        Raises:
            LearnerDied: The file cannot be loaded at all: it is one piece, it ended itself, or that would
                be one cell too many.
        """
        is_endless = death.verdict in (Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY)
        if self.source.kind == "py" or not is_endless or len(self.ended) == _MOST_ENDED:
            where = "the file" if self.source.kind == "py" else f"the file, {cell}"
            self._death_on_load = LearnerDied(death.verdict, f"loading {where}: {death.message}")
            raise self._death_on_load
        needing = list(self.parts_that_need(cell))
        self.ended[cell] = f"{cell} was ended and left out: {death.message}; {needed_by(needing)}"
        self._lost |= dict.fromkeys(needing, LearnerDied(death.verdict, f"{cell}: {death.message}"))

    def refuse_lost(self, part: str) -> None:
        """Raise `LearnerDied` if what the part needs could not be loaded."""
        if death := self._death_on_load or self._lost.get(part):
            raise death

    def parts_that_need(self, cell: str) -> Iterator[str]:
        """The parts that a cell defines, or whose code needs something that it defines."""
        statements = {s for c in self._remainder.source.cells if c.name == cell for s in c.tree.body}
        for part in self.topic.parts:
            definitions = self._needs.definitions(attribute_of(part.name))
            if not self._needs.all_below(definitions).isdisjoint(statements):
                yield part.name

    @cached_property
    def names(self) -> Names:
        """What the submission calls things."""
        return names_in(self.source)

    @cached_property
    def _needs(self) -> Needs:
        return Needs(self._remainder.source)

    def trouble_from(self, part: str, notes: tuple[str, ...]) -> tuple[str, ...]:
        """The notes that cells in which the part is, or would have been, defined did not run to their end.

        They begin with the cell; what is said about a line is no trouble. A `.py` file is one cell, so what
        keeps it from running keeps every part from running.
        """
        cells = {cell.name for cell in self.source.cells}
        if self.source.kind == "ipynb":
            name = re.escape(attribute_of(part))
            defines = re.compile(rf"^[ \t]*(def|class)[ \t]+{name}\b|^{name}[ \t]*(:.*)?=", re.MULTILINE)
            cells = {cell.name for cell in self.source.cells if defines.search(cell.code)}
        notes = tuple(note for note in notes if note not in self._remainder.notes)
        return tuple(note for note in notes if any(note.startswith(f"{cell} ") for cell in cells))


def remainder_of(topic: Topic, source: Source) -> Remainder:
    """What of a submission is run; all of it where no part is watched."""
    if not any(part.forbid for part in topic.parts):
        return Remainder(source, (), {})
    return leave_out(source, [attribute_of(part.name) for part in topic.parts])
