"""Mistakes in `conv1d`: errors, dtypes, gradients, tracing."""

from nnlearn.diagnosis import mistake

from .conv1d import span_of, with_same, with_zeros


@mistake("conv1d")
def through_numpy(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """The values are right, but they go through NumPy, where a tape loses track: no gradient arrives. Use
    keras.ops from x to y."""
    return ops.convert_to_tensor(ops.convert_to_numpy(conv1d(x, kernel, bias, stride, padding, dilation)))


@mistake("conv1d")
def any_padding_is_valid(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """What is neither "same" nor "causal" is taken for "valid", whatever it says. Compare with all three
    names, and raise a ValueError otherwise."""
    known = padding in ("same", "causal")
    return conv1d(x, kernel, bias, stride, padding if known else "valid", dilation)


@mistake("conv1d")
def padding_in_any_case(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """ "SAME" is taken for "same". The docstring has three names; everything else is a ValueError."""
    return conv1d(x, kernel, bias, stride, padding.lower() if isinstance(padding, str) else padding, dilation)


@mistake("conv1d")
def takes_the_channels_there_are(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Channels that do not fit are cut off on the side that has more. Nobody is told that x and the kernel
    do not belong together: raise a ValueError."""
    x, kernel = as_floating(x), as_floating(kernel)
    channels = min(x.shape[-1], kernel.shape[1])
    return conv1d(x[..., :channels], kernel[:, :channels], bias, stride, padding, dilation)


@mistake("conv1d")
def leaves_channels_to_matmul(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Whether channels fit is left to the product, whose error is TensorFlow's own and no ValueError. And
    some products go through: one channel is broadcast. Compare x.shape[-1] with kernel.shape[1] first."""
    if as_floating(x).shape[-1] != as_floating(kernel).shape[1]:
        return ops.matmul(as_floating(x), as_floating(kernel)[0])
    return conv1d(x, kernel, bias, stride, padding, dilation)


@mistake("conv1d")
def long_kernels_give_nothing(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """A kernel that is longer than the series gives an empty tensor, and the trouble shows much later. Raise
    a ValueError where the span is longer than the padded series."""
    if padding == "valid" and span_of(kernel, dilation) > as_floating(x).shape[1]:
        return as_floating(x)[:, :0, :1] * ops.ones(as_floating(kernel).shape[-1], dtype=as_floating(x).dtype)
    return conv1d(x, kernel, bias, stride, padding, dilation)


@mistake("conv1d")
def compares_taps_not_the_span(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Whether the kernel fits is asked of K and not of its span: with a dilation, one that reaches beyond
    the series gives an empty tensor in place of an error."""
    span, length = span_of(kernel, dilation), as_floating(x).shape[1]
    if padding == "valid" and as_floating(kernel).shape[0] <= length < span:
        return as_floating(x)[:, :0, :1] * ops.ones(as_floating(kernel).shape[-1], dtype=as_floating(x).dtype)
    return conv1d(x, kernel, bias, stride, padding, dilation)


@mistake("conv1d")
def stretches_short_series(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """A series that is too short for "valid" is padded until the kernel fits. Nobody asked for that: raise a
    ValueError."""
    lacking = span_of(kernel, dilation) - as_floating(x).shape[1]
    if padding == "valid" and lacking > 0:
        x = with_zeros(x, 0, lacking)
    return conv1d(x, kernel, bias, stride, padding, dilation)


@mistake("conv1d")
def pads_less_than_nothing(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Where the stride is larger than the kernel, the last window may end before the series does, and the
    number of zeros comes out negative, which no pad function takes. It is 0 at least: max(..., 0)."""
    length, span = as_floating(x).shape[1], span_of(kernel, dilation)
    lacking = (-(-length // stride) - 1) * stride + span - length
    if lacking >= 0:
        return conv1d(x, kernel, bias, stride, padding, dilation)
    return with_same(x, kernel, bias, stride, padding, dilation, before=lambda missing, span: lacking)  # noqa: ARG005


@mistake("conv1d")
def everything_in_float32(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Everything is cast to float32. Floating dtypes are kept; only integers become float32."""
    x, kernel = (
        ops.cast(ops.convert_to_tensor(x), "float32"),
        ops.cast(ops.convert_to_tensor(kernel), "float32"),
    )
    bias = None if bias is None else ops.cast(ops.convert_to_tensor(bias), "float32")
    return conv1d(x, kernel, bias, stride, padding, dilation)


@mistake("conv1d")
def asks_for_the_batch_size(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """The number of series is asked of x.shape[0], which is None inside a tf.function. Shapes of zeros and
    targets of reshape do without it: ops.pad, or -1 in one place."""
    y = conv1d(x, kernel, bias, stride, padding, dilation)
    return ops.zeros((as_floating(x).shape[0], *y.shape[1:]), dtype=y.dtype) + y


@mistake("conv1d")
def bias_through_numpy(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """The bias goes through NumPy, where a tape loses track: no gradient arrives at it, and it is never
    trained. Add it as a tensor."""
    bias = None if bias is None else np.asarray(bias)
    return conv1d(x, kernel, bias, stride, padding, dilation)
