"""The same checks find the same in this process and in isolation, for every topic of the course."""

import sys

import pytest

from autograder.engine.mistakes import reference_source
from nnlearn.catalogue import load_catalogue
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.isolation.seat import IsolatedSeat
from nnlearn.isolation.zygote import Zygote
from nnlearn.learner.local import LocalSeat
from nnlearn.submission.source import load_source

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")

TOPICS = [topic for topic in load_catalogue().topics if topic.checks and topic.master]


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as zygote:
        yield zygote


def verdicts(runner, seat):
    bench = runner.run(Bench(runner.topic, seat))
    return {name: run.verdict.value for name, run in bench.runs.items()}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_verdict_is_the_same_in_both(topic, zygote):
    with CheckRunner(topic, topic.checks) as runner:
        others = (topic.stub, *topic.alternatives)
        for source in (reference_source(topic), *(load_source(file) for file in others)):
            here = verdicts(runner, LocalSeat(topic, source))
            seat = IsolatedSeat(topic, source, zygote)
            try:
                isolated = verdicts(runner, seat)
            finally:
                seat.close()
            assert isolated == here, source.path
            if source.path != topic.stub:
                assert set(here.values()) == {"passed"}, source.path
