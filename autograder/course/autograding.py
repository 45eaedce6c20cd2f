"""Autogrades one submission in a worker: from what was handed in to what is to be written.

It runs the preprocessors that nbgrader_config.py names, in their order, on the same notebooks; those that
write into the gradebook give their place to `Marks`, which the one writer saves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course.blueprint import Blueprint
from autograder.course.elsewhere import FOLDER, blueprints_in
from autograder.course.handed_in import notebook_of, read_handed_in
from autograder.course.layout import load_config
from autograder.course.metadata import schema_taken_as_right
from autograder.course.not_graded import Failed, explanation, failed
from nnlearn.files import digest_of
from nnlearn.results import Report


@dataclass(frozen=True)
class Settings:
    """What a worker has to know about a course.

    Attributes:
        root: The course directory.
        content: The content tree, or None for what the course says.
    """

    root: Path
    content: Path | None


@dataclass(frozen=True)
class SubmissionJob:
    """One learner's submission of one assignment.

    Attributes:
        settings: The course.
        assignment: The assignment's name.
        student: Who handed it in.
        notebooks: The paths of its notebooks, each under its own name.
        files: The files that stand for them, by their names; what is not there stands for itself.
        blueprints: What each of them consists of, by its name.
        data: What the files hold, or why they cannot be read, by the names of the notebooks; empty while
            nobody has read them.
    """

    settings: Settings
    assignment: str
    student: str
    notebooks: tuple[Path, ...]
    blueprints: Mapping[str, Blueprint] = field(hash=False)
    files: Mapping[str, Path] = field(hash=False, default_factory=dict)
    data: Mapping[str, bytes | Failed] = field(hash=False, default_factory=dict)

    @property
    def label(self) -> str:
        """What it is called where many are listed."""
        return f"{self.assignment} {self.student}"

    def with_data(self) -> SubmissionJob:
        """The same with what it needs of this machine's files; `files_of` brings the rest elsewhere."""
        data = {path.stem: _read_or_not(self.file_of(path)) for path in self.notebooks}
        return replace(self, data=data, blueprints={})

    def with_content(self, folder: Path) -> SubmissionJob:
        """The same where content and course lie in another place."""
        settings = Settings(folder / FOLDER, folder)
        return replace(self, settings=settings, blueprints=blueprints_in(folder, self.assignment))

    def file_of(self, notebook: Path) -> Path:
        """The file that stands for a notebook."""
        return self.files.get(notebook.stem, notebook)


@dataclass(frozen=True)
class Marks:
    """What the gradebook is to say about one notebook.

    Attributes:
        scores: The automatic score of each graded cell, or None where a person has to look.
        comments: The automatic comment on each cell with work in it, or None.
    """

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]


@dataclass(frozen=True)
class AutogradedNotebook:
    """One notebook, graded.

    Attributes:
        name: Its name, without its extension.
        text: The file that goes into autograded/.
        marks: What the gradebook is to say.
        report: The report, or None for a notebook that teaches none of our topics.
        sha256: Digest of the file that was graded, as it was read.
        layers: The layers of isolation that held.
        failure: Why it could not be graded; `text` says so as well, and there are no marks.
    """

    name: str
    text: str
    marks: Marks
    report: Report | None
    sha256: str
    layers: tuple[str, ...] = ()
    failure: Failed | None = None


def autograde_job(job: SubmissionJob) -> tuple[AutogradedNotebook, ...] | Failed:
    """Autograde one submission in this process, which keeps what it warmed up for the next.

    Returns:
        A notebook for each that was handed in; or why none of them could be graded.
    """
    try:
        line = _line(job.settings)
        with schema_taken_as_right():
            books = tuple(_graded_or_not(line, job, path) for path in job.notebooks)
    except Exception as error:  # the course's own, whatever the submission
        return replace(failed(error), is_ours=True)
    failures = [book.failure for book in books if book.failure]
    if len(failures) == len(books):
        return next((failure for failure in failures if failure.is_ours), failures[0])
    return books


