"""One run of the checks on the learner's file, in this process, reported as it goes."""

from __future__ import annotations

import pdb
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench, proven
from nnlearn.checking.selfcheck import SelfCheckAdvice
from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.errors import SubmissionError
from nnlearn.learner.local import LocalSeat
from nnlearn.protocol.transport import Transport
from nnlearn.results import PartResult
from nnlearn.runtime.quiet import start_keras
from nnlearn.submission.source import Cell, Source, file_name, load_source, place
from nnlearn.watch import messages as m
from nnlearn.watch.collected import CollectedChecks
from nnlearn.watch.lines import Lines

_BEAT_S = 0.5  # how often a check that takes its time says that it is still getting answers


def work(checks: CollectedChecks, known: Sequence[KnownReplies], request: m.Check, lines: Lines) -> None:
    """Run the checks that `request` asks for, and tell what is found.

    Args:
        checks: The collected checks of the topic.
        known: The known mistakes that came with the exercise.
        request: Which file, and which parts.
        lines: Where to tell it.
    """
    start_keras()
    lines.send(m.Began(request.run))
    try:
        source = load_source(Path(request.file))
    except SubmissionError as error:
        lines.send(m.Unreadable(request.run, str(error)))
        return
    work = _Work(checks, known, source, request.run, lines)
    for part in request.parts:
        work.check(part)
    lines.tell_no_stack()


def work_to_the_end(
    checks: CollectedChecks, known: Sequence[KnownReplies], request: m.Check, lines: Lines
) -> int:
    """Do as `work` does, whatever is raised.

    Returns:
        An exit status: 0, or why the run was cut short; a fault of ours is printed.
    """
    try:
        work(checks, known, request, lines)
    except KeyboardInterrupt:
        return m.EXIT_KEYBOARD_INTERRUPT
    except BaseException:
        traceback.print_exc()
        return m.EXIT_OWN_FAULT
    return 0


def rehearse(checks: CollectedChecks, is_called: Callable[[], bool]) -> None:
    """Run the checks on a file in which no part is written: what takes longer the first time does so now.

    Args:
        checks: The collected checks of the topic.
        is_called: Whether somebody waits; asked before each part.
    """
    start_keras()
    topic = checks.topic
    for part in topic.parts:
        if is_called():
            return
        code = f"def {part.name}(*_, **__):\n    raise NotImplementedError\n"
        unwritten = Source(topic.stub, "py", (Cell(1, code, frozenset(), topic.stub.name),))
        checks.run(Bench(topic, LocalSeat(topic, unwritten), standard=proven), part.name, lambda _: None)


class _Work:
    """The checks of one file, part by part."""

    def __init__(
        self, checks: CollectedChecks, known: Sequence[KnownReplies], source: Source, run: int, lines: Lines
    ) -> None:
        self._checks = checks
        self._run = run
        self._lines = lines
        self._limits = checks.topic.limits
        self._check = ""
        self._part_ends = 0.0
        seat = _ReportingSeat(checks.topic, source, self)
        advice = SelfCheckAdvice(checks.topic, source.path)
        self._bench = Bench(checks.topic, seat, known=known, advice=advice, standard=proven)
        # There is nobody to type into a debugger here.
        sys.breakpointhook = pdb.set_trace = self._pass_breakpoint

    def check(self, part: str) -> None:
        """Run the checks of a part."""
        self._check = ""
        self._part_ends = time.monotonic() + self._limits.part_seconds

        def before(check: str) -> None:
            self._send_outcome()
            self._check = check
            self._lines.send(m.Busy(self._run, part, check))
            self.goes_on()

        self._checks.run(self._bench, part, before)
        self._send_outcome()
        self._lines.end_of_output(self._run, part)
        # What is noticed depends on how every check of the part went: only now can it be told.
        results: tuple[PartResult, ...] = self._bench.parts()
        found = next((result for result in results if result.name == part), None)
        if found is not None:
            self._lines.send(m.PartDone(self._run, found))

    def loads(self) -> None:
        """The file begins to run."""
        self._lines.send(m.Loading(self._run))
        self._lines.tell_stack_in(self._limits.part_seconds)

    def is_loaded(self, notes: tuple[str, ...]) -> None:
        """The file has been run."""
        self._lines.end_of_output(self._run, m.LOADED)
        self._lines.send(m.Loaded(self._run, notes))
        self._part_ends = time.monotonic() + self._limits.part_seconds
        self.goes_on()

    def beat(self) -> None:
        """The check is getting answers."""
        self._lines.send(m.Beat(self._run))
        self.goes_on()

    def goes_on(self) -> None:
        """A call may take so long from now on, and the part so long as is left; then we are told the line."""
        left = self._part_ends - time.monotonic()
        self._lines.tell_stack_in(max(0.01, min(self._limits.call_seconds, left)))

    def _send_outcome(self) -> None:
        if self._check in self._bench.runs:
            outcome = self._bench.outcome(self._bench.runs[self._check])
            self._lines.send(m.Checked(self._run, outcome))

    def _pass_breakpoint(self, *_: object, **__: object) -> None:
        frame = sys._getframe(1)
        where = place(file_name(frame.f_code.co_filename), frame.f_lineno)
        self._lines.send(m.PassedBreakpoint(self._run, where, self._check))


class _ReportingSeat(LocalSeat):
    """The learner's code in this process, with word of when it is loaded and that it answers."""

    def __init__(self, topic: Topic, source: Source, work: _Work) -> None:
        super().__init__(topic, source)
        self._work = work
        self._reporting: _ReportingTransport | None = None

    def transport(self, part: str) -> Transport:
        if self._reporting is not None:
            super().transport(part)  # which refuses a part that uses what it must not
            return self._reporting
        self._work.loads()
        self._reporting = _ReportingTransport(super().transport(part), self._work.beat)
        self._work.is_loaded(self.notes)
        return self._reporting


class _ReportingTransport:
    """Passes requests on, and says now and then that replies come back."""

    output = ""

    def __init__(self, inner: Transport, beat: Callable[[], None]) -> None:
        self._inner = inner
        self._beat = beat
        self._last = time.monotonic()

    def request(self, request: tuple[Any, ...]) -> tuple[Any, ...]:
        """The host's reply."""
        reply = self._inner.request(request)
        if (now := time.monotonic()) - self._last > _BEAT_S:
            self._last = now
            self._beat()
        return reply

    def close(self) -> None:
        """Let go of the host."""
        self._inner.close()
