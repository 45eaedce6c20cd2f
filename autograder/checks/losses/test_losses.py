"""Checks of the topic `losses`.

Expected values come from textbook formulas in NumPy float64, with probabilities made in NumPy: Keras'
softmax tensors remember their logits, and a Keras loss would use them. `WeightedLoss` is checked around
Keras' own loss functions, so that a mistake in another part costs nothing there.
"""

import numpy as np

from nnlearn.checking import check, expect

DTYPES = ("float16", "float32", "float64")
TOLERANCE = {
    "float16": {"rtol": 1e-2, "atol": 5e-3},
    "float32": {"rtol": 1e-5, "atol": 1e-5},
    # Not tighter: a constant that went through float32 is good enough.
    "float64": {"rtol": 1e-6, "atol": 1e-6},
}


def mse_in_float64(y_true, y_pred):
    return np.mean((np.asarray(y_pred, float) - np.asarray(y_true, float)) ** 2, axis=-1)


def huber_in_float64(y_true, y_pred, delta=1.0):
    size = np.abs(np.asarray(y_pred, float) - np.asarray(y_true, float))
    return np.where(size <= delta, size**2 / 2, delta * size - delta**2 / 2).mean(axis=-1)


def sigmoid_in_float64(z):
    return 1 / (1 + np.exp(-np.asarray(z, float)))


def bce_in_float64(y_true, z):
    z = np.asarray(z, float)
    return np.mean(np.logaddexp(0, z) - np.asarray(y_true, float) * z, axis=-1)


