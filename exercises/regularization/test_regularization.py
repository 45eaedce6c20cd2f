"""Checks of the topic `regularization`.

Penalties, limits, losses and regressions are compared with NumPy in float64. What a callback makes of many
epochs is asked in one request, without any training.
"""

import math

import numpy as np

from nnlearn.checking import check, expect, laws, oracles
from nnlearn.learner.session import Remote

# diagnose_fit ----------------------------------------------------------------------------------


def diagnosed(loss, val_loss, target, gap, window=3):
    """What `diagnose_fit` should say."""
    training, held_out = np.array(loss, "float64"), np.array(val_loss, "float64")
    t, v = (np.mean(losses[max(len(losses) - window, 0) :]) for losses in (training, held_out))
    is_high, before = t > target, training[: len(training) - window][-window:]
    is_learning = is_high and len(before) == window and t < 0.99 * np.mean(before)
    holds = {
        "diverged": not np.isfinite(np.concatenate([training, held_out])).all(),
        "not comparable": t - v > gap,
        "train longer": is_learning,
        "underfitting": is_high,
        "overfitting": v - t > gap,
        "good": True,
    }
    finite = [value if math.isfinite(value) else math.inf for value in val_loss]
    return {
        "verdict": next(name for name, does in holds.items() if does),
        "best_epoch": finite.index(min(finite)),
        "gap": v - t,
    }


def says(learner, claim, cases, keys=("verdict",), **settings):
    """Curves, and settings that are not those of all, get the right answer under these keys."""
    for loss, val_loss, *own in cases:
        given = settings | (own[0] if own else {})
        want = diagnosed(loss, val_loss, **given)
        answer = learner.diagnose_fit({"loss": list(loss), "val_loss": list(val_loss)}, **given)
        with expect.about(answer):
            expect.true(isinstance(answer, dict), "the answer should be a dictionary")
            for key in keys:
                expect.true(key in answer, f"the answer should have the key {key!r}", "it does not")
                if key == "verdict":
                    expect.same(answer[key], want[key], claim)
                elif key == "best_epoch" or want["verdict"] != "diverged":
                    expect.number(answer[key], f"{key} should be a number")
                    expect.right_and_finite(answer[key], want[key], claim, rtol=1e-9, atol=1e-9)


FLAT = [0.5] * 6


@check("diagnose_fit")
def test_diagnose_each_verdict(learner):
    """Each of the six verdicts, where nothing else could be said."""
    says(
        learner,
        "this should be underfitting: training has come to rest above the target",
        [(FLAT, FLAT)],
        target=0.25,
        gap=0.125,
    )
    claim = "this should be overfitting: the validation loss is above the training loss by more than the gap"
    says(learner, claim, [(FLAT, [0.75] * 6)], target=1.0, gap=0.125)
    claim = "this should be good: the target is reached, and the losses are close to each other"
    says(learner, claim, [(FLAT, FLAT), (FLAT, [0.5625] * 6)], target=1.0, gap=0.125)
    claim = "this should be to train longer: the loss is above the target, and still falling"
    falling = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]
    says(learner, claim, [([1.1, *falling], [*FLAT, 0.5]), (falling, FLAT)], target=0.25, gap=0.125)
    claim = "this should not be comparable: validation is better than training by more than the gap"
    says(learner, claim, [([0.5] * 6, [0.25] * 6)], target=1.0, gap=0.125)
    claim = "this should have diverged: a number is not finite"
    says(
        learner,
        claim,
        [([0.5, math.inf, math.nan], [0.5] * 3), ([0.5] * 3, [0.5, 0.5, math.nan])],
        target=1.0,
        gap=1.0,
    )


@check("diagnose_fit", after=test_diagnose_each_verdict)
def test_diagnose_first_that_holds(learner):
    """Where several verdicts hold, it is the first of them in the order of the docstring."""
    falling = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]
    claim = "the first verdict that holds, in the order of the docstring, should be given"
    cases = [
        (FLAT, [2.0] * 6),  # underfitting before overfitting
        (falling, [2.0] * 6),  # train longer before overfitting
        (FLAT, [0.125] * 6),  # not comparable before underfitting
        (falling, [0.125] * 6),  # not comparable before train longer
        ([math.nan, *falling], [2.0] * 7),  # diverged before train longer, whichever window it is in
    ]
    says(learner, claim, cases, target=0.25, gap=0.25)


