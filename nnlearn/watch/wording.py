"""What there is to say about the part in focus, as lines that fit a width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from nnlearn.results import Outcome, Verdict
from nnlearn.text import clean, folded, hanging
from nnlearn.watch.board import Board
from nnlearn.watch.rows import FILE, check_lines, part_lines, printed_lines
from nnlearn.watch.written import Fault

_QUIET = (Verdict.PASSED, Verdict.NOT_WRITTEN, Verdict.WAITING)
_LEAST_BESIDES = 4


def body_lines(board: Board, width: int) -> list[Text]:
    """What there is to say: a question, a hint, the first failure; or that the file does not parse."""
    lines: list[Text] = []
    if board.notice:
        lines += [*wrapped(board.notice, width, style="bold"), Text()]
    if board.hint:
        lines += [*_labelled(board.hint, width), Text()]
    if board.is_missing:
        missing = f"{board.file.name} is not there. It is checked again as soon as it is back."
        return lines + wrapped(missing, width, style="red")
    if board.unreadable:
        return [*lines, *wrapped(board.unreadable, width, style="red"), Text(), *_kept(board, width)]
    if board.fault is not None:
        return [*lines, *_fault(board.fault, width), Text(), *_kept(board, width)]
    messages = board.messages()
    for note in board.notes:
        if " ".join(note.split()) in " ".join(" ".join(messages).split()):
            continue  # a message says so already
        lines += [*_labelled(f"Note: {note}", width), Text()]
    is_written = board.state(board.focus) != Verdict.NOT_WRITTEN.words
    for place, message in enumerate(messages):
        lines += [*([Text()] if place else []), *message_lines(message, width, is_fault=is_written)]
    if board.focus in board.results and not messages:
        lines += wrapped(f"{board.focus} passes.", width, style="green")
    if board.all_pass:
        lines += [Text()] if board.focus else []
        first, *rest = _all_pass(board)
        lines += wrapped(first, width, style="green")
        for line in rest:
            lines += wrapped(line, width)
    return lines


def all_lines(board: Board, width: int) -> list[Text]:
    """All there is to say, however long: that, what the part's checks say, and what was printed."""
    names = [part.name for part in board.topic.parts]
    printed = {name: len(board.printed_by(name).splitlines()) for name in names}
    shown = [name for name in names if printed[name]]
    lines = body_lines(board, width)
    if checks := check_lines(board, width):
        lines += [Text(), _heading(board), *checks]
    if shown:
        lines += [Text(), *part_lines(board, shown, printed, width)]
    of_file = board.printed_by(FILE)
    if of_file:
        lines += [Text(), Text(f"{board.file.name} printed while it was loaded:", style="dim")]
    return [*lines, *printed_lines(of_file, len(of_file.splitlines()))]


def besides(board: Board, checks: Sequence[Text], width: int, room: int) -> list[Text]:
    """What there is room for besides: the checks of the part, and what other parts say.

    Args:
        board: The board.
        checks: The checks of the part in focus, if they are not to be seen yet.
        width: The width.
        room: How many lines there are. What is too long comes all the same, unless there are only a few.
    """
    lines = [Text(), _heading(board), *checks] if checks else []
    failures = [_first_failure(board, name) for name in board.results if name != board.focus]
    messages = [failure.message for failure in failures if failure is not None]
    if messages and board.fault is None and not board.unreadable:
        whole = [line for message in messages for line in [Text(), *message_lines(message, width)]]
        if len(lines) + len(whole) > room:
            heads = [message.split("\n\n")[0] for message in messages]
            whole = [Text(), *(line for head in heads for line in wrapped(head, width, indent=4))]
        lines += whole
    return lines if room >= _LEAST_BESIDES else []


def _heading(board: Board) -> Text:
    return Text(f"The checks of {board.focus}:", style="dim")


def _first_failure(board: Board, part: str) -> Outcome | None:
    """The first check of a part that did not pass, if the part is written and was run."""
    outcomes = board.results[part].outcomes
    return next((o for o in outcomes if o.verdict not in _QUIET and o.message), None)


def message_lines(message: str, width: int, *, is_fault: bool = True) -> list[Text]:
    """What a check says: its first line, and a row for each thing known.

    Args:
        message: It.
        width: The width.
        is_fault: Whether something is wrong, and not only left to be written.
    """
    lines = []
    style = "bold red" if is_fault else "bold"
    for line in clean(message).splitlines():
        lines += [
            Text(piece, style=style, no_wrap=True, overflow="crop")
            for piece in folded(line, width, hanging(line))
        ]
        style = ""
    return lines


def fault_text(fault: Fault, width: int) -> list[str]:
    """The line that does not parse, and a caret below the place where that shows."""
    if fault.line is None:
        return []
    before = f"  {fault.line} | "
    text = clean(fault.text).rstrip()
    place = cell_len(clean(fault.text[: fault.column - 1]))
    room = max(10, width - len(before))
    if len(text) > room:  # so much of it that the place is seen
        first = max(0, min(place - room // 2, len(text) - room))
        text, place = text[first : first + room], place - first
    return [f"{before}{text}", f"{' ' * (len(before) - 2)}| {' ' * place}^"]


def kept_text(board: Board) -> str:
    """What holds until the file can be read again."""
    parts = board.fault.parts if board.fault is not None else ()
    if len(parts) == 1 < len(board.topic.parts):
        return f"The verdict of {parts[0]} is the one of before: it is kept until this parses."
    return "The verdicts are those of before: they are kept until this parses."


def _fault(fault: Fault, width: int) -> list[Text]:
    return [
        *wrapped(fault.words, width, style="bold red"),
        Text(),
        *(Text(line, no_wrap=True, overflow="crop") for line in fault_text(fault, width)),
    ]


def _kept(board: Board, width: int) -> list[Text]:
    return wrapped(kept_text(board), width)


def _all_pass(board: Board) -> list[str]:
    hidden = board.hidden_checks
    more = f" {hidden} more run when it is graded." if hidden else ""
    lines = [f"All visible checks of {board.topic.title} pass.{more}", *(board.beyond or ()), ""]
    if board.following is not None:
        lines.append(f"Next: press n for {board.following.name}, {board.following.title}.")
        lines.append("Its lesson is there with o.")
    else:
        lines.append("Every part of every topic passes. That was the course.")
    return lines


def breakpoint_note(place: str, check: str, folder: Path) -> str:
    """That a breakpoint was passed, and the command that stops there.

    Args:
        place: Where the learner's code asks for a debugger.
        check: The check during which it does.
        folder: That of the exercise.
    """
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    command = f"pytest {shown} -k {check.removeprefix('test_')}"
    return f"{place}: breakpoint() stops nothing here. It does with\n  {command}"


def _labelled(text: str, width: int) -> list[Text]:
    """A text in lines, what stands before its first colon set off: no colour is read well on every ground."""
    lines = wrapped(text, width)
    lines[0].stylize("bold", 0, lines[0].plain.find(":") + 1)
    return lines


def wrapped(text: str, width: int, style: str = "", indent: int = 2) -> list[Text]:
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
