"""Mistakes that people really make in the topic `losses`, each with what a teacher would say."""

import numpy as np

from nnlearn.diagnosis import mistake


def as_pair(y_true, y_pred):
    """Both as tensors of the dtype of `y_pred`, whatever their shapes."""
    y_pred = as_floating(y_pred)
    return ops.convert_to_tensor(y_true, dtype=y_pred.dtype), y_pred


def same_shaped(y_true, y_pred):
    """Both as tensors, for mistakes that lie elsewhere."""
    y_true, y_pred = as_pair(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(f"shapes {y_true.shape} and {y_pred.shape} differ")
    return y_true, y_pred


def broadcast(y_true, y_pred):
    """Both as tensors, of the shape that broadcasting makes of them."""
    y_true, y_pred = as_pair(y_true, y_pred)
    return y_true + ops.zeros_like(y_pred), y_pred + ops.zeros_like(y_true)


def each(loss, y_true, y_pred, *args):
    """The loss of every single element, which the right function averages over the last axis."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return loss(ops.expand_dims(y_true, -1), ops.expand_dims(y_pred, -1), *args)


def known(labels, classes):
    """The labels, if they are all in range."""
    labels = ops.convert_to_tensor(labels)
    if hasattr(labels, "numpy") and not np.all((labels.numpy() >= 0) & (labels.numpy() < classes)):
        raise ValueError("labels out of range")
    return labels


def entry_of(labels, values):
    """The entry of each label on the last axis."""
    return ops.squeeze(ops.take_along_axis(values, ops.expand_dims(labels, -1), axis=-1), axis=-1)


# mean_squared_error ----------------------------------------------------------------------------


@mistake("mean_squared_error")
def mse_broadcasts(y_true, y_pred):
    """Targets of shape (N,) and predictions of shape (N, 1) are accepted. The subtraction
    broadcasts them to a table of N by N differences: every target with every prediction. Perfect
    predictions for the targets 0, 1, 2, 3 then cost 2.5 instead of 0. Compare the shapes first
    and raise a ValueError if they differ."""
    return mean_squared_error(*broadcast(y_true, y_pred))


@mistake("mean_squared_error")
def mse_flattens_to_fit(y_true, y_pred):
    """Targets whose shape differs are reshaped to that of the predictions. It repairs (N,)
    against (N, 1), and it also hides real mix-ups, such as (N, 2) against (2, N), by comparing
    numbers that do not belong together. Raise a ValueError and let the caller decide."""
    y_true, y_pred = as_pair(y_true, y_pred)
    return mean_squared_error(ops.reshape(y_true, ops.shape(y_pred)), y_pred)


@mistake("mean_squared_error")
def mse_is_a_sum(y_true, y_pred):
    """The squares are added up, not averaged, so the loss and its gradient grow with the number
    of outputs. Take ops.mean over the last axis instead of ops.sum."""
    return ops.sum(each(mean_squared_error, y_true, y_pred), axis=-1)


@mistake("mean_squared_error")
def mse_over_everything(y_true, y_pred):
    """The mean runs over all axes and gives a single number. Without axis=-1 the examples cannot
    be told apart any more, and nobody can weigh or mask them later."""
    return ops.mean(mean_squared_error(y_true, y_pred))


@mistake("mean_squared_error")
def mse_over_the_batch(y_true, y_pred):
    """The mean runs over axis 0, the examples. That gives one loss per output instead of one per
    example. The last axis is axis=-1."""
    return ops.mean(each(mean_squared_error, y_true, y_pred), axis=0)


@mistake("mean_squared_error")
def mse_over_axis_one(y_true, y_pred):
    """The mean runs over axis 1, which is the last axis of a matrix and of nothing else. Write
    axis=-1, then rank 1 and rank 3 work too."""
    return ops.mean(each(mean_squared_error, y_true, y_pred), axis=1)


@mistake("mean_squared_error")
def mse_keeps_the_axis(y_true, y_pred):
    """The result keeps a last axis of length 1, so there is a column of losses instead of a row.
    The next multiplication by weights of shape (N,) would broadcast it to N by N. Leave keepdims
    out."""
    return ops.expand_dims(mean_squared_error(y_true, y_pred), -1)


@mistake("mean_squared_error")
def mse_halved(y_true, y_pred):
    """The loss is half of what it should be. The factor 1/2 is common in derivations, because it
    cancels the 2 of the derivative. The mean squared error of Keras has no such factor."""
    return 0.5 * mean_squared_error(y_true, y_pred)


@mistake("mean_squared_error")
def mse_is_absolute(y_true, y_pred):
    """This is the mean *absolute* error: nothing is squared. Its slope has the same size however
    large the error is, and it predicts the median of the targets instead of their mean."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.mean(ops.abs(y_pred - y_true), axis=-1)


@mistake("mean_squared_error")
def mse_with_a_root(y_true, y_pred):
    """This is the *root* of the mean squared error. It is good for reporting, since it has the
    unit of the targets. As a loss it has no gradient where the error is 0. Leave the root out."""
    return ops.sqrt(mean_squared_error(y_true, y_pred))


@mistake("mean_squared_error")
def mse_squares_the_mean(y_true, y_pred):
    """The mean is taken first and squared afterwards, so errors of +3 and -3 cancel to a loss of
    0. Square first, then take the mean."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.square(ops.mean(y_pred - y_true, axis=-1))


@mistake("mean_squared_error")
def mse_in_numpy(y_true, y_pred):
    """The values are right, but NumPy computed them. TensorFlow saw none of it, so no gradient
    can flow back. Use keras.ops."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.convert_to_tensor(np.mean((np.asarray(y_pred) - np.asarray(y_true)) ** 2, axis=-1))


@mistake("mean_squared_error")
def mse_always_float32(y_true, y_pred):
    """Everything is cast to float32. Predictions in float16 or float64 should give a loss of
    their own dtype: only integers become float32."""
    return mean_squared_error(ops.cast(y_true, "float32"), ops.cast(y_pred, "float32"))


# huber -----------------------------------------------------------------------------------------


@mistake("huber")
def huber_without_the_offset(y_true, y_pred, delta=1.0):
    """The linear part lacks the offset of delta ** 2 / 2. At |error| = delta the loss jumps from
    half of delta squared to all of it. Draw both parts: they have to meet."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, delta * size), axis=-1)


@mistake("huber")
def huber_offset_too_large(y_true, y_pred, delta=1.0):
    """The linear part subtracts delta ** 2 instead of half of it, so the loss falls to 0 at
    |error| = delta and starts again from there. The offset is delta ** 2 / 2."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, delta * (size - delta)), axis=-1)


@mistake("huber")
def huber_forgets_delta_in_the_slope(y_true, y_pred, delta=1.0):
    """The linear part is |error| - 1/2, which is right for delta = 1 only. Its slope has to be
    delta, and its offset delta ** 2 / 2. Test with another delta."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, size - 0.5), axis=-1)


@mistake("huber")
def huber_ignores_delta(y_true, y_pred, delta=1.0):  # noqa: ARG001
    """delta makes no difference: 1 is written into the code. With any other delta the border
    between the two parts has to move."""
    return huber(y_true, y_pred)


@mistake("huber")
def huber_offset_without_the_square(y_true, y_pred, delta=1.0):
    """The offset is delta / 2 and should be delta ** 2 / 2: the linear part is delta * (|error| -
    delta / 2). With delta = 1 the two cannot be told apart."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, delta * size - 0.5 * delta), axis=-1)


@mistake("huber")
def huber_without_the_half(y_true, y_pred, delta=1.0):
    """Small errors cost their whole square instead of half of it. At |error| = delta the loss
    then jumps from delta ** 2 down to half of that."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, size**2, delta * (size - 0.5 * delta)), axis=-1)


@mistake("huber")
def huber_the_wrong_way_round(y_true, y_pred, delta=1.0):
    """The two parts are swapped: small errors are linear and large ones squared. That is the
    opposite of what Huber wants, since outliers now count even more. Turn the condition
    around."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size > delta, 0.5 * size**2, delta * (size - 0.5 * delta)), axis=-1)


@mistake("huber")
def huber_compares_signed_errors(y_true, y_pred, delta=1.0):
    """The condition compares the error itself with delta, not its size. Every negative error is
    below delta, so a prediction that is 9 too low is squared. Compare ops.abs(error)."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(
        ops.where(error <= delta, 0.5 * error**2, delta * (ops.abs(error) - 0.5 * delta)), axis=-1
    )


@mistake("huber")
def huber_clips_the_error(y_true, y_pred, delta=1.0):
    """Errors are clipped to delta and then squared. Beyond delta the loss is flat, its gradient
    is 0, and the examples that are furthest off teach nothing. Huber keeps rising there, with
    slope delta."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.mean(0.5 * ops.square(ops.clip(y_pred - y_true, -delta, delta)), axis=-1)


@mistake("huber")
def huber_divided_by_delta(y_true, y_pred, delta=1.0):
    """Everything is divided by delta: squares by 2 delta, and a slope of 1 for large errors. That
    is the "smooth L1" loss of other libraries, the same up to this factor. Keras' Huber has slope
    delta."""
    return huber(y_true, y_pred, delta) / delta


@mistake("huber")
def huber_pseudo(y_true, y_pred, delta=1.0):
    """This is the *pseudo*-Huber loss, delta ** 2 * (sqrt(1 + (error / delta) ** 2) - 1): one
    smooth formula that comes close, and is not the same. Use the two parts."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    root = ops.sqrt(1.0 + ops.square((y_pred - y_true) / delta))
    return ops.mean(delta**2 * (root - 1.0), axis=-1)


@mistake("huber")
def huber_is_a_sum(y_true, y_pred, delta=1.0):
    """The losses of a row are added up, not averaged. Take ops.mean over the last axis."""
    return ops.sum(each(huber, y_true, y_pred, delta), axis=-1)


@mistake("huber")
def huber_over_everything(y_true, y_pred, delta=1.0):
    """The mean runs over all axes and gives a single number. Average over the last axis only:
    axis=-1."""
    return ops.mean(huber(y_true, y_pred, delta))


@mistake("huber")
def huber_decides_once_per_row(y_true, y_pred, delta=1.0):
    """The choice between the two parts is made once for a whole row, by its mean error. Each
    error has to choose for itself: one outlier among small errors is the very case Huber is
    for."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.mean(ops.abs(y_pred - y_true), axis=-1)
    return ops.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta))


