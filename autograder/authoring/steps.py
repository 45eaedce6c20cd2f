"""Shows which step of a long command is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from autograder.render.live import Live


@contextmanager
def steps(subject: str) -> Iterator[Callable[[str], None]]:
    """Yields a function that takes each step in words.

    On a terminal one line with a spinner shows the current step; elsewhere each step is a line of its own.
    Both go to stderr.
    """
    console = Console(stderr=True)
    status = console.status(Text(f"{subject} ..."))
    with Live(console, status) as live:

        def show(step: str) -> None:
            if live.moves:
                status.update(Text(f"{subject}: {step} ..."))
            else:
                live.say(f"{subject}: {step}")

        yield show
