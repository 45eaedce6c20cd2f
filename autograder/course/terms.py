"""The terms on which work is taken in a course: by when it is due for whom, and what it costs to be late.

What it comes to stands in nbgrader's gradebook, and nowhere else: the extension of a submission, and what is
taken off each of its notebooks. Whatever changes afterwards, an extension or a mark given by hand, `settle`
puts there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from autograder.course.due import in_zone, shown_time, zone_of
from autograder.course.extensions import FILE, Extensions, read_extensions, require_known
from autograder.course.late import HandedIn, Late, LatePolicy, handed_in, policy_of
from autograder.course.standing import Lateness

if TYPE_CHECKING:
    from traitlets.config import Config

    from autograder.course.layout import Course


@dataclass(frozen=True)
class Terms:
    """The terms of a course.

    Attributes:
        zone: The time zone that it lives in.
        policy: What being late costs, where nbgrader_config.py leaves that to `LatePolicy`.
        extensions: Who may hand in later, or None where the course keeps no list of it.
    """

    zone: ZoneInfo
    policy: LatePolicy | None
    extensions: Extensions | None = field(default=None)

    @classmethod
    def of(cls, root: Path, config: Config) -> Terms:
        """Those of the course in a directory.

        Raises:
            CourseError: The configuration, or the list of extensions, is not as it should be.
        """
        zone, file = zone_of(config), root / FILE
        return cls(zone, policy_of(config), read_extensions(file, zone) if file.exists() else None)

    def require_sound(self, gradebook: Any, assignment: str, handed_in: Collection[str]) -> None:
        """Make sure that what the list says of an assignment is about this class.

        Args:
            gradebook: The gradebook, open.
            assignment: The assignment.
            handed_in: Who handed something in, who may not be in the class list.

        Raises:
            CourseError: A line is not.
        """
        due = {each.name: each.duedate for each in gradebook.assignments}
        students = {student.id for student in gradebook.students}.union(handed_in)
        wanted = [
            each
            for each in (self.extensions or {}).values()
            if each.assignment == assignment or each.assignment not in due
        ]
        require_known(wanted, due, students, self.zone)

    def extension(self, assignment: str, student: str, due: datetime | None) -> timedelta | None:
        """How much later than the others a learner may hand in, by the list."""
        found = (self.extensions or {}).get((assignment, student))
        if found is None or due is None:
            return None
        return max(found.ends(due, self.zone) - due, timedelta(0)) or None

    def extend(self, submission: Any) -> None:
        """Give nbgrader the extension of a submission; without a list, what it has is left alone."""
        if self.extensions is not None:
            about = submission.assignment
            submission.extension = self.extension(about.name, submission.student_id, about.duedate)

    def late(self, submission: Any) -> Late:
        """How late a submission of the gradebook is, and what the policy says of it."""
        if self.policy is not None:
            return self.policy.of_submission(submission)
        found = handed_in(submission)
        return Late(max(0.0, (found.at - found.until).total_seconds())) if found else Late()

    def charge(self, submission: Any) -> None:
        """Give nbgrader what is taken off each notebook, of what it is worth by now."""
        if self.policy is None:
            return
        late = self.policy.of_submission(submission)
        for book in submission.notebooks:
            book.late_submission_penalty = late.penalty(book.score or 0.0) if late.seconds else None

    def would_be(
        self, assignment: Any, student: str, at: datetime, known: Collection[Any]
    ) -> tuple[datetime, Late]:
        """Until when something could be handed in, and how late it is, before the gradebook knows it.

        Args:
            assignment: nbgrader's assignment, which has a due date.
            student: Who handed it in.
            at: When.
            known: The same learner's submissions that the gradebook knows, also an earlier one of this.
        """
        due, name = assignment.duedate, assignment.name
        before = [other for other in known if other.assignment_id == assignment.id]
        extension = self.extension(name, student, due)
        if self.extensions is None and before:
            extension = before[0].extension
        this = HandedIn(due, name, at, due + (extension or timedelta(0)))
        if self.policy is None:
            return this.until, Late(max(0.0, (at - this.until).total_seconds()))
        others = [found for other in known if other not in before and (found := handed_in(other))]
        return this.until, self.policy.of(this, student, others)

    def shown(self, kept: datetime) -> str:
        """A point in time that nbgrader keeps, as people of the course read it."""
        return shown_time(in_zone(kept, self.zone))


def lateness_of(submission: Any, terms: Terms) -> Lateness:
    """How late a submission is and what that has cost, as the gradebook has it."""
    late = terms.late(submission)
    penalty = sum(float(book.late_submission_penalty or 0.0) for book in submission.notebooks)
    return Lateness(late.seconds, penalty, late.words if terms.policy else "")


def settle(
    course: Course, gradebook: Any, assignment: str, students: Collection[str] | None = None
) -> Mapping[tuple[str, str], tuple[Lateness, Lateness]]:
    """Bring extensions and penalties of the gradebook up to date with the terms and the marks.

    Args:
        course: The course.
        gradebook: Its gradebook, open.
        assignment: The assignment. Where learners have late days, those that were due later follow.
        students: Whose submissions; everybody's where it is left out.

    Returns:
        What has changed, by assignment and learner: how late it was before, and how late it is.

    Raises:
        CourseError: The terms are not as they should be.
    """
    terms = course.terms
    if terms.policy is None and terms.extensions is None:
        return {}
    gradebook.find_assignment(assignment)  # which says it if there is none
    shared = terms.policy is not None and terms.policy.has_late_days
    everything = _submissions(gradebook, None if shared else assignment, students, terms)
    before = [lateness_of(submission, terms) for submission in everything]
    for submission in everything:
        terms.extend(submission)
    for submission in everything:
        terms.charge(submission)
    found = {
        (submission.assignment.name, submission.student_id): (was, lateness_of(submission, terms))
        for submission, was in zip(everything, before, strict=True)
    }
    gradebook.db.commit()
    return {key: (was, now) for key, (was, now) in found.items() if was != now}


def _submissions(
    gradebook: Any, assignment: str | None, students: Collection[str] | None, terms: Terms
) -> list[Any]:
    """Submissions, of one assignment or all, for which the terms may say something else than "in time"."""
    from nbgrader.api import Assignment, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import or_
    from sqlalchemy.orm import selectinload

    extended = {student for _, student in terms.extensions or ()}
    query = gradebook.db.query(SubmittedAssignment)
    query = query.options(selectinload(SubmittedAssignment.notebooks).undefer(SubmittedNotebook.score))
    query = query.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    query = query.filter(
        or_(
            SubmittedAssignment.timestamp > Assignment.duedate,
            SubmittedAssignment.extension.isnot(None),
            SubmittedAssignment.student_id.in_(extended),
            SubmittedAssignment.notebooks.any(SubmittedNotebook.late_submission_penalty > 0),
        )
    )
    if assignment is not None:
        query = query.filter(Assignment.name == assignment)
    if students is not None:
        query = query.filter(SubmittedAssignment.student_id.in_(students))
    return list(query)
