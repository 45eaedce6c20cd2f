"""Parses the learner's code without running it."""

from __future__ import annotations

import ast
import sys
import warnings

from nnlearn.submission.newer import version_of
from nnlearn.text import one_line

MAX_DEPTH = 150


class ParseError(Exception):
    """Code that is not Python; the message says where and why.

    Attributes:
        line: The line, counted from 1, or None if unknown.
        column: The column in it, counted from 1, or None.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def parse(code: str) -> ast.Module:
    """The syntax tree of `code`, at most `MAX_DEPTH` levels deep.

    Raises:
        ParseError: `code` is not Python, or would not be safe to walk.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" and the like are between the learner and Python
            tree = ast.parse(code)
    except SyntaxError as error:
        where = f" line {error.lineno}" if error.lineno else ""
        kind = type(error).__name__
        said = f"does not parse: {kind}{where}: {quoted(error.msg)}"
        if (version := version_of(code, error.lineno)) is not None:
            here = sys.version_info
            said += f"; this is Python {version[0]}.{version[1]}, and what reads it is {here[0]}.{here[1]}"
        raise ParseError(said, error.lineno, error.offset) from None
    except (RecursionError, MemoryError):
        raise ParseError("does not parse: it is nested too deeply") from None
    except ValueError as error:  # NUL characters and lone surrogates
        raise ParseError(f"does not parse: {quoted(str(error))}") from None
    if _is_deeper(tree, MAX_DEPTH):
        raise ParseError("does not parse: it is nested too deeply")
    return tree


def quoted(text: str, limit: int = 200) -> str:
    """`text` as it stands in a message: on one line, and short however long it is."""
    return one_line(text[: 10 * limit], limit)


def _is_deeper(tree: ast.AST, limit: int) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(limit):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
