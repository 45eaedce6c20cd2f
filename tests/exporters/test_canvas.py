"""Scores into what Canvas exports: nothing but scores changes, and nothing is guessed."""

import csv
import io
from pathlib import Path

import pytest
from exporters.templates import CANVAS, files, written

from autograder.exporters.lms.errors import MatchingError, TemplateError


def test_canvas_gets_its_own_file_back_with_nothing_but_scores_changed(run):
    shown = run("week1", "--format", "canvas", template=CANVAS)
    assert Path("week1-canvas.csv").read_bytes().decode() == CANVAS.replace(
        "=1+1,,3.00", "=1+1,5.6667,3.00"
    ).replace(",B,,5.00", ",B,,0")
    assert shown.splitlines() == [
        "week1 in the gradebook: out of 7 points",
        "template.csv: into the column `week1 (4711)`, out of 7 points",
        "",
        "Matched: 4",
        "  ada     Lovelace, Ada   by SIS Login ID ada                 5.6667",
        '  bo      Zhang, "Bo" L   by ID 1002                          0, in place of 5.00',
        "  carmen  Núñez, Carmen   by SIS Login ID CARMEN@example.org  left as it is: nothing handed in",
        "  dmitri  Ivanov, Dmitri  by SIS Login ID dmitri              "
        "left as it is: not graded yet: response_why",
        "REPLACES 1 score of the platform's, as said above",
        "In the gradebook only, not exported: 2",
        "  emeka  5.5, 1 taken off for lateness",
        "  s-77   blank: nothing handed in",
        "In the template only, left as they are: 1",
        "  line 8  Student, Test",
        "",
        "Written: week1-canvas.csv, 2 scores",
    ]


def test_canvas_words_for_no_grade_are_kept(run):
    marked = CANVAS.replace('"A, morning",=1+1,,', '"A, morning",=1+1,EX,').replace(",B,,5.00,", ",B,,N/A,")
    shown = run("week1", "--format", "canvas", template=marked)
    assert Path("week1-canvas.csv").read_bytes().decode() == marked
    assert "left as it is: excused" in shown
    assert "left as it is: not assigned to this learner" in shown
    assert "0 scores" in shown


@pytest.mark.parametrize("column", ["week2", "4712", "week2 (4712)"])
def test_another_column_is_named_by_title_number_or_header_and_scaled(run, column):
    run("week1", "--format", "canvas", "--column", column, "--scale", template=CANVAS)
    rows = {row[1]: row for row in written("week1-canvas.csv")}
    assert float(rows["1001"][7]) == pytest.approx(10 * (5 + 2 / 3) / 7, abs=1e-4)
    assert rows["1002"][6:8] == ["5.00", "0"]


def test_scores_out_of_other_points_are_refused_without_scale(run):
    with pytest.raises(TemplateError, match="10 points on the platform, and 7 in the gradebook"):
        run("week1", "--format", "canvas", "--column", "week2", template=CANVAS)
    assert files() == ["template.csv"]


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ("nothing", r"no column is called `nothing`. It has: week1 \(4711\), week2 \(4712\)"),
        ("week1 Final Score", "no column is called"),
        ("Notes", "no column is called"),
    ],
)
def test_a_column_that_is_not_there_or_is_calculated_is_refused(run, column, problem):
    template = CANVAS.replace("Notes,week1", "Notes (read only),week1")
    if column == "Notes":
        template = CANVAS.replace(",,,,,,7.00", ",,,,,(read only),7.00")
    with pytest.raises(TemplateError, match=problem):
        run("week1", "--format", "canvas", "--column", column, template=template)


def test_two_columns_of_one_title_are_not_chosen_between(run):
    template = CANVAS.replace("week2 (4712)", "Week1 (4712)")
    with pytest.raises(TemplateError, match=r"2 columns are called `week1`: week1 \(4711\), Week1 \(4712\)"):
        run("week1", "--format", "canvas", template=template)
    run("week1", "--format", "canvas", "--column", "4711", template=template)


def test_a_row_that_fits_two_learners_is_refused_and_nothing_written(run):
    template = CANVAS.replace("1001,u1,ada", "1001,bo,ada")
    with pytest.raises(MatchingError) as caught:
        run("week1", "--format", "canvas", template=template)
    assert "line 4 (Lovelace, Ada) fits ada (by SIS Login ID) and bo (by SIS User ID)" in str(caught.value)
    assert files() == ["template.csv"]
    run("week1", "--format", "canvas", "--match", "SIS Login ID", template=template)
    assert {row[1]: row[6] for row in written("week1-canvas.csv")}["1001"] == "5.6667"


def test_a_learner_that_fits_two_rows_is_refused(run):
    template = CANVAS.replace("1999,,c0ffee", "1999,,Ada@Example.ORG")
    with pytest.raises(MatchingError, match=r"ada fits line 4 .* and line 8 \(Student, Test, by SIS Log"):
        run("week1", "--format", "canvas", template=template)


def test_a_template_of_another_course_is_refused(run):
    template = CANVAS.splitlines(keepends=True)
    template = "".join(template[:3]) + '"Lovelace, Ada",9001,,lovelace,A,,,,\r\n'
    with pytest.raises(MatchingError, match="nobody in the gradebook is in the template"):
        run("week1", "--format", "canvas", template=template)
    with pytest.raises(MatchingError, match="holds no learners"):
        run("week1", "--format", "canvas", template=CANVAS[: CANVAS.index('"Lovelace')])
    assert files() == ["template.csv"]


def test_hostile_names_steer_no_terminal(run):
    template = CANVAS.replace('"Student, Test"', '"\x1b[2J\u202eStudent\nTest"')
    shown = run("week1", "--format", "canvas", template=template)
    assert "\x1b" not in shown
    assert "line 8  Student Test" in shown
    assert next(csv.reader(io.StringIO(template)))  # still one row for the learner


def test_letters_in_canvas_are_not_overwritten(run):
    template = CANVAS.replace(",B,,5.00", ",B,,A-")
    with pytest.raises(TemplateError, match="holds `A-`, which is no number of points"):
        run("week1", "--format", "canvas", template=template)
