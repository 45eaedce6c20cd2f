"""`nnlearn hint`: one hint, from a nudge to nearly the answer."""

from __future__ import annotations

import textwrap
from pathlib import Path

from nnlearn.catalogue import Part, Topic
from nnlearn.cli.named import named
from nnlearn.cli.place import Place
from nnlearn.cli.say import complain, room, say
from nnlearn.errors import OutputError


def show_hint(
    name: str | None = None, number: int | None = None, again: bool = False, content: Path | None = None
) -> None:
    """Print a hint for a part.

    Args:
        name: The part; the first that does not pass if a topic, a file or nothing is named.
        number: Which hint, 1 to 3; without it the next one that was not shown yet.
        again: Show the last one that was shown once more.
        content: What `--content` says.
    """
    found = named(name, content, ahead=True)
    place, topic, part = found.place, found.topic, found.needed_part()
    called = place.catalogue.name_of(topic, part.name)
    shown = number or _next(place, topic, part, again)
    total = len(part.hints)
    say(f"{part.name}, hint {shown} of {total}")
    say(textwrap.fill(part.hints[shown - 1], room(80), initial_indent="  ", subsequent_indent="  "))
    if shown < total:
        say(f"More: nnlearn hint {called}" if place.workspace else f"More: nnlearn hint {called} {shown + 1}")
    elif place.workspace:
        say(f"That is the last one. Read one again: nnlearn hint {called} 1")
    place.say_notes()


def _next(place: Place, topic: Topic, part: Part, again: bool) -> int:
    """The number of the hint to show; in a workspace it is remembered."""
    if place.workspace is None:
        return 1
    progress = place.workspace.progress
    used = progress.hints_used(topic.name, part.name)
    if again and used:
        return used
    try:
        return progress.use_hint(topic.name, part.name)
    except OutputError as error:
        complain(f"Note: this hint is not counted: {error}")
        return min(used + 1, len(part.hints))
