"""What an export is going to do, in plain lines, before it does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len, set_cell_size

from autograder.course.class_result import without_time
from autograder.exporters.lms.fill import Entry, Plan, score_text, why_blank
from autograder.exporters.lms.matching import Matching
from autograder.exporters.lms.scores import AssignmentScores, LearnerScore
from autograder.exporters.lms.template import Template
from autograder.render.text import count, points, shown_name
from nnlearn.text import one_line

_NAME_LIMIT = 28
_ID_LIMIT = 20


def show_learners(scores: AssignmentScores, include_pending: bool, say: Callable[[str], None]) -> None:
    """Every learner of the gradebook with the score that is exported."""
    say(f"{shown_name(scores.assignment)}: {count(len(scores.learners), 'learner')}, {_out_of(scores)}")
    say("")
    _say_rows([[*_who(learner), _outcome(learner, include_pending)] for learner in scores.learners], say)
    _say_without_time(scores, say)
    say("")


def show_matching(
    scores: AssignmentScores,
    template: Template,
    matching: Matching,
    plan: Plan,
    say: Callable[[str], None],
) -> None:
    """Who was matched and by what, and who was not, in both directions."""
    possible = "" if template.possible is None else f", out of {points(template.possible)} points"
    say(f"{shown_name(scores.assignment)} in the gradebook: {_out_of(scores)}")
    say(f"{template.table.file.shown}: into the column `{one_line(template.column)}`{possible}")
    say("")
    say(f"Matched: {len(matching.matches)}")
    _say_rows([_matched(entry) for entry in plan.entries], say)
    if replaced := sum(bool(entry.replaces) for entry in plan.entries):
        say(f"REPLACES {count(replaced, 'score')} of the platform's, as said above")
    say(f"In the gradebook only, not exported: {len(matching.only_gradebook) or 'nobody'}")
    _say_rows([[*_who(learner), _outcome(learner, False)] for learner in matching.only_gradebook], say)
    _say_without_time(scores, say)
    say(f"In the template only, left as they are: {len(matching.only_template) or 'nobody'}")
    _say_rows([[f"line {r.line}", shown_name(r.name, _NAME_LIMIT)] for r in matching.only_template], say)
    say("")


def _say_without_time(scores: AssignmentScores, say: Callable[[str], None]) -> None:
    """Whose scores may hold no penalty only since nobody knows when they handed in."""
    if timeless := [each.id for each in scores.learners if each.due and not each.handed_in]:
        say(without_time(timeless))


def _matched(entry: Entry) -> list[str]:
    pair = entry.match
    outcome = entry.value if entry.value is not None else f"left as it is: {entry.kept}"
    if entry.value is not None:
        outcome += _remarks(pair.learner)
    if entry.replaces:
        outcome += f", in place of {one_line(entry.replaces, 20)}"
    how = f"by {one_line(pair.column, 24)} {one_line(pair.value, 32)}"
    return [*_who(pair.learner), shown_name(pair.row.name, _NAME_LIMIT), how, outcome]


def _who(learner: LearnerScore) -> list[str]:
    return [shown_name(learner.id, _ID_LIMIT)]


def _outcome(learner: LearnerScore, include_pending: bool) -> str:
    blank = why_blank(learner, include_pending)
    if blank or learner.score is None:
        return f"blank: {blank}"
    return score_text(learner.score) + _remarks(learner)


def _remarks(learner: LearnerScore) -> str:
    """What the score is to be read with."""
    late = f", {learner.late}" if learner.late else ""
    if learner.penalty:
        late += f", {score_text(learner.penalty)} taken off for lateness"
    return late + "".join(f", {remark}" for remark in learner.remarks)


def _out_of(scores: AssignmentScores) -> str:
    return f"out of {points(scores.max_score)} points"


def _say_rows(rows: Sequence[Sequence[str]], say: Callable[[str], None]) -> None:
    """Rows of words, each column as wide as its widest word."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (set_cell_size(word, width) for word, width in zip(row, widths, strict=True))
        say(f"  {'  '.join(padded)}".rstrip())
