"""Which lines of code say nothing of the work they are from.

Such a line is found in any program: it begins a branch, a loop or a count, keeps something under its own
name, or hands it on or back. It names things, and works nothing out.
"""

from __future__ import annotations

import ast

_NAMES = (ast.Name, ast.Attribute, ast.Starred, ast.Tuple, ast.expr_context)
_SHORT = 16
"""Something longer that breaks over lines leaves pieces; so short a one says nothing by itself."""


def tells(line: str) -> bool:
    """Whether a line of code, without what surrounds it, says something of what it is from."""
    code = f"if{line[4:]}" if line.startswith("elif ") else line
    code = f"try:\n    pass\n{code}" if line.startswith("except") else code
    try:
        body = ast.parse(f"{code}\n    pass" if line.endswith(":") else code).body
    except SyntaxError:
        body = []
    if not body or line.endswith(","):  # a piece, or a comment: the author's own words
        return len(line) >= _SHORT
    return "#" in line or len(body) > 1 or not _is_idiom(body[0])


def _is_idiom(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Break() | ast.Continue() | ast.Delete() | ast.Return(value=None | ast.Name()):
            return True
        case ast.If(test=test) | ast.While(test=test):
            return _only_asks(test)
        case ast.For(target=target, iter=over):
            return _is_named(target) and _is_named(over)
        case ast.Try(handlers=[ast.ExceptHandler(type=kind)]):
            return kind is None or _is_named(kind)
        case ast.Assign(targets=[target], value=value):
            return _begins(target, value) or (
                _is_named(target) and _is_named(value) and _own_name(target) == _own_name(value) != ""
            )
        case ast.Expr(value=value):
            return _is_named(value) or _hands_on(value)
    return False


def _only_asks(test: ast.expr) -> bool:
    """Whether something is there, or set, or not: `mask is not None`, `not training`."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _is_named(operand)
        case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return _is_named(left)
    return _is_named(test)


def _begins(target: ast.expr, value: ast.expr) -> bool:
    """A name for what is to be counted, collected or found: `total = 0.0`, `rows = []`, `best = None`."""
    match value:
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Constant(value=None | 0):
            return isinstance(target, ast.Name) and getattr(value, "value", None) is not False
    return False


def _hands_on(call: ast.expr) -> bool:
    """`super().method(...)` with arguments under their own names."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[], keywords=[]))):
            given = [*call.args, *(key.value for key in call.keywords)]
            return all(map(_is_named, given)) and all(
                key.arg in (None, _own_name(key.value)) for key in call.keywords
            )
    return False


def _is_named(node: ast.expr) -> bool:
    """Whether an expression consists of names alone."""
    return all(isinstance(inner, _NAMES) for inner in ast.walk(node))


def _own_name(node: ast.expr) -> str:
    """The last name of a dotted one, or an empty string."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
