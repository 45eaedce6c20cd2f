"""Finds, without running anything, where a part uses more than it is meant to be built from."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nnlearn.protocol.requests import Rules
from nnlearn.submission.aliases import Aliases
from nnlearn.submission.bindings import Binding, Scope
from nnlearn.submission.forbidden import Ruling, canonical
from nnlearn.submission.scopes import Scopes
from nnlearn.submission.source import Source, place

# What the strings given to these keyword arguments of Keras name.
_GROUPS = {
    "activation": "activations",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "loss": "losses",
    "optimizer": "optimizers",
}


@dataclass(frozen=True)
class Shortcut:
    """A use of something that a part may not use.

    Attributes:
        name: The public name of what is used, e.g. `keras.ops.softmax`, or words about it.
        where: The first place of use: `softmax.py:7` or `cell 7, line 3`.
    """

    name: str
    where: str


class Shortcuts:
    """What the parts of one submission use of what they are meant to build; the file is read once for all.

    Args:
        source: The submission.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._found: dict[tuple[str, Rules], tuple[Shortcut, ...]] = {}

    def of(self, part: str, rules: Rules) -> tuple[Shortcut, ...]:
        """What is used that may not be, in `part` and in all that it reaches by name.

        Args:
            part: The name of a function, class or other object at the top level.
            rules: What it may use, and what not.

        Returns:
            One shortcut for each name, in the order in which they are met from the part's own code outwards.
        """
        key = (part, rules)
        if key not in self._found:  # every check of a part asks again
            self._found[key] = _Search(self._scopes, Ruling(rules)).run(part)
        return self._found[key]

    def defines(self, name: str) -> bool:
        """Whether the file gives `name` a value; believed of a file with cells that do not parse."""
        broken = any(cell.error for cell in self._source.cells)
        return broken or bool(self._scopes.module.find(name, None))

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self._source)


class _Search:
    """One search, outwards from a part through the names it uses."""

    def __init__(self, scopes: Scopes, ruling: Ruling) -> None:
        self._scopes = scopes
        self._own = {b for bindings in scopes.module.names.values() for b in bindings}
        self._aliases = Aliases(scopes.module)
        self._ruling = ruling
        self._found: dict[str, Shortcut] = {}
        self._reached: set[Binding] = set()
        self._settled: set[ast.AST] = set()  # parts of names of which all has been said
        self._harmless: set[ast.AST] = set()  # places at which a module can be without getting out of sight
        self._queue: deque[Binding] = deque()
        self._here: Binding

    def run(self, part: str) -> tuple[Shortcut, ...]:
        module = self._scopes.module
        for binding in module.find(part, None):
            if isinstance(binding.value, str):  # the part itself is an import
                self._here = binding
                star = f".{part}" if binding in module.stars else ""
                self._note(f"{binding.value}{star}", binding.node)
        self._reach(part, module, None)
        while self._queue:
            self._here = self._queue.popleft()
            self._scan(self._here.node, self._here.scope, self._here.time)
        return tuple(self._found.values())

    def _reach(self, name: str, scope: Scope, time: int | None) -> None:
        """Put what `name` may be in this submission on the list of what to read."""
        module = self._scopes.module
        found = scope.find(name, time)
        own = [b for b in found if b in self._own and not isinstance(b.value, str)]
        for binding in own + (module.additions.get(name, []) if own else []):
            if binding not in self._reached:
                self._reached.add(binding)
                self._queue.append(binding)

    def _note(self, path: str, node: ast.AST) -> None:
        name = "" if node in self._settled else self._ruling.match(path)
        if name:
            self._found.setdefault(name, self._used(name, node))
        if (name or node in self._settled) and isinstance(node, ast.Attribute):
            self._settled.add(node.value)

    def _used(self, name: str, node: ast.AST) -> Shortcut:
        return Shortcut(name, place(self._here.cell, getattr(node, "lineno", 0)))

    def _scan(self, node: ast.AST, scope: Scope, time: int | None) -> None:
        """Look at every expression below `node`, each in its own scope."""
        self._harmless.update(_keeps_in_sight(node, node in self._harmless))
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self._reach(name, scope, time)
                self._note_all(node, scope, time)
                return
            case ast.Attribute() | ast.Subscript():
                self._note_all(node, scope, time)
            case ast.Call():
                self._note_all(node, scope, time)
                self._call(node, scope, time)
        inner = self._scopes.of.get(node)
        for child in _evaluated_outside(node):
            self._scan(child, scope, time)
        for child in _evaluated_inside(node):
            if inner is None:
                self._scan(child, scope, time)
            else:
                self._scan(child, inner, None if inner.kind == "function" else time)

    def _note_all(self, node: ast.expr, scope: Scope, time: int | None) -> None:
        for path in self._aliases.paths(node, scope, time):
            if path.startswith("builtins.globals()."):
                self._reach(path.rsplit(".", 1)[-1], self._scopes.module, None)
            self._note(path, node)
            if node not in self._harmless and self._ruling.is_module(path):
                handed_on = f"{canonical(path)} handed on as a value"
                self._found.setdefault(handed_on, self._used(handed_on, node))

    def _call(self, node: ast.Call, scope: Scope, time: int | None) -> None:
        """Names handed to Keras as strings: `Activation("softmax")`, `Dense(3, activation="softmax")`."""
        callees = {canonical(path) for path in self._aliases.paths(node.func, scope, time)}
        for callee in callees:
            parts = callee.split(".")
            if parts[0] != "keras":
                continue
            groups = []
            if parts[-1] in ("get", "deserialize") and len(parts) > 2:
                groups = [(argument, parts[-2]) for argument in node.args[:1]]
            elif parts[-1] == "Activation":
                groups = [(argument, "activations") for argument in node.args[:1]]
            for keyword in node.keywords:
                ending = (keyword.arg or "").rsplit("_", 1)[-1]
                if ending in _GROUPS:
                    groups.append((keyword.value, _GROUPS[ending]))
            for argument, group in groups:
                for text in self._words(argument, scope, time):
                    self._note(f"keras.{group}.{text}", argument)
                    if group == "activations" and self._ruling.forbidden(f"keras.ops.{text}"):
                        self._note(f"keras.ops.{text}", argument)

    def _words(self, node: ast.expr, scope: Scope, time: int | None) -> set[str]:
        """The strings in an argument: itself, or those of a configuration."""
        if isinstance(node, ast.Dict):
            return {text for v in node.values for text in self._aliases.strings(v, scope, time)}
        return self._aliases.strings(node, scope, time)


