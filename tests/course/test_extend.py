"""`nnlearn course extend`: who may hand in later, as one line, as a table, and taken back."""

import shutil
from datetime import datetime, timedelta

import pytest

from autograder.course.extend import extend
from autograder.course.layout import CourseError, find_course
from autograder.course.terms import settle

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own


@pytest.fixture
def course(late_course, tmp_path):
    """A course of one's own."""
    root = tmp_path / "course"
    root.mkdir()
    for name in ("nbgrader_config.py", "gradebook.db"):
        shutil.copy(late_course.course / name, root / name)
    shutil.copytree(late_course.course / "source", root / "source")
    return root


@pytest.fixture
def say(course, capsys):
    """Runs the command and gives what it has said."""

    def say(*words, **options):
        extend(*words, course_dir=course, **options)
        return capsys.readouterr().out.splitlines()

    return say


def graded(course, student, at, score=5.0, assignment="ps1"):
    """Something that was handed in and graded, in the gradebook."""
    with find_course(course).gradebook() as gradebook:
        gradebook.add_submission(assignment, student, timestamp=at)
        gradebook.find_grade("softmax_checks", "toy", assignment, student).auto_score = score
        gradebook.db.commit()
        settle(find_course(course), gradebook, assignment)


def standing(course, student, assignment="ps1"):
    """What nbgrader has of a submission: extension, seconds late, what is taken off."""
    with find_course(course).gradebook() as gradebook:
        found = gradebook.find_submission(assignment, student)
        return found.extension, found.total_seconds_late, found.late_submission_penalty


def extensions(course):
    file = course / "extensions.csv"
    return file.read_text().splitlines() if file.exists() else None


def test_an_extension_is_kept_before_anything_is_handed_in(course, say):
    assert say("ps1", "ada", until="2026-10-26 12:00") == [
        "ada may hand in ps1 until 2026-10-26 12:00 Europe/Berlin"
    ]
    assert extensions(course) == [
        "assignment,student_id,until,note",
        "ps1,ada,2026-10-26 12:00 Europe/Berlin,",
    ]
    with find_course(course).gradebook() as gradebook:
        assert not gradebook.find_assignment("ps1").submissions  # nothing that would count as handed in
    assert say("ps1") == [
        "ps1 is due 2026-10-24 23:59 Europe/Berlin; 10 % for each day, at most 30 %, no points after 5 days, "
        "15 minutes of grace",
        "  ada  until 2026-10-26 12:00 Europe/Berlin",
    ]
    assert say("ps2")[1:] == ["Nobody has an extension"]


def test_days_end_at_the_time_of_day_that_it_is_due_although_clocks_change(course, say):
    assert say("ps1", "bo", until="+2 days") == [
        "bo may hand in ps1 until 2026-10-26 23:59 Europe/Berlin (+2 days)"
    ]
    graded(course, "bo", "2026-10-26 22:59:00")
    assert standing(course, "bo")[:2] == (timedelta(hours=49), 0)


def test_typed_twice_changes_nothing_and_typed_otherwise_replaces(course, say):
    say("ps1", "ada", until="+2 days")
    before = extensions(course)
    assert say("ps1", "ada", until="+2 days") == ["That is how it was: nothing is changed"]
    assert extensions(course) == before
    was = "until 2026-10-26 23:59 Europe/Berlin (+2 days)"
    assert say("ps1", "ada", until="2026-10-25 12:00 UTC") == [
        f"ada may hand in ps1 until 2026-10-25 12:00 UTC; before: {was}"
    ]
    assert extensions(course)[1:] == ["ps1,ada,2026-10-25 12:00 UTC,"]


