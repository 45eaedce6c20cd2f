"""What grading will make of a cell that has run: said on the card, while there is time to change it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from nnlearn.catalogue import PREDICTIONS, attribute_of
from nnlearn.notebook.cells import tags_of_this_cell
from nnlearn.submission.locate import flattened, may_define, names_bound
from nnlearn.submission.misplaced import in_words
from nnlearn.submission.source import Cell, Source

_CHECKS = re.compile(r"\bnnlearn\.check\(")


def last_to_define(source: Source, name: str) -> Cell | None:
    """The last cell that defines `name`, or would do so if it could be run when graded."""
    defined = (
        rf"^{name}[ \t]*(:.*)?="
        if name == attribute_of(PREDICTIONS)
        else rf"^[ \t]*(def|class)[ \t]+{name}\b"
    )
    written = re.compile(defined, re.MULTILINE)
    for cell in reversed(source.cells):
        if cell.error is not None:
            if written.search(cell.code):
                return cell
        elif any(may_define(node) and name in names_bound(node) for node in flattened(cell.tree.body)):
            return cell
    return None


def notes_on(cell: Cell, source: Source) -> list[str]:
    """What there is to say about one cell."""
    about = tuple(f"{cell.name}{after}" for after in " ,:")
    return [note for note in source.notes if note.startswith(about)]


def left_out_here(cell: Cell, name: str, runs_now: bool, exercise: Path) -> list[str]:
    """A note if the cell that defines `name` is one that is not run when graded.

    Args:
        cell: The cell.
        name: What it defines.
        runs_now: Whether it is the cell that runs now; some of what shows notebooks tells its tags.
        exercise: The notebook as learners get it.
    """
    tags = tags_of_this_cell() if runs_now else None
    lines = set(cell.code.splitlines())
    if (tags is not None and "demo" in tags) or any(given <= lines for given in _demonstrations(exercise)):
        return [f"{cell.name}: {in_words(name)}"]
    if tags is None and _CHECKS.search(cell.code):
        return [
            f"{cell.name}: `{name}` is defined in a cell that checks it; if that came with the exercise, "
            "it is a cell that is not run: put it into its own cell"
        ]
    return []


@lru_cache(maxsize=8)
def _demonstrations(exercise: Path) -> tuple[frozenset[str], ...]:
    """The lines of each demonstration of an exercise, those that only call checks left out."""
    if not exercise.exists():  # an instructor's own course hands out no other copy of it
        return ()
    found = []
    for cell in json.loads(exercise.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code" and "demo" in cell["metadata"].get("tags", ()):
            text = "".join(cell["source"])
            if text.strip() and not _CHECKS.search(text):
                found.append(frozenset(text.splitlines()))
    return tuple(found)
