"""Hidden checks leave a file of checks, with everything that only they use."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.visible import split_checks
from nnlearn.errors import ContentError

CHECKS = '''"""Checks."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax as oracle

from nnlearn.checking import check, expect

# Inputs of the hidden checks.
SECRET = [1, 2]
SECRET.append(3)
CASES = {"a": 1}
CASES["b"] = 2


def helper(x):
    return oracle(x)


def secret_helper(x):
    return log_softmax(x)


@pytest.fixture
def batch():
    return np.ones(3)


# About rows.
@check("softmax")
def test_rows(learner, batch):
    """Rows."""
    expect.close(helper(CASES), 1, "")


# Secrets.
@check("softmax", hidden=True, points=2, after=test_rows)
@pytest.mark.parametrize("x", [1, 2, 3])
def test_secret(learner, x):
    """Secret."""
    secret_helper(SECRET)


@check("log_softmax", hidden=True)
def test_other_secret(learner):
    """Other secret."""


@check("softmax", after=test_rows)
def test_more(learner):
    """More."""
'''


def write(tmp_path: Path, text: str) -> Path:
    """A file of checks."""
    file = tmp_path / "test_softmax.py"
    file.write_text(text)
    return file


def test_what_learners_get(tmp_path: Path) -> None:
    """Fixtures and helpers of visible checks stay, everything else goes."""
    found = split_checks(write(tmp_path, CHECKS))
    assert (
        found.visible
        == '''"""Checks."""

import numpy as np
import pytest
from scipy.special import softmax as oracle

from nnlearn.checking import check, expect

CASES = {"a": 1}
CASES["b"] = 2


def helper(x):
    return oracle(x)


@pytest.fixture
def batch():
    return np.ones(3)


# About rows.
@check("softmax")
def test_rows(learner, batch):
    """Rows."""
    expect.close(helper(CASES), 1, "")


@check("softmax", after=test_rows)
def test_more(learner):
    """More."""
'''
    )


def test_hidden_checks_are_counted(tmp_path: Path) -> None:
    """A parametrised check counts as often as it runs."""
    found = split_checks(write(tmp_path, CHECKS))
    assert found.hidden_counts == {"softmax": 3, "log_softmax": 1}
    assert found.hidden_names == ("test_other_secret", "test_secret")
    assert any("secret_helper(SECRET)" in piece for piece in found.private)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '@check("softmax", after=test_rows)\n',
            '@check("softmax", after=test_other_secret)\n',
            "test_softmax.py:49: the visible check `test_more` waits for the hidden check "
            "`test_other_secret`, which learners do not have\n"
            "  let it wait for a visible check, or hide it too",
        ),
        (
            '@check("softmax", after=test_rows)\n',
            "",
            "test_softmax.py:49: `test_more` is not marked as a check, so it would never run\n"
            '  write above it: @check("the part it checks")',
        ),
        (
            '@check("log_softmax", hidden=True)',
            '@check("log_softmax", hidden=SECRET)',
            "test_softmax.py:44: hidden has to be True or False, got `SECRET`\n"
            "  the builder reads the file without running it: write the value itself",
        ),
        (
            '@check("log_softmax", hidden=True)',
            "@check(CASES, hidden=True)",
            "test_softmax.py:44: the part of a check has to stand there in quotes\n"
            '  write, for example: @check("softmax")',
        ),
        (
            "def helper(x):",
            "def helper(x:",
            "test_softmax.py:16: not Python: '(' was never closed\n  put that line right",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    """File, line, problem and next step."""
    assert old in CHECKS
    with pytest.raises(ContentError) as caught:
        split_checks(write(tmp_path, CHECKS.replace(old, new, 1)))
    assert str(caught.value).replace(f"{tmp_path}/", "") == message


def test_no_visible_check_at_all(tmp_path: Path) -> None:
    """Learners would have nothing to check themselves with."""
    text = 'from nnlearn.checking import check\n\n@check("a", hidden=True)\ndef test_a(learner):\n'
    with pytest.raises(ContentError, match=r"there is no visible check"):
        split_checks(write(tmp_path, text + '    """A."""\n'))
