"""Commands that need no Keras."""

import subprocess
import sys
from pathlib import Path

import pytest
from toy_course import nnlearn

import nnlearn as package

CLONE = Path(package.__file__).parents[1]


def test_list_shows_topics_parts_and_points(miniature):
    done = nnlearn("list", "--content", miniature)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "toy: A toy, about 35 min\n"
        "  A topic small enough to test the tools with.\n"
        "    softmax      3 points  20 min, medium\n"
        "    Scale        2 points  10 min, easy\n"
        "    predictions  1 point   5 min, easy\n"
    )


def test_the_version_is_said():
    done = nnlearn("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"nnlearn {package.__version__}\n", "")
    assert "--version" in nnlearn("--help").stdout


def test_hints_go_from_a_nudge_to_nearly_the_answer(miniature):
    first = nnlearn("hint", "softmax", "--content", miniature)
    assert first.stdout == (
        "softmax, hint 1 of 3\n  What do the rows add up to?\nMore: nnlearn hint softmax 2\n"
    )
    last = nnlearn("hint", "softmax", "3", "--content", miniature)
    assert "More" not in last.stdout
    wrong = nnlearn("hint", "softmx", "--content", miniature)
    assert wrong.returncode == 4
    assert "did you mean `softmax`?" in wrong.stderr


@pytest.mark.parametrize("arguments", [["list"], ["--help"], ["hint", "softmax"], ["grade", "--help"]])
def test_quick_commands_never_import_keras(miniature, arguments):
    program = (
        "import sys\n"
        "from nnlearn.cli import main\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    assert not end.code, end.code\n"
        "slow = {'keras', 'tensorflow', 'matplotlib', 'sklearn', 'nbgrader'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"NNLEARN_CONTENT": str(miniature), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["grade"],
        ["list", "--nonsense"],
        ["list", "x", "y"],
        ["hint", "relu", "4"],
        ["reset"],
    ],
)
def test_wrong_usage_exits_4_without_a_traceback(arguments):
    done = nnlearn(*arguments)
    assert done.returncode == 4
    assert "Usage" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_newest_version_of_the_changelog_is_that_of_the_package():
    headings = [line for line in (CLONE / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    released = [heading for heading in headings if heading != "## Unreleased"]
    assert headings[0] in ("## Unreleased", released[0])
    assert released[0] == f"## {package.__version__}"


def test_what_parts_may_be_built_from(miniature):
    """By groups, and for a topic what it adds and forbids."""
    shown = nnlearn("elementary", "--content", miniature)
    assert shown.returncode == 0
    assert "keras.ops: abs absolute add" in shown.stdout
    assert "these not" not in shown.stdout
    toy = nnlearn("elementary", "toy", "--content", miniature).stdout
    assert "softmax: these not, whatever stands above\n  keras.ops: softmax\n  keras.activations: *" in toy
    assert "Scale: everything may be used" in toy
