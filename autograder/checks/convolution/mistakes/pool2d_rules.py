"""Mistakes in `pool2d`: errors, dtypes, gradients, tracing."""

from nnlearn.diagnosis import mistake

from .pool2d import fits, pair


@mistake("pool2d")
def pooling_through_numpy(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """The values are right, but they go through NumPy, where a tape loses track: no gradient arrives. Use
    keras.ops from x to y."""
    return ops.convert_to_tensor(ops.convert_to_numpy(pool2d(x, pool_size, strides, padding, mode)))


@mistake("pool2d")
def any_padding_pools_inside(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Every padding but "same" is taken for "valid". Compare with both names, and raise a ValueError
    otherwise."""
    return pool2d(x, pool_size, strides, "same" if padding == "same" else "valid", mode)


@mistake("pool2d")
def any_other_mode_is_average(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Every mode but "max" is taken for "average". Compare with both names, and raise a ValueError
    otherwise."""
    return pool2d(x, pool_size, strides, padding, "max" if mode == "max" else "average")


@mistake("pool2d")
def any_other_mode_is_max(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Every mode but "average" is taken for "max". Compare with both names, and raise a ValueError
    otherwise."""
    return pool2d(x, pool_size, strides, padding, "average" if mode == "average" else "max")


@mistake("pool2d")
def large_windows_give_nothing(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """A window that is higher or wider than the image gives an empty tensor. Raise a ValueError."""
    x = as_floating(x)
    if padding != "valid" or mode not in ("max", "average") or fits(x, pool_size):
        return pool2d(x, pool_size, strides, padding, mode)
    strides = pair(pool_size if strides is None else strides)
    sizes = [
        max((size - taps) // stride + 1, 0)
        for size, taps, stride in zip(x.shape[1:3], pair(pool_size), strides, strict=True)
    ]
    return ops.zeros((x.shape[0], *sizes, x.shape[3]), dtype=x.dtype)


@mistake("pool2d")
def large_windows_take_what_there_is(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """A window that is larger than the image is made as large as the image. Nobody is told: raise a
    ValueError."""
    sizes = [min(each) for each in zip(pair(pool_size), as_floating(x).shape[1:3], strict=True)]
    strides = pool_size if strides is None else strides
    return pool2d(x, sizes if padding == "valid" else pool_size, strides, padding, mode)


@mistake("pool2d")
def pools_in_float32(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """x is cast to float32. Floating dtypes are kept; only integers become float32."""
    return pool2d(ops.cast(ops.convert_to_tensor(x), "float32"), pool_size, strides, padding, mode)


@mistake("pool2d")
def asks_how_many_images(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """The number of images is asked of x.shape[0], which is None inside a tf.function. In a reshape, -1
    stands for it."""
    y = pool2d(x, pool_size, strides, padding, mode)
    return ops.reshape(y, (int(as_floating(x).shape[0]), *y.shape[1:]))
