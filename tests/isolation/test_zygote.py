"""The warm process: it runs no operation, comes back when it dies, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from nnlearn.learner.errors import LearnerDied
from nnlearn.learner.zygote import FreshProcess, Zygote


def descriptors() -> int:
    """How many descriptors this process holds."""
    return len(list(Path("/proc/self/fd").iterdir()))


def alive(pid: int) -> bool:
    """Whether a process runs, zombies aside."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_the_zygote_has_run_no_operation(zygote):
    """A TensorFlow that has run an operation hangs in its forks."""
    assert zygote.layers  # which starts it
    assert zygote._running.has_run_an_operation is False


def test_sessions_leave_no_descriptor_no_file_and_no_process(zygote, submit, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    submit("def one(): return 1").transport.close()
    before = descriptors()
    for _ in range(15):
        learner = submit("open('note.txt', 'w').write('x')\ndef one(): return 1")
        assert learner.call("one") == 1
        learner.transport.close()
    assert descriptors() == before
    assert list(tmp_path.iterdir()) == []
    assert Path(f"/proc/{zygote.pid}/task/{zygote.pid}/children").read_text().count(" ") <= 1


def test_a_zygote_that_was_killed_is_started_again(submit):
    with Zygote() as own:
        learner = submit("def one(): return 1", workers=own)
        os.kill(own.pid, signal.SIGKILL)
        with pytest.raises(LearnerDied):
            for _ in range(100):
                learner.call("one")
                time.sleep(0.05)
        learner.transport.close()
        again = submit("def one(): return 1", workers=own)
        assert again.call("one") == 1
        assert own.starts == 2
        again.transport.close()


def test_a_fresh_process_serves_as_a_fork_does(submit):
    workers = FreshProcess()
    learner = submit(
        "import keras\ndef one(): return keras.ops.ones((1,))\nimport os\ndef die(): os._exit(5)",
        workers=workers,
    )
    assert "landlock" in learner.transport.layers or sys.platform != "linux"
    assert learner.call("one") == 1
    with pytest.raises(LearnerDied, match="exit status 5"):
        learner.call("die")
    learner.transport.close()
    workers.close()


def test_everything_ends_with_the_grader():
    """A grader that is killed with SIGKILL takes its zygote and all learners' processes with it."""
    grader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent("""
                import time
                from nnlearn.learner.deadlines import Deadlines
                from nnlearn.learner.host import Program
                from nnlearn.learner.remote import RemoteTransport
                from nnlearn.learner.zygote import Zygote
                zygote = Zygote()
                code = "import time\\ndef spin():\\n    while True: time.sleep(1)\\n"
                program = Program("part", (("part.py", code),), {})
                transport = RemoteTransport.start(zygote, program, Deadlines(60, 60, 60), 512)
                transport.request(("load",))
                print(zygote.pid, flush=True)
                handle = transport.request(("get", 0, "spin"))[1]
                transport.request(("call", handle.id, (), {}))
            """),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert grader.stdout is not None
    zygote = int(grader.stdout.readline())
    family = {zygote} | descendants(zygote)
    assert len(family) >= 2
    time.sleep(0.5)
    grader.kill()
    grader.wait()
    grader.stdout.close()
    until = time.monotonic() + 5
    while any(map(alive, family)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in family if alive(pid)]


def descendants(pid: int) -> set[int]:
    """All processes below `pid`."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return set()
    return {int(c) for c in children}.union(*(descendants(int(c)) for c in children))
