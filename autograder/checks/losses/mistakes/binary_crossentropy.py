"""Mistakes in `binary_crossentropy`."""

import numpy as np

from nnlearn.diagnosis import mistake

from .constants import SMALL, with_each
from .pairs import each, same_shaped


@mistake("binary_crossentropy")
def bce_after_a_sigmoid(y_true, logits):
    """A sigmoid is applied to the logits before a formula that expects logits, so there are two
    sigmoids. The second one sees numbers between 0 and 1 only, and the loss can never come near
    0. Hand the raw outputs over."""
    return binary_crossentropy(y_true, ops.sigmoid(as_floating(logits)))


@mistake("binary_crossentropy")
def bce_from_probabilities(y_true, logits):
    """The formula on the blackboard, with p = sigmoid(logits). Far out p is rounded to exactly 0 or 1 (to 1
    at a logit of 17 in float32), the logarithm of 0 is minus infinity, and 0 times that is NaN. Simplify the
    formula on paper, with logits, before you type it."""
    y_true, logits = same_shaped(y_true, logits)
    p = ops.sigmoid(logits)
    return ops.mean(-y_true * ops.log(p) - (1.0 - y_true) * ops.log(1.0 - p), axis=-1)


@with_each("binary_crossentropy", SMALL)
def bce_clips_probabilities(small, y_true, logits):
    """The probabilities are clipped away from 0 and 1 before the logarithm. That may remove the NaN, and it
    removes the gradient with it: a clipped number does not react to its input. The loss stops growing, and
    the examples that are most wrong teach nothing. Work with logits."""
    y_true, logits = same_shaped(y_true, logits)
    p = ops.clip(ops.sigmoid(logits), small, 1.0 - small)
    return ops.mean(-y_true * ops.log(p) - (1.0 - y_true) * ops.log(1.0 - p), axis=-1)


@with_each("binary_crossentropy", SMALL)
def bce_adds_epsilon(small, y_true, logits):
    """A small number is added inside the logarithm. The loss is finite, but far out the sigmoid is flat, so
    the gradient is 0 where the network is most wrong, and the loss stops growing. Work with logits."""
    y_true, logits = same_shaped(y_true, logits)
    p = ops.sigmoid(logits)
    loss = -y_true * ops.log(p + small) - (1.0 - y_true) * ops.log(1.0 - p + small)
    return ops.mean(loss, axis=-1)


@with_each("binary_crossentropy", (1e-7, 1e-20, 1e-30))
def bce_adds_epsilon_to_both(small, y_true, logits):
    """A small number is added inside the logarithms of sigmoid(z) and sigmoid(-z). Far out these are smaller
    than that number: the loss stops growing, and the gradient is 0 where the network is most wrong. Simplify
    the formula on paper, with logits."""
    y_true, logits = same_shaped(y_true, logits)
    p, q = ops.sigmoid(logits), ops.sigmoid(-logits)
    return ops.mean(-y_true * ops.log(p + small) - (1.0 - y_true) * ops.log(q + small), axis=-1)


@with_each("binary_crossentropy", (1e-7, 1e-8, 1e-12, 1e-15))
def bce_clips_logits(small, y_true, logits):
    """The logits are put into the formula for probabilities, after they were clipped to lie between 0 and 1:
    the sigmoid is missing. Logits are raw outputs of the network, of any size and sign."""
    y_true, p = same_shaped(y_true, logits)
    p = ops.clip(p, small, 1.0 - small)
    return ops.mean(-y_true * ops.log(p) - (1.0 - y_true) * ops.log(1.0 - p), axis=-1)


@mistake("binary_crossentropy")
def bce_without_a_sigmoid(y_true, logits):
    """The logits are put into the formula for probabilities: the sigmoid is missing. Logits are raw outputs
    of the network, of any size and sign, and the logarithm of a negative number is NaN."""
    y_true, p = same_shaped(y_true, logits)
    return ops.mean(-y_true * ops.log(p) - (1.0 - y_true) * ops.log(1.0 - p), axis=-1)


@mistake("binary_crossentropy")
def bce_by_relu_and_abs(y_true, logits):
    """The values are right everywhere, and the gradient is wrong at a logit of exactly 0: relu (or minimum)
    and abs have a kink there and are given slopes that add up to -y instead of 1/2 - y. A last layer that
    starts with zero weights has all its logits there."""
    y_true, logits = same_shaped(y_true, logits)
    loss = ops.relu(logits) - logits * y_true + ops.log1p(ops.exp(-ops.abs(logits)))
    return ops.mean(loss, axis=-1)


@mistake("binary_crossentropy")
def bce_by_maximum_and_abs(y_true, logits):
    """The values are right everywhere, and the gradient is wrong at a logit of exactly 0:
    maximum(z, 0) has slope 1 there and abs has slope 0, so the gradient is 1 - y instead of 1/2 -
    y. Choose between z and -z with the same condition in both places, or pull the maximum out of
    log(exp(0) + exp(z))."""
    y_true, logits = same_shaped(y_true, logits)
    loss = ops.maximum(logits, 0.0) - logits * y_true + ops.log1p(ops.exp(-ops.abs(logits)))
    return ops.mean(loss, axis=-1)


