"""The class list, and who of it a learning platform means.

Platforms write what they have: Canvas a name in small letters and a number, Moodle a full name and a number.
The gradebook knows `lms_user_id`, `id` and names; what fits one student alone is that student.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder.handed_in.owners import Owned

_NOT_IN_IDS = re.compile(r"[\x00-\x1f/\\\\+*?\[\]{},:\"]")


@dataclass(frozen=True)
class Members:
    """The students of a course.

    Attributes:
        by_id: Their ids, by id.
        by_number: Their ids, by the learning platform's number.
        by_name: Their ids, by name as `_folded` writes it, family name first or last.
    """

    by_id: dict[str, str]
    by_number: dict[str, str]
    by_name: dict[str, set[str]]

    @classmethod
    def of(cls, directory: Any) -> Members:
        """Those of the gradebook of an nbgrader `CourseDirectory`."""
        from nbgrader.api import Gradebook

        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            return cls.among(gradebook.students)

    @classmethod
    def among(cls, students: Iterable[Any]) -> Members:
        """Those of a list of nbgrader's students."""
        found = cls({}, {}, {})
        for student in students:
            found.by_id[student.id] = student.id
            if student.lms_user_id:
                found.by_number[student.lms_user_id] = student.id
            first, last = student.first_name or "", student.last_name or ""
            for name in {_folded(first + last), _folded(last + first)} - {""}:
                found.by_name.setdefault(name, set()).add(student.id)
        return found

    def __contains__(self, name: str) -> bool:
        """Whether this is the id of a student."""
        return name in self.by_id

    def __len__(self) -> int:
        """How many they are."""
        return len(self.by_id)

    def ids_of(self, things: Iterable[Owned]) -> dict[tuple[str, str], str]:
        """The student's id for each owner and the platform's number for the owner.

        Whoever is not in the list, or fits several, has the name that the platform wrote, with the number
        where two are called the same.
        """
        owners = {(thing.owner, thing.number): thing.is_labelled for thing in things}
        found: dict[tuple[str, str], str] = {}
        for (owner, number), is_labelled in owners.items():
            same = {other for name, other in owners if _folded(name) == _folded(owner)}
            known = self.by_number.get(number) or self.by_id.get(owner)
            if known is None and is_labelled and len(same) == 1:
                named = self.by_name.get(_folded(owner), set())
                known = next(iter(named)) if len(named) == 1 else None
            plain = _NOT_IN_IDS.sub("-", owner).strip(" .") or "nameless"
            found[owner, number] = known or (f"{plain} ({number})" if len(same) > 1 and number else plain)
        return found


def _folded(name: str) -> str:
    """A name as platforms write it into those of files: without accents, signs and capitals."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
