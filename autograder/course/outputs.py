"""Writes what grading found out into a notebook: a score for each part and why, and what the learner printed.

A cell with the checks of a part holds exactly one `execute_result`, a finite number between 0 and the cell's
points, which is what nbgrader takes as its score. It never holds anything on stderr and never an error, both
of which nbgrader would take for 0 points.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograder.course import feedback
from autograder.course.blueprint import Blueprint, GivenCell
from nnlearn.errors import EXIT_GRADER_ERROR, NnlearnError
from nnlearn.results import PartResult, Report, Verdict
from nnlearn.text import clean

if TYPE_CHECKING:
    from autograder.course.warm import GradedNotebook

_PRINTED = 8000


class NotGradedError(NnlearnError):
    """The grader itself failed on a submission, which therefore has no score at all."""

    exit_code = EXIT_GRADER_ERROR


def require_scores(report: Report) -> None:
    """Make sure that every score of a report is the learner's doing.

    Raises:
        NotGradedError: A fault of ours kept something from being graded.
    """
    if not report.has_grader_error:
        return
    faults = [
        f"{part.name}, {outcome.check}: {outcome.message}"
        for part in report.parts
        for outcome in part.outcomes
        if outcome.verdict is Verdict.GRADER_ERROR
    ]
    listed = "\n  ".join(faults[:3])
    raise NotGradedError(
        f"{report.submission} of {report.learner} was not graded, since the grader itself failed; "
        f"this is not the learner's mistake, and no score was saved:\n  {listed}",
        "grade it again; if that does not help, run nnlearn doctor --grading",
    )


def write_outputs(
    notebook: Any, blueprint: Blueprint, graded: GradedNotebook, remarks: Sequence[str] = ()
) -> None:
    """Put scores, explanations, what was printed and drawn into the cells of `notebook`; other outputs go.

    Args:
        notebook: The notebook, recovered.
        blueprint: What it consists of.
        graded: What came out, without grader errors.
        remarks: What was put right about the notebook before it was graded.

    Raises:
        NotGradedError: A cell is to hold the score of a part that was not graded.
    """
    results = {part.name: part for part in graded.report.parts}
    notes = [*remarks, *graded.report.notes]
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        given = _given(cell, blueprint)
        if given is not None and given.part is not None:
            if given.part not in results:
                raise NotGradedError(
                    f"no check was run for the part {given.part}, whose score is to be saved"
                )
            _write_score(cell, given, results[given.part], notes)
            notes = []
        elif given is None or given.points is None or given.solution:
            cell.outputs = list(_of_learner(number, graded))


def _given(cell: Any, blueprint: Blueprint) -> GivenCell | None:
    return blueprint.cell(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _of_learner(number: int, graded: GradedNotebook) -> Iterator[Any]:
    """What the learner's code printed and drew in a cell."""
    if text := graded.printed.get(number):
        yield _output("stream", name="stdout", text=_shortened(text))
    for picture in graded.figures.get(number, ()):
        data = {"image/png": base64.b64encode(picture).decode(), "text/plain": "<a figure>"}
        yield _output("display_data", data=data, metadata={})


def _write_score(cell: Any, given: GivenCell, part: PartResult, notes: Sequence[str]) -> None:
    score = 0.0 if given.points is None else score_of(part, given.points)
    shown = []
    if notes:
        shown.append((feedback.notes_as_text(notes), feedback.notes_as_html(notes)))
    if given.points is not None or part.verdict is not Verdict.NOT_WRITTEN:
        shown.append(
            (
                feedback.part_as_text(part, score, given.points),
                feedback.part_as_html(part, score, given.points),
            )
        )
    cell.outputs = [
        _output("display_data", data={"text/plain": text, "text/html": html}, metadata={})
        for text, html in shown
    ]
    if given.points is not None:
        result = _output(
            "execute_result", data={"text/plain": repr(score)}, metadata={}, execution_count=None
        )
        cell.outputs.append(result)


def score_of(part: PartResult, worth: float) -> float:
    """What a part earns in a cell that is worth `worth` points: finite, and from 0 to `worth`."""
    if part.max_score == worth:
        score = part.score
    else:  # the instructor gave it other points than the topic has
        score = round(part.score / part.max_score * worth, 4) if part.max_score else worth
    if not math.isfinite(score):
        raise NotGradedError(f"the score of {part.name} is {score}, which is no number of points")
    return float(min(max(score, 0.0), worth))


def _output(kind: str, **fields: Any) -> Any:
    from nbformat import from_dict

    return from_dict({"output_type": kind, **fields})  # type: ignore[no-untyped-call]


def _shortened(text: str) -> str:
    text = clean(text)
    if len(text) <= _PRINTED:
        return text
    return f"{text[:_PRINTED]}\n... (cut: {len(text)} characters were printed)"
