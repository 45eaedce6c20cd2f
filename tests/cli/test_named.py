"""What a learner names, or leaves out: a topic, a part, a file, a folder, or what they are at."""

import os

import pytest
from toy_course import REFERENCE

from nnlearn.workspace.progress import Progress


@pytest.fixture
def two(learn, command, miniature, tmp_path, monkeypatch):
    """A workspace with two topics that are alike but for their names, and the current folder."""
    tree = tmp_path / "tree"
    for place in ("exercises", "solutions", "autograder/checks"):
        for name in ("toy", "two"):
            for file in sorted((miniature / place / "toy").rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    inside = str(file.relative_to(miniature / place / "toy")).replace("toy", name)
                    copy = tree / place / name / inside
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(file.read_bytes().replace(b"toy", name.encode()))
    home = tmp_path / "second"
    home.mkdir()
    monkeypatch.chdir(home)
    done = command("init", "learn", "--content", tree)
    assert (done.code, done.err) == (0, "")
    monkeypatch.chdir(home / "learn")
    return home / "learn"


def save(workspace, topic, text, seconds):
    """Save a file of a topic, so many seconds after the beginning of time."""
    file = workspace / "exercises" / topic / f"{topic}.py"
    file.write_text(text)
    os.utime(file, (seconds, seconds))
    return file


class TestNothing:
    """Without a word, what the learner is at is meant."""

    def test_at_first_the_first_topic(self, two, command):
        assert command("check").out.startswith("softmax                  not written ")
        assert Progress(two).verdicts("two") == {}
        assert set(Progress(two).verdicts("toy")) == {"softmax", "Scale", "predictions"}

    def test_then_the_file_that_was_saved_last(self, two, command):
        save(two, "two", REFERENCE, 2_000)
        save(two, "toy", "", 1_000)
        assert command("check").code == 0
        assert set(Progress(two).verdicts("two").values()) == {"passed"}
        save(two, "toy", "", 3_000)
        assert command("check").code == 1
        assert set(Progress(two).verdicts("toy").values()) == {"not_written"}

    def test_in_the_folder_of_a_topic_that_topic(self, two, command, monkeypatch):
        save(two, "toy", REFERENCE, 2_000)
        monkeypatch.chdir(two / "exercises" / "two")
        assert command("check").code == 1
        assert command("hint").out.startswith("softmax, hint 1 of 3")
        assert Progress(two).hints_used("two", "softmax") == 1

    def test_what_is_read_goes_ahead_where_a_topic_is_done(self, two, command):
        file = save(two, "toy", REFERENCE, 2_000)
        assert command("check").code == 0
        assert (
            command("lesson").out
            == (two / "exercises" / "two" / "README.md").read_text().split("-->\n")[-1].strip() + "\n"
        )
        assert "two.softmax" in command("hint").out
        file.write_text("broken")  # and what is checked stays with the file
        assert command("check").code == 1
        assert Progress(two).verdicts("two") == {}

    def test_a_topic_of_which_one_part_was_checked_is_not_done(self, two, command):
        save(two, "toy", REFERENCE, 2_000)
        assert command("check", "toy.softmax").code == 0
        assert command("hint").out.startswith("Scale, hint 1 of 3")

    def test_the_solution_is_that_of_the_last_part_that_passes(self, two, command):
        save(two, "toy", REFERENCE, 2_000)
        refused = command("solution")
        assert refused.code == 4
        assert "the solution of `softmax` is shown once your own passes; it is not checked yet" in refused.err
        command("check")
        assert "PREDICTIONS = {" in command("solution").out


@pytest.mark.parametrize(
    "word", ["toy", "exercises/toy", "exercises/toy/toy.py", "exercises/toy/toy.ipynb", "toy.softmax"]
)
def test_a_topic_a_folder_a_file_and_a_part_are_understood(two, command, word):
    assert command("lesson", word).code == 0
    assert command("hint", word).out.startswith("softmax, hint 1 of 3")
    assert command("check", word).code == 1
    assert "softmax, hint 1" not in command("elementary", word).out
    listed = command("list", word).out
    assert listed.startswith("toy: A toy, about 35 min   0 of 3 parts pass\n")
    assert "two: " not in listed
    assert command("reset", word).code == 0


def test_a_workspace_is_found_where_it_is_named(two, command, monkeypatch, tmp_path):
    save(two, "two", REFERENCE, 2_000)
    monkeypatch.chdir(tmp_path)
    assert command("check", two).code == 0
    assert set(Progress(two).verdicts("two").values()) == {"passed"}


@pytest.mark.parametrize(
    "words", [["check"], ["check", "toy"], ["hint"], ["lesson"], ["solution", "toy"], ["reset", "toy"]]
)
def test_outside_a_workspace_that_is_said_and_nothing_is_judged(
    command, monkeypatch, tmp_path, miniature, words
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NNLEARN_CONTENT", str(miniature))
    done = command(*words)
    assert (done.code, done.out) == (4, "")
    assert f"{tmp_path} is in no workspace" in done.err
    assert "make one: nnlearn init" in done.err


def test_a_content_tree_is_no_workspace_either(learn, command, miniature):
    done = command("check", "toy", "--content", miniature)
    assert (done.code, done.out) == (4, "")
    assert "--content names no workspace" in done.err
