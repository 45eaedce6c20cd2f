"""What of an assignment is late and what that is going to cost, before it is graded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograder.course.standing import Lateness
from autograder.course.timestamps import time_of

if TYPE_CHECKING:
    from autograder.course.layout import Course
    from autograder.course.terms import Terms


def late_ahead(course: Course, assignment: str, gradebook: Any, terms: Terms) -> dict[str, tuple[str, str]]:
    """When it came and how late that is, and what it costs, in two sentences for each learner who is late.

    Args:
        course: The course.
        assignment: The assignment.
        gradebook: The gradebook, open.
        terms: By when it is due for whom.
    """
    about = gradebook.find_assignment(assignment)
    found: dict[str, tuple[str, str]] = {}
    if about.duedate is None:
        return found
    members = {student.id: student for student in gradebook.students}
    for student in course.students(assignment):
        if (at := time_of(course.submitted(assignment, student))) is None:
            continue
        known = members[student].submissions if student in members else ()
        due, late = terms.would_be(about, student, at, known)
        if late.seconds:
            length = Lateness(late.seconds, counted=late.words if terms.policy else "").length
            when = f"It was handed in {terms.shown(at)}, and due {terms.shown(due)}: {length}."
            found[student] = when, _cost(late.percent, terms)
    return found


def _cost(percent: float, terms: Terms) -> str:
    if terms.policy is None:
        return "What that costs is up to the plugin in c.AssignLatePenalties.plugin_class."
    return (
        f"{percent:g} % of the points that it reaches are taken off." if percent else "Nothing is taken off."
    )
