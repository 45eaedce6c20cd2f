"""None of nbgrader's traps costs a learner a point, gains one, or takes the class down."""

import base64
import json
import math

import pytest
from course.trap_class import NOT_GRADED, grade_id

from autograder.course.layout import find_course
from autograder.course.outputs import NotGradedError, require_scores, score_of
from autograder.course.pictures import safe_png
from nnlearn.results import Outcome, PartResult, Report, Verdict

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

FULL = (3, 2, 1)
SCORES = {
    "right": FULL,
    "stub": (0, 0, 0),
    "stderr": FULL,
    "exits": (0, 0, 0),
    "raises": (3, 0, 1),
    "loops": (0, 2, 1),
    "unlabelled": FULL,
    "pasted": FULL,
    "no_checks": FULL,
    "no_solution": (0, 2, 1),
    "no_response": FULL,
    "one_cell": FULL,
    "twice": FULL,
    "twice_changed": FULL,
    "backwards": FULL,
    "own_imports": FULL,
    "retyped": FULL,
    "tagged": FULL,
    "forged": (0, 2, 1),
    "old_metadata": FULL,
    "odd_metadata": FULL,
    "loud": FULL,
    "script": FULL,
    "draws": FULL,
    "experiments": FULL,
    "late": FULL,
    "with_py": FULL,
    "jupyter": FULL,
    "more_jupyter": FULL,
    "shell": (0, 2, 1),
    "reused": FULL,
    "misplaced": (0, 2, 1),
    "wrong_name": FULL,
}


@pytest.fixture(scope="module")
def grades(trap_class):
    """What the gradebook says after `nbgrader autograde`, by learner, notebook and cell."""
    with find_course(trap_class.stock).gradebook() as gradebook:
        return {
            submission.student.id: {
                (book.name, grade.name): (grade.auto_score, grade.needs_manual_grade, grade.max_score)
                for book in submission.notebooks
                for grade in book.grades
            }
            for submission in gradebook.assignment_submissions("ps1")
        }


def cells(trap_class, student, notebook="toy"):
    document = json.loads((trap_class.stock / f"autograded/{student}/ps1/{notebook}.ipynb").read_text())
    return document["cells"]


def text_of(cell, kind="text/plain"):
    """All text of a cell's outputs."""
    outputs = cell.get("outputs", [])
    return "".join("".join(o.get("text") or o.get("data", {}).get(kind, "")) for o in outputs)


@pytest.mark.parametrize("student", SCORES)
def test_each_learner_gets_what_the_work_is_worth(grades, student):
    found = grades[student]
    parts = ("softmax_checks", "Scale_checks", "predictions_checks")
    assert tuple(found["toy", name][0] for name in parts) == SCORES[student]
    assert tuple(found["toy", name][2] for name in parts) == FULL


def test_every_graded_cell_holds_one_number_that_nbgrader_takes_for_the_score(trap_class, grades):
    """Nothing on stderr, no error, no number out of bounds: all of these cost or give points in nbgrader."""
    for student in SCORES:
        found = {grade_id(cell): cell for cell in cells(trap_class, student)}
        for name in ("softmax_checks", "Scale_checks", "predictions_checks"):
            outputs = found[name]["outputs"]
            kinds = [output["output_type"] for output in outputs]
            assert kinds[-1] == "execute_result"
            assert set(kinds[:-1]) == {"display_data"}
            score = float("".join(outputs[-1]["data"]["text/plain"]))
            assert 0 <= score <= found[name]["metadata"]["nbgrader"]["points"]
            assert score == grades[student]["toy", name][0]
            assert {"text/plain", "text/html"} == set(outputs[-2]["data"])


def test_a_grader_that_fails_says_so_and_gives_no_score(trap_class, grades):
    """A silent 0 would be taken for the learner's."""
    assert trap_class.said.stock.returncode != 0
    said = trap_class.said.stock.stderr
    assert "since the grader itself failed; this is not the learner's mistake" in said
    assert said.count("There was an error processing assignment 'ps1' for student") == len(NOT_GRADED)
    for student in NOT_GRADED:
        assert f"'ps1' for student '{student}'" in said
        assert not (trap_class.stock / f"autograded/{student}").is_dir() or not list(
            (trap_class.stock / f"autograded/{student}").iterdir()
        )
        assert all(score is None for (_, name), (score, _, _) in grades[student].items() if "_" in name)


def test_a_notebook_that_dies_costs_only_itself(trap_class, grades):
    assert set(grades) == {*SCORES, *NOT_GRADED}


def test_the_explanation_stands_beside_the_score(trap_class):
    found = {grade_id(cell): cell for cell in cells(trap_class, "forged")}
    shown = text_of(found["softmax_checks"])
    assert "softmax: 0 of 3 points, 0 of 3 checks passed" in shown
    assert "Each row of softmax(z) adds up to 1." in shown
    assert "canary" not in json.dumps(cells(trap_class, "forged"))


