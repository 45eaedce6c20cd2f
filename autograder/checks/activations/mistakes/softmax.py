"""Mistakes in `softmax`."""

from nnlearn.diagnosis import mistake


@mistake("softmax")
def without_the_maximum(x, axis=-1):
    """Large logits give NaN: exp(89) is already infinite in float32. Only differences between logits count,
    so something may be subtracted from a whole row before the exponential. What makes the largest
    exponential 1?"""
    powers = ops.exp(as_floating(x))
    return powers / ops.sum(powers, axis=axis, keepdims=True)


@mistake("softmax")
def every_share_of_a_row_is_zero(x, axis=-1):
    """In a row of large logits the winner loses its share, and 0 comes out: the sum of the exponentials is
    infinite, and its logarithm, too. nan_to_num only hides that; the gradient is still NaN. What may be
    subtracted from a row, so that nothing overflows?"""
    powers = ops.exp(as_floating(x))
    return ops.nan_to_num(powers / ops.sum(powers, axis=axis, keepdims=True))


@mistake("softmax")
def one_maximum_for_all_rows(x, axis=-1):
    """The maximum is taken over the whole input. A row whose logits lie far below it turns into 0 / 0 = NaN.
    Every row needs the maximum of its own."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


@mistake("softmax")
def maximum_along_the_last_axis(x, axis=-1):
    """Along the last axis all is right. Along another one, what is subtracted is still the maximum of the
    last axis: it differs from entry to entry of a sum and does not cancel. The maximum belongs along axis,
    too."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=-1, keepdims=True))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


@mistake("softmax")
def maximum_along_the_second_axis(x, axis=-1):
    """What is subtracted is always the maximum along axis 1, whatever axis says. Where another axis is asked
    for, it differs from entry to entry of a sum and does not cancel. The maximum belongs along axis, too."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=1, keepdims=True))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


@mistake("softmax")
def sum_along_the_last_axis(x, axis=-1):
    """With another axis than the last, the shares still add up to 1 along the last one: the maximum follows
    axis, the sum does not."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=axis, keepdims=True))
    return weights / ops.sum(weights, axis=-1, keepdims=True)


@mistake("softmax")
def clipped_logits(x, axis=-1):
    """Clipping the logits avoids the overflow and changes the answer: all logits beyond the limit count as
    equal. Only differences matter, so shift a row instead of cutting it off."""
    return softmax(ops.clip(as_floating(x), -50.0, 50.0), axis=axis)


@mistake("softmax")
def shifted_before_the_cast(x, axis=-1):
    """Integers that hold nothing below 0, such as the uint8 of images, come out wrong: the maximum was
    subtracted before the cast to float32, and there 0 - 1 wraps around to 255. Cast first, then compute."""
    x = ops.convert_to_tensor(x)
    weights = ops.exp(as_floating(x - ops.max(x, axis=axis, keepdims=True)))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


@mistake("softmax")
def largest_absolute_value(x, axis=-1):
    """The largest absolute value is subtracted instead of the largest value. In a row of very negative
    logits every exponential then rounds to 0, and the row becomes 0 / 0 = NaN."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(ops.abs(x), axis=axis, keepdims=True))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


@mistake("softmax")
def subtracts_the_smallest(x, axis=-1):
    """The smallest logit is subtracted instead of the largest, so exponentials grow instead of shrink, and
    logits that are far apart overflow."""
    x = as_floating(x)
    weights = ops.exp(x - ops.min(x, axis=axis, keepdims=True))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


@mistake("softmax")
def subtracts_the_mean(x, axis=-1):
    """The mean of the row is subtracted. That helps where all logits are large, and not where they are far
    apart: the largest may still be so far above the mean that its exp overflows. Which number leaves no
    exponent above 0?"""
    x = as_floating(x)
    e = ops.exp(x - ops.mean(x, axis=axis, keepdims=True))
    return e / ops.sum(e, axis=axis, keepdims=True)


@mistake("softmax")
def sum_without_keepdims(x, axis=-1):
    """The sums lost their axis: without keepdims=True an input of shape (4, 3) has sums of shape (4,), which
    do not line up with its rows. A square input hides this, and divides columns by the sums of rows."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=axis, keepdims=True))
    return weights / ops.sum(weights, axis=axis)


@mistake("softmax")
def maximum_without_keepdims(x, axis=-1):
    """The maxima lost their axis: without keepdims=True an input of shape (4, 3) has maxima of shape (4,),
    which do not line up with its rows. A square input hides this. The same goes for the sum."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=axis))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


@mistake("softmax")
def always_the_last_axis(x, axis=-1):  # noqa: ARG001
    """The last axis is used whatever axis says: the argument is not used."""
    return softmax(x)


@mistake("softmax")
def first_axis_by_default(x, axis=0):
    """The argument axis works, but its default is 0 here, so that columns add up to 1. Where it is left out
    the last axis is asked for."""
    return softmax(x, axis=axis)


@mistake("softmax")
def second_axis_by_default(x, axis=1):
    """The default of axis is 1 here. For a table that is the last axis; for inputs of one, three or four
    axes it is another, or none at all."""
    return softmax(x, axis=axis)


@mistake("softmax")
def always_the_second_axis(x, axis=-1):  # noqa: ARG001
    """Axis 1 is used whatever axis says. For a table that is the last axis, for other inputs it is another,
    or none at all."""
    return softmax(x, axis=1)


@mistake("softmax")
def axes_left_in_another_order(x, axis=-1):
    """The shares are right, and stand in another order: axis was moved to the end and never moved back."""
    return softmax(ops.moveaxis(as_floating(x), axis, -1))


@mistake("softmax")
def always_the_first_axis(x, axis=-1):  # noqa: ARG001
    """Every column adds up to 1 instead of every row, whatever axis says: the sum runs over axis 0, as
    Python's own sum does."""
    return softmax(x, axis=0)


