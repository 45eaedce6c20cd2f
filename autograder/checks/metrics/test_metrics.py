"""Checks of the topic `metrics`.

Expected values come from NumPy in float64, in its plainest form: a confusion matrix, all pairs of scores, a
mask for each bin, every threshold tried (`tests/topics/test_metrics_mirrors_keras.py` holds these to
scikit-learn), and from numbers that can be worked out by hand."""

import numpy as np

from nnlearn.checking import check, expect, laws

MEASURES = ("precision", "recall", "f1")
AVERAGES = ("macro", "micro", "weighted", None)
EXACT = {"rtol": 1e-9, "atol": 1e-9}
# The table of the lesson: true and predicted labels of ten examples.
TRUE = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 2])
SAID = np.array([0, 0, 0, 0, 0, 1, 0, 1, 1, 0])


def plain(result, claim):
    """One number, which is returned."""
    return expect.number(result, f"{claim}: one number")


def is_right(result, want, claim, **tolerance):
    """The result is one number, and this one."""
    expect.number(result, claim)
    expect.right_and_finite(result, want, claim, **EXACT | tolerance)


# baselines ---------------------------------------------------------------------------------------


def has_scores(result, claim, **wanted):
    """A dictionary of these numbers."""
    names = " and ".join(f'"{name}"' for name in wanted)
    with expect.about(result):
        expect.true(
            isinstance(result, dict) and set(result) == set(wanted),
            f"there should be a dictionary with {names}",
            f"it is {type(result).__name__} {sorted(map(str, result)) if isinstance(result, dict) else ''}",
        )
        for name, want in wanted.items():
            expect.number(result[name], f"{name} should be one number")
            expect.close(result[name], want, f"{name}: {claim}", **EXACT)


@check("baselines")
def test_baselines_of_classes_by_hand(learner):
    """Training labels 0, 0, 0, 1 and test labels 0, 1: accuracy 0.5, log loss 0.837."""
    want = -(np.log(0.75) + np.log(0.25)) / 2
    result = learner.baselines([0, 0, 0, 1], [0, 1], "classification")
    has_scores(result, "the lesson's example should give 0.5 and 0.837", accuracy=0.5, log_loss=want)


@check("baselines")
def test_baselines_of_numbers_by_hand(learner):
    """The mean of 1, 2, 9 is 4, the median 2: scored on 3 and 8."""
    result = learner.baselines([1.0, 2.0, 9.0], [3.0, 8.0], "regression")
    has_scores(result, "mse is of the mean, 4, and mae of the median, 2", mse=8.5, mae=3.5)


@check("baselines", after=test_baselines_of_classes_by_hand)
def test_baselines_learn_from_training_labels(learner):
    """The commonest class of the test labels is another one, and must not be used."""
    train, test = np.array([7, 7, 3, 7, 3]), np.array([3, 3, 3, 7])
    want = -(3 * np.log(0.4) + np.log(0.6)) / 4
    result = learner.baselines(train, test, "classification")
    claim = "it should be learned from y_train alone"
    has_scores(result, claim, accuracy=0.25, log_loss=want)


@check("baselines", after=test_baselines_of_classes_by_hand)
def test_baselines_of_an_unseen_label(learner):
    """A test label that is not in the training part makes the log loss infinite."""
    result = learner.baselines([0, 0, 1], [0, 2], "classification")
    has_scores(
        result, "a label that was never seen should cost infinitely much", accuracy=0.5, log_loss=np.inf
    )


@check("baselines", after=test_baselines_of_classes_by_hand)
def test_baselines_of_ties(learner):
    """Of labels that are equally common, the smallest one counts."""
    want = -np.log([0.4, 0.2]).mean()
    result = learner.baselines([5, 2, 5, 2, 9], [2, 9], "classification")
    has_scores(result, "of 2 and 5, equally common, 2 should be taken", accuracy=0.5, log_loss=want)


@check("baselines")
def test_baselines_refuse_other_tasks(learner):
    """Another task raises a ValueError."""
    laws.refuses(learner.baselines, {'the task "ranking"': ([0, 1], [0, 1], "ranking")})


@check("baselines", hidden=True, after=test_baselines_learn_from_training_labels)
def test_baselines_of_many_labels(learner, rng):
    """Labels that are negative, far apart, in any order, in several dtypes."""
    for dtype in ("int64", "int16", "uint8"):
        names = np.array([200, 3, 17, 90, 41] if dtype == "uint8" else [200, -3, 17, 900, -41])
        train, test = rng.choice(names, 40, p=[0.1, 0.4, 0.2, 0.2, 0.1]), rng.choice(names, 23)
        train[:5] = names
        share = {label: np.mean(train == label) for label in names}
        top = max(sorted(share), key=share.get)
        want = {
            "accuracy": np.mean(test == top),
            "log_loss": -np.mean([np.log(share[label]) for label in test]),
        }
        result = learner.baselines(train.astype(dtype), test.astype(dtype), "classification")
        has_scores(result, f"labels of {dtype} should do", **want)
    result = learner.baselines([4], [4, 4, 4], "classification")
    has_scores(result, "a single class should be sure", accuracy=1.0, log_loss=0.0)


