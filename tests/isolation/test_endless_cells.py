"""A cell that never ends is named and costs the parts that need it; the others keep their points."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from toy_course import IMPORTS, PREDICTIONS, SCALE, SOFTMAX

from autograder.engine.submissions import Submission
from autograder.engine.worker import TopicGrader
from nnlearn.catalogue import load_catalogue
from nnlearn.catalogue.topic import Limits
from nnlearn.isolation.zygote import Zygote
from nnlearn.results import Report

ENDLESS = "while True:\n    pass"
STUBBORN = (
    "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
)
SLEEPY = "import time\ntime.sleep(10**6)"
FULL = "x = []\nwhile True:\n    x.append('x' * 10_000_000)"
Grade = Callable[..., tuple[Report, dict[str, str], dict[str, float]]]


@pytest.fixture(scope="module")
def grade(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grade]:
    """Grades cells of code as a notebook, with tight limits; the report, verdicts and scores of parts."""
    root = tmp_path_factory.mktemp("content") / "course"
    shutil.copytree(Path(__file__).parents[1] / "miniature", root)
    limits = Limits(call_seconds=20, part_seconds=4, submission_seconds=90, memory_mb=512)
    topic = dataclasses.replace(load_catalogue(root).topic("toy"), limits=limits)
    grader = TopicGrader(topic, zygote, seed=0)

    def grade(*cells: str, name: str = "toy.ipynb") -> tuple[Report, dict[str, str], dict[str, float]]:
        path = tmp_path_factory.mktemp("handed-in") / name
        made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
        text = json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        path.write_text(text if path.suffix == ".ipynb" else "\n".join(cells), encoding="utf-8")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        report = grader.grade(Submission("ada", path, "toy", path.name, digest)).report
        assert not report.has_grader_error
        verdicts = {part.name: part.verdict.value for part in report.parts}
        return report, verdicts, {part.name: part.score for part in report.parts}

    return grade


@pytest.mark.parametrize(
    "cell", [ENDLESS, STUBBORN, SLEEPY, FULL], ids=["spins", "stubborn", "sleeps", "fills"]
)
def test_a_cell_of_ones_own_that_never_ends_costs_nothing_and_is_named(grade: Grade, cell: str):
    report, _, _ = grade(IMPORTS, SOFTMAX, cell, SCALE, PREDICTIONS)
    assert report.score == report.max_score
    (note,) = report.notes
    assert note.startswith("cell 3 was ended and left out: ")
    assert note.endswith("; nothing of the exercise needs it")


def test_several_of_them_cost_nothing_as_long_as_they_are_few(grade: Grade):
    report, _, _ = grade(ENDLESS, IMPORTS, SOFTMAX, ENDLESS, SCALE, PREDICTIONS)
    assert report.score == report.max_score
    assert [note.split(" was")[0] for note in report.notes] == ["cell 1", "cell 4"]
    report, verdicts, _ = grade(IMPORTS, SOFTMAX, ENDLESS, ENDLESS, ENDLESS, ENDLESS, SCALE, PREDICTIONS)
    assert set(verdicts.values()) == {"timed_out"}
    message = report.parts[0].outcomes[0].message
    assert "loading the file, cell 6: it took too long" in message


def test_the_cell_of_a_part_costs_that_part(grade: Grade):
    report, verdicts, scores = grade(IMPORTS, SOFTMAX + ENDLESS, SCALE, PREDICTIONS)
    assert verdicts == {"softmax": "timed_out", "Scale": "passed", "predictions": "passed"}
    assert scores["softmax"] == 0
    assert report.notes[0].endswith("; softmax needs it")
    assert "cell 2: it took too long" in report.parts[0].outcomes[0].message


def test_a_cell_that_parts_need_costs_those_that_do(grade: Grade):
    helper = "def _shifted(z, axis):\n    return z - ops.max(z, axis=axis, keepdims=True)\n" + ENDLESS
    using = SOFTMAX.replace("z - ops.max(z, axis=axis, keepdims=True)", "_shifted(z, axis)")
    _, verdicts, _ = grade(IMPORTS, helper, using, SCALE, PREDICTIONS)
    assert verdicts == {"softmax": "timed_out", "Scale": "passed", "predictions": "passed"}


def test_what_loading_takes_again_after_a_death_is_not_a_part_s_to_pay_for(grade: Grade):
    slow = "import time\ntime.sleep(2.5)"
    scale = SCALE.replace("        return x", "        import os; os._exit(3)\n        return x")
    report, verdicts, _ = grade(IMPORTS, SOFTMAX, slow, slow, scale, PREDICTIONS)
    assert verdicts == {"softmax": "passed", "Scale": "crashed", "predictions": "passed"}
    assert report.notes == ()


def test_a_python_file_is_one_piece(grade: Grade):
    report, verdicts, _ = grade(IMPORTS, SOFTMAX, SCALE, PREDICTIONS, ENDLESS, name="toy.py")
    assert set(verdicts.values()) == {"timed_out"}
    assert "loading the file: it took too long" in report.parts[0].outcomes[0].message
