"""Puts a notebook that was handed in back into the form it was given out in, without losing any work.

Learners' notebooks come back with cells missing, copied, moved, retyped, with the metadata of other courses
or none. What the gradebook knows of the assignment is put back by `grade_id`; what the learner wrote stays.
Doing it again changes nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.blueprint import Blueprint, GivenCell
from autograder.course.cells import grade_id_of
from autograder.course.put_back import NOT_RUN, given_of, insert, new_cell, put_back, tags_of
from nnlearn.catalogue import attribute_of
from nnlearn.submission.misplaced import in_words, names_in

_NAMED = 6


@dataclass(frozen=True)
class Recovery:
    """Something about a notebook that was put right.

    Attributes:
        kind: `missing`, `duplicated`, `reordered`, `edited`, `retyped` or `relabelled`.
        grade_id: The cell, or an empty string for the notebook as a whole.
        words: What was found; what was done. For the learner and for whoever grades.
        work_is_missing: Whether a cell with the learner's work is nowhere to be found.
    """

    kind: str
    grade_id: str
    words: str
    work_is_missing: bool = False


def recover(notebook: Any, blueprint: Blueprint) -> tuple[Recovery, ...]:
    """Put `notebook` right, in place.

    Args:
        notebook: A notebook of format 4 that somebody handed in.
        blueprint: What the assignment's notebook consists of.

    Returns:
        What was put right, in the order in which it was.
    """
    done: list[Recovery] = []
    _relabel(notebook.cells, blueprint, done)
    _choose_among_copies(notebook.cells, blueprint, done)
    for cell in list(notebook.cells):
        if (given := given_of(cell, blueprint)) is not None:
            _retype(cell, given, done)
            _restore(notebook, cell, given, blueprint, done)
    _put_in_order(notebook, blueprint, done)
    for given in blueprint.cells:
        if given.is_needed and all(grade_id_of(cell) != given.grade_id for cell in notebook.cells):
            words, work_is_missing = put_back(notebook, given, blueprint)
            done.append(Recovery("missing", given.grade_id, words, work_is_missing))
    for cell in notebook.cells:
        if (given := given_of(cell, blueprint)) is not None:
            _mark(cell, given)
    return tuple(done)


def _relabel(cells: Sequence[Any], blueprint: Blueprint, done: list[Recovery]) -> None:
    """Take off marks of cells that the assignment does not have; give lost ones back by the ids of cells."""
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell.metadata, dict):
            cell.metadata = {}
        if "nbgrader" in cell.metadata and given_of(cell, blueprint) is None:
            if cell.metadata["nbgrader"]:
                what = f"cell {number} was marked as a cell that this assignment does not have"
                done.append(Recovery("relabelled", "", f"{what}; the mark does not count."))
            del cell.metadata["nbgrader"]
    there = {grade_id_of(cell) for cell in cells}
    lost = {given.cell_id: given for given in blueprint.cells if given.grade_id not in there}
    found = []
    for cell in cells:
        if grade_id_of(cell) is None and (given := lost.pop(cell.get("id") or "", None)) is not None:
            cell.metadata["nbgrader"] = {"grade_id": given.grade_id}
            if given.is_needed:
                found.append(f"`{given.grade_id}`")
    if found:
        words = f"cells had lost nbgrader's labels; they have them again: {', '.join(found[:_NAMED])}."
        done.append(Recovery("relabelled", "", words))


def _choose_among_copies(cells: Sequence[Any], blueprint: Blueprint, done: list[Recovery]) -> None:
    """Of several cells with one `grade_id`, keep the last one with work in it; the rest lose the id."""
    found: dict[str | None, list[Any]] = {}
    for cell in cells:
        found.setdefault(grade_id_of(cell), []).append(cell)
    for given in blueprint.cells:
        copies = found.get(given.grade_id, [])
        if len(copies) < 2:
            continue
        with_work = [cell for cell in copies if not given.is_untouched(cell.source)]
        kept = copies[0] if given.locked else (with_work or copies)[-1]
        for cell in copies:
            if cell is kept:
                continue
            del cell.metadata["nbgrader"]
            if given.is_untouched(cell.source) or given.part is not None:
                _leave_out(cell)
        which = "the first one counts" if given.locked else "the last one that was changed counts"
        words = f"the cell `{given.grade_id}` was there {len(copies)} times; {which}."
        done.append(Recovery("duplicated", given.grade_id, words))


def _leave_out(cell: Any) -> None:
    """Keep a cell from being run when the notebook is graded."""
    tags = [tag for tag in tags_of(cell) if tag != NOT_RUN]
    cell.metadata["tags"] = [*tags, NOT_RUN]


def _retype(cell: Any, given: GivenCell, done: list[Recovery]) -> None:
    if cell.cell_type == given.cell_type:
        return
    words = f"the cell `{given.grade_id}` had become a {cell.cell_type} cell; it is a {given.cell_type} cell"
    done.append(Recovery("retyped", given.grade_id, f"{words} again."))
    cell.cell_type = given.cell_type
    cell.pop("attachments", None)
    if given.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    else:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def _restore(notebook: Any, cell: Any, given: GivenCell, blueprint: Blueprint, done: list[Recovery]) -> None:
    """Give a locked cell its text back; code that the learner wrote there stays, in a cell of its own."""
    if not given.locked or cell.source == given.source:
        return
    written, cell.source = cell.source, given.source
    if given.is_untouched(written):
        return
    words = f"the cell `{given.grade_id}` is locked and was changed; it has its text back"
    if given.cell_type == "code" and NOT_RUN not in given.tags and written.strip():
        # Not `index`: it would find another cell with the same text.
        below = next(place for place, other in enumerate(notebook.cells, start=1) if other is cell)
        insert(notebook, below, new_cell("code", written, f"yours-{given.grade_id}"))
        words += ", and what was written there is in a cell of its own below it"
    answers = _answers(written, blueprint) if NOT_RUN in given.tags else []
    words = ". ".join([words, *map(in_words, answers)])
    lost = any(_is_untouched(notebook.cells, blueprint, name) for name in answers)
    done.append(Recovery("edited", given.grade_id, f"{words}.", work_is_missing=lost))


def _answers(written: str, blueprint: Blueprint) -> list[str]:
    """The parts that are defined in what a learner has written into a cell that is not run."""
    parts = blueprint.topic.parts if blueprint.topic else ()
    return sorted(names_in(written) & {attribute_of(part.name) for part in parts})


def _is_untouched(cells: Sequence[Any], blueprint: Blueprint, name: str) -> bool:
    """Whether the cell for what is called `name` is as it was given out."""
    for cell in cells:
        given = given_of(cell, blueprint)
        if given is not None and given.solution and attribute_of(given.grade_id) == name:
            return given.is_untouched(cell.source)
    return False


def _put_in_order(notebook: Any, blueprint: Blueprint, done: list[Recovery]) -> None:
    """Sort the assignment's cells as they were given out; a learner's own cell follows the one above it."""
    first: list[Any] = []
    groups: list[tuple[int, list[Any]]] = []
    for cell in notebook.cells:
        if (given := given_of(cell, blueprint)) is not None:
            groups.append((blueprint.place(given.grade_id), [cell]))
        else:
            (groups[-1][1] if groups else first).append(cell)
    in_order = sorted(groups, key=lambda group: group[0])
    if in_order == groups:
        return
    notebook.cells = [*first, *(cell for _, cells in in_order for cell in cells)]
    moved = [
        blueprint.cells[place].grade_id
        for (place, _), (other, _) in zip(groups, in_order, strict=True)
        if place != other and blueprint.cells[place].is_needed
    ]
    names = ", ".join(f"`{name}`" for name in moved[:_NAMED]) or "cells of the lesson"
    done.append(Recovery("reordered", "", f"cells had been moved; they are in their order again: {names}."))


def _mark(cell: Any, given: GivenCell) -> None:
    """Write the marks that the assignment gives a cell over whatever the notebook says."""
    from nbformat import from_dict

    cell.metadata["nbgrader"] = from_dict(given.marks)  # type: ignore[no-untyped-call]
    tags = tags_of(cell)
    if cell.cell_type == "code" and (NOT_RUN in tags) != (NOT_RUN in given.tags):
        tags = [tag for tag in tags if tag != NOT_RUN] + [tag for tag in given.tags if tag == NOT_RUN]
        cell.metadata["tags"] = tags
