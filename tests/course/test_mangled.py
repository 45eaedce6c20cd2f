"""Whatever is wrong with one notebook, or with what lies beside it, costs that notebook alone.

One assignment of three notebooks, graded by `nbgrader autograde`, by `course grade` and by `nnlearn grade`.
"""

import copy
import json
import os
import shutil
from types import SimpleNamespace

import pytest
from course.trap_class import ANSWERS, FAULTY_CHECK, Book
from stock_nbgrader import CommandLines
from toy_course import nnlearn

from autograder.course.layout import find_course
from autograder.render.text import shown_name

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

BOOKS = ("algebra", "toy", "zeta")
RIGHT = 6.0
BROKEN = '{"cells": ['


class Class:
    """Who hands in what."""

    def __init__(self, course, released):
        self.course = course
        self.right = Book(released, ANSWERS).document

    def folder(self, student):
        folder = self.course / "submitted" / student / "ps1"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def hand_in(self, student, book="toy", **changes):
        """The right notebook with other metadata, or other keys in its cells."""
        document = copy.deepcopy(self.right) | changes
        return self.write(student, json.dumps(document).encode(), book)

    def edit(self, student, edit):
        document = copy.deepcopy(self.right)
        for number, cell in enumerate(document["cells"]):
            edit(number, cell)
        return self.hand_in(student, cells=document["cells"])

    def write(self, student, data, book="toy"):
        folder = self.folder(student)
        (folder / f"{book}.ipynb").write_bytes(data if isinstance(data, bytes) else data.encode())
        return folder


def with_big_output(document):
    document = copy.deepcopy(document)
    data = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 10_500_000}}
    next(cell for cell in document["cells"] if cell["cell_type"] == "code")["outputs"] = [data]
    return json.dumps(document)


def fill(made):
    """Hand everything in; what each is worth in the second notebook."""
    for student, broken in (("first", 0), ("second", 1), ("third", 2)):
        for place, book in enumerate(BOOKS):
            made.hand_in(student, book)
            if place == broken:
                made.write(student, BROKEN, book)
    for book in BOOKS:
        made.hand_in("all", book)
        made.write("none", BROKEN, book)
        made.hand_in("fault", book)
    faulty = Book(made.right, {"predictions": 'PREDICTIONS = {"sum": 666}'}).document
    made.write("fault", json.dumps(faulty))

    for name, data in (
        ("yesterday", b"yesterday"),
        ("bom", "\ufeff2026-01-01 01:00:00 UTC".encode()),
        ("utf16", "2026-01-01 01:00:00 UTC".encode("utf-16")),
        ("far", b"99999999999999999999"),
        ("early", b"0001-01-01 00:00:00 +1400"),
        ("bytes", b"\xff\x00\xfe"),
    ):
        (made.hand_in(f"time-{name}") / "timestamp.txt").write_bytes(data)
    (made.hand_in("time-folder") / "timestamp.txt").mkdir()
    os.mkfifo(made.hand_in("time-pipe") / "timestamp.txt")

    made.hand_in("widgets", metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"a": 1}}})
    made.hand_in("language", metadata={"language": 3, "title": [], "authors": 5})
    made.hand_in("language-info", metadata={"language_info": {"name": 7, "pygments_lexer": {}}})
    made.hand_in("kernel", metadata={"kernelspec": "python"})
    made.edit("no-ids", lambda _, cell: cell.pop("id"))
    made.edit("one-id", lambda _, cell: cell.update(id="same"))
    made.edit("odd-ids", lambda number, cell: cell.update(id=[None, "a b", "", "x" * 90][number % 4]))
    made.edit("no-outputs", lambda _, cell: cell.pop("outputs", None) or cell.pop("execution_count", None))
    made.edit("odd-outputs", lambda _, cell: cell.update(outputs=[{"output_type": 5}, None]))
    made.edit("more-keys", lambda _, cell: cell.update(collapsed=True, prompt_number=4))
    made.edit("odd-metadata", lambda _, cell: cell["metadata"].update(collapsed=5, tags="x", jupyter=3))
    made.edit("odd-attachments", lambda _, cell: cell.update(attachments={"a.png": {"image/png": 3}}))
    half = {"cell_type": "code", "metadata": {}, "source": 'half = "\ud800"  # \udfff'}
    made.hand_in("half-characters", cells=[*made.right["cells"], half])
    made.hand_in("odd-cells", cells=[*made.right["cells"], "no cell", {"cell_type": "poem", "source": 3}])
    made.write("with-bom", b"\xef\xbb\xbf" + json.dumps(made.right).encode())
    made.hand_in("minor", nbformat_minor=99)
    made.write("large", with_big_output(made.right))

    (made.folder("folder") / "toy.ipynb").mkdir()
    (made.hand_in("folder-beside") / "data.csv").mkdir()
    (made.hand_in("file-beside") / "more").write_text("a file where the instructor has a folder")
    beside = made.hand_in("odd-beside")
    (beside / os.fsdecode(b"\xff.csv")).write_text("1")
    os.mkfifo(beside / "pipe")
    (beside / "nowhere").symlink_to("/nonexistent")
    made.hand_in(NOT_UTF8)
    made.hand_in(TWO_LINES)
    made.hand_in("[abc]")


