"""Mistakes that people really make in the topic `activations`, each with what a teacher would say."""

import numpy as np

from nnlearn.diagnosis import mistake

# relu ------------------------------------------------------------------------------------------


@mistake("relu")
def relu_by_maximum(x):
    """The values are right, but the gradient at exactly 0 is 1. TensorFlow's maximum(x, 0) gives the
    gradient to its first argument when the two are equal. Keras' relu has gradient 0 there. Let a
    condition decide: x where x > 0, else 0."""
    return ops.maximum(as_floating(x), 0.0)


@mistake("relu")
def relu_as_half_of_x_plus_abs(x):
    """The values are right, but the gradient at exactly 0 is 0.5: in (x + |x|) / 2 the first term has
    slope 1/2 there and |x| has slope 0. Required is 0, as in Keras."""
    x = as_floating(x)
    return (x + ops.abs(x)) / 2.0


@mistake("relu")
def relu_of_the_other_side(x):
    """Negative numbers pass and positive ones are stopped: the two branches are swapped. Try it with
    x = 3, which should come back as 3."""
    x = as_floating(x)
    return ops.where(x < 0, x, 0.0)


@mistake("relu")
def absolute_value(x):
    """Negative numbers come back with their sign removed instead of as 0. That is the absolute value."""
    x = as_floating(x)
    return ops.where(x > 0, x, -x)


@mistake("relu")
def step_instead_of_relu(x):
    """Every positive number comes back as 1. That is the slope of relu, not relu itself: multiply it
    by x."""
    x = as_floating(x)
    return ops.cast(x > 0, x.dtype)


@mistake("relu")
def relu_in_float32(x):
    """The result is float32 whatever comes in. A float16 model would slow down or fail, a float64 one
    lose digits. Cast integers only, and leave floating dtypes alone."""
    x = ops.cast(x, "float32")
    return ops.where(x > 0, x, 0.0)


@mistake("relu")
def relu_that_keeps_integers(x):
    """Integers go in and integers come out. No gradient can flow through an integer: turn integers
    into float32 first."""
    x = ops.convert_to_tensor(x)
    return ops.where(x > 0, x, ops.zeros_like(x))


@mistake("relu")
def relu_in_numpy(x):
    """The values are right and there is no gradient at all. NumPy's functions take the numbers out of
    TensorFlow, which then cannot follow the computation back. Use keras.ops."""
    x = np.asarray(x)
    return np.maximum(x if x.dtype.kind == "f" else x.astype("float32"), 0)


@mistake("relu")
def relu_that_stops_at_six(x):
    """Large inputs come back as 6. That is another function, relu6; relu itself has no upper end."""
    x = as_floating(x)
    return ops.where(x > 0, ops.where(x < 6, x, 6.0), 0.0)


# leaky_relu ------------------------------------------------------------------------------------


@mistake("leaky_relu")
def larger_of_the_two_lines(x, negative_slope=0.2):
    """maximum(negative_slope * x, x) picks the upper of two lines. For slopes above 1 the upper line is
    the wrong one on both sides. Let the sign of x decide."""
    x = as_floating(x)
    return ops.maximum(negative_slope * x, x)


@mistake("leaky_relu")
def slope_on_the_right_side(x, negative_slope=0.2):
    """negative_slope is applied to positive x, and negative x passes unchanged: the two branches are
    swapped."""
    x = as_floating(x)
    return ops.where(x > 0, negative_slope * x, x)


@mistake("leaky_relu")
def slope_of_one_at_zero(x, negative_slope=0.2):
    """The values are right, but the gradient at exactly 0 is 1 instead of negative_slope. With x >= 0
    zero belongs to the right side; Keras counts it to the left. Use x > 0."""
    x = as_floating(x)
    return ops.where(x >= 0, x, negative_slope * x)


@mistake("leaky_relu")
def made_of_two_relus(x, negative_slope=0.2):
    """The values are right, but the gradient at exactly 0 is 0: relu(x) - negative_slope * relu(-x)
    adds two gates that are both shut at 0. Required is negative_slope."""
    x = as_floating(x)
    return ops.where(x > 0, x, 0.0) - negative_slope * ops.where(-x > 0, -x, 0.0)


