"""What a learner's code cannot use up: processes, memory, disk, open files.

Runs as whoever runs the tests; `test_other_conditions` runs it once more without privileges.
"""

from __future__ import annotations

import pytest

from nnlearn.learner.errors import LearnerDied
from nnlearn.results import Verdict


def test_a_fork_bomb_stays_in_its_own_process(submit):
    learner = submit(
        """
        import os
        def bomb():
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
        """,
        call_seconds=2,
    )
    with pytest.raises(LearnerDied) as died:
        learner.call("bomb")
    assert died.value.verdict in (Verdict.TIMED_OUT, Verdict.CRASHED)
    learner.transport.close()
    assert submit("def one(): return 1").call("one") == 1


def test_ten_gigabytes_are_refused(submit):
    learner = submit("""
        import numpy as np
        def array(): return np.ones(10 * 2**30, "int8").sum()
        def grow():
            kept = []
            while True:
                kept.append(bytearray(2**20))
    """)
    for name in ("array", "grow"):
        tag, kind, *_ = learner.reply(name)
        assert (tag, kind.endswith("MemoryError")) == ("raised", True)


def test_ten_gigabytes_in_tensorflow_are_refused(submit):
    learner = submit("""
        import tensorflow as tf
        def ones(): return float(tf.reduce_sum(tf.ones((10 * 2**30,), tf.int8)))
    """)
    try:
        tag, *_ = learner.reply("ones")
    except LearnerDied as died:
        assert died.verdict in (Verdict.OUT_OF_MEMORY, Verdict.CRASHED)
    else:
        assert tag == "raised"


def test_the_disk_cannot_be_filled(submit):
    learner = submit("""
        def fill():
            written = 0
            try:
                for number in range(100):
                    with open(f"big{number}", "wb") as file:
                        for _ in range(64):
                            written += file.write(bytes(2**20))
            except OSError as error:
                return written // 2**20
            return written // 2**20
    """)
    assert learner.call("fill") <= 256


def test_open_files_are_bounded(submit):
    learner = submit("""
        import os
        def files():
            kept = []
            try:
                while True:
                    kept.append(open(os.devnull))
            except OSError:
                return len(kept)
    """)
    assert learner.call("files") <= 256
