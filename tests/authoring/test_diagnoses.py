"""What learners have of the known mistakes: what the mistakes do, which a gate makes sure of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from authoring.here import check_topic

from autograder.authoring.build import build_topic, find_stale
from autograder.authoring.manifest import NAME, digest_at
from nnlearn.catalogue import Topic, load_catalogue

Edit = Callable[..., None]
STALE = "exercises/toy/diagnoses.json is stale: its sources have changed"


@pytest.fixture
def toy(toy_course: Path) -> Topic:
    return load_catalogue(toy_course).topic("toy")


def diagnoses_of(topic: Topic) -> Any:
    return json.loads(topic.diagnoses.read_text())


def doctor(topic: Topic, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the diagnoses as if a build had left them so; `change` gets the mistakes by their names."""
    document = diagnoses_of(topic)
    mistakes = {item["name"]: item for item in document["mistakes"]}
    change(mistakes)
    topic.diagnoses.write_text(json.dumps({**document, "mistakes": list(mistakes.values())}))
    manifest = topic.exercise_dir / NAME
    built = json.loads(manifest.read_text())
    built["files"]["diagnoses.json"] = digest_at(topic.diagnoses)
    manifest.write_text(json.dumps(built, indent=2) + "\n")


def test_they_hold_visible_checks_and_what_those_catch(toy: Topic) -> None:
    """A hidden check is not even named; a mistake that only hidden checks catch is left out."""
    found = {item["name"]: item["checks"] for item in diagnoses_of(toy)["mistakes"]}
    assert {name: list(checks) for name, checks in found.items()} == {
        "divides_by_the_column_sum": ["test_rows_add_up_to_one"],
        "AddsTheFactor": ["test_multiplies"],
    }
    assert all(replies is not None for checks in found.values() for replies in checks.values())


def test_it_has_a_line_for_each_mistake(toy: Topic) -> None:
    lines = toy.diagnoses.read_text().splitlines()
    named = [json.loads(line.rstrip(","))["name"] for line in lines if line.startswith('{"part"')]
    assert named == [item["name"] for item in diagnoses_of(toy)["mistakes"]]


@pytest.mark.parametrize(
    ("tree", "file", "old", "new"),
    [
        ("solutions", "toy.py", "shifted", "moved"),
        ("autograder/checks", "test_toy.py", "learner.Scale(3.0)(x), 3 * x", "learner.Scale(4.0)(x), 4 * x"),
        ("autograder/checks", "mistakes/softmax.py", "axis=0", "axis=1"),
    ],
)
def test_what_they_depend_on_makes_them_stale(
    toy: Topic, toy_course: Path, edit: Edit, tree: str, file: str, old: str, new: str
) -> None:
    """Reference, visible checks and mistakes."""
    assert find_stale(toy) == []
    edit(toy_course / tree / "toy" / file, old, new)
    assert STALE in find_stale(toy)


@pytest.mark.parametrize(
    ("tree", "file", "old", "new"),
    [
        ("solutions", "toy.py", "To test the tools with.", "To test the tools.\n#\n# With them."),
        ("solutions", "topic.toml", 'title = "', 'title = "Not '),
        ("autograder/checks", "test_toy.py", "[1000.0, 0.0]", "[2000.0, 0.0]"),
    ],
)
def test_nothing_else_makes_them_stale(
    toy: Topic, toy_course: Path, edit: Edit, tree: str, file: str, old: str, new: str
) -> None:
    """Not the lesson, nor a hidden check."""
    edit(toy_course / tree / "toy" / file, old, new)
    assert STALE not in find_stale(toy)
    steps: list[str] = []
    build_topic(toy, on_step=steps.append)
    assert steps == ["reading the master and the checks"]


def test_many_mistakes_are_recorded_in_their_order(toy: Topic) -> None:
    """Also where several processes share them."""
    assert toy.mistakes is not None
    more = "".join(
        f'@mistake("Scale")\nclass Adds{n}(keras.layers.Layer):\n    """Adds {n} and a half."""\n\n'
        f"    def __init__(self, factor=2.0):\n        super().__init__()\n\n"
        f"    def call(self, x):\n        return x + {n}.5\n\n\n"
        for n in range(60)
    )
    scale = toy.mistakes / "scale.py"
    scale.write_text(scale.read_text() + "\n\n" + more)
    build_topic(toy)
    names = [item["name"] for item in diagnoses_of(toy)["mistakes"]]
    assert names[-60:] == [f"Adds{n}" for n in range(60)]
    assert check_topic(toy).problems == []


def test_another_machines_rounding_stays(toy: Topic, edit: Edit) -> None:
    """A build that finds the same up to rounding leaves the bytes as they are."""

    def round_otherwise(mistakes: dict[str, Any]) -> None:
        _, (_, given) = mistakes["AddsTheFactor"]["checks"]["test_multiplies"]
        given["values"] = [value + 1e-6 for value in given["values"]]

    doctor(toy, round_otherwise)
    before = toy.diagnoses.read_bytes()
    assert toy.mistakes is not None
    edit(toy.mistakes / "scale.py", "import keras\n", "import keras  # which has layers\n")
    assert find_stale(toy) == [STALE]
    steps: list[str] = []
    build_topic(toy, on_step=steps.append)
    assert steps[-1] == "recording the known mistakes"
    assert toy.diagnoses.read_bytes() == before
    assert find_stale(toy) == []


def test_what_mistakes_do_otherwise_is_caught(toy: Topic) -> None:
    """The gate runs the mistakes, and names those that the file is wrong about."""

    def change(mistakes: dict[str, Any]) -> None:
        mistakes["AddsTheFactor"]["checks"]["test_multiplies"] = None
        del mistakes["divides_by_the_column_sum"]
        mistakes["without_the_maximum"] = {
            "part": "softmax",
            "name": "without_the_maximum",
            "message": "Without subtracting the maximum, exp overflows for large logits.",
            "checks": {"test_rows_add_up_to_one": [["value", 1.0]]},
        }

    doctor(toy, change)
    words = "no longer does in {} what exercises/toy/diagnoses.json holds: delete it and build again"
    assert [(problem.gate, problem.what) for problem in check_topic(toy).problems] == [
        ("diagnoses", f"divides_by_the_column_sum {words.format('test_rows_add_up_to_one')}"),
        ("diagnoses", f"without_the_maximum {words.format('test_rows_add_up_to_one')}"),
        ("diagnoses", f"AddsTheFactor {words.format('test_multiplies')}"),
    ]
