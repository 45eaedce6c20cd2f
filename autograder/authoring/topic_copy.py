"""The learner's copy of topic.toml: no rubric, no answer, and of each part what the builder found out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import tomli_w

_HEAD = "# Built by `nnlearn topic build`; changes made here are lost.\n"
_ASKED = ("key", "about", "question", "allowed", "note", "gloss")
"""What learners may know of a prediction."""


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
    tables = {
        "part": [
            {
                **part,
                "hidden_checks": hidden_counts.get(part["name"], 0),
                "parameters": list(signatures.get(part["name"], ())),
            }
            for part in data["part"]
        ],
        "prediction": [
            {key: item[key] for key in _ASKED if key in item} for item in data.get("prediction", [])
        ],
        "response": [
            {key: value for key, value in response.items() if key != "rubric"}
            for response in data.get("response", [])
        ],
    }
    public = {**data, **{name: items for name, items in tables.items() if items}}
    return f"{_HEAD}{tomli_w.dumps(public, multiline_strings=True)}"
