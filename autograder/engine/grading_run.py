"""What every grading run is: jobs through the pool, and finished work kept, however the run ends."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from autograder.engine.journal import Journal, key_of
from autograder.engine.pool import ExecutorLostError, GivenUp, Pool
from autograder.engine.submissions import Submission
from nnlearn.results import Report

Job = TypeVar("Job", bound=Hashable)
Result = TypeVar("Result")


class GradingRun:
    """A run, as a context: Ctrl-C ends its processes and leaves the context, with nothing lost.

    So does the loss of all that grades.

    Args:
        journal: Where finished reports are kept until `forget` is told that they are written elsewhere.
        about: What reports depend on besides the submissions.
        resume: Take over the finished reports of a run that was interrupted.
        wishes: What was asked for besides, which no report depends on.
        lock: What only one run may hold at a time; by default one that belongs to the journal.

    Attributes:
        interrupted: Whether it ended early.
        wishes: What is asked for, and what the run that is resumed was asked for.

    Raises:
        OutputError: The journal cannot be written.
    """

    def __init__(
        self,
        journal: Path,
        about: Mapping[str, Any],
        *,
        resume: bool,
        wishes: Collection[str] = (),
        lock: Path | None = None,
    ) -> None:
        self.interrupted = False
        self._journal = Journal(journal, about, resume=resume, wishes=wishes, lock=lock)
        self.wishes = self._journal.wishes
        self._layers: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> GradingRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._journal.close()
        if not isinstance(error, (KeyboardInterrupt, ExecutorLostError)):
            return False
        for child in multiprocessing.active_children():
            child.kill()
        self.interrupted = True
        return True

    def finished(self, submission: Submission) -> Report | None:
        """The report that an interrupted run made of a submission, or None."""
        key = key_of(submission)
        if key not in self._journal.found:
            return None
        report, self._layers[key] = self._journal.found[key]
        return report

    def results(
        self, jobs: Iterable[Job], work: Callable[[Job], Result], start: Callable[[], Executor], window: int
    ) -> Iterator[tuple[Job, Result | GivenUp[Job]]]:
        """What `work` makes of each job, as they end.

        Args:
            jobs: What is to be done.
            work: What a worker does with a job.
            start: Makes the workers.
            window: How many jobs are under way at a time.
        """
        pool: Pool[Job, Result] = Pool(start, work, window)
        return pool.run(jobs)

    def keep(self, submission: Submission, report: Report, layers: tuple[str, ...]) -> None:
        """Keep a finished report, and the layers of isolation that held around the submission."""
        self._layers[key_of(submission)] = layers
        self._journal.add(submission, report, layers)

    @property
    def isolation(self) -> tuple[str, ...]:
        """The layers that held around every submission that ran."""
        ran = [held for held in self._layers.values() if held]
        return tuple(name for name in ran[0] if all(name in held for held in ran)) if ran else ()
