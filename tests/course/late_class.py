"""A course in Berlin with two assignments, due around a change of clocks, and a policy for what is late."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from course.trap_class import ANSWERS, Book
from stock_nbgrader import CommandLines

LEARNERS = ("ada", "bo", "cy", "di", "emeka", "fatima")
DUE = {"ps1": "2026-10-24 23:59", "ps2": "2026-11-07 23:59 America/New_York"}
POLICY = """
c.LatePolicy.grace_minutes = 15
c.LatePolicy.percent_per_day = 10
c.LatePolicy.most_percent = 30
c.LatePolicy.zero_after_days = 5
"""


def handed_in(course, released, student, at, assignment="ps1", **answers):
    """Hand in the right work, but for `answers`, at a time as nbgrader's exchange writes it."""
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.ipynb").write_text(json.dumps(Book(released, {**ANSWERS, **answers}).document))
    if at is not None:
        (folder / "timestamp.txt").write_text(f"{at}\n")


@pytest.fixture(scope="session")
def late_course(miniature, tmp_path_factory):
    """The course, nothing handed in; do not change it."""
    root = tmp_path_factory.mktemp("late")
    content = Path(shutil.copytree(miniature, root / "content"))
    course, home = root / "course", root / "home"
    home.mkdir()
    (root / "roster.csv").write_text("id\n" + "\n".join(LEARNERS) + "\n")
    with CommandLines(home) as run:

        def step(done):
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        (root / "exchange").mkdir(mode=0o777)
        of_course = ["--roster", root / "roster.csv", "--zone", "Europe/Berlin", "--content", content]
        of_course += ["--exchange", root / "exchange"]
        step(run.nnlearn("course", "init", course, *of_course, cwd=root))
        with (course / "nbgrader_config.py").open("a") as file:
            file.write(POLICY)
        said = {
            name: step(run.nnlearn("course", "add", "toy", "--as", name, "--due", due, cwd=course))
            for name, due in DUE.items()
        }
        for name in DUE:
            step(run.nbgrader("generate_assignment", name, cwd=course))
    released = json.loads((course / "release/ps1/toy.ipynb").read_text())
    return SimpleNamespace(root=root, course=course, home=home, content=content, released=released, said=said)
