"""A report is about the bytes that were graded, whatever lay there before or lies there later."""

import hashlib

import pytest
from toy_course import REFERENCE

from autograder.engine.submissions import Submission
from autograder.engine.worker import TopicGrader
from nnlearn.catalogue import load_catalogue
from nnlearn.learner.local import LocalSeat


class _Here(LocalSeat):
    """The submission in this process, where the engine would isolate it."""

    layers, output = (), ""

    def __init__(self, topic, source, workers, *, figures):
        super().__init__(topic, source)

    def close(self):
        """Nothing to end."""


class _Nobody:
    """No learners' processes."""

    def prepare(self, forbid):
        """Nothing to get ready."""


@pytest.fixture
def grader(miniature, monkeypatch):
    monkeypatch.setattr("autograder.engine.worker.IsolatedSeat", _Here)
    return TopicGrader(load_catalogue(miniature).topic("toy"), _Nobody(), 0)


@pytest.mark.parametrize(("name", "text"), [("toy.py", REFERENCE), ("toy.ipynb", "{")])
def test_a_file_that_was_replaced_since_it_was_collected(grader, tmp_path, name, text):
    """One that runs, and one that is no notebook."""
    file = tmp_path / name
    file.write_text(text)
    collected = Submission("ada", file, "toy", name, "of what was there before")
    report = grader.grade(collected).report
    assert report.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert report.score == (report.max_score if name == "toy.py" else 0)


def test_a_file_that_is_gone_since_it_was_collected(grader, tmp_path):
    """There are no bytes; what was collected is all that can be named."""
    report = grader.grade(Submission("ada", tmp_path / "toy.py", "toy", "toy.py", "collected")).report
    assert (report.sha256, report.score) == ("collected", 0)
    assert "toy.py does not exist" in report.parts[0].outcomes[0].message
