"""The gate that green means what the lesson teaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograder.authoring.files import Problem
from autograder.authoring.implementations import Implementation
from autograder.authoring.visible import checks_of_topic
from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.checking.bench import Bench
from nnlearn.results import Verdict


def uncaught_pitfalls(topic: Topic, mistakes: Mapping[Implementation, Bench]) -> Iterator[Problem]:
    """The mistakes that the lesson warns of, and that no check finds which learners have.

    Args:
        topic: A topic with its private content.
        mistakes: How the checks went for each known mistake.
    """
    is_visible = checks_of_topic(topic).is_visible
    known = {one.name: (one, bench) for one, bench in mistakes.items() if one.mistaken != PREDICTIONS}
    for name in topic.pitfalls:
        if name not in known:
            near = did_you_mean(name, list(known), "the known mistakes are")
            yield Problem("pitfalls", f"{topic.toml}: no known mistake is called `{name}`: {near}")
            continue
        one, bench = known[name]
        if not any(
            is_visible(check) and run.info.part == one.mistaken and run.verdict is not Verdict.PASSED
            for check, run in bench.runs.items()
        ):
            what = f"the lesson warns of {name}, and it passes every visible check of {one.mistaken}"
            yield Problem("pitfalls", f"{what}: write one that it fails, or show a hidden one")
