"""What there is of a topic to try: reference, stub, alternatives, and the reference with each mistake."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.authoring.dependents import dependents
from autograder.engine.mistake_runs import Gallery
from autograder.engine.reference import reference_source
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench, CheckRun
from nnlearn.checking.runner import CheckRunner
from nnlearn.errors import ContentError
from nnlearn.learner.local import LocalSeat
from nnlearn.results import Noticed
from nnlearn.submission.source import load_source

Runs = dict[str, CheckRun]


@dataclass(frozen=True)
class Implementation:
    """Something that can be put through the checks.

    Attributes:
        kind: `reference`, `stub`, `alternative` or `mistake`.
        name: The file, or the mistake.
        mistaken: The part that a mistake stands in for.
        message: What explains a mistake.
    """

    kind: str
    name: str
    mistaken: str = ""
    message: str = ""

    @property
    def noticed(self) -> Noticed:
        """A mistake as a report names it."""
        return Noticed(self.name, self.message)


class Implementations:
    """A topic's checks, read once, and everything that can be put through them.

    Raises:
        ContentError: The topic has no private content, or its checks or mistakes cannot be read.
    """

    def __init__(self, topic: Topic) -> None:
        if topic.checks is None or topic.master is None:
            raise ContentError(
                f"topic `{topic.name}` has no checks or no reference solution here",
                "point --content at a full tree: solutions/ and autograder/checks/ beside exercises/",
            )
        self._topic = topic
        self._runner = CheckRunner(topic, topic.checks)
        self._gallery = Gallery(self._runner)
        reference = reference_source(topic)
        self._uses = dependents(reference, [part.name for part in topic.parts])
        self._sources = {Implementation("reference", topic.name): reference}
        if topic.stub.exists():
            self._sources[Implementation("stub", topic.stub.name)] = load_source(topic.stub)
        for file in topic.alternatives:
            self._sources[Implementation("alternative", file.stem)] = load_source(file)
        self._mistakes = {
            Implementation("mistake", item.name, item.part, item.message): item
            for item in self._gallery.mistakes
        }

    @property
    def all(self) -> tuple[Implementation, ...]:
        """All of them; those that go through every check, and so take longest, come first."""
        return (*self._sources, *self._mistakes)

    def run(self, one: Implementation) -> Runs:
        """How the checks go; for a mistake, the visible ones of its part and all of those that reach it."""
        if item := self._mistakes.get(one):
            bench = self._runner.run(self._gallery.bench(item), {item.part}, hidden=False)
            if uses := self._uses[item.part]:
                self._runner.run(bench, uses)
        else:
            bench = self._runner.run(Bench(self._topic, LocalSeat(self._topic, self._sources[one])))
        return _light(bench.runs)

    def run_hidden(self, one: Implementation, so_far: Runs) -> Runs:
        """For a mistake of which that much is known, how the hidden checks of its part go as well."""
        item = self._mistakes[one]
        bench = self._gallery.bench(item)
        bench.runs = dict(so_far)
        return _light(self._runner.run(bench, {item.part}, hidden=True).runs)

    def close(self) -> None:
        """End the session of checks."""
        self._runner.close()


def _light(runs: Runs) -> Runs:
    """`runs` without the calls: what those are given may be large, and nobody asks in another process."""
    for run in runs.values():
        run.told = None
    return runs
