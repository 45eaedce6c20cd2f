"""Puts the known mistakes of a topic through its checks, several at a time."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from autograder.authoring.dependents import dependents
from autograder.gallery import Gallery, reference_source
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import CheckRun
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis import Mistake

Runs = dict[str, CheckRun]


def run_mistakes(
    runner: CheckRunner, mistakes: Sequence[Mistake], on_step: Callable[[str], None], jobs: int
) -> list[Runs]:
    """How the checks go for each mistake: those of its own part, and of all parts that reach it.

    Args:
        runner: Runs the checks in this process, where `jobs` is 1.
        mistakes: All known mistakes of the topic, in their order.
        on_step: Called with what is tried next.
        jobs: How many mistakes to try at a time, each in a process of its own.
    """
    if jobs == 1:
        return _run(runner, range(len(mistakes)), lambda place: on_step(mistakes[place].name))
    on_step(f"{len(mistakes)} known mistakes, {jobs} at a time")
    shares = [range(start, len(mistakes), jobs) for start in range(jobs)]
    found: list[Runs] = [{} for _ in mistakes]
    # Spawned, not forked: a TensorFlow that has run once hangs in its forks.
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        pending = [pool.submit(_run_share, runner.topic, share) for share in shares]
        for share, future in zip(shares, pending, strict=True):
            for place, runs in zip(share, future.result(), strict=True):
                found[place] = runs
    return found


def _run_share(topic: Topic, share: range) -> list[Runs]:
    """The runs of some mistakes, in a process that does nothing else."""
    assert topic.checks is not None  # noqa: S101 - for the type checker
    with CheckRunner(topic, topic.checks) as runner:
        return _run(runner, share, lambda _: None)


def _run(runner: CheckRunner, share: range, on_step: Callable[[int], None]) -> list[Runs]:
    gallery = Gallery(runner)
    uses = dependents(reference_source(runner.topic), [part.name for part in runner.topic.parts])
    found = []
    for place in share:
        on_step(place)
        item = gallery.mistakes[place]
        found.append(runner.run(gallery.bench(item), {item.part, *uses[item.part]}).runs)
    return found
