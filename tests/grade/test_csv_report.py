"""A grading run as a table for spreadsheets."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from autograder.render.csv import run_to_csv, safe_cell
from nnlearn.results import Verdict


def test_one_row_for_each_submission(make_report: Any, make_run: Any) -> None:
    """Numbers are numbers, verdicts are words."""
    text = run_to_csv(make_run(make_report("ada"), make_report("bo", Verdict.FAILED)))
    assert text.splitlines()[0] == (
        "topic,learner,submission,score,max_score,relu_score,softmax_score,gelu_score,"
        "relu_verdict,softmax_verdict,gelu_verdict,noticed,notes"
    )
    assert text.splitlines()[1] == ("activations,ada,ada.py,5,7,2,3,0,passed,passed,not written,,")
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[1]["noticed"].startswith("softmax: Every column adds up to 1")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n+", "\x00=", "\uff1d"])
def test_no_cell_is_a_formula(start: str) -> None:
    """Nothing that a spreadsheet would compute, also behind blanks and control characters."""
    cell = safe_cell(f"{start}HYPERLINK(A1)")
    assert isinstance(cell, str)
    assert cell.startswith("'")


def test_numbers_stay_numbers() -> None:
    """A negative number is no formula; halves keep their half."""
    assert safe_cell(-1.5) == -1.5
    assert repr(safe_cell(3.0)) == "3"
    assert safe_cell("3.0") == "3.0"


def test_semicolons_and_lines_do_not_make_cells(make_report: Any, make_run: Any) -> None:
    """A name cannot add a cell or a row, in programs that split at semicolons either."""
    report = make_report('eve";=1+1;"\n=2+2', submission="a.py")
    text = run_to_csv(make_run(report))
    assert len(text.splitlines()) == 2
    by_semicolon = next(csv.reader(text.splitlines()[1:], delimiter=";"))
    assert not any(cell.lstrip().startswith("=") for cell in by_semicolon)
    assert next(csv.reader(text.splitlines()[1:]))[1] == "eve\";'=1+1;\" '=2+2"
