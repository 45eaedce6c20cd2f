"""Which topic a part belongs to, where several have one of its name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nnlearn.catalogue import Catalogue, load_catalogue
from nnlearn.errors import NnlearnError
from nnlearn.notebook.topics import topic_of


@pytest.fixture
def two_topics(toy_course: Path) -> Catalogue:
    """`toy` and `tin`, which have the same parts and other predictions."""
    folder = toy_course / "exercises"
    shutil.copytree(folder / "toy", folder / "tin")
    toml = folder / "tin" / "topic.toml"
    toml.write_text(toml.read_text().replace('"sum"', '"product"'))
    shutil.rmtree(toy_course / "solutions")
    return load_catalogue(toy_course)


def test_the_topic_that_is_named(two_topics: Catalogue) -> None:
    assert topic_of("softmax", "tin", two_topics, {}).name == "tin"


def test_the_name_of_the_notebook(two_topics: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Jupyter tells it, or VS Code, or Python a script."""
    for name in ("toy", "tin"):
        assert topic_of("softmax", None, two_topics, {"__vsc_ipynb_file__": f"/x/{name}.ipynb"}).name == name
        assert topic_of("softmax", None, two_topics, {"__file__": f"{name}.py"}).name == name
        monkeypatch.setenv("JPY_SESSION_NAME", f"week1/{name}.ipynb")
        assert topic_of("predictions", None, two_topics, {}).name == name
        monkeypatch.delenv("JPY_SESSION_NAME")


def test_the_keys_of_the_predictions(two_topics: Catalogue) -> None:
    """They are other ones in each topic; a notebook may have any name."""
    assert topic_of("predictions", None, two_topics, {"PREDICTIONS": {"product": None}}).name == "tin"
    assert topic_of("predictions", None, two_topics, {"PREDICTIONS": {"sum": 1.0}}).name == "toy"


def test_nothing_tells(two_topics: Catalogue) -> None:
    """The message says what to type."""
    with pytest.raises(NnlearnError) as caught:
        topic_of("softmax", None, two_topics, {})
    assert str(caught.value) == (
        "2 topics have a part called `softmax`: tin, toy\n"
        '  say which one: nnlearn.check("softmax", topic="tin")'
    )
