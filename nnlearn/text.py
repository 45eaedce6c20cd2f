"""Text that others wrote, made fit to be shown: nothing in it steers a terminal or hides its surroundings."""

from __future__ import annotations

import re
import unicodedata

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
