"""The watch on a real terminal: one session that a learner might have.

The tests share one watch and follow each other, as its saves and keys do.
"""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from patience import PATIENCE_S, survivors
from toy_course import REFERENCE
from watched import Terminal

COLUMN_SUM = REFERENCE.replace("(e, axis=axis", "(e, axis=0").replace(
    "ops.exp(z - ops.max(z, axis=axis, keepdims=True))", "ops.exp(z)"
)
KEYS = "h hint  n next  p back  ←→ topic  l list  r reset  o lesson  q quit"


@pytest.fixture(scope="module")
def watch(shared_workspace):
    terminal = Terminal("watch", "toy", cwd=shared_workspace)
    yield terminal
    terminal.kill()


@pytest.fixture(scope="module")
def file(shared_workspace):
    return shared_workspace / "exercises" / "toy" / "toy.py"


def rows(watch):
    return watch.text.splitlines()


def test_it_shows_the_topic_its_parts_and_the_keys_before_keras_is_there(watch):
    watch.wait_for("toy: A toy", "topic 1 of 2", KEYS, "starting Keras")
    assert "softmax      not checked" in watch.text


def test_the_untouched_stub_is_not_written_yet(watch):
    watch.wait_for("softmax: not written yet", "as it was found")
    assert "> softmax      not written    20 min, medium" in watch.text
    assert "  Scale        not written    10 min, easy" in watch.text
    assert "  predictions  not written    5 min, easy" in watch.text
    assert "[--------------------] 0 of 3 parts pass, 0 of 6 in the course" in watch.text


def test_a_save_shows_the_first_failure_with_its_diagnosis(watch, file):
    file.write_text(COLUMN_SUM)
    watch.wait_for("softmax: each row should add up to 1, but row 0 adds up to", "checked in")
    assert "> softmax      failed         0 of 1 checks" in watch.text
    assert "  Scale        passed         1 of 1 checks" in watch.text
    assert "Noticed    Every column adds up to 1 instead of every row" in watch.text
    assert "press h for a hint (0 of 3 used)" in watch.text
    assert "Where      toy.py:5" in watch.text


def test_hints_come_one_after_the_other_and_are_remembered(watch, shared_workspace):
    watch.press("h")
    watch.wait_for("Hint 1 of 3 for softmax: What do the rows add up to?", "(1 of 3 used)")
    watch.press("h")
    watch.wait_for("Hint 2 of 3 for softmax: Divide by the sum of the row.", "(2 of 3 used)")
    progress = json.loads((shared_workspace / ".nnlearn" / "progress.json").read_text())
    assert progress["topics"]["toy"]["softmax"] == {"verdict": "failed", "hints": 2}


def test_an_editor_that_saves_by_renaming_is_noticed(watch, file):
    new = file.with_name(".toy.py.swp")
    new.write_text(REFERENCE.replace("x * self.factor", "x + self.factor"))
    new.replace(file)
    watch.wait_for("Scale: the output should be three times the input", "> Scale        failed")
    assert "softmax      passed" in watch.text
    assert "Hint" not in watch.text


def test_a_deleted_file_is_waited_for(watch, file):
    file.unlink()
    watch.wait_for("toy.py is not there. It is checked again as soon as it is back.", "toy.py, missing")
    file.write_text(REFERENCE)
    watch.wait_for("All visible checks of A toy pass. 2 more run when it is graded.", without=["missing"])
    assert "[####################] 3 of 3 parts pass, 3 of 6 in the course" in watch.text
    assert "Next: press n for second, Another toy." in watch.text


def test_an_endless_loop_costs_its_own_part_only_and_what_it_printed_is_shown(watch, file):
    loop = "    print('round and', 'round')\n    import time\n    while True: time.sleep(0.1)\n"
    file.write_text(REFERENCE.replace("    z = ops", loop + "    z = ops"))
    watch.wait_for("softmax: it took too long: one call may take 3 s", "Scale        passed")
    watch.wait_for("Line       toy.py:8 in softmax: while True: time.sleep(0.1)")
    place = rows(watch).index("> softmax      timed out      0 of 1 checks, printed:")
    assert rows(watch)[place + 1] == "    | round and round"


def test_code_that_ends_the_process_ends_its_own_only(watch, file):
    file.write_text(REFERENCE.replace("    z = ops", "    import os; os.abort()\n    z = ops"))
    watch.wait_for("SIGABRT ended it: a fault in compiled code", "Scale        passed")
    file.write_text(REFERENCE.replace("    z = ops", "    import os; os._exit(0)\n    z = ops"))
    watch.wait_for("your code ended the process, as os._exit(0) does", "Scale        passed")


def test_the_next_save_does_not_wait_for_a_run_that_hangs(watch, file):
    file.write_text(REFERENCE + "\nimport time\ntime.sleep(1000)\n")
    watch.wait_for("running toy.py, 2 s")
    file.write_text(REFERENCE)
    watch.wait_for("All visible checks of A toy pass.")