@check("diagnose_fit", after=test_diagnose_each_verdict)
def test_diagnose_infinity(learner):
    """Infinity has diverged as NaN has, in any epoch of either list, whatever else could be said."""
    claim = "this should have diverged, whatever else holds: a number is infinite"
    cases = [([9.0, 9.0, 9.0, math.inf], [0.5] * 4), (FLAT, [math.inf, 2.0, 0.1, 0.1, 0.1, 0.1])]
    says(learner, claim, cases, target=0.25, gap=0.25)


@check("diagnose_fit", after=test_diagnose_each_verdict)
def test_diagnose_windows(learner):
    """Means of the last window count, and those of the window before; one epoch is noise."""
    claim = "means of the last `window` epochs should be compared, not single epochs or all of them"
    noisy = [0.9, 0.8, 0.7, 0.1, 0.5, 0.3]
    cases = [
        (noisy, [0.5, 0.5, 0.5, 0.9, 0.1, 0.8], {"target": 0.4, "gap": 0.2}),
        ([4.0, 4.0, 0.1, 0.1, 0.1, 0.4], [4.0, 4.0, 0.2, 0.3, 0.1, 0.1], {"target": 0.3, "gap": 0.1}),
        ([0.5, 0.25, 0.125, 0.75], [0.0, 0.0, 0.0, 0.625], {"target": 0.7, "gap": 0.2, "window": 1}),
    ]
    says(learner, claim, cases, ("verdict", "gap"))
    claim = "if there are fewer epochs than the window has, all should be averaged"
    says(learner, claim, [([0.5, 0.25], [1.0, 0.5])], ("gap", "verdict"), target=1.0, gap=0.5, window=5)
    claim = "to train longer takes 2 * window epochs, and a fall of more than 1 % from one window to the next"
    cases = [
        ([1.0, 1.0, 9.0, 9.0, 1.0, 1.0, 1.0, 1.0], [1.0] * 8),
        ([4.0, 4.0, 3.0, 3.0, 2.0, 2.0], [1.0] * 6),
        ([2.0, 2.0, 1.0, 1.0], [1.0] * 4),
        ([2.0, 1.0, 1.0], [1.0] * 3),
        ([9.0, 1.0, 1.0, 1.0, 1.0], [1.0] * 5),
        ([1.0, 1.0, 0.995, 0.995], [1.0] * 4),
        ([1.0, 1.0, 0.985, 0.985], [1.0] * 4),
    ]
    says(learner, claim, cases, target=0.5, gap=2.0, window=2)


@check("diagnose_fit", after=test_diagnose_each_verdict)
def test_diagnose_best_epoch(learner):
    """The best epoch is the first with the smallest validation loss; epochs are counted from 0."""
    claim = "best_epoch should be the first with the smallest finite val_loss, counted from 0"
    cases = [
        ([0.1, 0.2, 0.3, 0.4], [0.5, 0.25, 0.25, 0.75]),
        ([3.0, 2.0, 1.0], [3.0, 2.0, 1.0]),
        ([1.0, 2.0], [1.0, 2.0]),
        ([0.5] * 4, [math.nan, 0.5, -math.inf, 0.25]),
    ]
    says(learner, claim, cases, ("best_epoch",), target=1.0, gap=1.0)


@check("diagnose_fit")
def test_diagnose_refuses(learner):
    """Histories that are none, and settings out of range, raise a ValueError."""
    fine = {"loss": [1.0], "val_loss": [1.0]}
    cases = {
        "a history without val_loss": ({"loss": [1.0]}, 1.0, 1.0),
        "a history without loss": ({"val_loss": [1.0]}, 1.0, 1.0),
        "a history without epochs": ({"loss": [], "val_loss": []}, 1.0, 1.0),
        "a val_loss that is shorter": ({"loss": [1.0, 1.0], "val_loss": [1.0]}, 1.0, 1.0),
        "a loss that is shorter": ({"loss": [1.0], "val_loss": [1.0, 1.0]}, 1.0, 1.0),
        "gap=-0.1": (fine, 1.0, -0.1),
        "window=0": (fine, 1.0, 1.0, 0),
    }
    laws.refuses(learner.diagnose_fit, cases)