@check("baselines", hidden=True, after=test_baselines_of_numbers_by_hand)
def test_baselines_of_many_numbers(learner, rng):
    """An even number of training rows, integers, float32 far from 0, lists."""
    far = (1e4 + rng.gamma(0.3, 2.0, 31)).astype("float32")
    for train, test in (
        (rng.normal(size=8) ** 3, rng.normal(size=5)),
        (np.array([4, 1, 9, 250], "uint8"), np.array([3, 0], "uint8")),
        (far[:20], far[20:]),
        ([3, -1], [0.5]),
        ([2.5], [1, 2, 7]),
    ):
        a, b = np.asarray(train, "float64"), np.asarray(test, "float64")
        want = {"mse": np.mean((b - a.mean()) ** 2), "mae": np.mean(np.abs(b - np.median(a)))}
        result = learner.baselines(train, test, "regression")
        has_scores(result, "computed in float64, mean and median of y_train", **want)


@check("baselines", hidden=True, after=test_baselines_of_classes_by_hand)
def test_baselines_leave_their_arguments(learner):
    """The arrays that were given are as before."""
    train, test = np.array([9, 1, 5, 5, 2]), np.array([5, 1, 9])
    laws.changes_no_argument(learner, learner.baselines, train, test, "classification")
    numbers = train.astype("float64"), test.astype("float64")
    laws.changes_no_argument(learner, learner.baselines, *numbers, "regression")


# ConfusionMetric ---------------------------------------------------------------------------------


def scored(said, classes=3):
    """Scores, some below 0, whose largest entry is at the labels that are said."""
    scores = np.cos(np.arange(len(said) * classes)).reshape(-1, classes) - 0.5
    scores[np.arange(len(said)), said] = scores.max(axis=1) + 0.25
    return scores.astype("float32")


def counted(classes, *batches):
    """The confusion matrix of all batches: true labels, predicted ones, and weights if there are any."""
    counts = np.zeros((classes, classes))
    for y, said, *weights in batches:
        np.add.at(counts, (np.ravel(y), said), np.ravel(weights[0]) if weights else 1.0)
    return counts


def over(part, whole):
    """part / whole, and 0 where both are 0."""
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) != 0)


def measured(counts, measure="f1", average="macro"):
    """What a confusion matrix makes of a measure and an average."""
    tp, said, true = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    if average == "micro":
        tp, said, true = (part.sum() for part in (tp, said, true))
    top, under = {"precision": (tp, said), "recall": (tp, true), "f1": (2 * tp, said + true)}[measure]
    scores = over(top, under)
    if average == "macro":
        return scores.mean()
    return over(np.sum(scores * true), np.sum(true)) if average == "weighted" else scores


def updated(learner, *batches, classes=3, **settings):
    """A metric that has seen these batches."""
    metric = learner.ConfusionMetric(classes, **settings)
    for y, said, *weights in batches:
        metric.update_state(y, scored(said, classes), *weights)
    return metric


def gives(metric, want, claim, rtol=1e-6, atol=1e-6):
    """The result of a metric has the right shape, and is right."""
    result = metric.result()
    expect.shape(result, np.shape(want), f"{claim}: the result should have shape {np.shape(want)}")
    expect.right_and_finite(result, want, claim, rtol=rtol, atol=atol)


@check("ConfusionMetric")
def test_metric_by_hand(learner):
    """Macro F1 of the lesson's ten examples is 0.479, with 0 for the class that nobody predicted."""
    want = (10 / 13 + 4 / 6 + 0) / 3
    gives(updated(learner, (TRUE, SAID)), want, "macro F1 should be (10/13 + 4/6 + 0)/3 = 0.479")


@check("ConfusionMetric", after=test_metric_by_hand)
def test_metric_per_class(learner):
    """Without an average there is one number for each class: precision by columns, recall by rows."""
    for measure, want in (
        ("precision", [5 / 7, 2 / 3, 0.0]),
        ("recall", [5 / 6, 2 / 3, 0.0]),
        ("f1", [10 / 13, 4 / 6, 0.0]),
    ):
        metric = updated(learner, (TRUE, SAID), measure=measure, average=None)
        gives(metric, want, f"{measure} of each class should be that of the lesson's table")


@check("ConfusionMetric", after=test_metric_by_hand)
def test_metric_averages(learner):
    """Weighted by true counts it is 0.662, micro 0.7, the accuracy."""
    weighted = (6 * 10 / 13 + 3 * 4 / 6 + 0) / 10
    gives(
        updated(learner, (TRUE, SAID), average="weighted"), weighted, "weighted F1 should be by true counts"
    )
    gives(updated(learner, (TRUE, SAID), average="micro"), 0.7, "micro F1 should be the accuracy, 7/10")


@check("ConfusionMetric", after=test_metric_by_hand)
def test_metric_adds_up_counts(learner):
    """Three batches of 1, 7 and 2 examples give what all ten at once would."""
    parts = (slice(9, 10), slice(0, 7), slice(7, 9))
    metric = updated(learner, *((TRUE[part], SAID[part]) for part in parts))
    gives(metric, measured(counted(3, (TRUE, SAID))), "counts should be added up over batches")
    gives(metric, measured(counted(3, (TRUE, SAID))), "result should change nothing when asked again")


@check("ConfusionMetric", after=test_metric_by_hand)
def test_metric_of_absent_classes(learner):
    """A class that never occurs counts as 0 in the mean over all classes."""
    said = np.where(np.arange(10) == 5, 3, SAID)
    metric = updated(learner, (TRUE, said), classes=5)
    claim = "macro should be the mean over all 5 classes: 3 is never true, 4 neither true nor predicted"
    gives(metric, measured(counted(5, (TRUE, said))), claim)
    metric = updated(learner, (TRUE, SAID), classes=5)
    gives(metric, (10 / 13 + 4 / 6) / 5, "macro should be the mean over all 5 classes, 3 of which give 0")


