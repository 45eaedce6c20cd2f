"""The learner's copy of topic.toml: no rubric, and for each part its hidden checks and its parameters."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def learners_topic_toml(
    source: Path, hidden_counts: Mapping[str, int], signatures: Mapping[str, Sequence[str]]
) -> str:
    """What `exercises/<topic>/topic.toml` holds.

    Args:
        source: A valid topic.toml.
        hidden_counts: The number of hidden checks of each part that has any.
        signatures: The names of the parameters of each part that has any.
    """
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    lines = ["# Built by `nnlearn topic build`; changes made here are lost."]
    lines += [f"{key} = {_value(data[key])}" for key in data if not _is_table(data[key])]
    if data.get("limits"):
        lines += ["", "[limits]", *_pairs(data["limits"])]
    for part in data["part"]:
        lines += ["", "[[part]]", *_pairs(part)]
        lines.append(f"hidden_checks = {hidden_counts.get(part['name'], 0)}")
        lines.append(f"parameters = {_value(list(signatures.get(part['name'], ())))}")
    for response in data.get("response", []):
        public = {key: value for key, value in response.items() if key != "rubric"}
        lines += ["", "[[response]]", *_pairs(public)]
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: Any) -> str:
    """A value of topic.toml in TOML; its strings are written as JSON writes them."""
    if isinstance(value, list):
        items = [_value(item) for item in value]
        short = f"[{', '.join(items)}]"
        if len(short) <= 88:
            return short
        return "[\n" + "".join(f"  {item},\n" for item in items) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
