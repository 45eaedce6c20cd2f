"""Makes the source notebook of a topic, as nbgrader wants it, from the topic's master."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from autograder.authoring.lesson import write_notebook
from autograder.authoring.master import Kind, Master, MasterCell
from autograder.course.cells import check_source, checks_id, grade_id_of, marks, solution_id, voluntary_source
from autograder.course.layout import CourseError
from autograder.course.selection import Selection
from autograder.engine.written_answers import answer_id, response_id
from autograder.render.text import points as shown_points
from nnlearn.catalogue import Response

BEGIN_SCHEME = "=== BEGIN MARK SCHEME ==="
END_SCHEME = "=== END MARK SCHEME ==="
_GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
_BUILT_CHECK = "check-"


def source_notebook(master: Master, selection: Selection | None = None) -> dict[str, Any]:
    """The instructor's notebook: lesson, reference in solution regions, graded cells, marking schemes.

    Args:
        master: The master of the topic.
        selection: What of it counts; everything, as the topic says, where it is left out.

    Raises:
        CourseError: nbgrader cannot work with the name of a part, or two cells would have one name.
    """
    built = json.loads(write_notebook(master))
    cells = [made for cell in built["cells"] for made in _Maker(master, selection or Selection()).cells(cell)]
    _require_names(master, cells)
    return {
        **built,
        "cells": cells,
        "metadata": {**built["metadata"], "nnlearn": {"topic": master.topic.name}},
    }


class _Maker:
    """Turns the cells of the built notebook into those of the instructor's."""

    def __init__(self, master: Master, selection: Selection) -> None:
        self.topic = master.topic
        self.selection = selection
        work = master.of(Kind.PART, Kind.PREDICTIONS)
        self.work = {f"part-{cell.name}"[:55]: cell for cell in work}
        self.questions = {f"question-{r.name}"[:55]: r for r in master.topic.responses}
        self.answers = {answer_id(r.name)[:55]: r for r in master.topic.responses}

    def cells(self, built: dict[str, Any]) -> Iterator[dict[str, Any]]:
        name = built["id"]
        if name in self.work:
            yield from self._part(built, self.work[name])
        elif name in self.answers:
            response = self.answers[name]
            points = self.selection.points_of(response)
            # nbgrader knows no answer in words without points: a voluntary one is a cell like any other.
            answer = marks(response_id(response.name), solution=True, points=points)
            yield built if points is None else _marked(built, answer)
        elif name in self.questions:
            text = _with_scheme("".join(built["source"]), self.questions[name])
            yield _marked({**built, "source": _lines(text)}, marks(name, locked=True))
        elif not name.startswith(_BUILT_CHECK):
            yield _marked(built, marks(_safe(name), locked=True))

    def _part(self, built: dict[str, Any], cell: MasterCell) -> Iterator[dict[str, Any]]:
        points = self.selection.points_of(self.topic.part(cell.name))
        yield _marked({**built, "source": _lines(cell.source)}, marks(solution_id(cell.name), solution=True))
        check = {
            "cell_type": "code",
            "execution_count": None,
            "id": f"{_BUILT_CHECK}{cell.name}"[:55],
            "metadata": {"tags": ["demo", "check"]},
            "outputs": [],
            "source": _lines(check_source(cell.name) if points is not None else voluntary_source(cell.name)),
        }
        yield _marked(check, marks(checks_id(cell.name), locked=True, points=points))


def _marked(cell: dict[str, Any], nbgrader: dict[str, Any]) -> dict[str, Any]:
    return {**cell, "metadata": {**cell["metadata"], "nbgrader": nbgrader}}


def _with_scheme(question: str, response: Response) -> str:
    """The question followed by how to mark the answer, which nbgrader keeps from learners."""
    rules = "\n".join(f"- {line.strip()}" for line in response.rubric)
    scheme = f"**How to mark this** ({shown_points(response.points)} points in all)\n\n{rules}"
    return f"{question.rstrip()}\n\n{BEGIN_SCHEME}\n\n{scheme}\n\n{END_SCHEME}"


def _safe(name: str) -> str:
    """A cell's name in the letters that nbgrader allows."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _require_names(master: Master, cells: list[dict[str, Any]]) -> None:
    """Refuse names that nbgrader would refuse later, or would mix up."""
    seen: set[str] = set()
    for cell in cells:
        if (name := grade_id_of(cell)) is None:
            continue
        if not _GRADE_ID.fullmatch(name):
            raise CourseError(
                f"{master.topic.toml}: nbgrader cannot name a cell `{name}`",
                "name the part with the letters a to z, digits and `_`",
            )
        if name in seen:
            raise CourseError(
                f"{master.topic.toml}: two cells of the assignment would be called `{name}`",
                "rename a part or a response",
            )
        seen.add(name)
