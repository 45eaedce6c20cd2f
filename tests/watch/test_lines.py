"""The watch off a terminal, with forks and without."""

import signal

from patience import PATIENCE_S, comes_true
from toy_course import REFERENCE, nnlearn

WITHOUT_FORKS = (
    "-c",
    "import os, sys; del os.fork; sys.argv[0] = 'nnlearn'; from nnlearn.cli import main; main()",
)
ENDLESS = REFERENCE.replace("    z = ops", "    import time\n    while True: time.sleep(0.1)\n    z = ops")
EXITS = REFERENCE.replace("    z = ops", "    import os; os._exit(3)\n    z = ops")
WRONG_SCALE = REFERENCE.replace("x * self.factor", "print('here') or x + self.factor")


def test_each_save_prints_a_block_and_the_end_of_the_input_ends_it(lines, workspace):
    file = workspace / "exercises" / "toy" / "toy.py"
    watch = lines("watch", "toy", cwd=workspace)
    assert watch.next_block() == (
        "Watching toy.py and the others: what you save is checked. Ctrl-C ends this.\n\n"
        "toy: toy.py\n"
        "softmax                  not written    0 of 1 checks\n"
        "Scale                    not written    0 of 1 checks\n"
        "predictions              not written    0 of 2 checks\n"
        "0 of 4 visible checks pass; 2 more run when graded"
    )
    file.write_text(WRONG_SCALE)
    block = watch.next_block()
    assert "toy: toy.py, saved " in block
    assert "softmax                  passed         1 of 1 checks" in block
    assert "    Scale: the output should be three times the input" in block
    assert "Scale                    failed         0 of 1 checks\n    | here\n" in block
    file.write_text(REFERENCE + "x = (\n")
    assert watch.next_block("until this parses.").strip().splitlines()[1:] == [
        "toy.py does not parse: SyntaxError line 21: '(' was never closed",
        "",
        "  21 | x = (",
        "     |     ^",
        "",
        "The verdicts are those of before: they are kept until this parses.",
    ]
    file.unlink()
    watch.next_block("toy.py is not there.")
    file.write_text(REFERENCE)
    assert "4 of 4 visible checks pass" in watch.next_block()
    code, complaints = watch.end()
    assert (code, complaints) == (0, "")
    assert "\x1b" not in watch.text
    assert "passed" in nnlearn("list", "toy", cwd=workspace).stdout


def test_checks_are_rehearsed_before_a_save_and_say_nothing_then(lines, workspace):
    times = workspace / "times"
    checks = workspace / "exercises" / "toy" / "test_toy.py"
    begins = f'    print("the check begins")\n    print("x", file=open({str(times)!r}, "a"))\n    '
    checks.write_text(
        checks.read_text().replace("    p = learner.softmax(", f"{begins}p = learner.softmax(", 1)
    )
    watch = lines("watch", "toy", cwd=workspace)
    assert watch.next_block().count("the check begins") == 1
    assert comes_true(lambda: times.read_text().count("x") > 1)
    (workspace / "exercises" / "toy" / "toy.py").write_text(REFERENCE)
    assert watch.next_block().count("the check begins") == 1


def test_interrupted_it_ends_with_2(lines, workspace):
    watch = lines("watch", "toy", cwd=workspace)
    watch.next_block("Watching toy.py")
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(PATIENCE_S) == 2
    assert watch.process.stderr.read() == ""


def test_without_forks_a_process_reloads_the_file_and_is_replaced_when_it_hangs(lines, workspace):
    file = workspace / "exercises" / "toy" / "toy.py"
    file.write_text(WRONG_SCALE)
    watch = lines("watch", "toy", "--poll", cwd=workspace, program=WITHOUT_FORKS)
    block = watch.next_block()
    assert "    Scale: the output should be three times the input" in block
    assert "Scale                    failed         0 of 1 checks\n    | here\n" in block
    file.write_text(REFERENCE)  # nothing of the old module is left
    block = watch.next_block()
    assert "4 of 4 visible checks pass" in block
    assert "| here" not in block
    file.write_text(ENDLESS)
    block = watch.next_block()
    assert "softmax                  timed out" in block
    assert "Line       toy.py:7 in softmax: while True: time.sleep(0.1)" in block
    assert "Scale                    passed" in block
    file.write_text(EXITS)
    block = watch.next_block()
    assert "your code ended the process, as os._exit(3) does" in block
    code, complaints = watch.end()
    assert (code, complaints) == (1, "")


def test_checks_that_run_operations_when_they_are_collected_do_not_hang_it(lines, workspace):
    """TensorFlow hangs in forks of a process that has run it, so that one must not fork."""
    folder = workspace / "exercises" / "toy"
    checks = folder / "test_toy.py"
    checks.write_text(checks.read_text() + "\nimport keras\n\nONES = keras.ops.ones((2, 2)) + 1\n")
    watch = lines("watch", "toy", cwd=workspace)
    watch.next_block()
    (folder / "toy.py").write_text(REFERENCE)
    assert "4 of 4 visible checks pass" in watch.next_block()
    assert watch.end() == (0, "")
