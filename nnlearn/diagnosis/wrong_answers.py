"""The wrong predictions that topic.toml explains, as known mistakes; what they answer needs no run."""

from __future__ import annotations

from typing import Any

from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.diagnosis.matching import KnownReplies, fingerprint
from nnlearn.results import Noticed


def name_of(key: str, answer: object) -> str:
    """What such a mistake is called: `survivor_scale=0.8`."""
    return f"{key}={answer!r}"


def wrong_answers(topic: Topic) -> tuple[KnownReplies, ...]:
    """Each explained wrong prediction of a topic: all of its checks pass but that the answer is right."""
    checks = [name for item in topic.predictions for name in (item.filled_in_check, item.right_check)]
    passed: dict[str, Any] = dict.fromkeys(checks)
    return tuple(
        KnownReplies(
            PREDICTIONS,
            Noticed(name_of(item.key, wrong.answer), " ".join(wrong.why.split())),
            passed | {item.right_check: fingerprint([("value", wrong.answer)])},
        )
        for item in topic.predictions
        for wrong in item.wrong
    )