def test_what_learners_print_stays_in_their_own_cells(trap_class):
    found = {grade_id(cell): cell for cell in cells(trap_class, "stderr")}
    printed = text_of(found["Scale"])
    assert "out" in printed
    assert "err" in printed
    assert "logged" in printed
    assert all(output["name"] == "stdout" for output in found["Scale"]["outputs"])
    loud = {grade_id(cell): cell for cell in cells(trap_class, "loud")}
    assert 1000 < len(text_of(loud["Scale"])) < 10_000
    assert "characters were printed" in text_of(loud["Scale"])
    script = {grade_id(cell): cell for cell in cells(trap_class, "script")}
    assert "\x1b" not in text_of(script["Scale"])
    assert "<script>" not in (trap_class.ours / "feedback/script/ps1/toy.html").read_text()


def test_what_learners_draw_is_kept_in_their_own_cells(trap_class):
    found = {grade_id(cell): cell for cell in cells(trap_class, "draws")}
    (drawn,) = found["Scale"]["outputs"]
    assert drawn["output_type"] == "display_data"
    assert safe_png(base64.b64decode(drawn["data"]["image/png"]))
    assert "data:image/png;base64," in (trap_class.ours / "feedback/draws/ps1/toy.html").read_text()


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("no_checks", "`softmax_checks` was missing"),
        ("no_solution", "the cell `softmax` was missing; it is there again, as it was given out."),
        ("one_cell", "another cell that defines it stands for it"),
        ("twice", "the cell `softmax` was there 2 times; the last one that was changed counts."),
        ("backwards", "cells had been moved; they are in their order again"),
        ("own_imports", "what was written there is in a cell of its own below it"),
        ("retyped", "the cell `softmax` had become a markdown cell; it is a code cell again"),
        ("odd_metadata", "marked as a cell that this assignment does not have"),
        ("unlabelled", "cells had lost nbgrader's labels; they have them again: `code-"),
        ("shell", "is not run: `%%bash` is a cell magic; remove the line, or the cell"),
        ("shell", "`files = !ls` is a shell command, which is not run when graded; remove the line"),
        ("reused", "overwrites `Scale` with int: what was defined before counts"),
        ("misplaced", "`softmax` is defined in a cell that is not run: put it into its own cell"),
    ],
)
def test_what_was_put_right_is_said(trap_class, student, words):
    first = next(cell for cell in cells(trap_class, student) if (grade_id(cell) or "").endswith("_checks"))
    assert words in text_of(first)


def test_cells_come_back_once_and_in_their_order(trap_class):
    wanted = [grade_id(cell) for cell in trap_class.released["cells"]]
    for student in ("backwards", "twice", "retyped", "own_imports"):
        found = [grade_id(cell) for cell in cells(trap_class, student) if grade_id(cell)]
        assert found == wanted


def test_the_file_beside_the_notebook_is_the_learners_own_and_the_data_the_instructors(trap_class):
    folder = trap_class.stock / "autograded/with_py/ps1"
    assert (folder / "toy.py").read_text() == "# the learner's own\n"
    assert (folder / "data.csv").read_text() == "1,2\n"


def test_an_answer_in_words_is_found_by_the_id_of_its_cell(trap_class, grades):
    assert grades["unlabelled"]["toy", "response_why"][:2] == (None, True)
    found = {grade_id(cell): cell for cell in cells(trap_class, "unlabelled")}
    assert "".join(found["response_why"]["source"]) == "exp overflows."


def test_a_blank_answer_in_words_is_graded_and_a_written_one_waits(grades):
    assert grades["stub"]["toy", "response_why"][:2] == (0, False)
    assert grades["no_response"]["toy", "response_why"][:2] == (0, False)
    assert grades["right"]["toy", "response_why"][:2] == (None, True)


def test_other_notebooks_of_the_assignment_are_executed_as_ever(grades):
    assert grades["right"]["plain", "test"][0] == 1
    assert grades["stub"]["plain", "test"][0] == 0
    assert grades["stderr"]["plain", "test"][0] == 0  # it was not handed in


def test_being_late_costs_what_the_course_says(trap_class):
    with find_course(trap_class.stock).gradebook() as gradebook:
        late = gradebook.find_submission("ps1", "late")
        assert late.late_submission_penalty == 0.5
        assert gradebook.find_submission("ps1", "right").late_submission_penalty == 0


def outcome(verdict, points=1.0):
    return Outcome("test_it", "It works.", False, points, verdict)


@pytest.mark.parametrize("worth", [0.0, 1.0, 2.5, 3.0])
def test_a_score_is_finite_and_within_what_the_cell_is_worth(worth):
    for verdicts in (
        [],
        [Verdict.PASSED],
        [Verdict.FAILED],
        [Verdict.PASSED, Verdict.FAILED, Verdict.RAISED],
    ):
        part = PartResult("softmax", 3.0, tuple(outcome(verdict) for verdict in verdicts))
        score = score_of(part, worth)
        assert type(score) is float
        assert math.isfinite(score)
        assert 0 <= score <= worth
    assert score_of(PartResult("softmax", 3.0, (outcome(Verdict.PASSED),)), worth) == worth


def test_a_part_with_a_fault_of_ours_has_no_score():
    parts = (PartResult("softmax", 3.0, (outcome(Verdict.PASSED), outcome(Verdict.GRADER_ERROR))),)
    with pytest.raises(NotGradedError, match="this is not the learner's mistake, and no score was saved"):
        require_scores(Report("ada", "toy.ipynb", "", parts))
