"""`nnlearn lesson`: in the terminal, in the browser, or in Jupyter."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nnlearn.cli.named import named
from nnlearn.cli.place import Place
from nnlearn.cli.say import say, shows_colours
from nnlearn.errors import EXIT_OK, NnlearnError
from nnlearn.render.folded import without_comment

if TYPE_CHECKING:
    from nnlearn.catalogue import Topic

_WIDTH = 100
# It shows colours with -R only, leaves short texts on the screen with -F and -X, and names its keys in -P.
_LESS = "-RFX -Psspace on, b back, q leave?e (the end).$"
_POSIX = os.name == "posix"


def show_lesson(
    name: str | None = None, in_browser: bool = False, in_jupyter: bool = False, content: Path | None = None
) -> int:
    """Show the lesson of a topic.

    Args:
        name: The topic, a part or a file of it; the one that is worked on, or the next, if left out.
        in_browser: As a page in the browser.
        in_jupyter: The notebook, in Jupyter.
        content: What `--content` says.

    Returns:
        The exit code: that of Jupyter, else 0.
    """
    found = named(name, content, ahead=True)
    place, topic = found.place, found.topic
    if in_jupyter:
        return _open_in_jupyter(topic)
    try:
        text = topic.lesson.read_text(encoding="utf-8")
    except OSError as error:
        raise NnlearnError(
            f"{topic.lesson} cannot be read: {error.strerror}",
            "nnlearn init restores it" if place.workspace else f"nnlearn topic build {topic.name} makes it",
        ) from error
    if in_browser:
        _open_in_browser(place, topic, text)
    elif sys.stdout.isatty():
        _page_through(place, topic, text)
    else:
        say(without_comment(text).rstrip())
    return EXIT_OK


def _page_through(place: Place, topic: Topic, markdown: str) -> None:
    from rich.console import Console

    from nnlearn.render.terminal import THEME, lesson_in_terminal

    console = Console(no_color=not shows_colours(), theme=THEME)
    width = min(console.width, _WIDTH)
    os.environ.setdefault("LESS", _LESS)
    os.environ.setdefault("MORE", "-d")  # where there is no `less`: it names its keys as well
    with console.pager(styles=shows_colours()):
        console.print(lesson_in_terminal(markdown, topic.exercise_dir, width), width=width)
    say(f"With its figures and all of its code: nnlearn lesson {topic.name} --browser")
    if place.workspace is not None:
        say(f"Next: nnlearn check {topic.name}")


def _open_in_browser(place: Place, topic: Topic, markdown: str) -> None:
    import webbrowser

    from nnlearn.cli.lesson_page import page_of

    page = page_of(place, topic, markdown)
    opened = webbrowser.open(page.as_uri())
    say(f"{'Opened' if opened else 'Open this in your browser:'} {page}")


def _open_in_jupyter(topic: Topic) -> int:
    """Run Jupyter on the notebook until it ends, and return its exit code."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise NnlearnError(
            "Jupyter is not installed here", 'python -m pip install "nnlearn[notebook]" installs it'
        )
    if not topic.notebook.is_file():
        raise NnlearnError(f"there is no {topic.notebook}", "nnlearn init restores it")
    command = [sys.executable, "-m", "jupyterlab", str(topic.notebook)]
    if _POSIX:  # Jupyter asks its own questions on Ctrl-C
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606 - this very Python
    return subprocess.run(command, check=False).returncode  # noqa: S603
