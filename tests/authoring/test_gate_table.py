"""What `nnlearn topic check` prints: names are whole, whatever the width."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from autograder.authoring.files import Problem
from autograder.authoring.gate_table import show
from autograder.authoring.gates import GateReport, Trial

MISTAKE = "divides_by_the_number_of_all_elements_of_the_batch"
CHECKS = ("test_each_row_adds_up_to_one_along_any_axis", "test_survives_logits_of_a_thousand", "test_third")
SECONDS = {"softmax": 0.5}


def trial(name: str, *diagnosed_as: str) -> Trial:
    return Trial("mistake", name, 1.5, 3.0, CHECKS, diagnosed_as, SECONDS)


def shown(width: int, *trials: Trial, problems: tuple[Problem, ...] = ()) -> str:
    file = io.StringIO()
    topic: Any = SimpleNamespace(name="softmax")
    report = GateReport(topic, list(trials), list(problems), seconds=2.0)
    show(report, Console(file=file, width=width, color_system=None))
    return file.getvalue()


@pytest.mark.parametrize("width", [30, 80, 200])
def test_names_are_whole(width: int) -> None:
    lines = shown(width, trial(MISTAKE, "another_one", MISTAKE)).splitlines()
    for name in (MISTAKE, CHECKS[0].removeprefix("test_"), CHECKS[1].removeprefix("test_"), "another_one"):
        assert any(name in line for line in lines)


def test_what_fits_is_on_one_line() -> None:
    line = f"  mistake      {MISTAKE}  1.5 / 3"
    assert line in [row.rstrip() for row in shown(80, trial(MISTAKE, MISTAKE)).splitlines()]
    [row] = [row for row in shown(200, trial(MISTAKE, MISTAKE)).splitlines() if row.startswith(line)]
    assert row.endswith("survives_logits_of_a_thousand and 1 more")


def test_only_what_is_taken_for_something_else_says_for_what() -> None:
    assert "diagnosed" not in shown(80, trial(MISTAKE, MISTAKE))
    assert "diagnosed as nothing" in shown(200, trial(MISTAKE))
    assert f"diagnosed as other, {MISTAKE}" in shown(200, trial(MISTAKE, "other", MISTAKE))


def test_a_gate_that_does_not_hold_is_one_line() -> None:
    what = "a reason " * 20
    text = shown(80, trial(MISTAKE, MISTAKE), problems=(Problem("mistake", what.strip()),))
    assert f"GATE mistake: {what.strip()}\n" in text
    assert text.endswith("softmax: 1 gate does not hold (2.0 s of trials)\n")
