"""A platform's own export, understood: whose rows there are, and which cells the scores go into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.exporters.lms.errors import TemplateError
from autograder.exporters.lms.matching import Row
from autograder.exporters.lms.table import DELIMITERS, Cell, File, Table, column, cut
from nnlearn.text import one_line

_SHOWN = 12


@dataclass(frozen=True)
class Wanted:
    """What the instructor asked for.

    Attributes:
        assignment: Its name in the gradebook.
        column: The column for the scores, where its name is another.
        match: The one column to know learners by, where the platform's usual ones will not do.
        locked: The word for a grade that may not be changed, in a language that is not known here.
    """

    assignment: str
    column: str | None = None
    match: str | None = None
    locked: str | None = None


@dataclass(frozen=True)
class Template:
    """Rows, and the column for the scores.

    Attributes:
        table: The file.
        column: The header of the column.
        rows: The learners.
        possible: The points that the platform gives for the assignment, or None where the file does not say.
    """

    table: Table
    column: str
    rows: tuple[Row, ...]
    possible: float | None


def table_with(file: File, required: Sequence[str]) -> Table | None:
    """`file`, cut at the delimiter with which its header has all `required` columns; None if none does."""
    for delimiter in DELIMITERS:
        table = cut(file, delimiter)
        if table.rows and all(column(table.header, name) is not None for name in required):
            return table
    return None


def wrong_form(file: File, platform: str, expected: str, hint: str) -> TemplateError:
    """The error about a file of another form."""
    first = one_line(file.text.lstrip().splitlines()[0], 120)
    return TemplateError(
        f"--template {file.shown}: this is not what {platform} exports: expected {expected}, got: {first}",
        hint,
    )


def identifying(table: Table, usual: Iterable[str], wanted: Wanted) -> dict[str, int]:
    """The columns to know learners by, with their places.

    Raises:
        TemplateError: The column that was asked for is not there.
    """
    header = table.header
    if wanted.match is not None:
        place = column(header, wanted.match)
        if place is None:
            raise TemplateError(
                f"--match: {table.file.shown} has no single column `{wanted.match}`.",
                f"Its columns are: {listed(header)}.",
            )
        return {header[place]: place}
    return {name: place for name in usual if (place := column(header, name)) is not None}


def keys_of(row: Sequence[Cell], places: dict[str, int]) -> tuple[tuple[str, str], ...]:
    """By column, what the platform knows the learner in `row` by; empty cells left out."""
    values = ((name, row[place].value.strip()) for name, place in places.items() if place < len(row))
    return tuple((name, value) for name, value in values if value not in ("", "-"))


def cell_of(table: Table, row: Sequence[Cell], place: int) -> Cell:
    """The cell of `row` in a column.

    Raises:
        TemplateError: The row is too short.
    """
    if place >= len(row):
        raise TemplateError(
            f"--template {table.file.shown}: line {row[0].line}: expected {len(table.rows[0])} columns, "
            f"got {len(row)}.",
            "Export the file once more.",
        )
    return row[place]


def require_points(table: Table, place: int, rows: Iterable[Row]) -> None:
    """Make sure that a column holds points, as far as it holds anything that may be replaced.

    Raises:
        TemplateError: It holds words or letters: the assignment is graded in another way.
    """
    for row in rows:
        value = row.grade.value.strip()
        if value not in ("", "-") and not row.keep and number(value) is None:
            raise TemplateError(
                f"--template {table.file.shown}: line {row.line}: `{one_line(table.header[place])}` holds "
                f"`{one_line(value, 60)}`, which is no number of points.",
                "Let the assignment on the platform have points, and export once more.",
            )


def one_of(table: Table, places: Sequence[int], wanted: Wanted, candidates: Sequence[int]) -> int:
    """The only one of `places`; `candidates` are shown where there is none.

    Raises:
        TemplateError: There is none, or more than one.
    """
    if len(places) == 1:
        return places[0]
    header = table.header
    name = wanted.column or wanted.assignment
    if places:
        raise TemplateError(
            f"--template {table.file.shown}: {len(places)} columns are called `{one_line(name)}`: "
            f"{listed([header[place] for place in places])}.",
            "Name the one for the scores as its header has it: --column NAME.",
        )
    shown = listed([header[place] for place in candidates]) or "none that scores could go into"
    raise TemplateError(
        f"--template {table.file.shown}: no column is called `{one_line(name)}`. It has: {shown}.",
        "Name one of them with --column, or make the assignment on the platform and export once more.",
    )


def listed(names: Sequence[str]) -> str:
    """Names in one line."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(one_line(name, 60) for name in names[:_SHOWN]) + more


def number(text: str) -> float | None:
    """A number as platforms write it, with a point or a comma; None if it is none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
