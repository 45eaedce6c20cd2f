"""Tries topics: every implementation of each of them goes through its checks.

All topics of a run share one queue of work and the processes that do it, so that Keras starts once in each
process, however many topics there are, and nobody waits for the end of one topic to begin the next.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from autograder.authoring.files import Problem, file_problems
from autograder.authoring.forbidden_names import unknown_forbidden
from autograder.authoring.implementations import Implementation, Implementations, Runs
from autograder.authoring.lesson_gates import lesson_problems
from autograder.authoring.process import spawned
from autograder.authoring.telling_apart import benches_of, undecided
from autograder.engine.pool import GivenUp, Pool
from nnlearn.catalogue import Topic
from nnlearn.errors import NnlearnError
from nnlearn.runtime.quiet import start_keras

_UNREADABLE = "topic"
_READY = 2
"""So many jobs are under way for each process: the next one is there when one ends."""


@dataclass
class Tried:
    """A topic, and what its checks said of everything there is to try.

    Attributes:
        topic: The topic.
        problems: What was found on the way: in its files, and what could not be tried.
        runs: How the checks went; in the order of `Implementations.all` when all is done.
        seconds: The time all of it took, in whichever process.
    """

    topic: Topic
    problems: list[Problem] = field(default_factory=list)
    runs: dict[Implementation, Runs] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far a topic is: how many of its implementations have been tried."""

    topic: Topic
    done: int
    of: int


def try_all(
    topics: Sequence[Topic],
    *,
    jobs: int,
    on_progress: Callable[[Progress], None] = lambda _: None,
    start_executor: Callable[[], Executor] | None = None,
) -> Iterator[Tried]:
    """Try everything there is of `topics`.

    A topic that cannot be read is a problem of that topic; so is an implementation that ends its process.

    Args:
        topics: Topics with their private content.
        jobs: How many implementations to try at a time.
        on_progress: Called when a topic has been read, and after each of its implementations.
        start_executor: Makes the executor; by default a pool of `jobs` processes.

    Yields:
        The topics in their order, each as soon as it and those before it are done.
    """
    run = next(_runs)
    queue = deque(_Job(run, topic, files=files) for topic in topics for files in (False, True))
    pool: Pool[_Job, _Done] = Pool(start_executor or (lambda: spawned(jobs)), _do, _READY * jobs)
    under_way = {topic: _UnderWay(topic) for topic in topics}
    waiting = deque(topics)
    try:
        for job, result in pool.run(queue):
            topic = under_way[job.topic]
            more = topic.take(job, result)
            if job.one is None:
                queue.extend(more)
            else:
                queue.extendleft(more)  # before another topic is read
            if not job.files:
                on_progress(topic.progress)
            while waiting and under_way[waiting[0]].is_done:
                yield under_way.pop(waiting.popleft()).in_order()
    except KeyboardInterrupt:
        for child in multiprocessing.active_children():
            child.kill()
        raise


@dataclass(frozen=True)
class _Job:
    """Something to do for a topic: find what there is to try, or try one of it; `run` tells runs apart.

    With `files`, it is about what can be told from files alone. With `so_far`, how the visible checks go for
    a mistake, it is about the hidden ones.
    """

    run: int
    topic: Topic
    one: Implementation | None = None
    files: bool = False
    so_far: Runs | None = field(default=None, compare=False)


@dataclass(frozen=True)
class _Done:
    """What came of a job.

    Attributes:
        seconds: The time it took.
        problems: What was found to be wrong.
        found: The implementations, where the job was to find them.
        runs: How the checks went, where it was to try one.
    """

    seconds: float
    problems: tuple[Problem, ...] = ()
    found: tuple[Implementation, ...] = ()
    runs: Runs | None = None


