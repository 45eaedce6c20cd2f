"""Grades all submissions of an assignment: workers grade, one writer saves, what is done stays done."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.autograding import AutogradedNotebook, Settings, SubmissionJob, autograde_job
from autograder.course.class_result import ClassRun
from autograder.course.layout import Course, CourseError
from autograder.course.not_graded import UNREADABLE, Failed
from nnlearn.files import digest_of

if TYPE_CHECKING:
    from autograder.course.blueprint import Blueprint
    from autograder.course.chosen import Chosen
    from autograder.course.writer import ClassWriter
    from autograder.engine.graders import Means
    from autograder.engine.grading_run import GradingRun
    from autograder.engine.submissions import Submission

_FORCED = "force"


def grade_class(
    course: Course,
    assignment: str,
    *,
    content: Path | None,
    means: Means,
    required: bool,
    force: bool,
    resume: bool,
    messages: Any,
) -> ClassRun:
    """Grade all submissions of an assignment that are to be graded.

    Args:
        course: The course.
        assignment: The assignment's name.
        content: The content tree, where it is not the one that the course names.
        means: What to grade with.
        required: Whether every layer of isolation has to hold.
        force: Whether to grade again what was graded before.
        resume: Whether to go on with a run that was interrupted: with what it was asked for, and without what
            it has graded.
        messages: The console for progress.

    Raises:
        CourseError: Nobody handed anything in, or the assignment was not generated.
        NnlearnError: There is nothing to grade with.
    """
    from autograder.course.elsewhere import files_of
    from autograder.engine.graders import Needs, graders
    from autograder.engine.grading_run import GradingRun
    from autograder.engine.journal import forget, journal_in, lock_in, say_if_missing
    from autograder.engine.pool import GivenUp
    from autograder.engine.progress import GradingProgress
    from autograder.render.text import says_on

    done = ClassRun()
    blueprints = _blueprints(course, assignment)
    for blueprint in blueprints.values():
        blueprint.require_checks()
    seed = int(course.config.GradeWithNnlearn.get("seed", 0))
    asked = {"assignment": assignment, "content": str(course.catalogue.root), "seed": seed}
    journal, lock = journal_in(course.root, asked), lock_in(course.root, assignment)
    if resume:
        say_if_missing(journal, says_on(messages))
    topics = [book.topic for book in blueprints.values() if book.topic]
    about = {"seed": seed, "content": _contents(blueprints)}
    needs = Needs(
        course.catalogue.root,
        topics,
        seed,
        required=required,
        preload=("autograder.course.preload",),
        files=files_of(course, assignment, blueprints) if means.cluster else {},
    )
    with (
        graders(means, needs, says_on(messages)) as (start, window),
        _writer(course, assignment) as writer,
        _in(course.root),
    ):
        course.terms.require_sound(writer.gradebook, assignment, course.students(assignment))
        found = writer.submissions(assignment)
        wishes = {_FORCED} if force else ()
        with GradingRun(journal, about, resume=resume, wishes=wishes, lock=lock) as going:
            writer.force = _FORCED in going.wishes
            todo = list(_todo(course, content, assignment, found, blueprints, writer, going, done))
            result: tuple[AutogradedNotebook, ...] | Failed | GivenUp[SubmissionJob]
            with GradingProgress(len(todo), messages) as progress:
                for job, result in going.results(todo, autograde_job, start, window):
                    if isinstance(result, GivenUp):
                        result = _given_up(result.reason)
                    outcome = _save(course, writer, going, job, result, done)
                    progress.advance(_submission(job, {}), outcome)
            _settle(course, writer, assignment, done)
    if going.interrupted:
        done.kept_in = journal
    else:
        forget(journal, lock)
    return done


def _blueprints(course: Course, assignment: str) -> dict[str, Blueprint]:
    """What each notebook of the assignment consists of."""
    from autograder.course.blueprint import read_blueprint

    return {
        file.stem: read_blueprint(course.db_url, assignment, file.stem, file, course.catalogue)
        for file in sorted(course.source(assignment).glob("*.ipynb"))
    }


@contextmanager
def _writer(course: Course, assignment: str) -> Iterator[ClassWriter]:
    from nbgrader.converters.base import NbGraderException

    from autograder.course.writer import ClassWriter

    directory = course.directory
    directory.assignment_id = assignment
    writer = ClassWriter(coursedir=directory, config=course.config)
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
    found: dict[str, Chosen],
    blueprints: dict[str, Blueprint],
    writer: ClassWriter,
    going: GradingRun,
    done: ClassRun,
) -> Iterator[SubmissionJob]:
    """The submissions that are to be graded; the others are noted in `done`."""
    from autograder.course.names import RENAME, problem_with_name
    from autograder.course.standing import not_handed_in
    from autograder.course.timestamps import problem_with_time, says_no_time

    settings = Settings(course.root, content.resolve() if content else None)
    is_due = writer.gradebook.find_assignment(assignment).duedate is not None
    for student in course.students(assignment):
        if student not in found:
            [what] = not_handed_in(course.submitted(assignment, student), list(blueprints), [])
            done.failed[student] = Failed(what, is_ours=False, word="not handed in")
    for student, chosen in found.items():
        folder = course.submitted(assignment, student)
        books = tuple(folder / f"{name}.ipynb" for name in chosen.files)
        job = SubmissionJob(settings, assignment, student, books, blueprints, chosen.files)
        finished = going.finished(_as_they_lie_there(job))
        is_done = finished is not None and course.autograded(assignment, student).exists()
        if problem := problem_with_name(student):
            done.failed[student] = Failed(f"{problem}; {RENAME}", is_ours=False)
        elif is_done or not writer.is_to_be_graded(assignment, student):
            done.left.append(student)
        elif chosen.problem:
            word = UNREADABLE if chosen.is_link else "not handed in"
            done.failed[student] = Failed(chosen.problem, is_ours=False, word=word)
            _save_failure(writer, assignment, student)
        else:
            notes = list(chosen.notes.values())
            if problem := problem_with_time(folder):
                notes.append(f"{problem}; it is graded as if it were in time")
            elif is_due and says_no_time(folder):
                done.without_time.append(student)
            if notes:
                done.notes[student] = "; ".join(notes)
            yield job


def _save(
    course: Course,
    writer: ClassWriter,
    going: GradingRun,
    job: SubmissionJob,
    result: tuple[AutogradedNotebook, ...] | Failed,
    done: ClassRun,
) -> str:
    """Write what came out for one submission; returns it in words."""
    from autograder.course.standing import standing_of
    from autograder.course.writer import NotWrittenError
    from nnlearn.results import Report

    if isinstance(result, tuple):
        try:
            late = writer.save(job.assignment, job.student, result)
        except NotWrittenError as error:
            result = error.failure
    if not isinstance(result, tuple):
        done.failed[job.student] = result
        _save_failure(writer, job.assignment, job.student, [path.stem for path in job.notebooks])
        return result.word
    done.in_part |= {(job.student, f"{book.name}.ipynb"): book.failure for book in result if book.failure}
    parts = tuple(part for book in result if book.report for part in book.report.parts)
    submission = _submission(job, {f"{book.name}.ipynb": book.sha256 for book in result})
    report = Report(job.student, job.assignment, submission.sha256, parts)
    held = [book.layers for book in result if book.layers]
    if not any(book.failure and book.failure.is_ours for book in result):  # else it is tried once more
        going.keep(submission, report, held[0] if held else ())
    folder = course.submitted(job.assignment, job.student)
    done.graded[job.student] = standing = standing_of(result, job.blueprints, folder, late)
    return standing.words


def _settle(course: Course, writer: ClassWriter, assignment: str, done: ClassRun) -> None:
    """Bring up to date what lateness costs those who were graded before: extensions, marks, late days."""
    from autograder.course.terms import settle

    for (name, student), (before, now) in settle(course, writer.gradebook, assignment).items():
        if name != assignment or student not in done.graded:
            what = f"now {now.words or 'in time'}, before: {before.words or 'in time'}"
            done.settled[student] = what if name == assignment else f"{name}: {what}"


def _save_failure(writer: ClassWriter, assignment: str, student: str, handed_in: Sequence[str] = ()) -> None:
    """Leave a submission without a result, as far as the gradebook can hold its name."""
    from autograder.course.writer import NotWrittenError

    with suppress(NotWrittenError):  # why it has no result is said already
        writer.save_failure(assignment, student, handed_in)


def _submission(job: SubmissionJob, files: Mapping[str, str]) -> Submission:
    """A submission by nbgrader's names.

    Args:
        job: What was, or is to be, graded.
        files: The digest of each of its notebooks, by the name of the file.
    """
    from autograder.engine.submissions import Submission

    digest = digest_of(json.dumps(files, sort_keys=True).encode())
    place = job.settings.root / job.student  # where it lies is of no matter
    return Submission(job.student, place, job.assignment, job.student, digest)


def _as_they_lie_there(job: SubmissionJob) -> Submission:
    """A submission as its files are at this moment."""
    from autograder.course.handed_in import UnreadableError, read_handed_in

    files = {}
    for path in job.notebooks:
        try:
            files[path.name] = digest_of(read_handed_in(job.file_of(path)))
        except UnreadableError:
            files[path.name] = ""  # as for one that could not be read
    return _submission(job, files)


def _contents(blueprints: dict[str, Blueprint]) -> dict[str, str]:
    """The digest of each topic's content, which scores depend on besides the submissions."""
    return {book.topic.name: book.topic.content_digest for book in blueprints.values() if book.topic}


def _given_up(reason: str) -> Failed:
    return Failed(f"the grader failed: {reason}; this is not the learner's mistake", is_ours=True)


@contextmanager
def _in(folder: Path) -> Iterator[None]:
    """Be in the course directory, as nbgrader is and what its configuration names may expect."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
