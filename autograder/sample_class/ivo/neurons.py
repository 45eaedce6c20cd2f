import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {
    "xor_corners": 3,
    "input_shape": (60000, 784),
    "twice_the_input": "2y",
    "dense_on_a_feature_map": 250890,
}


def affine(x, kernel, bias=None):
    x = as_floating(x)
    kernel = as_floating(kernel)
    if x.shape.rank == 0 or kernel.shape.rank != 2:
        raise ValueError("wrong number of axes")
    if x.shape[-1] != kernel.shape[0]:
        raise ValueError(f"{x.shape[-1]} inputs, {kernel.shape[0]} rows")
    out = ops.matmul(x, kernel)
    if bias is not None:
        out = out + as_floating(bias)
    return out


class Affine(keras.layers.Layer):
    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(units, int) or units <= 0:
            raise ValueError("units must be a positive integer")
        self.units = units
        self.use_bias = use_bias

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], self.units), initializer="glorot_uniform"
        )
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        else:
            self.bias = None

    def call(self, inputs):
        out = ops.matmul(ops.cast(inputs, self.compute_dtype), self.kernel)
        if self.bias is not None:
            out = out + self.bias
        return out

    def get_config(self):
        config = super().get_config()
        config["units"] = self.units
        return config


def boundary(kernel, bias=None):
    kernel = as_floating(kernel)
    if kernel.shape.rank != 2:
        raise ValueError("a kernel has two axes")
    norm = tf.sqrt(tf.reduce_sum(kernel * kernel, axis=0))
    if np.any(np.all(np.array(kernel) == 0, axis=0)):
        raise ValueError("a unit has no weights")
    bias = tf.zeros_like(norm) if bias is None else as_floating(bias)
    if bias.shape != norm.shape:
        raise ValueError("one bias per unit")
    return kernel / norm, -bias / norm, norm / 4


def collapse_linear(layers):
    kernel, bias = None, None
    for w, b in layers:
        w = as_floating(w)
        if w.shape.rank != 2:
            raise ValueError("a kernel has two axes")
        if b is not None:
            b = as_floating(b)
            if b.shape != (w.shape[1],):
                raise ValueError("one bias per unit")
        if kernel is None:
            kernel, bias = w, b
            continue
        if kernel.shape[1] != w.shape[0]:
            raise ValueError("the layers do not fit")
        kernel = kernel @ w
        # b1 W2 + b2
        bias = tf.linalg.matvec(w, bias, transpose_a=True) + b if b is not None and bias is not None else b
    if kernel is None:
        raise ValueError("no layers")
    return kernel, bias


def count_params(*layers):
    trainable, rest = 0, 0
    for layer in layers:
        if not layer.built:
            raise ValueError(f"{layer.name} is not built")
        trainable += sum(int(np.prod(w.shape)) for w in layer.trainable_weights)
        rest += sum(int(np.prod(w.shape)) for w in layer.non_trainable_weights)
    return trainable, rest


def through_points(x, y):
    x, y = as_floating(x), as_floating(y)
    if x.shape.rank != 1 or x.shape != y.shape or len(x) < 2:
        raise ValueError("not points")
    if not np.all(np.diff(np.array(x)) > 0):
        raise ValueError("x has to increase")
    slopes = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    bends = tf.concat([slopes[:1], slopes[1:] - slopes[:-1]], axis=0)
    return tf.ones((1, len(bends)), x.dtype), -x[:-1], bends[:, None], y[:1]
