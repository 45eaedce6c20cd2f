"""`nnlearn course check`: would the right work get full marks, and no work none?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.layout import CourseError, find_course
from autograder.course.options import CourseDir
from nnlearn.cli.options import Content
from nnlearn.errors import EXIT_CHECKS_FAILED

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.course.trial import Trial


def check(
    assignment: Annotated[
        str | None, typer.Argument(metavar="[ASSIGNMENT]", help="An assignment; all if left out.")
    ] = None,
    course_dir: CourseDir = None,
    content: Content = None,
) -> None:
    """Release, hand in and grade an assignment with nbgrader, in a scratch copy of the course.

    Exits 0 when the reference gets full marks, an unchanged notebook none, and learners are given nothing
    that is private; exits 1 when not.
    """
    course = find_course(course_dir, content)
    names = [course.require_assignment(assignment)] if assignment else list(course.assignments())
    if not names:
        raise CourseError(
            f"{course.root} has no assignment yet", "make one: nnlearn course add TOPIC --as ASSIGNMENT"
        )
    from rich.console import Console

    from autograder.authoring.steps import steps
    from autograder.course.trial import try_assignment

    holds = True
    for name in names:
        with steps(name) as on_step:
            trial = try_assignment(course, name, on_step)
        show(name, trial, Console())
        holds = holds and not trial.problems
    if not holds:
        raise typer.Exit(EXIT_CHECKS_FAILED)


def show(assignment: str, trial: Trial, console: Console) -> None:
    """Print what every graded cell gave, and what is not as it should be."""
    from rich.markup import escape
    from rich.table import Table

    from autograder.render.text import points, says_on

    table = Table(title=f"{escape(assignment)}: scores by nbgrader", title_justify="left")
    for column in ("notebook", "part"):
        table.add_column(column, overflow="fold")
    for column in ("points", "reference", "unchanged"):
        table.add_column(column, justify="right")
    for score in trial.scores:
        given = ["-" if value is None else points(value) for value in (score.reference, score.stub)]
        table.add_row(escape(score.notebook), escape(score.part), points(score.max_score), *given)
    console.print(table)
    say = says_on(console)
    for problem in trial.problems:
        say(f"WRONG {problem}")
    verdict = (
        f"{len(trial.problems)} not as it should be"
        if trial.problems
        else "the reference gets full marks, an unchanged notebook none, and learners get nothing private"
    )
    say(f"{assignment}: {verdict}")
