"""Finds the definition of a part in Python text, and puts another one in its place. Nothing is run."""

from __future__ import annotations

import ast
import re

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
        if not _parses(text):
            return None
        return f"{text.rstrip()}\n\n\n{definition}\n" if text.strip() else f"{definition}\n"
    lines = text.splitlines()
    ending = "\n" if text.endswith("\n") else ""
    return "\n".join([*lines[: span[0]], *definition.splitlines(), *lines[span[1] :]]) + ending


def without_markers(definition: str) -> str:
    """A reference solution without the lines that mark what learners do not get."""
    marks = ("# BEGIN SOLUTION", "# END SOLUTION")
    return "\n".join(line for line in definition.splitlines() if line.strip() not in marks)


def attribute_of(part: str) -> str:
    """The name a part has in the learner's file."""
    return "PREDICTIONS" if part == "predictions" else part


def _span(text: str, part: str) -> tuple[int, int] | None:
    """The first line of the definition that counts, and the line behind its last; counted from 0."""
    name = attribute_of(part)
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return _span_by_lines(text.splitlines(), name)
    for node in reversed(body):  # the last one counts
        if name in _names(node):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            return first - 1, node.end_lineno or node.lineno
    return None


def _names(node: ast.stmt) -> set[str]:
    """What a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


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


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True
