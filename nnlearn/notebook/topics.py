"""Which topic a notebook is about, where the name of a part does not say it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nnlearn.catalogue import Catalogue, Topic, attribute_of
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.errors import NnlearnError


def topic_of(part: str, topic: str | None, catalogue: Catalogue, namespace: dict[str, Any]) -> Topic:
    """The topic that `part` belongs to.

    Several topics may have a part of one name, all have `predictions`. Then the topic is the one that
    is named, else the one that the notebook is named after, else the one whose exercise agrees most with what
    the notebook has defined.

    Raises:
        NnlearnError: No topic has such a part, or it is not clear which one is meant.
    """
    if topic is not None:
        chosen = catalogue.topic(topic)
        chosen.part(part)
        return chosen
    candidates = [t for t in catalogue.topics if part in [p.name for p in t.parts]]
    if not candidates:
        names = list(dict.fromkeys(p.name for t in catalogue.topics for p in t.parts))
        raise NnlearnError(f"there is no part called `{part}`", did_you_mean(part, names, "the parts are"))
    if len(candidates) > 1:
        named = [t for t in candidates if t.name == notebook_name(namespace)]
        candidates = named or _most_alike(candidates, part, namespace)
    if len(candidates) > 1:
        raise NnlearnError(
            f"{len(candidates)} topics have a part called `{part}`: {', '.join(t.name for t in candidates)}",
            f'say which one: nnlearn.check("{part}", topic="{candidates[0].name}")',
        )
    return candidates[0]


def notebook_name(namespace: dict[str, Any]) -> str:
    """The name of the notebook's file, without its ending, where Jupyter or the editor tells it."""
    # Jupyter's server, then VS Code; a script knows its own name.
    known = (
        os.environ.get("JPY_SESSION_NAME"),
        namespace.get("__vsc_ipynb_file__"),
        namespace.get("__file__"),
    )
    return next((Path(path).stem for path in known if isinstance(path, str) and path), "")


def _most_alike(candidates: Sequence[Topic], part: str, namespace: dict[str, Any]) -> list[Topic]:
    """Those topics whose exercise has most in common with the namespace: keys of predictions, then names."""
    scores = {t.name: _likeness(t, part, namespace) for t in candidates}
    best = max(scores.values())
    return [t for t in candidates if scores[t.name] == best]


def _likeness(topic: Topic, part: str, namespace: dict[str, Any]) -> tuple[int, int]:
    given = namespace.get(attribute_of(part))
    keys = {item.key for item in topic.predictions}
    shared = len(keys & given.keys()) if isinstance(given, dict) else 0
    return shared, parts_in(namespace, topic)


def parts_in(namespace: dict[str, Any], topic: Topic) -> int:
    """How many parts of a topic the namespace has."""
    return sum(attribute_of(part.name) in namespace for part in topic.parts)
