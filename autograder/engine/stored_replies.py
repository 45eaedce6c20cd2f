"""The stored replies of the known mistakes: `replies.json` beside a topic's checks, as private as they are.

It holds how every check, visible or hidden, goes for every known mistake of its part, so that grading need
not run a mistake whenever a submission fails a check. Replies hold for one seed and for what they were made
from; where either is another, the mistakes run when they are asked for.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec

import nnlearn
from autograder.engine.mistakes import Gallery, reference_source
from nnlearn.catalogue import Topic
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.diagnosis.store import SCHEMA_VERSION, known_in

SEED = 0


def known_replies(runner: CheckRunner, seed: int) -> tuple[KnownReplies, ...]:
    """How the checks go for each known mistake: as stored where that holds, else run when asked for.

    Args:
        runner: Runs the checks.
        seed: What all random numbers of the grading follow from.
    """
    stored = read_replies(runner.topic) if seed == SEED else None
    return Gallery(runner, seed).known_replies() if stored is None else stored


def read_replies(topic: Topic) -> tuple[KnownReplies, ...] | None:
    """What is stored for `topic`; None where there is nothing, or nothing that holds today."""
    if topic.replies is None or not topic.replies.is_file():
        return None
    try:
        document = json.loads(topic.replies.read_bytes())
        known = known_in(document)
        holds = (document["schema_version"], document["made_from"]) == (SCHEMA_VERSION, sources_digest(topic))
    except (ValueError, KeyError, TypeError):  # damaged, which is as good as none
        return None
    return known if holds else None


def sources_digest(topic: Topic) -> str:
    """SHA-256 of all that replies depend on: what is kept of a check and how it is compared included."""
    package = Path(nnlearn.__file__).parent
    digest = hashlib.sha256()
    for data in (
        json.dumps([cell.code for cell in reference_source(topic).cells]).encode(),
        topic.checks.read_bytes() if topic.checks is not None else b"",
        topic.mistakes.read_bytes() if topic.mistakes is not None else b"",
        msgspec.json.encode(topic.predictions),
        (package / "diagnosis" / "matching.py").read_bytes(),
        (package / "learner" / "session.py").read_bytes(),
        (package / "host" / "raised.py").read_bytes(),
        json.dumps([part.name for part in topic.parts]).encode(),
    ):
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()
