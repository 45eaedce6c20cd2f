"""What a class as a whole did: the figures that the terminal and the HTML page both show."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass

from autograder.render.text import count, points
from nnlearn.results import Noticed, PartResult, Report, TopicReports, Verdict

_BINS = 10


@dataclass(frozen=True)
class PartSummary:
    """One part over all submissions.

    Attributes:
        name: The part.
        max_score: Its points.
        mean: The mean score.
        full: How many submissions have full marks.
        submissions: How many could be read.
        verdicts: How often each verdict other than passed was given, most often first.
    """

    name: str
    max_score: float
    mean: float
    full: int
    submissions: int
    verdicts: tuple[tuple[Verdict, int], ...]


@dataclass(frozen=True)
class MistakeSummary:
    """One known mistake, and the learners in whose part it was noticed."""

    part: str
    noticed: Noticed
    learners: tuple[str, ...]


@dataclass(frozen=True)
class Bin:
    """How many submissions have a score from `low` up to, but not including, `high`."""

    low: float
    high: float
    submissions: int
    full_marks: bool = False


@dataclass(frozen=True)
class ClassSummary:
    """All submissions for one topic.

    Attributes:
        submissions: How many there are.
        unreadable: How many of them could not be read; nothing else here counts those.
        max_score: What full marks would be.
        mean: The mean score, or None if none could be read.
        median: The median score, likewise.
        parts: Each part over the submissions.
        mistakes: What was noticed, most often noticed first.
        scores: How the scores are spread.
        grader_errors: How many could not be graded in full.
    """

    submissions: int
    unreadable: int
    max_score: float
    mean: float | None
    median: float | None
    parts: tuple[PartSummary, ...]
    mistakes: tuple[MistakeSummary, ...]
    scores: tuple[Bin, ...]
    grader_errors: int

    @property
    def in_words(self) -> str:
        """`3 submissions, 1 unreadable, mean 5 and median 5 of 7`."""
        told = [count(self.submissions, "submission")]
        if self.unreadable:
            told.append(f"{self.unreadable} unreadable")
        if self.mean is not None and self.median is not None:
            told.append(
                f"mean {points(self.mean)} and median {points(self.median)} of {points(self.max_score)}"
            )
        return ", ".join(told)


def summarise(topic: TopicReports) -> ClassSummary:
    """The summary of `topic`, which has at least one report."""
    reports = tuple(report for report in topic.reports if not report.is_unreadable)
    scores = [report.score for report in reports]
    max_score = max(report.max_score for report in topic.reports)
    return ClassSummary(
        submissions=len(topic.reports),
        unreadable=len(topic.reports) - len(reports),
        max_score=max_score,
        mean=statistics.fmean(scores) if scores else None,
        median=statistics.median(scores) if scores else None,
        parts=tuple(_summarise_part(name, reports) for name in part_names(reports)),
        mistakes=_mistakes(reports),
        scores=_bins(scores, max_score),
        grader_errors=sum(report.has_grader_error for report in reports),
    )


def part_names(reports: tuple[Report, ...]) -> tuple[str, ...]:
    """The names of all parts, in the topic's order."""
    return tuple(dict.fromkeys(part.name for report in reports for part in report.parts))


def part_of(report: Report, name: str) -> PartResult | None:
    """The part called `name`, or None where the report lacks it."""
    return next((part for part in report.parts if part.name == name), None)


def parts_by_verdict(report: Report) -> list[tuple[PartResult, ...]]:
    """The parts without full marks; those with one verdict and nothing noticed are joined."""
    groups: dict[object, list[PartResult]] = {}
    for part in report.parts:
        if part.verdict is not Verdict.PASSED:
            groups.setdefault(part.name if part.noticed else part.verdict, []).append(part)
    return [tuple(group) for group in groups.values()]


def is_all_right(report: Report) -> bool:
    """Whether every check of every part passed."""
    return all(part.verdict is Verdict.PASSED for part in report.parts)


def is_not_started(part: PartResult) -> bool:
    """Whether nothing of `part` was there to be checked."""
    return part.verdict is Verdict.NOT_WRITTEN and all(
        outcome.verdict in {Verdict.NOT_WRITTEN, Verdict.WAITING} for outcome in part.outcomes
    )


def _summarise_part(name: str, reports: tuple[Report, ...]) -> PartSummary:
    results = [part for report in reports if (part := part_of(report, name)) is not None]
    verdicts = Counter(p.verdict for p in results if p.verdict is not Verdict.PASSED)
    return PartSummary(
        name=name,
        max_score=results[0].max_score,
        mean=statistics.fmean(part.score for part in results),
        full=sum(part.verdict is Verdict.PASSED for part in results),
        submissions=len(results),
        verdicts=tuple(verdicts.most_common()),
    )


def _mistakes(reports: tuple[Report, ...]) -> tuple[MistakeSummary, ...]:
    learners: dict[tuple[str, Noticed], list[str]] = {}
    for report in reports:
        for part in report.parts:
            for noticed in part.noticed:
                learners.setdefault((part.name, noticed), []).append(report.learner)
    order = part_names(reports)
    found = [MistakeSummary(part, what, tuple(who)) for (part, what), who in learners.items()]
    return tuple(sorted(found, key=lambda m: (-len(m.learners), order.index(m.part))))


def _bins(scores: list[float], max_score: float) -> tuple[Bin, ...]:
    """Ten equal bins below full marks, and one for full marks."""
    counts = Counter(min(int(_BINS * s / max_score), _BINS) if max_score else 0 for s in scores)
    width = max_score / _BINS
    below = [Bin(i * width, (i + 1) * width, counts[i]) for i in range(_BINS)]
    return (*below, Bin(max_score, max_score, counts[_BINS], full_marks=True))
