"""The watch stays with the learner: what is on the screen after a save, on a real terminal.

The tests share one watch and follow each other, as its saves and keys do.
"""

import json
import os
import re
import sys

import pexpect
import pytest
from patience import PATIENCE_S
from toy_course import IMPORTS, PREDICTIONS, REFERENCE, SCALE, SOFTMAX, nnlearn
from watched import Terminal

KEYS = "h hint  n next  p back  ←→ topic  l list  r reset  o lesson  q quit"
OPEN_SOFTMAX = "def softmax(logits, axis=-1):\n    raise NotImplementedError\n"
OPEN_PREDICTIONS = 'PREDICTIONS = {"sum": None}\n'
WRONG_SCALE = SCALE.replace("x * self.factor", "print('x is', x.shape) or x + self.factor")
HELPED_SCALE = "def kept(factor):\n    return factor\n\n\n" + SCALE.replace("= factor", "= kept(factor)")


def whole(softmax=OPEN_SOFTMAX, scale=SCALE, predictions=OPEN_PREDICTIONS):
    return "\n\n".join((IMPORTS, softmax, scale, predictions))


@pytest.fixture(scope="module")
def watch(shared_workspace):
    terminal = Terminal("watch", "toy", cwd=shared_workspace, width=80, height=24)
    yield terminal
    terminal.kill()


@pytest.fixture(scope="module")
def folder(shared_workspace):
    return shared_workspace / "exercises"


def shown(watch):
    """The screen without what differs from run to run, and without the empty lines above the keys."""
    text = re.sub(r"saved \d\d:\d\d:\d\d", "saved", watch.text)
    return re.sub(r", checked in \d+\.\d\d s", "", re.sub(r"\n\n+(?=h hint)", "\n", text))


def verdicts(workspace, topic):
    parts = json.loads((workspace / ".nnlearn" / "progress.json").read_text())["topics"][topic]
    return {name: part["verdict"] for name, part in parts.items()}


def with_code(notebook, **cells):
    """A notebook with other code in the cells of some parts."""
    document = json.loads(notebook.read_text())
    for cell in document["cells"]:
        if (part := cell.get("id", "").removeprefix("part-")) in cells:
            cell["source"] = cells[part]
    return document


def test_the_part_that_was_changed_is_shown_and_what_it_printed_stands_under_it(watch, folder):
    watch.wait_for("softmax: not written yet", "> softmax")
    (folder / "toy" / "toy.py").write_text(whole(scale=WRONG_SCALE))
    watch.wait_for("> Scale        failed", "toy.py, saved", "checked in", "| x is")
    above, _, message = shown(watch).partition("Scale: ")
    assert above == (
        "toy: A toy                                                          topic 1 of 2\n"
        "toy.py, saved\n"
        "\n"
        "  softmax      not written    20 min, medium\n"
        "> Scale        failed         0 of 1 checks, printed:\n"
        "    | x is (2, 5)\n"
        "  predictions  not written    5 min, easy\n"
        "\n"
        "[--------------------] 0 of 3 parts pass, 0 of 6 in the course\n"
        "\n"
    )
    assert message.startswith("the output should be three times the input")
    assert message.endswith(KEYS)


def test_a_syntax_error_is_all_there_is_to_read_and_the_verdicts_stand(watch, folder, shared_workspace):
    before = verdicts(shared_workspace, "toy")
    (folder / "toy" / "toy.py").write_text(whole(softmax=SOFTMAX, scale=SCALE + "    def broken(:\n"))
    watch.wait_for("does not parse", "toy.py, saved")
    assert shown(watch) == (
        "toy: A toy                                                          topic 1 of 2\n"
        "toy.py, saved\n"
        "\n"
        "  softmax      not written    20 min, medium\n"
        "> Scale        failed         0 of 1 checks\n"
        "  predictions  not written    5 min, easy\n"
        "\n"
        "[--------------------] 0 of 3 parts pass, 0 of 6 in the course\n"
        "\n"
        "toy.py does not parse: SyntaxError line 18: invalid syntax\n"
        "\n"
        "  18 |     def broken(:\n"
        "     |                ^\n"
        "\n"
        f"The verdicts are those of before: they are kept until this parses.\n{KEYS}"
    )
    assert verdicts(shared_workspace, "toy") == before == {
        "softmax": "not_written", "Scale": "failed", "predictions": "not_written"
    }  # fmt: skip
    (folder / "toy" / "toy.py").write_text(whole())
    watch.wait_for("  Scale        passed", "> softmax      not written", without=["does not parse"])


