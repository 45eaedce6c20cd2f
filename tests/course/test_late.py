"""What being late costs, and which day counts as which: the policy by itself."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from traitlets.config import Config

from autograder.course.due import in_zone, read_time, shown_time
from autograder.course.late import HandedIn, days_late, policy_of
from autograder.course.layout import CourseError
from autograder.course.timestamps import handed_in_at, problem_with_time, says_no_time

BERLIN = ZoneInfo("Europe/Berlin")
PLUGIN = "autograder.course.late.LatePolicy"


def kept(text):
    """A point in time as nbgrader keeps it."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def policy(zone="Europe/Berlin", **terms):
    config = Config()
    config.AssignLatePenalties.plugin_class = PLUGIN
    config.NbGraderAPI.timezone = zone
    config.LatePolicy.update(terms)
    return policy_of(config)


def handed_in(at, due="2026-03-02 12:00+00:00", until=None, name="ps1"):
    return HandedIn(kept(due), name, kept(at), kept(until or due))


@pytest.mark.parametrize(
    ("due", "at", "days"),
    [
        # Clocks go back on 25 October: that day has 25 hours, and is one day.
        ("2026-10-24 23:59+02:00", "2026-10-25 23:59+01:00", 1),
        ("2026-10-24 23:59+02:00", "2026-10-25 23:59:01+01:00", 2),
        ("2026-10-24 23:59+02:00", "2026-10-31 23:59+01:00", 7),
        # Clocks go forward on 29 March: that day has 23 hours, and is one day.
        ("2026-03-28 23:59+01:00", "2026-03-29 23:59+02:00", 1),
        ("2026-03-28 23:59+01:00", "2026-03-29 23:59:01+02:00", 2),
        # 02:30 is not there on 29 March, and is there twice on 25 October.
        ("2026-03-28 02:30+01:00", "2026-03-29 03:30+02:00", 1),
        ("2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00", 1),
        ("2026-10-25 02:30+01:00", "2026-10-26 02:30+01:00", 1),
        # A summer later.
        ("2026-01-31 12:00+01:00", "2026-07-31 12:00+02:00", 181),
    ],
)
def test_a_day_is_one_by_the_clock_on_the_wall(due, at, days):
    assert days_late(kept(due), kept(at), BERLIN) == days


def test_days_are_whole_ones_in_any_zone_as_counting_them_one_by_one_says():
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"):
        zone = ZoneInfo(name)
        for hour in (0, 12, 23):
            for month, day in ((3, 7), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31)):
                wall = datetime(2026, month, day, hour, 59)
                ends = [
                    (wall + timedelta(days=n)).replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
                    for n in range(9)
                ]
                for minutes in range(0, 8 * 1440, 397):
                    at = ends[0] + timedelta(minutes=minutes)
                    assert days_late(ends[0], at, zone) == sum(end < at for end in ends), (name, wall, at)


def test_at_the_deadline_is_in_time_and_a_microsecond_later_is_not():
    strict = policy(percent_per_day=10)
    assert strict.of(handed_in("2026-03-02 12:00+00:00"), "ada", ()).percent == 0
    assert strict.of(handed_in("2026-03-02 14:00+02:00"), "ada", ()).words == ""  # the same, elsewhere
    late = strict.of(handed_in("2026-03-02 12:00:00.000001+00:00"), "ada", ())
    assert (late.days, late.percent) == (1, 10)


@pytest.mark.parametrize(
    ("at", "days", "percent"),
    [
        ("2026-03-02 12:15+00:00", 0, 0),
        ("2026-03-02 12:15:01+00:00", 1, 10),
        ("2026-03-03 12:15+00:00", 1, 10),
        ("2026-03-03 12:16+00:00", 2, 20),
        ("2026-03-05 12:00+00:00", 3, 25),  # the most that is taken off
        ("2026-03-09 12:15+00:00", 7, 25),
        ("2026-03-09 12:16+00:00", 8, 100),  # it is over
    ],
)
def test_grace_days_the_most_and_nothing(at, days, percent):
    found = policy(grace_minutes=15, percent_per_day=10, most_percent=25, zero_after_days=7)
    late = found.of(handed_in(at), "ada", ())
    assert (late.days, late.percent) == (days, percent)
    assert late.penalty(8.0) == 8.0 * percent / 100


def test_an_extension_moves_the_deadline_and_the_grace_with_it():
    found = policy(grace_minutes=15, percent_per_day=10)
    extended = handed_in("2026-03-05 12:15+00:00", until="2026-03-04 12:00+00:00")
    assert found.of(extended, "ada", ()).percent == 10
    assert found.of(handed_in("2026-03-04 12:14+00:00", until="2026-03-04 12:00+00:00"), "ada", ()).days == 0


