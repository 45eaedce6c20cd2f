"""Which file stands for which notebook: the same in all that grade a class."""

import json
import os
import re
import shutil
from types import SimpleNamespace

import pytest
from course.trap_class import ANSWERS, Book
from stock_nbgrader import CommandLines

from autograder.course.chosen import chosen_in
from autograder.course.layout import find_course

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own

RIGHT, SCALE_ONLY = 6.0, 3.0
NO_SCORE = None


def class_with_links(course, released):
    """Hand in: what each is to get for the toy notebook, by learner."""
    right = json.dumps(Book(released, ANSWERS).document)
    wrong = json.dumps(Book(released, {**ANSWERS, "softmax": "softmax = 3"}).document)

    def write(student, name, text=right, time=1e9):
        file = course / "submitted" / student / "ps1" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        os.utime(file, (time, time))
        return file

    write("bob", "toy.ipynb")
    for name in ("aaa", "cyd", "dee"):
        (course / "submitted" / name / "ps1").mkdir(parents=True)
    (course / "submitted/aaa/ps1/toy.ipynb").symlink_to("../../bob/ps1/toy.ipynb")
    (course / "submitted/cyd/ps1").rmdir()
    (course / "submitted/cyd/ps1").symlink_to("../bob/ps1")
    os.mkfifo(course / "submitted/dee/ps1/toy.ipynb")
    (course / "submitted/eve").symlink_to("bob")
    os.link(write("fay", "toy.ipynb"), course / "submitted/fay/ps1/toy (1).ipynb")
    write("gus", "toy.ipynb").parent.joinpath("notes.ipynb").symlink_to("../../bob/ps1/toy.ipynb")
    (course / "submitted/gus/ps1/secret.txt").symlink_to(course / "gradebook.db")
    (course / "submitted/gus/ps1/folder").symlink_to(course / "source")
    for student, name in (
        ("copy", "toy (1).ipynb"),
        ("capital", "Toy.ipynb"),
        ("capitals", "TOY.IPYNB"),
        ("text", "toy.ipynb.txt"),
        ("json", "toy.ipynb.json"),
        ("deeper", "ps1/toy.ipynb"),
        ("final", "toy_final_final.ipynb"),
    ):
        write(student, name)
    write("attempts", "attempt1/toy.ipynb", wrong)
    write("attempts", "attempt2/toy.ipynb")
    write("older", "toy.ipynb", wrong, 1e9)
    write("older", "toy (1).ipynb", right, 2e9)
    write("newer", "toy.ipynb", right, 2e9)
    write("newer", "toy (1).ipynb", wrong, 1e9)
    write("page", "toy.html", "<html>")
    write("packed", "toy.zip", "PK")
    write("script", "toy.py", "x = 1")
    lost = ("aaa", "cyd", "dee", "eve", "page", "packed", "script")
    others = {folder.name for folder in (course / "submitted").iterdir()} - {*lost}
    return {**dict.fromkeys(others, RIGHT), **dict.fromkeys(lost, NO_SCORE)}


@pytest.fixture(scope="module")
def graded(trap_course, tmp_path_factory):
    """The class, graded by all three; what each said."""
    root = tmp_path_factory.mktemp("chosen")
    stock, ours = root / "stock", root / "ours"
    for course in (stock, ours):
        course.mkdir()
        for name in ("nbgrader_config.py", "penalties.py", "gradebook.db"):
            shutil.copy(trap_course.course / name, course / name)
        (course / "source/ps1").mkdir(parents=True)
        shutil.copy(trap_course.course / "source/ps1/toy.ipynb", course / "source/ps1")
        expected = class_with_links(course, trap_course.released)
    content = trap_course.root / "content"
    with CommandLines(trap_course.home) as run:
        said = SimpleNamespace(
            preflight=run.nnlearn("course", "preflight", "ps1", "--json", cwd=ours),
            stock=run.nbgrader("autograde", "ps1", cwd=stock),
            ours=run.nnlearn("course", "grade", "ps1", "--jobs", "2", cwd=ours),
            alone=run.nnlearn(
                *("grade", ours / "submitted", "--topic", "toy", "--content", content),
                *("--jobs", "2", "--json", "r.json"),
                cwd=root,
            ),
            feedback=run.nbgrader("generate_feedback", "ps1", cwd=ours),
        )
    reports = json.loads((root / "r.json").read_text())["topics"][0]["reports"]
    alone = {report["learner"]: report for report in reports}
    return SimpleNamespace(stock=stock, ours=ours, said=said, expected=expected, alone=alone)


