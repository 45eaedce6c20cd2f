"""What a grading run looks like on a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from autograder.render.terminal import print_run
from nnlearn.results import Verdict

CLASS = """
activations: 4 submissions, mean 4.25 and median 4 of 7

Learner  Score  relu  softmax  gelu
ada          5     2        3     0
    gelu not written
bo           4     2        2     0
    softmax failed: Every column adds up to 1 instead of every row: the division
    runs over axis 0.
    gelu not written
cy           4     2        2     0
    cell 7 raised NameError: name 'x' is not defined
    softmax timed out
    gelu not written
di           4     2        2     0
    softmax failed: Every column adds up to 1 instead of every row: the division
    runs over axis 0.
    gelu not written

Part          Mean  Full marks  What happened to the others
relu        2 of 2      4 of 4
softmax  2.25 of 3      1 of 4  2 failed, 1 timed out
gelu        0 of 2      0 of 4  4 not written

Noticed more than once
  2 learners, softmax: Every column adds up to 1 instead of every row: the
  division runs over axis 0.

"""

ONE = """
activations: bo, 4 of 7 (bo.py)

relu     2 of 2      passed
softmax  2 of 3      failed
gelu     0 of 2      not written

softmax: Each row adds up to 1.  failed
  softmax: each row should add up to 1, but row 0 adds up to 0.2833

    Call       softmax(z)        z: shape (4, 3), float32
    Got        [0.2833 1.1291 0.4851 1.1025]  4 of 4 differ

gelu: Odd.  not written
  gelu: not written yet

"""


def stripped(text: str) -> str:
    """`text` without the blanks that pad its lines."""
    return "\n".join(line.rstrip() for line in text.split("\n"))


def test_class_table(make_report: Any, make_run: Any, printed: Any) -> None:
    """Each learner's points, what happened and what was noticed; then the class."""
    run = make_run(
        make_report("ada"),
        make_report("bo", Verdict.FAILED),
        make_report("cy", Verdict.TIMED_OUT, notes=("cell 7 raised NameError: name 'x' is not defined",)),
        make_report("di", Verdict.FAILED),
    )
    assert stripped(printed(print_run, run)) == CLASS


def test_one_submission_in_full(make_report: Any, make_run: Any, printed: Any) -> None:
    """A single submission shows each check that did not pass, with its message."""
    run = make_run(make_report("bo", Verdict.FAILED))
    assert stripped(printed(print_run, run)) == ONE


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_lines_fit_the_terminal(make_report: Any, make_run: Any, printed: Any, width: int) -> None:
    """No line is wider than the terminal, whatever the learners are called."""
    reports = [make_report(name, Verdict.FAILED) for name in ("a" * 90, "李小龍" * 9, "ada")]
    for run in (make_run(*reports), make_run(reports[0])):
        text = printed(print_run, run, width=width)
        assert max(cell_len(line) for line in text.split("\n")) <= width


def test_what_was_noticed_is_folded_as_one_paragraph(make_report: Any, make_run: Any, printed: Any) -> None:
    """It is one line of a message, and folded once, for the width there is."""
    noticed = "Every column adds up to 1 instead of every row: the division runs over axis 0."
    message = f"softmax: wrong\n\n  Noticed    {noticed}\n  Next       a hint"
    text = printed(print_run, make_run(make_report("bo", Verdict.FAILED, message=message)), width=60)
    lines = [line.strip() for line in text.splitlines()]
    start = lines.index("Noticed    Every column adds up to 1 instead of every")
    assert lines[start + 1 : start + 3] == ["row: the division runs over axis 0.", "Next       a hint"]


def test_no_line_ends_in_blanks(make_report: Any, make_run: Any, printed: Any) -> None:
    """What is piped into a file or copied from a screen holds nothing invisible."""
    failed = make_report("bo", Verdict.FAILED, output="a b\n\nc   \n", notes=("a note " * 20,))
    for run in (make_run(failed), make_run(failed, make_report("ada"))):
        lines = printed(print_run, run, width=60).splitlines()
        assert [line for line in lines if line != line.rstrip()] == []


def test_grader_errors_are_not_the_learners_fault(make_report: Any, make_run: Any, printed: Any) -> None:
    """A fault of ours is named as ours."""
    run = make_run(make_report("ada"), make_report("bo", Verdict.GRADER_ERROR))
    text = stripped(printed(print_run, run))
    assert "softmax grader error" in text
    assert "1 submission could not be graded in full: the fault is the grader's" in text


def test_hostile_text_is_shown_as_text(make_report: Any, make_run: Any, printed: Any) -> None:
    """Terminal commands are removed, markup is not obeyed, text direction is not turned."""
    name = "\x1b]0;owned\x07\x1b[2J[red]eve[/red]\r\u202e"
    bad = {"message": "\x1b[31mgot\x9b31m [bold]x[/bold]", "notes": ("\x07\x1b[1A[blink]note",)}
    hostile = make_report(name, Verdict.FAILED, output="\x1b[?25l[/]out\x00", **bad)
    for run in (make_run(hostile), make_run(hostile, make_report())):
        text = printed(print_run, run)
        assert "[red]eve[/red]" in text
        assert "[blink]note" in text
        assert not set("\x1b\x07\x00\r\x9b\u202e") & set(text)


def test_nothing_graded_prints_nothing(make_run: Any, printed: Any) -> None:
    """An interrupted run may have no report at all."""
    assert printed(print_run, make_run()) == ""
