"""No answer is called a fault of the grader: whatever a reply is made into, the checks say what is wrong.

All checks of a topic that has changed get all that there is, those of others a sample, the same in every run.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest
from sampling import graded_topics, is_whole, leave_out
from topics.transformed import Plan, TransformingSeat, plans

from autograder.engine.mistake_runs import Gallery
from autograder.engine.reference import Reference
from nnlearn.catalogue import Topic
from nnlearn.checking.bench import Bench, proven
from nnlearn.checking.runner import CheckRunner
from nnlearn.results import Outcome, Verdict

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's; they end no check when graded
PER_TOPIC = 60


@pytest.fixture(scope="module", params=graded_topics(), ids=lambda topic: topic.name)
def examined(request: pytest.FixtureRequest) -> Iterator[Examined]:
    examined = Examined(request.param)
    yield examined
    examined.runner.close()


class Examined:
    """A topic's checks, and what the reference answers to each."""

    def __init__(self, topic: Topic) -> None:
        assert topic.checks is not None
        self.topic = topic
        self.runner = CheckRunner(topic, topic.checks)
        self.gallery = Gallery(self.runner)
        self._reference = Reference(topic)

    def cases(self) -> list[tuple[str, Plan]]:
        """Every check with everything that is done to its replies."""
        found = []
        for check in self.runner.check_names:
            answers = self.gallery.answers_of_reference(check)
            assert answers is not None, f"{check}: the reference does not pass it"
            found += [(check, plan) for plan in plans(check, len(answers))]
        return found

    def outcome(self, check: str, plan: Plan, *, at_home: bool) -> Outcome:
        standard = proven if at_home else self.gallery.answers_of_reference
        bench = Bench(self.topic, TransformingSeat(self.topic, self._reference, plan), standard=standard)
        self.runner.run(bench, only=check)
        return bench.parts()[0].outcomes[0]


def test_no_answer_is_a_fault_of_the_grader(examined: Examined, request: pytest.FixtureRequest) -> None:
    cases = examined.cases()
    if not is_whole(request.config, examined.topic):
        every = len(cases)
        cases = sorted(cases, key=lambda case: zlib.crc32(repr(case).encode()))[:PER_TOPIC]
        leave_out(request.node, "transformed answers", every - len(cases))
    failed = [
        f"{check}, {plan}, {'at home' if at_home else 'graded'}: {outcome.message}"
        for number, (check, plan) in enumerate(cases)
        for at_home in (number % 2 == 0,)
        for outcome in (examined.outcome(check, plan, at_home=at_home),)
        if outcome.verdict is Verdict.GRADER_ERROR or "grader" in outcome.message
    ]
    assert failed == []