def test_granted_after_grading_it_takes_the_penalty_back_at_once_and_withdrawn_it_is_there_again(course, say):
    graded(course, "ada", "2026-10-26 10:00:00")
    graded(course, "bo", "2026-10-26 10:00:00")
    late = timedelta(days=1, hours=12, minutes=1).total_seconds()  # than 24 October, 21:59 UTC
    assert standing(course, "ada") == (None, late, 1.0)
    (course / "feedback/ada/ps1").mkdir(parents=True)
    assert say("ps1", "ada", until="+2 days")[1:] == [
        "ada, ps1: now in time; before: 2 days late (20 %), 1 taken off",
        "  feedback/ada/ps1 says what was before. Make it anew: "
        "nbgrader generate_feedback ps1 --student=ada --force",
    ]
    assert standing(course, "ada") == (timedelta(hours=49), 0, 0.0)
    assert standing(course, "bo") == (None, late, 1.0)
    assert say("ps1", "ada", withdraw=True)[0] == (
        "ada has no extension of ps1 any more, which is due 2026-10-24 23:59 Europe/Berlin; "
        "before: until 2026-10-26 23:59 Europe/Berlin (+2 days)"
    )
    assert standing(course, "ada") == (None, late, 1.0)
    assert extensions(course) == ["assignment,student_id,until,note"]
    with pytest.raises(CourseError, match="ada has no extension of ps1 that could be withdrawn"):
        say("ps1", "ada", withdraw=True)


def test_two_assignments_have_extensions_of_their_own(course, say):
    graded(course, "ada", "2026-11-09 04:00:00", assignment="ps2")
    graded(course, "ada", "2026-10-25 21:00:00")
    say("ps1", "ada", until="+1 day")
    assert standing(course, "ada")[1:] == (0, 0.0)
    assert standing(course, "ada", "ps2")[1:] == (23 * 3600 + 60, 0.5)
    say("ps2", "ada", until="2026-11-08 23:59 America/New_York")
    assert standing(course, "ada", "ps2") == (timedelta(days=1), 0, 0.0)


def test_late_days_that_an_extension_gives_back_pay_for_what_was_due_later(course, say):
    with (course / "nbgrader_config.py").open("a") as file:
        file.write("c.LatePolicy.late_days = 1\n")
    graded(course, "ada", "2026-10-25 21:00:00")
    graded(course, "ada", "2026-11-09 04:00:00", assignment="ps2")
    assert (standing(course, "ada")[2], standing(course, "ada", "ps2")[2]) == (0.0, 0.5)
    lines = say("ps1", "ada", until="+1 day")
    assert (
        "ada, ps2: now 1 day late (1 late day used), nothing taken off; before: 1 day late (10 %), 0.5"
        in ("\n".join(lines))
    )
    assert standing(course, "ada", "ps2")[2] == 0.0


def test_what_nbgrader_was_told_before_there_was_a_list_is_taken_into_it(course, say):
    graded(course, "cy", "2026-10-25 10:00:00")
    with find_course(course).gradebook() as gradebook:
        gradebook.grant_extension("ps1", "cy", days=3)
        about = gradebook.find_assignment("ps1")
        known = gradebook.find_student("cy").submissions
        until, late = find_course(course).terms.would_be(about, "cy", datetime(2026, 10, 27), known)
        assert (until, late.seconds) == (datetime(2026, 10, 27, 21, 59), 0)
    assert say("ps1")[1:] == ["  cy  until 2026-10-27 21:59 UTC"]
    say("ps1", "ada", until="+1 day")
    assert extensions(course)[1:] == ["ps1,ada,+1 day,", "ps1,cy,2026-10-27 21:59 UTC,"]
    assert standing(course, "cy")[:2] == (timedelta(days=3), 0)


def test_a_line_that_somebody_takes_out_of_the_list_is_no_extension_any_more(course, say):
    say("ps1", "ada", until="+2 days")
    graded(course, "ada", "2026-10-26 10:00:00")
    assert standing(course, "ada")[2] == 0.0
    (course / "extensions.csv").write_text("assignment,student_id,until\n")
    with find_course(course).gradebook() as gradebook:
        settle(find_course(course), gradebook, "ps1")
    assert standing(course, "ada")[0] is None
    assert standing(course, "ada")[2] == 1.0


