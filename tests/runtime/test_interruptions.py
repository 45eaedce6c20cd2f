"""Ctrl-C does not come in the middle of what does not survive it."""

import signal
import subprocess
import sys
import threading

import pytest
from patience import PATIENCE_S

from nnlearn.runtime.interruptions import held_back

KERAS = """
import signal
signal.raise_signal(signal.SIGINT)
try:
    print("imported whole")
except KeyboardInterrupt:  # as native code does that takes it for a library that is missing
    raise ImportError("optree is missing")
"""


def test_an_import_of_keras_ends_before_it_is_interrupted(tmp_path):
    (tmp_path / "keras.py").write_text(KERAS)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    code += "from nnlearn.runtime.quiet import import_keras\nimport_keras()\nprint('went on')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.stdout == "imported whole\n"
    assert done.stderr.splitlines()[-1] == "KeyboardInterrupt"


def test_it_counts_at_the_end_of_the_block_and_a_second_one_at_once():
    reached = []
    with pytest.raises(KeyboardInterrupt), held_back():
        signal.raise_signal(signal.SIGINT)
        reached.append("the end")
    with pytest.raises(KeyboardInterrupt), held_back():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        reached.append("more")
    assert reached == ["the end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_who_is_told_of_no_ctrl_c_is_left_alone(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        with held_back():
            assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_are_not_told_and_go_on():
    reached = []

    def work():
        with held_back():
            reached.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(PATIENCE_S)
    assert reached == [signal.default_int_handler]
