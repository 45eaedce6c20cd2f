"""The gates of a topic: what has to hold before learners see it.

A gate that does not hold yields problems, each naming the gate; `check_topic` returns all of them together
with what it measured on the way.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from autograder.authoring.build import find_stale
from autograder.authoring.leaks import find_leaks
from autograder.authoring.mistake_runs import run_mistakes
from autograder.gallery import reference_source, replies_of
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis import KnownReplies, Mistake, load_gallery
from nnlearn.errors import ContentError
from nnlearn.learner.seats import LocalSeat
from nnlearn.learner.source import Source, load_source
from nnlearn.results import Noticed, Verdict

_FIGURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<file>[^)]*)\)")
"""A picture in Markdown."""


@dataclass(frozen=True)
class Problem:
    """A gate that does not hold, and how."""

    gate: str
    what: str


@dataclass(frozen=True)
class Trial:
    """One implementation that was put through the checks.

    Attributes:
        kind: `reference`, `stub`, `alternative` or `mistake`.
        name: The file, or the mistake.
        score: What it got, of `max_score`.
        caught_by: The checks that did not pass.
        diagnosed_as: The known mistakes noticed, most often noticed first.
        seconds: Time taken by each part.
    """

    kind: str
    name: str
    score: float
    max_score: float
    caught_by: tuple[str, ...]
    diagnosed_as: tuple[str, ...]
    seconds: dict[str, float]


@dataclass
class GateReport:
    """Everything `nnlearn topic check` found out about one topic."""

    topic: Topic
    trials: list[Trial] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0


def check_topic(
    topic: Topic, on_step: Callable[[str], None] = lambda _: None, *, jobs: int = 1
) -> GateReport:
    """Put a topic through every gate.

    Args:
        topic: A topic with its private content.
        on_step: Called with the name of each step before it starts.
        jobs: How many known mistakes to try at a time.
    """
    began = time.monotonic()
    report = GateReport(topic)
    if topic.checks is None or topic.master is None:
        raise ContentError(
            f"topic `{topic.name}` has no checks or no reference solution here",
            "point --content at a full tree: solutions/ and autograder/checks/ beside exercises/",
        )
    on_step("files")
    report.problems += _file_problems(topic)
    on_step("checks")
    with CheckRunner(topic, topic.checks) as runner:
        for trial, problems in _trials(topic, runner, on_step, jobs):
            report.trials.append(trial)
            report.problems += problems
    report.seconds = time.monotonic() - began
    return report


def _file_problems(topic: Topic) -> list[Problem]:
    """Gates that reading the files decides."""
    problems = [Problem("built", line) for line in find_stale(topic)]
    problems += [Problem("private", line) for line in find_leaks(topic)]
    if topic.lesson.exists():
        for picture in _FIGURE.finditer(topic.lesson.read_text(encoding="utf-8")):
            if len(picture["alt"].strip()) < 20:
                problems.append(Problem("alt text", f"{picture['file']} has no alt text to speak of"))
    return problems


def _trials(
    topic: Topic, runner: CheckRunner, on_step: Callable[[str], None], jobs: int
) -> Iterator[tuple[Trial, list[Problem]]]:
    """Everything that is put through the checks: reference, stub, alternatives, mistakes."""
    reference = reference_source(topic)
    on_step("reference")
    trial = _measured(runner.run(_bench(topic, reference)), "reference", topic.name)
    yield trial, [*_full_marks("reference", trial), *_in_time(topic, trial)]
    if topic.stub.exists():
        on_step("stub")
        yield _try_stub(topic, runner)
    for file in topic.alternatives:
        on_step(file.stem)
        trial = _measured(runner.run(_bench(topic, load_source(file))), "alternative", file.stem)
        yield trial, _full_marks("alternative", trial)
    yield from _try_mistakes(topic, runner, on_step, jobs)


def _try_mistakes(
    topic: Topic, runner: CheckRunner, on_step: Callable[[str], None], jobs: int
) -> Iterator[tuple[Trial, list[Problem]]]:
    mistakes = load_gallery(topic)
    found = run_mistakes(runner, mistakes, on_step, jobs)
    benches = [Bench(topic, LocalSeat(topic, reference_source(topic)), runs=runs) for runs in found]
    pairs = list(zip(mistakes, benches, strict=True))
    known = [
        KnownReplies(item.part, Noticed(item.name, item.message), replies_of(bench, item.part))
        for item, bench in pairs
    ]
    for item, bench in pairs:
        bench.known = known
        yield _measured(bench, "mistake", item.name), _mistake_problems(item, bench)


def _bench(topic: Topic, source: Source) -> Bench:
    return Bench(topic, LocalSeat(topic, source))


def _try_stub(topic: Topic, runner: CheckRunner) -> tuple[Trial, list[Problem]]:
    bench = runner.run(_bench(topic, load_source(topic.stub)))
    trial = _measured(bench, "stub", topic.stub.name)
    problems = [
        Problem("stub", f"part {part.name} scores {part.score:g} and is {part.verdict.words}")
        for part in bench.parts()
        if part.score or part.verdict is not Verdict.NOT_WRITTEN
    ]
    return trial, problems


def _measured(bench: Bench, kind: str, name: str) -> Trial:
    parts = bench.parts()
    return Trial(
        kind=kind,
        name=name,
        score=sum(part.score for part in parts),
        max_score=sum(part.max_score for part in parts),
        caught_by=tuple(o.check for part in parts for o in part.outcomes if o.verdict is not Verdict.PASSED),
        diagnosed_as=tuple(noticed.mistake for part in parts for noticed in part.noticed),
        seconds={
            part.name: sum(r.seconds for r in bench.runs.values() if r.info.part == part.name)
            for part in parts
        },
    )


def _full_marks(gate: str, trial: Trial) -> list[Problem]:
    if trial.score == trial.max_score:
        return []
    lost = f"{trial.name} gets {trial.score:g} of {trial.max_score:g}"
    return [Problem(gate, f"{lost}: {', '.join(trial.caught_by)}")]


def _in_time(topic: Topic, trial: Trial) -> list[Problem]:
    limit = topic.limits.part_seconds
    return [
        Problem("time", f"part {part} takes {seconds:.1f} s of {limit:g} s")
        for part, seconds in trial.seconds.items()
        if seconds > limit / 2  # a learner's machine is slower than the author's
    ]


def _mistake_problems(item: Mistake, bench: Bench) -> list[Problem]:
    problems = []
    for part in bench.parts():
        if part.name != item.part:
            if part.score != part.max_score:
                what = f"{item.name} also loses points on {part.name}"
                problems.append(Problem("mistake", what))
            continue
        if part.score == part.max_score:
            problems.append(Problem("mistake", f"{item.name} gets full marks on {part.name}"))
        elif not part.noticed or part.noticed[0].mistake != item.name:
            seen = part.noticed[0].mistake if part.noticed else "nothing"
            problems.append(Problem("diagnosis", f"{item.name} is diagnosed as {seen}"))
    return problems