@check("ConfusionMetric", after=test_metric_by_hand)
def test_metric_before_any_update(learner):
    """Before any update every measure is 0."""
    metric = learner.ConfusionMetric(3, measure="precision", average=None)
    gives(metric, np.zeros(3), "before any update precision should be 0 for each class")
    gives(
        learner.ConfusionMetric(3, average="weighted"), 0.0, "before any update the weighted mean should be 0"
    )


@check("ConfusionMetric", after=test_metric_by_hand)
def test_metric_with_weights(learner):
    """An example with the weight 2 counts twice, with 0 not at all."""
    weights = np.array([1.0, 0.0, 2.0, 0.5, 1.0, 3.0, 0.0, 2.0, 0.25, 1.5], "float32")
    counts = counted(3, (TRUE, SAID, weights))
    for average in (None, "micro"):
        metric = updated(learner, (TRUE, SAID, weights), average=average)
        gives(metric, measured(counts, "f1", average), "sample weights should multiply counts")


@check("ConfusionMetric", after=test_metric_by_hand)
def test_metric_forgets(learner):
    """reset_state forgets all that was counted."""
    metric = updated(learner, (TRUE, SAID))
    metric.reset_state()
    gives(metric, 0.0, "after reset_state it should be as new")
    metric.update_state(TRUE[:7], scored(SAID[:7]))
    want = measured(counted(3, (TRUE[:7], SAID[:7])))
    gives(metric, want, "after reset_state only later batches should count")


@check("ConfusionMetric", after=test_metric_adds_up_counts)
def test_metric_when_traced(learner):
    """Inside a tf.function, as in fit, each batch is counted, whatever its size; result works there, too."""
    metric = learner.ConfusionMetric(3)
    step = learner.kit.compiled(metric.update_state)
    want = measured(counted(3, (TRUE, SAID)))
    for epoch in ("", " again after reset_state"):
        for part in (slice(0, 7), slice(7, 10)):
            step(TRUE[part], scored(SAID[part]))
        claim = f"in a tf.function all batches should count{epoch}: state belongs in variables"
        gives(metric, want, claim)
        if not epoch:
            metric.reset_state()
    result = learner.kit.traced(metric.result)
    claim = (
        "result should do inside a tf.function, too, where variables have no values: fit asks for it there"
    )
    expect.right_and_finite(result, want, claim, rtol=1e-6, atol=1e-6)


@check("ConfusionMetric")
def test_metric_refuses(learner):
    """Another measure or another average raises a ValueError."""
    for settings in ({"measure": "accuracy"}, {"measure": "F1"}, {"average": "mean"}, {"average": "none"}):
        words = ", ".join(f"{key}={value!r}" for key, value in settings.items())
        with expect.raises(ValueError, f"{words} should raise a ValueError"):
            learner.ConfusionMetric(3, **settings)


@check("ConfusionMetric", after=test_metric_by_hand)
def test_metric_keeps_its_settings(learner):
    """get_config has all settings, and from_config makes the metric again."""
    settings = {"num_classes": 4, "measure": "recall", "average": None, "name": "found", "dtype": "float64"}
    metric = learner.ConfusionMetric(**settings)
    laws.config_holds(metric, **settings)
    copy = learner.kit.deserialized(metric, learner.ConfusionMetric)
    laws.config_holds(copy, **settings)


@check("ConfusionMetric", hidden=True, after=test_metric_averages)
def test_metric_in_all_combinations(learner, rng):
    """All measures and averages, with weights, an absent and a never predicted class."""
    y, said = rng.choice([0, 1, 2, 3], 14), rng.choice([0, 1, 3], 14)
    y[0], said[1] = 2, 3
    weights = rng.choice([0.0, 0.5, 1.0, 2.5], 14).astype("float32")
    weights[:2] = 1.5
    counts = counted(5, (y, said, weights))
    for measure in MEASURES:
        for average in AVERAGES:
            metric = updated(learner, (y, said, weights), classes=5, measure=measure, average=average)
            gives(metric, measured(counts, measure, average), f"{average} {measure} should be right")


@check("ConfusionMetric", hidden=True, after=test_metric_with_weights)
def test_metric_of_columns_and_dtypes(learner):
    """Labels and weights of shape (N, 1), labels of several dtypes, whole weights, scores of float16 and
    float64."""
    weights = np.array([1, 0, 2, 3, 1, 1, 0, 2, 1, 4])
    want = measured(counted(3, (TRUE, SAID, weights)), "f1", None)
    for labels, given, scores in (
        (TRUE[:, None].astype("int32"), weights[:, None].astype("float32"), scored(SAID)),
        (TRUE[:, None], weights.astype("float32"), scored(SAID).astype("float64")),
        (TRUE.astype("uint8"), weights.astype("int32"), scored(SAID).astype("float16")),
        (TRUE.astype("int16"), weights[:, None].astype("float64"), 300 * scored(SAID) - 900),
        (TRUE, (weights * 2.0**-30).astype("float32"), scored(SAID)),
    ):
        metric = learner.ConfusionMetric(3, average=None)
        metric.update_state(labels, scores, sample_weight=given)
        shapes = f"labels {labels.shape} {labels.dtype}, weights {given.shape} {given.dtype}, {scores.dtype}"
        gives(metric, want, f"{shapes} should do")


@check("ConfusionMetric", hidden=True, after=test_metric_per_class)
def test_metric_of_equal_scores(learner):
    """Of equal scores, the first counts; of float64 ones that nearly are, the largest."""
    scores = np.array([[0.2, 0.4, 0.4], [-1.0, -1.0, -2.0], [0.0, 0.0, 0.0]], "float32")
    metric = learner.ConfusionMetric(3, measure="precision", average=None)
    metric.update_state(np.array([1, 0, 2]), scores)
    gives(metric, [0.5, 1.0, 0.0], "of equal scores the first should be what is predicted")
    metric.reset_state()
    metric.update_state(np.array([1, 2]), np.array([[1.0, 1 + 1e-12, 0.5], [-1e-12, -1.0, 0.0]]))
    gives(metric, [0.0, 1.0, 1.0], "of scores that are nearly equal the largest should be predicted")


