"""What a run of the checks found, as plain data with a versioned JSON form.

An `Outcome` is the result of one check, a `PartResult` gathers those of one part, a `Report` those of
one submission, and a `Run` all reports of one grading run.
Nothing here knows how a result was obtained or how it will be shown.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

SCHEMA_VERSION = 1


class Verdict(StrEnum):
    """How a check ended. Only `GRADER_ERROR` is our fault; it never scores and never passes silently."""

    PASSED = "passed"
    FAILED = "failed"
    RAISED = "raised"
    FORBIDDEN = "forbidden"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    NOT_WRITTEN = "not_written"
    WAITING = "waiting"
    UNREADABLE = "unreadable"
    GRADER_ERROR = "grader_error"

    @property
    def words(self) -> str:
        """The verdict as people read it."""
        return self.value.replace("_", " ")


NO_ANSWER = (
    Verdict.RAISED,
    Verdict.TIMED_OUT,
    Verdict.OUT_OF_MEMORY,
    Verdict.CRASHED,
    Verdict.NOT_WRITTEN,
)
"""How a check ends that gets no answer: the learner's code can choose between them."""


def may_tell(verdict: Verdict, hidden: bool, visible: Collection[Verdict]) -> bool:
    """Whether a learner may read how a check ended.

    Of a hidden check that got no answer they read no more than that: which way it ended may have been chosen
    by what the check sent. What a visible check of the part came to as well says nothing new.

    Args:
        verdict: How it ended.
        hidden: Whether it is a hidden check.
        visible: How the visible checks of its part ended.
    """
    return not hidden or verdict not in NO_ANSWER or verdict in visible


class FoundBy(StrEnum):
    """How a mistake was found in a learner's code."""

    GALLERY = "gallery"
    FAMILY = "family"
    FACT = "fact"

    @property
    def words(self) -> str:
        """The same as people read it."""
        return _FOUND_BY[self]


_FOUND_BY = {
    FoundBy.GALLERY: "same results as a known mistake",
    FoundBy.FAMILY: "same results as a variation of what is right",
    FoundBy.FACT: "seen in how the checks went",
}


