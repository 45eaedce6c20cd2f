"""Grades notebooks in a process of their own, the next one while nbgrader keeps its books about this one.

`nbgrader autograde` goes through a class one by one, and its database takes as long as the checks do. What
was graded ahead counts only if it is, to the byte, what nbgrader then wants graded.
"""

from __future__ import annotations

import re
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.blueprint import Blueprint
from autograder.course.outputs import NotGradedError
from autograder.course.warm import GradedNotebook, Grading, as_data, grade
from autograder.engine.processes import Processes


@dataclass(frozen=True)
class Upcoming:
    """A notebook that nbgrader is going to ask for.

    Attributes:
        student: Who handed it in.
        path: The file.
    """

    student: str
    path: Path


class Ahead:
    """One process that grades, and the one notebook, if any, that it was given before it is asked for."""

    def __init__(self) -> None:
        self._process: Processes | None = None
        self._early: Future[tuple[Grading, GradedNotebook]] | None = None

    def grade(self, grading: Grading) -> GradedNotebook:
        """The result for a notebook, which may be there already.

        Raises:
            NotGradedError: The process that graded it died, and so did another one.
        """
        try:
            return self._early_result(grading) or self._grade(grading)
        except KeyboardInterrupt:  # else leaving would wait for what is under way
            self.close()
            raise

    def start(self, upcoming: Upcoming, blueprint: Blueprint, seed: int) -> None:
        """Begin with a notebook."""
        try:
            self._early = self._submit(_read_and_grade, upcoming, blueprint, seed)
        except BrokenExecutor:  # whoever asks for it says so
            self._early = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being graded."""
        return self._early is None or self._early.done()

    def close(self) -> None:
        """End the process, at once."""
        self._early = None
        if self._process is not None:
            self._process.shutdown(wait=False, cancel_futures=True)
            self._process = None

    def _early_result(self, grading: Grading) -> GradedNotebook | None:
        early, self._early = self._early, None
        # What failed is tried again: if that was no accident, it fails again.
        if early is None or early.exception() is not None:
            return None
        asked, graded = early.result()
        return graded if asked == grading else None

    def _grade(self, grading: Grading) -> GradedNotebook:
        for _ in range(2):
            try:
                graded: GradedNotebook = self._submit(grade, grading).result()
            except BrokenExecutor:
                self.close()
            else:
                return graded
        raise NotGradedError(
            f"{grading.name} of {grading.learner} was not graded: the process that graded it died twice; "
            "this is not the learner's mistake, and no score was saved",
            "grade it again; if that does not help, run nnlearn doctor --grading",
        )

    def _submit(self, work: Any, *arguments: Any) -> Future[Any]:
        if self._process is None:
            self._process = Processes(1, "autograder.course.preload")
        return self._process.submit(work, *arguments)


def _read_and_grade(upcoming: Upcoming, blueprint: Blueprint, seed: int) -> tuple[Grading, GradedNotebook]:
    """Do with a notebook what nbgrader and our preprocessors are going to do with it."""
    from autograder.course.handed_in import read_notebook
    from autograder.course.recover import recover

    notebook = read_notebook(upcoming.path)
    recover(notebook, blueprint)
    grading = grading_of(notebook, blueprint, upcoming.student, upcoming.path.stem, seed)
    return grading, grade(grading)


def grading_of(notebook: Any, blueprint: Blueprint, student: str, name: str, seed: int) -> Grading:
    """What there is to grade in a notebook that was put right."""
    if blueprint.topic is None:
        raise ValueError(f"{name} teaches no topic of ours")
    return Grading(blueprint.topic, student, f"{name}.ipynb", as_data(notebook.cells), seed)


def after(converter: Any, assignment: str, student: str, notebook: str) -> Upcoming | None:
    """What `nbgrader autograde` turns to after a notebook, or None if it is the last one or cannot be told.

    Args:
        converter: nbgrader's converter, in the middle of its run.
        assignment: The assignment.
        student: Who handed in the notebook it is at.
        notebook: That notebook's name, without its extension.
    """
    directory = converter.coursedir

    def folder(kind: str, who: str, *, escape: bool = False) -> str:
        return str(directory.format_path(kind, who, assignment, escape=escape))

    submitted, graded = directory.submitted_directory, directory.autograded_directory
    pattern = re.compile(folder(submitted, "(?P<student>.*)", escape=True))
    files = [
        Upcoming(match["student"], Path(file))
        for place in sorted(converter.assignments)
        if (match := pattern.fullmatch(place))
        for file in sorted(converter.assignments[place])
    ]
    here = [i for i, file in enumerate(files) if (file.student, file.path.stem) == (student, notebook)]
    for file in files[here[0] + 1 :] if here else ():
        if file.student == student or converter.force or not Path(folder(graded, file.student)).exists():
            return file
    return None
