"""Mistakes in `quantize_int8`: scales, rounding, and which axis is kept."""

from nnlearn.diagnosis import mistake


def others(ndim, axis):
    """All axes but one."""
    return tuple(i for i in range(ndim) if axis is None or i != axis % ndim)


def in_steps(
    weights,
    axis=-1,
    *,
    of=lambda weights: ops.convert_to_numpy(weights).astype("float64"),
    checks=lambda w: np.isfinite(w).all(),
    shared=others,
    size=lambda w, axes: np.max(np.abs(w), axis=axes, keepdims=True),
    divisor=lambda largest: np.where(largest == 0, 1, largest / 127),
    rounds=np.rint,
    dtype="int8",
):
    """The right one, but for what is given."""
    w = of(weights)
    if not checks(w):
        raise ValueError("not finite")
    with np.errstate(all="ignore"):
        scale = divisor(size(w, shared(w.ndim, axis)))
        return rounds(w / scale).astype(dtype), scale.astype("float32")


@mistake("quantize_int8")
def divides_by_128(weights, axis=-1):
    """The scale is max / 128: the largest weight becomes 128, which int8 does not have (it wraps round to
    -128). Divide by 127."""
    return in_steps(
        weights,
        axis,
        divisor=lambda largest: np.where(largest == 0, 1, largest / 128),
        rounds=lambda q: (np.rint(q) + 128) % 256 - 128,
    )


@mistake("quantize_int8")
def divides_by_128_and_clips(weights, axis=-1):
    """The scale is max / 128, and 128 is clipped to 127. Scales are max / 127, so that nothing has to be
    cut."""
    return in_steps(
        weights,
        axis,
        divisor=lambda largest: np.where(largest == 0, 1, largest / 128),
        rounds=lambda q: np.clip(np.rint(q), -127, 127),
    )


@mistake("quantize_int8")
def reaches_minus_128(weights, axis=-1):
    """The range from -128 to 127 is used, with the scale (largest - smallest) / 255. Weights go from -127
    to 127, with one scale on both sides of zero: max|w| / 127."""
    return in_steps(
        weights,
        axis,
        size=lambda w, axes: (
            (np.max(w, axis=axes, keepdims=True) - np.min(w, axis=axes, keepdims=True)) * 127 / 255
        ),
        rounds=lambda q: np.clip(np.rint(q), -128, 127),
    )


@mistake("quantize_int8")
def truncates(weights, axis=-1):
    """Converting to int8 cuts off: 2.9 becomes 2. Round first, with np.rint."""
    return in_steps(weights, axis, rounds=np.trunc)


@mistake("quantize_int8")
def rounds_down(weights, axis=-1):
    """np.floor, or //, rounds towards minus infinity: every weight becomes smaller, by half a scale on
    average. Round to the nearest."""
    return in_steps(weights, axis, rounds=np.floor)


@mistake("quantize_int8")
def halves_away_from_zero(weights, axis=-1):
    """Halves are rounded away from zero: 0.5 becomes 1 and 2.5 becomes 3. They go to the even neighbour, 0
    and 2, as np.rint does."""
    return in_steps(weights, axis, rounds=lambda q: np.trunc(q + np.copysign(0.5, q)))


@mistake("quantize_int8")
def halves_up(weights, axis=-1):
    """floor(q + 0.5) rounds halves up, 0.5 to 1 and -0.5 to 0, which shifts the mean. They go to the even
    neighbour: np.rint."""
    return in_steps(weights, axis, rounds=lambda q: np.floor(q + 0.5))


@mistake("quantize_int8")
def reduces_the_axis(weights, axis=-1):
    """The maximum is taken over `axis`, as np.max(..., axis=axis) does. `axis` is the one that is kept:
    take it over all others."""
    return in_steps(weights, axis, shared=lambda _ndim, axis: axis)


@mistake("quantize_int8")
def one_scale_for_all(weights, axis=-1):  # noqa: ARG001
    """All weights share one scale, whatever the axis: channels with small weights become coarse, or zero.
    Each index of `axis` has its own."""
    return in_steps(weights, None)


@mistake("quantize_int8")
def always_the_last_axis(weights, axis=-1):  # noqa: ARG001
    """The last axis is kept, whatever `axis` says."""
    return in_steps(weights, -1)


@mistake("quantize_int8")
def positive_axes_alone(weights, axis=-1):
    """A negative axis is compared as it is with 0, 1, 2 ..., equals none, and all weights share a scale.
    Count it from the end: axis % ndim."""
    return in_steps(
        weights,
        axis,
        shared=lambda ndim, axis: tuple(i for i in range(ndim) if i != axis),
    )


@mistake("quantize_int8")
def two_axes_alone(weights, axis=-1):
    """The maximum is taken over the first axis alone: right for a Dense kernel, and not for Conv2D with
    four axes. Take it over all axes but the one that is kept."""

    def shared(ndim, axis):
        return others(ndim, axis) if ndim < 3 or axis is None else others(ndim, axis)[:1]

    return in_steps(weights, axis, shared=shared)


