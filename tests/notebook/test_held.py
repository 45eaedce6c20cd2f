"""Where a kernel holds something else than its cells say now: said in a card, and what was reached stands."""

from __future__ import annotations

import json
import re

import pytest
from toy_course import IMPORTS, PREDICTIONS, REFERENCE, SOFTMAX, nnlearn

from nnlearn.workspace.progress import Progress

CHECK = 'import nnlearn\n\nnnlearn.check("softmax")'
STANDS = "\n\nNote: softmax has passed before, and that stands."
PASSED = "  passed         Each row of softmax(z) adds up to 1."


@pytest.fixture(scope="module")
def workspace(miniature, tmp_path_factory, kernel):
    """A workspace in which the kernel works; the notebook is saved as its cells ran."""
    root = tmp_path_factory.mktemp("held") / "nn"
    assert nnlearn("init", root, "--content", miniature).returncode == 0
    kernel.enter = f"import os\nos.chdir({str(root / 'exercises' / 'toy')!r})"
    return root


@pytest.fixture
def passed(kernel, workspace):
    """The kernel, started anew, in which everything has run, and softmax has passed."""
    kernel.restart()
    kernel.run(kernel.enter)
    kernel.run(REFERENCE)
    assert kernel.run(CHECK).error is None
    assert verdict(workspace) == "passed"
    return kernel


def verdict(workspace, part="softmax"):
    return Progress(workspace).verdicts("toy").get(part)


def without_numbers(card):
    """A card with the numbers of its cells replaced by letters, in the order in which they are told."""
    numbers = dict.fromkeys(re.findall(r"In\[(\d+)\]", card))
    for letter, number in zip("ABC", numbers, strict=False):
        card = card.replace(f"In[{number}]", f"In[{letter}]")
    return card


def test_after_a_restart_a_check_asks_for_the_cell_above(passed, workspace):
    passed.restart()
    passed.run(passed.enter)
    done = passed.run(CHECK)
    assert done.card == (
        "softmax not checked: run the cell above first\n"
        "\n"
        "This kernel holds no `softmax` yet: the cell that defines it has not run." + STANDS
    )
    assert done.error["traceback"] == ["ChecksFailed: softmax: run the cell above first"]
    assert (done.stdout, done.stderr, verdict(workspace)) == ("", "", "passed")

    passed.run(SOFTMAX)  # and not the cell above it, which imports
    done = passed.run(CHECK)
    assert done.card.startswith(
        "softmax raised, run the cells above first: 0 of 1 visible checks pass; 2 more run when graded\n"
        "\n"
        "This kernel holds no `ops` yet: the cell that defines or imports it has not run.\n"
        "\n"
        "  raised         Each row of softmax(z) adds up to 1.\n"
    )
    assert "Raised     NameError: name 'ops' is not defined" in done.card
    assert done.card.endswith(STANDS)
    assert verdict(workspace) == "passed"

    passed.run(IMPORTS)
    assert passed.run(CHECK).card.startswith("softmax passed: 1 of 1")


def test_a_name_of_ones_own_that_is_not_there_is_a_mistake(passed, workspace):
    """No cell of the exercise defines it."""
    passed.run(SOFTMAX.replace("ops.exp(", "exponential("))
    assert passed.run(CHECK).card.startswith("softmax raised: 0 of 1")
    assert verdict(workspace) == "raised"


def test_what_never_came_to_be_defined(passed, workspace):
    """The cell that defines it has run in this kernel, and ended before."""
    passed.restart()
    passed.run(f"{passed.enter}\n{IMPORTS}")
    assert passed.run(f"x = 1 / 0\n\n{SOFTMAX}").error["ename"] == "ZeroDivisionError"
    assert without_numbers(passed.run(CHECK).card) == (
        "softmax not checked: run the cell above first\n"
        "\n"
        "This kernel holds no `softmax`, though cell In[A] should define it. If that cell\n"
        "  ended in an error, put it right and run it again; then run this one." + STANDS
    )
    assert verdict(workspace) == "passed"


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        (f"x = 1 / 0\n\n{SOFTMAX}", "ZeroDivisionError"),
        (SOFTMAX.replace("axis=-1):", "axis=-1)"), "SyntaxError"),
    ],
    ids=["raises", "does not parse"],
)
def test_after_an_error_in_the_cell_above_the_check_says_what_it_is_about(passed, workspace, cell, error):
    """The definition that is there passes; it is not what the cell says now."""
    assert passed.run(cell).error["ename"] == error
    done = passed.run(CHECK)
    lines = without_numbers(done.card).split("\n\n")
    assert lines[:3] == [
        "softmax passed, older than the cell above: 1 of 1 visible checks pass; 2 more run when graded",
        "cell In[A] ended before it defined `softmax` anew: what was checked is the older\n"
        "  definition, of cell In[B]. Put that cell right and run it again, then this one.",
        PASSED,
    ]
    assert lines[-1] == STANDS.strip()
    assert done.error is None
    passed.run(SOFTMAX)
    assert "older" not in passed.run(CHECK).card


