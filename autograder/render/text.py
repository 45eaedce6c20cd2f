"""Words and numbers as renderers show them.

Learner names, file names and whatever a learner's code printed are hostile text.
They stay as they are in the data; every renderer sends them through `nnlearn.text.clean`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from nnlearn.results import Report, Verdict
from nnlearn.text import one_line

if TYPE_CHECKING:
    from rich.console import Console

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
# The field: a row of a message is one line until it is laid out.
_NOTICED = re.compile(r"^  Noticed  .*\n?", re.MULTILINE)


def shown_name(name: str, limit: int | None = None) -> str:
    """The name of a learner or a file; never empty."""
    return one_line(name, limit) or "(no printable name)"


def points(value: float) -> str:
    """Points as people write them: at most two decimals, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def outcome_of(report: Report) -> str:
    """`5 of 7`, or why there are no points to speak of."""
    if report.is_unreadable:
        return Verdict.UNREADABLE.words
    return f"{points(report.score)} of {points(report.max_score)}"


def count(number: int, thing: str) -> str:
    """`1 submission`, `3 submissions`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def how_long(seconds: float) -> str:
    """`2 days`, `1 hour`: the largest unit of which there is one."""
    whole = max(1, int(seconds))
    size, unit = next((size, unit) for size, unit in _UNITS if whole >= size)
    return count(whole // size, unit)


def says_on(console: Console) -> Callable[[str], None]:
    """What prints a line on `console` as it is: nothing in it is markup, nothing is coloured or wrapped."""

    def say(line: str) -> None:
        console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)

    return say


def without_noticed(message: str) -> str:
    """A failure message without its rows `Noticed`, where they are shown above all checks of the part."""
    return _NOTICED.sub("", message)