@mistake("softmax")
def one_sum_for_everything(x, axis=-1):
    """All shares together add up to 1, instead of those of each row: the sum runs over the whole input."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=axis, keepdims=True))
    return weights / ops.sum(weights)


@mistake("softmax")
def one_group_for_everything(x, axis=-1):  # noqa: ARG001
    """All shares together add up to 1, instead of those of each row: maximum and sum run over the whole
    input. Both need axis=axis and keepdims=True."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x))
    return weights / ops.sum(weights)


@mistake("softmax")
def shifted_above_the_line_only(x, axis=-1):
    """The maximum is subtracted in the numerator and not in the sum below it, so the shares of a row no
    longer add up to 1. A shift cancels only where it is in both."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=axis, keepdims=True))
    return weights / ops.sum(ops.exp(x), axis=axis, keepdims=True)


@mistake("softmax")
def divided_by_the_largest_logit(x, axis=-1):
    """The logits are divided by the largest one instead of being shifted by it. That changes their
    differences, which are what counts: subtract the largest."""
    x = as_floating(x)
    return softmax(x / ops.max(x, axis=axis, keepdims=True), axis=axis)


@mistake("softmax")
def divided_by_the_mean(x, axis=-1):
    """Each row adds up to as many as it has entries: the exponentials are divided by their mean instead of
    their sum."""
    shares = softmax(x, axis=axis)
    return shares / ops.mean(shares, axis=axis, keepdims=True)


@mistake("softmax")
def sigmoid_of_each_logit(x, axis=-1):  # noqa: ARG001
    """Each logit is turned into a number between 0 and 1 by itself, so rows do not add up to 1. That is
    sigmoid; in softmax the logits of a row share one total."""
    return sigmoid(x)


@mistake("softmax")
def winner_takes_all(x, axis=-1):
    """The largest logit gets 1 and all others 0. That is a choice, without a slope; softmax gives each logit
    a share that changes smoothly."""
    x = as_floating(x)
    return ops.cast(x == ops.max(x, axis=axis, keepdims=True), x.dtype)


@mistake("softmax")
def exponentials_alone(x, axis=-1):
    """The largest entry of each row is 1: these are the exponentials, and the division by their sum is
    missing."""
    x = as_floating(x)
    return ops.exp(x - ops.max(x, axis=axis, keepdims=True))


@mistake("softmax")
def exponentials_over_the_sum_of_logits(x, axis=-1):
    """The exponentials are divided by the sum of the logits, which can be 0 or negative. For shares of a
    total the sum has to be taken of the same numbers that are divided by it."""
    x = as_floating(x)
    return ops.exp(x) / ops.sum(x, axis=axis, keepdims=True)


@mistake("softmax")
def logarithms_of_the_shares(x, axis=-1):
    """The values are 0 or negative: these are the logarithms of the shares. softmax returns the shares."""
    return log_softmax(x, axis=axis)


@mistake("softmax")
def fractions_of_the_sum(x, axis=-1):
    """Each logit is divided by the sum of the logits, without the exponential. Negative logits then give
    negative shares, and a sum of 0 gives infinity."""
    x = as_floating(x)
    return x / ops.sum(x, axis=axis, keepdims=True)


@mistake("softmax")
def powers_of_two(x, axis=-1):
    """The shares are too equal: they come from powers of 2 instead of powers of e."""
    return softmax(math.log(2) * as_floating(x), axis=axis)


@mistake("softmax")
def rows_by_hand(x, axis=-1):  # noqa: ARG001
    """Rows of a table come out right, and inputs of other ranks or along another axis do not: a loop over
    rows knows two axes and ignores axis. With keepdims=True one line does it for every rank."""
    x = as_floating(x)
    rows = []
    for row in x:
        weights = ops.exp(row - ops.max(row))
        rows.append(weights / ops.sum(weights))
    return ops.stack(rows)


@mistake("softmax")
def gradient_stopped_at_the_sum(x, axis=-1):
    """The shares are right and the gradient is not: stop_gradient around the sum hides that raising one
    logit lowers the shares of all others. Only the maximum may be left out of the gradient."""
    x = as_floating(x)
    weights = ops.exp(x - ops.stop_gradient(ops.max(x, axis=axis, keepdims=True)))
    return weights / ops.stop_gradient(ops.sum(weights, axis=axis, keepdims=True))


@mistake("softmax")
def softmax_without_a_gradient(x, axis=-1):
    """The values are right and there is no gradient at all: TensorFlow cannot follow the computation back.
    It loses the trail where numbers leave it (NumPy, float(), convert_to_numpy, a loop that makes a new
    tensor) and where stop_gradient stands, unless it stands around the maximum alone."""
    return ops.stop_gradient(softmax(x, axis=axis))


@mistake("softmax")
def softmax_in_float32(x, axis=-1):
    """The result is float32 whatever comes in, float64 as well. Only integers need a cast; floating dtypes
    stay as they are."""
    return softmax(ops.cast(x, "float32"), axis=axis)
