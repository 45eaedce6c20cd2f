"""Finds, without running anything, where a file reaches for what surrounds the learner's code.

The watch for forbidden functions lives in the learner's process, and Python lets code in one process change
anything else in it. What nobody needs to solve an exercise, and what dismantling the watch takes, is refused
in files whose parts are watched. What is looked up under a name made at run time cannot be judged from
the text; it is pointed out, so that a person can look.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nnlearn.learner.forbidden import is_below
from nnlearn.learner.shortcuts import Shortcut
from nnlearn.learner.source import Cell, Source, place

# Modules, with all below: ways into the interpreter, other threads and processes, nnlearn's own insides.
_MODULES = (
    *("ctypes", "_ctypes", "cffi", "threading", "_thread", "concurrent", "multiprocessing", "subprocess"),
    *("nnlearn.learner", "nnlearn.checking", "nnlearn.diagnosis"),
    *("tensorflow.python.eager", "tensorflow.python.pywrap_tfe", "tensorflow.python._pywrap_tfe"),
    "tensorflow.python.framework.op_callbacks",
)
# Attributes, of whatever: frames and their way outwards, the heap, TensorFlow's callbacks and its C layer.
_ATTRIBUTES = frozenset(
    (
        *("tb_frame", "f_back", "f_locals", "f_globals", "gi_frame", "cr_frame", "__subclasses__"),
        *("_getframe", "_current_frames", "settrace", "setprofile"),
        *("get_objects", "get_referrers", "get_referents"),
        *("add_op_callback", "remove_op_callback", "clear_op_callbacks", "op_callbacks"),
        *("TFE_Py_Execute", "TFE_Py_FastPathExecute", "quick_execute"),
    )
)
_LOOKUPS = ("getattr", "eval", "exec", "__import__", "import_module")
_NOTES = 5


def find_tampering(source: Source) -> tuple[Shortcut, ...]:
    """What the file uses of what surrounds it, wherever in the file that is."""
    found: dict[str, Shortcut] = {}
    for cell, node in _nodes(source):
        for name in _names(node):
            line = getattr(node, "lineno", 0)
            found.setdefault(name, Shortcut(name, place(cell.name, line)))
    return tuple(found.values())


def lookups_at_run_time(source: Source) -> tuple[str, ...]:
    """Notes on calls that look something up under a name which is not written in the file."""
    notes = []
    for cell, node in _nodes(source):
        match node:
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr="import_module" as name), args=[_, *_] as args
            ):
                what = args[1] if name == "getattr" and len(args) > 1 else args[0]
                own = isinstance(args[0], ast.Name) and args[0].id == "self"
                if name in _LOOKUPS and not isinstance(what, ast.Constant) and not own:
                    where = place(cell.name, node.lineno)
                    notes.append(f"{where}: `{name}` looks up a name that is made at run time")
    return tuple(dict.fromkeys(notes))[:_NOTES]


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
        case ast.Attribute(attr=attr) if attr in _ATTRIBUTES:
            yield attr


def _is_inside(name: str) -> bool:
    return any(name == module or is_below(name, f"{module}.") for module in _MODULES)
