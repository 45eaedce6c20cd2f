"""Right code for a part: the reference, and those alternatives that are least like it. Nothing is run."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from nnlearn.catalogue import Topic, attribute_of
from nnlearn.errors import ContentError
from nnlearn.submission.locate import names_defined
from nnlearn.submission.needs import Needs
from nnlearn.submission.source import load_source
from nnlearn.workspace.parts import without_markers

_FOR_TOOLS = re.compile(r"#\s*(ruff|noqa|type|fmt|pylint)\b")
_WORD = re.compile(r"\w+|[^\w\s]")
_BLOCK = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Solution:
    """A right definition of a part.

    Attributes:
        file: The file it is from.
        code: The definition, below what else of that file it needs and is no part.
        words: The words of that code, without what only explains it.
    """

    file: Path
    code: str
    words: tuple[str, ...]

    @property
    def about(self) -> str:
        """How an alternative goes about it, in its own words."""
        return description_of(self.file)

    def likeness(self, other: Solution) -> float:
        """How much the code of both has in common, from 0 to 1."""
        return SequenceMatcher(None, self.words, other.words, autojunk=False).ratio()


def solutions_of(topic: Topic, part: str, others: int = 2) -> list[Solution]:
    """The reference of a part, then alternatives: each is the one that is least like all before it.

    Args:
        topic: A topic with its master.
        part: The part.
        others: How many alternatives, if there are as many.

    Raises:
        ContentError: The master does not define the part.
    """
    parts = {attribute_of(known.name) for known in topic.parts}
    reference = _solution(topic.master, part, parts) if topic.master else None
    if reference is None:
        raise ContentError(f"{topic.master} does not define `{part}`", "nnlearn topic check says more")
    left = [found for file in topic.alternatives if (found := _solution(file, part, parts))]
    chosen = [reference]
    for _ in range(min(others, len(left))):
        chosen.append(min(left, key=lambda one: max(one.likeness(other) for other in chosen)))
        left.remove(chosen[-1])
    return chosen


def description_of(file: Path) -> str:
    """What a file says of itself: its docstring, or the comment that it begins with; else an empty string."""
    text = file.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text))
    if said is None:
        comment = itertools.takewhile(lambda line: line.startswith("#"), text.splitlines())
        said = "\n".join(line.lstrip("# ") for line in comment if not _FOR_TOOLS.match(line))
    return " ".join(said.split("\n\n")[0].split())


def _solution(file: Path, part: str, parts: set[str]) -> Solution | None:
    """What a file has for a part, or None if it has nothing."""
    source = load_source(file)
    needs = Needs(source)
    defined = [s for s in needs.statements if attribute_of(part) in names_defined(s)]
    if not defined:
        return None
    needed = _with_helpers(needs, defined[-1], parts)
    statements = [statement for statement in needs.statements if statement in needed]
    lines = source.cells[0].code.splitlines()
    groups = itertools.groupby(statements, key=lambda s: s if isinstance(s, _BLOCK) else None)
    code = "\n\n\n".join("\n".join(_text(s, lines) for s in group) for _, group in groups)
    words = tuple(word for s in statements for word in _words(s))
    return Solution(file, without_markers(code), words)


def _with_helpers(needs: Needs, definition: ast.stmt, parts: set[str]) -> set[ast.stmt]:
    """A definition, and what it needs that is no part, however indirectly."""
    found, new = {definition}, [definition]
    while new:
        for needed, _ in needs.of(new.pop()):
            if needed not in found and not names_defined(needed) & parts:
                found.add(needed)
                new.append(needed)
    return found


def _text(statement: ast.stmt, lines: list[str]) -> str:
    """The lines of a statement, with its decorators."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(lines[first - 1 : statement.end_lineno])


def _words(statement: ast.stmt) -> Iterator[str]:
    """The words of a statement, but for imports and docstrings."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return
    explained = [node for node in ast.walk(statement) if isinstance(node, _BLOCK) and ast.get_docstring(node)]
    for node in explained:
        node.body = node.body[1:] or [ast.Pass()]
    yield from _WORD.findall(ast.unparse(statement))
