"""`nnlearn course compare`: how each part of an assignment fared, in this course and beside it in others."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.course.cells import checks_id
from autograder.course.layout import Course, CourseError, find_course
from autograder.course.options import CourseDir
from autograder.engine.written_answers import response_id
from nnlearn.runtime.output import keep_stdout_for_json

if TYPE_CHECKING:
    from autograder.course.items import Cohort, Item

SCHEMA_VERSION = 1
_FIGURES = ("learners", "difficulty", "full_marks", "discrimination")


def compare(
    assignment: Annotated[str, typer.Argument(help="The assignment's name.")],
    others: Annotated[
        list[Path] | None, typer.Argument(metavar="[DIR]...", help="Other courses that had it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")] = False,
    as_csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write a table, a row for each part and course."),
    ] = None,
    course_dir: CourseDir = None,
) -> None:
    """Say of each part how difficult it was, how many reached all of it and whom it tells apart.

    Other courses are course directories of nbgrader's with an assignment of the same name: last year's,
    another group's. Nothing is changed in any of them.
    """
    if as_json and as_csv:
        raise CourseError("--json and --csv are two forms of the same", "take one")
    answer = keep_stdout_for_json() if as_json else None
    courses = [find_course(course_dir), *(_exactly(place) for place in others or ())]
    cohorts = [_cohort(name, course, assignment) for name, course in _named(courses)]
    if answer is not None:
        answer(
            {
                "schema_version": SCHEMA_VERSION,
                "assignment": assignment,
                "cohorts": [asdict(cohort) for cohort in cohorts],
            }
        )
    elif as_csv is not None:
        from autograder.render.files import OutputFile

        target = OutputFile(as_csv)
        target.write_csv(to_csv(assignment, cohorts))
        typer.echo(f"Written: {target.shown}", err=target.is_stdout)
    else:
        from rich.console import Console

        show(assignment, cohorts, Console())


def to_csv(assignment: str, cohorts: list[Cohort]) -> str:
    """A row for each part and course; what is not known is empty."""
    from autograder.render.csv import safe_cell

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("assignment", "course", "notebook", "part", "points", *_FIGURES))
    for cohort in cohorts:
        for item in cohort.items:
            names = map(safe_cell, (assignment, cohort.course, item.notebook, item.name))
            figures = (getattr(item, name) for name in ("points", *_FIGURES))
            writer.writerow((*names, *("" if value is None else f"{value:.4g}" for value in figures)))
    return text.getvalue()


def show(assignment: str, cohorts: list[Cohort], console: Any) -> None:
    """Print a line for each part, the courses side by side."""
    from rich.markup import escape
    from rich.table import Table

    from autograder.render.text import count, points, says_on

    say = says_on(console)
    table = Table()
    table.add_column("part", overflow="fold")
    table.add_column("points", justify="right")
    for number in range(1, len(cohorts) + 1):
        mark = f" {number}" if len(cohorts) > 1 else ""
        for name in ("reached", "full marks", "tells apart"):
            table.add_column(f"{name}{mark}", justify="right")
    found = [{(item.notebook, item.name): item for item in cohort.items} for cohort in cohorts]
    for key in dict.fromkeys(key for items in found for key in items):
        its = [items.get(key) for items in found]
        worth = " / ".join(dict.fromkeys(points(item.points) for item in its if item))
        cells = [cell for item in its for cell in _cells(item)]
        notebook = f"{key[0]}: " if len({name for items in found for name, _ in items}) > 1 else ""
        table.add_row(escape(notebook + shown_part(key[1])), worth, *cells)
    for number, cohort in enumerate(cohorts, start=1):
        mean = "nothing is marked to the end" if cohort.mean is None else f"{cohort.mean:.0%} of all points"
        graded = count(cohort.learners, "submission")
        say(f"{number if len(cohorts) > 1 else assignment}: {cohort.course}, {graded}, {mean}")
    console.print(table)


def shown_part(cell: str) -> str:
    """A part or a question by its own name, from that of its cell."""
    answered = f"{cell.removeprefix(response_id(''))} (by hand)"
    return answered if cell.startswith(response_id("")) else cell.removesuffix(checks_id(""))


def _cells(item: Item | None) -> tuple[str, str, str]:
    if item is None or item.difficulty is None or item.full_marks is None:
        return "-", "-", "-"
    apart = "-" if item.discrimination is None else f"{item.discrimination:.2f}"
    return f"{item.difficulty:.0%}", f"{item.full_marks:.0%}", apart


def _cohort(name: str, course: Course, assignment: str) -> Cohort:
    from nbgrader.api import Gradebook, MissingEntry

    from autograder.course.items import cohort_of

    file = Path(course.db_url.removeprefix("sqlite:///"))
    if course.db_url.startswith("sqlite:///") and not file.is_file():  # nbgrader would make an empty one
        raise CourseError(f"{file}: there is no gradebook", "grade first: nnlearn course grade")
    try:
        # Without a name for the course, opening the gradebook does not write to it.
        with Gradebook(course.db_url, course_id="") as gradebook:
            return cohort_of(name, gradebook, assignment)
    except MissingEntry as error:
        raise CourseError(
            f"the gradebook of {course.root} has no assignment called `{assignment}`",
            "see which it has: nbgrader db assignment list",
        ) from error


def _exactly(place: Path) -> Course:
    """The course in a directory, and not one above it."""
    from autograder.course.layout import CONFIG

    if not (place / CONFIG).is_file():
        raise CourseError(f"{place} is no course directory: there is no {CONFIG} in it", "name another one")
    return find_course(place)


def _named(courses: list[Course]) -> list[tuple[str, Course]]:
    """The courses by their ids, or by their folders where two have the same."""
    ids = [course.course_id for course in courses]
    is_clear = len(set(ids)) == len(ids)
    return [(course.course_id if is_clear else str(course.root), course) for course in courses]
