"""The grader's end of the zygote: asks for confined processes, ends them, replaces the zygote if it died."""

from __future__ import annotations

import functools
import os
import signal
import socket
import threading
from collections.abc import Iterable

from nnlearn.isolation.confinement.enclosure import FIRST_USER, USERS
from nnlearn.isolation.processes import Ending, Held, IsolationError, LearnerProcess
from nnlearn.isolation.wire import WireError
from nnlearn.isolation.zygote_link import FEWER_PROCESSES, Link, OwnLink, borrowed
from nnlearn.protocol.requests import Rules


class Zygote:
    """A warm process that forks a confined one for each submission.

    There is one when it is first needed, and another when it has died. While it cannot fork, each
    submission gets a process that is started for it alone, in the time that it takes to import Keras.

    Args:
        cores: How many threads TensorFlow may use in each process.

    Attributes:
        lender: A socket to ask for a fork of a zygote that is there already, which shares its memory and is
            there at once. Without one, or if nobody answers, a process of its own is started.
        starts: How often there was a new one.
    """

    def __init__(self, cores: int = 1, lender: socket.socket | None = None) -> None:
        self._cores = cores
        self.lender = lender
        self._lock = threading.Lock()
        self._link: Link | None = None
        self._opened = 0
        self._prepared: dict[Rules, None] = {}
        self.starts = 0

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that hold around the zygote, as it says itself; starts it if need be."""
        with self._lock:
            return self._started().layers

    @property
    def pid(self) -> int:
        """The process to watch or to kill; starts it if need be."""
        with self._lock:
            return self._started().pid

    @property
    def has_run_an_operation(self) -> bool:
        """Whether TensorFlow has executed anything in the zygote; starts it if need be. Must be False."""
        with self._lock:
            return self._started().has_run_an_operation

    def prepare(self, rules: Iterable[Rules]) -> None:
        """Have the zygote look up what the parts of a topic must not use, once for all its forks."""
        with self._lock:
            self._prepared |= dict.fromkeys(one for one in rules if one.forbid)
            self._stop()  # it is told when it starts

    def open(self, memory_mb: int, cpu_seconds: int) -> LearnerProcess:
        """A new confined process.

        Raises:
            IsolationError: The zygote cannot be started, or can neither fork nor be done without.
        """
        with self._lock:
            try:
                return self._open(memory_mb, cpu_seconds)
            except (OSError, WireError):
                self._stop()  # it died, perhaps long ago: once more with a new one
                return self._open(memory_mb, cpu_seconds)

    def reap(self, pid: int, grace: float) -> Ending | None:
        """How the process `pid` of the zygote ended, or None if it still runs after `grace` seconds."""
        with self._lock:
            if self._link is None:
                return Ending(-signal.SIGKILL, 0.0, 0.0)
            try:
                answer, _ = self._link.ask(("reap", pid, grace))
            except (OSError, WireError):
                self._stop()
                return Ending(-signal.SIGKILL, 0.0, 0.0)
        match answer:
            case ("ended", code, max_rss_kb, cpu_seconds):
                return Ending(code, max_rss_kb / 1024, cpu_seconds)
        return None

    def close(self) -> None:
        """End the zygote and every process it has forked."""
        with self._lock:
            self._stop()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _started(self) -> Link:
        if self._link is not None and self._link.has_ended:
            self._stop()
        if self._link is None:
            lent = borrowed(self.lender) if self.lender else None
            self._link = lent or OwnLink(self._cores)
            self.starts += 1
            self._tell(self._link)
        return self._link

    def _tell(self, link: Link) -> None:
        for rules in self._prepared:
            link.ask(("prepare", [list(entries) for entries in rules]))

    def _stop(self) -> None:
        if self._link is not None:
            self._link.stop()
            self._link = None

    def _open(self, memory_mb: int, cpu_seconds: int) -> LearnerProcess:
        link = self._started()
        self._opened += 1
        bounds = (memory_mb, cpu_seconds, FIRST_USER + (os.getpid() * 31 + self._opened) % USERS)
        ours, theirs = socket.socketpair()
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        try:
            pass_on = (theirs.fileno(), writer)
            answer, descriptors = link.ask(("fork", *bounds), pass_on)
            if answer[0] == "forked":
                reap = functools.partial(self.reap, answer[1])
                let_go = functools.partial(os.close, descriptors[0])
                return Held(reap, descriptors[0], let_go, ours, reader)
            fresh = self._fresh(bounds, pass_on, answer[-1])
            return Held(fresh.reap, fresh.pidfd, fresh.stop, ours, reader)
        except BaseException:
            ours.close()
            os.close(reader)
            raise
        finally:
            theirs.close()
            os.close(writer)

    def _fresh(self, bounds: tuple[int, int, int], pass_on: tuple[int, ...], reason: object) -> OwnLink:
        """A process that was started for one submission, because the zygote cannot fork for `reason`."""
        no_process = f"no process could be forked to run a submission: {reason}"
        try:
            link = OwnLink(self._cores)
        except IsolationError as error:
            raise IsolationError(f"{no_process}; {error.problem}", FEWER_PROCESSES) from error
        try:
            self._tell(link)
            link.become(bounds, pass_on)
        except (OSError, WireError) as error:
            link.stop()
            raise IsolationError(f"{no_process}; one of its own ended: {error}", FEWER_PROCESSES) from error
        return link