def softmax_in_float64(z):
    powers = np.exp(np.asarray(z, float) - np.max(z, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def ce_in_float64(labels, z):
    z = np.asarray(z, float)
    of_label = np.take_along_axis(z, np.asarray(labels)[..., None], axis=-1)[..., 0]
    return np.logaddexp.reduce(z, axis=-1) - of_label


def slope_of(learner, function, y_true, y_pred, claim, **kwargs):
    """The gradient with respect to `y_pred`: a plain array, or a failed check where none arrives."""
    gradient = learner.kit.gradient(function, y_true, y_pred, wrt=1, **kwargs)
    expect.true(gradient is not None, claim, "no gradient arrives: TensorFlow lost track of the computation")
    return gradient


def right_and_finite(actual, expected, claim, **tolerance):
    """Finite first, so that a NaN is called a NaN, then right."""
    expect.finite(actual, claim)
    expect.close(actual, expected, claim, **tolerance)


def keeps_dtypes(function, in_float64, y_true, y_pred):
    """Each floating dtype comes back as it went in, with values as good as it can hold."""
    for dtype in DTYPES:
        targets = y_true.astype(dtype) if y_true.dtype.kind == "f" else y_true
        predictions = y_pred.astype(dtype)
        result = function(targets, predictions)
        expect.dtype(result, dtype, f"{dtype} predictions should give a {dtype} loss")
        want = in_float64(targets, predictions.astype("float64"))
        right_and_finite(result, want, f"the loss in {dtype} should be right", **TOLERANCE[dtype])


def takes_integers_and_lists(function, in_float64):
    """Integers become float32, in lists and in arrays, also next to floating numbers."""
    y_true, y_pred = [[0, 1, 1], [1, 0, 1]], [[3, -2, 0], [1, 2, -1]]
    for targets, predictions in (
        (y_true, y_pred),
        (np.array(y_true), np.array(y_pred)),
        (np.array(y_true), np.array(y_pred, "float32")),
    ):
        result = function(targets, predictions)
        expect.dtype(result, "float32", "integers should be treated as float32")
        want = in_float64(y_true, y_pred)
        expect.close(result, want, "integers and lists should give right values")


def averages_over_the_last_axis(function, in_float64, rng):
    """(D,) gives a scalar, (N, T, D) gives (N, T), four axes give three."""
    for shape in ((5,), (2, 5, 3), (2, 3, 4, 5)):
        y_true = rng.integers(0, 2, size=shape).astype("float32")
        y_pred = rng.normal(scale=3, size=shape).astype("float32")
        result = function(y_true, y_pred)
        expect.shape(result, shape[:-1], f"inputs of shape {shape} should give {shape[:-1]}")
        claim = "each loss should be the mean over the last axis"
        expect.close(result, in_float64(y_true, y_pred), claim)


def refuses_other_shapes(function):
    """(N,) against (N, 1) raises a ValueError, either way round."""
    flat = np.array([0, 1, 1, 0], "float32")
    for y_true, y_pred in ((flat, flat[:, None]), (flat[:, None], flat)):
        claim = f"{y_true.shape} against {y_pred.shape} should raise a ValueError"
        with expect.raises(ValueError, claim):
            function(y_true, y_pred)


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
    result = learner.mean_squared_error(Y_TRUE, Y_PRED)
    claim = "each loss should be the mean squared difference of its row"
    right_and_finite(result, mse_in_float64(Y_TRUE, Y_PRED), claim)


@check("mean_squared_error")
def test_mse_refuses_to_broadcast(learner):
    """Targets (N,) against predictions (N, 1) raise a ValueError instead of broadcasting."""
    refuses_other_shapes(learner.mean_squared_error)


@check("mean_squared_error", after=test_mse_is_the_mean_of_squares)
def test_mse_slope(learner):
    """The gradient is 2 (y_pred - y_true) / D."""
    claim = "the gradient should be 2 (y_pred - y_true) / 4"
    got = slope_of(learner, learner.mean_squared_error, Y_TRUE, Y_PRED, claim)
    right_and_finite(got, 2 * (Y_PRED - Y_TRUE) / 4, claim)


@check("mean_squared_error", hidden=True, after=test_mse_is_the_mean_of_squares)
def test_mse_over_the_last_axis(learner, rng):
    """The mean runs over the last axis for inputs of every rank; rank 1 gives a scalar."""
    averages_over_the_last_axis(learner.mean_squared_error, mse_in_float64, rng)


@check("mean_squared_error", hidden=True, after=test_mse_is_the_mean_of_squares)
def test_mse_dtypes(learner):
    """The loss has the floating dtype of the predictions; integers and lists are float32."""
    keeps_dtypes(learner.mean_squared_error, mse_in_float64, Y_TRUE, Y_PRED)
    takes_integers_and_lists(learner.mean_squared_error, mse_in_float64)


@check("mean_squared_error", hidden=True, after=test_mse_slope)
def test_mse_trains_and_traces(learner, rng):
    """The gradient is right with an upstream gradient, and the loss works inside a tf.function."""
    y_true, y_pred = rng.normal(size=(2, 2, 5, 3)).astype("float32")
    upstream = rng.normal(size=(2, 5)).astype("float32")
    claim = "the gradient should be upstream times 2 (y_pred - y_true) / D"
    got = slope_of(learner, learner.mean_squared_error, y_true, y_pred, claim, upstream=upstream)
    right_and_finite(got, upstream[..., None] * 2 * (y_pred - y_true) / 3, claim)
    traced = learner.kit.traced(learner.mean_squared_error, y_true, y_pred)
    claim = "the loss should be the same inside a tf.function"
    expect.close(traced, mse_in_float64(y_true, y_pred), claim)


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
    errors = np.array([[0.2, -0.4, 0.9], [0.0, -0.8, 0.5]], "float32")
    y_true = Y_TRUE[:2, :3]
    claim = "with all errors below delta the loss should be the mean of error ** 2 / 2"
    result = learner.huber(y_true, y_true + errors)
    right_and_finite(result, np.mean(errors.astype(float) ** 2, axis=-1) / 2, claim)


@check("huber", after=test_huber_has_one_loss_per_row)
def test_huber_large_errors(learner):
    """Errors beyond delta, positive and negative, give delta * |error| - delta ** 2 / 2."""
    result = learner.huber(Y_TRUE, Y_TRUE + ERRORS)
    claim = "with delta=1 each loss should be the mean of the two formulas"
    right_and_finite(result, huber_in_float64(Y_TRUE, Y_TRUE + ERRORS), claim)


@check("huber", after=test_huber_large_errors)
def test_huber_other_deltas(learner):
    """Huber uses the delta it is given."""
    for delta in (0.5, 2.5):
        result = learner.huber(Y_TRUE, Y_TRUE + ERRORS, delta=delta)
        claim = f"with delta={delta} each loss should be the mean of the two formulas"
        right_and_finite(result, huber_in_float64(Y_TRUE, Y_TRUE + ERRORS, delta), claim)


@check("huber", after=test_huber_large_errors)
def test_huber_slope(learner):
    """The gradient is the error within delta, and stops growing at delta."""
    for delta in (1.0, 2.0):
        claim = f"with delta={delta} the gradient should be the error, clipped to ±{delta}, over 4"
        got = slope_of(
            learner, learner.huber, 0 * ERRORS, ERRORS, claim, **({} if delta == 1 else {"delta": delta})
        )
        right_and_finite(got, np.clip(ERRORS, -delta, delta) / 4, claim)


@check("huber")
def test_huber_refuses_to_broadcast(learner):
    """Targets (N,) against predictions (N, 1) raise a ValueError instead of broadcasting."""
    refuses_other_shapes(learner.huber)


@check("huber", hidden=True, after=test_huber_other_deltas)
def test_huber_joins_smoothly(learner):
    """Value and slope do not jump where the two formulas meet."""
    for delta in (0.75, 3.0):
        around = np.array([-delta, delta])[:, None] * np.array([[0.999, 1.0, 1.001]])
        errors = around.astype("float32")[..., None]
        zeros = np.zeros_like(errors)
        claim = "the two formulas should have the same value at delta"
        result = learner.huber(zeros, errors, delta)
        right_and_finite(result, huber_in_float64(zeros, errors, delta), claim)
        claim = "the two formulas should have the same slope at delta"
        got = slope_of(learner, learner.huber, zeros, errors, claim, delta=delta)
        right_and_finite(got, np.clip(errors, -delta, delta), claim)


@check("huber", hidden=True, after=test_huber_large_errors)
def test_huber_over_the_last_axis(learner, rng):
    """The mean runs over the last axis for inputs of every rank; rank 1 gives a scalar."""
    averages_over_the_last_axis(learner.huber, huber_in_float64, rng)


@check("huber", hidden=True, after=test_huber_large_errors)
def test_huber_dtypes(learner):
    """The loss has the floating dtype of the predictions; integers and lists are float32."""
    keeps_dtypes(learner.huber, huber_in_float64, Y_TRUE, Y_TRUE + ERRORS)
    takes_integers_and_lists(learner.huber, huber_in_float64)


@check("huber", hidden=True, after=test_huber_slope)
def test_huber_trains_and_traces(learner, rng):
    """The gradient is right with an upstream gradient, and the loss works inside a tf.function."""
    y_true, y_pred = rng.normal(scale=2, size=(2, 2, 5, 3)).astype("float32")
    upstream = rng.normal(size=(2, 5)).astype("float32")
    delta = 1.5
    claim = "the gradient should be upstream times the clipped error over D"
    got = slope_of(learner, learner.huber, y_true, y_pred, claim, upstream=upstream, delta=delta)
    right_and_finite(got, upstream[..., None] * np.clip(y_pred - y_true, -delta, delta) / 3, claim)
    traced = learner.kit.traced(learner.huber, y_true, y_pred, delta=delta)
    claim = "the loss should be the same inside a tf.function"
    expect.close(traced, huber_in_float64(y_true, y_pred, delta), claim)


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
    right_and_finite(result, np.full(4, np.log(2)), claim)


@check("binary_crossentropy", after=test_bce_has_one_loss_per_row)
def test_bce_at_moderate_logits(learner):
    """The loss is that of the probabilities sigmoid(logits), averaged over each row."""
    p = sigmoid_in_float64(LOGITS)
    want = -np.mean(TARGETS * np.log(p) + (1 - TARGETS) * np.log(1 - p), axis=-1)
    claim = "the loss should be the mean of -y log p - (1 - y) log(1 - p), with p = sigmoid(logits)"
    right_and_finite(learner.binary_crossentropy(TARGETS, LOGITS), want, claim)


@check("binary_crossentropy", after=test_bce_at_moderate_logits)
def test_bce_at_large_logits(learner):
    """At logits of ±100 the loss is 0 where they are right and 100 where they are wrong."""
    z = np.array([[100.0], [-100.0], [100.0], [-100.0]], "float32")
    y = np.array([[1.0], [0.0], [0.0], [1.0]], "float32")
    claim = "logits of ±100 should cost 0 when right and 100 when wrong"
    right_and_finite(learner.binary_crossentropy(y, z), [0, 0, 100, 100], claim)


@check("binary_crossentropy", after=test_bce_at_moderate_logits)
def test_bce_slope_at_zero(learner):
    """At a logit of exactly 0 the gradient is 0.5 for a target of 0 and -0.5 for a target of 1."""
    y = np.array([[0.0], [1.0]], "float32")
    claim = "at logits of 0 the gradient should be 0.5 for y = 0 and -0.5 for y = 1"
    got = slope_of(learner, learner.binary_crossentropy, y, np.zeros((2, 1), "float32"), claim)
    right_and_finite(got, [[0.5], [-0.5]], claim)


@check("binary_crossentropy", after=test_bce_at_moderate_logits)
def test_bce_soft_targets(learner):
    """Targets between 0 and 1 are allowed."""
    y = np.array([[0.1, 0.9, 0.25], [0.5, 0.0, 1.0]], "float32")
    claim = "the formula should hold for targets between 0 and 1 too"
    result = learner.binary_crossentropy(y, LOGITS[:2])
    right_and_finite(result, bce_in_float64(y, LOGITS[:2]), claim)


@check("binary_crossentropy")
def test_bce_refuses_to_broadcast(learner):
    """Targets (N,) against logits (N, 1) raise a ValueError instead of broadcasting."""
    refuses_other_shapes(learner.binary_crossentropy)


@check("binary_crossentropy", hidden=True, points=2, after=test_bce_at_moderate_logits)
def test_bce_slope(learner):
    """The gradient is (sigmoid(logits) - y_true) / D at small logits and at very large ones."""
    z = np.array([[-100.0, -20.0, -0.5, 0.0, 2.0, 20.0, 100.0]] * 2, "float32")
    y = np.stack([np.zeros(7), np.ones(7)]).astype("float32")
    claim = "the gradient should be (sigmoid(logits) - y_true) / D"
    got = slope_of(learner, learner.binary_crossentropy, y, z, claim)
    right_and_finite(got, (sigmoid_in_float64(z) - y) / 7, claim)


@check("binary_crossentropy", hidden=True, after=test_bce_at_moderate_logits)
def test_bce_far_out_in_half_precision(learner):
    """Loss and gradient are finite and right in float16 where exponentials overflow."""
    z = np.array([[-60.0], [-12.0], [12.0], [60.0]], "float16")
    y = np.array([[1.0], [0.0], [0.0], [1.0]], "float16")
    claim = "the loss in float16 should be right at logits of ±60"
    right_and_finite(learner.binary_crossentropy(y, z), bce_in_float64(y, z), claim, **TOLERANCE["float16"])
    claim = "the gradient in float16 should be right at logits of ±60"
    got = slope_of(learner, learner.binary_crossentropy, y, z, claim)
    right_and_finite(got, sigmoid_in_float64(z) - y, claim, **TOLERANCE["float16"])


@check("binary_crossentropy", hidden=True, after=test_bce_at_moderate_logits)
def test_bce_over_the_last_axis(learner, rng):
    """The mean runs over the last axis for inputs of every rank; rank 1 gives a scalar."""
    averages_over_the_last_axis(learner.binary_crossentropy, bce_in_float64, rng)


@check("binary_crossentropy", hidden=True, after=test_bce_at_moderate_logits)
def test_bce_dtypes(learner):
    """The loss has the floating dtype of the logits; integers and lists are float32."""
    keeps_dtypes(learner.binary_crossentropy, bce_in_float64, TARGETS, LOGITS)
    takes_integers_and_lists(learner.binary_crossentropy, bce_in_float64)


@check("binary_crossentropy", hidden=True, after=test_bce_at_moderate_logits)
def test_bce_trains_and_traces(learner, rng):
    """The gradient is right with an upstream gradient, and the loss works inside a tf.function."""
    z = rng.normal(scale=2, size=(2, 5, 3)).astype("float32")
    y = rng.uniform(size=z.shape).astype("float32")
    upstream = rng.normal(size=(2, 5)).astype("float32")
    claim = "the gradient should be upstream times (sigmoid(logits) - y_true) / D"
    got = slope_of(learner, learner.binary_crossentropy, y, z, claim, upstream=upstream)
    right_and_finite(got, upstream[..., None] * (sigmoid_in_float64(z) - y) / 3, claim)
    traced = learner.kit.traced(learner.binary_crossentropy, y, z)
    expect.close(traced, bce_in_float64(y, z), "the loss should be the same inside a tf.function")


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
        right_and_finite(result, np.full(3, np.log(classes)), claim)


@check("sparse_categorical_crossentropy", after=test_ce_has_one_loss_per_label)
def test_ce_at_moderate_logits(learner):
    """The loss is minus the logarithm of the share that softmax gives to the right class."""
    shares = softmax_in_float64(SCORES)
    want = -np.log(shares[np.arange(5), LABELS])
    claim = "each loss should be -log(softmax(logits)[label])"
    result = learner.sparse_categorical_crossentropy(LABELS, SCORES)
    right_and_finite(result, want, claim)


@check("sparse_categorical_crossentropy", after=test_ce_is_log_k_when_undecided)
def test_ce_of_a_perfect_network(learner):
    """A network that is sure and right has a loss of 0: there is no floor under it."""
    z = np.zeros((3, 10), "float32")
    z[[0, 1, 2], [7, 0, 9]] = 30.0
    result = learner.sparse_categorical_crossentropy(np.array([7, 0, 9]), z)
    claim = "with a logit of 30 for the right class and 0 for the others the loss should be 0"
    right_and_finite(result, np.zeros(3), claim)


@check("sparse_categorical_crossentropy", after=test_ce_at_moderate_logits)
def test_ce_at_large_logits(learner):
    """At logits of ±100 the loss is finite and right."""
    z = np.array([[100.0, -100.0, 0.0], [-100.0, 100.0, 0.0], [-100.0, -100.0, -100.0]], "float32")
    labels = np.array([1, 1, 2])
    claim = "at logits of ±100 the losses should be 200, 0 and log 3"
    result = learner.sparse_categorical_crossentropy(labels, z)
    right_and_finite(result, [200, 0, np.log(3)], claim)


@check("sparse_categorical_crossentropy", after=test_ce_has_one_loss_per_label)
def test_ce_refuses_unknown_classes(learner):
    """A label that is not one of the K classes raises an error."""
    with expect.raises(Exception, "a label of 3 among the classes 0, 1 and 2 should raise an error"):
        learner.sparse_categorical_crossentropy(np.array([2, 0, 3, 2, 1]), SCORES)


@check("sparse_categorical_crossentropy", hidden=True, after=test_ce_has_one_loss_per_label)
def test_ce_refuses_negative_labels(learner):
    """A label below 0 raises an error."""
    for label in (-1, -3):
        with expect.raises(Exception, "a label below 0 should raise an error"):
            learner.sparse_categorical_crossentropy(np.array([0, 1, 2, label, 2]), SCORES)


@check("sparse_categorical_crossentropy", hidden=True, points=2, after=test_ce_at_moderate_logits)
def test_ce_slope(learner):
    """The gradient is softmax(logits) - one_hot(labels) at small logits and at very large ones."""
    z = np.concatenate([SCORES, [[100, -100, 0], [-100, 100, 99], [0, 0, 0]]]).astype("float32")
    labels = np.array([*LABELS, 1, 1, 2])
    claim = "the gradient should be softmax(logits) - one_hot(labels)"
    got = slope_of(learner, learner.sparse_categorical_crossentropy, labels, z, claim)
    right_and_finite(got, softmax_in_float64(z) - np.eye(3)[labels], claim)


@check("sparse_categorical_crossentropy", hidden=True, after=test_ce_at_moderate_logits)
def test_ce_rows_far_apart(learner):
    """Rows do not disturb each other, however far apart their logits are."""
    z = np.array([[-100.0, -101.0, -98.0, -102.0], [100.0, 99.0, 101.0, 98.5]], "float32")
    labels = np.array([3, 1])
    claim = "each row should have the loss it has alone"
    result = learner.sparse_categorical_crossentropy(labels, z)
    # Sums at 100 are rounded to 1e-5 in float32.
    right_and_finite(result, ce_in_float64(labels, z), claim, rtol=1e-5, atol=5e-5)


@check("sparse_categorical_crossentropy", hidden=True, after=test_ce_at_moderate_logits)
def test_ce_of_sequences(learner, rng):
    """Labels of shape (N, T) with logits of shape (N, T, K) give losses of shape (N, T)."""
    z = rng.normal(scale=2, size=(2, 5, 3)).astype("float32")
    labels = rng.integers(0, 3, size=(2, 5)).astype("int32")
    result = learner.sparse_categorical_crossentropy(labels, z)
    expect.shape(result, (2, 5), "labels of shape (2, 5) should give losses of shape (2, 5)")
    right_and_finite(result, ce_in_float64(labels, z), "each label should have its own loss")


@check("sparse_categorical_crossentropy", hidden=True, after=test_ce_at_moderate_logits)
def test_ce_dtypes(learner):
    """The loss has the floating dtype of the logits; integers and lists are float32."""
    keeps_dtypes(learner.sparse_categorical_crossentropy, ce_in_float64, LABELS, SCORES)
    z = [[3, 0, -2, 1], [0, 5, 1, 0]]
    for labels, logits in (([0, 3], z), (np.array([0, 3], "int32"), np.array(z))):
        result = learner.sparse_categorical_crossentropy(labels, logits)
        expect.dtype(result, "float32", "integer logits should be treated as float32")
        expect.close(result, ce_in_float64([0, 3], z), "integers and lists should give right values")


@check("sparse_categorical_crossentropy", hidden=True, after=test_ce_at_moderate_logits)
def test_ce_far_out_in_half_precision(learner):
    """Loss and gradient are finite and right in float16 where exponentials overflow."""
    z = np.array([[60.0, 0.0, -60.0], [-12.0, 12.0, 13.0]], "float16")
    labels = np.array([2, 1])
    claim = "the loss in float16 should be right at logits of ±60"
    result = learner.sparse_categorical_crossentropy(labels, z)
    right_and_finite(result, ce_in_float64(labels, z), claim, **TOLERANCE["float16"])
    claim = "the gradient in float16 should be right at logits of ±60"
    got = slope_of(learner, learner.sparse_categorical_crossentropy, labels, z, claim)
    right_and_finite(got, softmax_in_float64(z) - np.eye(3)[labels], claim, **TOLERANCE["float16"])


@check("sparse_categorical_crossentropy", hidden=True, after=test_ce_at_moderate_logits)
def test_ce_trains(learner, rng):
    """The gradient is right with an upstream gradient, for labels of every rank."""
    z = rng.normal(scale=2, size=(2, 3, 5)).astype("float32")
    labels = np.array([[4, 0, 3], [1, 2, 4]])
    upstream = rng.normal(size=(2, 3)).astype("float32")
    claim = "the gradient should be upstream times (softmax(logits) - one_hot(labels))"
    ce = learner.sparse_categorical_crossentropy
    got = slope_of(learner, ce, labels, z, claim, upstream=upstream)
    want = upstream[..., None] * (softmax_in_float64(z) - np.eye(5)[labels])
    right_and_finite(got, want, claim)


# WeightedLoss ----------------------------------------------------------------------------------

WEIGHTS = np.array([2.0, 0.0, 5.0], "float32")  # for the three rows of Y_TRUE and Y_PRED
ROW_LOSSES = mse_in_float64(Y_TRUE, Y_PRED)


def around_mse(learner, *args, **kwargs):
    """The learner's class around Keras' mean squared error."""
    return learner.WeightedLoss(learner.keras.losses.mean_squared_error, *args, **kwargs)


@check("WeightedLoss")
def test_weighted_default_is_the_mean(learner):
    """Without weights the default is the mean of all losses."""
    result = around_mse(learner)(Y_TRUE, Y_PRED)
    expect.shape(result, (), "the default reduction should give one number")
    right_and_finite(result, ROW_LOSSES.mean(), "the default should be the mean of all losses")


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_sum(learner):
    """reduction="sum" adds up the weighted losses."""
    loss = around_mse(learner, reduction="sum")
    claim = 'with "sum" and no weights the result should be the sum of the losses'
    right_and_finite(loss(Y_TRUE, Y_PRED), ROW_LOSSES.sum(), claim)
    claim = 'with "sum" the result should be the sum of weights times losses'
    result = loss(Y_TRUE, Y_PRED, sample_weight=WEIGHTS)
    right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES), claim)


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_mean_divides_by_the_count(learner):
    """The default and "mean" divide the weighted sum by the number of losses."""
    for kwargs in ({}, {"reduction": "sum_over_batch_size"}, {"reduction": "mean"}):
        result = around_mse(learner, **kwargs)(Y_TRUE, Y_PRED, sample_weight=WEIGHTS)
        claim = "the weighted sum should be divided by 3, the number of losses"
        right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES) / 3, claim)


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_mean_with_sample_weight(learner):
    """reduction="mean_with_sample_weight" divides the weighted sum by the sum of the weights."""
    loss = around_mse(learner, reduction="mean_with_sample_weight")
    claim = "the weighted sum should be divided by 7, the sum of the weights"
    result = loss(Y_TRUE, Y_PRED, sample_weight=WEIGHTS)
    right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES) / 7, claim)
    claim = "without weights the sum should be divided by the number of losses"
    right_and_finite(loss(Y_TRUE, Y_PRED), ROW_LOSSES.mean(), claim)


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_none_keeps_the_losses(learner):
    """reduction=None returns every loss times its weight."""
    loss = around_mse(learner, reduction=None)
    claim = "with None the losses should come back as they are"
    right_and_finite(loss(Y_TRUE, Y_PRED), ROW_LOSSES, claim)
    claim = "with None each loss should come back times its weight"
    result = loss(Y_TRUE, Y_PRED, sample_weight=WEIGHTS)
    right_and_finite(result, WEIGHTS * ROW_LOSSES, claim)


