"""What a submission answers in words: read from the file as text, never run, and marked by a person.

In a `.py` these are the texts in `ANSWERS`, in a notebook the cells for them, by the id that the exercise or
the assignment gave each.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.results import Answered
from nnlearn.submission.source import Source, read_cells
from nnlearn.text import clean

ANSWERS = "ANSWERS"
MOST = 10_000
"""So many characters of an answer are kept."""
_NO_TEXT = "(not a text in quotes: look into the file)"


def answer_id(name: str) -> str:
    """The id of the cell for the answer to the question `name`, in a notebook that a learner starts with."""
    return f"answer-{name}"


def response_id(name: str) -> str:
    """The `grade_id` of that cell in an assignment."""
    return f"response_{name}"


def written_answers(topic: Topic, source: Source, data: bytes) -> tuple[Answered, ...]:
    """The answer to each question of a topic; an empty one where there is none.

    Args:
        topic: The topic.
        source: The submission.
        data: The bytes that it was read from.
    """
    names = [response.name for response in topic.responses]
    if not names:
        return ()
    found = dict(_in_code(source) if source.kind == "py" else _in_cells(read_cells(source.path, data), names))
    return tuple(Answered(name, _bounded(found.get(name, ""))) for name in names)


def _in_code(source: Source) -> Iterator[tuple[str, str]]:
    """What `ANSWERS` says to each key; what is written last counts, as it does in Python."""
    for _, statement in source.statements():
        if isinstance(statement, ast.Assign):
            targets: Sequence[ast.expr] = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        else:
            continue
        if not any(isinstance(target, ast.Name) and target.id == ANSWERS for target in targets):
            continue
        if isinstance(statement.value, ast.Dict):
            for key, value in zip(statement.value.keys, statement.value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, _literal(value)


def _literal(value: ast.expr) -> str:
    if not isinstance(value, ast.Constant):
        return _NO_TEXT
    if value.value is None:
        return ""
    return value.value if isinstance(value.value, str) else _NO_TEXT


def _in_cells(cells: Sequence[Any], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the cells for answers hold; the first that says something counts, where one is there twice."""
    by_id = {wanted: name for name in names for wanted in (answer_id(name)[:55], response_id(name))}
    found: dict[str, str] = {}
    for cell in cells:
        if isinstance(cell, Mapping) and isinstance(text := cell.get("source"), str) and text.strip():
            for given in _ids(cell):
                if given in by_id:
                    found.setdefault(by_id[given], text)
    yield from found.items()


def _ids(cell: Mapping[str, Any]) -> Iterator[str]:
    """The ids of a cell that are text: nbgrader's, then its own."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, Mapping) else None
    yield from (given for given in (grade_id, cell.get("id")) if isinstance(given, str))


def _bounded(text: str) -> str:
    """An answer as it can be shown, and no longer than anybody reads."""
    text = clean(text[: 2 * MOST]).strip()
    return text if len(text) <= MOST else f"{text[:MOST]}\n(The rest is left out: look into the file.)"