@mistake("huber")
def huber_broadcasts(y_true, y_pred, delta=1.0):
    """Targets of shape (N,) and predictions of shape (N, 1) are accepted and broadcast to N by N
    errors. Compare the shapes first and raise a ValueError if they differ."""
    return huber(*broadcast(y_true, y_pred), delta)


# binary_crossentropy ---------------------------------------------------------------------------


@mistake("binary_crossentropy")
def bce_after_a_sigmoid(y_true, logits):
    """A sigmoid is applied to the logits before a formula that expects logits, so there are two
    sigmoids. The second one sees numbers between 0 and 1 only, and the loss can never come near
    0. Hand the raw outputs over."""
    return binary_crossentropy(y_true, ops.sigmoid(as_floating(logits)))


@mistake("binary_crossentropy")
def bce_from_probabilities(y_true, logits):
    """The formula on the blackboard, with p = sigmoid(logits). In float32 p becomes exactly 1 at
    a logit of 17, log(1 - p) is minus infinity, and 0 times that is NaN. Simplify the formula on
    paper, with logits, before you type it."""
    y_true, logits = same_shaped(y_true, logits)
    p = ops.sigmoid(logits)
    return ops.mean(-y_true * ops.log(p) - (1.0 - y_true) * ops.log(1.0 - p), axis=-1)


