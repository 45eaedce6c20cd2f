"""`nnlearn course init`: a course directory that nbgrader understands as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.due import zone_named
from autograder.course.layout import CONFIG, CourseError
from nnlearn.cli.options import Content
from nnlearn.errors import OutputError

if TYPE_CHECKING:
    from autograder.course.roster import Student

GRADEBOOK = "gradebook.db"
_COURSE_ID = re.compile(r"[A-Za-z0-9][\w.-]*")
# nbgrader looks for files with patterns that begin with the course directory, and opens the gradebook by URL.
_UNSAFE = re.compile(r"[*?\[\]{}%#]")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The course directory to make.")],
    roster: Annotated[
        Path | None, typer.Option(metavar="CSV", help="The class list: id, first_name, last_name, email.")
    ] = None,
    course_id: Annotated[
        str | None, typer.Option(metavar="NAME", help="What nbgrader calls it.", show_default="DIR's name")
    ] = None,
    exchange: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to release to and to collect from.")
    ] = None,
    zone: Annotated[
        str, typer.Option(metavar="NAME", help="The time zone it lives in, such as Europe/Berlin.")
    ] = "UTC",
    content: Content = None,
) -> None:
    """Make a course directory for nbgrader. Nothing that is there is overwritten."""
    from autograder.course.roster import read_roster
    from autograder.render.text import count

    root = folder.expanduser().resolve()
    name = course_id or _name_for(root)
    _require_new(root, name)
    students = read_roster(roster) if roster else []
    text = configuration(name, exchange=exchange, zone=zone, content=content)
    write_course(root, name, text, students)
    typer.echo(f"made {folder}: {CONFIG}, {GRADEBOOK} with {count(len(students), 'student')}, source/")
    typer.echo(f"Next: cd {folder} && nnlearn course add TOPIC --as ASSIGNMENT")


def write_course(root: Path, course_id: str, text: str, students: Sequence[Student] = ()) -> None:
    """Write a course; its configuration, which makes it one, comes last.

    Raises:
        OutputError: The folder cannot be written.
    """
    from autograder.course.gradebook import make_gradebook

    try:
        (root / "source").mkdir(parents=True, exist_ok=True)
        make_gradebook(root / GRADEBOOK, course_id, students)
        with (root / CONFIG).open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(
            f"{root} cannot be written: {error.strerror}", "look at its rights, or at the disk"
        ) from error


def configuration(
    course_id: str, *, exchange: Path | None = None, zone: str = "UTC", content: Path | None = None
) -> str:
    """The text of nbgrader_config.py.

    Raises:
        ContentError: `content` is no content tree.
        CourseError: The exchange is not there, or there is no such time zone.
    """
    from nnlearn.catalogue import load_catalogue

    catalogue = load_catalogue(content)
    where = '# c.Exchange.root = "/srv/nbgrader/exchange"'
    if exchange is not None:
        if not exchange.expanduser().is_dir():
            raise CourseError(
                f"{exchange}: there is no such folder to exchange files in",
                f"make it, with the right to write for everybody: mkdir -m 777 {exchange}",
            )
        where = f"c.Exchange.root = {str(exchange.expanduser().resolve())!r}"
    tree = f"c.GradeWithNnlearn.content = {str(catalogue.root) if content else ''!r}"
    template = files("autograder.course").joinpath("nbgrader_config.txt").read_text(encoding="utf-8")
    named = repr(zone_named(zone, "--zone").key)
    return Template(template).substitute(course_id=repr(course_id), exchange=where, zone=named, content=tree)


def _name_for(root: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", root.name).strip("_.-") or "course"


def _require_new(root: Path, name: str) -> None:
    """Refuse what would overwrite something, or what nbgrader could not work with."""
    for taken in (CONFIG, GRADEBOOK):
        if (root / taken).exists():
            raise CourseError(
                f"{root / taken} is there already, and nothing is overwritten",
                f"go on with that course, or name another folder than {root.name}",
            )
    if root.exists() and not root.is_dir():
        raise CourseError(f"{root} is a file", "name a folder")
    if found := _UNSAFE.search(str(root)):
        raise CourseError(
            f"{root}: nbgrader takes the `{found[0]}` in this path for a pattern and finds no file",
            "name a folder without it",
        )
    if not _COURSE_ID.fullmatch(name):
        raise CourseError(
            f"the course id `{name}`: expected letters, digits, `_`, `-` and `.`",
            "choose another --course-id",
        )
