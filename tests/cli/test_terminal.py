"""On a terminal, and with streams of every kind."""

import os
import subprocess
import sys

import pytest

from nnlearn.workspace.progress import Progress

pexpect = pytest.importorskip("pexpect", reason="drives a pseudo-terminal")
needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")


def on_terminal(*arguments, cwd, **environment):
    """`nnlearn` on a pseudo-terminal."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "CI")}
    return pexpect.spawn(
        sys.executable,
        ["-m", "nnlearn", *arguments],
        cwd=str(cwd),
        env={**inherited, "TERM": "xterm-256color", "PAGER": "cat", **environment},
        dimensions=(40, 100),
        encoding="utf-8",
        timeout=240,
    )


def screen(*arguments, cwd, **environment):
    """All that a command shows on a terminal."""
    child = on_terminal(*arguments, cwd=cwd, **environment)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    return child.before.replace("\r\n", "\n")


def run(*arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "nnlearn", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=240,
    )


@needs_terminal
def test_colours_are_there_on_a_terminal_and_never_with_no_color(learn):
    Progress(learn).record("toy", {"softmax": "passed"})
    assert "\x1b[32mpassed\x1b[0m" in screen("list", cwd=learn)
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = screen("list", cwd=learn, **environment)
        assert "\x1b" not in plain
        assert "softmax      3 points  20 min, medium  passed" in plain


@needs_terminal
def test_no_command_colours_anything_with_no_color(learn):
    for line in ("hint softmax", "progress", "reset softmax", "doctor", "init", "solution --help"):
        assert "\x1b" not in screen(*line.split(), cwd=learn, NO_COLOR="1"), line


@needs_terminal
def test_a_lesson_is_laid_out_for_the_terminal(learn):
    lesson = learn / "exercises" / "toy" / "README.md"
    lesson.write_text(
        lesson.read_text() + "\n$$\\hat{y} = \\frac{1}{n} \\sum_i x_i$$\n\nThe rate $r$.\n"
        "\n![A line.](figures/line.png)\n"
    )
    shown = screen("lesson", "toy", cwd=learn, NO_COLOR="1")
    assert "\x1b[3" not in shown
    assert "y\u0302 = 1/n Σ_i x_i" in shown
    assert "Figure: A line." in shown
    assert "exercises/toy/figures/line.png" in shown
    assert "$" not in shown
    assert "nnlearn lesson toy --browser" in shown


@needs_terminal
def test_alone_in_a_workspace_it_watches(learn):
    child = on_terminal(cwd=learn / "exercises")
    child.expect("quit")
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@needs_terminal
def test_breakpoints_work_in_plain_pytest_and_in_nnlearn_check(learn):
    file = learn / "exercises" / "toy" / "toy.py"
    stub = 'raise NotImplementedError("softmax: not written yet")'
    file.write_text(
        file.read_text().replace(stub, 'print("seen by print")\n    breakpoint()\n    return logits')
    )
    node = "exercises/toy/test_toy.py::test_rows_add_up_to_one"
    arguments = ["-m", "pytest", node]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONBREAKPOINT": ""}
    child = pexpect.spawn(
        sys.executable, arguments, cwd=str(learn), env=environment, encoding="utf-8", timeout=240
    )
    debug(child)
    child.expect("1 failed")
    child.close()

    child = on_terminal("check", "softmax", cwd=learn, NO_COLOR="1")
    child.expect("seen by print")
    debug(child)
    child.expect("0 of 1 visible checks pass")
    child.expect(pexpect.EOF)


def debug(child):
    """Look at an argument of the learner's function, and go on."""
    child.expect(r"return logits")
    child.expect(r"\(Pdb\) ")
    child.sendline("p logits.shape")
    child.expect(r"\(4, 3\)")
    child.expect(r"\(Pdb\) ")
    child.sendline("c")


def test_an_encoding_without_the_characters_ends_nothing(learn):
    lesson = learn / "exercises" / "toy" / "README.md"
    lesson.write_text(lesson.read_text(encoding="utf-8") + "\n\u03b1 ≠ \u03b2\n", encoding="utf-8")
    done = run("lesson", "toy", cwd=learn, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"? ? ?" in done.stdout


def test_a_reader_that_has_read_enough_ends_nothing(learn):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "nnlearn", "list"],
        cwd=learn,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=240,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
