"""Mutants of a reference: its solution regions with one thing changed, as a slip of the pen would.

An operator, a comparison, a constant, an axis, a mode or a function becomes another one, a step is left
out, two arguments change places, a statement is dropped. Everything outside of solution regions is given
to learners, so it is left alone.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from autograder.engine.reference import reference_source
from nnlearn.catalogue import Topic

_BINARY = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_SIBLINGS = (
    {"sum", "mean"},
    {"max", "min"},
    {"maximum", "minimum"},
    {"zeros", "ones"},
    {"zeros_like", "ones_like"},
    {"any", "all"},
    {"argmax", "argmin"},
    {"var", "std"},
    {"sqrt", "square"},
    {"uniform", "normal"},
    {"permutation", "arange"},
    {"compute_dtype", "variable_dtype"},
    {"trainable_variables", "variables", "weights"},
    {"trainable_weights", "weights"},
    {"float32", "float16", "float64"},
)
"""Names that are easily mistaken for each other, of functions, attributes and dtypes."""


@dataclass(frozen=True)
class Mutant:
    """A reference with one thing changed.

    Attributes:
        part: The part that is changed.
        mutation: What is changed, in words that stay the same when lines move:
            `function: statement => changed statement`.
        cells: File names and code of all cells of the reference, the changed one among them.
    """

    part: str
    mutation: str
    cells: tuple[tuple[str, str], ...]


@cache
def mutants_of(topic: Topic) -> tuple[Mutant, ...]:
    """All mutants of a topic's reference, in the order of its lines."""
    parts = {part.name for part in topic.parts}
    cells = [(cell.name, cell.code) for cell in reference_source(topic).cells]
    found = []
    for number, (name, code) in enumerate(cells):
        if part := _part_in(code, parts):
            for mutation, changed in _mutate(code):
                others = (*cells[:number], (name, changed), *cells[number + 1 :])
                found.append(Mutant(part, mutation, others))
    return tuple(found)


def _part_in(code: str, parts: set[str]) -> str:
    """The part that a cell defines in solution regions, or an empty string."""
    names = {getattr(node, "name", "") for node in ast.parse(code).body}
    return next(iter(names & parts), "") if "# BEGIN SOLUTION" in code else ""


def _mutate(code: str) -> Iterator[tuple[str, str]]:
    """Each mutation of one cell, and the cell with it; no two cells are the same."""
    tree = ast.parse(code)
    region = _region_lines(code)
    seen, times = {ast.unparse(tree)}, Counter[str]()
    for slot in list(_slots(tree, "", None, region)):
        for new in _replacements(slot):
            before = _headline(slot.statement)
            with_new = slot.put(new)
            after = _headline(slot.statement) if slot.node is not slot.statement else _headline(new)
            changed = ast.unparse(tree)
            with_new.undo()
            if changed in seen:
                continue
            seen.add(changed)
            mutation = f"{slot.owner}: {before}  =>  {after}"
            times[mutation] += 1
            again = f"  ({times[mutation]})" if times[mutation] > 1 else ""
            yield mutation + again, changed


def _region_lines(code: str) -> set[int]:
    """The lines that belong to solution regions."""
    lines, inside = set(), False
    for number, line in enumerate(code.splitlines(), start=1):
        inside = (inside or "# BEGIN SOLUTION" in line) and "# END SOLUTION" not in line
        if inside:
            lines.add(number)
    return lines


@dataclass
class _Slot:
    """A place in the tree that holds a node: where it is, and the statement and function around it."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    statement: ast.stmt
    owner: str

    def put(self, new: ast.AST | None) -> _Slot:
        """Put another node here; None takes it out of its list."""
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            siblings = list(getattr(self.parent, self.field))
            siblings[self.index : self.index + 1] = [new] if new is not None else []
            setattr(self.parent, self.field, siblings)
        self._new = new
        return self

    def undo(self) -> None:
        """Put the old node back."""
        if self.index is None:
            setattr(self.parent, self.field, self.node)
        else:
            siblings = list(getattr(self.parent, self.field))
            siblings[self.index : self.index + (self._new is not None)] = [self.node]
            setattr(self.parent, self.field, siblings)


def _slots(node: ast.AST, owner: str, statement: ast.stmt | None, region: set[int]) -> Iterator[_Slot]:
    """Every slot below `node` whose content stands in a solution region."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        owner = f"{owner}.{node.name}" if owner else node.name
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.expr_context):
                continue
            around = child if isinstance(child, ast.stmt) else statement
            line = getattr(child, "lineno", getattr(node, "lineno", 0))
            if around is not None and line in region and not isinstance(child, ast.JoinedStr):
                yield _Slot(node, field, index, child, around, owner)
            if not isinstance(child, (ast.Raise, ast.JoinedStr)):  # what errors say is not mutated
                yield from _slots(child, owner, around, region)


