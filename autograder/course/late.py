"""What it costs to be late: the one policy, as a plugin of nbgrader's.

nbgrader_config.py names `LatePolicy` and says how much. nbgrader's own places hold everything else: when an
assignment is due, an extension, when something was handed in, and what was taken off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from nbgrader.plugins import BasePlugin
from traitlets import Dict, Float, Integer, TraitError, Unicode

from autograder.course.due import days_after, zone_of
from autograder.course.layout import CourseError
from autograder.render.text import count, how_long
from nnlearn.catalogue.nearest import did_you_mean

if TYPE_CHECKING:
    from traitlets.config import Config

_ALL = 100.0


@dataclass(frozen=True)
class Late:
    """How late a submission is, and what share of its points that costs.

    Attributes:
        seconds: After it was due, extension included; 0 for one in time.
        days: The days that were begun since, after the grace period.
        late_days: How many of those the learner's late days pay for.
        percent: What is taken off, of the points that were reached.
    """

    seconds: float = 0.0
    days: int = 0
    late_days: int = 0
    percent: float = 0.0

    @property
    def words(self) -> str:
        """`2 days late (20 %)`, or nothing for one in time."""
        if self.seconds <= 0:
            return ""
        if not self.days:
            return f"{how_long(self.seconds)} late (within the grace period)"
        why = [f"{self.percent:g} %"] if self.percent else []
        why += [f"{count(self.late_days, 'late day')} used"] if self.late_days else []
        return f"{count(self.days, 'day')} late" + (f" ({', '.join(why)})" if why else "")

    def penalty(self, score: float) -> float:
        """What is taken off `score`: never more than there is."""
        return score if self.percent >= _ALL else min(score, round(score * self.percent / _ALL, 4))


@dataclass(frozen=True, order=True)
class HandedIn:
    """What a learner has handed in; what was due first comes first. All times are as nbgrader keeps them.

    Attributes:
        due: When the assignment was due.
        assignment: Its name.
        at: When it was handed in.
        until: When it was due for this learner.
    """

    due: datetime
    assignment: str
    at: datetime
    until: datetime


class LatePolicy(BasePlugin):  # type: ignore[misc]
    """So many percent of the points for each day, up to a limit, and after some days all of them."""

    grace_minutes = Float(0, min=0, help="So long after it was due a submission is still in time.").tag(
        config=True
    )
    percent_per_day = Float(
        0, min=0, max=100, help="What each day that was begun takes off, of the points that were reached."
    ).tag(config=True)
    most_percent = Float(100, min=0, max=100, help="What days take off at most.").tag(config=True)
    zero_after_days = Integer(
        None, allow_none=True, min=0, help="Whatever is later than so many days has no points."
    ).tag(config=True)
    late_days = Integer(
        0, min=0, help="Days of a term that cost nothing, for each learner; the first ones that are late."
    ).tag(config=True)
    late_days_of = Dict(
        value_trait=Integer(min=0), key_trait=Unicode(), help="The same for single learners, by id."
    ).tag(config=True)

    @property
    def has_late_days(self) -> bool:
        """Whether anybody has late days, so that one submission counts for what another costs."""
        return bool(self.late_days or any(self.late_days_of.values()))

    @property
    def words(self) -> str:
        """`10 % for each day, at most 50 %, nothing after 7 days; 15 minutes of grace; 3 late days`."""
        if not self.percent_per_day and self.zero_after_days is None:
            return "being late costs nothing"
        told = [f"{self.percent_per_day:g} % for each day"] if self.percent_per_day else []
        if self.percent_per_day and self.most_percent < _ALL:
            told.append(f"at most {self.most_percent:g} %")
        if self.zero_after_days is not None:
            told.append(f"no points after {count(self.zero_after_days, 'day')}")
        told += [f"{self.grace_minutes:g} minutes of grace"] if self.grace_minutes else []
        told += [f"{count(self.late_days, 'late day')} for each learner"] if self.late_days else []
        return ", ".join(told)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:  # noqa: ARG002 - nbgrader's own form
        """What nbgrader is to take off a notebook of the submission that its preprocessor is at."""
        at = self.parent
        return self.of_submission(at.gradebook.find_submission(at.assignment_id, student_id)).penalty(score)

    def of_submission(self, submission: Any) -> Late:
        """How late one of nbgrader's `SubmittedAssignment` is."""
        found = handed_in(submission)
        others = submission.student.submissions if self.has_late_days else ()
        everything = (handed_in(other) for other in others)
        return self.of(found, submission.student_id, filter(None, everything)) if found else Late()

    def of(self, this: HandedIn, student: str, everything: Iterable[HandedIn]) -> Late:
        """How late something is.

        Args:
            this: What was handed in.
            student: Whose it is.
            everything: What the same learner has handed in of all assignments, as far as it is known when.
        """
        if this.at <= this.until:
            return Late()
        days = self._days(this)
        free, left = 0, int(self.late_days_of.get(student, self.late_days))
        if days and left:
            before = sorted(other for other in everything if other < this)
            left -= sum(map(self._days, before))
            free = min(max(0, left), days)
        counted = days - free
        is_over = self.zero_after_days is not None and counted > self.zero_after_days
        percent = _ALL if is_over else min(counted * self.percent_per_day, self.most_percent)
        return Late((this.at - this.until).total_seconds(), days, free, percent)

    def _days(self, this: HandedIn) -> int:
        """The days that count, whoever pays for them."""
        grace = timedelta(minutes=self.grace_minutes)
        return days_late(this.until, this.at - grace, zone_of(self.config))


def handed_in(submission: Any) -> HandedIn | None:
    """When a `SubmittedAssignment` was handed in and due, or None where either is not known."""
    due, name = submission.assignment.duedate, submission.assignment.name
    if due is None or submission.timestamp is None:
        return None
    return HandedIn(due, name, submission.timestamp, due + (submission.extension or timedelta(0)))


def days_late(due: datetime, at: datetime, zone: ZoneInfo) -> int:
    """How many days were begun between two points in time that nbgrader keeps.

    By the clock on the wall: the day on which clocks are changed is one day, of 23 or 25 hours.
    """
    if at <= due:
        return 0
    days = max(1, (at - due) // timedelta(days=1))
    while at > days_after(due, days, zone):
        days += 1
    return days


def policy_of(config: Config) -> LatePolicy | None:
    """The policy of a course, or None where nbgrader_config.py names another plugin, or none.

    Raises:
        CourseError: What the file says of it is not as it should be.
    """
    from nbgrader.preprocessors import AssignLatePenalties
    from traitlets.config import Config

    # What else stands in the file is not meant for this one: traitlets would warn of it.
    own = Config({name: config[name] for name in ("AssignLatePenalties", "LatePolicy", "NbGraderAPI")})
    known = LatePolicy.class_trait_names(config=True)
    for name in own.LatePolicy:
        if name not in known:
            raise CourseError(
                f"nbgrader_config.py: c.LatePolicy.{name} says nothing that is known",
                did_you_mean(name, known, "there are"),
            )
    try:
        owner = AssignLatePenalties(config=own)
        if not issubclass(owner.plugin_class, LatePolicy):
            return None
        owner.init_plugin()
    except (TraitError, ImportError) as error:
        raise CourseError(
            f"nbgrader_config.py: what being late costs: {error}", "put that right in the file"
        ) from error
    return owner.plugin_inst  # type: ignore[no-any-return]
