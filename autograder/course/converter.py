"""nbgrader's `Autograde`, in which whatever is wrong with one notebook costs that notebook alone.

nbgrader_config.py can name an exporter, but no converter: `SubmittedNotebooks`, the exporter, makes the
converter that it is made for one of ours.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.utils import find_all_files
from sqlalchemy.exc import OperationalError

from autograder.course.chosen import chosen_in, top_of
from autograder.course.handed_in import notebook_of, read_handed_in
from autograder.course.layout import CourseError
from autograder.course.names import RENAME, problem_with_name
from autograder.course.not_graded import Failed, explanation, failed
from autograder.course.terms import Terms
from autograder.course.timestamps import problem_with_time, time_of
from nnlearn.text import one_line

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)
"""What a disk says that nothing can be written to, whatever it is."""


class SubmittedNotebooks(NotebookExporter):
    """Reads what was handed in as all of our programs do, and anything else as nbconvert does."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        converter: Any = self.parent
        if type(converter) is Autograde:
            converter.__class__ = CourseAutograde
            take_any_time(converter.coursedir)

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        """Convert the notebook in a file."""
        if not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources, **options)
        path = Path(filename)
        file = self.parent.file_of(path) if isinstance(self.parent, CourseAutograde) else path
        notebook = notebook_of(path.name, read_handed_in(file))
        resources.setdefault("metadata", {}).update(name=path.stem, path=str(path.parent))
        return self.from_notebook_node(notebook, resources, **options)  # type: ignore[no-untyped-call]


class OnlyFiles(BaseConverter):  # type: ignore[misc]
    """What stands behind nbgrader's converters, but for how it copies what was handed in."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy what lies beside the notebooks: regular files that can be read, and nothing that is none."""
        source = Path(self._format_source(assignment_id, student_id))
        folder = Path(os.path.normpath(self._format_dest(assignment_id, student_id)))
        for file in _files_in(source, [*self.coursedir.ignore, "*.ipynb"]):
            target = folder / file.relative_to(source)
            self.log.info("Copying %s -> %s", one_line(str(file)), one_line(str(target)))
            try:
                _copy(file, target)
            except OSError as error:
                if error.errno in NO_ROOM:
                    raise
                self.log.warning("Left out: %s: %s", one_line(str(file)), error.strerror)
        given = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", assignment_id))
        for file in find_all_files(str(given), [*self.coursedir.ignore, "*.ipynb"]):
            _make_way(folder, Path(file).relative_to(given))