@mistake("leaky_relu")
def always_the_same_slope(x, negative_slope=0.2):  # noqa: ARG001
    """The slope is always 0.2: the argument negative_slope is not used."""
    x = as_floating(x)
    return ops.where(x > 0, x, 0.2 * x)


@mistake("leaky_relu")
def another_default(x, negative_slope=0.01):
    """The default of negative_slope is 0.01 instead of 0.2. Both are in use in the world; this part asks
    for Keras' value, 0.2."""
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope * x)


@mistake("leaky_relu")
def slope_with_the_wrong_sign(x, negative_slope=0.2):
    """Negative inputs come back positive: the slope on the left has the wrong sign. The result for
    x = -1 should be -negative_slope."""
    x = as_floating(x)
    return ops.where(x > 0, x, -negative_slope * x)


@mistake("leaky_relu")
def does_not_leak(x, negative_slope=0.2):  # noqa: ARG001
    """Negative inputs come back as 0. That is plain relu: nothing leaks."""
    x = as_floating(x)
    return ops.where(x > 0, x, 0.0)


@mistake("leaky_relu")
def leaky_relu_in_float32(x, negative_slope=0.2):
    """The result is float32 whatever comes in. Cast integers only, and leave floating dtypes alone."""
    x = ops.cast(x, "float32")
    return ops.where(x > 0, x, negative_slope * x)


# sigmoid ---------------------------------------------------------------------------------------


@mistake("sigmoid")
def textbook_sigmoid(x):
    """1 / (1 + exp(-x)) has the right value everywhere, and a NaN for a gradient at -100. There exp(100)
    is infinite in float32, and the chain rule multiplies infinity by the zero slope of 1 / infinity.
    Keep the argument of exp at or below 0."""
    return 1.0 / (1.0 + ops.exp(-as_floating(x)))


@mistake("sigmoid")
def exponential_over_one_plus_itself(x):
    """exp(x) / (1 + exp(x)) is infinity over infinity, NaN, from x = 89 on. It is the right formula for
    negative x only."""
    power = ops.exp(as_floating(x))
    return power / (1.0 + power)


@mistake("sigmoid")
def where_around_two_overflows(x):
    """The values are right, and the gradient is NaN at both ends. where() computes both branches for
    every x and picks afterwards; the gradient of the other branch is infinite, and 0 times infinity is
    NaN. Make the argument of exp safe before exp sees it."""
    x = as_floating(x)
    return ops.where(x >= 0, 1.0 / (1.0 + ops.exp(-x)), ops.exp(x) / (1.0 + ops.exp(x)))


@mistake("sigmoid")
def flat_at_zero(x):
    """Values and gradients are right everywhere but at exactly 0, where the gradient is 0 instead of 0.25.
    The slope of abs at 0 is 0, and exp(-abs(x)) passes that on. Pick the sign with where instead of
    abs, or use tanh."""
    x = as_floating(x)
    decay = ops.exp(-ops.abs(x))
    return ops.where(x >= 0, 1.0, decay) / (1.0 + decay)


@mistake("sigmoid")
def falling_sigmoid(x):
    """The curve falls from 1 to 0: the sign of x in the exponential is wrong. Large x should give
    values near 1."""
    return sigmoid(-as_floating(x))


@mistake("sigmoid")
def tanh_without_halving(x):
    """The curve is twice as steep as it should be: this is sigmoid(2x). sigmoid(x) is
    (1 + tanh(x / 2)) / 2, with the half inside as well as outside."""
    return 0.5 * (1.0 + ops.tanh(as_floating(x)))


@mistake("sigmoid")
def tanh_instead_of_sigmoid(x):
    """The values run from -1 to 1. That is tanh; sigmoid runs from 0 to 1."""
    return ops.tanh(as_floating(x) / 2.0)


@mistake("sigmoid")
def three_straight_pieces(x):
    """The curve is made of straight pieces: x / 6 + 1/2, cut off at 0 and 1. That is Keras'
    hard_sigmoid, a cheap stand-in for sigmoid."""
    return ops.clip(as_floating(x) / 6.0 + 0.5, 0.0, 1.0)


@mistake("sigmoid")
def sigmoid_in_float32(x):
    """The result is float32 whatever comes in. Cast integers only, and leave floating dtypes alone."""
    return sigmoid(ops.cast(x, "float32"))


