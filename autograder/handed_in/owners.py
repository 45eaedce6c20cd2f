"""Whose each thing is that was handed in, and for which topic.

Only the outermost name below the folder of the class says whose something is: a learner chooses every name
further in, and cannot take another's place with one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.handed_in.names import (
    LINK,
    Label,
    attempt_of,
    is_archive,
    is_page,
    kind_of,
    label_of,
    name_in,
    plain_name,
    stem_of,
    title_of,
)
from autograder.handed_in.walk import HIDDEN, Entry


@dataclass(frozen=True)
class Owned:
    """Something that was handed in, with its owner.

    Attributes:
        entry: It.
        name: What it is called, without what a learning platform wrote before that.
        inner: The folders that lead to it within what its owner handed in.
        owner: The learner.
        number: A learning platform's number for the learner, or an empty string.
        is_flat: Whether it lies in the folder of the class itself, or of a topic.
        is_labelled: Whether a learning platform said whose it is.
        topic: The topic that its own name says, or None.
        around: The topic that the folder around it is called after, or None.
        is_exact: Whether its name is that of the topic, and nothing else.
        kind: `.py` or `.ipynb`, or an empty string for what cannot be graded.
        attempt: Grows with each attempt, as far as names say so.
        copy: Which copy it is, as the mark that systems put behind a name says.
        handed_in: When, as the learning platform says, or an empty string.
    """

    entry: Entry
    name: str
    inner: tuple[str, ...]
    owner: str
    number: str
    is_flat: bool
    is_labelled: bool
    topic: str | None
    around: str | None
    is_exact: bool
    kind: str
    attempt: tuple[int, int, int]
    copy: int
    handed_in: str

    @property
    def can_be_read(self) -> bool:
        """Whether it is a regular file of a kind that is graded."""
        return bool(self.kind) and not self.entry.oddity

    @property
    def is_meant(self) -> bool:
        """Whether it looks as if it had been handed in to be graded, and not beside it."""
        odd = self.entry.oddity not in {"", HIDDEN} or self.name.endswith(LINK)
        return bool(self.kind) or odd or is_archive(self.name) or is_page(self.name)


def owned(entries: Sequence[Entry], topics: Collection[str]) -> list[Owned]:
    """The owner and, where names say it, the topic of each entry.

    `NAME.py` belongs to NAME, everything in `NAME/` to NAME as well, and what Canvas, Moodle or Blackboard
    have named to the person they name. Folders called after a topic say the topic and not the learner.
    """
    folded = {topic.casefold(): topic for topic in topics}
    wrappers = _wrappers(entries)
    return [_owned(entry, folded, wrappers.get(entry.root, 0)) for entry in entries]


def _wrappers(entries: Sequence[Entry]) -> dict[Path, int]:
    """How many folders of a root stand around all of a class: those that an archive was unpacked into.

    A folder that is alone, with what a learning platform has named directly in it, is no learner's.
    """
    found: dict[Path, int] = {}
    for root in dict.fromkeys(entry.root for entry in entries):
        steps = [(*entry.folders, entry.name) for entry in entries if entry.root == root and not entry.named]
        depth = 0
        while len({step[0] for step in steps}) == 1 and all(len(step) > 1 for step in steps):
            if label_of(steps[0][0]):
                break
            steps = [step[1:] for step in steps]
            depth += 1
            if any(label_of(step[0]) for step in steps):
                found[root] = depth
    return found


def _owned(entry: Entry, topics: dict[str, str], skipped: int) -> Owned:
    folders = [name for name in entry.folders[skipped:] if name.casefold() not in topics]
    label: Label | None
    if folders:
        label = label_of(folders[0])
        inner = ([label.file] if label and label.file else []) + folders[1:]
        name = entry.name
    else:
        label = label_of(entry.name) or label_of(name_in(entry.name))
        inner = []
        name = label.file if label and label.file else entry.name
    title = title_of(stem_of(plain_name(name)), topics.values())
    around = _topic_around(entry, topics)
    if label is not None:
        owner = label.who
    elif folders:
        owner = folders[0]
    elif title.is_exact:
        owner = _folder_of(entry.root, topics)
    else:
        # In a folder called after a topic, another topic's name is a part of the person's.
        owner = title.rest if title.topic and around in {None, title.topic} else name_in(entry.name)
    number, when = max(attempt_of(inner), title.attempt)
    upload = label.upload if label else 0
    return Owned(
        entry,
        name,
        tuple(folders[1:]),
        owner,
        label.number if label else "",
        not folders,
        label is not None,
        title.topic,
        around,
        title.is_exact,
        kind_of(name),
        (number, when, upload),
        title.copy,
        label.handed_in if label else "",
    )


def _topic_around(entry: Entry, topics: dict[str, str]) -> str | None:
    """The topic that the folder around an entry is called after."""
    folder = entry.folders[-1] if entry.folders else entry.root.name
    return topics.get(folder.casefold())


def _folder_of(root: Path, topics: dict[str, str]) -> str:
    """The name of the nearest folder that is not called after a topic."""
    names = [part for part in reversed(root.parts) if part.casefold() not in topics]
    return names[0] if names else root.name