@check("WeightedLoss", after=test_weighted_default_is_the_mean)
def test_weighted_refuses_unknown_reductions(learner):
    """A reduction that Keras does not know raises a ValueError at construction."""
    with expect.raises(ValueError, 'reduction="average" should raise a ValueError'):
        around_mse(learner, reduction="average")


@check("WeightedLoss", hidden=True, after=test_weighted_default_is_the_mean)
def test_weighted_keeps_its_settings(learner):
    """The name and the reduction are attributes, and two losses do not share theirs."""
    one = around_mse(learner, "sum", "mine")
    other = around_mse(learner, reduction=None, name="yours")
    expect.same(one.name, "mine", "the loss should have the name it was given")
    expect.same(one.reduction, "sum", "the reduction should be an attribute of the loss")
    expect.same(other.name, "yours", "each loss should have its own name")
    claim = "a second loss should leave the first as it was"
    expect.close(one(Y_TRUE, Y_PRED), ROW_LOSSES.sum(), claim)
    expect.close(other(Y_TRUE, Y_PRED), ROW_LOSSES, claim)


@check("WeightedLoss", hidden=True, after=test_weighted_mean_divides_by_the_count)
def test_weighted_counts_losses_not_examples(learner, rng):
    """With losses of shape (N, T) the count is N times T, with or without weights."""
    y_true, y_pred = rng.normal(size=(2, 2, 5, 3)).astype("float32")
    weights = rng.uniform(0.5, 3, size=(2, 5)).astype("float32")
    losses = mse_in_float64(y_true, y_pred)
    for reduction in ("sum_over_batch_size", "mean"):
        loss = around_mse(learner, reduction=reduction)
        claim = "the sum should be divided by the number of losses"
        right_and_finite(loss(y_true, y_pred), losses.mean(), claim)
        result = loss(y_true, y_pred, sample_weight=weights)
        right_and_finite(result, np.mean(weights * losses), claim)
    by_weight = around_mse(learner, reduction="mean_with_sample_weight")
    claim = "the sum should be divided by the sum of all weights"
    result = by_weight(y_true, y_pred, sample_weight=weights)
    right_and_finite(result, np.average(losses, weights=weights), claim)
    claim = "with None the result should have the shape of the losses"
    result = around_mse(learner, reduction=None)(y_true, y_pred, sample_weight=weights)
    right_and_finite(result, weights * losses, claim)


