"""Which parts of a reference build on which others."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nnlearn.submission.source import Source


def dependents(source: Source, parts: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each part, the other parts whose code reaches it, directly or through helpers.

    Only these can behave differently when the part is replaced by a mistake.
    """
    uses: dict[str, set[str]] = {}
    for cell in source.cells:
        for node in ast.parse(cell.code).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                uses.setdefault(node.name, set()).update(names)
    wanted = list(parts)
    reached = {name: _reach(name, uses) for name in wanted}
    return {
        part: frozenset(other for other in wanted if other != part and part in reached[other])
        for part in wanted
    }


def _reach(start: str, uses: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        for name in uses.get(todo.pop(), ()):
            if name in uses and name not in found:
                found.add(name)
                todo.append(name)
    return found
