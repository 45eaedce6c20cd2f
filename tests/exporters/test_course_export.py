"""`nnlearn course export`: real gradebook, the plain table, what is refused, the command as typed."""

import csv
import io

import pytest
from exporters.conftest import CELLS
from exporters.templates import CANVAS, WORKSHEET, files, written
from nbgrader.api import Gradebook
from toy_course import nnlearn

from autograder.exporters.lms.errors import GradebookError, TemplateError
from nnlearn.errors import NnlearnError, OutputError


def test_the_plain_table_tells_blank_from_zero_and_holds_no_formula(run):
    shown = run("week1")
    rows = {row[1]: row for row in written("week1-scores.csv")}
    assert rows["ada"][5:9] == ["5.6667", "7", "0", "graded"]
    assert rows["bo"][5:9] == ["0", "7", "0", "graded"]
    assert rows["carmen"][5:9] == ["", "7", "", "nothing handed in"]
    assert rows["dmitri"][5:9] == ["", "7", "0", "not graded yet: response_why"]
    assert rows["emeka"][2:8] == ["Okafor;'@x", "'=HYPERLINK(1)", "emeka@example.org", "5.5", "7", "1"]
    assert rows["ada"][9:] == ["2026-02-28 12:00:00+00:00", "2026-03-01 00:00:00+00:00", ""]
    assert rows["carmen"][9:] == ["", "", ""]
    assert rows["s-77"][2:6] == ["", "", "", ""]
    assert shown.splitlines() == [
        "week1: 6 learners, out of 7 points",
        "",
        "  ada     5.6667",
        "  bo      0",
        "  carmen  blank: nothing handed in",
        "  dmitri  blank: not graded yet: response_why",
        "  emeka   5.5, 1 taken off for lateness",
        "  s-77    blank: nothing handed in",
        "",
        "Written: week1-scores.csv",
    ]


def test_pending_answers_are_exported_only_when_asked_for(run):
    run("week1", "--include-pending", "--output", "out/grades.csv")
    rows = {row[1]: row for row in written("out/grades.csv")}
    assert rows["dmitri"][5:9] == ["5", "7", "0", "so far; not graded yet: response_why"]
    assert rows["carmen"][5] == ""


@pytest.mark.parametrize(
    ("form", "template", "problem"),
    [
        ("canvas", WORKSHEET, "pass --format moodle"),
        ("moodle", CANVAS, "pass --format canvas"),
        ("canvas", "name,score\nada,3\n", "got: name,score"),
        ("moodle", "name,score\nada,3\n", "Download grading worksheet"),
        ("moodle", "Identifier,Status,Grade\nParticipant 1,x,\n", "reveal the identities"),
        ("canvas", b"PK\x03\x04", "got a spreadsheet"),
        ("canvas", b"", "empty"),
        ("canvas", CANVAS.replace("1004,u4,dmitri,B,,,,", "1004"), "line 7: expected 9"),
    ],
)
def test_a_template_of_the_wrong_form_is_refused_by_name(run, form, template, problem):
    with pytest.raises(TemplateError, match=problem) as caught:
        run("week1", "--format", form, template=template)
    assert "template.csv" in caught.value.problem
    assert caught.value.exit_code == 4
    assert files() == ["template.csv"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--format", "canvas"], "none was named"),
        (["--template", "x.csv"], "--template belongs to"),
        (["--column", "x"], "--column belongs to"),
        (["--scale"], "--scale belongs to"),
    ],
)
def test_options_that_do_not_go_together_are_refused(run, arguments, problem):
    with pytest.raises(NnlearnError, match=problem):
        run("week1", *arguments)


def test_the_template_is_never_overwritten(run):
    with pytest.raises(OutputError, match="this is the template"):
        run("week1", "--format", "canvas", "--output", "template.csv", template=CANVAS)


def test_an_assignment_or_gradebook_that_is_not_there_is_named_and_not_made(run, course):
    with pytest.raises(GradebookError, match="did you mean `week1`"):
        run("week11")
    (course / "gradebook.db").unlink()
    with pytest.raises(GradebookError, match="there is no gradebook"):
        run("week1")
    assert not (course / "gradebook.db").exists()


def test_reading_leaves_the_gradebook_untouched(run, course):
    before = (course / "gradebook.db").read_bytes()
    run("week1")
    assert (course / "gradebook.db").read_bytes() == before


def test_the_command_as_typed_ends_in_words_and_a_code(course):
    done = nnlearn("course", "export", "week1", "--format", "canvas", cwd=course)
    assert done.returncode == 4
    assert done.stderr.splitlines() == [
        "nnlearn: --format canvas fills scores into the platform's own export, and none was named.",
        "  In Canvas: Grades, Export, Export Entire Gradebook; then pass the file with --template.",
    ]
    done = nnlearn("course", "export", "week1", "--output", "scores.csv", cwd=course)
    assert (done.returncode, done.stderr) == (0, "")
    assert (course / "scores.csv").read_text("utf-8-sig").startswith("assignment,student_id,")


def test_a_table_on_standard_output_is_alone_there(course, tmp_path):
    done = nnlearn(
        "course", "export", "week1", "--output", "/dev/stdout", "--course-dir", course, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert {len(row) for row in rows} == {12}
    assert "week1: 6 learners" in done.stderr


def checks_gave_nothing(course, student, needs_a_person):
    """What a gradebook says of a notebook that could not be graded, by us and by nbgrader alone."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "toys") as gradebook:
        for name in CELLS:
            grade = gradebook.find_grade(name, "toy", "week1", student)
            grade.auto_score, grade.manual_score, grade.needs_manual_grade = None, None, needs_a_person
        gradebook.db.commit()


@pytest.mark.parametrize("needs_a_person", [False, True])
def test_what_could_not_be_read_has_no_score_with_any_option(course, tmp_path, needs_a_person):
    for student in ("ada", "bo", "emeka"):
        checks_gave_nothing(course, student, needs_a_person)
        folder = course / "submitted" / student / "week1"
        folder.mkdir(parents=True)
        text = '{"cells": [' if student == "ada" else '{"cells": [], "metadata": {}, "nbformat": 4}'
        (folder / "toy.ipynb").write_text(text)
    (course / "submitted/emeka/week1/toy.ipynb").rename(course / "submitted/emeka/week1/Toy.ipynb")
    done = nnlearn("course", "export", "week1", "--include-pending", "--course-dir", course, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    rows = {row[1]: row for row in written(tmp_path / "week1-scores.csv")}
    assert (rows["ada"][5], rows["ada"][8]) == ("", "unreadable: toy.ipynb")
    assert (rows["bo"][5], rows["bo"][8]) == ("", "not graded: toy")
    assert rows["emeka"][8] == "not graded: toy; toy not handed in (but Toy.ipynb)"
    assert "  ada     blank: unreadable: toy.ipynb" in done.stdout