def _headline(node: ast.AST | None) -> str:
    """A statement on one line; of a compound one, what stands before its colon."""
    if node is None or isinstance(node, ast.Pass):
        return "(dropped)"
    if hasattr(node, "body") and isinstance(node, ast.stmt):
        shell = copy.copy(node)
        shell.body = [ast.Pass()]
        for rest in ("orelse", "handlers", "finalbody", "decorator_list"):
            if hasattr(shell, rest):
                setattr(shell, rest, [])
        return ast.unparse(shell).splitlines()[0]
    return ast.unparse(node)


def _replacements(slot: _Slot) -> Iterator[ast.AST | None]:
    """What could stand in a slot by mistake. None means nothing."""
    node = slot.node
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name())):
            yield ast.Pass()
            yield ast.parse("raise KeyError").body[0]
        case ast.stmt() if not isinstance(node, (ast.Pass, ast.FunctionDef, ast.Import, ast.ImportFrom)):
            yield ast.Pass()
            if isinstance(node, (ast.Break, ast.Continue)):
                yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()
        case ast.operator():
            yield from (other() for other in _BINARY.get(type(node), ()))
        case ast.cmpop():
            yield from (other() for other in _COMPARISONS.get(type(node), ()))
        case ast.boolop():
            yield ast.Or() if isinstance(node, ast.And) else ast.And()
        case ast.keyword():
            yield from _other_keywords(node)
        case ast.expr():
            yield from _other_expressions(node)
            if slot.field == "test" or (isinstance(slot.parent, ast.comprehension) and slot.field == "ifs"):
                yield from (ast.Constant(True), ast.Constant(False))


def _other_keywords(node: ast.keyword) -> Iterator[ast.AST | None]:
    if node.arg is None:
        return
    yield None
    if node.arg == "axis":
        yield from (ast.keyword("axis", ast.parse(axis, mode="eval").body) for axis in ("-1", "0"))


def _other_expressions(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value=value):
            yield from (ast.Constant(other) for other in _other_constants(value))
        case ast.BinOp(left=left, right=right):
            yield from (left, right)  # one of the two is left out
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.BoolOp(values=values):
            yield from values
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Attribute(value=value, attr=name):
            yield from (ast.Attribute(value, other, node.ctx) for other in _siblings(name))
        case ast.Call(func=func, args=args, keywords=keywords):
            if args and not isinstance(args[0], ast.Starred):
                yield args[0]  # the step is left out
            if isinstance(func, ast.Attribute) and not _is_module(func.value):
                yield func.value
            if len(args) > 1:
                yield ast.Call(func, [args[1], args[0], *args[2:]], keywords)
            if len(args) > 2:
                yield ast.Call(func, [args[0], args[2], args[1], *args[3:]], keywords)
        case ast.Dict(keys=keys, values=values):
            for number in range(len(keys)):
                yield ast.Dict(keys[:number] + keys[number + 1 :], values[:number] + values[number + 1 :])
        case ast.Slice(lower=lower, upper=upper):
            if lower is not None:
                yield ast.Slice(None, upper, node.step)
            if upper is not None:
                yield ast.Slice(lower, None, node.step)


def _other_constants(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1)
        case float():
            yield from (value + 1, value * 1.01) if value else (1.0,)
        case str():
            yield from _siblings(value) or [f"{value}?"]


def _siblings(name: str) -> list[str]:
    return [other for group in _SIBLINGS if name in group for other in sorted(group - {name})]


def _is_module(node: ast.expr) -> bool:
    """Whether an expression names a module that lessons use, so that it is no value to go on with."""
    return isinstance(node, ast.Name) and node.id in {"keras", "np", "ops", "tf", "math"}
