"""Deadlines, deaths and forged replies: what the grader's end of the wire makes of them."""

from __future__ import annotations

import select

import numpy as np
import pytest
from patience import comes_true

from autograder.engine.memory import bounded_memory
from nnlearn.isolation.capture import KEPT
from nnlearn.learner.errors import LearnerDied
from nnlearn.results import Verdict

# How a learner's code finds the socket to the grader and writes to it.
FORGE = """
import os, struct, time
import msgpack
def encode(value):
    def tagged(value):
        return [1, *map(tagged, value)] if isinstance(value, tuple) else value
    structure = msgpack.packb(tagged(value))
    return struct.pack("!II", len(structure), 0) + structure
def put(data):
    while data:
        data = data[os.write(3, data):]
"""


def death(learner, name, *arguments):
    """How the process died of a call."""
    with pytest.raises(LearnerDied) as died:
        learner.call(name, *arguments)
    return died.value


def test_values_layers_and_gradients_cross_the_wire(submit):
    learner = submit("""
        import keras
        def double(x): return keras.ops.multiply(x, 2.0)
        def layer(units): return keras.layers.Dense(units)
    """)
    x = np.arange(6, dtype="float32").reshape(2, 3)
    np.testing.assert_array_equal(learner.call("double", x), 2 * x)
    handle = learner.call("layer", 4)
    assert handle.kind == "layer"
    tag, y = learner.transport.request(("call", handle.id, (x,), {}))
    assert (tag, y.shape) == ("value", (2, 4))


def test_an_endless_loop_ends_at_the_limit_for_one_call(submit):
    learner = submit("def spin():\n    while True: pass\n", call_seconds=1)
    died = death(learner, "spin")
    assert died.verdict is Verdict.TIMED_OUT
    assert "one call may take 1 s" in died.message


def test_an_answer_that_the_grader_has_no_memory_for_is_the_learners(submit):
    learner = submit("""
        import numpy as np
        def large(): return np.zeros(60 * 2**20, "uint8")
    """)
    with bounded_memory(30 * 2**20):
        died = death(learner, "large")
    assert died.verdict is Verdict.OUT_OF_MEMORY
    assert died.message == "the answer was too large for the grader"


def test_no_exception_handler_outlives_the_deadline(submit):
    learner = submit(
        """
        import signal, time
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        def spin():
            while True:
                try:
                    time.sleep(1)
                except BaseException:
                    pass
        """,
        call_seconds=1,
    )
    assert death(learner, "spin").verdict is Verdict.TIMED_OUT


def test_sleeping_below_the_limit_each_time_uses_up_the_part(submit):
    learner = submit("import time\ndef nap(): time.sleep(0.4)\n", part_seconds=3)
    with pytest.raises(LearnerDied) as died:
        for _ in range(10):
            learner.call("nap")
    assert died.value.verdict is Verdict.TIMED_OUT
    assert "one part may take 3 s" in died.value.message


def test_the_submission_has_a_limit_over_all_parts(submit):
    learner = submit("import time\ndef nap(): time.sleep(0.4)\n", part_seconds=10, submission_seconds=3)
    with pytest.raises(LearnerDied) as died:
        for _ in range(10):
            learner.transport._deadlines.start_part()
            learner.call("nap")
    assert "the whole submission" in died.value.message


def test_a_file_that_hangs_while_it_is_loaded_times_out(submit):
    with pytest.raises(LearnerDied) as died:
        submit("while True: pass", part_seconds=1)
    assert died.value.verdict is Verdict.TIMED_OUT
    assert "loading the file may take 1 s" in died.value.message


@pytest.mark.parametrize(
    ("code", "verdict", "said"),
    [
        ("os._exit(0)", Verdict.CRASHED, "exit status 0"),
        ("os._exit(3)", Verdict.CRASHED, "exit status 3"),
        ("os.close(3); time.sleep(9)", Verdict.CRASHED, "ended itself"),
        ("os.dup2(0, 3); time.sleep(9)", Verdict.CRASHED, "closed its connection"),
        ("os.closerange(0, 99)", Verdict.CRASHED, ""),
        ("os.abort()", Verdict.CRASHED, "SIG"),
        ("ctypes.string_at(0)", Verdict.CRASHED, "SIGSEGV"),
        ("raise KeyboardInterrupt", Verdict.CRASHED, "after an exception"),
    ],
)
def test_each_way_to_die_is_told_in_words(submit, code, verdict, said):
    sleeps = "time.sleep" in code
    learner = submit(f"import os, time, ctypes\ndef die():\n    {code}\n", call_seconds=3 if sleeps else 20)
    died = death(learner, "die")
    if not sleeps:
        assert died.verdict is verdict
        assert said in died.message
    else:
        assert died.verdict in (verdict, Verdict.TIMED_OUT)


def test_sys_exit_and_deep_recursion_are_only_exceptions(submit):
    learner = submit("import sys\ndef leave(): sys.exit(0)\ndef deep(): return deep()\n")
    assert learner.reply("leave")[:2] == ("raised", "SystemExit")
    assert learner.reply("deep")[:2] == ("raised", "RecursionError")


def test_the_dead_answer_nothing_more(submit):
    learner = submit("import os\ndef die(): os._exit(0)\ndef one(): return 1\n")
    first = death(learner, "die")
    assert learner.transport.has_ended
    assert death(learner, "one") is first


