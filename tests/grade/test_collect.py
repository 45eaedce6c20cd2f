"""Which files are taken for submissions, whose they are, and what is refused."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.submissions import collect
from nnlearn.errors import ContentError, SubmissionError


@pytest.fixture
def handed_in(tmp_path: Path) -> Any:
    """Writes files below a folder of submissions and returns that folder."""

    def write(*names: str) -> Path:
        root = tmp_path / "handed-in"
        root.mkdir(exist_ok=True)
        for name in names:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {name}", encoding="utf-8")
        return root

    return write


def found(submissions: Any) -> list[tuple[str, str, str]]:
    """Topic, learner and name of each submission."""
    return [(s.topic, s.learner, s.name) for s in submissions]


def test_a_learner_is_a_file_or_a_folder(handed_in: Any, catalogue: Any) -> None:
    """NAME.py, NAME.ipynb, NAME/TOPIC.ipynb and deeper files, sorted whatever the order on disk."""
    root = handed_in(
        *("activations/cy.py", "activations/bo.ipynb", "ada/activations.ipynb"),
        *("di/losses.ipynb", "di/week1/activations.py"),
    )
    assert found(collect([root], None, catalogue)) == [
        ("activations", "ada", "ada/activations.ipynb"),
        ("activations", "bo", "activations/bo.ipynb"),
        ("activations", "cy", "activations/cy.py"),
        ("activations", "di", "di/week1/activations.py"),
        ("losses", "di", "di/losses.ipynb"),
    ]


def test_topic_of_flat_files_is_the_folder_or_the_option(handed_in: Any, catalogue: Any) -> None:
    """A folder named after a topic says the topic even when it is the one that was passed."""
    root = handed_in("activations/ada.py")
    assert found(collect([root / "activations"], None, catalogue)) == [("activations", "ada", "ada.py")]
    assert found(collect([root / "activations"], "losses", catalogue)) == [("losses", "ada", "ada.py")]


def test_one_file_named_after_its_topic_belongs_to_its_folder(handed_in: Any, catalogue: Any) -> None:
    """`nnlearn grade ada/activations.py` grades ada, as grading the whole folder would."""
    root = handed_in("ada/activations.py")
    expected = [("activations", "ada", "ada/activations.py")]
    assert found(collect([root / "ada" / "activations.py"], None, catalogue)) == expected
    assert found(collect([root], None, catalogue)) == expected


def test_digest_is_that_of_the_bytes(handed_in: Any, catalogue: Any) -> None:
    """A report can be matched to the very file that was graded."""
    root = handed_in("ada/losses.py")
    (only,) = collect([root], None, catalogue)
    assert only.sha256 == hashlib.sha256(b"# ada/losses.py").hexdigest()


def test_the_same_file_twice_is_one_submission(handed_in: Any, catalogue: Any) -> None:
    """A folder and a file in it may both be named."""
    root = handed_in("ada/losses.py")
    assert len(collect([root, root / "ada" / "losses.py"], None, catalogue)) == 1


def test_what_is_no_submission_is_left_out(handed_in: Any, catalogue: Any) -> None:
    """Hidden files, checkpoints, caches, tables and copies of the checks."""
    root = handed_in(
        "activations/ada.py",
        "activations/.hidden.py",
        "activations/.ipynb_checkpoints/ada-checkpoint.ipynb",
        "activations/__pycache__/ada.py",
        "activations/expected.toml",
        "expected.toml",
        "activations/README.md",
        "activations/test_activations.py",
        "activations/conftest.py",
    )
    assert [s.learner for s in collect([root], None, catalogue)] == ["ada"]


def test_other_files_beside_a_submission_are_reported(handed_in: Any, catalogue: Any) -> None:
    """A learner's helper file does not stop the class from being graded, nor vanish silently."""
    root = handed_in("ada/activations.py", "ada/scratch.py")
    skipped: list[str] = []
    submissions = collect([root], None, catalogue, on_skipped=skipped.append)
    assert [s.name for s in submissions] == ["ada/activations.py"]
    assert skipped == ["ada/scratch.py: left out, since ada/activations.py is there"]


def test_option_topic_leaves_other_topics_of_a_folder_alone(handed_in: Any, catalogue: Any) -> None:
    """--topic chooses among topics; it does not grade one as another."""
    root = handed_in("ada/activations.py", "ada/losses.py")
    assert found(collect([root], "losses", catalogue)) == [("losses", "ada", "ada/losses.py")]


