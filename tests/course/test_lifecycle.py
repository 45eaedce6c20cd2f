"""A class through the whole life of an assignment, with nbgrader's own commands."""

import csv
import html
import json
import re
import shutil

import nbformat

from autograder.authoring.leaks import leaks_in
from autograder.course.layout import find_course
from nnlearn.catalogue import load_catalogue


def scores_of(life, student):
    """What the gradebook says, by the name of the cell."""
    with find_course(life.course).gradebook() as gradebook:
        grades = gradebook.find_submission_notebook("toy", "ps1", student).grades
        return {grade.name: grade.score for grade in grades}


def test_scores_are_the_shares_of_the_checks_that_passed(life):
    assert scores_of(life, "ada") == {"softmax_checks": 3, "Scale_checks": 2, "predictions_checks": 1} | {
        "response_why": 0
    }
    # Two of the four points of softmax's checks are for huge logits, and a wrong prediction is filled in.
    assert scores_of(life, "bo") == {"softmax_checks": 1.5, "Scale_checks": 2, "predictions_checks": 0.2} | {
        "response_why": 0
    }
    assert set(scores_of(life, "cy").values()) == {0}


def test_an_answer_in_words_waits_for_a_person_and_a_blank_one_does_not(life):
    with find_course(life.course).gradebook() as gradebook:
        waiting = {
            student: gradebook.find_grade("response_why", "toy", "ps1", student).needs_manual_grade
            for student in ("ada", "bo", "cy")
        }
    assert waiting == {"ada": True, "bo": True, "cy": False}


def test_the_roster_and_the_due_date_are_in_the_gradebook(life):
    with find_course(life.course).gradebook() as gradebook:
        names = {s.id: (s.first_name, s.last_name, s.email) for s in gradebook.students}
        due = gradebook.find_assignment("ps1").duedate
    assert names["ada"] == ("Ada", "Lovelace", "ada@example.org")
    assert sorted(names) == ["ada", "bo", "cy"]
    assert due.isoformat() == "2030-01-02T03:04:00"


def test_exported_grades_have_a_row_for_everybody(life):
    with (life.course / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {name: float(row["score"]) for name, row in rows.items()} == {"ada": 6, "bo": 3.7, "cy": 0}
    assert {float(row["max_score"]) for row in rows.values()} == {8}


def test_what_a_learner_gets_is_the_built_notebook(life):
    """The release says word for word what `topic build` wrote, so both ways of working are one."""
    built = nbformat.read(life.content / "exercises/toy/toy.ipynb", 4)
    released = {cell.id: cell for cell in nbformat.read(life.course / "release/ps1/toy.ipynb", 4).cells}
    for cell in built.cells:
        if not cell.id.startswith("answer-"):
            assert released[cell.id].source.rstrip() == cell.source.rstrip()
    assert len(released) == len(built.cells)


def test_learners_cannot_change_or_delete_what_is_given(life):
    cells = nbformat.read(life.course / "release/ps1/toy.ipynb", 4).cells
    for cell in cells:
        assert cell.metadata.deletable is False
        assert cell.metadata.get("editable", True) == bool(cell.metadata.nbgrader.solution)


def test_validating_runs_the_visible_checks_on_the_learners_own_machine(life):
    assert "Success! Your notebook passes all the tests." in life.said["validate right"]
    unwritten = life.said["validate unwritten"]
    assert "VALIDATION FAILED ON 4 CELL(S)" in unwritten
    assert "softmax: 0 of 1 visible checks pass; 2 more run when graded" in unwritten
    assert "Scale: 0 of 1 visible checks pass" in unwritten
    assert "You did not provide a response." in unwritten


def test_feedback_says_why_and_keeps_what_the_learner_printed(life):
    text = page_text(life.course / "feedback/bo/ps1/toy.html")
    assert "1.5 of 3 points" in text
    assert "Without subtracting the maximum, exp overflows for large logits." in text
    assert "hello from Bo" in text
    assert "Each row of softmax(z) adds up to 1." in text


def test_html_in_an_answer_is_shown_and_does_nothing(life):
    page = (life.course / "feedback/bo/ps1/toy.html").read_text()
    assert "&lt;b&gt;neat&lt;/b&gt;" in page
    assert "<code>x &lt; y</code>" in page
    assert "<script>document.title" not in page
    assert "<img src=" not in page
    assert 'href="javascript' not in page


def test_released_feedback_arrives(life):
    [file] = (life.root / "home-of-ada/ps1/feedback").rglob("*.html")
    assert "3 of 3 points" in page_text(file)


def test_nothing_a_learner_receives_holds_anything_private(life, tmp_path):
    """No solution, hidden check, expected value, mistake or marking scheme, wherever it comes from."""
    topic = load_catalogue(life.content).topic("toy")
    received = {
        "fetched": life.root / "home-of-bo/as-fetched",
        "outbound": life.exchange / "course/outbound",
        "bo's feedback": life.course / "feedback/bo",
        "cy's feedback": life.course / "feedback/cy",
        "ada's feedback": life.course / "feedback/ada",
    }
    own = "\n".join(life.written["ada"].values())
    for name, folder in received.items():
        found = leaks_in(topic, readable(folder, tmp_path / name), name)
        if name.startswith("ada"):  # the right answer in her feedback is her own
            found = [
                line for line in found if "prediction `sum`" not in line and line.split(": ", 1)[1] not in own
            ]
        assert found == [], name
    assert "exp overflows" in page_text(life.course / "autograded/ada/ps1/toy.ipynb"), (
        "markers see the scheme"
    )


def test_the_search_for_private_things_finds_them(life, tmp_path):
    topic = load_catalogue(life.content).topic("toy")
    found = "\n".join(leaks_in(topic, readable(life.course / "source", tmp_path / "source"), "source"))
    assert "a line of a solution" in found
    assert "a line of a rubric" in found
    assert "the answer to the prediction `sum`" in found


def test_released_files_are_what_a_self_check_needs(life):
    names = {
        file.relative_to(life.course / "release/ps1").as_posix()
        for file in (life.course / "release/ps1").rglob("*")
        if file.is_file()
    }
    assert names == {
        "toy.ipynb",
        ".nnlearn/workspace.json",
        ".nnlearn/course/toy/topic.toml",
        "exercises/toy/test_toy.py",
        ".nnlearn/course/toy/diagnoses.json",
    }


def page_text(file):
    """What a person reads in a page or a notebook."""
    text = file.read_text()
    if file.suffix == ".html":
        return html.unescape(re.sub(r"<[^>]+>", "", text))
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def readable(folder, target):
    """A copy of `folder` in which pages are plain text."""
    shutil.copytree(folder, target)
    for file in target.rglob("*.html"):
        file.with_suffix(".txt").write_text(page_text(file))
        file.unlink()
    return target
