"""Measures grading a course: stock nbgrader, nbgrader with our preprocessors, and `nnlearn course grade`.

All three get the same notebooks, made for stock nbgrader: the cells with the checks run them in the kernel.
`python -m benchmarks.course` measures this alone.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import own, show
from benchmarks.classroom import Handed, hand_in, write
from benchmarks.nbgrader_peer import assignment
from benchmarks.results import CourseTimes, Graded, Machine
from nnlearn.catalogue import Topic, load_catalogue

STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\n'
_NBGRADER = [sys.executable, "-m", "nbgrader"]
_NNLEARN = [sys.executable, "-m", "nnlearn"]


def measure(
    handed: list[Handed], topic: Topic, content: Path, folder: Path, *, stock: int, jobs: int
) -> CourseTimes:
    """Grade a class in each way.

    Args:
        handed: The class; at least five times as many as `jobs`.
        topic: What they handed in.
        content: The content tree.
        folder: An empty folder to work in.
        stock: How many of them stock nbgrader grades; it takes seconds for each.
        jobs: How many submissions `nnlearn course grade` grades at a time.
    """
    from autograder.course.init import configuration

    ours = configuration("benchmark", content=content)
    courses = {
        name: _make(folder / name, configured, topic, class_)
        for name, configured, class_ in (
            ("stock", STOCK, handed[:stock]),
            ("preprocessor", ours, handed),
            ("class", ours, handed),
        )
    }
    autograde = [*_NBGRADER, "autograde", topic.name]
    first, version = ["--student", handed[0].learner], _version()
    ways = [
        _graded(version, courses["stock"], [*autograde, *first], autograde, stock),
        _graded(
            f"{version} with nnlearn", courses["preprocessor"], [*autograde, *first], autograde, len(handed)
        ),
    ]
    ways.append(_class(courses["class"], handed, topic, jobs))
    return CourseTimes(tuple(ways))


def _class(course: Path, handed: list[Handed], topic: Topic, jobs: int) -> Graded:
    """`course grade` over the class, timed by its line for each submission, so that its start is left out."""
    command = [*_NNLEARN, "course", "grade", topic.name, "--jobs", str(jobs)]
    began, few, times = time.perf_counter(), 2 * jobs, list[float]()
    environment = os.environ | {"PYTHONPATH": str(own.ROOT)}
    with subprocess.Popen(command, cwd=course, env=environment, stderr=subprocess.PIPE, text=True) as run:  # noqa: S603
        assert run.stderr is not None  # noqa: S101 - for the type checker
        ours = f"/{len(handed)} {topic.name} "
        times.extend(time.perf_counter() - began for line in run.stderr if ours in line)
    if run.returncode != 0 or len(times) != len(handed):
        raise own.BenchmarkError(f"{' '.join(command[2:])} ended with exit status {run.returncode}")
    name = f"nnlearn course grade, {jobs} {'job' if jobs == 1 else 'jobs'}"
    # After the first few, each of its processes has graded something.
    return Graded(name, few, times[few - 1], len(handed), times[-1], _scores(course))


def _make(course: Path, configuration: str, topic: Topic, handed: list[Handed]) -> Path:
    """A course in which everybody has handed in, and nothing is graded."""
    for place, book in [
        ("source", _book(topic)),
        *((f"submitted/{h.learner}", _book(topic, h)) for h in handed),
    ]:
        file = course / place / topic.name / f"{topic.name}.ipynb"
        file.parent.mkdir(parents=True)
        write(book, file)
    (course / "nbgrader_config.py").write_text(configuration)
    _run([*_NBGRADER, "generate_assignment", topic.name], course)
    return course


def _book(topic: Topic, handed: Handed | None = None) -> Any:
    """The notebook that stock nbgrader is measured with, its cells with checks named as ours are."""
    book = assignment(topic, handed)
    for cell in book.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            marks["grade_id"] = f"{marks['grade_id'].removeprefix('test-')}_checks"
    return book


def _graded(name: str, course: Path, first: list[str], others: list[str], count: int) -> Graded:
    alone = _run(first, course)
    return Graded(name, 1, alone, count - 1, _run(others, course), _scores(course))


def _run(command: list[str], course: Path) -> float:
    """Run a command in a course, and how long it took.

    Raises:
        BenchmarkError: It failed.
    """
    began = time.perf_counter()
    done = own.run(command, course)
    if done.returncode != 0:
        raise own.BenchmarkError(f"{' '.join(command[2:])} failed:\n{done.stderr[-2000:]}")
    return time.perf_counter() - began


def _scores(course: Path) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        (only,) = [assignment.name for assignment in gradebook.assignments]
        return {s.student.id: s.score for s in gradebook.assignment_submissions(only)}


def _version() -> str:
    from importlib.metadata import version

    return f"nbgrader {version('nbgrader')}"


def main(
    submissions: Annotated[int, typer.Option(min=4, help="Notebooks in the class.")] = 24,
    stock: Annotated[int, typer.Option(min=4, help="Notebooks that stock nbgrader grades.")] = 6,
    jobs: Annotated[int, typer.Option(min=1, help="Jobs of `course grade`.")] = 2,
    topic: Annotated[str, typer.Option(help="The topic of the class.")] = "activations",
    content: Annotated[Path, typer.Option(help="The content tree.")] = own.ROOT,
    out: Annotated[Path, typer.Option(help="Where results go.")] = Path("report/benchmarks"),
) -> None:
    """Grade one class with stock nbgrader, with ours, and with `course grade`."""
    machine = Machine()
    content = content.resolve()
    chosen = load_catalogue(content).topic(topic)
    work = Path(tempfile.mkdtemp(prefix="nnlearn-benchmark-"))
    try:
        handed = hand_in(chosen, content, submissions)
        own.remember_mistakes(chosen, content, work)
        found = measure(handed, chosen, content, work, stock=stock, jobs=jobs)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    Console().print(show.course(found))
    out.mkdir(parents=True, exist_ok=True)
    document = {"machine": dataclasses.asdict(machine), **dataclasses.asdict(found), "ratios": found.ratios}
    (out / "course.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
