"""The grader's end of the zygote: asks for confined processes, ends them, restarts the zygote if it died."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nnlearn.errors import NnlearnError
from nnlearn.learner.environment import TENSORFLOW_ENVIRONMENT
from nnlearn.learner.processes import Ending, Forked, Fresh, LearnerProcess, Workers
from nnlearn.learner.wire import WireError, decode, encode
from nnlearn.learner.zygote_process import PACKET

__all__ = ["FreshProcess", "IsolationError", "Workers", "Zygote"]

_START_SECONDS = 120.0  # a cold import of TensorFlow on a slow disk
_ANSWER_SECONDS = 30.0
_FIRST_UID, _UIDS = 60000, 1000


class IsolationError(NnlearnError):
    """No process could be had to run a learner's code in."""


class Zygote:
    """A warm process that forks a confined one for each submission.

    It starts when it is first needed, and again when it has died.

    Args:
        cores: How many threads TensorFlow may use in each process.
        by_fork: Whether it forks; otherwise each start serves one submission.
    """

    def __init__(self, cores: int = 1, *, by_fork: bool = True) -> None:
        self._cores = cores
        self._by_fork = by_fork
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._opened = 0
        self._prepared: dict[tuple[str, ...], None] = {}
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
            return self._started().process.pid

    def prepare(self, forbid: Iterable[tuple[str, ...]]) -> None:
        """Have the zygote look up what parts must not use, once for all its forks."""
        with self._lock:
            self._prepared |= dict.fromkeys(names for names in forbid if names)
            if self._running is not None:
                self._stop()  # it is told when it starts

    def open(self, memory_mb: int, cpu_seconds: int) -> LearnerProcess:
        """A new confined process.

        Raises:
            IsolationError: The zygote cannot be started, or cannot fork.
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
            if self._running is None:
                return Ending(-signal.SIGKILL, 0.0, 0.0)
            try:
                answer, _ = self._running.ask(("reap", pid, grace))
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

    def _started(self) -> _Running:
        if self._running is not None and self._running.process.poll() is not None:
            self._stop()
        if self._running is None:
            self._running = _Running(self._cores)
            self.starts += 1
            for names in self._prepared:
                self._running.ask(("prepare", list(names)))
        return self._running

    def _stop(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    def _open(self, memory_mb: int, cpu_seconds: int) -> LearnerProcess:
        running = self._started()
        self._opened += 1
        uid = _FIRST_UID + (os.getpid() * 31 + self._opened) % _UIDS
        scratch = "" if "mountns" in running.layers else _make_scratch(uid)
        ours, theirs = socket.socketpair()
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        verb = "fork" if self._by_fork else "become"
        request = (verb, memory_mb, cpu_seconds, uid, scratch)
        try:
            answer, descriptors = running.ask(request, (theirs.fileno(), writer))
        except BaseException:
            ours.close()
            os.close(reader)
            raise
        finally:
            theirs.close()
            os.close(writer)
        if answer[0] != "forked":
            ours.close()
            os.close(reader)
            raise IsolationError(
                f"no process could be forked to run a submission: {answer[-1]}",
                "Close other programs, or grade with fewer --jobs.",
            )
        if self._by_fork:
            reap = functools.partial(self.reap, answer[1])
            return Forked(reap, descriptors[0], ours, reader, scratch)
        self._running = None
        return Fresh(running.process, running.stop, ours, reader, scratch)


class FreshProcess(Zygote):
    """Starts a new process for each submission: slow, for machines where forking is not to be had."""

    def __init__(self, cores: int = 1) -> None:
        super().__init__(cores, by_fork=False)


class _Running:
    """A zygote process and the socket to it."""

    def __init__(self, cores: int) -> None:
        self.folder = tempfile.mkdtemp(prefix="nnlearn-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop
        module = "nnlearn.learner.zygote_process"
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-s", "-B", "-m", module, str(theirs.fileno()), str(cores)],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
            cwd=self.folder,
            env=_environment(self.folder),
            start_new_session=True,
        )
        theirs.close()
        self._control.settimeout(_START_SECONDS)
        try:
            (_, layers, self.refused, self.has_run_an_operation), _ = self._receive()
        except (OSError, WireError) as error:
            raise self._failed_start() from error
        self.layers = tuple(layers)
        self._control.settimeout(_ANSWER_SECONDS)

    def ask(
        self, request: tuple[Any, ...], pass_on: tuple[int, ...] = ()
    ) -> tuple[tuple[Any, ...], list[int]]:
        """The answer to a request, and the descriptors that came with it."""
        socket.send_fds(self._control, [encode(request)], pass_on)
        return self._receive()

    def stop(self) -> None:
        """End the process, and with it all that it has forked."""
        self._control.close()
        self.process.kill()
        self.process.wait()
        self._errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _receive(self) -> tuple[tuple[Any, ...], list[int]]:
        packet, descriptors, _, _ = socket.recv_fds(self._control, PACKET, 1)
        return decode(packet), descriptors

    def _failed_start(self) -> IsolationError:
        self.process.kill()
        self.process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-2000:].decode(errors="replace").strip()
        self.stop()
        return IsolationError(
            f"the process that runs submissions did not start: {said or 'it said nothing'}",
            "Run nnlearn doctor to see what this machine lacks.",
        )


def _make_scratch(uid: int) -> str:
    folder = tempfile.mkdtemp(prefix="nnlearn-scratch-")
    if os.geteuid() == 0:
        os.chown(folder, uid, uid)
    return folder


def _environment(home: str) -> dict[str, str]:
    """All that the zygote and its forks get to see of the environment."""
    return TENSORFLOW_ENVIRONMENT | {
        "HOME": home,
        "KERAS_HOME": str(Path(home) / "keras"),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",  # the same submission gives the same report
        "OPENBLAS_NUM_THREADS": "1",  # a zygote with threads could not fork safely
        "OMP_NUM_THREADS": "1",
    }
