"""Runs the known mistakes of a topic through its checks, to learn how each of them answers."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.engine.reference import Reference
from autograder.engine.reply_cache import ReplyCache
from nnlearn.checking.bench import Bench
from nnlearn.checking.kinds import Answer
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.gallery import Mistake, load_gallery
from nnlearn.diagnosis.matching import KnownReplies
from nnlearn.host.host import Host
from nnlearn.learner.local import HostSeat
from nnlearn.protocol.requests import Program
from nnlearn.results import Noticed, Verdict


class Gallery:
    """The known mistakes of a topic, ready to be put through its checks.

    Args:
        runner: Runs the checks.
        seed: What all random numbers follow from; replies are comparable at the same seed only.
    """

    def __init__(self, runner: CheckRunner, seed: int = 0) -> None:
        self._runner = runner
        self._seed = seed
        self._reference = Reference(runner.topic)
        self._answers: dict[str, tuple[Answer, ...] | None] = {}
        self.mistakes = load_gallery(runner.topic, self._reference.run().__dict__)

    def bench(self, item: Mistake) -> Bench:
        """A bench with the reference in which `item` stands in for its part."""
        module = self._reference.run()
        item.replace(module.__dict__)
        return self._around(module)

    def answers_of_reference(self, check: str) -> tuple[Answer, ...] | None:
        """What the reference itself answers to a check, or None where it does not pass; found out once."""
        if check not in self._answers:
            bench = self._around(self._reference.run())
            bench.keeps_answers = True
            run = self._runner.run(bench, only=check).runs[check]
            self._answers[check] = run.answers if run.verdict is Verdict.PASSED else None
        return self._answers[check]

    def _around(self, module: types.ModuleType) -> Bench:
        topic = self._runner.topic
        return Bench(topic, HostSeat(Host.around(module, Program(topic.name, (), {}))), self._seed)

    def known_replies(self) -> tuple[KnownReplies, ...]:
        """How the checks go for each mistake: as is known already, else it runs when they are asked for."""
        runner, cache = self._runner, ReplyCache(self._runner.topic, self._seed)
        return tuple(
            KnownReplies(item.part, Noticed(item.name, item.message), _Replies(self, runner, item, cache))
            for item in self.mistakes
        )


def replies_of(bench: Bench, part: str) -> dict[str, Any]:
    """For each check of `part` that was run, the fingerprint of the replies, or None where it passed."""
    return {
        name: None if run.evidence.passed else run.evidence.fingerprint
        for name, run in bench.runs.items()
        if run.info.part == part
    }


class _Replies(Mapping[str, Any]):
    """How the checks of its part go for one mistake: fingerprints, or None where it passes."""

    def __init__(self, gallery: Gallery, runner: CheckRunner, item: Mistake, cache: ReplyCache) -> None:
        self._gallery = gallery
        self._runner = runner
        self._item = item
        self._cache = cache

    def __getitem__(self, check: str) -> Any:
        try:
            return self._cache.get(self._item.name, check)
        except KeyError:
            if check not in self._runner.checks_of(self._item.part):
                raise
        bench = self._runner.run(self._gallery.bench(self._item), only=check)
        self._cache.add(self._item.name, replies_of(bench, self._item.part))
        return self._cache.get(self._item.name, check)

    def __iter__(self) -> Iterator[str]:
        return iter(self._runner.checks_of(self._item.part))

    def __len__(self) -> int:
        return len(self._runner.checks_of(self._item.part))
