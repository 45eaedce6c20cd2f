"""What nodes grade with, as bytes: the content of some topics, and what is known of their mistakes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.engine.reply_cache import keep_replies, kept_replies
from nnlearn.catalogue import Topic, load_catalogue

# What nobody reads who grades: lessons as people read them.
_OF_NO_USE = frozenset({".png", ".svg", ".md", ".ipynb", ".pyc"})


@dataclass(frozen=True)
class Package:
    """What a node gets once.

    Attributes:
        files: Files by their place in a content tree.
        replies: Files of the cache of replies by their names: what need not be found out again there.
        digests: The digest of each topic's content, by its name.
    """

    files: Mapping[str, bytes]
    replies: Mapping[str, bytes]
    digests: Mapping[str, str]


def package_of(root: Path, topics: Sequence[Topic], seed: int, besides: Mapping[str, bytes]) -> Package:
    """Read all that grading these topics takes.

    Args:
        root: The content tree.
        topics: Its topics that submissions are for.
        seed: What all random numbers of the run follow from.
        besides: Other files that jobs need, by their place in the tree.
    """
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for topic in topics
        for folder in (topic.exercise_dir, topic.solution_dir, topic.checks_dir)
        if folder is not None
        for path in _files_in(folder)
    }
    replies = dict(kept for topic in topics if (kept := kept_replies(topic, seed)))
    return Package(files | dict(besides), replies, {topic.name: topic.content_digest for topic in topics})


def unpack(package: Package, folder: Path) -> Mapping[str, str]:
    """Write a package into an empty folder, as a content tree.

    Returns:
        The digest of each topic's content as it is there now.

    Raises:
        OSError: It cannot be written.
        NnlearnError: What is there is no content tree.
    """
    for place, data in package.files.items():
        file = folder / place
        file.parent.mkdir(0o700, parents=True, exist_ok=True)
        file.write_bytes(data)
    keep_replies(package.replies)
    topics = load_catalogue(folder, package.digests.keys()).topics
    return {topic.name: topic.content_digest for topic in topics}


def _files_in(folder: Path) -> Iterator[Path]:
    """The files of a topic's folder that grading may read; links are followed by nobody."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        for name in sorted(names):
            path = Path(place, name)
            if path.suffix not in _OF_NO_USE and name[0] != "." and not path.is_symlink():
                yield path
