"""Finding submissions: files and folders in, a sorted list of `Submission` out.

Nothing that one learner hands in stops, hides or replaces another's: what cannot be read is its owner's
submission with a problem, and of several the one that counts is graded and the others are named.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.handed_in.choice import the_one_that_counts
from autograder.handed_in.learners import Learner, learners_of
from autograder.handed_in.names import kind_of, plain_name, stem_of, title_of
from autograder.handed_in.owners import Owned, owned
from autograder.handed_in.problems import Problem, problem_of
from autograder.handed_in.walk import Entry, entry_of, walk
from autograder.render.text import shown_name
from nnlearn.errors import SubmissionError

if TYPE_CHECKING:
    from nnlearn.catalogue import Catalogue, Topic

_SHOWN = 5


@dataclass(frozen=True)
class Submission:
    """What one learner handed in for one topic.

    Attributes:
        learner: Who handed it in, from the file's or the folder's name; not sanitised.
        path: Where the file is; never a link that was followed.
        topic: The name of its topic.
        name: The file relative to where it was collected, with forward slashes; not sanitised.
        sha256: Digest of the file's bytes; empty if they were not read.
        problem: Why it cannot be read, said without opening it; empty if it may be.
        next_step: What to do about the problem.
        notes: What learner and lecturer should know about how it was chosen.
    """

    learner: str
    path: Path
    topic: str
    name: str
    sha256: str
    problem: str = ""
    next_step: str = ""
    notes: tuple[str, ...] = ()

    @property
    def read_as(self) -> Path:
        """What to take the file for: `activations.ipynb` for one that is called `activations.ipynb.txt`."""
        return self.path.with_name(plain_name(self.path.name))


def collect(
    paths: Sequence[Path],
    topic: str | None,
    catalogue: Catalogue,
    *,
    on_skipped: Callable[[str], None] = lambda _: None,
) -> list[Submission]:
    """Find the submissions in `paths`.

    `NAME.py` and `NAME.ipynb` belong to the learner NAME; everything in `NAME/` belongs to the learner NAME
    as well, and what Canvas, Moodle or Blackboard named to the person they name. The topic is the one in the
    file's name, else that of the folder around it, else `topic`. Hidden files, Jupyter's checkpoints, caches
    and the learners' copies of the checks are left out.

    Args:
        paths: Files or folders.
        topic: The topic of every file, or None.
        catalogue: The topics there are.
        on_skipped: Told, in one line, about each file that looks like a submission and is left out.

    Returns:
        The submissions sorted by topic, learner and name, one for each learner and topic. Those that cannot
        be read have a `problem`.

    Raises:
        SubmissionError: A path is missing or unreadable, nothing was found, or no file's topic is known.
        ContentError: `topic` is not a topic.
    """
    topics = [known.name for known in catalogue.topics]
    if topic is not None:
        topic = catalogue.topic(topic).name
    entries: dict[Path, Entry] = {}
    for path in paths:
        for entry in _entries_in(path, topics, alone=len(paths) == 1):
            entries.setdefault(entry.path, entry)
    found = learners_of(owned(list(entries.values()), topics), topic)
    learners = found.learners
    if found.not_theirs:
        on_skipped(f"{listed(found.not_theirs)}: not taken for anybody's submission")
    if not learners:
        where = ", ".join(shown_name(str(path)) for path in paths)
        wanted = f" for the topic {topic}" if topic else ""
        raise SubmissionError(
            f"{where}: expected .py or .ipynb files{wanted}, found none.",
            "Pass the files, or a folder that holds NAME.py, NAME.ipynb or NAME/TOPIC.ipynb.",
        )
    if found.of_others:
        none_left = f"from the same people there is nothing for {topic}"
        on_skipped(f"{listed(found.of_others)}: left out, for another topic; {none_left}")
    in_run = [topic] if topic else sorted({name for learner in learners for name in learner.for_topic})
    if not in_run:
        lost = [it for learner in learners for it in learner.rest]
        raise SubmissionError(
            f"{listed(lost)}: neither the file nor its folder has the name of a topic.",
            f"Pass --topic with one of: {', '.join(sorted(topics))}.",
        )
    submissions = [
        submission
        for learner in learners
        for submission in _submissions(learner, [catalogue.topic(name) for name in in_run], on_skipped)
    ]
    return sorted(submissions, key=lambda s: (s.topic, s.learner, s.name))


def _entries_in(path: Path, topics: Sequence[str], *, alone: bool) -> Iterator[Entry]:
    """What lies at `path`, a folder or a file; `alone` if nothing else is to be graded."""
    here = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
    try:
        mode = here.lstat().st_mode
        # The one folder that whoever grades named is theirs, also where it is a link.
        if stat.S_ISDIR(mode) or (alone and here.is_dir()):
            yield from walk(here)
            return
        is_exact = title_of(stem_of(here.name), topics).is_exact
        # ada/activations.ipynb is collected from the folder around ada/: its name says whose it is.
        entry = entry_of(here, here.parent.parent if is_exact else here.parent)
    except OSError as error:
        raise SubmissionError(
            f"{shown_name(str(path))}: {error.strerror or error}.", "Check the path."
        ) from error
    if alone and not stat.S_ISLNK(mode) and (entry.oddity or not kind_of(here.name)):
        raise SubmissionError(
            f"{shown_name(str(path))}: expected a .py or .ipynb file or a folder of them.",
            "Pass what the learners handed in.",
        )
    yield entry


def _submissions(
    learner: Learner, topics: Sequence[Topic], on_skipped: Callable[[str], None]
) -> Iterator[Submission]:
    """What a learner handed in for each topic; for all `topics` if nothing says for which."""
    if not learner.for_topic:
        for topic in topics:
            meant = [it for it in learner.rest if it.is_meant] or learner.rest
            best, _ = the_one_that_counts(meant, topic)
            yield _submission(learner, topic, best, problem_of(best, meant, topic.name), ())
        return
    counting = {}
    for topic in topics:
        candidates = learner.for_topic.get(topic.name, ())
        if not candidates:
            continue
        best, rule = the_one_that_counts(candidates, topic)
        others = [it for it in candidates if it is not best]
        counting[topic.name] = best
        notes: tuple[str, ...] = ()
        if others:
            on_skipped(f"{listed(others)}: {shown_name(best.entry.place)} counts ({rule})")
            notes = (f"{shown_name(best.entry.place)} is graded ({rule}); not graded: {listed(others)}",)
        problem = None if best.can_be_read else problem_of(best, candidates, topic.name)
        yield _submission(learner, topic, best, problem, notes)
    if beside := [it for it in learner.rest if it.is_meant]:
        first = next(iter(counting.values()))
        on_skipped(f"{listed(beside)}: left out, since {shown_name(first.entry.place)} is there")


def _submission(
    learner: Learner, topic: Topic, it: Owned, problem: Problem | None, notes: tuple[str, ...]
) -> Submission:
    path, digest = it.entry.path, ""
    if problem is None:
        try:
            digest = _digest(path)
        except OSError as error:
            problem = Problem(
                f"{it.entry.place} cannot be read: {error.strerror or error}",
                "Make it readable, or hand it in again.",
            )
    problem = problem or Problem("", "")
    return Submission(
        learner.name, path, topic.name, it.entry.place, digest, problem.what, problem.next_step, notes
    )


def _digest(path: Path) -> str:
    """The SHA-256 of a regular file; never follows a link or waits for a pipe that took its place.

    Raises:
        OSError: It cannot be read, or is no regular file.
    """
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK"):
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{shown_name(path.name)} is not a regular file")
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed(things: Sequence[Owned]) -> str:
    """The places of things, the first of many, fit to be shown."""
    names = ", ".join(shown_name(it.entry.place) for it in things[:_SHOWN])
    more = len(things) - _SHOWN
    return f"{names} and {more} more" if more > 0 else names
