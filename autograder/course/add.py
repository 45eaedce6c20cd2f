"""`nnlearn course add`: topics as an assignment of the course."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.course.due import as_kept, in_zone, read_time, shown_time, zone_of
from autograder.course.layout import Course, CourseError, content_of, find_course
from autograder.course.options import CourseDir
from autograder.course.selection import Selection, selections
from nnlearn.catalogue import Topic
from nnlearn.cli.options import Content
from nnlearn.files import write_whole

_ASSIGNMENT = re.compile(r"[A-Za-z0-9][\w .-]*(?<! )")


def add(
    topics: Annotated[
        list[str] | None, typer.Argument(metavar="TOPIC...", help="The topics to hand out.")
    ] = None,
    assignment: Annotated[
        str | None, typer.Option("--as", metavar="ASSIGNMENT", help="What it is called.")
    ] = None,
    parts: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="The parts and questions that count; the others are voluntary."),
    ] = None,
    points: Annotated[
        list[str] | None, typer.Option(metavar="PART=N", help="What a part is worth, such as Dropout=6.")
    ] = None,
    due: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="When it is due; without a zone, in that of the course."),
    ] = None,
    every_topic: Annotated[
        bool,
        typer.Option("--all", help="All topics, each as an assignment of its own: 01_neurons, and so on."),
    ] = False,
    every: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=0, help="With --all: so long after one topic the next is due. [7]"),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write a notebook anew that is there already.")
    ] = False,
    course_dir: CourseDir = None,
    content: Content = None,
) -> None:
    """Make source notebooks for nbgrader from topics: solutions, graded cells, questions to mark by hand."""
    course = find_course(course_dir, content)
    if every_topic:
        _refuse_beside_all(topics, assignment, due, every, [*(parts or ()), *(points or ())])
        catalogue = course.catalogue.topics
        planned = [
            _Planned(f"{n:02}_{topic.name}", (topic,), {}) for n, topic in enumerate(catalogue, start=1)
        ]
    elif topics and assignment is not None and every is None:
        named = tuple(map(course.catalogue.topic, dict.fromkeys(topics)))
        planned = [_Planned(assignment, named, selections(named, parts or (), points or ()))]
    else:
        raise CourseError(
            f"expected topics and --as{'' if every is None else ', and --every with --all alone'}",
            "nnlearn course add losses --as ps1; or all topics: nnlearn course add --all",
        )
    zone = zone_of(course.config)
    dates = [
        None if due is None else as_kept(read_time(due, "--due", zone, n * (7 if every is None else every)))
        for n in range(len(planned))
    ]
    for one in planned:
        require_addable(course, one.assignment, one.topics, force=force)
    with_checks = bool(content or content_of(course.config))
    for one, date in zip(planned, dates, strict=True):
        _add(course, one, date, with_checks=with_checks)
    first = "ASSIGNMENT" if every_topic else assignment
    typer.echo(f"Next: nnlearn course check {first}, then nbgrader generate_assignment {first}")


@dataclass(frozen=True)
class _Planned:
    """An assignment to be made."""

    assignment: str
    topics: tuple[Topic, ...]
    selections: Mapping[str, Selection]

    def selection(self, topic: Topic) -> Selection:
        """What counts of a topic."""
        return self.selections.get(topic.name, Selection())


def _refuse_beside_all(
    topics: Sequence[str] | None,
    assignment: str | None,
    due: str | None,
    every: int | None,
    choice: Sequence[str],
) -> None:
    if topics or assignment is not None or choice:
        raise CourseError(
            "--all takes neither topics nor --as, and no --parts and --points",
            "each topic becomes an assignment that is called after it",
        )
    if every is not None and due is None:
        raise CourseError(
            "--every says how far due dates are apart", "say when the first topic is due: --due WHEN"
        )


def _add(course: Course, planned: _Planned, deadline: datetime | None, *, with_checks: bool) -> None:
    """Make one assignment."""
    assignment = planned.assignment
    for file, notebook, topic in [
        (f, n, t) for t in planned.topics for f, n in [_made(course, assignment, t, planned.selection(t))]
    ]:
        write_notebook_file(file, notebook)
        typer.echo(f"wrote {file.relative_to(course.root)}: {planned.selection(topic).in_words(topic)}")
    if with_checks:
        from autograder.course.selfcheck_files import ship_checks

        ship_checks(course.source(assignment), list(course.notebooks(assignment).values()))
        typer.echo("added what learners check their own work with: exercises/")
    with course.gradebook() as gradebook:
        record = {} if deadline is None else {"duedate": deadline}
        gradebook.update_or_create_assignment(assignment, **record)
    if deadline is not None:
        typer.echo(f"{assignment} is due {shown_time(in_zone(deadline, zone_of(course.config)))}")
        if deadline < datetime.now(UTC).replace(tzinfo=None):
            typer.echo("WARNING: that is over: whatever is handed in from now on is late", err=True)


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


def _made(course: Course, assignment: str, topic: Topic, selection: Selection) -> tuple[Path, dict[str, Any]]:
    """Where the source notebook of a topic belongs, and what it holds; nbgrader accepts it."""
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator

    from autograder.authoring.master import read_master
    from autograder.course.assignment import source_notebook

    made = source_notebook(read_master(topic), selection)
    node = nbformat.from_dict(made)  # type: ignore[no-untyped-call]
    nbformat.validate(node)
    MetadataValidator().validate_nb(node)
    return course.source(assignment) / f"{topic.name}.ipynb", made
