"""The warm process as the watch holds it: started, written to, listened to, ended."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from nnlearn.runtime.environment import WARM_ENVIRONMENT
from nnlearn.text import clean
from nnlearn.watch import messages as m

_KEPT = 64 * 2**10  # of what one run prints
_END = re.compile(re.escape(m.END_OF_OUTPUT).replace(b"%d", rb"(\d+)").replace(b"%s", rb"(\S*)"))
_LONGEST_END = 500
_numbers = itertools.count()
# Ctrl-C and Ctrl-Z at the keyboard are for the watch, which then does as it sees fit with the process.
_GROUP_OF_ITS_OWN: dict[str, Any] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if sys.platform == "win32"
    else {"process_group": 0}
)


@dataclass(frozen=True)
class Said:
    """A report of the process with this number."""

    process: int
    report: m.Report


@dataclass(frozen=True)
class Printed:
    """What a part has printed in a run.

    Attributes:
        process: The number of the process.
        run: The run.
        part: The part; `LOADED` for what the file has printed, `ALL` for the rest at the end of a run.
        text: All of it.
    """

    process: int
    run: int
    part: str
    text: str


@dataclass(frozen=True)
class Gone:
    """The process has ended.

    Attributes:
        process: Its number.
        code: Its exit status, or the negative number of a signal.
        text: What was printed and not yet told.
    """

    process: int
    code: int
    text: str


def can_fork() -> bool:
    """Whether runs can be forks. macOS has forks, but its libraries do not survive them."""
    return sys.platform == "linux" and hasattr(os, "fork")


class WarmProcess:
    """A process that checks files of the workspace at `root`.

    Args:
        root: The workspace.
        topic: The name of the topic to begin with.
        post: Called, from other threads, with all that is heard of it.
        by_fork: Whether it forks for each run.
    """

    def __init__(
        self, root: Path, topic: str, post: Callable[[Said | Printed | Gone], None], *, by_fork: bool
    ) -> None:
        self.number = next(_numbers)
        self.by_fork = by_fork
        self._post = post
        self._text = b""
        manner = "fork" if by_fork else "reload"
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", "nnlearn.watch.warm", str(root), topic, manner],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | WARM_ENVIRONMENT,
            **_GROUP_OF_ITS_OWN,
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr  # noqa: PT018, S101
        self._input = self._process.stdin
        output = threading.Thread(target=self._read_output, args=(self._process.stderr,), daemon=True)
        output.start()
        threading.Thread(target=self._read_reports, args=(self._process.stdout, output), daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def send(self, request: m.Request) -> None:
        """Send a request; if it is gone, `Gone` is on its way."""
        with contextlib.suppress(OSError, ValueError):
            m.send(self._input.fileno(), request)

    def kill(self) -> None:
        """End it and all that it has started. It is told as `Gone`."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Stop it and all that it has started; only where a watch can be stopped."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it and wait until it has ended."""
        self.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._input.close()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _read_reports(self, stream: IO[bytes], output: threading.Thread) -> None:
        lines = m.Lines(m.Report)
        while data := os.read(stream.fileno(), 2**16):
            for report in lines.feed(data):
                self._post(Said(self.number, report))
        stream.close()
        code = self._process.wait()
        output.join(1.0)  # a program that the learner's code started may keep it open
        self._post(Gone(self.number, code, _decoded(self._text)))

    def _read_output(self, stream: IO[bytes]) -> None:
        kept, tail = b"", b""  # the tail may be the beginning of a mark
        while data := os.read(stream.fileno(), 2**16):
            tail += data
            while mark := _END.search(tail):
                kept = (kept + tail[: mark.start()])[:_KEPT]
                self._post(Printed(self.number, int(mark[1]), mark[2].decode(), _decoded(kept)))
                kept, tail = b"", tail[mark.end() :]
            kept = (kept + tail[:-_LONGEST_END])[:_KEPT]
            tail = tail[-_LONGEST_END:]
            self._text = (kept + tail)[:_KEPT]
        stream.close()


def _decoded(data: bytes) -> str:
    return clean(data.decode("utf-8", "replace")).rstrip()
