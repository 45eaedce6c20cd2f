"""`nnlearn grade`: submissions in, reports out.

Everything that can be wrong with the request is said before the first submission is graded.
What was graded is kept when the run is interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from autograder.engine.options import Cluster, ClusterReport, Jobs, RequireIsolation
from nnlearn.cli.options import Content
from nnlearn.errors import (
    EXIT_CHECKS_FAILED,
    EXIT_GRADER_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    ContentError,
    OutputError,
)
from nnlearn.results import Report, Run

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.engine.outputs import Outputs
    from autograder.engine.submissions import Submission
    from nnlearn.catalogue import Catalogue


class Executor(Protocol):
    """What grades submissions: `autograder.engine.grade_all.grade_all`, or a stand-in for it."""

    def __call__(
        self,
        submissions: Sequence[Submission],
        catalogue: Catalogue,
        *,
        jobs: int,
        seed: int,
        journal: Path,
        resume: bool,
        on_report: Callable[[Submission, Report], None],
    ) -> Run:
        """Grade `submissions` and call `on_report` in this thread after each; after Ctrl-C, what is done."""
        ...


def grade(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Files, or folders with NAME.py, NAME.ipynb or NAME/TOPIC.ipynb.",
            show_default=False,
        ),
    ],
    topic: Annotated[
        str | None,
        typer.Option(help="The topic of all submissions, where their names do not say it."),
    ] = None,
    content: Content = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all reports as JSON.")] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a row for each submission as CSV.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the class and each learner as HTML.")
    ] = None,
    jobs: Jobs = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same report.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was interrupted.")] = False,
    require_isolation: RequireIsolation = False,
    cluster: Cluster = None,
    cluster_report: ClusterReport = None,
) -> None:
    """Grade what learners handed in.

    Ends with 0 when every submission was graded, whatever the scores; with 1 when one could not be read; with
    3 when the grader itself failed on one; with 2 when interrupted, or when the cluster was lost; with 4 when
    the request cannot be carried out.
    """
    from rich.console import Console

    from autograder.engine.grade_all import grade_all
    from autograder.engine.graders import Means, Needs, graders
    from autograder.engine.journal import forget, journal_in
    from autograder.engine.outputs import open_outputs
    from autograder.engine.submissions import collect
    from autograder.render.text import says_on
    from nnlearn.catalogue import load_catalogue

    means = Means(jobs, cluster, cluster_report)
    catalogue = load_catalogue(content)
    messages = Console(stderr=True)
    say = says_on(messages)
    submissions = collect(paths, topic, catalogue, on_skipped=lambda line: say(f"Left out: {line}"))
    require_checks(submissions, catalogue)
    outputs = open_outputs(submissions, json=json, csv=csv, html=html)
    topics = [catalogue.topic(name) for name in dict.fromkeys(s.topic for s in submissions)]
    asked = {
        "paths": sorted(str(path.resolve()) for path in paths),
        "topic": topic,
        "content": str(catalogue.root),
        "seed": seed,
    }
    journal = journal_in(Path(), asked)
    needs = Needs(catalogue.root, topics, seed, required=require_isolation)
    with graders(means, needs, say) as (start_executor, window):
        code = run_grading(
            submissions,
            catalogue,
            outputs,
            executor=partial(grade_all, start_executor=start_executor),
            jobs=window,
            seed=seed,
            journal=journal,
            resume=resume,
            console=Console(stderr=outputs.take_stdout),
            messages=messages,
        )
    if code != EXIT_INTERRUPTED:
        forget(journal)
    raise typer.Exit(code)


def require_checks(submissions: Sequence[Submission], catalogue: Catalogue) -> None:
    """Make sure that there are checks to grade with.

    Raises:
        ContentError: The content tree has none for one of the topics; learners' copies have not.
    """
    for name in dict.fromkeys(submission.topic for submission in submissions):
        if catalogue.topic(name).checks is None:
            raise ContentError(
                f"{catalogue.root}: there are no checks to grade {name} with: "
                f"autograder/checks/{name}/test_{name}.py is missing.",
                "Pass --content with a tree that holds them; `nnlearn check` needs none.",
            )


def run_grading(
    submissions: Sequence[Submission],
    catalogue: Catalogue,
    outputs: Outputs,
    *,
    executor: Executor,
    jobs: int,
    seed: int,
    journal: Path,
    resume: bool,
    console: Console,
    messages: Console,
) -> int:
    """Grade `submissions`, show the result and write `outputs`.

    Args:
        submissions: What to grade.
        catalogue: Where their topics are.
        outputs: The files to write.
        executor: What does the grading.
        jobs: How many submissions to grade at a time.
        seed: What all random numbers of the run follow from.
        journal: Where what is finished is kept until it is written.
        resume: Whether to take over what an interrupted run has graded.
        console: Where the result goes.
        messages: Where progress goes.

    Returns:
        The exit code.
    """
    from autograder.engine.journal import say_if_missing
    from autograder.engine.progress import GradingProgress
    from autograder.render.terminal import print_run
    from autograder.render.text import count, outcome_of, says_on

    say = says_on(messages)
    if resume:
        say_if_missing(journal, say)
    with GradingProgress(len(submissions), messages) as progress:
        run = executor(
            submissions,
            catalogue,
            jobs=jobs,
            seed=seed,
            journal=journal,
            resume=resume,
            on_report=lambda submission, report: progress.advance(submission, outcome_of(report)),
        )
    print_run(run, console)
    try:
        outputs.write(run, says_on(console))
    except OutputError:
        say(f"What was graded is kept in {journal}: with --resume nothing is graded again.")
        raise
    if run.interrupted:
        done = sum(len(topic.reports) for topic in run.topics)
        say(
            f"Interrupted: {done} of {count(len(submissions), 'submission')} graded. With --resume the rest "
            f"follows; what is done is kept in {journal}."
        )
        return EXIT_INTERRUPTED
    if run.has_grader_error:
        return EXIT_GRADER_ERROR
    return EXIT_CHECKS_FAILED if run.has_unreadable else EXIT_OK