def test_a_part_that_breaks_is_shown_until_it_is_mended(watch, folder):
    file = folder / "toy" / "toy.py"
    file.write_text(whole(scale=HELPED_SCALE))
    watch.wait_for("  Scale        passed", "> softmax", "saved")
    file.write_text(whole(scale=HELPED_SCALE.replace("return factor", "return factor + 1")))
    watch.wait_for("> Scale        failed", "Scale: the output should be three times the input")
    file.write_text(whole(scale=HELPED_SCALE))
    watch.wait_for("  Scale        passed", "> softmax      not written")


def test_a_part_that_was_gone_to_stays_until_another_is_changed(watch, folder):
    watch.press("n")
    watch.wait_for("> Scale        passed", "Scale passes.")
    file = folder / "toy" / "toy.py"
    file.write_text(whole(scale=HELPED_SCALE) + "\n# nothing else\nprint('loading')\n")
    watch.wait_for("toy.py, saved", "    | loading", "> Scale        passed", "Scale passes.")
    assert shown(watch).splitlines()[1:3] == ["toy.py, saved, printed:", "    | loading"]
    file.write_text(whole(scale=HELPED_SCALE, predictions=PREDICTIONS))
    watch.wait_for("  predictions  passed", "> softmax      not written", without=["loading"])


def test_it_follows_a_save_in_another_topic(watch, folder):
    (folder / "second" / "second.py").write_text(whole(scale=WRONG_SCALE))
    watch.wait_for("second: Another toy", "topic 2 of 2", "second.py, saved", "> Scale        failed")
    watch.press("\x1b[D")
    watch.wait_for("toy: A toy", "> softmax      not written    20 min, medium", "toy.py, saved")


def test_it_follows_a_notebook_whose_code_was_changed_and_none_that_jupyter_saves(watch, folder):
    notebook = folder / "second" / "second.ipynb"
    document = json.loads(notebook.read_text())
    document["metadata"]["opened"] = True
    notebook.write_text(json.dumps(document))
    file = folder / "toy" / "toy.py"
    file.write_text(whole(scale=WRONG_SCALE, predictions=PREDICTIONS))
    watch.wait_for("> Scale        failed", "toy.py, saved")
    assert b"second.ipynb" not in watch.raw
    notebook.write_text(json.dumps(with_code(notebook, Scale=SCALE)))
    watch.wait_for("second.ipynb, saved", "  Scale        passed")


def test_a_cell_that_does_not_parse_keeps_the_verdict_of_its_part(watch, folder):
    notebook = folder / "second" / "second.ipynb"
    broken = "class Scale(:\n    pass\n"
    notebook.write_text(json.dumps(with_code(notebook, Scale=broken, softmax=SOFTMAX)))
    watch.wait_for("does not parse", "  softmax      passed", "  Scale        passed")
    lines = shown(watch).splitlines()
    place = next(i for i, line in enumerate(lines) if "does not parse" in line)
    assert re.fullmatch(r"cell \d+ does not parse: SyntaxError line 1: invalid syntax", lines[place])
    assert lines[place + 1 :] == [
        "",
        "  1 | class Scale(:",
        "    |             ^",
        "",
        "The verdict of Scale is the one of before: it is kept until this parses.",
        KEYS,
    ]
    notebook.write_text(json.dumps(with_code(notebook, Scale=SCALE)))
    watch.wait_for("> predictions  not written", without=["does not parse"])


