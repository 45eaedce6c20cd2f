"""Finds, without running anything, where code reaches for what surrounds it in its process.

The watch for forbidden functions lives in the learner's process, and Python lets code in one process change
anything else in it. What dismantling the watch takes is not run where parts are watched; so is looking
something up under a name that is made at run time, which cannot be judged from the text. Uses of the same
modules that give nothing of the kind are left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nnlearn.submission.harmless import HARMLESS, READ_OF, WHEN_CALLED, leads_to_harmless
from nnlearn.submission.locate import flattened
from nnlearn.submission.shortcuts import Shortcut
from nnlearn.submission.source import Cell, Source, place
from nnlearn.submission.surroundings import ACCESS, ATTRIBUTES, BUILTINS, SWITCHES, WORDS, leads_inside

# Modules that may be imported, for their harmless members: nobody else's attribute may be one of them.
_KEPT = frozenset(name.split(".")[0] for name in (*HARMLESS, *WHEN_CALLED))
_NAMESPACES = frozenset(("globals", "locals", "vars", "dir"))
_OWN = ("self", "cls")


@dataclass(frozen=True)
class Use:
    """A use of what surrounds the code.

    Attributes:
        cell: The cell it is in.
        statement: The statement of the top level that it is part of.
        node: Where exactly.
        name: What is used: `gc.get_objects`.
    """

    cell: Cell
    statement: ast.stmt
    node: ast.AST
    name: str

    @property
    def shortcut(self) -> Shortcut:
        """The use as it is shown."""
        return Shortcut(self.name, place(self.cell.name, getattr(self.node, "lineno", 0)))


def find_tampering(source: Source) -> tuple[Use, ...]:
    """What the file uses of what surrounds it, wherever in the file that is, the first place of each line."""
    found: dict[tuple[ast.stmt, str, int], Use] = {}
    reader = _Reader(source)
    for cell, statement in source.statements():
        for node in ast.walk(statement):
            for name in reader.names(node):
                key = (statement, name, getattr(node, "lineno", 0))
                found.setdefault(key, Use(cell, statement, node, name))
    return tuple(found.values())


def refused_names(source: Source) -> dict[ast.stmt, frozenset[str]]:
    """For each import of the top level of which something is refused: the names of that, as it binds them."""
    reader = _Reader(source)
    found: dict[ast.stmt, frozenset[str]] = {}
    for _, statement in source.statements():
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            refused = [alias for alias in statement.names if reader.refuses_import(statement, alias)]
            if refused:
                found[statement] = frozenset(a.asname or a.name.split(".")[0] for a in refused)
    return found


class _Reader:
    """Judges one node after the other, each after those around it; knows what the names of the file are."""

    def __init__(self, source: Source) -> None:
        self._imported: dict[str, str] = {}
        self._stored: set[str] = set()
        self._in_classes: set[ast.AST] = set()
        self._harmless: set[ast.AST] = set()
        functions: set[str] = set()
        others: set[str] = set()
        for _, statement in source.statements():
            for node in ast.walk(statement):
                self._note_bindings(node, functions, others)
        self._functions = functions - others - self._stored

    def _note_bindings(self, node: ast.AST, functions: set[str], others: set[str]) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    others.add(alias.asname or alias.name.split(".")[0])
                    if leads_inside(alias.name):
                        root = alias.name.split(".")[0]
                        self._imported[alias.asname or root] = alias.name if alias.asname else root
            case ast.ImportFrom(module=module, names=names):
                for alias in names:
                    others.add(alias.asname or alias.name)
                    if module and leads_inside(f"{module}.{alias.name}"):
                        self._imported[alias.asname or alias.name] = f"{module}.{alias.name}"
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                self._stored.add(name)
            case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                others.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                others.add(name)
            case ast.FunctionDef(name=name, decorator_list=decorators):
                (others if decorators else functions).add(name)
            case ast.AsyncFunctionDef(name=name):
                others.add(name)
            case ast.ClassDef(name=name, body=body):
                others.add(name)
                self._in_classes.update(flattened(body))

    def names(self, node: ast.AST) -> Iterator[str]:
        """What `node` itself uses of what surrounds the code."""
        self._excuse(node)
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if self.refuses_import(node, alias):
                        yield alias.name
            case ast.ImportFrom(module=module, names=names):
                for alias in names:
                    if self.refuses_import(node, alias):
                        yield f"{module}.{alias.name}"
            case ast.Attribute():
                yield from self._attribute(node)
            case ast.Call():
                yield from self._call(node)
            case ast.MatchClass(kwd_attrs=attrs):
                yield from (attr for attr in attrs if self._is_refused(attr))
            case ast.Name(id="__match_args__" as name):
                yield name
            case ast.Name(id=name, ctx=ast.Load()) if node not in self._harmless:
                if name in self._imported:
                    if self._imported[name] not in HARMLESS:
                        yield self._imported[name]
                elif name in ACCESS or name in BUILTINS or (name in WORDS and name not in self._stored):
                    yield name

    def refuses_import(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
        """Whether what one name of an import brings is of no harmless use."""
        if isinstance(node, ast.Import):
            name = alias.name
        elif node.module is None:
            return self._is_refused(alias.name)
        else:
            name = f"{node.module}.{alias.name}"
        if leads_inside(name):
            return node in self._in_classes or not leads_to_harmless(name)
        if isinstance(node, ast.Import):
            return False
        return self._is_refused(alias.name)

    def _is_refused(self, attribute: str) -> bool:
        """Whether no object may be asked for this attribute: it leads to what surrounds the code."""
        return attribute in ATTRIBUTES or attribute in _KEPT or self._is_watched(attribute)

    def _is_watched(self, name: str) -> bool:
        """Whether a name of the file is a module, or a function, that only some uses of are harmless."""
        return name in self._imported and self._imported[name] not in HARMLESS

    def _excuse(self, node: ast.AST) -> None:
        """Remember what is harmless inside `node` because of how `node` uses it."""
        match node:
            case ast.Call(func=ast.Name(id="hasattr") as function):
                self._harmless.add(function)
            case ast.Call(func=ast.Name(id="vars") as function, args=[ast.Name(id=owner)]) if owner in _OWN:
                self._harmless.add(function)
            case ast.Expr(value=ast.Call(func=ast.Name(id="breakpoint") as function, args=[], keywords=[])):
                self._harmless.add(function)  # what the debugger that it names returns is not used
            case ast.Call(func=function) if self._may_be_called(node):
                self._excuse_all(function)
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[right]):
                self._excuse_container(right)
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()], comparators=[right]):
                for side in (left, right):
                    if isinstance(side, ast.Call) and self._path(side.func) in READ_OF and not side.args:
                        self._excuse_all(side.func)
            case ast.Subscript(value=ast.Call() as call, slice=key, ctx=ast.Load()):
                self._excuse_globals(call, key)
            case ast.Attribute(value=ast.Call(func=function, args=[], keywords=[]), attr=attr):
                if attr in READ_OF.get(self._path(function), ()):
                    self._excuse_all(function)
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call() as call, attr="get"), args=[key, *_]):
                self._excuse_globals(call, key)
            case ast.Attribute() if self._path(node) in HARMLESS:
                self._excuse_all(node)

    def _excuse_all(self, node: ast.AST) -> None:
        self._harmless.update(ast.walk(node))

    def _excuse_container(self, node: ast.AST) -> None:
        """`"google.colab" in sys.modules`, `"x" in globals()`: yes or no."""
        match node:
            case ast.Attribute(attr="modules"):
                self._harmless.add(node)
            case ast.Call(func=ast.Name(id=name) as function, args=[], keywords=[]) if name in _NAMESPACES:
                self._harmless.update((node, function))

    def _excuse_globals(self, call: ast.Call, key: ast.expr) -> None:
        """`globals()["x"]` is `x`."""
        match call, key:
            case ast.Call(func=ast.Name(id="globals") as function, args=[]), ast.Constant(value=str(word)):
                if not word.startswith("__") and word not in self._imported:
                    self._harmless.add(function)

    def _may_be_called(self, call: ast.Call) -> bool:
        """Whether it is a call of what only some calls of are harmless, and this is one of them."""
        allowed = WHEN_CALLED.get(self._path(call.func))
        if allowed is None or any(keyword.arg not in allowed.keywords for keyword in call.keywords):
            return False
        match call.args:
            case [ast.Starred()]:
                return False
            case [first]:
                is_function = isinstance(first, ast.Lambda) or (
                    isinstance(first, ast.Name) and first.id in self._functions
                )
                return is_function or not allowed.of_functions
        return False

    def _path(self, node: ast.AST) -> str:
        """The dotted path of a member of one of `surroundings.MODULES`, by the file's imports; else empty."""
        words: list[str] = []
        while isinstance(node, ast.Attribute):
            words.append(node.attr)
            node = node.value
        root = self._imported.get(node.id, "") if isinstance(node, ast.Name) else ""
        return ".".join((root, *reversed(words))) if root else ""

    def _attribute(self, node: ast.Attribute) -> Iterator[str]:
        if node in self._harmless:
            return
        if path := self._path(node):
            self._excuse_all(node)  # named once, as a whole
            yield path
        elif isinstance(node.value, ast.Name) and node.value.id in _OWN:
            if node.attr in ATTRIBUTES - {"__dict__", "modules"}:
                yield node.attr
        elif self._is_refused(node.attr):
            yield node.attr

    def _call(self, node: ast.Call) -> Iterator[str]:
        """Builtins that turn text into objects, unless the text is written there; switches to do so."""
        match node:
            case ast.Call(func=ast.Name(id=name) as function, args=[owner, key, *_]) if name in ACCESS:
                self._harmless.add(function)
                word = key.value if isinstance(key, ast.Constant) else None
                if isinstance(word, str) and self._is_refused(word):
                    yield word
                elif word is None and not (isinstance(owner, ast.Name) and owner.id in _OWN):
                    yield f"{name} with a name that is made at run time"
            case ast.Call(func=ast.Name(id=name) as function) if name in WORDS:
                if function not in self._harmless:
                    self._harmless.add(function)
                    yield name
            case ast.Call(func=ast.Attribute(attr="load"), args=args, keywords=keywords):
                if len(args) > 2 or any(k.arg is None for k in keywords):  # numpy.load(file, None, True)
                    yield "load with allow_pickle"
        for keyword in node.keywords:
            if keyword.arg in SWITCHES:
                value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                if value is not SWITCHES[keyword.arg]:
                    yield keyword.arg
