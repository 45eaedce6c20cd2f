"""`nnlearn course grade` does for a class what `nbgrader autograde` does, and leaves the same behind."""

import re

import pytest
from course.trap_class import NOT_GRADED

from autograder.course.layout import find_course

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own


def gradebook_of(course):
    """Everything that autograding writes into the gradebook."""
    with find_course(course).gradebook() as gradebook:
        return {
            submission.student.id: (
                submission.score,
                submission.max_score,
                submission.needs_manual_grade,
                submission.late_submission_penalty,
                submission.timestamp,
                sorted(
                    (book.name, grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for book in submission.notebooks
                    for grade in book.grades
                ),
                sorted(
                    (book.name, comment.name, comment.auto_comment or "")
                    for book in submission.notebooks
                    for comment in book.comments
                ),
            )
            for submission in gradebook.assignment_submissions("ps1")
        }


def files_of(course):
    """What autograding writes into autograded/; times of execution are nbgrader's own."""
    folder = course / "autograded"
    return {
        file.relative_to(folder).as_posix(): (
            re.sub(r'"(execution|iopub|shell)[^\n]*\d{4}-\d\d[^\n]*', "", file.read_text()),
            file.stat().st_mode,
        )
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_the_gradebooks_agree_in_everything(trap_class):
    assert gradebook_of(trap_class.ours) == gradebook_of(trap_class.stock)


def test_the_autograded_folders_agree_in_every_byte(trap_class):
    ours, stock = files_of(trap_class.ours), files_of(trap_class.stock)
    assert sorted(ours) == sorted(stock)
    assert {name for name in ours if ours[name] != stock[name]} == set()


def test_nothing_is_left_lying_about(trap_class):
    assert not [path for path in trap_class.ours.rglob("*") if path.name.endswith(".part")]
    assert not list((trap_class.ours / ".nnlearn").glob("*"))


def test_what_could_not_be_graded_is_said_and_ends_the_run_with_an_error(trap_class):
    said = trap_class.said.ours
    assert said.returncode == 3  # one of them was a fault of the grader's
    kinds = ("NOT GRADED", "NOT HANDED IN", "UNREADABLE")
    lines = [line.split(": ") for line in said.stderr.splitlines() if line.startswith(kinds)]
    assert sorted(line[1] for line in lines) == sorted(NOT_GRADED)
    assert ["UNREADABLE", "unreadable"] in [line[:2] for line in lines]
    assert "this is not the learner's mistake" in said.stderr
    assert "1 submission unreadable: see above" in said.stdout


def test_progress_is_a_line_for_each_submission(trap_class):
    lines = re.findall(r"^(\d+)/(\d+) ps1 (\w+): (.*)$", trap_class.said.ours.stderr, re.MULTILINE)
    assert [int(number) for number, _, _, _ in lines] == list(range(1, len(lines) + 1))
    assert {int(total) for _, total, _, _ in lines} == {len(lines)}
    said = {student: words for _, _, student, words in lines}
    assert said["right"] == "7 of 7"
    assert said["unreadable"] == "unreadable"


def test_feedback_can_be_generated_from_it(trap_class):
    assert trap_class.said.feedback.returncode == 0, trap_class.said.feedback.stderr
    page = (trap_class.ours / "feedback/forged/ps1/toy.html").read_text()
    assert "0 of 3 points" in page
    assert "BEGIN MARK SCHEME" not in page
    assert "Give one point" not in page
