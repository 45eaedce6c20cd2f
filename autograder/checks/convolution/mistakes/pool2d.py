"""Mistakes in `pool2d`: windows, strides, padding."""

from nnlearn.diagnosis import mistake


def pair(value):
    """Height and width."""
    return (value, value) if isinstance(value, int) else tuple(value)


def zeros_around(x, pool_size, strides):
    """What "same" pads, for each axis before and after."""
    strides = pool_size if strides is None else strides
    around = []
    for size, taps, stride in zip(as_floating(x).shape[1:3], pair(pool_size), pair(strides), strict=True):
        missing = max((-(-size // stride) - 1) * stride + taps - size, 0)
        around.append((missing // 2, missing - missing // 2))
    return around


def padded_with(x, around, value):
    """An image with something around it."""
    return ops.pad(as_floating(x), [(0, 0), *around, (0, 0)], constant_values=value)


def fits(x, pool_size):
    """Whether the window fits without padding."""
    return all(taps <= size for taps, size in zip(pair(pool_size), as_floating(x).shape[1:3], strict=True))


def moved(x, pool_size, strides, padding, mode, around):
    """The right one, but for where "same" pads: `around` of what it should be, for each axis."""
    if padding != "same" or mode not in ("max", "average"):
        return pool2d(x, pool_size, strides, padding, mode)
    pads = [around(*each) for each in zeros_around(x, pool_size, strides)]
    if mode == "max":
        return pool2d(padded_with(x, pads, -np.inf), pool_size, strides, "valid", mode)
    total, real = (
        pool2d(padded_with(each, pads, 0), pool_size, strides, "valid", mode)
        for each in (x, ops.ones_like(as_floating(x)))
    )
    return total / ops.where(real == 0, ops.ones_like(real), real)


@mistake("pool2d")
def max_pads_with_zeros(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """With "same", "max" pads with zeros. If all pixels of a window are negative, the zero that was made up
    is the largest. Pad with minus infinity."""
    if padding != "same" or mode != "max":
        return pool2d(x, pool_size, strides, padding, mode)
    return pool2d(padded_with(x, zeros_around(x, pool_size, strides), 0), pool_size, strides, "valid", mode)


@mistake("pool2d")
def max_pads_with_a_low_number(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """With "same", "max" pads with -1e9, which is not the lowest number there is: pixels below it lose
    against the padding. Minus infinity never wins."""
    if padding != "same" or mode != "max":
        return pool2d(x, pool_size, strides, padding, mode)
    return pool2d(
        padded_with(x, zeros_around(x, pool_size, strides), -1e9), pool_size, strides, "valid", mode
    )


@mistake("pool2d")
def average_of_the_full_window(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """With "same", a mean at the edge is divided by the size of the whole window, as if the padding were
    black pixels. Divide by how many real pixels the window has."""
    if padding != "same" or mode != "average":
        return pool2d(x, pool_size, strides, padding, mode)
    return pool2d(padded_with(x, zeros_around(x, pool_size, strides), 0), pool_size, strides, "valid", mode)


@mistake("pool2d")
def no_strides_is_one(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Without strides the window moves by 1. Left out, they are the size of the window: windows lie side by
    side."""
    return pool2d(x, pool_size, 1 if strides is None else strides, padding, mode)


@mistake("pool2d")
def no_strides_is_two(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Without strides the window moves by 2. Left out, they are the size of the window, whatever that is."""
    return pool2d(x, pool_size, 2 if strides is None else strides, padding, mode)


@mistake("pool2d")
def no_strides_is_the_height(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Without strides the window moves by its height along both axes. Left out, they are the size of the
    window, height and width."""
    return pool2d(x, pool_size, pair(pool_size)[0] if strides is None else strides, padding, mode)


@mistake("pool2d")
def pooling_strides_swapped(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """The pair of strides is taken as (width, height). The first number is by how much the window moves
    down."""
    return pool2d(x, pool_size, pair(pool_size if strides is None else strides)[::-1], padding, mode)


@mistake("pool2d")
def window_turned(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """The window is taken as (width, height). The first number is its height."""
    strides = pool_size if strides is None else strides
    return pool2d(x, pair(pool_size)[::-1], strides, padding, mode)


@mistake("pool2d")
def height_of_the_window_for_both(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """The first number of the window is used for both axes. The second one is its width."""
    strides = pool_size if strides is None else strides
    return pool2d(x, pair(pool_size)[0], strides, padding, mode)


@mistake("pool2d")
def odd_padding_before(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Of an odd number of padded rows or columns, one more stands before. It belongs after: missing // 2
    before."""
    return moved(x, pool_size, strides, padding, mode, lambda before, after: (after, before))


@mistake("pool2d")
def all_padding_after(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """All that is padded stands after. Half of it belongs before."""
    return moved(x, pool_size, strides, padding, mode, lambda before, after: (0, before + after))


@mistake("pool2d")
def pooling_pads_for_stride_one(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """With "same", the padding is that for stride 1, and then every stride-th output is taken: windows begin
    too early. Count how far the last window sticks out with these strides."""
    if padding != "same":
        return pool2d(x, pool_size, strides, padding, mode)
    down, right = pair(pool_size if strides is None else strides)
    return pool2d(x, pool_size, 1, "same", mode)[:, ::down, ::right]


@mistake("pool2d")
def same_drops_what_is_over(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """ "same" drops what is left over at the end, as "valid" does. It gives ceil(size / stride) outputs, and
    pads for the last of them."""
    return pool2d(
        x, pool_size, strides, "valid" if padding == "same" and fits(x, pool_size) else padding, mode
    )


@mistake("pool2d")
def pools_the_channels(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """All channels of a window are pooled into one number. Each channel is pooled by itself, and the result
    has as many of them as x."""
    y = pool2d(x, pool_size, strides, padding, mode)
    return ops.max(y, axis=-1, keepdims=True) if mode == "max" else ops.mean(y, axis=-1, keepdims=True)


@mistake("pool2d")
def sums_the_window(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """ "average" gives the sum of each window. Divide by how many pixels it has."""
    y = pool2d(x, pool_size, strides, padding, mode)
    if mode != "average":
        return y
    ones = ops.ones_like(as_floating(x))
    around = zeros_around(x, pool_size, strides) if padding == "same" else [(0, 0), (0, 0)]
    real = pool2d(padded_with(ones, around, 0), pool_size, strides, "valid", mode)
    return y * real * pair(pool_size)[0] * pair(pool_size)[1]


@mistake("pool2d")
def largest_in_size(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """ "max" gives the largest absolute value, so that -7 counts more than 3. The largest of negative numbers
    is the one next to 0."""
    if mode != "max":
        return pool2d(x, pool_size, strides, padding, mode)
    return pool2d(ops.abs(as_floating(x)), pool_size, strides, padding, mode)
