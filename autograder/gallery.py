"""Runs the checks against the known mistakes, to learn how each of them answers."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any

from autograder.authoring.master import read_master
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.checking.selfcheck import write_diagnoses
from nnlearn.diagnosis import KnownReplies, Mistake, load_gallery
from nnlearn.errors import ContentError
from nnlearn.learner.host import Host, Program
from nnlearn.learner.seats import HostSeat
from nnlearn.results import Noticed


def reference_module(topic: Topic) -> types.ModuleType:
    """The topic's master, run without its demonstrations, as a module."""
    if topic.master is None:
        raise ContentError(
            f"topic `{topic.name}` has no reference solution", "point --content at a full tree"
        )
    module = types.ModuleType(topic.name)
    for cell in load_source(topic.master).cells:
        exec(compile(cell.code, str(topic.master), "exec"), module.__dict__)  # noqa: S102
    return module


def mistaken_bench(topic: Topic, item: Mistake | None, seed: int) -> Bench:
    """A bench with the reference in which `item` stands in for its part."""
    module = reference_module(topic)
    if item is not None:
        item.replace(module.__dict__)
    return Bench(topic, HostSeat(Host.around(module, Program(topic.name, (), {}))), seed)


def known_replies(
    runner: CheckRunner, gallery: Iterable[Mistake], seed: int = 0
) -> tuple[KnownReplies, ...]:
    """How the checks of its own part go for each mistake."""
    found = []
    for item in gallery:
        bench = runner.run(mistaken_bench(runner.topic, item, seed), {item.part})
        checks = {
            name: None if run.evidence.passed else run.evidence.fingerprint
            for name, run in bench.runs.items()
        }
        found.append(KnownReplies(item.part, Noticed(item.name, item.message), checks))
    return tuple(found)


def learner_side_diagnoses(topic: Topic) -> dict[str, Any]:
    """What `exercises/<topic>/diagnoses.json` holds: how the visible checks go for each mistake."""
    with CheckRunner(topic, topic.visible_checks) as runner:
        return write_diagnoses(known_replies(runner, load_gallery(topic)))
