"""What goes into each cell: a score, or nothing, and why."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.exporters.lms.errors import TemplateError
from autograder.exporters.lms.matching import Match, Matching
from autograder.exporters.lms.scores import AssignmentScores, LearnerScore
from autograder.exporters.lms.template import Template, number
from autograder.render.text import count, points
from nnlearn.text import one_line

_ALIKE = 0.005  # platforms show two decimals


@dataclass(frozen=True)
class Entry:
    """What becomes of one matched learner's cell: `value` is written, or `kept` says why none is."""

    match: Match
    value: str | None
    kept: str = ""

    @property
    def replaces(self) -> str:
        """The platform's own score, where another one takes its place."""
        there = self.match.row.grade.value.strip()
        if self.value is None or (old := number(there)) is None or abs(old - float(self.value)) < _ALIKE:
            return ""
        return there


@dataclass(frozen=True)
class Plan:
    """All entries, in the order of the learners."""

    entries: tuple[Entry, ...]

    @property
    def written_words(self) -> str:
        """How many scores are written."""
        return count(sum(entry.value is not None for entry in self.entries), "score")


def plan_values(
    matching: Matching,
    scores: AssignmentScores,
    template: Template,
    *,
    include_pending: bool,
    scale: bool,
) -> Plan:
    """Decide on every matched learner's cell.

    Raises:
        TemplateError: The platform gives other points for the assignment than the gradebook.
    """
    factor = _factor(scores, template, scale)
    entries = []
    for pair in matching.matches:
        kept = pair.row.keep or why_blank(pair.learner, include_pending)
        value = None if kept or pair.learner.score is None else score_text(pair.learner.score * factor)
        entries.append(Entry(pair, value, kept))
    return Plan(tuple(entries))


def fill(template: Template, plan: Plan) -> bytes:
    """The template with the scores in it."""
    values = {e.match.row.grade: e.value for e in plan.entries if e.value is not None}
    return template.table.with_values(values)


def why_blank(learner: LearnerScore, include_pending: bool) -> str:
    """Why there is no score to export, or nothing where there is one."""
    if learner.score is None:
        return "nothing handed in"
    if learner.unreadable:
        return f"unreadable: {one_line(', '.join(learner.unreadable), 50)}"
    if learner.not_graded:
        return f"not graded: {one_line(', '.join(learner.not_graded), 50)}"
    if learner.pending and not include_pending:
        return f"not graded yet: {one_line(', '.join(learner.pending), 50)}"
    return ""


def score_text(score: float) -> str:
    """A score as platforms read it: a point, at most four decimals, and 0 for a zero."""
    return f"{score:.4f}".rstrip("0").rstrip(".")


def _factor(scores: AssignmentScores, template: Template, scale: bool) -> float:
    possible = template.possible
    if scale:
        if not possible or not scores.max_score:
            raise TemplateError(
                f"--scale: {template.table.file.shown} does not say how many points `"
                f"{one_line(template.column)}` gives.",
                "Leave --scale out; the points of the gradebook are exported as they are.",
            )
        return possible / scores.max_score
    if possible is not None and abs(possible - scores.max_score) > 1e-6:
        raise TemplateError(
            f"`{one_line(template.column)}` gives {points(possible)} points on the platform, and "
            f"{points(scores.max_score)} in the gradebook.",
            "Change the points on the platform and export once more, or convert the scores: --scale.",
        )
    return 1.0
