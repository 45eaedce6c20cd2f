"""Reads a master: the one file that holds a topic's lesson, demonstrations and reference.

A master is in jupytext's percent format. What each cell is for follows from its tags and from the names it
defines; what is unclear is refused, with file and line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

from autograder.authoring.stub import MARKER, stub_of
from nnlearn.catalogue import PREDICTIONS, Topic
from nnlearn.catalogue.nearest import did_you_mean
from nnlearn.catalogue.prediction_code import PLACE, is_place, predictions_code
from nnlearn.errors import ContentError
from nnlearn.runtime.notebooks import import_jupytext
from nnlearn.submission.locate import names_defined

_FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
_FIGURE = re.compile(r"# figure: (?P<name>[\w-]+) \| (?P<alt>\S.*)")
_METADATA = ("tags", "name", "title", "lines_to_next_cell", "cell_marker")
_TAGS = {"code": ("demo", "figure"), "markdown": ("response",)}


class Kind(StrEnum):
    """What a cell is for."""

    MARKDOWN = "markdown"
    RESPONSE = "response"
    CODE = "code"  # imports, and helpers that learners are given
    DEMO = "demo"
    FIGURE = "figure"
    PART = "part"
    PREDICTIONS = "predictions"


@dataclass(frozen=True)
class MasterCell:
    """A cell of a master.

    Attributes:
        kind: What it is for.
        source: As the author wrote it; of predictions, as topic.toml asks and answers them.
        public: As learners get it: solutions and answers taken out.
        line: The line of the master on which the cell's text begins, counted from 1.
        name: Of the part, the figure or the response; empty for other cells.
        alt: What a figure shows, in words.
    """

    kind: Kind
    source: str
    public: str
    line: int
    name: str = ""
    alt: str = ""

    @property
    def is_learners(self) -> bool:
        """Whether it belongs in the learner's `.py` file."""
        return self.kind in (Kind.CODE, Kind.PART, Kind.PREDICTIONS)


@dataclass(frozen=True)
class Master:
    """A master and the topic it belongs to."""

    topic: Topic
    path: Path
    cells: tuple[MasterCell, ...]

    def of(self, *kinds: Kind) -> tuple[MasterCell, ...]:
        """The cells of these kinds, in their order."""
        return tuple(cell for cell in self.cells if cell.kind in kinds)


def read_master(topic: Topic) -> Master:
    """Read and check the master of `topic`.

    Raises:
        ContentError: There is none, or a cell is not as it should be; the message names file and line.
    """
    if topic.master is None:
        where = topic.solution_dir or f"solutions/{topic.name}"
        raise ContentError(
            f"topic `{topic.name}` has no master: expected {where}/{topic.name}.py",
            f"write it, or see how one looks: nnlearn topic new {topic.name}_example",
        )
    reader = _Reader(topic, topic.master)
    master = Master(topic, topic.master, tuple(reader.cells()))
    reader.require_all()
    return master


