"""From the first line of the page for learners to a finished topic, by nothing but what the screen names.

In a terminal of 80 by 24, in an environment that holds the wheel and nothing else of this project.
"""

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
WRONG = "    x = as_floating(x)\n    return ops.where(x > 0, x, -x)\n"

MADE = """\
  exercises/activations/  a topic; the others are folders like it:
    README.md             its lesson
    activations.py        what you fill in, in an editor
    activations.ipynb     lesson and exercise in one: fill in this or the other
    test_activations.py   the checks, which pytest runs too
    figures/              the pictures of the lesson
  README.md               these words, and the commands
  pytest.ini, .vscode/    so that pytest and VS Code find the checks
  .nnlearn/               what you have done, backups, and what nnlearn reads

Next:
  cd nn
  nnlearn lesson activations    read the first lesson
  nnlearn check activations     check your work
  nnlearn                       check your work each time you save
newcomer $"""

READ = """\
With its figures and all of its code: nnlearn lesson activations --browser
Next: nnlearn check activations
newcomer $"""

CHECKED = """\
newcomer $ nnlearn check activations
relu                     not written    0 of 4 pass
leaky_relu               not written    0 of 5 pass
sigmoid                  not written    0 of 5 pass
gelu                     not written    0 of 5 pass
softmax                  not written    0 of 7 pass
log_softmax              not written    0 of 5 pass
predictions              not written    0 of 8 pass
0 of 39 visible checks pass; 23 more run when graded
Write relu, at activations.py:39.
Next: nnlearn hint relu
newcomer $"""

FINISHED = """\
activations: Activation functions                                   topic 1 of 5
activations.py, saved hh:mm:ss, checked in s.ss s

  relu         passed         4 of 4 checks
  leaky_relu   passed         5 of 5 checks
  sigmoid      passed         5 of 5 checks
  gelu         passed         5 of 5 checks
  softmax      passed         7 of 7 checks
  log_softmax  passed         5 of 5 checks
  predictions  passed         8 of 8 checks

[####################] 7 of 7 parts pass, 7 of 31 in the course

All visible checks of Activation functions pass. 23 more run when it is graded.

Next: press n for losses, Outputs and losses.
Its lesson is there with o.






h hint  n next  p back  ←→ topic  l list  r reset  o lesson  q quit"""

LEFT = """\
newcomer $ nnlearn
newcomer $"""

PROGRESS = """\
newcomer $ nnlearn progress
activations    [####################]  7 of 7 parts pass, first guesses 4 of 4
losses         [--------------------]  0 of 7 parts pass
dropout        [--------------------]  0 of 6 parts pass
normalization  [--------------------]  0 of 4 parts pass
training_loop  [--------------------]  0 of 7 parts pass

7 of 31 parts pass. The state is that of the last check.
Next: nnlearn lesson losses
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

    def writes(self, part, body):
        self.replaces(f'    raise NotImplementedError("{part}: not written yet")\n', body)


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


def solution_of(part):
    """The body that the reference has for a part."""
    master = (CLONE / "solutions" / "activations" / "activations.py").read_text()
    after = master.partition(f"def {part}(")[2]
    return re.search(r" *# BEGIN SOLUTION\n(.*?) *# END SOLUTION\n", after, re.DOTALL)[1]


def test_from_the_first_line_of_the_page_to_a_finished_topic(me, folder_for_anybody):
    topic = load_catalogue().topic("activations")
    editor = Editor(folder_for_anybody / "nn" / "exercises" / "activations" / "activations.py")
    install, make = first_commands()
    me.reads(f"{install}\n{make}\n")
    me.types(install)
    assert "Successfully installed nnlearn-" in me.screen
    me.types(make)
    me.finds(MADE)
    me.types("cd nn")

    me.types("nnlearn lesson activations", "Activation functions", "q leave")
    me.presses("q")
    me.finds(READ)
    me.types("nnlearn check activations")
    me.finds(CHECKED)
    me.types("nnlearn hint relu")
    assert "relu, hint 1 of 3" in me.screen

    me.types("nnlearn", "> relu         not written    10 min, easy", "relu: not written yet", "press h")
    editor.writes("relu", WRONG)
    me.sees("> relu         failed", "Noticed", "That is the absolute value.")
    me.presses("h", "Hint 2 of 3 for relu")
    editor.replaces(WRONG, solution_of("relu"))
    me.sees("  relu         passed         4 of 4 checks", "> leaky_relu   not written")
    for part in topic.parts[1:-1]:
        editor.writes(part.name, solution_of(part.name))
        me.sees(f"  {part.name:<11}  passed ")
    for question in topic.predictions:
        editor.replaces(f'"{question.key}": None', f'"{question.key}": {question.answer!r}')
    me.sees("All visible checks of Activation functions pass.")
    me.finds(FINISHED)

    me.presses("n", "losses: Outputs and losses", "> mean_squared_error               not written")
    me.presses("o", "Somebody has to tell it how wrong it is", "q back")
    me.presses("q", "> mean_squared_error", "q quit")
    me.presses("q")
    me.finds(LEFT)
    me.reads((folder_for_anybody / "nn" / "README.md").read_text())
    me.types("nnlearn progress")
    me.finds(PROGRESS)
    me.types("nnlearn lesson losses", "Outputs and losses", "q leave")


def test_who_reads_no_page_finds_the_way_too_and_plain_pytest(me, folder_for_anybody):
    install, _ = first_commands()
    me.reads(f"{install}\nnnlearn\n")
    me.types(install)
    me.types("nnlearn")
    me.types("nnlearn init")
    me.finds(MADE.replace("cd nn\n", "cd nnlearn-exercises\n"))
    me.types("cd nnlearn-exercises")
    me.reads((folder_for_anybody / "nnlearn-exercises" / "README.md").read_text())
    me.types("pytest exercises/activations")
    assert "activations  7 of 7 parts, the first is relu at activations.py:" in me.screen
    assert "Traceback" not in me.screen
