"""The fresh processes that authors' commands work in."""

import signal
import sys

import pytest

from autograder.authoring.process import spawned


def heard():
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no mask of signals")
def test_they_leave_the_keyboard_to_the_process_that_started_them():
    with spawned(1) as pool:
        assert pool.submit(abs, -1).result() == 1
        assert not pool.submit(heard).result()
    assert heard()
