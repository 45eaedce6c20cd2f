"""What an assignment's notebook consists of, from what only the instructor can write.

The gradebook says which cells there are, what they are worth and what text learners were given in them; the
instructor's notebook says their order and their tags. Nothing is read from what was handed in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from autograder.course.cells import Role, cells_with_id, marks, roles, topic_name_of
from autograder.course.layout import CourseError
from nnlearn.catalogue import Catalogue, Topic

# What nbgrader takes out of a cell only after it has saved the cell in the gradebook.
_PRIVATE = re.compile(
    r"^[^\n]*BEGIN (HIDDEN TESTS|MARK SCHEME)[^\n]*$.*?^[^\n]*END \1[^\n]*$\n?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class GivenCell:
    """A cell that nbgrader knows by its `grade_id`.

    Attributes:
        grade_id: Its name.
        cell_type: `code` or `markdown`.
        source: Its text as the gradebook has it.
        released: The same as learners were given it, without hidden tests and marking schemes.
        locked: Whether learners are to leave it as it is.
        solution: Whether learners work in it.
        points: What it is worth, or None if it is not graded.
        part: The part whose score it holds, or None.
        marks: nbgrader's metadata for it.
        tags: Its tags.
        cell_id: The id that the notebook format gives it, or an empty string.
    """

    grade_id: str
    cell_type: str
    source: str
    released: str
    locked: bool
    solution: bool
    points: float | None
    part: str | None
    marks: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    cell_id: str = ""

    def is_untouched(self, text: str) -> bool:
        """Whether `text` is what learners were given, or what the gradebook has, up to blanks."""
        return _without_blanks(text) in (_without_blanks(self.source), _without_blanks(self.released))

    @property
    def is_needed(self) -> bool:
        """Whether a submission cannot be graded without it: it holds work or points, or its code is run."""
        runs = self.cell_type == "code" and "demo" not in self.tags
        return self.solution or self.points is not None or self.marks["task"] or runs


@dataclass(frozen=True)
class Blueprint:
    """The cells of one notebook of an assignment, in their order.

    Attributes:
        topic: What it teaches, or None for a notebook that is none of ours.
        cells: The cells that nbgrader knows.
        kernelspec: The notebook's kernel, as its metadata say it.
    """

    topic: Topic | None
    cells: tuple[GivenCell, ...]
    kernelspec: Mapping[str, Any]

    @cached_property
    def _by_id(self) -> dict[str, tuple[int, GivenCell]]:
        return {cell.grade_id: (place, cell) for place, cell in enumerate(self.cells)}

    def require_checks(self) -> None:
        """Make sure that there are checks to grade the notebook with.

        Raises:
            CourseError: The content tree has none for its topic; learners' copies have not.
        """
        if self.topic is not None and self.topic.checks is None:
            raise CourseError(
                f"there are no checks to grade {self.topic.name} with: its content tree holds none",
                "name the tree that holds them in nbgrader_config.py: c.GradeWithNnlearn.content",
            )

    def cell(self, grade_id: str) -> GivenCell | None:
        """The cell called `grade_id`, or None."""
        found = self._by_id.get(grade_id)
        return found[1] if found else None

    def counts(self, given: GivenCell) -> bool:
        """Whether what learners write into a cell has points: in it, or in the cell of its checks."""
        if self.topic is None or given.points is not None or given.marks["task"]:
            return True
        return any(cell.part == given.grade_id and cell.points is not None for cell in self.cells)

    def place(self, grade_id: str) -> int:
        """Where the cell called `grade_id` stands among the others."""
        return self._by_id[grade_id][0]


def read_blueprint(
    db_url: str, assignment: str, notebook: str, source: Path, catalogue: Catalogue
) -> Blueprint:
    """What the notebook of an assignment consists of.

    Args:
        db_url: nbgrader's gradebook.
        assignment: The assignment's name.
        notebook: The notebook's name, without its extension.
        source: The instructor's notebook.
        catalogue: The topics.

    Raises:
        CourseError: The gradebook does not know the notebook; the instructor's notebook is missing or was
            changed without being generated again; a cell is worth points that nothing would ever give.
    """
    from nbgrader.api import Assignment, Notebook
    from sqlalchemy.orm import Session

    with Session(_engine(db_url)) as session:
        query = session.query(Notebook).join(Assignment, Notebook.assignment_id == Assignment.id)
        found = query.filter(Notebook.name == notebook, Assignment.name == assignment).one_or_none()
        if found is None:
            raise CourseError(
                f"the gradebook has no notebook `{notebook}` of assignment `{assignment}`",
                f"run: nbgrader generate_assignment {assignment}",
            )
        return _blueprint(found, assignment, source, catalogue)


@lru_cache(maxsize=4)
def _engine(db_url: str) -> Any:
    """One engine for each gradebook and process: a new one would work out every query anew."""
    from sqlalchemy import create_engine

    return create_engine(db_url)


def _blueprint(found: Any, assignment: str, source: Path, catalogue: Catalogue) -> Blueprint:
    book = _read(source)
    topic = _topic_of(book, source, catalogue)
    order = {grade_id: (number, cell) for number, (grade_id, cell) in enumerate(cells_with_id(book))}
    graded = {cell.name: float(cell.max_score) for cell in (*found.grade_cells, *found.task_cells)}
    kinds = {
        "solution": {cell.name for cell in found.solution_cells},
        "task": {cell.name for cell in found.task_cells},
    }
    if unknown := [cell.name for cell in found.source_cells if cell.name not in order]:
        raise CourseError(
            f"{source} has no cell `{unknown[0]}`, which the gradebook knows: it has changed since",
            f"run: nbgrader generate_assignment {assignment} --force",
        )
    cells = [_given(cell, order[cell.name][1], graded, kinds, topic) for cell in found.source_cells]
    cells.sort(key=lambda cell: order[cell.grade_id][0])
    return Blueprint(topic, tuple(cells), json.loads(found.kernelspec or "{}"))


def _given(
    cell: Any, in_source: Any, graded: Mapping[str, float], kinds: Mapping[str, set[str]], topic: Topic | None
) -> GivenCell:
    """One cell as the gradebook has it."""
    solution, task = cell.name in kinds["solution"], cell.name in kinds["task"]
    points = graded.get(cell.name)
    role = roles(topic).get(cell.name) if topic else None
    part = role.name if role and role.role is Role.CHECKS else None
    if topic and cell.cell_type == "code" and points is not None and not solution and part is None:
        raise CourseError(
            f"the cell `{cell.name}` is worth {points:g} points, and the topic {topic.name} has no part "
            "whose checks would give them",
            "give the points to a cell of the topic, or mark the cell as graded by hand",
        )
    tags = in_source["metadata"].get("tags", ())
    text = cell.source or ""
    all_marks = marks(cell.name, solution=solution, locked=bool(cell.locked), points=points)
    if task:
        all_marks |= {"task": True, "grade": False}
    return GivenCell(
        cell.name,
        cell.cell_type,
        text,
        _PRIVATE.sub("", text),
        bool(cell.locked),
        solution,
        points,
        part,
        all_marks | {"cell_type": cell.cell_type, "checksum": cell.checksum},
        # Cells with checks never run as the learner's code, whatever their tags.
        tuple(dict.fromkeys([*(tag for tag in tags if isinstance(tag, str)), *(["demo"] if part else [])])),
        str(in_source.get("id", "")),
    )


def _without_blanks(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _topic_of(book: Mapping[str, Any], source: Path, catalogue: Catalogue) -> Topic | None:
    if (name := topic_name_of(book)) is not None:
        return catalogue.topic(name)
    return next((topic for topic in catalogue.topics if topic.name == source.stem), None)


def _read(source: Path) -> Any:
    try:
        return json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{source}: the instructor's notebook cannot be read: {error}",
            "Put it back: grading needs it to know what the assignment consists of.",
        ) from error
