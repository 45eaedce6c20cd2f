"""Why something that was handed in cannot be graded, said without opening it, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.handed_in.names import LINK, is_archive, is_page
from autograder.handed_in.owners import Owned
from autograder.handed_in.walk import HIDDEN

_SHOWN = 5


@dataclass(frozen=True)
class Problem:
    """Why something cannot be graded.

    Attributes:
        what: What is wrong with it; no full stop.
        next_step: What to do about it.
    """

    what: str
    next_step: str


def problem_of(it: Owned, all_of_it: Sequence[Owned], topic: str) -> Problem:
    """What is wrong with something that cannot be graded for `topic`.

    Args:
        it: What stands for the submission.
        all_of_it: Everything that its owner handed in.
        topic: The topic's name.
    """
    name, place = it.entry.name, it.entry.place
    file = f"{topic}{it.kind or '.ipynb'}"
    if it.entry.oddity == HIDDEN:
        return Problem(f"{place} is a hidden file", f"Hand it in as {file}.")
    if it.entry.oddity == "a link" or name.endswith(LINK):
        return Problem(
            f"{place} is a link, and no link is followed", f"Hand in {file} itself, not a link to it."
        )
    if it.entry.oddity:
        return Problem(f"{place} is {it.entry.oddity}, not a file", f"Hand in {file}.")
    if it.kind:
        return Problem(
            f"neither {place} nor its folder has the name of a topic",
            f"Hand it in as {file}; whoever grades can rename it, or pass --topic.",
        )
    if is_archive(name):
        return Problem(
            f"{place} is an archive, and no archive is opened",
            f"Hand in {file} itself; whoever grades can unpack it.",
        )
    if is_page(name):
        return Problem(f"{place} is a document, not a notebook", f"Hand in {file} itself.")
    names = ", ".join(other.entry.place for other in all_of_it[:_SHOWN])
    more = f" and {len(all_of_it) - _SHOWN} more" if len(all_of_it) > _SHOWN else ""
    return Problem(f"neither a notebook nor a .py file was handed in, but {names}{more}", f"Hand in {file}.")
