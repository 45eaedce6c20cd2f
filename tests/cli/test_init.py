"""`nnlearn init`: a workspace is made, and brought up to date."""

import json
import shutil

import pytest
from cli.toy_stub import STUB, write_softmax


class TestInit:
    """Making a workspace, and bringing it up to date."""

    def test_the_screen_leads_on(self, command, miniature, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        done = command("init", "--content", miniature)
        assert done.out.splitlines()[0] == (
            f"Made a workspace in {tmp_path / 'nnlearn-exercises'}: 1 topic, 3 parts to write."
        )
        assert "  cd nnlearn-exercises\n  nnlearn lesson toy" in done.out
        for file in ("README.md", "toy.py", "toy.ipynb", "test_toy.py"):
            assert f"\n    {file} " in done.out
            assert (tmp_path / "nnlearn-exercises" / "exercises" / "toy" / file).is_file()
        readme = (tmp_path / "nnlearn-exercises" / "README.md").read_text()
        assert all(line in readme for line in done.out.split("\n\n")[1].splitlines())
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

    @pytest.mark.parametrize("mine", ["", "diagnoses.json"])
    def test_what_nnlearn_reads_is_taken_out_of_an_older_workspace(self, command, learn, monkeypatch, mine):
        """Such a workspace works as it is, and `init` moves what was not changed; nothing is lost."""
        manifest, apart = learn / ".nnlearn/workspace.json", learn / ".nnlearn/course/toy"
        document = json.loads(manifest.read_text())
        names = sorted(file.name for file in apart.iterdir())
        assert names == ["diagnoses.json", "outputs.json", "topic.toml"]
        for name in names:
            (apart / name).rename(learn / "exercises/toy" / name)
            document["files"][f"exercises/toy/{name}"] = document["files"].pop(f".nnlearn/course/toy/{name}")
        apart.rmdir()
        manifest.write_text(json.dumps(document))
        softmax = write_softmax(learn).read_text()
        if mine:
            (learn / "exercises/toy" / mine).write_text("mine")
        monkeypatch.chdir(learn)
        assert "softmax" in command("list").out
        said = command("init").out.splitlines()[1:]
        shown = f" ({2 if mine else 3} files)"
        assert said[: said.index("")] == [
            *([f"  new       .nnlearn/course/toy/{mine}"] if mine else []),
            f"  moved     exercises/toy/{shown}, to .nnlearn/course/",
            f"  kept      {STUB}, as you changed it",
            *([f"  kept      exercises/toy/{mine}, as you changed it"] if mine else []),
        ]
        assert sorted(file.name for file in apart.iterdir()) == names
        assert (learn / STUB).read_text() == softmax
        for name in names:
            assert (learn / "exercises/toy" / name).exists() is (name == mine)
        assert "softmax" in command("list").out

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
        assert "other: A toy" in command("list", "other").out  # though it requires a topic that is not here
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
