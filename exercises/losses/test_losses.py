"""Checks of the topic `losses`.

Expected values come from textbook formulas in NumPy float64, with probabilities made in NumPy: Keras'
softmax tensors remember their logits, and a Keras loss would use them. `WeightedLoss` is checked around
Keras' own loss functions, so that a mistake in another part costs nothing there.
"""

import numpy as np

from nnlearn.checking import check, expect, laws, oracles

# Integers next to integers, in lists and in arrays (one of a kind that holds nothing below 0), and next to
# floating numbers: on either side.
Y_TRUE_WHOLE, Y_PRED_WHOLE = [[0, 1, 1], [1, 0, 1]], [[3, -2, 0], [1, 2, -1]]
WHOLE = (
    (Y_TRUE_WHOLE, Y_PRED_WHOLE),
    (np.array(Y_TRUE_WHOLE), np.array(Y_PRED_WHOLE)),
    (np.array(Y_TRUE_WHOLE), np.array(Y_PRED_WHOLE, "float32")),
    (np.array([[1, 0, 1]], "uint8"), np.array([[0, 3, 200]], "uint8")),
    (np.array([[0.9, 0.25, 0.5]], "float32"), np.array([[3, -2, 0]])),
)
FLAT = np.array([0, 1, 1, 0], "float32")
OTHER_SHAPES = {
    "(4,) against (4, 1)": (FLAT, FLAT[:, None]),
    "(4, 1) against (4,)": (FLAT[:, None], FLAT),
    "(4, 1) against (4, 3)": (FLAT[:, None], np.zeros((4, 3), "float32")),
}


def huber_in_float64(y_true, y_pred, delta=1.0):
    size = np.abs(np.asarray(y_pred, float) - np.asarray(y_true, float))
    return np.where(size <= delta, size**2 / 2, delta * size - delta**2 / 2).mean(axis=-1)


def slope_is(learner, function, want, y_true, y_pred, claim, **kwargs):
    """The gradient with respect to `y_pred` is right."""
    laws.gradient_is(learner, function, want, y_true, y_pred, wrt=1, claim=claim, **kwargs)


def takes_dtypes(function, oracle, y_true, y_pred):
    """Floating dtypes are kept, also next to targets of another dtype; integers count as float32."""
    laws.keeps_dtypes(function, oracle, y_true, y_pred)
    laws.takes_integers(function, oracle, *WHOLE)
    whole, half = np.array(Y_TRUE_WHOLE), np.array(Y_PRED_WHOLE, "float16")
    result = function(whole, half)
    expect.dtype(result, "float16", "float16 next to integer targets should give a float16 loss")
    claim = "integer targets next to float16 should give right values"
    expect.right_and_finite(result, oracle(whole, half), claim, **oracles.tolerance("float16"))


def refuses_other_shapes(learner, function):
    """A ValueError, whatever would be computed instead: that depends on the rest of the function."""
    for words, case in OTHER_SHAPES.items():
        with expect.raises(ValueError, f"{words} should raise a ValueError"):
            function(*case)
            learner.observed({"accepted": words})


def works_in_graphs(learner, function, oracle, y_true, y_pred):
    """Inside a tf.function the losses are right, also for a batch whose size is not known there.

    Shapes that differ in what is known are refused there too: `model.fit` is where they would broadcast.
    """
    losses = oracle(y_true, y_pred)
    cases = [((y_true[:size], y_pred[:size]), losses[:size]) for size in (3, 2)]
    laws.same_when_traced(learner, function, *cases)
    with expect.raises(ValueError, "shapes that differ should raise a ValueError inside a tf.function too"):
        learner.kit.traced(function, y_true[:, :1], y_pred)


# mean_squared_error ----------------------------------------------------------------------------

Y_TRUE = np.array([[1.0, -2.0, 0.5, 3.0], [0.0, 4.0, -1.5, 2.0], [2.5, 0.25, 1.0, -3.0]], "float32")
Y_PRED = np.array([[1.5, -2.0, 2.5, 0.0], [1.0, 3.5, -1.5, 5.0], [0.5, 0.75, -0.5, -3.0]], "float32")


