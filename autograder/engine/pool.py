"""Runs jobs through an executor whose workers may die.

Any executor with the interface of `concurrent.futures` will do; one that is broken is replaced. One that
knows which job's worker died says so of that job alone, and goes on with the others.
A job that was under way when a worker died is run again once, alone. If its worker dies again, the job is
given up and the others go on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

from nnlearn.errors import NnlearnError

# Seconds before each try to start processes. What they are started by may have been killed; the system
# needs a moment before it says so, and all that time connections to it are refused.
_PAUSES = (0.0, 0.1, 0.3, 1.0, 3.0)

Job = TypeVar("Job", bound=Hashable)
Result = TypeVar("Result")


class WorkerDiedError(Exception):
    """The worker of this job died. The executor knows that no other job was hurt, and goes on."""


class JobFailedError(Exception):
    """What a job has raised where it was done, in words."""


class ExecutorLostError(NnlearnError):
    """There is no executor any more, and none to be had: the run ends, with what is done."""


@dataclass(frozen=True)
class GivenUp(Generic[Job]):
    """A job whose worker died twice."""

    job: Job
    reason: str


class Pool(Generic[Job, Result]):
    """Runs `work` on jobs, at most `window` at a time.

    Args:
        start: Makes an executor; called again when one broke.
        work: What to run on each job; has to travel to a worker.
        window: How many jobs are under way at a time.
    """

    def __init__(self, start: Callable[[], Executor], work: Callable[[Job], Result], window: int) -> None:
        self._start = start
        self._work = work
        self._window = window

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result | GivenUp[Job]]]:
        """Each job with its result, in the order in which they end.

        Args:
            jobs: What to do. A deque is emptied, and whoever takes a result may add to it.

        Raises:
            ExecutorLostError: The executor says that there is no going on.
        """
        waiting = jobs if isinstance(jobs, deque) else deque(jobs)
        while waiting:
            suspects: list[Job] = []
            yield from self._until_started(waiting, suspects, self._window)
            one_by_one = deque(suspects)
            while one_by_one:
                dead: list[Job] = []
                yield from self._until_started(one_by_one, dead, 1)
                for job in dead:
                    yield job, GivenUp(job, "the process that graded it died twice")

    def _until_started(
        self, waiting: deque[Job], suspects: list[Job], window: int
    ) -> Iterator[tuple[Job, Result | GivenUp[Job]]]:
        """Run jobs until the executor breaks, or give them up if none can be started."""
        before = len(waiting)
        for pause in _PAUSES:
            time.sleep(pause)
            yield from self._until_broken(waiting, suspects, window)
            if len(waiting) < before:
                return
        while waiting:
            job = waiting.popleft()
            yield job, GivenUp(job, "no process could be started")

    def _until_broken(
        self, waiting: deque[Job], suspects: list[Job], window: int
    ) -> Iterator[tuple[Job, Result | GivenUp[Job]]]:
        """Run jobs until none is left or the executor breaks; `suspects` gets those under way then."""
        under_way: dict[Future[Result], Job] = {}
        ended: SimpleQueue[Future[Result]] = SimpleQueue()  # to ask all for one that has ended takes longer
        try:
            started = self._start()
        except OSError:  # no process, or no memory
            return
        with _closing(started) as executor:
            while waiting or under_way:
                while waiting and len(under_way) < window:
                    try:
                        future = executor.submit(self._work, waiting[0])
                    except (BrokenExecutor, OSError, EOFError):  # what processes are started by died
                        break
                    under_way[future] = waiting.popleft()
                    future.add_done_callback(ended.put)
                broken = not under_way
                if under_way:
                    future = ended.get()
                    job = under_way.pop(future)
                    error = future.exception()
                    if isinstance(error, ExecutorLostError):
                        raise error
                    if isinstance(error, (BrokenExecutor, WorkerDiedError)):
                        suspects.append(job)
                        broken = isinstance(error, BrokenExecutor)
                    elif error is not None:
                        yield job, GivenUp(job, _in_words(error))
                    else:
                        yield job, future.result()
                if broken:
                    for future, job in under_way.items():
                        if future.done() and future.exception() is None:  # just before
                            yield job, future.result()
                        else:
                            suspects.append(job)
                    return


def _in_words(error: BaseException) -> str:
    return str(error) if isinstance(error, JobFailedError) else f"{type(error).__name__}: {error}"


@contextmanager
def _closing(executor: Executor) -> Iterator[Executor]:
    """Shut `executor` down; when we are interrupted, without waiting for what is under way."""
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    executor.shutdown(wait=True, cancel_futures=True)
