"""Puts an assignment through nbgrader in a scratch copy of the course: what would the class get?

The reference hands in, and so does somebody who has changed nothing. The course itself is not touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.authoring.leaks import leaks_in
from autograder.course.cells import Role, cells_with_id, roles, solution_id
from autograder.course.gradebook import make_gradebook
from autograder.course.init import GRADEBOOK
from autograder.course.layout import CONFIG, Course, CourseError, load_config
from nnlearn.catalogue import Topic

REFERENCE, STUB = "reference", "unchanged"
_LAST_LINES = 12


@dataclass(frozen=True)
class CellScore:
    """What one graded cell gave to the two who handed in; None for an answer that waits for a person."""

    notebook: str
    part: str
    max_score: float
    reference: float | None
    stub: float | None


@dataclass(frozen=True)
class Trial:
    """How an assignment fared.

    Attributes:
        scores: Every graded cell, in the order of the topics' parts.
        leaks: What learners could read in the release and should not, one line each.
    """

    scores: tuple[CellScore, ...]
    leaks: tuple[str, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What is not as it should be, one line each."""
        found = list(self.leaks)
        for score in self.scores:
            where = f"{score.notebook}, {score.part}"
            if score.reference is not None and score.reference != score.max_score:
                found.append(f"{where}: the reference gets {score.reference:g} of {score.max_score:g}")
            if score.stub:
                found.append(f"{where}: a cell that nobody changed gets {score.stub:g}")
        return tuple(found)


def try_assignment(course: Course, assignment: str, on_step: Callable[[str], None]) -> Trial:
    """Release an assignment, hand it in twice and grade it, with nbgrader's own commands.

    Raises:
        CourseError: nbgrader refuses the assignment, or fails.
    """
    with _scratch_copy(course, assignment) as scratch:
        on_step("nbgrader generate_assignment")
        _nbgrader(scratch, course, "generate_assignment", assignment)
        topics = scratch.notebooks(assignment)
        for name in topics:
            _hand_in(scratch, assignment, name)
        on_step("nbgrader autograde")
        _nbgrader(scratch, course, "autograde", assignment)
        on_step("what learners get")
        release = scratch.release(assignment)
        leaks = []
        for topic in dict.fromkeys(topics.values()):
            others = [other for other in course.catalogue.topics if other.master and other != topic]
            names = {notebook: its.name for notebook, its in topics.items()}
            leaks += leaks_in(topic, release, f"release/{assignment}", others, names)
        scores = [s for name, topic in topics.items() for s in _scores(scratch, assignment, name, topic)]
        return Trial(tuple(scores), tuple(leaks))


@contextmanager
def _scratch_copy(course: Course, assignment: str) -> Iterator[Course]:
    """A course of its own with the same configuration and this one assignment."""
    with tempfile.TemporaryDirectory(prefix="nnlearn-course-") as folder:
        root = Path(folder).resolve()
        shutil.copyfile(course.root / CONFIG, root / CONFIG)
        (root / "source").mkdir()
        shutil.copytree(course.source(assignment), root / "source" / assignment)
        make_gradebook(root / GRADEBOOK, course.course_id, [])
        config = load_config(root)
        # Whatever the configuration says, nothing may reach the real course.
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.db_url = f"sqlite:///{root / GRADEBOOK}"
        config.CourseDirectory.source_directory = "source"
        yield Course(root, config, course.catalogue)


def _nbgrader(scratch: Course, course: Course, command: str, assignment: str) -> None:
    """Run one of nbgrader's commands as it is."""
    # What is said on the command line counts for more than a configuration file.
    settings = {
        "CourseDirectory.root": str(scratch.root),
        "CourseDirectory.db_url": scratch.db_url,
        "CourseDirectory.source_directory": "source",
        "GradeWithNnlearn.content": str(course.catalogue.root),
    }
    done = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "nbgrader", command, assignment),
            *(f"--{name}={value}" for name, value in settings.items()),
        ],
        cwd=scratch.root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").rstrip().splitlines()[-_LAST_LINES:]
        said = "\n".join(f"    {line}" for line in lines)
        raise CourseError(
            f"nbgrader {command} {assignment} ended with exit status {done.returncode}:\n{said}",
            f"put that right in {course.source(assignment)}, or make the notebook anew with "
            "nnlearn course add --force",
        )


def _hand_in(scratch: Course, assignment: str, name: str) -> None:
    """What was released, once as it is and once with the reference in it."""
    released = json.loads((scratch.release(assignment) / f"{name}.ipynb").read_text(encoding="utf-8"))
    source = json.loads((scratch.source(assignment) / f"{name}.ipynb").read_text(encoding="utf-8"))
    for student in (STUB, REFERENCE):
        folder = scratch.submitted(assignment, student)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.ipynb").write_text(json.dumps(released), encoding="utf-8")
        _fill_in(released, source, scratch.topic_of(assignment, name))


def _fill_in(released: dict[str, Any], source: dict[str, Any], topic: Topic) -> None:
    """Put the reference into the cells where learners write theirs."""
    written = {name: cell["source"] for name, cell in cells_with_id(source)}
    parts = [solution_id(part.name) for part in topic.parts]
    for name, cell in cells_with_id(released):
        if name in parts:
            cell["source"] = written[name]


def _scores(scratch: Course, assignment: str, name: str, topic: Topic) -> Iterator[CellScore]:
    """The automatic scores of one notebook, as they stand in the gradebook."""
    with scratch.gradebook() as gradebook:
        found = {
            student: {
                grade.name: (grade.auto_score, grade.max_score, grade.needs_manual_grade)
                for grade in gradebook.find_submission_notebook(name, assignment, student).grades
            }
            for student in (REFERENCE, STUB)
        }
    for grade_id, role in roles(topic).items():
        if role.role is Role.SOLUTION or grade_id not in found[STUB]:
            continue
        most = found[STUB][grade_id][1]
        if role.role is Role.RESPONSE:
            yield CellScore(name, f"{role.name} (by hand)", most, None, found[STUB][grade_id][0])
        else:
            yield CellScore(name, role.name, most, found[REFERENCE][grade_id][0], found[STUB][grade_id][0])
