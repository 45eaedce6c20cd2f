"""Text that others wrote, made fit to be shown: nothing in it steers a terminal or hides its surroundings."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from typing import Any

# Terminal commands as a whole (CSI, OSC up to BEL or ST, the two-character ones), then every other control
# character but tab and newline.
_CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
_UNUSUAL = re.compile(r"[^\n -~]")
# Characters that reorder or hide the text around them.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u061c\ufeff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
}
_DECIMALS = 0.30103  # of a binary digit
_MOST_SHOWN_AXES, _MOST_SHOWN_ELEMENTS, _FIRST_ELEMENTS = 8, 1000, 6


def without_controls(text: str) -> str:
    """`text` without what would move the cursor, change colours or ring the bell; the rest as it is."""
    return _CONTROL.sub("", text)


def clean(text: str) -> str:
    """`text` without anything that could steer a terminal or reorder a line; newlines stay."""
    return _UNUSUAL.sub(lambda found: _shown(found[0]), without_controls(text).expandtabs(4))


def one_line(text: str, limit: int | None = None) -> str:
    """`text` cleaned and on one line, at most `limit` characters long."""
    line = " ".join(clean(text).split())
    if limit is not None and len(line) > limit:
        line = line[: limit - 1] + "…"
    return line


FIELD = 13  # where the values of a failure message begin
_HEADLINE = 4  # how far a first line that goes on is indented
_PASTED = "  Try it "  # a line break in it would be pasted along
_BUT = ", but "  # between what should hold and what is so
_APART = re.compile(r"(?<=\S) {2,}(?=\S+(?: \S+)*$)")  # before what a row says last, of its own


def hanging(line: str) -> int:
    """How far a line of a failure message is indented where it goes on."""
    return FIELD if line.startswith("  ") else _HEADLINE


def laid_out(message: str, width: int) -> str:
    """A failure message in lines of at most `width`: what goes on does so below where it began.

    The first line is broken between what should hold and what is so, where that takes no more lines.
    The line to try stays in one piece.

    Args:
        message: What `nnlearn.checking.failure.render` wrote.
        width: How much room there is.
    """
    lines: list[str] = []
    for line in message.splitlines():
        lines += [line] if line.startswith(_PASTED) else folded(line, width, hanging(line))
    return "\n".join(lines)


def folded(line: str, width: int, hang: int) -> list[str]:
    """A line of a failure message in lines of at most `width`, broken where its sense breaks if that can be.

    Args:
        line: The line.
        width: How much room there is.
        hang: How far what goes on is indented.
    """
    if len(line) <= width:
        return [line]
    room = max(width, 2 * FIELD)
    whole = _wrapped(line, room, "", hang)
    if line.startswith("  "):
        head, *tail = _APART.split(line, maxsplit=1)
        rest = "".join(tail)
    else:
        head, but, rest = line.partition(_BUT)
        head, rest = head + but[:1], but[2:] + rest
    if not rest:
        return whole
    parted = [*_wrapped(head, room, "", hang), *_wrapped(rest, room, " " * hang, hang)]
    return parted if len(parted) <= len(whole) else whole


def _wrapped(text: str, width: int, indent: str, hang: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=" " * hang,
        replace_whitespace=False,
        break_on_hyphens=False,
    )


def shown(value: Any, room: int = 60) -> str:
    """`repr(value)`, at most `room` characters of it; no more is made than is shown.

    Args:
        value: Plain data, however large, or anything with a short `repr`.
        room: The longest text that is not cut.
    """
    text = ""
    for piece in _pieces(value, room):
        text += piece
        if len(text) > room:
            return text[: room - 3] + "..."
    return text


def _pieces(value: Any, room: int) -> Iterator[str]:
    """The `repr` of a value, bit by bit."""
    kind = type(value)
    if kind in (str, bytes):
        yield repr(value[: room + 1])
    elif kind is int and value.bit_length() > 4 * room:  # Python itself refuses to write out the longest
        yield f"{'-' if value < 0 else ''}about 10**{int(value.bit_length() * _DECIMALS)}"
    elif kind in (list, tuple):
        yield "[" if kind is list else "("
        for place, item in enumerate(value):
            yield ", " if place else ""
            yield from _pieces(item, room)
        yield "]" if kind is list else ",)" if len(value) == 1 else ")"
    elif kind is dict:
        yield "{"
        for place, (key, item) in enumerate(value.items()):
            yield ", " if place else ""
            yield from _pieces(key, room)
            yield ": "
            yield from _pieces(item, room)
        yield "}"
    elif kind.__module__ == "numpy" and value.ndim > _MOST_SHOWN_AXES:  # NumPy shows some of each axis
        yield f"array of rank {value.ndim}"
    elif kind.__module__ == "numpy" and value.size > _MOST_SHOWN_ELEMENTS:
        yield repr(value[(*(slice(1) for _ in value.shape[1:]), slice(_FIRST_ELEMENTS))])
    else:
        yield repr(value)


def _shown(character: str) -> str:
    """What stands for a character that is neither a newline nor of ASCII."""
    if character.isprintable():  # which leaves out every control, format and surrogate character
        return character
    if character in _INVISIBLE:
        return ""
    category = unicodedata.category(character)
    if category in {"Zl", "Zp", "Zs"}:
        return " "
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    # Joiners belong to the spelling of names in several scripts.
    return character if character in "\u200c\u200d" else ""
