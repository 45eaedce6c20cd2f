"""From the built wheel to the first green check, by nothing but commands that the screen names."""

import os
import re
import subprocess
import sys

RELU = 'raise NotImplementedError("relu: not written yet")'
SOLUTION = "x = as_floating(x)\n    return ops.where(x > 0, x, ops.zeros_like(x))"


class Newcomer:
    """Types only what the screen has named."""

    def __init__(self, installed, home):
        self.folder = home
        self.seen = "nnlearn\n"  # what the page about installing ends with
        self._environment = {"PYTHONPATH": str(installed), "HOME": str(home), "PATH": os.defpath}

    def types(self, command):
        assert re.search(rf"(?<![\w-]){re.escape(command)}(?![\w-])", self.seen), f"{command!r} is not named"
        word, *arguments = command.split()
        if word == "cd":
            self.folder = self.folder / arguments[0]
            return 0, ""
        module = {"nnlearn": "nnlearn", "pytest": "pytest"}[word]
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.stderr == ""
        self.seen += done.stdout
        return done.returncode, done.stdout


def test_from_the_wheel_to_the_first_green_check(installed, tmp_path):
    me = Newcomer(installed, tmp_path)
    me.types("nnlearn")
    me.types("nnlearn init")
    me.types("cd nnlearn-exercises")
    code, lesson = me.types("nnlearn lesson activations")
    assert (code, lesson.startswith("# Activation functions")) == (0, True)
    code, found = me.types("nnlearn check activations")
    assert code == 1
    name = re.search(r"Write (\w+), at (\S+):(\d+)\.", found)
    assert name[1] == "relu"
    file = me.folder / "exercises" / "activations" / name[2]
    assert file.read_text().splitlines()[int(name[3]) - 1].startswith("def relu(")

    code, hint = me.types("nnlearn hint relu")
    assert (code, hint.startswith("relu, hint 1 of 3")) == (0, True)
    file.write_text(file.read_text().replace(RELU, SOLUTION))
    code, found = me.types("nnlearn check activations")
    assert found.startswith("relu                     passed         4 of 4 pass\n")
    assert "Write leaky_relu, at activations.py:" in found

    (me.folder / "exercises" / "activations" / "README.md").unlink()
    code, brought = me.types("nnlearn init")
    assert "kept      exercises/activations/activations.py, as you changed it" in brought
    assert "restored  exercises/activations/README.md" in brought
    assert SOLUTION in file.read_text()


def test_plain_pytest_in_the_workspace_of_an_installation(installed, tmp_path):
    me = Newcomer(installed, tmp_path)
    me.types("nnlearn")
    me.types("nnlearn init")
    me.types("cd nnlearn-exercises")
    me.seen += (me.folder / "README.md").read_text()
    code, found = me.types("pytest exercises/activations")
    assert code == 1
    assert "activations  7 of 7 parts, the first is relu at activations.py:" in found
    assert "Traceback" not in found
