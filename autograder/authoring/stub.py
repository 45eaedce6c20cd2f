"""Takes solutions and answers out of code, so that a stub remains."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from nnlearn.errors import ContentError

MARKER = "BEGIN SOLUTION"
_BEGIN, _END = "# BEGIN SOLUTION", "# END SOLUTION"
_ALMOST = re.compile(r"#+\s*(BEGIN|END)[\s_-]*SOLUTION\b", re.IGNORECASE)


def stub_of(source: str, part: str, file: Path, line: int) -> str:
    """`source` with a `raise NotImplementedError` in place of every solution region.

    Args:
        source: A cell that defines `part`.
        part: Its name, which the message of the error names.
        file: Where the cell is from, for messages.
        line: The line on which it begins there.

    Raises:
        ContentError: A region is missing, nested, unbalanced or outside of a function, the part has no
            docstring, or what remains is not Python.
    """
    kept: list[str] = []
    raises: list[int] = []
    begun: int | None = None
    for number, text in enumerate(source.split("\n"), start=line):
        marker = _marker(text, file, number)
        if marker == _BEGIN and begun is not None:
            _refuse(file, number, f"{_BEGIN} inside the region that line {begun} begins", _END)
        if marker == _END and begun is None:
            _refuse(file, number, f"{_END} without a {_BEGIN} above it", _BEGIN)
        if marker == _BEGIN:
            begun = number
            indent = text[: len(text) - len(text.lstrip())]
            kept.append(f'{indent}raise NotImplementedError("{part}: not written yet")')
            raises.append(len(kept))
        elif marker == _END:
            begun = None
        elif begun is None:
            kept.append(text)
    if begun is not None:
        _refuse(file, begun, f"{_BEGIN} without an {_END} below it", _END)
    if not raises:
        _refuse(file, line, f"the part `{part}` has no solution region", f"{_BEGIN} and {_END}")
    stub = "\n".join(kept)
    _check(stub, part, raises, file, line)
    return stub


def _marker(text: str, file: Path, number: int) -> str:
    """The marker that a line consists of, or an empty string."""
    stripped = text.strip()
    if stripped in (_BEGIN, _END):
        return stripped
    if _ALMOST.match(stripped):
        raise ContentError(
            f"{file}:{number}: `{stripped}` looks like a marker of a solution region and is none",
            f"write exactly `{_BEGIN}` or `{_END}`, alone on the line",
        )
    return ""


def _check(stub: str, part: str, raises: list[int], file: Path, line: int) -> None:
    """Refuse a stub that is not Python, or that would raise as soon as it is imported."""
    try:
        tree = ast.parse(stub)
    except SyntaxError as error:
        raise ContentError(
            f"{file}:{line}: without its solution regions the part `{part}` is not Python: {error.msg}",
            f"a region holds whole statements. What remains is:\n{_indented(stub)}",
        ) from error
    inside = {
        number
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for number in range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
    }
    if not inside.issuperset(raises):
        raise ContentError(
            f"{file}:{line}: the part `{part}` has a solution region outside of a function",
            "put a region inside each function or method: its place is taken by a raise",
        )
    named = next(n for n in tree.body if getattr(n, "name", "") == part)
    if not isinstance(named, (ast.FunctionDef, ast.ClassDef)) or not ast.get_docstring(named):
        raise ContentError(
            f"{file}:{line}: the part `{part}` has no docstring",
            "say there what it takes, returns and raises: it is all a learner has",
        )


def predictions_in(source: str) -> list[tuple[str, ast.expr]]:
    """The keys and values of `PREDICTIONS = {...}`.

    Raises:
        ValueError: It is not a dictionary with text as keys.
    """
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not any(isinstance(t, ast.Name) and t.id == "PREDICTIONS" for t in targets):
            continue
        value = getattr(node, "value", None)
        if isinstance(value, ast.Dict) and all(
            isinstance(key, ast.Constant) and isinstance(key.value, str) for key in value.keys
        ):
            keys = [key.value for key in value.keys if isinstance(key, ast.Constant)]
            return list(zip([str(key) for key in keys], value.values, strict=True))
        raise ValueError("PREDICTIONS has to be a dictionary {...} with text as keys")
    return []


def blank_predictions(source: str, file: Path, line: int) -> str:
    """`source` with None in place of every prediction.

    Raises:
        ContentError: PREDICTIONS is no dictionary of plain values, or a key has no question above it.
    """
    try:
        found = predictions_in(source)
    except ValueError as error:
        raise ContentError(f"{file}:{line}: {error}", 'write PREDICTIONS = {"name": answer}') from error
    lines = source.split("\n")
    for key, value in reversed(found):
        first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
        _require_plain(key, value, file, line + first)
        above = lines[first - 1].strip() if first else ""
        if not above.startswith("#"):
            raise ContentError(
                f"{file}:{line + first}: the prediction `{key}` has no question above it",
                "write it as comment lines above the key, with the answers that are allowed",
            )
        # Positions in the tree count bytes, not characters.
        before = lines[first].encode()[: value.col_offset].decode()
        after = lines[last].encode()[value.end_col_offset :].decode()
        lines[first : last + 1] = [f"{before}None{after}"]
    return "\n".join(lines)


def _require_plain(key: str, value: ast.expr, file: Path, line: int) -> None:
    try:
        ast.literal_eval(value)
    except ValueError as error:
        raise ContentError(
            f"{file}:{line}: the prediction `{key}`: expected a plain value, got `{ast.unparse(value)}`",
            "write a number, text in quotes, True, False or a list of such",
        ) from error


def without_unused_imports(cells: Iterable[tuple[str, str]]) -> list[str]:
    """The public code of cells, without the imports that none of them uses.

    Args:
        cells: For each cell its public code and its source. What only a solution uses is kept: the
            learner will need it.
    """
    pairs = list(cells)
    used = {
        node.id for _, source in pairs for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)
    }
    return [keep_imports(public, used) for public, _ in pairs]


def keep_imports(code: str, used: set[str]) -> str:
    """`code` with only those names imported at its top level that are in `used`."""
    lines = code.split("\n")
    for node in reversed(ast.parse(code).body):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        kept = [a for a in node.names if (a.asname or a.name.split(".")[0]) in used]
        if len(kept) < len(node.names):
            node.names = kept
            span = slice(node.lineno - 1, node.end_lineno)
            lines[span] = [ast.unparse(node)] if kept else []
    return "\n".join(lines).strip("\n")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


def _refuse(file: Path, line: int, problem: str, missing: str) -> NoReturn:
    raise ContentError(f"{file}:{line}: {problem}", f"mark what learners write with {missing}")
