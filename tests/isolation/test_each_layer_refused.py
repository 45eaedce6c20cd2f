"""Each layer of isolation is refused in turn: submissions are kept apart all the same, or none is graded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from isolation.refusing import LAYERS
from toy_course import REFERENCE

REFUSING = Path(__file__).parent / "refusing.py"
APART = [name for name in LAYERS if name != "mount and landlock"]
MARK = "left-by-the-one-before"
# Each looks for what another has left, leaves something wherever it can, and dies while it is checked.
NOSY = f"""
import os, tempfile

FOLDERS = [os.curdir, os.environ["HOME"], tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp"]


def look():
    for folder in FOLDERS:
        try:
            yield from (name for name in os.listdir(folder) if name.startswith("{MARK}"))
        except OSError:
            pass


print("FOUND" if list(look()) else "nothing", os.getpid() > 0)
for folder in FOLDERS:
    try:
        open(os.path.join(folder, "{MARK}"), "w").close()
    except OSError:
        pass
"""
DYING = REFERENCE.replace("return x * self.factor", "os._exit(3)")


def grade(layer: str, place: Path, content: Path) -> subprocess.CompletedProcess[str]:
    """Grade the class in `place` where `layer` is refused."""
    around = [sys.executable, str(REFUSING), layer] if layer else []
    words = ["grade", "class", "--topic", "toy", "--content", str(content), "--jobs", "1", "--json", "r.json"]
    return subprocess.run(
        [*around, sys.executable, "-m", "nnlearn", *words],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Three nosy learners, the first two of whom die."""
    (tmp_path / "class").mkdir()
    for learner, code in (("ada", DYING), ("bo", DYING), ("cy", REFERENCE)):
        (tmp_path / f"class/{learner}.py").write_text(NOSY + code)
    return tmp_path


def outcome(place: Path) -> dict[str, tuple[dict[str, float], str]]:
    """The scores of each learner, part by part, and what the file printed."""
    [topic] = json.loads((place / "r.json").read_text())["topics"]
    return {
        report["learner"]: ({part["name"]: part["score"] for part in report["parts"]}, report["output"])
        for report in topic["reports"]
    }


@pytest.mark.parametrize("layer", APART)
def test_submissions_are_kept_apart(place: Path, miniature: Path, layer: str) -> None:
    done = grade(layer, place, miniature)
    assert done.returncode == 0, done.stderr
    found = outcome(place)
    assert found["ada"][0] == found["bo"][0] == {"softmax": 3, "Scale": 0, "predictions": 1}
    assert found["cy"][0] == {"softmax": 3, "Scale": 2, "predictions": 1}
    assert {output.strip() for _, output in found.values()} == {"nothing True"}


def test_where_nothing_keeps_them_apart_nothing_is_graded(place: Path, miniature: Path) -> None:
    done = grade("mount and landlock", place, miniature)
    assert done.returncode == 4
    assert "nothing on this machine keeps one submission from reading what another has left" in done.stderr
    assert "One of these layers has to hold: landlock, mountns" in done.stderr
    assert not (place / "r.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user is the only one anyway")
def test_a_root_that_is_the_only_user_there_is_grades(place: Path, miniature: Path) -> None:
    """As in a container without privileges: it can become nobody else."""
    words = ["grade", "class", "--topic", "toy", "--content", str(miniature), "--json", "r.json"]
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", sys.executable, "-m", "nnlearn", *words],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if "unshare failed" in done.stderr:
        pytest.skip("no user namespaces here")
    assert done.returncode == 0, done.stderr
    assert outcome(place)["cy"][0] == {"softmax": 3, "Scale": 2, "predictions": 1}