@check("mean_squared_error")
def test_mse_has_one_loss_per_row(learner):
    """Inputs of shape (3, 4) give a loss of shape (3,)."""
    claim = "inputs of shape (3, 4) should give one loss for each of the 3 rows"
    expect.shape(learner.mean_squared_error(Y_TRUE, Y_PRED), (3,), claim)


@check("mean_squared_error", after=test_mse_has_one_loss_per_row)
def test_mse_is_the_mean_of_squares(learner):
    """Each loss is the mean of the squared differences of its row."""
    # Five rows of four: N, D, D - 1 and N * D are four numbers, and no other by a factor of 2.
    rows = [0, 1, 2, 0, 1]
    y_true, y_pred = Y_TRUE[rows], Y_PRED[rows]
    result = learner.mean_squared_error(y_true, y_pred)
    claim = "each loss should be the mean squared difference of its row"
    expect.right_and_finite(result, oracles.mean_squared_error(y_true, y_pred), claim)


@check("mean_squared_error")
def test_mse_refuses_to_broadcast(learner):
    """Targets and predictions of different shapes raise a ValueError instead of broadcasting."""
    refuses_other_shapes(learner, learner.mean_squared_error)


@check("mean_squared_error", after=test_mse_is_the_mean_of_squares)
def test_mse_slope(learner):
    """The gradient is 2 (y_pred - y_true) / D."""
    claim = "the gradient should be 2 (y_pred - y_true) / 4"
    want = 2 * (Y_PRED - Y_TRUE) / 4
    slope_is(learner, learner.mean_squared_error, want, Y_TRUE, Y_PRED, claim)


@check("mean_squared_error", after=test_mse_is_the_mean_of_squares)
def test_mse_dtypes(learner):
    """The loss has the floating dtype of the predictions; integers and lists are float32."""
    takes_dtypes(learner.mean_squared_error, oracles.mean_squared_error, Y_TRUE, Y_PRED)


@check("mean_squared_error", after=test_mse_slope)
def test_mse_in_a_tf_function(learner):
    """Inside a tf.function, where the size of a batch may not be known, all is the same."""
    works_in_graphs(learner, learner.mean_squared_error, oracles.mean_squared_error, Y_TRUE, Y_PRED)


# huber -----------------------------------------------------------------------------------------

# Errors of many sizes on both sides of 0, next to targets that are not 0.
ERRORS = np.array([[0.0, 0.3, -0.6, 1.0], [-1.0, 1.7, -2.4, 4.0], [-9.0, 0.1, 2.0, -0.9]], "float32")


@check("huber")
def test_huber_has_one_loss_per_row(learner):
    """Inputs of shape (3, 4) give a loss of shape (3,)."""
    claim = "inputs of shape (3, 4) should give one loss for each of the 3 rows"
    expect.shape(learner.huber(Y_TRUE, Y_TRUE + ERRORS), (3,), claim)


@check("huber", after=test_huber_has_one_loss_per_row)
def test_huber_small_errors(learner):
    """Errors up to delta give half their square."""
    errors = np.array([[0.2, -0.4], [0.9, 0.0], [-0.8, 0.5]], "float32")
    y_true = Y_TRUE[:, :2]
    claim = "with all errors below delta the loss should be the mean of error ** 2 / 2"
    result = learner.huber(y_true, y_true + errors)
    expect.right_and_finite(result, np.mean(errors.astype(float) ** 2, axis=-1) / 2, claim)


@check("huber", after=test_huber_has_one_loss_per_row)
def test_huber_large_errors(learner):
    """Errors beyond delta, positive and negative, give delta * |error| - delta ** 2 / 2."""
    result = learner.huber(Y_TRUE, Y_TRUE + ERRORS)
    claim = "with delta=1 each loss should be the mean of the two formulas"
    expect.right_and_finite(result, huber_in_float64(Y_TRUE, Y_TRUE + ERRORS), claim)


@check("huber", after=test_huber_large_errors)
def test_huber_other_deltas(learner):
    """Huber uses the delta it is given."""
    for delta in (0.5, 2.5):
        result = learner.huber(Y_TRUE, Y_TRUE + ERRORS, delta=delta)
        claim = f"with delta={delta} each loss should be the mean of the two formulas"
        expect.right_and_finite(result, huber_in_float64(Y_TRUE, Y_TRUE + ERRORS, delta), claim)


