"""The questions that a course answers, and the page that says which topic answers which.

An author may number them as they like: what the numbers mean is written in `solutions/questions.toml`.
Without that file there is no page.
"""

from __future__ import annotations

import tomllib

from nnlearn.catalogue import Catalogue
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.errors import ContentError
from nnlearn.files import write_whole

_LIKE_THIS = 'write lines like: 1 = "What is it?"'
_HEAD = """\
<!-- Built by `nnlearn topic build`; changes made here are lost. -->
# Questions, and the topics that answer them

| | question | answered in |
|--:|---|---|
"""


def build_page(catalogue: Catalogue) -> bool:
    """Write the page, or take away that of a course without questions.

    Returns:
        Whether it changed.

    Raises:
        ContentError: The questions cannot be read, or a topic answers one that is not among them.
        OutputError: The page cannot be written.
    """
    page = page_of(catalogue)
    if not is_stale(catalogue, page):
        return False
    if page is None:
        catalogue.questions_page.unlink()
    else:
        write_whole(catalogue.questions_page, page.encode())
    return True


def is_stale(catalogue: Catalogue, page: str | None) -> bool:
    """Whether the page that is there differs from `page`."""
    there = catalogue.questions_page
    return (there.read_bytes() if there.is_file() else None) != (None if page is None else page.encode())


def page_of(catalogue: Catalogue) -> str | None:
    """The page as it should be, or None for a course without questions.

    Raises:
        ContentError: The questions cannot be read, or a topic answers one that is not among them.
    """
    if not catalogue.questions.is_file():
        return None
    questions = _read(catalogue)
    answers: dict[int, list[str]] = {number: [] for number in questions}
    for topic in catalogue.topics:
        for number in topic.questions:
            if number not in answers:
                raise ContentError(
                    f"{topic.toml}: questions: {catalogue.questions} has no question {number}",
                    did_you_mean(str(number), [str(known) for known in answers], "its numbers are"),
                )
            answers[number].append(f"[{topic.title}]({topic.name}/README.md)")
    rows = [
        f"| {number} | {text} | {', '.join(answers[number]) or 'not yet'} |\n"
        for number, text in sorted(questions.items())
    ]
    return _HEAD + "".join(rows)


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
