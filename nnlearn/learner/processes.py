"""Confined processes, as the grader holds them: a socket, what they print, a way to end them."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Ending:
    """How a process ended.

    Attributes:
        code: Its exit status, or the negative number of the signal that ended it.
        max_rss_mb: The most memory it held at one time.
        cpu_seconds: Processor time of all its threads.
    """

    code: int
    max_rss_mb: float
    cpu_seconds: float


class LearnerProcess(Protocol):
    """A confined process that waits for a submission."""

    @property
    def connection(self) -> socket.socket:
        """The grader's end of its socket."""

    @property
    def output(self) -> int:
        """The descriptor to read what it prints from."""

    def kill(self) -> None:
        """End it, and all it started, at once."""

    def wait(self, grace: float) -> Ending | None:
        """How it ended, or None if it still runs after `grace` seconds."""

    def clean_up(self) -> None:
        """Remove what it may have left behind; it has ended."""


class Workers(Protocol):
    """Where confined processes come from."""

    def prepare(self, forbid: Iterable[tuple[str, ...]]) -> None:
        """Get ready to watch for what parts must not use."""

    def open(self, memory_mb: int, cpu_seconds: int) -> LearnerProcess:
        """A new confined process."""

    def close(self) -> None:
        """End everything."""


class _Process:
    """What both kinds of learner's process share."""

    def __init__(self, connection: socket.socket, output: int, pidfd: int, scratch: str) -> None:
        self.connection = connection
        self.output = output
        self._pidfd = pidfd
        self._scratch = scratch
        self._ending: Ending | None = None

    def kill(self) -> None:
        """End it, and all it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def clean_up(self) -> None:
        """Remove what it may have left behind."""
        self.connection.close()
        if self.output >= 0:
            os.close(self.output)
        os.close(self._pidfd)
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)


class Forked(_Process):
    """A fork of the zygote."""

    def __init__(
        self,
        reap: Callable[[float], Ending | None],
        pidfd: int,
        connection: socket.socket,
        output: int,
        scratch: str,
    ) -> None:
        super().__init__(connection, output, pidfd, scratch)
        self._reap = reap

    def wait(self, grace: float) -> Ending | None:
        """How it ended, or None if it still runs after `grace` seconds."""
        self._ending = self._ending or self._reap(grace)
        return self._ending


class Fresh(_Process):
    """A process of its own."""

    def __init__(
        self,
        started: subprocess.Popen[bytes],
        stop: Callable[[], None],
        connection: socket.socket,
        output: int,
        scratch: str,
    ) -> None:
        super().__init__(connection, output, os.pidfd_open(started.pid), scratch)
        self._started = started
        self._stop = stop

    def wait(self, grace: float) -> Ending | None:
        """How it ended, or None if it still runs after `grace` seconds."""
        if self._ending is None and select.select([self._pidfd], [], [], grace)[0]:
            _, status, usage = os.wait4(self._started.pid, 0)
            self._started.returncode = code = os.waitstatus_to_exitcode(status)
            seconds = usage.ru_utime + usage.ru_stime
            self._ending = Ending(code, usage.ru_maxrss / 1024, seconds)
        return self._ending

    def clean_up(self) -> None:
        """Remove what it may have left behind."""
        super().clean_up()
        self._stop()