@check("huber", after=test_huber_large_errors)
def test_huber_slope(learner):
    """The gradient is the error within delta, and stops growing at delta."""
    for delta in (1.0, 2.0):
        claim = f"with delta={delta} the gradient should be the error, clipped to ±{delta}, over 4"
        want = np.clip(ERRORS, -delta, delta) / 4
        options = {} if delta == 1 else {"delta": delta}
        slope_is(learner, learner.huber, want, 0 * ERRORS, ERRORS, claim, **options)


@check("huber")
def test_huber_refuses_to_broadcast(learner):
    """Targets and predictions of different shapes raise a ValueError instead of broadcasting."""
    refuses_other_shapes(learner, learner.huber)


@check("huber", after=test_huber_large_errors)
def test_huber_dtypes(learner):
    """The loss has the floating dtype of the predictions; integers and lists are float32."""
    takes_dtypes(learner.huber, huber_in_float64, Y_TRUE, Y_TRUE + ERRORS)


@check("huber", after=test_huber_slope)
def test_huber_in_a_tf_function(learner):
    """Inside a tf.function, where the size of a batch may not be known, all is the same."""
    works_in_graphs(learner, learner.huber, huber_in_float64, Y_TRUE, Y_TRUE + ERRORS)


# binary_crossentropy ---------------------------------------------------------------------------

TARGETS = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], "float32")
LOGITS = np.array([[0.5, 2.0, -1.0], [3.0, -2.5, 1.25], [-0.75, 4.0, -3.5], [1.0, -0.1, 0.6]], "float32")


@check("binary_crossentropy")
def test_bce_has_one_loss_per_row(learner):
    """Inputs of shape (4, 3) give a loss of shape (4,)."""
    claim = "inputs of shape (4, 3) should give one loss for each of the 4 rows"
    expect.shape(learner.binary_crossentropy(TARGETS, LOGITS), (4,), claim)


@check("binary_crossentropy", after=test_bce_has_one_loss_per_row)
def test_bce_is_log_2_when_undecided(learner):
    """At a logit of 0 the loss is log 2, whatever the target."""
    result = learner.binary_crossentropy(TARGETS, np.zeros((4, 3), "float32"))
    claim = "a network that is undecided should have a loss of log 2 = 0.6931"
    expect.right_and_finite(result, np.full(4, np.log(2)), claim)


@check("binary_crossentropy", after=test_bce_has_one_loss_per_row)
def test_bce_at_moderate_logits(learner):
    """The loss is that of the probabilities sigmoid(logits), averaged over each row."""
    p = oracles.sigmoid(LOGITS)
    want = -np.mean(TARGETS * np.log(p) + (1 - TARGETS) * np.log(1 - p), axis=-1)
    claim = "the loss should be the mean of -y log p - (1 - y) log(1 - p), with p = sigmoid(logits)"
    expect.right_and_finite(learner.binary_crossentropy(TARGETS, LOGITS), want, claim)


@check("binary_crossentropy", after=test_bce_at_moderate_logits)
def test_bce_at_large_logits(learner):
    """At logits of ±100 the loss is 0 where they are right and 100 where they are wrong."""
    z = np.array([[100.0], [-100.0], [100.0], [-100.0]], "float32")
    y = np.array([[1.0], [0.0], [0.0], [1.0]], "float32")
    claim = "logits of ±100 should cost 0 when right and 100 when wrong"
    expect.right_and_finite(learner.binary_crossentropy(y, z), [0, 0, 100, 100], claim)


@check("binary_crossentropy", after=test_bce_at_moderate_logits)
def test_bce_slope_at_zero(learner):
    """At a logit of exactly 0 the gradient is 0.5 for a target of 0 and -0.5 for a target of 1."""
    y = np.array([[0.0], [1.0]], "float32")
    claim = "at logits of 0 the gradient should be 0.5 for y = 0 and -0.5 for y = 1"
    zeros = np.zeros((2, 1), "float32")
    slope_is(learner, learner.binary_crossentropy, [[0.5], [-0.5]], y, zeros, claim)


@check("binary_crossentropy", after=test_bce_at_moderate_logits)
def test_bce_soft_targets(learner):
    """Targets between 0 and 1 are allowed."""
    y = np.array([[0.1, 0.9, 0.25], [0.5, 0.0, 1.0]], "float32")
    claim = "the formula should hold for targets between 0 and 1 too"
    result = learner.binary_crossentropy(y, LOGITS[:2])
    expect.right_and_finite(result, oracles.binary_crossentropy(y, LOGITS[:2]), claim)


