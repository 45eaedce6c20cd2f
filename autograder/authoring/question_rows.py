"""The rows of questions in topic.toml against the lesson that they speak of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from autograder.authoring.master import Kind, Master
from autograder.authoring.outline import Outline, Section
from nnlearn.catalogue import PREDICTIONS, Question
from nnlearn.catalogue.answers import Link, Where
from nnlearn.catalogue.nearest import did_you_mean

_SHOWING = (Kind.DEMO, Kind.FIGURE)
_URL = re.compile(r"\]\((https?://[^)\s]+)\)")
_SENTENCE = re.compile(r"[.!?][\"')`]*(?=\s|$)")
FEWEST_SENTENCES, MOST_SENTENCES = 2, 5


@dataclass(frozen=True)
class RowFault:
    """What is not as it should be in a row, and the next step."""

    what: str
    next_step: str


class Places:
    """Where in a lesson its questions are answered, shown and graded."""

    def __init__(self, master: Master) -> None:
        self._topic = master.topic
        self._outline = Outline(master)
        self._titles = [section.title for section in self._outline.sections]
        self._figures = [cell.name for cell in master.of(Kind.FIGURE)]
        self._sources = {url for cell in master.of(Kind.MARKDOWN) for url in _URL.findall(cell.public)}

    def faults(self, row: Question) -> Iterator[RowFault]:
        """What the lesson does not have that the row says it has."""
        named = f"question {row.number}"
        if self._outline.section(row.answered) is None:
            yield RowFault(
                f"{named}: answered: expected a heading of the lesson, got `{row.answered}`",
                did_you_mean(row.answered, self._titles, "its headings are"),
            )
        yield from _answer_faults(row, named, self._sources)
        shown = self._outline.section(row.shown)
        if shown is None and row.shown not in self._figures:
            yield RowFault(
                f"{named}: shown: expected a figure or a heading of the lesson, got `{row.shown}`",
                did_you_mean(row.shown, [*self._figures, *self._titles], "it has"),
            )
        if shown is not None and not any(cell.kind in _SHOWING for cell in shown.cells):
            yield RowFault(
                f"{named}: shown: no cell below the heading `{row.shown}` shows anything",
                'write one, tagged "demo", or name a figure',
            )

    def where(self, row: Question) -> Where:
        """Where in the lesson a question is answered, shown and graded."""
        figure = self._outline.around(Kind.FIGURE, row.shown) if row.shown in self._figures else None
        shown = f"figure `{row.shown}`" if figure is not None else "demonstration"
        return Where(
            self._topic.name,
            Link(row.answered, _anchor(self._outline.section(row.answered))),
            Link(shown, _anchor(figure or self._outline.section(row.shown))),
            tuple(Link(name, _anchor(self._grading(name))) for name in row.graded),
        )

    def _grading(self, name: str) -> Section | None:
        """The section with what goes wrong where a question was not understood."""
        is_part = any(name == part.name for part in self._topic.parts)
        return self._outline.around(*((Kind.PART, name) if is_part else (Kind.PREDICTIONS, PREDICTIONS)))


def _anchor(section: Section | None) -> str:
    return section.anchor if section is not None else ""


def _answer_faults(row: Question, named: str, cited: Collection[str]) -> Iterator[RowFault]:
    """What is wrong with the answer in short; a row without one belongs to a topic that is not the home."""
    if bool(row.original) != bool(row.correction):
        has, lacks = ("original", "correction") if row.original else ("correction", "original")
        yield RowFault(f"{named}: expected `{lacks}` beside `{has}`", "write it, or take both out")
    if not row.is_home:
        if row.sources or row.original:
            yield RowFault(f"{named}: expected an `answer`, got only what belongs to one", "write it")
        return
    sentences = len(_SENTENCE.findall(row.answer))
    if not FEWEST_SENTENCES <= sentences <= MOST_SENTENCES:
        expected = f"{FEWEST_SENTENCES} to {MOST_SENTENCES} sentences"
        yield RowFault(f"{named}: answer: expected {expected}, got {sentences}", "say it in so many")
    if not row.sources:
        yield RowFault(f"{named}: sources: expected what the answer rests on, got nothing", "cite it")
    for source in row.sources:
        urls = _URL.findall(source)
        if not urls:
            yield RowFault(
                f"{named}: sources: expected a link in Markdown, got `{source}`", "give its address"
            )
        for url in set(urls).difference(cited):
            yield RowFault(f"{named}: sources: the lesson does not cite {url}", "cite it there too")
