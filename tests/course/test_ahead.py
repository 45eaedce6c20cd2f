"""While nbgrader keeps its books about one notebook, the next one is being graded."""

import dataclasses
import os
import signal
import time

import nbformat
import psutil
import pytest
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from patience import comes_true
from toy_course import REFERENCE

from autograder.course.ahead import Ahead, Upcoming, after, grading_of
from autograder.course.blueprint import Blueprint
from nnlearn.catalogue import load_catalogue

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


@pytest.fixture(scope="module")
def line():
    """The process that grades."""
    made = Ahead()
    yield made
    made.close()


@pytest.fixture
def toy(miniature):
    return Blueprint(load_catalogue(miniature).topic("toy"), (), {})


def hand_in(folder, code):
    """A notebook that says when it was run."""
    cell = nbformat.v4.new_code_cell(f"import time\nprint(time.time_ns())\n{code}")
    path = folder / "toy.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def asked_for(path, toy, student="ada"):
    return grading_of(nbformat.read(path, 4), toy, student, "toy", 0)


def ran_at(graded):
    return int(graded.printed[1])


def test_what_was_begun_early_is_not_done_again(line, toy, tmp_path):
    """The result is there when it is asked for; asked for once more, the notebook runs once more."""
    path = hand_in(tmp_path, REFERENCE)
    line.start(Upcoming("ada", path), toy, 0)
    assert comes_true(lambda: line.is_idle)
    now = time.time_ns()
    graded = line.grade(asked_for(path, toy))
    assert (graded.report.learner, graded.report.score) == ("ada", graded.report.max_score)
    assert ran_at(graded) < now < ran_at(line.grade(asked_for(path, toy)))


@pytest.mark.parametrize("what", ["another file", "another learner", "no file"])
def test_what_is_asked_for_counts(line, toy, tmp_path, what):
    """Whatever was begun early, the notebook that nbgrader hands over is the one that is graded."""
    path = hand_in(tmp_path, REFERENCE)
    upcoming = Upcoming("bo" if what == "another learner" else "ada", path)
    if what == "no file":
        upcoming = dataclasses.replace(upcoming, path=tmp_path / "toy2.ipynb")
    line.start(upcoming, toy, 0)
    assert comes_true(lambda: line.is_idle)
    if what == "another file":
        hand_in(tmp_path, "PREDICTIONS = {}")
    now = time.time_ns()
    graded = line.grade(asked_for(path, toy))
    assert graded.report.learner == "ada"
    assert (graded.report.score == 0) == (what == "another file")
    assert ran_at(graded) > now


def test_a_process_that_is_killed_is_replaced(line, toy, tmp_path):
    """Early or not, whoever is asked for next is graded by a new one."""
    path = hand_in(tmp_path, REFERENCE)
    line.start(Upcoming("ada", path), toy, 0)
    for process in psutil.Process().children(recursive=True):
        if "forkserver" in " ".join(process.cmdline()) and process.ppid() != os.getpid():
            process.send_signal(signal.SIGKILL)
    graded = line.grade(asked_for(path, toy))
    assert graded.report.score == graded.report.max_score
