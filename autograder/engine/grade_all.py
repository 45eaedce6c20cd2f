"""Grades submissions: every one through the pool, into one run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from autograder.engine.grading_run import GradingRun
from autograder.engine.journal import key_of
from autograder.engine.pool import GivenUp
from autograder.engine.processes import Processes
from autograder.engine.submissions import Submission
from autograder.engine.worker import Graded, Job, grade_job
from nnlearn.catalogue import Catalogue, Topic
from nnlearn.results import Outcome, PartResult, Report, Run, TopicReports, Verdict


def grade_all(
    submissions: Sequence[Submission],
    catalogue: Catalogue,
    *,
    jobs: int,
    seed: int,
    journal: Path,
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
        journal: Where finished reports are kept; it is left there, see `autograder.engine.journal.forget`.
        on_report: Called in this thread with each report, as they end.
        resume: Take over the finished reports of a run that was interrupted.
        start_executor: Makes the executor; by default a pool of `jobs` processes of this machine.

    Returns:
        The run, its reports in the order of `submissions`. Ctrl-C ends it early: then it says so, and holds
        what was finished.
    """
    topics = [catalogue.topic(name) for name in dict.fromkeys(s.topic for s in submissions)]
    about = {"seed": seed, "content": {topic.name: topic.content_digest for topic in topics}}
    reports: dict[str, Report] = {}

    def put(submission: Submission, report: Report) -> None:
        reports[key_of(submission)] = _sharing_text(report)
        on_report(submission, report)

    with GradingRun(journal, about, resume=resume) as going:
        todo = []
        for submission in submissions:
            if report := going.finished(submission):
                put(submission, report)
            else:
                todo.append(Job(submission, catalogue.root, seed))
        start = start_executor or (lambda: Processes(jobs))
        result: Graded | GivenUp[Job]
        for job, result in going.results(todo, grade_job, start, jobs):
            if isinstance(result, GivenUp):
                put(job.submission, _not_graded(job.submission, catalogue, result.reason))
            else:
                going.keep(job.submission, result.report, result.layers)
                put(job.submission, result.report)
    return Run(
        tuple(
            TopicReports(topic.name, topic.content_digest, found)
            for topic in topics
            if (found := _reports_of(topic, submissions, reports))
        ),
        isolation=going.isolation,
        interrupted=going.interrupted,
    )


def _sharing_text(report: Report) -> Report:
    """An equal report whose words are the very objects of other reports: a whole course stays in memory."""
    parts = (
        replace(
            part,
            name=sys.intern(part.name),
            outcomes=tuple(
                replace(
                    outcome,
                    check=sys.intern(outcome.check),
                    title=sys.intern(outcome.title),
                    message=sys.intern(outcome.message),
                )
                for outcome in part.outcomes
            ),
        )
        for part in report.parts
    )
    return replace(report, parts=tuple(parts))


def _reports_of(
    topic: Topic, submissions: Sequence[Submission], reports: dict[str, Report]
) -> tuple[Report, ...]:
    """The reports there are for a topic, in the order of its submissions."""
    keys = [key_of(submission) for submission in submissions if submission.topic == topic.name]
    return tuple(reports[key] for key in keys if key in reports)


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
