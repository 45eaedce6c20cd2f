"""`nnlearn course grade --cluster`: the gradebook and the files are those of one machine."""

import json
import shutil
import sys

import pytest
from toy_course import nnlearn

from autograder.course.layout import find_course

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # nbgrader's and SQLAlchemy's own
    pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux"),
]


def written(course):
    """The scores and comments in the gradebook, and the bytes of what lies in autograded/."""
    with find_course(course).gradebook() as gradebook:
        books = [
            (submission.student.id, book)
            for submission in gradebook.assignment_submissions("ps1")
            for book in submission.notebooks
        ]
        scores = [(who, grade.name, grade.auto_score) for who, book in books for grade in book.grades]
        words = [(who, said.name, said.auto_comment or "") for who, book in books for said in book.comments]
    files = {
        str(file.relative_to(course)): file.read_bytes() for file in course.glob("autograded/*/*/*.ipynb")
    }
    return sorted(scores), sorted(words), files


def graded(life, folder, *arguments):
    """A copy of the course, graded anew."""
    course = folder / "course"
    shutil.copytree(life.course, course)
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nsys.path.insert(0, str(here))\nimport own_module\n")
    (course / "own_module.py").write_text("WHATEVER = 1\n")
    done = nnlearn("course", "grade", "ps1", "--force", *arguments, cwd=course)
    assert done.returncode == 0, done.stderr
    return written(course)


def test_a_course_graded_on_a_cluster_is_that_graded_on_one_machine(life, tmp_path):
    (tmp_path / "here").mkdir()
    here = graded(life, tmp_path / "here", "--jobs", 2)
    report = tmp_path / "cluster.json"
    there = graded(life, tmp_path, "--cluster", "local:1", "--cluster-report", report)
    assert here == there
    assert all(here)
    document = json.loads(report.read_text())
    assert sorted(job["submission"] for job in document["submissions"]) == ["ps1 ada", "ps1 bo", "ps1 cy"]
    assert not [job for job in document["submissions"] if job["failed"]]
