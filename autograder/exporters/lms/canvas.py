"""The CSV file that Canvas exports from its gradebook and imports into it.

Format: https://community.canvaslms.com (Instructor Guide, "How do I export grades in the Gradebook?" and
"How do I import grades in the Gradebook?"); details as `lib/gradebook_importer.rb` and
`lib/gradebook_exporter.rb` of instructure/canvas-lms have them.
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
    require_points,
    table_with,
    wrong_form,
)

_IDENTIFYING = ("SIS Login ID", "SIS User ID", "ID", "Integration ID")
_ABOUT_LEARNERS = {"student", "lastname", "firstname", "id", "section", "root account"} | {
    name.casefold() for name in _IDENTIFYING
}
_TITLE_AND_ID = re.compile(r"(.*?)\s*\((\d+)\)$", re.DOTALL)
_CALCULATED = re.compile("(Current|Final|Override) (Score|Points|Grade|Status)")
_NO_LEARNER = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
_POSSIBLE = "Points Possible"
_KEPT = {"EX": "excused", "N/A": "not assigned to this learner"}


def read_canvas(file: File, wanted: Wanted) -> Template:
    """Understand an export of Canvas' gradebook.

    Raises:
        TemplateError: It is none, or the column for the scores cannot be told.
    """
    table = table_with(file, ("ID", "Section"))
    if table is None or table.header[0] not in ("Student", "LastName"):
        hint = "In Canvas: Grades, Export, Export Entire Gradebook."
        if table_with(file, ("Email address",)) is not None:
            hint = "This looks like an export from Moodle: pass --format moodle."
        raise wrong_form(file, "Canvas", "columns Student, ID, ..., Section", hint)
    place = _grade_column(table, wanted)
    places = identifying(table, _IDENTIFYING, wanted)
    possible = None
    rows = []
    for cells in table.rows[1:]:
        if _POSSIBLE in cells[0].value:
            possible = number(cell_of(table, cells, place).value)
        elif not all(_NO_LEARNER.fullmatch(cell.value) for cell in cells):
            grade = cell_of(table, cells, place)
            name = cells[0].value.strip()
            if table.header[0] == "LastName":
                name = f"{cells[1].value.strip()} {name}"
            kept = _KEPT.get(grade.value.strip().upper(), "")
            rows.append(Row(cells[0].line, name, keys_of(cells, places), grade, kept))
    require_points(table, place, rows)
    return Template(table, table.header[place], tuple(rows), possible)


def _grade_column(table: Table, wanted: Wanted) -> int:
    """The place of the assignment: by the whole header, by its title, or by its number."""
    header = table.header
    read_only = {
        place
        for cells in table.rows[1:]
        if _POSSIBLE in cells[0].value
        for place, cell in enumerate(cells)
        if "read only" in cell.value
    }
    first = (column(header, "Section") or 0) + 1
    candidates = [
        place
        for place in range(first, len(header))
        if header[place].casefold() not in _ABOUT_LEARNERS
        and place not in read_only
        and not _CALCULATED.search(header[place])
    ]
    name = (wanted.column or wanted.assignment).strip().casefold()
    parts = {place: found.groups() for place in candidates if (found := _TITLE_AND_ID.match(header[place]))}
    candidates = list(parts) or candidates  # Canvas gives every assignment its number, and no other column
    whole = [place for place in candidates if header[place].casefold() == name]
    by_part = [place for place, part in parts.items() if name in (part[0].casefold(), part[1])]
    return one_of(table, whole or by_part, wanted, candidates)