class CourseAutograde(Autograde, OnlyFiles):  # type: ignore[misc]
    """nbgrader's `Autograde` for classes as they are."""

    def init_notebooks(self) -> None:
        """Find what was handed in, in folders with any name: brackets in one are no pattern.

        A notebook is looked for under its own name, also where another file stands for it.
        """
        directory = self.coursedir
        place = Path(self._format_source(directory.assignment_id, directory.student_id))
        folders = Path(place.anchor).glob(str(place.relative_to(place.anchor)))
        source = Path(directory.format_path(directory.source_directory, ".", directory.assignment_id))
        names = [file.stem for file in sorted(source.glob("*.ipynb"))]
        top = top_of(directory, directory.assignment_id)
        found = {str(folder): chosen_in(folder, top, names) for folder in folders}
        self.chosen = {folder: chosen for folder, chosen in found.items() if not chosen.is_empty}
        if not self.chosen:
            super().init_notebooks()  # which says what is missing
        self.assignments = {
            folder: [
                str(Path(folder, f"{name}.ipynb"))
                for name in chosen.files
                if fnmatch(name, directory.notebook_id)
            ]
            for folder, chosen in self.chosen.items()
        }

    def file_of(self, notebook: Path) -> Path:
        """The file that stands for a notebook."""
        return self.chosen[str(notebook.parent)].files[notebook.stem]

    def convert_notebooks(self) -> None:
        """Convert everybody's notebooks.

        Raises:
            NbGraderException: Some could not be graded; all others have been.
        """
        self._not_graded: dict[str, Failed] = {}
        self._in_part: list[str] = []
        self._terms = Terms.of(Path(self.coursedir.root), self.config)
        self.init_notebooks()  # once more: it was not ours yet when nbgrader did it
        super().convert_notebooks()
        if self._in_part:
            raise NbGraderException(f"not all notebooks were graded of: {', '.join(self._in_part)}")

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Begin with a submission.

        Raises:
            CourseError: The learner's name is none that nbgrader could go on with.
        """
        self._not_graded = {}
        if problem := problem_with_name(student_id):
            raise CourseError(f"{one_line(student_id)}: {problem}", RENAME)
        chosen = self.chosen[self._format_source(assignment_id, student_id)]
        if chosen.problem:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                gradebook.update_or_create_student(student_id)
                gradebook.update_or_create_submission(assignment_id, student_id)
            raise CourseError(f"{one_line(student_id)}: {chosen.problem}")
        for note in chosen.notes.values():
            self.log.warning("%s: %s", one_line(student_id), note)
        if problem := problem_with_time(Path(self._format_source(assignment_id, student_id))):
            self.log.error("%s: %s; it is graded as if it were in time", one_line(student_id), problem)
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            gradebook.update_or_create_student(student_id)
            self._terms.extend(gradebook.update_or_create_submission(assignment_id, student_id))
            gradebook.db.commit()
        super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grade a notebook; where it cannot be, the file that says so takes its place."""
        try:
            super().convert_single_notebook(notebook_filename)
        except OperationalError:  # the gradebook's fault, not the notebook's
            raise
        except OSError as error:
            if error.errno in NO_ROOM:
                raise
            self._leave_out(Path(notebook_filename), error)
        except Exception as error:  # of whatever the notebook has brought about
            self._leave_out(Path(notebook_filename), error)

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """End a submission, all of whose notebooks have been looked at."""
        if self._not_graded and len(self._not_graded) == len(self.notebooks):
            raise NbGraderException("none of its notebooks was graded")
        if self._not_graded:
            self._in_part.append(one_line(student_id))
        super().set_permissions(assignment_id, student_id)

    def _format_source(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        place = str(super()._format_source(assignment_id, student_id, escape=escape))
        return f"(?s){place}" if escape else place  # a pattern, and a name may hold a line break

    def _leave_out(self, file: Path, error: Exception) -> None:
        self._not_graded[file.stem] = failure = failed(error)
        about = self.init_single_notebook_resources(str(file))["nbgrader"]
        self.log.error("%s: %s: %s", one_line(about["student"]), file.name, failure.reason)
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            book = gradebook.find_submission_notebook(file.stem, about["assignment"], about["student"])
            without_scores(book)
            gradebook.db.commit()
        folder = Path(os.path.normpath(self._format_dest(about["assignment"], about["student"])))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file.name).write_text(explanation(failure), encoding="utf-8")


def take_any_time(directory: Any) -> None:
    """Have a `CourseDirectory` take a `timestamp.txt` that says no time for none, and not end for it."""
    directory.get_existing_timestamp = lambda folder: time_of(Path(folder))


def without_scores(book: Any) -> None:
    """Have the gradebook say of a submitted notebook that nothing is known about what it is worth."""
    for grade in book.grades:
        grade.auto_score, grade.needs_manual_grade = None, False


def _files_in(folder: Path, ignore: Sequence[str]) -> Iterator[Path]:
    """All files below `folder` but for those, and those in folders, that a pattern in `ignore` names."""

    def is_ignored(name: str) -> bool:
        return any(fnmatch(name, pattern) for pattern in ignore)

    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_ignored(name)]
        yield from (Path(place, name) for name in names if not is_ignored(name))


def _copy(file: Path, target: Path) -> None:
    """Copy a regular file with its mode; anything else is refused, and no pipe is waited for."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as source:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        with target.open("xb") as copy:
            shutil.copyfileobj(source, copy)
        target.chmod(stat.S_IMODE(status.st_mode))


def _make_way(folder: Path, inside: Path) -> None:
    """Remove what would keep one of the instructor's files from being put at `inside` in `folder`."""
    for above in reversed(inside.parents[:-1]):
        if (folder / above).is_file():
            (folder / above).unlink()
    if (folder / inside).is_dir():
        shutil.rmtree(folder / inside)
