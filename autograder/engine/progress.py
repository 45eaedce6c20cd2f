"""How far a grading run is: a bar on a terminal, one plain line for each submission elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from autograder.engine.submissions import Submission
from autograder.render.text import points, shown_name
from nnlearn.results import Report

_NAME_LIMIT = 24


class GradingProgress:
    """A context in which `advance` is called after each submission."""

    def __init__(self, total: int, console: Console) -> None:
        self._total = total
        self._done = 0
        self._console = console
        self._bar = Progress(
            TextColumn("Grading"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> GradingProgress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def advance(self, submission: Submission, report: Report | None) -> None:
        """Show that one more submission is graded, or, without a report, that it cannot be."""
        self._done += 1
        name = shown_name(submission.learner, _NAME_LIMIT)
        self._bar.update(self._task, completed=self._done, description=escape(name))
        if not self._console.is_terminal:
            score = f"{points(report.score)} of {points(report.max_score)}" if report else "not graded"
            line = f"{self._done}/{self._total} {submission.topic} {name}: {score}"
            self._console.print(Text(line), soft_wrap=True)
