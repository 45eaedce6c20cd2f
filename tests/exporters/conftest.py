"""A small class in nbgrader's own gradebook, and the command that exports its scores."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from datetime import datetime
from pathlib import Path

import pytest
import typer
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder.exporters.lms import export

MINIATURE = Path(__file__).parents[1] / "miniature"
HANDED_IN = datetime(2026, 2, 28, 12)
CELLS = {"softmax_checks": 3.0, "Scale_checks": 2.0, "response_why": 2.0}

app = typer.Typer()
app.command()(export)


@pytest.fixture(scope="session")
def graded_course(tmp_path_factory):
    """A course directory whose gradebook knows the assignment `week1`; do not change it."""
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.course_id = 'toys'\n"
        f"c.GradeWithNnlearn.content = {str(MINIATURE)!r}\n"
    )
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader adds rows in an order that SQLAlchemy warns about
        # nbgrader runs `alembic` to make a gradebook; it need not be on the caller's PATH.
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        with Gradebook(f"sqlite:///{root}/gradebook.db", "toys") as gradebook:
            _fill(gradebook)
    return root


@pytest.fixture
def course(graded_course, tmp_path):
    """A copy of the course that may be changed."""
    return Path(shutil.copytree(graded_course, tmp_path / "course"))


@pytest.fixture
def run(course, tmp_path, monkeypatch):
    """Runs the command in an empty folder; errors come out as they are raised."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def run(*arguments, template=None):
        if template is not None:
            data = template if isinstance(template, bytes) else template.encode()
            (here / "template.csv").write_bytes(data)
            arguments += ("--template", "template.csv")
        result = CliRunner().invoke(app, [*map(str, arguments), "--course-dir", str(course)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


def _fill(gradebook: Gradebook) -> None:
    for id_, first, last, more in (
        ("ada", "Ada", "Lovelace", {"email": "ada@example.org"}),
        ("bo", "Bo", "Zhang", {"email": "Bo.Zhang@Example.org", "lms_user_id": "1002"}),
        ("carmen", "Carmen", "Núñez", {"email": "carmen@example.org"}),
        ("dmitri", "Dmitri", "Ivanov", {}),
        ("emeka", "=HYPERLINK(1)", "Okafor;@x", {"email": "emeka@example.org"}),
        ("s-77", "", "", {}),
    ):
        gradebook.add_student(id_, first_name=first, last_name=last, **more)
    gradebook.add_assignment("week1", duedate=datetime(2026, 3, 1))
    gradebook.add_assignment("week2")
    gradebook.add_notebook("toy", "week1")
    for name, points in CELLS.items():
        kind = "markdown" if name.startswith("response") else "code"
        gradebook.add_grade_cell(name, "toy", "week1", max_score=points, cell_type=kind)
    hand_in(gradebook, "ada", (3.0, 2 / 3, 2.0))
    hand_in(gradebook, "bo", (0.0, 0.0, 0.0))
    hand_in(gradebook, "dmitri", (3.0, 2.0, None))
    hand_in(gradebook, "emeka", (3.0, 2.0, 1.5), late=1.0)


def hand_in(gradebook: Gradebook, student: str, scores, late: float = 0.0) -> None:
    """A graded submission; None is an answer that still waits to be marked."""
    gradebook.add_submission("week1", student, timestamp=HANDED_IN)
    for name, score in zip(CELLS, scores, strict=True):
        grade = gradebook.find_grade(name, "toy", "week1", student)
        by_hand = name.startswith("response")
        grade.manual_score = score if by_hand else None
        grade.auto_score = None if by_hand else score
        grade.needs_manual_grade = score is None
    gradebook.find_submission_notebook("toy", "week1", student).late_submission_penalty = late
    gradebook.db.commit()
