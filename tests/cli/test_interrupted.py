"""Ctrl-C at any moment ends any command with exit code 2 and a word, and no traceback of anybody's."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from patience import PATIENCE_S
from toy_course import REFERENCE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grading is for Linux")

# From its first line on a program can tell that it was interrupted; before that, Python cannot.
PROGRAM = (
    "import os, sys; sys.argv[0] = 'nnlearn'; os.write(1, b'!'); from nnlearn.__main__ import main; main()"
)
COMMANDS = {
    "grade": ["grade", "class", "--topic", "toy", "--content", "content", "--json", "out.json"],
    "check": ["check", "toy.py", "--topic", "toy", "--content", "content"],
    "doctor": ["doctor", "--thorough"],
    "topic check": ["topic", "check", "toy", "--content", "content"],
}


@pytest.fixture(scope="module")
def place(miniature, tmp_path_factory):
    root = tmp_path_factory.mktemp("interrupted")
    shutil.copytree(miniature, root / "content")
    (root / "class").mkdir()
    (root / "toy.py").write_text(REFERENCE)
    for number in range(40):
        (root / f"class/s{number}.py").write_text(f"import time\ntime.sleep(0.2)\n{REFERENCE}")
    return root


def interrupted_after(seconds, arguments, place):
    """Press Ctrl-C, which reaches all processes of the terminal, so many seconds after the first line."""
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout.read(1) == "!"
    time.sleep(seconds)
    os.killpg(running.pid, signal.SIGINT)
    out, said = running.communicate(timeout=PATIENCE_S)
    return running.returncode, out, said


@pytest.mark.parametrize("seconds", [0.02, 0.2, 0.7, 1.5, 3.0])
def test_grading_is_interrupted_at_any_moment(place, seconds):
    code, _, said = interrupted_after(seconds, COMMANDS["grade"], place)
    assert code == 2, said
    assert "nterrupted" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "grade"])
@pytest.mark.parametrize("seconds", [0.1, 1.0])
def test_so_is_whatever_else_takes_long(place, command, seconds):
    code, _, said = interrupted_after(seconds, COMMANDS[command], place)
    assert code == 2, said
    assert "nterrupted" in said
    assert "Traceback" not in said
