"""Mistakes in `variance_scaling`: the variance and the distribution."""

import math

from nnlearn.diagnosis import mistake

CUT = 0.87962566
MODES = ("fan_in", "fan_out", "fan_avg")


def stretched(factor, shape, scale, mode, distribution, seed, dtype):
    """The right weights, times a number."""
    w = variance_scaling(shape, scale, mode, distribution, seed, dtype)
    return ops.cast(ops.cast(w, "float64") * factor, dtype)


def fan_of(shape, mode):
    """The fan that a mode stands for."""
    into, out = compute_fans(shape)
    return {"fan_in": into, "fan_out": out, "fan_avg": (into + out) / 2}[mode]


def checked(scale, mode, distribution, dtype):
    """Raises what the right function does, without a draw."""
    variance_scaling((1,), scale, mode, distribution, 0, dtype)


def with_fan(shape, scale, mode, distribution, seed, dtype, fan):
    """The right weights, but for the number that the variance is divided by."""
    if mode not in MODES:
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    factor = math.sqrt(max(1, fan_of(shape, mode)) / max(1, fan))
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def scaling_swaps_the_fans(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """fan_in and fan_out have changed places. With x @ kernel and a kernel of shape (n, m), n are the
    inputs: fan_in is n, the last axis but one."""
    other = {"fan_in": "fan_out", "fan_out": "fan_in"}.get(mode, mode)
    return variance_scaling(shape, scale, other, distribution, seed, dtype)


@mistake("variance_scaling")
def scaling_forgets_the_window(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The fans of a convolution kernel leave the window out, so its weights are too large: by 3 for a
    window of 3 by 3. Multiply both fans by the product of all axes before the last two."""
    fan = fan_of(tuple(shape)[-2:], mode) if mode in MODES else 1
    return with_fan(shape, scale, mode, distribution, seed, dtype, fan)


@mistake("variance_scaling")
def scaling_takes_the_first_axes(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The fans are the first two axes, whatever comes after them. Those of a convolution kernel of Keras
    are the last two, each times the window in front of them."""
    if mode not in MODES:
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    return with_fan(shape, scale, mode, distribution, seed, dtype, fan_of(tuple(shape)[:2], mode))


@mistake("variance_scaling")
def scaling_always_by_inputs(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The mode makes no difference: the variance is always divided by fan_in. fan_out and fan_avg have to
    be looked up."""
    if mode not in MODES:
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    return variance_scaling(shape, scale, "fan_in", distribution, seed, dtype)


@mistake("variance_scaling")
def average_is_a_sum(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """fan_avg is the sum of both fans instead of their mean, so the variance is half of what it should
    be. Divide the sum by 2."""
    half = scale / 2 if mode == "fan_avg" else scale
    return variance_scaling(shape, half, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def average_is_a_product(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """fan_avg is the geometric mean, the root of the product. Glorot's formula has the arithmetic one,
    (fan_in + fan_out) / 2."""
    if mode != "fan_avg":
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    return with_fan(shape, scale, mode, distribution, seed, dtype, math.sqrt(math.prod(compute_fans(shape))))


@mistake("variance_scaling")
def variance_for_deviation(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """scale / fan is handed over as the standard deviation. It is the variance: take its square root
    first."""
    if distribution == "uniform":
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    checked(scale, mode, distribution, dtype)
    factor = math.sqrt(scale / max(1, fan_of(shape, mode)))
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def scale_outside_of_the_root(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """scale stands outside of the root and multiplies the standard deviation: scale / sqrt(fan). It
    multiplies the variance, so it belongs into the root: sqrt(scale / fan)."""
    return variance_scaling(shape, scale * abs(scale), mode, distribution, seed, dtype)


@mistake("variance_scaling")
def limit_is_the_deviation(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The standard deviation is taken for the limit of the uniform distribution. On -a to a the variance
    is a**2 / 3, so the limit is sqrt(3) times the standard deviation."""
    factor = 1 / math.sqrt(3) if distribution == "uniform" else 1
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def limit_is_the_variance(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The variance is taken for the limit of the uniform distribution. On -a to a the variance is a**2 /
    3, so the limit is sqrt(3 * variance)."""
    if distribution != "uniform":
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    checked(scale, mode, distribution, dtype)
    factor = math.sqrt(scale / max(1, fan_of(shape, mode)) / 3)
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def limit_of_six(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The limit of the uniform distribution is sqrt(6 * scale / fan). The 6 of Glorot's formula stands
    over the *sum* of the fans; over one fan, or over the mean, it is a 3."""
    factor = math.sqrt(2) if distribution == "uniform" else 1
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def uniform_above_zero(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """Uniform weights are drawn between 0 and the limit, so all of them are positive. The lower end is
    minus the limit: keras.random.uniform begins at 0 if it is not told otherwise."""
    w = variance_scaling(shape, scale, mode, distribution, seed, dtype)
    if distribution != "uniform":
        return w
    limit = math.sqrt(3 * scale / max(1, fan_of(shape, mode)))
    return ops.cast((ops.cast(w, "float64") + limit) / 2, dtype)


@mistake("variance_scaling")
def never_corrects_the_cut(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The truncated normal is drawn with the standard deviation that the weights should have. The cut
    takes 12 % of it away: divide by 0.87962566 before the draw."""
    factor = CUT if distribution == "truncated_normal" else 1
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def corrects_the_wrong_way(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The standard deviation is multiplied by 0.8796 instead of divided by it. The cut makes weights
    smaller, so what is drawn has to be wider."""
    factor = CUT**2 if distribution == "truncated_normal" else 1
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def corrects_the_variance(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The variance is divided by 0.8796, so the standard deviation only by its root. 0.8796 is what is
    left of the standard deviation: divide that."""
    factor = math.sqrt(CUT) if distribution == "truncated_normal" else 1
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def corrects_what_is_not_cut(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """Every distribution is widened by 1 / 0.8796. That makes up for the cut of the truncated normal;
    nothing is cut from the others."""
    factor = 1 if distribution == "truncated_normal" else 1 / CUT
    return stretched(factor, shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def clips_instead_of_drawing_again(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A normal distribution is clipped at two standard deviations, so one weight in twenty sits exactly
    on the border. What is outside has to be drawn again, as keras.random.truncated_normal does."""
    if distribution != "truncated_normal":
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    w = variance_scaling(shape, scale, mode, "untruncated_normal", seed, dtype)
    limit = 2 * math.sqrt(scale / max(1, fan_of(shape, mode)))
    return ops.clip(w, -limit, limit)


@mistake("variance_scaling")
def clips_what_it_widened(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A normal distribution is widened and then clipped, so one weight in twenty sits exactly on the
    border. What is outside has to be drawn again, as keras.random.truncated_normal does."""
    if distribution != "truncated_normal":
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    w = variance_scaling(shape, scale, mode, "untruncated_normal", seed, dtype) / CUT
    limit = 2 * math.sqrt(scale / max(1, fan_of(shape, mode))) / CUT
    return ops.clip(w, -limit, limit)


@mistake("variance_scaling")
def never_cuts(shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"):
    """ "truncated_normal" is not cut: weights come from a whole normal distribution, and a few of them are
    very large. Draw with keras.random.truncated_normal, and widen by 1 / 0.8796."""
    name = "untruncated_normal" if distribution == "truncated_normal" else distribution
    return variance_scaling(shape, scale, mode, name, seed, dtype)


@mistake("variance_scaling")
def always_cuts(shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"):
    """ "untruncated_normal" is cut as well. It stands for the whole normal distribution,
    keras.random.normal, with nothing to correct."""
    name = "truncated_normal" if distribution == "untruncated_normal" else distribution
    return variance_scaling(shape, scale, mode, name, seed, dtype)


@mistake("variance_scaling")
def divides_by_a_fan_of_zero(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A fan of 0, as empty kernels have it, is a division by zero. Divide by max(1, fan)."""
    if mode in MODES:
        scale / fan_of(shape, mode)
    return variance_scaling(shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def takes_any_scale(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A scale of 0 or below passes without a ValueError: 0 makes all weights equal, and below that there
    is no root. Compare it with 0 first."""
    return variance_scaling(shape, abs(scale) or 1e-30, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def takes_a_scale_of_zero(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A scale of exactly 0 passes, and all weights are 0. The condition for the ValueError is scale <= 0."""
    return variance_scaling(shape, scale or 1e-30, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def takes_any_mode(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A mode that does not exist, a slip of the pen for instance, is taken for one of the three without a
    word. Raise a ValueError for what is none of them: an else without a question is too little."""
    known = mode if mode in ("fan_in", "fan_out") else "fan_avg"
    return variance_scaling(shape, scale, known, distribution, seed, dtype)


@mistake("variance_scaling")
def takes_any_distribution(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A distribution that does not exist is taken for one of the three without a word. Raise a ValueError
    for what is none of them: an else without a question is too little."""
    known = distribution if distribution in ("truncated_normal", "untruncated_normal") else "uniform"
    return variance_scaling(shape, scale, mode, known, seed, dtype)


@mistake("variance_scaling")
def another_error_for_words(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """An unknown mode ends in a KeyError or a NameError, which says nothing to whoever calls. Ask for it
    first, and raise a ValueError that names what was given."""
    {"fan_in": 1, "fan_out": 2, "fan_avg": 3}[mode]
    return variance_scaling(shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def float32_whatever_is_asked(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """dtype is ignored: weights are float32 whatever is asked for. Hand dtype on to the random function."""
    del dtype
    return variance_scaling(shape, scale, mode, distribution, seed)


@mistake("variance_scaling")
def one_row_for_all(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """One row is drawn and repeated, so that all inputs have the same weights. Draw with the whole shape."""
    w = variance_scaling(shape, scale, mode, distribution, seed, dtype)
    return ops.broadcast_to(w[:1], tuple(shape)) if shape[0] else w


@mistake("variance_scaling")
def draws_again_once(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """What lies outside of 2 standard deviations is drawn again once, and some of that lies outside
    again. Go on drawing until nothing does, or let keras.random.truncated_normal do it."""
    if distribution != "truncated_normal":
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    seeds = (seed, seed) if not isinstance(seed, int) else (seed, seed + 1_000_003)
    first, second = (
        variance_scaling(shape, scale, mode, "untruncated_normal", each, dtype) for each in seeds
    )
    limit = 2 * math.sqrt(scale / max(1, fan_of(shape, mode)))
    return ops.where(ops.abs(first) > limit, second, first) / CUT


@mistake("variance_scaling")
def average_is_rounded_down(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """fan_avg is rounded down by //, which shows where the sum of the fans is odd. A mean of 1 and 2 is
    1.5: divide with /."""
    if mode != "fan_avg":
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    return with_fan(shape, scale, mode, distribution, seed, dtype, sum(compute_fans(shape)) // 2)


@mistake("variance_scaling")
def uniform_in_float32(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """Uniform weights are float32 whatever is asked for: dtype is handed on in the other distributions
    and forgotten in this one."""
    return variance_scaling(
        shape, scale, mode, distribution, seed, "float32" if distribution == "uniform" else dtype
    )
