"""`nnlearn course ...`: nbgrader courses made of topics."""

from __future__ import annotations

from importlib.util import find_spec

import typer

app = typer.Typer(help="Run a course with nbgrader: make, check, grade and export.", no_args_is_help=True)

if find_spec("autograder.course.preflight"):
    from autograder.course.preflight import preflight

    app.command("preflight")(preflight)
if find_spec("autograder.course.grading"):
    from autograder.course.grading import grade

    app.command("grade")(grade)
if find_spec("autograder.exporters") and find_spec("autograder.exporters.lms"):
    from autograder.exporters.lms import export

    app.command("export")(export)
