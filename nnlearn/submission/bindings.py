"""The names of a scope, and what each may refer to where it is read.

Python's own scope rules, without execution: a module's names keep the order in which they are bound, those
of a function are taken together.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
MAX_BINDINGS = 50  # of one name; honest code has a few, and the work must stay bounded


@dataclass(frozen=True, eq=False)
class Binding:
    """One place at which a name gets a value.

    Attributes:
        node: The statement or argument that binds it.
        cell: The cell it is in.
        scope: The scope in which the value is evaluated.
        time: Position among the statements of the module; None inside functions.
        certain: Whether it replaces what the name meant before, without fail.
        value: An expression, a function or class, the dotted path of an import, or None if unknown.
    """

    node: ast.AST
    cell: str
    scope: Scope
    time: int | None
    certain: bool
    value: ast.expr | Definition | str | None


@dataclass(eq=False)
class Scope:
    """The names of the module, of a function, a class or a comprehension."""

    kind: str
    parent: Scope | None = None
    names: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: dict[str, Scope] = field(default_factory=dict)  # global and nonlocal names
    stars: list[Binding] = field(default_factory=list)
    additions: dict[str, list[Binding]] = field(default_factory=dict)  # x.a = ..., x.append(...)

    def find(self, name: str, time: int | None) -> tuple[Binding, ...]:
        """The bindings that `name`, read in this scope at `time`, may refer to."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.elsewhere:
                scope = scope.elsewhere[name]
            if scope.parent is None:
                return tuple(scope._latest(name, time))
            if name in scope.names and (scope.kind != "class" or scope is self):
                return tuple(scope.names[name][-MAX_BINDINGS:])
            scope = scope.parent
        return ()

    def _latest(self, name: str, time: int | None) -> Iterator[Binding]:
        """In a module: the last certain binding before `time`, and the uncertain ones after it."""
        bindings = self.names.get(name, [])
        end = len(bindings) if time is None else bisect_left(bindings, time, key=_when)
        bindings = bindings[max(0, end - MAX_BINDINGS) : end]
        stars = [s for s in self.stars[-MAX_BINDINGS:] if time is None or _when(s) < time]
        for binding in sorted([*bindings, *stars], key=_when, reverse=True):
            yield binding
            if binding.certain:
                return


def _when(binding: Binding) -> int:
    return binding.time or 0
