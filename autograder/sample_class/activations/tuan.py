import math

import keras
from keras import ops


def as_floating(x):
    """Return `x` as a tensor: floating dtypes are kept, integers and booleans become float32.

    It is here so that you can use it in every part. You do not have to.
    """
    x = ops.convert_to_tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")


# relu, leaky_relu --------------------------------------------------------


def relu(x):
    x = as_floating(x)
    return ops.where(x > 0, x, ops.zeros_like(x))

def leaky_relu(x, negative_slope=0.2):
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope * x)

# sigmoid: the stable version with two branches -----------------------------

def sigmoid(x):
    x = as_floating(x)
    positive = 1 / (1 + ops.exp(-x))
    negative = ops.exp(x) / (1 + ops.exp(x))
    return ops.where(x >= 0, positive, negative)

# gelu ------------------------------------------------------------------------

def gelu(x, approximate=False):
    x = as_floating(x)
    if approximate:
        c = ops.clip(x, -10, 10)
        return 0.5 * x * (1 + ops.tanh(0.7978845608028654 * (c + 0.044715 * c**3)))
    return 0.5 * x * (1 + ops.erf(x / 1.4142135623730951))

# softmax, log_softmax ----------------------------------------------------------

def softmax(x, axis=-1):
    x = as_floating(x)
    e = ops.exp(x - ops.max(x, axis=axis, keepdims=True))
    return e / ops.sum(e, axis=axis, keepdims=True)

def log_softmax(x, axis=-1):
    return ops.log(softmax(x, axis=axis))

PREDICTIONS = {
    # A network has 4 inputs, then Dense(100), then Dense(2), and no activation anywhere.
    # It holds 4*100 + 100 + 100*2 + 2 = 702 numbers. One single Dense layer can compute the very
    # same function. How many numbers does that layer hold, biases included?
    # Allowed: an integer.
    "stacked_affine": 10,
    # You add 100 to every one of the numbers that go into a softmax. Its output becomes ...
    # Allowed: "sharper" (closer to one winner), "flatter" (closer to equal) or "same".
    "softmax_shift": "same",
    # On the way back through a network, the gradient is multiplied by the slope of each activation
    # it passes. After ten sigmoids (all weights 1) the gradient has shrunk to at most about ...
    # Allowed: "1/10", "1/1000" or "1/1000000".
    "ten_sigmoids": "1/1000000",
    # In float32 you compute p = softmax([0, 200]) with a perfect softmax. Then log(p[0]) is ...
    # Allowed: "-200", "0" or "-inf".
    "log_of_softmax": "-inf",
}
