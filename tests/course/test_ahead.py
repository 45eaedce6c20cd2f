"""While nbgrader keeps its books about one notebook, the next one is being graded."""

import dataclasses
import threading

import pytest
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.course import ahead
from autograder.course.ahead import Ahead, Upcoming, after
from autograder.course.warm import GradedNotebook, Grading
from nnlearn.results import Report

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's own


@pytest.fixture
def converter(tmp_path):
    """The one of nbgrader, over a class of three with two notebooks each; Bo is autograded already."""
    for student in ("ada", "bo", "cy"):
        folder = tmp_path / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        for name in ("first", "second"):
            (folder / f"{name}.ipynb").write_text("{}")
    (tmp_path / "autograded" / "bo" / "ps1").mkdir(parents=True)
    made = Autograde(coursedir=CourseDirectory(root=str(tmp_path), assignment_id="ps1"))
    made.init_notebooks()
    return made


def test_what_nbgrader_turns_to_next(converter, tmp_path):
    """The learner's next notebook, then the next learner's first, past who is done, until there is none."""

    def upcoming(student, name):
        return Upcoming(student, tmp_path / "submitted" / student / "ps1" / f"{name}.ipynb")

    assert after(converter, "ps1", "ada", "first") == upcoming("ada", "second")
    assert after(converter, "ps1", "ada", "second") == upcoming("cy", "first")
    assert after(converter, "ps1", "cy", "second") is None
    assert after(converter, "ps1", "dan", "first") is None
    converter.force = True
    assert after(converter, "ps1", "ada", "second") == upcoming("bo", "first")


@pytest.fixture
def gradings(monkeypatch):
    """Which notebooks were graded, in their order, and by which thread; each gets a report of its own."""
    found = []

    def grade(grading):
        found.append((grading.learner, threading.current_thread() is threading.main_thread()))
        return GradedNotebook(Report(grading.learner, grading.name, "", ()))

    monkeypatch.setattr(ahead, "grade", grade)
    return found


ADA = Grading(topic=None, learner="ada", name="first.ipynb", data=b"1", seed=0)
BO = dataclasses.replace(ADA, learner="bo")


def fails():
    raise ValueError("the notebook cannot be read")


def test_what_was_begun_early_is_not_done_again(gradings):
    """The result is the one that the other thread has made."""
    line = Ahead()
    line.start(lambda: BO)
    assert line.grade(BO).report.learner == "bo"
    assert gradings == [("bo", False)]
    assert line.grade(BO).report.learner == "bo"
    assert gradings == [("bo", False), ("bo", True)]


@pytest.mark.parametrize(
    "begun",
    [lambda: BO, lambda: dataclasses.replace(ADA, data=b"2"), lambda: None, fails],
    ids=["somebody else", "another content", "no topic of ours", "unreadable"],
)
def test_what_is_asked_for_counts(gradings, begun):
    """Whatever was begun early, the notebook that nbgrader hands over is the one that is graded."""
    line = Ahead()
    line.start(begun)
    assert line.grade(ADA).report.learner == "ada"
    assert gradings[-1] == ("ada", True)
