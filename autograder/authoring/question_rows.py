"""The rows of questions in topic.toml against the lesson that they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring.master import Kind, Master
from autograder.authoring.outline import Outline, Section
from nnlearn.catalogue import PREDICTIONS, Question
from nnlearn.catalogue.nearest import did_you_mean

_SHOWING = (Kind.DEMO, Kind.FIGURE)


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

    def faults(self, row: Question) -> Iterator[RowFault]:
        """What the lesson does not have that the row says it has."""
        named = f"question {row.number}"
        if self._outline.section(row.answered) is None:
            yield RowFault(
                f"{named}: answered: expected a heading of the lesson, got `{row.answered}`",
                did_you_mean(row.answered, self._titles, "its headings are"),
            )
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

    def links(self, row: Question) -> Iterator[tuple[str, str]]:
        """Text and anchor of each link: to what answers, what shows, and each thing that grades."""
        yield self._topic.title, _anchor(self._outline.section(row.answered))
        if row.shown in self._figures:
            yield f"figure `{row.shown}`", _anchor(self._outline.around(Kind.FIGURE, row.shown))
        else:
            yield "demonstration", _anchor(self._outline.section(row.shown))
        parts = [part.name for part in self._topic.parts]
        for name in row.graded:
            place = (Kind.PART, name) if name in parts else (Kind.PREDICTIONS, PREDICTIONS)
            yield f"`{name}`", _anchor(self._outline.around(*place))


def _anchor(section: Section | None) -> str:
    return section.anchor if section is not None else ""