def test_an_older_definition_that_fails_takes_nothing_away(passed, workspace):
    passed.run(SOFTMAX.replace("axis=axis, keep", "axis=0, keep"))
    passed.run(f"x = 1 / 0\n\n{SOFTMAX}")
    done = passed.run(CHECK)
    assert done.card.startswith("softmax failed, older than the cell above: 0 of 1")
    assert done.error["ename"] == "ChecksFailed"
    assert verdict(workspace) == "passed"


@pytest.mark.parametrize(
    "cell",
    [
        f"{SOFTMAX}\nx = 1 / 0",  # it was defined before
        "mine = softmax\n\ndef softmax(logits, axis=-1):\n    return mine(logits, axis)",
        "import functools\nsoftmax = functools.partial(softmax, axis=-1)",
        f"%%time\n{SOFTMAX}",
        f"from functools import wraps\n@(lambda f: wraps(f)(lambda *a, **k: f(*a, **k)))\n{SOFTMAX}",
    ],
    ids=["error below", "calls the older", "partial", "timed", "decorated"],
)
def test_what_the_cell_did_define_is_not_called_older(passed, cell):
    passed.run(cell)
    card = passed.run(CHECK).card
    assert "older" not in card.partition("\n")[0]


@pytest.mark.parametrize("wrong", ["one", "(1.0"])
def test_predictions_that_were_not_taken_over_are_said_to_be_older(passed, workspace, wrong):
    """A word without its quotes is a NameError, and what stood there before is still there."""
    check = 'import nnlearn\n\nnnlearn.check("toy.predictions")'
    assert passed.run(check).error is None
    assert passed.run(PREDICTIONS.replace("1.0", wrong)).error is not None
    card = without_numbers(passed.run(check).card)
    assert card.startswith("predictions passed, older than the cell above: ")
    assert "cell In[A] ended before it defined `PREDICTIONS` anew: what was checked is what an\n" in card


def test_the_stop_button_gives_a_card_and_takes_nothing_away(passed, workspace):
    """It says where the time went; the next check works."""
    passed.run("def softmax(logits, axis=-1):\n    print('round', flush=True)\n    while True:\n        pass")
    done = passed.run(CHECK, stop_at="round")
    card = without_numbers(done.card)
    assert re.fullmatch(
        re.escape(
            "softmax not checked: stopped\n"
            "\n"
            "You stopped it before its checks were through.\n"
            "\n"
            "It was checking: Each row of softmax(z) adds up to 1.\n"
            "\n"
            "It was at cell In[A], line LINE"
        ).replace("LINE", r"(2: print\('round', flush=True\)|3: while True:|4: pass)")
        + re.escape(STANDS),
        card,
    ), card
    assert done.error["traceback"] == ["ChecksFailed: softmax: stopped"]
    assert (done.stdout, done.stderr, verdict(workspace)) == ("round\n", "", "passed")
    passed.run(SOFTMAX)
    assert passed.run(CHECK).card.startswith("softmax passed: 1 of 1")


def test_a_stop_inside_of_a_library_names_the_learners_line(passed):
    line = "print('round', flush=True); Event().wait(3600)"
    passed.run(f"from threading import Event\n\ndef softmax(logits, axis=-1):\n    {line}")
    card = without_numbers(passed.run(CHECK, stop_at="round").card)
    assert f"It was at cell In[A], line 4: {line}\n" in card


def test_a_notebook_that_is_not_saved_well_is_no_trouble(passed, workspace):
    """Names are looked up in what is saved; it may be saved at this very moment."""
    file = workspace / "exercises" / "toy" / "toy.ipynb"
    kept = file.read_text()
    try:
        file.write_text(json.dumps(json.loads(kept))[:-5])
        passed.run("del ops")
        assert passed.run(CHECK).card.startswith("softmax raised: 0 of 1")
    finally:
        file.write_text(kept)
