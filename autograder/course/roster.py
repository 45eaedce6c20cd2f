"""Reads a class list: a CSV file with a row for each student."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.course.layout import CourseError
from autograder.render.text import shown_name

_COLUMNS = {
    "id": ("id", "student_id", "username"),
    "first_name": ("first_name", "first name", "firstname", "given_name"),
    "last_name": ("last_name", "last name", "lastname", "surname"),
    "email": ("email", "e-mail", "email address"),
    "lms_user_id": ("lms_user_id", "lms_id"),
}
_EXAMPLE = "the first line reads, for example: id,first_name,last_name,email"
# An id names folders and is matched by patterns; `+` separates the fields of the exchange.
_FORBIDDEN = re.compile(r"[\x00-\x1f/\\+*?\[\]{},:\"]")


@dataclass(frozen=True)
class Student:
    """A row of the class list; an empty field is None."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    lms_user_id: str | None = None


def read_roster(file: Path) -> list[Student]:
    """The students in `file`, in its order.

    Raises:
        CourseError: It cannot be read, has no column with ids, or a row is not as it should be; the message
            names the line.
    """
    text = _text(file).lstrip("\r\n")
    if not text.strip():
        raise CourseError(f"{file} is empty", _EXAMPLE)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    students: dict[str, tuple[int, Student]] = {}
    try:
        header = next(reader)
        columns = _columns(file, header)
        for row in reader:
            if not any(field.strip() for field in row):
                continue
            student = _student(file, reader.line_num, columns, row, len(header))
            key = student.id.casefold()
            if key in students:
                earlier, other = students[key]
                alike = (
                    "is there twice, first" if other.id == student.id else f"is like {shown_name(other.id)}"
                )
                raise CourseError(
                    f"{file}:{reader.line_num}: the id {shown_name(student.id)} {alike} on line {earlier}",
                    "give every student an id of their own; upper and lower case do not tell two apart",
                )
            students[key] = (reader.line_num, student)
    except csv.Error as error:
        raise CourseError(f"{file}:{reader.line_num}: not CSV: {error}", "put that line right") from error
    if not students:
        raise CourseError(f"{file} has no students below its first line", "add a line for each")
    return [student for _, student in students.values()]


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CourseError(f"{file} cannot be read: {error.strerror}", "name the CSV file") from error
    # "Unicode text", as spreadsheets call it, is UTF-16 and says so.
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CourseError(f"{file} is not UTF-8 text", "save it as CSV UTF-8") from error
    if "\0" in text:
        raise CourseError(f"{file} is no text, or not UTF-8", "save it as CSV UTF-8")
    return text


def _columns(file: Path, header: list[str]) -> dict[str, int]:
    """The place of each column that nbgrader has a field for; other columns are left alone."""
    named = [name.strip().lower() for name in header]
    found = {}
    for field, names in _COLUMNS.items():
        places = [place for place, name in enumerate(named) if name in names]
        if len(places) > 1:
            raise CourseError(
                f"{file}:1: two columns for `{field}`: {', '.join(header[p] for p in places)}", "keep one"
            )
        if places:
            found[field] = places[0]
    if "id" not in found:
        raise CourseError(
            f"{file}:1: expected a column `id`, got: {', '.join(header)}",
            f"name the column with user names `id`; {_EXAMPLE}",
        )
    return found


def _student(file: Path, line: int, columns: dict[str, int], row: list[str], width: int) -> Student:
    if any(field.strip() for field in row[width:]):
        raise CourseError(
            f"{file}:{line}: expected {width} fields, got {len(row)}: {shown_name(', '.join(row), 80)}",
            "put a field that holds the separator between quotes",
        )
    if len(row) <= max(columns.values()):
        raise CourseError(
            f"{file}:{line}: expected {max(columns.values()) + 1} fields, got {len(row)}",
            "put that line right",
        )
    fields = {name: row[place].strip() or None for name, place in columns.items()}
    student = Student(**{"id": "", **{name: text for name, text in fields.items() if text}})
    if not student.id:
        raise CourseError(f"{file}:{line}: the id is empty", "every student needs one")
    if _FORBIDDEN.search(student.id) or student.id[0] in ".-":
        raise CourseError(
            f"{file}:{line}: the id {shown_name(student.id)} cannot name a folder",
            "use letters, digits, `_`, `-`, `.` and `@`, such as a user name",
        )
    return student
