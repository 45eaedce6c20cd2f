"""Initialization. D. Volkov, group 2."""
from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import KerasTensor, ops

PREDICTIONS = {
    "alike_units": 1,
    "relu_under_glorot": 0.707,
    "lecun_holds": "selu",
    "all_weights_zero": "the last bias",
}

Activation = Callable[[Any], Any]


class Fans:
    """The connections of a kernel of Keras."""

    def __init__(self, shape: Sequence[int]) -> None:
        dims = tuple(shape)
        if len(dims) == 0:
            self.fan_in = self.fan_out = 1
        elif len(dims) == 1:
            self.fan_in = self.fan_out = dims[0]
        else:
            receptive_field = 1
            for d in dims[:-2]:
                receptive_field *= d
            self.fan_in = receptive_field * dims[-2]
            self.fan_out = receptive_field * dims[-1]

    @property
    def fan_avg(self) -> float:
        return (self.fan_in + self.fan_out) / 2.0


def compute_fans(shape: Sequence[int]) -> tuple[int, int]:
    fans = Fans(shape)
    return fans.fan_in, fans.fan_out


def variance_scaling(
    shape: Sequence[int],
    scale: float = 1.0,
    mode: str = "fan_in",
    distribution: str = "truncated_normal",
    seed: Any = None,
    dtype: str = "float32",
) -> KerasTensor:
    if scale <= 0.0:
        raise ValueError(f"scale must be > 0, got {scale}")
    fans = Fans(shape)
    by_mode = {"fan_in": fans.fan_in, "fan_out": fans.fan_out, "fan_avg": fans.fan_avg}
    if mode not in by_mode:
        raise ValueError(f"bad mode {mode!r}")
    variance = scale / max(1.0, by_mode[mode])
    if distribution == "truncated_normal":
        std = math.sqrt(variance) / 0.87962566103423978
        return keras.random.truncated_normal(shape, mean=0.0, stddev=std, dtype=dtype, seed=seed)
    if distribution == "untruncated_normal":
        return keras.random.normal(shape, mean=0.0, stddev=math.sqrt(variance), dtype=dtype, seed=seed)
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return keras.random.uniform(shape, minval=-limit, maxval=limit, dtype=dtype, seed=seed)
    raise ValueError(f"bad distribution {distribution!r}")


def orthogonal(
    shape: Sequence[int], gain: float = 1.0, seed: Any = None, dtype: str = "float32"
) -> KerasTensor:
    if len(shape) < 2:
        raise ValueError(f"need at least two dimensions, got {tuple(shape)}")
    n_rows, n_cols = int(np.prod(shape[:-1])), shape[-1]
    work = "float64" if dtype == "float64" else "float32"
    a = keras.random.normal((n_rows, n_cols), dtype=work, seed=seed)
    wide = n_rows < n_cols
    q, r = tf.linalg.qr(tf.transpose(a) if wide else a, full_matrices=False)
    q = tf.matmul(q, tf.linalg.diag(tf.sign(tf.linalg.diag_part(r))))
    if wide:
        q = tf.transpose(q)
    return tf.cast(tf.reshape(q, tuple(shape)) * gain, dtype)


def activation_gain(fn: Activation) -> float:
    # Simpson's rule
    z = np.linspace(-10.0, 10.0, 40001)
    h = z[1] - z[0]
    w = np.ones_like(z)
    w[1:-1:2], w[2:-1:2] = 4.0, 2.0
    pdf = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    second_moment = float((h / 3.0) * np.sum(w * pdf * np.asarray(fn(tf.constant(z)), "float64") ** 2))
    if second_moment == 0.0:
        raise ValueError("the activation vanishes identically")
    return 1.0 / math.sqrt(second_moment)


def _std(t: Any) -> float:
    return float(np.std(np.asarray(t, dtype="float64")))


def _input(x: Any) -> KerasTensor:
    t = ops.convert_to_tensor(x)
    return t if keras.backend.is_float_dtype(t.dtype) else ops.cast(t, "float32")


def propagate_stats(
    x: Any, kernels: Sequence[Any], activation: Activation, upstream: Any
) -> tuple[list[float], list[float]]:
    pre_activations = []
    with tf.GradientTape(persistent=True) as tape:
        h = _input(x)
        for i, kernel in enumerate(kernels):
            z = ops.matmul(h, kernel)
            tape.watch(z)
            pre_activations.append(z)
            if i < len(kernels) - 1:
                h = activation(z)
    last = pre_activations[-1]
    grads = [
        tape.gradient(last, z, output_gradients=ops.convert_to_tensor(upstream)) for z in pre_activations
    ]
    return [_std(z) for z in pre_activations], [_std(g) for g in grads]


def lsuv(x: Any, kernels: Sequence[Any], activation: Activation) -> list[KerasTensor]:
    h = _input(x)
    result = []
    for kernel in kernels:
        k = ops.convert_to_tensor(kernel)
        z = ops.matmul(h, k)
        s = _std(z)
        if s == 0.0 or not math.isfinite(s):
            raise ValueError(f"cannot rescale, std is {s}")
        result.append(k * (1.0 / s))
        h = activation(ops.matmul(h, result[-1]))
    return result


if __name__ == "__main__":
    for name in ("relu", "tanh", "selu"):
        print(name, activation_gain(getattr(keras.activations, name)))