def test_a_breakpoint_is_passed_with_the_command_that_stops_at_it(watch, folder, shared_workspace):
    stopping = SOFTMAX.replace("    z = ops", "    breakpoint()\n    z = ops")
    (folder / "toy" / "toy.py").write_text(whole(softmax=stopping, predictions=PREDICTIONS))
    watch.wait_for("All visible checks of A toy pass.", "Note: toy.py:6: breakpoint() stops nothing here.")
    command = next(line.strip() for line in watch.text.splitlines() if line.startswith("  pytest "))
    assert command == "pytest exercises/toy -k rows_add_up_to_one"
    env = {**os.environ, "TERM": "dumb"}
    arguments = ["-m", *command.split()]
    debugged = pexpect.spawn(
        sys.executable, arguments, cwd=str(shared_workspace), env=env, timeout=PATIENCE_S
    )
    debugged.expect_exact("(Pdb)")
    debugged.close(force=True)


def test_at_the_end_of_a_topic_it_says_what_comes_next(watch, folder):
    (folder / "toy" / "toy.py").write_text(REFERENCE)
    watch.wait_for("All visible checks", "toy.py, saved", "checked in", without=["Note"])
    assert shown(watch) == (
        "toy: A toy                                                          topic 1 of 2\n"
        "toy.py, saved\n"
        "\n"
        "  softmax      passed         1 of 1 checks\n"
        "  Scale        passed         1 of 1 checks\n"
        "  predictions  passed         2 of 2 checks\n"
        "\n"
        "[####################] 3 of 3 parts pass, 5 of 6 in the course\n"
        "\n"
        "All visible checks of A toy pass. 2 more run when it is graded.\n"
        "\n"
        "Next: press n for second, Another toy.\n"
        f"Its lesson is there with o.\n{KEYS}"
    )
    watch.press("n")
    watch.wait_for("second: Another toy", "> predictions  not written")


def test_at_the_end_of_the_last_topic_that_was_the_course(watch, folder):
    (folder / "second" / "second.py").write_text(REFERENCE)
    watch.wait_for("All visible checks of Another toy pass.", "second.py, saved", "checked in")
    assert shown(watch) == (
        "second: Another toy                                                 topic 2 of 2\n"
        "second.py, saved\n"
        "\n"
        "  softmax      passed         1 of 1 checks\n"
        "  Scale        passed         1 of 1 checks\n"
        "  predictions  passed         2 of 2 checks\n"
        "\n"
        "[####################] 3 of 3 parts pass, 6 of 6 in the course\n"
        "\n"
        "All visible checks of Another toy pass. 2 more run when it is graded.\n"
        "\n"
        f"Every part of every topic passes. That was the course.\n{KEYS}"
    )
    (folder / "toy" / "toy.py").write_text(whole(predictions=PREDICTIONS))
    watch.wait_for("toy: A toy", "> softmax      not written")
    watch.press("\x1b[C")
    watch.wait_for("All visible checks of Another toy pass.", "Next: press n for toy, A toy.")
    assert "That was the course" not in watch.text


def test_who_learns_alone_is_told_at_the_end_of_a_topic_what_there_is_besides(miniature, tmp_path, terminal):
    """Where hidden checks and solutions are installed, in the words of `nnlearn check`."""
    work = tmp_path / "alone"
    assert nnlearn("init", work, "--content", miniature).returncode == 0
    (work / "exercises" / "toy" / "toy.py").write_text(REFERENCE)
    watch = terminal("watch", "toy", cwd=work, width=80, height=24)
    watch.wait_for("Hidden checks:", "That was the course.")
    lines = watch.text.splitlines()
    place = lines.index("All visible checks of A toy pass. 2 more run when it is graded.")
    assert lines[place + 1 : place + 5] == [
        "Hidden checks: nnlearn check --all toy",
        "Other ways to write softmax: nnlearn solution softmax",
        "",
        "Every part of every topic passes. That was the course.",
    ]
