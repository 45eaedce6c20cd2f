"""`nnlearn topic` from the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nnlearn import cli


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, output and error output of `nnlearn topic ...`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["nnlearn", "topic", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    out, err = capsys.readouterr()
    code = ended.value.code
    return code if isinstance(code, int) else 0, out, err


def test_a_new_topic_passes_every_gate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], here: None
) -> None:
    """new, build, check and preview succeed one after the other, and again with a part renamed."""
    code, out, _ = run(capsys, "new", "weight_decay", "--content", tmp_path)
    assert code == 0
    assert out.endswith(
        f"Next: nnlearn topic build weight_decay --content {tmp_path} && "
        f"nnlearn topic check weight_decay --content {tmp_path}\n"
    )
    code, out, err = run(capsys, "build", "--content", tmp_path)
    assert code == 0
    assert "built exercises/weight_decay/diagnoses.json" in out
    assert "weight_decay: recording the known mistakes" in err
    assert run(capsys, "build", "--check", "--content", tmp_path)[:2] == (0, "up to date: weight_decay\n")
    code, out, err = run(capsys, "check", "--content", tmp_path)
    assert (code, out[out.index("weight_decay: ev") :][:29]) == (0, "weight_decay: every gate hold")
    page = tmp_path / "page.html"
    assert run(capsys, "preview", "weight_decay", "--html", page, "--content", tmp_path)[0] == 0
    assert "data:image/png;base64," in page.read_text()

    for file in (*tmp_path.glob("solutions/**/*.*"), *tmp_path.glob("autograder/**/*.py")):
        file.write_text(re.sub(r"\bhalve\b", "shrink", file.read_text()))
        if file.name == "halve.py":
            file.rename(file.with_name("shrink.py"))
    assert run(capsys, "build", "--content", tmp_path)[0] == 0
    code, out, err = run(capsys, "check", "--content", tmp_path)
    assert (code, out[out.index("weight_decay: ev") :][:29]) == (0, "weight_decay: every gate hold"), out
    assert "shrink" in out
    built = "".join(file.read_text() for file in tmp_path.glob("exercises/**/*.*") if file.suffix != ".png")
    assert re.findall(r".*\bhalve\b.*", built) == []


def test_new_overwrites_nothing(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A topic of that name, in any of the trees, is left alone."""
    code, _, err = run(capsys, "new", "halving", "--content", course)
    assert code == 4
    assert err == (
        f"nnlearn: there is something at {course}/solutions/halving already, and nothing was "
        "written\n  choose another name, or move that folder away\n"
    )


@pytest.mark.parametrize("name", ["My-Topic", "class", "../evil", "1st"])
def test_a_name_that_is_none(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused before anything is written."""
    code, _, err = run(capsys, "new", name, "--content", tmp_path)
    assert code == 4
    assert f"`{name}` is no name for a topic: expected a Python name in lower case" in err
    assert list(tmp_path.iterdir()) == []


def test_build_check_lists_what_is_stale(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, one line for each file, and the command that puts it right."""
    code, out, _ = run(capsys, "build", "--check", "--content", course)
    assert code == 1
    assert "exercises/halving/README.md is missing\n" in out
    assert out.endswith("Next: nnlearn topic build halving\n")
    assert not (course / "exercises").exists()


def test_an_unknown_topic(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest is named."""
    code, _, err = run(capsys, "build", "halfing", "--content", course)
    assert (code, err) == (
        4,
        "nnlearn: there is no topic called `halfing`\n  did you mean `halving`?\n",
    )


def test_a_tree_without_masters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Learners cannot build."""
    (tmp_path / "exercises").mkdir()
    code, _, err = run(capsys, "build", "--content", tmp_path)
    assert code == 4
    assert "there is no topic with a master in solutions/" in err


def test_importing_the_commands_is_cheap() -> None:
    """`nnlearn --help` loads them each time."""
    code = "import sys, autograder.authoring.commands\n"
    code += "print({'keras', 'jupytext', 'nbformat', 'matplotlib', 'numpy', 'mistune'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