# ElasticNet ------------------------------------------------------------------------------------


def penalty(x, l1=0.0, l2=0.0):
    """What `ElasticNet` should give."""
    x = np.asarray(x, "float64")
    return l1 * np.abs(x).sum() + l2 * (x**2).sum()


def penalty_slope(x, l1=0.0, l2=0.0):
    """Its gradient."""
    x = np.asarray(x, "float64")
    return l1 * np.sign(x) + 2 * l2 * x


WEIGHTS = np.array([[3.0, -4.0, 0.0], [0.5, 0.0, -0.25]], "float32")


@check("ElasticNet")
def test_penalty_is_a_sum(learner):
    """The penalty is l1 times the sum of absolute values plus l2 times the sum of squares."""
    for factors, claim in (
        ({"l2": 0.01}, "with l2 alone, it should be l2 times the sum of squares, without a half"),
        ({"l1": 0.1}, "with l1 alone, it should be l1 times the sum of absolute values"),
        ({"l1": 0.2, "l2": 0.03}, "with both, the two should be added"),
        ({}, "without factors, it should be 0"),
    ):
        answer = learner.ElasticNet(**factors)(WEIGHTS)
        expect.shape(answer, (), "the penalty should be one number, a tensor of rank 0")
        expect.right_and_finite(answer, penalty(WEIGHTS, **factors), claim)


@check("ElasticNet", after=test_penalty_is_a_sum)
def test_penalty_gradient(learner):
    """The gradient is l1 * sign(w) + 2 * l2 * w, and 0 at 0."""
    for factors in ({"l2": 0.25}, {"l1": 0.2, "l2": 0.03}):
        claim = "the gradient should be l1 * sign(w) + 2 * l2 * w, and 0 where w is 0"
        laws.gradient_is(
            learner, learner.ElasticNet(**factors), penalty_slope(WEIGHTS, **factors), WEIGHTS, claim=claim
        )


@check("ElasticNet", after=test_penalty_is_a_sum)
def test_penalty_keeps_dtypes(learner):
    """float16 stays float16, and float64 float64."""
    laws.keeps_dtypes(learner.ElasticNet(0.1, 0.01), lambda x: penalty(x, 0.1, 0.01), WEIGHTS / 3)


@check("ElasticNet")
def test_penalty_refuses(learner):
    """Factors that are below 0, infinite or NaN raise a ValueError."""
    cases = {
        "l1=-0.1": (-0.1,),
        "l2=-0.1": (0.0, -0.1),
        "l1=nan": (math.nan,),
        "l2=inf": (0.0, math.inf),
        "l1=inf": (math.inf,),
        "l2=nan": (0.0, math.nan),
    }
    laws.refuses(learner.ElasticNet, cases)


@check("ElasticNet", after=test_penalty_is_a_sum)
def test_penalty_is_made_again(learner):
    """Keras can make it again from its configuration."""
    made = learner.ElasticNet(0.1, 0.02)
    laws.config_holds(made, l1=0.1, l2=0.02)
    copy = made_again(learner, made, learner.ElasticNet)
    claim = "what is made again from its config should give the same penalty"
    expect.right_and_finite(copy(WEIGHTS), penalty(WEIGHTS, 0.1, 0.02), claim)


def made_again(learner, made, kind):
    """The object that Keras makes of a configuration."""
    copy = learner.kit.deserialized(made, kind)
    with expect.about(copy):
        claim = "Keras should be able to make it again from its configuration"
        expect.true(isinstance(copy, Remote), claim, f"what comes back is {type(copy).__name__}")
    return copy


# MaxNorm ---------------------------------------------------------------------------------------


