"""Parses the learner's code without running it, and takes out what only IPython understands."""

from __future__ import annotations

import ast
import re
import warnings

from nnlearn.text import one_line

MAX_DEPTH = 150
MAX_MAGICS = 50
_SHOWN = 60
# A line that IPython, not Python, would understand: %magic, !shell, ?help, help?, x = !shell.
_IPYTHON_LINE = re.compile(
    r"\s*(?:(?P<magic>%\w)|(?P<shell>!)|(?P<help>\?|[%\w.*]+\?\??\s*$)"
    r"|[\w\s,.]+=\s*(?:(?P<magic_value>%\w)|(?P<shell_value>!)))"
)
_WHAT = {"magic": "a magic command", "shell": "a shell command", "help": "a question to IPython"}


class ParseError(Exception):
    """Code that is not Python; the message says where and why, the line is None if unknown."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


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
        raise ParseError(f"does not parse: {kind}{where}: {quoted(error.msg)}", error.lineno) from None
    except (RecursionError, MemoryError):
        raise ParseError("does not parse: it is nested too deeply") from None
    except ValueError as error:  # NUL characters and lone surrogates
        raise ParseError(f"does not parse: {quoted(str(error))}") from None
    if _is_deeper(tree, MAX_DEPTH):
        raise ParseError("does not parse: it is nested too deeply")
    return tree


def without_magics(code: str) -> tuple[str, list[tuple[int, str, str]], str | None]:
    """`code` with IPython's lines blanked, if it takes that to make it Python.

    Only a line at which Python's own parser stops is looked at: a `%` that continues an expression and a
    `!` inside a string are left alone.

    Returns:
        The code, what was blanked as (line, text, what it is), and why the cell cannot run, or None.
    """
    first = next((line for line in code.split("\n") if line.strip()), "")
    if first.startswith("%%"):
        return code, [], f"is not run: `{quoted(first, _SHOWN)}` is a cell magic; remove the line"
    lines = code.split("\n")
    dropped: list[tuple[int, str, str]] = []
    while True:
        try:
            tree = parse("\n".join(lines))
        except ParseError as error:
            number = error.line or 0
            line = lines[number - 1] if 0 < number <= len(lines) else ""
            match = _IPYTHON_LINE.match(line[:200])  # bounded: the pattern is not linear in blanks
            if match is None or len(dropped) == MAX_MAGICS:
                return code, [], str(error)
            dropped.append((number, quoted(line, _SHOWN), _WHAT[_kind(match)]))
            _blank(lines, number - 1)
            continue
        for statement in tree.body:
            if _asks_ipython(statement):  # what nbconvert makes of a magic
                line = lines[statement.lineno - 1]
                dropped.append((statement.lineno, quoted(line, _SHOWN), _WHAT["magic"]))
                for index in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
                    lines[index] = "#"
        return "\n".join(lines), dropped, None


def quoted(text: str, limit: int = 200) -> str:
    """`text` as it stands in a message: on one line, and short however long it is."""
    return one_line(text[: 10 * limit], limit)


def _kind(match: re.Match[str]) -> str:
    return (match.lastgroup or "magic").removesuffix("_value")


def _blank(lines: list[str], index: int) -> None:
    """Blank a line and those it continues on; a block of code stays a block."""
    text = lines[index]
    indent = text[: len(text) - len(text.lstrip())]
    lines[index] = f"{indent}pass" if indent else "#"
    while text.endswith("\\") and index + 1 < len(lines):
        index += 1
        text, lines[index] = lines[index], ""


def _asks_ipython(statement: ast.stmt) -> bool:
    """Whether a statement does no more than call something of `get_ipython()`."""
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython"), [], []), _), _, _)):
            return True
    return False


def _is_deeper(tree: ast.AST, limit: int) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(limit):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
