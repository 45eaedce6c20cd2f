"""The warm process and the forks it lends: none runs an operation, the dead are replaced, nothing is left."""

from __future__ import annotations

import contextlib
import ctypes
import json
import mmap
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from isolation.families import WITHOUT_NAMESPACES, children, descendants, descriptors, gone, parent
from patience import comes_true

from nnlearn.isolation.zygote import Zygote
from nnlearn.isolation.zygote_start import ZygoteProcess
from nnlearn.learner.errors import LearnerDied
from nnlearn.runtime import linux

GRADER = """
    import json, os, sys, time
    from nnlearn.isolation.deadlines import Deadlines
    from nnlearn.protocol.requests import Program
    from nnlearn.isolation.transport import RemoteTransport
    from nnlearn.isolation.zygote import Zygote
    from nnlearn.isolation.zygote_start import ZygoteProcess
    first = ZygoteProcess() if "lent" in sys.argv else None
    zygote = Zygote(lender=first.control if first else None)
    code = "import time\\ndef spin():\\n    while True: time.sleep(1)\\n"
    program = Program("part", (("part.py", code),), {})
    transport = RemoteTransport.start(zygote, program, Deadlines(60, 60, 60), 512)
    transport.request(("load",))
    print(json.dumps([zygote.pid, first.process.pid if first else None]), flush=True)
    handle = transport.request(("get", 0, "spin"))[1]
    transport.request(("call", handle.id, (), {}))
"""
CLOSING = """
    import os, signal
    from nnlearn.isolation.zygote_start import ZygoteProcess
    zygote = ZygoteProcess()
    zygote.control.recv(1)
    zygote._let_go = lambda: os.kill(os.getpid(), signal.SIGKILL)
    zygote.close()
"""


def memory(pid: int) -> tuple[int, int]:
    """What a process has in memory, and what of that no other process shares, in kB."""
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
    private = sum(int(line[1]) for line in lines if line[0].startswith("Private_"))
    return next(int(line[1]) for line in lines if line[0] == "Rss:"), private


@pytest.fixture
def own():
    """A zygote that is a process of its own."""
    with Zygote() as own:
        yield own


@pytest.fixture(params=["own", "lent"])
def either(request):
    """A zygote that is a process of its own, and one that is lent."""
    if request.param == "lent":
        return request.getfixturevalue("zygote")
    return request.getfixturevalue("own")