def limited(w, max_value=2.0, axis=0):
    """What `MaxNorm` should give."""
    w = np.asarray(w, "float64")
    norms = np.sqrt((w**2).sum(axis=tuple(np.atleast_1d(axis)), keepdims=True))
    return w * np.where(norms > max_value, max_value / np.maximum(norms, 1e-300), 1.0)


COLUMNS = np.array([[3.0, 0.6, 0.0, 5.0], [-4.0, 0.8, 0.0, 12.0]], "float32")


@check("MaxNorm")
def test_norm_is_limited(learner):
    """What leads into a unit, a column, is scaled to the limit if it is longer."""
    claim = "each column with a norm above the limit should be scaled to the limit, all its numbers alike"
    for limit in (2.0, 3.0):
        expect.right_and_finite(
            learner.MaxNorm(limit)(COLUMNS[:, ::3]), limited(COLUMNS[:, ::3], limit), claim
        )


@check("MaxNorm", after=test_norm_is_limited)
def test_norm_below_the_limit(learner):
    """Columns within the limit stay, and zeros stay zeros."""
    claim = "a column within the limit should stay as it is, and zeros should stay zeros"
    for limit in (2.0, 100.0):
        expect.right_and_finite(learner.MaxNorm(limit)(COLUMNS), limited(COLUMNS, limit), claim)


@check("MaxNorm", after=test_norm_is_limited)
def test_norm_axes(learner):
    """The axes that are given are those that are summed over; several count together."""
    x = np.arange(1.0, 49.0, dtype="float32").reshape(2, 2, 3, 4) / 8
    for w, axis in ((x, -1), (COLUMNS, 1), (x, [0, 1, 2]), (x, [1, 3])):
        claim = f"with axis={axis} the sum of squares should go over these axes, and the shape should stay"
        expect.right_and_finite(learner.MaxNorm(1.5, axis)(w), limited(w, 1.5, axis), claim)


@check("MaxNorm", after=test_norm_below_the_limit)
def test_norm_keeps_dtypes(learner):
    """float16 stays float16, and float64 float64."""
    laws.keeps_dtypes(learner.MaxNorm(1.25), lambda w: limited(w, 1.25), COLUMNS / 4)


@check("MaxNorm")
def test_norm_refuses(learner):
    """A limit of 0 or below raises a ValueError."""
    laws.refuses(learner.MaxNorm, {"max_value=-1": (-1.0,)})
    laws.refuses(learner.MaxNorm, {"max_value=0": (0.0,)})


@check("MaxNorm", after=test_norm_axes)
def test_norm_is_made_again(learner):
    """Keras can make it again from its configuration."""
    made = learner.MaxNorm(1.5, [0, 1])
    laws.config_holds(made, max_value=1.5, axis=[0, 1])
    copy = made_again(learner, made, learner.MaxNorm)
    claim = "what is made again from its config should limit the same"
    expect.right_and_finite(copy(COLUMNS), limited(COLUMNS, 1.5, [0, 1]), claim)


# ridge -----------------------------------------------------------------------------------------

PATIENTS = np.array(
    [
        [59.0, 32.1, 101.0, 157.0, 151.0],
        [48.0, 21.6, 87.0, 183.0, 75.0],
        [72.0, 30.5, 93.0, 156.0, 141.0],
        [24.0, 25.3, 84.0, 198.0, 206.0],
        [50.0, 23.0, 101.0, 192.0, 135.0],
        [23.0, 22.6, 89.0, 139.0, 97.0],
        [36.0, 22.0, 90.0, 160.0, 138.0],
        [66.0, 26.2, 114.0, 255.0, 63.0],
        [60.0, 32.1, 83.0, 179.0, 110.0],
        [29.0, 30.0, 85.0, 180.0, 310.0],
    ]
)
EXACT = {"rtol": 1e-8, "atol": 1e-8}


def regressed(x, y, strength):
    """Weights, bias and degrees of freedom: least squares with rows for the penalty, and a trace."""
    x, y = np.asarray(x, "float64"), np.asarray(y, "float64")
    centered, count = x - x.mean(axis=0), len(x)
    rows = np.sqrt(count * strength) * np.eye(x.shape[1])
    stacked = np.concatenate([centered, rows]), np.concatenate([y - y.mean(), np.zeros(x.shape[1])])
    weights = np.linalg.lstsq(*stacked, rcond=None)[0]
    orthonormal = np.linalg.qr(stacked[0])[0][:count]
    return weights, y.mean() - x.mean(axis=0) @ weights, (orthonormal**2).sum()


