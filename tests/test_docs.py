"""What README and docs/learners.md show as printed is what the commands print, to the letter."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from watched import Terminal

ROOT = Path(__file__).parents[1]
STUB = 'raise NotImplementedError("relu: not written yet")'
RIGHT = "x = as_floating(x)\n    return ops.where(x > 0, x, 0.0)"
ABSOLUTE = "x = as_floating(x)\n    return ops.where(x > 0, x, -x)"
ANOTHER = ROOT / "solutions" / "activations" / "alternatives" / "one_from_another.py"


def shown(page, command):
    """What a page shows below a command that is typed in the workspace."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", (ROOT / page).read_text(), re.M | re.S)
    found = [
        typed.partition("\n")[2].strip("\n")
        for block in blocks
        for typed in re.split(r"^~/nn \$ ", block, flags=re.M)[1:]
        if typed.startswith(f"{command}\n")
    ]
    assert len(found) == 1, f"{page} shows `{command}` {len(found)} times"
    return found[0]


@pytest.fixture
def nn(tmp_path):
    """A new workspace."""
    prints(tmp_path, "nnlearn init nn")
    return tmp_path / "nn"


@pytest.fixture
def file(nn):
    """The exercise in it."""
    return nn / "exercises" / "activations" / "activations.py"


def prints(folder, command):
    module, *arguments = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "80", "NNLEARN_CONTENT": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip("\n")


def test_the_list_of_a_topic(nn):
    command = "nnlearn list activations"
    assert prints(nn, command) == shown("docs/learners.md", command)


def test_a_question(nn):
    command = "nnlearn ask 14"
    assert prints(nn, command) == shown("docs/learners.md", command)


def test_the_steps_one_by_one(nn, file):
    file.write_text(file.read_text().replace(STUB, RIGHT))
    for command in ("nnlearn check activations", "nnlearn hint leaky_relu", "nnlearn progress"):
        assert prints(nn, command) == shown("docs/learners.md", command)


def screens():
    """The screens of the watch: their rows, but for the one that says when the file was saved."""
    page = (ROOT / "docs/learners.md").read_text()
    blocks = re.findall(r"^```\n(activations: .*? topic 2 of \d+\n.*?)^```$", page, re.M | re.S)
    return [[row for row in block.splitlines() if row and ", saved " not in row] for block in blocks]


def test_the_screens_of_the_watch(nn, file):
    stub = file.read_text()
    found, failing, passing = screens()
    terminal = Terminal("watch", "activations", cwd=nn, width=80, height=34)
    try:
        terminal.wait_for(*found)
        file.write_text(stub.replace(STUB, ABSOLUTE))
        terminal.wait_for(*failing)
        file.write_text(stub.replace(STUB, RIGHT))
        terminal.wait_for(*passing)
    finally:
        terminal.kill()


def test_what_pytest_finds_and_says(nn, file):
    command = "pytest exercises/activations -k relu --collect-only -q"
    assert prints(nn, command).startswith(shown("docs/learners.md", command))
    file.write_text(file.read_text().replace(STUB, ABSOLUTE))
    command = "pytest exercises/activations -k relu_passes"
    for _ in range(2):
        prints(nn, "nnlearn hint relu")
    printed = prints(nn, command)
    assert shown("docs/learners.md", command) in printed
    assert "Captured" not in printed  # what TensorFlow has to say


def test_the_first_screen_of_the_readme(nn, file):
    """A relu that is wrong at 0 alone, and everything else right."""
    others = ANOTHER.read_text().replace("def relu(", "def other_relu(")
    file.write_text(file.read_text().replace(STUB, RIGHT.replace(">", ">=")) + others)
    first, last = shown("README.md", "nnlearn check").split("...\n")
    printed = prints(nn, "nnlearn check")
    assert printed[: len(first)] == first
    assert printed[-len(last) :] == last
