"""Shows which step of a long command is under way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def steps(subject: str) -> Iterator[Callable[[str], None]]:
    """Yields a function that takes each step in words.

    On a terminal one line with a spinner shows the current step; elsewhere each step is a line of its own.
    Both go to stderr.
    """
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        yield lambda step: console.print(f"{subject}: {step}", markup=False, highlight=False)
        return
    with console.status(f"{subject} ...") as status:
        yield lambda step: status.update(f"{subject}: {step} ...".replace("[", "\\["))