NOT_UTF8 = os.fsdecode(b"b\xf6b")
TWO_LINES = "two\nlines"
NOT_GRADED = ("none", "folder", "large", NOT_UTF8, TWO_LINES)


@pytest.fixture(scope="module")
def mangled(miniature, tmp_path_factory):
    """The gradebooks, by what graded the class, and what each command said."""
    root = tmp_path_factory.mktemp("mangled")
    content = shutil.copytree(miniature, root / "content")
    with (content / "autograder/checks/toy/test_toy.py").open("a") as file:
        file.write(FAULTY_CHECK)
    stock, ours, home = root / "stock", root / "ours", root / "home"
    home.mkdir()
    with CommandLines(home) as run:
        for words in (("init", stock, "--content", content), ("add", "toy", "--as", "ps1")):
            done = run.nnlearn("course", *words, cwd=stock if stock.exists() else root)
            assert done.returncode == 0, done.stderr
        for book in {*BOOKS} - {"toy"}:
            shutil.copy(stock / "source/ps1/toy.ipynb", stock / f"source/ps1/{book}.ipynb")
        (stock / "source/ps1/data.csv").write_text("1,2\n")
        (stock / "source/ps1/more").mkdir()
        (stock / "source/ps1/more/data.csv").write_text("3,4\n")
        done = run.nbgrader("generate_assignment", "ps1", cwd=stock)
        assert done.returncode == 0, done.stderr
        fill(Class(stock, json.loads((stock / "release/ps1/toy.ipynb").read_text())))
        shutil.copytree(stock, ours, symlinks=True, ignore=shutil.ignore_patterns("timestamp.txt", "pipe"))
        for file in stock.glob("submitted/*/ps1/*"):
            if file.name == "timestamp.txt" and file.is_file():
                shutil.copy(file, ours / file.relative_to(stock))
        (ours / "submitted/time-folder/ps1/timestamp.txt").mkdir()
        os.mkfifo(ours / "submitted/time-pipe/ps1/timestamp.txt")
        os.mkfifo(ours / "submitted/odd-beside/ps1/pipe")
        said = SimpleNamespace(
            preflight=run.nnlearn("course", "preflight", "ps1", "--json", cwd=ours),
            stock=run.nbgrader("autograde", "ps1", cwd=stock),
            ours=run.nnlearn("course", "grade", "ps1", "--jobs", "2", cwd=ours),
            again=run.nnlearn("course", "grade", "ps1", "--jobs", "2", cwd=ours),
            feedback=run.nbgrader("generate_feedback", "ps1", cwd=ours),
            students=sorted(folder.name for folder in (ours / "submitted").iterdir()),
        )
    return SimpleNamespace(stock=stock, ours=ours, said=said)


def scores(course):
    with find_course(course).gradebook() as gradebook:
        return {
            submission.student.id: {
                book.name: [grade.auto_score for grade in book.grades if grade.name.endswith("_checks")]
                for book in submission.notebooks
            }
            for submission in gradebook.assignment_submissions("ps1")
        }


@pytest.fixture(scope="module")
def graded(mangled):
    """The scores by `nbgrader autograde` and by `course grade`."""
    return scores(mangled.stock), scores(mangled.ours)


def test_both_give_the_same_scores(graded):
    stock, ours = graded
    assert stock == ours


def worth(books):
    return {name: None if None in parts else sum(parts) for name, parts in books.items()}


def test_only_the_broken_one_of_three_is_lost(graded):
    _, ours = graded
    for place, student in enumerate(("first", "second", "third")):
        expected = {book: None if number == place else RIGHT for number, book in enumerate(BOOKS)}
        assert worth(ours[student]) == expected
    assert worth(ours["fault"]) == {"algebra": RIGHT, "toy": None, "zeta": RIGHT}
    assert worth(ours["none"]) == dict.fromkeys(BOOKS)
    assert worth(ours["all"]) == dict.fromkeys(BOOKS, RIGHT)


def test_nothing_else_costs_a_point(mangled, graded):
    _, ours = graded
    whole = {"first", "second", "third", "fault", "none", "all"}
    for student in {*mangled.said.students} - whole - {*NOT_GRADED}:
        assert worth(ours[student]) == {"algebra": 0, "toy": RIGHT, "zeta": 0}, student


def test_everybody_is_in_the_gradebook_or_said_to_be_missing(mangled, graded):
    _, ours = graded
    assert {*mangled.said.students} - {*ours} == {NOT_UTF8, TWO_LINES}


def test_what_was_not_graded_is_said(mangled):
    for said in (mangled.said.ours, mangled.said.again):
        assert said.returncode == 3  # one of them is our fault
        lines = [
            line for line in said.stderr.splitlines() if line.startswith(("NOT GRADED: ", "UNREADABLE: "))
        ]
        expected = {*NOT_GRADED, "first, algebra.ipynb", "second, toy.ipynb", "third, zeta.ipynb"}
        assert {line.split(": ")[1] for line in lines} == {
            shown_name(name) for name in expected | {"fault, toy.ipynb"}
        }
        assert "4 submissions graded without a notebook: see above" in said.stdout
        assert "NOTE: second: 12 of 18, toy unreadable\n" in said.stderr
        assert "NOTE: fault: 12 of 18, toy not graded\n" in said.stderr
        assert "Traceback" not in said.stderr
    assert mangled.said.stock.returncode == 1
    assert "[AutogradeApp | ERROR] second: toy.ipynb: toy.ipynb cannot be read" in mangled.said.stock.stderr


