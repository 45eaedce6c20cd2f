"""The learner's code in a confined process: what grading uses, since it trusts no submission."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from nnlearn.catalogue import Topic
from nnlearn.isolation.deadlines import Deadlines
from nnlearn.isolation.processes import ProcessSource
from nnlearn.isolation.transport import RemoteTransport
from nnlearn.learner.errors import LearnerDied
from nnlearn.learner.seats import SourceSeat
from nnlearn.protocol.transport import Transport
from nnlearn.results import Verdict
from nnlearn.submission.source import Source

_OUTPUT = 4000
_NOTES = 50


class IsolatedSeat(SourceSeat):
    """A submission whose code runs in processes of its own, a new one after each death.

    Args:
        topic: What the submission is for.
        source: The submission.
        processes: Where processes come from.
        figures: Whether to ask for what matplotlib has drawn, which takes time to draw.

    Attributes:
        notes: What the learner should know about the file.
        output: What the file printed while it was loaded, capped.
        printed: The same by cell: pairs of a cell's name and what it printed.
        figures: Pairs of a cell's name and a figure that it drew: what claims to be a PNG file.
    """

    def __init__(
        self, topic: Topic, source: Source, processes: ProcessSource, *, figures: bool = False
    ) -> None:
        super().__init__(topic, source)
        limits = topic.limits
        self._processes = processes
        self._deadlines = Deadlines(limits.call_seconds, limits.part_seconds, limits.submission_seconds)
        self._transport: RemoteTransport | None = None
        self._part = ""
        self._cell = ""
        self._read = self.notes
        self.layers: tuple[str, ...] = ()
        self.output = ""
        self.printed: tuple[tuple[str, str], ...] = ()
        self.figures: tuple[tuple[str, bytes], ...] = ()
        self._takes_figures = figures

    def transport(self, part: str) -> Transport:
        """The way to the code, in a process that lives."""
        self.refuse_shortcuts(part)
        self.refuse_lost(part)
        if part != self._part:
            self._part = part
            self._deadlines.start_part()
        if self._transport is None or self._transport.has_ended:
            self._start()
            self.refuse_lost(part)  # which is found out by loading the file
        assert self._transport is not None  # noqa: S101 - for the type checker
        self.refuse_unread(part)
        return self._transport

    def while_checked(self) -> AbstractContextManager[None]:
        """Nothing: what watches the code lives in its process, which may end."""
        return nullcontext()

    def close(self) -> None:
        """End the process and keep what it printed while the file was loaded."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def trouble(self, part: str) -> tuple[str, ...]:
        """What went wrong with `part` while the file was loaded."""
        return self.trouble_from(part, self.notes)

    def _start(self) -> None:
        """Load the submission in a new process; what it prints later may tell about hidden checks."""
        notes: list[str] | None = None
        while notes is None:
            self.close()
            program = self.program({})
            self._transport = RemoteTransport.start(
                self._processes, program, self._deadlines, self.topic.limits.memory_mb
            )
            self.layers = self._transport.layers
            try:
                notes = self._load(self._transport, [name for name, _ in program.cells])
            except LearnerDied as death:
                self.end_cell(self._cell, death)
            finally:
                self.output = _shortened(self._transport.output)
        self.notes = (*self._read, *self.ended.values(), *notes[:_NOTES])

    def _load(self, transport: RemoteTransport, cells: list[str]) -> list[str]:
        """Run the file's cells one by one, so that each keeps what it printed; the notes about them."""
        self.printed, self.figures = (), ()
        notes: list[str] = []
        for place, cell in enumerate(cells or [""]):
            self._cell = cell
            self._deadlines.start_loading("loading the file" if self.source.kind == "py" else "a cell")
            before = transport.printed()
            try:
                notes += transport.request(("load", place))[1]
            finally:
                self.printed += ((cell, transport.printed_since(before)),)
            self._refuse_to_stay_full(cell, notes)
            if self._takes_figures:
                self.figures += tuple((cell, data) for data in transport.request(("figures",))[1])
        return notes

    def _refuse_to_stay_full(self, cell: str, notes: list[str]) -> None:
        """Raise `LearnerDied` if a cell of the learner's own has run into the end of memory.

        What it has filled may stay: an endless loop need not be one that takes time.
        """
        is_full = bool(notes) and notes[-1].startswith(f"{cell} raised MemoryError")
        if is_full and self.source.kind == "ipynb" and not any(self.parts_that_need(cell)):
            limit = self.topic.limits.memory_mb
            raise LearnerDied(
                Verdict.OUT_OF_MEMORY, f"it needed more than the {limit} MB of memory it may use"
            )


def _shortened(output: str) -> str:
    """What was printed, cut with a word about it."""
    if len(output) <= _OUTPUT:
        return output
    return f"{output[:_OUTPUT].rsplit(chr(10), 1)[0]}\n... (cut: {len(output)} characters were printed)"
