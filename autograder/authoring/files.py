"""The gates that reading a topic's files decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring.build import find_stale
from autograder.authoring.figures import overweight
from autograder.authoring.leaks import find_leaks
from nnlearn.catalogue import Topic
from nnlearn.workspace.solutions import description_of

_FIGURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<file>[^)]*)\)")
"""A picture in Markdown."""
_SHORTEST_ALT = 20


@dataclass(frozen=True)
class Problem:
    """A gate that does not hold, and how."""

    gate: str
    what: str


def file_problems(topic: Topic) -> Iterator[Problem]:
    """What is not as it should be in what is built of a topic.

    Raises:
        ContentError: The topic cannot be read.
    """
    yield from (Problem("built", line) for line in find_stale(topic))
    yield from (Problem("private", line) for line in find_leaks(topic))
    yield from (
        Problem("alternative", f"{file.name} does not begin with a line that says how it goes about it")
        for file in topic.alternatives
        if not description_of(file)
    )
    if line := overweight(topic.exercise_dir / "figures"):
        yield Problem("figures", line)
    if topic.lesson.exists():
        for picture in _FIGURE.finditer(topic.lesson.read_text(encoding="utf-8")):
            if len(picture["alt"].strip()) < _SHORTEST_ALT:
                yield Problem("alt text", f"{picture['file']} has no alt text to speak of")
