"""Mistakes in `conv2d`: the kernel, strides, padding and groups."""

from nnlearn.diagnosis import mistake


def pair(value):
    """Height and width."""
    return (value, value) if isinstance(value, int) else tuple(value)


def missing_of(size, taps, stride):
    """How many zeros "same" takes along one axis."""
    return max((-(-size // stride) - 1) * stride + taps - size, 0)


def padded_otherwise(x, kernel, bias, strides, padding, groups, around):
    """The right one, but for what "same" pads: `around(size, taps, stride)` is what it puts before and
    after."""
    if padding != "same":
        return conv2d(x, kernel, bias, strides, padding, groups)
    x = as_floating(x)
    pads = [
        around(*each) for each in zip(x.shape[1:3], as_floating(kernel).shape[:2], pair(strides), strict=True)
    ]
    return conv2d(ops.pad(x, [(0, 0), *pads, (0, 0)]), kernel, bias, strides, "valid", groups)


@mistake("conv2d")
def flips_the_window(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The kernel is flipped along both axes before it slides. That is convolution as mathematicians have it;
    here kernel[0, 0] meets the upper left pixel of the window."""
    return conv2d(x, ops.flip(as_floating(kernel), axis=(0, 1)), bias, strides, padding, groups)


@mistake("conv2d")
def turns_the_window(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Height and width of the kernel are exchanged. Its first axis goes with the rows of x, its second with
    the columns."""
    return conv2d(x, ops.transpose(as_floating(kernel), (1, 0, 2, 3)), bias, strides, padding, groups)


@mistake("conv2d")
def drops_the_bias_of_images(x, kernel, bias=None, strides=1, padding="valid", groups=1):  # noqa: ARG001
    """The bias is never added. One number for each filter goes to every output, after the sum."""
    return conv2d(x, kernel, None, strides, padding, groups)


@mistake("conv2d")
def drops_the_bias_of_groups(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """With groups, the bias is never added: the answers of the groups are joined and given back at once. It
    belongs to every filter, in groups or not."""
    return conv2d(x, kernel, bias if groups == 1 else None, strides, padding, groups)


@mistake("conv2d")
def strides_swapped(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The pair of strides is taken as (width, height). The first number is by how much the kernel moves
    down."""
    return conv2d(x, kernel, bias, pair(strides)[::-1], padding, groups)


@mistake("conv2d")
def first_stride_for_both(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The first stride is used along both axes. The second one is that of the width."""
    return conv2d(x, kernel, bias, pair(strides)[0], padding, groups)


@mistake("conv2d")
def second_stride_for_both(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The second stride is used along both axes. The first one is that of the height."""
    return conv2d(x, kernel, bias, pair(strides)[1], padding, groups)


@mistake("conv2d")
def image_pads_for_stride_one(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """With "same", zeros are those for stride 1, and then every stride-th output is taken: windows begin too
    early where the image has an even size. Count how far the last window sticks out with these strides."""
    if padding != "same":
        return conv2d(x, kernel, bias, strides, padding, groups)
    down, right = pair(strides)
    return conv2d(x, kernel, bias, 1, "same", groups)[:, ::down, ::right]


@mistake("conv2d")
def half_the_window_on_all_sides(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """With "same", K // 2 zeros stand on both sides of an axis. That is right for odd kernels and stride 1
    alone."""

    def around(size, taps, stride):  # noqa: ARG001
        return taps // 2, taps // 2

    return padded_otherwise(x, kernel, bias, strides, padding, groups, around)


@mistake("conv2d")
def odd_row_of_zeros_before(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Of an odd number of zeros, one more stands above or on the left. It belongs below and on the right:
    missing // 2 before, and the rest after."""

    def around(size, taps, stride):
        missing = missing_of(size, taps, stride)
        return missing - missing // 2, missing // 2

    return padded_otherwise(x, kernel, bias, strides, padding, groups, around)


@mistake("conv2d")
def zeros_of_the_wrong_axis(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The zeros of the height are put beside the width, and the other way round. Each axis has its own size,
    kernel and stride."""
    if padding != "same":
        return conv2d(x, kernel, bias, strides, padding, groups)
    x = as_floating(x)
    pads = []
    for each in zip(x.shape[1:3], as_floating(kernel).shape[:2], pair(strides), strict=True):
        missing = missing_of(*each)
        pads.append((missing // 2, missing - missing // 2))
    return conv2d(ops.pad(x, [(0, 0), *pads[::-1], (0, 0)]), kernel, bias, strides, "valid", groups)


@mistake("conv2d")
def zeros_of_the_height_for_both(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """How many zeros there are is worked out once, for the height, and used for the width, too. Each axis
    has its own size, kernel and stride."""
    x = as_floating(x)
    missing = missing_of(x.shape[1], as_floating(kernel).shape[0], pair(strides)[0])
    return padded_otherwise(
        x,
        kernel,
        bias,
        strides,
        padding,
        groups,
        lambda *each: (missing // 2, missing - missing // 2),  # noqa: ARG005
    )


@mistake("conv2d")
def zeros_for_the_height_of_the_kernel(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The zeros beside the width are counted from the height of the kernel. They depend on its width: each
    axis has its own size, kernel and stride."""
    high = as_floating(kernel).shape[0]

    def around(size, taps, stride):
        if (size, taps, stride) == (as_floating(x).shape[1], high, pair(strides)[0]):
            first = missing_of(size, taps, stride)
            return first // 2, first - first // 2
        first = missing_of(size, high, stride) // 2
        sticks_out = (-(-size // stride) - 1) * stride + taps - size - first
        return first, max(missing_of(size, high, stride) - first, sticks_out)

    y = padded_otherwise(x, kernel, bias, strides, padding, groups, around)
    return y if padding != "same" else y[:, :, : -(-as_floating(x).shape[2] // pair(strides)[1])]


@mistake("conv2d")
def same_drops_the_last_row(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """ "same" gives size // stride outputs. It is rounded up: what is left over at the end gets outputs,
    too."""
    y = conv2d(x, kernel, bias, strides, padding, groups)
    if padding != "same":
        return y
    rows, columns = (
        max(size // stride, 1) for size, stride in zip(as_floating(x).shape[1:3], pair(strides), strict=True)
    )
    return y[:, :rows, :columns]


@mistake("conv2d")
def groups_interleaved(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Group g reads the channels g, g + G, g + 2G ... The channels are cut into blocks: group g has those
    from g * C/G on, side by side. The order of the axes in a reshape decides: (G, C/G), and not (C/G, G)."""
    x = as_floating(x)
    order = (
        np.arange(x.shape[-1]).reshape(-1, groups).T.ravel()
        if x.shape[-1] % groups == 0
        else range(x.shape[-1])
    )
    return conv2d(ops.take(x, list(order), axis=-1), kernel, bias, strides, padding, groups)


@mistake("conv2d")
def filters_interleaved(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Filter f belongs to group f % G. The filters are cut into blocks, like the channels: group g has those
    from g * F/G on."""
    kernel = as_floating(kernel)
    count = kernel.shape[-1]
    if count % groups != 0:
        return conv2d(x, kernel, bias, strides, padding, groups)
    order = np.arange(count).reshape(-1, groups).T.ravel()
    y = conv2d(x, ops.take(kernel, list(order), axis=-1), None, strides, padding, groups)
    y = ops.take(y, list(np.argsort(order)), axis=-1)
    return y if bias is None else y + as_floating(bias)


@mistake("conv2d")
def every_group_reads_the_first(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """All groups read the first block of channels; the others are never looked at. Group g begins at channel
    g * C/G."""
    x, kernel = as_floating(x), as_floating(kernel)
    if x.shape[-1] == groups * kernel.shape[2]:
        x = ops.concatenate([x[..., : kernel.shape[2]]] * groups, axis=-1)
    return conv2d(x, kernel, bias, strides, padding, groups)


@mistake("conv2d")
def groups_are_joined_by_turns(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """The answers of the groups are put together by turns, one filter of each. The F filters of the result
    stand in the order of the kernel: all of group 0, then all of group 1."""
    y = conv2d(x, kernel, None, strides, padding, groups)
    order = np.arange(y.shape[-1]).reshape(groups, -1).T.ravel()
    y = ops.take(y, list(order), axis=-1)
    return y if bias is None else y + as_floating(bias)
