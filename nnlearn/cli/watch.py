"""`nnlearn watch [TOPIC]`: checks your file each time you save it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nnlearn.cli.named import named

if TYPE_CHECKING:
    from nnlearn.watch.front import Front


def watch(topic: str | None = None, poll: bool = False) -> int:
    """Watch the learner's file of a topic until they have enough.

    Args:
        topic: The topic, a part or a file of it; the one that is worked on, or the next, if left out.
        poll: Look at the file again and again.

    Returns:
        The exit code: off a terminal, 1 where not all visible checks pass.
    """
    from nnlearn.watch.loop import Watch
    from nnlearn.watch.process import can_fork

    found = named(topic, ahead=True)
    workspace = found.place.need_workspace()
    found.topic.require_visible_checks()
    return Watch(workspace, found.topic, _front, by_fork=can_fork(), polling=poll).run()


def _front(post: Callable[[Any], None]) -> Front:
    """A screen on a terminal that can be drawn on and typed into, else plain lines."""
    from rich.console import Console

    from nnlearn.watch.keys import keyboard
    from nnlearn.watch.plain import Plain
    from nnlearn.watch.screen import Screen

    console = Console()
    has_keyboard = sys.stdin is not None and sys.stdin.isatty()
    can_be_drawn_on = sys.stdout.isatty() and not console.is_dumb_terminal and not console.legacy_windows
    return Screen(keyboard(post)) if has_keyboard and can_be_drawn_on else Plain()
