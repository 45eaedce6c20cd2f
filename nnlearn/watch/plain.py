"""The watch off a terminal: a block of lines for each save, and nothing is ever drawn over."""

from __future__ import annotations

import shutil
import sys

from nnlearn.results import Verdict
from nnlearn.runtime.output import reader_is_gone
from nnlearn.text import clean, laid_out
from nnlearn.watch.board import Board
from nnlearn.watch.pages import Page
from nnlearn.watch.rows import FILE
from nnlearn.watch.wording import fault_text, kept_text

_WIDTH = 100

_INDENT = 4


class Plain:
    """Prints what was found, run by run."""

    has_keys = False

    def __init__(self) -> None:
        self.page: Page | None = None
        self._began = False
        self._was_missing = False

    def __enter__(self) -> Plain:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def open(self) -> None:
        """There is nothing to take over."""

    def close(self) -> None:
        """Or to give back."""

    def paint(self) -> None:
        """Nor to paint."""

    def changed(self, board: Board) -> None:
        """Say at first what is watched, and when the file goes away; the rest waits for the end of a run."""
        if not self._began:
            self._began = True
            _print(
                f"Watching {board.file.name} and the others: what you save is checked. Ctrl-C ends this.\n"
            )
        if board.is_missing and not self._was_missing:
            _print(f"{board.file.name} is not there. It is checked again as soon as it is back.")
        self._was_missing = board.is_missing

    def ended(self, board: Board) -> None:
        """Print what a run has found."""
        when = f", saved {board.saved_at}" if board.saved_at else ""
        _print(f"{board.topic.name}: {board.file.name}{when}")
        if board.fault is not None:
            _print("\n".join((board.fault.words, "", *fault_text(board.fault, _WIDTH), "")))
        if board.unreadable or board.fault is not None:
            _print("\n".join((*filter(None, [board.unreadable]), kept_text(board), "")))
            return
        for note in board.notes:
            _print(f"Note: {note}")
        _print_indented(board.printed_by(FILE))
        for part in board.topic.parts:
            line = f"{part.name:<24} {board.state(part.name):<14} {board.count(part.name)}"
            _print(line.rstrip())
            _print_indented(board.printed_by(part.name))
        room = shutil.get_terminal_size().columns - _INDENT
        for failure in board.failures:
            if failure.verdict is not Verdict.NOT_WRITTEN:
                message = laid_out(failure.message, room).splitlines()
                _print("\n" + "\n".join(f"{' ' * _INDENT}{line}".rstrip() for line in message) + "\n")
        outcomes = [outcome for result in board.results.values() for outcome in result.outcomes]
        passed = sum(outcome.verdict is Verdict.PASSED for outcome in outcomes)
        hidden = f"; {board.hidden_checks} more run when graded" if board.hidden_checks else ""
        _print(f"{passed} of {len(outcomes)} visible checks pass{hidden}\n")


def _print_indented(printed: str) -> None:
    for line in printed.splitlines():
        _print(f"    | {line}".rstrip())


def _print(text: str) -> None:
    """Print now: what reads this, reads it as it comes.

    Raises:
        BrokenPipeError: Nobody reads it any more, so there is nothing left to watch for.
    """
    print(clean(text), file=sys.stdout, flush=True)  # noqa: T201
    if reader_is_gone():
        raise BrokenPipeError
