"""Finds the line of the learner's file on which a name is defined."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nnlearn.submission.source import Source, place


def where_is(source: Source, name: str) -> str:
    """The place of the last definition of `name` at the top level: `softmax.py:7`, or an empty string.

    Functions, classes, assignments and imports count, inside `if`, `try`, `for` and `with` blocks too. Where
    a later cell has the name for something else (`relu = 3`), what was defined before it counts.
    """
    found, defined_in = "", ""
    for cell in source.cells:
        for statement in flattened(cell.tree.body):
            counts = may_define(statement) or defined_in in ("", cell.name)
            if counts and name in names_bound(statement):
                found, defined_in = place(cell.name, statement.lineno), cell.name
    return found


_MAY_DEFINE = (ast.Call, ast.Subscript, ast.Await, ast.Dict)


def may_define(statement: ast.stmt) -> bool:
    """Whether what a statement binds may be a part, for all its text says: predictions, too."""
    match statement:
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return is_evidently_callable(value) or isinstance(value, _MAY_DEFINE)
        case ast.AugAssign():
            return False
    return True


def is_evidently_callable(value: object) -> bool:
    """Whether what a name is bound to is a function, a class, or another name of one: not `f(x)`, not `3`."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Name, ast.Attribute, str)
    return isinstance(value, kinds)


def flattened(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of `body` and of its blocks, but not of functions and classes."""
    for statement in body:
        yield statement
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for block in blocks(statement):
                yield from flattened(block)


def blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The lists of statements directly inside a compound statement."""
    for _, value in ast.iter_fields(statement):
        if isinstance(value, list) and value:
            if isinstance(value[0], ast.stmt):
                yield value
            elif isinstance(value[0], (ast.ExceptHandler, ast.match_case)):
                yield from (inner.body for inner in value)


def names_defined(statement: ast.stmt) -> set[str]:
    """The names that a statement itself makes: those it binds, but does not import."""
    return set() if isinstance(statement, (ast.Import, ast.ImportFrom)) else set(names_bound(statement))


def names_bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement itself binds, its blocks left out."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            return
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                yield alias.asname or alias.name.split(".")[0]
            return
        case ast.AnnAssign(value=None):
            return  # `x: int` binds nothing
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, (ast.expr, ast.withitem)):
            yield from (
                node.id
                for node in ast.walk(child)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            )
