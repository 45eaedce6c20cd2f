"""A choice of parts and what they are worth, from `course add` to the exported score."""

import csv
import json
import shutil
from types import SimpleNamespace

import pytest
from course.trap_class import ANSWERS, Book, hand_in
from stock_nbgrader import CommandLines

from autograder.course.add import add
from autograder.course.layout import CourseError, find_course
from autograder.course.selection import selections

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

# It fails on huge logits, which is 2 of the 4 points that the checks of softmax have between them.
HALF = """
    def softmax(logits, axis=-1):
        powers = ops.exp(logits)
        return powers / ops.sum(powers, axis=axis, keepdims=True)
"""


@pytest.fixture(scope="module")
def chosen(late_course, tmp_path_factory):
    """`softmax` for 5 points and the question count; everything else of the topic is voluntary."""
    course = tmp_path_factory.mktemp("chosen") / "course"
    shutil.copytree(late_course.course, course)
    said = {}
    with CommandLines(late_course.home) as run:

        def step(name, program, *words, code=0):
            done = getattr(run, program)(*words, cwd=course)
            assert done.returncode == code, f"{name}: {done.stdout}\n{done.stderr}"
            said[name] = done.stdout + done.stderr

        parts = ["--parts", "softmax,why", "--points", "softmax=5"]
        step("add", "nnlearn", "course", "add", "toy", "--as", "short", *parts)
        step("check", "nnlearn", "course", "check", "short")
        step("generate", "nbgrader", "generate_assignment", "short")
        released = json.loads((course / "release/short/toy.ipynb").read_text())
        whole, part = (
            Book(released, ANSWERS),
            Book(released, {"softmax": HALF, "response_why": "It overflows."}),
        )
        part.remove("Scale", "Scale_checks")
        stub = Book(released, {})
        stub.remove("softmax")
        for student, book in (("ada", whole), ("bo", part), ("cy", stub)):
            folder = hand_in(course, student, book.document)
            folder.rename(folder.parent / "short")
        step("preflight", "nnlearn", "course", "preflight", "short", "--json", code=1)
        step("grade", "nnlearn", "course", "grade", "short", "--jobs", "2")
        with find_course(course).gradebook() as gradebook:
            for student in ("ada", "bo"):
                grade = gradebook.find_grade("response_why", "toy", "short", student)
                grade.manual_score, grade.needs_manual_grade = 1.5, False
            gradebook.db.commit()
        step("export", "nnlearn", "course", "export", "short", "--output", "scores.csv")
    return SimpleNamespace(course=course, said=said, released=released)


def test_what_counts_is_said_and_stands_in_the_gradebook(chosen):
    line = "toy.ipynb: 1 part worth 5 points, 1 question worth 2 points; voluntary: Scale, predictions"
    assert line in chosen.said["add"]
    with find_course(chosen.course).gradebook() as gradebook:
        cells = gradebook.find_notebook("toy", "short").grade_cells
        assert {cell.name: cell.max_score for cell in cells} == {"softmax_checks": 5, "response_why": 2}


def test_it_is_checked_as_a_whole_topic_is(chosen):
    assert "the reference gets full marks, an unchanged notebook none" in chosen.said["check"]
    assert "Scale" not in chosen.said["check"]


def test_learners_see_what_is_voluntary_and_can_write_and_check_it(chosen):
    book = Book(chosen.released, {})
    assert "Voluntary" in "".join(book["Scale_checks"]["source"])
    assert 'nnlearn.check("Scale")' in "".join(book["Scale_checks"]["source"])
    assert "not written yet" in "".join(book["Scale"]["source"])
    assert "Voluntary" not in "".join(book["softmax_checks"]["source"])


def test_nobody_is_asked_for_work_that_does_not_count(chosen):
    problems = json.loads(chosen.said["preflight"])["problems"]
    missing = {(p["student"], p["cell"]): p["needs_you"] for p in problems if p["kind"] == "missing"}
    assert missing == {("bo", "Scale"): False, ("cy", "softmax"): True}


def test_scores_are_shares_of_the_points_that_were_chosen(chosen):
    with (chosen.course / "scores.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {row["max_score"] for row in rows.values()} == {"7"}
    assert [rows[student]["score"] for student in ("ada", "bo", "cy")] == ["6.5", "4", "0"]
    assert "bo: 2.5 of 5" in chosen.said["grade"]


def test_feedback_tells_what_was_voluntary(chosen):
    graded = {
        student: json.loads((chosen.course / f"autograded/{student}/short/toy.ipynb").read_text())
        for student in ("ada", "bo")
    }
    [told] = Book(graded["ada"], {})["Scale_checks"]["outputs"]
    assert "".join(told["data"]["text/plain"]).startswith("Scale: voluntary, without points, ")
    assert Book(graded["ada"], {})["predictions_checks"]["outputs"][0]["output_type"] == "display_data"
    assert Book(graded["bo"], {})["predictions_checks"]["outputs"] == []  # nobody has written anything there


@pytest.mark.parametrize(
    ("parts", "points", "said"),
    [
        (["sofmax"], [], "no part or question is called `sofmax`"),
        (["softmax"], ["Scale=3"], "Scale is not among --parts"),
        ([], ["Scale"], "expected a part and points above 0, got `Scale`"),
        ([], ["Scale=0"], "expected a part and points above 0, got `Scale=0`"),
        ([], ["Scale=nan"], "expected a part and points above 0, got `Scale=nan`"),
        ([], ["why=5"], "why is marked by a person, and its scheme comes to 2"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_before_anything_is_written(chosen, parts, points, said):
    with pytest.raises(CourseError, match=said):
        add(["toy"], "ps9", parts=parts, points=points, course_dir=chosen.course)
    assert not (chosen.course / "source/ps9").exists()


def test_a_name_that_two_topics_have_is_asked_for_with_its_topic(toy_course):
    from nnlearn.catalogue import load_catalogue

    [toy] = [topic for topic in load_catalogue(toy_course).topics if topic.name == "toy"]
    twin = SimpleNamespace(name="twin", parts=toy.parts, responses=toy.responses)
    with pytest.raises(CourseError, match="several topics have a part called `Scale`") as refused:
        selections([toy, twin], ["Scale"], [])
    assert refused.value.next_step == "write toy:Scale or twin:Scale"
    found = selections([toy, twin], ["twin:Scale"], ["toy:Scale=7"])
    worth = {topic.name: [found[topic.name].points_of(part) for part in toy.parts] for topic in (toy, twin)}
    assert worth == {"toy": [3, 7, 1], "twin": [None, 2, None]}