def test_garbage_on_the_socket_is_a_crash(submit):
    learner = submit(FORGE + "def lie():\n    put(b'\\xff' * 100)\n    time.sleep(9)\n")
    assert death(learner, "lie").verdict is Verdict.CRASHED


def test_a_huge_claim_is_a_crash_and_takes_no_memory(submit):
    learner = submit(
        FORGE
        + """
def lie():
    put(struct.pack("!II", 100, 2**32 - 1))
    time.sleep(9)
def array():
    structure = msgpack.packb([1, 4, [1, "value", [3, "float32", 4, 10**11]]])
    put(struct.pack("!II", len(structure), 4) + structure + b"abcd")
    time.sleep(9)
"""
    )
    died = death(learner, "lie")
    assert died.verdict is Verdict.CRASHED
    assert "larger than allowed" in died.message
    assert death(submit(learner_code("array")), "array").verdict is Verdict.CRASHED


def learner_code(name: str) -> str:
    """A forged array of 400 GB as the answer."""
    return (
        FORGE
        + f"""
def {name}():
    structure = msgpack.packb([1, 2, [1, "value", [3, "float32", 4, 10**11]]])
    put(struct.pack("!II", len(structure), 4) + structure + b"abcd")
    time.sleep(9)
"""
    )


def test_a_slow_drip_of_bytes_does_not_stretch_the_deadline(submit):
    learner = submit(
        FORGE
        + """
def drip():
    put(struct.pack("!II", 1000, 0))
    while True:
        put(b"x")
        time.sleep(0.05)
""",
        call_seconds=1.5,
    )
    died = death(learner, "drip")
    assert died.verdict is Verdict.TIMED_OUT
    assert "one call may take 1.5 s" in died.message


def test_an_answer_before_the_question_is_a_crash(submit):
    learner = submit(
        FORGE
        + """
import threading
def early():
    def later():
        time.sleep(0.3)
        for number in range(1, 9):
            put(encode((number, ("value", 42))))
    threading.Thread(target=later).start()
def secret(): return 7
"""
    )
    learner.call("early")
    to_learner = learner.transport._channel._socket
    assert comes_true(lambda: select.select([to_learner], [], [], 0)[0])
    died = death(learner, "secret")
    assert died.verdict is Verdict.CRASHED
    assert "before it was asked" in died.message


def test_an_answer_in_place_of_the_host_is_an_answer(submit):
    learner = submit(FORGE + "def other():\n    put(encode((3, ('value', 42))))\n    time.sleep(9)\n")
    assert learner.call("other") == 42  # a process may answer its own question as it likes


def test_more_than_one_answer_is_a_crash(submit):
    learner = submit(FORGE + "def twice():\n    put(encode((3, ('value', 42))) * 2)\n    return 1\n")
    died = death(learner, "twice")
    assert died.verdict is Verdict.CRASHED
    assert "more than one answer" in died.message


def test_an_answer_to_something_else_is_a_crash(submit):
    learner = submit(FORGE + "def other():\n    put(encode((99, ('value', 1))))\n    time.sleep(9)\n")
    assert "not asked" in death(learner, "other").message


def test_the_socket_in_a_surviving_child_ends_nothing_and_answers_nothing(submit):
    learner = submit(
        """
        import os, time
        def leave():
            try:
                child = os.fork()
            except PermissionError:  # the filter of system calls lets no child be born
                os._exit(0)
            if child:
                os._exit(0)
            time.sleep(60)
        """,
        call_seconds=3,
    )
    died = death(learner, "leave")
    assert died.verdict is Verdict.CRASHED or "one call may take 3 s" in died.message


def test_a_flood_of_output_is_capped_and_does_not_block(submit):
    learner = submit("""
        import sys
        def flood():
            for _ in range(100):
                sys.stdout.write("x" * 2**20)
                sys.stderr.write("\\x1b[31mred\\x1b[0m \\x07")
            return 1
    """)
    assert learner.call("flood") == 1
    text = learner.transport.output
    assert len(text) < KEPT + 100
    assert "more bytes" in text
    assert "\x1b" not in text


def test_an_endless_flood_still_times_out(submit):
    learner = submit("def flood():\n    while True: print('x' * 9999)\n", call_seconds=1)
    assert death(learner, "flood").verdict is Verdict.TIMED_OUT


def test_output_is_kept_after_a_crash(submit):
    learner = submit("""
        import os
        print("loaded")
        def die():
            print("here")
            os._exit(1)
    """)
    death(learner, "die")
    learner.transport.close()
    assert learner.transport.output == "loaded\nhere\n"


def test_values_too_large_for_the_wire_are_the_learners_exception(submit):
    learner = submit("""
        import numpy as np
        def large(): return np.zeros(65 * 2**20, "int8")
        def many(): return {i: i for i in range(10**6)}
        def one(): return 1
    """)
    for name in ("large", "many"):
        tag, kind, message, *_ = learner.reply(name)
        assert (tag, kind) == ("raised", "ValueError")
        assert "cannot be handed in" in message
    assert learner.call("one") == 1


def test_a_request_that_cannot_be_sent_leaves_the_process_unharmed(submit):
    from nnlearn.isolation.wire import WireError

    learner = submit("def same(x): return x\n")
    with pytest.raises(WireError):
        learner.call("same", object())
    assert learner.call("same", 3) == 3
