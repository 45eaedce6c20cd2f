import numpy as np
import tensorflow as tf
from keras import ops

PREDICTIONS = {
    "frozen_kernel": "None",
    "backward_twice": 2,
    "second_tape": 1,
    "tiny_step": "falls",
}


def to_float(x):
    x = ops.convert_to_tensor(x)
    return x if "float" in x.dtype.name else ops.cast(x, "float32")


def numerical_gradient(fn, x, step=None):
    if step is not None and step <= 0:
        raise ValueError("step has to be positive")
    x = np.array(to_float(x))
    result = np.zeros_like(x)

    def f(a):
        value = fn(tf.constant(a))
        if np.ndim(value) != 0:
            raise ValueError("fn has to return a number")
        return float(value)

    for i in np.ndindex(x.shape):
        h = step if step is not None else np.finfo(x.dtype).eps ** (1 / 3) * max(1, abs(x[i]))
        moved = x.copy()
        moved[i] += h
        result[i] = (f(moved) - f(x)) / (float(moved[i]) - float(x[i]))
    return tf.constant(result)


def relative_error(a, b, floor=1e-8):
    a = np.asarray(ops.convert_to_numpy(a), dtype="float64")
    b = np.asarray(ops.convert_to_numpy(b), dtype="float64")
    if a.shape != b.shape:
        raise ValueError("a and b need the same shape")
    if a.size == 0:
        return 0.0
    size = np.maximum(np.maximum(abs(a), abs(b)), floor)
    worst = float((abs(a - b) / size).max())
    if not np.isfinite(a).all() or not np.isfinite(b).all():
        worst = float("inf")
    return worst


def gradient_check(fn, inputs, step=None):
    if step is not None and step <= 0:
        raise ValueError("step has to be positive")
    inputs = [tf.constant(np.array(to_float(x))) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = fn(*inputs)
    if np.ndim(loss) != 0:
        raise ValueError("fn has to return a number")
    gradients = tape.gradient(loss, inputs, unconnected_gradients="zero")
    errors = []
    for k in range(len(inputs)):
        x = np.array(inputs[k])
        measured = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            h = step if step is not None else np.finfo(x.dtype).eps ** (1 / 3) * max(1, abs(x[i]))
            ends = []
            for sign in (1, -1):
                moved = x.copy()
                moved[i] += sign * h
                there = [*inputs[:k], tf.constant(moved), *inputs[k + 1 :]]
                ends.append((float(fn(*there)), float(moved[i])))
            measured[i] = (ends[0][0] - ends[1][0]) / (ends[0][1] - ends[1][1])
        errors.append(relative_error(tf.convert_to_tensor(gradients[k]), measured))
    return errors


def batch_dependency(fn, x, **kwargs):
    x = tf.convert_to_tensor(to_float(x))
    n = len(x)
    matrix = np.zeros((n, n), bool)
    for i in range(n):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = fn(x, **kwargs)
            if y.shape.rank == 0 or y.shape[0] != n:
                raise ValueError("fn has to return one output for each example")
            loss = tf.reduce_sum(y[i])  # the sum of all outputs of example i
        g = tape.gradient(loss, x)
        if g is not None:
            g = tf.convert_to_tensor(g).numpy()
            matrix[i] = (g.reshape(n, -1) != 0).any(axis=1)
    return matrix


def straight_through(fn, x):
    x = to_float(x)
    y = ops.cast(fn(x), x.dtype)
    if y.shape != x.shape:
        raise ValueError("fn has to keep the shape")
    return x + tf.stop_gradient(y - x)


class GradientAccumulator:
    def __init__(self, variables):
        self.variables = list(variables)
        self.reset()

    def reset(self):
        self.sums = [None] * len(self.variables)
        self.weight = 0.0

    def add(self, gradients, weight=1.0):
        if len(gradients) != len(self.variables) or weight <= 0:
            raise ValueError("wrong number of gradients, or a weight that is not positive")
        for i, gradient in enumerate(gradients):
            if gradient is not None:
                gradient = tf.convert_to_tensor(gradient) * float(weight)
                self.sums[i] = gradient if self.sums[i] is None else self.sums[i] + gradient
        self.weight += float(weight)

    def mean(self):
        if self.weight == 0:
            raise ValueError("nothing was added")
        return [None if s is None else s / self.weight for s in self.sums]

    def apply(self, optimizer):
        optimizer.apply(self.mean(), self.variables)
