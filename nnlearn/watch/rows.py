"""The parts as lines: the state of each, what it has printed, and how its checks went."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

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
_PRINTED, _LEAST_PRINTED = 6, 3  # lines of what a part has printed
_FEWEST, _STATE = 3, 13
_AROUND_NAME, _NARROWEST = 19, 29  # columns of a state and what stands around it; with a name that is cut
FILE = ""  # in the place of a part: what the file has printed while it was loaded


def part_lines(board: Board, names: Sequence[str], shares: Mapping[str, int], width: int) -> list[Text]:
    """A line for each part, and below it as many lines of what it has printed as `shares` says."""
    longest = max(len(name) for name in names)
    lines = []
    for name in names:
        line = _state_line(board, name, longest)
        told, short = _told(board, name)
        printed = board.printed_by(name)
        how_much, less = how_much_printed(printed, shares[name]), _briefly_printed(printed, shares[name])
        wordings = ((told, how_much), (short, how_much), (told, less), (short, less))
        room = width - line.cell_len
        fitting = (text for each in wordings if len(text := ", ".join(filter(None, each))) <= room)
        line.append(next(fitting, short), style="dim")
        lines += [line, *printed_lines(printed, shares[name])]
    return lines


def _told(board: Board, name: str) -> tuple[str, str]:
    """What stands beside the state of a part, and the same in fewer words.

    How its checks went; as long as nothing of it is written, what to reckon with, where that is known.
    """
    count, part = board.count(name), board.topic.part(name)
    if part.effort and board.is_untouched(name):
        return part.effort, f"{part.minutes} min"
    return count, count.removesuffix(" checks")


def state_columns(board: Board, width: int, most: int) -> list[Text]:
    """The states of all parts in columns, names cut where that helps, or of those around the one in focus."""
    names = [part.name for part in board.topic.parts]
    longest, most = max(len(name) for name in names), max(most, _FEWEST)
    columns = -(-len(names) // most)
    longest = min(longest, max(width // columns, _NARROWEST) - _AROUND_NAME)
    columns = width // (longest + _AROUND_NAME)
    entries = [_state_line(board, name, longest) for name in names]
    rows = -(-len(entries) // max(1, columns))
    if rows > most:
        return _around_focus(board, entries, most)
    lines = []
    for row in range(rows):
        line = Text(no_wrap=True, overflow="ellipsis")
        for entry in entries[row::rows]:
            line.append_text(entry)
        lines.append(line)
    return lines


def _state_line(board: Board, name: str, longest: int) -> Text:
    state = board.state(name)
    shown = name if len(name) <= longest else f"{name[: longest - 1]}…"
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{'>' if name == board.focus else ' '} {shown:<{longest}}  ")
    line.append(f"{state:<14} ", style=_STYLES.get(state, ""))
    return line


def shares_of_printed(board: Board, spare: int, most: int) -> dict[str, int]:
    """How many lines are shown of what each part has printed, and the file.

    Args:
        board: The board.
        spare: The lines that nobody else needs.
        most: The lines that can be had for the part in focus, at the cost of what there is to say of it.
    """
    shown = {}
    names = (*(part.name for part in board.topic.parts), FILE)
    for name in sorted(names, key=lambda name: name != board.focus):
        wanted = min(_PRINTED, len(board.printed_by(name).splitlines()))
        least = min(wanted, _LEAST_PRINTED, most) if name == board.focus else 0
        shown[name] = max(0, least, min(wanted, spare))
        spare -= shown[name]
    return shown


def how_much_printed(printed: str, shown: int) -> str:
    """That something was printed, and how much of it is to be seen."""
    of = len(printed.splitlines())
    if of == 0:
        return ""
    count = "1 line" if of == 1 else f"{of} lines"
    if shown == 0:
        return f"printed {count}: press m"
    return "printed:" if shown >= of else f"printed {count}, the last {shown}:"


def _briefly_printed(printed: str, shown: int) -> str:
    """The same in fewer words."""
    of = len(printed.splitlines())
    if of == 0:
        return ""
    return f"printed {of}: m" if shown == 0 else "printed:" if shown >= of else f"printed, the last {shown}:"


def printed_lines(printed: str, most: int) -> list[Text]:
    """The last lines of what was printed, `most` of them."""
    lines = printed.splitlines()
    last = lines[max(0, len(lines) - most) :]
    return [Text(f"    | {line}", no_wrap=True, overflow="ellipsis") for line in last]


def check_lines(board: Board, width: int | None = None, *, open_first: bool = False) -> list[Text]:
    """How each check of the part in focus went, by what it asks for.

    Args:
        board: The board.
        width: Of the lines; where it is left out, each check has one line, however long.
        open_first: Whether those that pass come last.
    """
    result = board.results.get(board.focus)
    if result is None or board.fault is not None or board.unreadable or board.is_missing:
        return []
    lines = []
    for outcome in sorted(result.outcomes, key=lambda o: open_first and o.verdict is Verdict.PASSED):
        state, title = outcome.verdict.words, " ".join(clean(outcome.title).split())
        first, *rest = textwrap.wrap(title, max(10, width - _STATE)) if width and title else [title]
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{state:<{_STATE - 1}} ", style=_STYLES.get(state, "dim"))
        line.append(first)
        lines += [line, *(Text(" " * _STATE + text, no_wrap=True, overflow="ellipsis") for text in rest)]
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
