# A beginner's way: small steps and plain loops, and dependence found by moving the inputs, without a tape.
import numpy as np
import tensorflow as tf
from keras import ops

PREDICTIONS = {
    "frozen_kernel": "as before",
    "backward_twice": 2,
    "second_tape": 1,
    "tiny_step": "rises",
}


def make_array(x):
    x = ops.convert_to_tensor(x)
    if "float" not in str(x.dtype):
        x = ops.cast(x, "float32")
    return np.array(ops.convert_to_numpy(x))


def look_at_step(step):
    if step is not None and step <= 0:
        raise ValueError("the step must be positive")


def call(fn, tensors):
    value = fn(*tensors)
    if np.ndim(value) > 0:
        raise ValueError("the function must return a single number")
    return float(value)


def slopes_of(fn, arrays, which, step):
    """The slopes of fn by one of its arrays, each entry by itself."""
    x = arrays[which]
    flat = x.reshape(-1)
    answer = []
    for i in range(len(flat)):
        h = step
        if h is None:
            h = np.finfo(x.dtype).eps ** (1 / 3)
            if abs(flat[i]) > 1:
                h = h * abs(flat[i])
        right = flat.copy()
        right[i] = right[i] + h
        left = flat.copy()
        left[i] = left[i] - h
        values = []
        for side in (right, left):
            tensors = [tf.constant(a) for a in arrays]
            tensors[which] = tf.constant(side.reshape(x.shape))
            values.append(call(fn, tensors))
        way = float(right[i]) - float(left[i])
        answer.append((values[0] - values[1]) / way)
    return np.array(answer, dtype=x.dtype).reshape(x.shape)


def numerical_gradient(fn, x, step=None):
    look_at_step(step)
    return tf.constant(slopes_of(fn, [make_array(x)], 0, step))


def relative_error(a, b, floor=1e-8):
    a = np.array(ops.convert_to_numpy(a), dtype="float64")
    b = np.array(ops.convert_to_numpy(b), dtype="float64")
    if a.shape != b.shape:
        raise ValueError("the shapes are not the same")
    largest = 0.0
    for one, other in zip(a.reshape(-1), b.reshape(-1), strict=True):
        if not np.isfinite(one) or not np.isfinite(other):
            return float("inf")
        size = max(abs(one), abs(other), floor)
        error = abs(one - other) / size
        if error > largest:
            largest = error
    return float(largest)


def gradient_check(fn, inputs, step=None):
    look_at_step(step)
    arrays = [make_array(x).astype("float64") for x in inputs]
    answer = []
    for which in range(len(arrays)):
        tensors = [tf.constant(a) for a in arrays]
        with tf.GradientTape() as tape:
            tape.watch(tensors[which])
            value = fn(*tensors)
        if np.ndim(value) > 0:
            raise ValueError("the function must return a single number")
        gradient = tape.gradient(value, tensors[which])
        if gradient is None:
            gradient = np.zeros(arrays[which].shape)
        else:
            gradient = tf.convert_to_tensor(gradient).numpy()
        answer.append(relative_error(gradient, slopes_of(fn, arrays, which, step)))
    return answer


def batch_dependency(fn, x, **kwargs):
    x = make_array(x)
    n = len(x)
    before = np.array(fn(tf.constant(x), **kwargs))
    if before.ndim == 0 or before.shape[0] != n:
        raise ValueError("there must be one output for each example")
    matrix = np.zeros((n, n), dtype=bool)
    random = np.random.default_rng(1)
    for j in range(n):
        # Moved twice, each number by an amount of its own: no change cancels both times.
        for _ in range(2):
            moved = x.copy()
            moved[j] = moved[j] + random.uniform(0.5, 1.5, size=x.shape[1:]).astype(x.dtype)
            after = np.array(fn(tf.constant(moved), **kwargs))
            for i in range(n):
                if np.any(after[i] != before[i]):
                    matrix[i, j] = True
    return matrix


def straight_through(fn, x):
    x = tf.constant(make_array(x)) if not tf.is_tensor(x) or not x.dtype.is_floating else x
    forwards = ops.cast(fn(x), x.dtype)
    if tuple(forwards.shape) != tuple(x.shape):
        raise ValueError("the function must keep the shape")
    zero = x - tf.stop_gradient(x)
    return zero + tf.stop_gradient(forwards)


class GradientAccumulator:
    def __init__(self, variables):
        self.variables = list(variables)
        self.sums = {}
        self.weights = []

    def add(self, gradients, weight=1.0):
        if len(gradients) != len(self.variables):
            raise ValueError("there must be one gradient for each variable")
        if weight <= 0:
            raise ValueError("the weight must be positive")
        for i in range(len(gradients)):
            if gradients[i] is None:
                continue
            gradient = tf.convert_to_tensor(gradients[i])
            gradient = gradient * tf.cast(float(weight), gradient.dtype)
            if i in self.sums:
                gradient = gradient + self.sums[i]
            self.sums[i] = gradient
        self.weights.append(float(weight))

    def mean(self):
        if len(self.weights) == 0:
            raise ValueError("nothing has been added")
        answer = []
        for i in range(len(self.variables)):
            if i in self.sums:
                answer.append(self.sums[i] / tf.cast(sum(self.weights), self.sums[i].dtype))
            else:
                answer.append(None)
        return answer

    def apply(self, optimizer):
        optimizer.apply_gradients(list(zip(self.mean(), self.variables, strict=True)))
        self.reset()

    def reset(self):
        self.sums = {}
        self.weights = []