@mistake("sigmoid")
def sigmoid_one_number_at_a_time(x):
    """This works for a plain list of numbers and fails for everything else: a loop with float() takes the
    values out of TensorFlow. Operations of keras.ops act on all elements of any shape at once."""
    numbers = [float(v) for v in ops.convert_to_numpy(as_floating(x))]
    return ops.convert_to_tensor([1 / (1 + math.exp(min(-v, 700))) for v in numbers], "float32")


# gelu ------------------------------------------------------------------------------------------


@mistake("gelu")
def the_two_forms_swapped(x, approximate=False):
    """The two forms are swapped: approximate=True should be the one with tanh, and False, the default,
    the one with erf."""
    return gelu(x, not approximate)


@mistake("gelu")
def always_approximate(x, approximate=False):  # noqa: ARG001
    """The tanh form comes back in any case: the argument approximate is not used. The two forms differ by
    up to 0.0005."""
    return gelu(x, approximate=True)


@mistake("gelu")
def always_exact(x, approximate=False):  # noqa: ARG001
    """The exact form comes back in any case: the argument approximate is not used. The two forms differ by
    up to 0.0005."""
    return gelu(x)


@mistake("gelu")
def tanh_as_a_ratio_of_exponentials(x, approximate=False):
    """With approximate=True, large inputs give NaN. Written as (exp(u) - exp(-u)) / (exp(u) + exp(-u)),
    tanh is infinity over infinity from u = 89 on. Use keras.ops.tanh."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1.0 + (ops.exp(u) - ops.exp(-u)) / (ops.exp(u) + ops.exp(-u)))


@mistake("gelu")
def square_root_of_two_forgotten(x, approximate=False):
    """The exact form is too steep: erf needs x / sqrt(2), not x. erf belongs to a bell curve of variance
    1/2, the standard normal has variance 1."""
    x = as_floating(x)
    return gelu(x, approximate=True) if approximate else 0.5 * x * (1.0 + ops.erf(x))


@mistake("gelu")
def the_gate_alone(x, approximate=False):
    """Large inputs come back as 1: this is the probability on its own. gelu multiplies it by x."""
    x = as_floating(x)
    if approximate:
        gate = ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    else:
        gate = ops.erf(x / math.sqrt(2))
    return 0.5 * (1.0 + gate)


@mistake("gelu")
def sigmoid_for_the_gate(x, approximate=False):
    """approximate=True is x * sigmoid(1.702 x) here. The paper names that approximation too, but Keras
    and this part use the one with tanh."""
    x = as_floating(x)
    return x * sigmoid(1.702 * x) if approximate else gelu(x)


@mistake("gelu")
def square_for_cube(x, approximate=False):
    """The tanh form has x squared where x cubed belongs, so it is no longer symmetric: the gates of x and
    -x should add up to 1."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    return 0.5 * x * (1.0 + ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**2)))


@mistake("gelu")
def pi_over_two(x, approximate=False):
    """The factor in the tanh form is upside down: it is sqrt(2 / pi), about 0.798, not sqrt(pi / 2)."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    z = ops.clip(x, -10.0, 10.0)
    return 0.5 * x * (1.0 + ops.tanh(math.sqrt(math.pi / 2) * (z + 0.044715 * z**3)))


@mistake("gelu")
def gelu_in_float32(x, approximate=False):
    """The result is float32 whatever comes in. Cast integers only, and leave floating dtypes alone."""
    return gelu(ops.cast(x, "float32"), approximate)


# softmax ---------------------------------------------------------------------------------------


@mistake("softmax")
def without_the_maximum(x, axis=-1):
    """Large logits give NaN: exp(89) is already infinite in float32. Subtract the largest logit of each
    row before the exponential; it cancels in the fraction."""
    powers = ops.exp(as_floating(x))
    return powers / ops.sum(powers, axis=axis, keepdims=True)


@mistake("softmax")
def one_maximum_for_all_rows(x, axis=-1):
    """The maximum is taken over the whole input. A row whose logits lie far below it turns into
    0 / 0 = NaN. Every row needs its own: max(x, axis=axis, keepdims=True)."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x))
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
    """The smallest logit is subtracted instead of the largest, so exponentials grow instead of shrink,
    and logits that are far apart overflow."""
    x = as_floating(x)
    weights = ops.exp(x - ops.min(x, axis=axis, keepdims=True))
    return weights / ops.sum(weights, axis=axis, keepdims=True)


