"""`nnlearn course export`: real gradebook, files as Canvas and Moodle export them, the command as typed."""

import csv
import io
from pathlib import Path

import pytest
import typer
from exporters.conftest import CELLS
from nbgrader.api import Gradebook
from toy_course import nnlearn
from typer.testing import CliRunner

from autograder.exporters.lms import export
from autograder.exporters.lms.errors import GradebookError, MatchingError, TemplateError
from nnlearn.errors import NnlearnError, OutputError

app = typer.Typer()
app.command()(export)

CANVAS = """\
\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,week1 (4711),week2 (4712),week1 Final Score
,,,,,,Manual Posting,,
"    Points Possible",,,,,,7.00,10.00,(read only)
"Lovelace, Ada",1001,u1,ada,"A, morning",=1+1,,3.00,88.00
"Zhang, ""Bo"" L",1002,u2,zhang,B,,5.00,,
"Núñez, Carmen",1003,u3,CARMEN@example.org,A,,,,
"Ivanov, Dmitri",1004,u4,dmitri,B,,,,
"Student, Test",1999,,c0ffee,A,,,,
""".replace("\n", "\r\n")

WORKSHEET = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",Modified
"Participant 11","Ada Lovelace",ada@example.org,"Submitted for grading",,7.00,Yes,-
"Participant 12","Bo Zhang",bo.zhang@example.org,"Submitted for grading",,7.00,No,-
"Participant 13","Okafor",emeka@example.org,"No submission",,7.00,Yes,-
"""

GRADEBOOK = """\
Surname;ID number;Email address;"Assignment: week1 (Real)";"Assignment: week1 (Percentage)";"Sum (Real)"
Lovelace;77;ada@example.org;-;-;"12,50"
=cmd;bo;other@example.org;"3,00";42 %;-
"""


@pytest.fixture
def run(course, tmp_path, monkeypatch):
    """Runs the command in an empty folder; errors come out as they are raised."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def run(*arguments, template=None):
        if template is not None:
            data = template if isinstance(template, bytes) else template.encode()
            (here / "template.csv").write_bytes(data)
            arguments += ("--template", "template.csv")
        result = CliRunner().invoke(app, [*map(str, arguments), "--course-dir", str(course)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


def files():
    return [path.name for path in Path().iterdir()]


def written(name):
    return list(csv.reader(io.StringIO(Path(name).read_bytes().decode("utf-8-sig"), newline="")))


def test_the_plain_table_tells_blank_from_zero_and_holds_no_formula(run):
    shown = run("week1")
    rows = {row[1]: row for row in written("week1-scores.csv")}
    assert rows["ada"][5:] == ["5.6667", "7", "0", "graded"]
    assert rows["bo"][5:] == ["0", "7", "0", "graded"]
    assert rows["carmen"][5:] == ["", "7", "", "nothing handed in"]
    assert rows["dmitri"][5:] == ["", "7", "0", "not graded yet: response_why"]
    assert rows["emeka"][2:8] == ["Okafor;'@x", "'=HYPERLINK(1)", "emeka@example.org", "5.5", "7", "1"]
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
    assert rows["dmitri"][5:] == ["5", "7", "0", "so far; not graded yet: response_why"]
    assert rows["carmen"][5] == ""


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


def test_a_worksheet_of_moodle_is_filled_and_a_locked_grade_left(run):
    shown = run("week1", "--format", "moodle", template=WORKSHEET)
    assert Path("week1-moodle.csv").read_bytes().decode() == WORKSHEET.replace(
        'ada@example.org,"Submitted for grading",,', 'ada@example.org,"Submitted for grading",5.6667,'
    ).replace('"No submission",,', '"No submission",5.5,')
    assert "by Email address bo.zhang@example.org" in shown
    assert "left as it is: Moodle says that this grade cannot be changed" in shown


def test_the_gradebook_of_moodle_is_filled_in_the_column_of_points(run):
    run("week1", "--format", "moodle", template=b"\xff\xfe" + GRADEBOOK.encode("utf-16-le"))
    text = Path("week1-moodle.csv").read_bytes().decode("utf-16")
    expected = GRADEBOOK.replace("ada@example.org;-;-", "ada@example.org;5.6667;-")
    assert text == expected.replace('"3,00"', '"0"')


def test_a_site_in_another_language_is_read_by_naming_the_columns(run):
    template = "Vorname,E-Mail-Adresse,Bewertung\nAda,ADA@example.org,\nBo,bo.zhang@example.org,1\n"
    with pytest.raises(TemplateError, match="name the columns: --match and --column"):
        run("week1", "--format", "moodle", template=template)
    named = ("--match", "E-Mail-Adresse", "--column", "Bewertung")
    run("week1", "--format", "moodle", *named, template=template)
    assert written("week1-moodle.csv")[1:] == [
        ["Ada", "ADA@example.org", "5.6667"],
        ["Bo", "bo.zhang@example.org", "0"],
    ]


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


def test_hostile_names_steer_no_terminal(run):
    template = CANVAS.replace('"Student, Test"', '"\x1b[2J\u202eStudent\nTest"')
    shown = run("week1", "--format", "canvas", template=template)
    assert "\x1b" not in shown
    assert "line 8  Student Test" in shown
    assert next(csv.reader(io.StringIO(template)))  # still one row for the learner


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
    assert {len(row) for row in rows} == {9}
    assert "week1: 6 learners" in done.stderr


GERMAN = """\
ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",Datum
"Teilnehmer/in 11","Ada Lovelace",ada@example.org,"Zur Bewertung abgegeben","3,50","MAX",Ja,-
"Teilnehmer/in 12","Bo Zhang",bo.zhang@example.org,"Zur Bewertung abgegeben",,"MAX",Nein,-
"Teilnehmer/in 13",Okafor,emeka@example.org,"Zur Bewertung abgegeben",,"MAX",Ja,-
"""
GERMAN_COLUMNS = ("--match", "E-Mail-Adresse", "--column", "Bewertung")


def moodle(run, template, *more):
    return run("week1", "--format", "moodle", *GERMAN_COLUMNS, *more, template=template)


def test_a_worksheet_of_another_language_is_as_one_in_english(run):
    with pytest.raises(TemplateError, match="`Bewertung` gives 100 points on the platform, and 7 in the"):
        moodle(run, GERMAN.replace("MAX", "100,00"))
    assert files() == ["template.csv"]
    shown = moodle(run, GERMAN.replace("MAX", "100,00"), "--scale")
    rows = {row[2]: row[4] for row in written("week1-moodle.csv")[1:]}
    assert rows == {"ada@example.org": "80.9524", "bo.zhang@example.org": "", "emeka@example.org": "78.5714"}
    assert "left as it is: Moodle says that this grade cannot be changed" in shown
    assert "80.9524, in place of 3,50" in shown
    assert "REPLACES 1 score of the platform's, as said above" in shown


def test_a_word_for_locked_that_is_not_known_is_asked_for(run):
    template = GERMAN.replace("MAX", "7,00").replace("Nein", "Нет").replace("Ja", "Да")
    with pytest.raises(TemplateError, match="--locked WORD"):
        moodle(run, template)
    shown = moodle(run, template, "--locked", "Нет")
    assert "left as it is: Moodle says that this grade cannot be changed" in shown


@pytest.mark.parametrize(
    ("maximum", "there", "said"),
    [
        ("Bestanden / nicht bestanden", "", "graded by a scale"),
        ("7,00", "bestanden", "holds `bestanden`, which is no number of points"),
    ],
)
def test_a_scale_is_not_overwritten(run, maximum, there, said):
    with pytest.raises(TemplateError, match=said):
        moodle(run, GERMAN.replace("MAX", maximum).replace('"3,50"', there))
    assert files() == ["template.csv"]


def test_letters_in_canvas_are_not_overwritten(run):
    template = CANVAS.replace(",B,,5.00", ",B,,A-")
    with pytest.raises(TemplateError, match="holds `A-`, which is no number of points"):
        run("week1", "--format", "canvas", template=template)


def test_an_export_of_the_gradebook_has_no_maximum_beside_the_points(run):
    """The column right of the points is another grade, although all have the same."""
    template = GRADEBOOK.replace("-;-;", "-;42 %;")
    run("week1", "--format", "moodle", template=template)
    table = csv.reader(io.StringIO(Path("week1-moodle.csv").read_text()), delimiter=";")
    assert next(row for row in table if row[0] == "Lovelace")[3:5] == ["5.6667", "42 %"]


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
