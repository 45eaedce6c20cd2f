"""Words and numbers as renderers show them.

Learner names, file names and whatever a learner's code printed are hostile text.
They stay as they are in the data; every renderer sends them through `clean`.
"""

from __future__ import annotations

import re
import unicodedata

# Terminal commands: CSI, OSC (up to BEL or ST), and the two-character ones.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -~]?")
# Characters that reorder or hide the text around them.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u061c\ufeff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
}


def clean(text: str) -> str:
    """`text` without anything that could steer a terminal or reorder a line; newlines stay."""
    text = _ESCAPES.sub("", text).replace("\r\n", "\n").expandtabs(4)
    return "".join(map(_clean_character, text))


def one_line(text: str, limit: int | None = None) -> str:
    """`text` cleaned and on one line, at most `limit` characters long."""
    line = " ".join(clean(text).split())
    if limit is not None and len(line) > limit:
        line = line[: limit - 1] + "…"
    return line


def shown_name(name: str, limit: int | None = None) -> str:
    """The name of a learner or a file; never empty."""
    return one_line(name, limit) or "(no printable name)"


def points(value: float) -> str:
    """Points as people write them: at most two decimals, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def count(number: int, thing: str) -> str:
    """`1 submission`, `3 submissions`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _clean_character(character: str) -> str:
    if character == "\n" or character.isprintable():
        # Printable leaves out every control, format and surrogate character.
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
