"""Finds, without running anything, where a part uses what it is meant to build."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from nnlearn.submission.aliases import Aliases
from nnlearn.submission.forbidden import ForbidList, canonical
from nnlearn.submission.scopes import Binding, Scope, Scopes
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
    """A use of something forbidden.

    Attributes:
        name: The public name of what is used, e.g. `keras.ops.softmax`.
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
        self._found: dict[tuple[str, tuple[str, ...]], tuple[Shortcut, ...]] = {}

    def of(self, part: str, forbid: Sequence[str]) -> tuple[Shortcut, ...]:
        """The uses of what is forbidden in `part`, and in all that it reaches by name.

        Args:
            part: The name of a function, class or other object at the top level.
            forbid: Dotted names, `*` at the end for everything below, and `kernel:NAME`.

        Returns:
            One shortcut for each name, in the order in which they are met from the part's own code outwards.
        """
        key = (part, tuple(forbid))
        if key not in self._found:  # every check of a part asks again
            self._found[key] = _Search(self._scopes, ForbidList(forbid)).run(part)
        return self._found[key]

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self._source)


class _Search:
    """One search, outwards from a part through the names it uses."""

    def __init__(self, scopes: Scopes, forbidden: ForbidList) -> None:
        self._scopes = scopes
        self._own = {b for bindings in scopes.module.names.values() for b in bindings}
        self._aliases = Aliases(scopes.module)
        self._forbidden = forbidden
        self._found: dict[str, Shortcut] = {}
        self._reached: set[Binding] = set()
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
        name = self._forbidden.match(path)
        if name and name not in self._found:
            line = getattr(node, "lineno", 0)
            self._found[name] = Shortcut(name, place(self._here.cell, line))

    def _scan(self, node: ast.AST, scope: Scope, time: int | None) -> None:
        """Look at every expression below `node`, each in its own scope."""
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
                    if group == "activations":
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
        case ast.Compare(left=left, comparators=right):
            yield from (part for part in (left, *right) if not _is_a_mention(part))
        case ast.Call(func=ast.Name("isinstance" | "issubclass"), args=[first, *_]):
            yield first
        case _:
            yield from ast.iter_child_nodes(node)


def _is_a_mention(node: ast.AST) -> bool:
    """Whether an operand of a comparison only names something: `type(layer) is keras.layers.Dropout`."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(_is_a_mention(item) for item in node.elts)
    return isinstance(node, (ast.Name, ast.Attribute))
