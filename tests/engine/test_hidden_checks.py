"""What a learner reads about hidden checks says little of their inputs: code may choose how to fail."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from patience import PATIENCE_S
from toy_course import REFERENCE

from autograder.course.feedback import part_as_html, part_as_text
from autograder.engine.submissions import Submission
from autograder.engine.worker import TopicGrader
from autograder.exporters.gradescope.results import report_to_results
from autograder.exporters.gradescope.settings import OutputFormat, Settings
from nnlearn.catalogue import load_catalogue
from nnlearn.isolation.zygote import Zygote
from nnlearn.results import Report

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")

RETURNS = "    return e / ops.sum(e, axis=axis, keepdims=True)"
WAYS = {
    "a value error": "raise ValueError(str(logits))",
    "another class": "raise ZeroDivisionError",
    "a class of its own": "raise type('Leaked', (KeyError,), {})(logits)",
    "not written": "raise NotImplementedError('nothing here')",
    "no memory": "raise MemoryError",
    "too much memory": "np.ones(2**40)",
    "too long": "time.sleep(60)",
    "a crash": "os.abort()",
    "an exit": "os._exit(7)",
    "another exit": "raise SystemExit(3)",
}
Grade = Callable[[str], Report]


@pytest.fixture(scope="module")
def grade(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grade]:
    topic = load_catalogue(miniature).topic("toy")
    file = tmp_path_factory.mktemp("handed_in") / "toy.py"
    with Zygote() as zygote:
        grader = TopicGrader(topic, zygote, 0)

        def graded(code: str) -> Report:
            file.write_text(f"import os, time\nimport numpy as np\n{code}")
            return grader.grade(Submission("ada", file, "toy", "ada.py", "")).report

        yield graded


def failing(way: str, where: str) -> str:
    """The reference, which fails in some way where a condition holds."""
    return REFERENCE.replace(RETURNS, f"    if {where}:\n        {way}\n{RETURNS}")


def read_by_a_learner(report: Report) -> list[str]:
    """What a notebook and Gradescope show of the part that fails, but for the learner's own lines."""
    part = next(part for part in report.parts if part.name == "softmax")
    pages = [
        str(report_to_results(report, Settings("toy", output_format=form), 0.0)["tests"][:2])
        for form in OutputFormat
    ]
    shown = [part_as_text(part, part.score, 3.0), part_as_html(part, part.score, 3.0), *pages]
    return [re.sub(r"ada\.py:\d+", "", page) for page in (*shown, *(o.message for o in part.outcomes))]


def test_a_hidden_check_that_gets_no_answer_says_no_more(grade: Grade) -> None:
    reports = {name: grade(failing(way, "len(logits.shape) == 1")) for name, way in WAYS.items()}
    pages = {name: read_by_a_learner(report) for name, report in reports.items()}
    first = next(iter(pages.values()))
    assert {name: page[0] for name, page in pages.items() if page != first} == {}
    assert "it gave no answer: it raised an error, or ran out of time or memory" in " ".join(first[0].split())
    assert "no answer    softmax survives huge logits." in first[0]
    # Who grades sees how each ended.
    verdicts = [{o.verdict.value for o in r.parts[0].outcomes if o.hidden} for r in reports.values()]
    assert set().union(*verdicts) >= {"raised", "not_written", "out_of_memory", "timed_out", "crashed"}


def test_what_a_visible_check_came_to_is_said_of_a_hidden_one_too(grade: Grade) -> None:
    report = grade(failing("raise NotImplementedError('nothing here')", "True"))
    text = part_as_text(report.parts[0], 0.0, 3.0)
    assert text.count("not written  ") >= 2
    assert "no answer" not in text
    report = grade(failing("raise ZeroDivisionError", "True"))
    hidden = next(outcome for outcome in report.parts[0].outcomes if outcome.hidden and outcome.message)
    assert hidden.verdict.value in ("raised", "waiting")
    text = part_as_text(report.parts[0], 0.0, 3.0)
    assert text.count("it raised ZeroDivisionError") == 1  # of the visible check
    assert "it raised an error" in text


def test_instructors_see_what_was_raised(miniature: Path, tmp_path: Path) -> None:
    file = tmp_path / "toy.py"
    file.write_text(failing("raise ZeroDivisionError('by nothing')", "len(logits.shape) == 1"))
    done = subprocess.run(
        [
            *[sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"],
            *["autograder/checks/toy", "--submission", str(file)],
        ],
        cwd=miniature,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert "ZeroDivisionError: by nothing" in done.stdout
