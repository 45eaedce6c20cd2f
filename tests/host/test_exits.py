"""`os._exit`, called by the learner's code while checks run at home, ends neither process nor checks."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from patience import PATIENCE_S

from nnlearn.host.exits import Exits

FILE = "part.py"
GENUINE = os._exit


def learner(code):
    """What a learner's file defines."""
    names = {"__file__": FILE, "os": os}
    exec(compile(code, FILE, "exec"), names)
    return names


@pytest.mark.parametrize(
    "code",
    [
        "def part(): os._exit(3)",
        "import posix\n\ndef part(): posix._exit(3)"
        if os.name == "posix"
        else "def part(): os._exit(status=3)",
        "def part():\n    from os import _exit as leave\n    leave(3)",
        "def part(): list(map(os._exit, [3]))",
        "def part(): eval('os._exit(3)')",
    ],
)
def test_it_ends_what_calls_it_and_is_known(code):
    exits = Exits({FILE})
    with exits.held():
        with pytest.raises(SystemExit):
            learner(code)["part"]()
        asked = exits.take()
        assert asked.status == 3
        assert asked.place.startswith("part.py:")
        assert exits.take() is None
    assert os._exit is GENUINE


def test_code_that_goes_on_has_asked_for_it_all_the_same():
    code = "def part():\n    try:\n        os._exit(0)\n    except BaseException:\n        return 1"
    exits = Exits({FILE})
    with exits.held():
        assert learner(code)["part"]() == 1
    assert exits.take() == (0, "part.py:3")


def test_threads_too():
    exits = Exits({FILE})
    with exits.held(), ThreadPoolExecutor(1) as threads:
        done = threads.submit(learner("def part(): os._exit(0)")["part"])
        assert isinstance(done.exception(PATIENCE_S), SystemExit)
    assert exits.take() == (0, "part.py:1")


def test_blocks_inside_each_other_leave_nothing():
    outer, inner = Exits({FILE}), Exits({FILE})
    part = learner("def part(): os._exit(0)")["part"]
    with outer.held():
        with pytest.raises(ZeroDivisionError), inner.held():
            raise ZeroDivisionError
        assert os._exit is not GENUINE
        with pytest.raises(SystemExit):
            part()
    assert os._exit is GENUINE
    assert (outer.take(), inner.take()) == ((0, "part.py:1"), None)


@pytest.mark.parametrize(
    ("calls", "status"),
    [
        ("os._exit(5)", 5),  # of a library, a debugger, a kernel that has lost its notebook
        ("os._exit(os.waitstatus_to_exitcode(os.waitpid(forked(), 0)[1]))", 7),
    ],
)
def test_whoever_else_calls_it_ends_its_process(calls, status):
    if "forked" in calls and not hasattr(os, "fork"):
        pytest.skip("there are no forks here")
    program = f"""
import os
from nnlearn.host.exits import Exits
names = {{"__file__": {FILE!r}, "os": os}}
exec(compile("def forked(): return os.fork() or os._exit(7)", {FILE!r}, "exec"), names)
forked = names["forked"]
with Exits({{{FILE!r}}}).held():
    {calls}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, timeout=PATIENCE_S, capture_output=True, text=True
    )
    assert done.returncode == status, done.stderr
