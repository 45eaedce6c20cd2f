"""`nnlearn course grade`: a whole class through the pool, into nbgrader's own gradebook and folders."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.course.layout import find_course
from autograder.course.options import CourseDir
from autograder.engine.options import Cluster, ClusterReport, Jobs, RequireIsolation
from nnlearn.cli.options import Content


def grade(
    assignment: Annotated[str, typer.Argument(help="The assignment's name.")],
    jobs: Jobs = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what was graded before, as nbgrader's --force does.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was interrupted, forced if it was.")
    ] = False,
    require_isolation: RequireIsolation = False,
    cluster: Cluster = None,
    cluster_report: ClusterReport = None,
    course_dir: CourseDir = None,
    content: Content = None,
) -> None:
    """Grade a whole class, with the scores and files that `nbgrader autograde` gives.

    Ends with 0 when every submission was graded, whatever the scores; with 1 when one could not be read; with
    3 when the grader itself failed on one; with 2 when interrupted, or when the cluster was lost; with 4 when
    the request cannot be carried out.
    """
    from rich.console import Console

    from autograder.course.class_run import grade_class
    from autograder.engine.graders import Means
    from autograder.render.text import says_on, shown_name

    means = Means(jobs, cluster, cluster_report)
    course = find_course(course_dir, content)
    course.require_assignment(assignment)
    messages = Console(stderr=True)
    say = says_on(messages)
    required = require_isolation or bool(course.config.GradeWithNnlearn.get("require_isolation", False))
    done = grade_class(
        course,
        assignment,
        content=content,
        means=means,
        required=required,
        force=force,
        resume=resume,
        messages=messages,
    )
    for student, note in done.notes.items():
        say(f"NOTE: {shown_name(student)}: {note}")
    for student, note in done.settled.items():
        say(f"NOTE: {shown_name(student)}: {note}")
    for student, standing in done.graded.items():
        if standing.remarks:
            say(f"NOTE: {shown_name(student)}: {standing.words}")
    for student, failure in done.failed.items():
        say(f"{failure.word.upper()}: {shown_name(student)}: {failure.reason}")
    for (student, file), failure in done.in_part.items():
        say(f"{failure.word.upper()}: {shown_name(student)}, {shown_name(file)}: {failure.reason}")
    for line in done.in_words(assignment):
        typer.echo(line)
    raise typer.Exit(done.exit_code)
