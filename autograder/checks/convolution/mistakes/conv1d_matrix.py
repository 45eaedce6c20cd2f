"""Mistakes in `conv1d_matrix`."""

from nnlearn.diagnosis import mistake


def blocks_of(kernel, length, stride, padding):
    """The right matrix as an array of shape (length, C, outputs, F)."""
    matrix = conv1d_matrix(kernel, length, stride, padding)
    _, channels, filters = as_floating(kernel).shape
    return ops.reshape(matrix, (length, channels, -1, filters))


def zeros_before(kernel, length, stride):
    """What "same" pads before."""
    return max((-(-length // stride) - 1) * stride + as_floating(kernel).shape[0] - length, 0) // 2


def of_taps(kernel, tap):
    """The matrix, where tap[t, o] says which tap of output o meets step t; any other number is none."""
    kernel = as_floating(kernel)
    taps, channels, filters = kernel.shape
    meets = ops.cast(np.asarray(tap)[..., None] == np.arange(taps), kernel.dtype)
    shape = len(tap) * channels, len(tap[0]) * filters
    return ops.reshape(ops.einsum("tok,kcf->tcof", meets, kernel), shape)


def difference(length, outputs, stride, before):
    """Which tap of output o meets step t."""
    return np.arange(length)[:, None] - stride * np.arange(outputs) + before


@mistake("conv1d_matrix")
def matrix_transposed(kernel, length, stride=1, padding="valid"):
    """The matrix has a row for each output. x stands on its left, so that its rows belong to the inputs and
    its columns to the outputs, as in a dense layer's kernel."""
    return ops.transpose(conv1d_matrix(kernel, length, stride, padding))


@mistake("conv1d_matrix")
def flips_in_the_matrix(kernel, length, stride=1, padding="valid"):
    """The kernel stands upside down in each column: that is convolution with the flip. Tap 0 belongs to the
    first step of the window, which is the topmost."""
    return conv1d_matrix(ops.flip(as_floating(kernel), axis=0), length, stride, padding)


@mistake("conv1d_matrix")
def channels_first_in_the_matrix(kernel, length, stride=1, padding="valid"):
    """Rows are sorted by channel and then by step, c * T + t. A flattened (T, C) has all channels of a step
    side by side: t * C + c."""
    blocks = ops.transpose(blocks_of(kernel, length, stride, padding), (1, 0, 2, 3))
    return ops.reshape(blocks, (blocks.shape[0] * length, -1))


@mistake("conv1d_matrix")
def filters_first_in_the_matrix(kernel, length, stride=1, padding="valid"):
    """Columns are sorted by filter and then by output. A flattened (outputs, F) has all filters of an output
    side by side: o * F + f."""
    blocks = ops.transpose(blocks_of(kernel, length, stride, padding), (0, 1, 3, 2))
    return ops.reshape(blocks, (length * blocks.shape[1], -1))


@mistake("conv1d_matrix")
def both_sorted_by_channel(kernel, length, stride=1, padding="valid"):
    """Rows are sorted by channel and columns by filter, as if series were (C, T). They are (T, C): t * C + c
    and o * F + f."""
    blocks = ops.transpose(blocks_of(kernel, length, stride, padding), (1, 0, 3, 2))
    return ops.reshape(blocks, (length * blocks.shape[0], -1))


@mistake("conv1d_matrix")
def wraps_round(kernel, length, stride=1, padding="valid"):
    """With "same", a window that sticks out at one end comes in again at the other: the matrix is circulant,
    and belongs to a ring. There are zeros beyond the ends; leave those places out."""
    if padding != "same" or as_floating(kernel).shape[0] > length:
        return conv1d_matrix(kernel, length, stride, padding)
    tap = difference(length, -(-length // stride), stride, zeros_before(kernel, length, stride))
    return of_taps(kernel, tap % length)


@mistake("conv1d_matrix")
def negative_rows_from_the_end(kernel, length, stride=1, padding="valid"):
    """With "same", a tap before the first step has a negative row, and Python counts that from the end: the
    kernel comes in again at the bottom of the matrix. Leave out what is below 0, as what is beyond the
    end."""
    if padding != "same" or as_floating(kernel).shape[0] > length:
        return conv1d_matrix(kernel, length, stride, padding)
    before, outputs = zeros_before(kernel, length, stride), -(-length // stride)
    tap = difference(length, outputs, stride, before)
    return of_taps(kernel, np.where(tap >= length, tap - length, tap))


@mistake("conv1d_matrix")
def long_kernels_do_not_fit_under_same(kernel, length, stride=1, padding="valid"):
    """A kernel longer than the series is refused with "same" as well. There the series is padded until the
    kernel fits: compare with the padded length."""
    if as_floating(kernel).shape[0] > length:
        raise ValueError("the kernel is longer than the series")
    return conv1d_matrix(kernel, length, stride, padding)


@mistake("conv1d_matrix")
def circulant_for_valid(kernel, length, stride=1, padding="valid"):
    """With "valid" there are as many outputs as steps, and the last ones wrap round to the front. The kernel
    stays inside: (length - K) // stride + 1 outputs."""
    if padding != "valid" or as_floating(kernel).shape[0] > length:
        return conv1d_matrix(kernel, length, stride, padding)
    return of_taps(kernel, difference(length, -(-length // stride), stride, 0) % length)


@mistake("conv1d_matrix")
def same_leaves_out_the_padding(kernel, length, stride=1, padding="valid"):
    """ "same" has the right number of columns, but every window begins where it would without zeros before:
    the kernel stands too far down by as much."""
    if padding != "same":
        return conv1d_matrix(kernel, length, stride, padding)
    return of_taps(kernel, difference(length, -(-length // stride), stride, 0))


@mistake("conv1d_matrix")
def same_matrix_pads_for_stride_one(kernel, length, stride=1, padding="valid"):
    """With "same" and a stride, every stride-th column of the matrix for stride 1 is taken. The zeros before
    depend on the stride: count how far the last window sticks out."""
    if padding != "same":
        return conv1d_matrix(kernel, length, stride, padding)
    return of_taps(
        kernel, difference(length, -(-length // stride), stride, (as_floating(kernel).shape[0] - 1) // 2)
    )


@mistake("conv1d_matrix")
def odd_zero_before_in_the_matrix(kernel, length, stride=1, padding="valid"):
    """Of an odd number of zeros, one more is counted before. It stands after: missing // 2 before."""
    if padding != "same":
        return conv1d_matrix(kernel, length, stride, padding)
    outputs = -(-length // stride)
    missing = max((outputs - 1) * stride + as_floating(kernel).shape[0] - length, 0)
    return of_taps(kernel, difference(length, outputs, stride, missing - missing // 2))


@mistake("conv1d_matrix")
def keeps_rows_of_the_padding(kernel, length, stride=1, padding="valid"):
    """With "same" the matrix has rows for the zeros, too, and x has no numbers for them. What is always 0
    needs no row: leave out those before and after."""
    if padding != "same":
        return conv1d_matrix(kernel, length, stride, padding)
    missing = max((-(-length // stride) - 1) * stride + as_floating(kernel).shape[0] - length, 0)
    return conv1d_matrix(kernel, length + missing, stride)


@mistake("conv1d_matrix")
def matrix_for_stride_one(kernel, length, stride=1, padding="valid"):  # noqa: ARG001
    """The stride is ignored: each column begins one row further down. It is `stride` rows."""
    return conv1d_matrix(kernel, length, 1, padding)


@mistake("conv1d_matrix")
def matrix_through_numpy(kernel, length, stride=1, padding="valid"):
    """The matrix is filled in NumPy, where a tape loses track: no gradient arrives at the kernel. Choose
    with zeros and ones, and multiply the kernel by them in keras.ops."""
    return ops.convert_to_tensor(ops.convert_to_numpy(conv1d_matrix(kernel, length, stride, padding)))


@mistake("conv1d_matrix")
def matrix_takes_causal(kernel, length, stride=1, padding="valid"):
    """ "causal" is taken, as by conv1d. This part has "valid" and "same" alone: everything else is a
    ValueError."""
    if padding != "causal":
        return conv1d_matrix(kernel, length, stride, padding)
    return of_taps(kernel, difference(length, -(-length // stride), stride, as_floating(kernel).shape[0] - 1))


@mistake("conv1d_matrix")
def any_padding_gives_a_valid_matrix(kernel, length, stride=1, padding="valid"):
    """Every padding but "same" is taken for "valid". Compare with both names, and raise a ValueError
    otherwise."""
    return conv1d_matrix(kernel, length, stride, "same" if padding == "same" else "valid")


@mistake("conv1d_matrix")
def no_columns_for_a_long_kernel(kernel, length, stride=1, padding="valid"):
    """A kernel that is longer than the series gives a matrix without columns. Raise a ValueError."""
    if padding == "valid" and as_floating(kernel).shape[0] > length:
        return ops.zeros((length * as_floating(kernel).shape[1], 0), dtype=as_floating(kernel).dtype)
    return conv1d_matrix(kernel, length, stride, padding)
