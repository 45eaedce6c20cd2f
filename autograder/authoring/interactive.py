"""The figure of a lesson's page that can be moved: read, and its place found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.errors import ContentError

_PLACE = re.compile(r"\A// below: (?P<figure>\w+)\n")


def interactive_of(file: Path, figures: Sequence[str]) -> str:
    """The script in `file`, which says in its first line below which of the lesson's `figures` it stands.

    Raises:
        ContentError: It says no such thing.
    """
    script = file.read_text(encoding="utf-8")
    name = stands_below(script)
    if name not in figures:
        found = f"there is no figure `{name}`" if name else "it does not say where it stands"
        raise ContentError(
            f"{file}: {found}: its first line is `// below: NAME`, with the name of a figure of the lesson",
            did_you_mean(name, list(figures), "the figures are"),
        )
    return script


def stands_below(script: str) -> str:
    """The name of the figure that a script stands below; empty if it names none."""
    found = _PLACE.match(script)
    return found["figure"] if found else ""
