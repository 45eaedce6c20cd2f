"""The board as lines that fit a terminal: words first, colour on top of them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from nnlearn.results import Verdict
from nnlearn.text import clean
from nnlearn.watch.board import WHEN_GRADED, Board

_STYLES = {
    Verdict.PASSED.words: "green",
    Verdict.FAILED.words: "red",
    Verdict.RAISED.words: "red",
    Verdict.FORBIDDEN.words: "red",
    Verdict.TIMED_OUT.words: "red",
    Verdict.OUT_OF_MEMORY.words: "red",
    Verdict.CRASHED.words: "red",
    Verdict.GRADER_ERROR.words: "magenta",
    "not checked": "dim",
    WHEN_GRADED: "dim",
}
KEYS = (("h", "hint"), ("n", "next"), ("l", "list"), ("r", "reset"), ("o", "lesson"), ("q", "quit"))
_LABEL = 13  # where the second line of a row of a failure begins
_BAR = 20
_PRINTED = 6
_FEWEST_PARTS = 3


def board_lines(board: Board, width: int, height: int) -> list[Text]:
    """The main view: exactly `height` lines, none wider than `width`."""
    top = _header(board, width)
    middle = _progress(board)
    body = body_lines(board, width)
    parts = _parts(board)
    room = height - len(top) - len(middle) - 1  # for parts, body and blank lines; the last is the key line
    spaced = room >= len(parts) + min(len(body), 8) + 3
    blank = [Text()] if spaced else []
    room -= 3 * len(blank)
    shown_parts = _around_focus(board, parts, max(_FEWEST_PARTS, room - len(body)))
    shown_body = _cut(body, max(0, room - len(shown_parts)))
    lines = [*top, *blank, *shown_parts, *blank, *middle, *blank, *shown_body]
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
    """What keys do, as far as there is room."""
    line = Text(no_wrap=True, overflow="crop")
    for key, does in keys:
        if line.cell_len + cell_len(f"{key} {does}  ") > width + 2:
            break
        line.append(key, style="bold reverse")
        line.append(f" {does}  ")
    return line


def body_lines(board: Board, width: int) -> list[Text]:
    """What there is to say: a question, a hint, the first failure, what was printed."""
    lines: list[Text] = []
    if board.notice:
        lines += [*_wrapped(board.notice, width, style="bold yellow"), Text()]
    if board.hint:
        lines += [*_wrapped(board.hint, width, style="cyan"), Text()]
    message = board.message()
    for note in board.notes:
        if " ".join(note.split()) in " ".join(message.split()):
            continue  # the message says so already
        lines += _wrapped(f"Note: {note}", width, style="yellow")
    if board.is_missing:
        lines += _wrapped(
            f"{board.file.name} is not there. It is checked again as soon as it is back.", width, style="red"
        )
    elif board.unreadable:
        lines += _wrapped(board.unreadable, width, style="red")
    elif board.first_failure is not None:
        first, *rest = message.splitlines() or [""]
        lines += _wrapped(first, width, style="bold red")
        for line in rest:
            lines += _wrapped(line, width, indent=_LABEL)
    elif board.all_pass:
        for line in _all_pass(board):
            lines += _wrapped(line, width, style="green")
    printed = board.output.splitlines()
    if printed:
        count = f", the last {_PRINTED} of {len(printed)} lines" if len(printed) > _PRINTED else ""
        lines += [Text(), Text(f"Your code printed{count}:", style="dim")]
        lines += [Text(f"  {line}", no_wrap=True, overflow="ellipsis") for line in printed[-_PRINTED:]]
    return lines


def _header(board: Board, width: int) -> list[Text]:
    place = f"topic {board.number} of {board.topics}" if board.topics > 1 else "nnlearn"
    seconds = f", checked in {board.seconds:.2f} s" if board.seconds is not None else ""
    saved = f"saved {board.saved_at}" if board.saved_at else "as it was found"
    when = "missing" if board.is_missing else f"{saved}{seconds}"
    return [
        _two_ends(Text(f"{board.topic.name}: {board.topic.title}", style="bold"), place, width),
        _two_ends(Text(f"{board.file.name}, {board.doing or when}", style="dim"), "", width),
    ]


def _parts(board: Board) -> list[Text]:
    longest = max(len(part.name) for part in board.topic.parts)
    lines = []
    for part in board.topic.parts:
        state = board.state(part.name)
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{'>' if part.name == board.focus else ' '} {part.name:<{longest}}  ")
        line.append(f"{state:<14} ", style=_STYLES.get(state, ""))
        line.append(board.count(part.name), style="dim")
        lines.append(line)
    return lines


def _progress(board: Board) -> list[Text]:
    here, all_here = board.passed, len(board.topic.parts)
    passed, total = board.passed_elsewhere
    filled = round(_BAR * here / all_here)
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append("[")
    line.append("#" * filled, style="green")
    line.append(f"{'-' * (_BAR - filled)}] {here} of {all_here} parts pass")
    if total:
        line.append(f", {here + passed} of {all_here + total} in the course")
    return [line]


def _all_pass(board: Board) -> list[str]:
    hidden = board.hidden_checks
    more = f" {hidden} more run when it is graded." if hidden else ""
    lines = [f"All visible checks of {board.topic.title} pass.{more}", ""]
    if board.following is not None:
        lines.append(f"Next: press n for {board.following.name}, {board.following.title}.")
        lines.append("Its lesson is there with o.")
    else:
        lines.append("Every part of every topic passes. That was the course.")
    return lines


def _around_focus(board: Board, parts: list[Text], room: int) -> list[Text]:
    """As many parts as there is room for, the one in focus among them."""
    if len(parts) <= room:
        return parts
    names = [part.name for part in board.topic.parts]
    focus = names.index(board.focus) if board.focus in names else 0
    first = min(max(0, focus - room // 2), len(parts) - room + 1)
    left_out = len(parts) - room + 1
    return [*parts[first : first + room - 1], Text(f"  and {left_out} more parts", style="dim")]


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
        left.append(right, style="dim")
    return left


def _wrapped(text: str, width: int, style: str = "", indent: int = 2) -> list[Text]:
    """`text` in lines of at most `width`; what is continued is indented. Spaces inside lines stay."""
    lines = []
    for paragraph in clean(text).splitlines() or [""]:
        pieces = textwrap.wrap(
            paragraph,
            max(width, indent + 10),
            subsequent_indent=" " * indent,
            replace_whitespace=False,
            drop_whitespace=True,
            break_on_hyphens=False,
        )
        lines += [Text(piece, style=style, no_wrap=True, overflow="crop") for piece in pieces or [""]]
    return lines