def solves(learner, x, y, strength, claims, **tolerance):
    """Weights, bias and degrees of freedom are right, each with its claim; None leaves it out."""
    answer = learner.ridge(x, y, strength)
    found = expect.items(answer, 3, "ridge should return a tuple (weights, bias, degrees_of_freedom)")
    with expect.about(answer):
        for number, (got, want, claim) in enumerate(
            zip(found, regressed(x, y, strength), claims, strict=True)
        ):
            if claim is not None:
                if number:
                    expect.number(got, claim)
                expect.right_and_finite(got, want, claim, **EXACT | tolerance)


@check("ridge")
def test_ridge_without_a_penalty(learner):
    """At strength 0 it is plain linear regression with a bias, and all features count."""
    x, y = PATIENTS[:, :2], PATIENTS[:, 4]
    claims = (
        "at strength 0 the weights should be those of linear regression with a bias",
        "at strength 0 the bias should be that of linear regression",
        "at strength 0 the degrees of freedom should be the number of features",
    )
    solves(learner, x, y, 0.0, claims)
    solves(learner, np.array([[-1.0], [0.0], [1.0]]), np.array([-2.0, 0.0, 2.0]), 0.0, claims)


@check("ridge", after=test_ridge_without_a_penalty)
def test_ridge_weights(learner):
    """The penalty is on the mean of squares: N times the strength in the equations."""
    claim = "the weights should minimize the *mean* of squared errors plus strength * sum(w ** 2)"
    x, y = np.array([[-1.0], [0.0], [1.0]]), np.array([-2.0, 0.0, 2.0])
    solves(learner, x, y, 2 / 3, (claim, None, None))
    solves(learner, PATIENTS[:, :4], PATIENTS[:, 4], 10.0, (claim, None, None))
    claim = "examples that all come twice should change no weight: it is a mean"
    solves(learner, np.tile(x, (2, 1)), np.tile(y, 2), 2 / 3, (claim, None, None))


@check("ridge", after=test_ridge_without_a_penalty)
def test_ridge_bias(learner):
    """The bias is free of the penalty, and follows targets and inputs wherever they are."""
    claims = (
        "moving all inputs or targets should change no weight",
        "the bias should be free of any penalty",
        None,
    )
    for move_x, move_y in ((0.0, 100.0), (50.0, 0.0), (-3.0, 7.0)):
        solves(learner, PATIENTS[:, 1:3] + move_x, PATIENTS[:, 4] + move_y, 20.0, claims)


@check("ridge", after=test_ridge_without_a_penalty)
def test_ridge_degrees_of_freedom(learner):
    """Degrees of freedom are the shares that are left along the directions of centered inputs."""
    claim = "degrees of freedom should be the sum of d**2 / (d**2 + N * strength), of centered inputs"
    solves(learner, np.array([[-1.0], [0.0], [1.0]]), np.array([-2.0, 0.0, 2.0]), 2 / 3, (None, None, claim))
    for strength in (1.0, 100.0):
        solves(learner, PATIENTS[:, :4], PATIENTS[:, 4], strength, (None, None, claim))


@check("ridge")
def test_ridge_refuses(learner):
    """A strength below 0, and targets that are a column or too few, raise a ValueError."""
    x, y = PATIENTS[:, :2], PATIENTS[:, 4]
    cases = {
        "strength=-1": (x, y, -1.0),
        "targets of shape (10, 1)": (x, y[:, None], 1.0),
        "9 targets for 10 examples": (x, y[:9], 1.0),
    }
    laws.refuses(learner.ridge, cases)


# smoothed_crossentropy -------------------------------------------------------------------------


def targets_of(labels, classes, smoothing):
    """The softened targets."""
    return (1 - smoothing) * np.eye(classes)[np.asarray(labels)] + smoothing / classes