@check("binary_crossentropy")
def test_bce_refuses_to_broadcast(learner):
    """Targets and logits of different shapes raise a ValueError instead of broadcasting."""
    refuses_other_shapes(learner, learner.binary_crossentropy)


@check("binary_crossentropy", after=test_bce_at_large_logits)
def test_bce_slope_at_large_logits(learner):
    """At logits of ±100 the gradient is 0 where they are right and ±1 where they are wrong."""
    z = np.array([[100.0], [-100.0], [100.0], [-100.0]], "float32")
    y = np.array([[1.0], [0.0], [0.0], [1.0]], "float32")
    claim = "logits of ±100 should have a gradient of 0 when right and ±1 when wrong"
    slope_is(learner, learner.binary_crossentropy, [[0.0], [0.0], [1.0], [-1.0]], y, z, claim)


@check("binary_crossentropy", after=test_bce_at_moderate_logits)
def test_bce_dtypes(learner):
    """The loss has the floating dtype of the logits; integers and lists are float32."""
    takes_dtypes(learner.binary_crossentropy, oracles.binary_crossentropy, TARGETS, LOGITS)


@check("binary_crossentropy", after=test_bce_slope_at_large_logits)
def test_bce_in_a_tf_function(learner):
    """Inside a tf.function, where the size of a batch may not be known, all is the same."""
    works_in_graphs(learner, learner.binary_crossentropy, oracles.binary_crossentropy, TARGETS, LOGITS)


# sparse_categorical_crossentropy ---------------------------------------------------------------

LABELS = np.array([2, 0, 1, 2, 1])
SCORES = np.array(
    [[0.5, 2.0, -1.0], [3.0, -2.5, 1.25], [-0.75, 4.0, -3.5], [1.0, -0.1, 0.6], [0.0, 0.2, 5.0]],
    "float32",
)


@check("sparse_categorical_crossentropy")
def test_ce_has_one_loss_per_label(learner):
    """Five labels give five losses."""
    result = learner.sparse_categorical_crossentropy(LABELS, SCORES)
    expect.shape(result, (5,), "labels of shape (5,) should give losses of shape (5,)")


@check("sparse_categorical_crossentropy", after=test_ce_has_one_loss_per_label)
def test_ce_is_log_k_when_undecided(learner):
    """With the same logit for all K classes the loss is log K."""
    for classes, logit in ((4, 0.0), (10, 7.0)):
        labels = np.array([0, 3, 1])
        result = learner.sparse_categorical_crossentropy(labels, np.full((3, classes), logit, "float32"))
        claim = f"a network that gives {classes} classes the same logit should have a loss of log {classes}"
        expect.right_and_finite(result, np.full(3, np.log(classes)), claim)


@check("sparse_categorical_crossentropy", after=test_ce_has_one_loss_per_label)
def test_ce_at_moderate_logits(learner):
    """The loss is minus the logarithm of the share that softmax gives to the right class."""
    shares = oracles.softmax(SCORES)
    want = -np.log(shares[np.arange(5), LABELS])
    claim = "each loss should be -log(softmax(logits)[label])"
    result = learner.sparse_categorical_crossentropy(LABELS, SCORES)
    expect.right_and_finite(result, want, claim)


@check("sparse_categorical_crossentropy", after=test_ce_is_log_k_when_undecided)
def test_ce_of_a_perfect_network(learner):
    """A network that is sure and right has a loss of 0: there is no floor under it."""
    z = np.zeros((3, 10), "float32")
    z[[0, 1, 2], [7, 0, 9]] = 30.0
    result = learner.sparse_categorical_crossentropy(np.array([7, 0, 9]), z)
    claim = "with a logit of 30 for the right class and 0 for the others the loss should be 0"
    expect.right_and_finite(result, np.zeros(3), claim)


@check("sparse_categorical_crossentropy", after=test_ce_at_moderate_logits)
def test_ce_at_large_logits(learner):
    """At logits of ±100 the loss is finite and right."""
    z = np.array([[100.0, -100.0, 0.0], [-100.0, 100.0, 0.0], [-100.0, -100.0, -100.0]], "float32")
    labels = np.array([1, 1, 2])
    claim = "at logits of ±100 the losses should be 200, 0 and log 3"
    result = learner.sparse_categorical_crossentropy(labels, z)
    expect.right_and_finite(result, [200, 0, np.log(3)], claim)


