"""A mangled class of sixty gets the same scores from all three graders, and nobody is missing anywhere."""

import json
import shutil
from pathlib import Path

import pytest
from course.assigned import assigned
from course.mangled_class import write_class
from stock_nbgrader import CommandLines

from autograder.course.layout import find_course

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

PARTS = ("softmax", "Scale", "predictions")


@pytest.fixture(scope="module")
def mangled(miniature, tmp_path_factory):
    """What everybody deserves, and what each grader gave: scores by part, or None for what is unreadable."""
    root = tmp_path_factory.mktemp("mangled")
    content = Path(shutil.copytree(miniature, root / "content"))
    stock, ours, home = (root / name for name in ("stock", "ours", "home"))
    home.mkdir()
    with CommandLines(home) as run:
        released = assigned(run, stock, "toy", "--content", content)
        shutil.copytree(stock, ours)
        deserved = write_class(released, stock / "submitted", "ps1")
        write_class(released, ours / "submitted", "ps1")
        said = {
            "nbgrader autograde": run.nbgrader("autograde", "ps1", cwd=stock),
            "course grade": run.nnlearn("course", "grade", "ps1", "--jobs", "2", cwd=ours),
            "nnlearn grade": run.nnlearn(
                *("grade", stock / "submitted", "--topic", "toy", "--content", content),
                *("--jobs", "2", "--json", "r.json"),
                cwd=root,
            ),
        }
    reports = json.loads((root / "r.json").read_text())["topics"][0]["reports"]
    given = {
        "nnlearn grade": {r["learner"]: of_report(r) for r in reports},
        "nbgrader autograde": in_gradebook(stock),
        "course grade": in_gradebook(ours),
    }
    return deserved, given, said


def of_report(report):
    parts = {part["name"]: part for part in report["parts"]}
    if any(part["verdict"] == "unreadable" for part in parts.values()):
        return None
    return tuple(parts[name]["score"] for name in PARTS)


def in_gradebook(course):
    found = {}
    with find_course(course).gradebook() as gradebook:
        for submission in gradebook.assignment_submissions("ps1"):
            grades = {grade.name: grade.auto_score for book in submission.notebooks for grade in book.grades}
            scores = tuple(grades.get(f"{name}_checks") for name in PARTS)
            is_there = (course / "autograded" / submission.student.id / "ps1" / "toy.ipynb").is_file()
            found[submission.student.id] = scores if is_there else None
    return found


GRADERS = ("nnlearn grade", "course grade", "nbgrader autograde")


@pytest.mark.parametrize("grader", GRADERS)
def test_everybody_gets_what_the_work_deserves(mangled, grader):
    deserved, given, said = mangled
    assert len(deserved) == 60
    assert given[grader] == deserved, said[grader].stdout + said[grader].stderr


@pytest.mark.parametrize("grader", GRADERS)
def test_no_traceback_of_ours_and_the_exit_code_of_the_unreadable(mangled, grader):
    _, _, said = mangled
    assert "Traceback" not in said[grader].stdout
    assert said[grader].returncode == 1
