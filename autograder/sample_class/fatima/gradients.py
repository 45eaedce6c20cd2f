# Central differences as in the notes of CS231n, and the rest as in the lesson.
import numpy as np
import tensorflow as tf
from keras import ops

PREDICTIONS = {
    "frozen_kernel": "as before",
    "backward_twice": 2,
    "second_tape": 1,
    "tiny_step": "rises",
}


def floating(x):
    x = tf.convert_to_tensor(ops.convert_to_tensor(x))
    return x if x.dtype.is_floating else tf.cast(x, tf.float32)


def one(value):
    value = np.asarray(value)
    if value.shape:
        raise ValueError(f"the function returns shape {value.shape}")
    return float(value)


def numerical_gradient(fn, x, step=None):
    if step is not None and step <= 0:
        raise ValueError(f"step = {step}")
    x = floating(x).numpy()
    grad = np.zeros(x.shape, x.dtype)
    for ix in np.ndindex(*x.shape):
        h = step or np.finfo(x.dtype).eps ** (1 / 3) * max(1.0, abs(x[ix]))
        plus, minus = np.array(x), np.array(x)
        plus[ix] = plus[ix] + h
        minus[ix] = minus[ix] - h
        fxph, fxmh = one(fn(tf.constant(plus))), one(fn(tf.constant(minus)))
        grad[ix] = (fxph - fxmh) / (float(plus[ix]) - float(minus[ix]))
    return tf.constant(grad)


def relative_error(a, b, floor=1e-8):
    a, b = np.array(ops.convert_to_numpy(a), float), np.array(ops.convert_to_numpy(b), float)
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} is not {b.shape}")
    if a.size == 0:
        return 0.0
    if not np.all(np.isfinite(a) & np.isfinite(b)):
        return float("inf")
    return float(np.max(np.abs(a - b) / np.maximum(floor, np.maximum(np.abs(a), np.abs(b)))))


def gradient_check(fn, inputs, step=None):
    xs = [tf.constant(np.array(ops.convert_to_numpy(x), float)) for x in inputs]
    errors = []
    for k, x in enumerate(xs):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = fn(*xs)
        one(loss)
        grad = tape.gradient(loss, x)
        grad = tf.zeros_like(x) if grad is None else tf.convert_to_tensor(grad)
        num = numerical_gradient(lambda t, k=k: fn(*xs[:k], t, *xs[k + 1 :]), x, step)
        errors.append(relative_error(grad, num))
    return errors


def batch_dependency(fn, x, **kwargs):
    x = floating(x)
    n = x.shape[0]
    rows = []
    for i in range(n):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            out = fn(x, **kwargs)
            if len(out.shape) == 0 or out.shape[0] != n:
                raise ValueError(f"the output has shape {out.shape}")
            numbers = tf.unstack(tf.reshape(out[i], [-1]))
        row = np.zeros(n, bool)
        for number in numbers:
            grad = tape.gradient(number, x)
            if grad is not None:
                grad = tf.convert_to_tensor(grad).numpy().reshape(n, -1)
                row |= np.any(grad != 0, axis=1)
        rows.append(row)
    return np.array(rows)


def straight_through(fn, x):
    x = floating(x)
    y = tf.stop_gradient(tf.cast(fn(x), x.dtype))
    if y.shape != x.shape:
        raise ValueError(f"{x.shape} became {y.shape}")
    return y + (x - tf.stop_gradient(x))


class GradientAccumulator:
    def __init__(self, variables):
        self.variables = variables
        self.reset()

    def reset(self):
        self.sums = [None for _ in self.variables]
        self.weights = 0

    def add(self, gradients, weight=1.0):
        if len(gradients) != len(self.variables):
            raise ValueError(f"{len(gradients)} gradients for {len(self.variables)} variables")
        if weight <= 0:
            raise ValueError(f"weight = {weight}")
        for i, g in enumerate(gradients):
            if g is None:
                continue
            g = tf.convert_to_tensor(g)
            g = g * tf.cast(weight, g.dtype)
            self.sums[i] = g if self.sums[i] is None else self.sums[i] + g
        self.weights += float(weight)

    def mean(self):
        if self.weights == 0:
            raise ValueError("add something first")
        return [None if s is None else s / tf.cast(self.weights, s.dtype) for s in self.sums]

    def apply(self, optimizer):
        optimizer.apply_gradients(zip(self.mean(), self.variables, strict=True))
        self.reset()