@check("WeightedLoss", hidden=True, after=test_weighted_mean_with_sample_weight)
def test_weighted_column_of_weights(learner):
    """Weights of shape (N, 1) weigh losses of shape (N,) one by one; integers will do."""
    column = WEIGHTS.astype("int64")[:, None]
    total = np.sum(WEIGHTS * ROW_LOSSES)
    for reduction, want in (
        ("sum", total),
        ("sum_over_batch_size", total / 3),
        ("mean", total / 3),
        ("mean_with_sample_weight", total / 7),
    ):
        result = around_mse(learner, reduction=reduction)(Y_TRUE, Y_PRED, sample_weight=column)
        claim = "weights of shape (N, 1) should act like weights of shape (N,)"
        right_and_finite(result, want, claim)


@check("WeightedLoss", hidden=True, after=test_weighted_mean_divides_by_the_count)
def test_weighted_masks(learner):
    """A row of weight 0 counts nothing, however wrong it is, and gets no gradient."""
    y_pred = Y_PRED.copy()
    y_pred[1] = 1e6
    loss = around_mse(learner)
    claim = "a row of weight 0 should add nothing to the loss"
    result = loss(Y_TRUE, y_pred, sample_weight=WEIGHTS)
    right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES) / 3, claim)
    claim = "the gradient should be weighted as the losses are"
    got = slope_of(learner, loss, Y_TRUE, y_pred, claim, sample_weight=WEIGHTS)
    right_and_finite(got, WEIGHTS[:, None] / 3 * 2 * (y_pred - Y_TRUE) / 4, claim)


