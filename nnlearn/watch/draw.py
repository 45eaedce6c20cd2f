"""The board as lines that fit a terminal: words first, colour on top of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from nnlearn.watch.board import Board
from nnlearn.watch.rows import (
    FILE,
    check_lines,
    how_much_printed,
    part_lines,
    printed_lines,
    shares_of_printed,
    state_columns,
)
from nnlearn.watch.wording import besides, body_lines

KEYS = (
    ("h", "hint"),
    ("n", "next"),
    ("p", "back"),
    ("←→", "topic"),
    ("l", "list"),
    ("r", "reset"),
    ("o", "lesson"),
    ("q", "quit"),
)
_DISPENSABLE = ("r", "o", "l", "←→", "p", "h", "n")  # the first goes first where there is no room for all
_BAR, _SHORT_BAR = 20, 16
_BLANK, _LEAST_BODY, _MUCH = 3, 4, 8
_BESIDE = 60  # columns that are of use beside the parts


def board_lines(board: Board, width: int, height: int) -> list[Text]:
    """The main view: exactly `height` lines, none wider than `width`."""
    middle, body = _progress(board, width), body_lines(board, width)
    names = [part.name for part in board.topic.parts]
    room = height - 4  # for parts, body and blank lines: header, progress and keys take the rest
    if len(names) + min(len(body), _LEAST_BODY) > room:  # every state, in as few lines as that takes
        top, blank = _header(board, width, 0), 0
        parts = state_columns(board, width, room - _LEAST_BODY)
    else:
        room -= len(names)
        shares = shares_of_printed(board, room - len(body) - _BLANK, room - _LEAST_BODY)
        top, parts = _header(board, width, shares[FILE]), part_lines(board, names, shares, width)
        room = height - len(top) - len(parts) - 2
        blank = max(min(_BLANK, room - len(body)), 1 if room > _MUCH else 0)
    room = height - len(top) - len(parts) - blank - 2
    checks = check_lines(board)
    if blank and len(body) + len(checks) + 2 > room and _put_beside(parts, checks, width):
        checks = []
    elif len(body) + len(whole := check_lines(board, width)) + 2 <= room:
        checks = whole
    else:
        checks = check_lines(board, open_first=True)
    more = besides(board, checks, width, room - len(body))
    first, second, third = (([Text()] if blank > number else []) for number in (1, 2, 0))
    lines = [*top, *first, *parts, *second, *middle, *third, *_cut([*body, *more], room)]
    return [*_filled(lines, height - 1), key_line(KEYS, width)][-height:]


def page_lines(title: str, lines: Sequence[Text], first: int, width: int, height: int) -> list[Text]:
    """A page to read, of which `height - 2` lines from `first` on are shown."""
    room = max(1, height - 2)
    shown = list(lines[first : first + room])
    more = len(lines) - first - room
    keys = [("q", "back")]
    if len(lines) > room:
        keys = [("space, up, down", f"{more} more lines" if more > 0 else "the end"), *keys]
    heading = Text(title, style="bold", no_wrap=True, overflow="ellipsis")
    return [heading, *_filled(shown, room), key_line(keys, width)]


def key_line(keys: Sequence[tuple[str, str]], width: int) -> Text:
    """What keys do; where there is no room for all, those are left out that one can do without."""
    keys = list(keys)
    for key in _DISPENSABLE:
        if sum(cell_len(f"{key} {does}  ") for key, does in keys) <= width + 2:
            break
        keys = [each for each in keys if each[0] != key]
    line = Text(no_wrap=True, overflow="crop")
    for key, does in keys:
        line.append(key, style="bold reverse")
        line.append(f" {does}  ")
    return line


def _header(board: Board, width: int, share: int) -> list[Text]:
    """The topic and the file; below it so many lines of what that has printed while it was loaded."""
    place = f"topic {board.number} of {board.topics}" if board.topics > 1 else "nnlearn"
    seconds = f", checked in {board.seconds:.2f} s" if board.seconds is not None else ""
    saved = f"saved {board.saved_at}" if board.saved_at else "as it was found"
    when = "missing" if board.is_missing else f"{saved}{seconds}"
    printed = board.printed_by(FILE)
    state = ", ".join(filter(None, (board.doing or when, how_much_printed(printed, share))))
    return [
        _two_ends(Text(f"{board.topic.name}: {board.topic.title}", style="bold"), place, width),
        _two_ends(Text(f"{board.file.name}, {state}", style="dim"), "", width),
        *printed_lines(printed, share),
    ]


def _progress(board: Board, width: int) -> list[Text]:
    here, all_here = board.passed, len(board.topic.parts)
    passed, total = board.passed_elsewhere
    course = f", {here + passed} of {all_here + total} in the course" if total else ""
    words = f"] {here} of {all_here} parts pass"
    bar = max(_SHORT_BAR, min(_BAR, width - 1 - len(words) - len(course)))
    filled = round(bar * here / all_here)
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append("[")
    line.append("#" * filled, style="green")
    line.append(f"{'-' * (bar - filled)}{words}")
    if line.cell_len + len(course) <= width:
        line.append(course)
    return [line]


def _put_beside(parts: list[Text], checks: Sequence[Text], width: int) -> bool:
    """Put the checks to the right of the parts, if there is room for them."""
    left = max(part.cell_len for part in parts) + 4
    if width - left < _BESIDE or len(checks) > len(parts):
        return False
    for part, check in zip(parts, checks, strict=False):
        part.append(" " * (left - part.cell_len))
        part.append_text(check)
    return True


def _cut(lines: list[Text], room: int) -> list[Text]:
    if len(lines) <= room:
        return lines
    if room < 1:
        return []
    left_out = len(lines) - room + 1
    return [*lines[: room - 1], Text(f"... {left_out} more lines: press m", style="dim")]


def _filled(lines: list[Text], height: int) -> list[Text]:
    return [*lines[:height], *(Text() for _ in range(height - len(lines)))]


def _two_ends(left: Text, right: str, width: int) -> Text:
    """A line with something at both ends, the right one left out where there is no room."""
    left.no_wrap, left.overflow = True, "ellipsis"
    gap = width - left.cell_len - cell_len(right)
    if right and gap >= 2:
        left.append(" " * gap)
        left.append(right, style="dim not bold")
    return left
