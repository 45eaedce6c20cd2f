"""Runs of the checks in forks of the warm process, one of which is always ready."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.runtime.linux import die_with_parent
from nnlearn.runtime.quiet import run_a_first_graph, start_keras
from nnlearn.watch import messages as m
from nnlearn.watch.collected import CollectedChecks
from nnlearn.watch.lines import Lines
from nnlearn.watch.work import work_to_the_end


def serve_by_fork(checks: CollectedChecks, known: Sequence[KnownReplies], lines: Lines) -> str | None:
    """Serve requests; returns the topic that was asked for, or None when the other side is gone."""
    forks = _Forks(checks, known, lines)
    try:
        return forks.serve()
    finally:
        forks.end()


class _Fork:
    """A process that waits for one request, and ends after it."""

    def __init__(self, pid: int, orders: int) -> None:
        self.pid = pid
        self.ending = os.pidfd_open(pid)
        self._orders = orders

    def hand(self, request: m.Check) -> None:
        """Have it run the checks."""
        m.send(self._orders, request)

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Its exit status, once it has ended."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.ending)
        os.close(self._orders)
        return os.waitstatus_to_exitcode(status)


class _Forks:
    """One fork at work at most, and one that stands by while none is."""

    def __init__(self, checks: CollectedChecks, known: Sequence[KnownReplies], lines: Lines) -> None:
        self._checks = checks
        self._known = known
        self._lines = lines
        self._standing_by: _Fork | None = None
        self._working: _Fork | None = None
        self._run = 0

    def serve(self) -> str | None:
        while True:
            if self._standing_by is None and self._working is None:
                self._standing_by = self._fork()
            watched = [self._lines.requests]
            watched += [fork.ending for fork in (self._working, self._standing_by) if fork is not None]
            ready, _, _ = select.select(watched, [], [])
            if self._standing_by is not None and self._standing_by.ending in ready:
                self._standing_by.reap()
                self._standing_by = None
            if self._working is not None and self._working.ending in ready:
                self._finish()
            if self._lines.requests in ready:
                requests = self._lines.receive()
                if requests is None:
                    return None
                for request in requests:
                    if isinstance(request, m.Open):
                        return request.topic
                    self._answer(request)

    def end(self) -> None:
        """End every fork."""
        for fork in (self._working, self._standing_by):
            if fork is not None:
                fork.kill()
                fork.reap()

    def _answer(self, request: m.Request) -> None:
        match request:
            case m.Cancel(run) if run == self._run and self._working is not None:
                self._working.kill()
                self._finish()
            case m.Check(run):
                if self._working is not None:  # what it checks has been saved again
                    self._working.kill()
                    self._finish()
                try:
                    self._start(request)
                except BrokenPipeError:  # it died while it stood by
                    self._start(request)
                self._run = run

    def _start(self, request: m.Check) -> None:
        fork, self._standing_by = self._standing_by or self._fork(), None
        try:
            fork.hand(request)
        except BrokenPipeError:
            fork.reap()
            raise
        self._working = fork

    def _finish(self) -> None:
        """Report the end of the fork that worked."""
        assert self._working is not None  # noqa: S101 - the callers have looked
        code = self._working.reap()
        self._working = None
        self._lines.end_of_output(self._run)
        self._lines.send(m.Ended(self._run, code))

    def _fork(self) -> _Fork:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(writing)
            self._stand_by(reading)
        os.close(reading)
        return _Fork(pid, writing)

    def _stand_by(self, orders: int) -> NoReturn:
        status = m.EXIT_OWN_FAULT
        try:
            die_with_parent(signal.SIGKILL)
            os.close(self._lines.requests)
            start_keras()
            run_a_first_graph()  # nobody waits for it yet
            received: list[m.Request] = []
            lines = m.Lines(m.Request)
            while not received and (data := os.read(orders, 2**16)):
                received = lines.feed(data)
            for request in received:
                if isinstance(request, m.Check):
                    status = work_to_the_end(self._checks, self._known, request, self._lines)
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(status)
