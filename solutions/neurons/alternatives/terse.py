# Mostly TensorFlow: einsum, a column of ones for the bias, ramps between neighbours in place of hinges.
import functools
import itertools
import math

import keras
import tensorflow as tf

PREDICTIONS = {
    "xor_corners": 3,
    "input_shape": [32, 784],
    "twice_the_input": "2y - b",
    "dense_on_a_feature_map": (7 * 7 * 512 + 1) * 10,
}


def f(x):
    x = tf.convert_to_tensor(x)
    return x if x.dtype.is_floating else tf.cast(x, tf.float32)


def need(condition, message):
    if not condition:
        raise ValueError(message)


def table(kernel):
    kernel = f(kernel)
    need(kernel.shape.rank == 2, f"a kernel of shape {kernel.shape}")
    return kernel


def row(bias, kernel):
    bias = f(bias)
    need(
        bias.shape.as_list() == [kernel.shape[1]], f"a bias of shape {bias.shape} for {kernel.shape[1]} units"
    )
    return bias


def affine(x, kernel, bias=None):
    x, kernel = f(x), table(kernel)
    need(x.shape.rank and x.shape[-1] == kernel.shape[0], f"{x.shape} does not fit {kernel.shape}")
    y = tf.einsum("...n,nm->...m", x, kernel)
    return y if bias is None else y + row(bias, kernel)


class Affine(keras.Layer):
    def __init__(self, units, use_bias=True, **kwargs):
        need(isinstance(units, int) and units > 0, f"units={units!r} is no positive integer")
        super().__init__(**kwargs)
        self.units, self.use_bias = units, use_bias

    def build(self, shape):
        self.kernel = self.add_weight((shape[-1], self.units), name="kernel")
        self.bias = self.add_weight((self.units,), "zeros", name="bias") if self.use_bias else None

    def call(self, x):
        y = tf.tensordot(tf.cast(x, self.compute_dtype), tf.convert_to_tensor(self.kernel), 1)
        return tf.nn.bias_add(y, tf.convert_to_tensor(self.bias)) if self.use_bias else y

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.units)

    def get_config(self):
        return super().get_config() | {"units": self.units, "use_bias": self.use_bias}


def boundary(kernel, bias=None):
    w = table(kernel)
    b = tf.zeros_like(w[0]) if bias is None else row(bias, w)
    largest = tf.reduce_max(tf.abs(w), axis=0)
    need(tf.reduce_all(largest > 0), "a unit without weights")
    length = tf.norm(w / largest, axis=0)
    return w / largest / length, -b / largest / length, length / 4 * largest


def with_ones(kernel, bias):
    """The kernel with the bias as a last row, and a last column that keeps a one."""
    kernel = table(kernel)
    n, m = kernel.shape
    b = tf.zeros(m, kernel.dtype) if bias is None else row(bias, kernel)
    return tf.concat([tf.concat([kernel, b[None]], 0), tf.one_hot([n], n + 1, axis=0, dtype=kernel.dtype)], 1)


def collapse_linear(layers):
    layers = list(layers)
    need(layers, "no layers")
    tables = [with_ones(*layer) for layer in layers]
    for one, other in itertools.pairwise(tables):
        need(one.shape[1] == other.shape[0], f"{one.shape} before {other.shape}")
    product = functools.reduce(tf.matmul, tables)
    return product[:-1, :-1], None if all(bias is None for _, bias in layers) else product[-1, :-1]


def count_params(*layers):
    need(all(layer.built for layer in layers), "not built")
    every = {id(w): math.prod(w.shape) for layer in layers for w in layer.weights}
    frozen = every.keys() - {id(w) for layer in layers for w in layer.trainable_weights}
    rest = sum(every[key] for key in frozen)
    return sum(every.values()) - rest, rest


def through_points(x, y):
    x, y = f(x), f(y)
    need(x.shape.rank == 1 and x.shape[0] > 1 and x.shape == y.shape, f"{x.shape} and {y.shape}")
    left, right, slope = x[:-1], x[1:], (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    need(tf.reduce_all(left < right), "not increasing")
    # A ramp between two neighbours: up behind the left one, and down again behind the right one.
    places = tf.concat([left, right], 0)
    return tf.ones_like(places)[None], -places, tf.concat([slope, -slope], 0)[:, None], y[:1]
