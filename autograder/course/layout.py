"""A course directory: where nbgrader keeps its things, and which topic each notebook is.

nbgrader's own `CourseDirectory` answers for every path, so that a course with other folder names or another
database works as well. Nothing here imports Keras.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.cells import topic_name_of
from nnlearn.catalogue import Catalogue, Topic, load_catalogue
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.errors import NnlearnError

if TYPE_CHECKING:
    from traitlets.config import Config

    from autograder.course.terms import Terms

CONFIG = "nbgrader_config.py"


class CourseError(NnlearnError):
    """A course directory, or what was asked of it, is not as it should be."""


@dataclass(frozen=True)
class Course:
    """A course that nbgrader runs.

    Attributes:
        root: Its directory, absolute.
        config: What nbgrader_config.py says.
        catalogue: The topics it is taught with.
    """

    root: Path
    config: Config
    catalogue: Catalogue

    @cached_property
    def directory(self) -> Any:
        """The `CourseDirectory` that nbgrader has for this course."""
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=self.config)

    @property
    def terms(self) -> Terms:
        """By when work is due for whom, and what it costs to be late, as it is said at this moment.

        Raises:
            CourseError: It is not said as it should be.
        """
        from autograder.course.terms import Terms

        return Terms.of(self.root, self.config)

    @property
    def db_url(self) -> str:
        """The gradebook, as a database URL."""
        return str(self.directory.db_url)

    @property
    def course_id(self) -> str:
        """The name that nbgrader's exchange knows the course by."""
        return str(self.directory.course_id)

    def source(self, assignment: str) -> Path:
        """The folder of the instructor's notebooks."""
        return self._path(self.directory.source_directory, ".", assignment)

    def release(self, assignment: str) -> Path:
        """The folder of what learners are given."""
        return self._path(self.directory.release_directory, ".", assignment)

    def submitted(self, assignment: str, student: str) -> Path:
        """The folder of what `student` handed in."""
        return self._path(self.directory.submitted_directory, student, assignment)

    def autograded(self, assignment: str, student: str) -> Path:
        """The folder of a submission after it was graded."""
        return self._path(self.directory.autograded_directory, student, assignment)

    def feedback(self, assignment: str, student: str) -> Path:
        """The folder of what `student` reads about the submission."""
        return self._path(self.directory.feedback_directory, student, assignment)

    def assignments(self) -> tuple[str, ...]:
        """The names of all assignments, from the folders that hold a source notebook."""
        files = self.source("*").parent.glob("*/*.ipynb")
        return tuple(sorted({file.parent.name for file in files}))

    def require_assignment(self, name: str) -> str:
        """`name`, if it is an assignment.

        Raises:
            CourseError: It is none; the message names the nearest.
        """
        known = self.assignments()
        if name in known:
            return name
        if not known:
            raise CourseError(
                f"there is no assignment called `{name}`: {self.source('.')} holds none",
                f"make one: nnlearn course add TOPIC --as {name}",
            )
        raise CourseError(
            f"there is no assignment called `{name}`", did_you_mean(name, known, "the assignments are")
        )

    def notebooks(self, assignment: str) -> dict[str, Topic]:
        """The topic of each notebook of an assignment, by the notebook's name.

        The instructor's own notebooks decide, never a submitted one.

        Raises:
            CourseError: A source notebook cannot be read.
            ContentError: A notebook's topic is not in the content tree.
        """
        found = {}
        for file in sorted(self.source(assignment).glob("*.ipynb")):
            name = topic_name_of(_read(file)) or file.stem
            found[file.stem] = self.catalogue.topic(name)
        return found

    def topic_of(self, assignment: str, notebook: str) -> Topic:
        """The topic of one notebook, named without its extension."""
        known = self.notebooks(assignment)
        if notebook not in known:
            raise CourseError(
                f"assignment `{assignment}` has no notebook called `{notebook}`",
                did_you_mean(notebook, list(known), "its notebooks are"),
            )
        return known[notebook]

    def students(self, assignment: str) -> tuple[str, ...]:
        """Who handed something in, from the folders in submitted/."""
        folder = Path(self.directory.format_path(self.directory.submitted_directory, "*", assignment))
        place = folder.parts.index("*")
        found = Path(*folder.parts[:place]).glob(str(Path(*folder.parts[place:])))
        return tuple(sorted(path.parts[place] for path in found if path.is_dir()))

    @contextmanager
    def gradebook(self) -> Iterator[Any]:
        """The open `Gradebook` of nbgrader."""
        from nbgrader.api import Gradebook

        with Gradebook(self.db_url, self.course_id) as gradebook:
            yield gradebook

    def _path(self, step: str, student: str, assignment: str) -> Path:
        return Path(self.directory.format_path(step, student, assignment))


def find_course(start: Path | None = None, content: Path | None = None) -> Course:
    """The course around `start`, by default around the current directory.

    Args:
        start: A directory in the course.
        content: A content tree instead of the one that the course names.

    Raises:
        CourseError: There is no course, or its configuration cannot be read.
        ContentError: The content tree is not as it should be.
    """
    begin = (start or Path()).expanduser().resolve()
    root = next((folder for folder in (begin, *begin.parents) if (folder / CONFIG).is_file()), None)
    if root is None:
        raise CourseError(
            f"{begin} is not in a course directory: there is no {CONFIG} in it or above it",
            "go to your course directory, name it with --course-dir, or make one: nnlearn course init DIR",
        )
    config = load_config(root)
    return Course(root, config, load_catalogue(content or content_of(config)))


def load_config(root: Path) -> Config:
    """What the nbgrader_config.py in `root` says, or an empty configuration.

    Raises:
        CourseError: The file raises an error.
    """
    from traitlets.config import Config
    from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

    config = Config()
    config.CourseDirectory.root = str(root)
    try:
        config.merge(PyFileConfigLoader(CONFIG, path=str(root)).load_config())
    except ConfigFileNotFound:
        return config
    except Exception as error:  # it is a program: anything may come out of it
        raise CourseError(
            f"{root / CONFIG} cannot be read: {type(error).__name__}: {error}", "put that right in the file"
        ) from error
    return config


def content_of(config: Config) -> Path | None:
    """The content tree that a course names in `c.GradeWithNnlearn.content`, or None."""
    named = config.GradeWithNnlearn.get("content")
    return Path(named) if named else None


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{file} cannot be read as a notebook: {error}", "open it in Jupyter and save it there"
        ) from error
