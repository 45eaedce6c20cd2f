"""Where a zygote cannot fork, each submission has a process of its own: slower, and otherwise the same.

An ordinary user's zygote is kept from forking by the kernel: it may have no more processes. The kernel never
refuses that to root, whose zygote is only said to have refused; `test_other_conditions` has these tests run
by an ordinary user as well.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from isolation.families import WITHOUT_NAMESPACES, descendants, descriptors, gone, keep_from_forking

from autograder.engine.submissions import Submission
from autograder.engine.worker import TopicGrader
from nnlearn.catalogue import load_catalogue
from nnlearn.isolation.processes import IsolationError
from nnlearn.isolation.zygote import Zygote
from nnlearn.isolation.zygote_link import OwnLink
from nnlearn.results import Verdict

HANDED_IN = """
    import os
    import keras
    from keras import ops


    def softmax(logits, axis=-1):
        z = ops.convert_to_tensor(logits)
        while ops.max(z) > 100.0:
            pass
        e = ops.exp(z - ops.max(z, axis=axis, keepdims=True))
        return e / ops.sum(e, axis=axis, keepdims=True)


    class Scale(keras.layers.Layer):
        def __init__(self, factor=2.0, **kwargs):
            os.abort()


    PREDICTIONS = {"sum": 2.0}
"""
GRADER = """
    import sys
    sys.path.insert(0, sys.argv[1])
    from isolation.families import keep_from_forking
    from nnlearn.isolation.deadlines import Deadlines
    from nnlearn.protocol.requests import Program
    from nnlearn.isolation.transport import RemoteTransport
    from nnlearn.isolation.zygote import Zygote
    zygote = Zygote()
    keep_from_forking(zygote)
    code = "import time\\ndef spin():\\n    while True: time.sleep(1)\\n"
    program = Program("part", (("part.py", code),), {})
    transport = RemoteTransport.start(zygote, program, Deadlines(60, 60, 60), 512)
    transport.request(("load",))
    print("ready", flush=True)
    handle = transport.request(("get", 0, "spin"))[1]
    transport.request(("call", handle.id, (), {}))
"""

LARGE_GRADER = """
    import sys
    sys.path.insert(0, sys.argv[1])
    from isolation.families import keep_from_forking
    from nnlearn.isolation.deadlines import Deadlines
    from nnlearn.isolation.transport import RemoteTransport
    from nnlearn.isolation.zygote import Zygote
    from nnlearn.learner.errors import LearnerDied
    from nnlearn.protocol.requests import Program
    held = bytearray(2 * 2**30)
    with Zygote() as zygote:
        keep_from_forking(zygote)
        program = Program("part", (("part.py", "import os\\ndef die(): os.abort()\\n"),), {})
        transport = RemoteTransport.start(zygote, program, Deadlines(60, 60, 60), 1024)
        transport.request(("load",))
        handle = transport.request(("get", 0, "die"))[1]
        try:
            transport.request(("call", handle.id, (), {}))
        except LearnerDied as died:
            print(died.verdict.value)
        transport.close()
"""


@pytest.fixture
def became(monkeypatch):
    """The links to all zygotes that have become a learner's process."""
    links = []
    become = OwnLink.become

    def noted(link, bounds, pass_on):
        links.append(link)
        become(link, bounds, pass_on)

    monkeypatch.setattr(OwnLink, "become", noted)
    return links


@pytest.fixture
def unforking(lender, tmp_path, monkeypatch):
    """A zygote as a worker of the grader has it, which cannot fork."""
    tmp_path.chmod(0o711)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Zygote(lender=lender.control) as zygote:
        keep_from_forking(zygote)
        yield zygote


