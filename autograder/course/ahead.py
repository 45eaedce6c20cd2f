"""Grades the next notebook of a class while nbgrader still keeps its books about this one.

`nbgrader autograde` goes through a class one by one, and its database takes as long as the checks do. What
was graded ahead counts only if it is, to the byte, what nbgrader then wants graded.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.warm import GradedNotebook, Grading, grade


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
    """The one notebook, if any, that is being graded before it is asked for."""

    def __init__(self) -> None:
        self._early: Future[tuple[Grading, GradedNotebook] | None] | None = None

    def grade(self, grading: Grading) -> GradedNotebook:
        """The result for a notebook, which may be there already."""
        early, self._early = self._early, None
        if early is not None and early.exception() is None and (found := early.result()) is not None:
            asked, graded = found
            if asked == grading:
                return graded
        return grade(grading)

    def start(self, prepare: Callable[[], Grading | None]) -> None:
        """Begin with a notebook; if that fails in whatever way, it fails again when it is asked for.

        Args:
            prepare: Reads the notebook; None if it is none of ours.
        """
        early: Future[tuple[Grading, GradedNotebook] | None] = Future()

        def work() -> None:
            try:
                grading = prepare()
                early.set_result((grading, grade(grading)) if grading else None)
            except BaseException as error:
                early.set_exception(error)

        self._early = early
        # Nobody waits for it when nbgrader is interrupted.
        threading.Thread(target=work, name="grade ahead", daemon=True).start()


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
