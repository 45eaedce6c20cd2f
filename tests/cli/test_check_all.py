"""`nnlearn check --all`: the hidden checks, for those who learn alone and have them."""

import json
import shutil

import pytest
from toy_course import REFERENCE

from nnlearn import __version__
from nnlearn.workspace.progress import Progress

# Right as far as visible checks go.
OVERFLOWS = REFERENCE.replace("ops.exp(z - ops.max(z, axis=axis, keepdims=True))", "ops.exp(z)")
ROWS = OVERFLOWS.replace("(e, axis=axis", "(e, axis=0")


def write(workspace, text):
    (workspace / "exercises" / "toy" / "toy.py").write_text(text)


def test_hidden_checks_run_and_are_told_whole(learn, command):
    write(learn, OVERFLOWS)
    assert command("check", "toy").code == 0
    done = command("check", "--all", "toy")
    assert (done.code, done.err) == (1, "")
    first, _, claim, more, _, call, *rows = done.out.splitlines()
    assert first == "softmax                  failed         1 of 1 pass, and 1 of 2 hidden"
    assert claim == "    softmax: softmax of huge logits should be finite,"
    assert more == "        but element [0] is nan, not 1"
    assert "[1000.,    0.], shape (2,), float32" in call  # no secret here
    assert rows == [
        "      Expected   [1   0  ]  ± 1e-05",
        "      Got        [nan 0  ]  1 of 2 differ",
        "      Try it     import numpy as np; softmax(np.float32([1000.0, 0.0]))",
        "      Next       nnlearn hint softmax   (0 of 3 used)",
        "      Where      toy.py:5",
        "",
        "Scale                    passed         1 of 1 pass",
        "predictions              passed         2 of 2 pass",
        "4 of 4 visible checks pass, and 1 of 2 hidden ones",
    ]
    assert (
        Progress(learn).verdicts("toy")["softmax"] == "passed"
    )  # as any check without --all will find again


def test_a_part_that_does_not_pass_the_visible_ones_is_not_put_through_them(learn, command):
    write(learn, ROWS)
    done = command("check", "toy", "--all")
    assert done.code == 1
    assert "softmax                  failed         0 of 1 pass\n" in done.out
    assert "Noticed    Every column adds up to 1 instead of every row" in done.out
    words = "3 of 4 visible checks pass, and 0 of 0 hidden ones; 2 more run once their parts pass these\n"
    assert done.out.endswith(words)
    report = json.loads(command("check", "toy", "--all", "--json").out)
    assert [outcome["hidden"] for part in report["parts"] for outcome in part["outcomes"]] == [False] * 4


def test_what_passes_names_what_there_is_besides(learn, command):
    write(learn, REFERENCE)
    done = command("check", "toy")
    assert done.code == 0
    assert done.out.splitlines()[-5:] == [
        "4 of 4 visible checks pass; 2 more run when graded",
        "Hidden checks: nnlearn check --all toy",
        "Other ways to write softmax: nnlearn solution softmax",
        "To answer in words, for a person to read: why (2 points), in ANSWERS",
        "Every part of every topic here passes.",
    ]
    done = command("check", "--all", "softmax")
    assert done.code == 0
    assert done.out.splitlines()[:3] == [
        "softmax                  passed         1 of 1 pass, and 2 of 2 hidden",
        "1 of 1 visible checks pass, and 2 of 2 hidden ones",
        "Other ways to write softmax: nnlearn solution softmax",
    ]
    assert "def softmax(" in command("solution", "softmax").out


@pytest.fixture
def in_class(learn, command, miniature, tmp_path, monkeypatch):
    """A workspace made from what a class gets, and the current folder."""
    public = shutil.copytree(miniature / "exercises", tmp_path / "public" / "exercises").parent
    monkeypatch.chdir(tmp_path)
    command("init", "in_class", "--content", public)
    monkeypatch.chdir(tmp_path / "in_class")
    write(tmp_path / "in_class", REFERENCE)
    return tmp_path / "in_class"


def test_where_there_are_none_it_says_what_has_them_before_anything_runs(in_class, command, miniature):
    done = command("check", "--all", "toy")
    assert (done.code, done.out) == (4, "")
    assert "hidden checks are not part of nnlearn" in done.err
    assert f"install nnlearn-selfstudy {__version__} beside it" in done.err
    done = command("check", "toy")
    assert done.out.endswith(
        "; 2 more run when graded\n"
        "To answer in words, for a person to read: why (2 points), in ANSWERS\n"
        "Every part of every topic here passes.\n"
    )
    file = in_class / "exercises" / "toy" / "toy.py"
    done = command("check", file, "--all", "--content", miniature)
    assert done.out.splitlines()[-1] == "4 of 4 visible checks pass, and 2 of 2 hidden ones"


def test_where_the_exercises_came_from_may_be_gone(in_class, command, tmp_path):
    shutil.rmtree(tmp_path / "public")
    assert command("check", "toy").code == 0
    assert "there is no folder" in command("check", "--all", "toy").err
