"""A confined process, as the grader holds it: a socket, what it prints, a way to end it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from nnlearn.errors import NnlearnError
from nnlearn.protocol.requests import Rules

EXIT_OUT_OF_MEMORY = 71
"""What a learner's process ends with that finds no more memory."""
PACKET = 2**16
"""The most bytes of a message to a zygote, or from one."""


class IsolationError(NnlearnError):
    """No process could be had to run a learner's code in."""


@dataclass(frozen=True)
class Ending:
    """How a process ended.

    Attributes:
        code: Its exit status, or the negative number of the signal that ended it.
        max_rss_mb: The most memory it held at one time; 0 where nobody knows.
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
        """Let go of it; it has ended."""


class ProcessSource(Protocol):
    """Where confined processes come from."""

    def prepare(self, rules: Iterable[Rules]) -> None:
        """Get ready to watch for what parts must not use."""

    def open(self, memory_mb: int, cpu_seconds: int) -> LearnerProcess:
        """A new confined process."""

    def close(self) -> None:
        """End everything."""


class Held:
    """A process that this one holds only by descriptors: a fork of the zygote, or what a zygote became.

    Args:
        reap: Finds out how it ended, in as many seconds at most.
        pidfd: A descriptor to kill it by.
        let_go: Gives up what was needed to reap and to kill it, and what is left of it.
        connection: The grader's end of its socket.
        output: The descriptor to read what it prints from.
    """

    def __init__(
        self,
        reap: Callable[[float], Ending | None],
        pidfd: int,
        let_go: Callable[[], None],
        connection: socket.socket,
        output: int,
    ) -> None:
        self.connection = connection
        self.output = output
        self._reap = reap
        self._pidfd = pidfd
        self._let_go = let_go
        self._ending: Ending | None = None

    def kill(self) -> None:
        """End it, and all it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def wait(self, grace: float) -> Ending | None:
        """How it ended, or None if it still runs after `grace` seconds."""
        self._ending = self._ending or self._reap(grace)
        return self._ending

    def clean_up(self) -> None:
        """Let go of it; it has ended."""
        self.connection.close()
        if self.output >= 0:
            os.close(self.output)
        self._let_go()
