"""Text of the learner's code, made fit to be shown."""

from __future__ import annotations

import re

# Escape sequences as a whole, then every other control character but the line break.
_CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?|[\x00-\x09\x0b-\x1f\x7f-\x9f]"
)


def printable(text: str) -> str:
    """`text` without what would move the cursor, change colours or ring the bell."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").expandtabs(4))
