"""Which parts of a topic count in an assignment, and how much: what `--parts` and `--points` say.

It stands in the source notebook alone, as nbgrader's marks of its cells, and from there in the gradebook.
A part that does not count stays in the notebook, voluntary: the lesson speaks of it, others may use it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.course.layout import CourseError
from autograder.render.text import count, points
from nnlearn.catalogue import Part, Response, Topic
from nnlearn.catalogue.nearest import did_you_mean

_BETWEEN = ":"


@dataclass(frozen=True)
class Selection:
    """What counts of a topic.

    Attributes:
        counted: The parts and questions that count, or None for all of them.
        points: What parts are worth that are worth something else than the topic says.
    """

    counted: frozenset[str] | None = None
    points: Mapping[str, float] = field(default_factory=dict)

    def points_of(self, item: Part | Response) -> float | None:
        """What a part or a question is worth in the assignment, or None if it is voluntary."""
        if self.counted is not None and item.name not in self.counted:
            return None
        return self.points.get(item.name, item.points)

    def in_words(self, topic: Topic) -> str:
        """`3 parts worth 6 points, 1 question worth 2 points; voluntary: gelu`."""
        told = []
        for thing, items in (("part", topic.parts), ("question", topic.responses)):
            worth = [value for item in items if (value := self.points_of(item)) is not None]
            if worth:
                total = sum(worth)
                noun = "point" if total == 1 else "points"
                told.append(f"{count(len(worth), thing)} worth {points(total)} {noun}")
        voluntary = [item.name for item in _items(topic) if self.points_of(item) is None]
        return ", ".join(told) + (f"; voluntary: {', '.join(voluntary)}" if voluntary else "")


def selections(topics: Sequence[Topic], parts: Sequence[str], weights: Sequence[str]) -> dict[str, Selection]:
    """What counts of each topic, by its name.

    Args:
        topics: The topics of an assignment.
        parts: Names, also several with commas between them: `dropout,Dropout`. Where two topics have a part
            of one name, `softmax:predictions`. A topic of which nothing is named counts as a whole.
        weights: What parts are worth, likewise: `Dropout=6`.

    Raises:
        CourseError: There is no such part, it is not clear which, or it cannot be worth that.
    """
    counted: dict[str, set[str]] = {}
    for name in _split(parts):
        topic, item = _find(topics, name, "--parts")
        counted.setdefault(topic.name, set()).add(item.name)
    worth: dict[str, dict[str, float]] = {}
    for text in _split(weights):
        name, is_there, number = text.partition("=")
        value = _number(number)
        if not is_there or value is None:
            raise CourseError(
                f"--points: expected a part and points above 0, got `{text}`", "write, for example: Dropout=6"
            )
        topic, item = _find(topics, name.strip(), "--points")
        if isinstance(item, Response):
            raise CourseError(
                f"--points: {item.name} is marked by a person, and its scheme comes to {points(item.points)}",
                "change scheme and points together, in the source notebook",
            )
        if topic.name in counted and item.name not in counted[topic.name]:
            raise CourseError(
                f"--points: {item.name} is not among --parts, so that it has no points", "name it in both"
            )
        worth.setdefault(topic.name, {})[item.name] = value
    return {
        topic.name: Selection(
            frozenset(counted[topic.name]) if topic.name in counted else None, worth.get(topic.name, {})
        )
        for topic in topics
    }


def _split(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (part.strip() for part in text.split(",") if part.strip())


def _items(topic: Topic) -> tuple[Part | Response, ...]:
    return (*topic.parts, *topic.responses)


def _find(topics: Sequence[Topic], name: str, option: str) -> tuple[Topic, Part | Response]:
    """The part or the question that is called so, and its topic."""
    of_topic, is_named, of_part = name.rpartition(_BETWEEN)
    found = [
        (topic, item)
        for topic in topics
        for item in _items(topic)
        if item.name == of_part and (not is_named or topic.name == of_topic)
    ]
    if len(found) > 1:
        which = " or ".join(f"{topic.name}{_BETWEEN}{of_part}" for topic, _ in found)
        raise CourseError(f"{option}: several topics have a part called `{of_part}`", f"write {which}")
    if not found:
        known = [item.name for topic in topics for item in _items(topic)]
        raise CourseError(
            f"{option}: no part or question is called `{name}`",
            did_you_mean(of_part, list(dict.fromkeys(known)), "there are"),
        )
    return found[0]


def _number(text: str) -> float | None:
    """Points above 0, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None
