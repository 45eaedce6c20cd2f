"""What was handed in, learner by learner and topic by topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.handed_in.names import is_loose_page
from autograder.handed_in.owners import Owned
from autograder.handed_in.walk import HIDDEN


@dataclass
class Learner:
    """Somebody who handed something in.

    Attributes:
        name: What to call them; no two who handed in the same topic have the same name.
        for_topic: What may be graded, or may have been meant to be, by the topic it is for.
        rest: What is for no topic, as far as can be told.
    """

    name: str
    for_topic: dict[str, list[Owned]] = field(default_factory=dict)
    rest: list[Owned] = field(default_factory=list)


@dataclass(frozen=True)
class HandedIn:
    """What was found, sorted by whose it is.

    Attributes:
        learners: Everybody who handed something in that may be graded.
        of_others: What those handed in who have something for another topic alone.
        not_theirs: What lies beside all that and is nobody's.
    """

    learners: list[Learner]
    of_others: list[Owned]
    not_theirs: list[Owned]


def learners_of(things: Sequence[Owned], topic: str | None) -> HandedIn:
    """Everybody who handed something in.

    Args:
        things: All that was found.
        topic: The topic of everything, or None where names say it. With it, what is named after another
            topic is left alone.
    """
    by_owner: dict[tuple[Path, str, str], list[Owned]] = {}
    not_theirs: list[Owned] = []
    alone = {} if topic else _of_one_learner(things)
    for it in things:
        is_loose = it.is_flat and not it.is_labelled
        if it.entry.root in alone and not it.topic and (is_loose or not it.is_meant):
            by_owner.setdefault((it.entry.root, alone[it.entry.root], ""), []).append(it)
        elif is_loose and not _is_somebodys(it):
            not_theirs.append(it)
        else:
            by_owner.setdefault((it.entry.root, it.owner, it.number), []).append(it)
    learners = {}
    of_others: list[Owned] = []
    for key, theirs in by_owner.items():
        learner = Learner(key[1])
        others = []
        for it in theirs:
            if topic and it.topic not in {None, topic} and not it.entry.named:
                others.append(it)  # for another topic than the one that is graded
                continue
            its_topic = topic or it.topic or it.around
            if its_topic and it.is_meant:
                learner.for_topic.setdefault(its_topic, []).append(it)
            else:
                learner.rest.append(it)
        if learner.for_topic or (learner.rest and not others):
            learners[key] = learner
        else:
            of_others += others
    _tell_apart(learners)
    return HandedIn(list(learners.values()), of_others, not_theirs)


def _of_one_learner(things: Sequence[Owned]) -> dict[Path, str]:
    """The roots that are a learner's own folder, each with the learner: a topic's file is right in it."""
    with_folders = {it.entry.root for it in things if it.is_meant and not it.is_flat}
    return {
        it.entry.root: it.owner
        for it in things
        if it.is_flat and it.is_exact and not it.is_labelled and it.entry.root not in with_folders
    }


def _is_somebodys(it: Owned) -> bool:
    """Whether a file in the folder of the class is a learner's; whoever grades has files there as well."""
    if it.entry.oddity == HIDDEN or not it.is_meant:
        return False
    return not is_loose_page(it.entry.name) or bool(it.topic or it.around)


def _tell_apart(learners: Mapping[tuple[Path, str, str], Learner]) -> None:
    """Name what tells learners apart who are called the same: their number, and the folder they are in.

    One person hands in each week's topic in that week's folder: the folder is named where a topic is in both.
    """
    for (root, owner, number), learner in learners.items():
        same = {key: other for key, other in learners.items() if key[1] == owner}
        if number and len({other for _, _, other in same}) > 1:
            learner.name += f" ({number})"
        roots = {key[0] for key, other in same.items() if key[0] != root and _may_clash(learner, other)}
        if roots:
            learner.name += f" ({root if root.name in {other.name for other in roots} else root.name})"


def _may_clash(one: Learner, other: Learner) -> bool:
    """Whether two learners handed in something for the same topic; what is for none may be for any."""
    if not (one.for_topic and other.for_topic):
        return True
    return not one.for_topic.keys().isdisjoint(other.for_topic)
