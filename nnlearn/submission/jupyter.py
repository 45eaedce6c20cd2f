"""Makes plain Python of what Jupyter accepts besides it, by IPython's own rules, line for line.

Nothing is run: `%time x = f()` becomes `x = f()`, `!ls` is left out and noted. IPython is imported only for
code that needs it, and no shell of it is started.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nnlearn.submission.syntax import ParseError, parse, quoted

MAX_MAGICS = 50
_ROUNDS = 4  # `%time !ls` takes two
_WORK = 1_000_000  # so many characters does IPython look at for one submission: it reads all for each magic
_LONG_LINE = 20_000
_LONG_WORD = 300
_SHOWN = 60
_PROMPT = re.compile(r"\s*In \[\d+\]: ")  # `In [5]: x = 1` is Python, too: an annotation
# What runs its code as it is, and may do more besides that nobody needs in grading.
_TRANSPARENT_CELLS = ("time", "timeit", "capture", "prun", "debug")
_TRANSPARENT_LINES = ("time",)
_QUESTIONS = ("pinfo", "pinfo2", "psearch")
_SHELL = ("system", "getoutput", "sx")
_Transform = Callable[[list[str]], list[str]]
_TIMEIT_OPTIONS = re.compile(r"(?:-[nrp]\s*\d+\s*|-\w+\s*)*")


@dataclass(frozen=True)
class Reading:
    """A piece of a submission as Python.

    Attributes:
        code: The code, every statement on the line on which it was written.
        notes: What was left out of it: the line, and a sentence about it.
        error: Why it cannot run, or None; the code is then as it was written.
        fault: Where that shows, if it can be said: a line and a column, counted from 1.
    """

    code: str
    notes: tuple[tuple[int, str], ...] = ()
    error: str | None = None
    fault: tuple[int, int] | None = None


def most_magics(size: int) -> int:
    """How many magics a cell may have in a submission with `size` characters of code: work stays bounded."""
    return max(2, min(MAX_MAGICS, _WORK // (size + 1)))


def as_python(code: str, most: int | None = None) -> Reading:
    """What Jupyter would run of a cell, as Python on the same lines.

    Code that is Python already stays as it is. Magics that time or capture are taken off what they time;
    shell commands, questions (`f?`) and other magics are left out and noted; prompts (`>>>`, `In [5]:`) and
    the indentation of a whole cell go. A cell whose language is another one (`%%bash`) has an error.

    Args:
        code: What is in the cell.
        most: How many magics are put into Python; by the size of the cell if left out.
    """
    if not _PROMPT.match(code):
        try:
            parse(code)
        except ParseError:
            pass
        else:
            if "get_ipython" not in code:
                return Reading(code)
    cell = _Cell(as_typed(code), most_magics(len(code)) if most is None else most)
    try:
        return cell.reading()
    except ParseError as error:
        fault = (error.line, error.column or 1) if error.line else None
        return Reading(cell.written, error=str(error), fault=fault)


@dataclass
class _Cell:
    """A cell on its way to Python."""

    written: str
    most: int
    notes: dict[int, str] = field(default_factory=dict)

    def reading(self) -> Reading:
        """The cell as Python.

        Raises:
            ParseError: It cannot be made into any.
        """
        lines = self._without_wrapping(self.written.split("\n"))
        for _ in range(_ROUNDS):
            lines = _with_calls(lines, self.most)
            tree = parse("\n".join(lines))
            again, lines = self._without_calls(tree, lines)
            if not again:
                break
        parse("\n".join(lines))
        return Reading("\n".join(lines), tuple(sorted(self.notes.items())))

    def _without_wrapping(self, lines: list[str]) -> list[str]:
        """The lines without cell magics above, prompts, and the indentation that all of them have."""
        start = 0
        for _ in range(self.most):
            while start < len(lines) and not lines[start].strip():
                start += 1
            lines[start:] = _cleaned(lines[start:])
            header = lines[start] if start < len(lines) else ""
            if not re.match(r"%%\w+(?![\w?])|%%!", header):
                return lines
            name, _, rest = header[2:].strip().partition(" ")
            if name not in _TRANSPARENT_CELLS:
                raise ParseError(
                    f"is not run: `{quoted(header, _SHOWN)}` is a cell magic; remove the line, or the cell"
                )
            if name == "timeit":
                lines[start] = _TIMEIT_OPTIONS.sub("", rest.strip(), count=1) or "#"
                self.notes[start + 1] = (
                    f"`{quoted(header, _SHOWN)}` keeps to itself what its cell defines; when graded, "
                    "the cell is run without it; remove the line"
                )
            else:
                lines[start] = "#"
            start += 1
        raise ParseError("does not parse: it has too many cell magics")

    def _without_calls(self, tree: ast.Module, lines: list[str]) -> tuple[bool, list[str]]:
        """The lines without what asks IPython; whether code has taken the place of some of it."""
        edits = []
        for statement in ast.walk(tree):
            match statement:
                case ast.Expr(ast.Call() as call) | ast.Assign(value=ast.Call() as call):
                    if (asked := _asked(call)) is not None:
                        edits.append((statement, call, asked))
        again = False
        # From the last to the first, so that what is still to be edited stays where it is.
        for statement, call, (name, argument) in sorted(edits, key=lambda e: _position(e[0]), reverse=True):
            if name in _TRANSPARENT_LINES and argument.strip():
                again = True
                _replace(lines, call, argument.strip())
                continue
            number = statement.lineno
            alone = _replace(lines, statement, "pass").strip() == "pass"
            if alone and statement.col_offset == 0:
                lines[number - 1] = "#"
            if name not in _TRANSPARENT_LINES:
                self.notes[number] = self._left_out(number, name)
        return again, lines

    def _left_out(self, number: int, name: str) -> str:
        what = "a magic command"
        if name in _SHELL:
            what = "a shell command"
        elif name in _QUESTIONS:
            what = "a question to IPython"
        line = quoted(self.written.split("\n")[number - 1].strip(), _SHOWN)
        return f"`{line}` is {what}, which is not run when graded; remove the line"


def as_typed(code: str) -> str:
    """A cell that is `get_ipython().run_cell_magic("time", "", "x = 1")`, as a kernel keeps it, as it was."""
    try:
        body = parse(code).body
    except ParseError:
        return code
    match body:
        case [ast.Expr(ast.Call(func=ast.Attribute(attr="run_cell_magic"), args=args) as call)]:
            words = [arg.value for arg in args if isinstance(arg, ast.Constant)]
            if _asked(call) is not None and len(words) == len(args) == 3:
                name, line, rest = map(str, words)
                return f"%%{name} {line}".rstrip() + f"\n{rest}"
    return code


def _cleaned(lines: list[str]) -> list[str]:
    """The lines without prompts and without the indentation that all of them have."""
    from IPython.core.inputtransformer2 import classic_prompt, ipython_prompt, leading_indent

    if any(len(line) > _LONG_LINE for line in lines):
        return lines
    transforms: tuple[_Transform, ...] = (leading_indent, classic_prompt, ipython_prompt)
    for transform in transforms:
        lines = _by_ipython(transform, lines)
    return lines


def _with_calls(lines: list[str], most: int) -> list[str]:
    """The lines with calls of `get_ipython()` in place of `%magic`, `!shell` and `help?`."""
    from IPython.core.inputtransformer2 import TransformerManager

    asks = any(line.rstrip().endswith("?") for line in lines)
    if asks and any(len(word) > _LONG_WORD for line in lines for word in line.split()):
        return lines  # the pattern for questions takes time that grows with the square of a word
    manager: Any = TransformerManager()  # type: ignore[no-untyped-call]
    for _ in range(most):
        before = lines
        lines = _by_ipython(lambda kept: manager.do_one_token_transform(kept)[1], lines)
        if lines == before:
            break
    return lines


def _by_ipython(transform: _Transform, lines: list[str]) -> list[str]:
    """The lines, transformed; where that joins some, empty ones follow, so that the rest stays in place."""
    try:
        after = "".join(transform([f"{line}\n" for line in lines])).removesuffix("\n").split("\n")
    except Exception:  # it is made for people who type, and trusts what it reads in many ways
        return lines
    missing = len(lines) - len(after)
    if missing < 0:
        return lines
    pairs = zip(lines, after, strict=False)
    changed = next((i for i, (old, new) in enumerate(pairs) if old != new), len(after) - 1)
    return [*after[: changed + 1], *[""] * missing, *after[changed + 1 :]]


def _asked(call: ast.Call) -> tuple[str, str] | None:
    """The magic that a call like `get_ipython().run_line_magic("time", "f()")` runs, and its argument."""
    match call.func:
        case ast.Attribute(value=ast.Call(ast.Name("get_ipython"), [], []), attr=attr):
            words = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if attr == "run_line_magic" and len(words) == 2:
                return words[0], words[1]
            return attr, ""
    return None


def _position(statement: ast.stmt) -> tuple[int, int]:
    return statement.lineno, statement.col_offset


def _replace(lines: list[str], node: ast.stmt | ast.expr, text: str) -> str:
    """Put `text` in place of a node; the lines it took stay. The line that holds the text."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset or 0 :].decode()
    lines[first] = f"{before}{text}{after}"
    lines[first + 1 : last + 1] = [""] * (last - first)
    return lines[first]
