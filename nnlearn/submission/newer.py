"""Recognises Python that is newer than the Python that reads it, and says which version has it."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_LONGEST = 2_000
_CONVERSIONS = ("!r", "!s", "!a")
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*["]""")
_QUOTE = re.compile(r"'''|\"\"\"|'|\"")


@dataclass(frozen=True)
class _Syntax:
    """Syntax that a version has and earlier ones have not.

    Attributes:
        version: The version.
        rewritten: A line that has it, in ways that earlier versions understand.
    """

    version: tuple[int, int]
    rewritten: Callable[[str], Iterator[str]]


def version_of(code: str, line: int | None) -> tuple[int, int] | None:
    """The version of Python that has the syntax at which parsing `code` stops, or None if that is unknown.

    A guess is tried: with the line put into older words, parsing has to come further.

    Args:
        code: Code that does not parse.
        line: Where it stops, counted from 1.
    """
    lines = code.split("\n")
    if line is None or not 0 < line <= len(lines) or len(lines[line - 1]) > _LONGEST:
        return None
    for syntax in _NEWER:
        if syntax.version <= sys.version_info[:2]:
            continue
        for older in syntax.rewritten(lines[line - 1]):
            if _stops_at([*lines[: line - 1], older, *lines[line:]]) > line:
                return syntax.version
    return None


def _stops_at(lines: list[str]) -> float:
    """The line at which parsing stops; infinite if it does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse("\n".join(lines))
    except SyntaxError as error:
        return error.lineno or 0
    except (ValueError, RecursionError, MemoryError):
        return 0
    return float("inf")


def _without(pattern: str, instead: str) -> Callable[[str], Iterator[str]]:
    compiled = re.compile(pattern)

    def rewritten(line: str) -> Iterator[str]:
        older, count = compiled.subn(instead, line, count=1)
        if count:
            yield older

    return rewritten


def _with_plain_fields(line: str) -> Iterator[str]:
    """The line with what is new inside of the braces of f-strings taken out: quotes, backslashes."""
    for start in re.finditer(r"\b[fF][rR]?|\b[rR][fF]", line):
        opening = _QUOTE.match(line, start.end())
        if opening is None or start.end() == start.start():
            continue
        older = _one_with_plain_fields(line, start.end(), opening[0])
        if older is not None:
            yield older


def _one_with_plain_fields(line: str, at: int, quote: str) -> str | None:
    """`line` with `0` in each field of the f-string that opens at `at`; None if that makes no sense."""
    place = at + len(quote)
    out = line[:place]
    fields = 0
    while place < len(line):
        if line.startswith(quote, place):
            return out + line[place:] if fields else None
        if line[place : place + 2] in ("{{", "}}"):
            out, place = out + line[place : place + 2], place + 2
        elif line[place] == "{":
            end = _end_of_field(line, place + 1)
            if end is None:
                return None
            out, place, fields = out + "{0}", end, fields + 1
        else:
            out, place = out + line[place], place + 1
    return None


def _end_of_field(line: str, start: int) -> int | None:
    """Where the field ends that starts at `start`, or None if what it holds is no Python of any version."""
    depth, place, expression = 1, start, ""
    while place < len(line):
        character = line[place]
        text = _STRING.match(line, place)
        if text is not None:
            place = text.end()
            continue
        depth += (character in "{[(") - (character in "}])")
        ends = depth == 0 or (depth == 1 and (character == ":" or line[place : place + 2] in _CONVERSIONS))
        if ends and not expression:
            expression = line[start:place].rstrip().removesuffix("=")
        if depth == 0:
            return place + 1 if _stops_at([f"({expression.strip()})"]) == float("inf") else None
        place += 1
    return None


_DEFINITION = r"^(\s*(?:async\s+)?(?:def|class)\s+\w+)\s*"
_NEWER = (
    _Syntax((3, 13), _without(_DEFINITION + r"\[[^\]=]*=[^\]]*\]", r"\1")),
    _Syntax((3, 12), _without(_DEFINITION + r"\[[^\]=]*\]", r"\1")),
    _Syntax((3, 12), _without(r"^(\s*)type\s+(\w+)\s*(?:\[[^\]=]*\])?\s*=", r"\1\2 =")),
    _Syntax((3, 12), _with_plain_fields),
    _Syntax((3, 14), _without(r"\b[tT](?=['\"])|\b(?:[tT][rR]|[rR][tT])(?=['\"])", "f")),
    _Syntax((3, 14), _without(r"^(\s*except\*?)\s+([^:()]+,[^:()]+):", r"\1 (\2):")),
)