def smoothed(labels, logits, smoothing=0.1):
    """What `smoothed_crossentropy` should give."""
    logs = oracles.log_softmax(logits)
    return -(targets_of(labels, logs.shape[-1], smoothing) * logs).sum(axis=-1)


def smoothed_slope(labels, logits, smoothing, upstream):
    """The gradient of its sum times upstream."""
    shares = oracles.softmax(logits)
    return upstream[..., None] * (shares - targets_of(labels, shares.shape[-1], smoothing))


@check("smoothed_crossentropy")
def test_smoothing_spreads_over_all_classes(learner, rng):
    """Every class gets smoothing / K of the target, the right one too; one loss for each label."""
    for classes, smoothing in ((4, 0.2), (3, 0.3), (10, 0.3), (3, 0.0)):
        labels, logits = np.arange(3), rng.normal(size=(3, classes)).astype("float32") * 2
        answer = learner.smoothed_crossentropy(labels, logits, smoothing)
        expect.shape(answer, (3,), "there should be one loss for each label")
        claim = "the targets should be (1 - smoothing) * one_hot + smoothing / K"
        expect.right_and_finite(answer, smoothed(labels, logits, smoothing), claim)


@check("smoothed_crossentropy", after=test_smoothing_spreads_over_all_classes)
def test_smoothing_of_extreme_logits(learner):
    """Loss and gradient are finite and right for logits of 10,000."""
    labels = np.array([0, 1, 2])
    logits = np.array([[1e4, -1e4, 0.0], [1e4, -1e4, 0.0], [-1e4, -1e4, 1e4]], "float32")
    upstream = np.array([1.0, 2.0, -1.0], "float32")
    claims = (
        "the loss should be finite and right for logits of 10,000",
        "the gradient should be finite and right for logits of 10,000",
    )
    laws.value_and_gradient_are(
        learner,
        learner.smoothed_crossentropy,
        smoothed(labels, logits, 0.3),
        smoothed_slope(labels, logits, 0.3, upstream),
        labels,
        logits,
        0.3,
        claims=claims,
        wrt=1,
        upstream=upstream,
    )


@check("smoothed_crossentropy", after=test_smoothing_spreads_over_all_classes)
def test_smoothing_gradient(learner, rng):
    """The gradient by the logits is softmax minus targets."""
    labels, logits = np.array([2, 0, 1, 2]), rng.normal(size=(4, 3)).astype("float32")
    upstream = rng.normal(size=4).astype("float32")
    laws.gradient_is(
        learner,
        learner.smoothed_crossentropy,
        smoothed_slope(labels, logits, 0.2, upstream),
        labels,
        logits,
        0.2,
        claim="the gradient by the logits should be softmax minus targets",
        wrt=1,
        upstream=upstream,
    )


@check("smoothed_crossentropy", after=test_smoothing_spreads_over_all_classes)
def test_smoothing_of_any_shape(learner, rng):
    """Labels of any shape, also a single one; the last axis of the logits is that of the classes."""
    for shape in ((2, 5), (), (2, 1, 3)):
        labels, logits = rng.integers(0, 4, shape), rng.normal(size=(*shape, 4)).astype("float32")
        answer = learner.smoothed_crossentropy(labels, logits)
        claim = "the loss should have the shape of the labels, with a smoothing of 0.1 by default"
        expect.right_and_finite(answer, smoothed(labels, logits), claim)


@check("smoothed_crossentropy")
def test_smoothing_refuses(learner):
    """A smoothing outside of 0 to 1 raises a ValueError."""
    case = ([0, 1], [[1.0, 2.0], [3.0, 4.0]])
    cases = {f"smoothing={smoothing}": (*case, smoothing) for smoothing in (-0.1, 1.1, 2.0)}
    laws.refuses(learner.smoothed_crossentropy, cases)


# EarlyStopper ----------------------------------------------------------------------------------


