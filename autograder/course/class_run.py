"""Grades all submissions of an assignment: workers grade, one writer saves, what is done stays done."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.class_result import ClassRun
from autograder.course.layout import Course, CourseError

if TYPE_CHECKING:
    from autograder.course.autograding import AutogradedNotebook, Failed, SubmissionJob
    from autograder.course.blueprint import Blueprint
    from autograder.course.writer import ClassWriter
    from autograder.engine.journal import Journal
    from autograder.engine.submissions import Submission
    from nnlearn.results import Report


def grade_class(
    course: Course,
    assignment: str,
    *,
    content: Path | None,
    jobs: int,
    force: bool,
    resume: bool,
    messages: Any,
) -> ClassRun:
    """Grade all submissions of an assignment that are to be graded.

    Args:
        course: The course.
        assignment: The assignment's name.
        content: The content tree, where it is not the one that the course names.
        jobs: How many submissions to grade at a time.
        force: Whether to grade again what was graded before.
        resume: Whether to leave what an interrupted run has graded.
        messages: The console for progress.

    Raises:
        CourseError: Nobody handed anything in, or the assignment was not generated.
    """
    from autograder.engine.journal import Journal
    from autograder.engine.pool import GivenUp, Pool
    from autograder.engine.processes import Processes
    from autograder.render.progress import GradingProgress

    done = ClassRun()
    blueprints = _blueprints(course, assignment)
    for blueprint in blueprints.values():
        blueprint.require_checks()
    with _writer(course, assignment, force=force) as writer, _in(course.root):
        found = writer.submissions(assignment)
        about = _about(course, assignment, blueprints)
        with Journal(_journal(course, assignment), about, resume=resume) as journal:
            todo = list(_todo(course, content, assignment, found, blueprints, writer, journal, done))
            pool: Pool[SubmissionJob, tuple[AutogradedNotebook, ...] | Failed] = Pool(
                lambda: Processes(jobs, "autograder.course.preload"), _autograde, jobs
            )
            with GradingProgress(len(todo), messages) as progress:
                try:
                    for job, result in pool.run(todo):
                        if isinstance(result, GivenUp):
                            result = _given_up(result.reason)
                        report = _save(writer, journal, job, result, done)
                        progress.advance(_submission(job), report)
                except KeyboardInterrupt:
                    for child in multiprocessing.active_children():
                        child.kill()
                    done.interrupted = True
    if not done.interrupted:
        _journal(course, assignment).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else may lie in the folder
            _journal(course, assignment).parent.rmdir()
    return done


def _blueprints(course: Course, assignment: str) -> dict[str, Blueprint]:
    """What each notebook of the assignment consists of."""
    from autograder.course.blueprint import read_blueprint

    return {
        file.stem: read_blueprint(course.db_url, assignment, file.stem, file, course.catalogue)
        for file in sorted(course.source(assignment).glob("*.ipynb"))
    }


@contextmanager
def _writer(course: Course, assignment: str, *, force: bool) -> Iterator[ClassWriter]:
    from nbgrader.converters.base import NbGraderException

    from autograder.course.writer import ClassWriter

    directory = course.directory
    directory.assignment_id = assignment
    writer = ClassWriter(coursedir=directory, config=course.config)
    writer.force = force
    try:
        yield writer
    except NbGraderException as error:
        raise CourseError(str(error), f"nbgrader collect {assignment} brings submissions in") from error
    finally:
        writer.close()


def _todo(
    course: Course,
    content: Path | None,
    assignment: str,
    found: dict[str, list[Path]],
    blueprints: dict[str, Blueprint],
    writer: ClassWriter,
    journal: Journal,
    done: ClassRun,
) -> Iterator[SubmissionJob]:
    """The submissions that are to be graded; the others are noted in `done`."""
    from autograder.course.autograding import Settings, SubmissionJob
    from autograder.engine.journal import key_of

    settings = Settings(course.root, content.resolve() if content else None)
    for student, files in found.items():
        known = tuple(file for file in files if file.stem in blueprints)
        job = SubmissionJob(settings, assignment, student, known, blueprints)
        is_done = (
            key_of(_submission(job)) in journal.found and course.autograded(assignment, student).exists()
        )
        if is_done or not writer.is_to_be_graded(assignment, student):
            done.left.append(student)
        elif not job.notebooks:
            done.failed[student] = _unknown(files, blueprints)
            writer.save_failure(assignment, student)
        else:
            yield job


def _save(
    writer: ClassWriter,
    journal: Journal,
    job: SubmissionJob,
    result: tuple[AutogradedNotebook, ...] | Failed,
    done: ClassRun,
) -> Report | None:
    """Write what came out for one submission; the report is for the progress, None if there is none."""
    from nnlearn.results import Report

    if not isinstance(result, tuple):
        writer.save_failure(job.assignment, job.student, [path.stem for path in job.notebooks])
        done.failed[job.student] = result
        return None
    writer.save(job.assignment, job.student, result)
    parts = tuple(part for book in result if book.report for part in book.report.parts)
    report = Report(job.student, job.assignment, "", parts)
    held = [book.layers for book in result if book.layers]
    journal.add(_submission(job), report, held[0] if held else ())
    done.graded[job.student] = (report.score, report.max_score)
    return report


def _submission(job: SubmissionJob) -> Submission:
    """A submission by nbgrader's names, with a digest of all its notebooks."""
    from autograder.engine.submissions import Submission

    digest = hashlib.sha256()
    for path in job.notebooks:
        data = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.name}:{len(data)}:".encode() + data)
    place = job.settings.root / job.student  # where it lies is of no matter
    return Submission(job.student, place, job.assignment, job.student, digest.hexdigest())


def _about(course: Course, assignment: str, blueprints: dict[str, Blueprint]) -> dict[str, Any]:
    """What scores depend on besides the submissions."""
    topics = {book.topic.name: book.topic.content_digest for book in blueprints.values() if book.topic}
    seed = int(course.config.GradeWithNnlearn.get("seed", 0))
    return {"assignment": assignment, "seed": seed, "content": topics}


def _journal(course: Course, assignment: str) -> Path:
    return course.root / ".nnlearn" / f"grading-{assignment}.jsonl"


def _unknown(files: Sequence[Path], blueprints: dict[str, Blueprint]) -> Failed:
    from autograder.course.autograding import Failed

    names = ", ".join(file.name for file in files)
    wanted = ", ".join(f"{name}.ipynb" for name in blueprints)
    return Failed(f"none of its notebooks ({names}) is one of the assignment's: {wanted}", is_ours=False)


def _given_up(reason: str) -> Failed:
    from autograder.course.autograding import Failed

    return Failed(f"the grader failed: {reason}; this is not the learner's mistake", is_ours=True)


def _autograde(job: SubmissionJob) -> tuple[AutogradedNotebook, ...] | Failed:
    """What a worker runs; what it needs is imported there."""
    from autograder.course.autograding import autograde_job

    return autograde_job(job)


@contextmanager
def _in(folder: Path) -> Iterator[None]:
    """Be in the course directory, as nbgrader is and what its configuration names may expect."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
