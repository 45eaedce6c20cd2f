"""The two CSV files of Moodle that scores can go into.

The grading worksheet of an assignment (`Identifier`, `Grade`, `Maximum Grade` ...) and the export of the
gradebook (`Email address`, `Assignment: NAME (Real)` ...). Formats: https://docs.moodle.org/en/Grade_import
and https://docs.moodle.org/en/Using_Assignment; details as `mod/assign/feedback/offline/importgradeslib.php`
of moodle/moodle has them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.exporters.lms.errors import TemplateError
from autograder.exporters.lms.matching import Row
from autograder.exporters.lms.table import Cell, File, Table, column
from autograder.exporters.lms.template import (
    Template,
    Wanted,
    cell_of,
    identifying,
    keys_of,
    number,
    one_of,
    require_points,
    table_with,
    wrong_form,
)
from nnlearn.text import one_line

_IDENTIFYING = ("Username", "ID number", "Email address")
_WORKSHEET = ("Identifier", "Grade")
# "Participant 12", "Teilnehmer/in12": what a worksheet's first column holds, in any language.
_PARTICIPANT = re.compile(r"\D+\d+")
# What a worksheet says about whether a grade may be changed; for other languages there is `--locked`.
_YES = frozenset(("yes", "ja", "oui", "sí", "si", "sì", "sim", "tak", "ano", "igen", "da", "kyllä", "taip"))
_NO = frozenset(("no", "nein", "non", "não", "nee", "nej", "nei", "nie", "ne", "nem", "nu", "ei"))
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
    learners = _learners(table, places)
    maximum = _maximum(table, place, learners)
    changeable = _changeable(table, place, maximum, learners, wanted)
    rows = tuple(_row(table, index, place, places, changeable, wanted) for index in learners)
    require_points(table, place, rows)
    return Template(table, table.header[place], rows, _possible(table, maximum))


def _learners(table: Table, places: dict[str, int]) -> list[int]:
    """The rows that stand for somebody."""
    return [index for index, row in enumerate(table.rows) if index and keys_of(row, places)]


def _row(
    table: Table, index: int, place: int, places: dict[str, int], changeable: int | None, wanted: Wanted
) -> Row:
    cells, header = table.rows[index], table.header
    at = [found for name in _NAMES if (found := column(header, name)) is not None and found < len(cells)]
    name = " ".join(cells[found].value.strip() for found in at)
    locked = changeable is not None and _is_locked(table, cells, changeable, wanted)
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


def _maximum(table: Table, grade: int, learners: Sequence[int]) -> int | None:
    """The place of a worksheet's points: in any language right of the grade, and alike in all rows."""
    if (place := column(table.header, "Maximum Grade")) is not None:
        return place
    rows = [table.rows[index] for index in learners]
    place = grade + 1
    is_worksheet = all(_PARTICIPANT.fullmatch(row[0].value.strip()) for row in rows)
    if not rows or not is_worksheet or any(len(row) <= place for row in rows):
        return None
    return place if len({row[place].value.strip() for row in rows}) == 1 else None


def _changeable(
    table: Table, grade: int, maximum: int | None, learners: Sequence[int], wanted: Wanted
) -> int | None:
    """The place of what a worksheet says about whether a grade may be changed: right of the maximum."""
    if (place := column(table.header, "Grade can be changed")) is not None:
        return place
    if maximum != grade + 1 or maximum + 1 >= len(table.header):
        return None
    place = maximum + 1
    words = {_word(table.rows[index], place) for index in learners}
    known = words <= {_word_of(wanted.locked or ""), *_YES, *_NO}
    return place if known or len(words) <= 2 else None  # yes and no


def _is_locked(table: Table, cells: Sequence[Cell], place: int, wanted: Wanted) -> bool:
    """Whether a row's grade must stay as it is.

    Raises:
        TemplateError: The word that says so is of a language that is not known here.
    """
    word = _word(cells, place)
    if wanted.locked is not None:
        return word == _word_of(wanted.locked)
    if word not in (*_YES, *_NO):
        raise TemplateError(
            f"--template {table.file.shown}: line {cells[0].line}: `{one_line(table.header[place])}` says "
            f"`{one_line(word)}`, and whether that is yes or no is not known.",
            "Name the word for a grade that may not be changed: --locked WORD.",
        )
    return word in _NO


def _word(cells: Sequence[Cell], place: int) -> str:
    return _word_of(cells[place].value) if place < len(cells) else ""


def _word_of(text: str) -> str:
    return text.strip().casefold()


def _possible(table: Table, place: int | None) -> float | None:
    """The points of a worksheet's assignment: the same in every row.

    Raises:
        TemplateError: It is graded by a scale.
    """
    if place is None:
        return None
    words = {row[place].value.strip() for row in table.rows[1:] if place < len(row)} - {"", "-"}
    values = {number(word) for word in words}
    if None in values:
        scale = next(word for word in sorted(words) if number(word) is None)
        raise TemplateError(
            f"--template {table.file.shown}: the assignment is graded by a scale (`{one_line(scale, 60)}`), "
            "not in points.",
            "Let the assignment on the platform have points, and export once more.",
        )
    return values.pop() if len(values) == 1 else None
