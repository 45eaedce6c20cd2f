"""The gates of a topic: what has to hold before learners see it.

A gate that does not hold yields problems, each naming the gate; a report has all of them together with what
was measured on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from autograder.authoring.build import DIAGNOSES
from autograder.authoring.files import Problem
from autograder.authoring.implementations import Implementation
from autograder.authoring.pitfalls import uncaught_pitfalls
from autograder.authoring.recording import differing
from autograder.authoring.telling_apart import benches_of, known_by
from autograder.authoring.trials import Progress, Tried, try_all
from autograder.authoring.visible import checks_of_topic
from autograder.engine.mistake_runs import replies_of
from autograder.engine.reply_cache import ReplyCache
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench
from nnlearn.diagnosis.explaining import explain
from nnlearn.diagnosis.store import read_diagnoses
from nnlearn.results import PartResult, Verdict


@dataclass(frozen=True)
class Trial:
    """One implementation that was put through the checks.

    Attributes:
        kind: `reference`, `stub`, `alternative` or `mistake`.
        name: The file, or the mistake.
        score: What it got, of `max_score`.
        caught_by: The checks that did not pass.
        diagnosed_as: The known mistakes noticed.
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
    """Everything `nnlearn topic check` found out about one topic.

    Attributes:
        topic: The topic.
        trials: What was tried.
        problems: The gates that do not hold.
        seconds: The time that all trials took together.
    """

    topic: Topic
    trials: list[Trial] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0


def check_topics(
    topics: Sequence[Topic],
    *,
    jobs: int = 1,
    on_progress: Callable[[Progress], None] = lambda _: None,
    start_executor: Callable[[], Executor] | None = None,
) -> Iterator[GateReport]:
    """Put topics through every gate.

    Args:
        topics: Topics with their private content.
        jobs: How many implementations to try at a time.
        on_progress: Called whenever a topic is a step further.
        start_executor: Makes the executor; by default a pool of `jobs` processes.

    Yields:
        The reports in the order of the topics, each as soon as it is there.
    """
    for tried in try_all(topics, jobs=jobs, on_progress=on_progress, start_executor=start_executor):
        yield _judged(tried)


def _judged(tried: Tried) -> GateReport:
    """What came of everything that was put through the checks."""
    report = GateReport(tried.topic, problems=list(tried.problems), seconds=tried.seconds)
    if not tried.runs:
        return report
    topic, benches = tried.topic, benches_of(tried.topic, tried.runs)
    mistakes = {one: bench for one, bench in benches.items() if one.kind == "mistake"}
    known = known_by(mistakes)
    for one, bench in benches.items():
        bench.known = known.get(one, ())
        parts = bench.parts()
        trial = _measured(one, bench, parts)
        report.trials.append(trial)
        report.problems += (
            _mistake_problems(one, bench, parts) if one in mistakes else _problems_of(topic, trial, parts)
        )
    report.problems += uncaught_pitfalls(topic, mistakes)
    report.problems += _keep_what_mistakes_do(tried, mistakes)
    return report


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


def _mistake_problems(item: Implementation, bench: Bench, parts: Sequence[PartResult]) -> list[Problem]:
    problems = []
    for part in parts:
        if part.name != item.mistaken:
            if part.score != part.max_score:
                what = f"{item.name} also loses points on {part.name}"
                problems.append(Problem("mistake", what))
            continue
        if part.score == part.max_score:
            problems.append(Problem("mistake", f"{item.name} gets full marks on {part.name}"))
        elif [noticed.mistake for noticed in part.noticed] != [item.name]:
            problems.append(Problem("diagnosis", f"{item.name} {_taken_for(item, bench, part)}"))
    return problems


def _taken_for(item: Implementation, bench: Bench, part: PartResult) -> str:
    """How a mistake is not diagnosed as itself."""
    alike = [
        other.noticed.mistake
        for other in bench.known
        if other.noticed.mistake != item.name and explain(part.name, bench.evidence(part.name), [other])
    ]
    if alike:
        causes = "name what comes of it once, and list the causes"
        return f"gets the same replies as {' and '.join(alike)} in every check of {part.name}: {causes}"
    seen = " and ".join(noticed.mistake for noticed in part.noticed)
    return f"is diagnosed as {seen or 'nothing'}"


def _keep_what_mistakes_do(tried: Tried, mistakes: Mapping[Implementation, Bench]) -> Iterator[Problem]:
    """Let grading know what the mistakes do, and find where that is not what learners are told they do."""
    topic = tried.topic
    is_visible = checks_of_topic(topic).is_visible
    is_built = not any(problem.gate == "built" and DIAGNOSES in problem.what for problem in tried.problems)
    recorded = {item.noticed.mistake: item.checks for item in read_diagnoses(topic)} if is_built else {}
    cache = ReplyCache(topic, seed=0)
    for one, bench in mistakes.items():
        # A check that waits has seen nothing of the mistake.
        found = {
            check: got
            for check, got in replies_of(bench, one.mistaken).items()
            if bench.runs[check].verdict is not Verdict.WAITING
        }
        cache.add(one.name, found)
        visible = {check: got for check, got in found.items() if is_visible(check)}
        # A mistake that passes all visible checks is not in the file.
        differ = differing(recorded.get(one.name, dict.fromkeys(visible)), visible)
        if is_built and differ:
            file = f"exercises/{topic.name}/{DIAGNOSES}"
            what = f"{one.name} no longer does in {', '.join(differ)} what {file} holds"
            yield Problem("diagnoses", f"{what}: delete it and build again")