@check("WeightedLoss", hidden=True, after=test_weighted_mean_with_sample_weight)
def test_weighted_all_masked(learner):
    """If all weights are 0 the loss is 0 and not NaN, and so is its gradient."""
    for reduction in ("mean_with_sample_weight", "sum_over_batch_size"):
        loss = around_mse(learner, reduction=reduction)
        nothing = np.zeros(3, "float32")
        result = loss(Y_TRUE, Y_PRED, sample_weight=nothing)
        right_and_finite(result, 0.0, "with all weights 0 the loss should be 0")
        claim = "with all weights 0 the gradient should be 0"
        got = slope_of(learner, loss, Y_TRUE, Y_PRED, claim, sample_weight=nothing)
        right_and_finite(got, np.zeros_like(Y_PRED), claim)


@check("WeightedLoss", hidden=True, after=test_weighted_default_is_the_mean)
def test_weighted_around_other_functions(learner):
    """Any function of y_true and y_pred will do, and it gets them in this order."""
    y_true, rates = np.abs(Y_TRUE), np.abs(Y_PRED) + 0.5
    losses = np.mean(rates - y_true * np.log(rates), axis=-1)
    loss = learner.WeightedLoss(learner.keras.losses.poisson, reduction="sum")
    claim = "the function should get y_true first and y_pred second"
    right_and_finite(loss(y_true, rates, sample_weight=WEIGHTS), np.sum(WEIGHTS * losses), claim)
    shares = softmax_in_float64(SCORES).astype("float32")
    loss = learner.WeightedLoss(learner.keras.losses.sparse_categorical_crossentropy)
    want = np.mean(-np.log(softmax_in_float64(SCORES)[np.arange(5), LABELS]))
    right_and_finite(loss(LABELS, shares), want, "integer labels should reach the function")