@check("ConfusionMetric", hidden=True, after=test_metric_by_hand)
def test_metric_keeps_counts_in_variables(learner):
    """Counts are float32 variables, as many after three batches as before; results are float32."""
    metric = learner.ConfusionMetric(3, average=None)
    before = len(metric.variables)
    for part in (slice(4), slice(4, 8), slice(8, 10)):
        metric.update_state(TRUE[part], scored(SAID[part]))
    gives(metric, measured(counted(3, (TRUE, SAID)), "f1", None), "three batches should all count")
    expect.dtype(metric.result(), "float32", "the result should be float32")
    variables = metric.variables
    expect.true(before > 0, "counts should be in variables of the metric", "it has none")
    expect.true(len(variables) == before, "batches should add no variables", f"there are {len(variables)}")
    for variable in variables:
        expect.dtype(np.asarray(variable), "float32", "counts should be float32")


@check("ConfusionMetric", hidden=True, after=test_metric_forgets)
def test_metrics_are_their_own(learner):
    """Two metrics share nothing; each has a name of its own, and takes one."""
    one, other = updated(learner, (TRUE, SAID)), learner.ConfusionMetric(3, name="mine")
    gives(other, 0.0, "another metric should have counted nothing")
    other.update_state(TRUE[:4], scored(SAID[:4]))
    gives(one, measured(counted(3, (TRUE, SAID))), "what another metric counts should not show", rtol=1e-6)
    expect.same(other.name, "mine", "the name should be the one that was given")


# roc_auc -----------------------------------------------------------------------------------------


def by_pairs(y, scores, weights=None):
    """The AUC from all pairs."""
    y, scores = np.asarray(y), np.asarray(scores)
    weights = np.ones(len(y)) if weights is None else np.asarray(weights, "float64")
    p, n = y == 1, y == 0
    wins = (scores[p][:, None] > scores[n]) + 0.5 * (scores[p][:, None] == scores[n])
    return weights[p] @ wins @ weights[n] / (weights[p].sum() * weights[n].sum())


@check("roc_auc")
def test_auc_by_hand(learner):
    """Positives 0.9 and 0.4, negatives 0.4 and 0.1: three pairs in order and a tie of four are 0.875."""
    result = learner.roc_auc(np.array([1, 0, 1, 0]), np.array([0.9, 0.4, 0.4, 0.1]))
    is_right(result, 0.875, "the lesson's example should give 3.5/4 = 0.875")


@check("roc_auc")
def test_auc_of_ties(learner):
    """A constant score has ties alone: 0.5. With ties between some, each counts a half."""
    for y, scores, want in (
        ([0, 1, 1, 0, 0], [0.7] * 5, 0.5),
        ([0, 0, 1, 1, 1], [1, 2, 2, 1, 3], 4 / 6),
        ([1, 1, 0, 0], [0, 0, 0, 1], 0.25),
    ):
        is_right(learner.roc_auc(np.array(y), np.array(scores)), want, "a tie should count a half")


@check("roc_auc")
def test_auc_of_fine_differences(learner):
    """Scores that differ by very little are still in order, whichever side of 0.5 they are on."""
    y, steps = np.array([0, 1, 0, 1]), np.arange(4.0)
    for scores in (0.0501 + 1e-4 * steps, 0.9 + 1e-12 * steps, 1e-9 * steps, -7.0 + steps / 100):
        is_right(learner.roc_auc(y, scores), 0.75, "three of four pairs are in order: it should be 0.75")


@check("roc_auc", after=test_auc_by_hand)
def test_auc_with_weights(learner):
    """A pair counts the product of its weights; a weight of 0 leaves an example out."""
    y, scores = np.array([1, 0, 1, 0, 1]), np.array([0.9, 0.4, 0.3, 0.1, 0.4])
    for weights in ([1.0, 2.0, 0.5, 1.0, 3.0], [1.0, 0.0, 2.0, 1.0, 0.0], [2, 3, 1, 1, 1]):
        want = by_pairs(y, scores, weights)
        result = learner.roc_auc(y, scores, sample_weight=np.array(weights))
        is_right(result, want, "each pair should count the product of its two weights")


@check("roc_auc")
def test_auc_refuses(learner):
    """Scores that are not finite, and a class without examples or without weight, raise a ValueError."""
    y = np.array([0, 1, 1])
    laws.refuses(
        learner.roc_auc,
        {
            "a score of NaN": (y, np.array([0.1, np.nan, 0.3])),
            "an infinite score": (y, np.array([0.1, np.inf, 0.3])),
            "a score of minus infinity": (y, np.array([-np.inf, 0.2, 0.3])),
            "no negatives": (np.array([1, 1, 1]), np.array([0.1, 0.2, 0.3])),
            "no positives": (np.array([0, 0]), np.array([0.1, 0.2])),
            "negatives without weight": (y, np.array([0.1, 0.2, 0.3]), np.array([0.0, 1.0, 2.0])),
            "positives without weight": (y, np.array([0.1, 0.2, 0.3]), np.array([1.0, 0.0, 0.0])),
            "a score of NaN with the weight 0": (y, np.array([0.1, np.nan, 0.3]), np.array([1.0, 0.0, 1.0])),
        },
    )