def ended(
    trainings,
    monitor="val_loss",
    mode="min",
    min_delta=0.0,
    patience=0,
    start_from_epoch=0,
    restore_best_weights=True,
):
    """How trainings should end, in the terms of `ends_of_trainings`."""
    ends, count = [], 0
    for logs_of_epochs in trainings:
        best = best_epoch = stopped_epoch = None
        wait, weights, epochs = 0, 0, 0
        for epoch, logs in enumerate(logs_of_epochs):
            count, epochs = count + 1, epochs + 1
            value = (logs or {}).get(monitor)
            if value is None or epoch < start_from_epoch:
                continue
            gain = math.inf if best is None else best - value if mode == "min" else value - best
            if gain > abs(min_delta):
                best, best_epoch, wait, weights = value, epoch, 0, count
                continue
            wait += 1
            if wait >= max(patience, 1):
                stopped_epoch = epoch
                break
        kept = weights if restore_best_weights and weights else count
        ends.append(
            {
                "epochs": epochs,
                "stopped": stopped_epoch is not None,
                "weights": [kept, -kept],
                "best": best,
                "best_epoch": best_epoch,
                "stopped_epoch": stopped_epoch,
            }
        )
    return ends


def epochs_of(values, monitor="val_loss"):
    """The logs of epochs with these values; None stands for an epoch without one."""
    return [{"loss": 0.5} if value is None else {"loss": 0.5, monitor: value} for value in values]


def ends(learner, claim, *trainings, keys=("epochs", "stopped"), **settings):
    """Callbacks for these settings, one for each training, end it as they should under these keys."""
    for training in trainings:
        ends_one_after_the_other(learner, claim, [training], keys, **settings)


def ends_one_after_the_other(learner, claim, trainings, keys, **settings):
    """One callback ends several trainings as it should."""
    callback = learner.EarlyStopper(**settings)
    answer = learner.kit.ends_of_trainings(callback, trainings)
    expect.items(answer, len(trainings), claim)
    with expect.about(answer):
        for got, want in zip(answer, ended(trainings, **settings), strict=True):
            for key in keys:
                if key in ("epochs", "stopped", "weights"):
                    words = {"epochs": "epochs run", "stopped": "stop_training", "weights": "weights"}[key]
                    is_right = got[key] == want[key]
                elif want[key] is None or got[key] is None:
                    words, is_right = key, got[key] is want[key]
                else:
                    expect.number(got[key], f"{key} should be a number")
                    words, is_right = key, bool(np.isclose(float(got[key]), want[key], rtol=1e-6, atol=1e-9))
                expect.true(is_right, claim, f"{words}: {got[key]!r} instead of {want[key]!r}")


ALL = ("epochs", "stopped", "weights", "best", "best_epoch", "stopped_epoch")


@check("EarlyStopper")
def test_stopper_stops(learner):
    """It stops in the epoch that is the `patience`th in a row without a better value."""
    claim = "training should stop in the second epoch in a row that is no better, not earlier or later"
    ends(learner, claim, epochs_of([1.0, 2.0, 3.0, 0.5]), epochs_of([3.0, 2.0, 2.0, 2.0, 2.0]), patience=2)
    claim = "with a patience of 1, the first epoch that is no better should stop training"
    ends(learner, claim, epochs_of([3.0, 2.0, 2.0, 0.5]), patience=1)


@check("EarlyStopper", after=test_stopper_stops)
def test_stopper_without_patience(learner):
    """A patience of 0 does the same as 1."""
    claim = "with a patience of 0, the first epoch that is no better should stop training, and no other"
    ends(learner, claim, epochs_of([3.0, 2.0, 2.0, 0.5]), keys=ALL)


@check("EarlyStopper", after=test_stopper_stops)
def test_stopper_counts_in_a_row(learner):
    """A better value sets the count back to 0; better is better than the best, not than the epoch before."""
    claim = "only epochs in a row should count, and each be compared with the best so far"
    falling = epochs_of([1.0, 0.5, 0.75, 0.25, 0.5, 0.125, 0.25])
    ends(learner, claim, falling, epochs_of([1.0, 4.0, 3.0, 2.0, 0.5]), patience=2)