@mistake("binary_crossentropy")
def bce_clips_probabilities(y_true, logits):
    """The probabilities are clipped away from 0 and 1 before the logarithm. That removes the NaN,
    and the gradient with it: a clipped number does not react to its input. The loss stops at
    about 16, and the examples that are most wrong teach nothing."""
    y_true, logits = same_shaped(y_true, logits)
    p = ops.clip(ops.sigmoid(logits), 1e-7, 1.0 - 1e-7)
    return ops.mean(-y_true * ops.log(p) - (1.0 - y_true) * ops.log(1.0 - p), axis=-1)


@mistake("binary_crossentropy")
def bce_adds_epsilon(y_true, logits):
    """A small number is added inside the logarithm. The loss is finite, but far out the sigmoid
    is flat, so the gradient is 0 where the network is most wrong, and the loss stops at about 16.
    Work with logits instead."""
    y_true, logits = same_shaped(y_true, logits)
    p = ops.sigmoid(logits)
    loss = -y_true * ops.log(p + 1e-7) - (1.0 - y_true) * ops.log(1.0 - p + 1e-7)
    return ops.mean(loss, axis=-1)


@mistake("binary_crossentropy")
def bce_by_relu_and_abs(y_true, logits):
    """The values are right everywhere, and the gradient is wrong at a logit of exactly 0: relu
    and abs have a kink there and both are given slope 0, so the gradient is -y instead of 1/2 -
    y. A last layer that starts with zero weights has all its logits there."""
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
def bce_by_the_sign_of_the_target(y_true, logits):
    """log(1 + exp(-(2y - 1) z)) is a neat form that holds for targets of exactly 0 and 1 only.
    Between them it is something else: at y = 1/2 it is log 2 whatever the network says."""
    y_true, logits = same_shaped(y_true, logits)
    return binary_crossentropy(ops.ones_like(logits), (2.0 * y_true - 1.0) * logits)


