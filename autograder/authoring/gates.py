"""The gates of a topic: what has to hold before learners see it.

A gate that does not hold yields problems, each naming the gate; `check_topic` returns all of them together
with what it measured on the way.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.authoring.build import find_stale
from autograder.authoring.figures import overweight
from autograder.authoring.leaks import find_leaks
from autograder.authoring.trials import Implementation, Runs, trials
from autograder.engine.mistakes import reference_source, replies_of
from autograder.engine.stored_replies import read_replies
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench
from nnlearn.diagnosis.matching import KnownReplies, fingerprints_match
from nnlearn.errors import ContentError
from nnlearn.learner.local import LocalSeat
from nnlearn.results import PartResult, Verdict

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
        jobs: How many implementations to try at a time.
    """
    began = time.monotonic()
    report = GateReport(topic)
    if topic.checks is None or topic.master is None:
        raise ContentError(
            f"topic `{topic.name}` has no checks or no reference solution here",
            "point --content at a full tree: solutions/ and autograder/checks/ beside exercises/",
        )
    with trials(topic, jobs) as run:
        on_step("files")
        report.problems += _file_problems(topic)
        on_step("checks")
        for trial, problems in _trials(topic, run(on_step)):
            report.trials.append(trial)
            report.problems += problems
    report.seconds = time.monotonic() - began
    return report


def _file_problems(topic: Topic) -> list[Problem]:
    """Gates that reading the files decides."""
    problems = [Problem("built", line) for line in find_stale(topic)]
    problems += [Problem("private", line) for line in find_leaks(topic)]
    if line := overweight(topic.exercise_dir / "figures"):
        problems.append(Problem("figures", line))
    if topic.lesson.exists():
        for picture in _FIGURE.finditer(topic.lesson.read_text(encoding="utf-8")):
            if len(picture["alt"].strip()) < 20:
                problems.append(Problem("alt text", f"{picture['file']} has no alt text to speak of"))
    return problems


def _trials(
    topic: Topic, tried: Iterable[tuple[Implementation, Runs]]
) -> Iterator[tuple[Trial, list[Problem]]]:
    """What came of everything that was put through the checks."""
    seat = LocalSeat(topic, reference_source(topic))
    mistakes: list[tuple[Implementation, Bench]] = []
    for one, runs in tried:
        bench = Bench(topic, seat, runs=runs)
        if one.kind == "mistake":
            mistakes.append((one, bench))
        else:
            parts = bench.parts()
            trial = _measured(one, bench, parts)
            yield trial, _problems_of(topic, trial, parts)
    known = [KnownReplies(one.mistaken, one.noticed, replies_of(b, one.mistaken)) for one, b in mistakes]
    stored = {item.noticed.mistake: item.checks for item in read_replies(topic) or ()}
    for one, bench in mistakes:
        bench.known = known
        parts = bench.parts()
        problems = _mistake_problems(one, parts)
        if stored:
            problems += _replies_problems(topic, one, bench, stored.get(one.name, {}))
        yield _measured(one, bench, parts), problems


def _problems_of(topic: Topic, trial: Trial, parts: Sequence[PartResult]) -> list[Problem]:
    """Gates that reference, stub and alternatives decide."""
    if trial.kind == "stub":
        return [
            Problem("stub", f"part {part.name} scores {part.score:g} and is {part.verdict.words}")
            for part in parts
            if part.score or part.verdict is not Verdict.NOT_WRITTEN
        ]
    problems = []
    if trial.score != trial.max_score:
        lost = f"{trial.name} gets {trial.score:g} of {trial.max_score:g}"
        problems.append(Problem(trial.kind, f"{lost}: {', '.join(trial.caught_by)}"))
    return problems + (_in_time(topic, trial) if trial.kind == "reference" else [])


def _measured(one: Implementation, bench: Bench, parts: Sequence[PartResult]) -> Trial:
    return Trial(
        kind=one.kind,
        name=one.name,
        score=sum(part.score for part in parts),
        max_score=sum(part.max_score for part in parts),
        caught_by=tuple(o.check for part in parts for o in part.outcomes if o.verdict is not Verdict.PASSED),
        diagnosed_as=tuple(noticed.mistake for part in parts for noticed in part.noticed),
        seconds={
            part.name: sum(r.seconds for r in bench.runs.values() if r.info.part == part.name)
            for part in parts
        },
    )


def _in_time(topic: Topic, trial: Trial) -> list[Problem]:
    limit = topic.limits.part_seconds
    return [
        Problem("time", f"part {part} takes {seconds:.1f} s of {limit:g} s")
        for part, seconds in trial.seconds.items()
        if seconds > limit / 2  # a learner's machine is slower than the author's
    ]


def _mistake_problems(item: Implementation, parts: Sequence[PartResult]) -> list[Problem]:
    problems = []
    for part in parts:
        if part.name != item.mistaken:
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


def _replies_problems(
    topic: Topic, item: Implementation, bench: Bench, stored: Mapping[str, Any]
) -> list[Problem]:
    """Where a mistake does otherwise than grading believes; a check that waits has seen nothing of it."""
    found = replies_of(bench, item.mistaken)
    differ = [
        check
        for check, replies in found.items()
        if bench.runs[check].verdict is not Verdict.WAITING
        and not (check in stored and fingerprints_match(stored[check], replies))
    ]
    if not differ:
        return []
    file = f"autograder/checks/{topic.name}/replies.json"
    what = f"{item.name} no longer does in {', '.join(differ)} what {file} holds: delete it and build again"
    return [Problem("replies", what)]