@check("sparse_categorical_crossentropy", after=test_ce_has_one_loss_per_label)
def test_ce_refuses_unknown_classes(learner):
    """A label that is not one of the K classes raises an error."""
    with expect.raises(Exception, "a label of 3 among the classes 0, 1 and 2 should raise an error"):
        learner.sparse_categorical_crossentropy(np.array([2, 0, 3, 2, 1]), SCORES)
        learner.observed({"accepted": 3})


@check("sparse_categorical_crossentropy", after=test_ce_has_one_loss_per_label)
def test_ce_refuses_negative_labels(learner):
    """A label below 0 raises an error."""
    with expect.raises(Exception, "a label of -1 should raise an error"):
        learner.sparse_categorical_crossentropy(np.array([0, 1, 2, -1, 2]), SCORES)
        learner.observed({"accepted": -1})


@check("sparse_categorical_crossentropy", after=test_ce_at_large_logits)
def test_ce_slope_at_large_logits(learner):
    """At logits of ±100 the gradient is finite and softmax(logits) - one_hot(labels)."""
    z = np.array([[100.0, -100.0, 0.0], [-100.0, 100.0, 0.0], [-100.0, -100.0, -100.0]], "float32")
    labels = np.array([1, 1, 2])
    claim = "the gradient should be softmax(logits) - one_hot(labels) at logits of ±100 too"
    want = oracles.crossentropy_gradient(labels, z)
    slope_is(learner, learner.sparse_categorical_crossentropy, want, labels, z, claim)


@check("sparse_categorical_crossentropy", after=test_ce_at_moderate_logits)
def test_ce_in_a_tf_function(learner):
    """Inside a tf.function, where labels have no values and batches no size yet, the losses are the same."""
    losses = oracles.crossentropy(LABELS, SCORES)
    cases = [((LABELS[:size], SCORES[:size]), losses[:size]) for size in (5, 2)]
    laws.same_when_traced(learner, learner.sparse_categorical_crossentropy, *cases)


@check("sparse_categorical_crossentropy", after=test_ce_at_moderate_logits)
def test_ce_dtypes(learner):
    """The loss has the floating dtype of the logits; integers and lists are float32."""
    laws.keeps_dtypes(learner.sparse_categorical_crossentropy, oracles.crossentropy, LABELS, SCORES)
    labels, z = [0, 3], [[3, 0, -2, 1], [0, 5, 1, 0]]
    cases = (labels, z), (np.array(labels, "int32"), np.array(z))
    laws.takes_integers(learner.sparse_categorical_crossentropy, oracles.crossentropy, *cases)


# WeightedLoss ----------------------------------------------------------------------------------

WEIGHTS = np.array([2.0, 0.0, 5.0], "float32")  # for the three rows of Y_TRUE and Y_PRED
ROW_LOSSES = oracles.mean_squared_error(Y_TRUE, Y_PRED)


def around_mse(learner, *args, **kwargs):
    """The learner's class around Keras' mean squared error."""
    return learner.WeightedLoss(learner.keras.losses.mean_squared_error, *args, **kwargs)


