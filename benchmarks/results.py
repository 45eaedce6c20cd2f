"""What was measured, as plain data."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from statistics import median

SCHEMA_VERSION = 2
_PACKAGES = ("nnlearn", "tensorflow", "keras", "numpy", "pytest", "nbgrader")


@dataclass(frozen=True)
class Engine:
    """nnlearn with one number of jobs. Times in seconds, memory in MB.

    Attributes:
        jobs: Submissions graded at a time.
        submissions: How many were graded.
        first_pass: From nothing, the start of every process included, until all were graded once.
        warm_pass: All of them once more, with warm processes.
        scores: The share of the points of each submission.
        worker_mb: Unshared memory of one worker and its zygote, between submissions, as `memory` counts it.
        learner_mb: Unshared memory of a learner's process on top of that.
        cpu: Processor time for each submission of the warm pass, of all processes together.
    """

    jobs: int
    submissions: int
    first_pass: float
    warm_pass: float
    scores: tuple[float, ...]
    worker_mb: float | None = None
    learner_mb: float | None = None
    cpu: float | None = None

    @property
    def per_submission(self) -> float:
        """Seconds for each submission, warm."""
        return self.warm_pass / self.submissions


@dataclass(frozen=True)
class Floor:
    """The same checks in one warm process, without isolation."""

    submissions: int
    warm_pass: float
    scores: tuple[float, ...]

    @property
    def per_submission(self) -> float:
        """Seconds for each submission, warm."""
        return self.warm_pass / self.submissions


@dataclass(frozen=True)
class Start:
    """What it takes to get ready, in seconds.

    Attributes:
        mistakes: Until it is known what the known mistakes of the topic answer: once for all runs to come.
        zygote: From the start of a zygote until it can fork.
        fork_to_ready: From a fork to a confined process.
    """

    mistakes: float
    zygote: float
    fork_to_ready: float


@dataclass(frozen=True)
class Peer:
    """Another grader on the same notebooks.

    Attributes:
        name: With its version.
        submissions: How many it graded; 0 if it could not be run.
        per_submission: Seconds for each, its own start left out where it starts once for all.
        reference_share: The share of the points that the reference got: 1.0 if it was graded rightly.
        problem: Why it could not be run.
    """

    name: str
    submissions: int = 0
    per_submission: float | None = None
    reference_share: float | None = None
    problem: str = ""


@dataclass(frozen=True)
class Commands:
    """What a learner waits for, in seconds: cold starts of two commands."""

    pytest: float
    list: float


@dataclass(frozen=True)
class Saves:
    """What a learner waits for after saving a topic's file, while `nnlearn watch` runs. Times in seconds.

    Attributes:
        topic: The topic.
        part: Its first part, whose result is waited for.
        saves: How many.
        median: From the write to the result on the screen.
        p95: Only one save in twenty took longer.
        cpu: Processor time until then, of all processes together; the median.
        cold_pytest: Plain pytest on the same file; the median.
    """

    topic: str
    part: str
    saves: int
    median: float
    p95: float
    cpu: float
    cold_pytest: float


@dataclass(frozen=True)
class Graded:
    """One way of grading a course. Times in seconds.

    Attributes:
        name: What graded it.
        few: How many submissions were graded first, from a cold start.
        few_seconds: How long that took.
        many: How many were graded then, from a cold start once more.
        many_seconds: How long that took.
        scores: The score of each learner's checks.
    """

    name: str
    few: int
    few_seconds: float
    many: int
    many_seconds: float
    scores: dict[str, float]

    @property
    def per_submission(self) -> float:
        """Seconds for each submission: the difference leaves the start out."""
        return (self.many_seconds - self.few_seconds) / (self.many - self.few)


@dataclass(frozen=True)
class CourseTimes:
    """A course, graded in several ways; stock nbgrader first."""

    ways: tuple[Graded, ...]

    @property
    def ratios(self) -> dict[str, float]:
        """How many times as long as each way stock nbgrader takes for a submission."""
        stock = self.ways[0].per_submission
        return {way.name: round(stock / way.per_submission, 1) for way in self.ways}


@dataclass(frozen=True)
class Sample:
    """What a grading run holds at a moment.

    Attributes:
        seconds: Since it was started.
        graded: How many submissions it has said to be graded.
        grader_mb: Unshared memory of the grader's own process.
        worker_mb: Unshared memory of a worker, as `memory` counts it, with any learner's process.
        processes: How many processes there are.
        descriptors: How many files and sockets all of them hold open.
        files: How many files and folders there are in the temporary folder, scratch folders included.
    """

    seconds: float
    graded: int
    grader_mb: float
    worker_mb: float
    processes: int
    descriptors: int
    files: int


@dataclass(frozen=True)
class Endurance:
    """One long grading run.

    Attributes:
        jobs: Submissions graded at a time.
        submissions: How many were graded.
        seconds: How long it took, from a cold start to the written report.
        samples: What it held, second by second.
        processes_left: How many of its processes were still there afterwards.
        files_left: What was left in its temporary folder.
    """

    jobs: int
    submissions: int
    seconds: float
    samples: tuple[Sample, ...]
    processes_left: int = 0
    files_left: tuple[str, ...] = ()

    @property
    def growth(self) -> dict[str, tuple[float, float, float]]:
        """For each thing that could grow: its median early, its median late, and the most of it.

        Early is the first tenth of the samples from the first graded submission to the last, late the last.
        """
        under_way = [s for s in self.samples if 0 < s.graded < self.submissions] or list(self.samples)
        tenth = len(under_way) // 10 + 1
        return {
            name: (
                median(getattr(s, name) for s in under_way[:tenth]),
                median(getattr(s, name) for s in under_way[-tenth:]),
                max(getattr(s, name) for s in self.samples),
            )
            for name in ("grader_mb", "worker_mb", "processes", "descriptors", "files")
        }


@dataclass(frozen=True)
class Machine:
    """Where it was measured."""

    cores: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 2))
    system: str = field(default_factory=platform.platform)
    python: str = field(default_factory=lambda: sys.version.split()[0])
    versions: dict[str, str] = field(default_factory=lambda: {name: _version(name) for name in _PACKAGES})


@dataclass(frozen=True)
class Benchmark:
    """One run of the benchmark."""

    topic: str
    machine: Machine
    floor: Floor
    engine: tuple[Engine, ...]
    start: Start
    peers: tuple[Peer, ...] = ()
    commands: Commands | None = None
    saves: tuple[Saves, ...] = ()
    course: CourseTimes | None = None
    topics: dict[str, Engine] = field(default_factory=dict)
    endurance: Endurance | None = None
    schema_version: int = SCHEMA_VERSION

    @property
    def best(self) -> Engine:
        """The number of jobs with the highest throughput."""
        return min(self.engine, key=lambda engine: engine.per_submission)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
