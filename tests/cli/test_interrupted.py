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

# Once `main` has begun, with its first import, a command tells that it was interrupted; before, Python does.
PROGRAM = """
import os, sys
sys.argv[0] = "nnlearn"
from nnlearn.__main__ import main

def tell(event, about):
    if event == "import" and about[0] == "nnlearn.cli":
        os.write(1, b"!")

sys.addaudithook(tell)
main()
"""
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
    """Press Ctrl-C, which reaches all processes of the terminal, so many seconds after the beginning."""
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


def test_ctrl_c_is_not_lost_where_python_drops_exceptions(place):
    """As in the callback of a weak reference, of which every import has one."""
    program = PROGRAM.replace(
        "main()\n",
        "import signal, weakref\n"
        "class Thing: pass\n"
        "def drop(event, about):\n"
        "    if event == 'import' and about[0] == 'nnlearn.cli':\n"
        "        thing = Thing()\n"
        "        kept.append(weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT)))\n"
        "kept = []\n"
        "sys.addaudithook(drop)\n"
        "main()\n",
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *COMMANDS["grade"]],
        cwd=place, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "nterrupted" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_after_all_is_done_changes_nothing(place):
    """While Python ends, with its handlers of signals gone: the last of its objects presses it."""
    late = (
        "import signal\n"
        "class Last:\n"
        "    def __del__(self, press=signal.raise_signal, key=signal.SIGINT): press(key)\n"
        "last = Last()\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("main()\n", late), "--version"],
        cwd=place, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("!nnlearn ")


def test_a_pool_that_ends_by_itself_is_not_told_to_end_once_more():
    """Python would, without looking whether it has closed what it is told through."""
    pool = (
        "import time\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from nnlearn.__main__ import _end\n"
        "pool = ProcessPoolExecutor(1)\n"
        "pool.submit(int).result()\n"
        "writer = pool._executor_manager_thread_wakeup._writer\n"
        "send = writer.send_bytes\n"
        "pool.shutdown(wait=False)\n"
        "writer.send_bytes = lambda message: (time.sleep(0.5), send(message))  # by then it is closed\n"
        "_end()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", pool], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stderr) == (2, "")
