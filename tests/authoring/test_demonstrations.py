"""What demonstrations print, for the lesson's page: run with the reference when a topic is built."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.demonstrations import output_key, outputs_digest, record_outputs
from autograder.authoring.lesson import code_on_page
from autograder.authoring.master import Kind, read_master
from nnlearn.catalogue import Topic
from nnlearn.errors import ContentError

Edit = Callable[[Path | None, str, str], None]


def test_outputs_are_those_of_the_reference(topic: Topic, tmp_path: Path) -> None:
    """By the code as it stands on the page, with the part that it uses."""
    master = read_master(topic)
    record_outputs(master, tmp_path / "outputs.json")
    outputs = json.loads((tmp_path / "outputs.json").read_text())
    [shown] = [code_on_page(cell, master) for cell in master.of(Kind.DEMO) if "print(" in cell.source]
    assert shown.startswith("from halving import halve\n")
    assert outputs == {output_key(shown): "[ 0.5 -1.5  5. ]"}


def test_a_demonstration_that_raises_is_named_by_its_line(topic: Topic, edit: Edit, tmp_path: Path) -> None:
    edit(topic.master, "print(halve(np.array([1.0, -3.0, 10.0])))", "print(1 / 0)")
    line = 1 + topic.master.read_text().split("\n").index("    print(1 / 0)")
    with pytest.raises(ContentError, match=rf"halving\.py:{line}: the lesson does not run: ") as told:
        record_outputs(read_master(topic), tmp_path / "outputs.json")
    assert "with all of them" in str(told.value)
    assert not (tmp_path / "outputs.json").exists()


def test_they_are_made_anew_when_code_changes_and_not_for_a_word(topic: Topic, edit: Edit) -> None:
    before = outputs_digest(read_master(topic))
    edit(topic.master, "One paragraph", "A paragraph")
    assert outputs_digest(read_master(topic)) == before
    edit(topic.master, "return np.asarray(x) / 2", "return np.asarray(x) * 0.5")
    assert outputs_digest(read_master(topic)) != before
