"""`nnlearn grade`: submissions in, reports out.

Everything that can be wrong with the request is said before the first submission is graded.
What was graded is kept when the run is interrupted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from nnlearn.cli.options import Content
from nnlearn.errors import (
    EXIT_GRADER_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    ContentError,
    OutputError,
)
from nnlearn.results import Report, Run, TopicReports, run_to_json

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.engine.submissions import Submission
    from autograder.render.files import OutputFile
    from nnlearn.catalogue import Catalogue


class Executor(Protocol):
    """What grades submissions: `autograder.engine.run.grade_all`, or a stand-in for it."""

    def __call__(
        self,
        submissions: Sequence[Submission],
        catalogue: Catalogue,
        *,
        jobs: int,
        seed: int,
        resume: bool,
        on_report: Callable[[Submission, Report], None],
    ) -> Run:
        """Grade `submissions` and call `on_report` in this thread after each."""
        ...


@dataclass(frozen=True)
class Outputs:
    """The files a run writes, each checked and still untouched."""

    json: OutputFile | None = None
    csv: OutputFile | None = None
    html: OutputFile | None = None

    @property
    def files(self) -> tuple[OutputFile, ...]:
        """Those that were asked for."""
        return tuple(file for file in (self.json, self.csv, self.html) if file is not None)


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
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Submissions graded at a time.", show_default="one per core"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same report.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was interrupted.")] = False,
    require_isolation: Annotated[
        bool,
        typer.Option("--require-isolation", help="Refuse to grade where a layer of isolation is missing."),
    ] = False,
) -> None:
    """Grade what learners handed in.

    Ends with 0 when every submission was graded, whatever the scores; with 3 when the grader itself
    failed on one; with 2 when interrupted; with 4 when the request cannot be carried out.
    """
    from rich.console import Console

    from autograder.engine.check_isolation import check_isolation
    from autograder.engine.run import forget_finished, grade_all
    from autograder.engine.submissions import collect
    from nnlearn.catalogue import load_catalogue

    catalogue = load_catalogue(content)
    messages = Console(stderr=True)
    submissions = collect(
        paths, topic, catalogue, on_skipped=lambda line: _say(f"Left out: {line}", messages)
    )
    require_checks(submissions, catalogue)
    outputs = open_outputs(submissions, json=json, csv=csv, html=html)
    check_isolation(required=require_isolation, say=lambda line: _say(line, messages))
    code = run_grading(
        submissions,
        catalogue,
        outputs,
        executor=grade_all,
        jobs=jobs or os.cpu_count() or 1,
        seed=seed,
        resume=resume,
        console=Console(),
        messages=messages,
    )
    if code != EXIT_INTERRUPTED:
        forget_finished()
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


def open_outputs(
    submissions: Sequence[Submission],
    *,
    json: Path | None = None,
    csv: Path | None = None,
    html: Path | None = None,
) -> Outputs:
    """Check the output files without touching what stands there.

    Raises:
        OutputError: One cannot be written, is named twice, or is a submission.
    """
    from autograder.render.files import OutputFile

    outputs = Outputs(*(OutputFile(path) if path else None for path in (json, csv, html)))
    for place, file in enumerate(outputs.files):
        if any(file.is_same_file(submission.path) for submission in submissions):
            raise OutputError(
                f"{file.shown}: this is a submission, and would be overwritten.",
                "Name another file.",
            )
        if any(file.is_same_file(other.path) for other in outputs.files[:place]):
            raise OutputError(f"{file.shown}: named for two outputs.", "Name a file of its own for each.")
    return outputs


def run_grading(
    submissions: Sequence[Submission],
    catalogue: Catalogue,
    outputs: Outputs,
    *,
    executor: Executor,
    jobs: int,
    seed: int,
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
        resume: Whether to take over what an interrupted run has graded.
        console: Where the result goes.
        messages: Where progress goes.

    Returns:
        The exit code.
    """
    from autograder.render.progress import GradingProgress
    from autograder.render.terminal import print_run
    from autograder.render.text import count

    done: list[tuple[Submission, Report]] = []
    interrupted = False
    with GradingProgress(len(submissions), messages) as progress:

        def keep(submission: Submission, report: Report) -> None:
            done.append((submission, report))
            progress.advance(submission, report)

        try:
            run = executor(submissions, catalogue, jobs=jobs, seed=seed, resume=resume, on_report=keep)
        except KeyboardInterrupt:
            interrupted = True
            run = partial_run(done, catalogue)
    print_run(run, console)
    _write(run, outputs, console)
    if interrupted:
        graded = f"{len(done)} of {count(len(submissions), 'submission')}"
        _say(f"Interrupted: {graded} graded. With --resume the rest follows.", messages)
        return EXIT_INTERRUPTED
    return EXIT_GRADER_ERROR if run.has_grader_error else EXIT_OK


def partial_run(done: Sequence[tuple[Submission, Report]], catalogue: Catalogue) -> Run:
    """The run so far, in the order a whole run has."""
    ordered = sorted(done, key=lambda pair: (pair[0].topic, pair[0].learner, pair[0].name))
    names = dict.fromkeys(submission.topic for submission, _ in ordered)
    return Run(
        tuple(
            TopicReports(
                topic=name,
                content_digest=catalogue.topic(name).content_digest,
                reports=tuple(report for submission, report in ordered if submission.topic == name),
            )
            for name in names
        )
    )


def _write(run: Run, outputs: Outputs, console: Console) -> None:
    """Write every output that can be written, then complain about those that cannot."""
    from autograder.render.csv import run_to_csv
    from autograder.render.html import run_to_html

    renderers = (
        (outputs.json, run_to_json),
        (outputs.csv, run_to_csv),
        (outputs.html, run_to_html),
    )
    failures: list[OutputError] = []
    for file, render in renderers:
        if file is None:
            continue
        try:
            file.write(render(run))
        except OutputError as error:
            failures.append(error)
        else:
            _say(f"Written: {file.shown}", console)
    if failures:
        raise OutputError("\n".join(error.problem for error in failures), failures[0].next_step)


def _say(line: str, console: Console) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
