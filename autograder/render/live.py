"""What moves on a terminal while a command works, and stands in lines of its own elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import Progress
from rich.status import Status

from autograder.render.text import says_on


class Live:
    """A context in which something moves, where there is a terminal for it.

    Args:
        console: Where it goes.
        display: What moves: a bar, or a line with a spinner. It goes away at the end.

    Attributes:
        moves: Whether it does; where it does not, whoever uses this says lines.
    """

    def __init__(self, console: Console, display: Progress | Status) -> None:
        self.moves = console.is_terminal
        self.say = says_on(console)
        self._display = display

    def __enter__(self) -> Self:
        if self.moves:
            self._display.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self.moves:
            self._display.stop()

    @contextmanager
    def put_aside(self) -> Iterator[None]:
        """Leave the terminal to something else for a moment."""
        self.__exit__()
        yield
        self.__enter__()
