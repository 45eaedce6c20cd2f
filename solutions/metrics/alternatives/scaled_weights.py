# Three counts for each class, weights scaled before pairs are compared, both classes searched in sorted order.
import keras
import numpy as np
from keras import ops


PREDICTIONS = {
    "majority_accuracy": 0.99,
    "micro_f1": "accuracy",
    "auc_of_cubed": "same",
    "frequencies_ece": "yes",
}


def baselines(y_train, y_test, task):
    if task == "classification":
        train, test = np.asarray(y_train), np.asarray(y_test)
        labels, counts = np.unique(
            train, return_counts=True
        )  # sorted, so argmax finds the smallest of equals
        places = np.minimum(np.searchsorted(labels, test), len(labels) - 1)
        known = labels[places] == test
        accuracy = np.mean(test == labels[np.argmax(counts)], dtype="float64")
        log_loss = float("inf")
        if known.all():
            log_loss = np.mean(np.log(len(train) / counts[places].astype("float64")))
        return {"accuracy": float(accuracy), "log_loss": float(log_loss)}
    if task == "regression":
        train, test = np.asarray(y_train, "float64"), np.asarray(y_test, "float64")
        return {
            "mse": float(np.mean((test - train.mean()) ** 2)),
            "mae": float(np.mean(np.abs(test - np.median(train)))),
        }
    raise ValueError(f"unknown task {task!r}")


class ConfusionMetric(keras.metrics.Metric):
    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        if measure not in ("precision", "recall", "f1"):
            raise ValueError(f"unknown measure {measure!r}")
        if average not in ("macro", "micro", "weighted", None):
            raise ValueError(f"unknown average {average!r}")
        super().__init__(dtype=dtype, name=name)
        self.num_classes = int(num_classes)
        self.measure = measure
        self.average = average
        self.tp, self.fp, self.fn = (
            self.add_variable(shape=(self.num_classes,), initializer="zeros", dtype=self.dtype, name=count)
            for count in ("tp", "fp", "fn")
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        scores = ops.convert_to_tensor(y_pred)
        # Keras' argmax takes -0.0 for less than 0.0; they are equal.
        scores = ops.where(ops.equal(scores, 0), ops.zeros_like(scores), scores)
        said = ops.one_hot(ops.argmax(scores, axis=-1), self.num_classes, dtype=self.dtype)
        labels = ops.reshape(ops.convert_to_tensor(y_true), (-1,))
        true = ops.one_hot(ops.cast(labels, "int32"), self.num_classes, dtype=self.dtype)
        if sample_weight is None:
            weights = ops.ones_like(true[:, :1])
        else:
            weights = ops.reshape(ops.cast(ops.convert_to_tensor(sample_weight), self.dtype), (-1, 1))
        for variable, cells in (
            (self.tp, true * said),
            (self.fp, (1 - true) * said),
            (self.fn, true * (1 - said)),
        ):
            variable.assign(variable + ops.sum(weights * cells, axis=0))

    def result(self):
        tp, fp, fn = (ops.convert_to_tensor(count) for count in (self.tp, self.fp, self.fn))
        support = tp + fn
        if self.average == "micro":
            tp, fp, fn = ops.sum(tp), ops.sum(fp), ops.sum(fn)
        wrong = {"precision": fp, "recall": fn, "f1": fp / 2 + fn / 2}[self.measure]
        values = ops.divide_no_nan(tp, tp + wrong)
        if self.average == "macro":
            return ops.mean(values)
        if self.average == "weighted":
            return ops.sum(values * ops.divide_no_nan(support, ops.sum(support)))
        return values

    def get_config(self):
        config = super().get_config()
        config.update(num_classes=self.num_classes, measure=self.measure, average=self.average)
        return config


def roc_auc(y_true, scores, sample_weight=None):
    y_true, scores = np.asarray(y_true), np.asarray(scores)
    weights = np.ones(len(y_true)) if sample_weight is None else np.asarray(sample_weight, "float64")
    if not np.all(np.isfinite(scores)):
        raise ValueError("scores must be finite")
    positive, negative = y_true == 1, y_true == 0
    sides = []
    for side in (positive, negative):
        if not np.any(weights[side] > 0):
            raise ValueError("both classes need an example with a weight above 0")
        share = weights[side] / weights[side].max()  # no overflow or underflow of sums and products
        sides.append(share / share.sum())
    ours, theirs = scores[positive][:, None], scores[negative][None, :]
    wins = (ours > theirs) + 0.5 * (ours == theirs)
    return float(np.clip(sides[0] @ wins @ sides[1], 0.0, 1.0))


def expected_calibration_error(y_true, probabilities, bins=10):
    y_true, probabilities = np.asarray(y_true), np.asarray(probabilities, "float64")
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == y_true
    edges = np.arange(1, bins + 1) / bins  # the upper ones, each rounded once
    which = np.minimum(np.searchsorted(edges, confidence, side="left"), bins - 1)
    gaps = np.bincount(which, correct) - np.bincount(which, confidence)
    return float(min(np.abs(gaps).sum() / len(y_true), 1.0))


def choose_threshold(y_true, scores, cost_fp, cost_fn):
    y_true, scores = np.asarray(y_true), np.asarray(scores, "float64")
    candidates = np.append(np.unique(scores), np.inf)
    # of each class, how many have a score below each candidate
    negatives, positives = np.sort(scores[y_true == 0]), np.sort(scores[y_true == 1])
    alarms = (len(negatives) - np.searchsorted(negatives, candidates, side="left")) / len(scores)
    misses = np.searchsorted(positives, candidates, side="left") / len(scores)
    costs = alarms * float(cost_fp) + misses * float(cost_fn)
    best = np.argmin(costs)
    return float(candidates[best]), float(costs[best])


def bootstrap_interval(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    if not 0 < level < 1:
        raise ValueError("level must lie between 0 and 1")
    generator = np.random.default_rng(seed)
    values = np.empty(resamples, "float64")
    for number in range(resamples):
        places = generator.integers(len(y_true), size=len(y_true))
        values[number] = float(metric(y_true[places], y_pred[places]))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


# Answered in words, between the quotes: a person reads it.