@check("WeightedLoss")
def test_weighted_default_is_the_mean(learner):
    """Without weights the default is the mean of all losses."""
    result = around_mse(learner)(Y_TRUE, Y_PRED)
    expect.shape(result, (), "the default reduction should give one number")
    expect.right_and_finite(result, ROW_LOSSES.mean(), "the default should be the mean of all losses")


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_sum(learner):
    """reduction="sum" adds up the weighted losses."""
    loss = around_mse(learner, reduction="sum")
    claim = 'with "sum" and no weights the result should be the sum of the losses'
    expect.right_and_finite(loss(Y_TRUE, Y_PRED), ROW_LOSSES.sum(), claim)
    claim = 'with "sum" the result should be the sum of weights times losses'
    result = loss(Y_TRUE, Y_PRED, sample_weight=WEIGHTS)
    expect.right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES), claim)


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_mean_divides_by_the_count(learner):
    """The default and "mean" divide the weighted sum by the number of losses."""
    for kwargs in ({}, {"reduction": "sum_over_batch_size"}, {"reduction": "mean"}):
        result = around_mse(learner, **kwargs)(Y_TRUE, Y_PRED, sample_weight=WEIGHTS)
        claim = "the weighted sum should be divided by 3, the number of losses"
        expect.right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES) / 3, claim)


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_mean_with_sample_weight(learner):
    """reduction="mean_with_sample_weight" divides the weighted sum by the sum of the weights."""
    loss = around_mse(learner, reduction="mean_with_sample_weight")
    claim = "the weighted sum should be divided by 7, the sum of the weights"
    result = loss(Y_TRUE, Y_PRED, sample_weight=WEIGHTS)
    expect.right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES) / 7, claim)
    claim = "very small weights should give the same: they are divided by their sum, whatever it is"
    result = loss(Y_TRUE, Y_PRED, sample_weight=WEIGHTS / np.float32(1e7))
    expect.right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES) / 7, claim)
    claim = "without weights the sum should be divided by the number of losses"
    expect.right_and_finite(loss(Y_TRUE, Y_PRED), ROW_LOSSES.mean(), claim)


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_none_keeps_the_losses(learner):
    """reduction=None returns every loss times its weight."""
    loss = around_mse(learner, reduction=None)
    claim = "with None the losses should come back as they are"
    expect.right_and_finite(loss(Y_TRUE, Y_PRED), ROW_LOSSES, claim)
    claim = "with None each loss should come back times its weight"
    result = loss(Y_TRUE, Y_PRED, sample_weight=WEIGHTS)
    expect.right_and_finite(result, WEIGHTS * ROW_LOSSES, claim)


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_refuses_unknown_reductions(learner):
    """A reduction that Keras does not know raises a ValueError at construction."""
    with expect.raises(ValueError, 'reduction="average" should raise a ValueError'):
        around_mse(learner, reduction="average")


@check("WeightedLoss", after=test_weighted_mean_divides_by_the_count)
def test_weighted_counts_losses_of_steps(learner):
    """With losses of shape (3, 2) the mean divides by 6, the number of losses, and not by 3."""
    y_true, y_pred = Y_TRUE.reshape(3, 2, 2), Y_PRED.reshape(3, 2, 2)
    weights = np.array([[2.0, 0.0], [1.0, 1.0], [0.5, 3.0]], "float32")
    losses = oracles.mean_squared_error(y_true, y_pred)
    claim = "the weighted sum should be divided by 6, the number of losses"
    result = around_mse(learner)(y_true, y_pred, sample_weight=weights)
    expect.right_and_finite(result, np.sum(weights * losses) / 6, claim)


@check("WeightedLoss", after=test_weighted_sum)
def test_weighted_column_of_weights(learner):
    """Weights of shape (N, 1) weigh losses of shape (N,) one by one."""
    result = around_mse(learner, reduction="sum")(Y_TRUE, Y_PRED, sample_weight=WEIGHTS[:, None])
    claim = "weights of shape (N, 1) should act like weights of shape (N,)"
    expect.right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES), claim)


@check("WeightedLoss", after=test_weighted_sum)
def test_weighted_dtypes_of_weights(learner):
    """Weights of any numeric dtype will do: integers, float64. Losses in float32 give float32."""
    for dtype in ("int64", "float64", "uint8"):
        loss, weights = around_mse(learner, reduction="sum"), WEIGHTS.astype(dtype)
        of_tensors = learner.kit.on_tensors(loss, Y_TRUE, Y_PRED, sample_weight=weights)
        for result in (loss(Y_TRUE, Y_PRED, sample_weight=weights), of_tensors):
            claim = f"float32 losses with weights of dtype {dtype} should stay float32"
            expect.dtype(result, "float32", claim)
            claim = f"weights of dtype {dtype} should give the same as weights of dtype float32"
            expect.right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES), claim)


@check("WeightedLoss", after=test_weighted_mean_with_sample_weight)
def test_weighted_nothing_but_padding(learner):
    """If all weights are 0 the loss is 0 and not NaN."""
    for reduction in ("mean_with_sample_weight", "sum_over_batch_size"):
        loss = around_mse(learner, reduction=reduction)
        result = loss(Y_TRUE, Y_PRED, sample_weight=np.zeros(3, "float32"))
        expect.right_and_finite(result, 0.0, "with all weights 0 the loss should be 0")


