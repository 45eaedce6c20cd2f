"""Who may hand in later: `extensions.csv` in the course directory, which people read and may edit.

nbgrader keeps an extension with a submission, so there is no place for it before somebody has handed in; an
entry made for it would count as handed in. The list keeps it until then, and grading gives it to nbgrader.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.course.due import as_kept, days_after, in_zone, read_time, shown_time
from autograder.course.layout import CourseError
from autograder.course.tables import other_columns, read_table
from autograder.render.text import count
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.files import write_whole

FILE = "extensions.csv"
_COLUMNS = {
    "assignment": ("assignment",),
    "student_id": ("student_id", "id", "username"),
    "until": ("until",),
    "note": ("note", "reason", "why"),
}
_NEEDED = ("assignment", "student_id", "until")
_EXAMPLE = "the first line reads: assignment,student_id,until,note"
_DAYS = re.compile(r"\+\s*(\d{1,3})\s*days?")

Extensions = dict[tuple[str, str], "Extension"]
"""Extensions by assignment and learner."""


@dataclass(frozen=True)
class Extension:
    """Until when a learner may hand in an assignment.

    Attributes:
        assignment: The assignment.
        student: Whose it is.
        until: A point in time, or whole days after it is due.
        note: Why, for those who keep the list.
        place: Where that is said, for messages.
    """

    assignment: str
    student: str
    until: datetime | int
    note: str = ""
    place: str = field(default=FILE, compare=False)

    @property
    def text(self) -> str:
        """`until` as it is typed."""
        return f"+{count(self.until, 'day')}" if isinstance(self.until, int) else shown_time(self.until)

    def ends(self, due: datetime, zone: ZoneInfo) -> datetime:
        """When that is, as nbgrader keeps it, for an assignment that is due then."""
        return days_after(due, self.until, zone) if isinstance(self.until, int) else as_kept(self.until)

    def in_words(self, due: datetime, zone: ZoneInfo) -> str:
        """`until 2026-12-03 23:59 Europe/Berlin`."""
        if isinstance(self.until, int):
            return f"until {shown_time(in_zone(self.ends(due, zone), zone))} ({self.text})"
        return f"until {self.text}"


def read_until(text: str, what: str, zone: ZoneInfo) -> datetime | int:
    """What was typed: `2026-12-03 23:59 Europe/Berlin`, or `+2 days`.

    Raises:
        CourseError: It is neither.
    """
    if days := _DAYS.fullmatch(text.strip()):
        return int(days[1])
    try:
        return read_time(text, what, zone)
    except CourseError as error:
        raise CourseError(error.problem, f'{error.next_step}; or days after it is due: "+2 days"') from error


def read_extensions(file: Path, zone: ZoneInfo) -> Extensions:
    """The extensions of a list; an empty cell `until`, and a list that is not there, are none.

    Raises:
        CourseError: It cannot be read, or a row is not as it should be; the message names line and column.
    """
    found: Extensions = {}
    if not file.exists():
        return found
    for line, row in read_table(file, _COLUMNS, _NEEDED, _EXAMPLE, may_end_early=True):
        place = f"{file}:{line}"
        for column in _NEEDED:
            if not row[column]:
                raise CourseError(f"{place}: {column}: the field is empty", "put that line right")
        key = row["assignment"], row["student_id"]
        if key in found:
            raise CourseError(
                f"{place}: student_id: {row['student_id']} has an extension of {row['assignment']} already, "
                f"at {found[key].place}",
                "keep one of the two lines",
            )
        until = read_until(row["until"], f"{place}: until", zone)
        found[key] = Extension(*key, until, row.get("note", ""), place)
    return found


def write_extensions(file: Path, extensions: Extensions) -> None:
    """Write the list as a whole, sorted.

    Raises:
        CourseError: The list that is there has columns that would be lost.
        OutputError: It cannot be written.
    """
    if file.exists() and (others := other_columns(file, _COLUMNS, _EXAMPLE)):
        raise CourseError(
            f"{file}: the column `{others[0]}` would be lost", "call it note, or take it out; note is kept"
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for _, each in sorted(extensions.items()):
        writer.writerow((each.assignment, each.student, each.text, each.note))
    write_whole(file, text.getvalue().encode())


def require_known(
    extensions: Iterable[Extension],
    due: Mapping[str, datetime | None],
    students: Collection[str],
    zone: ZoneInfo,
) -> None:
    """Make sure that extensions are of assignments with a due date, for learners of the class, and later.

    Args:
        extensions: The extensions.
        due: When each assignment of the gradebook is due.
        students: The class.
        zone: The zone of the course.

    Raises:
        CourseError: One is not; the message says where it stands.
    """
    for each in extensions:
        if each.assignment not in due:
            raise CourseError(
                f"{each.place}: assignment: there is no assignment called `{each.assignment}`",
                did_you_mean(each.assignment, sorted(due), "the assignments are"),
            )
        if each.student not in students:
            raise CourseError(
                f"{each.place}: student_id: {each.student} is not in the class list",
                _who_is_meant(each.student, students),
            )
        if (date := due[each.assignment]) is None:
            raise CourseError(
                f"{each.place}: {each.assignment} has no due date, so that nothing of it is late",
                "give it one, in UTC: nbgrader db assignment add NAME --duedate='2026-12-01 22:59'",
            )
        if each.ends(date, zone) <= date:
            raise CourseError(
                f"{each.place}: until: {each.assignment} is due {shown_time(in_zone(date, zone))}, and "
                f"{each.text} is not after that",
                "name a later time",
            )


def _who_is_meant(name: str, students: Collection[str]) -> str:
    if near := get_close_matches(name, students, 1):
        return f"did you mean `{near[0]}`?"
    return "nbgrader db student list shows who is; nbgrader db student add ID adds somebody"
