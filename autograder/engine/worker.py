"""What one worker of the pool holds warm, and how it grades one submission with it."""

from __future__ import annotations

import functools
import signal
import socket
from dataclasses import dataclass, replace
from multiprocessing.util import Finalize
from pathlib import Path

from autograder.engine.disturbance import WatchedProcesses
from autograder.engine.memory import bounded_memory
from autograder.engine.mistake_runs import Gallery
from autograder.engine.parent import end_with_parent
from autograder.engine.submissions import Submission
from autograder.engine.variants import Variants
from autograder.engine.written_answers import written_answers
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.errors import SubmissionError
from nnlearn.files import digest_of
from nnlearn.isolation.processes import ProcessSource
from nnlearn.isolation.seat import IsolatedSeat
from nnlearn.isolation.zygote import Zygote
from nnlearn.results import Outcome, PartResult, Report, Verdict
from nnlearn.submission.file import read_bytes
from nnlearn.submission.source import Source, read_source


@dataclass(frozen=True)
class Job:
    """One submission to grade, and what with.

    Attributes:
        submission: What was handed in.
        content: The root of the content tree.
        seed: What all random numbers follow from.
        data: What the file holds; None while nobody has read it.
    """

    submission: Submission
    content: Path
    seed: int
    data: bytes | None = None

    @property
    def label(self) -> str:
        """What it is called where many are listed."""
        return f"{self.submission.topic} {self.submission.name}"

    def with_data(self) -> Job:
        """The same with what it needs of this machine's files, or with why that cannot be read."""
        if self.submission.problem or self.data is not None:
            return self
        try:
            return replace(self, data=read_bytes(self.submission.path))
        except SubmissionError as error:
            told = replace(self.submission, problem=error.problem, next_step=error.next_step)
            return replace(self, submission=told)

    def with_content(self, folder: Path) -> Job:
        """The same where the content lies in another place."""
        return replace(self, content=folder)


@dataclass(frozen=True)
class Graded:
    """A report, and the layers of isolation that held while it was made."""

    report: Report
    layers: tuple[str, ...]


class TopicGrader:
    """Grades submissions of one topic: a warm pytest session and the known mistakes.

    Args:
        topic: The topic, with its checks.
        processes: Where the learners' processes come from.
        seed: What all random numbers follow from.
    """

    def __init__(self, topic: Topic, processes: ProcessSource, seed: int) -> None:
        if topic.checks is None:
            raise ValueError(f"topic {topic.name} has no checks")
        self.topic = topic
        self._processes = processes
        self._seed = seed
        self._runner = CheckRunner(topic, topic.checks)
        processes.prepare(part.rules for part in topic.parts)
        self._gallery = Gallery(self._runner, seed)
        self._known = self._gallery.known_replies()
        self._variants = Variants(self._gallery)

    def grade(self, submission: Submission, data: bytes | None = None) -> Graded:
        """Run every check on a submission. Whatever it does, there is a report.

        Args:
            submission: What was handed in; with a problem, nothing is run.
            data: What its file holds, where that has been read.
        """
        try:
            if submission.problem:
                raise SubmissionError(submission.problem, submission.next_step)
            data = read_bytes(submission.path) if data is None else data
            # Whatever lies there now, or later: the report is about these bytes.
            submission = replace(submission, sha256=digest_of(data))
            source = read_source(submission.read_as, data)
        except SubmissionError as error:
            return Graded(self._unreadable(submission, error), ())
        report, seat = self.check(submission, source)
        return Graded(replace(report, answers=written_answers(self.topic, source, data)), seat.layers)

    def check(
        self, submission: Submission, source: Source, *, figures: bool = False
    ) -> tuple[Report, IsolatedSeat]:
        """Run every check on a submission that could be read, once more if something outside disturbed it.

        Args:
            submission: What was handed in.
            source: What is in it.
            figures: Whether to ask for what it has drawn.

        Returns:
            The report, and the seat, closed, with all else that came out.
        """
        watch = WatchedProcesses(self._processes)
        report, seat = self._check_once(submission, source, watch, figures)
        if watch.disturbed or report.has_grader_error:
            report, seat = self._check_once(submission, source, watch, figures)
        return report, seat

    def _check_once(
        self, submission: Submission, source: Source, processes: ProcessSource, figures: bool
    ) -> tuple[Report, IsolatedSeat]:
        seat = IsolatedSeat(self.topic, source, processes, figures=figures)
        bench = Bench(
            self.topic,
            seat,
            self._seed,
            self._known,
            standard=self._gallery.answers_of_reference,
            beyond=self._variants.explain,
        )
        try:
            with bounded_memory():
                self._runner.run(bench)
        finally:
            seat.close()
        report = Report(
            learner=submission.learner,
            submission=submission.name,
            sha256=submission.sha256,
            parts=bench.parts(),
            notes=(*submission.notes, *seat.notes),
            output=seat.output,
        )
        return report, seat

    def _unreadable(self, submission: Submission, error: SubmissionError) -> Report:
        """The report of a file that cannot be read: every part is the learner's to hand in again."""
        # Where the file lies on this machine is nothing to its author.
        places = (str(submission.path), str(submission.read_as))
        problem, note = (
            functools.reduce(lambda said, place: said.replace(place, submission.name), places, text)
            for text in (error.problem, error.in_one_line)
        )
        outcome = Outcome("file", "The file can be read.", False, 1.0, Verdict.UNREADABLE, problem)
        parts = tuple(PartResult(part.name, part.points, (outcome,)) for part in self.topic.parts)
        notes = (note, *submission.notes)
        return Report(submission.learner, submission.name, submission.sha256, parts, notes)


def start_worker(lender: socket.socket) -> None:
    """Make this process fit to grade: it leaves the keyboard to the grader, and ends when that does.

    Args:
        lender: Whom to ask for a fork of the pool's zygote.
    """
    from nnlearn.runtime import linux

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # what is started here may hear it
    linux.die_with_parent(signal.SIGKILL)  # the process all workers are forked from
    end_with_parent()
    zygote_of_this_process().lender = lender


def grade_job(job: Job) -> Graded:
    """Grade one submission in this process, which keeps what it warmed up for the next."""
    return _grader(job.content, job.submission.topic, job.seed).grade(job.submission, job.data)


@functools.cache
def _grader(content: Path, topic: str, seed: int) -> TopicGrader:
    return TopicGrader(load_catalogue(content, {topic}).topic(topic), zygote_of_this_process(), seed)


@functools.cache
def zygote_of_this_process() -> Zygote:
    """What this process forks learners' processes from, whatever it grades."""
    zygote = Zygote()
    # Workers of a pool end without `atexit`; this is what multiprocessing has in its place.
    Finalize(None, zygote.close, exitpriority=10)
    return zygote
