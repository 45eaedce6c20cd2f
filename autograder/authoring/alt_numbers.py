"""The numbers in the text that stands for a figure, against those that the code has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ABOUT = ("about", "almost", "around", "near", "nearly", "roughly")
_SLACK = 0.1
"""By how much of itself a number that is `about` right may be off."""
_MINUS = "\u2212"
_NUMBER = re.compile(
    rf"(?:\b(?P<about>{'|'.join(_ABOUT)})\s+)?(?P<minus>\bminus\s+)?"
    r"(?P<number>(?<![\w.])[-\u2212+]?(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?)(?!\w|-[a-z])(?P<percent>\s?%)?"
)


@dataclass(frozen=True)
class Number:
    """A number as a text says it.

    Attributes:
        text: As it stands there.
        value: What it is; `30 %` is 0.3.
        slack: How far what it stands for may be from it: half of its last digit, a tenth of it after `about`.
    """

    text: str
    value: float
    slack: float

    def tells(self, value: float) -> bool:
        """Whether `value` may be put into these words."""
        return abs(value - self.value) <= self.slack * (1 + 1e-6)


def numbers_in(text: str) -> Iterator[Number]:
    """The numbers that a text says in digits, in their order."""
    for found in _NUMBER.finditer(text):
        digits = found["number"].replace(",", "").replace(_MINUS, "-")
        mantissa, _, exponent = digits.partition("e")
        unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
        part = 0.01 if found["percent"] else 1.0
        value = float(digits) * part * (-1 if found["minus"] else 1)
        slack = max(unit * part / 2, _SLACK * abs(value) if found["about"] else 0.0)
        yield Number(" ".join(found.group().split()), value, slack)


def untrue_in(text: str, values: Sequence[float]) -> Iterator[str]:
    """What a text says that is not so.

    Args:
        text: The alt text of a figure.
        values: What the code gave to `figures.says`.
    """
    said = list(numbers_in(text))
    if len(said) != len(values):
        shown = ", ".join(f"{value:.6g}" for value in values)
        numbers = ", ".join(number.text for number in said)
        yield (
            f"its text has {len(said)} numbers in digits ({numbers or 'none'}), "
            f"and its code states {len(values)} ({shown or 'none'})"
        )
        return
    for number, value in zip(said, values, strict=True):
        if not number.tells(value):
            yield f"its text says {number.text}, and its code has {value:.6g}"
