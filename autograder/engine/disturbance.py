"""Tells a learner's process that ended by itself from one that something outside has killed.

A submission whose process was killed from outside, or together with its zygote, has done nothing wrong:
it is graded again.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterable

from nnlearn.isolation.processes import Ending, LearnerProcess, ProcessSource
from nnlearn.protocol.requests import Rules


class WatchedProcesses:
    """Confined processes from `processes`, each watched for an end that nobody asked for.

    Attributes:
        disturbed: Whether one was killed by a signal that is neither ours nor a limit's.
    """

    def __init__(self, processes: ProcessSource) -> None:
        self._processes = processes
        self.disturbed = False

    def prepare(self, rules: Iterable[Rules]) -> None:
        """Get ready to watch for what parts must not use."""
        self._processes.prepare(rules)

    def open(self, memory_mb: int, cpu_seconds: int) -> LearnerProcess:
        """A new confined process."""
        return _Watched(self._processes.open(memory_mb, cpu_seconds), cpu_seconds, self)

    def close(self) -> None:
        """End everything."""
        self._processes.close()


class _Watched:
    """A learner's process that reports to its watch how it ended."""

    def __init__(self, process: LearnerProcess, cpu_seconds: int, watch: WatchedProcesses) -> None:
        self._process = process
        self._cpu_seconds = cpu_seconds
        self._watch = watch
        self._killed_by_us = False

    @property
    def connection(self) -> socket.socket:
        """The grader's end of its socket."""
        return self._process.connection

    @property
    def output(self) -> int:
        """The descriptor to read what it prints from."""
        return self._process.output

    def kill(self) -> None:
        """End it, and all it started, at once."""
        self._killed_by_us = True
        self._process.kill()

    def wait(self, grace: float) -> Ending | None:
        """How it ended, or None if it still runs after `grace` seconds."""
        ending = self._process.wait(grace)
        if ending is not None and ending.code == -signal.SIGKILL and not self._killed_by_us:
            self._watch.disturbed |= ending.cpu_seconds < self._cpu_seconds
        return ending

    def clean_up(self) -> None:
        """Remove what it may have left behind."""
        self._process.clean_up()
