"""`nnlearn check` beside a watch of the same workspace: the same in all but the time that Keras takes.

The tests share one watch.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from patience import PATIENCE_S
from toy_course import REFERENCE, nnlearn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the watch does not fork")

# A command whose own process cannot have Keras; it does as `nnlearn` does.
WITHOUT_KERAS = "import sys; sys.modules['keras'] = None; from nnlearn.cli import main; main()"
BEFORE = "    z = ops.convert"  # the first line of `softmax`
ENDLESS = "    print(f'process {os.getpid()}.', flush=True)\n    while True:\n        pass\n"


@pytest.fixture(scope="module")
def watched(shared_workspace):
    """A workspace with a watch."""
    from watched import Terminal

    terminal = Terminal("watch", "toy", cwd=shared_workspace, width=80, height=24)
    terminal.wait_for("softmax: not written yet", "h hint")
    yield shared_workspace
    terminal.kill()


@pytest.fixture
def write(watched):
    """Write the learner's file."""
    return (watched / "exercises" / "toy" / "toy.py").write_text


def by_the_watch(*arguments, cwd, **environment):
    """Run a command that cannot do it alone."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "100", **environment},
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "toy.softmax"],
        ["check", "toy.Scale", "--json"],
        ["check", "second"],
        ["check", "sotfmax"],
    ],
    ids=" ".join,
)
def test_it_says_and_ends_with_what_it_does_alone(watched, write, tmp_path, arguments):
    write(REFERENCE.replace("x * self", "x + self") + "\nprint('loading')\n")
    here, alone = by_the_watch(*arguments, cwd=watched), nnlearn(*arguments, cwd=watched, TF_ALONE="1")

    def said(done):
        return re.sub(r'"seconds": [\d.e-]+', "", done.stdout), done.stderr, done.returncode

    assert said(here) == said(alone)
    verdicts = json.loads((watched / ".nnlearn" / "progress.json").read_text())["topics"]["toy"]
    assert verdicts["softmax"]["verdict"] == "passed"


def test_it_is_not_done_where_keras_would_have_been_another(watched):
    """Or another nnlearn: what reads its environment while it is imported."""
    done = by_the_watch("check", "toy.softmax", cwd=watched, TF_DETERMINISTIC_OPS="1")
    assert done.returncode == 4
    assert "cannot be imported" in done.stderr


def test_what_is_there_at_the_end_of_a_process_is_there(watched, write):
    write(REFERENCE + "\nimport atexit\natexit.register(print, 'at the end')\n")
    done = by_the_watch("check", "toy.softmax", cwd=watched)
    assert done.stdout.endswith("at the end\n")


def test_a_debugger_can_be_typed_into(watched, write, terminal):
    write(REFERENCE.replace(BEFORE, f"    breakpoint()\n{BEFORE}"))
    shell = terminal("check", "toy.softmax", cwd=watched)
    shell.wait_for("(Pdb)")
    shell.press("axis\r")
    shell.wait_for("-1")
    shell.press("c\r")
    shell.wait_for("softmax                  passed")
    assert shell.end() == 0


def test_ctrl_c_ends_all_of_it(watched, write, terminal):
    write(f"import os\n{REFERENCE.replace(BEFORE, ENDLESS + BEFORE)}")
    shell = terminal("check", "toy.softmax", cwd=watched)
    shell.wait_for("process ")
    number = int(re.search(r"process (\d+)\.", shell.text)[1])
    shell.press("\x03")
    assert shell.end() == 2
    assert "nnlearn: interrupted" in shell.text
    wait_until(lambda: not Path(f"/proc/{number}").exists())


def test_a_watch_that_is_stopped_is_not_waited_for(watched, write):
    write(REFERENCE)
    [warm] = [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and is_warm_process(folder, watched)
    ]
    os.kill(warm, signal.SIGSTOP)
    try:
        done = nnlearn("check", "toy.softmax", cwd=watched)
    finally:
        os.kill(warm, signal.SIGCONT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("softmax                  passed") == 1
    # What was sent meanwhile is nobody's any more, and the next one is served.
    assert by_the_watch("check", "toy.softmax", cwd=watched).stdout == done.stdout


def is_warm_process(folder, workspace):
    """Whether this is the warm process itself and none of its forks."""
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
        parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        mother = Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:
        return False
    return b"nnlearn.watch.warm" in words and str(workspace).encode() in words and b"watch.warm" not in mother


def wait_until(holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
