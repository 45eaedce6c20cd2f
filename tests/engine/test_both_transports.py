"""The same checks find the same in this process and in isolation, for every topic of the course."""

import sys

import pytest
from sampling import graded_topics

from autograder.engine.reference import reference_source
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.isolation.seat import IsolatedSeat
from nnlearn.isolation.zygote import Zygote
from nnlearn.learner.local import LocalSeat
from nnlearn.submission.source import load_source

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")

WORK = [
    pytest.param(topic, file, id=f"{topic.name}-{file.stem if file else 'reference'}")
    for topic in graded_topics()
    for file in (None, topic.stub, *topic.alternatives)
]


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as zygote:
        yield zygote


def verdicts(runner, seat):
    bench = runner.run(Bench(runner.topic, seat))
    return {name: run.verdict.value for name, run in bench.runs.items()}


@pytest.mark.sampled(1, "solutions both in process and in isolation", per_topic=True)
@pytest.mark.parametrize(("topic", "file"), WORK)
def test_every_verdict_is_the_same_in_both(topic, file, zygote):
    source = load_source(file) if file else reference_source(topic)
    with CheckRunner(topic, topic.checks) as runner:
        here = verdicts(runner, LocalSeat(topic, source))
        seat = IsolatedSeat(topic, source, zygote)
        try:
            isolated = verdicts(runner, seat)
        finally:
            seat.close()
    assert isolated == here
    assert set(here.values()) == ({"not_written", "waiting"} if file == topic.stub else {"passed"})
