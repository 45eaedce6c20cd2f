"""Finds, without running anything, where a file reaches for what surrounds the learner's code.

The watch for forbidden functions lives in the learner's process, and Python lets code in one process change
anything else in it. What nobody needs to solve an exercise, and what dismantling the watch takes, is refused
in files whose parts are watched; so is looking something up under a name that is made at run time, which
cannot be judged from the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nnlearn.submission.forbidden import is_below
from nnlearn.submission.shortcuts import Shortcut
from nnlearn.submission.source import Cell, Source, place

# Modules, with all below: ways into the interpreter, other threads and processes, whatever turns text into
# objects or code, nnlearn's own insides (all but what lessons import).
_MODULES = (
    *("ctypes", "_ctypes", "cffi", "threading", "_thread", "concurrent", "multiprocessing", "subprocess"),
    *("builtins", "importlib", "pkgutil", "runpy", "code", "codeop", "inspect", "gc", "unittest", "timeit"),
    *("pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"),
    *("operator.attrgetter", "operator.methodcaller", "types.FunctionType", "types.CodeType"),
    *("nnlearn.protocol", "nnlearn.submission", "nnlearn.host", "nnlearn.learner", "nnlearn.isolation"),
    *("nnlearn.checking", "nnlearn.diagnosis", "nnlearn.runtime.linux", "nnlearn.runtime.before_fork"),
    *("tensorflow.python.eager", "tensorflow.python.pywrap_tfe", "tensorflow.python._pywrap_tfe"),
    "tensorflow.python.framework.op_callbacks",
)
# Attributes, of whatever: frames and their way outwards, the heap, the inside of functions, ways to any
# attribute, TensorFlow's callbacks and its C layer.
_ATTRIBUTES = frozenset(
    (
        *("tb_frame", "f_back", "f_locals", "f_globals", "gi_frame", "cr_frame", "__subclasses__"),
        *("_getframe", "_current_frames", "settrace", "setprofile", "modules"),
        *("get_objects", "get_referrers", "get_referents"),
        *("__code__", "__closure__", "__globals__", "__builtins__", "__getattribute__", "__dict__"),
        *("attrgetter", "methodcaller", "FunctionType", "CodeType"),
        *("add_op_callback", "remove_op_callback", "clear_op_callbacks", "op_callbacks"),
        *("TFE_Py_Execute", "TFE_Py_FastPathExecute", "quick_execute"),
    )
)
# Harmless with a written name, and on an object of one's own.
_ACCESS = frozenset(("getattr", "setattr", "delattr", "hasattr"))
# Never needed; the second kind is also a word that people give to things of their own.
_BUILTINS = frozenset(("eval", "exec", "__import__", "globals", "__builtins__"))
_WORDS = frozenset(("vars", "locals", "compile"))
_OWN = ("self", "cls")


def find_tampering(source: Source) -> tuple[Shortcut, ...]:
    """What the file uses of what surrounds it, wherever in the file that is."""
    found: dict[str, Shortcut] = {}
    stored = {n.id for _, n in _nodes(source) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    harmless: set[ast.AST] = set()
    for cell, node in _nodes(source):
        names = [*_names(node), *_lookups(node, harmless, stored)]
        for name in names:
            line = getattr(node, "lineno", 0)
            found.setdefault(name, Shortcut(name, place(cell.name, line)))
    return tuple(found.values())


def _lookups(node: ast.AST, harmless: set[ast.AST], stored: set[str]) -> Iterator[str]:
    """Builtins that turn text into objects, unless the text is written there; calls come before names."""
    match node:
        case ast.Call(func=ast.Name(id=name) as function, args=[owner, key, *_]) if name in _ACCESS:
            harmless.add(function)
            word = key.value if isinstance(key, ast.Constant) else None
            if word in _ATTRIBUTES:
                yield str(word)
            elif word is None and not (isinstance(owner, ast.Name) and owner.id in _OWN):
                yield f"{name} with a name that is made at run time"
        case ast.Call(func=ast.Name(id=name)) if name in _WORDS:
            yield name
        case ast.Name(id=name, ctx=ast.Load()) if node not in harmless:
            if name in _ACCESS or name in _BUILTINS or (name in _WORDS and name not in stored):
                yield name


def _nodes(source: Source) -> Iterator[tuple[Cell, ast.AST]]:
    for cell in source.cells:
        for node in ast.walk(cell.tree):
            yield cell, node


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names if _is_inside(alias.name))
        case ast.ImportFrom(module=str(module), names=names):
            full = [f"{module}.{alias.name}" for alias in names]
            yield from (name for name in full if _is_inside(name) or name.rpartition(".")[2] in _ATTRIBUTES)
        case ast.Attribute(value=ast.Name(id=owner), attr="__dict__" | "modules") if owner in _OWN:
            pass
        case ast.Attribute(attr=attr) if attr in _ATTRIBUTES:
            yield attr


def _is_inside(name: str) -> bool:
    return any(name == module or is_below(name, f"{module}.") for module in _MODULES)
