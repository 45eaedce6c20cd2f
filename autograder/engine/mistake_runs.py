"""Runs the known mistakes of a topic through its checks, to learn how each of them answers."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.engine.first_replies import ComparingSeat
from autograder.engine.reference import Reference
from autograder.engine.reply_cache import ReplyCache
from nnlearn.catalogue import PREDICTIONS
from nnlearn.checking.bench import Bench, CheckRun
from nnlearn.checking.kinds import Answer, Kind
from nnlearn.checking.runner import CheckRunner
from nnlearn.diagnosis.asked import evidence_from, evidence_to_keep
from nnlearn.diagnosis.gallery import Mistake, load_gallery
from nnlearn.diagnosis.matching import Evidence, KnownReplies
from nnlearn.diagnosis.wrong_answers import wrong_answers
from nnlearn.host.host import Host
from nnlearn.learner.local import HostSeat
from nnlearn.protocol.requests import Program
from nnlearn.results import FoundBy, Noticed, Verdict

_REFERENCE = ""  # in the cache, beside the names of the mistakes


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
        self._cache = ReplyCache(runner.topic, seed)
        self._right: dict[str, CheckRun] = {}
        self._evidence: dict[str, Evidence] = {}
        self.reference = self._reference.run().__dict__
        self.mistakes = load_gallery(runner.topic, self.reference)

    def bench(self, item: Mistake) -> Bench:
        """A bench with the reference in which `item` stands in for its part."""
        module = self._reference.run()
        item.replace(module.__dict__)
        return self._around(module)

    def begins_alike(self, item: Mistake, check: str, replies: Sequence[Any]) -> bool:
        """Whether a check gets these replies from `item`, of which it runs no more than it takes to tell."""
        bench = self.bench(item)
        bench.seat = seat = ComparingSeat(bench.seat, replies)
        self._runner.run(bench, only=check)
        return not seat.differs

    def answers_of_reference(self, check: str) -> tuple[Answer, ...] | None:
        """What the reference itself answers to a check, or None where it does not pass; found out once."""
        run = self.run_of_reference(check)
        return run.answers if run.verdict is Verdict.PASSED else None

    def run_of_reference(self, check: str) -> CheckRun:
        """How a check goes for the reference, with all that can be kept of it; found out once."""
        if check not in self._right:
            bench = self._around(self._reference.run())
            bench.keeps_answers = True
            self._right[check] = self._runner.run(bench, only=check).runs[check]
        return self._right[check]

    def evidence_of_reference(self, check: str) -> Evidence:
        """What a check gets from the reference, call by call: as is known already, else found out now."""
        if check not in self._evidence:
            try:
                self._evidence[check] = evidence_from(self._cache.get(_REFERENCE, check))
            except KeyError:
                self._evidence[check] = evidence = self.run_of_reference(check).evidence
                self._cache.add(_REFERENCE, {check: evidence_to_keep(evidence)})
        return self._evidence[check]

    def kinds_from_reference(self, part: str) -> Iterator[Kind]:
        """Of what kinds the values are that the reference of a part gives, where checks call it."""
        for check in self._runner.checks_of(part):
            for answer in self.answers_of_reference(check) or ():
                if answer.kind is not None and answer.call and answer.call.call.startswith(f"{part}("):
                    yield answer.kind

    def _around(self, module: types.ModuleType) -> Bench:
        topic = self._runner.topic
        return Bench(topic, HostSeat(Host.around(module, Program(topic.name, (), {}))), self._seed)

    def known_replies(self) -> tuple[KnownReplies, ...]:
        """How the checks go for each mistake: as is known already, else it runs when they are asked for."""
        written = [item for item in self.mistakes if item.part != PREDICTIONS]
        return self.replies_of(written, FoundBy.GALLERY) + wrong_answers(self._runner.topic)

    def replies_of(self, mistakes: Sequence[Mistake], found_by: FoundBy) -> tuple[KnownReplies, ...]:
        """The same for any mistakes."""
        runner = self._runner
        return tuple(
            KnownReplies(
                item.part,
                Noticed(item.name, item.message, found_by),
                _Replies(self, runner, item, self._cache),
            )
            for item in mistakes
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
