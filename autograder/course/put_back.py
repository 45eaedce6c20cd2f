"""Brings back cells that are missing from a notebook, unless what belongs in them is elsewhere in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from autograder.course.blueprint import Blueprint, GivenCell
from autograder.course.cells import grade_id_of
from nnlearn.catalogue import attribute_of
from nnlearn.submission.misplaced import names_in

NOT_RUN = "demo"
_CODE_ID = re.compile(r"[^A-Za-z0-9_-]")


def put_back(notebook: Any, given: GivenCell, blueprint: Blueprint) -> tuple[str, bool]:
    """Bring back a cell that is missing, as it was given out, unless another cell has what belongs in it.

    Returns:
        What was found and done, and whether the learner's work is nowhere to be found.
    """
    elsewhere = _cell_with(notebook.cells, given)
    if elsewhere is not None:
        if given_of(elsewhere, blueprint) is None:
            elsewhere.metadata["nbgrader"] = {"grade_id": given.grade_id}
        return f"the cell `{given.grade_id}` was missing; another cell that defines it stands for it.", False
    cell = new_cell(given.cell_type, given.source if given.locked else given.released, given.grade_id)
    cell.metadata["nbgrader"] = {"grade_id": given.grade_id}
    if given.tags:
        cell.metadata["tags"] = list(given.tags)
    insert(notebook, _place_after_neighbours(notebook.cells, given, blueprint), cell)
    words = f"the cell `{given.grade_id}` was missing; it is there again, as it was given out."
    return words, given.solution and blueprint.counts(given)


def given_of(cell: Any, blueprint: Blueprint) -> GivenCell | None:
    """What the assignment says of a cell, or None if the cell is none of the assignment's."""
    return blueprint.cell(grade_id_of(cell) or "")


def tags_of(cell: Any) -> list[Any]:
    """The tags of a cell, whatever its metadata holds."""
    tags = cell.metadata.get("tags")
    return list(tags) if isinstance(tags, list) else []


def _cell_with(cells: Sequence[Any], given: GivenCell) -> Any:
    """The last cell that defines what belongs in the cell of a part, or None."""
    if not given.solution or given.cell_type != "code":
        return None
    name = attribute_of(given.grade_id)
    for cell in reversed(cells):
        if cell.cell_type == "code" and NOT_RUN not in tags_of(cell) and name in _names_in(cell.source):
            return cell
    return None


@lru_cache(maxsize=256)
def _names_in(code: str) -> frozenset[str]:
    """The names that a cell defines, read once for all cells that are missing."""
    return frozenset(names_in(code))


def _place_after_neighbours(cells: Sequence[Any], given: GivenCell, blueprint: Blueprint) -> int:
    """Where a missing cell belongs: below all of the assignment's cells that come before it."""
    mine = blueprint.place(given.grade_id)
    before = [
        number
        for number, cell in enumerate(cells)
        if (other := given_of(cell, blueprint)) is not None and blueprint.place(other.grade_id) < mine
    ]
    return max(before) + 1 if before else 0


def new_cell(cell_type: str, source: str, name: str) -> Any:
    """A cell of a notebook, its id made of `name`."""
    from nbformat import from_dict

    cell: dict[str, Any] = {
        "id": _CODE_ID.sub("-", name)[:64],
        "cell_type": cell_type,
        "metadata": {},
        "source": source,
    }
    if cell_type == "code":
        cell |= {"outputs": [], "execution_count": None}
    return from_dict(cell)  # type: ignore[no-untyped-call]


def insert(notebook: Any, place: int, cell: Any) -> None:
    """Put `cell` in, with an id that no other cell has, or without one where the format knows none."""
    if notebook.nbformat == 4 and notebook.get("nbformat_minor", 0) < 5:
        del cell["id"]
    else:
        taken = {other.get("id") for other in notebook.cells}
        name, number = cell["id"], 2
        while cell["id"] in taken:
            cell["id"] = f"{name[:60]}-{number}"
            number += 1
    notebook.cells.insert(place, cell)
