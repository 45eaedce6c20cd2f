"""The checks of predictions are made from topic.toml, wherever a topic's checks are collected."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S

from nnlearn.catalogue import load_catalogue
from nnlearn.checking.runner import CheckRunner
from nnlearn.errors import ContentError

TOML = """
[[prediction]]
key = "shift"
about = "a shift"
question = "You add 100 to every logit. The output of softmax becomes ..."
allowed = ["sharper", "same"]
answer = "same"

[[prediction.wrong]]
answer = "sharper"
why = "Only differences count."

[[response]]"""
FILLED_IN = ["test_sum_is_filled_in", "test_shift_is_filled_in"]


def pytest_on(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Plain pytest, run in a content tree."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def names_of(root: Path, where: str, *arguments: str) -> list[str]:
    """The tests that plain pytest collects."""
    done = pytest_on(root, where, "--collect-only", *arguments)
    return [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]


@pytest.fixture
def root(toy_course: Path) -> Path:
    """The miniature course with a second prediction, a choice; its exercise is not built anew."""
    toml = toy_course / "solutions/toy/topic.toml"
    toml.write_text(toml.read_text().replace("[[response]]", TOML.lstrip()))
    return toy_course


def fill_in(root: Path, predictions: str) -> None:
    """Write an answer into the file to fill in."""
    file = root / "exercises/toy/toy.py"
    text = file.read_text()
    file.write_text(f"{text[: text.index('PREDICTIONS')]}PREDICTIONS = {predictions}\n")


def test_learners_have_them_all_as_graders_do(root: Path) -> None:
    """Behind what is written in the file; a guess gets an answer at home too."""
    written = ["test_rows_add_up_to_one", "test_multiplies"]
    of_predictions = [*FILLED_IN, "test_sum", "test_shift"]
    assert names_of(root, "exercises/toy") == [*written, *of_predictions]
    assert names_of(root, "autograder/checks/toy")[-4:] == of_predictions
    (root / "solutions").rename(root / "elsewhere")
    assert names_of(root, "exercises/toy") == [*written, FILLED_IN[0], "test_sum"]  # as it was built


def test_a_wrong_guess_is_answered_with_its_explanation(root: Path) -> None:
    """With what learners have, and no more."""
    (root / "solutions").rename(root / "elsewhere")
    fill_in(root, '{"sum": 2.0}')
    words = " ".join(pytest_on(root, "exercises/toy", "-k", "test_sum").stdout.split())
    assert 'PREDICTIONS["sum"] should be the right answer, but it is 2.0' in words
    assert "Noticed Each is at most 1, but together they are no more than 1 either." in words
    fill_in(root, '{"sum": 1.0}')
    assert pytest_on(root, "exercises/toy", "-k", "test_sum").returncode == 0


def test_one_of_them_is_chosen_by_its_name(root: Path) -> None:
    name = FILLED_IN[1]
    assert names_of(root, f"exercises/toy/test_toy.py::{name}") == [name]
    assert names_of(root, "exercises/toy", "-k", "shift") == [name, "test_shift"]


@pytest.mark.parametrize(
    ("predictions", "words"),
    [
        ('{"sum": "1", "shift": "sam"}', ("should be a number", 'should be "sharper" or "same"')),
        ('{"sum": 7, "shift": "sharper"}', ()),
        ("{}", ('PREDICTIONS["sum"] is not filled in yet', 'PREDICTIONS["shift"] is not filled in yet')),
    ],
)
def test_what_learners_read(root: Path, predictions: str, words: tuple[str, ...]) -> None:
    """First it is said which answers are allowed."""
    fill_in(root, predictions)
    done = pytest_on(root, "exercises/toy", "-k", "filled_in", "-rs")
    assert done.returncode == (1 if words else 0), done.stdout
    assert all(word in done.stdout for word in words)
    assert "Traceback" not in done.stdout
    assert "predictions.py" not in done.stdout  # the place is the file of checks


def test_a_check_of_the_same_name_is_refused(root: Path) -> None:
    checks = root / "autograder/checks/toy/test_toy.py"
    checks.write_text(
        checks.read_text() + '\n\n@check("softmax")\ndef test_shift(learner):\n    """Something else."""\n'
    )
    with pytest.raises(ContentError, match=r"the check test_shift is there twice, once made from"):
        CheckRunner(load_catalogue(root).topic("toy"), checks)


def test_a_damaged_topic_toml_is_said_instead_of_collected(root: Path) -> None:
    toml = root / "solutions/toy/topic.toml"
    toml.write_text(toml.read_text().replace('answer = "same"', 'answer = "equal"'))
    done = pytest_on(root, "exercises/toy")
    assert done.returncode == 2
    assert '(prediction `shift`): expected "sharper" or "same", got "equal"' in done.stdout


def test_other_files_of_tests_are_left_alone(tmp_path: Path) -> None:
    """A project of somebody's own may have files that are called alike."""
    folder = tmp_path / "exercises/toy"
    folder.mkdir(parents=True)
    (folder / "test_toy.py").write_text("def test_mine():\n    pass\n")
    assert names_of(tmp_path, "exercises/toy") == ["test_mine"]


def test_what_graders_read(root: Path, tmp_path: Path) -> None:
    """The same as learners; what has no answer yet waits for one."""
    handed_in = tmp_path / "toy.py"
    handed_in.write_text('PREDICTIONS = {"sum": 1.0, "shift": "sharper"}\n')
    done = pytest_on(root, "autograder/checks/toy", "--submission", str(handed_in), "-k", "sum or shift")
    assert "1 failed, 3 passed" in done.stdout
    assert 'PREDICTIONS["shift"] should be the right answer' in done.stdout
    assert "Noticed    Only differences count." in done.stdout
    handed_in.write_text("PREDICTIONS = {}\n")
    done = pytest_on(root, "autograder/checks/toy", "--submission", str(handed_in), "-k", "sum or shift")
    assert "4 skipped" in done.stdout
    assert "toy  1 of 3 parts, the first is predictions" in done.stdout
