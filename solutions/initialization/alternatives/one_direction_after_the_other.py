"""Gram-Schmidt in place of a decomposition, quadrature by SciPy, one tape with a probe of zeros added to each z."""

import math

import numpy as np
import scipy.integrate
import tensorflow as tf
from keras import ops, random

PREDICTIONS = {
    "alike_units": 1,
    "relu_under_glorot": math.sqrt(0.5),
    "lecun_holds": "selu",
    "all_weights_zero": "the last bias",
}


def compute_fans(shape):
    inputs, outputs = ([1, 1] + 2 * list(shape) if len(shape) < 2 else list(shape))[-2:]
    places = 1
    for axis in range(len(shape) - 2):
        places *= shape[axis]
    return places * inputs, places * outputs


def variance_scaling(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    inputs, outputs = compute_fans(shape)
    divisors = {"fan_in": inputs, "fan_out": outputs, "fan_avg": 0.5 * (inputs + outputs)}
    draws = {
        "truncated_normal": lambda: random.truncated_normal(shape, 0.0, 1.0, dtype, seed) / 0.87962566,
        "untruncated_normal": lambda: random.normal(shape, 0.0, 1.0, dtype, seed),
        "uniform": lambda: random.uniform(shape, -math.sqrt(3), math.sqrt(3), dtype, seed),
    }
    if mode not in divisors or distribution not in draws or scale <= 0:
        raise ValueError(f"cannot scale by {scale}, {mode}, {distribution}")
    return draws[distribution]() * math.sqrt(scale / max(1, divisors[mode]))


def orthogonal(shape, gain=1.0, seed=None, dtype="float32"):
    if len(shape) < 2:
        raise ValueError("an orthogonal kernel has two axes or more")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    numbers = random.normal((min(rows, columns), max(rows, columns)), seed=seed)
    directions = []
    for vector in np.asarray(ops.convert_to_numpy(numbers), "float64"):
        for _ in range(2):  # once more for what rounding leaves
            for direction in directions:
                vector = vector - direction * (direction @ vector)
        directions.append(vector / np.linalg.norm(vector))
    matrix = np.stack(directions, axis=1 if rows >= columns else 0)
    return ops.convert_to_tensor((gain * matrix.reshape(shape)).astype(dtype))


def activation_gain(fn):
    z = np.linspace(-9.5, 9.5, 40_001)
    heights = ops.convert_to_numpy(ops.square(fn(ops.convert_to_tensor(z)))) * np.exp(-0.5 * z**2)
    area = scipy.integrate.trapezoid(heights, z) / np.sqrt(2 * np.pi)
    if area == 0.0:
        raise ValueError("a function that is 0 everywhere has no gain")
    return float(1 / np.sqrt(area))


def as_tensors(x, kernels):
    kernels = [tf.convert_to_tensor(kernel) for kernel in kernels]
    return tf.cast(tf.convert_to_tensor(x), kernels[0].dtype), kernels


def spread(tensor):
    return tf.math.reduce_std(tf.cast(tensor, tf.float64)).numpy().item()


def propagate_stats(x, kernels, activation, upstream):
    signal, kernels = as_tensors(x, kernels)
    probes = [tf.zeros((signal.shape[0], kernel.shape[1]), kernel.dtype) for kernel in kernels]
    forward = []
    with tf.GradientTape() as tape:
        tape.watch(probes)
        z = tf.matmul(signal, kernels[0]) + probes[0]
        forward.append(spread(z))
        for kernel, probe in zip(kernels[1:], probes[1:], strict=True):
            z = tf.matmul(activation(z), kernel) + probe
            forward.append(spread(z))
    gradients = tape.gradient(z, probes, output_gradients=tf.convert_to_tensor(upstream))
    return forward, list(map(spread, gradients))


def lsuv(x, kernels, activation):
    signal, kernels = as_tensors(x, kernels)
    for place, kernel in enumerate(kernels):
        size = spread(tf.matmul(signal, kernel))
        if size == 0 or math.isnan(size) or math.isinf(size):
            raise ValueError(f"the spread of layer {place} is {size}")
        kernels[place] = kernel * tf.cast(1 / tf.constant(size, tf.float64), kernel.dtype)
        signal = activation(tf.matmul(signal, kernels[place]))
    return kernels
