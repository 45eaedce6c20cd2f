"""What is known of a failed check before any variant is run: where its replies part from the right ones.

Most variants cannot be behind that, and running one may take as long as a training does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlearn.diagnosis.difference import Wrong, is_array
from nnlearn.diagnosis.matching import Asked, fingerprints_match

_DIRECT = ("call", "traced", "on_tensors")
_VALUES = ("value", "finite")
_CLOSE = 1e-3


@dataclass(frozen=True)
class Situation:
    """A failed check.

    Attributes:
        wrong: The first reply that differs from the reference's; None where that cannot be told.
        asked: What the check asks of the reference.
    """

    wrong: Wrong | None
    asked: Sequence[Asked]

    def is_given(self, name: str, place: str, kinds: Sequence[str]) -> bool:
        """Whether some call has an argument of one of these kinds, by its name or in its place."""
        return any({one.given.get(name), one.given.get(place)} & {*kinds} for one in self.asked)

    def are_alike(self, one: tuple[str, str], other: tuple[str, str]) -> bool:
        """Whether some call has two arguments of one kind, each by its name or in its place."""
        for asked in self.asked:
            kinds = [
                next((asked.given[key] for key in keys if key in asked.given), "") for keys in (one, other)
            ]
            if kinds[0] and kinds[0] == kinds[1]:
                return True
        return False

    def is_left_out(self, name: str, place: str) -> bool:
        """Whether some call does not have this argument."""
        return any(one.given and name not in one.given and place not in one.given for one in self.asked)

    @property
    def values(self) -> bool:
        """Whether values may be wrong, and not only of what kind the answer is, or a gradient."""
        if self.wrong is None or self.wrong.how in (*_VALUES, "shape"):
            return True
        return self._is_indirect

    @property
    def gradients(self) -> bool:
        """Whether a gradient may be wrong where the values are right."""
        return self.wrong is None or "gradient" in self.wrong.how

    @property
    def has_no_gradient(self) -> bool:
        """Whether a gradient may be missing."""
        return self.wrong is None or self.wrong.how == "no gradient"

    def is_gradient_of(self, step: Callable[[Any], Any]) -> bool:
        """Whether a gradient may be the right one, with `step` done to each number."""
        if self.wrong is None or self.wrong.asked.what == "weight_gradients":
            return self.gradients
        if not self.gradients:
            return False
        got, want = self.wrong.asked.reply[1], self.wrong.want[1]
        if self.wrong.asked.what == "value_and_gradient":
            got, want = got[1], want[1]
        return fingerprints_match(got, _with_step(want, step), _CLOSE)

    def is_result(self, *hows: str) -> bool:
        """Whether what comes back of a call may be wrong in one of these ways."""
        if self.wrong is None or self._is_indirect:
            return True
        return self.wrong.asked.what in (*_DIRECT, "value_and_gradient", "next") and self.wrong.how in hows

    @property
    def _is_indirect(self) -> bool:
        """Whether the first wrong reply only follows from what a call gives: a gradient, a model's output."""
        return self.wrong is not None and self.wrong.asked.what in ("", "gradient", "weight_gradients")

    @property
    def _arrays(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What came back and what should have, where that is known and both are one array."""
        if self.wrong is None or self._is_indirect:
            return None
        got, want = self.wrong.asked.reply[1], self.wrong.want[1]
        if self.wrong.asked.what == "value_and_gradient":
            got, want = got[0], want[0]
        return (got, want) if is_array(got) and is_array(want) else None

    def is_cast(self, dtype: str) -> bool:
        """Whether what comes back may be the right result in another dtype, this one."""
        pair = self._arrays
        return pair is None or bool(pair[0]["dtype"] == dtype != pair[1]["dtype"])

    def is_scaled(self) -> bool:
        """Whether what comes back may be the right result times one number."""
        if (pair := self._arrays) is None:
            return True
        got, want = (np.array([n if type(n) is float else np.nan for n in array["values"]]) for array in pair)
        if got.shape != want.shape:
            return False
        telling = np.isfinite(got) & np.isfinite(want) & (want != 0)
        ratios = got[telling] / want[telling]
        return ratios.size == 0 or bool(np.ptp(ratios) <= _CLOSE * abs(ratios).max())

    def is_reordered(self) -> bool:
        """Whether what comes back may be the numbers of the right result in another order."""
        if (pair := self._arrays) is None or math.prod(pair[1]["shape"]) > len(pair[1]["values"]):
            return True
        got, want = (sorted(n for n in array["values"] if type(n) is float) for array in pair)
        return fingerprints_match(got, want, _CLOSE)

    def has_shape_of(self, step: Callable[[Any], Any]) -> bool:
        """Whether what comes back has the shape that the right result has after `step`."""
        if (pair := self._arrays) is None:
            return True
        try:
            return bool(list(step(np.zeros(pair[1]["shape"], "float32")).shape) == pair[0]["shape"])
        except (ValueError, IndexError):  # it has no such axis
            return False

    def is_result_of(self, step: Callable[[Any], Any], entry: Any = None) -> bool:
        """Whether what comes back may be the right result, with `step` done to each number."""
        if self.wrong is None or self._is_indirect:
            return True
        if not self.is_result(*_VALUES):
            return False
        got, want = self.wrong.asked.reply[1], self.wrong.want[1]
        if self.wrong.asked.what == "value_and_gradient":
            got, want = got[0], want[0]
        want = _with_step(want, step) if entry is None else _with_entry(want, entry, step)
        return fingerprints_match(got, want, _CLOSE)


def _with_entry(printed: Any, entry: Any, step: Callable[[Any], Any]) -> Any:
    if isinstance(printed, dict):
        return {key: _with_step(item, step) if key == str(entry) else item for key, item in printed.items()}
    if isinstance(printed, list):
        return [_with_step(item, step) if i == entry else item for i, item in enumerate(printed)]
    return printed


def _with_step(printed: Any, step: Callable[[Any], Any]) -> Any:
    """A fingerprint of the reference's, with `step` done to each number in it."""
    if isinstance(printed, dict):
        if printed.keys() == {"dtype", "shape", "values"}:
            return {**printed, "values": _stepped(printed["values"], step)}
        return {key: _with_step(item, step) for key, item in printed.items()}
    if isinstance(printed, list):
        return [_with_step(item, step) for item in printed]
    return _stepped([printed], step)[0] if type(printed) is float else printed


def _stepped(values: Sequence[Any], step: Callable[[Any], Any]) -> list[Any]:
    from keras import ops

    numbers = ops.convert_to_numpy(step(ops.convert_to_tensor(np.array(values, "float32"))))
    return [float(number) if np.isfinite(number) else str(float(number)) for number in numbers]
