"""The learner's code in this very process: watched for the length of a run, and nothing of that is left."""

import os

import pytest
from toy_course import REFERENCE

from nnlearn.catalogue import load_catalogue
from nnlearn.checking.bench import Bench
from nnlearn.checking.runner import CheckRunner
from nnlearn.host.host import Host
from nnlearn.learner.local import HostSeat, LocalSeat
from nnlearn.protocol.requests import Program
from nnlearn.results import Verdict
from nnlearn.submission.source import load_source

keras = pytest.importorskip("keras")

SHORTCUT = REFERENCE.replace("    z = ops", "    return getattr(ops, 'xamtfos'[::-1])(logits)\n    z = ops")
ENDS = REFERENCE.replace("return x * self.factor", "import os; os._exit(0)")


@pytest.fixture(scope="module")
def runner(miniature):
    topic = load_catalogue(miniature).topic("toy")
    with CheckRunner(topic, topic.require_visible_checks()) as runner:
        yield runner


def state():
    return keras.ops.softmax.__code__, keras.layers.Dropout.__init__.__code__, os._exit


@pytest.mark.parametrize(
    "code", [REFERENCE, SHORTCUT, ENDS, f"{REFERENCE}\n1 / 0", f"{REFERENCE}\nimport os; os._exit(0)"]
)
def test_the_watch_stands_from_the_first_check_to_the_last_and_no_longer(runner, tmp_path, code):
    """To set it up for each call would take longer than the call."""
    (tmp_path / "toy.py").write_text(code)
    before, between = state(), []
    seat = LocalSeat(runner.topic, load_source(tmp_path / "toy.py"))
    assert state() == before
    runner.run(Bench(runner.topic, seat), on_check=lambda _: between.append(state()))
    assert len(between) == 4
    assert len(set(between)) == 1
    assert not set(between[0]) & set(before)
    assert state() == before


def test_what_is_seen_between_is_what_is_seen_else(runner, tmp_path):
    (tmp_path / "toy.py").write_text(SHORTCUT)
    bench = runner.run(Bench(runner.topic, LocalSeat(runner.topic, load_source(tmp_path / "toy.py"))))
    assert [part.verdict for part in bench.parts()] == [Verdict.FORBIDDEN, Verdict.PASSED, Verdict.PASSED]


def test_where_nothing_is_forbidden_nothing_is_touched(runner):
    seat = HostSeat(Host(Program("toy", (("toy.py", REFERENCE),), {})))
    before = state()[:2]
    with seat.while_checked():
        assert state()[:2] == before
