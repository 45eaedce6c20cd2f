"""The reference of `metrics` gives what scikit-learn and Keras give: sizes, weights, ties, costs."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as theirs
from sklearn.dummy import DummyClassifier, DummyRegressor

from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402

metrics = reference("metrics")
CLASSES = 5
SIZES = (1, 7, 2, 1, 19, 3, 1, 1, 5, 11)
MEASURES = {"precision": theirs.precision_score, "recall": theirs.recall_score, "f1": theirs.f1_score}
AVERAGES = ("macro", "micro", "weighted", None)


def batches(weighted: bool) -> list[Any]:
    """Ten uneven batches of five classes: one is absent, one is never predicted."""
    draw = np.random.default_rng(3)
    found = []
    for size in SIZES:
        labels = draw.choice([0, 1, 2, 3], size, p=[0.5, 0.3, 0.1, 0.1])
        scores = draw.normal(size=(size, CLASSES)).astype("float32")
        scores[np.arange(size), np.where(draw.random(size) < 0.6, labels, 0)] += 2
        scores[:, [3, 4]] -= 20
        weights = draw.choice([0.0, 0.5, 1.0, 3.0], size).astype("float32") if weighted else None
        found.append((labels, scores, weights))
    return found


def together(found: list[Any]) -> tuple[Any, Any, Any]:
    labels, scores, weights = zip(*found, strict=True)
    whole = None if weights[0] is None else np.concatenate(weights)
    return np.concatenate(labels), np.concatenate(scores).argmax(axis=1), whole


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("measure", "average"), list(product(MEASURES, AVERAGES)))
def test_the_metric_after_each_batch(measure: str, average: str | None, weighted: bool) -> None:
    """Against scikit-learn with all labels named; after reset_state once more."""
    metric = metrics.ConfusionMetric(CLASSES, measure=measure, average=average)
    for begin in (0, 4):
        metric.reset_state()
        for end in range(begin + 1, len(SIZES) + 1):
            metric.update_state(*batches(weighted)[end - 1])
            labels, said, weights = together(batches(weighted)[begin:end])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # scikit-learn warns where all weights are 0
                want = MEASURES[measure](
                    labels,
                    said,
                    labels=range(CLASSES),
                    average=average,
                    sample_weight=weights,
                    zero_division=0,
                )
            np.testing.assert_allclose(metric.result(), want, atol=1e-6)


@pytest.mark.parametrize("average", AVERAGES)
def test_the_metric_beside_keras(average: str | None) -> None:
    """Keras' F1Score takes one-hot labels, and has no result before its first update."""
    ours = metrics.ConfusionMetric(CLASSES, average=average)
    keras_one = keras.metrics.F1Score(average=average)
    with pytest.raises(AttributeError):
        keras_one.result()
    for labels, scores, weights in batches(True):
        ours.update_state(labels, scores, weights)
        keras_one.update_state(np.eye(CLASSES)[labels], scores, weights)
        np.testing.assert_allclose(ours.result(), keras_one.result(), atol=1e-5)


