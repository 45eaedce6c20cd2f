"""Runs of the checks, and errands, in forks of the warm process, one of which is always ready."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.runtime.linux import die_with_parent
from nnlearn.runtime.quiet import run_a_first_graph, start_keras, without_native_logs
from nnlearn.watch import messages as m
from nnlearn.watch.collected import CollectedChecks
from nnlearn.watch.errands import run_errand
from nnlearn.watch.lines import Lines
from nnlearn.watch.meeting import LARGEST, STREAMS
from nnlearn.watch.visitors import Visit, Visitors, close
from nnlearn.watch.work import rehearse, work_to_the_end


def serve_by_fork(
    checks: CollectedChecks, known: Sequence[KnownReplies], lines: Lines, root: Path
) -> str | None:
    """Serve requests; returns the topic that was asked for, or None when the other side is gone.

    Args:
        checks: The collected checks of the topic.
        known: The known mistakes that came with the exercise.
        lines: Where requests come from, and where to tell what is found.
        root: The workspace, whose other commands are served as well.
    """
    forks = _Forks(checks, known, lines, Visitors(root))
    try:
        return forks.serve()
    finally:
        forks.end()


class _Fork:
    """A process that waits for one request, and ends after it."""

    def __init__(self, pid: int, orders: socket.socket) -> None:
        self.pid = pid
        self.ending = os.pidfd_open(pid)
        self._orders = orders

    def hand(self, request: m.Check | m.Errand, streams: Sequence[int] = ()) -> None:
        """Have it run the checks, or do an errand on these streams."""
        socket.send_fds(self._orders, [m.to_line(request)], streams)

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Its exit status, once it has ended."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.ending)
        self._orders.close()
        return os.waitstatus_to_exitcode(status)


class _Forks:
    """One fork that checks what was saved, or one that stands by; and those that are on errands."""

    def __init__(
        self, checks: CollectedChecks, known: Sequence[KnownReplies], lines: Lines, visitors: Visitors
    ) -> None:
        self._checks = checks
        self._known = known
        self._lines = lines
        self._visitors = visitors
        self._standing_by: _Fork | None = None
        self._working: _Fork | None = None
        self._errands: list[tuple[Visit, _Fork]] = []
        self._run = 0

    def serve(self) -> str | None:
        while True:
            if self._standing_by is None and self._working is None:
                self._standing_by = self._fork()
            watched = [self._lines.requests, *self._visitors.watched]
            watched += [fork.ending for fork in (self._working, self._standing_by) if fork is not None]
            for visit, fork in self._errands:
                watched += [visit.watched, fork.ending]
            ready, _, _ = select.select(watched, [], [])
            if self._standing_by is not None and self._standing_by.ending in ready:
                self._standing_by.reap()
                self._standing_by = None
            if self._working is not None and self._working.ending in ready:
                self._finish()
            self._mind_errands(ready)
            if self._lines.requests in ready:
                requests = self._lines.receive()
                if requests is None:
                    return None
                for request in requests:
                    if isinstance(request, m.Open):
                        return request.topic
                    self._answer(request)

    def end(self) -> None:
        """End every fork, and take in nobody any more."""
        self._visitors.close()
        for fork in (self._working, self._standing_by):
            if fork is not None:
                fork.kill()
                fork.reap()
        for visit, fork in self._errands:
            fork.kill()
            visit.end(fork.reap())

    def _mind_errands(self, ready: Sequence[int]) -> None:
        """Take on what has come, end what nobody waits for any more, and tell how what has ended did."""
        for visit, fork in tuple(self._errands):
            if fork.ending in ready:
                self._errands.remove((visit, fork))
                visit.end(fork.reap())
            elif visit.watched in ready:  # it has nothing more to say: it is gone
                fork.kill()
        visitor = self._visitors.come(ready)
        taken = visitor.take() if visitor is not None else None
        if visitor is not None and taken is not None:
            errand, streams = taken
            fork, self._standing_by = self._standing_by or self._fork(), None
            with contextlib.suppress(OSError):  # it died while it stood by: its end is told
                fork.hand(errand, streams)
            close(streams)
            self._errands.append((visitor, fork))

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
        own, orders = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            orders.close()
            self._stand_by(own)
        own.close()
        return _Fork(pid, orders)

    def _stand_by(self, orders: socket.socket) -> NoReturn:
        status = m.EXIT_OWN_FAULT
        try:
            die_with_parent(signal.SIGKILL)
            os.close(self._lines.requests)
            self._visitors.close()
            start_keras()
            run_a_first_graph()  # nobody waits for it yet
            # What a check prints by itself comes with a run.
            with without_native_logs(), contextlib.redirect_stdout(sys.stderr):
                rehearse(self._checks, lambda: bool(select.select([orders], [], [], 0)[0]))
            received: list[m.Request] = []
            streams: list[int] = []
            lines = m.Lines(m.Request)
            while not received:
                data, brought, _, _ = socket.recv_fds(orders, LARGEST, STREAMS)
                if not data:
                    break
                received = lines.feed(data)
                streams += brought
            orders.close()
            for request in received:
                match request:
                    case m.Check():
                        status = work_to_the_end(self._checks, self._known, request, self._lines)
                    case m.Errand():
                        status = run_errand(request, streams)
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(status)
