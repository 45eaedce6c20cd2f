"""Whatever is private is found when it lies in what learners get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.build import build_topic
from autograder.authoring.leaks import find_leaks
from nnlearn.catalogue import Topic, load_catalogue

Edit = Callable[..., None]
MISTAKES = '''from nnlearn.diagnosis import mistake

@mistake("halve")
def rounds(x):
    """Half of 1 comes back as 0."""
    return np.asarray(x) // 2
'''


@pytest.fixture
def built(topic: Topic, course: Path) -> Topic:
    """The topic, built, with a gallery that is not recorded."""
    build_topic(topic)
    (course / "autograder/checks/halving/mistakes.py").write_text(MISTAKES)
    return topic


def test_a_fresh_build_leaks_nothing(built: Topic) -> None:
    """Also with figures, hints and helpers in it."""
    assert find_leaks(built) == []


@pytest.mark.parametrize(
    ("file", "text", "leak"),
    [
        ("README.md", "return np.asarray(x) / 2", "holds a line of a solution"),
        ("halving.py", "x = np.asarray(x) // 2; return np.asarray(x) // 2", "of a known mistake"),
        ("test_halving.py", "table = rng.normal(size=(4, 3))", "holds a line of a hidden check"),
        ("diagnoses.json", '{"checks": {"test_halves_tables": []}}', "names the hidden check test_"),
        ("topic.toml", "# 1 point: // rounds towards minus infinity and / does not.", "of a rubric"),
        ("halving.py", '"floor_of_minus_seven_halves": -4,', "answer to the prediction `floor_of"),
        (
            "test_halving.py",
            'expect.prediction(learner, "floor_of_minus_seven_halves", -4)',
            "answer to the prediction `floor_of_minus_seven_halves`",
        ),
    ],
)
def test_what_is_planted_is_found(built: Topic, file: str, text: str, leak: str) -> None:
    """File and line are named."""
    path = built.exercise_dir / file
    path.write_text((path.read_text() if path.exists() and file != "diagnoses.json" else "") + text)
    found = find_leaks(built)
    assert any(leak in line and line.startswith(f"exercises/halving/{file}") for line in found)


def test_stored_replies_are_private(toy_course: Path) -> None:
    """A build puts them beside the checks alone, and where learners have them they are found."""
    assert [file.parent for file in toy_course.rglob("*replies*")] == [toy_course / "autograder/checks/toy"]
    topic = load_catalogue(toy_course).topic("toy")
    assert find_leaks(topic) == []
    assert topic.replies is not None
    (topic.exercise_dir / "replies.json").write_bytes(topic.replies.read_bytes())
    assert "exercises/toy/replies.json names the hidden check test_gradient" in find_leaks(topic)


def test_what_the_lesson_shows_is_no_leak(built: Topic, edit: Edit) -> None:
    """An author may show a line of the solution in a demonstration."""
    edit(built.master, "import matplotlib.pyplot as plt", "return_value = 1\n# return np.asarray(x) / 2")
    build_topic(built, force=True) if built.mistakes is None else None
    built.lesson.write_text("return np.asarray(x) / 2")
    assert find_leaks(built) == []


def test_a_notebook_is_searched_cell_by_cell(built: Topic) -> None:
    """A line of code is found behind JSON's escapes."""
    text = built.notebook.read_text()
    built.notebook.write_text(text.replace("One paragraph", "return np.asarray(x) / 2 "))
    assert find_leaks(built) == [
        "exercises/halving/halving.ipynb holds a line of a solution: return np.asarray(x) / 2"
    ]
