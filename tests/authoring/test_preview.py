"""A preview is one page that needs no other file and no network."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.preview import render_page, write_preview
from nnlearn.catalogue import Topic
from nnlearn.errors import ContentError, OutputError


def test_a_page_holds_its_pictures_and_formulas(tmp_path: Path) -> None:
    """As data; what Matplotlib cannot draw is shown as it was written."""
    (tmp_path / "a.png").write_bytes(b"png")
    text = (
        "# T\n\n![a *curve*](a.png)\n\n$\\tfrac{x}{\\sqrt 2}$\n\n$$\\begin{cases}$$\n\n"
        "```python\nif x: pass\n```\n"
    )
    page = render_page("T & U", text, tmp_path)
    assert "<title>T &amp; U</title>" in page
    assert 'src="data:image/png;base64,cG5n" alt="a curve"' in page
    assert 'class="formula" src="data:image/svg+xml;base64,' in page
    assert "<code>\\begin{cases}</code>" in page
    assert '<span class="k">if</span>' in page
    assert "http" not in page


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
    with pytest.raises(OutputError, match=r"nowhere/a.html cannot be written"):
        write_preview(topic, tmp_path / "nowhere" / "a.html")
