"""The page of the words that topics introduce."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.new import write_skeleton
from autograder.authoring.pages import build_pages
from nnlearn.catalogue import Topic, load_catalogue
from nnlearn.errors import ContentError

WORDS = '\n[glossary]\nhalf = """\nOne of two\nequal parts."""\nDiffer = "Not be equal."\n'


@pytest.fixture
def explained(course: Path, topic: Topic) -> Path:
    """A course whose topic introduces two words."""
    topic.toml.write_text(topic.toml.read_text() + WORDS)
    return course


def test_the_page_explains_each_word(explained: Path) -> None:
    """In the order of the alphabet, with a link to where a lesson says it first."""
    assert build_pages(load_catalogue(explained)) == [explained / "exercises/GLOSSARY.md"]
    page = (explained / "exercises/GLOSSARY.md").read_text()
    assert page.splitlines()[-2].startswith("| Differ | Not be equal. | [Halving](halving/README.md#half")
    assert page.splitlines()[-1] == (
        "| half | One of two equal parts. | [Halving](halving/README.md#half-of-a-number) |"
    )
    assert build_pages(load_catalogue(explained)) == []


def test_a_course_without_words_has_no_page(explained: Path, topic: Topic) -> None:
    """And one that has lost them loses it."""
    build_pages(load_catalogue(explained))
    topic.toml.write_text(topic.toml.read_text().replace(WORDS, ""))
    assert build_pages(load_catalogue(explained)) == [explained / "exercises/GLOSSARY.md"]
    assert not (explained / "exercises/GLOSSARY.md").exists()


def test_a_word_that_two_topics_introduce(explained: Path, edit: Callable[..., None]) -> None:
    """The one that comes first keeps it."""
    write_skeleton("thirds", explained)
    thirds = explained / "solutions/thirds/topic.toml"
    thirds.write_text(thirds.read_text() + '\n[glossary]\nHalf = "0.5"\n')
    with pytest.raises(ContentError) as caught:
        build_pages(load_catalogue(explained))
    assert str(caught.value) == (
        f"{thirds}: glossary: topic `halving` introduces the word `Half` already\n"
        "  leave it to the topic that comes first"
    )
