"""One run of the checks on the learner's file, in this process, reported as it goes."""

from __future__ import annotations

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
from nnlearn.submission.source import Source, load_source
from nnlearn.watch import messages as m
from nnlearn.watch.collected import CollectedChecks

_BEAT_S = 0.5  # how often a check that takes its time says that it is still getting answers
Send = Callable[[m.Report], None]


def work(checks: CollectedChecks, known: Sequence[KnownReplies], request: m.Check, send: Send) -> None:
    """Run the checks that `request` asks for, and send what is found.

    Args:
        checks: The collected checks of the topic.
        known: The known mistakes that came with the exercise.
        request: Which file, and which parts.
        send: Takes the reports.
    """
    start_keras()
    send(m.Began(request.run))
    try:
        source = load_source(Path(request.file))
    except SubmissionError as error:
        send(m.Unreadable(request.run, str(error)))
        return
    seat = _ReportingSeat(checks.topic, source, request.run, send)
    advice = SelfCheckAdvice(checks.topic, Path(request.file))
    bench = Bench(checks.topic, seat, known=known, advice=advice, standard=proven)
    for part in request.parts:
        _check(checks, bench, part, request.run, send)


def work_to_the_end(
    checks: CollectedChecks, known: Sequence[KnownReplies], request: m.Check, send: Send
) -> int:
    """Do as `work` does, whatever is raised.

    Returns:
        An exit status: 0, or why the run was cut short; a fault of ours is printed.
    """
    try:
        work(checks, known, request, send)
    except KeyboardInterrupt:
        return m.EXIT_KEYBOARD_INTERRUPT
    except BaseException:
        traceback.print_exc()
        return m.EXIT_OWN_FAULT
    return 0


def _check(checks: CollectedChecks, bench: Bench, part: str, run: int, send: Send) -> None:
    last = ""

    def before(check: str) -> None:
        nonlocal last
        _send_outcome(bench, last, run, send)
        last = check
        send(m.Busy(run, part, check))

    checks.run(bench, part, before)
    _send_outcome(bench, last, run, send)
    # The diagnosis of one check weighs how the others of its part went: only now is it final.
    results: tuple[PartResult, ...] = bench.parts()
    found = next((result for result in results if result.name == part), None)
    if found is not None:
        send(m.PartDone(run, found))


def _send_outcome(bench: Bench, check: str, run: int, send: Send) -> None:
    if check in bench.runs:
        send(m.Checked(run, bench.outcome(bench.runs[check])))


class _ReportingSeat(LocalSeat):
    """The learner's code in this process, with word of when it is loaded and that it answers."""

    def __init__(self, topic: Topic, source: Source, run: int, send: Send) -> None:
        super().__init__(topic, source)
        self._run = run
        self._send = send
        self._reporting: _ReportingTransport | None = None

    def transport(self, part: str) -> Transport:
        if self._reporting is not None:
            super().transport(part)  # which refuses a part that uses what it must not
            return self._reporting
        self._send(m.Loading(self._run))
        self._reporting = _ReportingTransport(super().transport(part), self._beat)
        self._send(m.Loaded(self._run, self.notes))
        return self._reporting

    def _beat(self) -> None:
        self._send(m.Beat(self._run))


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
