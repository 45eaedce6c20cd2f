"""Which names the learner's code binds, where, and to what, as far as reading can tell: all of its scopes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nnlearn.submission.bindings import Binding, Definition, Scope
from nnlearn.submission.locate import is_evidently_callable
from nnlearn.submission.source import Source

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Opening = Definition | ast.Lambda | Comprehension
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_CONDITIONAL = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match)


class Scopes:
    """All scopes of a submission.

    Attributes:
        module: The scope of the top level, all cells together.
        of: The scope that each function, class, lambda and comprehension opens.
        times: When each statement of the top level, or of its blocks, runs: the `time` of what it binds.
    """

    def __init__(self, source: Source) -> None:
        self.module = Scope("module")
        self.of: dict[ast.AST, Scope] = {}
        self.times: dict[ast.stmt, int] = {}
        self._cell = ""
        self._defined_in: dict[str, str] = {}  # the cells in which names were functions or the like
        self._time: int | None = 0
        self._depth = 0  # of conditional blocks
        for cell, statement in source.statements():
            self._cell = cell.name
            self._statement(statement, self.module)

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        if is_main_block(node):
            return  # a submission is never run as the main program
        if scope is self.module:
            self._time = self.times[node] = (self._time or 0) + 1
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._bind(scope, node.name, node, node)
                for outer in (*node.decorator_list, *getattr(node, "bases", ())):
                    self._expressions(outer, scope)
                self._open(node, scope)
                return
            case ast.Import(names=names):
                for alias in names:
                    root = alias.name.split(".")[0]
                    self._bind(scope, alias.asname or root, node, alias.name if alias.asname else root)
            case ast.ImportFrom(names=names, module=module, level=level):
                for alias in names:
                    self._import_from(scope, node, alias, module if not level else None)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._target(scope, target, value, node)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._target(scope, target, value, node)
            case ast.AugAssign(target=target, value=value):
                self._target(scope, target, None, node)
            case ast.For(target=target) | ast.AsyncFor(target=target):
                self._target(scope, target, None, node.iter)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        self._target(scope, item.optional_vars, None, item.context_expr)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=receiver))):
                self._add_to(scope, receiver, node)
            case ast.Expr(value=test) | ast.Assert(test=test) | ast.If(test=test) | ast.While(test=test):
                for operand in _operands(test):
                    self._add_to(scope, operand, node)
            case ast.Global(names=names):
                scope.elsewhere.update(dict.fromkeys(names, self.module))
            case ast.Nonlocal(names=names):
                scope.elsewhere.update({n: s for n in names if (s := _enclosing(scope, n))})
        self._expressions(node, scope)
        self._depth += isinstance(node, _CONDITIONAL)
        self._blocks(node, scope)
        self._depth -= isinstance(node, _CONDITIONAL)

    def _blocks(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self._statement(child, scope)
            elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
                for name, place in _names_caught(child):
                    self._bind(scope, name, place, None)
                self._expressions(child, scope)
                self._blocks(child, scope)

    def _expressions(self, node: ast.AST, scope: Scope) -> None:
        """Open the scopes inside the expressions of `node`, and bind what `:=` assigns."""
        children = [node] if isinstance(node, ast.expr) else list(ast.iter_child_nodes(node))
        for child in children:
            match child:
                case ast.Lambda():
                    self._open(child, scope)
                case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                    self._open(child, scope)
                case ast.NamedExpr(target=target, value=value):
                    outer = scope
                    while outer.kind == "comprehension" and outer.parent is not None:
                        outer = outer.parent
                    self._bind(outer, target.id, child, value, certain=False, at=scope)
                    self._expressions(value, scope)
                case ast.expr() | ast.keyword() | ast.comprehension() | ast.withitem():
                    self._inside(child, scope)

    def _inside(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expressions(child, scope)
            else:
                self._inside(child, scope)

    def _open(self, node: Opening, parent: Scope) -> None:
        """Open the scope of a function, class, lambda or comprehension and fill it."""
        if isinstance(node, ast.ClassDef):
            scope = self.of[node] = Scope("class", parent)
        elif isinstance(node, Comprehension):
            scope = self.of[node] = Scope("comprehension", parent)
            for generator in node.generators:
                self._target(scope, generator.target, None, node)
            self._inside(node, scope)
            return
        else:
            scope = self.of[node] = Scope("function", parent)
        time, self._time = self._time, None if scope.kind == "function" else self._time
        if isinstance(node, _FUNCTIONS):
            self._parameters(node.args, scope, parent, time)
        if isinstance(node, ast.Lambda):
            self._expressions(node.body, scope)
        else:
            # Names declared global or nonlocal count from the first line on.
            for statement in sorted(node.body, key=lambda s: not isinstance(s, ast.Global | ast.Nonlocal)):
                self._statement(statement, scope)
        self._time = time

    def _parameters(self, args: ast.arguments, scope: Scope, parent: Scope, time: int | None) -> None:
        positional = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
        defaults += args.defaults
        rest = [arg for arg in (args.vararg, args.kwarg) if arg is not None]
        pairs = [
            *zip(positional, defaults, strict=True),
            *zip(args.kwonlyargs, args.kw_defaults, strict=True),
            *((arg, None) for arg in rest),
        ]
        for arg, default in pairs:
            binding = Binding(arg, self._cell, parent, time, True, default)
            scope.names.setdefault(arg.arg, []).append(binding)
            if default is not None:
                self._expressions(default, parent)

    def _target(self, scope: Scope, target: ast.expr, value: ast.expr | None, node: ast.AST) -> None:
        """Bind the names of an assignment's left side to the parts of its right side."""
        match target:
            case ast.Name(id=name):
                self._bind(scope, name, node, value)
            case ast.Starred(value=inner):
                self._target(scope, inner, None, node)
            case ast.Tuple(elts=names) | ast.List(elts=names):
                values: list[ast.expr | None] = [None] * len(names)
                starred = any(isinstance(name, ast.Starred) for name in names)
                if isinstance(value, (ast.Tuple, ast.List)) and not starred:
                    values = [*value.elts, *values][: len(names)]
                for inner, part in zip(names, values, strict=True):
                    self._target(scope, inner, part, node)
            case ast.Attribute() | ast.Subscript():
                self._add_to(scope, target, node)

    def _add_to(self, scope: Scope, target: ast.expr, node: ast.AST) -> None:
        """Note that a statement of the module changes the object behind a name."""
        while isinstance(target, (ast.Attribute, ast.Subscript, ast.Call)):
            target = target.func if isinstance(target, ast.Call) else target.value
        if isinstance(target, ast.Name) and scope is self.module:
            addition = Binding(node, self._cell, scope, self._time, False, None)
            scope.additions.setdefault(target.id, []).append(addition)

    def _import_from(self, scope: Scope, node: ast.ImportFrom, alias: ast.alias, module: str | None) -> None:
        if alias.name == "*":
            if module:
                self.module.stars.append(Binding(node, self._cell, scope, self._time, False, module))
        else:
            path = f"{module}.{alias.name}" if module else None
            self._bind(scope, alias.asname or alias.name, node, path)

    def _bind(
        self,
        scope: Scope,
        name: str,
        node: ast.AST,
        value: ast.expr | Definition | str | None,
        *,
        certain: bool = True,
        at: Scope | None = None,
    ) -> None:
        owner = scope.elsewhere.get(name, scope)
        certain = certain and owner is scope and self._depth == 0
        if owner is self.module:
            # A function that a later cell overwrites with a number may stay what it was (`host.parts`).
            if is_evidently_callable(value):
                self._defined_in.setdefault(name, self._cell)
            elif self._defined_in.get(name, self._cell) != self._cell:
                certain = False
            if isinstance(value, ast.Call):
                self._defined_in.setdefault(name, self._cell)
        binding = Binding(node, self._cell, at or scope, self._time, certain, value)
        owner.names.setdefault(name, []).append(binding)