def test_pages_lie_over_the_board_until_they_are_closed(watch):
    watch.press("o")
    watch.wait_for("To test the tools with.", "q back")
    watch.press("q")
    watch.wait_for(KEYS, "softmax")
    watch.press("l")
    watch.wait_for(
        "Topics", "> toy     3 of 3 parts pass  about 35 min  A toy", "  second  0 of 3 parts pass"
    )
    watch.press("\x1b")
    watch.wait_for(KEYS)


def test_a_reset_asks_first_and_keeps_what_was_written(watch, file, shared_workspace):
    file.write_text(COLUMN_SUM)
    watch.wait_for("> softmax      failed")
    watch.press("r")
    watch.wait_for("Press r again to put softmax back to how it was.")
    watch.press("h")
    watch.wait_for("Hint 3 of 3", without=["Press r again"])
    assert file.read_text() == COLUMN_SUM
    watch.press("r")
    watch.press("r")
    watch.wait_for("softmax is as it was. What you had written:", "> softmax      not written")
    backups = list((shared_workspace / ".nnlearn" / "backups").rglob("toy.py"))
    assert [backup.read_text() for backup in backups] == [COLUMN_SUM]
    assert "Scale        passed" in watch.text


def test_it_fits_the_terminal_whatever_its_size(watch, file):
    file.write_text(COLUMN_SUM)
    watch.wait_for("Noticed", "toy.py:5")
    at_60 = KEYS.replace("r reset  ", "")
    for width, height, keys in ((60, 12, at_60), (25, 6, "h hint  n next  q quit"), (140, 50, KEYS)):
        watch.resize(width, height)
        watch.wait_for("> softmax", keys)
        assert rows(watch)[0].startswith("toy: A toy")
        assert len(rows(watch)) == height
        assert rows(watch)[-1] == keys
    watch.resize(60, 12)
    watch.wait_for("more lines: press m")
    watch.press("m")
    watch.wait_for("Hint 3 of 3", "more lines", "q back")
    watch.press(" ")
    watch.wait_for("A toy", "Noticed", "Where      toy.py:5")
    watch.press(" ")
    watch.wait_for("The checks of softmax:", "failed       Each row", "the end")
    watch.press("q")
    watch.resize(90, 30)
    watch.wait_for("Noticed", KEYS)


def test_stopped_it_leaves_the_terminal_and_continued_it_is_back(watch, file):
    process = psutil.Process(watch.process.pid)
    watch.press("\x1a")  # Ctrl-Z
    deadline = time.monotonic() + PATIENCE_S
    while process.status() != psutil.STATUS_STOPPED:
        watch.read()
        assert time.monotonic() < deadline
    watch.read()
    assert watch.is_restored
    file.write_text(REFERENCE)
    os.kill(watch.process.pid, signal.SIGCONT)
    watch.wait_for("All visible checks of A toy pass.")
    assert not watch.is_restored


def test_a_notebook_takes_the_place_of_the_file_that_is_gone(watch, file):
    notebook = file.with_suffix(".ipynb")
    document = json.loads(notebook.read_text())
    for cell in document["cells"]:
        if cell.get("id") == "part-softmax":
            cell["source"] = COLUMN_SUM[COLUMN_SUM.index("def softmax") : COLUMN_SUM.index("class Scale")]
    file.unlink()
    notebook.write_text(json.dumps(document))
    watch.wait_for("toy.ipynb", "softmax: each row should add up to 1", "Scale        not written")
    assert "Where      cell" in watch.text


def test_keys_go_back_and_forth_through_parts_and_topics(watch):
    for key, part in (("n", "Scale"), ("n", "predictions"), ("p", "Scale"), ("\x1b[B", "predictions")):
        watch.press(key)
        watch.wait_for(f"> {part}", f"{part}: " if part == "Scale" else 'PREDICTIONS["sum"] is not filled in')
    watch.press("n")
    watch.wait_for("second: Another toy", "topic 2 of 2", "> softmax      not written", "second.py")
    watch.press("\x1b[D")
    watch.wait_for("toy: A toy", "topic 1 of 2", "toy.ipynb, saved", "> predictions")
    watch.press("\x1b[D")
    watch.wait_for("That was the first topic: l lists them all.")
    watch.press("\x1b[C")
    watch.wait_for("second: Another toy", without=["That was"])


def test_q_leaves_the_terminal_as_it_was_and_ends_with_0(watch):
    warm = psutil.Process(watch.process.pid).children(recursive=True)
    assert warm
    watch.press("q")
    assert watch.end() == 0
    assert watch.is_restored
    shown = watch.raw.decode()
    place = shown.find("Traceback")
    assert place < 0, shown[place - 1000 : place + 2000]
    assert survivors(warm) == []


def test_the_import_of_keras_stays_out_of_the_process_at_the_terminal():
    program = (
        "import sys\n"
        "from nnlearn.watch import checker, loop, plain, screen\n"
        "import nnlearn.cli.watch\n"
        "slow = {'keras', 'tensorflow', 'matplotlib', 'numpy'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
