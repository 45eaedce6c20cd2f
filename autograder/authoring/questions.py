"""The questions that a course answers, and the page with the answers.

An author may number them as they like: what the numbers mean is written in `solutions/questions.toml`.
Without that file there is no page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence

from autograder.authoring.master import read_master
from autograder.authoring.question_rows import Places
from nnlearn.catalogue import Catalogue, Question, Topic
from nnlearn.catalogue.answers import Answered, Link, Where
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.errors import ContentError

_LIKE_THIS = 'write lines like: 1 = "What is it?"'
_HEAD = """\
<!-- Built by `nnlearn topic build`; changes made here are lost. -->
# Questions and answers

What people ask, each question with a short answer. The lesson has the long one, shows it on real numbers and
grades it: a `name` is what goes wrong where the answer was not understood, a part to write or a prediction.
Where the document that the questions come from was wrong, it says so.

In a terminal: `nnlearn ask` lists them all, `nnlearn ask 2` answers one, and words find what is about them.
"""
_Row = tuple[Topic, Question, Where]


def answered_questions(catalogue: Catalogue) -> tuple[Answered, ...] | None:
    """The questions with what the topics say of them, or None for a course without questions.

    Raises:
        ContentError: The questions cannot be read, or a topic's row of one is not as it should be.
    """
    if not catalogue.questions.is_file():
        return None
    questions = _read(catalogue)
    rows: dict[int, list[_Row]] = {number: [] for number in questions}
    for topic in catalogue.topics:
        for row, where in _rows(topic):
            if row.number not in rows:
                raise ContentError(
                    f"{topic.toml}: [[question]]: {catalogue.questions} has no question {row.number}",
                    did_you_mean(str(row.number), [str(known) for known in rows], "its numbers are"),
                )
            rows[row.number].append((topic, row, where))
    return tuple(_answered(number, text, rows[number]) for number, text in sorted(questions.items()))


def _rows(topic: Topic) -> Iterator[tuple[Question, Where]]:
    """Each question that a topic answers, and where."""
    if not topic.questions:
        return
    places = Places(read_master(topic))
    for row in topic.questions:
        for fault in places.faults(row):
            raise ContentError(f"{topic.toml}: {fault.what}", fault.next_step)
        yield row, places.where(row)


def _answered(number: int, text: str, rows: Sequence[_Row]) -> Answered:
    """A question with what its home and the other topics say of it."""
    rows = sorted(rows, key=lambda row: not row[1].is_home)  # the others stay in the order of the course
    if not rows:
        return Answered(number, text)
    homes = [topic for topic, row, _ in rows if row.is_home]
    if len(homes) != 1:
        got = f"`{homes[0].name}` and this one have one" if homes else "none has one"
        raise ContentError(
            f"{(homes[1] if homes else rows[0][0]).toml}: question {number}: expected one topic to have its "
            f"`answer`, got: {got}",
            "take it out of one of them" if homes else "write it, and its `sources`, in its home",
        )
    _, home, _ = rows[0]
    said = (" ".join(part.split()) for part in (home.answer, home.original, home.correction))
    answer, original, correction = said
    return Answered(number, text, answer, home.sources, original, correction, tuple(row[2] for row in rows))


def questions_page(questions: Sequence[Answered], catalogue: Catalogue) -> str:
    """The page for learners."""
    titles = {topic.name: topic.title for topic in catalogue.topics}
    return _HEAD + "".join(f"\n{line}\n" for one in questions for line in _section(one, titles))


def _section(one: Answered, titles: Mapping[str, str]) -> Iterator[str]:
    yield f"## {one.number}. {one.question}"
    yield one.answer or "*Not answered yet.*"
    if one.original:
        yield f"> **The original said:** {one.original}\n>\n> {one.correction}"
    if one.sources:
        yield f"*Source: {'; '.join(one.sources)}*"
    for where in one.where:
        graded = ", ".join(_link(where, link, f"`{link.text}`") for link in where.graded)
        yield (
            f"Answered in {_link(where, where.answered, titles[where.topic])}, shown by the "
            f"{_link(where, where.shown, where.shown.text)}, graded by {graded}."
        )


def _link(where: Where, link: Link, text: str) -> str:
    return f"[{text}]({where.topic}/README.md#{link.anchor})"


def _read(catalogue: Catalogue) -> dict[int, str]:
    file = catalogue.questions
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        questions = {int(number): text for number, text in data.items()}
    except (OSError, ValueError) as error:
        raise ContentError(f"{file} cannot be read: {error}", _LIKE_THIS) from error
    for number, text in questions.items():
        if not isinstance(text, str) or not text.strip() or "\n" in text:
            raise ContentError(
                f"{file}: question {number}: expected one line of text, got {text!r}",
                _LIKE_THIS,
            )
    return questions
