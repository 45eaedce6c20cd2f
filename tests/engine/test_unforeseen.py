"""Whose fault it is that a check ends in an exception which nobody foresaw: the reference decides."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from toy_course import REFERENCE

from autograder.engine.submissions import Submission
from autograder.engine.worker import TopicGrader
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.checking.bench import Bench, proven
from nnlearn.checking.runner import CheckRunner
from nnlearn.isolation.zygote import Zygote
from nnlearn.learner.local import LocalSeat
from nnlearn.results import Outcome, Verdict
from nnlearn.submission.source import Source, load_source

# `p.sum(axis=-1)` is the first that the check does with an answer.
RETURNS = "    return e / ops.sum(e, axis=axis, keepdims=True)"
CHECK = "test_shares"
CHECKS = '''
import numpy as np
from nnlearn.checking import check, expect

@check("softmax")
def test_shares(learner):
    """Each row adds up to 1."""
    p = learner.softmax(np.ones((2, 3), "float32"))
    expect.close(p.sum(axis=-1), np.ones(2), "each row should add up to 1")

@check("softmax", hidden=True)
def test_hidden_shares(learner):
    """Each row of another input adds up to 1."""
    p = learner.softmax(np.ones((3, 4), "float32"))
    expect.close(p.sum(axis=-1), np.ones(3), "each row should add up to 1")

@check("softmax")
def test_never_works(learner):
    """The author has made a mistake."""
    learner.softmax(np.ones((2, 3), "float32"))
    np.ones(2) + np.ones(3)

@check("Scale")
def test_asks_for_nothing(learner):
    """Nothing was asked."""
    raise MemoryError
'''


@pytest.fixture
def topic(toy_course: Path) -> Topic:
    topic = load_catalogue(toy_course).topic("toy")
    assert topic.checks is not None
    topic.checks.write_text(CHECKS)
    shutil.rmtree(topic.checks.parent / "mistakes")
    return load_catalogue(toy_course).topic("toy")


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[[str], Path]:
    def hand_in(answer: str) -> Path:
        assert RETURNS in REFERENCE
        file = tmp_path / "ada.py"
        file.write_text(REFERENCE.replace(RETURNS, f"    return {answer}"))
        return file

    return hand_in


@pytest.fixture
def at_home(topic: Topic) -> Iterator[Callable[[Source], dict[str, Outcome]]]:
    assert topic.checks is not None
    with CheckRunner(topic, topic.checks) as runner:

        def outcomes(source: Source) -> dict[str, Outcome]:
            bench = runner.run(Bench(topic, LocalSeat(topic, source), standard=proven))
            return {outcome.check: outcome for part in bench.parts() for outcome in part.outcomes}

        yield outcomes


@pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")
def test_the_reference_decides(topic: Topic, hand_in: Callable[[str], Path]) -> None:
    file = hand_in("None")
    with Zygote() as zygote:
        grader = TopicGrader(topic, zygote, 0)
        report = grader.grade(Submission("ada", file, "toy", "ada.py", "")).report
    found = {outcome.check: outcome for part in report.parts for outcome in part.outcomes}
    written_here = {check: outcome.verdict for check, outcome in found.items() if "sum" not in check}
    assert written_here == {
        CHECK: Verdict.FAILED,
        "test_hidden_shares": Verdict.FAILED,
        "test_never_works": Verdict.GRADER_ERROR,
        "test_asks_for_nothing": Verdict.GRADER_ERROR,
    }
    assert (
        found[CHECK].message.splitlines()[0]
        == "softmax: this should hold: Each row adds up to 1, but it returns None, where an array of shape "
        "(2, 3) was expected"
    )
    assert "an array of shape (2, 3)" in found[CHECK].message
    assert "Traceback" not in found[CHECK].message
    # A hidden check says of what kind it is, and nothing of its input.
    assert "what comes back is of the wrong kind" in found["test_hidden_shares"].message
    assert "(3, 4)" not in found["test_hidden_shares"].message


def test_at_home_nobody_is_told_that_the_grader_failed(
    at_home: Callable[[Source], dict[str, Outcome]], hand_in: Callable[[str], Path]
) -> None:
    found = at_home(load_source(hand_in("None")))
    assert found[CHECK].verdict is Verdict.FAILED
    said = " ".join(found[CHECK].message.split())
    assert "Each row adds up to 1, but your answer could not be compared Call softmax" in said
    assert "Got None Raised AttributeError: 'NoneType' object has no attribute 'sum'" in said
    assert found["test_asks_for_nothing"].verdict is Verdict.GRADER_ERROR


@pytest.mark.parametrize(
    "answer", ["[[1, 2], [3]]", "'text'", "10**1100", "np.zeros((2, 0))", "iter([])", "{}"]
)
def test_what_an_answer_may_be(
    at_home: Callable[[Source], dict[str, Outcome]], hand_in: Callable[[str], Path], answer: str
) -> None:
    file = hand_in(answer)
    file.write_text(f"import numpy as np\n{file.read_text()}")
    outcome = at_home(load_source(file))[CHECK]
    assert outcome.verdict in (Verdict.FAILED, Verdict.RAISED)
    assert "grader" not in outcome.message
