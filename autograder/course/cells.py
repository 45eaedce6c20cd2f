"""What each cell of an assignment's notebook is called and what it is for.

nbgrader knows a cell by its `grade_id`. For a part `softmax` and a question in words `why`:

================  =====================================================================
`softmax`         the learner's cell; `predictions` for PREDICTIONS
`softmax_checks`  the cell that is graded: locked, worth the part's points
`response_why`    the answer in words, marked by a person
anything else     lesson, question, demonstration, given code: locked, named as the built cell
================  =====================================================================

Metadata of a notebook that was handed in is whatever its author made of it: what is read here is doubted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from autograder.engine.written_answers import response_id
from nnlearn.catalogue import Topic

SCHEMA_VERSION = 3
"""Of nbgrader's cell metadata, as nbgrader 0.9 writes it."""
_CHECKS = "_checks"


class Role(StrEnum):
    """What a cell of an assignment is for."""

    SOLUTION = "solution"
    CHECKS = "checks"
    RESPONSE = "response"
    GIVEN = "given"


@dataclass(frozen=True)
class CellRole:
    """A cell's role and the part or response it belongs to; given cells belong to none."""

    role: Role
    name: str = ""


def solution_id(part: str) -> str:
    """The `grade_id` of the cell in which `part` is written."""
    return part


def checks_id(part: str) -> str:
    """The `grade_id` of the cell that holds the score of `part`."""
    return f"{part}{_CHECKS}"


def roles(topic: Topic) -> dict[str, CellRole]:
    """The role of every `grade_id` that carries work or points, parts in their order."""
    found = {}
    for part in topic.parts:
        found[solution_id(part.name)] = CellRole(Role.SOLUTION, part.name)
        found[checks_id(part.name)] = CellRole(Role.CHECKS, part.name)
    for response in topic.responses:
        found[response_id(response.name)] = CellRole(Role.RESPONSE, response.name)
    return found


def check_source(part: str) -> str:
    """The code of the cell that checks `part`, as learners run it."""
    return f'import nnlearn\n\nnnlearn.check("{part}")'


def voluntary_source(part: str) -> str:
    """The same for a part that has no points in the assignment, and says so."""
    return f"# Voluntary: it has no points here.\n{check_source(part)}"


def marks(
    grade_id: str, *, solution: bool = False, locked: bool = False, points: float | None = None
) -> dict[str, Any]:
    """The metadata that nbgrader reads of a cell; it is graded if it is worth `points`."""
    found: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "grade_id": grade_id,
        "grade": points is not None,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    return found if points is None else found | {"points": points}


def grade_id_of(cell: Mapping[str, Any]) -> str | None:
    """The `grade_id` of a cell, or None if it has none that is text."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    found = nbgrader.get("grade_id") if isinstance(nbgrader, Mapping) else None
    return found if isinstance(found, str) and found else None


def cells_with_id(notebook: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each cell that has a `grade_id`, with it, in the notebook's order; ids may come twice."""
    for cell in notebook.get("cells", ()):
        if isinstance(cell, Mapping) and (grade_id := grade_id_of(cell)) is not None:
            yield grade_id, cell


def topic_name_of(notebook: Mapping[str, Any]) -> str | None:
    """The topic that a source notebook's own metadata names, or None."""
    metadata = notebook.get("metadata")
    ours = metadata.get("nnlearn") if isinstance(metadata, Mapping) else None
    name = ours.get("topic") if isinstance(ours, Mapping) else None
    return name if isinstance(name, str) else None
