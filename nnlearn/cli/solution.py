"""`nnlearn solution`: the reference and other ways, once one's own work passes."""

from __future__ import annotations

import textwrap
from pathlib import Path

from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.catalogue.prediction_code import predictions_code
from nnlearn.cli.named import named
from nnlearn.cli.place import not_installed, whole_topic
from nnlearn.cli.say import say
from nnlearn.cli.topics import PASSED, verdicts_of
from nnlearn.errors import NnlearnError
from nnlearn.workspace.solutions import solutions_of

_WIDTH = 80


def show_solution(name: str | None = None, content: Path | None = None) -> None:
    """Print the reference solution of a part, and two others that are unlike it.

    Args:
        name: The part; the last that passes if a topic, a file or nothing is named.
        content: A content tree that holds solutions.

    Raises:
        NnlearnError: The part does not pass yet, or there is no solution here.
    """
    found = named(name)
    place, topic = found.place, found.topic
    place.need_workspace()
    whole = whole_topic(place, topic, content)
    if whole.master is None:
        raise not_installed("solutions", "nnlearn solution PART")
    part = found.passed_part()
    verdict = verdicts_of(place, topic).get(part.name, "")
    place.say_notes()
    if verdict != PASSED:
        state = verdict.replace("_", " ") or "not checked yet"
        called = place.catalogue.name_of(topic, part.name)
        raise NnlearnError(
            f"the solution of `{part.name}` is shown once your own passes; it is {state}",
            f"check it: nnlearn check {topic.name}; a hint: nnlearn hint {called}",
        )
    if part.name == PREDICTIONS:
        say(predictions_code(whole.predictions, answered=True))
    else:
        _show_ways(whole, part.name)


def _show_ways(topic: Topic, part: str) -> None:
    """Print the solutions as Python, each below a comment that says which one it is."""
    reference, *others = solutions_of(topic, part)
    say(f"# The reference.\n\n{reference.code}")
    for place, other in enumerate(others):
        way = f"{'And another' if place else 'Another'} way. {other.about}"
        comment = textwrap.fill(way, _WIDTH, initial_indent="# ", subsequent_indent="# ")
        say(f"\n\n{comment}\n\n{other.code}")
