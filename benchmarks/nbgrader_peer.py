"""Measures stock nbgrader: a course whose test cells run nnlearn's checks in the kernel."""

from __future__ import annotations

import csv
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from benchmarks.classroom import Handed, notebook, part_cells, write
from benchmarks.own import run
from benchmarks.results import Peer
from nnlearn.catalogue import Topic

_CONFIGURATION = 'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\n'
_UNRUN: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
_TEST = "from benchmarks.shim import check_part\ncheck_part({part!r}, dict(globals()), {topic!r}, {checks!r})"


def measure(handed: list[Handed], topic: Topic, folder: Path) -> Peer:
    """Autograde the first submission alone and the others in one go; the difference leaves the start out."""
    name = f"nbgrader {version('nbgrader')}"
    course = folder / "nbgrader"
    for place, book in [("source", assignment(topic)), *((_place(h), assignment(topic, h)) for h in handed)]:
        file = course / place / topic.name / f"{topic.name}.ipynb"
        file.parent.mkdir(parents=True)
        write(book, file)
    (course / "nbgrader_config.py").write_text(_CONFIGURATION)
    steps = [
        ["generate_assignment", topic.name],
        ["autograde", topic.name, "--student", handed[0].learner],
        ["autograde", topic.name],
        ["export", "--to", "grades.csv"],
    ]
    seconds = []
    for step in steps:
        began = time.perf_counter()
        done = run([sys.executable, "-m", "nbgrader", *step], course)
        seconds.append(time.perf_counter() - began)
        if done.returncode != 0:
            return Peer(name, problem=f"nbgrader {step[0]} failed: {done.stderr.strip()[-300:]}")
    alone, others = seconds[1], seconds[2]
    count = len(handed) - 1
    each = (others - alone) / (count - 1) if count > 1 else others
    return Peer(name, count, each, _share(course / "grades.csv", handed[0].learner))


def assignment(topic: Topic, handed: Handed | None = None) -> Any:
    """The notebook with nbgrader's marks, and a test cell for each part at its end."""
    book = notebook(topic, handed)
    for cell, name in part_cells(book, topic):
        _mark(cell, name, solution=True)
    for part in topic.parts:
        code = _TEST.format(part=part.name, topic=topic.name, checks=str(topic.checks))
        unrun = _UNRUN | {"id": f"test-{part.name}", "source": code}
        cell = nbformat.from_dict(unrun)  # type: ignore[no-untyped-call]
        _mark(cell, f"test-{part.name}", points=part.points)
        book.cells.append(cell)
    return book


def _mark(cell: Any, name: str, *, solution: bool = False, points: float = 0) -> None:
    grade = not solution
    marks = {"schema_version": 3, "grade_id": name, "grade": grade, "solution": solution, "locked": grade}
    cell.metadata["nbgrader"] = marks | {"task": False} | ({"points": points} if grade else {})


def _place(handed: Handed) -> str:
    return f"submitted/{handed.learner}"


def _share(grades: Path, learner: str) -> float | None:
    with grades.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["student_id"] == learner:
                return float(row["score"]) / float(row["max_score"])
    return None
