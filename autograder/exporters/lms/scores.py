"""What nbgrader's gradebook says about one assignment: a score, nothing handed in, or not finished."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.exporters.lms.errors import GradebookError
from autograder.render.text import shown_name
from nnlearn.catalogue.nearest import did_you_mean

if TYPE_CHECKING:
    from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook

    from autograder.course.terms import Terms

_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class LearnerScore:
    """One learner of the gradebook and what there is to export.

    Attributes:
        id: nbgrader's name for the learner.
        first_name: May be empty, as the next three.
        last_name: The family name.
        email: The address.
        lms_user_id: What the gradebook knows of the platform's own number.
        score: Points after the penalty for lateness; None where nothing was handed in.
        penalty: What lateness has cost.
        pending: The answers that still wait to be marked, by their cell's name.
        unreadable: The notebooks that could not be read, so that nothing is known about what they are worth.
        not_graded: The notebooks that checks gave no score for another reason.
        handed_in: When it was handed in, as programs read it; empty where that is not known.
        due: When it was due for this learner, likewise.
        late: How late that was, in words; empty for in time.
        remarks: What else is to be known: which notebooks were not handed in.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    score: float | None = None
    penalty: float = 0.0
    pending: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    not_graded: tuple[str, ...] = ()
    handed_in: str = ""
    due: str = ""
    late: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name as people write it; the id where there is none."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.id

    @property
    def identities(self) -> dict[str, str]:
        """What a row of the platform's file may know this learner by."""
        known = {"id": self.id, "email": self.email, "lms_user_id": self.lms_user_id}
        return {field: value for field, value in known.items() if value}


@dataclass(frozen=True)
class AssignmentScores:
    """All learners of a course with their scores in one assignment, by id."""

    assignment: str
    max_score: float
    learners: tuple[LearnerScore, ...]

    @property
    def has_unreadable(self) -> bool:
        """Whether anybody handed in what could not be read."""
        return any(learner.unreadable for learner in self.learners)


def read_scores(
    database: str, assignment: str, folder_of: Callable[[str], Path], terms: Terms
) -> AssignmentScores:
    """Read one assignment from a gradebook.

    Args:
        database: The URL of the gradebook.
        assignment: Its name.
        folder_of: Where it lies what a learner handed in.
        terms: By when it was due for whom.

    Raises:
        GradebookError: There is no gradebook, or it has no such assignment or no learners.
    """
    shown = shown_name(file := database.removeprefix(_SQLITE))
    if database.startswith(_SQLITE) and not Path(file).is_file():  # nbgrader would make an empty one
        raise GradebookError(
            f"{shown}: there is no gradebook.",
            f"Grade first: nnlearn course grade {assignment}, or nbgrader autograde {assignment}.",
        )
    from nbgrader.api import Gradebook

    # Without a name for the course, opening the gradebook does not write to it.
    with Gradebook(database, course_id="") as gradebook:
        names = sorted(known.name for known in gradebook.assignments)
        if assignment not in names:
            raise GradebookError(
                f"{shown}: there is no assignment called `{shown_name(assignment)}`.",
                did_you_mean(assignment, names, "the assignments are") if names else "It holds none yet.",
            )
        learners = _learners(gradebook, assignment, folder_of, terms)
        max_score = float(gradebook.find_assignment(assignment).max_score)
    if not learners:
        raise GradebookError(
            f"{shown}: there are no learners in the gradebook.",
            "Add them: nbgrader db student import FILE.csv.",
        )
    return AssignmentScores(assignment, max_score, learners)


def _learners(
    gradebook: Gradebook, assignment: str, folder_of: Callable[[str], Path], terms: Terms
) -> tuple[LearnerScore, ...]:
    handed_in = {s.student_id: s for s in gradebook.find_assignment(assignment).submissions}
    learners = []
    for student in sorted(gradebook.students, key=lambda student: student.id):
        submission = handed_in.get(student.id)
        score, penalty, pending = _score(submission)
        folder = folder_of(student.id)
        unscored = _without_score(submission) if submission else []
        unreadable = tuple(f"{name}.ipynb" for name in unscored if _is_unreadable(folder / f"{name}.ipynb"))
        learners.append(
            LearnerScore(
                student.id,
                (student.first_name or "").strip(),
                (student.last_name or "").strip(),
                (student.email or "").strip(),
                (student.lms_user_id or "").strip(),
                score,
                penalty,
                pending,
                unreadable,
                tuple(name for name in unscored if f"{name}.ipynb" not in unreadable),
                *(_times(submission, terms) if submission else ("", "", "")),
                _missing(submission, folder) if submission else (),
            )
        )
    return tuple(learners)


def _score(submission: SubmittedAssignment | None) -> tuple[float | None, float, tuple[str, ...]]:
    """Score, penalty and what is pending; lateness counts as it does in `nbgrader export`."""
    if submission is None:
        return None, 0.0, ()
    penalty = float(submission.late_submission_penalty or 0.0)
    pending = sorted(
        grade.name
        for notebook in submission.notebooks
        for grade in notebook.grades
        if grade.needs_manual_grade and not _is_for_checks(notebook, grade)
    )
    return max(0.0, float(submission.score) - penalty), penalty, tuple(pending)


def _times(submission: SubmittedAssignment, terms: Terms) -> tuple[str, str, str]:
    """When a submission was handed in and due, in the zone of the course, and how late that was."""
    from autograder.course.due import in_zone
    from autograder.course.terms import lateness_of

    due = submission.duedate if submission.assignment.duedate else None
    at, until = (
        in_zone(time, terms.zone).isoformat(" ", "seconds") if time else ""
        for time in (submission.timestamp, due)
    )
    lateness = lateness_of(submission, terms)
    return at, until, lateness.length if lateness.seconds else ""


def _is_for_checks(notebook: SubmittedNotebook, grade: Grade) -> bool:
    """Whether checks were to give this score, and did not, and nobody else has."""
    by_hand = {cell.name for cell in notebook.notebook.solution_cells}
    is_test = grade.cell.cell_type == "code" and grade.name not in by_hand
    return is_test and grade.auto_score is None and grade.manual_score is None


def _without_score(submission: SubmittedAssignment) -> list[str]:
    """The notebooks of a submission that could not be graded."""
    return sorted(
        notebook.name
        for notebook in submission.notebooks
        if any(_is_for_checks(notebook, grade) for grade in notebook.grades)
    )


def _is_unreadable(file: Path) -> bool:
    from autograder.course.handed_in import UnreadableError, read_notebook

    if not os.path.lexists(file):
        return False
    try:
        read_notebook(file)
    except UnreadableError:
        return True
    return False


def _missing(submission: SubmittedAssignment, folder: Path) -> tuple[str, ...]:
    """What is said about notebooks that were not handed in, as far as what was handed in is still there."""
    from autograder.course.standing import not_handed_in

    if not folder.is_dir():
        return ()
    names = sorted(notebook.name for notebook in submission.notebooks)
    there = [name for name in names if os.path.lexists(folder / f"{name}.ipynb")]
    return tuple(not_handed_in(folder, names, there))
