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


def test_a_file_that_option_topic_leaves_out_is_told_where_its_owner_has_no_other(
    handed_in: Any, catalogue: Any
) -> None:
    """Perhaps it is only called wrong: nobody vanishes from a class without a word."""
    root = handed_in("ada/activations.py", "ada/losses.py", "bo_losses.py", "cy.py")
    skipped: list[str] = []
    submissions = collect([root], "activations", catalogue, on_skipped=skipped.append)
    assert found(submissions) == [
        ("activations", "ada", "ada/activations.py"),
        ("activations", "cy", "cy.py"),
    ]
    assert skipped == [
        "bo_losses.py: left out, for another topic; from the same people there is nothing for activations"
    ]


def test_a_link_is_its_owners_unreadable_submission(handed_in: Any, catalogue: Any, tmp_path: Path) -> None:
    """Nothing is followed: not to another learner's work, not to a file of the machine that grades."""
    root = handed_in("bob/activations.py", "dee/activations.py")
    secret = tmp_path / "solution.py"
    secret.write_text("answer = 42", encoding="utf-8")
    (root / "aaa").mkdir()
    (root / "aaa" / "activations.py").symlink_to("../bob/activations.py")
    (root / "cyd").symlink_to("bob")
    (root / "eve.py").symlink_to(secret)
    (root / "fay").mkdir()
    (root / "fay" / "week1").symlink_to(root)
    (root / "gus").mkdir()
    (root / "gus" / "activations.ipynb").symlink_to("nowhere")
    (root / "hal").mkdir()
    os.link(root / "dee" / "activations.py", root / "hal" / "activations.py")
    submissions = {s.learner: s for s in collect([root], None, catalogue)}
    assert sorted(submissions) == ["aaa", "bob", "cyd", "dee", "eve", "fay", "gus", "hal"]
    assert {name for name, s in submissions.items() if not s.problem} == {"bob", "dee", "hal"}
    assert submissions["aaa"].problem == "aaa/activations.py is a link, and no link is followed"
    assert submissions["aaa"].next_step == "Hand in activations.py itself, not a link to it."
    assert submissions["cyd"].problem == "cyd is a link, and no link is followed"
    assert all(not s.sha256 for s in submissions.values() if s.problem)
    assert submissions["bob"].path == root / "bob" / "activations.py"


def test_files_named_one_by_one_are_not_followed_either(handed_in: Any, catalogue: Any) -> None:
    """A shell writes `class/*` out before anybody looks."""
    root = handed_in("bob/activations.py")
    (root / "aaa").symlink_to("bob")
    (root / "cyd").mkdir()
    (root / "cyd" / "activations.py").symlink_to("../bob/activations.py")
    for paths in (sorted(root.iterdir()), sorted([*root.glob("*/*.py"), root / "aaa"])):
        submissions = collect(paths, None, catalogue)
        assert [(s.learner, bool(s.problem)) for s in submissions if s.learner != "aaa"] == [
            ("bob", False),
            ("cyd", True),
        ]


def test_the_folder_of_the_class_may_be_a_link(handed_in: Any, catalogue: Any, tmp_path: Path) -> None:
    """Whoever grades has named it."""
    handed_in("bob/activations.py")
    (tmp_path / "class").symlink_to("handed-in")
    expected = [("activations", "bob", "bob/activations.py")]
    assert found(collect([tmp_path / "class"], None, catalogue)) == expected


def test_pipes_are_never_opened(handed_in: Any, catalogue: Any) -> None:
    """Opening a pipe nobody writes to would wait for ever."""
    root = handed_in("activations/ada.py")
    os.mkfifo(root / "activations" / "eve.py")
    _, eve = collect([root], None, catalogue)
    assert eve.problem == "activations/eve.py is a pipe, not a file"
    with pytest.raises(SubmissionError, match=r"eve\.py: expected a \.py or \.ipynb file"):
        collect([root / "activations" / "eve.py"], None, catalogue)


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
    """It costs its owner; the message names the file and the reason."""

    def refuse(*_: Any) -> int:
        raise PermissionError(13, "Permission denied")

    root = handed_in("ada/losses.py")
    monkeypatch.setattr("autograder.engine.submissions.os.open", refuse)
    (only,) = collect([root], None, catalogue)
    assert only.problem == "ada/losses.py cannot be read: Permission denied"


def test_hostile_names_stay_in_data_and_leave_messages(handed_in: Any, catalogue: Any) -> None:
    """Data keeps the bytes; what a terminal shows does not."""
    name = "\x1b[31meve\n<script>"
    root = handed_in(f"activations/{name}.py", f"activations/{name}.ipynb")
    said: list[str] = []
    (one,) = collect([root], None, catalogue, on_skipped=said.append)
    assert one.learner == name
    assert "\x1b" not in "".join([*said, *one.notes])
    assert said[0].startswith("activations/eve <script>.py: activations/eve <script>.ipynb counts (")


def test_same_name_in_two_folders_is_two_learners(handed_in: Any, catalogue: Any) -> None:
    """Neither takes the other's place."""
    root = handed_in("a/ada/losses.py", "b/ada/losses.py")
    submissions = collect([root / "a", root / "b"], None, catalogue)
    assert [s.learner for s in submissions] == ["ada (a)", "ada (b)"]
