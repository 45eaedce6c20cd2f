"""Leaves out of a file, before it is run, what dismantling the watch for ready-made functions takes.

Nothing that is left in uses what surrounds the code, so nothing that runs can reach it either. What is left
out costs the parts that need it, and nobody else: `gc.get_objects()` in a cell of one's own costs nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nnlearn.submission.locate import where_is
from nnlearn.submission.needs import Needs
from nnlearn.submission.scopes import is_main_block
from nnlearn.submission.shortcuts import Shortcut
from nnlearn.submission.source import Cell, Source
from nnlearn.submission.syntax import ParseError, parse
from nnlearn.submission.tampering import Use, find_tampering, refused_names

# What is left out may leave less harmless what is left in: `timeit.timeit(f)` where no `f` is left.
_MOST_ROUNDS = 8
_NAMED, _LINES = 3, 4


@dataclass(frozen=True)
class Remainder:
    """What of a file is run.

    Attributes:
        source: The file without what is left out; its lines keep their numbers.
        notes: A note for each cell of which something is left out.
        refused: For each part that needs what is left out, what that uses.
    """

    source: Source
    notes: tuple[str, ...]
    refused: Mapping[str, tuple[Shortcut, ...]]


def leave_out(source: Source, parts: Collection[str]) -> Remainder:
    """`source` without the statements that use what surrounds the code, or that need one which does.

    Args:
        source: A submission.
        parts: What it defines that is asked for: names at the top level.
    """
    notes: list[str] = []
    refused: dict[str, tuple[Shortcut, ...]] = {}
    for _ in range(_MOST_ROUNDS):
        uses = find_tampering(source)
        if not uses:
            return Remainder(source, tuple(notes), refused)
        omission = _Omission(source, uses, parts)
        notes += omission.notes()
        refused |= {part: found for part, found in omission.refused.items() if part not in refused}
        source = omission.rest()
    cells = {use.cell.name: use.shortcut for use in find_tampering(source)}
    for part in parts:
        where = where_is(source, part)
        found = [use for cell, use in cells.items() if where.startswith((f"{cell},", f"{cell}:"))]
        refused |= {part: tuple(found)} if found else {}
    kept = tuple(_without_code(cell) if cell.name in cells else cell for cell in source.cells)
    return Remainder(replace(source, cells=kept), (*notes, *map(_about_a_cell, cells.items())), refused)


class _Omission:
    """What one look at a file finds that is to be left out of it."""

    def __init__(self, source: Source, uses: Sequence[Use], parts: Collection[str]) -> None:
        self._source = source
        self._needs = Needs(source)
        self._by: dict[ast.stmt, list[Use]] = {}
        for use in uses:
            self._by.setdefault(use.statement, []).append(use)
        self._names = refused_names(source)
        first = {statement: self._names.get(statement) for statement in self._by}
        self._leads_to = self._needs.spread(first)
        definitions = {part: self._needs.definitions(part) for part in parts}
        self._below = {
            part: self._needs.all_below(found)
            for part, found in definitions.items()
            if any(self._counts_against(part, statement) for statement in found)
        }
        self.refused = {
            part: tuple(
                dict.fromkeys(
                    use.shortcut
                    for statement in self._needs.statements
                    if statement in definitions[part] and statement in self._leads_to
                    for use in self._by[self._leads_to[statement]]
                )
            )
            for part in self._below
        }

    def _counts_against(self, part: str, statement: ast.stmt) -> bool:
        """Whether a definition of `part` is left out; of an import, the names of harmless use are not."""
        names = self._names.get(statement)
        return statement in self._leads_to and (names is None or part in names)

    def notes(self) -> Iterator[str]:
        """A note for each cell of which something is left out that would have run."""
        for cell in self._source.cells:
            left_out = [s for s in cell.tree.body if s in self._leads_to and not is_main_block(s)]
            if not left_out:
                continue
            uses = dict.fromkeys(use.name for s in left_out for use in self._by[self._leads_to[s]])
            needing = [part for part, below in self._below.items() if not below.isdisjoint(left_out)]
            rest = [s for s in cell.tree.body if s not in left_out]
            whole = all(isinstance(s, (ast.Import, ast.ImportFrom)) or _is_text(s) for s in rest)
            lines = list(dict.fromkeys(s.lineno for s in left_out))
            where = cell.name if whole else _lines(cell.name, lines)
            one = whole or len(lines) == 1
            yield (
                f"{where} {'is' if one else 'are'} not run when graded: {'it uses' if one else 'they use'} "
                f"{_several(list(uses), _NAMED)}; {needed_by(needing)}"
            )

    def rest(self) -> Source:
        """The file without them."""
        cells = []
        for cell in self._source.cells:
            left_out = [s for s in cell.tree.body if s in self._leads_to]
            code = cell.code
            for statement in reversed(left_out):
                code = _cut(code, statement, self._names.get(statement))
            try:
                cells.append(replace(cell, code=code) if not left_out or parse(code) else cell)
            except ParseError:  # a way to write statements that the cut does not know
                cells.append(_without_code(cell))
        return replace(self._source, cells=tuple(cells))


def _cut(code: str, statement: ast.stmt, names: frozenset[str] | None) -> str:
    """`code` without a statement of its top level, or without some names of an import.

    Args:
        code: The code of a cell.
        statement: The statement, as that code was parsed.
        names: The names that it is not to import; None for all of it.
    """
    decorators = getattr(statement, "decorator_list", ())
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    last = statement.end_lineno or statement.lineno
    lines = code.split("\n")
    column = 0 if decorators else statement.col_offset
    before = lines[first - 1].encode()[:column].decode()
    after = lines[last - 1].encode()[statement.end_col_offset :].decode()
    instead = _import_without(statement, names) if names is not None else "pass"
    middle = [f"{before}{instead}{after}"] if first == last else [f"{before}{instead}", f"pass{after}"]
    blank = [""] * (last - first - 1)
    return "\n".join([*lines[: first - 1], middle[0], *blank, *middle[1:], *lines[last:]])


def _import_without(statement: ast.stmt, names: frozenset[str]) -> str:
    match statement:
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            kept = [a for a in aliases if (a.asname or a.name.split(".")[0]) not in names]
            if not kept:
                return "pass"
            if isinstance(statement, ast.Import):
                return ast.unparse(ast.Import(kept))
            return ast.unparse(ast.ImportFrom(statement.module, kept, statement.level))
    return "pass"


def _without_code(cell: Cell) -> Cell:
    return replace(cell, code="\n" * cell.code.count("\n"))


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _lines(name: str, lines: Sequence[int]) -> str:
    """Lines of a cell as learners read them: `softmax.py:7 and 9`, `cell 7, lines 3 and 5`."""
    shown = _several([str(line) for line in lines], _LINES)
    if not name.startswith("cell "):
        return f"{name}:{shown}"
    return f"{name}, {'line' if len(lines) == 1 else 'lines'} {shown}"


def _several(words: Sequence[str], most: int) -> str:
    """`a`, `a and b`, `a, b and 7 more`."""
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def needed_by(parts: Sequence[str]) -> str:
    """Who pays for what is left out: `relu needs it`."""
    if not parts:
        return "nothing of the exercise needs it"
    return f"{_several(parts, _LINES)} {'needs' if len(parts) == 1 else 'need'} it"


def _about_a_cell(found: tuple[str, Shortcut]) -> str:
    return f"{found[0]} is not run when graded: it uses {found[1].name}"
