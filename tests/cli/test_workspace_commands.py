"""What a learner types in a workspace."""

import json
import os
import shutil
import sys

import pytest
from cli.toy_stub import STUB, write_softmax

from nnlearn.workspace.progress import Progress


def test_alone_outside_a_workspace_it_names_init(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = command()
    assert done.code == 0
    assert "nnlearn init" in done.out


def test_alone_in_a_workspace_off_a_terminal_it_lists_the_commands(command, learn):
    done = command()
    assert done.code == 0
    for name in ("init", "list", "lesson", "check", "hint", "reset", "progress", "solution", "doctor"):
        assert f"\n  {name} " in done.out


class TestListAndProgress:
    """What is done."""

    def test_states_in_words(self, command, learn):
        Progress(learn).record("toy", {"softmax": "passed", "Scale": "timed_out"})
        Progress(learn).use_hint("toy", "Scale")
        assert command("list").out == (
            "toy: A toy, about 35 min   1 of 3 parts pass\n"
            "  A topic small enough to test the tools with.\n"
            "    softmax      3 points  20 min, medium  passed\n"
            "    Scale        2 points  10 min, easy    timed out, 1 of 3 hints\n"
            "    predictions  1 point   5 min, easy     not checked yet\n"
            "\nNext: nnlearn check toy\n"
        )

    def test_a_course_in_lines(self, command, learn, miniature, tmp_path, monkeypatch):
        """What each topic stands on, and which can be started."""
        course = shutil.copytree(miniature / "exercises", tmp_path / "course" / "exercises").parent
        for name, requires in (("second", '["toy"]'), ("third", '["toy", "second"]')):
            other = shutil.copytree(course / "exercises/toy", course / f"exercises/{name}")
            for file in other.glob("*toy*"):
                file.rename(file.with_name(file.name.replace("toy", name)))
            toml = (other / "topic.toml").read_text()
            (other / "topic.toml").write_text(toml.replace("requires = []", f"requires = {requires}"))
        assert command("list", "--content", course).out == (
            "topic   takes   stands on\n"
            "second  35 min  toy\n"
            "third   35 min  toy, second\n"
            "toy     35 min\n"
            "\nThe parts of a topic: nnlearn list TOPIC\n"
        )
        command("init", tmp_path / "whole", "--content", course)
        monkeypatch.chdir(tmp_path / "whole")
        Progress(tmp_path / "whole").record(
            "toy", dict.fromkeys(["softmax", "Scale", "predictions"], "passed")
        )
        Progress(tmp_path / "whole").record("second", {"Scale": "passed", "softmax": "failed"})
        assert command("list").out == (
            "topic   takes   state         stands on\n"
            "second  35 min  1 of 3 parts  toy\n"
            "third   35 min  later         toy, second\n"
            "toy     35 min  done\n"
            "\nThe parts of a topic: nnlearn list TOPIC\n"
            "\nNext: nnlearn check second\n"
        )
        Progress(tmp_path / "whole").record("second", dict.fromkeys(["softmax", "predictions"], "passed"))
        assert "third   35 min  ready to start  toy, second\n" in command("list").out

    def test_progress(self, command, learn):
        Progress(learn).record("toy", {"softmax": "passed"})
        assert command("progress").out.splitlines()[0] == "toy  [#######-------------]  1 of 3 parts pass"
        document = json.loads(command("progress", "--json").out)
        assert document["schema_version"] == 1
        assert document["workspace"] == str(learn)
        assert document["topics"][0]["parts"][0] == {
            "name": "softmax",
            "points": 3.0,
            "verdict": "passed",
            "hints_used": 0,
        }

    def test_with_all_done_nothing_is_next(self, command, learn):
        Progress(learn).record("toy", dict.fromkeys(["softmax", "Scale", "predictions"], "passed"))
        assert "Next" not in command("list").out + command("progress").out

    def test_outside_a_workspace(self, command, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert "nnlearn init" in command("progress").out
        assert json.loads(command("progress", "--json").out)["workspace"] is None

    def test_damage_is_said_and_ends_nothing(self, command, learn):
        (learn / ".nnlearn" / "progress.json").write_text("{")
        done = command("list")
        assert done.code == 0
        assert "progress.json was damaged" in done.err
        assert "progress.damaged-1.json" in done.err
        assert command("list").err == ""

    def test_a_damaged_topic_names_the_command_that_mends_it(self, command, learn):
        (learn / ".nnlearn/course/toy/topic.toml").write_text("title =")
        done = command("list")
        assert done.code == 4
        assert "nnlearn init" in done.err


class TestReset:
    """Starting anew."""

    def test_a_part(self, command, learn, miniature):
        file = write_softmax(learn)
        done = command("reset", "softmax")
        assert (done.code, done.err) == (0, "")
        assert file.read_bytes() == (miniature / STUB).read_bytes()
        assert done.out.startswith(f"Put back: softmax in {STUB}\n  what you had written: .nnlearn/backups/")
        kept = learn / done.out.split("written: ")[1].split("\n")[0]
        assert "return logits" in kept.read_text()

    def test_nothing_to_do(self, command, learn):
        assert "nothing to put back" in command("reset", "toy").out

    def test_outside_a_workspace(self, command, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        done = command("reset", "relu")
        assert (done.code, "in no workspace" in done.err, "nnlearn init" in done.err) == (4, True, True)


@pytest.mark.parametrize("name", ["hint", "lesson", "reset", "solution", "check"])
def test_names_that_are_nearly_right(command, learn, name):
    done = command(name, "toi" if name == "lesson" else "softmx")
    assert done.code == 4
    assert "did you mean" in done.err


@pytest.mark.parametrize("name", ["hint", "lesson", "reset", "solution", "check", "watch", "init"])
def test_every_command_has_help(command, learn, name):
    done = command(name, "--help")
    assert done.code == 0
    assert f"Usage: nnlearn {name}" in done.out


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("nnlearn lesson t", ["toy"]),
        ("nnlearn hint S", ["Scale"]),
        ("nnlearn hint s", ["softmax"]),
        ("nnlearn check ", ["toy", "softmax", "Scale", "predictions"]),
        ("nnlearn reset to", ["toy"]),
        ("nnlearn les", ["lesson"]),
    ],
)
def test_the_shell_completes_topics_and_parts(command, learn, monkeypatch, words, offered):
    monkeypatch.setenv("_NNLEARN_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    assert command().out.split() == offered


def test_without_what_only_posix_has_the_commands_are_the_same(command, learn, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.delattr(os, "fork", raising=False)
    write_softmax(learn)
    assert command("init").code == 0
    assert command("hint", "softmax").out.startswith("softmax, hint 1 of 3")
    assert command("hint", "softmax").out.startswith("softmax, hint 2 of 3")
    assert command("reset", "softmax").code == 0
    assert command("progress").code == 0
