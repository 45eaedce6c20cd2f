"""Where the replies of a check part from those that the reference gives, and how they differ there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nnlearn.diagnosis.matching import Asked, fingerprints_match

_CLOSE = 1e-4
GRADIENTS = ("gradient", "value_and_gradient", "weight_gradients")
"""Helpers of the kit that give a gradient, or a value and a gradient."""


@dataclass(frozen=True)
class Wrong:
    """A call whose reply differs from the reference's.

    Attributes:
        asked: The call.
        how: `raises`, `accepts` (where an error is right), `none`, `finite`, `dtype`, `shape`, `value`,
            `type`, `keys`; `no gradient`, `gradient`, `gradient finite` where the value is right.
        want: The fingerprint of the reference's reply.
    """

    asked: Asked
    how: str
    want: Any = None


def first_wrong(got: Sequence[Asked], expected: Sequence[Asked]) -> tuple[int, Wrong] | None:
    """The first reply of a check that differs from the reference's, and its place."""
    for place, (one, other) in enumerate(zip(got, expected, strict=False)):
        if one.what != other.what or one.marks != other.marks:
            return None  # the check asks for something else by now
        if not is_alike(one, other):
            how = _difference(one, other)
            return None if how is None else (place, Wrong(one, how, other.reply))
    return None


def is_alike(got: Asked, want: Asked) -> bool:
    """Whether two replies are equal up to rounding; of which class an error is makes no difference."""
    one, other = got.reply, want.reply
    return (one[0] == other[0] == "raised") or fingerprints_match(one, other, _CLOSE)


def _difference(got: Asked, want: Asked) -> str | None:
    """As in `Wrong`; None where it cannot be said."""
    one, other = got.reply, want.reply
    if one[0] != other[0]:
        return {"raised": "raises"}.get(one[0]) or (
            "accepts" if (one[0], other[0]) == ("value", "raised") else None
        )
    if one[0] != "value":
        return None
    if got.what in GRADIENTS:
        return _difference_of_gradients(got.what, one[1], other[1])
    return _difference_of_values(one[1], other[1])


def _difference_of_gradients(what: str, got: Any, want: Any) -> str | None:
    if what == "value_and_gradient":
        if not (isinstance(got, list) and isinstance(want, list) and len(got) == len(want) == 2):
            return None
        if not fingerprints_match(got[0], want[0], _CLOSE):
            return _difference_of_values(got[0], want[0])
        got, want = got[1], want[1]
    several = isinstance(got, list) and isinstance(want, list)
    if got is None or (several and any(a is None and b is not None for a, b in zip(got, want, strict=False))):
        return "no gradient"
    how = _difference_of_values(got, want)
    return {"finite": "gradient finite", "value": "gradient"}.get(how or "")


def _difference_of_values(got: Any, want: Any) -> str | None:
    if got is None:
        return "none"
    if is_array(got) and is_array(want):
        return _difference_of_arrays(got, want)
    if isinstance(got, dict) and isinstance(want, dict):
        return "keys" if got.keys() != want.keys() else _first_difference([*got.values()], [*want.values()])
    if isinstance(got, list) and isinstance(want, list):
        return _first_difference(got, want) if len(got) == len(want) else "keys"
    if type(got) is not type(want):
        return "finite" if isinstance(got, str) and isinstance(want, float) else "type"
    return "value"


def is_array(printed: Any) -> bool:
    """Whether this is the fingerprint of an array, or of a dictionary that looks like one."""
    return (
        isinstance(printed, dict)
        and printed.keys() == {"dtype", "shape", "values"}
        and isinstance(printed["values"], list)
    )


def _difference_of_arrays(got: dict[str, Any], want: dict[str, Any]) -> str:
    if got["shape"] != want["shape"]:
        return "shape"
    if not _all_finite(got["values"]) and _all_finite(want["values"]):
        return "finite"
    if not fingerprints_match(got["values"], want["values"], 1e-3):
        return "value"
    return "dtype" if got["dtype"] != want["dtype"] else "value"


def _first_difference(got: Any, want: Any) -> str | None:
    return next(
        (
            _difference_of_values(a, b)
            for a, b in zip(got, want, strict=True)
            if not fingerprints_match(a, b, _CLOSE)
        ),
        None,
    )


def _all_finite(values: Sequence[Any]) -> bool:
    return all(isinstance(value, float) and math.isfinite(value) for value in values)
