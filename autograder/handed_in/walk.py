"""Walks through what was handed in without following, opening or waiting for anything.

Whether something is a file is decided by `lstat`. A link, a pipe or a device is reported as what it is; where
a link leads is never asked.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.handed_in.names import is_given, is_left_behind, kind_of
from autograder.render.text import shown_name
from nnlearn.errors import SubmissionError

HIDDEN = "a hidden file"
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


@dataclass(frozen=True)
class Entry:
    """Something that lies in a folder of submissions.

    Attributes:
        root: The folder that was looked through, absolute, links in it not resolved.
        folders: What leads from `root` to it.
        name: Its own name.
        oddity: What it is if it cannot be read as a file, in words; empty for a regular file.
        modified: When it was last written, in seconds.
        named: Whether whoever grades named this very file.
    """

    root: Path
    folders: tuple[str, ...]
    name: str
    oddity: str = ""
    modified: int = 0
    named: bool = False

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.root.joinpath(*self.folders, self.name)

    @property
    def place(self) -> str:
        """Where it is below `root`, with forward slashes; not sanitised."""
        return "/".join((*self.folders, self.name))


def oddity_of(status: os.stat_result) -> str:
    """What something is that is no regular file, in words; empty for a regular file."""
    if stat.S_ISREG(status.st_mode):
        return ""
    return next((words for is_kind, words in _KINDS if is_kind(status.st_mode)), "a device")


def first_link(path: Path, top: Path) -> Path | None:
    """The first of `path` and the folders around it, below `top`, that is a link; None if none is."""
    steps = path.relative_to(top).parts
    places = [top.joinpath(*steps[:number]) for number in range(1, len(steps) + 1)]
    return next((place for place in places if place.is_symlink()), None)


def entry_of(path: Path, root: Path) -> Entry:
    """The entry of something whose name was given; `root` is a folder around it.

    Raises:
        OSError: It is not there.
    """
    status = path.lstat()
    folders = path.parent.relative_to(root).parts
    return Entry(root, folders, path.name, oddity_of(status), int(status.st_mtime), named=True)


def walk(root: Path) -> Iterator[Entry]:
    """Everything below `root` that somebody may have handed in, folder by folder, in the order of names.

    What systems leave behind, hidden folders and what comes with an exercise are passed over.

    Raises:
        SubmissionError: `root` itself cannot be read.
    """
    todo: list[tuple[str, ...]] = [()]
    while todo:
        folders = todo.pop()
        here = root.joinpath(*folders)
        try:
            with os.scandir(here) as found:
                inside = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if not folders:
                raise SubmissionError(
                    f"{shown_name(str(root))}: the folder cannot be read: {error.strerror}.",
                    "Make it readable, or pass the files one by one.",
                ) from error
            why = f"a folder that cannot be read ({error.strerror})"
            yield Entry(root, folders[:-1], folders[-1], why)
            continue
        below = []
        for entry in inside:
            if is_left_behind(entry.name) or is_given(entry.name):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                yield Entry(root, folders, entry.name, f"something that cannot be read ({error.strerror})")
                continue
            if stat.S_ISDIR(status.st_mode):
                below.append((*folders, entry.name))
                if not kind_of(entry.name):
                    continue
            oddity = oddity_of(status) or (HIDDEN if entry.name.startswith(".") else "")
            yield Entry(root, folders, entry.name, oddity, int(status.st_mtime))
        todo += reversed(below)
