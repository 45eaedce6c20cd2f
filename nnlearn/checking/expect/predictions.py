"""What is expected of predictions."""

from __future__ import annotations

from typing import Any

from nnlearn.checking.expect.reading import equal_values, short
from nnlearn.checking.failure import CheckFailed, Failure
from nnlearn.learner.session import Learner


def prediction(learner: Learner, key: str, answer: Any, *, atol: float = 0.0) -> None:
    """The learner's prediction is the right one: a number (within `atol`), a shape, or a choice."""
    given = learner.prediction(key)
    claim = f'PREDICTIONS["{key}"] should be the right answer'
    if given is None:
        raise CheckFailed(Failure(f'PREDICTIONS["{key}"] should be filled in', "property", "it is None"))
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        # An integer may be too large for the difference, not for the comparison.
        right = type(given) in (int, float) and answer - atol <= given <= answer + atol
    elif isinstance(answer, tuple):
        right = isinstance(given, (list, tuple)) and equal_values(tuple(given), answer)
    else:
        right = type(given) is type(answer) and equal_values(given, answer)
    if not right:
        raise CheckFailed(Failure(claim, "value", f"it is {short(given)}", got=(short(given),)))
