"""The words that checks and a host have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

MODULE, KERAS, KIT = 0, 1, 2
"""What each check finds there: the learner's module, Keras, and the helpers of `nnlearn.host.kit`."""
MOST_FIGURES = 4
"""So many figures of one cell are handed over; more are not drawn."""


class Rules(NamedTuple):
    """What holds for one part. Where nothing is forbidden, everything may be used.

    Attributes:
        forbid: Dotted names, `*` at the end for everything below, and `kernel:NAME`.
        allow: What may be used besides the elementary functions, in the same words; `kernel:*` is every
            kernel. What `forbid` names stays forbidden.
    """

    forbid: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Program:
    """The learner's code, ready to run.

    Attributes:
        name: The name its module gets.
        cells: Pairs of a file name (as tracebacks show it) and code.
        rules: For each part, what it must not use and what it may.
    """

    name: str
    cells: tuple[tuple[str, str], ...]
    rules: Mapping[str, Rules]
