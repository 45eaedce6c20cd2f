"""What there is besides for work that passes, where that is installed: hidden checks, other solutions."""

from __future__ import annotations

from nnlearn.catalogue import PREDICTIONS, Topic, load_catalogue
from nnlearn.errors import NnlearnError
from nnlearn.workspace.workspace import Workspace


def beyond(workspace: Workspace, topic: Topic, part: str = "", *, was_run: bool = False) -> tuple[str, ...]:
    """The commands to go on with, a line for each; none where only what a class gets is there.

    Args:
        workspace: Where the learner works.
        topic: The topic.
        part: The part that passes; all of the topic if left out.
        was_run: Whether its hidden checks were run already.
    """
    try:
        [whole] = load_catalogue(workspace.source, [topic.name], self_study=True).topics
    except NnlearnError:  # where the exercises came from is gone: that matters to who asks for it
        return ()
    shown = part or topic.parts[0].name
    name = workspace.catalogue.name_of(topic, shown)
    lines = []
    if whole.checks and not was_run:
        lines.append(f"Hidden checks: nnlearn check --all {name if part else topic.name}")
    if whole.master and shown != PREDICTIONS:
        lines.append(f"Other ways to write {shown}: nnlearn solution {name}")
    return tuple(lines)
