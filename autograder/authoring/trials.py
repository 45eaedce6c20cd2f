"""Puts every implementation of a topic through its checks, several at a time.

That is the reference, the stub, the alternatives, and the reference with each known mistake in place.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass

from autograder.authoring.dependents import dependents
from autograder.authoring.process import spawned
from autograder.engine.mistakes import Gallery, reference_source
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench, CheckRun
from nnlearn.checking.runner import CheckRunner
from nnlearn.learner.local import LocalSeat
from nnlearn.results import Noticed
from nnlearn.submission.source import load_source

Runs = dict[str, CheckRun]


@dataclass(frozen=True)
class Implementation:
    """Something that can be put through the checks.

    Attributes:
        kind: `reference`, `stub`, `alternative` or `mistake`.
        name: The file, or the mistake.
        mistaken: The part that a mistake stands in for.
        message: What explains a mistake.
    """

    kind: str
    name: str
    mistaken: str = ""
    message: str = ""

    @property
    def noticed(self) -> Noticed:
        """A mistake as a report names it."""
        return Noticed(self.name, self.message)


class Workbench:
    """The checks of a topic, and what can be put through them; those that take longest come first."""

    def __init__(self, topic: Topic) -> None:
        assert topic.checks is not None  # noqa: S101 - for the type checker
        self._topic = topic
        self._runner = CheckRunner(topic, topic.checks)
        self._gallery = Gallery(self._runner)
        reference = reference_source(topic)
        self._uses = dependents(reference, [part.name for part in topic.parts])
        self._sources = {Implementation("reference", topic.name): reference}
        if topic.stub.exists():
            self._sources[Implementation("stub", topic.stub.name)] = load_source(topic.stub)
        for file in topic.alternatives:
            self._sources[Implementation("alternative", file.stem)] = load_source(file)
        self._mistakes = {
            Implementation("mistake", item.name, item.part, item.message): item
            for item in self._gallery.mistakes
        }

    @property
    def implementations(self) -> tuple[Implementation, ...]:
        """All of them, in their order."""
        return (*self._sources, *self._mistakes)

    def run(self, one: Implementation) -> Runs:
        """How the checks go; for a mistake, those of its own part and of all parts that reach it."""
        if item := self._mistakes.get(one):
            return self._runner.run(self._gallery.bench(item), {item.part, *self._uses[item.part]}).runs
        return self._runner.run(Bench(self._topic, LocalSeat(self._topic, self._sources[one]))).runs

    def close(self) -> None:
        """End the session of checks."""
        self._runner.close()


Run = Callable[[Callable[[str], None]], Iterator[tuple[Implementation, Runs]]]


@contextmanager
def trials(topic: Topic, jobs: int) -> Iterator[Run]:
    """Yields what tries everything there is, and takes a function that is told of each step.

    Args:
        topic: A topic with its private content.
        jobs: How many implementations to try at a time, each in a process of its own; 1 is this process.
            Processes start at once, so that they are ready when they are needed.
    """
    if jobs == 1:
        yield lambda on_step: _try_here(topic, on_step)
        return
    pool = spawned(jobs)
    try:
        ready = [pool.submit(_implementations, topic) for _ in range(jobs)]
        yield lambda on_step: _try_there(topic, pool, ready[0], on_step)
    finally:
        pool.shutdown(cancel_futures=True)


def _try_there(
    topic: Topic,
    pool: Executor,
    todo: Future[tuple[Implementation, ...]],
    on_step: Callable[[str], None],
) -> Iterator[tuple[Implementation, Runs]]:
    implementations = todo.result()
    on_step(f"{len(implementations)} implementations")
    pending = [pool.submit(_run, topic, one) for one in implementations]
    for one, future in zip(implementations, pending, strict=True):
        yield one, future.result()


def _try_here(topic: Topic, on_step: Callable[[str], None]) -> Iterator[tuple[Implementation, Runs]]:
    bench = Workbench(topic)
    try:
        for one in bench.implementations:
            on_step(one.name)
            yield one, bench.run(one)
    finally:
        bench.close()


@functools.cache
def _workbench(topic: Topic) -> Workbench:
    """The one of this process, which lives for one topic's gates and no longer."""
    return Workbench(topic)


def _implementations(topic: Topic) -> tuple[Implementation, ...]:
    return _workbench(topic).implementations


def _run(topic: Topic, one: Implementation) -> Runs:
    return _workbench(topic).run(one)
