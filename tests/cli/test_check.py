"""`nnlearn check` and plain pytest: a learner checks their own file.

What starts Keras in a process of its own shows that nothing of that is seen; the rest runs in this one.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from toy_course import REFERENCE, nnlearn

import nnlearn as package
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
        "predictions              passed         2 of 2 pass\n"
        "4 of 4 visible checks pass; 2 more run when graded\n"
    )


def test_a_known_mistake_is_named_without_the_gallery(miniature, tmp_path):
    (tmp_path / "toy.py").write_text(COLUMN_SUM)
    done = nnlearn("check", "toy.py", "--content", miniature, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Noticed    Every column adds up to 1 instead of every row" in done.stdout
    assert "Where      toy.py:5" in done.stdout
    assert "3 of 4 visible checks pass; 2 more run when graded" in done.stdout


def test_the_stub_is_not_written_yet(learn, command):
    done = command("check", "toy")
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


def plain_pytest(course):
    """The visible checks, as an editor runs them."""
    command = [sys.executable, "-m", "pytest", "exercises/toy"]
    return subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)


def test_plain_pytest_shows_the_same_message(toy_course):
    (toy_course / "exercises" / "toy" / "toy.py").write_text(COLUMN_SUM)
    done = plain_pytest(toy_course)
    assert done.returncode == 1
    assert "softmax: each row should add up to 1, but row 0 adds up to" in done.stdout
    assert "Noticed    Every column adds up to 1 instead of every row" in done.stdout
    assert "Traceback" not in done.stdout
    assert "bench.py" not in done.stdout
    assert "1 failed, 3 passed" in done.stdout


def test_what_is_not_written_is_a_line_of_plain_pytest(toy_course):
    """Not a failure for each check; what was written and is wrong stands alone."""
    file = toy_course / "exercises" / "toy" / "toy.py"
    for text, summary, parts in (
        (file.read_text(), "4 skipped", "3 of 3 parts, the first is softmax at toy.py:"),
        (
            COLUMN_SUM.split("PREDICTIONS")[0],
            "1 failed, 1 passed, 2 skipped",
            "1 of 3 parts, the first is predictions",
        ),
        (REFERENCE.split("PREDICTIONS")[0], "2 passed, 2 skipped", "1 of 3 parts, the first is predictions"),
    ):
        file.write_text(text)
        done = plain_pytest(toy_course)
        assert done.returncode == 1
        assert f" {summary} in " in done.stdout.splitlines()[-1]
        assert "not written yet ===" in done.stdout
        assert f"\ntoy  {parts}" in done.stdout


def test_counts_stand_below_each_other_however_long_a_name_is(command):
    stub = Path(package.__file__).parents[1] / "exercises" / "losses" / "losses.py"
    lines = [line for line in command("check", stub).out.splitlines() if line.endswith(" pass")]
    assert any(line.startswith("sparse_categorical_crossentropy not written") for line in lines)
    assert len({line.index(" 0 of ") for line in lines}) == 1


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
        assert 'Try it     import nnlearn; nnlearn.again("softmax")\n' in done.out
        verdicts = {"softmax": "failed", "Scale": "raised", "predictions": "passed"}
        assert Progress(learn).verdicts("toy") == verdicts
        assert max(map(len, done.out.splitlines())) <= 80

    def test_a_call_has_the_learners_own_names(self, learn, command):
        file = learn / "exercises" / "toy" / "toy.py"
        file.write_text(COLUMN_SUM.replace("logits", "scores"))
        call = "Call       softmax(scores)    scores: shape (4, 3), float32\n"
        assert call in command("check", "toy").out

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
    (tmp_path / "toy.py").write_text(REFERENCE)
    done = nnlearn("check", "toy.py", "--content", miniature, cwd=tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert done.returncode == 4
    assert said in done.stderr
    assert "nnlearn doctor --thorough" in done.stderr
    assert "Traceback" not in done.stderr


ENDS = "your code ended the process, as os._exit(0) does"
# Where it happens, what is said of it, and the verdicts that follow.
ENDINGS = {
    "in a call": (
        REFERENCE.replace("    z = ops", "    import os; os._exit(0)\n    z = ops"),
        f"softmax: {ENDS} (toy.py:6)",
        ["crashed", "passed", "passed"],
    ),
    "in a call, and caught": (
        REFERENCE.replace(
            "    z = ops",
            "    import os\n    try: os._exit(0)\n    except BaseException: pass\n    z = ops",
        ),
        f"softmax: {ENDS} (toy.py:7)",
        ["crashed", "passed", "passed"],
    ),
    "at the top": (
        f"{REFERENCE}\nfrom os import _exit\n_exit(0)\n",
        f"Scale: loading the file: {ENDS} (toy.py:23)",
        ["crashed", "crashed", "crashed"],
    ),
}


@pytest.mark.parametrize("where", ENDINGS)
def test_a_file_that_ends_its_own_process_is_told_so(miniature, tmp_path, where):
    code, words, verdicts = ENDINGS[where]
    (tmp_path / "toy.py").write_text(code)
    done = nnlearn("check", "toy.py", "--content", miniature, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert words in re.sub(r"\s+", " ", done.stdout)
    done = nnlearn("check", "toy.py", "--json", "--content", miniature, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert [part["verdict"] for part in json.loads(done.stdout)["parts"]] == verdicts
    assert ENDS in done.stdout.replace("\\n        ", " ")


def test_a_cell_that_ends_the_process_is_named(miniature, tmp_path):
    cells = [*REFERENCE.split("\n\n\n"), "import os\nos._exit(0)"]
    done = nnlearn("check", notebook_of(cells, tmp_path), "--content", miniature)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"softmax: loading the file, cell 5: {ENDS}" in re.sub(r"\s+", " ", done.stdout)
    assert "0 of 4 visible checks pass" in done.stdout


def test_plain_pytest_goes_on_after_code_that_ends_the_process(toy_course):
    (toy_course / "exercises" / "toy" / "toy.py").write_text(ENDINGS["in a call"][0])
    done = plain_pytest(toy_course)
    assert done.returncode == 1
    assert ENDS in done.stdout
    assert "1 failed, 3 passed" in done.stdout


def notebook_of(cells, folder):
    """A notebook for the toy topic with these cells of code."""
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    file = folder / "toy.ipynb"
    file.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return file


def test_a_cell_that_never_ends_is_named_and_the_rest_is_checked(toy_course, tmp_path):
    settings = toy_course / "solutions/toy/topic.toml"
    text = settings.read_text()
    assert "part_seconds = 8" in text
    settings.write_text(text.replace("part_seconds = 8", "part_seconds = 2"))
    cells = [*REFERENCE.split("\n\n\n"), "print('once')\nwhile True:\n    pass"]
    mine = notebook_of(cells, tmp_path)
    done = nnlearn("check", mine, "--topic", "toy", "--content", toy_course)
    assert done.returncode == 0, done.stderr
    assert (
        f"Note: cell {len(cells)} was ended and left out: it took too long: a cell may take 2 s; "
        in done.stdout
    )
    assert "nothing of the exercise needs it" in done.stdout
    assert "4 of 4 visible checks pass" in done.stdout

    done = nnlearn("check", mine, "--topic", "toy", "--content", toy_course, "--json")
    assert [part["verdict"] for part in json.loads(done.stdout)["parts"]] == ["passed"] * 3

    mine = tmp_path / "toy.py"
    mine.write_text(REFERENCE + "while True:\n    pass\n")
    done = nnlearn("check", mine, "--topic", "toy", "--content", toy_course)
    assert done.returncode == 1, done.stderr
    assert "loading the file: it took too long: loading the file may take 2 s" in done.stdout
    assert "0 of 4 visible checks pass" in done.stdout
