"""A lesson as a page in a browser: of the whole site where that can be made here, else by itself."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nnlearn import __version__
from nnlearn.cli.place import Place
from nnlearn.cli.say import complain, say
from nnlearn.files import digest_of, write_whole

if TYPE_CHECKING:
    from nnlearn.catalogue import Topic

_SITE_TAKES = ("autograder", "sphinx", "furo", "myst_parser", "sphinx_copybutton", "latex2mathml")


def page_of(place: Place, topic: Topic, markdown: str) -> Path:
    """The file to open; made anew only where lessons have changed.

    Args:
        place: Where the topic is; in a workspace, pages are kept there.
        topic: The topic.
        markdown: Its lesson.
    """
    if place.workspace is not None:
        folder = place.workspace.root / ".nnlearn" / "lessons"
    else:
        folder = Path(tempfile.mkdtemp(prefix="nnlearn-"))
    return _in_the_site(place, topic, folder) or _by_itself(topic, markdown, folder)


def _in_the_site(place: Place, topic: Topic, folder: Path) -> Path | None:
    """The lesson's page in the site of its course; None where the site cannot be made."""
    if any(importlib.util.find_spec(name) is None for name in _SITE_TAKES):
        return None
    files = [
        file for one in place.catalogue.topics for file in (one.lesson, one.interactive) if file.is_file()
    ]
    state = b"".join(digest_of(file.read_bytes()).encode() for file in files)
    site = folder / f"site-{digest_of(__version__.encode() + state)[:12]}"
    page = site / "lessons" / f"{topic.name}.html"
    if not page.is_file():
        say("Making the pages of the course, once ...")
        command = [sys.executable, "-m", "nnlearn", "site", "build", str(site)]
        command += ["--content", str(place.catalogue.root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            complain(f"The site cannot be made, so this is the lesson by itself:\n{done.stderr.strip()}")
            return None
        for before in folder.glob("site-*"):
            if before != site:
                shutil.rmtree(before, ignore_errors=True)
    return page


def _by_itself(topic: Topic, markdown: str, folder: Path) -> Path:
    page = folder / f"{topic.name}-{digest_of(markdown.encode())[:12]}.html"
    if not page.exists():
        from nnlearn.render.lesson import lesson_page

        write_whole(page, lesson_page(topic.title, markdown, topic.exercise_dir).encode())
    return page
