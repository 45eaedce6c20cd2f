"""The questions of a course with their short answers, and where each is answered, shown and graded.

An author's build writes them into one file, so that nobody who asks has to wait until all topics are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from nnlearn.catalogue.catalogue import tree_of
from nnlearn.errors import ContentError

SCHEMA_VERSION = 1


class Link(msgspec.Struct, frozen=True):
    """A place in a lesson.

    Attributes:
        text: What is there.
        anchor: What a link to it ends with.
    """

    text: str
    anchor: str


class Where(msgspec.Struct, frozen=True):
    """What one topic has of a question.

    Attributes:
        topic: Its name.
        answered: The heading below which it is answered.
        shown: The figure, or the heading below which a cell shows it.
        graded: What goes wrong where it was not understood: parts and predictions.
    """

    topic: str
    answered: Link
    shown: Link
    graded: tuple[Link, ...]


class Answered(msgspec.Struct, frozen=True):
    """A question.

    Attributes:
        number: Its number.
        question: As people ask it.
        answer: The answer in short; empty while no topic has it.
        sources: What the answer rests on: links in Markdown.
        original: What the document said that the questions come from, where that was wrong.
        correction: Why it was wrong.
        where: The topics that answer it, its home first.
    """

    number: int
    question: str
    answer: str = ""
    sources: tuple[str, ...] = ()
    original: str = ""
    correction: str = ""
    where: tuple[Where, ...] = ()


class _File(msgspec.Struct, frozen=True):
    schema_version: int
    questions: tuple[Answered, ...]


def encoded(questions: Sequence[Answered]) -> bytes:
    """What the file holds."""
    text = msgspec.json.encode(_File(SCHEMA_VERSION, tuple(questions)))
    return msgspec.json.format(text, indent=1) + b"\n"


def read_answers(content: Path | None) -> tuple[Answered, ...]:
    """The questions of a course, in their order.

    Args:
        content: Its content tree; without it the one that NNLEARN_CONTENT names, else the one that came
            with nnlearn.

    Raises:
        ContentError: It has none, or they cannot be read.
    """
    root, _ = tree_of(content)
    file = answers_file(root)
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_File)
    except FileNotFoundError:
        raise ContentError(
            f"the course in {root} has no list of questions",
            "its author writes one in solutions/questions.toml, and `nnlearn topic build` makes it readable",
        ) from None
    except (OSError, msgspec.DecodeError) as error:
        raise ContentError(
            f"{file} cannot be read: {error}", "`nnlearn topic build` makes it anew"
        ) from error
    if found.schema_version != SCHEMA_VERSION:
        raise ContentError(
            f"{file}: expected schema version {SCHEMA_VERSION}, got {found.schema_version}",
            "use the nnlearn that the content was built with, or build it anew: nnlearn topic build",
        )
    return found.questions


def answers_file(root: Path) -> Path:
    """Where the questions of a content tree are."""
    return root / "exercises" / "questions.json"
