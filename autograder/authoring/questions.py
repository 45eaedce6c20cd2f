"""The questions that a course answers, and the page that says where.

An author may number them as they like: what the numbers mean is written in `solutions/questions.toml`.
Without that file there is no page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from autograder.authoring.master import read_master
from autograder.authoring.question_rows import Places
from nnlearn.catalogue import Catalogue, Topic
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.errors import ContentError

_LIKE_THIS = 'write lines like: 1 = "What is it?"'
_HEAD = """\
<!-- Built by `nnlearn topic build`; changes made here are lost. -->
# Questions, and the topics that answer them

Below, `name` is what goes wrong where an answer was not understood: a part to write, or a prediction.

| | question | answered | shown | graded |
|--:|---|---|---|---|
"""


def questions_page(catalogue: Catalogue) -> str | None:
    """The page as it should be, or None for a course without questions.

    Raises:
        ContentError: The questions cannot be read, or a topic's row of one is not as it should be.
    """
    if not catalogue.questions.is_file():
        return None
    questions = _read(catalogue)
    answers: dict[int, list[str]] = {number: [] for number in questions}
    for topic in catalogue.topics:
        if strange := [row.number for row in topic.questions if row.number not in questions]:
            raise ContentError(
                f"{topic.toml}: [[question]]: {catalogue.questions} has no question {strange[0]}",
                did_you_mean(str(strange[0]), [str(known) for known in answers], "its numbers are"),
            )
        for number, cells in _answers(topic):
            answers[number].append(cells)
    rows = [
        line for number, text in sorted(questions.items()) for line in _lines(number, text, answers[number])
    ]
    return _HEAD + "".join(rows)


def _answers(topic: Topic) -> Iterator[tuple[int, str]]:
    """Of each question that a topic answers, the number and the last three cells of its row."""
    if not topic.questions:
        return
    places = Places(read_master(topic))
    for row in topic.questions:
        for fault in places.faults(row):
            raise ContentError(f"{topic.toml}: {fault.what}", fault.next_step)
        links = (f"[{text}]({topic.name}/README.md#{anchor})" for text, anchor in places.links(row))
        answered, shown, *graded = links
        yield row.number, f"{answered} | {shown} | {', '.join(graded)}"


def _lines(number: int, text: str, answers: list[str]) -> Iterator[str]:
    """The rows of one question: one for each topic that answers it."""
    for place, cells in enumerate(answers or ["not yet | |"]):
        yield f"| {number} | {text} | {cells} |\n" if place == 0 else f"| | | {cells} |\n"


def _read(catalogue: Catalogue) -> dict[int, str]:
    file = catalogue.questions
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        questions = {int(number): text for number, text in data.items()}
    except (OSError, ValueError) as error:
        raise ContentError(f"{file} cannot be read: {error}", _LIKE_THIS) from error
    for number, text in questions.items():
        if not isinstance(text, str) or not text.strip() or "|" in text or "\n" in text:
            raise ContentError(
                f"{file}: question {number}: expected one line of text without a bar, got {text!r}",
                _LIKE_THIS,
            )
    return questions
