"""The commands that instructors and topic authors add to `nnlearn`."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add `grade`, `topic`, `course`, `gradescope` and `site` to the command line `app`.

    Called through the entry point group `nnlearn.commands` each time `nnlearn` starts, so the
    modules imported here import what is slow only when a command runs.
    """
    from autograder.authoring.commands import app as topic
    from autograder.course.commands import app as course
    from autograder.engine.command import grade
    from autograder.exporters.commands import app as gradescope
    from autograder.site.commands import app as site

    app.command("grade")(grade)
    app.add_typer(topic, name="topic")
    app.add_typer(course, name="course")
    app.add_typer(gradescope, name="gradescope")
    app.add_typer(site, name="site")
