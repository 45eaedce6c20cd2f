"""How far a grading run is: a bar on a terminal, one plain line for each submission elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.engine.submissions import Submission
from autograder.render.live import Live
from autograder.render.text import shown_name

_NAME_LIMIT = 24


class GradingProgress(Live):
    """A context in which `advance` is called after each submission."""

    def __init__(self, total: int, console: Console) -> None:
        self._total = total
        self._done = 0
        columns = (TextColumn("Grading"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, TextColumn("{task.description}"), console=console, transient=True)
        self._task = self._bar.add_task("", total=total)
        super().__init__(console, self._bar)

    def advance(self, submission: Submission, outcome: str) -> None:
        """Show that one more submission is done, and in words what came out."""
        self._done += 1
        name = shown_name(submission.learner, _NAME_LIMIT)
        if self.moves:
            self._bar.update(self._task, completed=self._done, description=escape(name))
        else:
            self.say(f"{self._done}/{self._total} {submission.topic} {name}: {outcome}")
