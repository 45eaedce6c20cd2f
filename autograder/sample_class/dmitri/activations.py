"""Activations. D. Volkov, group 2."""
from __future__ import annotations

import math
from typing import Any

import keras
from keras import KerasTensor, ops


class Numerics:
    """What all the functions below have in common."""

    @staticmethod
    def tensor(x: Any) -> KerasTensor:
        t = ops.convert_to_tensor(x)
        if keras.backend.standardize_dtype(t.dtype) not in ("float16", "float32", "float64"):
            t = ops.cast(t, "float32")
        return t

    @classmethod
    def shifted(cls, x: Any, axis: int) -> KerasTensor:
        t = cls.tensor(x)
        return ops.subtract(t, ops.max(t, axis=axis, keepdims=True))


def relu(x: Any) -> KerasTensor:
    t = Numerics.tensor(x)
    return ops.where(ops.greater(t, 0), t, ops.zeros_like(t))


def leaky_relu(x: Any, negative_slope: float = 0.2) -> KerasTensor:
    t = Numerics.tensor(x)
    return ops.where(ops.greater(t, 0), t, ops.multiply(t, negative_slope))


def sigmoid(x: Any) -> KerasTensor:
    t = Numerics.tensor(x)
    return ops.add(ops.multiply(ops.tanh(ops.multiply(t, 0.5)), 0.5), 0.5)


def gelu(x: Any, approximate: bool = False) -> KerasTensor:
    t = Numerics.tensor(x)
    if approximate:
        c = ops.clip(t, -10.0, 10.0)
        cdf = 0.5 * (1.0 + ops.tanh(math.sqrt(2.0 / math.pi) * (c + 0.044715 * c * c * c)))
    else:
        cdf = 0.5 * (1.0 + ops.erf(t / math.sqrt(2.0)))
    return ops.multiply(t, cdf)


def softmax(x: Any, axis: int = -1) -> KerasTensor:
    e = ops.exp(Numerics.shifted(x, axis))
    return ops.divide(e, ops.sum(e, axis=axis, keepdims=True))


def log_softmax(x: Any, axis: int = -1) -> KerasTensor:
    s = Numerics.shifted(x, axis)
    return ops.subtract(s, ops.log(ops.sum(ops.exp(s), axis=axis, keepdims=True)))


PREDICTIONS = {
    "stacked_affine": 10,
    "hidden_targets": 1,
    "activation_layer": 32,
    "right_for_the_job": "sigmoid",
}

if __name__ == "__main__":
    row = softmax([[1.0, 2.0, 3.0]])
    assert abs(float(ops.sum(row)) - 1) < 1e-6
    print("looks good")
