"""Which statement of a file needs which other one, as far as reading can tell."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from nnlearn.submission.bindings import Binding, Scope
from nnlearn.submission.scopes import Scopes, is_main_block
from nnlearn.submission.source import Source

# A name that a statement needs, by the statement that gives it its value.
Need = tuple[ast.stmt, str]


class Needs:
    """The statements of the top level, and which of them make what another one uses.

    Blocks belong to the statement that they are in. What is read inside a function counts for the statement
    that defines the function: whoever calls it needs both.
    """

    def __init__(self, source: Source) -> None:
        self._scopes = Scopes(source)
        self.statements = [statement for _, statement in source.statements()]
        self._owner = {node: s for s in self.statements for node in ast.walk(s)}
        self._own = {b for bindings in self._scopes.module.names.values() for b in bindings}
        self._of: dict[ast.stmt, set[Need]] = {}

    def of(self, statement: ast.stmt) -> set[Need]:
        """What one statement needs, without what that needs in turn."""
        if statement not in self._of:
            found = () if is_main_block(statement) else self._read_by(statement)
            self._of[statement] = {need for need in found if need[0] is not statement}
        return self._of[statement]

    def definitions(self, name: str) -> set[ast.stmt]:
        """The statements that may have given a name the value that it has in the end."""
        return {owner for owner, _ in self._given_by(name, self._scopes.module, None)}

    def all_below(self, statements: Iterable[ast.stmt]) -> set[ast.stmt]:
        """These statements, and all that they need, however indirectly."""
        return set(_spread(statements, lambda statement: (needed for needed, _ in self.of(statement))))

    def spread(self, first: Mapping[ast.stmt, frozenset[str] | None]) -> dict[ast.stmt, ast.stmt]:
        """All statements that need one of the first ones, however indirectly.

        Args:
            first: Statements, each with the names it gives that count; None if all do.

        Returns:
            Each with a first one that it leads to; those lead to themselves.
        """
        users: dict[ast.stmt, list[ast.stmt]] = {}
        for statement in self.statements:
            for needed, name in self.of(statement):
                names = first.get(needed)
                if names is None or name in names:
                    users.setdefault(needed, []).append(statement)
        leads_to = {statement: statement for statement in first}
        queue = deque(first)
        while queue:
            reached = queue.popleft()
            for user in users.get(reached, ()):
                if user not in leads_to:
                    leads_to[user] = leads_to[reached]
                    queue.append(user)
        return leads_to

    def _read_by(self, statement: ast.stmt) -> Iterator[Need]:
        module = self._scopes.module
        for name, scope, time in self._reads(statement, module, self._scopes.times.get(statement)):
            yield from self._given_by(name, scope, time)

    def _given_by(self, name: str, scope: Scope, time: int | None) -> Iterator[Need]:
        found = [binding for binding in scope.find(name, time) if binding in self._own]
        for binding in found:
            yield from self._owned(binding, name)
        if found:
            for addition in self._scopes.module.additions.get(name, ()):
                if not isinstance(addition.node, ast.Expr):  # f.a = ..., and not f.a.append(...)
                    yield from self._owned(addition, name)

    def _owned(self, binding: Binding, name: str) -> Iterator[Need]:
        if owner := self._owner.get(binding.node):
            yield owner, name

    def _reads(
        self, node: ast.AST, scope: Scope, time: int | None
    ) -> Iterator[tuple[str, Scope, int | None]]:
        """The names that are read below `node`, each with where and when that is."""
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.AugAssign(target=ast.Name(id=name)):
                yield name, scope, time
            case ast.Subscript(value=ast.Call(func=ast.Name("globals")), slice=ast.Constant(str(name))):
                yield name, self._scopes.module, None
            case ast.Call(
                func=ast.Attribute(ast.Call(func=ast.Name("globals"))), args=[ast.Constant(str(name)), *_]
            ):
                yield name, self._scopes.module, None
        time = self._scopes.times.get(node, time) if isinstance(node, ast.stmt) else time
        inner = self._scopes.of.get(node)
        for field, value in ast.iter_fields(node):
            within = inner is not None and (field == "body" or not isinstance(node, _WITH_OUTSIDE))
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    if within and inner is not None:
                        yield from self._reads(child, inner, None if inner.kind == "function" else time)
                    else:
                        yield from self._reads(child, scope, time)


# What has decorators, defaults, bases or annotations, evaluated in the scope around it.
_WITH_OUTSIDE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _spread(
    first: Iterable[ast.stmt], following: Callable[[ast.stmt], Iterable[ast.stmt]]
) -> Iterator[ast.stmt]:
    """The first ones, and all that follows from them, each once."""
    queue = deque(first)
    seen = set(queue)
    while queue:
        yield (statement := queue.popleft())
        for other in following(statement):
            if other not in seen:
                seen.add(other)
                queue.append(other)
