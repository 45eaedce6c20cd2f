"""What is right, worked out in NumPy float64, independently of Keras; and how near is near enough.

Arguments are arrays, lists or numbers of any dtype; integers stay labels where labels are asked for.
Everything is stable: right at extreme inputs too, as far as float64 goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

TOLERANCE = {
    "float16": {"rtol": 1e-2, "atol": 5e-3},
    "float32": {"rtol": 1e-5, "atol": 1e-5},
    # Not tighter: a constant, a slope or a square root that went through float32 is good enough.
    "float64": {"rtol": 1e-6, "atol": 1e-6},
}
"""How near a result has to come, by the dtype it is computed in: what a stable textbook formula reaches."""


def tolerance(dtype: str, **other: float) -> dict[str, float]:
    """The tolerance for results in a dtype, ready for `expect.close`.

    Args:
        dtype: Of the result, or a dtype policy; `mixed_float16` computes in float16.
        **other: `rtol` or `atol`, where a check has a reason for another one.
    """
    return TOLERANCE[dtype.removeprefix("mixed_")] | other


def sigmoid(x: Any) -> Array:
    """`1 / (1 + exp(-x))`."""
    return np.exp(-np.logaddexp(0, -_wide(x)))


def sigmoid_gradient(x: Any, upstream: Any = 1.0) -> Array:
    """The gradient of `sum(upstream * sigmoid(x))` by `x`."""
    return _wide(upstream) * sigmoid(x) * sigmoid(-_wide(x))


def log_softmax(x: Any, axis: int = -1) -> Array:
    """The logarithm of the shares along `axis`."""
    x = _wide(x)
    shifted = x - x.max(axis=axis, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))


def log_softmax_gradient(x: Any, upstream: Any, axis: int = -1) -> Array:
    """The gradient of `sum(upstream * log_softmax(x))` by `x`."""
    upstream = _wide(upstream)
    return np.asarray(upstream - softmax(x, axis) * upstream.sum(axis=axis, keepdims=True))


def softmax(x: Any, axis: int = -1) -> Array:
    """Shares that are positive and add up to 1 along `axis`."""
    return np.exp(log_softmax(x, axis))


def softmax_gradient(x: Any, upstream: Any, axis: int = -1) -> Array:
    """The gradient of `sum(upstream * softmax(x))` by `x`."""
    shares, upstream = softmax(x, axis), _wide(upstream)
    return np.asarray(shares * (upstream - np.sum(shares * upstream, axis=axis, keepdims=True)))


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """One loss for each row: the mean over the last axis."""
    return np.asarray(np.mean((_wide(y_pred) - _wide(y_true)) ** 2, axis=-1))


def binary_crossentropy(y_true: Any, logits: Any) -> Array:
    """One loss for each row of logits: the mean over the last axis; targets from 0 to 1."""
    z = _wide(logits)
    return np.asarray(np.mean(np.logaddexp(0, z) - _wide(y_true) * z, axis=-1))


def crossentropy(labels: Any, logits: Any) -> Array:
    """One loss for each label: minus the logarithm of the share that its class gets on the last axis."""
    shares = np.take_along_axis(log_softmax(logits), np.asarray(labels)[..., None], axis=-1)
    return np.asarray(-shares[..., 0])


def crossentropy_gradient(labels: Any, logits: Any, upstream: Any = 1.0) -> Array:
    """The gradient of `sum(upstream * crossentropy(labels, logits))` by the logits."""
    shares = softmax(logits)
    distance = shares - np.eye(shares.shape[-1])[np.asarray(labels)]
    return np.asarray(_wide(upstream)[..., None] * distance)


def moments(x: Any, axis: int | Sequence[int]) -> tuple[Array, Array]:
    """Mean and biased variance over `axis`, which stays with length 1."""
    x, axes = _wide(x), tuple(np.atleast_1d(axis))
    return x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)


def standardized(x: Any, mean: Any, variance: Any, epsilon: float = 1e-3) -> Array:
    """`(x - mean) / sqrt(variance + epsilon)`; the default of epsilon is Keras'."""
    return np.asarray((_wide(x) - mean) / np.sqrt(_wide(variance) + epsilon))


def _wide(x: Any) -> Array:
    return np.asarray(x, np.float64)
