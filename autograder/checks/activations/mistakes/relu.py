"""Mistakes in `relu`."""

import numpy as np

from nnlearn.diagnosis import mistake


@mistake("relu")
def relu_slope_of_one_at_zero(x):
    """The values are right, but the gradient at exactly 0 is 1. With x >= 0 zero counts as positive, and
    maximum(x, 0) gives the gradient to its first argument where the two are equal. Asked for is 0 there, as
    in Keras: which condition leaves zero out?"""
    return ops.maximum(as_floating(x), 0.0)


@mistake("relu")
def relu_as_half_of_x_plus_abs(x):
    """The values are right, but the gradient at exactly 0 is 0.5: |x| and sign(x) have slope 0 there, which
    leaves half of the slope of x, as in (x + |x|) / 2. Asked for is 0, as in Keras."""
    x = as_floating(x)
    return (x + ops.abs(x)) / 2.0


@mistake("relu")
def relu_of_the_other_side(x):
    """Negative numbers pass and positive ones are stopped: the two branches are swapped. Try it with x = 3,
    which should come back as 3."""
    x = as_floating(x)
    return ops.where(x < 0, x, 0.0)


@mistake("relu")
def absolute_value(x):
    """Negative numbers come back with their sign removed instead of as 0. That is the absolute value."""
    x = as_floating(x)
    return ops.where(x > 0, x, -x)


@mistake("relu")
def step_instead_of_relu(x):
    """Every positive number comes back as 1. That is the slope of relu, not relu itself: multiply it by
    x."""
    x = as_floating(x)
    return ops.cast(x > 0, x.dtype)


@mistake("relu")
def relu_in_float32(x):
    """The result is float32 whatever comes in, float64 as well. A float16 model would slow down or fail, a
    float64 one lose digits. Only integers need a cast; which dtype x has is known before it."""
    x = ops.cast(x, "float32")
    return ops.where(x > 0, x, 0.0)


@mistake("relu")
def relu_with_a_float32_mask(x):
    """float64 is kept, and float16 comes back as float32: something in between is float32, such as a mask or
    a tensor of zeros, and the wider of two dtypes wins. Give it the dtype of x, or use a plain number."""
    x = as_floating(x)
    return ops.multiply(x, ops.cast(x > 0, "float32"))


@mistake("relu")
def relu_times_a_float32_mask(x):
    """In float64 and float16 the multiplication raises an error: the mask is float32, and TensorFlow does not
    multiply one dtype by another. Give it the dtype of x."""
    x = as_floating(x)
    return x * ops.cast(x > 0, "float32")


@mistake("relu")
def relu_that_keeps_integers(x):
    """Integers go in and integers come out. No gradient can flow through an integer: turn integers into
    float32 first."""
    x = ops.convert_to_tensor(x)
    return ops.where(x > 0, x, ops.zeros_like(x))


@mistake("relu")
def relu_without_a_gradient(x):
    """The values are right and there is no gradient at all: TensorFlow cannot follow the computation back.
    It loses the trail where numbers leave it (NumPy, float(), convert_to_numpy, a loop that makes a new
    tensor) and where stop_gradient stands."""
    x = np.asarray(x)
    return np.maximum(x if x.dtype.kind == "f" else x.astype("float32"), 0)


@mistake("relu")
def relu_in_numpy(x):
    """NumPy does the work: no gradient comes back, since TensorFlow cannot follow it there, and integers stay
    integers. Make x a floating tensor first, and stay with the operations of keras.ops."""
    return np.maximum(x, 0)


@mistake("relu")
def relu_that_stops_at_six(x):
    """Large inputs come back as 6. That is another function, relu6; relu itself has no upper end."""
    x = as_floating(x)
    return ops.where(x > 0, ops.where(x < 6, x, 6.0), 0.0)


@mistake("relu")
def relu_that_leaks(x):
    """Negative inputs come back a little below 0. That is a leaky relu; relu itself gives exactly 0
    there."""
    x = as_floating(x)
    return ops.where(x > 0, x, 0.01 * x)


@mistake("relu")
def relu_with_a_smooth_left(x):
    """Negative inputs come back as exp(x) - 1. That is another function, elu; relu gives exactly 0 there."""
    x = as_floating(x)
    return ops.where(x > 0, x, ops.expm1(ops.where(x > 0, 0.0, x)))


@mistake("relu")
def relu_without_a_corner(x):
    """The curve has no corner: log(1 + exp(x)) is another function, softplus. It is above relu everywhere, by
    0.69 at 0."""
    x = as_floating(x)
    return ops.maximum(x, 0.0) + ops.log1p(ops.exp(-ops.abs(x)))