@check("roc_auc", hidden=True, after=test_auc_with_weights)
def test_auc_of_many_scores(learner, rng):
    """Many scores, with ties and without, with weights and without, in several dtypes, lists too."""
    y = rng.integers(0, 2, 90)
    y[:2] = 0, 1
    rough, fine = rng.integers(-5, 9, 90), rng.normal(size=90) + 0.7 * y
    weights = rng.choice([0.0, 0.3, 1.1, 4.7], 90)
    weights[:2] = 1.0
    for labels, scores, given in (
        (y, fine, None),
        (y, fine.astype("float32"), weights),
        (y.astype("uint8"), rough, None),
        (y.astype("int32"), rough.astype("int16"), weights.astype("float32")),
        (y, 1e300 * fine, None),
        (y, 1e-300 * fine, weights),
        (y.tolist(), rough.tolist(), weights.tolist()),
        (y, (rough + 5).astype("uint8"), None),
        (y[:2], np.array([3.0, 4.0]), None),
        (y[:2], np.array([4.0, 3.0]), None),
    ):
        result = learner.roc_auc(labels, scores, given)
        is_right(result, by_pairs(labels, scores, given), "it should be that of all pairs")


@check("roc_auc", hidden=True, after=test_auc_by_hand)
def test_auc_of_rare_positives(learner, rng):
    """5000 examples, of which 6 are positive."""
    y, scores = np.zeros(5000, int), np.round(rng.normal(size=5000), 2)
    y[rng.choice(5000, 6, replace=False)] = 1
    is_right(learner.roc_auc(y, scores), by_pairs(y, scores), "5000 examples should do")


@check("roc_auc", hidden=True, after=test_auc_by_hand)
def test_auc_leaves_its_arguments(learner):
    """The arrays that were given are as before."""
    y, scores = np.array([1, 0, 1, 0]), np.array([0.4, 0.9, 0.1, 0.3])
    laws.changes_no_argument(learner, learner.roc_auc, y, scores, np.array([1.0, 2.0, 0.5, 3.0]))


# expected_calibration_error ------------------------------------------------------------------------


def by_bins(y, probabilities, bins=10):
    """The calibration error from a mask for each bin."""
    p = np.asarray(probabilities, "float64")
    sure, right = p.max(axis=1), p.argmax(axis=1) == np.asarray(y)
    total = 0.0
    for i in range(1, bins + 1):
        inside = (sure > (i - 1) / bins) & (sure <= i / bins)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
    return total


def of_two(sure):
    """Probabilities of two classes, class 0 being the one that is predicted."""
    return np.stack([np.asarray(sure, "float64"), 1 - np.asarray(sure, "float64")], axis=1)


HAND = np.array([0, 0, 0, 1, 0, 0, 0, 0, 0, 1]), of_two([0.95] * 4 + [0.65] * 6)


@check("expected_calibration_error")
def test_ece_by_hand(learner):
    """Four answers 0.95 sure, three right, and six 0.65 sure, five right, give 0.19."""
    result = learner.expected_calibration_error(*HAND)
    is_right(result, 0.4 * 0.2 + 0.6 * (5 / 6 - 0.65), "the lesson's example should give 0.19")


@check("expected_calibration_error")
def test_ece_of_extremes(learner):
    """Who is sure and wrong has 1, and who is sure and right has 0; the class frequencies have 0, too."""
    result = learner.expected_calibration_error(np.array([1, 1]), of_two([1.0, 1.0]))
    is_right(result, 1.0, "who is sure and wrong should have 1")
    for claim, labels, sure in (
        ("who is sure and right should have 0", np.zeros(3, int), [1.0] * 3),
        ("the class frequencies should have 0", np.array([0, 0, 0, 1]), [0.75] * 4),
    ):
        is_right(learner.expected_calibration_error(labels, of_two(sure)), 0.0, claim)


@check("expected_calibration_error", after=test_ece_by_hand)
def test_ece_of_three_classes(learner):
    """Confidence is the probability of the class that is predicted, whether that is right or not."""
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.72, 0.18], [0.25, 0.3, 0.45], [0.55, 0.33, 0.12]])
    y = np.array([1, 1, 2, 2])
    result = learner.expected_calibration_error(y, p, 5)
    is_right(result, by_bins(y, p, 5), "confidence should be the largest probability of a row")


@check("expected_calibration_error", after=test_ece_by_hand)
def test_ece_of_edges(learner):
    """An upper edge belongs to its bin, and 1 to the last: 0.5 is with 0.375, not with 0.625."""
    y = np.array([0, 1, 0, 1, 1])
    p = np.array(
        [[0.375, 0.3125, 0.3125], [0.5, 0.25, 0.25], [0.625, 0.25, 0.125], [1, 0, 0], [0.875, 0.125, 0]]
    )
    for bins in (4, 8):
        result = learner.expected_calibration_error(y, p, bins=bins)
        claim = f"of {bins} bins each should be without its lower edge and with its upper one"
        is_right(result, by_bins(y, p, bins), claim)


@check("expected_calibration_error")
def test_ece_of_one_bin(learner):
    """With one bin it is the distance of accuracy and mean confidence."""
    result = learner.expected_calibration_error(*HAND, bins=1)
    is_right(result, abs(0.8 - HAND[1][:, 0].mean()), "one bin should hold everything")


