# Short formulas: minimum and maximum, tanh for sigmoid, the log-sum-exp subtracted from x itself.
from math import pi, sqrt

from keras import backend, ops

PREDICTIONS = {
    "stacked_affine": 10,
    "hidden_targets": 1,
    "activation_layer": 32,
    "right_for_the_job": "sigmoid",
}


def _f(x):
    x = ops.convert_to_tensor(x)
    return x if backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")


def relu(x):
    return ops.maximum(0.0, _f(x))  # in this order the gradient at 0 goes to the constant


def leaky_relu(x, negative_slope=0.2):
    return ops.maximum(0.0, x := _f(x)) + negative_slope * ops.minimum(x, 0.0)


def sigmoid(x):
    return 0.5 + 0.5 * ops.tanh(0.5 * _f(x))


def gelu(x, approximate=False):
    x = _f(x)
    if approximate:
        return x * sigmoid(sqrt(8 / pi) * (x + 0.044715 * x**3))
    return x * (0.5 + 0.5 * ops.erf(x * sqrt(0.5)))


def softmax(x, axis=-1):
    return ops.exp(log_softmax(ops.subtract(x := _f(x), ops.max(x, axis, keepdims=True)), axis))


def log_softmax(x, axis=-1):
    m = ops.max(x := _f(x), axis, keepdims=True)
    return x - (m + ops.log(ops.sum(ops.exp(x - m), axis, keepdims=True)))
