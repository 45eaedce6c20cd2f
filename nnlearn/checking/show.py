"""Shows two arrays so that a person sees where they differ."""

from __future__ import annotations

from typing import Any

import numpy as np

_WINDOW = 6
_DIGITS, _MOST_DIGITS = 4, 17  # with 17 any two float64 that differ are written differently


def number(value: Any, digits: int = _DIGITS) -> str:
    """One element, short: `0.2833`, `1e-05`, `nan`."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    plain = complex(value) if np.iscomplexobj(value) else float(value)
    return f"{plain:.{digits}g}"


def digits_apart(one: Any, other: Any) -> int:
    """The fewest digits with which two elements that differ do not look the same."""
    enough = (d for d in range(_DIGITS, _MOST_DIGITS) if number(one, d) != number(other, d))
    return next(enough, _MOST_DIGITS)


def index(position: tuple[int, ...]) -> str:
    """An index as one would type it: `[0, 2]`; empty for a scalar."""
    return f"[{', '.join(str(i) for i in position)}]" if position else ""


def first_true(places: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """The index of the first element that is true; at least one is. Costs no list of all of them."""
    return tuple(int(i) for i in np.unravel_index(int(places.argmax()), places.shape))


def side_by_side(
    expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any], differs: np.ndarray[Any, Any]
) -> tuple[str, str]:
    """Both arrays around the first element that differs, in columns of one width.

    Args:
        expected: What should be there.
        got: What is there, of the same shape.
        differs: True where they differ, of the same shape; at least one element is.

    Returns:
        A line for `expected` and one for `got`, which ends with how many elements differ.
    """
    count = f"{int(differs.sum())} of {differs.size} differ"
    first = first_true(differs)
    digits = digits_apart(expected[first], got[first])
    if expected.ndim == 0:
        return number(expected[()], digits), number(got[()], digits)
    row, column = first[:-1], first[-1]
    start = max(0, min(column - 1, expected.shape[-1] - _WINDOW))
    stop = min(expected.shape[-1], start + _WINDOW)
    prefix = f"at {index((*row, start))}: " if row or start else ""
    cells = [[number(v, digits) for v in array[row][start:stop]] for array in (expected, got)]
    width = max(len(cell) for line in cells for cell in line)
    more = " ..." if stop < expected.shape[-1] else ""
    lines = [prefix + "[" + " ".join(f"{c:<{width}}" for c in line) + more + "]" for line in cells]
    return lines[0], f"{lines[1]}  {count}"
