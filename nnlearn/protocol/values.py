"""Turns any object into plain data or a handle, and back.

Plain data are None, bool, int, float, str, bytes, list, tuple, dict and numeric NumPy arrays, of exactly
these types: a subclass is rebuilt as its plain base, so that no learner's object takes part in a comparison.
Everything else stays where it is and is spoken of by a `Handle`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 16
MAX_RANK = 16
# Kinds of handles that stand for an attribute, called `name`, of the object with the number `id`.
PART, HELPER = BY_NAME = ("part", "helper")


@dataclass(frozen=True)
class Handle:
    """Stands for an object that stays on the learner's side.

    Attributes:
        id: Its number in the host's table.
        kind: What it is, in a word: `function`, `class`, `layer`, `variable`, `object`, ... What goes by
            its name, so that nobody has to ask for its number first, is of a kind in `BY_NAME`.
        name: A name to show, e.g. the class of the object.
    """

    id: int
    kind: str
    name: str


class Unplain(TypeError):
    """A value that ought to be plain data is not."""


def to_plain(value: Any, make_handle: Callable[[Any], Handle], depth: int = 0) -> Any:
    """`value` as plain data, with `make_handle` called for whatever has no plain form.

    Tensors become arrays; NumPy scalars become arrays of rank 0; shapes become tuples; data types become
    their names.

    Raises:
        Unplain: It is nested too deeply, or has too many dimensions.
    """
    if value is None or type(value) in (bool, int, float, str, bytes):
        return value
    if depth > MAX_DEPTH:
        raise Unplain(f"data nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain_array(value, make_handle)
    if isinstance(value, (list, tuple)):
        items = [to_plain(item, make_handle, depth + 1) for item in list(value)]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, Mapping):
        return {
            to_plain(k, make_handle, depth + 1): to_plain(v, make_handle, depth + 1) for k, v in value.items()
        }
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, str):
        return str.__str__(value)
    return _from_tensorflow(value, make_handle)


def _plain_array(value: Any, make_handle: Callable[[Any], Handle]) -> Any:
    if value.ndim > MAX_RANK:
        raise Unplain(f"an array of rank {value.ndim}: more than {MAX_RANK} dimensions cannot be handed in")
    numeric = value.dtype.kind in "biufc" or value.dtype.name == "bfloat16"
    return np.array(value, subok=False) if numeric else make_handle(value)


def _from_tensorflow(value: Any, make_handle: Callable[[Any], Handle]) -> Any:
    """Eager tensors as arrays, shapes as tuples, types as names; the rest behind handles."""
    kind = type(value)
    module = kind.__module__ or ""
    if module.startswith("tensorflow"):
        if kind.__name__ == "EagerTensor":
            return _plain_array(value.numpy(), make_handle)
        if kind.__name__ == "TensorShape":
            return None if value.rank is None else tuple(value.as_list())
        if kind.__name__ == "DType":
            return value.name
    return make_handle(value)


def kind_of(value: Any) -> tuple[str, str]:
    """The `kind` and `name` of a handle for `value`."""
    if isinstance(value, type):
        return "class", value.__name__
    name = type(value).__name__
    bases = {base.__name__ for base in type(value).__mro__}
    for base, kind in (
        ("Variable", "variable"),
        ("Model", "model"),
        ("Layer", "layer"),
        ("Optimizer", "optimizer"),
        ("Loss", "loss"),
        ("generator", "generator"),
        ("module", "module"),
    ):
        if base in bases:
            return kind, name
    if callable(value):
        return "function", str(getattr(value, "__name__", name))
    return "object", name
