"""`nnlearn check` and plain pytest: a learner checks their own file.

What starts Keras in a process of its own shows that nothing of that is seen; the rest runs in this one.
"""

import json
import subprocess
import sys

import pytest
from toy_course import REFERENCE, nnlearn

from nnlearn.workspace.progress import Progress

COLUMN_SUM = REFERENCE.replace("(e, axis=axis", "(e, axis=0").replace(
    "ops.exp(z - ops.max(z, axis=axis, keepdims=True))", "ops.exp(z)"
)


def test_all_visible_checks_pass_and_the_hidden_ones_are_announced(miniature, tmp_path):
    (tmp_path / "toy.py").write_text(REFERENCE)
    done = nnlearn("check", "toy.py", "--content", miniature, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "softmax                  passed         1 of 1 pass\n"
        "Scale                    passed         1 of 1 pass\n"
        "predictions              passed         1 of 1 pass\n"
        "3 of 3 visible checks pass; 3 more run when graded\n"
    )


def test_a_known_mistake_is_named_without_the_gallery(miniature, tmp_path):
    (tmp_path / "toy.py").write_text(COLUMN_SUM)
    done = nnlearn("check", "toy.py", "--content", miniature, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Noticed    Every column adds up to 1 instead of every row" in done.stdout
    assert "Where      toy.py:5" in done.stdout
    assert "2 of 3 visible checks pass; 3 more run when graded" in done.stdout


def test_the_stub_is_not_written_yet(miniature, command):
    done = command("check", "toy", "--content", miniature)
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines()[0] == "softmax                  not written    0 of 1 pass"


def test_the_report_as_json(miniature, tmp_path, monkeypatch, command):
    (tmp_path / "toy.py").write_text(COLUMN_SUM)
    monkeypatch.chdir(tmp_path)
    report = json.loads(command("check", "toy.py", "--json", "--content", miniature).out)
    assert [part["verdict"] for part in report["parts"]] == ["failed", "passed", "passed"]
    assert report["parts"][0]["noticed"][0]["mistake"] == "divides_by_the_column_sum"


# What a learner's file may print, and how: into the stream, past it, by other programs, when all is over.
CHATTY = """
import atexit, os, sys
print("in Python")
sys.__stdout__.write("past a redirection\\n")
os.write(1, b"into the descriptor")
os.system("echo another program")
atexit.register(print, "at the end")
atexit.register(os.write, 1, b"at the very end")
"""


def test_json_is_all_there_is_on_stdout_whatever_the_file_prints(miniature, tmp_path):
    (tmp_path / "toy.py").write_text(COLUMN_SUM + CHATTY)
    done = nnlearn("check", "toy.py", "--json", "--content", miniature, cwd=tmp_path)
    assert done.returncode == 1
    parts = json.loads(done.stdout)["parts"]
    assert [part["name"] for part in parts] == ["softmax", "Scale", "predictions"]
    for words in ("in Python", "redirection", "descriptor", "another program", "the end", "the very end"):
        assert words in done.stderr


def test_a_reader_that_goes_away_does_not_keep_a_check_from_being_remembered(learn):
    done = subprocess.run(
        f"{sys.executable} -m nnlearn check toy | true; {sys.executable} -m nnlearn progress --json",
        cwd=learn,
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    [topic] = json.loads(done.stdout)["topics"]
    assert [part["verdict"] for part in topic["parts"]] == ["not_written", "not_written", "not_written"]
    assert done.stderr == ""


def test_plain_pytest_shows_the_same_message(toy_course):
    (toy_course / "exercises" / "toy" / "toy.py").write_text(COLUMN_SUM)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "exercises/toy"],
        cwd=toy_course,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "softmax: each row should add up to 1, but row 0 adds up to" in done.stdout
    assert "Noticed    Every column adds up to 1 instead of every row" in done.stdout
    assert "Traceback" not in done.stdout
    assert "bench.py" not in done.stdout
    assert "1 failed, 2 passed" in done.stdout


def test_bad_input_is_said_in_one_line_and_exits_4(miniature, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(REFERENCE)
    (tmp_path / "toy.ipynb").write_text("{")
    for arguments, words in (
        (["toi"], ["there is no topic and no part called `toi`", "did you mean `toy`?"]),
        (["gone.py"], ["there is no file gone.py"]),
        (["mine.py"], ["the name of mine.py does not say which topic", "--topic TOPIC"]),
        (["toy.ipynb"], ["toy.ipynb"]),
    ):
        done = command("check", *arguments, "--content", miniature)
        assert done.code == 4, (arguments, done.out, done.err)
        assert all(word in done.err for word in words), done.err


class TestInAWorkspace:
    """Checks remember, count hints and offer a line to try."""

    def test_it_remembers_and_offers_a_line_to_try(self, learn, command):
        file = learn / "exercises" / "toy" / "toy.py"
        file.write_text(COLUMN_SUM.replace("return x * self.factor", "return x.shape.nonsense"))
        Progress(learn).use_hint("toy", "softmax")
        done = command("check", "toy")
        assert (done.code, done.err) == (1, "")
        assert "Next       nnlearn hint softmax   (1 of 3 used)\n" in done.out
        assert "Next       nnlearn hint Scale   (0 of 3 used)\n" in done.out
        assert "Try it     pytest exercises/toy/test_toy.py::test_rows_add_up_to_one\n" in done.out
        verdicts = {"softmax": "failed", "Scale": "raised", "predictions": "passed"}
        assert Progress(learn).verdicts("toy") == verdicts
        assert max(map(len, done.out.splitlines())) <= 83 + 4

    def test_one_part_and_the_notebook_where_that_was_changed_last(self, learn, monkeypatch, command):
        notebook = learn / "exercises" / "toy" / "toy.ipynb"
        text = notebook.read_text()
        stub = 'raise NotImplementedError(\\"softmax: not written yet\\")'
        assert stub in text
        notebook.write_text(text.replace(stub, "return logits * 0 + 1 / 3"))
        monkeypatch.chdir(learn / "exercises")
        done = command("check", "softmax")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[0].split() == ["softmax", "passed", "1", "of", "1", "pass"]
        assert Progress(learn).verdicts("toy") == {"softmax": "passed"}
        plain = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-k", "rows"], cwd=learn, capture_output=True, check=False
        )
        assert plain.returncode == 0, plain.stdout

    def test_a_file_elsewhere_is_checked_and_not_remembered(self, learn, tmp_path, command):
        (tmp_path / "toy.py").write_text(REFERENCE)
        assert command("check", tmp_path / "toy.py").code == 0
        assert Progress(learn).verdicts("toy") == {}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import missing_native_library", "missing_native_library cannot be imported: No module named"),
        (
            "raise ImportError('Traceback (most recent call last):\\n  x\\nImportError: DLL load failed')",
            "a library cannot be imported: ImportError: DLL load failed",
        ),
    ],
)
def test_a_tensorflow_that_cannot_be_imported_names_the_doctor(miniature, tmp_path, code, said):
    (tmp_path / "site" / "tensorflow").mkdir(parents=True)
    (tmp_path / "site" / "tensorflow" / "__init__.py").write_text(f"{code}\n")
    done = nnlearn("check", "toy", "--content", miniature, cwd=tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert done.returncode == 4
    assert said in done.stderr
    assert "nnlearn doctor --thorough" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cell_that_never_ends_is_named_and_the_rest_is_checked(toy_course, tmp_path):
    settings = toy_course / "solutions/toy/topic.toml"
    text = settings.read_text()
    assert "part_seconds = 8" in text
    settings.write_text(text.replace("part_seconds = 8", "part_seconds = 2"))
    cells = [*REFERENCE.split("\n\n\n"), "print('once')\nwhile True:\n    pass"]
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    mine = tmp_path / "toy.ipynb"
    mine.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    done = nnlearn("check", mine, "--topic", "toy", "--content", toy_course)
    assert done.returncode == 0, done.stderr
    assert (
        f"Note: cell {len(cells)} was ended and left out: it took too long: a cell may take 2 s; "
        in done.stdout
    )
    assert "nothing of the exercise needs it" in done.stdout
    assert "3 of 3 visible checks pass" in done.stdout

    done = nnlearn("check", mine, "--topic", "toy", "--content", toy_course, "--json")
    assert [part["verdict"] for part in json.loads(done.stdout)["parts"]] == ["passed"] * 3

    mine = tmp_path / "toy.py"
    mine.write_text(REFERENCE + "while True:\n    pass\n")
    done = nnlearn("check", mine, "--topic", "toy", "--content", toy_course)
    assert done.returncode == 1, done.stderr
    assert "loading the file: it took too long: loading the file may take 2 s" in done.stdout
    assert "0 of 3 visible checks pass" in done.stdout
