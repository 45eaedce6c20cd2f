"""Runs the checks against the known mistakes, to learn how each of them answers."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any

import jupytext

from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.checking.selfcheck import write_diagnoses
from nnlearn.diagnosis import KnownReplies, Mistake, load_gallery
from nnlearn.errors import ContentError
from nnlearn.learner.host import Host, Program
from nnlearn.learner.seats import HostSeat
from nnlearn.learner.source import Cell, Source
from nnlearn.results import Noticed


def reference_source(topic: Topic) -> Source:
    """The topic's master as a submission: its code without the demonstrations."""
    if topic.master is None:
        raise ContentError(
            f"topic `{topic.name}` has no reference solution", "point --content at a full tree"
        )
    cells = jupytext.read(topic.master, fmt="py:percent").cells
    return Source(
        topic.master,
        "py",
        tuple(
            Cell(number, cell.source, frozenset(), f"{topic.name}.py, cell {number}")
            for number, cell in enumerate(cells, start=1)
            if cell.cell_type == "code" and "demo" not in cell.metadata.get("tags", ())
        ),
    )


def mistaken_bench(topic: Topic, item: Mistake, seed: int = 0) -> Bench:
    """A bench with the reference in which `item` stands in for its part."""
    module = types.ModuleType(topic.name)
    for cell in reference_source(topic).cells:
        exec(compile(cell.code, cell.name, "exec"), module.__dict__)  # noqa: S102
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
            name: None if run.evidence.passed else run.evidence.fingerprint for name, run in bench.runs.items()
        }
        found.append(KnownReplies(item.part, Noticed(item.name, item.message), checks))
    return tuple(found)


def learner_side_diagnoses(topic: Topic) -> dict[str, Any]:
    """What `exercises/<topic>/diagnoses.json` holds: how the visible checks go for each mistake."""
    with CheckRunner(topic, topic.visible_checks) as runner:
        return write_diagnoses(known_replies(runner, load_gallery(topic)))
