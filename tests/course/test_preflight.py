"""`nnlearn course preflight` says what grading will run into, and nothing of what it will not."""

import json

import pytest
from course.trap_class import NOT_GRADED

from autograder.course.preflight import Problem, in_words


@pytest.fixture(scope="module")
def problems(trap_class):
    """The problems of each learner."""
    document = json.loads(trap_class.said.preflight.stdout)
    assert document["schema_version"] == 1
    assert document["assignment"] == "ps1"
    assert document["submissions"] == len(list((trap_class.stock / "submitted").iterdir()))
    found = {}
    for problem in document["problems"]:
        found.setdefault(problem["student"], []).append(problem)
    return found


def kinds(problems, student):
    """What is wrong with a learner's submission, but for the notebook that nearly nobody handed in."""
    return {(p["kind"], p["cell"]) for p in problems.get(student, ()) if p["file"] != "plain.ipynb"}


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        ("right", set()),
        ("exits", set()),
        ("experiments", {("not_run", "")}),
        ("twice", {("duplicated", "softmax"), ("duplicated", "Scale_checks")}),
        ("no_solution", {("missing", "softmax")}),
        ("no_response", {("missing", "response_why")}),
        ("backwards", {("reordered", "")}),
        ("retyped", {("retyped", "softmax")}),
        ("unreadable", {("unreadable", "")}),
        ("wrong_name", {("wrong_name", "")}),
        ("only_py", {("py_instead", "")}),
        ("with_py", set()),
        ("jupyter", set()),
        ("shell", {("not_run", "")}),
        ("misplaced", {("edited", "softmax_checks")}),
    ],
)
def test_each_kind_of_problem_is_found(problems, student, expected):
    assert kinds(problems, student) == expected


def test_what_needs_somebody_is_told_from_what_is_put_right(problems):
    need = {
        student
        for student, found in problems.items()
        if any(p["needs_you"] and p["file"] != "plain.ipynb" for p in found)
    }
    without_an_answer = {"no_response", "one_cell", "pasted"}
    assert need == {"unreadable", "only_py", "no_solution", "misplaced"} | without_an_answer
    assert set(NOT_GRADED) - need == {"fault"}  # nothing is wrong with that notebook
    (lost,) = [p for p in problems["no_solution"] if p["cell"] == "softmax"]
    assert lost["grading"] == "It is there again, as it was given out."


def test_what_is_not_run_reads_as_it_does_when_it_is_graded(problems, trap_class):
    found = [p["found"].removesuffix(".") for p in problems["experiments"] if p["kind"] == "not_run"]
    assert any("it uses gc.get_objects; nothing of the exercise needs it" in note for note in found)
    assert any("timeit.timeit" in note for note in found)
    feedback = (trap_class.ours / "autograded/experiments/ps1/toy.ipynb").read_text()
    assert len(found) == 2
    for note in found:
        assert note in feedback


def test_it_ends_with_1_when_points_would_be_lost(trap_class):
    assert trap_class.said.preflight.returncode == 1
    assert "Traceback" not in trap_class.said.preflight.stderr


def test_the_list_for_people_puts_words_before_everything():
    problems = [
        Problem("bo", "toy.ipynb", "reordered", "", "cells had been moved.", "They are in order.", False),
        Problem("\x1b[2Jcy", "toy.py", "py_instead", "", "toy.py was handed in.", "It counts as 0.", True),
    ]
    lines = "\n".join(in_words("ps1", 4, problems))
    assert lines.startswith("ps1: 4 submissions, 2 with something to know, 1 that need you")
    assert "  needs you  toy.py was handed in." in lines
    assert "toy.ipynb: cells had been moved." in lines
    assert "\x1b" not in lines