def is_main_block(node: ast.AST) -> bool:
    """Whether `node` is `if __name__ == "__main__":`, which a submission never enters."""
    match node:
        case ast.If(test=ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")])):
            return not node.orelse
    return False


def _operands(test: ast.expr) -> Iterator[ast.expr]:
    """Named objects that an operator is applied to, which may do with the other operand what they like."""
    for node in ast.walk(test):
        match node:
            case ast.Compare(left=left, comparators=right):
                operands = [left, *right]
            case ast.BinOp(left=left, right=right):
                operands = [left, right]
            case _:
                continue
        for operand in operands:
            whole = operand
            while isinstance(operand, (ast.Attribute, ast.Subscript)):
                operand = operand.value
            if isinstance(operand, ast.Name):
                yield whole


def _enclosing(scope: Scope, name: str) -> Scope | None:
    outer = scope.parent
    while outer is not None and (outer.kind == "class" or name not in outer.names):
        outer = outer.parent
    return outer


def _names_caught(node: ast.ExceptHandler | ast.match_case) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.ExceptHandler):
        if node.name and node.type:
            yield node.name, node.type
        return
    for inner in ast.walk(node.pattern):
        name = getattr(inner, "rest" if isinstance(inner, ast.MatchMapping) else "name", None)
        if isinstance(name, str):
            yield name, inner
