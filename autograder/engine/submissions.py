"""Finding submissions: files and folders in, a sorted list of `Submission` out.

Everything that can be wrong with what was handed in is said here, before grading starts.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.render.text import shown_name
from nnlearn.errors import SubmissionError

if TYPE_CHECKING:
    from nnlearn.catalogue import Catalogue

_SUFFIXES = (".py", ".ipynb")
_SHOWN = 5


@dataclass(frozen=True)
class Submission:
    """One file that one learner handed in for one topic.

    Attributes:
        learner: Who handed it in, from the file's or the folder's name; not sanitised.
        path: Where the file is, links followed.
        topic: The name of its topic.
        name: The file relative to where it was collected, with forward slashes; not sanitised.
        sha256: Digest of the file's bytes.
    """

    learner: str
    path: Path
    topic: str
    name: str
    sha256: str


@dataclass(frozen=True)
class _Found:
    """A file before its topic and learner are known; `folders` lead from `root` to it."""

    path: Path
    root: Path
    folders: tuple[str, ...]
    named: bool

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def name(self) -> str:
        return "/".join((*self.folders, self.path.name))


def collect(
    paths: Sequence[Path],
    topic: str | None,
    catalogue: Catalogue,
    *,
    on_skipped: Callable[[str], None] = lambda _: None,
) -> list[Submission]:
    """Find the submissions in `paths`.

    `NAME.py` and `NAME.ipynb` belong to the learner NAME; `NAME/activations.ipynb` and files deeper
    in `NAME/` belong to the learner NAME as well. The topic is `topic` if given, else the file's
    stem or the folder around it, whichever is the name of a topic. Hidden files, Jupyter's
    checkpoints, caches and the learners' copies of the checks are left out.

    Args:
        paths: Files or folders.
        topic: The topic of every file, or None.
        catalogue: The topics there are.
        on_skipped: Told, in one line, about each file that looks like a submission and is left out.

    Returns:
        The submissions sorted by topic, learner and name.

    Raises:
        SubmissionError: A path is missing or unreadable, nothing was found, a file's topic is
            unknown, or a learner handed in two files for one topic.
        ContentError: `topic` is not a topic.
    """
    topics = {known.name for known in catalogue.topics}
    if topic is not None:
        topic = catalogue.topic(topic).name
    files: dict[Path, _Found] = {}
    for path in paths:
        for found in _files_in(path, topics, on_skipped):
            files.setdefault(found.path.resolve(), found)
    placed = _place(list(files.values()), topic, topics, on_skipped)
    if not placed:
        where = ", ".join(shown_name(str(path)) for path in paths)
        wanted = f" for the topic {topic}" if topic else ""
        raise SubmissionError(
            f"{where}: expected .py or .ipynb files{wanted}, found none.",
            "Pass the files, or a folder that holds NAME.py, NAME.ipynb or NAME/TOPIC.ipynb.",
        )
    submissions = [
        Submission(learner, path := found.path.resolve(), its_topic, found.name, _digest(path))
        for found, its_topic, learner in placed
    ]
    submissions.sort(key=lambda s: (s.topic, s.learner, s.name))
    _refuse_two_for_one(submissions)
    return submissions


def _files_in(path: Path, topics: set[str], on_skipped: Callable[[str], None]) -> Iterator[_Found]:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SubmissionError(
            f"{shown_name(str(path))}: {error.strerror or error}.", "Check the path."
        ) from error
    if stat.S_ISDIR(mode):
        yield from _files_below(path, on_skipped)
        return
    if not stat.S_ISREG(mode) or path.suffix.lower() not in _SUFFIXES:
        raise SubmissionError(
            f"{shown_name(str(path))}: expected a .py or .ipynb file or a folder of them.",
            "Pass what the learners handed in.",
        )
    full = path.absolute()
    # ada/activations.ipynb is collected from the folder around ada/: its name says whose it is.
    root = full.parent.parent if path.stem in topics else full.parent
    yield _Found(path, root, full.parent.relative_to(root).parts, named=True)


def _files_below(root: Path, on_skipped: Callable[[str], None]) -> Iterator[_Found]:
    def unreadable(error: OSError) -> None:
        raise SubmissionError(
            f"{shown_name(str(error.filename))}: the folder cannot be read: {error.strerror}.",
            "Make it readable, or pass the files one by one.",
        ) from error

    inside = root.resolve()
    for folder, subfolders, names in os.walk(root, onerror=unreadable):
        here = Path(folder)
        subfolders[:] = sorted(s for s in subfolders if not s.startswith(".") and s != "__pycache__")
        for name in subfolders:
            if (here / name).is_symlink():
                on_skipped(f"{_relative(here / name, root)}: a link to a folder is not followed")
        for name in sorted(names):
            path = here / name
            if name.startswith(".") or path.suffix.lower() not in _SUFFIXES or _is_checks(name):
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                on_skipped(f"{_relative(path, root)}: a link that leads out of the folder")
            elif not path.is_file():
                on_skipped(f"{_relative(path, root)}: not a regular file")
            else:
                yield _Found(path, root, path.relative_to(root).parts[:-1], named=False)


def _is_checks(name: str) -> bool:
    """Whether this is a learner's own copy of the visible checks, or pytest's configuration."""
    return name.endswith(".py") and (name.startswith("test_") or name == "conftest.py")


def _relative(path: Path, root: Path) -> str:
    return shown_name(path.relative_to(root).as_posix())


def _place(
    files: list[_Found],
    topic: str | None,
    topics: set[str],
    on_skipped: Callable[[str], None],
) -> list[tuple[_Found, str, str]]:
    """Each file with its topic and its learner."""
    # In a learner's own folder, the file named after the topic is the submission.
    main = {
        (found.root, _learner(found, topics)): found
        for found in files
        if found.stem in topics and topic in {None, found.stem}
    }
    placed: list[tuple[_Found, str, str]] = []
    lost: list[_Found] = []
    for found in files:
        learner = _learner(found, topics)
        beside = main.get((found.root, learner))
        if found.named and topic is not None:
            placed.append((found, topic, learner))
        elif found.stem in topics:
            if topic in {None, found.stem}:
                placed.append((found, found.stem, learner))
        elif beside is not None and not _is_flat(found, topics):
            on_skipped(f"{shown_name(found.name)}: left out, since {shown_name(beside.name)} is there")
        elif topic is not None:
            placed.append((found, topic, learner))
        elif around := _folder_topic(found, topics):
            placed.append((found, around, learner))
        else:
            lost.append(found)
    if lost:
        raise SubmissionError(
            f"{_list_names(lost)}: neither the file nor its folder has the name of a topic.",
            f"Pass --topic with one of: {', '.join(sorted(topics))}.",
        )
    return placed


def _folder_topic(found: _Found, topics: set[str]) -> str | None:
    folder = found.path.parent.resolve().name
    return folder if folder in topics else None


def _is_flat(found: _Found, topics: set[str]) -> bool:
    """Whether the file itself carries the learner's name."""
    return found.stem not in topics and (not found.folders or found.folders[-1] in topics)


