"""The bundled sample class gets the marks that a careful teacher would give."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from autograder.engine import grade_all
from autograder.submissions import collect
from nnlearn.catalogue import load_catalogue
from nnlearn.results import Report

CLASS = Path(__file__).parents[2] / "autograder" / "sample_class" / "activations"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((CLASS / "expected.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """The whole class, graded once."""
    catalogue = load_catalogue()
    submissions = collect([CLASS], None, catalogue)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("grading"))  # the engine keeps its journal here
        run = grade_all(submissions, catalogue, jobs=2, seed=0, on_report=lambda *_: None)
    return {report.learner: report for topic in run.topics for report in topic.reports}


def test_everyone_is_graded(reports: dict[str, Report]) -> None:
    """No submission is lost, and none fails for a reason of ours."""
    assert set(reports) == set(EXPECTED)
    assert not [name for name, report in reports.items() if report.has_grader_error]


@pytest.mark.parametrize("learner", EXPECTED)
def test_marks_and_mistakes(reports: dict[str, Report], learner: str) -> None:
    """Each part's marks, and the known mistakes, all of them and no others."""
    expected = EXPECTED[learner]
    marks = {"full": [], "part": [], "none": []}  # type: dict[str, list[str]]
    for part in reports[learner].parts:
        kind = "full" if part.score == part.max_score else "part" if part.score else "none"
        marks[kind].append(part.name)
    assert set(marks["part"]) == set(expected.get("part", []))
    assert set(marks["none"]) == set(expected.get("none", []))
    noticed = {
        part.name: [known.mistake for known in part.noticed]
        for part in reports[learner].parts
        if part.noticed
    }
    assert noticed == expected.get("noticed", {})


def test_what_happened_is_said(reports: dict[str, Report]) -> None:
    """What is wrong with a file as a whole stands in its notes, and its output is kept short."""
    assert "does not parse" in " ".join(reports["lena"].notes)
    assert "SystemExit" in " ".join(reports["nadia"].notes)
    assert "rellu" in " ".join(reports["quentin"].notes)
    assert "%matplotlib" in " ".join(reports["rosa"].notes)
    assert "0.500000" in reports["oskar"].output or "-25.00" in reports["oskar"].output
    assert len(reports["oskar"].output) < 100_000
    softmax = {name: reports[name].parts[4].verdict.value for name in ("marek", "sven")}
    assert softmax == {"marek": "timed_out", "sven": "forbidden"}
