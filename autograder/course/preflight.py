"""`nnlearn course preflight`: what would go wrong when an assignment is graded, before it is.

Nothing is run and nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.course.layout import Course, find_course
from autograder.course.options import CourseDir
from nnlearn.cli.options import Content
from nnlearn.errors import EXIT_CHECKS_FAILED, EXIT_OK, SubmissionError
from nnlearn.runtime.output import keep_stdout_for_json

if TYPE_CHECKING:
    from autograder.course.blueprint import Blueprint
    from autograder.course.chosen import Chosen

SCHEMA_VERSION = 1
_BY_HAND = "needs you"
_PUT_RIGHT = "put right"
_TO_KNOW = "to know"
_NOT_GRADED = "The submission is not graded, and grading says so; the others are. Ask for the file again."


@dataclass(frozen=True)
class Problem:
    """Something that would go wrong with a submission.

    Attributes:
        student: Whose it is.
        file: The file, relative to the submission's folder, or an empty string for the folder.
        kind: `missing_notebook`, `wrong_name`, `several`, `py_instead`, `no_notebook`, `unreadable`,
            `unknown_student`, `bad_name`, `bad_time`, `late`, `not_run`, or what `Recovery.kind` says of
            a cell: `missing`, `duplicated`, `reordered`, `edited`, `retyped`, `relabelled`.
        cell: The `grade_id` of the cell it is about, or an empty string.
        found: What is wrong, in words.
        grading: What grading will do about it.
        needs_you: Whether points are lost unless somebody does something.
    """

    student: str
    file: str
    kind: str
    cell: str
    found: str
    grading: str
    needs_you: bool


def preflight(
    assignment: Annotated[str, typer.Argument(help="The assignment's name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")] = False,
    course_dir: CourseDir = None,
    content: Content = None,
) -> None:
    """List the submissions that would go wrong, and what grading will do about each.

    Ends with 1 when a submission loses points unless somebody does something about it, else with 0.
    """
    from autograder.course.timestamps import says_no_time

    answer = keep_stdout_for_json() if as_json else None
    course = find_course(course_dir, content)
    course.require_assignment(assignment)
    students = course.students(assignment)
    with course.gradebook() as gradebook:
        missing = sorted({student.id for student in gradebook.students} - {*students})
        is_due = gradebook.find_assignment(assignment).duedate is not None
    timeless = [s for s in students if is_due and says_no_time(course.submitted(assignment, s))]
    problems = list(find_problems(course, assignment))
    if answer is not None:
        answer(
            {
                "schema_version": SCHEMA_VERSION,
                "assignment": assignment,
                "submissions": len(students),
                "without_submission": missing,
                "without_time": timeless,
                "problems": [asdict(problem) for problem in problems],
            }
        )
    else:
        for line in in_words(assignment, len(students), problems, missing, timeless):
            typer.echo(line)
    raise typer.Exit(EXIT_CHECKS_FAILED if any(p.needs_you for p in problems) else EXIT_OK)


def find_problems(course: Course, assignment: str) -> Iterator[Problem]:
    """Everything that would go wrong, learner by learner.

    Raises:
        CourseError: The assignment was not generated, or the instructor's notebook cannot be read.
    """
    from autograder.course.blueprint import read_blueprint
    from autograder.course.chosen import chosen_in, top_of
    from autograder.course.late_ahead import late_ahead
    from autograder.course.timestamps import FILE

    top = top_of(course.directory, assignment)
    blueprints = {
        file.stem: read_blueprint(course.db_url, assignment, file.stem, file, course.catalogue)
        for file in sorted(course.source(assignment).glob("*.ipynb"))
    }
    terms = course.terms
    with course.gradebook() as gradebook:
        terms.require_sound(gradebook, assignment, course.students(assignment))
        known = {student.id for student in gradebook.students}
        late = late_ahead(course, assignment, gradebook, terms)
    for student in course.students(assignment):
        folder = course.submitted(assignment, student)
        if known and student not in known:
            yield Problem(
                student,
                "",
                "unknown_student",
                "",
                f"{student} is not in the gradebook's class list.",
                "Grading adds the name to it; if it is misspelt, rename the folder first.",
                needs_you=False,
            )
        chosen = chosen_in(folder, top, list(blueprints))
        if chosen.is_link:
            yield Problem(student, "", "unreadable", "", f"{chosen.problem}.", _NOT_GRADED, needs_you=True)
            continue
        yield from _of_submission(student, folder)
        if student in late:
            yield Problem(student, FILE, "late", "", *late[student], needs_you=False)
        yield from _of_names(student, chosen, list(blueprints))
        for name, file in chosen.files.items():
            yield from _of_notebook(student, file, blueprints[name])


def _of_submission(student: str, folder: Path) -> Iterator[Problem]:
    """What is wrong with a submission's own name, and with its time."""
    from autograder.course.names import RENAME, problem_with_name
    from autograder.course.timestamps import FILE, problem_with_time

    if problem := problem_with_name(student):
        advice = f"{RENAME[:1].upper()}{RENAME[1:]}"
        yield Problem(
            student,
            "",
            "bad_name",
            "",
            f"{problem[:1].upper()}{problem[1:]}.",
            f"The submission is not graded, and grading says so; the others are. {advice}.",
            needs_you=True,
        )
    if problem := problem_with_time(folder):
        grading = "The submission is graded as if it were in time. Put the time into the file."
        yield Problem(student, FILE, "bad_time", "", f"{problem}.", grading, needs_you=False)


