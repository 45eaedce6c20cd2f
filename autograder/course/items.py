"""How each part of an assignment fared with a class: difficulty, full marks, and whom it tells apart.

Everything is read from nbgrader's gradebook: automatic scores and marks alike, and nothing that still waits
to be marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean
from typing import Any

_FEWEST = 3
_ALL = 1e-9


@dataclass(frozen=True)
class Item:
    """What became of one graded cell.

    Attributes:
        notebook: The notebook that it is in.
        name: The part or the question, by the name of its cell.
        points: What it is worth.
        learners: How many have a score in it.
        difficulty: The mean share of its points that they reached: the higher, the easier. None without any.
        full_marks: The share of them who reached all of it, likewise.
        discrimination: How this share goes with what else they reached in the assignment, from -1 to 1
            (Pearson's correlation with the rest). None where too few have one, or all have the same.
    """

    notebook: str
    name: str
    points: float
    learners: int
    difficulty: float | None
    full_marks: float | None
    discrimination: float | None


@dataclass(frozen=True)
class Cohort:
    """An assignment in one course.

    Attributes:
        course: What the course is called here.
        learners: How many submissions have been graded.
        mean: The mean share of all points, of submissions without anything that waits; None without any.
        items: Its graded cells, in the gradebook's order.
    """

    course: str
    learners: int
    mean: float | None
    items: tuple[Item, ...]


def cohort_of(course: str, gradebook: Any, assignment: str) -> Cohort:
    """How an assignment fared with the class of a gradebook.

    Raises:
        MissingEntry: The gradebook has no such assignment.
    """
    about = gradebook.find_assignment(assignment)
    cells = {
        (book.name, cell.name): float(cell.max_score)
        for book in about.notebooks
        for cell in (*book.grade_cells, *book.task_cells)
        if cell.max_score
    }
    shares = _shares(gradebook, assignment, cells)
    everybodys = [key for key in cells if all(key in theirs for theirs in shares)]
    items = tuple(_item(key, cells, shares, everybodys) for key in cells)
    whole = [theirs for theirs in shares if len(theirs) == len(cells)]
    total = sum(cells.values())
    means = [sum(theirs[key] * cells[key] for key in cells) / total for theirs in whole] if total else []
    return Cohort(course, len(shares), fmean(means) if means else None, items)


def _shares(
    gradebook: Any, assignment: str, cells: Mapping[tuple[str, str], float]
) -> list[dict[tuple[str, str], float]]:
    """What each learner reached of each cell that has a score; who has none at all is left out."""
    from nbgrader.api import Assignment, BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook

    query = (
        gradebook.db.query(
            SubmittedAssignment.id,
            Notebook.name,
            BaseCell.name,
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
        )
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(Assignment.name == assignment)
    )
    found: dict[str, dict[tuple[str, str], float]] = {}
    for submission, notebook, cell, auto, manual, extra, waits in query:
        score = auto if manual is None else manual
        if score is not None and not waits and (most := cells.get((notebook, cell))):
            found.setdefault(submission, {})[notebook, cell] = (score + (extra or 0.0)) / most
    return list(found.values())


def _item(
    key: tuple[str, str],
    cells: Mapping[tuple[str, str], float],
    shares: Sequence[Mapping[tuple[str, str], float]],
    everybodys: Sequence[tuple[str, str]],
) -> Item:
    theirs = [each for each in shares if key in each]
    values = [each[key] for each in theirs]
    rest = [sum(each[other] * cells[other] for other in everybodys if other != key) for each in theirs]
    return Item(
        *key,
        cells[key],
        len(values),
        fmean(values) if values else None,
        fmean(value >= 1 - _ALL for value in values) if values else None,
        _correlation(values, rest),
    )


def _correlation(values: Sequence[float], rest: Sequence[float]) -> float | None:
    if len(values) < _FEWEST:
        return None
    try:
        return correlation(values, rest)
    except StatisticsError:  # one of them is the same for everybody
        return None
