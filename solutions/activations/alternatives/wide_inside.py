# Computes in float64 inside and casts back at the end. Masks multiply instead of choosing.
import keras
from keras import ops

PREDICTIONS = {
    "stacked_affine": 10,
    "hidden_targets": 1,
    "activation_layer": 32,
    "right_for_the_job": "sigmoid",
}


class Wide:
    """A tensor in float64, and the dtype its result should have."""

    def __init__(self, x):
        x = ops.convert_to_tensor(x)
        name = keras.backend.standardize_dtype(x.dtype)
        self.dtype = name if name.startswith("float") else "float32"
        self.value = ops.cast(x, "float64")

    def back(self, y):
        return ops.cast(y, self.dtype)


def relu(x):
    w = Wide(x)
    return w.back(w.value * ops.cast(ops.greater(w.value, 0), "float64"))


def leaky_relu(x, negative_slope=0.2):
    w = Wide(x)
    on = ops.cast(ops.greater(w.value, 0), "float64")
    return w.back(w.value * (on + negative_slope * (1 - on)))


def sigmoid(x):
    w = Wide(x)
    # exp is finite up to 709 in float64, and sigmoid is flat long before.
    return w.back(1 / (1 + ops.exp(-ops.clip(w.value, -500, 500))))


def gelu(x, approximate=False):
    w = Wide(x)
    v = w.value
    if approximate:
        z = ops.sqrt(ops.cast(2 / 3.141592653589793, "float64")) * (v + 0.044715 * ops.power(v, 3))
        return w.back(0.5 * v * (1 + ops.tanh(z)))
    return w.back(0.5 * v * (1 + ops.erf(v / ops.sqrt(ops.cast(2, "float64")))))


def softmax(x, axis=-1):
    w = Wide(x)
    v = w.value - ops.stop_gradient(ops.amax(w.value, axis=axis, keepdims=True))
    return w.back(ops.exp(v) / ops.sum(ops.exp(v), axis=axis, keepdims=True))


def log_softmax(x, axis=-1):
    w = Wide(x)
    m = ops.amax(w.value, axis=axis, keepdims=True)
    total = ops.sum(ops.exp(w.value - m), axis=axis, keepdims=True)
    return w.back(w.value - m - ops.log(total))
