"""The words that the topics of a course introduce, on one page."""

from __future__ import annotations

from autograder.authoring.master import Kind, Master, read_master
from autograder.authoring.outline import Outline
from nnlearn.catalogue import Catalogue
from nnlearn.errors import ContentError

_HEAD = """\
<!-- Built by `nnlearn topic build`; changes made here are lost. -->
# Words, and the topics that introduce them

| word | what it means | more |
|---|---|---|
"""


def glossary_page(catalogue: Catalogue) -> str | None:
    """The page as it should be, or None for a course whose topics introduce no words.

    Raises:
        ContentError: Two topics introduce one word.
    """
    rows: dict[str, str] = {}
    homes: dict[str, str] = {}
    for topic in catalogue.topics:
        if not topic.glossary:
            continue
        master = read_master(topic)
        for word, meaning in topic.glossary.items():
            if (key := word.casefold()) in rows:
                raise ContentError(
                    f"{topic.toml}: glossary: topic `{homes[key]}` introduces the word `{word}` already",
                    "leave it to the topic that comes first",
                )
            homes[key] = topic.name
            link = f"[{topic.title}]({topic.name}/README.md{_anchor(master, word)})"
            rows[key] = f"| {word} | {' '.join(meaning.split())} | {link} |\n"
    return _HEAD + "".join(rows[key] for key in sorted(rows)) if rows else None


def places_of(master: Master, word: str) -> list[int]:
    """The lines of the master in whose text a word stands, counted from 1."""
    return [
        cell.line + above
        for cell in master.of(Kind.MARKDOWN, Kind.RESPONSE)
        for above, text in enumerate(cell.public.split("\n"))
        if word.casefold() in text.casefold()
    ]


def _anchor(master: Master, word: str) -> str:
    """The end of a link to the section in which a word stands first."""
    first = next(iter(places_of(master, word)), 0)
    above = [section for section in Outline(master).sections if section.line <= first]
    return f"#{above[-1].anchor}" if above else ""
