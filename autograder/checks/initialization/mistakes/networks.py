"""Networks with a tape, and spreads in float64: what mistakes in networks have in common."""

import numpy as np
import tensorflow as tf


def wide_std(tensor, **how):
    """The standard deviation in float64, a Python float."""
    return float(np.std(np.asarray(tensor).astype("float64"), **how))


def passed(x, kernels, activation, upstream):
    """The z and the gradients by them."""
    signal, zs = as_floating(x), []
    with tf.GradientTape() as tape:
        for kernel in kernels:
            z = ops.matmul(signal, kernel)
            tape.watch(z)
            zs.append(z)
            signal = activation(z)
        total = ops.sum(upstream * zs[-1])
    return zs, tape.gradient(total, zs)


def spread_of(spread, x, kernels, activation, upstream):
    """Both lists, with another notion of spread."""
    zs, gradients = passed(x, kernels, activation, upstream)
    return [spread(z) for z in zs], [spread(gradient) for gradient in gradients]
