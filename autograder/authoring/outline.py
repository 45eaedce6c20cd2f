"""The headings of a lesson, and what stands below each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring.master import Kind, Master, MasterCell

_HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<title>.*?)(?:\s+#+)?\s*")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it.

    Attributes:
        title: The heading as it stands in the master, without its `#`s.
        level: How many `#`s it has.
        anchor: What a link to it ends with, as GitHub and its like make it of the heading.
        line: The line of the master on which it stands, counted from 1.
        cells: The cells below it, up to the next heading of its level; with those below deeper ones.
        text: The Markdown below it, up to the next heading of any level, without the cells of code between.
    """

    title: str
    level: int
    anchor: str
    line: int
    cells: tuple[MasterCell, ...]
    text: str


class Outline:
    """The sections of a lesson, in their order."""

    def __init__(self, master: Master) -> None:
        places = list(_headings(master))
        anchors = _anchors([title for title, _, _, _ in places])
        texts = _texts(master)
        self.sections = tuple(
            Section(title, level, anchor, line, _below(master, places, number), text)
            for number, ((title, level, line, _), anchor, text) in enumerate(
                zip(places, anchors, texts, strict=True)
            )
        )

    def section(self, title: str) -> Section | None:
        """The section with this heading."""
        return next((section for section in self.sections if section.title == title), None)

    def around(self, kind: Kind, name: str) -> Section | None:
        """The innermost section in which a cell stands."""
        holding = [
            section
            for section in self.sections
            if any(cell.kind is kind and cell.name == name for cell in section.cells)
        ]
        return holding[-1] if holding else None


def headings_in(text: str) -> Iterator[tuple[int, str, int]]:
    """The headings of Markdown: level, title, and how many lines stand above it. Code has none."""
    fenced = False
    for above, line in enumerate(text.split("\n")):
        fenced ^= bool(_FENCE.match(line))
        if not fenced and (found := _HEADING.fullmatch(line)):
            yield len(found["level"]), found["title"], above


def _headings(master: Master) -> Iterator[tuple[str, int, int, int]]:
    """Title, level, line, and the place among the cells of the one that has it."""
    for place, cell in enumerate(master.cells):
        if cell.kind in (Kind.MARKDOWN, Kind.RESPONSE):
            for level, title, above in headings_in(cell.public):
                yield title, level, cell.line + above, place


def _below(master: Master, places: list[tuple[str, int, int, int]], number: int) -> tuple[MasterCell, ...]:
    """The cells that follow the one with a heading, up to the one with the next heading of its level."""
    _, level, _, begin = places[number]
    ends = (place for _, other, _, place in places[number + 1 :] if other <= level)
    return master.cells[begin + 1 : next(ends, len(master.cells) - 1) + 1]


def _texts(master: Master) -> list[str]:
    """The Markdown below each heading."""
    texts: list[list[str]] = []
    for cell in master.of(Kind.MARKDOWN, Kind.RESPONSE):
        titled = {above for _, _, above in headings_in(cell.public)}
        for number, line in enumerate(cell.public.split("\n")):
            if number in titled:
                texts.append([])
            elif texts:
                texts[-1].append(line)
        if texts:
            texts[-1].append("")
    return ["\n".join(lines) for lines in texts]


def _anchors(titles: list[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for title in titles:
        anchor = _NOT_IN_ANCHORS.sub("", title.lower()).replace(" ", "-")
        again = seen.get(anchor, 0)
        seen[anchor] = again + 1
        yield f"{anchor}-{again}" if again else anchor
