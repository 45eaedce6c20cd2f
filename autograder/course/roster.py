"""Reads a class list: a CSV file with a row for each student."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.course.layout import CourseError
from autograder.course.tables import read_table
from autograder.render.text import shown_name

_COLUMNS = {
    "id": ("id", "student_id", "username"),
    "first_name": ("first_name", "first name", "firstname", "given_name"),
    "last_name": ("last_name", "last name", "lastname", "surname"),
    "email": ("email", "e-mail", "email address"),
    "lms_user_id": ("lms_user_id", "lms_id"),
}
_EXAMPLE = (
    "name the column with user names `id`; the first line reads, for example: id,first_name,last_name,email"
)
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
    students: dict[str, tuple[int, Student]] = {}
    for line, fields in read_table(file, _COLUMNS, ("id",), _EXAMPLE):
        student = _student(file, line, fields)
        key = student.id.casefold()
        if key in students:
            earlier, other = students[key]
            alike = "is there twice, first" if other.id == student.id else f"is like {shown_name(other.id)}"
            raise CourseError(
                f"{file}:{line}: the id {shown_name(student.id)} {alike} on line {earlier}",
                "give every student an id of their own; upper and lower case do not tell two apart",
            )
        students[key] = (line, student)
    if not students:
        raise CourseError(f"{file} has no students below its first line", "add a line for each")
    return [student for _, student in students.values()]


def _student(file: Path, line: int, fields: dict[str, str]) -> Student:
    student = Student(**{"id": "", **{name: text for name, text in fields.items() if text}})
    if not student.id:
        raise CourseError(f"{file}:{line}: the id is empty", "every student needs one")
    if _FORBIDDEN.search(student.id) or student.id[0] in ".-":
        raise CourseError(
            f"{file}:{line}: the id {shown_name(student.id)} cannot name a folder",
            "use letters, digits, `_`, `-`, `.` and `@`, such as a user name",
        )
    return student
