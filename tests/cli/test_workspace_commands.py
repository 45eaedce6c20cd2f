"""What a learner types in a workspace."""

import json
import os
import shutil
import sys

import pytest

from nnlearn.cli import lesson as lesson_module
from nnlearn.workspace.progress import Progress

STUB = "exercises/toy/toy.py"
NOT_WRITTEN = 'raise NotImplementedError("softmax: not written yet")'


def write_softmax(root, code="return logits"):
    file = root / STUB
    assert NOT_WRITTEN in file.read_text()
    file.write_text(file.read_text().replace(NOT_WRITTEN, code))
    return file


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


class TestInit:
    """Making a workspace, and bringing it up to date."""

    def test_the_screen_leads_on(self, command, miniature, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        done = command("init", "--content", miniature)
        assert done.out.splitlines()[0] == (
            f"Made a workspace in {tmp_path / 'nnlearn-exercises'}: 1 topic, 3 parts to write."
        )
        assert "  cd nnlearn-exercises\n  nnlearn lesson toy" in done.out
        assert (tmp_path / "nnlearn-exercises" / STUB).read_bytes() == (miniature / STUB).read_bytes()

    def test_again_from_inside_it_keeps_edits_and_says_what_it_did(self, command, learn, monkeypatch):
        file = write_softmax(learn)
        mine = file.read_text()
        (learn / "exercises/toy/README.md").unlink()
        monkeypatch.chdir(learn / "exercises" / "toy")
        done = command("init")
        assert done.code == 0
        assert f"  restored  exercises/toy/README.md\n  kept      {STUB}, as you changed it\n" in done.out
        assert file.read_text() == mine

    def test_from_a_newer_course(self, command, learn, miniature, tmp_path):
        newer = shutil.copytree(miniature / "exercises", tmp_path / "newer" / "exercises").parent
        for name in (STUB, "exercises/toy/README.md"):
            (newer / name).write_text((newer / name).read_text() + "\n# newer\n")
        write_softmax(learn)
        done = command("init", learn, "--content", newer)
        assert "  updated   exercises/toy/README.md\n" in done.out
        assert f"the new version: {STUB}.new" in done.out
        assert (learn / f"{STUB}.new").read_text().endswith("# newer\n")
        found = json.loads(command("doctor", "--json").out)["findings"]
        [waiting] = [finding["wrong"] for finding in found if finding["name"] == "workspace"]
        assert f"{STUB}.new" in waiting

    def test_a_choice_of_topics_and_later_more(self, command, miniature, tmp_path, monkeypatch):
        course = shutil.copytree(miniature / "exercises", tmp_path / "course" / "exercises").parent
        other = shutil.copytree(course / "exercises/toy", course / "exercises/other")
        for file in other.glob("*toy*"):
            file.rename(file.with_name(file.name.replace("toy", "other")))
        toml = (other / "topic.toml").read_text()
        assert "requires = []" in toml
        (other / "topic.toml").write_text(toml.replace("requires = []", 'requires = ["toy"]'))
        monkeypatch.chdir(tmp_path)
        done = command("init", "learn", "other", "--content", course)
        assert "Topics you can add: toy\n  nnlearn init learn toy\n" in done.out
        assert not (tmp_path / "learn/exercises/toy").exists()
        monkeypatch.chdir(tmp_path / "learn")
        assert "other: A toy" in command("list").out  # though it requires a topic that is not here
        assert "new       exercises/toy/toy.py" in command("init", ".", "toy").out
        assert command("init").out.splitlines()[1] == "  Everything is up to date."
        assert (tmp_path / "learn/exercises/other").exists()

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["toy"], ["`toy` is a topic", "nnlearn init nnlearn-exercises toy"]),
            (["here", "toi"], ["there is no topic called `toi`", "did you mean `toy`?"]),
            (["file.txt"], ["is a file"]),
        ],
    )
    def test_what_cannot_be_is_said(self, command, miniature, tmp_path, monkeypatch, arguments, words):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "file.txt").write_text("x")
        done = command("init", *arguments, "--content", miniature)
        assert done.code == 4
        assert all(word in done.err for word in words), done.err
        assert [file.name for file in tmp_path.iterdir() if "nnlearn" in file.name] == []

    def test_neither_the_course_itself_nor_the_inside_of_a_workspace(self, command, learn, toy_course):
        assert "the place the exercises come from" in command("init", toy_course).err
        inside = command("init", learn / "exercises" / "more")
        assert (inside.code, "lies inside the workspace" in inside.err) == (4, True)
        assert not (learn / "exercises" / "more").exists()


class TestListAndProgress:
    """What is done."""

    def test_states_in_words(self, command, learn):
        Progress(learn).record("toy", {"softmax": "passed", "Scale": "timed_out"})
        Progress(learn).use_hint("toy", "Scale")
        assert command("list").out == (
            "toy: A toy   1 of 3 parts pass\n"
            "  A topic small enough to test the tools with.\n"
            "    softmax                  3 points  passed\n"
            "    Scale                    2 points  timed out  1 of 3 hints read\n"
            "    predictions              1 point   not checked yet\n"
            "\nNext: nnlearn check toy\n"
        )

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
        (learn / "exercises/toy/topic.toml").write_text("title =")
        done = command("list")
        assert done.code == 4
        assert "nnlearn init" in done.err


