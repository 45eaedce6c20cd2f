"""The watch on a terminal: paints the board, or the page over it, on the alternate screen."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

from rich.console import Console, Group

from nnlearn.watch.board import Board
from nnlearn.watch.draw import board_lines
from nnlearn.watch.keys import Keyboard
from nnlearn.watch.pages import Page

_SMALLEST = (20, 4)


class Screen:
    """Shows the board as it changes.

    Args:
        keys: Opened and closed with the screen.

    Attributes:
        page: What lies over the board, or None.
    """

    has_keys = True

    def __init__(self, keys: Keyboard) -> None:
        self.page: Page | None = None
        self._keys = keys
        self._board: Board | None = None
        self._console = Console(highlight=False)
        self._painted: list[Any] | None = None

    def __enter__(self) -> Screen:
        self.open()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def open(self) -> None:
        """Take the terminal over."""
        self._keys.open()
        self._console.set_alt_screen(True)
        self._console.show_cursor(False)
        self.paint()

    def close(self) -> None:
        """Leave the terminal as it was."""
        try:
            self._console.show_cursor(True)
            self._console.set_alt_screen(False)
        finally:
            self._keys.close()

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines; the terminal is asked each time, whatever the environment says."""
        try:
            width, height = os.get_terminal_size(sys.stdout.fileno())
        except (OSError, ValueError):
            width, height = shutil.get_terminal_size()
        return max(width, _SMALLEST[0]), max(height, _SMALLEST[1])

    def changed(self, board: Board) -> None:
        """Show the board as it is now."""
        self._board = board
        self._paint()

    def ended(self, board: Board) -> None:
        """A run has ended: it is on the screen already."""

    def paint(self) -> None:
        """Paint what is to be seen, even if it is there already."""
        self._painted = None
        self._paint()

    def _paint(self) -> None:
        if self._board is None or not self._console.is_alt_screen:
            return
        width, height = self.size
        self._console.size = (width, height)
        if self.page is not None:
            lines = self.page.lines(width, height)
        else:
            lines = board_lines(self._board, width, height)
        painted = [(line.plain, line.style, tuple(line.spans)) for line in lines]
        if painted != self._painted:  # what stands still can be selected and copied
            self._painted = painted
            self._console.update_screen(Group(*lines))