@mistake("binary_crossentropy")
def bce_is_a_sum(y_true, logits):
    """The losses of a row are added up, not averaged. Take ops.mean over the last axis."""
    return ops.sum(each(binary_crossentropy, y_true, logits), axis=-1)


@mistake("binary_crossentropy")
def bce_over_the_batch(y_true, logits):
    """The mean runs over axis 0, the examples, and gives one loss per output. The last axis is
    axis=-1."""
    return ops.mean(each(binary_crossentropy, y_true, logits), axis=0)


@mistake("binary_crossentropy")
def bce_broadcasts(y_true, logits):
    """Targets of shape (N,) and logits of shape (N, 1) are accepted and broadcast to N by N
    losses. Compare the shapes first and raise a ValueError if they differ."""
    return binary_crossentropy(*broadcast(y_true, logits))


@mistake("binary_crossentropy")
def bce_always_float32(y_true, logits):
    """Everything is cast to float32. Logits in float16 or float64 should give a loss of their own
    dtype: only integers become float32."""
    return binary_crossentropy(ops.cast(y_true, "float32"), ops.cast(logits, "float32"))


# sparse_categorical_crossentropy ---------------------------------------------------------------


@mistake("sparse_categorical_crossentropy")
def ce_after_a_softmax(labels, logits):
    """Softmax is applied twice. The second one sees shares between 0 and 1, and can make no more
    of a perfect answer than e / (e + 9) = 0.232 for ten classes. The loss has a floor of 1.461
    that no training gets under. Use the logits once."""
    return sparse_categorical_crossentropy(labels, ops.softmax(as_floating(logits)))


@mistake("sparse_categorical_crossentropy")
def ce_log_of_softmax(labels, logits):
    """The logarithm is taken of shares that were computed first. A share below about 1e-45 is
    rounded to 0, and its logarithm is minus infinity. Take the logarithm on paper: log of the sum
    of exponentials, minus the logit of the right class."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.log(entry_of(labels, ops.softmax(logits)))


@mistake("sparse_categorical_crossentropy")
def ce_clips_shares(labels, logits):
    """Shares are clipped away from 0 before the logarithm. The loss cannot exceed 16, and a
    clipped share passes no gradient, so the examples that are most wrong teach nothing. Work with
    logits."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    shares = ops.clip(ops.softmax(logits), 1e-7, 1.0)
    return -ops.log(entry_of(labels, shares))


@mistake("sparse_categorical_crossentropy")
def ce_adds_epsilon(labels, logits):
    """A small number is added inside the logarithm. The loss cannot exceed 16, and the gradient
    vanishes where the share of the right class is smaller than that number. Work with logits."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.log(entry_of(labels, ops.softmax(logits)) + 1e-7)


@mistake("sparse_categorical_crossentropy")
def ce_without_the_maximum(labels, logits):
    """The exponentials are taken of the logits as they are. exp(100) is infinite in float32.
    Subtract the largest logit of each row first: the loss does not change, and no exponent is
    above 0."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return ops.log(ops.sum(ops.exp(logits), axis=-1)) - entry_of(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_with_one_maximum_for_all(labels, logits):
    """The largest logit of the whole batch is subtracted from every row. A row whose own logits
    are 100 lower is left with exponentials of 0 and a logarithm of 0. Each row needs its own
    maximum: axis=-1, keepdims=True."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    shifted = logits - ops.max(logits)
    return ops.log(ops.sum(ops.exp(shifted), axis=-1)) - entry_of(labels, shifted)


@mistake("sparse_categorical_crossentropy")
def ce_shares_over_the_batch(labels, logits):
    """The exponentials are added up over axis 0, the examples, instead of the classes. The shares
    of one example do not add up to 1. The classes are on the last axis."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    shifted = logits - ops.max(logits, axis=0, keepdims=True)
    return -entry_of(labels, shifted - ops.log(ops.sum(ops.exp(shifted), axis=0, keepdims=True)))