class TestHint:
    """Three hints, one at a time."""

    def test_each_time_the_next(self, command, learn):
        first, second, third, fourth = (command("hint", "softmax").out for _ in range(4))
        assert first.startswith("softmax, hint 1 of 3\n")
        assert "More: nnlearn hint softmax\n" in first
        assert second.startswith("softmax, hint 2 of 3\n")
        assert third == fourth
        assert third.startswith("softmax, hint 3 of 3\n")

    def test_read_again_without_using_one(self, command, learn):
        command("hint", "softmax")
        command("hint", "softmax")
        assert command("hint", "softmax", "--again").out.startswith("softmax, hint 2 of 3")
        assert command("hint", "softmax", "1").out.startswith("softmax, hint 1 of 3")
        assert Progress(learn).hints_used("toy", "softmax") == 2

    def test_where_nothing_can_be_written_it_is_shown_all_the_same(self, command, learn):
        (learn / ".nnlearn" / "progress.lock").mkdir()
        done = command("hint", "softmax")
        assert done.code == 0
        assert done.out.startswith("softmax, hint 1 of 3")
        assert "Note: this hint is not counted" in done.err

    def test_a_name_that_several_topics_have(self, command, learn):
        for name in (".nnlearn/workspace.json", "exercises/toy/topic.toml"):
            assert (learn / name).exists()
        shutil.copytree(learn / "exercises/toy", learn / "exercises/two")
        for file in (learn / "exercises/two").glob("*toy*"):
            file.rename(file.with_name(file.name.replace("toy", "two")))
        manifest = learn / ".nnlearn/workspace.json"
        document = json.loads(manifest.read_text())
        document["files"]["exercises/two/two.py"] = "0"
        manifest.write_text(json.dumps(document))
        done = command("hint", "softmax")
        assert done.code == 4
        assert "say which: toy.softmax, two.softmax" in done.err
        assert "More: nnlearn hint two.softmax\n" in command("hint", "two.softmax").out
        assert Progress(learn).hints_used("two", "softmax") == 1
        assert Progress(learn).hints_used("toy", "softmax") == 0

    def test_a_topic_is_not_a_part(self, command, learn):
        done = command("hint", "toy")
        assert done.code == 4
        assert "its parts are softmax, Scale, predictions" in done.err


class TestLesson:
    """The lesson, wherever it is read."""

    def test_off_a_terminal_it_is_the_markdown(self, command, learn):
        done = command("lesson", "toy")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("# A toy\n")

    def test_in_the_browser(self, command, learn, monkeypatch):
        opened = []
        monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
        for _ in range(2):
            done = command("lesson", "toy", "--browser")
        [page] = (learn / ".nnlearn" / "lessons").iterdir()
        assert opened == [page.as_uri()] * 2
        assert done.out == f"Opened {page}\n"
        assert "<h1>A toy</h1>" in page.read_text()

    def test_without_a_browser_it_says_where_the_page_is(self, command, learn, monkeypatch):
        monkeypatch.setattr("webbrowser.open", lambda url: False)
        assert "Open this in your browser: " in command("lesson", "toy", "--browser").out

    def test_jupyter_that_is_not_there(self, command, learn, monkeypatch):
        monkeypatch.setattr(lesson_module.importlib.util, "find_spec", lambda name: None)
        done = command("lesson", "toy", "--jupyter")
        assert done.code == 4
        assert 'pip install "nnlearn[notebook]"' in done.err

    @pytest.mark.parametrize("system", ["posix", "nt"])
    def test_jupyter_gets_the_notebook(self, command, learn, monkeypatch, system):
        started = []

        class Ended:
            returncode = 3

        def execute(program, arguments):
            started.append(arguments)
            raise SystemExit(3)

        def run(arguments, check):
            started.append(arguments)
            return Ended

        monkeypatch.setattr(lesson_module.os, "execv", execute)
        monkeypatch.setattr(lesson_module.subprocess, "run", run)
        monkeypatch.setattr(lesson_module, "_POSIX", system == "posix")
        assert command("lesson", "toy", "--jupyter").code == 3
        assert started == [[sys.executable, "-m", "jupyterlab", str(learn / "exercises/toy/toy.ipynb")]]


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


class TestSolution:
    """The reference, for those who are done."""

    def test_not_before_the_part_passes(self, command, learn):
        done = command("solution", "softmax")
        assert done.code == 4
        assert "not checked yet" in done.err
        Progress(learn).record("toy", {"softmax": "failed"})
        done = command("solution", "softmax")
        assert (done.code, "it is failed" in done.err, done.out) == (4, True, "")

    def test_after_it_passes(self, command, learn):
        Progress(learn).record("toy", {"softmax": "passed"})
        done = command("solution", "softmax")
        assert done.code == 0
        assert done.out.startswith("def softmax(")
        assert "SOLUTION" not in done.out
        assert "NotImplementedError" not in done.out

    def test_where_there_are_none(self, command, miniature, tmp_path, monkeypatch):
        public = shutil.copytree(miniature / "exercises", tmp_path / "public" / "exercises").parent
        monkeypatch.chdir(tmp_path)
        command("init", "learn", "--content", public)
        monkeypatch.chdir(tmp_path / "learn")
        Progress(tmp_path / "learn").record("toy", {"softmax": "passed"})
        done = command("solution", "softmax")
        assert done.code == 4
        assert "not part of what is installed" in done.err


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
