"""`nnlearn course extend`: who may hand in later, by how much, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.course.layout import Course, CourseError, find_course
from autograder.course.options import CourseDir
from nnlearn.errors import OutputError
from nnlearn.files import locked

if TYPE_CHECKING:
    from autograder.course.extensions import Extension, Extensions
    from autograder.course.standing import Lateness
    from autograder.course.terms import Terms


def extend(
    assignment: Annotated[
        str | None, typer.Argument(metavar="[ASSIGNMENT]", help="The assignment's name.")
    ] = None,
    student: Annotated[
        str | None, typer.Argument(metavar="[LEARNER]", help="Who may hand in later; all are listed without.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help='"2026-12-03 23:59 Europe/Berlin", or "+2 days" after it is due.'),
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take an extension back.")] = False,
    table: Annotated[
        Path | None,
        typer.Option("--from", metavar="CSV", help="Many at once: assignment, student_id, until, note."),
    ] = None,
    course_dir: CourseDir = None,
) -> None:
    """Let learners hand in later, or list who may.

    What was graded already is put right at once; the checks are not run again. All of a CSV file is taken,
    or nothing of it.
    """
    course = find_course(course_dir)
    if assignment is not None:
        course.require_assignment(assignment)
    if table is not None and not (assignment or student or until or withdraw):
        change(course, lambda old: old | _of_table(course, table))
    elif assignment and student and (until is not None) != withdraw and table is None:
        key = assignment, student
        change(course, lambda old: _without(old, *key) if until is None else old | _one(course, *key, until))
    elif assignment and not (student or until or withdraw or table):
        for line in listed(course, assignment):
            typer.echo(line)
    else:
        raise CourseError(
            "expected an assignment, a learner and --until or --withdraw; or --from alone; or an assignment",
            'nnlearn course extend ps1 ada --until "+2 days"',
        )


def change(course: Course, changed: Callable[[Extensions], Extensions]) -> None:
    """Change the list, give nbgrader what it knows of it, and say what came of that.

    Args:
        course: The course.
        changed: Makes the list that is to be from the one that is.

    Raises:
        CourseError: A line is not as it should be; then nothing is changed.
        OutputError: The list cannot be written.
    """
    from autograder.course.extensions import FILE, require_known, write_extensions
    from autograder.course.terms import settle

    with _one_at_a_time(course), course.gradebook() as gradebook:
        terms = course.terms
        old = _of_nbgrader(gradebook) if terms.extensions is None else terms.extensions
        new = changed(old)
        due = {each.name: each.duedate for each in gradebook.assignments}
        touched = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        students = {each.id for each in gradebook.students}
        for name in {name for name, _ in new}:
            students.update(course.students(name))
        require_known([new[key] for key in sorted(touched & new.keys())], due, students, terms.zone)
        if touched or terms.extensions is None:
            write_extensions(course.root / FILE, new)
        for key in sorted(touched):
            typer.echo(_said(key, old.get(key), new.get(key), due.get(key[0]), terms))
        if not touched:
            typer.echo("That is how it was: nothing is changed")
        for name in sorted({name for name, _ in touched if due.get(name) is not None}):
            of_it = {student for other, student in touched if other == name}
            for (where, student), (before, now) in settle(course, gradebook, name, of_it).items():
                for line in _settled(course, where, student, before, now):
                    typer.echo(line)


@contextmanager
def _one_at_a_time(course: Course) -> Iterator[None]:
    """Let two people who change the list at once do it one after the other; a gradebook in use is said."""
    from sqlalchemy.exc import OperationalError

    with locked(course.root / ".nnlearn" / "extensions.lock"):
        try:
            yield
        except OperationalError as error:
            raise OutputError(
                f"the gradebook of {course.root} cannot be written: {error.orig}",
                "try it again when no other program writes to it; grading takes the list as it is then",
            ) from error


def listed(course: Course, assignment: str) -> Iterator[str]:
    """Who may hand in an assignment later, in words."""
    from autograder.render.text import shown_name

    terms = course.terms
    with course.gradebook() as gradebook:
        due = gradebook.find_assignment(assignment).duedate
        found = _of_nbgrader(gradebook) if terms.extensions is None else terms.extensions
    if due is None:
        yield f"{assignment} has no due date"
        return
    cost = f"; {terms.policy.words}" if terms.policy else ""
    yield f"{assignment} is due {terms.shown(due)}{cost}"
    for (name, student), extension in sorted(found.items()):
        if name == assignment:
            yield f"  {shown_name(student)}  {extension.in_words(due, terms.zone)}"
    if all(name != assignment for name, _ in found):
        yield "Nobody has an extension"


def _of_table(course: Course, table: Path) -> Extensions:
    from autograder.course.extensions import read_extensions

    if not table.is_file():
        raise CourseError(f"{table}: there is no such file", "name the CSV file")
    return read_extensions(table, course.terms.zone)


def _one(course: Course, assignment: str, student: str, until: str) -> Extensions:
    from autograder.course.extensions import Extension, read_until

    found = Extension(assignment, student, read_until(until, "--until", course.terms.zone), place="extend")
    return {(assignment, student): found}


def _without(old: Extensions, assignment: str, student: str) -> Extensions:
    if (assignment, student) not in old:
        raise CourseError(
            f"{student} has no extension of {assignment} that could be withdrawn",
            f"see who has: nnlearn course extend {assignment}",
        )
    return {key: each for key, each in old.items() if key != (assignment, student)}


def _of_nbgrader(gradebook: Any) -> Extensions:
    """What was granted with nbgrader's own `grant_extension`, before there was a list."""
    from nbgrader.api import SubmittedAssignment

    from autograder.course.extensions import Extension

    query = gradebook.db.query(SubmittedAssignment).filter(SubmittedAssignment.extension.isnot(None))
    return {
        (each.assignment.name, each.student_id): Extension(
            each.assignment.name, each.student_id, each.duedate.replace(tzinfo=UTC)
        )
        for each in query
        if each.assignment.duedate is not None
    }


def _said(
    key: tuple[str, str], old: Extension | None, new: Extension | None, due: datetime | None, terms: Terms
) -> str:
    """What has become of one extension."""
    assignment, student = key
    if due is None:
        return f"{student} has no extension of {assignment} any more"
    before = f"; before: {old.in_words(due, terms.zone)}" if old else ""
    if new is None:
        when = f", which is due {terms.shown(due)}"
        return f"{student} has no extension of {assignment} any more{when}{before}"
    return f"{student} may hand in {assignment} {new.in_words(due, terms.zone)}{before}"


def _settled(course: Course, assignment: str, student: str, before: Lateness, now: Lateness) -> Iterator[str]:
    """What that has changed about something that was graded, and what does not say so yet."""
    yield f"{student}, {assignment}: now {now.words or 'in time'}; before: {before.words or 'in time'}"
    if course.terms.policy is None:
        yield f"  What that costs is worked out when it is graded: nnlearn course grade {assignment} --force"
    if (page := course.feedback(assignment, student)).exists():
        yield (
            f"  {page.relative_to(course.root)} says what was before. Make it anew: "
            f"nbgrader generate_feedback {assignment} --student={student} --force"
        )
