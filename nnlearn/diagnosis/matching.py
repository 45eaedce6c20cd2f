"""What a learner's replies are compared by with those of the known mistakes.

Checks are seeded and see nothing of the learner's code but the replies to their requests.
So a known mistake explains a failed check exactly when the check, run against the mistake, gets the same
replies. Replies are compared as fingerprints, which are small enough to hand out: learners get those of the
visible checks, without the code of any mistake.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnlearn.protocol.values import Handle
from nnlearn.results import Noticed
from nnlearn.text import shown

_KERNEL_ERROR = "tensorflow.python.framework.errors_impl.OpError"
_NOT_FINITE = ("nan", "inf", "-inf")
_LINES_OF_A_NODE = " defined at (most recent call last)"
_HALF = ("float16", "bfloat16")
_SAMPLES = 64
_MOST = 1000  # of a list, a dictionary or a text, so much is compared, and how long it is
_STRIDE = 2_654_435_761  # a prime: samples are spread over the array, in the same places each time


@dataclass(frozen=True)
class KnownReplies:
    """How the checks of its part go for one known mistake.

    Attributes:
        part: The part it stands in for.
        noticed: Its name and explanation.
        checks: For each check that was run, the fingerprint of its replies, or None where it passes.
    """

    part: str
    noticed: Noticed
    checks: Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request of a check about its part.

    Attributes:
        what: `call`, a helper of the kit that calls what it is given, `.` and the name of an attribute or of
            a method, or another verb; empty for what is not about the part.
        marks: What is special about it: `integers`, `float16`, `rank 3`, `axis=`, `training=True`, `again`.
        largest: The largest number among the arguments, without its sign.
        reply: The fingerprint of what came back.
        given: Of what kind each argument is, by its name, or by its place where the name is not known.
        of_object: Whether it is asked of an object that the part has made.
    """

    what: str
    marks: frozenset[str]
    largest: float
    reply: Any = None
    given: Mapping[str, str] = field(default_factory=dict)
    of_object: bool = False


@dataclass(frozen=True)
class Evidence:
    """How one check went for the learner.

    Attributes:
        passed: Whether it passed.
        fingerprint: That of the replies.
        by_values: Whether it failed by what numbers came back, not by their kind, shape or dtype.
        asked: Its requests and replies call by call, where the bench keeps that.
        is_random: Whether facts stand for its replies, as those are random.
    """

    passed: bool
    fingerprint: Any
    by_values: bool = False
    asked: tuple[Asked, ...] = ()
    is_random: bool = False


def fingerprint(replies: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The replies of one check, as JSON that two runs of the same code share up to rounding."""
    return [[verb, *(_print(operand) for operand in _telling(verb, rest))] for verb, *rest in replies]


def _telling(verb: str, operands: Sequence[Any]) -> Sequence[Any]:
    """What two people who do the same share of a reply.

    How an exception is worded is up to each, and Python's own wording names their classes. The messages of
    TensorFlow's kernels hold shapes and operations only, up to the lines that led to a node of a graph: those
    are files of this machine.
    """
    if verb != "raised":
        return operands[:2]
    if _KERNEL_ERROR not in operands[2]:
        return operands[:1]
    return [operands[0], operands[1].partition(_LINES_OF_A_NODE)[0]]


def _print(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        flat = array.ravel()
        if flat.size > _SAMPLES:
            flat = flat[np.sort((np.arange(_SAMPLES, dtype=np.int64) * _STRIDE) % flat.size)]
        kind = "complex" if array.dtype.kind == "c" else "float64"
        parts = [flat.astype(np.float64)] if kind == "float64" else [flat.real, flat.imag]
        numbers = [_rounded(float(n)) for part in parts for n in part]
        return {"dtype": array.dtype.name, "shape": list(array.shape), "values": numbers}
    if isinstance(value, Handle):
        return "<object>"
    if isinstance(value, float):
        return _rounded(value)
    if isinstance(value, (str, bytes, list, tuple, dict)) and len(value) > _MOST:
        some = dict(itertools.islice(value.items(), _MOST)) if isinstance(value, dict) else value[:_MOST]
        return [len(value), _print(some)]
    if isinstance(value, (list, tuple)):
        return [_print(item) for item in value]
    if isinstance(value, dict):
        return {key if isinstance(key, str) else shown(key): _print(item) for key, item in value.items()}
    if isinstance(value, (str, bytes)):
        # Keras numbers its objects and Python prints addresses: neither says anything about the code.
        text = value if isinstance(value, str) else value.hex()
        return re.sub(r"0x[0-9a-f]+|_\d+\b", "", text)
    return value


def _rounded(number: float) -> float | str:
    return float(f"{number:.7g}") if np.isfinite(number) else str(number)


def ends_in_half_precision(fingerprint: Any) -> bool:
    """Whether the last reply of a check holds numbers of half precision."""
    return bool(fingerprint) and _is_half(fingerprint[-1])


def ends_out_of_range(fingerprint: Any) -> bool:
    """Whether the last reply of a check holds numbers that are not finite."""
    return bool(fingerprint) and _holds_non_finite(fingerprint[-1])


def _holds_non_finite(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_non_finite, value.values()))
    return any(map(_holds_non_finite, value)) if isinstance(value, list) else value in _NOT_FINITE


def _is_half(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("dtype") in _HALF or any(_is_half(each) for each in value.values())
    return isinstance(value, list) and any(_is_half(each) for each in value)


def fingerprints_match(
    one: Any,
    other: Any,
    tolerance: float = 2e-5,
    *,
    where_finite: bool = False,
    any_kind_of_number: bool = False,
) -> bool:
    """Whether two fingerprints are equal up to rounding.

    Args:
        one: A fingerprint, or a part of one.
        other: Another.
        tolerance: How far numbers may be apart.
        where_finite: Whether numbers count only where both are finite.
        any_kind_of_number: Whether a number is the same as Python's, as NumPy's and as a tensor of rank 0.
    """
    if any_kind_of_number and not (_is_half(one) and _is_half(other)):
        one, other = _plain_number(one), _plain_number(other)
    if isinstance(one, dict) and isinstance(other, dict):
        closeness = 5e-3 if one.get("dtype") in _HALF else tolerance
        return one.keys() == other.keys() and all(
            fingerprints_match(
                one[key],
                other[key],
                closeness,
                where_finite=where_finite,
                any_kind_of_number=any_kind_of_number,
            )
            for key in one
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            fingerprints_match(
                a, b, tolerance, where_finite=where_finite, any_kind_of_number=any_kind_of_number
            )
            for a, b in zip(one, other, strict=True)
        )
    if type(one) is float and type(other) is float:
        return abs(one - other) <= tolerance * (1 + min(abs(one), abs(other)))
    if where_finite and (one in _NOT_FINITE or other in _NOT_FINITE):
        return True
    return type(one) is type(other) and bool(one == other)


def _plain_number(value: Any) -> Any:
    """Of an array of rank 0 the number in it; anything else as it is."""
    if isinstance(value, dict) and value.get("shape") == [] and len(value.get("values", ())) == 1:
        return value["values"][0]
    return value
