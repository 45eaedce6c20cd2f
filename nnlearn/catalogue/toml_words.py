"""Messages about topic.toml: each names file, key, what was expected, what was received, the next step."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from nnlearn.catalogue.nearest import did_you_mean, one_of
from nnlearn.errors import ContentError

ABSENT = object()
"""Stands for what was received where a key is missing."""
_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<key>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.?(\w+)|\[(\d+)\]")
_NAMED_BY = {"part": "name", "response": "name", "prediction": "key", "question": "number"}
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": 'text in quotes ("...")',
    "array": "a list ([...])",
    "object": "a table",
}
_EXAMPLES = {
    "title": 'title = "Activation functions"',
    "order": "order = 1",
    "summary": 'summary = "One sentence about the topic."',
    "requires": 'requires = ["activations"]',
    "pitfalls": 'pitfalls = ["divides_by_the_column_sum"]',
    "question": "[[question]] with number = 6",
    "glossary": '[glossary] with logit = "A raw output, before sigmoid or softmax."',
    "number": "number = 6",
    "answered": "answered = 'Part 1: `relu`'",
    "shown": 'shown = "functions"',
    "graded": 'graded = ["relu", "ten_sigmoids"]',
    "part": '[[part]] with name = "softmax"',
    "name": 'name = "softmax"',
    "points": "points = 3",
    "minutes": "minutes = 20",
    "difficulty": 'difficulty = "medium"',
    "hints": 'hints = ["a nudge", "more", "nearly the answer"]',
    "forbid": 'forbid = ["group:softmax", "keras.layers.*", "kernel:Relu"]',
    "allow": 'allow = ["keras.optimizers.*", "group:relu", "kernel:*"]',
    "rubric": 'rubric = ["2 points: ...", "1 point: ..."]',
    "call_seconds": "call_seconds = 10",
    "part_seconds": "part_seconds = 60",
    "submission_seconds": "submission_seconds = 300",
    "memory_mb": "memory_mb = 2048",
    "prediction": '[[prediction]] with key = "softmax_shift"',
    "key": 'key = "softmax_shift"',
    "about": 'about = "a shifted softmax"',
    "prediction.question": 'question = "You add 100 to every logit. The output of softmax becomes ..."',
    "allowed": 'allowed = ["sharper", "flatter", "same"] or allowed = "number"',
    "note": 'note = "two decimals are enough"',
    "gloss": 'gloss = { sharper = "closer to one winner" }',
    "answer": 'answer = "same"',
    "tolerance": "tolerance = 0.01",
    "wrong": '[[prediction.wrong]] with answer = "sharper" and why = "..."',
    "why": 'why = "What a teacher would say to somebody who gave that answer."',
}


def explain(file: Path, data: dict[str, Any], error: str, known: dict[str, tuple[str, ...]]) -> NoReturn:
    """Say in words what msgspec found.

    Args:
        file: The topic.toml.
        data: What it holds.
        error: msgspec's own words.
        known: The keys of each table; "" is the file itself, `prediction.wrong` a table in a table.
    """
    found = _AT.match(error)
    what, key = (found["what"], (found["key"] or "$")) if found else (error, "$")
    key = key.removeprefix("$").removeprefix(".")
    quoted = re.findall(r"`([^`]*)`", what)
    if "unknown field" in what:
        raise ContentError(
            f"{file}: {place(data, key)}unknown key `{quoted[0]}`",
            did_you_mean(quoted[0], known.get(_without_indices(key), ()), "the keys there are"),
        )
    if "missing required field" in what:
        refuse(file, data, f"{key}.{quoted[0]}".removeprefix("."), "", ABSENT)
    refuse(file, data, key, _types_in_words(quoted[0]) if quoted else what, _value(data, key))


def refuse(file: Path, data: dict[str, Any], key: str, expected: str, received: Any) -> NoReturn:
    """Say that the value at `key` is not what was expected, or that the key is missing."""
    table, _, last = _without_indices(key).rpartition(".")
    example = _EXAMPLES.get(_without_indices(key), _EXAMPLES.get(last))
    if received is ABSENT:
        parent = key.rpartition(".")[0] if table else ""
        raise ContentError(
            f"{file}: {place(data, parent)}the key `{last}` is missing", f"add it, for example: {example}"
        )
    raise ContentError(
        f"{file}: {place(data, key)}expected {expected}, got {_toml(received)}",
        f"write, for example: {example}" if example else "put that key right",
    )


def place(data: dict[str, Any], key: str) -> str:
    """How a message names `key`; within a list of tables also by the table's name."""
    if not key:
        return ""
    table = re.match(r"(part|response|prediction|question)\[(\d+)\]", key)
    if not table:
        return f"{key}: "
    name = _value(data, f"{table[0]}.{_NAMED_BY[table[1]]}")
    named = f"`{name}`" if isinstance(name, str) and name else f"number {int(table[2]) + 1}"
    named = str(name) if type(name) is int else named
    return f"{key} ({table[1]} {named}): "


def _types_in_words(types: str) -> str:
    """`int | str` as people say it."""
    names = [name for name in types.split(" | ") if name != "null"]
    return one_of(_WORDS.get(name, name) for name in names if name != "int" or "float" not in names)


def _without_indices(key: str) -> str:
    return re.sub(r"\[\d+\]", "", key)


def _value(data: Any, key: str) -> Any:
    """The value at `key`, e.g. `part[2].points`; None if there is none."""
    for name, index in _STEP.findall(key):
        if name:
            data = data.get(name) if isinstance(data, dict) else None
        elif isinstance(data, list) and int(index) < len(data):
            data = data[int(index)]
    return data


def _toml(value: Any) -> str:
    """`value` much as it stands in the file, cut where it is long."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (list, tuple)) and len(value) > 3:
        return f"a list of {len(value)}"
    text = "a table" if isinstance(value, dict) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
