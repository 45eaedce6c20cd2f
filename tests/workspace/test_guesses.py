"""The first guess is kept, before anybody says whether it is right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from patience import PATIENCE_S

from nnlearn.workspace.progress import Progress


def guess(file: Path, answer: str) -> None:
    """Write a guess about the two outputs into the exercise."""
    text = file.read_text()
    head, key, rest = text.partition('"right_for_the_job": ')
    file.write_text(f"{head}{key}{answer}{rest[rest.index(',') :]}")


def test_a_first_guess_is_kept_and_a_better_one_later_passes(tmp_path: Path) -> None:
    """By the command, by pytest, and shown by `nnlearn progress`."""
    subprocess.run([sys.executable, "-m", "nnlearn", "init", "w"], cwd=tmp_path, check=True)
    file = tmp_path / "w/exercises/activations/activations.py"
    guess(file, '"softmax"')
    command = [sys.executable, "-m", "pytest", "-q", "exercises/activations", "-k", "right_for_the_job"]
    wrong = subprocess.run(
        command, cwd=tmp_path / "w", capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert "two separate yes-or-no questions" in " ".join(wrong.stdout.split())
    guess(file, '"sigmoid"')
    right = subprocess.run(command, cwd=tmp_path / "w", capture_output=True, timeout=PATIENCE_S, check=False)
    assert (wrong.returncode, right.returncode) == (1, 0)
    kept = json.loads((tmp_path / "w/.nnlearn/progress.json").read_text())["topics"]["activations"]
    assert kept["predictions"]["guesses"] == {"right_for_the_job": {"answer": "softmax", "right": False}}
    shown = subprocess.run(
        [sys.executable, "-m", "nnlearn", "progress"],
        cwd=tmp_path / "w",
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert "first guesses 0 of 1" in shown.stdout


def test_what_comes_after_the_first_guess_changes_nothing(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    for answer, is_right in ((1.0, False), (2.0, True)):
        progress.keep_guess("activations", "slope", answer, is_right=is_right)
    progress.keep_guess("activations", "shift", "same", is_right=True)
    assert progress.guesses("activations") == {"slope": False, "shift": True}
    assert progress.verdicts("activations") == {}
