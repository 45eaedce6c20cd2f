"""Makes a class: copies of a topic's notebook, filled in by people who know more or less."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.engine.reference import reference_source
from nnlearn.catalogue import Topic, attribute_of
from nnlearn.submission.source import Source, load_source

# Wrong in the ways in which people are wrong. Those of the class that loop for ever are left out: the time
# for them is a limit that somebody chose.
_WRONG = ("fatima", "goran", "hana", "ivo", "jun", "uma", "emeka")


@dataclass(frozen=True)
class Handed:
    """One submission: who, and the code of each cell in which something is to be filled in."""

    learner: str
    cells: Mapping[str, str]


def hand_in(topic: Topic, root: Path, count: int) -> list[Handed]:
    """`count` submissions: by turns a right one and a wrong one, the reference first."""
    assert topic.solution_dir is not None  # noqa: S101 - benchmarks run in a full clone
    right = [reference_source(topic), *(load_source(path) for path in topic.alternatives)]
    folder = root / "autograder" / "sample_class"
    wrong = [load_source(path) for name in _WRONG for path in sorted(folder.glob(f"{name}/{topic.name}.*"))]
    turns = [right, wrong] if wrong else [right]
    handed = []
    for number in range(count):
        kind = turns[number % len(turns)]
        source = kind[number // len(turns) % len(kind)]
        handed.append(Handed(f"learner{number:03}", _by_part(source, topic, number)))
    return handed


def notebook(topic: Topic, handed: Handed | None = None) -> Any:
    """The topic's notebook, filled in; as it is handed out if nobody is given.

    Demonstrations are left out: nnlearn does not run them, and other graders would have to.
    """
    book = nbformat.read(topic.notebook, as_version=4)  # type: ignore[no-untyped-call]
    book.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book.cells = [
        cell
        for cell in book.cells
        if cell.cell_type == "markdown" or not {"demo", "answer"} & set(cell.metadata.get("tags", ()))
    ]
    for cell, part in part_cells(book, topic):
        if handed is not None:
            cell.source = handed.cells[part]
    return book


def write(book: Any, file: Path) -> None:
    """Write a notebook to `file`."""
    text: str = nbformat.writes(book)  # type: ignore[no-untyped-call]
    file.write_text(text, encoding="utf-8")


def part_cells(book: Any, topic: Topic) -> Iterator[tuple[Any, str]]:
    """The cells in which something is to be filled in, and for what part."""
    parts = {attribute_of(part.name): part.name for part in topic.parts}
    for cell in book.cells:
        if cell.cell_type == "code":
            defined = [
                parts[name] for node in ast.parse(cell.source).body for name in _names(node) & {*parts}
            ]
            if defined:
                yield cell, defined[0]


def _by_part(source: Source, topic: Topic, number: int) -> dict[str, str]:
    """The code of a submission, cut behind each definition of a part, in the order of the notebook."""
    code = "\n\n".join(cell.code for cell in source.cells if cell.error is None)
    wanted = {attribute_of(part.name) for part in topic.parts}
    lines = code.split("\n")
    pieces, begin = [], 0
    for node in ast.parse(code).body:
        if _names(node) & wanted:
            end = node.end_lineno or node.lineno
            pieces.append("\n".join(lines[begin:end]).strip("\n"))
            begin = end
    order = [part for _, part in part_cells(notebook(topic), topic)]
    # One piece for each cell, so that what is needed first stays first; what is left goes into the last.
    pieces += ["pass"] * (len(order) - len(pieces))
    kept, rest = pieces[: len(order)], [*pieces[len(order) :], "\n".join(lines[begin:])]
    kept[-1] = "\n\n".join([kept[-1], *rest]).strip("\n")
    kept[0] = f"# submission {number}\n{kept[0]}"
    return dict(zip(order, kept, strict=True))


def _names(node: ast.stmt) -> set[str]:
    """The names that a statement defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()
