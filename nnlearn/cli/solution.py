"""`nnlearn solution PART`: the reference, once one's own work passes."""

from __future__ import annotations

from pathlib import Path

from nnlearn.catalogue import PREDICTIONS
from nnlearn.catalogue.prediction_code import predictions_code
from nnlearn.cli.place import require_workspace, source_of
from nnlearn.cli.say import say
from nnlearn.cli.topics import PASSED, verdicts_of
from nnlearn.errors import NnlearnError
from nnlearn.workspace.parts import definition_of, without_markers


def show_solution(name: str, content: Path | None = None) -> None:
    """Print the reference solution of a part.

    Args:
        name: The part.
        content: A content tree that holds solutions.

    Raises:
        NnlearnError: The part does not pass yet, or there is no solution here.
    """
    place, workspace = require_workspace()
    topic, part = place.part(name)
    verdict = verdicts_of(place, topic).get(part.name, "")
    place.say_notes()
    if verdict != PASSED:
        state = verdict.replace("_", " ") or "not checked yet"
        raise NnlearnError(
            f"the solution of `{part.name}` is shown once your own passes; it is {state}",
            f"check it: nnlearn check {topic.name}; a hint: nnlearn hint {name}",
        )
    source = source_of(workspace, content).topic(topic.name)
    if source.master is None:
        raise NnlearnError(
            "solutions are not part of what is installed",
            "whoever teaches the course has them: nnlearn solution PART --content DIR shows those in DIR",
        )
    if part.name == PREDICTIONS:
        say(predictions_code(source.predictions, answered=True))
        return
    found = definition_of(source.master.read_text(encoding="utf-8"), part.name)
    if found is None:
        raise NnlearnError(f"{source.master} does not define `{part.name}`", "nnlearn topic check says more")
    say(without_markers(found))
