"""The two CSV files of Moodle that scores can go into.

The grading worksheet of an assignment (`Identifier`, `Grade`, `Maximum Grade` ...) and the export of the
gradebook (`Email address`, `Assignment: NAME (Real)` ...). Formats: https://docs.moodle.org/en/Grade_import
and https://docs.moodle.org/en/Using_Assignment; details as `mod/assign/feedback/offline/importgradeslib.php`
of moodle/moodle has them.
"""

from __future__ import annotations

import re

from autograder.exporters.lms.matching import Row
from autograder.exporters.lms.table import File, Table, column
from autograder.exporters.lms.template import (
    Template,
    Wanted,
    cell_of,
    identifying,
    keys_of,
    number,
    one_of,
    table_with,
    wrong_form,
)

_IDENTIFYING = ("Username", "ID number", "Email address")
_WORKSHEET = ("Identifier", "Grade")
_NAMES = ("Full name", "First name", "Last name", "Surname")
# "Assignment: Activations (Real)", as the gradebook calls the points of an activity.
_ITEM = re.compile(r"(?:[^:]+:\s*)?(?P<name>.*?)\s*\((?P<kind>Real|Percentage|Letter)\)$", re.DOTALL)


def read_moodle(file: File, wanted: Wanted) -> Template:
    """Understand a grading worksheet or an export of the gradebook.

    Raises:
        TemplateError: It is neither, or the column for the scores cannot be told.
    """
    worksheet = table_with(file, _WORKSHEET)
    table = worksheet or next(
        (
            found
            for name in (wanted.match, *_IDENTIFYING)
            if name and (found := table_with(file, (name,))) is not None
        ),
        None,
    )
    if table is None or table_with(file, ("Student", "ID", "Section")) is not None:
        hint = (
            "In Moodle: the assignment, Download grading worksheet; or Grades, Export, Plain text file. "
            "In another language than English, name the columns: --match and --column."
        )
        if table is not None or table_with(file, ("ID", "Section")) is not None:
            hint = "This looks like an export from Canvas: pass --format canvas."
        raise wrong_form(file, "Moodle", f"a column {', '.join(_IDENTIFYING)} or Identifier", hint)
    places = identifying(table, _IDENTIFYING, wanted)
    if not places:
        raise wrong_form(
            file,
            "Moodle",
            f"a column {', '.join(_IDENTIFYING)}",
            "A worksheet without names comes from an anonymous assignment: reveal the identities first.",
        )
    if worksheet is not None and wanted.column is None:
        place = column(table.header, "Grade") or 0
    else:
        place = _grade_column(table, wanted)
    rows = tuple(_row(table, index, place, places) for index in _learners(table, places))
    return Template(table, table.header[place], rows, _possible(table))


def _learners(table: Table, places: dict[str, int]) -> list[int]:
    """The rows that stand for somebody."""
    return [index for index, row in enumerate(table.rows) if index and keys_of(row, places)]


def _row(table: Table, index: int, place: int, places: dict[str, int]) -> Row:
    cells, header = table.rows[index], table.header
    at = [found for name in _NAMES if (found := column(header, name)) is not None and found < len(cells)]
    name = " ".join(cells[found].value.strip() for found in at)
    open_to_change = column(header, "Grade can be changed")
    locked = open_to_change is not None and cells[open_to_change].value.strip().casefold() == "no"
    keep = "Moodle says that this grade cannot be changed" if locked else ""
    keys = keys_of(cells, places)
    return Row(cells[0].line, name or keys[0][1], keys, cell_of(table, cells, place), keep)


def _grade_column(table: Table, wanted: Wanted) -> int:
    """The place of the points of the assignment in an export of the gradebook."""
    header = table.header
    name = (wanted.column or wanted.assignment).strip().casefold()
    items = {place: found for place, word in enumerate(header) if (found := _ITEM.match(word))}
    real = [place for place, found in items.items() if found["kind"] == "Real"]
    whole = [place for place, word in enumerate(header) if wanted.column and word.casefold() == name]
    return one_of(table, whole or [p for p in real if items[p]["name"].casefold() == name], wanted, real)


def _possible(table: Table) -> float | None:
    """The points of a worksheet's assignment: the same in every row."""
    place = column(table.header, "Maximum Grade")
    if place is None:
        return None
    values = {number(row[place].value) for row in table.rows[1:] if place < len(row)} - {None}
    return values.pop() if len(values) == 1 else None