@mistake("binary_crossentropy")
def bce_exponential_overflows(y_true, logits):
    """The algebra is right: log(1 + exp(z)) - y z. But exp(z) is infinite in float32 from z = 89
    on, and so is the loss. Take the larger of the two exponents, 0 and z, out of the logarithm
    first."""
    y_true, logits = same_shaped(y_true, logits)
    return ops.mean(ops.log1p(ops.exp(logits)) - y_true * logits, axis=-1)


@mistake("binary_crossentropy")
def bce_exponential_overflows_below(y_true, logits):
    """The algebra is right: (1 - y) z + log(1 + exp(-z)). But exp(-z) is infinite in float32 from
    z = -89 down, and so is the loss. Take the larger of the two exponents out of the logarithm
    first."""
    y_true, logits = same_shaped(y_true, logits)
    return ops.mean((1.0 - y_true) * logits + ops.log1p(ops.exp(-logits)), axis=-1)


@mistake("binary_crossentropy")
def bce_chooses_the_finite_branch(y_true, logits):
    """The value is chosen with where between two formulas, and the one that is not chosen
    overflows. The value is right; in the gradient, 0 times the infinite slope of the other branch
    is NaN. Make the input of exp safe *before* exp sees it."""
    y_true, logits = same_shaped(y_true, logits)
    log_total = ops.where(logits > 0, logits + ops.log1p(ops.exp(-logits)), ops.log1p(ops.exp(logits)))
    return ops.mean(log_total - y_true * logits, axis=-1)


@mistake("binary_crossentropy")
def bce_swaps_the_classes(y_true, logits):
    """0 and 1 are swapped: the loss is small where the network is wrong. In -y log p - (1 - y)
    log(1 - p), y goes with log p. A network trained with this learns the opposite of every
    answer."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(1.0 - y_true, logits)


@mistake("binary_crossentropy")
def bce_positives_only(y_true, logits):
    """Only the term y log p is there, so examples whose answer is 0 cost nothing. A network can
    make this loss 0 by answering yes to everything. Add (1 - y) log(1 - p)."""
    y_true, logits = same_shaped(y_true, logits)
    return ops.mean(y_true * each(binary_crossentropy, ops.ones_like(y_true), logits), axis=-1)


@mistake("binary_crossentropy")
def bce_negatives_only(y_true, logits):
    """Only the term (1 - y) log(1 - p) is there, so examples whose answer is 1 cost nothing. A network can
    make this loss 0 by answering no to everything. Add y log p."""
    y_true, logits = same_shaped(y_true, logits)
    return ops.mean((1.0 - y_true) * each(binary_crossentropy, ops.zeros_like(y_true), logits), axis=-1)


@mistake("binary_crossentropy")
def bce_with_the_sign_of_the_likelihood(y_true, logits):
    """The minus sign is missing: this is the log-likelihood, which should become large. A loss is
    made small, so it is the *negative* log-likelihood."""
    return -binary_crossentropy(y_true, logits)


@mistake("binary_crossentropy")
def bce_in_bits(y_true, logits):
    """The logarithm has base 2, so an undecided network has a loss of 1. Losses use the natural
    logarithm: then the undecided loss is log 2 = 0.693, and the gradient is p - y without a
    factor."""
    return binary_crossentropy(y_true, logits) / np.log(2.0)


@mistake("binary_crossentropy")
def bce_squares_instead(y_true, logits):
    """This is the squared error of the probability. It is flat where the network is sure and
    wrong: the slope of the sigmoid, p (1 - p), is a factor of its gradient. The logarithm in
    cross-entropy cancels that factor."""
    y_true, logits = same_shaped(y_true, logits)
    return ops.mean(ops.square(ops.sigmoid(logits) - y_true), axis=-1)


@mistake("binary_crossentropy")
def bce_makes_outputs_compete(y_true, logits):
    """A softmax runs over the last axis, as if exactly one of the outputs could be right. Here
    every output is a yes-or-no question of its own, and several may be 1 at once."""
    y_true, logits = same_shaped(y_true, logits)
    return -ops.mean(y_true * ops.log_softmax(logits), axis=-1)


@mistake("binary_crossentropy")
def bce_of_hard_targets_only(y_true, logits):
    """Targets are rounded to 0 or 1, so a target of 0.9 counts as 1. The formula holds for
    everything between as it is, and label smoothing relies on that. Use y_true itself."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(ops.cast(y_true > 0.5, logits.dtype), logits)


@mistake("binary_crossentropy")
def bce_of_targets_from_a_half(y_true, logits):
    """Targets are rounded to 0 or 1, so a target of 0.9 counts as 1, and one of 0.5 too. The formula holds
    for everything between as it is, and label smoothing relies on that. Use y_true itself."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(ops.cast(y_true >= 0.5, logits.dtype), logits)


@mistake("binary_crossentropy")
def bce_of_whole_targets(y_true, logits):
    """Targets are cast to integers on the way, or count as 1 only if they are exactly 1: a target of 0.9
    becomes 0. The formula holds for everything between as it is, and label smoothing relies on that. Use
    y_true itself."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(ops.cast(y_true, "int32"), logits)


