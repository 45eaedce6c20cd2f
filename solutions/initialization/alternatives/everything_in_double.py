"""Everything in float64 until the end: stateless draws of TensorFlow, one fine grid, one tape, spreads that cannot underflow."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating


def _seed_pair(seed):
    """Two integers for TensorFlow's stateless generators."""
    if seed is None:
        return keras.random.randint((2,), 0, 2**31 - 1, dtype="int32")
    if isinstance(seed, keras.random.SeedGenerator):
        return tf.cast(seed.next(), "int64")
    high, low = divmod(int(seed), 2**62)
    return tf.constant([low, high], "int64")


def _at_least_single(dtype):
    return "float64" if dtype == "float64" else "float32"


def _double(x):
    return tf.cast(as_floating(x), "float64")


def _spread(z):
    """Population standard deviation of a float64 tensor, without underflow or overflow of the squares."""
    z = np.asarray(z).ravel()
    if z.size == 0 or not np.isfinite(z).all():
        return math.nan
    z = z - z[0]  # equal numbers have spread 0 exactly
    largest = np.abs(z).max()
    return float(largest * np.std(z / largest)) if largest > 0 else 0.0


PREDICTIONS = {
    "alike_units": 1,
    "relu_under_glorot": 0.71,
    "lecun_holds": "selu",
    "all_weights_zero": "the last bias",
}


def compute_fans(shape):
    sizes = [int(size) for size in shape]
    if not sizes:
        return 1, 1
    if len(sizes) == 1:
        return sizes[0], sizes[0]
    window = 1
    for size in sizes[:-2]:
        window *= size
    return sizes[-2] * window, sizes[-1] * window


def variance_scaling(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    if not scale > 0:
        raise ValueError(f"scale must be above 0, not {scale}")
    fan_in, fan_out = compute_fans(shape)
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    if mode not in fans:
        raise ValueError(f"mode must be one of {sorted(fans)}, not {mode!r}")
    std = math.sqrt(scale / max(1.0, fans[mode]))
    draws = {
        "truncated_normal": (tf.random.stateless_truncated_normal, std / 0.87962566),
        "untruncated_normal": (tf.random.stateless_normal, std),
        "uniform": (
            lambda *args, **kw: tf.random.stateless_uniform(*args, minval=-1, maxval=1, **kw),
            std * math.sqrt(3),
        ),
    }
    if distribution not in draws:
        raise ValueError(f"distribution must be one of {sorted(draws)}, not {distribution!r}")
    draw, factor = draws[distribution]
    raw = draw(tuple(shape), seed=_seed_pair(seed), dtype=_at_least_single(dtype))
    return tf.cast(raw * factor, dtype)


def orthogonal(shape, gain=1.0, seed=None, dtype="float32"):
    if len(shape) < 2:
        raise ValueError(f"an orthogonal kernel has two or more axes, not the shape {shape}")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    tall = (max(rows, columns), min(rows, columns))
    q, r = tf.linalg.qr(tf.random.stateless_normal(tall, _seed_pair(seed), dtype=_at_least_single(dtype)))
    diagonal = tf.linalg.diag_part(r)
    q = tf.where(diagonal < 0, -q, q)
    if rows < columns:
        q = tf.transpose(q)
    return tf.cast(tf.reshape(q * float(gain), shape), dtype)


def activation_gain(fn):
    edge, count = 38.0, 100_000  # the density is 1e-314 at the edge
    step = 2 * edge / count
    z = -edge + step * (np.arange(count) + 0.5)
    values = ops.convert_to_numpy(fn(tf.constant(z))).astype(np.float64)
    roots = values * np.exp(-(z**2) / 4)  # the square of it is the integrand
    largest = np.abs(roots).max()
    if not largest > 0:
        raise ValueError("fn is 0 everywhere")
    mean = np.sum((roots / largest) ** 2) * step / math.sqrt(2 * math.pi)
    return float(1 / (largest * math.sqrt(mean)))


def propagate_stats(x, kernels, activation, upstream):
    kernels = [_double(kernel) for kernel in kernels]
    zs = []
    with tf.GradientTape() as tape:
        signal = _double(x)
        for number, kernel in enumerate(kernels):
            z = (activation(signal) if number else signal) @ kernel
            tape.watch(z)
            zs.append(z)
            signal = z
        total = tf.reduce_sum(_double(upstream) * signal)
    gradients = tape.gradient(total, zs, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return [_spread(z) for z in zs], [_spread(gradient) for gradient in gradients]


def lsuv(x, kernels, activation):
    signal, scaled = _double(x), []
    for number, kernel in enumerate(kernels):
        old = as_floating(kernel)
        double = tf.cast(old, "float64")
        if number:
            signal = activation(signal)
        spread = _spread(signal @ double)
        # what remains of equal or cancelling sums is rounding, and no spread
        noise = 4 * np.finfo("float64").eps * np.max(tf.abs(signal) @ tf.abs(double), initial=0.0)
        if not math.isfinite(spread) or spread <= noise:
            raise ValueError(f"z of kernel {number} has spread {spread}, which no number brings to 1")
        new = tf.cast(double / spread, old.dtype)
        if not np.isfinite(new).all():
            raise ValueError(f"kernel {number} would be too large for {old.dtype}")
        scaled.append(new)
        signal = signal @ tf.cast(new, "float64")
    return scaled
