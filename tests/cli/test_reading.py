"""What a learner reads in a workspace: hints, the lesson, and the solution at last."""

import json
import shutil
import sys

import pytest

from nnlearn import __version__
from nnlearn.cli import lesson as lesson_module
from nnlearn.workspace.progress import Progress


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
        shutil.copytree(learn / "exercises/toy", learn / "exercises/two")
        for file in (learn / "exercises/two").glob("*toy*"):
            file.rename(file.with_name(file.name.replace("toy", "two")))
        shutil.copytree(learn / ".nnlearn/course/toy", learn / ".nnlearn/course/two")
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

    def test_of_a_topic_outside_a_workspace_a_part_is_needed(self, command, miniature):
        done = command("hint", "toy", "--content", miniature)
        assert done.code == 4
        assert "its parts are softmax, Scale, predictions" in done.err


class TestLesson:
    """The lesson, wherever it is read."""

    def test_off_a_terminal_it_is_the_markdown(self, command, learn):
        done = command("lesson", "toy")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("# A toy\n")

    def test_in_the_browser_it_is_a_page_of_the_site(self, command, learn, monkeypatch):
        opened = []
        monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
        first, second = (command("lesson", "toy", "--browser").out for _ in range(2))
        [site] = (learn / ".nnlearn" / "lessons").iterdir()
        page = site / "lessons" / "toy.html"
        assert opened == [page.as_uri()] * 2
        assert first == f"Making the pages of the course, once ...\nOpened {page}\n"
        assert second == f"Opened {page}\n"
        assert "A toy" in page.read_text()
        lesson = learn / "exercises/toy/README.md"
        lesson.write_text(lesson.read_text().replace("# A toy", "# A new toy", 1))
        command("lesson", "toy", "--browser")
        [other] = (learn / ".nnlearn" / "lessons").iterdir()
        assert "A new toy" in (other / "lessons" / "toy.html").read_text()

    def test_where_the_site_cannot_be_made_it_is_a_page_by_itself(self, command, learn, monkeypatch):
        opened = []
        monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
        monkeypatch.setattr(lesson_module.importlib.util, "find_spec", lambda name: None)
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
        assert (done.code, done.err) == (0, "")
        reference, other = done.out.split("\n\n\n# Another way. ")
        assert reference.startswith("# The reference.\n\nfrom keras import ops\n\n\ndef softmax(")
        assert other.startswith(
            "In TensorFlow: the log-sum-exp is subtracted before exp, so that\n# nothing is divided.\n\n"
            "import tensorflow as tf\n\n\ndef softmax("
        )
        assert "SOLUTION" not in done.out
        assert "NotImplementedError" not in done.out
        compile(done.out, "what is shown", "exec")

    def test_where_there_are_none(self, command, miniature, tmp_path, monkeypatch):
        public = shutil.copytree(miniature / "exercises", tmp_path / "public" / "exercises").parent
        monkeypatch.chdir(tmp_path)
        command("init", "learn", "--content", public)
        monkeypatch.chdir(tmp_path / "learn")
        Progress(tmp_path / "learn").record("toy", {"softmax": "passed"})
        done = command("solution", "softmax")
        assert done.code == 4
        assert "solutions are not part of nnlearn" in done.err
        assert f"install nnlearn-selfstudy {__version__} beside it" in done.err