@mistake("sparse_categorical_crossentropy")
def ce_is_the_mean(labels, logits):
    """The mean over all labels is taken, and a single number comes back. This function returns
    one loss per label; averaging comes later, when weights and masks have had their say."""
    return ops.mean(sparse_categorical_crossentropy(labels, logits))


@mistake("sparse_categorical_crossentropy")
def ce_divided_by_the_classes(labels, logits):
    """The loss is averaged over the classes, and so comes out K times too small. Only one class
    of each row contributes: add up over the last axis, or pick that entry."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(labels, logits) / logits.shape[-1]


@mistake("sparse_categorical_crossentropy")
def ce_expects_one_hot(labels, logits):
    """The labels are multiplied with the log-shares as if they were one-hot vectors. *Sparse*
    labels are integers, one for each row: turn them into one-hot vectors first, or pick the entry
    with take_along_axis."""
    logits = as_floating(logits)
    return -ops.sum(ops.cast(labels, logits.dtype) * ops.log_softmax(logits), axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_one_hot_of_anything(labels, logits):
    """A label that is out of range becomes a row of zeros in one_hot, and its loss is 0: the
    worst data counts as a perfect prediction. Check the labels and raise an error."""
    logits = as_floating(logits)
    one_hot = ops.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    return -ops.sum(one_hot * ops.log_softmax(logits), axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_minus_one_is_the_last(labels, logits):
    """A label of -1 is taken for the last class, as in Python lists. In labels, -1 usually means
    "unknown" or comes from a subtraction that went wrong. Raise an error for labels below 0
    too."""
    logits = as_floating(logits)
    labels = ops.convert_to_tensor(labels)
    if hasattr(labels, "numpy") and np.any(labels.numpy() >= logits.shape[-1]):
        raise ValueError("labels out of range")
    labels = ops.where(labels < 0, labels + logits.shape[-1], labels)
    return sparse_categorical_crossentropy(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_clips_labels(labels, logits):
    """Labels that are out of range are moved to the nearest class. The error in the data stays,
    and nobody will ever hear of it. Raise an error instead."""
    logits = as_floating(logits)
    labels = ops.clip(ops.convert_to_tensor(labels), 0, logits.shape[-1] - 1)
    return sparse_categorical_crossentropy(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_counts_from_one(labels, logits):
    """Classes are counted from 1, so every label is looked up one place too early. In Keras the K
    classes are 0 to K - 1."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return sparse_categorical_crossentropy((labels - 1) % logits.shape[-1], logits)


@mistake("sparse_categorical_crossentropy")
def ce_takes_all_labels_from_every_row(labels, logits):
    """ops.take picks *all* labels from *every* row, so N labels give N by N losses. To pick one
    entry from each row, use ops.take_along_axis with an index of shape (N, 1)."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -ops.take(ops.log_softmax(logits), labels, axis=-1)


@mistake("sparse_categorical_crossentropy")
def ce_without_the_minus(labels, logits):
    """The minus sign is missing, so a good prediction has the *largest* value. Training would
    make every answer as wrong as it can. The loss is minus the logarithm."""
    return -sparse_categorical_crossentropy(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_forgets_the_other_classes(labels, logits):
    """The loss is minus the logit of the right class, and the other classes play no part. A
    network can make it as small as it likes by raising all logits. The log of the sum of all
    exponentials belongs to it."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    return -entry_of(labels, logits)


@mistake("sparse_categorical_crossentropy")
def ce_counts_wrong_answers(labels, logits):
    """This is 1 for a wrong answer and 0 for a right one: the error rate. It is what you want to
    know and cannot be trained on, since it has no slope."""
    logits = as_floating(logits)
    labels = known(labels, logits.shape[-1])
    wrong = ops.argmax(logits, axis=-1) != ops.cast(labels, "int64")
    return ops.cast(wrong, logits.dtype)


