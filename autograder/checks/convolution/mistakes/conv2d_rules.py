"""Mistakes in `conv2d`: errors, dtypes, gradients, tracing."""

from nnlearn.diagnosis import mistake

from .conv2d import pair


@mistake("conv2d")
def images_through_numpy(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The values are right, but they go through NumPy, where a tape loses track: no gradient arrives. Use
    keras.ops from x to y."""
    return ops.convert_to_tensor(ops.convert_to_numpy(conv2d(x, kernel, bias, strides, padding, groups)))


@mistake("conv2d")
def images_with_any_padding(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Every padding but "same" is taken for "valid". "causal" means nothing in an image: raise a
    ValueError."""
    return conv2d(x, kernel, bias, strides, "same" if padding == "same" else "valid", groups)


@mistake("conv2d")
def any_number_of_filters(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Three filters in two groups are taken, and one of them is dropped. Raise a ValueError unless F is a
    multiple of the groups."""
    count = as_floating(kernel).shape[-1]
    whole = count - count % groups if count >= groups else count
    return conv2d(
        x, as_floating(kernel)[..., :whole], None if bias is None else bias[:whole], strides, padding, groups
    )


@mistake("conv2d")
def kernels_with_all_channels(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """With groups, a kernel that has all C channels is taken, and what it has too much is cut off. The
    kernel of a group has C / groups channels; everything else is a ValueError."""
    x, kernel = as_floating(x), as_floating(kernel)
    if groups > 1 and kernel.shape[2] == x.shape[-1]:
        kernel = kernel[:, :, : x.shape[-1] // groups]
    return conv2d(x, kernel, bias, strides, padding, groups)


@mistake("conv2d")
def channels_left_to_einsum(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Whether channels fit is left to the product, whose error is TensorFlow's own and no ValueError.
    Compare C with groups times the channels of the kernel first."""
    x, kernel = as_floating(x), as_floating(kernel)
    if x.shape[-1] != groups * kernel.shape[2]:
        return ops.matmul(x, kernel[0, 0])
    return conv2d(x, kernel, bias, strides, padding, groups)


@mistake("conv2d")
def large_kernels_give_nothing(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """A kernel that is higher or wider than the image gives an empty tensor, and the trouble shows much
    later. Raise a ValueError."""
    x, kernel = as_floating(x), as_floating(kernel)
    rooms = [size - taps for size, taps in zip(x.shape[1:3], kernel.shape[:2], strict=True)]
    if padding == "valid" and min(rooms) < 0 and x.shape[-1] == groups * kernel.shape[2]:
        sizes = [max(room // stride + 1, 0) for room, stride in zip(rooms, pair(strides), strict=True)]
        return ops.zeros((x.shape[0], *sizes, kernel.shape[3]), dtype=x.dtype)
    return conv2d(x, kernel, bias, strides, padding, groups)


@mistake("conv2d")
def height_alone_has_to_fit(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Whether the kernel fits is asked of its height alone. One that is too wide gives an empty tensor in
    place of an error."""
    x, kernel = as_floating(x), as_floating(kernel)
    down, right = (size - taps for size, taps in zip(x.shape[1:3], kernel.shape[:2], strict=True))
    if padding == "valid" and down >= 0 > right and x.shape[-1] == groups * kernel.shape[2]:
        return ops.zeros((x.shape[0], down // pair(strides)[0] + 1, 0, kernel.shape[3]), dtype=x.dtype)
    return conv2d(x, kernel, bias, strides, padding, groups)


@mistake("conv2d")
def only_tuples_are_pairs(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Two strides in a list are not taken: only a tuple counts as a pair. Ask whether it is an integer, and
    take everything else for a pair."""
    if isinstance(strides, list):
        strides = int(strides)
    return conv2d(x, kernel, bias, strides, padding, groups)


@mistake("conv2d")
def bias_of_the_filters_through_numpy(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The bias goes through NumPy, where a tape loses track: no gradient arrives at it, and it is never
    trained. Add it as a tensor."""
    bias = None if bias is None else np.asarray(bias)
    return conv2d(x, kernel, bias, strides, padding, groups)


@mistake("conv2d")
def images_in_float32(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Everything is cast to float32. Floating dtypes are kept; only integers become float32."""
    x, kernel = (
        ops.cast(ops.convert_to_tensor(x), "float32"),
        ops.cast(ops.convert_to_tensor(kernel), "float32"),
    )
    bias = None if bias is None else ops.cast(ops.convert_to_tensor(bias), "float32")
    return conv2d(x, kernel, bias, strides, padding, groups)


@mistake("conv2d")
def asks_for_the_number_of_images(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The number of images is asked of x.shape[0], which is None inside a tf.function. In a reshape, -1
    stands for it."""
    y = conv2d(x, kernel, bias, strides, padding, groups)
    return ops.reshape(y, (int(as_floating(x).shape[0]), *y.shape[1:]))
