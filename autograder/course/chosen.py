"""Which of the files that a learner handed in stands for which notebook of the assignment.

It is told by the same rules as for `nnlearn grade`: `toy (1).ipynb`, `Toy.ipynb` or `attempt2/toy.ipynb` is
graded where it is meant, and no link is followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.handed_in.choice import the_one_that_counts
from autograder.handed_in.owners import Owned, owned
from autograder.handed_in.walk import Entry, first_link, walk
from autograder.render.text import shown_name
from nnlearn.errors import SubmissionError

_NOTEBOOK = ".ipynb"
_SHOWN = 5
_GIVEN = "exercises"  # what learners check themselves with is given out there
_NBGRADERS = frozenset({"timestamp.txt", "submission_secret.txt"})


@dataclass(frozen=True)
class Chosen:
    """What of a submission is graded.

    Attributes:
        files: The file that stands for each notebook, by the notebook's name. One that cannot be read may.
        notes: What to know about how that was chosen, in words, by the notebook's name.
        others: What else looks as if it had been handed in to be graded, by its place in the submission.
        problem: Why nothing of it can be graded, or an empty string.
        is_link: Whether that is since it is reached by a link, so that nothing of it was looked at.
    """

    files: dict[str, Path] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    problem: str = ""

    is_link: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was handed in."""
        return not (self.files or self.problem)


def top_of(directory: Any, assignment: str) -> Path:
    """The folder with a folder for each learner, for an nbgrader `CourseDirectory`."""
    pattern = Path(directory.format_path(directory.submitted_directory, "*", assignment))
    return Path(*pattern.parts[: pattern.parts.index("*")])


def chosen_in(folder: Path, top: Path, notebooks: Sequence[str]) -> Chosen:
    """What of the submission in `folder` is graded.

    Args:
        folder: The submission.
        top: The folder with a folder for each learner, around it.
        notebooks: The names of the assignment's notebooks.
    """
    if link := first_link(folder, top):
        place = shown_name(link.relative_to(top.parent).as_posix())
        return Chosen(problem=f"{place} is a link, and no link is followed", is_link=True)
    try:
        entries = [_of_top(entry, top) for entry in walk(folder) if entry.name.casefold() not in _NBGRADERS]
    except SubmissionError as error:
        return Chosen(problem=str(error.problem).rstrip("."))
    things = [it for it in owned(entries, notebooks) if it.kind == _NOTEBOOK or _GIVEN not in it.inner]
    files, notes, done = {}, {}, set()
    for name in notebooks:
        candidates = [it for it in things if it.topic == name and it.kind == _NOTEBOOK]
        if not candidates:
            continue
        best, rule = the_one_that_counts(candidates, None)
        files[name] = best.entry.path
        done |= {id(it) for it in candidates}
        places = [_place(best, folder), *(_place(it, folder) for it in candidates if it is not best)]
        if places != [f"{name}{_NOTEBOOK}"]:
            notes[name] = _note(name, places, rule)
    others = tuple(_place(it, folder) for it in things if it.is_meant and id(it) not in done)
    problem = ""
    if things and not files:
        others = others or tuple(_place(it, folder) for it in things)
        shown = ", ".join(map(shown_name, others[:_SHOWN])) + (" ..." if len(others) > _SHOWN else "")
        problem = f"{', '.join(map(shown_name, notebooks))} not handed in (but {shown})"
    return Chosen(files, notes, others, problem)


def _of_top(entry: Entry, top: Path) -> Entry:
    """An entry as seen from the folder of the class, so that its owner is who it is."""
    folders = entry.path.parent.relative_to(top).parts
    return Entry(top, folders, entry.name, entry.oddity, entry.modified)


def _place(it: Owned, folder: Path) -> str:
    return it.entry.path.relative_to(folder).as_posix()


def _note(name: str, places: Sequence[str], rule: str) -> str:
    """What is said of the first of `places`, which is graded as `name`, and the others, which are not."""
    note = f"{shown_name(places[0])} is graded"
    if places[0] != f"{name}{_NOTEBOOK}":
        note += f" as {name}{_NOTEBOOK}"
    others = ", ".join(map(shown_name, places[1:]))
    return f"{note} ({rule}); not graded: {others}" if others else note