@mistake("sparse_categorical_crossentropy")
def ce_in_units_of_log_k(labels, logits):
    """The loss is divided by log K, so that an undecided network has a loss of 1 whatever K is.
    It is handy for comparing tasks, but it is not cross-entropy: the gradient is no longer
    softmax minus one-hot."""
    logits = as_floating(logits)
    return sparse_categorical_crossentropy(labels, logits) / np.log(logits.shape[-1])


@mistake("sparse_categorical_crossentropy")
def ce_always_float32(labels, logits):
    """The logits are cast to float32. Logits in float16 or float64 should give a loss of their
    own dtype: only integers become float32."""
    return sparse_categorical_crossentropy(labels, ops.cast(logits, "float32"))


# WeightedLoss ----------------------------------------------------------------------------------


class InSteps(WeightedLoss):
    """The right one in steps, for mistakes that change one of them."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.losses(y_true, y_pred)
        weights = None if sample_weight is None else self.weights(sample_weight, losses)
        return self.reduce(losses if weights is None else losses * weights, weights)

    def losses(self, y_true, y_pred):
        return self.fn(y_true, y_pred)

    def weights(self, sample_weight, losses):
        return ops.reshape(ops.cast(sample_weight, losses.dtype), ops.shape(losses))

    def reduce(self, weighted, weights):
        if self.reduction is None:
            return weighted
        if self.reduction == "sum":
            return ops.sum(weighted)
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            return ops.divide_no_nan(ops.sum(weighted), ops.sum(weights))
        return ops.mean(weighted)


@mistake("WeightedLoss")
class IgnoresTheWeights(WeightedLoss):
    """sample_weight makes no difference. Each loss has to be multiplied by its weight before the
    reduction."""

    def __call__(self, y_true, y_pred, sample_weight=None):  # noqa: ARG002
        return super().__call__(y_true, y_pred)


@mistake("WeightedLoss")
class AlwaysDividesByTheWeights(InSteps):
    """With weights, "sum_over_batch_size" and "mean" divide by the sum of the weights. That is
    what "mean_with_sample_weight" is for: the other two divide by the *number* of losses, so
    doubling all weights doubles the loss."""

    def reduce(self, weighted, weights):
        if self.reduction in (None, "sum") or weights is None:
            return super().reduce(weighted, weights)
        return ops.divide_no_nan(ops.sum(weighted), ops.sum(weights))


@mistake("WeightedLoss")
class AlwaysDividesByTheCount(InSteps):
    """ "mean_with_sample_weight" divides by the number of losses. It should divide by the *sum of
    the weights*, which makes it a weighted mean: weights of 2 and 200 for everybody then give the
    same."""

    def reduce(self, weighted, weights):  # noqa: ARG002
        return super().reduce(weighted, None)


@mistake("WeightedLoss")
class SwapsTheTwoMeans(InSteps):
    """The two kinds of mean are swapped: "sum_over_batch_size" divides by the sum of the weights,
    and "mean_with_sample_weight" by the number of losses. It should be the other way round."""

    def reduce(self, weighted, weights):
        if self.reduction in (None, "sum") or weights is None:
            return super().reduce(weighted, weights)
        if self.reduction == "mean_with_sample_weight":
            return ops.mean(weighted)
        return ops.divide_no_nan(ops.sum(weighted), ops.sum(weights))


@mistake("WeightedLoss")
class DividesByTheRowsThatCount(InSteps):
    """The sum is divided by the number of weights that are not 0. Masked rows drop out of the
    count that way, but Keras' "sum_over_batch_size" counts every loss, masked or not."""

    def reduce(self, weighted, weights):
        if self.reduction not in ("sum_over_batch_size", "mean") or weights is None:
            return super().reduce(weighted, weights)
        counted = ops.sum(ops.cast(weights != 0, weighted.dtype))
        return ops.divide_no_nan(ops.sum(weighted), counted)


@mistake("WeightedLoss")
class DividesTwice(InSteps):
    """The weights are first divided by their sum, and then the mean is taken, which divides once
    more by the number of losses. For "mean_with_sample_weight" use the sum after normalising, not
    the mean."""

    def reduce(self, weighted, weights):
        result = super().reduce(weighted, weights)
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            result = result / ops.cast(ops.size(weights), weighted.dtype)
        return result