def test_a_table_is_taken_as_a_whole(course, say, tmp_path):
    say("ps1", "ada", until="+1 day")
    table = tmp_path / "office.csv"
    table.write_text("Assignment;Username;until;why\nps1;bo;+3 days;ill\nps2;ada;2026-11-10 12:00;\n\n")
    assert say(table=table) == [
        "bo may hand in ps1 until 2026-10-27 23:59 Europe/Berlin (+3 days)",
        "ada may hand in ps2 until 2026-11-10 12:00 Europe/Berlin",
    ]
    assert extensions(course)[1:] == [
        "ps1,ada,+1 day,",
        "ps1,bo,+3 days,ill",
        "ps2,ada,2026-11-10 12:00 Europe/Berlin,",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ps1,cy,tomorrow", ":3: until: expected a date and a time, got `tomorrow`"),
        ("ps1,cy,2026-10-25 02:30", ":3: until: the clocks change at"),
        ("ps1,cy,2026-10-26 12:00 Europe/Berln", ":3: until: there is no time zone called `Europe/Berln`"),
        ("ps1,cy,2026-10-24 23:59", ":3: until: ps1 is due 2026-10-24 23:59 Europe/Berlin, and"),
        ("ps1,cy,", ":3: until: the field is empty"),
        ("ps1,,+1 day", ":3: student_id: the field is empty"),
        ("ps1,cyy,+1 day", ":3: student_id: cyy is not in the class list"),
        ("ps3,cy,+1 day", ":3: assignment: there is no assignment called `ps3`"),
        ("ps1,bo,+2 days", ":3: student_id: bo has an extension of ps1 already, at"),
        ("ps1,cy", ":3: expected 3 fields, got 2"),
        ('ps1,cy,"+1 day', ":3: not CSV"),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_nothing_is_changed(course, say, tmp_path, row, said):
    say("ps1", "ada", until="+1 day")
    graded(course, "bo", "2026-10-25 10:00:00")
    before = extensions(course), standing(course, "bo")
    table = tmp_path / "office.csv"
    table.write_text(f"assignment,student_id,until\nps1,bo,+1 day\n{row}\n")
    with pytest.raises(CourseError) as refused:
        say(table=table)
    assert f"{table}{said}" in refused.value.problem
    assert refused.value.next_step
    assert (extensions(course), standing(course, "bo")) == before


def test_what_else_stands_in_the_list_is_kept_or_nothing_is_written(course, say):
    text = "assignment;student_id;until;Why\nps1;ada;+1 day;ill, with a letter\nps2;bo;+1 day\n"
    (course / "extensions.csv").write_text(text)
    say("ps1", "bo", until="+1 day")
    assert extensions(course)[1:] == [
        'ps1,ada,+1 day,"ill, with a letter"',
        "ps1,bo,+1 day,",
        "ps2,bo,+1 day,",
    ]
    text = "assignment,student_id,until,granted by\nps1,ada,+1 day,Hana\n"
    (course / "extensions.csv").write_text(text)
    with pytest.raises(CourseError, match="the column `granted by` would be lost"):
        say("ps1", "bo", until="+1 day")
    assert (course / "extensions.csv").read_text() == text


def test_a_learner_who_is_not_in_the_class_list_is_refused_with_who_may_be_meant(course, say):
    with pytest.raises(CourseError, match="emka is not in the class list") as refused:
        say("ps1", "emka", until="+1 day")
    assert refused.value.next_step == "did you mean `emeka`?"
    assert extensions(course) is None
    (course / "submitted/guest/ps1").mkdir(parents=True)  # who has handed in, though not in the list
    assert "guest may hand in" in say("ps1", "guest", until="+1 day")[0]


def test_what_has_no_due_date_has_no_extension(course, say):
    with find_course(course).gradebook() as gradebook:
        gradebook.find_assignment("ps1").duedate = None
        gradebook.db.commit()
    with pytest.raises(CourseError, match="ps1 has no due date"):
        say("ps1", "ada", until="+1 day")


def test_a_due_date_that_is_moved_later_takes_days_along_and_never_ends_before(course, say):
    say("ps1", "ada", until="2026-10-26 12:00")
    say("ps1", "bo", until="+1 day")
    for student in ("ada", "bo"):
        graded(course, student, "2026-10-28 10:00:00")
    with find_course(course).gradebook() as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate=datetime(2026, 10, 27, 22, 59))
        settle(find_course(course), gradebook, "ps1")
    assert standing(course, "ada")[0] is None
    assert standing(course, "bo")[0] == timedelta(days=1)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ((), {}),
        (("ps1", "ada"), {}),
        (("ps1",), {"until": "+1 day"}),
        (("ps1", "ada"), {"until": "+1 day", "withdraw": True}),
        (("ps1",), {"table": "office.csv"}),
    ],
)
def test_what_is_not_clear_is_refused(course, say, words, options):
    with pytest.raises(CourseError, match="expected an assignment, a learner and --until or --withdraw"):
        say(*words, **options)
