"""All topics of a run share one queue and its processes; what goes wrong with one costs that one alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
from authoring.here import Here

from autograder.authoring.gates import GateReport, check_topics
from autograder.authoring.new import write_skeleton
from autograder.authoring.trials import Progress
from nnlearn.catalogue import Topic, load_catalogue

NAMES = ("apart", "between", "close_by")


@pytest.fixture
def topics(tmp_path: Path) -> list[Topic]:
    """Three topics, not built."""
    for name in NAMES:
        write_skeleton(name, tmp_path)
    return [load_catalogue(tmp_path).topic(name) for name in NAMES]


def told(report: GateReport) -> object:
    """A report without its times, without what is not built and where lessons of one kind lead."""
    trials = [dataclasses.replace(trial, seconds={}) for trial in report.trials]
    return trials, [problem for problem in report.problems if problem.gate not in ("built", "links")]


def here(topics: Sequence[Topic]) -> list[GateReport]:
    return list(check_topics(topics, start_executor=Here))


def test_topics_come_in_their_order_with_all_that_was_tried(topics: list[Topic]) -> None:
    seen: list[Progress] = []
    reports = list(check_topics(topics, on_progress=seen.append, start_executor=Here))
    assert [report.topic for report in reports] == topics
    for report in reports:
        assert [trial.kind for trial in report.trials] == ["reference", "alternative", *["mistake"] * 3]
        assert told(report)[1] == []
        steps = [(progress.done, progress.of) for progress in seen if progress.topic == report.topic]
        assert steps == [(done, 5) for done in range(6)]


def test_a_report_is_there_before_the_next_topic_is_done(topics: list[Topic]) -> None:
    seen: list[Progress] = []
    reports = check_topics(topics, on_progress=seen.append, start_executor=Here)
    assert next(reports).topic == topics[0]
    assert Progress(topics[-1], 5, 5) not in seen
    assert len(list(reports)) == 2


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("autograder/checks/between/mistakes/halve.py", "import os\nos.no_such_thing\n", "AttributeError"),
        ("autograder/checks/between/test_between.py", "def test_(:\n", "not Python"),
        ("solutions/between/between.py", "x = 1\n", "between.py"),
    ],
)
def test_a_topic_that_cannot_be_read_costs_its_own_report(
    topics: list[Topic], tmp_path: Path, file: str, text: str, words: str
) -> None:
    whole = here([topics[0], topics[2]])
    (tmp_path / file).write_text(text)
    first, broken, last = here(topics)
    assert [told(first), told(last)] == [told(report) for report in whole]
    assert broken.trials == []
    [problem] = [problem for problem in broken.problems if problem.gate == "topic"]
    assert words in problem.what
    assert Path(file).name in problem.what


def test_what_keeps_an_implementation_from_being_tried_is_said(topics: list[Topic], tmp_path: Path) -> None:
    checks = tmp_path / "autograder/checks/apart/test_apart.py"
    broken = "\n\nimport pytest\n\n\n@pytest.fixture\ndef broken():\n    raise ValueError('no table')\n"
    text = checks.read_text().replace(
        "test_halves_tables(learner, rng)", "test_halves_tables(learner, broken)"
    )
    checks.write_text(text + broken)
    first, second = here(topics[:2])
    why = "could not be tried: RuntimeError: test_halves_tables was not run: ValueError('no table')"
    assert ("alternative", f"another_way {why}") in [(p.gate, p.what) for p in first.problems]
    assert second.trials
    assert told(second)[1] == []


def test_a_process_that_an_implementation_ends_costs_its_own_trial(
    topics: list[Topic], tmp_path: Path
) -> None:
    """In processes of their own, in which all the others go as they go in this one."""
    whole = here(topics)
    alternative = tmp_path / "solutions/between/alternatives/another_way.py"
    code = "import os\nimport signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    alternative.write_text('"""It ends its process."""\n' + code)
    first, cut, last = check_topics(topics, jobs=1)
    assert [told(first), told(last)] == [told(whole[0]), told(whole[2])]
    expected, _ = told(whole[1])
    assert told(cut)[0] == [trial for trial in expected if trial.kind != "alternative"]
    assert [(problem.gate, problem.what) for problem in told(cut)[1]] == [
        ("alternative", "another_way could not be tried: the process that graded it died twice")
    ]
