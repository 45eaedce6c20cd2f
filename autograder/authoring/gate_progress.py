"""How far `nnlearn topic check` is: one line on a terminal, elsewhere a line as each topic begins."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from autograder.authoring.trials import Progress
from autograder.render.live import Live


class GateProgress(Live):
    """A context in which `show` is called whenever a topic is a step further."""

    def __init__(self, console: Console) -> None:
        self._status = console.status("starting ...")
        super().__init__(console, self._status)

    def show(self, progress: Progress) -> None:
        """Say how far a topic is."""
        name = progress.topic.name
        if self.moves:
            self._status.update(Text(f"{name}: {progress.done} of {progress.of} implementations tried ..."))
        elif progress.done == 0 and progress.of:
            self.say(f"{name}: {progress.of} implementations")