@check("WeightedLoss", hidden=True, after=test_weighted_mean_divides_by_the_count)
def test_weighted_in_a_tf_function(learner):
    """The loss gives the same inside a tf.function."""
    loss = around_mse(learner, reduction="mean_with_sample_weight")
    for dtype in ("float32", "float64", "int64"):
        result = learner.kit.traced(loss, Y_TRUE, Y_PRED, WEIGHTS.astype(dtype))
        claim = "the loss should be the same inside a tf.function, with weights of any numeric dtype"
        right_and_finite(result, np.sum(WEIGHTS * ROW_LOSSES) / 7, claim)


@check("WeightedLoss", hidden=True, points=2, after=test_weighted_mean_divides_by_the_count)
def test_weighted_in_fit(learner):
    """model.fit trains with the loss, and sample weights reach it."""
    x = np.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 0.25], [3.0, 1.0], [1.5, -0.5]], "float32")
    y = np.array([[1.0], [2.0], [-1.0], [0.5], [4.0]], "float32")
    weights = np.array([1.0, 0.0, 2.0, 0.5, 3.0], "float32")
    keras = learner.keras
    dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((2,)), dense])
    optimizer = keras.optimizers.SGD(0.1)
    model.compile(optimizer=optimizer, loss=around_mse(learner), jit_compile=False)
    model.fit(x, y, batch_size=5, epochs=1, verbose=0, sample_weight=weights)
    # One step from zero weights, where the error of every example is -y.
    want = 0.1 * x.T @ (2 * weights[:, None] * y) / 5
    claim = "one step of model.fit should follow the gradient of the weighted loss"
    right_and_finite(model.get_weights()[0], want, claim)


