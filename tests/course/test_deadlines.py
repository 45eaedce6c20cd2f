"""A deadline from end to end: late, extended, handed in again, graded again; every total worked out here."""

import csv
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from course.late_class import handed_in
from stock_nbgrader import CommandLines

from autograder.course.layout import find_course

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

WRONG = "def softmax(logits, axis=-1):\n    return ops.convert_to_tensor(logits)"
ALWAYS_UP = """
    class Scale(keras.layers.Layer):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = abs(factor)

        def call(self, x):
            return x * self.factor
"""
MENDED = '''

@check("Scale", hidden=True, points=2)
def test_a_factor_may_be_negative(learner):
    """A negative factor turns the sign."""
    x = np.array([1.0, 2.0], "float32")
    expect.close(learner.Scale(-3.0)(x), -3.0 * x, "each number times the factor")
'''
# The due date is 24 October, 23:59 in Berlin: 21:59 UTC. Clocks go back in the night after it.
AT = {
    "ada": "2026-10-24 21:59:00.000000 UTC",  # to the second
    "bo": "2026-10-24 10:00:00.000000 UTC",  # in time, and once more a day late
    "cy": "2026-10-24 18:13:00 -0400",  # 14 minutes late, from New York
    "di": "2026-10-30 12:00:00.000000 UTC",  # in the sixth day: over
    "emeka": None,
    "fatima": "2026-10-27 12:00:00.000000 UTC",  # in the third day, with four granted
}
BO_AGAIN, EMEKA_AGAIN = "2026-10-25 22:59:00.000000 UTC", "2026-10-26 23:30:00.000000 UTC"
BY_HAND = {"ada": 2.0, "bo": 1.5, "di": 1.0, "emeka": 2.0}