@check("EarlyStopper", after=test_stopper_stops)
def test_stopper_min_delta(learner):
    """Better is below best - min_delta, and only such a value is stored; equal is not."""
    claim = "only a value below best - min_delta should be better, and only such a one be stored"
    values = [1.0, 1.125, 1.25, 0.5], [1.0, 0.875, 0.625, 0.5625], [1.0, 0.75, 0.5, 0.25]
    for min_delta in (0.25, -0.25):
        ends(learner, claim, *map(epochs_of, values), keys=ALL, patience=2, min_delta=min_delta)


@check("EarlyStopper", after=test_stopper_min_delta)
def test_stopper_mode(learner):
    """With mode "max" higher is better, by more than min_delta."""
    claim = 'with mode="max" a value above best + min_delta should be better'
    rising = epochs_of([0.25, 0.5, 0.75, 0.75, 0.875], "accuracy")
    below = epochs_of([-3.0, -2.0, -4.0, -5.0], "accuracy")
    slow = epochs_of([0.0, 0.1875, 0.1875, 1.0], "accuracy")
    for min_delta in (0.0, 0.25):
        settings = {"monitor": "accuracy", "mode": "max", "min_delta": min_delta, "patience": 2}
        ends(learner, claim, rising, below, slow, keys=ALL, **settings)


@check("EarlyStopper", after=test_stopper_stops)
def test_stopper_restores(learner):
    """All weights of the best epoch come back, whether training was stopped or the epochs ran out."""
    stopped, ran_out = epochs_of([1.0, 0.5, 2.0, 3.0]), epochs_of([1.0, 0.5, 2.0])
    claim = "when training was stopped, all weights should be those of the best epoch"
    ends(learner, claim, stopped, keys=("weights",), patience=2)
    claim = "when the epochs have run out, all weights should be those of the best epoch, too"
    ends(learner, claim, ran_out, keys=("weights",), patience=2)
    claim = "with restore_best_weights=False the weights of the last epoch should stay"
    ends(learner, claim, stopped, ran_out, keys=("weights",), patience=2, restore_best_weights=False)


@check("EarlyStopper", after=test_stopper_stops)
def test_stopper_says(learner):
    """best, best_epoch and stopped_epoch say what happened, from 0; None where nothing did."""
    callback = learner.EarlyStopper()
    for name in ("best", "best_epoch", "stopped_epoch"):
        value = getattr(callback, name)
        expect.true(value is None, f"{name} should be None before a training", f"it is {value!r}")
    claim = "best, best_epoch and stopped_epoch should say what happened, counted from 0"
    stopped, ran_out = epochs_of([1.0, 0.5, 2.0, 3.0]), epochs_of([1.0, 0.5, 2.0])
    ends(learner, claim, stopped, ran_out, keys=("best", "best_epoch", "stopped_epoch"), patience=2)


@check("EarlyStopper", after=test_stopper_says)
def test_stopper_starts_later(learner):
    """Epochs before start_from_epoch, and those without the number, change nothing."""
    claim = "epochs before start_from_epoch should change nothing: the first that counts is the best"
    later = [0.1, 0.2, 5.0, 4.0, 4.0, 6.0], [0.1, 0.2, 3.0, 4.0, 5.0]
    ends(learner, claim, *map(epochs_of, later), keys=ALL, patience=2, start_from_epoch=2)
    claim = "an epoch without the number should change nothing"
    ends(learner, claim, epochs_of([None, 1.0, 2.0, None, None, 0.5, 2.0, None, 3.0]), keys=ALL, patience=2)


@check("EarlyStopper", after=test_stopper_says)
def test_stopper_begins_anew(learner):
    """A second training begins with nothing remembered of the first."""
    claim = "a training should begin without anything that is remembered of another"
    trainings = [
        epochs_of(values) for values in ([0.1, 2.0], [5.0, 4.0, 6.0, 7.0], [5.0, 6.0, 4.0], [None] * 2)
    ]
    ends_one_after_the_other(learner, claim, trainings, ALL, patience=2)


@check("EarlyStopper")
def test_stopper_refuses(learner):
    """Other modes, and a patience below 0, raise a ValueError."""
    for settings in ({"mode": "auto"}, {"mode": "lower"}, {"patience": -1}):
        with expect.raises(ValueError, f"{settings} should raise a ValueError"):
            learner.EarlyStopper(**settings)
