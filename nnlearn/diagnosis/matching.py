"""The search for the known mistake behind a failure.

Checks are seeded and see nothing of the learner's code but the replies to their requests.
So a known mistake explains a failed check exactly when the check, run against the mistake, gets the same
replies. Replies are compared as fingerprints, which are small enough to hand out: learners get those of the
visible checks, without the code of any mistake.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlearn.protocol.values import Handle
from nnlearn.results import Noticed

_KERNEL_ERROR = "tensorflow.python.framework.errors_impl.OpError"
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
class Evidence:
    """How one check went for the learner: whether it passed, and the fingerprint of its replies."""

    passed: bool
    fingerprint: Any


def explain(
    part: str, check: str, evidence: Mapping[str, Evidence], known: Sequence[KnownReplies]
) -> Noticed | None:
    """The known mistake that explains why `check` failed, or None.

    Of several with the same replies, the one that agrees most with the other checks of the part.
    """
    replies = evidence[check].fingerprint
    candidates = [
        item
        for item in known
        if item.part == part
        and item.checks.get(check) is not None
        and fingerprints_match(item.checks[check], replies)
    ]

    def agreement(item: KnownReplies) -> int:
        return sum(
            seen.passed == (item.checks[name] is None)
            for name, seen in evidence.items()
            if name in item.checks
        )

    if len(candidates) < 2:  # agreement is worth working out only where there is a choice
        return candidates[0].noticed if candidates else None
    return max(candidates, key=agreement).noticed


def fingerprint(replies: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The replies of one check, as JSON that two runs of the same code share up to rounding."""
    return [[verb, *(_print(operand) for operand in _telling(verb, rest))] for verb, *rest in replies]


def _telling(verb: str, operands: Sequence[Any]) -> Sequence[Any]:
    """What two people who do the same share of a reply.

    How an exception is worded is up to each, and Python's own wording names their classes. The messages of
    TensorFlow's kernels hold shapes and operations only.
    """
    worded = verb == "raised" and _KERNEL_ERROR not in operands[2]
    return operands[: 1 if worded else 2]


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
        return {str(key): _print(item) for key, item in value.items()}
    if isinstance(value, (str, bytes)):
        # Keras numbers its objects and Python prints addresses: neither says anything about the code.
        text = value if isinstance(value, str) else value.hex()
        return re.sub(r"0x[0-9a-f]+|_\d+\b", "", text)
    return value


def _rounded(number: float) -> float | str:
    return float(f"{number:.7g}") if np.isfinite(number) else str(number)


def fingerprints_match(one: Any, other: Any, tolerance: float = 2e-5) -> bool:
    """Whether two fingerprints are equal up to rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        half = "16" in str(one.get("dtype", ""))
        closeness = 5e-3 if half else tolerance
        return one.keys() == other.keys() and all(
            fingerprints_match(one[key], other[key], closeness) for key in one
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            fingerprints_match(a, b, tolerance) for a, b in zip(one, other, strict=True)
        )
    if type(one) is float and type(other) is float:
        return abs(one - other) <= tolerance * (1 + min(abs(one), abs(other)))
    return type(one) is type(other) and bool(one == other)
