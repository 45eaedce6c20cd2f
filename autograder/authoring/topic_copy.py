"""The learner's copy of topic.toml: nothing private, and of each part what the builder found out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import tomli_w

from nnlearn.catalogue import Topic
from nnlearn.catalogue.sealed import seal

_HEAD = "# Built by `nnlearn topic build`; changes made here are lost.\n"
_ASKED = ("key", "about", "question", "allowed", "note", "gloss")
"""What learners read of a prediction."""


def learners_topic_toml(
    topic: Topic, hidden_counts: Mapping[str, int], signatures: Mapping[str, Sequence[str]]
) -> str:
    """What `exercises/<topic>/topic.toml` holds.

    The words that the topic introduces and the questions that it answers are on pages of their own. What is
    forbidden and allowed is written out: learners may have an nnlearn that knows other groups.

    Args:
        topic: A topic with its private content.
        hidden_counts: The number of hidden checks of each part that has any.
        signatures: The names of the parameters of each part that has any.
    """
    data = tomllib.loads(topic.toml.read_text(encoding="utf-8"))
    for key in ("forbid", "allow", "pitfalls", "glossary", "question"):
        data.pop(key, None)
    tables = {
        "part": [
            {
                **_with_rules(part, topic),
                "hidden_checks": hidden_counts.get(part["name"], 0),
                "parameters": list(signatures.get(part["name"], ())),
            }
            for part in data["part"]
        ],
        "prediction": [
            {**{key: item[key] for key in _ASKED if key in item}, "sealed": seal(prediction)}
            for item, prediction in zip(data.get("prediction", []), topic.predictions, strict=True)
        ],
        "response": [
            {key: value for key, value in response.items() if key != "rubric"}
            for response in data.get("response", [])
        ],
    }
    public = {**data, **{name: items for name, items in tables.items() if items}}
    return f"{_HEAD}{tomli_w.dumps(public, multiline_strings=True)}"


def _with_rules(part: Mapping[str, Any], topic: Topic) -> dict[str, Any]:
    whole = topic.part(part["name"])
    lists = {"forbid": list(whole.forbid), "allow": list(whole.allow)}
    return {**part, **{key: entries for key, entries in lists.items() if entries or key in part}}
