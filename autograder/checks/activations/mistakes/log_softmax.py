"""Mistakes in `log_softmax`."""

from nnlearn.diagnosis import mistake


@mistake("log_softmax")
def log_of_softmax(x, axis=-1):
    """Where a share is too small for float32, softmax rounds it to 0 and its logarithm is minus infinity.
    Take the logarithm on paper first: log(exp(x) / sum) is x - log(sum)."""
    return ops.log(softmax(x, axis=axis))


@mistake("log_softmax")
def log_of_textbook_softmax(x, axis=-1):
    """This is the logarithm of exp(x) / sum(exp(x)). Large logits overflow there, and where a share is too
    small for float32 it rounds to 0, and its logarithm is minus infinity. Take the logarithm on paper first;
    then see to the overflow, as in softmax."""
    powers = ops.exp(as_floating(x))
    return ops.log(powers / ops.sum(powers, axis=axis, keepdims=True))


@mistake("log_softmax")
def log_of_softmax_plus_a_little(x, axis=-1):
    """A small number under the logarithm (added, or as a lower limit) avoids minus infinity and puts a floor
    in its place: every unlikely class gets about -16, and no gradient. Take the logarithm on paper
    instead."""
    return ops.log(softmax(x, axis=axis) + 1e-7)


@mistake("log_softmax")
def log_of_softmax_plus_1e_6(x, axis=-1):
    """A small number under the logarithm (added, or as a lower limit) avoids minus infinity and puts a floor
    in its place: every unlikely class gets about -14, and no gradient. Take the logarithm on paper
    instead."""
    return ops.log(softmax(x, axis=axis) + 1e-6)


@mistake("log_softmax")
def log_of_softmax_with_a_floor(x, axis=-1):
    """A lower limit under the logarithm avoids minus infinity and puts a floor in its place: every unlikely
    class gets about -16, and no gradient. Take the logarithm on paper instead."""
    return ops.log(ops.maximum(softmax(x, axis=axis), 1e-7))


@mistake("log_softmax")
def log_of_softmax_plus_1e_8(x, axis=-1):
    """A small number under the logarithm (added, or as a lower limit) avoids minus infinity and puts a floor
    in its place: every unlikely class gets about -18, and no gradient. Take the logarithm on paper
    instead."""
    return ops.log(softmax(x, axis=axis) + 1e-8)


@mistake("log_softmax")
def log_of_softmax_plus_1e_9(x, axis=-1):
    """A small number under the logarithm (added, or as a lower limit) avoids minus infinity and puts a floor
    in its place: every unlikely class gets about -21, and no gradient. Take the logarithm on paper
    instead."""
    return ops.log(softmax(x, axis=axis) + 1e-9)


@mistake("log_softmax")
def log_of_softmax_plus_1e_10(x, axis=-1):
    """A small number under the logarithm (added, or as a lower limit) avoids minus infinity and puts a floor
    in its place: every unlikely class gets about -23, and no gradient. Take the logarithm on paper
    instead."""
    return ops.log(softmax(x, axis=axis) + 1e-10)


@mistake("log_softmax")
def log_of_softmax_plus_1e_12(x, axis=-1):
    """A small number under the logarithm (added, or as a lower limit) avoids minus infinity and puts a floor
    in its place: every unlikely class gets about -28, and no gradient. Take the logarithm on paper
    instead."""
    return ops.log(softmax(x, axis=axis) + 1e-12)


@mistake("log_softmax")
def log_of_softmax_plus_1e_15(x, axis=-1):
    """A small number under the logarithm (added, or as a lower limit) avoids minus infinity and puts a floor
    in its place: every unlikely class gets about -35, and no gradient. Take the logarithm on paper
    instead."""
    return ops.log(softmax(x, axis=axis) + 1e-15)


@mistake("log_softmax")
def log_of_softmax_without_infinity(x, axis=-1):
    """Minus infinity was replaced afterwards, as nan_to_num does: an unlikely class gets the most negative
    number there is, and no gradient. Take the logarithm on paper: log(exp(x) / sum) is x - log(sum)."""
    return ops.nan_to_num(ops.log(softmax(x, axis=axis)))


@mistake("log_softmax")
def logarithm_of_an_overflow(x, axis=-1):
    """x - log(sum(exp(x))) is the right formula on paper, and exp overflows from 89 on. In softmax something
    was subtracted first; where does it have to be subtracted here?"""
    x = as_floating(x)
    return x - ops.log(ops.sum(ops.exp(x), axis=axis, keepdims=True))


