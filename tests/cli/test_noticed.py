"""Which mistake is noticed follows from what the topic says, whatever the learner's files look like."""

import json
import re
import shutil

import nbformat
import pytest
from toy_course import nnlearn

from autograder.course.selfcheck_files import ship_checks
from nnlearn.catalogue import load_catalogue
from nnlearn.notebook.checks import ChecksFailed

LAMBDA = """\
from keras import ops

softmax = lambda z, axis=-1: ops.exp(z) / ops.sum(ops.exp(z), axis=0, keepdims=True)
"""
FUNCTION = """\
from keras import ops


def softmax(logits, axis=-1):
    return ops.exp(logits) / ops.sum(ops.exp(logits), axis=0, keepdims=True)
"""
BROKEN = "def softmax(logits:\n"
CALL = r"Call +softmax\(logits\) +logits: shape \(4, 3\)"
NOTICED = "Noticed    Every column adds up to 1 instead of every row"


def test_a_part_that_is_no_def(learn, command):
    """The words of the call are those of the lesson, not of the file."""
    (learn / "exercises/toy/toy.py").write_text(LAMBDA)
    done = command("check", "toy")
    assert done.code == 1
    assert NOTICED in done.out
    assert re.search(CALL, done.out)


@pytest.mark.parametrize("text", [BROKEN, "\0", ""], ids=["not Python", "not text", "empty"])
def test_an_unused_file_beside_the_notebook(learn, command, text):
    """Whatever became of the file that nobody fills in."""
    (learn / "exercises/toy/toy.py").write_text(text)
    notebook = learn / "exercises/toy/toy.ipynb"
    document = nbformat.read(notebook, 4)
    cell = next(cell for cell in document.cells if cell.id == "part-softmax")
    cell.source = FUNCTION
    nbformat.write(document, notebook)
    done = command("check", notebook)
    assert done.code == 1
    assert NOTICED in done.out
    assert re.search(CALL, done.out)


def test_a_part_that_was_renamed_between_two_builds(toy_course, tmp_path, monkeypatch, command):
    """In a workspace from before, whose file still has the old name and is kept."""
    monkeypatch.chdir(tmp_path)
    assert command("init", "learn", "--content", toy_course).code == 0
    stub = tmp_path / "learn/exercises/toy/toy.py"
    stub.write_text(stub.read_text() + "# mine\n")
    for file in (*(toy_course / "solutions").rglob("*.*"), *(toy_course / "autograder").rglob("*.py")):
        file.write_text(
            re.sub(r"(?<![.\w])softmax\b(?=[\"(])|(?<=learner\.)softmax", "rows", file.read_text())
        )
    built = nnlearn("topic", "build", "toy", "--content", toy_course)
    assert built.returncode == 0, built.stderr
    assert command("init", "learn").code == 0
    assert "def softmax" in stub.read_text()
    (tmp_path / "learn/toy.py").write_text(FUNCTION.replace("softmax", "rows"))
    monkeypatch.chdir(tmp_path / "learn")
    done = command("check", "toy.py")
    assert done.code == 1
    assert NOTICED in done.out
    assert re.search(CALL.replace("softmax", "rows"), done.out)


def test_a_course_of_ones_own_ships_no_stub(toy_course, tmp_path, monkeypatch, capsys):
    """What travels with an assignment is enough for `nnlearn.check` to name the mistake."""
    ship_checks(tmp_path / "assignment", load_catalogue(toy_course).topics)
    shutil.rmtree(toy_course)
    monkeypatch.chdir(tmp_path / "assignment")
    with pytest.raises(ChecksFailed):
        exec(FUNCTION + 'import nnlearn\nnnlearn.check("softmax")', {"__name__": "__main__"})
    card = capsys.readouterr().out
    assert NOTICED in card
    assert re.search(CALL, card)


def test_grading_with_a_stub_that_somebody_filled_in(toy_course, tmp_path):
    """The author tried the exercise where it was built."""
    (toy_course / "exercises/toy/toy.py").write_text(BROKEN)
    for learner, code in (("lambda", LAMBDA), ("def", FUNCTION)):
        (tmp_path / learner).mkdir()
        (tmp_path / learner / "toy.py").write_text(code)
    arguments = ("--content", toy_course, "--json", "report.json", "--jobs", "1")
    done = nnlearn("grade", "lambda", "def", "--topic", "toy", *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [topic] = json.loads((tmp_path / "report.json").read_text())["topics"]
    assert len(topic["reports"]) == 2
    for report in topic["reports"]:
        part = report["parts"][0]
        assert [found["mistake"] for found in part["noticed"]] == ["divides_by_the_column_sum"]
        assert "softmax(logits)" in part["outcomes"][0]["message"]
