"""A grading run: every submission through the pool, finished reports kept as they come."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

from autograder.engine.journal import Journal, key_of
from autograder.engine.pool import GivenUp, Pool
from autograder.engine.processes import Processes
from autograder.engine.submissions import Submission
from autograder.engine.worker import Graded, Job, grade_job
from nnlearn.catalogue import Catalogue, Topic
from nnlearn.results import Outcome, PartResult, Report, Run, TopicReports, Verdict

JOURNAL = Path(".nnlearn") / "grading.jsonl"


def grade_all(
    submissions: Sequence[Submission],
    catalogue: Catalogue,
    *,
    jobs: int,
    seed: int,
    on_report: Callable[[Submission, Report], None],
    resume: bool = False,
    start_executor: Callable[[], Executor] | None = None,
) -> Run:
    """Grade `submissions`, `jobs` at a time.

    Args:
        submissions: What was handed in.
        catalogue: The content, with checks.
        jobs: Submissions under way at a time.
        seed: What all random numbers follow from; the same seed gives the same reports.
        on_report: Called in this thread with each report, as they end.
        resume: Take over the finished reports of a run that was interrupted.
        start_executor: Makes the executor; by default a pool of `jobs` processes of this machine.

    Returns:
        The run, its reports in the order of `submissions`.
    """
    about = {
        "seed": seed,
        "content": {t.name: t.content_digest for t in _topics(submissions, catalogue)},
    }
    with Journal(JOURNAL, about, resume=resume) as journal:
        reports = dict(journal.found)
        layers = list(journal.layers.values())
        for submission in submissions:
            if key_of(submission) in reports:
                on_report(submission, reports[key_of(submission)])
        todo = [
            Job(submission, catalogue.root, seed)
            for submission in submissions
            if key_of(submission) not in reports
        ]
        pool: Pool[Job, Graded] = Pool(start_executor or (lambda: Processes(jobs)), grade_job, jobs)
        try:
            for job, result in pool.run(todo):
                if isinstance(result, GivenUp):
                    report = _not_graded(job.submission, catalogue, result.reason)
                else:
                    report = result.report
                    layers.append(result.layers)
                    journal.add(job.submission, report, result.layers)
                reports[key_of(job.submission)] = report
                on_report(job.submission, report)
        except KeyboardInterrupt:
            for child in multiprocessing.active_children():
                child.kill()
            raise
    return Run(
        tuple(
            TopicReports(
                topic.name,
                topic.content_digest,
                tuple(reports[key_of(s)] for s in submissions if s.topic == topic.name),
            )
            for topic in _topics(submissions, catalogue)
        ),
        isolation=_held_by_all(layers),
    )


def forget_finished() -> None:
    """Remove the finished reports that were kept on the way: the outputs are written."""
    JOURNAL.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something else may lie in the folder
        JOURNAL.parent.rmdir()


def _topics(submissions: Sequence[Submission], catalogue: Catalogue) -> list[Topic]:
    return [catalogue.topic(name) for name in dict.fromkeys(s.topic for s in submissions)]


def _held_by_all(layers: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The layers that held around every submission that ran."""
    ran = [held for held in layers if held]
    return tuple(name for name in ran[0] if all(name in held for held in ran)) if ran else ()


def _not_graded(submission: Submission, catalogue: Catalogue, reason: str) -> Report:
    """The report of a submission that we could not grade: our fault, said on every part."""
    outcome = Outcome(
        "grading",
        "The grader works.",
        False,
        1.0,
        Verdict.GRADER_ERROR,
        f"not graded: {reason}; this is not your mistake",
    )
    topic = catalogue.topic(submission.topic)
    parts = tuple(PartResult(part.name, part.points, (outcome,)) for part in topic.parts)
    return Report(submission.learner, submission.name, submission.sha256, parts)
