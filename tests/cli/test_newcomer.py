"""From the first line of the page for learners to a finished topic, by nothing but what the screen names.

In a terminal of 80 by 24, in an environment that holds the wheel and nothing else of this project.
"""

import ast
import os
import re
import shutil
import sys
from difflib import ndiff
from pathlib import Path

import pytest
from installation import Environment

from nnlearn.catalogue import load_catalogue

pytest.importorskip("pexpect", reason="drives a pseudo-terminal")
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals"),
    pytest.mark.skipif(shutil.which("less", path=os.defpath) is None, reason="lessons are read with less"),
]

CLONE = Path(__file__).parents[2]
WRONG = """\
def affine(x, kernel, bias=None):
    x, kernel = as_floating(x), as_floating(kernel)
    if len(x.shape) == 0 or len(kernel.shape) != 2 or x.shape[-1] != kernel.shape[0]:
        raise ValueError("x and kernel do not fit")
    return ops.matmul(x, kernel) + (0 if bias is None else as_floating(bias))"""

MADE = """\
  exercises/neurons/    a topic; the others are folders like it:
    README.md           its lesson
    neurons.py          what you fill in, in an editor
    neurons.ipynb       lesson and exercise in one: fill in this or the other
    test_neurons.py     the checks, which pytest runs too
    figures/            the pictures of the lesson
  README.md             these words, and the commands
  pytest.ini, .vscode/  so that pytest and VS Code find the checks
  .nnlearn/             what you have done, backups, and what nnlearn reads

Next:
  cd nn
  nnlearn lesson neurons        read the first lesson
  nnlearn check neurons         check your work
  nnlearn                       check your work each time you save
newcomer $"""

READ = """\
With its figures and all of its code: nnlearn lesson neurons --browser
Next: nnlearn check neurons
newcomer $"""

CHECKED = """\
newcomer $ nnlearn check neurons
affine                   not written    0 of 11 pass
Affine                   not written    0 of 10 pass
boundary                 not written    0 of 9 pass
collapse_linear          not written    0 of 8 pass
count_params             not written    0 of 7 pass
through_points           not written    0 of 9 pass
predictions              not written    0 of 8 pass
0 of 62 visible checks pass; 25 more run when graded
Write affine, at neurons.py:39.
Next: nnlearn hint affine
newcomer $"""

FINISHED = """\
neurons: Neurons and layers                                        topic 1 of 19
neurons.py, saved hh:mm:ss, checked in s.ss s

  affine           passed         11 of 11 checks
  Affine           passed         10 of 10 checks
  boundary         passed         9 of 9 checks
  collapse_linear  passed         8 of 8 checks
  count_params     passed         7 of 7 checks
  through_points   passed         9 of 9 checks
  predictions      passed         8 of 8 checks

[####################] 7 of 7 parts pass, 7 of 129 in the course

All visible checks of Neurons and layers pass. 25 more run when it is graded.

Next: press n for activations, Activation functions.
Its lesson is there with o.






h hint  n next  p back  ←→ topic  l list  r reset  o lesson  q quit"""

LEFT = """\
newcomer $ nnlearn
newcomer $"""

PROGRESS = """\
newcomer $ nnlearn progress
neurons         [####################]  7 of 7 parts pass, first guesses 4 of 4
activations     [--------------------]  0 of 7 parts pass
losses          [--------------------]  0 of 7 parts pass
autodiff        [--------------------]  0 of 6 parts pass
backprop        [--------------------]  0 of 7 parts pass
gradients       [--------------------]  0 of 7 parts pass
initialization  [--------------------]  0 of 7 parts pass
optimizers      [--------------------]  0 of 7 parts pass
schedules       [--------------------]  0 of 6 parts pass
scaling         [--------------------]  0 of 8 parts pass
batches         [--------------------]  0 of 8 parts pass
training_loop   [--------------------]  0 of 7 parts pass
regularization  [--------------------]  0 of 7 parts pass
dropout         [--------------------]  0 of 6 parts pass
normalization   [--------------------]  0 of 4 parts pass
convolution     [--------------------]  0 of 7 parts pass
depth           [--------------------]  0 of 6 parts pass
metrics         [--------------------]  0 of 7 parts pass
deployment      [--------------------]  0 of 8 parts pass

7 of 129 parts pass. The state is that of the last check.
Next: nnlearn lesson activations
newcomer $"""