def _learner(found: _Found, topics: set[str]) -> str:
    if _is_flat(found, topics):
        return found.stem
    above = (*reversed(found.root.resolve().parts),)
    folders = [name for name in (*found.folders, *above) if name not in topics]
    return folders[0]


def _digest(path: Path) -> str:
    """The SHA-256 of a regular file; never waits for a pipe that took its place."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SubmissionError(f"{shown_name(str(path))}: not a regular file.")
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SubmissionError(
            f"{shown_name(str(path))}: the file cannot be read: {error.strerror or error}.",
            "Make it readable, or move it out of the folder.",
        ) from error


def _refuse_two_for_one(submissions: list[Submission]) -> None:
    first: dict[tuple[str, str], Submission] = {}
    for submission in submissions:
        other = first.setdefault((submission.topic, submission.learner), submission)
        if other is not submission:
            raise SubmissionError(
                f"{shown_name(submission.learner)} handed in two files for {submission.topic}: "
                f"{shown_name(str(other.path))} and {shown_name(str(submission.path))}.",
                "Keep the one that counts, and move the other out of the folder.",
            )


def _list_names(files: list[_Found]) -> str:
    names = ", ".join(shown_name(found.name) for found in files[:_SHOWN])
    more = len(files) - _SHOWN
    return f"{names} and {more} more" if more > 0 else names