def test_a_time_that_cannot_be_read_is_said_by_all_of_them(mangled):
    expected = {f"time-{name}" for name in ("yesterday", "far", "early", "bytes", "folder", "pipe")}
    said = mangled.said.ours.stderr.splitlines()
    notes = [line.split(": ") for line in said if line.startswith("NOTE") and "timestamp.txt" in line]
    assert {note[1] for note in notes} == expected
    assert all(note[-1].endswith("it is graded as if it were in time") for note in notes)
    problems = json.loads(mangled.said.preflight.stdout)["problems"]
    assert {p["student"] for p in problems if p["kind"] == "bad_time"} == expected
    for student in expected:
        assert f"ERROR] {student}: timestamp.txt" in mangled.said.stock.stderr


@pytest.mark.parametrize("student", ["time-bom", "time-utf16"])
def test_a_time_in_any_encoding_is_read(mangled, student):
    with find_course(mangled.ours).gradebook() as gradebook:
        time = gradebook.find_submission("ps1", student).timestamp
    assert str(time) == "2026-01-01 01:00:00"


def test_preflight_says_what_will_not_be_graded(mangled):
    problems = json.loads(mangled.said.preflight.stdout)["problems"]
    found = {(p["student"], p["file"]) for p in problems if p["kind"] == "unreadable"}
    assert {(student, "toy.ipynb") for student in ("second", "folder", "large")} <= found
    assert ("first", "algebra.ipynb") in found
    assert [p["student"] for p in problems if p["kind"] == "bad_name"] == [NOT_UTF8, TWO_LINES]


def test_the_feedback_says_which_notebook_could_not_be_read(mangled):
    assert mangled.said.feedback.returncode == 0, mangled.said.feedback.stderr
    page = (mangled.ours / "feedback/first/ps1/algebra.html").read_text()
    assert "This notebook could not be read" in page
    assert "its JSON is broken" in page
    assert "not your mistake" in (mangled.ours / "feedback/fault/ps1/toy.html").read_text()
    assert (mangled.ours / "feedback/first/ps1/toy.html").exists()


@pytest.mark.parametrize("kind", ["stock", "ours"])
def test_only_files_are_copied_and_the_instructors_win(mangled, kind):
    graded = getattr(mangled, kind) / "autograded"
    found = {file.name for file in (graded / "odd-beside/ps1").iterdir()}
    assert {os.fsdecode(b"\xff.csv"), "toy.ipynb"} <= found
    assert not {"pipe", "nowhere"} & found
    assert (graded / "folder-beside/ps1/data.csv").read_text() == "1,2\n"
    assert (graded / "file-beside/ps1/more/data.csv").read_text() == "3,4\n"


def test_the_same_notebooks_are_worth_the_same_to_grade(mangled, graded, tmp_path):
    folder, content = tmp_path / "class", mangled.ours.parent / "content"
    for place in (mangled.ours / "submitted").glob("*/ps1/toy.ipynb"):
        if place.parents[1].name not in (NOT_UTF8, TWO_LINES):
            (folder / place.parents[1].name).mkdir(parents=True)
            if place.is_file():
                shutil.copy(place, folder / place.parents[1].name)
    done = nnlearn("grade", folder, "--content", content, "--json", tmp_path / "r.json", cwd=tmp_path)
    assert done.returncode in (1, 3), done.stderr
    [topic] = json.loads((tmp_path / "r.json").read_text())["topics"]
    found = {report["learner"]: sum(part["score"] for part in report["parts"]) for report in topic["reports"]}
    for student, books in graded[1].items():
        if student not in ("fault", "folder"):
            assert found[student] == (worth(books)["toy"] or 0), student


def test_a_notebook_handed_in_once_more_is_graded_without_force(mangled):
    """A submission that was graded without one of its notebooks is not done."""
    folder = mangled.ours / "submitted"
    shutil.copy(folder / "all/ps1/algebra.ipynb", folder / "first/ps1/algebra.ipynb")
    done = nnlearn("course", "grade", "ps1", "--jobs", "1", cwd=mangled.ours)
    assert "first: 18 of 18" in done.stderr
    assert worth(scores(mangled.ours)["first"]) == dict.fromkeys(BOOKS, RIGHT)


def test_a_notebook_that_cannot_be_read_any_more_keeps_no_score(mangled):
    file = mangled.ours / "submitted/third/ps1/algebra.ipynb"
    file.write_text(BROKEN)
    nnlearn("course", "grade", "ps1", "--jobs", "1", "--force", cwd=mangled.ours)
    assert worth(scores(mangled.ours)["third"]) == {"algebra": None, "toy": RIGHT, "zeta": None}