def test_a_life_of_the_metric(tmp_path: Any) -> None:
    """Used in `fit` and `evaluate`, saved, loaded, used again: as scikit-learn says of all rows."""
    labels, _, weights = together(batches(True))
    scores = np.concatenate([scores for _, scores, _ in batches(True)])
    settings = {"num_classes": CLASSES, "average": "weighted", "name": "score"}
    model = keras.Sequential([keras.Input((CLASSES,)), keras.layers.Dense(CLASSES, use_bias=False)])
    model.set_weights([np.eye(CLASSES)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, weighted_metrics=[metrics.ConfusionMetric(**settings)], jit_compile=False)
    model.optimizer.learning_rate = 0.0
    history = model.fit(scores, labels, batch_size=8, epochs=2, sample_weight=weights, verbose=0).history
    want = theirs.f1_score(
        labels,
        scores.argmax(axis=1),
        labels=range(CLASSES),
        average="weighted",
        sample_weight=weights,
        zero_division=0,
    )
    np.testing.assert_allclose(history["score"], [want, want], atol=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(
        tmp_path / "model.keras", custom_objects={"ConfusionMetric": metrics.ConfusionMetric}
    )
    for one in (model, loaded):
        found = one.evaluate(
            scores, labels[:, None], batch_size=9, sample_weight=weights, verbose=0, return_dict=True
        )
        np.testing.assert_allclose(found["score"], want, atol=1e-6)


def test_what_scikit_learn_leaves_out() -> None:
    """A class in neither labels nor predictions is left out of its mean, unless all labels are named."""
    labels, said, _ = together(batches(False))
    absent = theirs.f1_score(labels, said, average="macro", zero_division=0)
    whole = theirs.f1_score(labels, said, labels=range(CLASSES), average="macro", zero_division=0)
    np.testing.assert_allclose(absent * 4, whole * 5)


@pytest.mark.parametrize("seed", range(60))
def test_roc_auc(seed: int) -> None:
    """Ties and none, weights with zeros and none, several sizes and dtypes."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(2, 200))
    y = draw.integers(0, 2, n)
    y[:2] = 0, 1
    scores = draw.normal(size=n) if seed % 2 else draw.integers(-4, 5, n)
    scores = scores.astype(("float64", "float32", "int32")[seed % 3] if seed % 2 == 0 else "float64")
    weights = draw.choice([0.0, 0.25, 1.0, 4.0], n) if seed % 5 else None
    if weights is not None:
        weights[:2] = 1
    got = metrics.roc_auc(y, scores, weights)
    np.testing.assert_allclose(got, theirs.roc_auc_score(y, scores, sample_weight=weights), atol=1e-12)


def test_what_others_make_of_an_auc() -> None:
    """Keras' thresholds are 200; scikit-learn gives NaN, and a warning, for one class."""
    fine = np.array([0.0501, 0.0502, 0.0503, 0.0504], "float32")
    blind = keras.metrics.AUC()
    blind.update_state([0, 1, 0, 1], fine)
    np.testing.assert_allclose(blind.result(), 0.5, atol=1e-6)
    np.testing.assert_allclose(metrics.roc_auc([0, 1, 0, 1], fine), 0.75)
    with pytest.warns(theirs_warning()):
        assert np.isnan(theirs.roc_auc_score([1, 1], [0.1, 0.2]))
    with pytest.raises(ValueError, match="classes"):
        metrics.roc_auc([1, 1], [0.1, 0.2])


def theirs_warning() -> type[Warning]:
    from sklearn.exceptions import UndefinedMetricWarning

    return UndefinedMetricWarning


@pytest.mark.parametrize("seed", range(40))
def test_baselines(seed: int) -> None:
    """Against scikit-learn's dummies; its log loss clips, so all labels are seen here."""
    draw = np.random.default_rng(seed)
    names = np.array([-3, 0, 4, 90])
    train, test = (np.concatenate([names, draw.choice(names, n)]) for n in draw.integers(1, 30, 2))
    x, x_test = np.zeros((len(train), 1)), np.zeros((len(test), 1))
    found = metrics.baselines(train, test, "classification")
    commonest = DummyClassifier(strategy="most_frequent").fit(x, train)
    prior = DummyClassifier(strategy="prior").fit(x, train)
    assert found["accuracy"] == pytest.approx(commonest.score(x_test, test), abs=1e-12)
    loss = theirs.log_loss(test, prior.predict_proba(x_test), labels=names)
    assert found["log_loss"] == pytest.approx(loss, abs=1e-9)
    train, test = draw.normal(size=len(train)) ** 3, draw.normal(size=len(test))
    found = metrics.baselines(train, test, "regression")
    for strategy, score, name in (
        ("mean", theirs.mean_squared_error, "mse"),
        ("median", theirs.mean_absolute_error, "mae"),
    ):
        dummy = DummyRegressor(strategy=strategy).fit(x, train)
        assert found[name] == pytest.approx(score(test, dummy.predict(x_test)), abs=1e-12)


@pytest.mark.parametrize(("classes", "bins"), list(product((2, 3, 10), (1, 2, 7, 10, 40))))
def test_calibration(classes: int, bins: int) -> None:
    """Against a loop over bins, away from their edges."""
    draw = np.random.default_rng(bins)
    p = draw.gamma(0.7, size=(500, classes))
    p /= p.sum(axis=1, keepdims=True)
    y = draw.integers(0, classes, 500)
    sure, right, total = p.max(axis=1), p.argmax(axis=1) == y, 0.0
    for i in range(bins):
        inside = (sure > i / bins) & (sure <= (i + 1) / bins)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
    assert metrics.expected_calibration_error(y, p, bins) == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_thresholds(seed: int) -> None:
    """The lowest cost of scikit-learn's confusion matrix over all thresholds."""
    draw = np.random.default_rng(seed)
    y, scores = draw.integers(0, 2, 30), np.round(draw.normal(size=30), 1)
    fp, fn = draw.choice([0.0, 0.5, 1.0, 7.0], 2)
    threshold, cost = metrics.choose_threshold(y, scores, fp, fn)
    costs = {}
    for candidate in (*scores, np.inf, threshold):
        counts = theirs.confusion_matrix(y, scores >= candidate, labels=[0, 1])
        costs[candidate] = (fp * counts[0, 1] + fn * counts[1, 0]) / 30
    assert cost == pytest.approx(min(costs.values()), abs=1e-12)
    assert cost == pytest.approx(costs[threshold], abs=1e-12)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_bootstrap(level: float) -> None:
    """The ends of a share are quantiles of a binomial distribution, which NumPy can draw directly."""
    y, said = np.arange(60) % 3, np.where(np.arange(60) % 6 == 1, 0, np.arange(60) % 3)
    right = np.mean(y == said)
    shares = np.random.default_rng(0).binomial(60, right, size=20_000) / 60
    got = metrics.bootstrap_interval(y, said, lambda a, b: np.mean(a == b), resamples=2000, level=level)
    for end, q in zip(got, ((1 - level) / 2, (1 + level) / 2), strict=True):
        error = 5 * np.sqrt(q * (1 - q) * (1 / 2000 + 1 / 20_000))
        low, high = np.quantile(shares, [max(q - error, 0), min(q + error, 1)])
        assert low <= end <= high
