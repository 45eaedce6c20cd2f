"""A reply costs the worker that checks it what it weighs, and no answer takes its memory from others."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import numpy as np
import pytest
from patience import PATIENCE_S
from sampling import leave_out
from toy_course import REFERENCE

from nnlearn.checking import expect
from nnlearn.checking.failure import CheckFailed
from nnlearn.diagnosis.matching import fingerprint
from nnlearn.isolation.decoding import decode
from nnlearn.isolation.encoding import encode
from nnlearn.isolation.wire import WireError
from nnlearn.protocol.values import MAX_RANK, Handle, Unplain, to_plain

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation is for Linux")

IN_A_SAMPLE = 8
MOST_MB = 300  # a message of 64 MiB, as it arrives and as what it stands for, and some truth values about it
DEEP = "def deep(n):\n    v = []\n    for _ in range(n): v = [v]\n    return v\n"
FORGE = """
import os, struct
def forge(item, times):
    inner = b"\\xdd" + struct.pack("!I", times) + item * times
    data = struct.pack("!II", 1 + 4 * len(inner), 0) + b"\\x94" + 4 * inner
    while data:
        try:
            data = data[os.write(3, data):]
        except BlockingIOError:
            pass
"""
ANSWERS = {
    "texts, one of them long": '["x" * 1_000_000] + [""] * 500',
    "texts in rows": '[[["x" * 1_000_000]], [[""]] * 500]',
    "bytes, one of them long": '[b"x" * 1_000_000] + [b""] * 500',
    "one long text": '"x" * 60_000_000',
    "texts that are not ASCII": '"\\U0001F600" * 15_000_000',
    "numbers and a text": "[1.5] * 100_000 + ['x']",
    "a dictionary of texts": '{str(i): "x" * 1_000_000 for i in range(60)}',
    "a dictionary of a million keys": "dict.fromkeys(range(1_000_000))",
    "a dictionary of many keys": "dict.fromkeys(map(str, range(90_000)), 1.5)",
    "many dimensions": "np.full((1,) * 15 + (8 * 2**20,), np.nan)",
    "too many dimensions": "np.full((1,) * 31 + (8 * 2**20,), np.nan)",
    "many short dimensions": "np.full((2,) * 23, np.nan)",
    "truth values": "np.zeros(64 * 2**20 - 100, bool)",
    "float16 NaN": 'np.full(32 * 2**20 - 10, np.nan, "float16")',
    "complex NaN": 'np.full(4 * 2**20 - 10, np.nan, "complex128")',
    "a view of one number": "np.broadcast_to(np.float32(1), (4000, 4000))",
    "a view of one number, too large": "np.broadcast_to(np.float32(1), (60_000, 60_000))",
    "many small arrays": "[np.zeros(1)] * 190_000",
    "many empty lists": "[[]] * 190_000",
    "objects": "np.array([None] * 1_000_000 + [object()], object)",
    "long integers": "[10**1200] * 100_000",
    "nothing, of a huge shape": "np.zeros((0, 10**12))",
    "nested deeply": "deep(1000)",
    "nested deeply and often": "[deep(28)] * 6000",
    "a forged message of empty lists": 'forge(b"\\x90", 1_000_000)',
    "a forged message of nothings": 'forge(b"\\xc0", 1_000_000)',
    "a forged message of short texts": 'forge(b"\\xa2ab", 300_000)',
}
# Peaks are of a process, so that process does nothing else.
PROGRAM = """
import re, sys
from pathlib import Path
from autograder.engine.submissions import Submission
from autograder.engine.worker import TopicGrader
from nnlearn.catalogue import load_catalogue
from nnlearn.isolation.zygote import Zygote

