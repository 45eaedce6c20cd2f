"""`nnlearn topic preview`: a built lesson as the page that learners get of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.render.files import OutputFile
from nnlearn.catalogue import Topic
from nnlearn.errors import ContentError
from nnlearn.render.lesson import lesson_page


def write_preview(topic: Topic, file: Path | None = None) -> Path:
    """Render the lesson of a built topic.

    Args:
        topic: A topic that has been built.
        file: Where to write the page; left out, a file among the temporary ones.

    Returns:
        The page's path.

    Raises:
        ContentError: The topic has not been built.
        OutputError: The page cannot be written.
    """
    if not topic.lesson.exists():
        raise ContentError(
            f"{topic.lesson} is missing: the topic has not been built",
            f"build it first: nnlearn topic build {topic.name}",
        )
    if file is None:
        file = Path(tempfile.gettempdir()) / f"nnlearn-preview-{topic.name}.html"
    markdown = topic.lesson.read_text(encoding="utf-8")
    OutputFile(file).write(lesson_page(topic.title, markdown, topic.exercise_dir))
    return file.resolve()
