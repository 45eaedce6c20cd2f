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

from nnlearn.catalogue import load_catalogue

COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-7][0-9;]*m")


def remember(workspace, verdict, *parts):
    verdicts = {part: {"verdict": verdict} for part in parts or ("softmax",)}
    (workspace / ".nnlearn" / "progress.json").write_text(
        json.dumps({"schema_version": 1, "topics": {"toy": verdicts}})
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
    remember(workspace, "passed", "softmax", "Scale", "predictions")
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


@pytest.mark.parametrize("topic", ["training_loop", "dropout", "losses"])
def test_the_state_of_every_part_is_seen_on_a_small_screen(terminal, tmp_path, topic):
    assert nnlearn("init", tmp_path / "nn").returncode == 0
    parts = load_catalogue(tmp_path / "nn", [topic]).topic(topic).parts
    states = [("passed", "failed", "timed_out", "not_written")[number % 4] for number in range(len(parts))]
    verdicts = {part.name: {"verdict": state} for part, state in zip(parts, states, strict=True)}
    (tmp_path / "nn" / ".nnlearn" / "progress.json").write_text(
        json.dumps({"schema_version": 1, "topics": {topic: verdicts}})
    )
    watch = terminal("watch", topic, cwd=tmp_path / "nn", width=80, height=24)
    longest = max(len(part.name) for part in parts)
    rows = [f"{p.name:<{longest}}  {s.replace('_', ' ')}" for p, s in zip(parts, states, strict=True)]
    for width, height in ((80, 24), (100, 12)):
        watch.resize(width, height)
        watch.wait_for(*rows, "starting Keras", "h hint", "q quit", without=["more parts"])
        assert len(watch.text.splitlines()) == height