# output_head -----------------------------------------------------------------------------------


def head_of(learner, task):
    """The learner's pair for a task, as a tuple of two names."""
    pair = learner.output_head(task)
    is_pair = isinstance(pair, (tuple, list)) and len(pair) == 2
    claim = f'output_head("{task}") should be a pair of names'
    expect.true(is_pair and all(isinstance(n, str) for n in pair), claim, f"it is {pair!r}")
    return tuple(pair)


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
    with expect.raises(ValueError, 'output_head("clustering") should raise a ValueError'):
        learner.output_head("clustering")


@check("output_head", hidden=True, after=test_head_for_regression)
def test_head_for_binary(learner):
    """One yes-or-no answer has the right activation and the right loss."""
    claim = "the pair for binary should fit one yes-or-no answer"
    activation, loss = head_of(learner, "binary")
    expect.same(activation, "sigmoid", claim)
    expect.same(loss, "binary_crossentropy", claim)


@check("output_head", hidden=True, after=test_head_for_multiclass)
def test_head_for_multilabel(learner):
    """Several independent yes-or-no answers have the right activation and the right loss."""
    claim = "the pair for multilabel should fit several yes-or-no answers that do not exclude each other"
    activation, loss = head_of(learner, "multilabel")
    expect.same(activation, "sigmoid", claim)
    expect.same(loss, "binary_crossentropy", claim)