@mistake("WeightedLoss")
class DividesByTheBatchSize(InSteps):
    """The sum is divided by the batch size N, as the name "sum_over_batch_size" suggests. Keras
    divides by the number of *losses*: with losses of shape (N, T) that is N times T. With one
    loss per example the two are the same."""

    def reduce(self, weighted, weights):
        if self.reduction in ("sum_over_batch_size", "mean"):
            return ops.sum(weighted) / weighted.shape[0]
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class AlwaysTheMean(InSteps):
    """The reduction makes no difference: the mean comes back for "sum" and None as well. Look at
    self.reduction."""

    def reduce(self, weighted, weights):  # noqa: ARG002
        return ops.mean(weighted)


@mistake("WeightedLoss")
class NoneIsTheMean(InSteps):
    """None reduces to the mean, as if it meant "use the default". It means "do not reduce": every
    weighted loss comes back."""

    def reduce(self, weighted, weights):
        return ops.mean(weighted) if self.reduction is None else super().reduce(weighted, weights)


@mistake("WeightedLoss")
class NoneForgetsTheWeights(WeightedLoss):
    """With None the losses come back without their weights. Weighting comes before reducing, so
    it happens with every reduction, also when nothing is reduced."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        return super().__call__(y_true, y_pred, None if self.reduction is None else sample_weight)


@mistake("WeightedLoss")
class SumIsTheMean(InSteps):
    """ "sum" gives the mean. Without the division the loss grows with the batch, and that is what
    is asked for."""

    def reduce(self, weighted, weights):
        return ops.mean(weighted) if self.reduction == "sum" else super().reduce(weighted, weights)


@mistake("WeightedLoss")
class SumIsTheDefault(WeightedLoss):
    """The default reduction is "sum". It should be "sum_over_batch_size", as in Keras: otherwise
    the size of a step changes with the size of the batch."""

    def __init__(self, fn, reduction="sum", name=None):
        super().__init__(fn, reduction, name)


@mistake("WeightedLoss")
class BroadcastsTheWeights(InSteps):
    """Weights of shape (N, 1) meet losses of shape (N,) and are broadcast to a table of N by N
    products, so every loss gets every weight. Give the weights the shape of the losses first."""

    def weights(self, sample_weight, losses):
        return ops.cast(sample_weight, losses.dtype)


@mistake("WeightedLoss")
class ZeroByZero(InSteps):
    """If all weights are 0, "mean_with_sample_weight" divides 0 by 0 and returns NaN. One batch
    of nothing but padding then ruins every weight of the network. ops.divide_no_nan makes it 0,
    as in Keras."""

    def reduce(self, weighted, weights):
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            return ops.sum(weighted) / ops.sum(weights)
        return super().reduce(weighted, weights)


@mistake("WeightedLoss")
class WeighsThePredictions(WeightedLoss):
    """The predictions are multiplied by the weights, not the losses. The network is then measured
    on answers it did not give. Compute the losses first, then multiply."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        if sample_weight is not None:
            weights = ops.cast(sample_weight, "float32")
            while len(weights.shape) < len(y_pred.shape):
                weights = ops.expand_dims(weights, -1)
            y_pred = y_pred * weights
        return super().__call__(y_true, y_pred)


@mistake("WeightedLoss")
class SquaresTheWeights(InSteps):
    """Each loss is multiplied by its weight twice, before the reduction and again in it, so the
    weights come in squared. Masks of 0 and 1 do not show it."""

    def reduce(self, weighted, weights):
        return super().reduce(weighted if weights is None else weighted * weights, weights)


@mistake("WeightedLoss")
class SwapsTheArguments(InSteps):
    """fn is called with the predictions first. Squared error does not mind; cross-entropy and
    most others do. In Keras the order is always y_true, y_pred."""

    def losses(self, y_true, y_pred):
        try:
            return self.fn(y_pred, y_true)
        except ValueError:
            return self.fn(y_true, y_pred)


@mistake("WeightedLoss")
class TakesAnyReduction(WeightedLoss):
    """A reduction that does not exist is accepted, and a spelling mistake goes unnoticed. Hand
    reduction to super().__init__: the base class refuses what Keras does not know."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(fn, name=name)
        self.reduction = reduction


@mistake("WeightedLoss")
class ForgetsTheReduction(WeightedLoss):
    """The reduction is not handed on, so every loss has Keras' default and "sum" or None make no
    difference. It belongs into super().__init__(name=name, reduction=reduction)."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):  # noqa: ARG002
        super().__init__(fn, name=name)