def _of_names(student: str, chosen: Chosen, notebooks: Sequence[str]) -> Iterator[Problem]:
    """Notebooks that are missing, and files that look as if they were meant."""
    from autograder.handed_in.names import plain_name

    missing = [name for name in notebooks if name not in chosen.files]
    result = "It counts as 0." if chosen.files else "The submission gets no score at all."
    meant = missing[0] if len(missing) == 1 else " or ".join(missing)
    for name, note in chosen.notes.items():
        is_named = chosen.files[name].name == f"{name}.ipynb"
        yield Problem(
            student,
            chosen.files[name].name,
            "several" if is_named else "wrong_name",
            "",
            f"{note}.",
            "If another one is meant, remove this one before grading.",
            needs_you=False,
        )
    scripts = {f"{name}.py": name for name in missing}
    names = {other: plain_name(other.rpartition("/")[2]) for other in chosen.others}
    # Beside a notebook, other programs are the learner's own affair.
    others = {o: name for o, name in names.items() if not (chosen.files and _is_own_program(name, scripts))}
    for other, name in others.items():
        if scripts.get(name):
            yield Problem(
                student,
                other,
                "py_instead",
                "",
                f"{other} was handed in instead of {scripts.pop(name)}.ipynb.",
                f"nbgrader grades notebooks alone. {result} Ask for the notebook; "
                f"nnlearn grade {name} says what the file is worth.",
                needs_you=True,
            )
        elif missing or name.endswith(".ipynb"):
            is_notebook = name.endswith(".ipynb")
            advice = f" If it is meant to be {meant}.ipynb, rename it." if is_notebook else ""
            yield Problem(
                student,
                other,
                "wrong_name" if is_notebook else "no_notebook",
                "",
                f"{other} is none of the assignment's notebooks.",
                f"Grading skips it. {result}{advice or f' Ask for {meant}.ipynb.'}"
                if missing
                else "Grading skips it.",
                needs_you=bool(missing),
            )
    for name in missing if not others else ():
        yield Problem(
            student,
            f"{name}.ipynb",
            "missing_notebook",
            "",
            f"{name}.ipynb is not there.",
            result,
            needs_you=True,
        )


def _is_own_program(name: str, scripts: Collection[str]) -> bool:
    return name.endswith(".py") and name not in scripts


def _of_notebook(student: str, path: Path, blueprint: Blueprint) -> Iterator[Problem]:
    """What is wrong inside a notebook."""
    from autograder.course.handed_in import UnreadableError, read_notebook
    from autograder.course.recover import recover

    try:
        notebook = read_notebook(path)
    except UnreadableError as error:
        yield Problem(
            student,
            path.name,
            "unreadable",
            "",
            f"{error.problem}.",
            _NOT_GRADED,
            needs_you=True,
        )
        return
    if blueprint.topic is None:
        return
    for item in recover(notebook, blueprint):
        found, _, done = item.words.partition("; ")
        yield Problem(
            student,
            path.name,
            item.kind,
            item.grade_id,
            f"{found.rstrip('.')}.",
            f"{done[:1].upper()}{done[1:]}",
            needs_you=item.work_is_missing,
        )
    for note in notes_on(notebook, blueprint, student, path.name):
        yield Problem(
            student,
            path.name,
            "not_run",
            "",
            f"{note}.",
            "Grading goes on without it, and says so to its author; so does nnlearn check.",
            needs_you=False,
        )


def notes_on(notebook: Any, blueprint: Blueprint, student: str, name: str) -> tuple[str, ...]:
    """What grading is going to say about a notebook that was put right, as far as reading can tell."""
    from autograder.course.ahead import grading_of
    from nnlearn.learner.seats import remainder_of
    from nnlearn.submission.source import read_source

    grading = grading_of(notebook, blueprint, student, Path(name).stem, 0)
    try:
        source = read_source(Path(name), grading.data)
    except SubmissionError as error:
        return (str(error),)
    return (*source.notes, *remainder_of(grading.topic, source).notes)


def in_words(
    assignment: str,
    submissions: int,
    problems: list[Problem],
    missing: Sequence[str] = (),
    timeless: Sequence[str] = (),
) -> Iterator[str]:
    """The list for people.

    Args:
        assignment: The assignment.
        submissions: How many there are.
        problems: What is to be said of them.
        missing: Members of the class who handed nothing in.
        timeless: Who handed in, and nothing says when.
    """
    from autograder.course.class_result import without_time
    from autograder.render.text import count, shown_name
    from nnlearn.text import one_line

    students = {problem.student for problem in problems}
    by_hand = {problem.student for problem in problems if problem.needs_you}
    yield (
        f"{assignment}: {count(submissions, 'submission')}, {len(students)} with something to know, "
        f"{len(by_hand)} that need you"
    )
    if missing:
        of_the_class = "member of the class has" if len(missing) == 1 else "members of the class have"
        yield f"{len(missing)} {of_the_class} handed nothing in: {', '.join(map(shown_name, missing))}"
    if timeless:
        yield without_time(timeless)
    before = ""
    for problem in problems:
        if problem.student != before:
            yield f"\n{shown_name(problem.student)}"
            before = problem.student
        mark = _BY_HAND if problem.needs_you else _PUT_RIGHT if problem.cell else _TO_KNOW
        where = f"{shown_name(problem.file)}: " if problem.file and problem.file not in problem.found else ""
        yield f"  {mark:<10} {where}{one_line(problem.found)}"
        yield f"  {'':<10} {one_line(problem.grading)}"
