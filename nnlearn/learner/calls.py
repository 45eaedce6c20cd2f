"""Puts a call into words: `softmax(logits, axis=0)` and what `logits` is."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nnlearn.text import shown

_SPOKEN = {
    "gradient": "gradient of",
    "value_and_gradient": "value and gradient of",
    "traced": "traced call of",
}
_LITERAL_LENGTH = 32
_SHOWN_ELEMENTS = 6
_WRITTEN_ELEMENTS = 8
_LINE_LENGTH = 60


@dataclass(frozen=True)
class CallText:
    """A call in words.

    Attributes:
        call: The call as one would type it, arrays by name.
        where: For each array by name, what it is: `z: shape (4, 3), float32`.
        line: The call with its arrays written out: `softmax(np.float32([1.0, 2.0]))`; an empty string
            where one of them is too large for that, or where it is no call that one could type.
    """

    call: str
    where: tuple[str, ...]
    line: str = ""


def describe_call(
    label: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    signatures: Mapping[str, tuple[str, ...]],
) -> CallText:
    """A call of what `label` names, with its arguments.

    A helper that is handed a part reads as what it does: `gradient of relu(x)`.
    """
    first = getattr(args[0], "_label", None) if args else None
    if first is not None and label in _SPOKEN:
        options = {k: v for k, v in kwargs.items() if k not in ("upstream", "wrt")}
        inner = describe_call(first, args[1:], options, signatures)
        return CallText(f"{_SPOKEN[label]} {inner.call}", inner.where)
    names = signatures.get(label.split("(")[0] if not label.endswith(")") else "", ())
    where: list[str] = []
    parts = [
        _argument(value, names[i] if i < len(names) else f"x{i or ''}", where) for i, value in enumerate(args)
    ]
    parts += [f"{key}={_argument(value, key, where)}" for key, value in kwargs.items()]
    line = _line(label, args, kwargs)
    return CallText(f"{label}({', '.join(parts)})", tuple(where), line)


def _argument(value: Any, name: str, where: list[str]) -> str:
    """How an argument stands in the call; an array goes by `name` and is described in `where`."""
    if isinstance(value, (np.ndarray, np.generic)):
        where.append(f"{name}: {describe_array(np.asarray(value))}")
        return name
    label = getattr(value, "_label", None)
    text = str(label) if label is not None else shown(value, _LITERAL_LENGTH + 1)
    return text if len(text) <= _LITERAL_LENGTH else f"<{type(value).__name__}>"


def _line(label: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """The call with every argument written out, or an empty string."""
    written = [_written(value) for value in args]
    named = [(key, _written(value)) for key, value in kwargs.items()]
    if any(text is None for text in [*written, *(text for _, text in named)]):
        return ""
    return f"{label}({', '.join([*map(str, written), *(f'{key}={text}' for key, text in named)])})"


def _written(value: Any) -> str | None:
    """An argument as Python, or None."""
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "iufb" or not 0 < array.size <= _WRITTEN_ELEMENTS:
            return None
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return None
        if array.dtype.kind == "b":
            return f"np.array({_elements(array)})"
        return f"np.{array.dtype.name}({_elements(array)})"
    plain = value is None or type(value) in (bool, int, float, str, tuple, list)
    text = shown(value, _LITERAL_LENGTH + 1) if plain else ""
    return text if 0 < len(text) <= _LITERAL_LENGTH else None


def _elements(array: np.ndarray[Any, Any]) -> str:
    """The elements, each as short as it can be said exactly, in brackets."""
    if array.ndim == 0:
        return str(array)
    return f"[{', '.join(_elements(np.asarray(row)) for row in array)}]"


def describe_array(array: np.ndarray[Any, Any]) -> str:
    """Shape and dtype, and the values of a small array."""
    text = f"shape {array.shape}, {array.dtype}"
    if array.size <= _SHOWN_ELEMENTS:
        values = np.array2string(array, precision=4, separator=", ").replace("\n", "")
        text = f"{values}, {text}" if len(values) + len(text) <= _LINE_LENGTH else text
    return text


def signatures_of(path: Path) -> dict[str, tuple[str, ...]]:
    """Parameter names of the functions and classes in a Python file, without running it.

    A class goes by its constructor's parameters. What cannot be parsed gives no names.
    """
    found: dict[str, tuple[str, ...]] = {}
    try:
        body = ast.parse(path.read_text(encoding="utf-8")).body
    except (SyntaxError, ValueError, RecursionError):
        return found
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = _parameters(node)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    found[node.name] = _parameters(method)[1:]
    return found


def _parameters(function: ast.FunctionDef) -> tuple[str, ...]:
    """The parameters that can be given by position."""
    return tuple(arg.arg for arg in (*function.args.posonlyargs, *function.args.args))