@check("expected_calibration_error", hidden=True, after=test_ece_of_edges)
def test_ece_of_many_examples(learner, rng):
    """Over- and underconfident, few classes and many, float32 and float64, lists of labels, bins from 2 to
    40."""
    for classes, bins, power, dtype in (
        (2, 10, 1.0, "float64"),
        (4, 15, 3.0, "float64"),
        (4, 7, 0.3, "float32"),
        (9, 40, 2.0, "float32"),
        (3, 2, 1.0, "float64"),
    ):
        p = rng.gamma(1.0, size=(60, classes)) ** power
        p = p / p.sum(axis=1, keepdims=True)
        y = np.where(rng.random(60) < 0.6, p.argmax(axis=1), rng.integers(0, classes, 60))
        y[:3] = p.argmax(axis=1)[:3]
        p = p.astype(dtype)
        edges = np.abs(p.max(axis=1).astype("float64") * bins % 1 - 0.5) < 0.5 - 1e-4
        y, p = y[edges], p[edges]
        labels = y.tolist() if classes == 2 else y
        result = learner.expected_calibration_error(labels, p, bins)
        is_right(result, by_bins(y, p, bins), f"{classes} classes in {bins} bins should be right")


@check("expected_calibration_error", hidden=True, after=test_ece_by_hand)
def test_ece_of_equal_probabilities(learner):
    """Of equal probabilities the first class is the one that is predicted."""
    p = np.array([[0.375, 0.375, 0.25], [0.25, 0.375, 0.375], [0.375, 0.25, 0.375], [0.125, 0.75, 0.125]])
    for y in (np.array([0, 1, 0, 1]), np.array([1, 2, 2, 1]), np.array([0, 2, 2, 0])):
        result = learner.expected_calibration_error(y, p)
        is_right(result, by_bins(y, p), "of equal probabilities the first should be predicted")


@check("expected_calibration_error", hidden=True, after=test_ece_of_edges)
def test_ece_of_fine_bins(learner):
    """Of 98 bins, 0.5 is the upper edge of number 49, and 1 that of the last."""
    y, p = np.array([0, 1, 0, 1]), of_two([0.5, 0.505, 1.0, 0.995])
    result = learner.expected_calibration_error(y, p, bins=98)
    is_right(result, by_bins(y, p, 98), "0.5 is 49/98, and should be in the bin below this edge")


@check("expected_calibration_error", hidden=True, after=test_ece_by_hand)
def test_ece_leaves_its_arguments(learner):
    """The arrays that were given are as before."""
    laws.changes_no_argument(learner, learner.expected_calibration_error, HAND[0].copy(), HAND[1].copy())


# choose_threshold ----------------------------------------------------------------------------------


def cost_at(threshold, y, scores, cost_fp, cost_fn):
    """The mean cost at a threshold, in float64."""
    said = np.asarray(scores, "float64") >= threshold
    return float(np.mean(np.where(np.asarray(y) == 1, cost_fn * ~said, cost_fp * said)))


def lowest(y, scores, cost_fp, cost_fn):
    """The lowest mean cost that any threshold has."""
    return min(cost_at(t, y, scores, cost_fp, cost_fn) for t in [*np.unique(scores), np.inf])


def chooses(learner, cases):
    """Of several cases, each cost is the lowest one, and the threshold has that cost."""
    found = []
    for claim, case in cases:
        result = learner.choose_threshold(*case)
        moment = learner.so_far()
        with expect.about(result):
            pair = expect.items(result, 2, "there should be two numbers, a threshold and its mean cost")
            threshold, cost = (expect.number(number, "both should be numbers") for number in pair)
        expect.true(threshold == threshold, "the threshold should be a number", "it is NaN")
        found.append((claim, case, moment, threshold, cost))
    # Any of several thresholds may be right: what it costs is what tells codes apart.
    facts = [[round(cost, 6), round(cost_at(threshold, *case), 6)] for _, case, _, threshold, cost in found]
    learner.observed({"costs": facts})
    for claim, case, moment, threshold, cost in found:
        best = lowest(*case)
        with expect.about(moment):
            real = cost_at(threshold, *case)
            words = f"{claim}: the lowest mean cost is {best:.6g}, and the threshold should have it"
            expect.close(real, best, words, rtol=1e-9, atol=1e-12)
            expect.close(
                cost, best, f"{claim}: the cost should be that of the threshold", rtol=1e-9, atol=1e-12
            )


SCORES = np.array([0.9, 0.7, 0.6, 0.2])
LABELS = np.array([1, 0, 1, 0])


@check("choose_threshold")
def test_threshold_by_hand(learner):
    """Scores 0.9, 0.7, 0.6, 0.2 of labels 1, 0, 1, 0; a miss costs 5, a false alarm 1: 0.25 from 0.6 on."""
    chooses(learner, [("the lesson's example", (LABELS, SCORES, 1.0, 5.0))])


@check("choose_threshold", after=test_threshold_by_hand)
def test_threshold_with_other_costs(learner):
    """Where a false alarm costs more than a miss, fewer are called positive."""
    cases = [
        ("a false alarm costs 5", (LABELS, SCORES, 5.0, 1.0)),
        (
            "both cost the same",
            (np.array([0, 0, 1, 0, 1, 1]), np.array([0.05, 0.1, 0.2, 0.3, 0.35, 0.4]), 1.0, 1.0),
        ),
    ]
    chooses(learner, cases)


@check("choose_threshold", after=test_threshold_by_hand)
def test_threshold_at_ties(learner):
    """Of equal scores all are positive or none: a threshold cannot come between them."""
    y, scores = np.array([0, 1, 0, 1, 1, 0, 1]), np.array([0.2, 0.4, 0.4, 0.4, 0.8, 0.8, 0.9])
    cases = [(f"costs {fp} and {fn}", (y, scores, fp, fn)) for fp, fn in ((1.0, 1.0), (1.0, 3.0), (2.5, 1.0))]
    chooses(learner, cases)


