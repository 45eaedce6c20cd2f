# Written the way a beginner would: one thing per line, everything named.
# ruff: noqa: RET504
import keras

PREDICTIONS = {
    "stacked_affine": 10,
    "hidden_targets": 1,
    "activation_layer": 32,
    "right_for_the_job": "sigmoid",
}


def make_float(x):
    tensor = keras.ops.convert_to_tensor(x)
    name = keras.backend.standardize_dtype(tensor.dtype)
    if name not in ("float16", "float32", "float64"):
        tensor = keras.ops.cast(tensor, "float32")
    return tensor


def relu(x):
    x = make_float(x)
    is_positive = x > 0
    zeros = keras.ops.zeros_like(x)
    result = keras.ops.where(is_positive, x, zeros)
    return result


def leaky_relu(x, negative_slope=0.2):
    x = make_float(x)
    is_positive = x > 0
    left_side = x * negative_slope
    result = keras.ops.where(is_positive, x, left_side)
    return result


def sigmoid(x):
    x = make_float(x)
    # Replace the dangerous inputs of each branch before the exponential sees them.
    zeros = keras.ops.zeros_like(x)
    right_input = keras.ops.where(x >= 0, x, zeros)
    left_input = keras.ops.where(x >= 0, zeros, x)
    right_branch = 1 / (1 + keras.ops.exp(-right_input))
    left_power = keras.ops.exp(left_input)
    left_branch = left_power / (1 + left_power)
    result = keras.ops.where(x >= 0, right_branch, left_branch)
    return result


def gelu(x, approximate=False):
    x = make_float(x)
    if approximate:
        cube = x * x * x
        inner = 0.7978845608028654 * (x + 0.044715 * cube)
        gate = 1 + keras.ops.tanh(inner)
    else:
        gate = 1 + keras.ops.erf(x / 1.4142135623730951)
    result = 0.5 * x * gate
    return result


def softmax(x, axis=-1):
    x = make_float(x)
    largest = keras.ops.max(x, axis=axis, keepdims=True)
    shifted = x - largest
    powers = keras.ops.exp(shifted)
    total = keras.ops.sum(powers, axis=axis, keepdims=True)
    result = powers / total
    return result


def log_softmax(x, axis=-1):
    x = make_float(x)
    largest = keras.ops.max(x, axis=axis, keepdims=True)
    shifted = x - largest
    powers = keras.ops.exp(shifted)
    total = keras.ops.sum(powers, axis=axis, keepdims=True)
    log_total = keras.ops.log(total)
    result = shifted - log_total
    return result
