"""What a check asked of a part, call by call: what each call was like, and the fingerprint of its reply.

The words for what a call was like are few, and none of them holds a value of an argument but True, False and
None. So what is said of hidden checks in these words does not tell what they send.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nnlearn.diagnosis.matching import Asked, Evidence, fingerprint
from nnlearn.protocol.values import HELPER, PART, Handle

_MOST_ARRAYS = 20
_OBJECT = "object"
_CALL = "call"
CALLED_THROUGH = ("gradient", "value_and_gradient", "weight_gradients", "traced", "on_tensors", "steps")
"""Helpers that call what they are given, and what that gives is in their reply."""
_HELPED = "helped"
"""What any other helper does with an object of the part: run it, or make another one of it."""


def asked_in(
    pairs: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]], part: str, parameters: Sequence[str]
) -> tuple[Asked, ...]:
    """What a check asked, in its order.

    Args:
        pairs: Each request with its reply.
        part: The part that was checked.
        parameters: The names of its parameters.
    """
    tracker = _Tracker(part, parameters)
    return tuple(
        replace(tracker.look_at(request, reply), reply=fingerprint([reply])[0]) for request, reply in pairs
    )


def evidence_to_keep(evidence: Evidence) -> list[Any]:
    """How a check went, but for the fingerprint of all replies, as JSON."""
    asked = [
        [one.what, sorted(one.marks), one.largest, one.reply, one.given, one.of_object]
        for one in evidence.asked
    ]
    return [evidence.passed, evidence.is_random, asked]


def evidence_from(kept: list[Any]) -> Evidence:
    """What `evidence_to_keep` made JSON of."""
    passed, is_random, asked = kept
    return Evidence(
        passed,
        None,
        asked=tuple(Asked(what, frozenset(marks), *others) for what, marks, *others in asked),
        is_random=is_random,
    )


_NOTHING = Asked("", frozenset(), 0.0)


class _Tracker:
    """Knows which objects are of the part, and which are attributes of those."""

    def __init__(self, part: str, parameters: Sequence[str]) -> None:
        self._part = part
        self._parameters = parameters
        self._known: dict[int, str] = {}
        self._used: set[int] = set()

    def look_at(self, request: tuple[Any, ...], reply: tuple[Any, ...]) -> Asked:
        """What was asked, but for the reply; and remember what the reply is."""
        verb, *operands = request
        name = self._name_of(operands[0]) if operands else ""
        if verb == _CALL:
            asked = self._call(*operands)
        elif verb == "get":
            asked = replace(_NOTHING, what=f".{operands[1]}" if name else "")
        else:
            asked = replace(_NOTHING, what=(name if name.startswith(".") else verb) if name else "")
        given = reply[1] if reply[0] == "value" else None
        if isinstance(given, Handle) and asked.what:
            made = asked.what == _HELPED or (asked.what == _CALL and not asked.of_object)
            self._known[given.id] = _OBJECT if made else asked.what
        return asked

    def _call(self, target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Asked:
        what = _CALL
        if isinstance(target, Handle) and target.kind == HELPER:
            if not args or target.name not in CALLED_THROUGH:
                is_of_part = any(self._name_of(arg) == _OBJECT for arg in args)
                return replace(_NOTHING, what=_HELPED if is_of_part else "")
            what, (target, *args) = target.name, args
            kwargs = {key: value for key, value in kwargs.items() if key not in ("upstream", "wrt")}
        name = self._name_of(target)
        if not name or name.startswith("."):
            return replace(_NOTHING, what=name)
        of_object = name == _OBJECT
        names = [str(place) for place in range(len(args))] if of_object else self._parameters
        named = {**dict(zip(names, args, strict=False)), **kwargs}
        marks, largest = _marks_of(named)
        if of_object:
            number = target.id if isinstance(target, Handle) else target
            marks |= {"again"} if number in self._used else set()
            self._used.add(number)
        if what == "traced":
            marks.add("traced")
        given = {name: _kind_of(value) for name, value in named.items()}
        return Asked(what, frozenset(marks), largest, given=given, of_object=of_object)

    def _name_of(self, target: Any) -> str:
        """What an object is to the part; an empty string if nothing is known."""
        if isinstance(target, Handle):
            is_part = target.kind == PART and target.name == self._part
            return self._part if is_part else self._known.get(target.id, "")
        return self._known.get(target, "") if isinstance(target, int) else ""


def _marks_of(named: Mapping[str, Any]) -> tuple[set[str], float]:
    marks: set[str] = set()
    largest = 0.0
    for name, value in named.items():
        if name.isdigit():  # of an object, whose parameters are not known
            continue
        if isinstance(value, bool) or value is None:
            marks.add(f"{name}={value}")
        elif _kind_of(value) not in ("array", "other"):
            marks.add(f"{name}=")
    for value in named.values():
        if isinstance(value, list) and value and not any(isinstance(item, np.ndarray) for item in value):
            marks.add("lists")
    arrays = _arrays([*named.values()])
    if arrays:
        marks.add(f"rank {max(array.ndim for array in arrays)}")
    for array in arrays:
        marks.update(_marks_of_array(array))
        if array.size and array.dtype.kind in "iuf":
            largest = max(largest, float(np.nan_to_num(np.abs(array.astype(np.float64))).max()))
    return marks, largest


def _marks_of_array(array: np.ndarray[Any, Any]) -> Iterator[str]:
    """What is special about an array."""
    kind = array.dtype.kind
    if kind in "iu":
        yield "integers"
    if kind == "u":
        yield "unsigned integers"
    if array.dtype.name in ("float16", "float64"):
        yield array.dtype.name
    if kind == "b":
        yield "truth values"
    if not array.size:
        yield "empty arrays"
    elif array.ndim > 1 and array.shape[0] == 1:
        yield "one row"
    if kind == "f" and array.size:
        if not np.isfinite(array).all():
            yield "NaN or infinity"
        if not array.all():
            yield "zeros"


def _kind_of(value: Any) -> str:
    """`bool`, `int`, `float`, `str`, `None`, `array` or `other`."""
    if value is None or type(value) in (bool, int, float, str):
        return "None" if value is None else type(value).__name__
    return "array" if isinstance(value, (np.ndarray, list, tuple)) else "other"


def _arrays(values: Sequence[Any], depth: int = 0) -> list[np.ndarray[Any, Any]]:
    """The first arrays among arguments; a list of numbers is one too."""
    found: list[np.ndarray[Any, Any]] = []
    for value in values:
        if len(found) >= _MOST_ARRAYS:
            break
        if isinstance(value, np.ndarray):
            found.append(value)
        elif isinstance(value, (list, tuple)) and depth < 3:
            if value and all(type(item) in (int, float) for item in value):
                found.append(np.array(value, "float32" if any(type(i) is float for i in value) else "int64"))
            else:
                found += _arrays(value, depth + 1)
    return found
