"""`nnlearn elementary`: what parts may be built from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from nnlearn.catalogue import Topic
from nnlearn.cli.named import named
from nnlearn.cli.place import here
from nnlearn.cli.say import room, say
from nnlearn.submission.elementary import elementary


def show_elementary(name: str | None = None, content: Path | None = None) -> None:
    """Print the elementary functions, in groups.

    Args:
        name: A topic: also what its parts may use besides, and what not.
        content: What `--content` says.
    """
    place = here(content)
    topic = named(name, content).topic if name else None
    say("Of Keras, TensorFlow, NumPy and SciPy, a part that is about building something may use these:")
    for title, group in elementary().items():
        say(f"\n{title}: {group.why}")
        _list((*group.functions, *group.in_some_versions))
    if topic is not None:
        _show_rules(topic)
    place.say_notes()


def _show_rules(topic: Topic) -> None:
    for part in topic.parts:
        if not part.forbid:
            say(f"\n{part.name}: everything may be used")
            continue
        if part.allow:
            say(f"\n{part.name}: these may be used as well")
            _list(entry for entry in part.allow if not entry.startswith("kernel:"))
        say(f"\n{part.name}: these not, whatever stands above")
        _list(entry for entry in part.forbid if not entry.startswith("kernel:"))


def _list(names: Iterable[str]) -> None:
    """The names, those of each module together."""
    modules: dict[str, list[str]] = {}
    for name in names:
        module, _, word = name.rpartition(".")
        modules.setdefault(module, []).append(word)
    for module, words in modules.items():
        text = f"{module}: {' '.join(words)}"
        say(
            textwrap.fill(
                text, room(100), initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
            )
        )