def _graded_or_not(line: _Line, job: SubmissionJob, path: Path) -> AutogradedNotebook:
    """One notebook, graded, or with what kept it from being."""
    data = job.data[path.stem] if job.data else _read_or_not(job.file_of(path))
    try:
        if not isinstance(data, Failed):
            return line.autograde(job, path, data)
        failure = data
    except Exception as error:
        failure = failed(error)
    return AutogradedNotebook(path.stem, explanation(failure), Marks({}, {}), None, "", failure=failure)


def _read_or_not(file: Path) -> bytes | Failed:
    """What was handed in, or why it cannot be read."""
    try:
        return read_handed_in(file)
    except Exception as error:
        return failed(error)


class _Line:
    """The preprocessors of a course, ready for notebook after notebook."""

    def __init__(self, settings: Settings) -> None:
        from nbgrader.converters import Autograde
        from nbgrader.coursedir import CourseDirectory

        config = load_config(settings.root)
        config.CourseDirectory.root = str(settings.root)
        if settings.content is not None:
            config.GradeWithNnlearn.content = str(settings.content)
        directory = CourseDirectory(config=config)
        self._db_url = directory.db_url
        converter = Autograde(coursedir=directory, config=config)
        self._exporter = converter.exporter_class(parent=converter, config=converter.config)
        self._sanitizing = self._made(converter.sanitize_preprocessors)
        self._grading = self._made(converter.autograde_preprocessors)

    def autograde(self, job: SubmissionJob, path: Path, data: bytes) -> AutogradedNotebook:
        """One notebook through all preprocessors.

        Raises:
            UnreadableError: It is no notebook.
            NotGradedError: The grader itself failed.
        """
        import nbformat
        from nbgrader import utils
        from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

        notebook = notebook_of(path.name, data)
        resources = self._resources(job, path)
        marks = Marks({}, {})
        for preprocessor in self._sanitizing:
            notebook, resources = preprocessor(notebook, resources)
        with utils.setenv(NBGRADER_EXECUTION="autograde"):
            for preprocessor in self._grading:
                if isinstance(preprocessor, SaveAutoGrades):
                    marks = marks_of(notebook, preprocessor.log)
                elif not isinstance(preprocessor, AssignLatePenalties):  # that takes the gradebook
                    notebook, resources = preprocessor(notebook, resources)
        text = nbformat.writes(notebook, version=self._exporter.nbformat_version)  # type: ignore[no-untyped-call]
        text.encode()  # what cannot be written is this notebook's fault, and not that of whoever writes it
        graded = resources["nbgrader"].get("graded")
        return AutogradedNotebook(
            path.stem,
            text if text.endswith("\n") else text + "\n",
            marks,
            graded.report if graded else None,
            digest_of(data),
            graded.layers if graded else (),
        )

    def _made(self, kinds: list[Any]) -> list[Any]:
        """Preprocessors from their names, made as nbgrader makes them."""
        self._exporter._preprocessors = []
        for kind in kinds:
            self._exporter.register_preprocessor(kind)
        return list(self._exporter._preprocessors)

    def _resources(self, job: SubmissionJob, path: Path) -> dict[str, Any]:
        """What nbgrader tells preprocessors about a notebook, and what we tell ours."""
        from autograder.course.warm import grade

        return {
            "unique_key": path.stem,
            "output_files_dir": f"{path.stem}_files",
            "metadata": {"name": path.stem, "path": str(path.parent)},
            "nbgrader": {
                "student": job.student,
                "assignment": job.assignment,
                "notebook": path.stem,
                "db_url": self._db_url,
                "blueprint": job.blueprints[path.stem],
                "grade": grade,
            },
        }


def marks_of(notebook: Any, log: Any = None) -> Marks:
    """What nbgrader's `SaveAutoGrades` would write into the gradebook."""
    from nbgrader import utils

    scores, comments = {}, {}
    for cell in notebook.cells:
        if utils.is_grade(cell):
            scores[cell.metadata.nbgrader["grade_id"]] = utils.determine_grade(cell, log)[0]
        if utils.is_solution(cell) or utils.is_task(cell):
            is_given = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
            empty = is_given and not utils.is_task(cell)
            comments[cell.metadata.nbgrader["grade_id"]] = "No response." if empty else None
    return Marks(scores, comments)


@lru_cache(maxsize=2)
def _line(settings: Settings) -> _Line:
    os.chdir(settings.root)  # as nbgrader does, for paths in the configuration
    return _Line(settings)
