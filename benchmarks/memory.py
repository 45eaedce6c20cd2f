"""How much memory processes hold that they share with no other."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

import psutil  # type: ignore[import-untyped]

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
    """The grading workers: those descendants that have a zygote without being one."""
    parents = {p.parent() for p in psutil.Process().children(recursive=True) if _is_zygote(p)}
    return [parent for parent in parents if parent is not None and not _is_zygote(parent)]


def tree(worker: psutil.Process) -> list[psutil.Process]:
    """A worker, its zygote and whatever that has forked."""
    return [worker, *worker.children(recursive=True)]


class PeakOfLearners:
    """The most unshared memory that any learner's process held while this context was open.

    Those are the descendants of this process that come and go: the others are there before.
    """

    def __init__(self) -> None:
        self.mb = 0.0
        self._lasting = {process.pid for process in psutil.Process().children(recursive=True)}
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
                if process.pid not in self._lasting:
                    self.mb = max(self.mb, unshared_mb([process]))


def _is_zygote(process: psutil.Process) -> bool:
    try:
        return any(part.endswith("zygote_process") for part in process.cmdline())
    except psutil.NoSuchProcess:
        return False
