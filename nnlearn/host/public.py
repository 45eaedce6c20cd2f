"""The public functions and classes of Keras, TensorFlow and NumPy, each with all of its names."""

from __future__ import annotations

import inspect
import sys
import types
import warnings
from collections.abc import Container, Iterable, Iterator
from functools import cache, partial
from typing import Any

from nnlearn.host.names import lookup
from nnlearn.submission.forbidden import is_below

# What is public in Keras, and not somebody else's or only data.
_KERAS = ("src", "api", "applications", "datasets")
# Where TensorFlow has functions that are more than a kernel; its kernels are watched by themselves.
_TENSORFLOW = (
    "math",
    "nn",
    "linalg",
    "image",
    "signal",
    "sparse",
    "random",
    "losses",
    "metrics",
    "saved_model",
)
_FROM_THE_START = ("keras", "tensorflow")


@cache
def public_objects() -> tuple[tuple[str, Any], ...]:
    """Pairs of a public name and what it stands for; imports the libraries, executes no operation."""
    found = list(_below("keras", _KERAS))
    for root in ("tensorflow", "tensorflow.compat.v1"):
        modules = (root, *(f"{root}.{word}" for word in _TENSORFLOW), f"{root}.experimental.numpy")
        found += [pair for module in modules for pair in _in(module) if not isinstance(pair[1], type)]
    found += _in("numpy")
    return tuple((name, value) for name, value in found if callable(value))


@cache
def names_by_object() -> dict[int, tuple[str, ...]]:
    """All names of what is public, by the id of the object and of the function that it wraps."""
    names: dict[int, dict[str, None]] = {}
    for name, value in public_objects():
        for thing in (value, unwrapped(value)):
            names.setdefault(id(thing), {})[name] = None
    return {number: tuple(found) for number, found in names.items()}


def named_by(entries: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The functions and classes that dotted names, some with `.*` at the end, stand for, with their names.

    Other libraries than Keras and TensorFlow (`scipy.special.softmax`) count once the learner's code has
    imported them.
    """
    for entry in entries:
        if entry.split(".")[0] not in _FROM_THE_START and entry.rpartition(".")[0] not in sys.modules:
            continue
        if entry.endswith(".*"):
            found = _below(entry.removesuffix(".*"))
            yield from (pair for pair in found if callable(pair[1]) and not _is_borrowed(*pair))
        elif callable(value := lookup(entry)):
            yield entry, value


def _is_borrowed(name: str, value: Any) -> bool:
    """Whether a module holds a function of NumPy that it only uses: `scipy.linalg.decomp_schur.norm`."""
    home = str(getattr(unwrapped(value), "__module__", ""))
    return home.partition(".")[0] == "numpy" != name.partition(".")[0]


def _below(root: str, skipped: Container[str] = ()) -> Iterator[tuple[str, Any]]:
    """All that the module `root` and those below it have, with the names."""
    todo, seen = [root], set[int]()
    while todo:
        path = todo.pop()
        module = lookup(path)
        if id(module) in seen:
            continue
        seen.add(id(module))
        for name, value in _in(path):
            if not isinstance(value, types.ModuleType):
                yield name, value
            elif name.rpartition(".")[2] not in skipped and is_below(value.__name__, f"{module.__name__}."):
                todo.append(name)


def _in(path: str) -> list[tuple[str, Any]]:
    """All that a module has itself, with the names; nothing if there is no such module."""
    module = lookup(path)
    words = [word for word in sorted(dir(module)) if not word.startswith("_")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy warns about old names when they are looked at
        found = [(f"{path}.{word}", getattr(module, word)) for word in words if hasattr(module, word)]
    return found if isinstance(module, types.ModuleType) else []


def unwrapped(value: Any) -> Any:
    """The function behind a partial, a bound method, a `tf.function` or a function of NumPy."""
    for _ in range(8):  # a learner may build a cycle
        if isinstance(value, partial):
            value = value.func
        elif isinstance(value, types.MethodType):
            value = value.__func__
        elif type(value).__name__ == "_ArrayFunctionDispatcher":
            value = value._implementation
        elif isinstance(inner := vars(type(value)).get("python_function"), property):
            value = inner.fget(value) if inner.fget else value
        else:
            break
    return value


AT_WORK = frozenset(("__call__", "call", "update_state", "update_step"))
"""What the work of a class of Keras is done by."""


def functions_of(kind: type) -> Iterator[types.FunctionType]:
    """The functions that run when a class is used; others may share them."""
    for word in (
        "__init__",
        *sorted(AT_WORK - {"__call__"}),
    ):  # which all layers share, and which ends in `call`
        function = unwrapped(inspect.getattr_static(kind, word, None))
        if isinstance(function, types.FunctionType):
            yield function


def symbolic_class_of(function: types.FunctionType) -> type | None:
    """The class by which Keras remembers in a model that a function is called: `Softmax` for `softmax`."""
    if not function.__module__.startswith("keras.src.ops."):
        return None
    plain = function.__name__.replace("_", "")
    words = (word for word in function.__code__.co_names if word.lower() == plain)
    kinds = (function.__globals__.get(word) for word in words)
    return next((kind for kind in kinds if isinstance(kind, type)), None)
