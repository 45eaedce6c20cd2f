"""The ways out of the watch, and what it may show; none of these tests waits for Keras."""

import json
import os
import re
import signal
import termios

import psutil
import pytest
from patience import survivors
from toy_course import nnlearn

COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-7][0-9;]*m")


def remember(workspace, verdict):
    (workspace / ".nnlearn" / "progress.json").write_text(
        json.dumps({"schema_version": 1, "topics": {"toy": {"softmax": {"verdict": verdict}}}})
    )


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param(lambda t: t.press("\x03"), 2, id="Ctrl-C"),
        pytest.param(lambda t: os.kill(t.process.pid, signal.SIGINT), 2, id="SIGINT"),
        pytest.param(lambda t: os.kill(t.process.pid, signal.SIGTERM), 143, id="SIGTERM"),
        pytest.param(lambda t: t.press("q"), 0, id="q"),
    ],
)
def test_whatever_ends_it_the_terminal_is_as_it_was(terminal, workspace, end, code):
    watch = terminal("watch", "toy", cwd=workspace)
    before = termios.tcgetattr(watch.process.child_fd)
    watch.wait_for("starting Keras", "h hint")
    during = termios.tcgetattr(watch.process.child_fd)
    assert during[3] & (termios.ICANON | termios.ECHO) == 0
    warm = psutil.Process(watch.process.pid).children()
    end(watch)
    while watch.read():
        pass
    after = termios.tcgetattr(watch.process.child_fd)
    assert watch.end() == code
    assert watch.is_restored
    assert after[3] == before[3]
    assert b"Traceback" not in watch.raw
    assert survivors(warm) == []


def test_the_warm_process_does_not_outlive_a_watch_that_is_killed(terminal, workspace):
    watch = terminal("watch", "toy", cwd=workspace)
    watch.wait_for("starting Keras")
    warm = psutil.Process(watch.process.pid).children()
    assert warm
    watch.process.kill(signal.SIGKILL)
    assert survivors(warm) == []


def test_colour_is_left_out_where_nobody_wants_it(terminal, workspace):
    remember(workspace, "failed")
    coloured = terminal("watch", "toy", cwd=workspace)
    coloured.wait_for("softmax      failed")
    assert COLOUR.search(coloured.raw)
    plain = terminal("watch", "toy", cwd=workspace, NO_COLOR="1")
    plain.wait_for("softmax      failed")
    assert not COLOUR.search(plain.raw)


def test_what_passed_before_is_known_at_once(terminal, workspace):
    remember(workspace, "passed")
    watch = terminal("watch", "toy", cwd=workspace)
    watch.wait_for("softmax      passed", "> Scale", "1 of 3 parts pass", "starting Keras")


def test_without_a_topic_it_begins_with_the_first_that_is_not_done(terminal, workspace):
    remember(workspace, "passed")
    for arguments in (("watch",), ()):
        watch = terminal(*arguments, cwd=workspace / "exercises")
        watch.wait_for("second: Another toy", "topic 2 of 2")
        watch.press("q")
        assert watch.end() == 0


def test_a_terminal_that_cannot_be_drawn_on_gets_lines(terminal, workspace):
    watch = terminal("watch", "toy", cwd=workspace, TERM="dumb")
    watch.wait_for("Watching toy.py")
    watch.press("\x03")
    assert watch.end() == 2
    assert b"\x1b" not in watch.raw


def test_bad_usage_is_said_in_words(workspace, tmp_path):
    outside = nnlearn("watch", cwd=tmp_path)
    assert outside.returncode == 4
    assert "is in no workspace" in outside.stderr
    unknown = nnlearn("watch", "toi", cwd=workspace)
    assert unknown.returncode == 4
    assert "did you mean `toy`?" in unknown.stderr
    (workspace / "exercises" / "toy" / "test_toy.py").unlink()
    without = nnlearn("watch", "toy", cwd=workspace)
    assert without.returncode == 4
    assert "test_toy.py is missing" in without.stderr
    assert not any("Traceback" in done.stderr for done in (outside, unknown, without))
