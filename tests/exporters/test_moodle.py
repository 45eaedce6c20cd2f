"""Scores into Moodle's worksheets and its gradebook, in whatever language the site is."""

import csv
import io
from pathlib import Path

import pytest
from exporters.templates import GRADEBOOK, WORKSHEET, files, written

from autograder.exporters.lms.errors import TemplateError


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


def test_an_export_of_the_gradebook_has_no_maximum_beside_the_points(run):
    """The column right of the points is another grade, although all have the same."""
    template = GRADEBOOK.replace("-;-;", "-;42 %;")
    run("week1", "--format", "moodle", template=template)
    table = csv.reader(io.StringIO(Path("week1-moodle.csv").read_text()), delimiter=";")
    assert next(row for row in table if row[0] == "Lovelace")[3:5] == ["5.6667", "42 %"]
