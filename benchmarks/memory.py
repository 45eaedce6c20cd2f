"""How much memory processes hold that they share with no other."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

import psutil

_EVERY = 0.05


def unshared_mb(processes: list[psutil.Process]) -> float:
    """The unshared memory of `processes` together; those that ended in the meantime hold none."""
    total = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        lines = (line.split() for line in text.splitlines() if line.startswith("Private_"))
        total += sum(int(line[1]) for line in lines)
    return total / 1024


def workers_of_this_process() -> list[psutil.Process]:
    """The grading workers: those descendants that a zygote belongs to."""
    zygotes = [p for p in psutil.Process().children(recursive=True) if _is_zygote(p) and not _is_fork(p)]
    return [parent for zygote in zygotes if (parent := zygote.parent()) is not None]


def tree(worker: psutil.Process) -> list[psutil.Process]:
    """A worker, its zygote and whatever that has forked."""
    return [worker, *worker.children(recursive=True)]


class PeakOfLearners:
    """The most unshared memory that any fork of a zygote held while this context was open."""

    def __init__(self) -> None:
        self.mb = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakOfLearners:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            for process in psutil.Process().children(recursive=True):
                if _is_fork(process):
                    self.mb = max(self.mb, unshared_mb([process]))


def _is_zygote(process: psutil.Process) -> bool:
    try:
        return any(part.endswith("zygote_process") for part in process.cmdline())
    except psutil.NoSuchProcess:
        return False


def _is_fork(process: psutil.Process) -> bool:
    try:
        parent = process.parent()
    except psutil.NoSuchProcess:
        return False
    return parent is not None and _is_zygote(process) and _is_zygote(parent)
