"""Finds the definition of a part in Python text, and puts another one in its place. Nothing is run."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nnlearn.catalogue import attribute_of
from nnlearn.submission.locate import names_defined

_STARTS = re.compile(r"[^\s#)\]}]")


def definition_of(text: str, part: str) -> str | None:
    """The lines that define `part`, or None where the text has none."""
    span = _span(text, part)
    return None if span is None else "\n".join(text.splitlines()[span[0] : span[1]])


def replace_definition(text: str, part: str, definition: str) -> str | None:
    """`text` with `definition` in place of the one of `part`; behind the rest where there is none.

    Returns:
        The new text, or None where the part cannot be found because the text is not Python.
    """
    span = _span(text, part)
    if span is None:
        if _body(text) is None:
            return None
        return f"{text.rstrip()}\n\n\n{definition}\n" if text.strip() else f"{definition}\n"
    lines = text.splitlines()
    ending = "\n" if text.endswith("\n") else ""
    return "\n".join([*lines[: span[0]], *definition.splitlines(), *lines[span[1] :]]) + ending


def without_markers(definition: str) -> str:
    """A reference solution without the lines that mark what learners do not get."""
    marks = ("# BEGIN SOLUTION", "# END SOLUTION")
    return "\n".join(line for line in definition.splitlines() if line.strip() not in marks)


def definitions_of(text: str, parts: Iterable[str]) -> dict[str, str]:
    """The definition of each of `parts` that `text` has."""
    body, lines = _body(text), text.splitlines()
    spans = {part: _span_in(body, lines, part) for part in parts}
    return {part: "\n".join(lines[span[0] : span[1]]) for part, span in spans.items() if span}


def code_cells(notebook: Any) -> Iterator[dict[str, Any]]:
    """The code cells of a notebook of format 4, given as its text or as what that holds.

    Raises:
        ValueError: It is no such notebook.
    """
    document = json.loads(notebook) if isinstance(notebook, str) else notebook
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise ValueError("it has no cells")
    return (cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code")


def source_of_cell(cell: Mapping[str, Any]) -> str:
    """The text of a cell, which is kept as one text or as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def _span(text: str, part: str) -> tuple[int, int] | None:
    return _span_in(_body(text), text.splitlines(), part)


def _body(text: str) -> list[ast.stmt] | None:
    """The statements of `text`, or None if it is not Python."""
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return None


def _span_in(body: list[ast.stmt] | None, lines: list[str], part: str) -> tuple[int, int] | None:
    """The first line of the definition that counts, and the line behind its last; counted from 0."""
    name = attribute_of(part)
    if body is None:
        return _span_by_lines(lines, name)
    for node in reversed(body):  # the last one counts
        if name in names_defined(node):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            return first - 1, node.end_lineno or node.lineno
    return None


def _span_by_lines(lines: list[str], name: str) -> tuple[int, int] | None:
    """The same for text that is not Python (yet): from its first line to the next that stands as far left."""
    begins = re.compile(rf"(async\s+def|def|class)\s+{name}\b|{name}\s*(:.*)?=")
    starts = [number for number, line in enumerate(lines) if begins.match(line)]
    if not starts:
        return None
    end = start = starts[-1]
    for number in range(start + 1, len(lines)):
        if _STARTS.match(lines[number]):
            break
        if lines[number].strip() and not lines[number].startswith("#"):
            end = number
    return start, end + 1