@mistake("binary_crossentropy")
def bce_of_targets_above_zero(y_true, logits):
    """Every target above 0 counts as 1, a target of 0.1 too. The formula holds for everything between 0 and
    1 as it is, and label smoothing relies on that. Use y_true itself."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(ops.cast(y_true > 0, logits.dtype), logits)


@mistake("binary_crossentropy")
def bce_by_the_sign_of_the_target(y_true, logits):
    """log(1 + exp(-(2y - 1) z)) is a neat form that holds for targets of exactly 0 and 1 only.
    Between them it is something else: at y = 1/2 it is log 2 whatever the network says."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(ops.ones_like(logits), (2.0 * y_true - 1.0) * logits)


@mistake("binary_crossentropy")
def bce_by_the_sign_with_a_kink(y_true, logits):
    """Two things are not right. The sign of the logit is chosen by whether the target is exactly 1, so every
    soft target counts as 0. And at a logit of exactly 0 maximum and abs have a kink, where the gradient comes
    out as 1 or -1 instead of 1/2 - y."""
    y_true, logits = same_shaped(y_true, logits)
    wrong_by = ops.where(y_true == 1.0, -logits, logits)
    return ops.mean(ops.maximum(wrong_by, 0.0) + ops.log1p(ops.exp(-ops.abs(wrong_by))), axis=-1)


@mistake("binary_crossentropy")
def bce_is_a_sum(y_true, logits):
    """The losses of a row are added up, not averaged. Take ops.mean over the last axis."""
    return ops.sum(each(binary_crossentropy, y_true, logits), axis=-1)


@mistake("binary_crossentropy")
def bce_of_signs(y_true, logits):
    """log(1 + exp(-y z)) is for targets of -1 and 1. Here they are 0 and 1, and a target of 0 costs log 2
    whatever the network says."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(ops.ones_like(logits), y_true * logits)


@mistake("binary_crossentropy")
def bce_averages_first(y_true, logits):
    """The logits of a row are averaged first, and the loss is computed of the average, so 5 and -5 cancel to
    a network that is undecided. Compute the loss of each, then take the mean."""
    y_true, logits = same_shaped(y_true, logits)
    means = (ops.mean(array, axis=-1, keepdims=True) for array in (y_true, logits))
    return binary_crossentropy(*means)


@mistake("binary_crossentropy")
def bce_cuts_over_at_20(y_true, logits):
    """Above a logit of 20 log(1 + exp(z)) is replaced by z. That is right in float32, and too late in
    float16, where exp(z) is infinite from 11.1 on. Take the larger of the two exponents, 0 and z, out of the
    logarithm: that holds in every dtype."""
    y_true, logits = same_shaped(y_true, logits)
    is_large = logits > 20.0
    log_total = ops.where(is_large, logits, ops.log1p(ops.exp(ops.where(is_large, 0.0, logits))))
    return ops.mean(log_total - y_true * logits, axis=-1)


@mistake("binary_crossentropy")
def bce_forgets_the_maximum(y_true, logits):
    """The larger exponent is taken out inside the logarithm, and not added again outside of it. Where the
    logit is above 0 the loss is too small by the logit."""
    y_true, logits = same_shaped(y_true, logits)
    largest = ops.maximum(logits, 0.0)
    log_total = ops.log(ops.exp(-largest) + ops.exp(logits - largest))
    return ops.mean(log_total - y_true * logits, axis=-1)


@with_each("binary_crossentropy", (15.0, 20.0, 30.0, 50.0, 80.0))
def bce_bounds_the_logits(bound, y_true, logits):
    """The logits are cut off at some size before the formula sees them. That avoids the overflow, and the
    loss stops growing there: a clipped number does not react to its input, so the examples that are most
    wrong teach nothing. Take the larger of the two exponents out of the logarithm instead."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(y_true, ops.clip(logits, -bound, bound))


@mistake("binary_crossentropy")
def bce_replaces_nan(y_true, logits):
    """NaN is replaced by a number after it has come out. Infinity stays, or becomes a huge number, where the
    loss should be about the size of the logit; and the gradient stays NaN. Simplify the formula on paper,
    with logits, so that nothing overflows."""
    y_true, logits = same_shaped(y_true, logits)
    p = ops.sigmoid(logits)
    losses = -y_true * ops.log(p) - (1.0 - y_true) * ops.log(1.0 - p)
    return ops.mean(ops.nan_to_num(losses), axis=-1)


@mistake("binary_crossentropy")
def bce_of_the_chosen_probability(y_true, logits):
    """The probability of the answer is chosen by whether the target is exactly 1, and its logarithm taken.
    That rounds every soft target to 0 or 1, and far out the probability is rounded to 0, whose logarithm is
    minus infinity. Use the formula with y_true itself, simplified on paper with logits."""
    y_true, logits = same_shaped(y_true, logits)
    p = ops.sigmoid(logits)
    return -ops.mean(ops.log(ops.where(y_true == 1.0, p, 1.0 - p)), axis=-1)
