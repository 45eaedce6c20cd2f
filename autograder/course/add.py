"""`nnlearn course add`: topics as an assignment of the course."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from autograder.course.layout import Course, CourseError, content_of, find_course
from autograder.course.options import CourseDir
from nnlearn.catalogue import Topic
from nnlearn.cli.options import Content
from nnlearn.files import write_whole

_ZONE = re.compile(r"\s+([A-Za-z_]+(?:/[\w+-]+)+)$")
_ASSIGNMENT = re.compile(r"[A-Za-z0-9][\w .-]*(?<! )")


def add(
    topics: Annotated[list[str], typer.Argument(metavar="TOPIC...", help="The topics to hand out.")],
    assignment: Annotated[str, typer.Option("--as", metavar="ASSIGNMENT", help="What it is called.")],
    due: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help='For example "2026-12-01 23:59 Europe/Berlin"; UTC if no zone is named.'
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write a notebook anew that is there already.")
    ] = False,
    course_dir: CourseDir = None,
    content: Content = None,
) -> None:
    """Make source notebooks for nbgrader from topics: solutions, graded cells, questions to mark by hand."""
    course = find_course(course_dir, content)
    chosen = [course.catalogue.topic(name) for name in dict.fromkeys(topics)]
    deadline = None if due is None else _when(due)
    require_addable(course, assignment, chosen, force=force)
    for file, notebook, topic in [(f, n, t) for t in chosen for f, n in [_made(course, assignment, t)]]:
        write_notebook_file(file, notebook)
        typer.echo(f"wrote {file.relative_to(course.root)}: {worth(topic)}")
    if content or content_of(course.config):
        from autograder.course.selfcheck_files import ship_checks

        ship_checks(course.source(assignment), list(course.notebooks(assignment).values()))
        typer.echo("added what learners check their own work with: exercises/")
    with course.gradebook() as gradebook:
        record = {} if deadline is None else {"duedate": deadline}
        gradebook.update_or_create_assignment(assignment, **record)
    if deadline is not None:
        typer.echo(f"{assignment} is due {deadline:%Y-%m-%d %H:%M} UTC")
        if deadline < datetime.now(UTC).replace(tzinfo=None):
            typer.echo("WARNING: that is over: whatever is handed in from now on is late", err=True)
    typer.echo(f"Next: nnlearn course check {assignment}, then nbgrader generate_assignment {assignment}")


def require_addable(course: Course, assignment: str, topics: Sequence[Topic], *, force: bool) -> None:
    """Refuse before anything is written.

    Raises:
        CourseError: nbgrader cannot use the name, a notebook is there already, or somebody handed in.
    """
    if not _ASSIGNMENT.fullmatch(assignment):
        raise CourseError(
            f"an assignment cannot be called `{assignment}`",
            "use letters, digits, `_`, `-`, `.` and spaces, such as ps1",
        )
    for topic in topics:
        file = course.source(assignment) / f"{topic.name}.ipynb"
        if file.exists() and not force:
            raise CourseError(
                f"{file} is there already", "with --force it is written anew; your changes to it are lost"
            )
    if course.students(assignment):
        raise CourseError(
            f"{len(course.students(assignment))} submissions of `{assignment}` are there: its notebooks "
            "cannot change any more",
            "give the topics another name with --as",
        )


def write_notebook_file(file: Path, notebook: dict[str, Any]) -> None:
    """Write a source notebook, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_whole(file, text.encode())


def worth(topic: Topic) -> str:
    """`3 parts worth 6 points, 1 question worth 2 points`."""
    from autograder.render.text import count, points

    def say(thing: str, values: Sequence[float]) -> str:
        total = sum(values)
        return f"{count(len(values), thing)} worth {points(total)} {'point' if total == 1 else 'points'}"

    told = [say("part", [part.points for part in topic.parts])]
    if topic.responses:
        told.append(say("question", [response.points for response in topic.responses]))
    return ", ".join(told)


def _made(course: Course, assignment: str, topic: Topic) -> tuple[Path, dict[str, Any]]:
    """Where the source notebook of a topic belongs, and what it holds; nbgrader accepts it."""
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator

    from autograder.authoring.master import read_master
    from autograder.course.assignment import source_notebook

    made = source_notebook(read_master(topic))
    node = nbformat.from_dict(made)  # type: ignore[no-untyped-call]
    nbformat.validate(node)
    MetadataValidator().validate_nb(node)
    return course.source(assignment) / f"{topic.name}.ipynb", made


def _when(text: str) -> datetime:
    """A point in time as nbgrader keeps it: UTC, without a zone.

    nbgrader's own parser takes the `+0100` of a zone for 100 seconds, so it is not used.
    """
    plain, zone = text.strip(), None
    if named := _ZONE.search(plain):
        plain, zone = plain[: named.start()], _zone(named[1])
    plain = re.sub(r"\s*(UTC|Z)$", "+00:00", plain)
    try:
        found = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", plain))
    except ValueError:
        found = None
    if found is None or ":" not in text or (zone is not None and found.tzinfo is not None):
        raise CourseError(
            f"--due: expected a date and a time, got `{text}`",
            'write, for example: --due "2026-12-01 23:59" or --due "2026-12-01 23:59 +0100"',
        )
    if zone is not None:
        found = _once(found, zone, text)
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
    """A time zone by its name: `Europe/Berlin`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CourseError(
            f"--due: there is no time zone called `{name}`",
            'write one such as Europe/Berlin, or how far it is from UTC: --due "2026-12-01 23:59 +0100"',
        ) from error


def _once(when: datetime, zone: ZoneInfo, text: str) -> datetime:
    """A time in a zone, where that is there once: clocks are put forward and back."""
    first, second = (when.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise CourseError(
            f"--due: the clocks change at `{text}`: there is no such time, or there are two",
            'say how far it is from UTC: --due "2026-10-25 02:30 +0100"',
        )
    return first