def test_late_days_pay_for_what_was_due_first_and_then_they_are_gone():
    found = policy(percent_per_day=10, late_days=3, late_days_of={"bo": 0})
    first = handed_in("2026-03-04 11:00+00:00", "2026-03-02 12:00+00:00", name="ps1")  # 2 days
    second = handed_in("2026-03-11 11:00+00:00", "2026-03-09 12:00+00:00", name="ps2")  # 2 days
    third = handed_in("2026-03-17 11:00+00:00", "2026-03-16 12:00+00:00", name="ps3")  # 1 day
    everything = [third, first, second]
    late = [found.of(this, "ada", everything) for this in (first, second, third)]
    assert [each.late_days for each in late] == [2, 1, 0]
    assert [each.percent for each in late] == [0, 10, 10]
    assert late[1].words == "2 days late (10 %, 1 late day used)"
    assert [found.of(this, "bo", everything).percent for this in (first, second, third)] == [20, 20, 10]


def test_nothing_is_taken_off_that_is_not_there():
    late = policy(percent_per_day=33).of(handed_in("2026-03-02 13:00+00:00"), "ada", ())
    assert late.penalty(0.0) == 0.0
    assert late.penalty(7.0) == pytest.approx(2.31)
    lost = policy(zero_after_days=0).of(handed_in("2026-03-02 13:00+00:00"), "ada", ())
    assert lost.penalty(15.15384615) == 15.15384615


def test_nothing_is_said_to_be_known_of_what_has_no_time_or_no_due_date():
    for duedate, timestamp in ((None, datetime(2026, 1, 1)), (datetime(2026, 1, 1), None)):
        about = SimpleNamespace(duedate=duedate, name="ps1")
        submission = SimpleNamespace(
            assignment=about, timestamp=timestamp, extension=timedelta(1), student_id="ada"
        )
        submission.student = SimpleNamespace(submissions=[submission])
        assert policy(percent_per_day=10).of_submission(submission).percent == 0


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"percent_per_day": 101}, "percent_per_day"),
        ({"grace_minutes": -1}, "grace_minutes"),
        ({"zero_after_days": "a week"}, "zero_after_days"),
        ({"late_days_of": {"ada": -2}}, "late_days_of"),
        ({"percent_a_day": 10}, "percent_a_day says nothing that is known"),
    ],
)
def test_a_policy_that_is_none_is_refused_by_name(terms, said):
    with pytest.raises(CourseError, match=said):
        policy(**terms)


def test_a_zone_that_is_none_is_refused_by_name():
    with pytest.raises(CourseError, match=r"NbGraderAPI\.timezone: there is no time zone called `Berlin`"):
        policy("Berlin", percent_per_day=1).of(handed_in("2026-03-03 12:00+00:00"), "ada", ())


def test_another_plugin_is_none_of_ours():
    assert policy_of(Config()) is None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2026-12-01 23:59", "2026-12-01 23:59 Europe/Berlin"),
        ("2026-12-01 23:59:30 UTC", "2026-12-01 23:59:30 UTC"),
        ("2026-12-01 23:59 America/New_York", "2026-12-01 23:59 America/New_York"),
        ("2026-12-01 23:59 +0530", "2026-12-01 23:59 +0530"),
    ],
)
def test_a_time_is_shown_as_it_can_be_typed_again(typed, shown):
    time = read_time(typed, "--until", BERLIN)
    assert shown_time(time) == shown
    assert read_time(shown, "--until", BERLIN) == time


def test_an_hour_that_is_there_twice_is_shown_by_its_offset():
    twice = in_zone(kept("2026-10-25 02:30+01:00"), BERLIN)
    assert shown_time(twice) == "2026-10-25 02:30 +0100"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-10-24 21:59:00.000000 UTC", "2026-10-24T21:59:00"),
        ("2026-10-24 18:13:00 -0400", "2026-10-24T22:13:00"),
        ("2026-10-24 23:59 +0200", "2026-10-24T21:59:00"),
        ("2026-10-24T23:59:00+02:00", "2026-10-24T21:59:00"),
        ("2026-10-24 23:59:00 Europe/Berlin", "2026-10-24T21:59:00"),
        ("October 24, 2026 11:42:00 PM", "2026-10-24T23:42:00"),
    ],
)
def test_the_time_of_a_submission_is_the_one_in_its_zone(tmp_path, text, time):
    (tmp_path / "timestamp.txt").write_text(text)
    assert handed_in_at(tmp_path) == datetime.fromisoformat(time)


def test_a_zone_that_is_none_is_said_and_not_taken_for_utc(tmp_path):
    (tmp_path / "timestamp.txt").write_text("2026-10-24 23:59:00 CEST")
    assert problem_with_time(tmp_path) == (
        "timestamp.txt says `2026-10-24 23:59:00 CEST`, and there is no time zone `CEST`"
    )
    assert not says_no_time(tmp_path)
