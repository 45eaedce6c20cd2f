"""Which marks that a person gave still hold when the same work is graded once more.

nbgrader asks for all of them to be looked at again. After a check was mended that would be every answer of a
class, of which nothing has changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.course.cells import cells_with_id


def cells_that_stayed(before: Path, now: str) -> frozenset[str]:
    """The graded cells of a notebook that a person has seen as they are.

    An answer stays if its text does. The score of checks stays if all of the code does.

    Args:
        before: The notebook as it was graded before, which may not be there.
        now: The notebook as it is graded now.
    """
    try:
        old, new = json.loads(before.read_text(encoding="utf-8")), json.loads(now)
        were, are = _sources(old), _sources(new)
    except (OSError, ValueError, AttributeError, TypeError):
        return frozenset()  # whatever stands there, nobody can say that it stayed
    marks = {name: cell["metadata"]["nbgrader"] for name, cell in cells_with_id(new)}
    same_code = _code(old) == _code(new)
    return frozenset(
        name
        for name, text in are.items()
        if were.get(name) == text and (marks[name].get("solution") or marks[name].get("task") or same_code)
    )


def _sources(notebook: Any) -> dict[str, str]:
    return {name: "".join(cell["source"]) for name, cell in cells_with_id(notebook)}


def _code(notebook: Any) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
