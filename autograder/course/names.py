"""Names of learners that neither a gradebook nor nbgrader can hold: they come from the names of folders."""

from __future__ import annotations

RENAME = "rename the folder"


def problem_with_name(student: str) -> str:
    """Why a submission in a folder of this name cannot be graded, or an empty string."""
    try:
        student.encode()
    except UnicodeEncodeError:
        return "the name of the learner's folder is not UTF-8"
    if not student.isprintable():
        return "the name of the learner's folder holds a line break, or another character that is none to see"
    return ""