@mistake("log_softmax")
def one_shift_for_all_rows(x, axis=-1):
    """The maximum is taken over the whole input. In a row whose logits lie far below it the sum of
    exponentials rounds to 0 and its logarithm is minus infinity. Every row needs its own maximum."""
    x = as_floating(x)
    shifted = x - ops.max(x)
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def one_constant_shift_for_all_rows(x, axis=-1):
    """The maximum is taken over the whole input. In a row whose logits lie far below it the sum of
    exponentials rounds to 0 and its logarithm is minus infinity. Every row needs its own maximum; leaving it
    out of the gradient does not help."""
    x = as_floating(x)
    shifted = x - ops.stop_gradient(ops.max(x))
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def shift_by_the_mean(x, axis=-1):
    """The mean of the row is subtracted. That helps where all logits are large, and not where they are far
    apart: the largest may still be so far above the mean that its exp overflows. Which number leaves no
    exponent above 0?"""
    x = as_floating(x)
    shifted = x - ops.mean(x, axis=axis, keepdims=True)
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def shift_by_the_smallest(x, axis=-1):
    """The smallest logit is subtracted instead of the largest, so exponentials grow instead of shrink, and
    logits that are far apart overflow."""
    x = as_floating(x)
    shifted = x - ops.min(x, axis=axis, keepdims=True)
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def clipped_logits_under_the_logarithm(x, axis=-1):
    """Clipping the logits avoids the overflow and changes the answer: all logits beyond the limit count as
    equal. Only differences matter, so shift a row instead of cutting it off."""
    return log_softmax(ops.clip(as_floating(x), -50.0, 50.0), axis=axis)


@mistake("log_softmax")
def shift_along_the_last_axis(x, axis=-1):
    """Along the last axis all is right. Along another one, what is subtracted is still the maximum of the
    last axis: it differs from entry to entry of a sum and does not cancel. The maximum belongs along axis,
    too."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=-1, keepdims=True)
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def log_sum_along_the_last_axis(x, axis=-1):
    """With another axis than the last, the exponentials still add up to 1 along the last one: the maximum
    follows axis, the sum does not."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=axis, keepdims=True)
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=-1, keepdims=True))


@mistake("log_softmax")
def log_shift_before_the_cast(x, axis=-1):
    """Integers that hold nothing below 0, such as the uint8 of images, come out wrong: the maximum was
    subtracted before the cast to float32, and there 0 - 1 wraps around to 255. Cast first, then compute."""
    x = ops.convert_to_tensor(x)
    shifted = as_floating(x - ops.max(x, axis=axis, keepdims=True))
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def shift_on_one_side_only(x, axis=-1):
    """The maximum is subtracted inside the exponential and forgotten outside, so every row is too large by
    its maximum. Both places need the shifted logits."""
    x = as_floating(x)
    shifted = x - ops.stop_gradient(ops.max(x, axis=axis, keepdims=True))
    return x - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def maximum_with_the_wrong_sign(x, axis=-1):
    """The maximum is added where it should be subtracted, so every row is too large by twice its maximum.
    What is subtracted from x is the whole of maximum + log(sum(exp(x - maximum)))."""
    x = as_floating(x)
    largest = ops.max(x, axis=axis, keepdims=True)
    return x - (ops.log(ops.sum(ops.exp(x - largest), axis=axis, keepdims=True)) - largest)


@mistake("log_softmax")
def shift_outside_only(x, axis=-1):
    """The maximum is subtracted outside the logarithm and not inside the exponentials, so every row is too
    small by its maximum, and exp still overflows. Both places need the shifted logits."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=axis, keepdims=True)
    return shifted - ops.log(ops.sum(ops.exp(x), axis=axis, keepdims=True))


@mistake("log_softmax")
def shifted_logits_alone(x, axis=-1):
    """The largest value of each row is exactly 0: the logarithm of the sum is missing. The exponentials of a
    row should add up to 1."""
    x = as_floating(x)
    return x - ops.max(x, axis=axis, keepdims=True)


@mistake("log_softmax")
def sum_without_its_logarithm(x, axis=-1):
    """The sum of the exponentials is subtracted, and not its logarithm. A division becomes a subtraction
    only between logarithms."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=axis, keepdims=True)
    return shifted - ops.sum(ops.exp(shifted), axis=axis, keepdims=True)


