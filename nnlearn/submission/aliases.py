"""What an expression in the learner's code refers to: `K.softmax` may be `keras.ops.softmax`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from itertools import islice, product

from nnlearn.submission.bindings import Scope

# The work, and what it yields, stay bounded whatever the code looks like.
_MAX_STEPS = 80
_MAX_ANSWERS = 50
_MAX_STRING = 200
_BUILTINS = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)


class Aliases:
    """Resolves expressions to dotted paths of library objects.

    Everything is what an expression *may* be; what cannot be told from the text is left out.
    """

    def __init__(self, module: Scope) -> None:
        self._module = module
        self._busy: set[tuple[int, int]] = set()
        self._known: dict[tuple[int, int, int | None], set[str]] = {}
        self._words: dict[tuple[int, int, int | None], set[str]] = {}

    def paths(self, node: ast.expr, scope: Scope, time: int | None) -> set[str]:
        """The dotted paths that `node`, evaluated in `scope` at `time`, may stand for."""
        key = (id(node), id(scope))
        if key in self._busy or len(self._busy) > _MAX_STEPS:  # x = x.y in a function
            return set()
        known = (*key, time)
        if known not in self._known:
            self._busy.add(key)
            self._known[known] = set(islice(self._paths(node, scope, time), _MAX_ANSWERS))
            self._busy.discard(key)
        return self._known[known]

    def _paths(self, node: ast.expr, scope: Scope, time: int | None) -> Iterator[str]:
        match node:
            case ast.Name(id=name):
                yield from self.named(name, scope, time)
            case ast.Attribute(value=value, attr=attr):
                for path in self.paths(value, scope, time):
                    yield path if attr == "__dict__" else f"{path}.{attr}"
            case ast.NamedExpr(value=value):
                yield from self.paths(value, scope, time)
            case ast.IfExp(body=first, orelse=second):
                yield from self.paths(first, scope, time) | self.paths(second, scope, time)
            case ast.BoolOp(values=values):
                for value in values:
                    yield from self.paths(value, scope, time)
            case ast.Subscript(value=value, slice=key):
                for word in self.strings(key, scope, time):
                    for path in self.paths(value, scope, time):
                        yield word if path == "sys.modules" else f"{path}.{word}"
            case ast.Call():
                yield from self._called(node, scope, time)

    def named(self, name: str, scope: Scope, time: int | None) -> Iterator[str]:
        """The paths that a name may stand for."""
        bindings = scope.find(name, time)
        for binding in bindings:
            value = binding.value
            if binding in self._module.stars:
                if _exports(str(value), name):
                    yield f"{value}.{name}"
            elif isinstance(value, str):
                yield value
            elif isinstance(value, ast.expr):
                yield from self.paths(value, binding.scope, binding.time)
        if name in _BUILTINS and all(binding in self._module.stars for binding in bindings):
            yield f"builtins.{name}"

    def _called(self, node: ast.Call, scope: Scope, time: int | None) -> Iterator[str]:
        """Calls that look something up by a name written in the code."""
        args = node.args
        for function in self.paths(node.func, scope, time):
            if function == "builtins.getattr" and len(args) > 1:
                yield from self._attributes(args[0], args[1], scope, time)
            elif function in ("builtins.vars", "copy.copy", "copy.deepcopy") and args:
                yield from self.paths(args[0], scope, time)
            elif function in ("importlib.import_module", "builtins.__import__") and args:
                for path in self.strings(args[0], scope, time):
                    yield path
                    if function == "builtins.__import__":
                        yield path.split(".")[0]
            elif function == "builtins.globals":
                yield "builtins.globals()"
        match node.func:
            case ast.Call(args=[key, *_]) as inner if args and "operator.attrgetter" in self.paths(
                inner.func, scope, time
            ):
                yield from self._attributes(args[0], key, scope, time)
            case ast.Attribute(value=owner, attr="get" | "pop" | "__getattribute__" | "__getitem__") if args:
                # module.__dict__.get("name"), vars(module)["name"]
                yield from self._attributes(owner, args[0], scope, time)

    def _attributes(self, owner: ast.expr, key: ast.expr, scope: Scope, time: int | None) -> Iterator[str]:
        for word in self.strings(key, scope, time):
            for path in self.paths(owner, scope, time):
                yield word if path == "sys.modules" else f"{path}.{word}"

    def strings(self, node: ast.expr, scope: Scope, time: int | None) -> set[str]:
        """The strings that an expression may be, where they can be put together from the code."""
        key = (id(node), id(scope))
        if key in self._busy or len(self._busy) > _MAX_STEPS:
            return set()
        known = (*key, time)
        if known not in self._words:
            self._busy.add(key)
            found = (text for text in self._strings(node, scope, time) if len(text) < _MAX_STRING)
            self._words[known] = set(islice(found, _MAX_ANSWERS))
            self._busy.discard(key)
        return self._words[known]

    def _strings(self, node: ast.expr, scope: Scope, time: int | None) -> Iterator[str]:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield from _joined([self.strings(side, scope, time) for side in (left, right)])
            case ast.JoinedStr(values=values):
                pieces = [v.value if isinstance(v, ast.FormattedValue) else v for v in values]
                yield from _joined([self.strings(piece, scope, time) for piece in pieces])
            case ast.Name(id=name):
                for binding in scope.find(name, time):
                    if isinstance(binding.value, ast.expr):
                        yield from self.strings(binding.value, binding.scope, binding.time)


def _joined(pieces: list[set[str]]) -> Iterator[str]:
    return ("".join(choice) for choice in product(*pieces))


def _exports(module: str, name: str) -> bool:
    """Whether `from module import *` brings `name`; believed when the module is not there to ask."""
    if name.startswith("_"):
        return False
    loaded = sys.modules.get(module)
    return loaded is None or name in getattr(loaded, "__all__", vars(loaded))
