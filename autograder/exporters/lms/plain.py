"""The scores as a table of our own: every learner, with why a score is blank."""

from __future__ import annotations

import csv
import io

from autograder.exporters.lms.fill import score_text, why_blank
from autograder.exporters.lms.scores import AssignmentScores
from autograder.render.csv import safe_cell

_HEADER = (
    "assignment",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "score",
    "max_score",
    "late_penalty",
    "status",
    "handed_in",
    "due",
    "late",
)


def scores_to_csv(scores: AssignmentScores, include_pending: bool) -> str:
    """One row for each learner. A blank score is not a zero: `status` says what it is."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_HEADER)
    for learner in scores.learners:
        blank = why_blank(learner, include_pending)
        pending = f"so far; {why_blank(learner, False)}" if learner.pending else ""
        texts = (
            scores.assignment,
            learner.id,
            learner.last_name,
            learner.first_name,
            learner.email,
        )
        writer.writerow(
            [
                *map(safe_cell, texts),
                "" if blank or learner.score is None else score_text(learner.score),
                score_text(scores.max_score),
                "" if learner.score is None else score_text(learner.penalty),
                safe_cell("; ".join((blank or pending or "graded", *learner.remarks))),
                *(learner.handed_in, learner.due, learner.late),
            ]
        )
    return file.getvalue()
