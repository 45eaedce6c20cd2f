# Short: one function measures all, the outputs of a batch weighed at random and turned back at once.
import numpy as np
import tensorflow as tf
from keras import ops

PREDICTIONS = {"frozen_kernel": "as before", "backward_twice": 2, "second_tape": 1, "tiny_step": "rises"}


def tensor(x, dtype=None):
    x = ops.convert_to_tensor(x)
    return tf.identity(tf.cast(x, dtype or (x.dtype if x.dtype.is_floating else tf.float32)))


def only(value):
    if np.ndim(value):
        raise ValueError(f"one number is needed, not shape {np.shape(value)}")
    return float(value)


def slopes(fn, x, step):
    if step is not None and step <= 0:
        raise ValueError(f"step is {step}")
    x = np.asarray(x)
    steps = x * 0 + step if step else np.finfo(x.dtype).eps ** (1 / 3) * np.fmax(1, np.abs(x))
    found = []
    for unit in np.eye(x.size, dtype=x.dtype).reshape(-1, *x.shape):
        up, down = x + unit * steps, x - unit * steps
        rise = only(fn(tf.constant(up))) - only(fn(tf.constant(down)))
        found.append(rise / np.sum(np.float64(up) - np.float64(down)))
    return tf.reshape(tf.constant(found, x.dtype), x.shape)


def numerical_gradient(fn, x, step=None):
    return slopes(fn, tensor(x), step)


def relative_error(a, b, floor=1e-8):
    a, b = (ops.convert_to_numpy(one) + np.float64(0) for one in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    with np.errstate(invalid="ignore"):
        errors = np.abs(a - b) / np.max([np.abs(a), np.abs(b), np.full(a.shape, floor)], axis=0)
    return float(np.max(np.where(np.isfinite(a) & np.isfinite(b), errors, np.inf), initial=0))


def gradient_check(fn, inputs, step=None):
    inputs = [tf.constant(ops.convert_to_numpy(x), tf.float64) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        only(value := fn(*inputs))
    exact = tape.gradient(value, inputs, unconnected_gradients="zero")
    return [
        relative_error(
            tf.convert_to_tensor(exact[i]),
            slopes(lambda x, i=i: fn(*inputs[:i], x, *inputs[i + 1 :]), inputs[i], step),
        )
        for i in range(len(inputs))
    ]


def batch_dependency(fn, x, **kwargs):
    x = tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fn(tf.identity(x), **kwargs)
        if np.shape(y)[:1] != np.shape(x)[:1]:
            raise ValueError(f"shape {np.shape(y)} of {np.shape(x)}")
        drawn = np.random.default_rng(3).normal(size=y.shape[1:])
        total = tf.reduce_sum(tf.reshape(y * tf.cast(drawn, y.dtype), (len(x), -1)), axis=1)
    whole = tape.jacobian(total, x, unconnected_gradients="zero")
    return np.any(np.reshape(whole, (len(x), len(x), -1)), axis=-1)


def straight_through(fn, x):
    x = tensor(x)
    y = tf.cast(fn(x), x.dtype)
    if y.shape != x.shape:
        raise ValueError(f"{y.shape} of {x.shape}")
    return (x - tf.stop_gradient(x)) + tf.stop_gradient(y)


class GradientAccumulator:
    def __init__(self, variables):
        self.variables = variables
        self.reset()

    def reset(self):
        self.all = []

    def add(self, gradients, weight=1.0):
        if len(gradients) != len(self.variables) or weight <= 0:
            raise ValueError(f"{len(gradients)} gradients, weight {weight}")
        self.all.append(
            [float(weight), *(g if g is None else tf.convert_to_tensor(g) * float(weight) for g in gradients)]
        )

    def mean(self):
        if not self.all:
            raise ValueError("nothing was added")
        weights, *columns = zip(*self.all, strict=True)
        kept = [[g for g in column if g is not None] for column in columns]
        return [tf.add_n(column) / sum(weights) if column else None for column in kept]

    def apply(self, optimizer):
        optimizer.apply(self.mean(), self.variables)
        self.reset()
