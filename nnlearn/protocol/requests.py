"""The words that checks and a host have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MODULE, KERAS, KIT = 0, 1, 2
"""What each check finds there: the learner's module, Keras, and the helpers of `nnlearn.host.kit`."""
MOST_FIGURES = 4
"""So many figures of one cell are handed over; more are not drawn."""


@dataclass(frozen=True)
class Program:
    """The learner's code, ready to run.

    Attributes:
        name: The name its module gets.
        cells: Pairs of a file name (as tracebacks show it) and code.
        forbid: For each part, what it must not use.
    """

    name: str
    cells: tuple[tuple[str, str], ...]
    forbid: Mapping[str, tuple[str, ...]]
