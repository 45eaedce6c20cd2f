"""What stands in a learner's file, found by reading it: the code, its parts, and where it does not parse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnlearn.catalogue import Topic
from nnlearn.errors import SubmissionError
from nnlearn.submission.source import Cell, load_source
from nnlearn.workspace.parts import definitions_of


@dataclass(frozen=True)
class Fault:
    """Where a file does not parse.

    Attributes:
        words: What is wrong, and in which line.
        parts: The parts that cannot be checked until it parses.
        line: The line, or None where it is not one line that is wrong.
        text: What stands in it.
        column: Where in it that shows, counted from 1.
    """

    words: str
    parts: tuple[str, ...]
    line: int | None = None
    text: str = ""
    column: int = 1


@dataclass(frozen=True)
class Written:
    """What stands in a file.

    Attributes:
        code: The code of each cell that parses, by the name that frames of it have.
        parts: The definition of each part that it has, those in cells that do not parse left out.
        fault: Where it does not parse, if parts cannot be checked for that.
        unreadable: Why nothing of it can be read, or an empty string.
    """

    code: Mapping[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    unreadable: str = ""

    def changed_from(self, before: Written) -> list[str]:
        """The parts that are defined in other words than before."""
        return [n for n in before.parts | self.parts if self.parts.get(n) != before.parts.get(n)]

    def since(self, before: Written) -> Written:
        """This, with the definitions of before in place of those that cannot be read."""
        kept = tuple(before.parts) if self.unreadable else self.fault.parts if self.fault else ()
        parts = self.parts | {name: before.parts[name] for name in kept if name in before.parts}
        return Written(self.code, parts, self.fault, self.unreadable)


def read_written(topic: Topic, file: Path) -> Written:
    """What stands in a file of `topic`."""
    try:
        source = load_source(file)
    except SubmissionError as error:
        return Written(unreadable=str(error))
    names = [part.name for part in topic.parts]
    code: dict[str, str] = {}
    parts: dict[str, str] = {}
    broken: list[tuple[Cell, tuple[str, ...]]] = []
    for cell in source.cells:
        found = definitions_of(cell.code, names)
        if cell.error is None:
            parts |= found
            code[str(file) if source.kind == "py" else cell.name] = cell.code
        elif source.kind == "py":
            broken.append((cell, tuple(names)))
        elif found:
            broken.append((cell, tuple(found)))
    return Written(code, parts, _fault(broken))


def is_saved(file: Path, now: Written, before: Written, *, is_watched: bool) -> bool:
    """Whether a learner has saved a file; Jupyter saves by itself, for an output or two."""
    return file.exists() and (is_watched or file.suffix == ".py" or now != before)


def _fault(broken: list[tuple[Cell, tuple[str, ...]]]) -> Fault | None:
    """The first fault, and the parts that all of them hold."""
    if not broken:
        return None
    cell, _ = broken[0]
    words = f"{cell.name} {cell.error}"
    parts = tuple(dict.fromkeys(name for _, held in broken for name in held))
    if cell.fault is None:
        return Fault(words, parts)
    line, column = cell.fault
    text = (cell.code.split("\n")[line - 1 : line] or [""])[0]
    return Fault(words, parts, line, text, column)
