"""How much memory the processes of a grading run hold that they share with no other.

A worker is counted with all that it needs for itself: its own process and whatever that has started, and its
zygote with the process that waits for it and whatever it has forked, a learner's process that happens to live
included. Which zygote serves which worker cannot be seen from outside, so the largest worker and the largest
zygote count, which together hold at least as much as any pair. Of each process its `Private_*` lines in
`smaps_rollup` count: pages that no other process maps. While a learner's process lives, what it shares with
its zygote alone is in neither's, so a worker is best looked at between submissions.

What there is one of, whatever the number of workers, is not a worker's: the grader itself, the process that
workers are forked from, and the first zygote, which lends the others.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psutil  # type: ignore[import-untyped]

_EVERY = 0.05


@dataclass
class Processes:
    """The processes of a grading run.

    Attributes:
        shared: What there is one of; the grader comes first.
        workers: For each worker, its process and what it has started.
        zygotes: For each lent zygote, its process, what waits for it, and what it has forked.
    """

    shared: list[psutil.Process] = field(default_factory=list)
    workers: list[list[psutil.Process]] = field(default_factory=list)
    zygotes: list[list[psutil.Process]] = field(default_factory=list)

    @property
    def all(self) -> list[psutil.Process]:
        """Every one of them."""
        return [*self.shared, *(p for group in (*self.workers, *self.zygotes) for p in group)]

    @property
    def worker_mb(self) -> float | None:
        """Unshared memory of a worker, as this module counts it; None if there is no worker."""
        if not self.workers:
            return None
        zygote = max(map(unshared_mb, self.zygotes), default=0.0)
        return max(map(unshared_mb, self.workers)) + zygote


def processes_of(grader: psutil.Process) -> Processes:
    """The processes of a grading run now; `grader` is the one that has started it."""
    found = Processes([grader])
    for child in _children(grader):
        found.shared.append(child)
        with contextlib.suppress(psutil.Error):
            command = " ".join(child.cmdline())
            if "forkserver" in command:
                found.workers += map(_tree, _children(child))
            elif "isolation.inside.zygote" in command:
                for first in _children(child):
                    found.shared.append(first)
                    found.zygotes += map(_tree, _children(first))
    return found


def unshared_mb(processes: Iterable[psutil.Process]) -> float:
    """The unshared memory of `processes` together; those that ended in the meantime hold none."""
    total = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except OSError:  # it has ended, or it is a learner's and we are not root
            continue
        lines = (line.split() for line in text.splitlines() if line.startswith("Private_"))
        total += sum(int(line[1]) for line in lines)
    return total / 1024


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


def _children(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return list(process.children())
    return []


def _tree(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return [process]