@check("WeightedLoss", after=test_weighted_nothing_but_padding)
def test_weighted_all_masked(learner):
    """If all weights are 0 the gradient is 0 and not NaN."""
    for reduction in ("mean_with_sample_weight", "sum_over_batch_size"):
        loss = around_mse(learner, reduction=reduction)
        nothing = np.zeros(3, "float32")
        claim = "with all weights 0 the gradient should be 0"
        slope_is(learner, loss, np.zeros_like(Y_PRED), Y_TRUE, Y_PRED, claim, sample_weight=nothing)


@check("WeightedLoss", after=test_weighted_mean_divides_by_the_count)
def test_weighted_in_a_tf_function(learner):
    """Inside a tf.function, where the size of a batch may not be known, the loss is the same."""
    cases = [
        ((Y_TRUE[:size], Y_PRED[:size], WEIGHTS[:size]), np.mean(WEIGHTS[:size] * ROW_LOSSES[:size]))
        for size in (3, 2)
    ]
    laws.same_when_traced(learner, around_mse(learner), *cases)


@check("WeightedLoss", points=2, after=test_weighted_mean_with_sample_weight)
def test_weighted_in_fit(learner):
    """model.fit trains with the loss, and sample weights reach it."""
    x = np.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 0.25], [3.0, 1.0], [1.5, -0.5]], "float32")
    y = np.array([[1.0], [2.0], [-1.0], [0.5], [4.0]], "float32")
    weights = np.array([1.0, 0.0, 2.0, 0.5, 3.0], "float32")
    keras = learner.keras
    dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((2,)), dense])
    optimizer = keras.optimizers.SGD(0.1)
    loss = around_mse(learner, reduction="mean_with_sample_weight")
    model.compile(optimizer=optimizer, loss=loss, jit_compile=False)
    # The second batch is smaller, so the size of a batch is not known where the loss is traced.
    model.fit(x, y, batch_size=3, epochs=1, shuffle=False, verbose=0, sample_weight=weights)
    want = np.zeros((2, 1))
    for rows in (slice(3), slice(3, 5)):
        errors = x[rows] @ want - y[rows]
        want -= 0.1 * x[rows].T @ (2 * weights[rows, None] * errors) / weights[rows].sum()
    claim = "model.fit should follow the gradient of the weighted mean, in batches of 3 and of 2"
    expect.right_and_finite(model.get_weights()[0], want, claim)


# output_head -----------------------------------------------------------------------------------


def head_of(learner, task):
    """The learner's pair for a task, as a tuple of two names."""
    claim = f'output_head("{task}") should be a pair of names'
    pair = expect.items(learner.output_head(task), 2, claim)
    expect.true(all(isinstance(name, str) for name in pair), claim, f"it is {pair!r}")
    return pair


@check("output_head")
def test_head_for_regression(learner):
    """Amounts are read as they are and trained with squared error."""
    claim = "the pair for regression should fit a target that can be any number"
    activation, loss = head_of(learner, "regression")
    expect.same(activation, "linear", claim)
    expect.same(loss, "mean_squared_error", claim)


@check("output_head")
def test_head_for_multiclass(learner):
    """One of several classes is read through a softmax and trained with its cross-entropy."""
    claim = "the pair for multiclass should fit a target that is exactly one of several classes"
    activation, loss = head_of(learner, "multiclass")
    expect.same(activation, "softmax", claim)
    expect.same(loss, "sparse_categorical_crossentropy", claim)


@check("output_head")
def test_head_refuses_unknown_tasks(learner):
    """A task that is not among the four raises a ValueError."""
    for task in ("clustering", None):
        with expect.raises(ValueError, f"output_head({task!r}) should raise a ValueError"):
            learner.output_head(task)


@check("output_head")
def test_head_for_multilabel(learner):
    """Several independent yes-or-no answers have the right activation and the right loss."""
    claim = "the pair for multilabel should fit several yes-or-no answers that do not exclude each other"
    activation, loss = head_of(learner, "multilabel")
    expect.same(activation, "sigmoid", claim)
    expect.same(loss, "binary_crossentropy", claim)
