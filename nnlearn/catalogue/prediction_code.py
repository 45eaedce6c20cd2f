"""A topic's predictions as Python: the dictionary `PREDICTIONS`, and the place that it takes in a master."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable

from nnlearn.catalogue.prediction import Answer, Prediction

PLACE = "PREDICTIONS = ..."


def predictions_code(predictions: Iterable[Prediction], *, answered: bool) -> str:
    """`PREDICTIONS = {...}` with each question as a comment above its key.

    Args:
        predictions: In the order they are asked in.
        answered: Whether the right answers stand there, or None as learners find it.
    """
    lines = ["PREDICTIONS = {"]
    for item in predictions:
        lines += [f"    # {line}".rstrip() for line in item.comment.split("\n")]
        lines.append(f"    {_literal(item.key)}: {_literal(item.answer) if answered else None},")
    return "\n".join([*lines, "}"])


def is_place(code: str) -> bool:
    """Whether a cell of a master is `PREDICTIONS = ...`, with or without comments: there predictions go."""
    match ast.parse(code).body:
        case [ast.Assign(targets=[ast.Name(id="PREDICTIONS")], value=ast.Constant(value=value))]:
            return value is Ellipsis
    return False


def _literal(value: Answer | None) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