class _UnderWay:
    """Collects what comes of the jobs of one topic."""

    def __init__(self, topic: Topic) -> None:
        self.tried = Tried(topic)
        self._order: tuple[Implementation, ...] | None = None
        self._files_are_read = False
        self._open: Counter[str] = Counter()  # jobs, by the part that a mistake stands in for
        self._done = 0

    @property
    def is_done(self) -> bool:
        return self._order is not None and self._files_are_read and not self._open.total()

    @property
    def progress(self) -> Progress:
        return Progress(self.tried.topic, self._done, self._done + self._open.total())

    def take(self, job: _Job, result: _Done | GivenUp[_Job]) -> tuple[_Job, ...]:
        """Keep a result; returns what there is to do now."""
        if isinstance(result, GivenUp):
            result = _Done(0.0, (_not_done(job.one, result.reason),))
        self.tried.seconds += result.seconds
        if job.files:
            self._files_are_read = True
            self.tried.problems[:0] = result.problems
            return ()
        self.tried.problems += result.problems
        if job.one is None:
            self._order = result.found
            return self._to_do(_Job(job.run, job.topic, one) for one in result.found)
        self._done += 1
        self._open[job.one.mistaken] -= 1
        if result.runs is not None:
            self.tried.runs[job.one] = result.runs
        if job.one.mistaken and job.so_far is None and not self._open[job.one.mistaken]:
            return self._to_do(
                _Job(job.run, job.topic, one, so_far=runs) for one, runs in self._undecided(job.one.mistaken)
            )
        return ()

    def in_order(self) -> Tried:
        """All of it, when it is done; what keeps a topic from being read is said once, of its files."""
        tried, order = self.tried, self._order or ()
        tried.runs = {one: tried.runs[one] for one in order if one in tried.runs}
        first = next((problem for problem in tried.problems if problem.gate == _UNREADABLE), None)
        tried.problems = [one for one in tried.problems if one.gate != _UNREADABLE or one is first]
        return tried

    def _to_do(self, jobs: Iterable[_Job]) -> tuple[_Job, ...]:
        found = tuple(jobs)
        self._open.update(job.one.mistaken for job in found if job.one)
        return found

    def _undecided(self, part: str) -> list[tuple[Implementation, Runs]]:
        """The mistakes of a part that the visible checks do not tell apart, and how those go."""
        known = {one: runs for one, runs in self.tried.runs.items() if one.mistaken == part}
        found = undecided(benches_of(self.tried.topic, known))
        return [(one, runs) for one, runs in known.items() if one in found]


def _not_done(one: Implementation | None, why: str) -> Problem:
    if one is None:
        return Problem(_UNREADABLE, f"it cannot be read: {why}")
    return Problem(one.kind, f"{one.name} could not be tried: {why}")


def _do(job: _Job) -> _Done:
    """What a process does; whatever the author's files raise is said of them, and ends nothing else."""
    began = time.monotonic()
    try:
        start_keras()  # in all processes at once, while the topic is read in one
        if job.files:
            names = [Problem("forbid", line) for line in unknown_forbidden(job.topic)]
            problems = (*file_problems(job.topic), *lesson_problems(job.topic), *names)
            return _Done(time.monotonic() - began, problems)
        topic = _reader.read(job)
        if job.one is None:
            return _Done(time.monotonic() - began, found=topic.all)
        runs = topic.run(job.one) if job.so_far is None else topic.run_hidden(job.one, job.so_far)
        return _Done(time.monotonic() - began, runs=runs)
    except Exception as error:
        return _Done(time.monotonic() - began, (_not_done(job.one, _reason(error, job.topic)),))


class _Reader:
    """Keeps the topic that was read last: jobs come topic by topic."""

    def __init__(self) -> None:
        self._which: tuple[int, Topic] | None = None
        self._read: Implementations | None = None

    def read(self, job: _Job) -> Implementations:
        """What there is to try of a topic, as its files were when the run began."""
        if self._read is None or self._which != (job.run, job.topic):
            if self._read is not None:
                self._read.close()
                self._read = None
            self._which, self._read = (job.run, job.topic), Implementations(job.topic)
            gc.collect()
            gc.freeze()  # the collector does not go through all of Keras again and again
        return self._read


_reader = _Reader()
_runs = itertools.count()


def _reason(error: Exception, topic: Topic) -> str:
    """An exception in words; of one that is none of ours, with the author's line that raised it."""
    if isinstance(error, NnlearnError):
        return str(error)
    folders = {str(folder) for folder in (topic.solution_dir, topic.checks_dir) if folder is not None}
    places = [
        f" ({frame.filename}:{frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
        if any(frame.filename.startswith(folder) for folder in folders)
    ]
    return f"{type(error).__name__}: {error}{places[-1] if places else ''}"
