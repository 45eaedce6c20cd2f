"""NumPy draws, decomposes and differentiates: its own rejection, its own backward pass, the slopes by a tape."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {
    "alike_units": 1,
    "relu_under_glorot": 0.71,
    "lecun_holds": "selu",
    "all_weights_zero": "the last bias",
}


def compute_fans(shape):
    shape = list(shape)
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    *window, into, out = shape
    for size in window:
        into, out = into * size, out * size
    return into, out


def generator(seed):
    """A generator of NumPy for each kind of seed."""
    if isinstance(seed, keras.random.SeedGenerator):
        return np.random.default_rng(np.abs(ops.convert_to_numpy(seed.next()).astype("int64")))
    return np.random.default_rng(seed)


def cut_normal(rng, shape):
    """Normal numbers between -2 and 2: what lies outside is drawn again."""
    numbers = rng.normal(size=shape)
    while (outside := np.abs(numbers) > 2).any():
        numbers[outside] = rng.normal(size=outside.sum())
    return numbers


def variance_scaling(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    if not scale > 0:
        raise ValueError(f"scale has to be positive, not {scale}")
    into, out = compute_fans(shape)
    rng = generator(seed)
    match mode:
        case "fan_in":
            fan = into
        case "fan_out":
            fan = out
        case "fan_avg":
            fan = (into + out) / 2
        case _:
            raise ValueError(f"no such mode: {mode}")
    match distribution:
        case "truncated_normal":
            unit = cut_normal(rng, shape) / 0.87962566
        case "untruncated_normal":
            unit = rng.normal(size=shape)
        case "uniform":
            unit = math.sqrt(12) * (rng.uniform(size=shape) - 0.5)
        case _:
            raise ValueError(f"no such distribution: {distribution}")
    return ops.convert_to_tensor((unit * (scale / max(fan, 1)) ** 0.5).astype(dtype))


def orthogonal(shape, gain=1.0, seed=None, dtype="float32"):
    if len(shape) < 2:
        raise ValueError(f"two axes or more, not {shape}")
    matrix = generator(seed).normal(size=(math.prod(shape[:-1]), shape[-1]))
    wide = matrix.shape[0] < matrix.shape[1]
    q, r = np.linalg.qr(matrix.T if wide else matrix)
    q = np.where(np.diag(r) < 0, -q, q)
    return ops.convert_to_tensor((gain * (q.T if wide else q)).reshape(shape).astype(dtype))


def activation_gain(fn):
    edges = np.linspace(-10, 10, 20_001)
    z = (edges[1:] + edges[:-1]) / 2
    weights = np.exp(-z * z / 2)
    squares = np.square(np.asarray(fn(tf.constant(z)), "float64"))
    second_moment = np.average(squares, weights=weights)
    if second_moment <= 0:
        raise ValueError("the function is 0 everywhere")
    return float(second_moment**-0.5)


def slope(activation, z):
    """What the activation makes of a gradient at z."""
    with tf.GradientTape() as tape:
        tape.watch(z)
        signal = activation(z)
    return signal, lambda upstream: tape.gradient(signal, z, output_gradients=upstream)


def propagate_stats(x, kernels, activation, upstream):
    signal = as_floating(x)
    forward, ways_back = [], []
    for number, kernel in enumerate(kernels):
        z = signal @ ops.convert_to_tensor(kernel)
        forward.append(np.array(z, "float64").std().item())
        if number + 1 < len(kernels):
            signal, way_back = slope(activation, z)
            ways_back.append(way_back)
    gradient = ops.convert_to_tensor(upstream)
    backward = [np.array(gradient, "float64").std().item()]
    for way_back, kernel in zip(reversed(ways_back), reversed(kernels), strict=False):
        gradient = way_back(tf.matmul(gradient, kernel, transpose_b=True))
        backward.insert(0, np.array(gradient, "float64").std().item())
    return forward, backward


def lsuv(x, kernels, activation):
    def step(signal, rest):
        if not rest:
            return []
        z = np.asarray(signal @ ops.convert_to_tensor(rest[0]), "float64")
        factor = 1 / z.std() if z.std() > 0 else math.nan
        if not math.isfinite(factor) or factor == 0:
            raise ValueError("this kernel has no spread to rescale")
        kernel = ops.convert_to_tensor(np.asarray(rest[0]) * np.asarray(factor, np.asarray(rest[0]).dtype))
        return [kernel, *step(activation(signal @ kernel), rest[1:])]

    return step(as_floating(x), list(kernels))