@mistake("softmax")
def sum_without_keepdims(x, axis=-1):
    """The sums lost their axis: without keepdims=True an input of shape (4, 3) has sums of shape (4,),
    which do not line up with its rows. A square input hides this, and divides columns by the sums of
    rows."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=axis, keepdims=True))
    return weights / ops.sum(weights, axis=axis)


@mistake("softmax")
def always_the_last_axis(x, axis=-1):  # noqa: ARG001
    """The last axis is used whatever axis says."""
    return softmax(x)


@mistake("softmax")
def always_the_first_axis(x, axis=-1):  # noqa: ARG001
    """Every column adds up to 1 instead of every row: the sum runs over axis 0. Use the argument axis."""
    return softmax(x, axis=0)


@mistake("softmax")
def one_sum_for_everything(x, axis=-1):
    """All shares together add up to 1, instead of those of each row: the sum runs over the whole
    input. Give it axis=axis and keepdims=True."""
    x = as_floating(x)
    weights = ops.exp(x - ops.max(x, axis=axis, keepdims=True))
    return weights / ops.sum(weights)


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
    """A loop over rows works for rank 2 and nothing else, and ignores axis. With keepdims=True one line
    does it for every rank."""
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
def softmax_in_float32(x, axis=-1):
    """The result is float32 whatever comes in. Cast integers only, and leave floating dtypes alone."""
    return softmax(ops.cast(x, "float32"), axis=axis)


# log_softmax -----------------------------------------------------------------------------------


@mistake("log_softmax")
def log_of_softmax(x, axis=-1):
    """Where a share is too small for float32, softmax rounds it to 0 and its logarithm is minus infinity.
    Take the logarithm on paper first: log(exp(x) / sum) is x - log(sum)."""
    return ops.log(softmax(x, axis=axis))


@mistake("log_softmax")
def log_of_softmax_plus_a_little(x, axis=-1):
    """A small number added before the logarithm avoids minus infinity and puts a floor in its place: every
    unlikely class gets about -16, and no gradient. Take the logarithm on paper instead."""
    return ops.log(softmax(x, axis=axis) + 1e-7)


@mistake("log_softmax")
def logarithm_of_an_overflow(x, axis=-1):
    """x - log(sum(exp(x))) is the right formula on paper, and exp overflows from 89 on. Subtract the
    largest logit first."""
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
def shift_on_one_side_only(x, axis=-1):
    """The maximum is subtracted inside the exponential and forgotten outside, so every row is too large by
    its maximum. Both places need the shifted logits."""
    x = as_floating(x)
    shifted = x - ops.stop_gradient(ops.max(x, axis=axis, keepdims=True))
    return x - ops.log(ops.sum(ops.exp(shifted), axis=axis, keepdims=True))


@mistake("log_softmax")
def shifted_logits_alone(x, axis=-1):
    """The largest value of each row is exactly 0: the logarithm of the sum is missing. The exponentials of
    a row should add up to 1."""
    x = as_floating(x)
    return x - ops.max(x, axis=axis, keepdims=True)


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
def logs_along_the_last_axis(x, axis=-1):  # noqa: ARG001
    """The last axis is used whatever axis says."""
    return log_softmax(x)


@mistake("log_softmax")
def logs_along_the_first_axis(x, axis=-1):  # noqa: ARG001
    """The sum runs over axis 0, down the columns. Use the argument axis."""
    return log_softmax(x, axis=0)


@mistake("log_softmax")
def log_sum_without_keepdims(x, axis=-1):
    """The logarithms of the sums lost their axis: without keepdims=True they do not line up with the rows
    of x. A square input hides this."""
    x = as_floating(x)
    shifted = x - ops.max(x, axis=axis, keepdims=True)
    return shifted - ops.log(ops.sum(ops.exp(shifted), axis=axis))


@mistake("log_softmax")
def log_softmax_in_float32(x, axis=-1):
    """The result is float32 whatever comes in. Cast integers only, and leave floating dtypes alone."""
    return log_softmax(ops.cast(x, "float32"), axis=axis)
