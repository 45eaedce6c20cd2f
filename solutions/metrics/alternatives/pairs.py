# Four counts for each class, all pairs of scores, masks for bins, thresholds and labels tried one by one.
import math

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
    y_train, y_test = np.asarray(y_train).tolist(), np.asarray(y_test).tolist()
    if task == "regression":
        mean = math.fsum(y_train) / len(y_train)
        median = sorted(y_train)
        middle = (median[(len(median) - 1) // 2] + median[len(median) // 2]) / 2
        return {
            "mse": math.fsum((y - mean) ** 2 for y in y_test) / len(y_test),
            "mae": math.fsum(abs(y - middle) for y in y_test) / len(y_test),
        }
    if task != "classification":
        raise ValueError(task)
    counts = {}
    for label in y_train:
        counts[label] = counts.get(label, 0) + 1
    commonest = min(counts, key=lambda label: (-counts[label], label))
    losses = [math.log(len(y_train) / counts[label]) if label in counts else math.inf for label in y_test]
    right = sum(label == commonest for label in y_test)
    return {"accuracy": right / len(y_test), "log_loss": sum(losses) / len(y_test)}


class ConfusionMetric(keras.metrics.Metric):
    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        if measure not in {"precision", "recall", "f1"} or average not in {
            None,
            "macro",
            "micro",
            "weighted",
        }:
            raise ValueError(f"{measure} {average}")
        self.num_classes = num_classes
        self.measure = measure
        self.average = average
        self.right, self.said, self.true = (
            self.add_weight(shape=(num_classes,), initializer="zeros", name=name)
            for name in ("right", "said", "true")
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        labels = ops.cast(ops.reshape(y_true, (-1, 1)), "int32")
        said = ops.expand_dims(ops.cast(ops.argmax(y_pred, axis=1), "int32"), 1)
        classes = ops.arange(self.num_classes, dtype="int32")
        weights = 1.0 if sample_weight is None else sample_weight
        weights = ops.cast(ops.reshape(weights, (-1, 1)), self.dtype)
        is_true, is_said = labels == classes, said == classes
        for counts, where in (
            (self.right, ops.logical_and(is_true, is_said)),
            (self.said, is_said),
            (self.true, is_true),
        ):
            counts.assign_add(ops.sum(ops.where(where, weights, ops.zeros_like(weights)), axis=0))

    def result(self):
        right, said, true = (ops.convert_to_tensor(v) for v in (self.right, self.said, self.true))
        if self.average == "micro":
            right, said, true = (ops.sum(v, keepdims=True) for v in (right, said, true))
        under = {"precision": said, "recall": true, "f1": (said + true) / 2}[self.measure]
        scores = ops.where(under > 0, right / ops.where(under > 0, under, ops.ones_like(under)), 0.0)
        if self.average is None:
            return scores
        if self.average == "weighted":
            total = ops.sum(true)
            return ops.sum(scores * true) / ops.where(total > 0, total, ops.ones_like(total))
        return ops.mean(scores)

    def get_config(self):
        config = super().get_config()
        config.update(num_classes=self.num_classes, measure=self.measure, average=self.average)
        return config


def roc_auc(y_true, scores, sample_weight=None):
    y_true, scores = np.asarray(y_true), np.asarray(scores)
    weights = np.ones(len(scores)) if sample_weight is None else np.asarray(sample_weight, "float64")
    if not np.all(np.isfinite(scores)):
        raise ValueError("not finite")
    positive, negative = y_true == 1, y_true == 0
    totals = weights[positive].sum(), weights[negative].sum()
    if not all(totals):
        raise ValueError("a class has no weight")
    above = scores[positive][:, None] > scores[negative]
    ties = scores[positive][:, None] == scores[negative]
    wins = weights[positive] @ (above + 0.5 * ties) @ weights[negative]
    return wins / totals[0] / totals[1]


def expected_calibration_error(y_true, probabilities, bins=10):
    probabilities = np.array(probabilities, "float64")
    y_true = np.array(y_true)
    confidence, said = probabilities.max(axis=1), probabilities.argmax(axis=1)
    total = 0.0
    for number in range(1, bins + 1):
        inside = (confidence > (number - 1) / bins) & (confidence <= number / bins)
        if inside.any():
            accuracy = (said[inside] == y_true[inside]).mean()
            total += inside.mean() * abs(accuracy - confidence[inside].mean())
    return total


def choose_threshold(y_true, scores, cost_fp, cost_fn):
    y_true, scores = np.asarray(y_true), np.asarray(scores, "float64")
    best = None
    for threshold in [-math.inf, *np.unique(scores), math.inf]:
        said = scores >= threshold
        cost = np.where(y_true == 1, cost_fn * ~said, cost_fp * said).mean()
        if best is None or cost < best[1]:
            best = threshold, cost
    return best


def bootstrap_interval(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    if level <= 0 or level >= 1:
        raise ValueError(level)
    generator = np.random.RandomState(seed)
    n = len(y_true)
    values = []
    for _ in range(resamples):
        rows = generator.choice(n, size=n, replace=True)
        values.append(float(metric(y_true[rows], y_pred[rows])))
    tail = 50 * (1 - level)
    return float(np.percentile(values, tail)), float(np.percentile(values, 100 - tail))