def mark(course, student, points):
    """As Formgrader saves a mark."""
    with find_course(course).gradebook() as gradebook:
        grade = gradebook.find_grade("response_why", "toy", "ps1", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def in_exchange(exchange, student, at, notebook):
    """As `nbgrader submit` leaves it."""
    folder = exchange / "course/inbound" / f"{student}+ps1+{at}+secret"
    folder.mkdir(parents=True)
    (folder / "toy.ipynb").write_text(json.dumps(notebook))
    (folder / "timestamp.txt").write_text(at)


def book_of(course):
    """What the gradebook has of each submission."""
    with find_course(course).gradebook() as gradebook:
        return {
            each.student_id: SimpleNamespace(
                score=each.score,
                penalty=each.late_submission_penalty,
                extension=each.extension,
                seconds=each.total_seconds_late,
                pending=each.needs_manual_grade,
                marks={grade.name: grade.score for book in each.notebooks for grade in book.grades},
            )
            for each in gradebook.assignment_submissions("ps1")
        }


@pytest.fixture(scope="module")
def term(late_course, tmp_path_factory):
    """Everything that happens, in order; what was said and what stood in the gradebook then."""
    root = tmp_path_factory.mktemp("term")
    course = root / "course"
    shutil.copytree(late_course.course, course)
    content = shutil.copytree(late_course.content, root / "content")
    exchange = root / "exchange"
    exchange.mkdir()
    config = course / "nbgrader_config.py"
    text = config.read_text().replace(str(late_course.content), str(content))
    config.write_text(text.replace(str(late_course.root / "exchange"), str(exchange)))
    said, books = {}, {}
    released = late_course.released
    for student, at in AT.items():
        answers = {"bo": {"softmax": WRONG}, "cy": {"Scale": ALWAYS_UP}}.get(student, {})
        handed_in(course, released, student, at, **answers)
    with CommandLines(late_course.home) as run:

        def step(name, program, *words, cwd=course, code=0):
            done = getattr(run, program)(*words, cwd=cwd)
            assert done.returncode == code, f"{name}: {done.stdout}\n{done.stderr}"
            said[name] = done.stdout + done.stderr

        step("extend", "nnlearn", "course", "extend", "ps1", "fatima", "--until", "+4 days")
        step("preflight", "nnlearn", "course", "preflight", "ps1")
        step("preflight json", "nnlearn", "course", "preflight", "ps1", "--json")
        shutil.copytree(course, root / "stock")
        step("stock", "nbgrader", "autograde", "ps1", cwd=root / "stock")
        step("grade", "nnlearn", "course", "grade", "ps1", "--jobs", "2")
        books["stock"], books["graded"] = book_of(root / "stock"), book_of(course)
        for student, points in BY_HAND.items():
            mark(course, student, points)
        step("export", "nnlearn", "course", "export", "ps1", "--output", "first.csv")
        books["marked"] = book_of(course)

        other = {"response_why": "Since a shift changes nothing."}
        for student, at, answers in (("bo", BO_AGAIN, {}), ("emeka", EMEKA_AGAIN, other)):
            handed_in(root / "again", released, student, None, **answers)
            notebook = json.loads((root / f"again/submitted/{student}/ps1/toy.ipynb").read_text())
            in_exchange(exchange, student, at, notebook)
        (exchange / "course/outbound").mkdir()
        step("collect", "nbgrader", "collect", "ps1", "--update")
        step("again", "nnlearn", "course", "grade", "ps1")
        books["again"] = book_of(course)

        with (content / "autograder/checks/toy/test_toy.py").open("a") as file:
            file.write(MENDED)
        step("regrade", "nnlearn", "course", "grade", "ps1", "--force")
        books["regraded"] = book_of(course)
        step("feedback", "nbgrader", "generate_feedback", "ps1")
        step("last", "nnlearn", "course", "export", "ps1", "--include-pending", "--output", "last.csv")
        step("nbgrader's", "nbgrader", "export", "--to", "grades.csv")
    return SimpleNamespace(course=course, said=said, books=books)


def rows(file, key="student_id"):
    with file.open() as opened:
        return {row[key]: row for row in csv.DictReader(opened) if row["assignment"] == "ps1"}


def test_before_grading_it_is_said_who_is_late_and_what_that_will_cost(term):
    document = json.loads(term.said["preflight json"])
    late = {p["student"]: (p["found"], p["grading"]) for p in document["problems"] if p["kind"] == "late"}
    due, grace = "and due 2026-10-24 23:59 Europe/Berlin", "14 minutes late (within the grace period)"
    assert late == {
        "cy": (
            f"It was handed in 2026-10-25 00:13 Europe/Berlin, {due}: {grace}.",
            "Nothing is taken off.",
        ),
        "di": (
            f"It was handed in 2026-10-30 13:00 Europe/Berlin, {due}: 6 days late (100 %).",
            "100 % of the points that it reaches are taken off.",
        ),
    }
    assert document["without_time"] == ["emeka"]
    said = "1 submission says no time (there is no timestamp.txt), so it counts as in time: emeka"
    assert said in term.said["preflight"]
    assert said in term.said["grade"]


def test_grading_says_what_lateness_costs(term):
    assert re.search(r"^NOTE: di: 0 of 6, 6 days late \(100 %\), 6 taken off$", term.said["grade"], re.M)
    late = r"^NOTE: cy: 6 of 6, 14 minutes late \(within the grace period\), nothing taken off$"
    assert re.search(late, term.said["grade"], re.M)
    assert "fatima: 6 of 6" in term.said["grade"]


def test_nbgraders_own_autograde_comes_to_the_same(term):
    seen = [
        {
            student: (each.score, each.penalty, each.extension, each.seconds, each.marks)
            for student, each in term.books[name].items()
        }
        for name in ("stock", "graded")
    ]
    assert seen[0] == seen[1]
    assert term.books["stock"]["fatima"].extension == timedelta(hours=4 * 24 + 1)  # the clocks went back
    assert [term.books["stock"][name].penalty for name in AT] == [0, 0, 0, 6, 0, 0]


def test_a_mark_that_is_given_later_is_late_as_well(term):
    assert [term.books["marked"][name].penalty for name in AT] == [0, 0, 0, 7, 0, 0]
    exported = rows(term.course / "first.csv")
    assert (exported["di"]["score"], exported["di"]["late_penalty"]) == ("0", "7")
    assert exported["di"]["handed_in"] == "2026-10-30 13:00:00+01:00"
    assert exported["di"]["due"] == "2026-10-24 23:59:00+02:00"
    assert exported["di"]["late"] == "6 days late (100 %)"
    assert exported["fatima"]["due"] == "2026-10-28 23:59:00+01:00"
    assert (exported["emeka"]["handed_in"], exported["emeka"]["late"]) == ("", "")
    assert "1 submission says no time" in term.said["export"]


def test_handed_in_again_it_counts_with_its_own_time_and_keeps_what_was_marked(term):
    assert "Updating submission: bo ps1" in term.said["collect"]
    before, now = term.books["marked"], term.books["again"]
    assert before["bo"].score == 3 + 1.5  # without softmax
    assert now["bo"].score == 6 + 1.5
    assert not now["bo"].pending  # the same answer as the one that was marked
    assert now["bo"].penalty == pytest.approx(0.1 * 7.5)  # one day of 25 hours
    assert now["emeka"].marks["response_why"] == 2
    assert now["emeka"].pending  # another answer: somebody has to look
    assert now["emeka"].penalty == pytest.approx(0.3 * 8)  # two days and the grace: three, at 10 % each
    assert "4 submissions were graded before" in term.said["again"]


def test_a_mended_check_changes_the_scores_that_it_is_about_and_no_mark(term):
    before, now = term.books["again"], term.books["regraded"]
    for student in AT:
        assert now[student].marks["response_why"] == before[student].marks["response_why"], student
        assert now[student].pending == before[student].pending, student
        same = {name: mark for name, mark in before[student].marks.items() if name != "Scale_checks"}
        assert same.items() <= now[student].marks.items()
    changed = {s for s in AT if now[s].marks["Scale_checks"] != before[s].marks["Scale_checks"]}
    assert changed == {"cy"}


def test_feedback_says_when_it_came_and_what_was_taken_off(term):
    def said(student):
        page = (term.course / f"feedback/{student}/ps1/toy.html").read_text()
        text = re.sub(r"<[^>]+>", "", page[page.index('id="notebook-container"') :])
        return " ".join(text.split())[:600]

    due = "This was due 2026-10-24 23:59 Europe/Berlin"
    assert f"{due}, and handed in 2026-10-24 23:59 Europe/Berlin: in time." in said("ada")
    rule = "(Being late: 10 % for each day, at most 30 %, no points after 5 days, 15 minutes of grace.)"
    one = "1 day late (10 %), 0.75 points of this notebook are taken off."
    assert f"{due}, and handed in 2026-10-25 23:59 Europe/Berlin: {one} {rule}" in said("bo")
    assert f"{due}, for you 2026-10-28 23:59 Europe/Berlin, and handed in" in said("fatima")
    page = (term.course / "feedback/bo/ps1/toy.html").read_text()
    assert "(Score: 6.75 / 8.0)" in page
    assert "not recognized" not in term.said["feedback"]


def test_every_total_is_what_it_comes_to_by_hand(term):
    """The share that is taken off, from the times alone and with nothing of ours."""
    berlin = timedelta(hours=1)  # from 25 October on
    due = datetime(2026, 10, 24, 21, 59, tzinfo=UTC)
    at = AT | {"bo": BO_AGAIN, "emeka": EMEKA_AGAIN, "cy": "2026-10-24 22:13:00.000000 UTC"}
    exported, stock = rows(term.course / "last.csv"), rows(term.course / "grades.csv")
    for student, text in at.items():
        came = datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC)
        until = datetime(2026, 10, 28, 22, 59, tzinfo=UTC) if student == "fatima" else due
        share = 0.0
        if came - timedelta(minutes=15) > until:
            wall = (came + berlin - timedelta(minutes=15)).replace(tzinfo=None)
            days = (wall - datetime(2026, 10, 24, 23, 59)) / timedelta(days=1)
            whole = int(days) + (days > int(days))
            share = 1.0 if whole > 5 else min(0.1 * whole, 0.3)
        reached = 6 + BY_HAND.get(student, 0.0)
        if student == "cy":
            reached -= 2 - term.books["regraded"]["cy"].marks["Scale_checks"]
        assert float(exported[student]["score"]) == pytest.approx(reached * (1 - share)), student
        assert float(stock[student]["score"]) == pytest.approx(reached * (1 - share)), student
        assert float(stock[student]["late_submission_penalty"]) == pytest.approx(reached * share), student