def test_links_out_of_the_folder_are_reported_not_read(
    handed_in: Any, catalogue: Any, tmp_path: Path
) -> None:
    """A learner cannot hand in a file of the machine that grades."""
    root = handed_in("activations/ada.py")
    secret = tmp_path / "solution.py"
    secret.write_text("answer = 42", encoding="utf-8")
    (root / "activations" / "eve.py").symlink_to(secret)
    (root / "loop").symlink_to(root)
    skipped: list[str] = []
    submissions = collect([root], None, catalogue, on_skipped=skipped.append)
    assert [s.learner for s in submissions] == ["ada"]
    assert skipped == [
        "loop: a link to a folder is not followed",
        "activations/eve.py: a link that leads out of the folder",
    ]


def test_pipes_are_never_opened(handed_in: Any, catalogue: Any) -> None:
    """Opening a pipe nobody writes to would wait for ever."""
    root = handed_in("activations/ada.py")
    os.mkfifo(root / "activations" / "eve.py")
    skipped: list[str] = []
    assert len(collect([root], None, catalogue, on_skipped=skipped.append)) == 1
    assert skipped == ["activations/eve.py: not a regular file"]
    with pytest.raises(SubmissionError, match=r"eve\.py: expected a \.py or \.ipynb file"):
        collect([root / "activations" / "eve.py"], None, catalogue)


@pytest.mark.parametrize("order", [1, -1])
def test_two_files_of_one_learner_are_refused(handed_in: Any, catalogue: Any, order: int) -> None:
    """Neither is graded by accident: the message names both and says what to do."""
    root = handed_in("activations/ada.py", "activations/ada.ipynb")
    files = [root / "activations" / name for name in ("ada.py", "ada.ipynb")][::order]
    with pytest.raises(SubmissionError) as caught:
        collect(files, None, catalogue)
    text = str(caught.value)
    assert text.startswith("ada handed in two files for activations: ")
    assert all(str(file) in text for file in files)
    assert "move the other out of the folder" in caught.value.next_step


def test_missing_path(catalogue: Any, tmp_path: Path) -> None:
    """The message names the path."""
    with pytest.raises(SubmissionError, match=r"nowhere: No such file or directory"):
        collect([tmp_path / "nowhere"], None, catalogue)


def test_empty_folder(catalogue: Any, tmp_path: Path) -> None:
    """The message says what was looked for."""
    with pytest.raises(SubmissionError, match=r"expected \.py or \.ipynb files, found none"):
        collect([tmp_path], None, catalogue)


def test_topic_that_cannot_be_told(handed_in: Any, catalogue: Any) -> None:
    """The message lists the files and the topics to choose from."""
    root = handed_in("ada.py", "bo.py")
    with pytest.raises(SubmissionError, match=r"ada\.py, bo\.py: neither the file") as caught:
        collect([root], None, catalogue)
    assert caught.value.next_step == "Pass --topic with one of: activations, losses."


def test_unknown_topic(handed_in: Any, catalogue: Any) -> None:
    """The catalogue's own error, which suggests the nearest name, is passed on."""
    with pytest.raises(ContentError, match="activatons"):
        collect([handed_in("ada.py")], "activatons", catalogue)


def test_unreadable_file(handed_in: Any, catalogue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the file and the reason."""

    def refuse(*_: Any) -> int:
        raise PermissionError(13, "Permission denied")

    root = handed_in("ada/losses.py")
    monkeypatch.setattr("autograder.engine.submissions.os.open", refuse)
    with pytest.raises(SubmissionError, match=r"losses\.py: the file cannot be read: Permission"):
        collect([root], None, catalogue)


def test_hostile_names_stay_in_data_and_leave_messages(handed_in: Any, catalogue: Any) -> None:
    """Data keeps the bytes; what a terminal shows does not."""
    name = "\x1b[31meve\n<script>"
    root = handed_in(f"activations/{name}.py", f"activations/{name}.ipynb")
    one = collect([root / "activations" / f"{name}.py"], None, catalogue)
    assert one[0].learner == name
    with pytest.raises(SubmissionError) as caught:
        collect([root], None, catalogue)
    assert "\x1b" not in str(caught.value)
    assert str(caught.value).startswith("eve <script> handed in two files")
