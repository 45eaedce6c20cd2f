"""The commands that instructors and topic authors add to `nnlearn`."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add `grade`, `topic`, `course` and `gradescope` to the command line `app`.

    Called through the entry point group `nnlearn.commands` each time `nnlearn` starts, so the
    modules imported here import what is slow only when a command runs.
    """
    from autograder.authoring.commands import app as topic
    from autograder.course.commands import app as course
    from autograder.engine.command import grade
    from autograder.exporters.commands import app as gradescope

    app.command("grade")(grade)
    app.add_typer(topic, name="topic")
    app.add_typer(course, name="course")
    app.add_typer(gradescope, name="gradescope")