def scores(course):
    """The score of the toy notebook, by learner; None where there is none."""
    with find_course(course).gradebook() as gradebook:
        found = {}
        for submission in gradebook.assignment_submissions("ps1"):
            parts = [
                grade.auto_score
                for book in submission.notebooks
                for grade in book.grades
                if book.name == "toy" and grade.name.endswith("_checks")
            ]
            found[submission.student.id] = None if None in parts else sum(parts)
        return found


def test_all_three_give_what_is_deserved(graded):
    with_score = {name: score for name, score in graded.expected.items() if score is not None}
    for found in (scores(graded.stock), scores(graded.ours)):
        assert {name: score for name, score in found.items() if score is not None} == with_score
    found = {name: report["score"] for name, report in graded.alone.items()}
    assert {name: found[name] for name in with_score} == with_score
    # A .py file is graded by nnlearn itself; nothing is in this one.
    assert {name: found[name] for name in graded.expected if name not in with_score} == {
        name: 0 for name in graded.expected if name not in with_score
    }


def test_everybody_is_in_every_report(graded):
    assert set(graded.alone) == set(graded.expected)
    lost = {name for name, score in graded.expected.items() if score is None}
    said = re.findall(r"^(?:UNREADABLE|NOT HANDED IN): (\w+): ", graded.said.ours.stderr, re.MULTILINE)
    assert set(said) == lost
    assert all(
        f"ERROR] {name}: " in graded.said.stock.stderr or name in graded.said.stock.stderr for name in lost
    )
    problems = json.loads(graded.said.preflight.stdout)["problems"]
    assert {p["student"] for p in problems if p["needs_you"]} >= lost
    assert graded.said.ours.returncode == graded.said.stock.returncode == 1


def test_nothing_was_followed_or_copied(graded):
    """Neither notebooks nor what lies beside them, nor what is made of them."""
    for course in (graded.stock, graded.ours):
        for folder in ("autograded", "feedback"):
            made = [path for path in (course / folder).rglob("*") if path.is_file()]
            assert not [path for path in made if path.is_symlink()]
            for name in ("aaa", "cyd", "eve"):
                assert not [path for path in made if name in path.relative_to(course).parts]
            beside = {path.name for path in made if "gus" in path.relative_to(course).parts}
            assert not {"secret.txt", "notes.ipynb"} & beside
            assert not [path for path in made if "folder" in path.relative_to(course).parts]


def test_what_was_taken_for_what_is_said(graded):
    assert "NOTE: copy: toy (1).ipynb is graded as toy.ipynb" in graded.said.ours.stderr
    note = "attempts: attempt2/toy.ipynb is graded as toy.ipynb (the newest attempt, as its name says); "
    assert f"{note}not graded: attempt1/toy.ipynb" in graded.said.stock.stderr
    problems = json.loads(graded.said.preflight.stdout)["problems"]
    kinds = {(p["student"], p["kind"]) for p in problems}
    assert {
        ("copy", "wrong_name"),
        ("newer", "several"),
        ("page", "no_notebook"),
        ("eve", "unreadable"),
    } <= kinds
    assert {("aaa", "unreadable"), ("cyd", "unreadable"), ("script", "py_instead")} <= kinds


class TestChosen:
    """Within one submission."""

    @pytest.fixture
    def folder(self, tmp_path):
        made = tmp_path / "submitted/ada/ps1"
        made.mkdir(parents=True)
        return made

    def chosen(self, folder, *names):
        return chosen_in(folder, folder.parents[1], names or ("toy",))

    def test_each_notebook_has_its_file(self, folder):
        for name in ("toy (1).ipynb", "Zeta.ipynb", "homework.ipynb", "data.csv", "timestamp.txt"):
            (folder / name).write_text("")
        chosen = self.chosen(folder, "toy", "zeta", "alpha")
        assert {name: file.name for name, file in chosen.files.items()} == {
            "toy": "toy (1).ipynb",
            "zeta": "Zeta.ipynb",
        }
        assert chosen.others == ("homework.ipynb",)
        assert not chosen.problem

    def test_an_empty_folder_is_nothing_handed_in(self, folder):
        (folder / "timestamp.txt").write_text("")
        assert self.chosen(folder).is_empty

    def test_only_something_else(self, folder):
        (folder / "data.csv").write_text("")
        assert self.chosen(folder).problem == "toy not handed in (but data.csv)"

    def test_a_link_counts_only_where_there_is_nothing_else(self, folder):
        (folder / "toy.ipynb").symlink_to("nowhere")
        assert self.chosen(folder).files == {"toy": folder / "toy.ipynb"}
        (folder / "toy (1).ipynb").write_text("")
        assert self.chosen(folder).files == {"toy": folder / "toy (1).ipynb"}
