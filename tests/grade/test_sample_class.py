"""The bundled sample class gets the marks that a careful teacher would give."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.run import grade_all
from autograder.engine.submissions import collect
from nnlearn.catalogue import load_catalogue
from nnlearn.results import Report

CLASSES = Path(__file__).parents[2] / "autograder" / "sample_class"
EXPECTED: dict[str, dict[str, dict[str, Any]]] = {
    file.parent.name: tomllib.loads(file.read_text("utf-8")) for file in CLASSES.glob("*/expected.toml")
}
EVERYONE = [(topic, learner) for topic in sorted(EXPECTED) for learner in EXPECTED[topic]]
Reports = dict[tuple[str, str], Report]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """All classes, graded once, in one run."""
    catalogue = load_catalogue()
    submissions = collect([CLASSES / topic for topic in sorted(EXPECTED)], None, catalogue)
    journal = tmp_path_factory.mktemp("grading") / "grading.jsonl"
    run = grade_all(submissions, catalogue, jobs=2, seed=0, journal=journal, on_report=lambda *_: None)
    return {(topic.topic, report.learner): report for topic in run.topics for report in topic.reports}


def test_everyone_is_graded(reports: Reports) -> None:
    """No submission is lost, and none fails for a reason of ours."""
    assert set(reports) == set(EVERYONE)
    assert not [name for name, report in reports.items() if report.has_grader_error]


@pytest.mark.parametrize(("topic", "learner"), EVERYONE)
def test_marks_and_mistakes(reports: Reports, topic: str, learner: str) -> None:
    """Each part's marks, and the known mistakes, all of them and no others."""
    expected = EXPECTED[topic][learner]
    report = reports[topic, learner]
    marks = {"full": [], "part": [], "none": []}  # type: dict[str, list[str]]
    for part in report.parts:
        kind = "full" if part.score == part.max_score else "part" if part.score else "none"
        marks[kind].append(part.name)
    assert set(marks["part"]) == set(expected.get("part", []))
    assert set(marks["none"]) == set(expected.get("none", []))
    noticed = {part.name: [known.mistake for known in part.noticed] for part in report.parts if part.noticed}
    assert noticed == expected.get("noticed", {})


def test_what_happened_is_said(reports: Reports) -> None:
    """What is wrong with a file as a whole stands in its notes, and its output is kept short."""
    activations = {name: report for (topic, name), report in reports.items() if topic == "activations"}
    assert "does not parse" in " ".join(activations["lena"].notes)
    assert "SystemExit" in " ".join(activations["nadia"].notes)
    assert "rellu" in " ".join(activations["quentin"].notes)
    assert "%matplotlib" in " ".join(activations["rosa"].notes)
    assert "0.500000" in activations["oskar"].output or "-25.00" in activations["oskar"].output
    assert len(activations["oskar"].output) < 100_000
    softmax = {name: activations[name].parts[4].verdict.value for name in ("marek", "sven")}
    assert softmax == {"marek": "timed_out", "sven": "forbidden"}


def test_what_is_hostile_costs_its_own_parts(reports: Reports) -> None:
    """A shortcut is forbidden, a process that ends itself has crashed, and the other parts are graded."""
    verdicts = {
        topic: {part.name: part.verdict.value for part in reports[topic, "hana"].parts}
        for topic in ("losses", "dropout", "normalization")
    }
    assert verdicts["losses"]["mean_squared_error"] == "forbidden"
    assert verdicts["losses"]["sparse_categorical_crossentropy"] == "crashed"
    assert verdicts["losses"]["binary_crossentropy"] == "passed"
    assert verdicts["dropout"]["dropout"] == "forbidden"
    assert verdicts["dropout"]["Dropout"] == "crashed"
    assert verdicts["dropout"]["DropPath"] == "passed"
    assert verdicts["normalization"]["BatchNormalization"] == "forbidden"
    assert "LayerNormalisation" in " ".join(reports["normalization", "hana"].notes)