def test_a_zygote_is_made_of_huge_pages_where_the_kernel_has_them(own):
    room = mmap.mmap(-1, 4 * 2**21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    room.write(b"x" * len(room))
    start = -(-ctypes.addressof(ctypes.c_char.from_buffer(room)) // 2**21) * 2**21
    try:
        linux.use_huge_pages(start, 2**21)
    except OSError as error:
        pytest.skip(f"no huge pages here: {error}")
    lines = dict(
        line.split()[:2] for line in Path(f"/proc/{own.pid}/smaps_rollup").read_text().splitlines()[1:]
    )
    assert int(lines["AnonHugePages:"]) > int(lines["Anonymous:"]) / 3


def test_a_fork_knows_which_class_is_a_tensor_before_its_first_operation(submit):
    learner = submit("""
        import _abc
        from tensorflow.python.framework.ops import EagerTensor
        from tensorflow.python.types.core import TensorProtocol
        def known():
            _, yes, no, _ = _abc._get_dump(TensorProtocol)
            return EagerTensor in [kind() for kind in yes | no]
    """)
    assert learner.call("known") is True


def test_a_fork_runs_an_operation_by_its_kernel(submit):
    """TensorFlow names the function that it makes of an operation wherever the operation fails."""
    learner = submit("""
        import tensorflow as tf
        def said():
            try:
                tf.add(tf.ones(2), tf.ones(3))
            except tf.errors.InvalidArgumentError as error:
                return str(error)
    """)
    said = learner.call("said")
    assert said.startswith("Incompatible shapes: [2] vs. [3]"), said


def test_no_zygote_has_run_an_operation(either):
    """A TensorFlow that has run an operation hangs in its forks."""
    assert either.has_run_an_operation is False


def test_sessions_leave_no_descriptor_no_file_and_no_process(lender, zygote, submit, tmp_path, monkeypatch):
    def held():
        """With what is in the lender's folder: scratch folders, if they are on the disk."""
        files = [path.name for path in Path(f"/proc/{lender.process.pid}/cwd").iterdir()]
        return descriptors(), files, children(zygote.pid)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    submit("def one(): return 1").transport.close()
    before = held()
    for _ in range(15):
        learner = submit("open('note.txt', 'w').write('x')\ndef one(): return 1")
        assert learner.call("one") == 1
        learner.transport.close()
    assert held() == before
    assert children(zygote.pid) == set()
    assert list(tmp_path.iterdir()) == []


def test_a_zygote_that_is_closed_while_it_starts_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = descriptors()
    for seconds in (0.0, 0.1, 0.5):
        with ZygoteProcess() as started:
            time.sleep(seconds)
            family = {started.process.pid} | descendants(started.process.pid)
        assert gone(family)
    assert descriptors() == before
    assert not list(tmp_path.iterdir())


def test_a_zygote_of_its_own_that_was_killed_is_started_again(submit, own):
    learner = submit("def one(): return 1", processes=own)
    os.kill(own.pid, signal.SIGKILL)

    def has_died():
        try:
            return learner.call("one") != 1
        except LearnerDied:
            return True

    assert comes_true(has_died)
    learner.transport.close()
    again = submit("def one(): return 1", processes=own)
    assert again.call("one") == 1
    assert own.starts == 2
    again.transport.close()


def test_a_lent_zygote_shares_the_memory_of_its_lender(lender, zygote, submit):
    submit("def one(): return 1").transport.close()
    assert zygote.pid in descendants(lender.process.pid)
    resident, private = memory(zygote.pid)
    assert private < 0.1 * resident


def test_a_lent_zygote_that_was_killed_is_replaced_by_another(lender, submit):
    with Zygote(lender=lender.control) as borrowing:
        first = borrowing.pid
        os.kill(first, signal.SIGKILL)
        assert submit("def one(): return 1", processes=borrowing).call("one") == 1
        assert borrowing.pid != first
        assert borrowing.pid in descendants(lender.process.pid)


def test_lent_zygotes_leave_nothing_when_they_are_given_back(lender, zygote):
    assert zygote.pid  # which is lent before and after
    before, held = descendants(lender.process.pid), descriptors()
    for _ in range(5):
        with Zygote(lender=lender.control) as borrowing:
            family = {borrowing.pid, parent(borrowing.pid)}
        assert gone(family)
    with Zygote(lender=lender.control) as borrowing:  # the lender reaps when it lends
        family = {borrowing.pid, parent(borrowing.pid)}
        assert descendants(lender.process.pid) <= before | family
    assert descriptors() == held


def test_without_its_lender_a_zygote_is_a_process_of_its_own(submit):
    with ZygoteProcess() as first, Zygote(lender=first.control) as borrowing:
        lent = borrowing.pid
        assert lent in descendants(first.process.pid)
        first.process.kill()
        with contextlib.suppress(ProcessLookupError):  # in its PID namespace all have died already
            os.kill(lent, signal.SIGKILL)
        assert gone({lent})
        assert submit("def one(): return 1", processes=borrowing).call("one") == 1
        assert borrowing.pid in descendants(os.getpid())


def test_lent_zygotes_and_their_forks_meet_nowhere(lender, zygote):
    """What a namespace holds or counts is one worker's: names of sockets, processes, numbers of threads."""

    def spaces(pid):
        kinds = [name for name in ("user", "net", "pid") if f"{name}ns" in zygote.layers]
        return {Path(f"/proc/{pid}/ns/{kind}").readlink() for kind in kinds}

    with Zygote(lender=lender.control) as other:
        assert not spaces(zygote.pid) & spaces(other.pid)
        assert not spaces(zygote.pid) & spaces(os.getpid())


def test_a_lent_zygote_cannot_ask_for_others(lender, zygote):
    """It holds one socket, to its worker: the one to the lender stays with the lender."""
    (first,) = children(lender.process.pid)

    def sockets(pid):
        links = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()]
        return {link for link in links if link.startswith("socket:")}

    assert len(sockets(first)) == 1
    assert len(sockets(zygote.pid)) == 1
    assert not sockets(first) & sockets(zygote.pid)


@pytest.mark.parametrize("around", [(), WITHOUT_NAMESPACES], ids=["", "without namespaces"])
@pytest.mark.parametrize("kind", ["own", "lent"])
def test_everything_ends_with_the_grader(kind, around, tmp_path):
    """A grader that is killed takes its zygotes and all learners' processes with it, and their files."""
    grader = subprocess.Popen(
        [*around, sys.executable, "-c", textwrap.dedent(GRADER), kind],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert grader.stdout is not None
    zygote, first = json.loads(grader.stdout.readline())
    family = descendants(grader.pid)
    assert {zygote, first} - {None} <= family
    assert len(children(zygote)) == 1
    assert list(tmp_path.iterdir())
    time.sleep(0.5)
    grader.kill()
    grader.wait()
    grader.stdout.close()
    assert gone(family)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("around", [(), WITHOUT_NAMESPACES], ids=["", "without namespaces"])
def test_a_grader_that_is_killed_while_it_closes_its_zygote_leaves_nothing(around, tmp_path):
    """What lies on the disk is removed by whoever ends last, and that is not the grader."""
    grader = subprocess.run(
        [*around, sys.executable, "-c", textwrap.dedent(CLOSING)],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert grader.returncode == -signal.SIGKILL
    assert not list(tmp_path.iterdir())
