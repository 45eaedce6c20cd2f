# TensorFlow throughout: forward mode for the batch, one tape for each input, a mean that is moved on with each batch.
import math

import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    "frozen_kernel": "as before",
    "backward_twice": 2,
    "second_tape": 1,
    "tiny_step": "rises",
}


def _number(value):
    """A value of rank 0 as a Python float."""
    if len(np.shape(value)) != 0:
        raise ValueError(f"one number expected, got shape {np.shape(value)}")
    return float(value)


def _checked(step):
    if step is not None and not step > 0:
        raise ValueError(f"step must be above 0, got {step}")


def _slopes(fn, x, step):
    """Yield the central difference of each entry of a tensor in turn, in TensorFlow throughout."""
    flat = tf.reshape(x, [-1])
    if step is None:
        steps = np.finfo(x.dtype.as_numpy_dtype).eps ** (1 / 3) * tf.maximum(tf.abs(flat), 1)
    else:
        steps = tf.fill(tf.shape(flat), tf.constant(step, x.dtype))
    right, left = flat + steps, flat - steps
    for i in range(flat.shape[0]):
        rise, way = 0.0, 0.0
        for sign, side in ((1, right), (-1, left)):
            moved = tf.tensor_scatter_nd_update(flat, [[i]], side[i : i + 1])
            rise += sign * _number(fn(tf.reshape(moved, x.shape)))
            way += sign * float(side[i])
        yield rise / way


def numerical_gradient(fn, x, step=None):
    _checked(step)
    x = tf.convert_to_tensor(as_floating(x))
    if x.shape.num_elements() == 0:
        _number(fn(x))
    return tf.reshape(tf.constant(list(_slopes(fn, x, step)), x.dtype), x.shape)


def relative_error(a, b, floor=1e-8):
    a, b = ops.convert_to_numpy(a), ops.convert_to_numpy(b)
    if a.shape != b.shape:
        raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
    largest = 0.0
    for left, right in zip(map(float, a.ravel()), map(float, b.ravel()), strict=True):
        if not (math.isfinite(left) and math.isfinite(right)):
            return math.inf
        largest = max(largest, abs(left - right) / max(abs(left), abs(right), float(floor)))
    return largest


def gradient_check(fn, inputs, step=None):
    _checked(step)
    places = [tf.constant(ops.convert_to_numpy(ops.convert_to_tensor(x)).astype("float64")) for x in inputs]
    _number(fn(*places))
    errors = []
    for i, place in enumerate(places):

        def of_one(t, i=i):
            return fn(*places[:i], t, *places[i + 1 :])

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(place)
            value = tf.convert_to_tensor(fn(*places))
        taped = tape.gradient(value, place, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        taped = tf.reshape(tf.convert_to_tensor(taped), [-1]).numpy()
        measured = np.array(list(_slopes(of_one, place, step)), "float64")
        worst = 0.0
        for t, m in zip(taped.tolist(), measured.tolist(), strict=True):
            finite = math.isfinite(t) and math.isfinite(m)
            worst = max(worst, abs(t - m) / max(abs(t), abs(m), 1e-8) if finite else math.inf)
        errors.append(worst)
    return errors


def batch_dependency(fn, x, **kwargs):
    # Forward mode: push one input entry at a time through fn, and see which outputs move.
    x = tf.convert_to_tensor(as_floating(x))
    n = x.shape[0]
    y = fn(x, **kwargs)
    if len(y.shape) < 1 or y.shape[0] != n:
        raise ValueError(f"the output must have a first axis of length {n}, got shape {tuple(y.shape)}")
    found = np.zeros((n, n), bool)
    for index in np.ndindex(*x.shape):
        direction = np.zeros(x.shape, x.dtype.as_numpy_dtype)
        direction[index] = 1
        with tf.autodiff.ForwardAccumulator(x, tf.constant(direction)) as forward:
            y = fn(x, **kwargs)
        slope = forward.jvp(y)
        if slope is not None:
            moved = np.abs(slope.numpy()) > 5e-5
            found[:, index[0]] |= moved.any(axis=tuple(range(1, moved.ndim)))
    return found


def straight_through(fn, x):
    x = tf.convert_to_tensor(as_floating(x))
    value = ops.convert_to_tensor(fn(x))
    if tuple(value.shape) != tuple(x.shape):
        raise ValueError(f"fn must keep the shape {tuple(x.shape)}, got {tuple(value.shape)}")
    nothing = tf.stop_gradient(x) - x  # exactly +0, with a slope of -1
    return tf.stop_gradient(tf.cast(value, x.dtype)) - nothing  # minus: -0.0 - 0.0 stays -0.0


class GradientAccumulator:
    def __init__(self, variables):
        self.variables = tuple(variables)
        self.reset()

    def add(self, gradients, weight=1.0):
        if len(gradients) != len(self.variables):
            raise ValueError(f"{len(gradients)} gradients for {len(self.variables)} variables")
        if not weight > 0:
            raise ValueError(f"a weight above 0 expected, got {weight}")
        before, weight = self.total, float(weight)
        total = before + weight
        keep, new = before / total, weight / total
        means, dtypes = {}, dict(self.dtypes)
        for i, gradient in enumerate(gradients):
            if i in self.means:
                means[i] = keep * self.means[i]
            if gradient is not None:
                gradient = tf.convert_to_tensor(gradient)
                dtypes[i] = gradient.dtype
                share = new * tf.cast(
                    gradient, tf.float64
                )  # a new tensor: shares no memory with the caller's
                means[i] = means[i] + share if i in means else share
        self.means, self.dtypes, self.total = means, dtypes, total

    def mean(self):
        if not self.total:
            raise ValueError("nothing was added")
        return [
            tf.cast(self.means[i], self.dtypes[i]) if i in self.means else None
            for i in range(len(self.variables))
        ]

    def apply(self, optimizer):
        optimizer.apply_gradients(list(zip(self.mean(), self.variables, strict=True)))
        self.reset()

    def reset(self):
        self.means, self.dtypes, self.total = {}, {}, 0.0
