"""Code that is searched for shortcuts, and rules that it may break."""

from __future__ import annotations

from pathlib import Path

from nnlearn.protocol.requests import Rules
from nnlearn.submission.shortcuts import Shortcuts
from nnlearn.submission.source import Cell, Source

FORBID = (
    "keras.ops.softmax",
    "keras.ops.log_softmax",
    "keras.activations.*",
    "keras.layers.Dropout",
    "keras.layers.Softmax",
    "tensorflow.nn.*",
    "scipy.special.softmax",
    "keras.Model.fit",
    "kernel:Softmax",
)
RULES = Rules(FORBID, ("keras.*", "tensorflow.*", "scipy.*", "kernel:*"))  # whatever is not forbidden


def source_of(*codes: str) -> Source:
    """A notebook of these cells, or a Python file if there is one."""
    if len(codes) == 1:
        return Source(Path("part.py"), "py", (Cell(1, codes[0], frozenset(), "part.py"),))
    cells = (Cell(n, c, frozenset(), f"cell {n}") for n, c in enumerate(codes, start=1))
    return Source(Path("part.ipynb"), "ipynb", tuple(cells))


def names(*codes: str, part: str = "part", rules: Rules = RULES) -> list[str]:
    """The names of the shortcuts found."""
    return [use.name for use in Shortcuts(source_of(*codes)).of(part, rules)]


def part(body: str, before: str = "") -> str:
    """A file with a function `part` that returns the expression `body`."""
    return f"{before}\ndef part(x, axis=-1):\n    return {body}\n"
