# The parts built on each other: a whole Jacobian for the batch, a custom gradient, sums in NumPy float64.
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


def numerical_gradient(fn, x, step=None):
    if step is not None and not step > 0:
        raise ValueError(f"step must be above 0, got {step}")
    place = np.array(ops.convert_to_numpy(as_floating(x)))  # a copy
    dtype = place.dtype
    slope = np.zeros(place.shape, dtype)

    def value(array):
        found = ops.convert_to_numpy(fn(tf.constant(array)))
        if found.ndim != 0:
            raise ValueError(f"fn must return one number, got shape {found.shape}")
        return float(found)

    if place.size == 0:
        value(place)
    for index in np.ndindex(place.shape):
        h = np.finfo(dtype).eps ** (1 / 3) * max(1.0, abs(float(place[index]))) if step is None else step
        up, down = place.copy(), place.copy()
        up[index] += dtype.type(h)
        down[index] -= dtype.type(h)
        way = float(up[index]) - float(down[index])
        slope[index] = (value(up) - value(down)) / way
    return tf.constant(slope)


def relative_error(a, b, floor=1e-8):
    a, b = ops.convert_to_numpy(a), ops.convert_to_numpy(b)
    if a.shape != b.shape:
        raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
    a, b = a.astype("float64"), b.astype("float64")
    if a.size == 0:
        return 0.0
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    with np.errstate(all="ignore"):
        scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), floor)
        return float(np.max(np.abs(a - b) / scale))


def gradient_check(fn, inputs, step=None):
    if step is not None and not step > 0:
        raise ValueError(f"step must be above 0, got {step}")
    # identity: a tensor given twice must count as two inputs, and a variable must become a tensor
    places = [tf.identity(ops.cast(ops.convert_to_tensor(x), "float64")) for x in inputs]
    with tf.GradientTape() as tape:
        tape.watch(places)
        value = fn(*places)
    if len(np.shape(value)) != 0:
        raise ValueError(f"fn must return one number, got shape {np.shape(value)}")
    taped = tape.gradient(value, places) if tf.is_tensor(value) else [None] * len(places)

    errors = []
    for number, (place, gradient) in enumerate(zip(places, taped, strict=True)):
        gradient = tf.zeros_like(place) if gradient is None else tf.convert_to_tensor(gradient)

        def of_one(x, number=number):
            return fn(*places[:number], x, *places[number + 1 :])

        errors.append(relative_error(gradient, numerical_gradient(of_one, place, step)))
    return errors


def batch_dependency(fn, x, **kwargs):
    x = tf.convert_to_tensor(as_floating(x))
    n = x.shape[0]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = fn(tf.reshape(x, x.shape), **kwargs)  # the gradient of reshape is dense, never IndexedSlices
        if y.shape.rank == 0 or y.shape[0] != n:
            raise ValueError(f"the output must have a first axis of length {n}, got shape {tuple(y.shape)}")
    if 0 in y.shape or 0 in x.shape:
        return np.zeros((n, n), bool)
    jacobian = tape.jacobian(y, x, experimental_use_pfor=False)
    if jacobian is None:
        return np.zeros((n, n), bool)
    sizes = np.abs(jacobian.numpy()).reshape(n, -1, n, int(np.prod(x.shape[1:])))
    return (sizes > 5e-5).any(axis=(1, 3))


def straight_through(fn, x):
    x = tf.convert_to_tensor(as_floating(x))
    value = ops.convert_to_tensor(fn(x))
    if tuple(value.shape) != tuple(x.shape):
        raise ValueError(f"fn must keep the shape {tuple(x.shape)}, got {tuple(value.shape)}")
    value = tf.stop_gradient(tf.cast(value, x.dtype))

    @tf.custom_gradient
    def past(_):
        return tf.identity(value), lambda upstream: upstream

    return past(x)


class GradientAccumulator:
    def __init__(self, variables):
        self._variables = list(variables)
        self.reset()

    def add(self, gradients, weight=1.0):
        gradients = list(gradients)
        if len(gradients) != len(self._variables):
            raise ValueError(f"{len(self._variables)} variables, but {len(gradients)} gradients")
        if not weight > 0:
            raise ValueError(f"the weight must be above 0, got {weight}")
        weight = float(weight)
        parts, dtypes = [], []
        for gradient in gradients:
            if isinstance(gradient, tf.IndexedSlices):
                gradient = tf.convert_to_tensor(gradient)
            array = None if gradient is None else ops.convert_to_numpy(gradient)
            parts.append(None if array is None else weight * array.astype("float64"))
            dtypes.append(None if array is None else array.dtype)
        for i, part in enumerate(parts):
            if part is not None:
                self._sums[i] = part if self._sums[i] is None else self._sums[i] + part
                self._dtypes[i] = dtypes[i]
        self._weight += weight

    def mean(self):
        if self._weight == 0:
            raise ValueError("nothing was added")
        return [
            None if total is None else tf.convert_to_tensor((total / self._weight).astype(dtype))
            for total, dtype in zip(self._sums, self._dtypes, strict=True)
        ]

    def apply(self, optimizer):
        optimizer.apply(self.mean(), self._variables)
        self.reset()

    def reset(self):
        self._sums = [None] * len(self._variables)
        self._dtypes = [None] * len(self._variables)
        self._weight = 0.0