@check("choose_threshold", after=test_threshold_by_hand)
def test_threshold_where_nobody_is_positive(learner):
    """If false alarms cost too much, the threshold lies above all scores; if misses do, below all."""
    y, scores = np.array([1, 0, 0, 1, 0]), np.array([0.3, 0.9, 0.6, 0.2, 0.95])
    cases = [
        ("nobody should be positive", (y, scores, 4.0, 1.0)),
        ("everybody should be positive", (y, scores, 1.0, 40.0)),
    ]
    chooses(learner, cases)


@check("choose_threshold", hidden=True, after=test_threshold_at_ties)
def test_threshold_of_many_scores(learner, rng):
    """Logits, whole scores, float32, badly calibrated ones, a single class, a single example, costs of 0."""
    y = rng.integers(0, 2, 40)
    logits = rng.normal(size=40) + 1.5 * y - 3
    cases = [
        ("logits", (y, logits, 1.0, 3.0)),
        ("logits", (y, logits, 0.1, 0.02)),
        ("whole scores", (y, np.round(3 * logits).astype("int32"), 2, 3)),
        ("float32", (y.astype("uint8"), logits.astype("float32"), 1.0, 1.0)),
        ("scores that are far too small", (y, 1e-9 * np.exp(logits), 1.0, 10.0)),
        ("scores above 1", (y, 1e6 * np.exp(logits), 1.0, 1.0)),
        ("huge scores", (np.array([1, 0, 1, 0]), 1e300 * np.array([1.0, 2.0, -1.0, 3.0]), 50.0, 1.0)),
        ("neighbouring scores", (np.array([0, 1]), np.array([1.0, np.nextafter(1.0, 2.0)]), 1.0, 1.0)),
        ("positives alone", (np.ones(4, int), logits[:4], 1.0, 2.0)),
        ("negatives alone", (np.zeros(4, int), logits[:4], 1.0, 2.0)),
        ("a single example", ([1], [0.3], 1.0, 2.0)),
        ("false alarms for nothing", (y, logits, 0, 1)),
        ("misses for nothing", (y.tolist(), logits.tolist(), 1, 0)),
        ("scores in the wrong order", (y, -logits, 1.0, 1.0)),
    ]
    chooses(learner, cases)


@check("choose_threshold", hidden=True, after=test_threshold_by_hand)
def test_threshold_leaves_its_arguments(learner):
    """The arrays that were given are as before."""
    laws.changes_no_argument(learner, learner.choose_threshold, LABELS.copy(), SCORES[::-1].copy(), 1.0, 2.0)


# bootstrap_interval ----------------------------------------------------------------------------------


N = 40
PAIRS_TRUE = np.arange(N) % 4
PAIRS_SAID = np.where(np.arange(N) % 5 == 1, (PAIRS_TRUE + 1) % 4, PAIRS_TRUE)
_DRAW = np.random.default_rng(5)
_PLACES = _DRAW.integers(N, size=(20_000, N))
NUMBERS = _DRAW.gamma(0.5, size=N)
GUESSES = NUMBERS + _DRAW.gamma(0.5, size=N) - 0.2
GUESSES[-1] += 12  # which shows where the last pair is never drawn
SHARES = np.sort((PAIRS_TRUE == PAIRS_SAID)[_PLACES].mean(axis=1))
ROWS = np.abs(np.cos(np.arange(4.0 * N))).reshape(N, 4)
DIFFERENCES, OF_LABELS = (
    np.sort(values[_PLACES].mean(axis=1)) for values in (GUESSES - NUMBERS, ROWS[np.arange(N), PAIRS_TRUE])
)


def ends(result):
    """The two ends, numbers in rising order."""
    with expect.about(result):
        pair = expect.items(result, 2, "there should be two numbers, the lower and the upper end")
        return [expect.number(number, "both ends should be numbers") for number in pair]


def within(values, resamples, level):
    """Where the ends have to lie: 20,000 resamples, five standard errors of the quantiles to each side."""
    bounds = []
    for q in ((1 - level) / 2, (1 + level) / 2):
        error = 5 * np.sqrt(q * (1 - q) * (1 / resamples + 1 / len(values))) + 0.5 / resamples
        bounds.append(np.quantile(values, np.clip([q - error, q + error], 0, 1)))
    return bounds


def side(end, low, high):
    return "below" if end < low - 1e-9 else "above" if end > high + 1e-9 else "right"


def width(pair, values, level):
    """How wide it is beside the right one, roughly."""
    right = np.ptp(np.quantile(values, [(1 - level) / 2, (1 + level) / 2]))
    return int(np.digitize((pair[1] - pair[0]) / right, [-1e-9, 1e-9, 0.08, 0.2, 0.4, 0.6, 0.87, 1.25, 2, 3]))


def interval_is_right(learner, cases):
    """Of several cases, both ends are where those of many resamples are."""
    found, kinds = [], [(values, settings["level"]) for _, values, _, settings in cases]
    for claim, values, args, settings in cases:
        result = learner.bootstrap_interval(*args, **settings)
        moment = learner.so_far()
        bounds = within(values, settings["resamples"], settings["level"])
        found.append((claim, moment, ends(result), bounds))
    # Resamples are random, and so are widths: how many times the right one tells mistakes apart.
    facts = [[side(end, *bound) for end, bound in zip(*case[2:], strict=True)] for case in found]
    learner.observed(
        {"ends": facts, "widths": [width(case[2], *kind) for case, kind in zip(found, kinds, strict=True)]}
    )
    for claim, moment, pair, bounds in found:
        with expect.about(moment):
            for end, bound, name in zip(pair, bounds, ("lower", "upper"), strict=True):
                expect.between(
                    end, bound[0] - 1e-9, bound[1] + 1e-9, f"{claim}: the {name} end should be right"
                )