class Newcomer:
    """Types and presses only what can be read, on the screen or by scrolling back."""

    def __init__(self, environment, home):
        from watched import Shell

        self._shell = Shell(cwd=home, environment=environment.variables(home))
        self._read = ""

    def reads(self, text):
        """Take in what stands somewhere else, as in a file that the screen names."""
        self._read += f"\n{text}"

    @property
    def screen(self):
        """What is on the screen, without what differs from one time to the next."""
        text = re.sub(r"saved \d\d:\d\d:\d\d", "saved hh:mm:ss", self._shell.text)
        return re.sub(r"in \d+\.\d\d s\b", "in s.ss s", text).rstrip()

    def finds(self, ending):
        """The screen ends as expected, line by line."""
        screen, wanted = self.screen.splitlines(), ending.splitlines()
        difference = [line for line in ndiff(wanted, screen[-len(wanted) :]) if line[0] in "-+"]
        assert not difference, "\n".join(("missing (-) or too much (+):", *difference, "on:", *screen))

    def types(self, command, *words):
        """Type a command; wait for its end, or for some words if it stays."""
        seen = f"{self._read}\n{self._shell.scrolled_back}\n{self._shell.text}"
        # Ended by what is no part of a command: else `nnlearn` would be named by `nnlearn hint`.
        named = rf"(?<![\w$-]){re.escape(command)}(?=  |\s*$|[`.,;)])"
        assert re.search(named, seen, re.MULTILINE), f"nothing has named `{command}` before:\n{self.screen}"
        self._shell.type(command)
        self._waits(words)

    def presses(self, key, *words):
        """Press a key that the screen names now."""
        screen = self._shell.text
        named = rf"(?:^|  |press |, ){re.escape(key)} \w"
        assert re.search(named, screen, re.MULTILINE), f"the screen does not name the key {key}:\n{screen}"
        self._shell.press(key)
        self._waits(words)

    def sees(self, *words):
        """Wait for some words on the screen of the watch, and for the end of the run."""
        self._shell.wait_for(*words, "checked in")

    def _waits(self, words):
        if words:
            self._shell.wait_for(*words)
        else:
            self._shell.wait_for_prompt()
        self.reads(self._shell.text)  # it will be gone, where a program has a screen of its own

    def leaves(self):
        self._shell.kill()


class Editor:
    """What a learner has open beside the terminal; it saves as a whole."""

    def __init__(self, file):
        self._file = file

    def replaces(self, old, new):
        text = self._file.read_text()
        assert text.count(old) == 1, f"{old!r} is not there once:\n{text}"
        saved = self._file.with_name("saved by the editor")
        saved.write_text(text.replace(old, new))
        saved.replace(self._file)

    def writes(self, part, definition):
        """In place of what is there."""
        self.replaces(definition_in(self._file.read_text(), part), definition)


@pytest.fixture
def me(tmp_path, folder_for_anybody, wheel):
    """Somebody with a wheel in an empty home."""
    shutil.copy(wheel, folder_for_anybody)
    newcomer = Newcomer(Environment(tmp_path / "environment"), folder_for_anybody)
    yield newcomer
    newcomer.leaves()


def first_commands():
    """What the page for learners says to type before it shows a first screen: to install, and to begin."""
    page = (CLONE / "docs" / "learners.md").read_text()
    beginning = page[: page.index("Made a workspace in")]
    install = re.search(r"^```\n(.*)\n```$", beginning, re.MULTILINE)[1]
    return install, re.search(r"^~ \$ (.*)$", beginning, re.MULTILINE)[1]


def definition_in(code, part):
    """The lines that define a part."""
    [node] = [node for node in ast.parse(code).body if getattr(node, "name", "") == part]
    return ast.get_source_segment(code, node)


def test_from_the_first_line_of_the_page_to_a_finished_topic(me, folder_for_anybody):
    topic = load_catalogue().topics[0]
    solution = topic.master.read_text()
    editor = Editor(folder_for_anybody / "nn" / "exercises" / "neurons" / "neurons.py")
    install, make = first_commands()
    me.reads(f"{install}\n{make}\n")
    me.types(install)
    assert "Successfully installed nnlearn-" in me.screen
    me.types(make)
    me.finds(MADE)
    me.types("cd nn")

    me.types("nnlearn lesson neurons", "Neurons and layers", "q leave")
    me.presses("q")
    me.finds(READ)
    me.types("nnlearn check neurons")
    me.finds(CHECKED)
    me.types("nnlearn hint affine")
    assert "affine, hint 1 of 3" in me.screen

    me.types(
        "nnlearn", "> affine           not written    10 min, easy", "affine: not written yet", "press h"
    )
    editor.writes("affine", WRONG)
    me.sees("> affine           failed", "Noticed", "The bias is added whatever its shape")
    me.presses("h", "Hint 2 of 3 for affine")
    editor.writes("affine", definition_in(solution, "affine"))
    me.sees("  affine           passed", "> Affine           not written")
    for part in topic.parts[1:-1]:
        editor.writes(part.name, definition_in(solution, part.name))
        me.sees(f"  {part.name:<15}  passed ")
    for question in topic.predictions:
        editor.replaces(f'"{question.key}": None', f'"{question.key}": {question.answer!r}')
    me.sees("All visible checks of Neurons and layers pass.")
    me.finds(FINISHED)

    me.presses("n", "activations: Activation functions", "> relu         not written")
    me.presses("o", "Draw a neural network on a napkin", "q back")
    me.presses("q", "> relu", "q quit")
    me.presses("q")
    me.finds(LEFT)
    me.reads((folder_for_anybody / "nn" / "README.md").read_text())
    me.types("nnlearn progress")
    me.finds(PROGRESS)
    me.types("nnlearn lesson activations", "Activation functions", "q leave")


def test_who_reads_no_page_finds_the_way_too_and_plain_pytest(me, folder_for_anybody):
    install, _ = first_commands()
    me.reads(f"{install}\nnnlearn\n")
    me.types(install)
    me.types("nnlearn")
    me.types("nnlearn init")
    me.finds(MADE.replace("cd nn\n", "cd nnlearn-exercises\n"))
    me.types("cd nnlearn-exercises")
    me.reads((folder_for_anybody / "nnlearn-exercises" / "README.md").read_text())
    me.types("pytest exercises/neurons")
    assert "neurons  7 of 7 parts, the first is affine at neurons.py:" in me.screen
    assert "Traceback" not in me.screen