@check("output_head", hidden=True, after=test_head_refuses_unknown_tasks)
def test_head_is_strict(learner):
    """Names that are nearly right, and what is no name at all, raise a ValueError too."""
    for task in ("Binary", "multi-label", "regression ", "", None):
        with expect.raises(ValueError, "any other task should raise a ValueError"):
            learner.output_head(task)


# predictions -----------------------------------------------------------------------------------


def is_a_number(learner, key):
    """The prediction is filled in with a number."""
    given = learner.prediction(key)
    number = isinstance(given, (int, float)) and not isinstance(given, bool)
    expect.true(number, f'PREDICTIONS["{key}"] should be a number', f"it is {given!r}")


def one_of(learner, key, *allowed):
    """The prediction is filled in with one of the allowed answers."""
    given = learner.prediction(key)
    shown = " or ".join(f'"{word}"' for word in allowed)
    expect.true(given in allowed, f'PREDICTIONS["{key}"] should be one of {shown}', f"it is {given!r}")


@check("predictions", points=0.25)
def test_loss_at_start_is_filled_in(learner):
    """The prediction about the loss of an untrained network is a number."""
    is_a_number(learner, "loss_at_start")


@check("predictions", points=0.25)
def test_right_but_reshaped_is_filled_in(learner):
    """The prediction about right answers in another shape is one of the allowed answers."""
    one_of(learner, "right_but_reshaped", "0.0", "2.5", "error")


@check("predictions", points=0.25)
def test_sure_and_wrong_is_filled_in(learner):
    """The prediction about a network that is sure and wrong is one of the allowed answers."""
    one_of(learner, "sure_and_wrong", "squared error", "cross-entropy", "equal")


@check("predictions", points=0.25)
def test_softmax_twice_is_filled_in(learner):
    """The prediction about softmax applied twice is a number."""
    is_a_number(learner, "softmax_twice")


@check("predictions", hidden=True, after=test_loss_at_start_is_filled_in)
def test_loss_at_start(learner):
    """The prediction about the loss of an untrained network is right."""
    expect.prediction(learner, "loss_at_start", float(np.log(10)), atol=0.01)


@check("predictions", hidden=True, after=test_right_but_reshaped_is_filled_in)
def test_right_but_reshaped(learner):
    """The prediction about right answers in another shape is right."""
    expect.prediction(learner, "right_but_reshaped", "2.5")


@check("predictions", hidden=True, after=test_sure_and_wrong_is_filled_in)
def test_sure_and_wrong(learner):
    """The prediction about a network that is sure and wrong is right."""
    expect.prediction(learner, "sure_and_wrong", "cross-entropy")


@check("predictions", hidden=True, after=test_softmax_twice_is_filled_in)
def test_softmax_twice(learner):
    """The prediction about softmax applied twice is right."""
    expect.prediction(learner, "softmax_twice", float(np.log(np.e + 9) - 1), atol=0.01)
