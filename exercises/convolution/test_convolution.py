"""Checks of the topic `convolution`.

Expected values come from tables of places: which input each tap of each output meets, worked out in plain
NumPy, in float64, and from numbers that can be worked out by hand. Keras is not asked: what it does where a
window does not fit depends on the machine.
"""

import numpy as np

from nnlearn.checking import check, expect, laws

STILL = {"rtol": 1e-5, "atol": 1e-5}


def places(size, taps, stride=1, padding="valid", dilation=1):
    """Which input each tap of each output meets, shape (outputs, taps); padding is -1."""
    reach = (taps - 1) * dilation
    starts = np.arange(0, size - reach, stride)
    if padding != "valid":
        starts = np.arange(int(np.ceil(size / stride))) * stride
        sticks_out = max(int(starts[-1]) + reach - (size - 1), 0)
        starts = starts - {"same": sticks_out // 2, "causal": reach}[padding]
    met = starts[:, None] + np.arange(taps) * dilation
    return np.where((met >= 0) & (met < size), met, -1)


def windows(x, met, axis, fill=0.0):
    """x with one axis replaced by two, (outputs, taps); `fill` where there is padding."""
    x = np.asarray(x, "float64")
    edge = np.full((*x.shape[:axis], 1, *x.shape[axis + 1 :]), fill)
    return np.take(np.concatenate([x, edge], axis=axis), met, axis=axis)


def numbers(*shape, seed=0, low=-3, high=4):
    """Small whole numbers, as float32: answers are exact, and messages short."""
    return np.random.default_rng(seed).integers(low, high, shape).astype("float32")


def refusals(call, cases, **always):
    """What makes no sense is a ValueError; each case is positional arguments and keywords."""
    for words, (args, kwargs) in cases.items():
        with expect.raises(ValueError, f"{words} should raise a ValueError"):
            call(*args, **always, **kwargs)


# conv1d ----------------------------------------------------------------------------------------


def series(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """What `conv1d` should give."""
    kernel = np.asarray(kernel, "float64")
    met = places(np.shape(x)[1], len(kernel), stride, padding, dilation)
    y = np.einsum("notc,tcf->nof", windows(x, met, 1), kernel)
    return y if bias is None else y + np.asarray(bias, "float64")


def series_gradients(x, kernel, upstream, stride=1, padding="valid", dilation=1):
    """The gradients of `sum(upstream * conv1d(x, kernel, bias))` by the three."""
    met = places(x.shape[1], len(kernel), stride, padding, dilation)
    pushed = np.einsum("nof,tcf->otnc", upstream, kernel)
    dx = np.zeros((x.shape[1] + 1, x.shape[0], x.shape[2]))
    np.add.at(dx, met, pushed)
    dkernel = np.einsum("notc,nof->tcf", windows(x, met, 1), upstream)
    return dx[:-1].swapaxes(0, 1), dkernel, upstream.sum(axis=(0, 1))


def slides(learner, x, kernel, claim, bias=None, **how):
    """`conv1d` gives what it should."""
    got = learner.conv1d(x, kernel, **({} if bias is None else {"bias": bias}), **how)
    expect.right_and_finite(got, series(x, kernel, bias, **how), claim, **STILL)


def line(*values):
    """One series with one channel, or one filter with one channel."""
    return np.array(values, "float32")


@check("conv1d")
def test_conv1d_by_hand(learner):
    """1, 2, -1 slides along 1, 3, 2, 0, 4 and gives 5, 7, -2: the kernel is not flipped."""
    x, kernel = line(1, 3, 2, 0, 4)[None, :, None], line(1, 2, -1)[:, None, None]
    slides(learner, x, kernel, "the example of the lesson should give 5, 7 and -2")


@check("conv1d", after=test_conv1d_by_hand)
def test_conv1d_of_channels_and_filters(learner):
    """Each filter reads all channels, and each has its own bias."""
    x, kernel = numbers(2, 4, 2, seed=1), numbers(2, 2, 4, seed=2)
    slides(learner, x, kernel, "2 channels and 4 filters should be right")
    slides(learner, x, kernel, "the bias of each filter should be added", bias=line(1, -2, 30, 4))
    alike = numbers(2, 2, 2, seed=3)
    slides(
        learner, x, alike, "the axes of a kernel are taps, channels, filters, also if the last two are equal"
    )


@check("conv1d", after=test_conv1d_by_hand)
def test_conv1d_with_a_stride(learner):
    """The kernel moves `stride` steps at a time, and what is left over at the end is not seen."""
    for length, taps, stride in ((7, 3, 2), (8, 3, 2), (9, 2, 3)):
        x, kernel = numbers(1, length, 1, seed=4), numbers(taps, 1, 2, seed=5)
        slides(
            learner, x, kernel, f"T = {length}, K = {taps} and stride {stride} should be right", stride=stride
        )


@check("conv1d", after=test_conv1d_by_hand)
def test_conv1d_same(learner):
    """ "same" gives as many outputs as inputs; of an odd number of zeros, one more stands after."""
    for length, taps in ((5, 3), (5, 2), (2, 4)):
        x, kernel = numbers(1, length, 1, seed=6, low=1), numbers(taps, 1, 1, seed=7, low=1)
        slides(learner, x, kernel, f'T = {length} and K = {taps} with "same" should be right', padding="same")


@check("conv1d", after=test_conv1d_same)
def test_conv1d_same_with_a_stride(learner):
    """ "same" gives ceil(T / stride) outputs, and only as many zeros as the last window sticks out."""
    for length, taps, stride in ((7, 3, 2), (6, 3, 2), (8, 1, 3), (5, 4, 2)):
        x, kernel = numbers(1, length, 1, seed=8, low=1), numbers(taps, 1, 1, seed=9, low=1)
        claim = f'T = {length}, K = {taps} and stride {stride} with "same" should be right'
        slides(learner, x, kernel, claim, padding="same", stride=stride)


@check("conv1d", after=test_conv1d_by_hand)
def test_conv1d_causal(learner):
    """ "causal" puts all zeros before: no output sees a later step."""
    for length, taps, stride in ((5, 3, 1), (6, 2, 2)):
        x, kernel = numbers(1, length, 1, seed=10, low=1), numbers(taps, 1, 1, seed=11, low=1)
        claim = f'T = {length}, K = {taps} and stride {stride} with "causal" should be right'
        slides(learner, x, kernel, claim, padding="causal", stride=stride)


@check("conv1d", after=test_conv1d_by_hand)
def test_conv1d_with_a_dilation(learner):
    """Taps lie `dilation` steps apart, and "same" and "causal" pad for the span."""
    for padding, length, taps, dilation in (
        ("valid", 7, 3, 2),
        ("same", 6, 3, 2),
        ("same", 5, 2, 3),
        ("causal", 6, 3, 2),
    ):
        x, kernel = numbers(1, length, 1, seed=12, low=1), numbers(taps, 1, 1, seed=13, low=1)
        claim = f'T = {length}, K = {taps} and dilation {dilation} with "{padding}" should be right'
        slides(learner, x, kernel, claim, padding=padding, dilation=dilation)


@check("conv1d", after=test_conv1d_by_hand)
def test_conv1d_passes_gradients(learner):
    """A gradient arrives at the kernel."""
    x, kernel, upstream = numbers(1, 5, 2, seed=14), numbers(2, 2, 1, seed=15), numbers(1, 4, 1, seed=16)
    _, want, _ = series_gradients(x, kernel, upstream)
    claim = "the gradient by the kernel should be right"
    laws.gradient_is(learner, learner.conv1d, want, x, kernel, claim=claim, wrt=1, upstream=upstream)


@check("conv1d")
def test_conv1d_refuses(learner):
    """Another padding, channels that do not fit, and a kernel longer than the series are ValueErrors."""
    x, kernel = numbers(1, 4, 2), numbers(3, 2, 1)
    cases = {
        'the padding "full"': ((x, kernel), {"padding": "full"}),
        "2 channels and a kernel for 3": ((x, numbers(3, 3, 1)), {}),
        "2 channels and a kernel for 1": ((x, numbers(3, 1, 2)), {}),
        "a kernel of 5 on a series of 4": ((x, numbers(5, 2, 1)), {}),
        "a kernel that spans 5 on a series of 4": ((x, kernel), {"dilation": 2}),
    }
    refusals(learner.conv1d, cases)


# conv1d_matrix ---------------------------------------------------------------------------------


def laid_out(kernel, length, stride=1, padding="valid"):
    """The matrix, one number after the other."""
    kernel = np.asarray(kernel, "float64")
    many, few = kernel.shape[1:]
    met = places(length, len(kernel), stride, padding)
    matrix = np.zeros((length * many, len(met) * few))
    for (o, k), t in np.ndenumerate(met):
        if t >= 0:
            matrix[t * many : (t + 1) * many, o * few : (o + 1) * few] = kernel[k]
    return matrix


def lays_out(learner, kernel, length, claim, **how):
    """`conv1d_matrix` gives what it should."""
    got = learner.conv1d_matrix(kernel, length, **how)
    expect.right_and_finite(got, laid_out(kernel, length, **how), claim, **STILL)


@check("conv1d_matrix")
def test_matrix_by_hand(learner):
    """The matrix of the figure: 5 rows, 3 columns, the kernel in each column one row further down."""
    kernel = line(1, 2, -1)[:, None, None]
    lays_out(learner, kernel, 5, "the matrix should be that of the figure")
    lays_out(learner, kernel, 3, "a kernel as long as the series should be the only column")


@check("conv1d_matrix", after=test_matrix_by_hand)
def test_matrix_of_channels_and_filters(learner):
    """The channels of a step stay together, and so do the filters of an output."""
    lays_out(learner, numbers(2, 3, 1, seed=20, low=1), 3, "rows should be t * C + c")
    lays_out(learner, numbers(2, 1, 3, seed=21, low=1), 3, "columns should be o * F + f")
    lays_out(learner, numbers(2, 2, 2, seed=22, low=1), 4, "2 channels and 2 filters should be right")


@check("conv1d_matrix", after=test_matrix_by_hand)
def test_matrix_with_a_stride(learner):
    """The next column begins `stride` rows further down."""
    for length, stride in ((7, 2), (8, 2), (8, 3)):
        kernel = numbers(3, 1, 1, seed=23, low=1)
        lays_out(
            learner, kernel, length, f"length {length} with stride {stride} should be right", stride=stride
        )


@check("conv1d_matrix", after=test_matrix_by_hand)
def test_matrix_same(learner):
    """With "same" taps that meet padding leave no trace: nothing wraps round."""
    for length, taps, stride in ((5, 3, 1), (4, 2, 1), (6, 3, 2), (7, 3, 2), (2, 5, 1)):
        kernel = numbers(taps, 1, 1, seed=24, low=1)
        claim = f'length {length}, K = {taps}, stride {stride} with "same" should be right'
        lays_out(learner, kernel, length, claim, stride=stride, padding="same")


@check("conv1d_matrix", after=test_matrix_by_hand)
def test_matrix_passes_gradients(learner):
    """A gradient arrives at the kernel: that of each weight comes from all of its places."""
    kernel = numbers(3, 1, 1, seed=25)
    upstream = np.arange(15, dtype="float32").reshape(5, 3)
    want = [[[upstream[k][0] + upstream[k + 1][1] + upstream[k + 2][2]]] for k in range(3)]
    claim = "the gradient by the kernel should add up over all places of a weight"
    laws.gradient_is(learner, learner.conv1d_matrix, want, kernel, 5, claim=claim, upstream=upstream)


@check("conv1d_matrix")
def test_matrix_refuses(learner):
    """Another padding, and a kernel longer than the series, are ValueErrors."""
    kernel = numbers(3, 1, 2)
    cases = {
        'the padding "causal"': ((kernel, 5), {"padding": "causal"}),
        'the padding "full"': ((kernel, 5), {"padding": "full"}),
        "a kernel of 3 for a length of 2": ((kernel, 2), {}),
        "a kernel of 3 for a length of 1": ((kernel, 1), {"stride": 3}),
    }
    refusals(learner.conv1d_matrix, cases)


# conv2d ----------------------------------------------------------------------------------------


def pair(value):
    """Height and width."""
    return (value, value) if isinstance(value, int) else tuple(value)


def seen(x, sizes, strides, padding, fill=0.0):
    """The windows of images, shape (N, rows, KH, columns, KW, C)."""
    tables = [
        places(size, taps, stride, padding)
        for size, taps, stride in zip(np.shape(x)[1:3], sizes, pair(strides), strict=True)
    ]
    return windows(windows(x, tables[0], 1, fill), tables[1], 3, fill)


def images(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """What `conv2d` should give, group by group."""
    kernel = np.asarray(kernel, "float64")
    *sizes, channels, filters = kernel.shape
    cut, each = seen(x, sizes, strides, padding), filters // groups
    y = np.concatenate(
        [
            np.einsum(
                "nyixjc,ijcf->nyxf",
                cut[..., g * channels : (g + 1) * channels],
                kernel[..., g * each : (g + 1) * each],
            )
            for g in range(groups)
        ],
        axis=-1,
    )
    return y if bias is None else y + np.asarray(bias, "float64")


def filters(learner, x, kernel, claim, bias=None, **how):
    """`conv2d` gives what it should."""
    got = learner.conv2d(x, kernel, **({} if bias is None else {"bias": bias}), **how)
    expect.right_and_finite(got, images(x, kernel, bias, **how), claim, **STILL)


@check("conv2d")
def test_conv2d_by_hand(learner):
    """A kernel of 2 x 2 slides over 3 x 3 pixels, and is not flipped."""
    x = np.array([[1, 2, 0], [3, 1, 1], [0, 2, 4]], "float32")[None, ..., None]
    kernel = np.array([[1, 2], [0, -1]], "float32")[..., None, None]
    filters(learner, x, kernel, "the answers should be 4, 1, 3 and -1")


@check("conv2d", after=test_conv2d_by_hand)
def test_conv2d_of_channels_and_filters(learner):
    """Each filter reads all channels of its window, and has a bias."""
    x, kernel = numbers(2, 3, 4, 2, seed=30), numbers(1, 2, 2, 5, seed=31)
    filters(learner, x, kernel, "a kernel of height 1 and width 2 should be right")
    filters(learner, x, kernel, "the bias of each filter should be added", bias=line(1, -2, 30, 4, 0))


@check("conv2d", after=test_conv2d_by_hand)
def test_conv2d_with_strides(learner):
    """A pair is (height, width); an integer is for both."""
    x, kernel = numbers(1, 6, 8, 1, seed=32), numbers(1, 2, 1, 1, seed=33)
    for strides in (2, (1, 3), [3, 2]):
        filters(learner, x, kernel, f"strides={strides} should be right", strides=strides)


@check("conv2d", after=test_conv2d_by_hand)
def test_conv2d_same(learner):
    """ "same" gives ceil(size / stride) for each axis; of an odd number of zeros, one more stands after."""
    for size, taps, strides in (
        ((4, 5), (2, 3), 1),
        ((6, 7), (3, 1), 2),
        ((7, 6), (1, 3), 2),
        ((5, 6), (4, 1), (1, 2)),
        ((5, 6), (1, 2), (3, 2)),
        ((2, 1), (1, 3), 1),
    ):
        x, kernel = numbers(1, *size, 1, seed=34, low=1), numbers(*taps, 1, 1, seed=35, low=1)
        claim = f'{size} pixels, a kernel of {taps} and strides={strides} with "same" should be right'
        filters(learner, x, kernel, claim, strides=strides, padding="same")


@check("conv2d", after=test_conv2d_of_channels_and_filters)
def test_conv2d_groups(learner):
    """The filters of block g read the channels of block g; with as many groups as channels, one each."""
    x = numbers(1, 2, 3, 4, seed=36)
    for groups, count in ((2, 6), (4, 4), (4, 8)):
        kernel = numbers(1, 2, 4 // groups, count, seed=37)
        claim = f"4 channels and {count} filters in {groups} groups should be right"
        filters(learner, x, kernel, claim, groups=groups)


@check("conv2d", after=test_conv2d_by_hand)
def test_conv2d_passes_gradients(learner):
    """A gradient arrives at the kernel."""
    x, kernel, upstream = (
        numbers(1, 3, 4, 2, seed=38),
        numbers(2, 2, 2, 1, seed=39),
        numbers(1, 2, 3, 1, seed=40),
    )
    want = np.einsum("nyixjc,nyxf->ijcf", seen(x, (2, 2), 1, "valid"), upstream)
    claim = "the gradient by the kernel should be right"
    laws.gradient_is(learner, learner.conv2d, want, x, kernel, claim=claim, wrt=1, upstream=upstream)


@check("conv2d")
def test_conv2d_refuses(learner):
    """Another padding, channels or filters that do not fit, and a kernel too large are ValueErrors."""
    x = numbers(1, 3, 4, 4)
    cases = {
        'the padding "causal"': ((x, numbers(2, 2, 4, 1)), {"padding": "causal"}),
        "4 channels and a kernel for 3": ((x, numbers(2, 2, 3, 2)), {}),
        "4 channels in 2 groups and a kernel for 4": ((x, numbers(2, 2, 4, 2)), {"groups": 2}),
        "3 filters in 2 groups": ((x, numbers(2, 2, 2, 3)), {"groups": 2}),
        "a kernel of height 4 on 3 rows": ((x, numbers(4, 2, 4, 1)), {}),
        "a kernel of width 5 on 4 columns": ((x, numbers(2, 5, 4, 1)), {}),
    }
    refusals(learner.conv2d, cases)


# pool2d ----------------------------------------------------------------------------------------


def pooled(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """What `pool2d` should give."""
    sizes = pair(pool_size)
    strides = sizes if strides is None else pair(strides)
    if mode == "average":
        inside = seen(np.ones((1, *np.shape(x)[1:3], 1)), sizes, strides, padding)
        return seen(x, sizes, strides, padding).sum(axis=(2, 4)) / inside.sum(axis=(2, 4))
    return seen(x, sizes, strides, padding, -np.inf).max(axis=(2, 4))


def pools(learner, x, claim, **how):
    """`pool2d` gives what it should."""
    expect.right_and_finite(learner.pool2d(x, **how), pooled(x, **how), claim, **STILL)


SMALL = np.array([[1, 5, 2, 0], [3, 4, 8, 6]], "float32")[None, ..., None]


@check("pool2d")
def test_pool2d_by_hand(learner):
    """Of 1, 5, 3, 4 the largest is 5, and of 2, 0, 8, 6 it is 8: windows of 2 x 2 side by side."""
    pools(learner, SMALL, "the largest of each window should be 5 and 8")


@check("pool2d", after=test_pool2d_by_hand)
def test_pool2d_average(learner):
    """The means of the two windows are 3.25 and 4."""
    pools(learner, SMALL, "the means should be 3.25 and 4", mode="average")


@check("pool2d", after=test_pool2d_by_hand)
def test_pool2d_strides(learner):
    """Left out, the strides are the size of the window; pairs are (height, width)."""
    x = numbers(1, 6, 7, 1, seed=50)
    for how in (
        {"pool_size": 3},
        {"pool_size": (1, 2)},
        {"pool_size": [2, 1], "strides": 1},
        {"pool_size": 2, "strides": (1, 3)},
    ):
        words = ", ".join(f"{key}={value}" for key, value in how.items())
        pools(learner, x, f"{words} should be right", **how)


@check("pool2d", after=test_pool2d_by_hand)
def test_pool2d_same_of_negatives(learner):
    """ "same" pads, and what is padded is never the largest, also if all pixels are negative."""
    x = -1 - np.arange(20, dtype="float32").reshape(1, 4, 5, 1) % 7
    for how in ({}, {"pool_size": (3, 1), "strides": 2}, {"pool_size": (1, 4), "strides": 1}):
        words = ", ".join(f"{key}={value}" for key, value in how.items())
        pools(learner, x, f'negative pixels with "same" {words} should be right', padding="same", **how)


@check("pool2d", after=test_pool2d_average)
def test_pool2d_average_at_the_edge(learner):
    """A mean is divided by how many pixels the window has in the image."""
    x = numbers(1, 3, 5, 1, seed=51, low=1)
    for how in ({}, {"pool_size": (3, 1), "strides": 1}, {"pool_size": (1, 4), "strides": 2}):
        words = ", ".join(f"{key}={value}" for key, value in how.items())
        pools(
            learner,
            x,
            f'means with "same" {words} should count real pixels',
            padding="same",
            mode="average",
            **how,
        )


@check("pool2d", after=test_pool2d_by_hand)
def test_pool2d_of_channels(learner):
    """Each channel of each image is pooled by itself."""
    x = numbers(2, 4, 4, 3, seed=52)
    for mode in ("max", "average"):
        pools(learner, x, "each channel should be pooled by itself", mode=mode)


@check("pool2d", after=test_pool2d_by_hand)
def test_pool2d_passes_gradients(learner):
    """The gradient goes to the largest pixel of each window, and to no other."""
    want = np.array([[0, 3, 0, 0], [0, 0, -2, 0]], "float32")[None, ..., None]
    upstream = np.array([3, -2], "float32").reshape(1, 1, 2, 1)
    claim = "the gradient should go to the largest pixel of each window"
    laws.gradient_is(learner, learner.pool2d, want, SMALL, claim=claim, upstream=upstream)


@check("pool2d")
def test_pool2d_refuses(learner):
    """Another padding, another mode and a window that does not fit are ValueErrors."""
    cases = {
        'the padding "causal"': ((SMALL,), {"padding": "causal"}),
        'the mode "mean"': ((SMALL,), {"mode": "mean"}),
        "a window of height 3 on 2 rows": ((SMALL,), {"pool_size": (3, 1)}),
        "a window of width 5 on 4 columns": ((SMALL,), {"pool_size": (1, 5)}),
    }
    refusals(learner.pool2d, cases)


# output_sizes and receptive_field --------------------------------------------------------------


def layer(kernel_size, **more):
    """A layer as it is described to both."""
    return {"kernel_size": kernel_size, **more}


SAME = {"padding": "same"}
STACKS = {
    "a layer of 3": (7, [layer(3)]),
    "three layers of 3": (9, [layer(3)] * 3),
    "a kernel of 4 with stride 2": (9, [layer(4, stride=2)]),
    "a dilation of 3": (9, [layer(3, dilation=3)]),
    '"same" with a stride of 2': (7, [layer(3, stride=2, **SAME)]),
    '"same" with a stride of 2, then "same"': (9, [layer(3, stride=2, **SAME), layer(3, **SAME)]),
    '"same" with a stride beyond its kernel': (8, [layer(1, stride=3, **SAME), layer(3, **SAME)]),
    '"same" with a stride of 2, twice': (10, [layer(3, stride=2, **SAME)] * 2),
    '"same", then pooling, then "valid"': (10, [layer(3, **SAME), layer(2, stride=2), layer(3)]),
    '"causal", dilated 1, 2 and 4': (8, [layer(2, dilation=d, padding="causal") for d in (1, 2, 4)]),
    "strides of 2 and 3": (30, [layer(5, stride=2), layer(3, stride=3), layer(2)]),
}


def tables(size, layers):
    """The places of each layer."""
    found = []
    for each in layers:
        how = {"stride": 1, "padding": "valid", "dilation": 1} | each
        met = places(size, how["kernel_size"], how["stride"], how["padding"], how["dilation"])
        size = len(met)
        found.append(met)
    return found


def reaches(size, layers, output):
    """The first and the last input that an output sees, padding counted, walked back layer by layer."""
    sizes = [size, *(len(met) for met in tables(size, layers))]
    first = last = output
    for each, inputs, outputs in zip(layers[::-1], sizes[-2::-1], sizes[:0:-1], strict=True):
        reach = (each["kernel_size"] - 1) * each.get("dilation", 1)
        by, padding = each.get("stride", 1), each.get("padding", "valid")
        sticks_out = max((outputs - 1) * by + reach - (inputs - 1), 0)
        back = {"valid": 0, "causal": reach, "same": sticks_out // 2}[padding]
        first, last = first * by - back, last * by - back + reach
    return first, last


def whole_numbers(answer, got, claim):
    """Python ints, and nothing else."""
    with expect.about(answer):
        kinds = sorted({type(number).__name__ for number in got} - {"int"})
        expect.true(not kinds, claim, f"there is {', '.join(kinds)}")


def counts(learner, name, size, layers):
    """`output_sizes` says what it should."""
    answer = learner.output_sizes(size, layers)
    got = expect.items(answer, len(layers), "there should be a list with one size for each layer")
    whole_numbers(answer, got, "sizes should be Python ints")
    expect.same(
        answer, [len(met) for met in tables(size, layers)], f"{name} on {size} inputs should be right"
    )


@check("output_sizes")
def test_output_sizes_by_hand(learner):
    """A kernel of 3 leaves 5 of 7; with stride 2, 9 become 3 or 4, and nothing is rounded up."""
    for name in ("a layer of 3", "three layers of 3", "a kernel of 4 with stride 2"):
        counts(learner, name, *STACKS[name])


@check("output_sizes", after=test_output_sizes_by_hand)
def test_output_sizes_padded(learner):
    """ "same" and "causal" give ceil(size / stride), whatever the kernel."""
    stacks = [
        ('"same" with a stride of 2', 7, [layer(3, stride=2, **SAME)]),
        ('"same" with a stride of 2', 6, [layer(4, stride=2, **SAME)]),
        ('"causal"', 5, [layer(3, padding="causal")]),
        ('"causal" with a stride of 3', 7, [layer(2, stride=3, padding="causal")]),
    ]
    for stack in stacks:
        counts(learner, *stack)


@check("output_sizes", after=test_output_sizes_by_hand)
def test_output_sizes_dilated(learner):
    """A dilated kernel needs its span."""
    counts(learner, "a dilation of 3", *STACKS["a dilation of 3"])


@check("output_sizes", after=test_output_sizes_by_hand)
def test_output_sizes_of_a_stack(learner):
    """What one layer gives, the next one gets; for no layers the list is empty."""
    for name in ('"same", then pooling, then "valid"', "strides of 2 and 3"):
        counts(learner, name, *STACKS[name])
    counts(learner, "no layer", 4, [])


@check("output_sizes", after=test_output_sizes_by_hand)
def test_output_sizes_without_a_stride(learner):
    """A stride that is left out is 1, and not the kernel."""
    counts(learner, "a kernel of 2 without a stride", 6, [layer(2), layer(2, stride=2)])


WRONG = {
    'the padding "full"': ((5, [layer(3, padding="full")]), {}),
    "a kernel of 6 on 5 inputs": ((5, [layer(6)]), {}),
    "a kernel of 3 with dilation 3 on 6 inputs": ((6, [layer(3, dilation=3)]), {}),
    "a second layer that does not fit": ((5, [layer(3), layer(4)]), {}),
}


@check("output_sizes")
def test_output_sizes_refuses(learner):
    """Another padding, and a layer that does not fit, first or later, are ValueErrors."""
    refusals(learner.output_sizes, WRONG)


def sees(learner, name, size, layers):
    """`receptive_field` says what it should."""
    answer = learner.receptive_field(size, layers)
    got = expect.items(answer, 3, "there should be three numbers: field, step and start")
    whole_numbers(answer, got, "all three should be Python ints")
    outputs = len(tables(size, layers)[-1]) if layers else size
    first, last = reaches(size, layers, 0)
    step = reaches(size, layers, 1)[0] - first
    claim = f"{name}: on {size} inputs, (field, step, start) should be {(last - first + 1, step, first)}"
    with expect.about(answer):
        expect.true(tuple(got) == (last - first + 1, step, first), claim, f"it is {tuple(got)}")
        expect.true(outputs > 0, claim)


@check("receptive_field")
def test_receptive_field_by_hand(learner):
    """One layer sees its kernel, three layers of 3 see 7; for no layers it is 1, 1, 0."""
    for name in ("a layer of 3", "three layers of 3"):
        sees(learner, name, *STACKS[name])
    sees(learner, "no layers", 5, [])


@check("receptive_field", after=test_receptive_field_by_hand)
def test_receptive_field_with_strides(learner):
    """The field grows by the steps of the layers before, and steps are multiplied."""
    for name in ("a kernel of 4 with stride 2", "strides of 2 and 3"):
        sees(learner, name, *STACKS[name])


@check("receptive_field", after=test_receptive_field_by_hand)
def test_receptive_field_dilated(learner):
    """A dilated kernel counts with its span."""
    for name in ("a dilation of 3", '"causal", dilated 1, 2 and 4'):
        sees(learner, name, *STACKS[name])


@check("receptive_field", after=test_receptive_field_with_strides)
def test_receptive_field_starts_at_padding(learner):
    """The start goes back by what is padded before, times the step; the lesson's table gives 7, 2, -3."""
    for name in (
        '"same" with a stride of 2',
        '"same" with a stride of 2, then "same"',
        '"same" with a stride of 2, twice',
        '"same" with a stride beyond its kernel',
        '"same", then pooling, then "valid"',
    ):
        sees(learner, name, *STACKS[name])
    sees(learner, '"same" with a stride of 2', 6, [layer(3, stride=2, **SAME)])
    sees(learner, '"same" with an even kernel', 5, [layer(4, **SAME), layer(2, **SAME)])


@check("receptive_field")
def test_receptive_field_refuses(learner):
    """Another padding, and a layer that does not fit, first or later, are ValueErrors."""
    refusals(learner.receptive_field, WRONG)
