# Cells as segments, groups of equal scores, exact fractions for bins, running costs, quantiles by hand.
import collections
import fractions
import math
import statistics

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
    y_train, y_test = np.asarray(y_train).tolist(), np.asarray(y_test).tolist()  # Python numbers: no overflow
    if task == "classification":
        counts = collections.Counter(y_train)
        commonest = min(counts, key=lambda label: (-counts[label], label))
        accuracy = sum(label == commonest for label in y_test) / len(y_test)
        if any(label not in counts for label in y_test):
            return {"accuracy": accuracy, "log_loss": float("inf")}
        surprise = math.fsum(math.log(len(y_train) / counts[label]) for label in y_test)
        return {"accuracy": accuracy, "log_loss": surprise / len(y_test)}
    if task == "regression":
        mean, median = math.fsum(y_train) / len(y_train), statistics.median(y_train)
        return {
            "mse": math.fsum((value - mean) ** 2 for value in y_test) / len(y_test),
            "mae": math.fsum(abs(value - median) for value in y_test) / len(y_test),
        }
    raise ValueError(f"task must be classification or regression, not {task!r}")


class ConfusionMetric(keras.metrics.Metric):
    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        if measure not in ["precision", "recall", "f1"]:
            raise ValueError(f"measure: {measure!r}")
        if average is not None and average not in ["macro", "micro", "weighted"]:
            raise ValueError(f"average: {average!r}")
        super().__init__(name=name, dtype=dtype)
        self.num_classes, self.measure, self.average = num_classes, measure, average
        # rows: true classes, columns: predicted ones
        self.matrix = self.add_variable((num_classes, num_classes), "zeros", dtype=self.dtype, name="matrix")

    def update_state(self, y_true, y_pred, sample_weight=None):
        k = self.num_classes
        y_pred = ops.convert_to_tensor(y_pred)
        largest = ops.equal(y_pred, ops.max(y_pred, axis=1, keepdims=True))
        said = ops.cast(ops.argmax(ops.cast(largest, "int32"), axis=1), "int32")  # the first of the largest
        truth = ops.cast(ops.reshape(ops.convert_to_tensor(y_true), (-1,)), "int32")
        if sample_weight is None:
            weights = ops.ones(ops.shape(truth), dtype=self.dtype)
        else:
            weights = ops.reshape(ops.cast(ops.convert_to_tensor(sample_weight), self.dtype), (-1,))
        cells = ops.segment_sum(weights, truth * k + said, num_segments=k * k)
        self.matrix.assign(self.matrix + ops.reshape(cells, (k, k)))

    def result(self):
        matrix = ops.convert_to_tensor(self.matrix)
        right, predicted, true = ops.diagonal(matrix), ops.sum(matrix, axis=0), ops.sum(matrix, axis=1)
        weights = true
        if self.average == "micro":
            right, predicted, true = ops.sum(right), ops.sum(predicted), ops.sum(true)

        def ratio(a, b):
            zero = ops.equal(b, 0)
            return ops.where(zero, ops.zeros_like(b), a / ops.where(zero, ops.ones_like(b), b))

        if self.measure == "precision":
            measured = ratio(right, predicted)
        elif self.measure == "recall":
            measured = ratio(right, true)
        else:
            measured = ratio(2 * right, predicted + true)
        if self.average == "macro":
            measured = ops.sum(measured) / self.num_classes
        elif self.average == "weighted":
            measured = ratio(ops.sum(measured * weights), ops.sum(weights))
        return measured

    def get_config(self):
        own = {"num_classes": self.num_classes, "measure": self.measure, "average": self.average}
        return {**super().get_config(), **own}


def roc_auc(y_true, scores, sample_weight=None):
    scores = np.asarray(scores, "float64")
    is_positive = np.asarray(y_true) == 1
    weights = np.ones(scores.shape) if sample_weight is None else np.array(sample_weight, "float64")
    if np.isnan(scores).any() or np.isinf(scores).any():
        raise ValueError("a score is NaN or infinite")
    _, group = np.unique(scores, return_inverse=True)
    group = group.reshape(-1)
    in_group = []  # the weight at each value of the score, from low to high
    for members in (is_positive, ~is_positive):
        if weights[members].sum() == 0:
            raise ValueError("a class has no weight")
        scaled = weights[members] / weights[members].max()
        in_group.append(np.bincount(group[members], scaled, minlength=group.max() + 1))
    positive, negative = in_group
    below = np.concatenate([[0.0], np.cumsum(negative)[:-1]])
    area = np.sum(positive * (below + negative / 2)) / (positive.sum() * negative.sum())
    return min(max(float(area), 0.0), 1.0)


def expected_calibration_error(y_true, probabilities, bins=10):
    rows = np.asarray(probabilities, "float64").tolist()
    gaps = {}  # of each bin that is not empty: how many are right, less the sum of confidences
    for label, row in zip(np.asarray(y_true).tolist(), rows, strict=True):
        confidence = max(row)
        number = min(math.ceil(fractions.Fraction(confidence) * bins), bins)  # exact
        gaps[number] = gaps.get(number, 0.0) + (row.index(confidence) == label) - confidence
    return min(sum(abs(gap) for gap in gaps.values()) / len(rows), 1.0)


def choose_threshold(y_true, scores, cost_fp, cost_fn):
    scores = np.asarray(scores, "float64").tolist()
    pairs = sorted(zip(scores, np.asarray(y_true).tolist(), strict=True), reverse=True)
    alarms, misses = 0, sum(label == 1 for _, label in pairs)
    best = (float("inf"), misses * float(cost_fn) / len(pairs))  # nobody is positive
    for place, (score, label) in enumerate(pairs):  # the threshold sinks from score to score
        alarms, misses = alarms + (label == 0), misses - (label == 1)
        if place + 1 < len(pairs) and pairs[place + 1][0] == score:
            continue  # equal scores go together
        cost = (alarms * float(cost_fp) + misses * float(cost_fn)) / len(pairs)
        if cost < best[1]:
            best = (score, cost)
    return best


def bootstrap_interval(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    if level <= 0 or level >= 1:
        raise ValueError(f"level {level} is not between 0 and 1")
    count = y_true.shape[0]
    generator = np.random.Generator(np.random.Philox(seed))
    draws = (np.floor(generator.random(count) * count).astype("int64") for _ in range(resamples))
    values = sorted(
        float(metric(np.take(y_true, places, axis=0), np.take(y_pred, places, axis=0))) for places in draws
    )

    def quantile(share):
        place = share * (resamples - 1)
        below = min(int(place), resamples - 1)
        above = min(below + 1, resamples - 1)
        return values[below] + (place - below) * (values[above] - values[below])

    return quantile((1 - level) / 2), quantile((1 + level) / 2)


# Answered in words, between the quotes: a person reads it.