@mistake("WeightedLoss")
class ForgetsTheName(WeightedLoss):
    """The name is not handed on, so Keras makes one up. It belongs into
    super().__init__(name=name, ...)."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):  # noqa: ARG002
        super().__init__(fn, reduction)


@mistake("WeightedLoss")
class SharesItsSettings(WeightedLoss):
    """The settings are stored on the class, so all losses share them, and the last one that is
    made decides for all of them. Store them on self."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(fn, reduction, name)
        del self.reduction
        type(self).reduction = reduction


# output_head -----------------------------------------------------------------------------------


def heads(task, **changed):
    """The right answer, but for the tasks that are changed."""
    return changed.get(task) or output_head(task)


@mistake("output_head")
def head_multilabel_competes(task):
    """Multi-label got a softmax. Its shares compete for a total of 1, so a photo of a beach *and*
    a dog can never get both right. Several answers that do not exclude each other are several
    yes-or-no questions: a sigmoid each."""
    return heads(task, multilabel=("softmax", "sparse_categorical_crossentropy"))


@mistake("output_head")
def head_multilabel_softmax_with_bce(task):
    """Multi-label got the right loss, with a softmax to read the outputs. The loss trains each
    output as a probability of its own; softmax would make them share a total of 1. Read them with
    sigmoid."""
    return heads(task, multilabel=("softmax", "binary_crossentropy"))


@mistake("output_head")
def head_binary_softmax(task):
    """Binary got a softmax. Over a single output softmax is always 1, whatever the logit. One
    yes-or-no answer takes a sigmoid and binary cross-entropy."""
    return heads(task, binary=("softmax", "sparse_categorical_crossentropy"))


@mistake("output_head")
def head_binary_squared_error(task):
    """Binary is trained with squared error. On a sigmoid it is flat where the network is sure and
    wrong. Binary cross-entropy is steep there."""
    return heads(task, binary=("sigmoid", "mean_squared_error"))


@mistake("output_head")
def head_regression_squeezed(task):
    """Regression got a sigmoid, which can say nothing above 1 and nothing below 0. An amount
    needs no activation: "linear"."""
    return heads(task, regression=("sigmoid", "mean_squared_error"))


@mistake("output_head")
def head_multiclass_independent(task):
    """Multi-class got independent sigmoids, so an image can be a 3 and an 8 at once, or nothing
    at all. Classes that exclude each other share a total of 1: softmax."""
    return heads(task, multiclass=("sigmoid", "binary_crossentropy"))


@mistake("output_head")
def head_multiclass_linear(task):
    """Multi-class is read with "linear". The loss does take raw outputs, that is right, but the
    first name says how predictions are *read*: softmax turns the logits into shares."""
    return heads(task, multiclass=("linear", "sparse_categorical_crossentropy"))


@mistake("output_head")
def head_loss_first(task):
    """The pair is the wrong way round: the activation comes first, then the loss."""
    return output_head(task)[::-1]


@mistake("output_head")
def head_guesses_regression(task):
    """A task that is not known is treated as regression. A spelling mistake then trains a
    classifier with squared error, and nobody is told. Raise a ValueError."""
    try:
        return output_head(task)
    except ValueError:
        return output_head("regression")


@mistake("output_head")
def head_returns_none(task):
    """A task that is not known gives None. Whoever asked finds out later, and somewhere else.
    Raise a ValueError."""
    try:
        return output_head(task)
    except ValueError:
        return None


@mistake("output_head")
def head_raises_key_error(task):
    """A task that is not known raises a KeyError, which tells a reader that *your* dictionary
    lacks something. The argument is wrong, and the error for a wrong argument is ValueError."""
    try:
        return output_head(task)
    except ValueError as error:
        raise KeyError(task) from error


@mistake("output_head")
def head_forgives_spelling(task):
    """Capitals, blanks and hyphens are forgiven. It is meant well, but the contract says that
    anything else raises a ValueError, and a caller may rely on it."""
    return output_head(str(task).strip().lower().replace("-", ""))
