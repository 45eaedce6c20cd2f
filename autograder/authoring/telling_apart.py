"""Which known mistakes the visible checks tell from all others, so that no hidden one has to.

What explains the failures of some checks explains those of more checks only if it did before: a mistake that
is told apart stays so. Hidden checks take half of the time, and most mistakes need none.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.authoring.implementations import Implementation, Runs
from autograder.engine.mistake_runs import replies_of
from autograder.engine.reference import reference_source
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench
from nnlearn.diagnosis.explaining import explain
from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.learner.local import LocalSeat


def benches_of(topic: Topic, runs: Mapping[Implementation, Runs]) -> dict[Implementation, Bench]:
    """What was run, each on a bench that knows no mistakes yet."""
    seat = LocalSeat(topic, reference_source(topic))
    return {one: Bench(topic, seat, runs=found) for one, found in runs.items()}


def known_by(benches: Mapping[Implementation, Bench]) -> dict[Implementation, tuple[KnownReplies, ...]]:
    """For each mistake those that it may be taken for, itself among them: all that were asked as much."""
    known = {
        one: KnownReplies(one.mistaken, one.noticed, replies_of(bench, one.mistaken))
        for one, bench in benches.items()
    }
    return {
        one: tuple(
            item
            for item in known.values()
            if item.part == one.mistaken and item.checks.keys() >= known[one].checks.keys()
        )
        for one in known
    }


def undecided(benches: Mapping[Implementation, Bench]) -> set[Implementation]:
    """The mistakes that what was run does not tell apart, and those that they may be."""
    found = set()
    by_name = {one.name: one for one in benches}
    for one, known in known_by(benches).items():
        evidence = benches[one].evidence(one.mistaken)
        explained = explain(one.mistaken, evidence, known)
        if [each.noticed.mistake for each in explained] == [one.name]:
            continue
        alike = {item.noticed.mistake for item in known if explain(one.mistaken, evidence, [item])}
        found |= {one, *(by_name[name] for name in alike)}
    return found
