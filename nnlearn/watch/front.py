"""What shows the board of a watch, whatever it shows it on."""

from __future__ import annotations

from typing import Any, Protocol

from nnlearn.watch.board import Board
from nnlearn.watch.pages import Page


class Front(Protocol):
    """Shows the board; a context manager that holds whatever it shows it on.

    Attributes:
        has_keys: Whether it has a keyboard.
        page: What lies over the board, or None.
    """

    has_keys: bool
    page: Page | None

    def __enter__(self) -> Any:
        """Begin to show."""

    def __exit__(self, *exception: object) -> None:
        """Leave everything as it was."""

    def open(self) -> None:
        """Begin to show, after `close` or after others have used the terminal."""

    def close(self) -> None:
        """Leave everything as it was for a while."""

    def paint(self) -> None:
        """Show the same once more."""

    def changed(self, board: Board) -> None:
        """Something on the board has changed."""

    def ended(self, board: Board) -> None:
        """A run has ended."""