@check("bootstrap_interval")
def test_bootstrap_of_accuracy(learner):
    """Of 40 pairs 32 agree: 95 % and 60 % of the resampled shares lie where they do for 20,000 resamples."""
    share = learner.kit.function("share_of_equal")
    cases = [
        (
            f"{round(100 * level)} % of the shares",
            SHARES,
            (PAIRS_TRUE, PAIRS_SAID, share),
            {"resamples": 600, "level": level},
        )
        for level in (0.95, 0.6)
    ]
    interval_is_right(learner, cases)


@check("bootstrap_interval")
def test_bootstrap_of_differences(learner):
    """metric is called with the labels first and the predictions second, pair by pair."""
    differences = learner.kit.function("mean_of_differences")
    case = (NUMBERS, GUESSES, differences), {"resamples": 600, "level": 0.8, "seed": 3}
    interval_is_right(learner, [("80 % of the mean differences y_pred - y_true", DIFFERENCES, *case)])


@check("bootstrap_interval", after=test_bootstrap_of_accuracy)
def test_bootstrap_follows_its_seed(learner):
    """The same seed gives the same interval again, and another seed another one."""
    differences = learner.kit.function("mean_of_differences")

    def draw(seed):
        result = learner.bootstrap_interval(NUMBERS, GUESSES, differences, resamples=30, seed=seed)
        return np.array(ends(result))

    first, again, other = draw(0), draw(0), draw(5)
    moment = learner.so_far()
    learner.observed({"repeats": expect.equal(first, again), "differ": not expect.equal(first, other)})
    with expect.about(moment):
        expect.same(again, first, "the same seed should give the same interval again")
        expect.different(other, first, "another seed should give another interval")


@check("bootstrap_interval")
def test_bootstrap_refuses(learner):
    """A level that is not above 0 and below 1 raises a ValueError."""
    share = learner.kit.function("share_of_equal")
    for level in (95, -0.5, 0, 1, 1.0):
        with expect.raises(ValueError, f"level={level} should raise a ValueError"):
            learner.bootstrap_interval(PAIRS_TRUE, PAIRS_SAID, share, resamples=5, level=level)


@check("bootstrap_interval", hidden=True, after=test_bootstrap_of_differences)
def test_bootstrap_of_other_metrics(learner):
    """A metric that gives a tensor; one that takes labels as places in rows of scores; the defaults."""
    kit = learner.kit
    tensor, at_labels = kit.function("tensor_of_differences"), kit.function("mean_at_labels")
    cases = [
        (
            "a metric that gives a tensor",
            DIFFERENCES,
            (NUMBERS, GUESSES, tensor),
            {"resamples": 40, "level": 0.3},
        ),
        (
            "the mean probability of the true class",
            OF_LABELS,
            (PAIRS_TRUE, ROWS, at_labels),
            {"resamples": 300, "level": 0.9, "seed": 11},
        ),
    ]
    interval_is_right(learner, cases)
    result = learner.bootstrap_interval(NUMBERS, GUESSES, kit.function("mean_of_differences"))
    for end, bound in zip(ends(result), within(DIFFERENCES, 1000, 0.95), strict=True):
        with expect.about(result):
            expect.between(end, *bound, "the defaults should be 1000 resamples and level 0.95")


@check("bootstrap_interval", hidden=True, after=test_bootstrap_of_accuracy)
def test_bootstrap_of_few(learner):
    """One pair gives no width, one resample neither; two resamples are interpolated."""
    differences = learner.kit.function("mean_of_differences")
    one = learner.bootstrap_interval(NUMBERS[:1], GUESSES[:1], differences, resamples=7)
    single = learner.bootstrap_interval(NUMBERS, GUESSES, differences, resamples=1, level=0.5)
    two = [
        learner.bootstrap_interval(NUMBERS, GUESSES, differences, resamples=2, level=level, seed=2)
        for level in (0.999999, 0.5)
    ]
    widths = [high - low for low, high in map(ends, (one, single, *two))]
    learner.observed(
        {
            "widths": [width < 1e-12 for width in widths],
            "half": bool(np.isclose(widths[3], widths[2] / 2, rtol=1e-3)),
        }
    )
    with expect.about(one):
        want = [GUESSES[0] - NUMBERS[0]] * 2
        expect.close(ends(one), want, "of a single pair every resample should be that pair", **EXACT)
    with expect.about(single):
        expect.close(widths[1], 0.0, "a single resample should be both ends", **EXACT)
    with expect.about(two[1]):
        claim = "of two resamples, the middle 50 % should be half as wide as all: np.quantile interpolates"
        expect.close(widths[3], widths[2] / 2, claim, rtol=1e-4, atol=0)


@check("bootstrap_interval", hidden=True, after=test_bootstrap_follows_its_seed)
def test_bootstrap_leaves_the_rest_alone(learner):
    """Global generators and the arguments are as before."""
    differences = learner.kit.function("mean_of_differences")
    moved = learner.kit.moved_generators(
        learner.bootstrap_interval, NUMBERS, GUESSES, differences, resamples=3
    )
    expect.same(moved, [], "no global generator should be drawn from or seeded: make your own")
    given = NUMBERS[::-1].copy(), GUESSES.copy()
    laws.changes_no_argument(learner, learner.bootstrap_interval, *given, differences, resamples=3)