class _Reader:
    """Turns the cells of one file into `MasterCell`s."""

    def __init__(self, topic: Topic, path: Path) -> None:
        self.topic = topic
        self.path = path
        self.parts = [part.name for part in topic.parts if part.name != PREDICTIONS]
        self.seen: dict[tuple[Kind, str], int] = {}

    def cells(self) -> Iterator[MasterCell]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ContentError(f"{self.path} cannot be read: {error}", "save it as UTF-8") from error
        cells = import_jupytext().reads(text, fmt=_FORMAT).cells
        for cell, line in zip(cells, _lines_of(text, cells), strict=True):
            yield self._cell(cell.cell_type, cell.metadata, cell.source, line)

    def require_all(self) -> None:
        """Refuse a master in which something that topic.toml lists is missing."""
        wanted = [(Kind.PART, name) for name in self.parts]
        wanted += [(Kind.RESPONSE, response.name) for response in self.topic.responses]
        if any(part.name == PREDICTIONS for part in self.topic.parts):
            wanted.append((Kind.PREDICTIONS, PREDICTIONS))
        for kind, name in wanted:
            if (kind, name) not in self.seen:
                what = f"the cell `{PLACE}`" if kind is Kind.PREDICTIONS else f"the {kind} `{name}`"
                raise ContentError(
                    f"{self.path}: {what} is missing, though topic.toml lists it",
                    "write its cell, or take it out of topic.toml",
                )
        if not self.seen.keys() & set(wanted):
            raise ContentError(f"{self.path}: there is no part in it", "write one")

    def _cell(self, type_: str, metadata: dict[str, Any], source: str, line: int) -> MasterCell:
        if type_ not in _TAGS:
            self._refuse(line, f"a {type_} cell has no place in a lesson", "make it [markdown]")
        if "incorrectly_encoded_metadata" in metadata:
            wrong = metadata["incorrectly_encoded_metadata"]
            self._refuse(line, f"cannot read `{wrong}` of the cell", 'write tags=["demo"]')
        for key in metadata:
            if key not in _METADATA:
                self._refuse(
                    line, f"unknown word `{key}` at the cell", did_you_mean(key, _METADATA[:3], "use")
                )
        tags = frozenset(metadata.get("tags", ()))
        for tag in sorted(tags - set(_TAGS[type_])):
            advice = did_you_mean(tag, _TAGS[type_], f"the tags of a {type_} cell are")
            self._refuse(line, f"unknown tag `{tag}`", advice)
        if type_ == "markdown":
            return self._markdown(source, line, metadata.get("name", ""), "response" in tags)
        self._parse(source, line)
        if tags:
            return self._demo(source, line, "figure" in tags, "demo" in tags)
        return self._code(source, line)

    def _markdown(self, source: str, line: int, name: str, is_response: bool) -> MasterCell:
        if not is_response:
            return MasterCell(Kind.MARKDOWN, source, source, line)
        known = [response.name for response in self.topic.responses]
        if name not in known:
            advice = f'write name="..." with one of: {", ".join(known)}' if known else "add it there"
            self._refuse(line, f"no [[response]] in topic.toml is called `{name}`", advice)
        self._once(Kind.RESPONSE, name, line)
        return MasterCell(Kind.RESPONSE, source, source, line, name)

    def _demo(self, source: str, line: int, is_figure: bool, is_demo: bool) -> MasterCell:
        if MARKER in source:
            self._refuse(line, "a demonstration holds a solution region", "take the markers out")
        if not is_demo:
            self._refuse(line, "a figure cell needs the tag `demo` too", 'tags=["demo", "figure"]')
        if not is_figure:
            return MasterCell(Kind.DEMO, source, source, line)
        found = _FIGURE.fullmatch(source.split("\n")[0].strip())
        if not found:
            self._refuse(
                line,
                "a figure cell begins with its name and a text for those who cannot see it",
                "write as its first line: # figure: NAME | what the picture shows",
            )
        self._once(Kind.FIGURE, found["name"], line)
        return MasterCell(Kind.FIGURE, source, source, line, found["name"], found["alt"])

    def _code(self, source: str, line: int) -> MasterCell:
        defined = {name for node in ast.parse(source).body for name in names_defined(node)}
        parts = [name for name in self.parts if name in defined]
        if "PREDICTIONS" in defined:
            if parts:
                self._refuse(line, f"PREDICTIONS and {parts[0]} share a cell", "give each its own")
            if not any(part.name == PREDICTIONS for part in self.topic.parts):
                self._refuse(line, "PREDICTIONS is no part in topic.toml", 'add name = "predictions"')
            if not is_place(source):
                problem = "topic.toml asks and answers the predictions, and a master only marks their place"
                self._refuse(line, problem, f"write `{PLACE}` alone in the cell")
            self._once(Kind.PREDICTIONS, PREDICTIONS, line)
            full, public = (predictions_code(self.topic.predictions, answered=a) for a in (True, False))
            return MasterCell(Kind.PREDICTIONS, full, public, line, PREDICTIONS)
        if not parts:
            if MARKER in source:
                self._refuse(
                    line,
                    "a solution region in a cell that defines no part of topic.toml",
                    f"the parts are {', '.join(self.parts)}",
                )
            return MasterCell(Kind.CODE, source, source, line)
        if len(parts) > 1:
            self._refuse(line, f"{' and '.join(parts)} share a cell", "give each part its own")
        self._once(Kind.PART, parts[0], line)
        public = stub_of(source, parts[0], self.path, line)
        return MasterCell(Kind.PART, source, public, line, parts[0])

    def _parse(self, source: str, line: int) -> None:
        try:
            ast.parse(source)
        except SyntaxError as error:
            where = line + (error.lineno or 1) - 1
            self._refuse(where, f"not Python: {error.msg}", "put that line right")

    def _once(self, kind: Kind, name: str, line: int) -> None:
        if (kind, name) in self.seen:
            first = self.seen[kind, name]
            self._refuse(line, f"the {kind} `{name}` is there twice", f"the first is on line {first}")
        self.seen[kind, name] = line

    def _refuse(self, line: int, problem: str, next_step: str) -> NoReturn:
        raise ContentError(f"{self.path}:{line}: {problem}", next_step)


def _lines_of(text: str, cells: Iterable[Any]) -> Iterator[int]:
    """The line on which each cell's source begins; jupytext does not keep it."""
    lines, start = text.split("\n"), 0
    for cell in cells:
        source = cell.source.split("\n")
        if cell.cell_type != "code":
            commented = f"# {source[0]}".rstrip()
            source = [commented] if commented in lines[start:] else source[:1]
        size = len(source)
        found = (i for i in range(start, len(lines)) if lines[i : i + size] == source)
        begin = next(found, start)
        start = begin + size
        yield begin + 1
