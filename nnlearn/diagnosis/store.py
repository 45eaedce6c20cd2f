"""How the replies of known mistakes are written down, and the file of them that learners have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.errors import ContentError
from nnlearn.results import Noticed

SCHEMA_VERSION = 1


def replies_document(known: Sequence[KnownReplies]) -> dict[str, Any]:
    """How checks go for known mistakes, as plain data; `known_in` reads it."""
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
        ],
    }


def known_in(document: dict[str, Any]) -> tuple[KnownReplies, ...]:
    """The known mistakes in a document.

    Raises:
        KeyError, TypeError: It is no such document.
    """
    return tuple(
        KnownReplies(item["part"], Noticed(item["name"], item["message"]), item["checks"])
        for item in document["mistakes"]
    )


def diagnoses_document(known: Sequence[KnownReplies]) -> dict[str, Any]:
    """The learner-side file: the mistakes that a visible check catches, and how those checks go for them."""
    return replies_document(
        [item for item in known if any(replies is not None for replies in item.checks.values())]
    )


def read_diagnoses(topic: Topic) -> tuple[KnownReplies, ...]:
    """The known mistakes that came with the exercise; none if there is no such file."""
    if not topic.diagnoses.exists():
        return ()
    try:
        return known_in(json.loads(topic.diagnoses.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise ContentError(
            f"{topic.diagnoses} is damaged: {error}",
            "install nnlearn again, or build the topic again",
        ) from error