def _evaluated_outside(node: ast.AST) -> Iterator[ast.AST]:
    """What a function or class evaluates in the scope around it: decorators, defaults, bases."""
    match node:
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args) | ast.Lambda(args=args):
            yield from getattr(node, "decorator_list", ())
            yield from args.defaults
            yield from (default for default in args.kw_defaults if default is not None)
        case ast.ClassDef():
            yield from (*node.decorator_list, *node.bases, *node.keywords)


def _evaluated_inside(node: ast.AST) -> Iterator[ast.AST]:
    """The children of `node` that use what they name, annotations and comparisons left out."""
    match node:
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) | ast.ClassDef(body=body):
            yield from body
        case ast.Lambda(body=body):
            yield body
        case ast.AnnAssign(target=target, value=value):
            yield from (target, value) if value is not None else (target,)
        case ast.Compare(left=left, comparators=right) if _is_about_kinds(node):
            yield from (part for part in (left, *right) if not _is_a_mention(part))
        case ast.Call(func=ast.Name("isinstance" | "issubclass"), args=[first, *_]):
            yield first
        case _:
            yield from ast.iter_child_nodes(node)


def _is_about_kinds(node: ast.Compare) -> bool:
    """Whether a comparison hands no operand to anybody's `__eq__`: `type(layer) == ...`, `f is ...`."""
    if all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops):
        return True
    match node.left:
        case ast.Call(func=ast.Name("type"), args=[_]) | ast.Attribute(attr="__class__"):
            return True
    return False


def _keeps_in_sight(node: ast.AST, harmless: bool) -> tuple[ast.AST, ...]:
    """The children of `node` that can be a module of which it stays known what is used."""
    match node:
        case ast.Attribute(value=value) | ast.Subscript(value=value):
            return (value,)
        case ast.NamedExpr(value=value) | ast.Expr(value=value):
            return (value,)
        case ast.Assign(targets=targets, value=value) if all(isinstance(t, ast.Name) for t in targets):
            return (value,)
        case ast.Assign(targets=[ast.Tuple()], value=ast.Tuple(elts=values)):
            return tuple(values)
        case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
            return (value,)
        case ast.IfExp(body=first, orelse=second) if harmless:
            return (first, second)
        case ast.BoolOp(values=values) if harmless:
            return tuple(values)
        case ast.Compare(left=left, comparators=right) if _is_about_kinds(node):
            return (left, *right)
        case ast.Call(func=ast.Name("getattr" | "hasattr" | "isinstance" | "vars"), args=[first, *_]):
            return (first,)
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args) | ast.Lambda(args=args):
            return (*args.defaults, *(default for default in args.kw_defaults if default is not None))
    return ()


def _is_a_mention(node: ast.AST) -> bool:
    """Whether an operand of a comparison only names something: `type(layer) is keras.layers.Dropout`."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(_is_a_mention(item) for item in node.elts)
    return isinstance(node, (ast.Name, ast.Attribute))
