"""What learners have of the known mistakes: how the visible checks go for each, as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.diagnosis.wrong_answers import wrong_answers
from nnlearn.errors import ContentError
from nnlearn.results import Noticed

SCHEMA_VERSION = 1


def diagnoses_document(known: Sequence[KnownReplies]) -> dict[str, Any]:
    """How visible checks go for known mistakes, as plain data; topic.toml has the wrong predictions."""
    return {
        "schema_version": SCHEMA_VERSION,
        "mistakes": [
            {
                "part": item.part,
                "name": item.noticed.mistake,
                "message": item.noticed.message,
                "checks": dict(item.checks),
            }
            for item in known
            if item.part != PREDICTIONS
        ],
    }


def read_diagnoses(topic: Topic) -> tuple[KnownReplies, ...]:
    """The known mistakes that came with the exercise, wrong predictions among them."""
    return *_recorded(topic), *wrong_answers(topic)


def _recorded(topic: Topic) -> tuple[KnownReplies, ...]:
    if not topic.diagnoses.exists():
        return ()
    try:
        document = json.loads(topic.diagnoses.read_text(encoding="utf-8"))
        return tuple(
            KnownReplies(item["part"], Noticed(item["name"], item["message"]), item["checks"])
            for item in document["mistakes"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ContentError(
            f"{topic.diagnoses} is damaged: {error}",
            "install nnlearn again, or build the topic again",
        ) from error