@mistake("quantize_int8")
def zero_channel_is_nan(weights, axis=-1):
    """A channel of zeros has the scale 0, and 0/0 is NaN. Its scale is 1."""
    return in_steps(
        weights, axis, divisor=lambda largest: largest / 127, rounds=lambda q: np.rint(np.nan_to_num(q))
    )


@mistake("quantize_int8")
def adds_an_epsilon_to_scales(weights, axis=-1):
    """A small number is added to the scale so that nothing is divided by zero. Channels with tiny weights
    lose their digits, and a channel of zeros has not the scale 1. Treat 0 by itself: np.where."""
    return in_steps(weights, axis, divisor=lambda largest: largest / 127 + 1e-8)


@mistake("quantize_int8")
def at_least_an_epsilon(weights, axis=-1):
    """The scale is at least 1e-8: a channel whose weights are smaller becomes zero. Only a scale of 0 is
    replaced, by 1."""
    return in_steps(
        weights, axis, divisor=lambda largest: np.where(largest == 0, 1, np.maximum(largest / 127, 1e-8))
    )


@mistake("quantize_int8")
def tiny_channels_count_as_zeros(weights, axis=-1):
    """A channel whose largest weight is tiny, below 1e-12 say, is taken for one of zeros: its scale is 1,
    and all its weights become 0. Only a largest weight of 0 has the scale 1: largest == 0."""
    return in_steps(weights, axis, divisor=lambda largest: np.where(largest < 1e-12, 1, largest / 127))


@mistake("quantize_int8")
def nearly_zero_counts_as_zero(weights, axis=-1):
    """Whether a channel is zero is asked with np.isclose, which takes all below 1e-8 for 0: the scale
    becomes 1 and the weights 0. Only a largest weight of 0 has the scale 1: largest == 0."""
    return in_steps(weights, axis, divisor=lambda largest: np.where(np.isclose(largest, 0), 1, largest / 127))


@mistake("quantize_int8")
def without_absolute_values(weights, axis=-1):
    """The scale comes from the largest weight, not the largest absolute one: -1 in a channel up to 0.5 does
    not fit. Take np.abs first."""
    return in_steps(
        weights,
        axis,
        size=lambda w, axes: np.max(w, axis=axes, keepdims=True),
        rounds=lambda q: np.clip(np.rint(q), -127, 127),
    )


@mistake("quantize_int8")
def returns_the_inverse(weights, axis=-1):
    """The scale is 127 / max, what weights are multiplied by, as keras.quantizers.abs_max_quantize returns
    it. Asked for is what q is multiplied by: max / 127."""
    q, scale = in_steps(weights, axis)
    return q, (1 / scale).astype("float32")


@mistake("quantize_int8")
def drops_axes(weights, axis=-1):
    """The scales have lost the axes that they share, and broadcast wrongly, or not at all. Keep them as 1:
    keepdims=True."""
    q, scale = in_steps(weights, axis)
    return q, scale.reshape(-1) if axis is not None else scale.reshape(())


@mistake("quantize_int8")
def takes_any_number(weights, axis=-1):
    """NaN and infinity are not refused: the whole channel becomes zeros, or worse. They should raise a
    ValueError."""
    return in_steps(weights, axis, checks=lambda _w: True, rounds=lambda q: np.rint(np.nan_to_num(q)))


@mistake("quantize_int8")
def refuses_nan_alone(weights, axis=-1):
    """Only NaN is refused. An infinite weight has an infinite scale, and all others become 0: np.isfinite
    finds both."""
    return in_steps(
        weights, axis, checks=lambda w: not np.isnan(w).any(), rounds=lambda q: np.rint(np.nan_to_num(q))
    )


@mistake("quantize_int8")
def in_float16(weights, axis=-1):
    """Scales are computed in the dtype of the weights. In float16, max / 127 keeps three digits, and tiny
    ones vanish. Compute in float32 or float64."""
    return in_steps(weights, axis, of=ops.convert_to_numpy)


@mistake("quantize_int8")
def scales_in_float64(weights, axis=-1):
    """The scales are float64. Asked for is float32."""
    q, _ = in_steps(weights, axis)
    w = ops.convert_to_numpy(weights).astype("float64")
    largest = np.max(np.abs(w), axis=others(w.ndim, axis), keepdims=True)
    return q, np.where(largest == 0, 1, largest / 127)


@mistake("quantize_int8")
def stays_floating(weights, axis=-1):
    """The whole numbers are floating, four bytes each: nothing is saved. Cast them to int8."""
    return in_steps(weights, axis, dtype="float32")


@mistake("quantize_int8")
def scale_first(weights, axis=-1):
    """The pair is (scale, q). Asked for is (q, scale)."""
    return in_steps(weights, axis)[::-1]
