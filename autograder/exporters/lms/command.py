"""The command: reads, matches, shows, and only then writes."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.options import CourseDir
from nnlearn.errors import EXIT_CHECKS_FAILED, EXIT_OK, NnlearnError, OutputError

if TYPE_CHECKING:
    from autograder.course.layout import Course
    from autograder.exporters.lms.scores import AssignmentScores
    from autograder.exporters.lms.template import Wanted
    from autograder.render.files import OutputFile


class ExportFormat(StrEnum):
    """The forms an export may have."""

    CSV = "csv"
    CANVAS = "canvas"
    MOODLE = "moodle"


class UsageError(NnlearnError):
    """Options that do not go together."""


def export(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Its name in the gradebook.")],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="A plain table, or the form of a learning platform.")
    ] = ExportFormat.CSV,
    template: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What the platform exported: scores are filled into a copy of it."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file to write.",
            show_default="named after ASSIGNMENT, in this folder",
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The template's column for the scores, if not called ASSIGNMENT."),
    ] = None,
    match: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Know learners by this column of the template alone."),
    ] = None,
    locked: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Moodle's word for a grade that may not be changed, if not known."),
    ] = None,
    include_pending: Annotated[
        bool,
        typer.Option("--include-pending", help="Export what learners have so far, unmarked answers as 0."),
    ] = False,
    scale: Annotated[
        bool,
        typer.Option("--scale", help="Convert to the points the platform gives for the assignment."),
    ] = False,
    course_dir: CourseDir = None,
) -> None:
    """Export the scores of an assignment, as a table or for Canvas or Moodle.

    Says who was matched and who was not before anything is written. Where nothing was handed in, or an
    answer still waits to be marked, the cell stays as it is: blank is not zero. Ends with 1 where something
    could not be read, which has no score with any option.
    """
    from autograder.course.layout import find_course
    from autograder.exporters.lms.scores import read_scores
    from autograder.exporters.lms.template import Wanted
    from autograder.render.files import OutputFile

    of_template: dict[str, object] = {
        "--column": column,
        "--match": match,
        "--locked": locked,
        "--scale": scale or None,
    }
    _check_options(form, template, of_template)
    course = find_course(course_dir)
    terms = course.terms
    read = partial(read_scores, course.db_url, assignment, partial(course.submitted, assignment), terms)
    scores = read()
    if _is_settled_anew(course, assignment):
        scores = read()
    kind = "scores" if form is ExportFormat.CSV else form
    target = OutputFile(output or Path(f"{assignment}-{kind}.csv"))
    if template is None:
        _export_table(scores, target, include_pending)
        raise typer.Exit(_exit_code(scores))
    if target.is_same_file(template):
        raise OutputError(
            f"{target.shown}: this is the template, and would be overwritten.", "Name another file: --output."
        )
    wanted = Wanted(assignment, column, match, locked)
    _fill_template(scores, form, template, target, wanted, include_pending, scale)
    raise typer.Exit(_exit_code(scores))


def _is_settled_anew(course: Course, assignment: str) -> bool:
    """Whether lateness costs something else now than the gradebook had: marks were given since."""
    from autograder.course.terms import settle

    with course.gradebook() as gradebook:
        return bool(settle(course, gradebook, assignment))


def _exit_code(scores: AssignmentScores) -> int:
    """As that of grading: 1 where something could not be read."""
    return EXIT_CHECKS_FAILED if scores.has_unreadable else EXIT_OK


def _check_options(form: ExportFormat, template: Path | None, of_template: dict[str, object]) -> None:
    if form is not ExportFormat.CSV and template is None:
        where = {
            ExportFormat.CANVAS: "In Canvas: Grades, Export, Export Entire Gradebook",
            ExportFormat.MOODLE: "In Moodle: the assignment, Download grading worksheet",
        }[form]
        raise UsageError(
            f"--format {form} fills scores into the platform's own export, and none was named.",
            f"{where}; then pass the file with --template.",
        )
    given = [name for name, value in {"--template": template, **of_template}.items() if value is not None]
    if form is ExportFormat.CSV and given:
        raise UsageError(
            f"{given[0]} belongs to the export of a platform, and --format csv has none.",
            "Pass --format canvas or --format moodle, or leave it out.",
        )


def _export_table(scores: AssignmentScores, target: OutputFile, include_pending: bool) -> None:
    from autograder.exporters.lms.plain import scores_to_csv
    from autograder.exporters.lms.show import show_learners

    say = partial(typer.echo, err=target.is_stdout)
    show_learners(scores, include_pending, say)
    target.write_csv(scores_to_csv(scores, include_pending))
    say(f"Written: {target.shown}")


def _fill_template(
    scores: AssignmentScores,
    form: ExportFormat,
    template: Path,
    target: OutputFile,
    wanted: Wanted,
    include_pending: bool,
    scale: bool,
) -> None:
    from autograder.exporters.lms.canvas import read_canvas
    from autograder.exporters.lms.fill import fill, plan_values
    from autograder.exporters.lms.matching import match
    from autograder.exporters.lms.moodle import read_moodle
    from autograder.exporters.lms.show import show_matching
    from autograder.exporters.lms.table import read_file

    file = read_file(template)
    understood = read_canvas(file, wanted) if form is ExportFormat.CANVAS else read_moodle(file, wanted)
    matching = match(scores.learners, understood.rows)
    plan = plan_values(matching, scores, understood, include_pending=include_pending, scale=scale)
    say = partial(typer.echo, err=target.is_stdout)
    show_matching(scores, understood, matching, plan, say)
    target.write_bytes(fill(understood, plan))
    say(f"Written: {target.shown}, {plan.written_words}")
