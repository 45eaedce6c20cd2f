"""The one writer of a class: puts graded submissions into autograded/ and the gradebook as nbgrader does.

What it writes is what `nbgrader autograde` would have written. A submission appears in autograded/ whole and
after the gradebook has its scores, so that an interrupted run never leaves half of one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    GradeCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import find_all_files, rmtree
from sqlalchemy.exc import OperationalError

from autograder.course.autograding import AutogradedNotebook
from autograder.course.chosen import Chosen
from autograder.course.converter import NO_ROOM, CourseAutograde, OnlyFiles, take_any_time, without_scores
from autograder.course.kept_marks import cells_that_stayed
from autograder.course.not_graded import Failed
from autograder.course.standing import Lateness
from autograder.course.terms import Terms, lateness_of
from nnlearn.errors import OutputError
from nnlearn.text import one_line

_SHOWN = 300


class NotWrittenError(Exception):
    """What came out for one submission cannot be written; others can.

    Args:
        reason: Why not.
        is_ours: Whether nothing about the submission itself explains it.
    """

    def __init__(self, reason: str, *, is_ours: bool) -> None:
        super().__init__(reason)
        self.failure = Failed(f"what came out cannot be written: {reason}", is_ours)


class ClassWriter(CourseAutograde):
    """nbgrader's `Autograde` with the grading taken out: it knows what is to be graded, and writes."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        take_any_time(self.coursedir)
        self._terms = Terms.of(Path(self.coursedir.root), self.config)
        self.gradebook = Gradebook(self.coursedir.db_url, self.coursedir.course_id)
        self._staging = False
        # Otherwise the gradebook is asked for every cell of every submission.
        self._names: dict[str, str] = dict(self.gradebook.db.query(BaseCell.id, BaseCell.name).all())
        exporter = self.exporter_class(parent=self, config=self.config)
        for kind in self.autograde_preprocessors:
            exporter.register_preprocessor(kind)
        self._penalties = next(
            (p for p in exporter._preprocessors if isinstance(p, AssignLatePenalties)), None
        )

    def close(self) -> None:
        """Let go of the gradebook."""
        self.gradebook.close()

    def submissions(self, assignment: str) -> dict[str, Chosen]:
        """What is graded of everybody who handed something in, in nbgrader's order."""
        self.init_notebooks()
        pattern = self._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True)
        found = {}
        for folder in sorted(self.assignments):
            if (match := re.match(pattern, folder)) and match["assignment_id"] == assignment:
                found[match["student_id"]] = self.chosen[folder]
        return found

    @lru_cache(maxsize=1)  # noqa: B019 - there is one writer
    def graded_in_part(self, assignment: str) -> set[str]:
        """Who has a notebook whose checks gave it no score, and no person did."""
        query = self.gradebook.db.query(SubmittedAssignment.student_id)
        query = query.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        query = query.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        query = query.join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        query = query.join(GradeCell, Grade.cell_id == GradeCell.id)
        waits = Grade.auto_score.is_(None), Grade.manual_score.is_(None), ~Grade.needs_manual_grade
        found = query.filter(Assignment.name == assignment, GradeCell.cell_type == "code", *waits)
        return {student for (student,) in found.distinct()}

    def is_to_be_graded(self, assignment: str, student: str) -> bool:
        """Whether a submission is new, newer than what is there or forced, or half done."""
        if student in (self.coursedir.student_id_exclude or "").split(","):
            return False
        done = self._format_dest(assignment, student)
        if self.force or not Path(done).exists() or student in self.graded_in_part(assignment):
            return True
        handed_in = self.coursedir.get_existing_timestamp(self._format_source(assignment, student))
        graded = self.coursedir.get_existing_timestamp(done)
        # nbgrader leaves one that had no time and has one now: handed in again through the exchange, say.
        return bool(handed_in is not None and (graded is None or handed_in > graded))

    def save(self, assignment: str, student: str, notebooks: Sequence[AutogradedNotebook]) -> Lateness:
        """Write one graded submission; returns how late it was.

        Raises:
            NotWrittenError: Something about this submission keeps it from being written.
            OutputError: Nothing can be written.
        """
        with self._one_submission(student):
            with self._staged(assignment, student) as staging:
                OnlyFiles.init_assignment(self, assignment, student)
                self._copy_source_files(assignment, staging)
                for notebook in notebooks:
                    (staging / f"{notebook.name}.ipynb").write_text(notebook.text, encoding="utf-8")
                OnlyFiles.set_permissions(self, assignment, student)
            submission = self._submission(assignment, student)
            self._save_marks(submission, notebooks)
            self._save_penalties(submission, notebooks)
            late = lateness_of(submission, self._terms)
            done = self._without_old(assignment, student)
            staging.rename(done)
        return late

    def save_failure(self, assignment: str, student: str, handed_in: Collection[str] = ()) -> None:
        """Leave a submission as nbgrader leaves one that it could not grade: known, and without a result.

        Args:
            assignment: The assignment.
            student: Whose it is.
            handed_in: The names of its notebooks; those that are missing count as 0 nevertheless.

        Raises:
            NotWrittenError: Something about this submission keeps it from being written.
            OutputError: Nothing can be written.
        """
        with self._one_submission(student):
            submission = self._submission(assignment, student)
            if handed_in:
                self._save_missing(submission, handed_in)
                for book in submission.notebooks:
                    if book.name in handed_in:
                        without_scores(book)
                self.gradebook.db.commit()
            self._without_old(assignment, student)

    @contextlib.contextmanager
    def _one_submission(self, student: str) -> Iterator[None]:
        """Tell what keeps one submission from being written from what keeps all of them from it."""
        try:
            yield
        except (OSError, OperationalError) as error:
            self.gradebook.db.rollback()
            what = error.strerror or str(error) if isinstance(error, OSError) else str(error.orig)
            if isinstance(error, OSError) and error.errno not in (*NO_ROOM, errno.EACCES, errno.EPERM):
                raise NotWrittenError(what, is_ours=False) from error
            raise OutputError(
                f"the results of {one_line(student)} cannot be written into {self.coursedir.root}: {what}",
                "make room on the disk, or look at the rights of autograded/ and of the gradebook; with "
                "--resume the rest follows",
            ) from error
        except Exception as error:
            self.gradebook.db.rollback()
            what = f"{type(error).__name__}: {one_line(str(error), _SHOWN)}"
            raise NotWrittenError(what, is_ours=True) from error
        finally:
            self.gradebook.db.expunge_all()

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        folder = super()._format_dest(assignment_id, student_id, escape=escape)
        if not self._staging:
            return str(folder)
        final = Path(os.path.normpath(folder))
        return str(final.with_name(f".{final.name}.part"))

    @contextlib.contextmanager
    def _staged(self, assignment: str, student: str) -> Iterator[Path]:
        """An empty folder that nbgrader's own methods take for the place to write to."""
        self._staging = True
        folder = Path(self._format_dest(assignment, student))
        try:
            shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
            folder.mkdir(parents=True)
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            self._staging = False

    def _without_old(self, assignment: str, student: str) -> Path:
        """The place of a graded submission, where nothing stands any more."""
        done = Path(os.path.normpath(self._format_dest(assignment, student)))
        if done.exists():
            rmtree(str(done))
        return done

    def _copy_source_files(self, assignment: str, folder: Path) -> None:
        """Put the instructor's files over what was handed in under their names."""
        source = self.coursedir.format_path(self.coursedir.source_directory, ".", assignment)
        kept = {Path(source) / name for name in self.exclude_overwriting.get(assignment, [])}
        for file in set(map(Path, find_all_files(source, [*self.coursedir.ignore, "*.ipynb"]))) - kept:
            target = folder / os.path.relpath(file, source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy(file, target)

    def _submission(self, assignment: str, student: str) -> Any:
        """The gradebook's entry for a submission, made where it is missing."""
        handed_in = self._format_source(assignment, student)
        timestamp = self.coursedir.get_existing_timestamp(handed_in)
        record = {"timestamp": timestamp} if timestamp else {}
        with self.gradebook.db.no_autoflush:
            self.gradebook.update_or_create_student(student)
            submission = self.gradebook.update_or_create_submission(assignment, student, **record)
            self._terms.extend(submission)
        self.gradebook.db.commit()
        return submission

    def _save_missing(self, submission: Any, handed_in: Collection[str]) -> None:
        """Notebooks of the assignment that were not handed in count as 0."""
        for found in submission.notebooks:
            for grade in found.grades if found.name not in handed_in else ():
                grade.auto_score, grade.needs_manual_grade = 0, False

    def _save_marks(self, submission: Any, notebooks: Sequence[AutogradedNotebook]) -> None:
        """The scores and comments of one submission, in one transaction."""
        marks = {notebook.name: notebook.marks for notebook in notebooks}
        texts = {notebook.name: notebook.text for notebook in notebooks}
        graded = Path(self._format_dest(submission.assignment.name, submission.student_id))
        broken = {notebook.name for notebook in notebooks if notebook.failure}
        with self.gradebook.db.no_autoflush:  # all is written at once
            self._save_missing(submission, marks)
            for found in submission.notebooks:
                if (of_notebook := marks.get(found.name)) is None:
                    continue
                if found.name in broken:
                    without_scores(found)
                stayed: frozenset[str] = frozenset()
                if any(grade.manual_score is not None for grade in found.grades):
                    stayed = cells_that_stayed(graded / f"{found.name}.ipynb", texts[found.name])
                for grade in found.grades:
                    if (name := self._names[grade.cell_id]) in of_notebook.scores:
                        score = of_notebook.scores[name]
                        is_marked = grade.manual_score is not None
                        if not (is_marked and name in stayed and grade.auto_score == score):
                            grade.needs_manual_grade = is_marked or score is None
                        grade.auto_score = score
                for comment in found.comments:
                    if (name := self._names[comment.cell_id]) in of_notebook.comments:
                        comment.auto_comment = of_notebook.comments[name]
        self.gradebook.db.commit()

    def _save_penalties(self, submission: Any, notebooks: Sequence[AutogradedNotebook]) -> None:
        """What being late costs, by nbgrader's own rule and the course's plugin."""
        if self._penalties is None or not self._penalties.enabled:
            return
        late = submission.total_seconds_late if submission.assignment.duedate else 0
        # A plugin may ask nbgrader's preprocessor what it is at.
        self._penalties.gradebook, self._penalties.assignment_id = self.gradebook, submission.assignment.name
        self._penalties.student_id = submission.student_id
        graded = {notebook.name for notebook in notebooks if not notebook.failure}
        for found in submission.notebooks:
            if found.name not in graded:
                continue
            penalty = None
            if late > 0:
                self._penalties.notebook_id = found.name
                self._penalties.init_plugin()
                plugin = self._penalties.plugin_inst
                penalty = plugin.late_submission_penalty(submission.student.id, found.score, late)
                if penalty is not None:
                    penalty = self._penalties._check_late_penalty(found, penalty)
            found.late_submission_penalty = penalty
        self.gradebook.db.commit()
