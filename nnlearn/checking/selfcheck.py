"""Checking one's own file: the visible checks, in this process, with the diagnoses that came with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench
from nnlearn.diagnosis import KnownReplies
from nnlearn.errors import ContentError
from nnlearn.learner.seats import LocalSeat
from nnlearn.learner.source import load_source
from nnlearn.results import Noticed

SCHEMA_VERSION = 1


def learner_bench(topic: Topic, file: Path) -> Bench:
    """A bench for `file` with what a learner has: no mistake's code, only the replies of each.

    Raises:
        SubmissionError: The file cannot be read.
        ContentError: The diagnoses file is damaged.
    """
    return Bench(topic, LocalSeat(topic, load_source(file)), known=read_diagnoses(topic))


def write_diagnoses(known: Sequence[KnownReplies]) -> dict[str, Any]:
    """The learner-side file: for each mistake its message and how the visible checks go for it."""
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
            if any(replies is not None for replies in item.checks.values())
        ],
    }


def read_diagnoses(topic: Topic) -> tuple[KnownReplies, ...]:
    """The known mistakes that came with the exercise; none if there is no such file."""
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
