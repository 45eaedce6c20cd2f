import math

import keras
from keras import ops


def as_floating(x):
    """Return `x` as a tensor: floating dtypes are kept, integers and booleans become float32.

    It is here so that you can use it in every part. You do not have to.
    """
    x = ops.convert_to_tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")


def relu(x):
    """Apply the rectified linear unit: `x` where it is positive, 0 elsewhere.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. The gradient is 1 where `x > 0` and 0 elsewhere, also at
        exactly 0, as in Keras.

    Reference:
        Glorot, Bordes and Bengio (2011), Deep Sparse Rectifier Neural Networks.
    """
    x = as_floating(x)
    return ops.where(x > 0, x, ops.zeros_like(x))


def leaky_relu(x, negative_slope=0.2):
    """Apply the leaky rectified linear unit: `x` where positive, `negative_slope * x` elsewhere.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.
        negative_slope: A float, the slope for negative `x`. It may be larger than 1.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. The gradient is 1 where `x > 0` and `negative_slope` elsewhere,
        also at exactly 0, as in Keras.

    Reference:
        https://keras.io/api/layers/activations/
    """
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope * x)


def sigmoid(x):
    """Apply the logistic function, `1 / (1 + exp(-x))`, without overflow.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.

    Returns:
        A tensor of the shape of `x` with values from 0 to 1. Floating dtypes (float16, float32,
        float64) are kept, integers become float32. Value and gradient, `p * (1 - p)` for the value
        `p`, are finite for every finite `x` and right to 1e-5 in float32; the gradient at 0 is 0.25.

    Reference:
        https://keras.io/api/layers/activations/
    """
    x = as_floating(x)
    return (ops.tanh(x / 2) + 1) / 2


def gelu(x, approximate=False):
    """Apply the Gaussian error linear unit: `x` times the probability that a normal value is below it.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 0 to 4.
        approximate: False for the exact form with `erf`, True for the form with `tanh`:
            `0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))`.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. In both forms value and gradient are finite and right to
        `1e-5 * (1 + |y|)` for `x` up to 1e4 in float32. In float16, where `x**3` overflows early,
        the tanh form is asked for up to 30 only.

    Reference:
        Hendrycks and Gimpel (2016), Gaussian Error Linear Units, https://arxiv.org/abs/1606.08415
    """
    raise NotImplementedError("gelu: not written yet")


def softmax(x, axis=-1):
    """Turn logits into shares that are positive and add up to 1 along `axis`.

    Args:
        x: Logits: anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4.
        axis: An integer, the axis along which the shares add up to 1; it may be negative.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. Value and gradient are finite and right to 1e-5 in float32,
        however large the logits are and however far the rows are apart.

    Reference:
        Goodfellow, Bengio and Courville (2016), Deep Learning, section 6.2.2.3.
    """
    # TODO tomorrow
    raise NotImplementedError("softmax: not written yet")


def log_softmax(x, axis=-1):
    """Compute the logarithm of softmax along `axis`, without ever computing softmax.

    Args:
        x: Logits: anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4.
        axis: An integer, the axis along which softmax would add up to 1; it may be negative.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. Value and gradient are finite also where softmax itself would
        round to 0, and right to `1e-5 * (1 + |y|)` in float32, plus the rounding of the logits
        themselves where all of them are large.

    Reference:
        Goodfellow, Bengio and Courville (2016), Deep Learning, equation 6.30.
    """
    raise NotImplementedError("log_softmax: not written yet")


PREDICTIONS = {
    # A network has 4 inputs, then Dense(100), then Dense(2), and no activation anywhere.
    # It holds 4*100 + 100 + 100*2 + 2 = 702 numbers. One single Dense layer can compute the very
    # same function. How many numbers does that layer hold, biases included?
    # Allowed: an integer.
    "stacked_affine": None,
    "hidden_targets": None,
    "activation_layer": None,
    "right_for_the_job": None,
}
