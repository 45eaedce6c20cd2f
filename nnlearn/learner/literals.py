"""Values as Python that makes them again."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnlearn.text import shown

LONGEST = 200
_MOST_ELEMENTS = 8


def written(value: Any) -> str | None:
    """A plain value, or a small array, as Python that makes the very same; None where it is too large."""
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "iufb" or not 0 < array.size <= _MOST_ELEMENTS:
            return None
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return None
        if array.dtype.kind == "b":
            return f"np.array({_elements(array)})"
        return f"np.{array.dtype.name}({_elements(array)})"
    if type(value) is float and not np.isfinite(value):
        return None
    if type(value) is int and value.bit_length() > LONGEST:
        return None
    text = shown(value, LONGEST + 1) if value is None or type(value) in (bool, int, float, str) else ""
    return text if 0 < len(text) <= LONGEST else None


def _elements(array: np.ndarray[Any, Any]) -> str:
    """The elements, each as short as it can be said exactly, in brackets."""
    if array.ndim == 0:
        return str(array)
    return f"[{', '.join(_elements(np.asarray(row)) for row in array)}]"