def size(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

content, handed_in = map(Path, sys.argv[1:])
with Zygote() as zygote:
    grader = TopicGrader(load_catalogue(content).topic("toy"), zygote, 0)
    for file in sorted(handed_in.iterdir()):
        Path("/proc/self/clear_refs").write_text("5")
        before = size("VmRSS")
        report = grader.grade(Submission(file.stem, file, "toy", file.name, "")).report
        part = next(part for part in report.parts if part.name == "softmax")
        print(file.stem, size("VmHWM") - before, part.outcomes[0].verdict.value, report.score, flush=True)
"""


def test_a_reply_costs_what_it_weighs(
    miniature: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    answers = ANSWERS
    if request.config.getoption("--sample"):
        some = sorted(ANSWERS, key=lambda name: zlib.crc32(name.encode()))[:IN_A_SAMPLE]
        answers = {name: ANSWERS[name] for name in some}
        leave_out(request.node, "heavy answers", len(ANSWERS) - len(answers))
    returns = "    return e / ops.sum(e, axis=axis, keepdims=True)"
    assert returns in REFERENCE
    for number, answer in enumerate(answers.values(), start=1):
        code = REFERENCE.replace(returns, f"    return {answer}")
        (tmp_path / f"{number:02}.py").write_text(f"import numpy as np\n{DEEP}{FORGE}{code}")
    (tmp_path / "00.py").write_text(REFERENCE)  # what is warmed up by the first is not the others'
    (tmp_path / "99.py").write_text(REFERENCE)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), miniature, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=10 * PATIENCE_S,
    )
    lines = [re.fullmatch(r"(\d+) (-?\d+) (\w+) ([\d.]+)", line) for line in done.stdout.splitlines()]
    found = {int(line[1]): (int(line[2]), line[3], float(line[4])) for line in lines if line}
    assert found.keys() == {0, *range(1, len(answers) + 1), 99}, done.stderr
    assert found[0][1:] == found[99][1:] == ("passed", found[0][2])
    heavy = {name: found[n][0] for n, name in enumerate(answers, start=1) if found[n][0] > MOST_MB}
    assert heavy == {}
    verdicts = {name: found[n][1] for n, name in enumerate(answers, start=1)}
    assert set(verdicts.values()) <= {"failed", "raised", "out_of_memory", "crashed"}
    assert [name for name, verdict in verdicts.items() if verdict == "crashed"] == [
        name for name in answers if "forged" in name
    ]


def test_a_worker_that_runs_out_of_memory_says_that_the_answer_was_too_large(
    toy_course: Path, tmp_path: Path
) -> None:
    """What it costs stands in the check here: no answer that is known does this any more."""
    checks = toy_course / "autograder" / "checks" / "toy" / "test_toy.py"
    asked = "    expect.shape(p, (4, 3))\n"
    assert asked in checks.read_text()
    wasteful = f"    if p.shape != (4, 3):\n        bytearray(2**34)\n{asked}"
    checks.write_text(checks.read_text().replace(asked, wasteful))
    (tmp_path / "in").mkdir()
    returns = "    return e / ops.sum(e, axis=axis, keepdims=True)"
    (tmp_path / "in" / "a.py").write_text(REFERENCE.replace(returns, "    return ops.zeros((4, 5))"))
    (tmp_path / "in" / "b.py").write_text(REFERENCE)
    program = textwrap.dedent(PROGRAM).replace("part.outcomes[0].verdict.value", "part.outcomes[0].message")
    done = subprocess.run(
        [sys.executable, "-c", program, toy_course, tmp_path / "in"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    said = " ".join(done.stdout.split())
    assert "but the answer was too large to be checked" in said, done.stderr
    assert re.search(r"\bb -?\d+ 6", said), said


def test_what_cannot_be_sent_is_refused_before_it_is() -> None:
    with pytest.raises(Unplain, match="rank 17"):
        to_plain(np.zeros((1,) * (MAX_RANK + 1)), lambda _: Handle(1, "object", "x"))
    assert decode(encode(np.zeros((1,) * MAX_RANK))).ndim == MAX_RANK
    with pytest.raises(WireError, match="too large, though it may be empty"):
        encode(np.zeros((0, 10**12)))
    assert decode(encode(np.zeros((0, 1000)))).shape == (0, 1000)


def test_texts_are_no_numbers_however_deep_they_lie() -> None:
    for answer in (["a"], [[1.0], ["a"]], [b"1"], [None], [{}]):
        with pytest.raises(CheckFailed, match="it should be one"):
            expect.close(answer, np.ones(1), "it should be one")


def test_what_is_compared_of_a_long_answer_is_short() -> None:
    for value in ("x" * 10**6, b"x" * 10**6, [0] * 10**6, dict.fromkeys(range(10**6))):
        short = fingerprint([("value", value)])
        assert len(repr(short)) < 20_000
        assert short != fingerprint([("value", value * 2 if not isinstance(value, dict) else {})])
