"""Who graded what in a run on a cluster, how long that took, and what failed: `--cluster-report`."""

from __future__ import annotations

import dataclasses
import json
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class OfWorker:
    """What is known of one Dask worker.

    Attributes:
        address: Where it was.
        slots: How many submissions it graded at a time.
        joined: Seconds into the run at which it was ready; None if it never was.
        left: Seconds into the run at which it was gone; None if it stayed.
        refused: Why it was not used; empty if it was.
        graded: How many submissions it graded.
        failed: How many it did not.
        busy: Seconds that its slots spent on them, all together.
    """

    address: str
    slots: int
    joined: float | None = None
    left: float | None = None
    refused: str = ""
    graded: int = 0
    failed: int = 0
    busy: float = 0.0


@dataclass(frozen=True, slots=True)
class OfJob:
    """One try to grade a submission.

    Attributes:
        submission: Its topic and name.
        worker: Where.
        seconds: How long it took, with the way there and back.
        failed: Why nothing came of it; empty if something did.
    """

    submission: str
    worker: str
    seconds: float
    failed: str


@dataclass
class History:
    """A run as it goes."""

    workers: list[OfWorker] = field(default_factory=list)
    jobs: list[OfJob] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _now_at: dict[str, OfWorker] = field(default_factory=dict)

    def joined(self, address: str, slots: int) -> None:
        """A worker is ready."""
        self._now_at[address] = OfWorker(address, slots, joined=self._seconds())
        self.workers.append(self._now_at[address])

    def left(self, address: str) -> None:
        """A worker is gone."""
        if (worker := self._now_at.pop(address, None)) is not None:
            worker.left = self._seconds()

    def refused(self, address: str, slots: int, why: str) -> None:
        """A worker is not used."""
        self.workers.append(OfWorker(address, slots, refused=why))

    def tried(self, submission: str, address: str, seconds: float, failed: str = "") -> None:
        """A submission was graded, or was not."""
        self.jobs.append(OfJob(submission, address, round(seconds, 4), failed))
        if (worker := self._now_at.get(address)) is not None:
            worker.graded += not failed
            worker.failed += bool(failed)
            worker.busy = round(worker.busy + seconds, 4)

    def to_json(self) -> str:
        """The document that `--cluster-report` writes, ending in a newline."""
        document: dict[str, Any] = {
            "schema_version": 1,
            "seconds": self._seconds(),
            "workers": [vars(worker) for worker in self.workers],
            "submissions": [dataclasses.asdict(job) for job in self.jobs],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def _seconds(self) -> float:
        return round(time.monotonic() - self._began, 3)
