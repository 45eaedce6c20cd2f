"""Means and variances."""

import numpy as np


def all_but_last(x):
    """The axes that a batch normalization pools."""
    return tuple(range(len(x.shape) - 1))


def mean_of_squares(x, axes, keepdims=False):
    """Mean and variance, this as the mean of the squares minus the square of the mean."""
    mean = ops.mean(x, axis=axes, keepdims=keepdims)
    return mean, ops.mean(ops.square(x), axis=axes, keepdims=keepdims) - ops.square(mean)


def in_numpy(x, axes, keepdims=False):
    """Mean and variance as NumPy has them."""
    x = np.array(x)
    return x.mean(axis=axes, keepdims=keepdims), x.var(axis=axes, keepdims=keepdims)


def unbiased(x, axes, keepdims=False, least=0):
    """The variance with m - 1 in the denominator, or `least` if that is more."""
    biased = ops.var(x, axis=axes, keepdims=keepdims)
    count = ops.cast(ops.size(x), x.dtype) / ops.cast(ops.size(biased), x.dtype)
    return biased * count / ops.maximum(count - 1, least)
