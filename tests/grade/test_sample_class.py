"""The bundled sample class gets the marks that a careful teacher would give."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from sampling import graded_topics

from autograder.engine.grade_all import grade_all
from autograder.engine.submissions import collect
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.results import Report

CLASS = Path(__file__).parents[2] / "autograder" / "sample_class"
EXPECTED: dict[tuple[str, str], dict[str, Any]] = {
    (learner, topic): said
    for learner, topics in tomllib.loads((CLASS / "expected.toml").read_text("utf-8")).items()
    for topic, said in topics.items()
}
Reports = dict[tuple[str, str], Report]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """All that the class handed in, by learner and topic, graded once, in one run."""
    catalogue = load_catalogue()
    submissions = collect([CLASS], None, catalogue)
    journal = tmp_path_factory.mktemp("grading") / "grading.jsonl"
    run = grade_all(submissions, catalogue, jobs=2, seed=0, journal=journal, on_report=lambda *_: None)
    return {(report.learner, topic.topic): report for topic in run.topics for report in topic.reports}


def test_everyone_is_graded(reports: Reports) -> None:
    """No submission is lost, and none fails for a reason of ours."""
    assert set(reports) == set(EXPECTED)
    assert not [name for name, report in reports.items() if report.has_grader_error]


@pytest.mark.parametrize("topic", graded_topics(), ids=lambda topic: topic.name)
def test_two_learners_hand_in_every_topic(topic: Topic) -> None:
    """One of them has all of it right, and another is wrong in a way that is known."""
    handed_in = [said for (_, name), said in EXPECTED.items() if name == topic.name]
    assert [said for said in handed_in if not {"part", "none"} & {*said}], "nobody has it right"
    assert [said for said in handed_in if said.get("noticed")], "nobody makes a known mistake"


@pytest.mark.parametrize(("learner", "topic"), EXPECTED)
def test_marks_and_mistakes(reports: Reports, learner: str, topic: str) -> None:
    """Each part's marks, and the known mistakes, all of them and no others."""
    expected = EXPECTED[learner, topic]
    report = reports[learner, topic]
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
    activations = {name: report for (name, topic), report in reports.items() if topic == "activations"}
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
        topic: {part.name: part.verdict.value for part in reports["hana", topic].parts}
        for topic in ("losses", "dropout", "normalization")
    }
    assert verdicts["losses"]["mean_squared_error"] == "forbidden"
    assert verdicts["losses"]["sparse_categorical_crossentropy"] == "crashed"
    assert verdicts["losses"]["binary_crossentropy"] == "passed"
    assert verdicts["dropout"]["dropout"] == "forbidden"
    assert verdicts["dropout"]["Dropout"] == "crashed"
    assert verdicts["dropout"]["DropPath"] == "passed"
    assert verdicts["normalization"]["BatchNormalization"] == "forbidden"
    assert "LayerNormalisation" in " ".join(reports["hana", "normalization"].notes)