def test_a_submission_has_its_scores(unforking, became, miniature, tmp_path):
    """What hangs and what crashes costs its own checks only, as it does in a fork."""
    path = tmp_path / "toy.py"
    path.write_text(textwrap.dedent(HANDED_IN))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    grader = TopicGrader(load_catalogue(miniature).topic("toy"), unforking, seed=0)
    keep_from_forking(unforking)  # it is another since it was told what to prepare
    graded = grader.grade(Submission("ada", path, "toy", path.name, digest))
    verdicts = {o.check: o.verdict for p in graded.report.parts for o in p.outcomes}
    assert verdicts == {
        "test_rows_add_up_to_one": Verdict.PASSED,
        "test_survives_huge_logits": Verdict.TIMED_OUT,
        "test_gradient": Verdict.PASSED,
        "test_multiplies": Verdict.CRASHED,
        "test_sum_is_filled_in": Verdict.PASSED,
        "test_sum": Verdict.FAILED,
    }
    assert [part.score for part in graded.report.parts] == pytest.approx([1.5, 0.0, 0.2])
    assert len(became) == 3  # to begin with, after the loop and after the crash


def test_what_the_grader_holds_is_not_the_learners_memory(tmp_path):
    """Linux counts it as held by a process that the grader starts, until that runs its program."""
    tmp_path.chmod(0o711)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LARGE_GRADER), str(Path(__file__).parents[1])],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "crashed\n"


def test_the_same_layers_hold(unforking, became, submit):
    code = """
        import os
        def look(path):
            try:
                return os.listdir(path)
            except OSError as error:
                return type(error).__name__
        def write(path):
            with open(path, "w") as file:
                return file.write("x")
        def fork():
            return os.fork()
    """
    forked, fresh = submit(code), submit(code, processes=unforking)
    assert len(became) == 1
    assert fresh.transport.layers == forked.transport.layers
    for call in (
        ("look", "/"),
        ("look", "/proc"),
        ("look", str(Path.home())),
        ("write", "/tmp/x"),
        ("fork",),
    ):
        assert fresh.reply(*call) == forked.reply(*call), call
    assert fresh.call("write", "note.txt") == 1


def test_nothing_is_left(unforking, became, submit, tmp_path):
    def held():
        return descriptors(), sorted(tmp_path.rglob("*"))

    before, processes = held(), descendants(os.getpid())
    learner = submit("open('note.txt', 'w').write('x')\ndef one(): return 1", processes=unforking)
    assert learner.call("one") == 1
    learner.transport.close()
    assert len(became) == 1
    assert held() == before
    assert gone(descendants(os.getpid()) - processes)


def test_no_process_at_all_is_an_error_that_says_so(unforking, submit, monkeypatch, tmp_path):
    before = descriptors(), sorted(tmp_path.rglob("*"))
    with (
        monkeypatch.context() as patch,
        pytest.raises(IsolationError, match=r"forked.*unavailable.*did not start"),
    ):
        patch.setattr("nnlearn.isolation.zygote_start._MODULE", "nnlearn.no_such_module")
        submit("", processes=unforking)
    with monkeypatch.context() as patch, pytest.raises(IsolationError, match=r"forked.*cannot be started"):
        patch.setattr("sys.executable", str(tmp_path / "no-such-program"))
        submit("", processes=unforking)
    assert (descriptors(), sorted(tmp_path.rglob("*"))) == before


@pytest.mark.parametrize("around", [(), WITHOUT_NAMESPACES], ids=["", "without namespaces"])
def test_it_ends_with_the_grader(around, tmp_path):
    """It serves nobody else, and whoever watches over it outside the namespaces notices."""
    tmp_path.chmod(0o711)
    grader = subprocess.Popen(
        [*around, sys.executable, "-c", textwrap.dedent(GRADER), str(Path(__file__).parents[1])],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert grader.stdout is not None
    assert grader.stdout.readline() == "ready\n"
    family = descendants(grader.pid)
    assert len(family) == 4  # the zygote and the learner's, each with one outside
    assert list(tmp_path.iterdir())
    time.sleep(0.5)
    grader.kill()
    grader.wait()
    grader.stdout.close()
    assert gone(family)
    assert not list(tmp_path.iterdir())
