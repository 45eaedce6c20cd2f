"""`nnlearn course add --all`: a whole course in one command."""

import re
import shutil

import pytest

from autograder.course.add import add
from autograder.course.init import init
from autograder.course.layout import CourseError, find_course

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own


@pytest.fixture
def course(toy_course, tmp_path):
    """An empty course with the miniature content."""
    init(tmp_path / "nn101", content=toy_course)
    return tmp_path / "nn101"


@pytest.fixture
def three(course, toy_course):
    """The course with three topics."""
    for name, order in (("twin", 2), ("third", 3)):
        for tree in ("solutions", "exercises", "autograder/checks"):
            shutil.copytree(toy_course / tree / "toy", toy_course / tree / name)
            for file in (toy_course / tree / name).rglob("*toy*"):
                file.rename(file.with_name(file.name.replace("toy", name)))
            toml = toy_course / tree / name / "topic.toml"
            if toml.exists():
                toml.write_text(re.sub(r"(?m)^order = \d+$", f"order = {order}", toml.read_text()))
    return course


def test_a_whole_course_is_one_command(three, capsys):
    """Each topic is an assignment of its own, numbered in the order of the course."""
    add(every_topic=True, course_dir=three)
    made = ["01_toy", "02_twin", "03_third"]
    assert sorted(folder.name for folder in (three / "source").iterdir()) == made
    assert [file.name for file in sorted(three.glob("source/*/*.ipynb"))] == [
        "toy.ipynb",
        "twin.ipynb",
        "third.ipynb",
    ]
    with find_course(three).gradebook() as gradebook:
        assert sorted(each.name for each in gradebook.assignments) == made
    assert "Next: nnlearn course check ASSIGNMENT, " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("every", "kept"),
    [
        (None, ["2026-10-20 21:59", "2026-10-27 22:59", "2026-11-03 22:59"]),
        (0, ["2026-10-20 21:59"] * 3),
    ],
)
def test_due_dates_follow_at_the_same_time_of_day(three, every, kept):
    """A week apart, also where the clocks change between them."""
    add(every_topic=True, due="2026-10-20 23:59 Europe/Berlin", every=every, course_dir=three)
    with find_course(three).gradebook() as gradebook:
        found = [gradebook.find_assignment(name).duedate for name in ("01_toy", "02_twin", "03_third")]
    assert [f"{due:%Y-%m-%d %H:%M}" for due in found] == kept


def test_a_due_date_that_is_not_there_is_refused_before_anything_is_written(three):
    with pytest.raises(CourseError, match=r"the clocks change at `2026-10-25 02:30 Europe/Berlin`"):
        add(every_topic=True, due="2026-10-18 02:30 Europe/Berlin", course_dir=three)
    assert not list(three.glob("source/*"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "expected topics and --as"),
        ({"topics": ["toy"]}, "expected topics and --as"),
        ({"assignment": "ps1"}, "expected topics and --as"),
        ({"topics": ["toy"], "assignment": "ps1", "every": 3}, "--every with --all alone"),
        ({"topics": ["toy"], "every_topic": True}, "--all takes neither topics nor --as"),
        ({"assignment": "ps1", "every_topic": True}, "--all takes neither topics nor --as"),
        ({"every_topic": True, "every": 3}, "--every says how far due dates are apart"),
    ],
)
def test_what_cannot_be_meant_is_refused(course, given, said):
    with pytest.raises(CourseError, match=said):
        add(**given, course_dir=course)
    assert not list(course.glob("source/*"))