@dataclass(frozen=True, slots=True)
class Noticed:
    """What is wrong with a part, by name.

    Attributes:
        mistake: Its name.
        message: What a teacher would say to somebody who made it.
        found_by: A mistake of the topic's gallery that reproduces the learner's results; a variation of the
            reference that does; or a fact about which results are right and which are not.
    """

    mistake: str
    message: str
    found_by: FoundBy = FoundBy.GALLERY


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one check.

    Attributes:
        check: The name of the pytest function, with its parameters in brackets if it has any.
        title: What the check asks for, as the learner reads it.
        hidden: Whether learners have this check in their own copy.
        points: The weight of the check within its part.
        verdict: How it ended.
        message: The failure as a learner may see it; empty when the check passed.
        seconds: How long it took.
    """

    check: str
    title: str
    hidden: bool
    points: float
    verdict: Verdict
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PartResult:
    """All outcomes of one part. The score follows from them and is never stored on its own.

    Attributes:
        name: The part.
        max_score: Its points.
        outcomes: How its checks ended, in their order.
        noticed: What is wrong with it, in the order of the checks that showed it: one mistake, or two, or
            one for each prediction; none where it is not clear.
    """

    name: str
    max_score: float
    outcomes: tuple[Outcome, ...]
    noticed: tuple[Noticed, ...] = ()

    @property
    def score(self) -> float:
        """The part's points times the share of its checks' points that passed."""
        total = sum(outcome.points for outcome in self.outcomes)
        passed = sum(o.points for o in self.outcomes if o.verdict is Verdict.PASSED)
        return round(self.max_score * passed / total, 4) if total else 0.0

    @property
    def verdict(self) -> Verdict:
        """The verdict of the first check that did not pass."""
        return next((o.verdict for o in self.outcomes if o.verdict is not Verdict.PASSED), Verdict.PASSED)

    def to_look_at(self, *, apart: bool) -> tuple[Outcome, ...]:
        """What to show of what did not pass: one thing at a time, and so the first.

        Args:
            apart: Whether each check is a matter of its own, as those of guesses are. Then it is all that
                got an answer, whatever has to be answered yet.
        """
        failed = [outcome for outcome in self.outcomes if outcome.verdict is not Verdict.PASSED]
        unanswered = (Verdict.NOT_WRITTEN, Verdict.WAITING)
        answered = [outcome for outcome in failed if outcome.verdict not in unanswered]
        return tuple(answered if apart and answered else failed[:1])

    def told(self, outcome: Outcome) -> str:
        """The verdict of one of its outcomes, in words for the learner."""
        visible = {other.verdict for other in self.outcomes if not other.hidden}
        return outcome.verdict.words if may_tell(outcome.verdict, outcome.hidden, visible) else "no answer"


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered in words, for a person to read and mark.

    Attributes:
        question: The name of the question.
        text: The answer, cleaned and of bounded length; empty where there is none.
    """

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known about one submission.

    Attributes:
        learner: Who handed it in.
        submission: The file, relative to where it was collected.
        sha256: Digest of the file's bytes.
        parts: In the topic's order.
        notes: What the learner should know about the file as a whole.
        output: What the learner's code printed while it was loaded, capped; for the learner only.
        answers: What it answers in words, in the order of the topic's questions; no points are in them.
    """

    learner: str
    submission: str
    sha256: str
    parts: tuple[PartResult, ...]
    notes: tuple[str, ...] = ()
    output: str = ""
    answers: tuple[Answered, ...] = ()

    @property
    def score(self) -> float:
        """The sum over the parts."""
        return round(sum(part.score for part in self.parts), 4)

    @property
    def max_score(self) -> float:
        """What full marks would be."""
        return sum(part.max_score for part in self.parts)

    @property
    def is_unreadable(self) -> bool:
        """Whether the file could not be read at all, so that nothing is known about what it is worth."""
        return any(o.verdict is Verdict.UNREADABLE for p in self.parts for o in p.outcomes)

    @property
    def has_grader_error(self) -> bool:
        """Whether a fault of ours kept something in this submission from being graded."""
        return any(o.verdict is Verdict.GRADER_ERROR for p in self.parts for o in p.outcomes)


@dataclass(frozen=True)
class TopicReports:
    """The reports of all submissions for one topic."""

    topic: str
    content_digest: str
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class Run:
    """One grading run: what `nnlearn grade --json` writes.

    Attributes:
        topics: The topics that something was graded for.
        isolation: The layers of isolation that held around every submission that ran.
        interrupted: Whether it was cut short, so that reports are missing.
    """

    topics: tuple[TopicReports, ...]
    isolation: tuple[str, ...] = field(default=())
    interrupted: bool = False

    @property
    def has_grader_error(self) -> bool:
        """Whether any submission ran into a fault of ours."""
        return any(report.has_grader_error for topic in self.topics for report in topic.reports)

    @property
    def has_unreadable(self) -> bool:
        """Whether any submission could not be read."""
        return any(report.is_unreadable for topic in self.topics for report in topic.reports)


def run_to_json(run: Run) -> str:
    """`run` as the JSON document that `nnlearn grade --json` writes, ending in a newline."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "isolation": list(run.isolation),
        "topics": [
            {
                "topic": topic.topic,
                "content_digest": topic.content_digest,
                "reports": [report_to_dict(report) for report in topic.reports],
            }
            for topic in run.topics
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def report_to_dict(report: Report) -> dict[str, Any]:
    """`report` as plain dicts and lists, derived values (score, verdict, noticed) included."""
    return {
        "learner": report.learner,
        "submission": report.submission,
        "sha256": report.sha256,
        "score": report.score,
        "max_score": report.max_score,
        "notes": list(report.notes),
        "output": report.output,
        "answers": [dataclasses.asdict(answer) for answer in report.answers],
        "parts": [
            {
                "name": part.name,
                "score": part.score,
                "max_score": part.max_score,
                "verdict": part.verdict.value,
                "noticed": [dataclasses.asdict(noticed) for noticed in part.noticed],
                "outcomes": [dataclasses.asdict(outcome) for outcome in part.outcomes],
            }
            for part in report.parts
        ],
    }


def report_from_dict(data: Mapping[str, Any]) -> Report:
    """The inverse of `report_to_dict`; derived values are recomputed, not read.

    Raises:
        msgspec.ValidationError: `data` is not a report; the message names the key.
    """
    return msgspec.convert(data, Report)
