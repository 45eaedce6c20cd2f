"""What a run grades with: a pool of processes of this machine, or a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from autograder.engine.check_isolation import check_isolation
from autograder.engine.processes import Processes
from autograder.engine.reply_cache import say_what_is_slow
from autograder.render.files import OutputFile
from nnlearn.catalogue import Topic
from nnlearn.errors import NnlearnError


@dataclass(frozen=True)
class Means:
    """What was asked for.

    Attributes:
        jobs: How many submissions are graded at a time on this machine; None for one per core.
        cluster: The cluster to grade on; None for this machine.
        report: Where to write what the cluster did.

    Raises:
        NnlearnError: They do not go together.
        OutputError: The report cannot be written there.
    """

    jobs: int | None = None
    cluster: str | None = None
    report: Path | None = None

    def __post_init__(self) -> None:
        if self.cluster is not None and self.jobs is not None:
            raise NnlearnError(
                "--jobs says how many submissions this machine grades at a time; --cluster grades on others",
                "leave one out; a Dask worker grades as many at a time as it has threads: --nthreads",
            )
        if self.cluster is None and self.report is not None:
            raise NnlearnError(
                "--cluster-report says what a cluster did, and there is none",
                "leave it out, or name a cluster with --cluster",
            )
        if self.report is not None:
            OutputFile(self.report)  # said before anything is graded


@dataclass(frozen=True)
class Needs:
    """What grading takes, here or on other machines.

    Attributes:
        root: The content tree.
        topics: Its topics that submissions are for.
        seed: What all random numbers of the run follow from.
        required: Whether every layer of isolation has to hold.
        preload: Modules that workers import before the first submission.
        files: What other machines get besides the content, by its place there.
    """

    root: Path
    topics: Sequence[Topic]
    seed: int
    required: bool
    preload: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


@contextmanager
def graders(
    means: Means, needs: Needs, say: Callable[[str], None]
) -> Iterator[tuple[Callable[[], Executor], int]]:
    """What makes an executor, and how many jobs to give it at a time.

    Args:
        means: What was asked for.
        needs: What grading takes.
        say: Shows a line to whoever grades.

    Raises:
        NnlearnError: Untrusted work would not be isolated, or there is no such cluster.
    """
    say_what_is_slow(needs.topics, needs.seed, say)
    if means.cluster is None:
        check_isolation(required=needs.required, say=say)
        jobs = means.jobs or os.cpu_count() or 1
        yield partial(Processes, jobs, *needs.preload), jobs
        return
    from autograder.engine.cluster.cluster import WINDOW, Cluster
    from autograder.engine.cluster.connection import connected
    from autograder.engine.cluster.package import package_of
    from autograder.engine.cluster.station import Terms

    package = package_of(needs.root, needs.topics, needs.seed, needs.files)
    terms = Terms(package, needs.required, needs.preload)
    with connected(means.cluster) as client, Cluster(client, terms, say) as nodes:
        try:
            yield nodes.start, WINDOW
        finally:
            if means.report is not None:
                OutputFile(means.report).write(nodes.history.to_json())
                say(f"Written: {means.report}")
