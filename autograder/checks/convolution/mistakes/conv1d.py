"""Mistakes in `conv1d`: the kernel, its axes, and where zeros go."""

from nnlearn.diagnosis import mistake


def span_of(kernel, dilation):
    """How many steps a kernel reaches over."""
    return (as_floating(kernel).shape[0] - 1) * dilation + 1


def with_zeros(x, before, after):
    """A series with zeros on both sides."""
    return ops.pad(as_floating(x), [(0, 0), (before, after), (0, 0)])


def missing_zeros(length, span, stride):
    """How many zeros "same" takes."""
    return max((-(-length // stride) - 1) * stride + span - length, 0)


def with_same(x, kernel, bias, stride, padding, dilation, *, before, after=None):
    """The right one, but for how many zeros "same" puts before and after; functions of missing, span,
    length."""
    if padding != "same":
        return conv1d(x, kernel, bias, stride, padding, dilation)
    length, span = as_floating(x).shape[1], span_of(kernel, dilation)
    missing = missing_zeros(length, span, stride)
    first = before(missing, span)
    last = missing - first if after is None else after(missing, span)
    return conv1d(with_zeros(x, first, last), kernel, bias, stride, "valid", dilation)


@mistake("conv1d")
def flips_the_kernel(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """The kernel is flipped before it slides. That is convolution as mathematicians have it; Keras and this
    exercise want cross-correlation: tap 0 meets the first step of the window."""
    return conv1d(x, ops.flip(as_floating(kernel), axis=0), bias, stride, padding, dilation)


@mistake("conv1d")
def axes_of_the_kernel_swapped(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """The kernel is read as (K, F, C). Its axes are taps, channels, filters: (K, C, F). If C and F are
    equal, nothing complains, and the numbers are wrong."""
    return conv1d(x, ops.transpose(as_floating(kernel), (0, 2, 1)), bias, stride, padding, dilation)


@mistake("conv1d")
def axes_swapped_where_nobody_complains(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Where C and F are equal, the kernel is read as (K, F, C), as a product of matrices with the kernel on
    the left does. It is (K, C, F): each step's channels, times kernel[k], on the right."""
    kernel = as_floating(kernel)
    if kernel.shape[1] == kernel.shape[2]:
        kernel = ops.transpose(kernel, (0, 2, 1))
    return conv1d(x, kernel, bias, stride, padding, dilation)


@mistake("conv1d")
def drops_the_bias(x, kernel, bias=None, stride=1, padding="valid", dilation=1):  # noqa: ARG001
    """The bias is never added. One number for each filter goes to every output, after the sum."""
    return conv1d(x, kernel, None, stride, padding, dilation)


@mistake("conv1d")
def adds_the_bias_for_each_tap(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """The bias is added inside the loop over taps, K times in all. Add it once, before or after the loop."""
    bias = None if bias is None else as_floating(kernel).shape[0] * as_floating(bias)
    return conv1d(x, kernel, bias, stride, padding, dilation)


@mistake("conv1d")
def forgets_the_last_window(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """The last window is missing. There is one output more than steps that the kernel can move: (T - span)
    // stride + 1."""
    return conv1d(x, kernel, bias, stride, padding, dilation)[:, :-1]


@mistake("conv1d")
def pads_for_stride_one(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """With "same", zeros are those for stride 1, and then every stride-th output is taken. For T = 7 that
    goes well; for T = 6 all windows begin a step too early. Count how far the last window sticks out with
    this stride."""
    if padding != "same":
        return conv1d(x, kernel, bias, stride, padding, dilation)
    return conv1d(x, kernel, bias, 1, "same", dilation)[:, ::stride]


@mistake("conv1d")
def half_the_kernel_on_both_sides(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """With "same", K // 2 zeros stand on both sides. That is right for odd kernels and stride 1 alone: an
    even kernel gives one output too many, and with a stride the last window may stick out less."""
    half = lambda missing, span: span // 2  # noqa: ARG005, E731
    return with_same(x, kernel, bias, stride, padding, dilation, before=half, after=half)


@mistake("conv1d")
def odd_zero_before(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Of an odd number of zeros, "same" here puts one more before. Keras puts it after: missing // 2 before,
    and the rest after."""
    before = lambda missing, span: missing - missing // 2  # noqa: ARG005, E731
    return with_same(x, kernel, bias, stride, padding, dilation, before=before)


@mistake("conv1d")
def all_zeros_after(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """With "same", all zeros stand after the series. Half of them belong before it."""
    return with_same(x, kernel, bias, stride, padding, dilation, before=lambda missing, span: 0)  # noqa: ARG005


@mistake("conv1d")
def causal_zeros_after(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """ "causal" pads after the series. Then output o sees the steps from o on, which are the future. All
    zeros go before."""
    if padding != "causal":
        return conv1d(x, kernel, bias, stride, padding, dilation)
    return conv1d(with_zeros(x, 0, span_of(kernel, dilation) - 1), kernel, bias, stride, "valid", dilation)


@mistake("conv1d")
def causal_on_both_sides(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """ "causal" pads as many zeros as it should, half of them after, as "same" does: then outputs see steps
    that come later. All of them go before."""
    if padding != "causal":
        return conv1d(x, kernel, bias, stride, padding, dilation)
    zeros = span_of(kernel, dilation) - 1
    return conv1d(with_zeros(x, zeros // 2, zeros - zeros // 2), kernel, bias, stride, "valid", dilation)


@mistake("conv1d")
def padding_ignores_the_dilation(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Zeros are counted from K, and not from the span, (K - 1) * dilation + 1: with a dilation there are too
    few, and outputs are missing."""
    if padding == "valid":
        return conv1d(x, kernel, bias, stride, padding, dilation)
    missing = missing_zeros(as_floating(x).shape[1], as_floating(kernel).shape[0], stride)
    before = {"same": missing // 2, "causal": as_floating(kernel).shape[0] - 1}[padding]
    after = {"same": missing - before, "causal": 0}[padding]
    return conv1d(with_zeros(x, before, after), kernel, bias, stride, "valid", dilation)


@mistake("conv1d")
def dilation_times_taps(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """The span is taken as K * dilation. Between K taps there are K - 1 gaps: (K - 1) * dilation + 1."""
    extra = dilation - 1
    if padding == "causal":
        return conv1d(with_zeros(x, extra, 0), kernel, bias, stride, padding, dilation)[
            :, : as_floating(x).shape[1]
        ]
    if padding == "same":
        before = lambda missing, span: missing_zeros(as_floating(x).shape[1], span + extra, stride) // 2  # noqa: ARG005, E731
        return with_same(x, kernel, bias, stride, padding, dilation, before=before)
    return conv1d(
        as_floating(x)[:, : as_floating(x).shape[1] - extra], kernel, bias, stride, padding, dilation
    )


@mistake("conv1d")
def same_drops_what_is_left_over(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """ "same" gives T // stride outputs. It is rounded up: what is left over at the end gets an output,
    too."""
    length = as_floating(x).shape[1]
    if padding != "same" or length < stride:
        return conv1d(x, kernel, bias, stride, padding, dilation)
    missing = max((length // stride - 1) * stride + span_of(kernel, dilation) - length, 0)
    padded = with_zeros(x, missing // 2, missing - missing // 2)
    return conv1d(padded, kernel, bias, stride, "valid", dilation)[:, : length // stride]


@mistake("conv1d")
def dilates_the_series(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Every dilation-th step of the series is taken first, and the kernel slides along these. A dilated
    kernel still moves one step at a time: only its taps lie apart."""
    if dilation == 1:
        return conv1d(x, kernel, bias, stride, padding, dilation)
    return conv1d(as_floating(x)[:, ::dilation], kernel, bias, stride, padding)
