"""A preview is the page that learners get of the lesson."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.preview import write_preview
from nnlearn.catalogue import Topic
from nnlearn.errors import ContentError, OutputError
from nnlearn.render.lesson import lesson_page


def test_the_page_of_the_lesson(topic: Topic, tmp_path: Path) -> None:
    """Where it was asked for; folders are made."""
    topic.exercise_dir.mkdir(parents=True)
    topic.lesson.write_text("# Lesson\n\nWith *words*.")
    page = write_preview(topic, tmp_path / "pages" / "a.html")
    assert page.read_text() == lesson_page(topic.title, "# Lesson\n\nWith *words*.", topic.exercise_dir)


def test_a_topic_that_is_not_built(topic: Topic) -> None:
    """The next step is to build it."""
    with pytest.raises(ContentError) as caught:
        write_preview(topic)
    assert str(caught.value) == (
        f"{topic.lesson} is missing: the topic has not been built\n"
        "  build it first: nnlearn topic build halving"
    )


def test_a_page_that_cannot_be_written(topic: Topic, tmp_path: Path) -> None:
    """The file is named."""
    topic.exercise_dir.mkdir(parents=True)
    topic.lesson.write_text("# Lesson")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file/a.html: cannot write here: "):
        write_preview(topic, tmp_path / "file" / "a.html")