@mistake("log_softmax")
def logarithm_of_the_mean(x, axis=-1):
    """Every value is too large by the logarithm of how many entries a row has: the mean of the exponentials
    stands where their sum belongs."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=axis, keepdims=True)
    return shifted - ops.log(ops.mean(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def one_too_many_in_the_sum(x, axis=-1):
    """The sum counts 1 too many, as log(1 + sum) and log1p(sum) do, so the shares of a row no longer add up
    to 1."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=axis, keepdims=True)
    return shifted - ops.log1p(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def one_log_sum_for_everything(x, axis=-1):  # noqa: ARG001
    """The exponentials of all values together add up to 1, instead of those of each row: the sum runs over
    the whole input."""
    x = as_floating(x)
    shifted = x - ops.max(x)
    return shifted - ops.log(ops.sum(ops.exp(shifted)))


@mistake("log_softmax")
def one_log_sum_after_a_shift_by_row(x, axis=-1):
    """The maximum is that of each row, and the sum runs over the whole input. Both need axis=axis and
    keepdims=True."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=axis, keepdims=True)
    return shifted - ops.log(ops.sum(ops.exp(shifted)))


@mistake("log_softmax")
def gradient_stopped_at_the_log_sum(x, axis=-1):
    """The values are right and the gradient is not: it stops at the sum, which hides that raising one logit
    lowers the shares of all others. Only the maximum may be left out of the gradient."""
    x = as_floating(x)
    shifted = x - ops.stop_gradient(ops.max(x, axis=axis, keepdims=True))
    return shifted - ops.stop_gradient(ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True)))


@mistake("log_softmax")
def log_softmax_without_a_gradient(x, axis=-1):
    """The values are right and there is no gradient at all: TensorFlow cannot follow the computation back.
    It loses the trail where numbers leave it (NumPy, float(), convert_to_numpy, a loop that makes a new
    tensor) and where stop_gradient stands, unless it stands around the maximum alone."""
    return ops.stop_gradient(log_softmax(x, axis=axis))


@mistake("log_softmax")
def positive_losses(x, axis=-1):
    """The sign is flipped: this is minus log_softmax, the loss that is built on it. Logarithms of shares are
    never positive."""
    return -log_softmax(x, axis=axis)


@mistake("log_softmax")
def shares_without_a_logarithm(x, axis=-1):
    """These are the shares themselves: positive and adding up to 1. Their logarithm was asked for."""
    return softmax(x, axis=axis)


@mistake("log_softmax")
def logarithm_to_base_ten(x, axis=-1):
    """The values are too small by a factor of 2.3: the logarithm is the one to base 10. The natural one
    belongs here, which undoes exp."""
    return log_softmax(x, axis=axis) / math.log(10)


@mistake("log_softmax")
def logarithm_to_base_two(x, axis=-1):
    """The values are too large by a factor of 1.44: the logarithm is the one to base 2. The natural one
    belongs here, which undoes exp."""
    return log_softmax(x, axis=axis) / math.log(2)


@mistake("log_softmax")
def logs_along_the_last_axis(x, axis=-1):  # noqa: ARG001
    """The last axis is used whatever axis says: the argument is not used."""
    return log_softmax(x)


@mistake("log_softmax")
def log_along_the_first_axis_by_default(x, axis=0):
    """The argument axis works, but its default is 0 here: down the columns. Where it is left out the last
    axis is asked for."""
    return log_softmax(x, axis=axis)


@mistake("log_softmax")
def log_along_the_second_axis_by_default(x, axis=1):
    """The default of axis is 1 here. For a table that is the last axis; for inputs of one, three or four
    axes it is another, or none at all."""
    return log_softmax(x, axis=axis)


@mistake("log_softmax")
def logs_along_the_first_axis(x, axis=-1):  # noqa: ARG001
    """The sum runs over axis 0, down the columns, whatever axis says."""
    return log_softmax(x, axis=0)


@mistake("log_softmax")
def logs_along_the_second_axis(x, axis=-1):  # noqa: ARG001
    """Axis 1 is used whatever axis says. For a table that is the last axis, for other inputs it is another,
    or none at all."""
    return log_softmax(x, axis=1)


@mistake("log_softmax")
def log_sum_without_keepdims(x, axis=-1):
    """The maxima, or the logarithms of the sums, lost their axis: without keepdims=True they do not line up
    with the rows of x. A square input hides this."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=axis, keepdims=True)
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis))


@mistake("log_softmax")
def log_softmax_in_float32(x, axis=-1):
    """The result is float32 whatever comes in, float64 as well. Only integers need a cast; floating dtypes
    stay as they are."""
    return log_softmax(ops.cast(x, "float32"), axis=axis)
