"""`nnlearn reset TOPIC|PART`: start anew; what was written is kept."""

from __future__ import annotations

from pathlib import Path

from nnlearn.cli.named import named
from nnlearn.cli.place import source_of
from nnlearn.cli.say import say
from nnlearn.workspace.reset import reset_part, reset_topic


def reset_work(name: str, content: Path | None = None) -> None:
    """Put a topic or a part back to how it was, and say where the old text is.

    Args:
        name: A topic, a part, or the file or the folder of a topic.
        content: Where the exercises come from.
    """
    found = named(name)
    place, topic, part = found.place, found.topic, found.part
    workspace = place.need_workspace()
    original = source_of(workspace, content).topic(topic.name)
    if part is None:
        resets = reset_topic(workspace, topic, original)
    else:
        original.part(part.name)
        resets = reset_part(workspace, topic, part.name, original)
    place.say_notes()
    if not resets:
        say(f"{name} is as it was: there is nothing to put back.")
        return
    for reset in resets:
        what = f"{name} in " if part else ""
        say(f"Put back: {what}{reset.file.relative_to(workspace.root)}")
        if reset.backup is not None:
            say(f"  what you had written: {reset.backup.relative_to(workspace.root)}")
    if any(reset.file.suffix == ".ipynb" for reset in resets):
        say("If the notebook is open in Jupyter: File, Reload Notebook from Disk.")
