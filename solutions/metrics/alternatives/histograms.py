# Histograms and ranks all through: flat cells, mid-ranks, sums at places, cumulative costs, one block of draws.
import keras
import numpy as np
import tensorflow as tf

PREDICTIONS = {
    "majority_accuracy": 0.99,
    "micro_f1": "accuracy",
    "auc_of_cubed": "same",
    "frequencies_ece": "yes",
}


def baselines(y_train, y_test, task):
    y_train, y_test = np.asarray(y_train), np.asarray(y_test)
    if task not in ("classification", "regression"):
        raise ValueError(f"no task {task!r}")
    if task == "regression":
        return {
            "mse": np.square(y_test - y_train.mean(dtype="float64")).mean(),
            "mae": np.abs(y_test - np.quantile(y_train.astype("float64"), 0.5)).mean(),
        }
    labels, places = np.unique(np.concatenate([y_train, y_test]), return_inverse=True)
    counts = np.bincount(places[: len(y_train)], minlength=len(labels))
    of_test = counts[places[len(y_train) :]]
    losses = np.full(len(y_test), np.inf)
    losses[of_test > 0] = np.log(len(y_train)) - np.log(of_test[of_test > 0])
    return {"accuracy": np.mean(y_test == labels[counts.argmax()]), "log_loss": losses.mean()}


class ConfusionMetric(keras.Metric):
    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.shares = {"precision": (1.0, 0.0), "recall": (0.0, 1.0), "f1": (0.5, 0.5)}.get(measure)
        if self.shares is None or average not in ["macro", "micro", "weighted", None]:
            raise ValueError(f"not {measure!r}, {average!r}")
        self.settings = {"num_classes": num_classes, "measure": measure, "average": average}
        self.cells = self.add_variable(shape=(num_classes**2,), initializer="zeros", name="cells")

    def update_state(self, y_true, y_pred, sample_weight=None):
        classes = self.settings["num_classes"]
        labels = tf.cast(tf.reshape(y_true, [-1]), tf.int64)
        cells = labels * classes + tf.argmax(y_pred, axis=1)
        weights = tf.ones_like(cells) if sample_weight is None else tf.reshape(sample_weight, [-1])
        weights = tf.cast(weights, self.dtype)
        self.cells.assign_add(tf.math.unsorted_segment_sum(weights, cells, classes**2))

    def result(self):
        classes, average = self.settings["num_classes"], self.settings["average"]
        counts = tf.reshape(tf.convert_to_tensor(self.cells), [classes, classes])
        parts = tf.stack(
            [tf.linalg.diag_part(counts), tf.reduce_sum(counts, axis=0), tf.reduce_sum(counts, axis=1)]
        )
        if average == "micro":
            parts = tf.reduce_sum(parts, axis=1, keepdims=True)
        said, true = self.shares
        score = tf.math.divide_no_nan(parts[0], said * parts[1] + true * parts[2])
        if average is None:
            return score
        weights = parts[2] if average == "weighted" else tf.ones_like(parts[2])
        return tf.math.divide_no_nan(tf.reduce_sum(score * weights), tf.reduce_sum(weights))

    def get_config(self):
        return {**super().get_config(), **self.settings}


def roc_auc(y_true, scores, sample_weight=None):
    scores, is_positive = np.asarray(scores), np.asarray(y_true).astype(bool)
    if np.isnan(scores).any() or np.isinf(scores).any():
        raise ValueError("a score is not finite")
    weights = np.ones(len(scores)) if sample_weight is None else np.asarray(sample_weight, "float64")
    total = {side: weights[is_positive == side].sum() for side in (True, False)}
    if min(total.values()) <= 0:
        raise ValueError("a class is missing")
    order = np.argsort(-scores.astype("float64"), kind="stable")
    last_of_its_kind = np.append(np.diff(scores[order]) != 0, True)
    true_rate = np.append(0, np.cumsum((weights * is_positive)[order])[last_of_its_kind]) / total[True]
    false_rate = np.append(0, np.cumsum((weights * ~is_positive)[order])[last_of_its_kind]) / total[False]
    return np.sum(np.diff(false_rate) * (true_rate[1:] + true_rate[:-1]) / 2)


def expected_calibration_error(y_true, probabilities, bins=10):
    p = np.asarray(probabilities).astype("float64")
    edges = np.arange(1, bins) / bins
    confidence = np.amax(p, axis=-1)
    place = np.searchsorted(edges, confidence, side="left")
    right = np.equal(np.argmax(p, axis=-1), y_true)
    sums = [np.bincount(place, weights=values, minlength=bins) for values in (right, confidence)]
    return np.abs(sums[0] - sums[1]).sum() / len(p)


def choose_threshold(y_true, scores, cost_fp, cost_fn):
    y, s = np.asarray(y_true) == 1, np.asarray(scores, "float64")
    order = np.argsort(s)[::-1]
    y, s = y[order], s[order]
    change = np.where(y, -float(cost_fn), float(cost_fp))
    costs = cost_fn * y.sum() + np.append(0.0, np.cumsum(change))
    possible = np.append(True, np.append(s[1:] != s[:-1], True))
    costs = np.where(possible, costs, np.inf)
    best = np.argmin(costs)
    # Half-way between the last score above and the first one below.
    around = np.concatenate([[np.inf], s, [-np.inf]])
    low, high = around[best + 1], around[best]
    if np.isinf(high):
        return np.inf, costs[best] / len(y)
    middle = high if np.isinf(low) else low + (high - low) / 2
    return (middle if middle > low else high), costs[best] / len(y)


def bootstrap_interval(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    if not (level > 0 and level < 1):
        raise ValueError("level")
    n = len(y_true)
    places = (np.random.Generator(np.random.Philox(seed)).random((resamples, n)) * n).astype(int)
    values = np.sort([float(np.asarray(metric(y_true[row], y_pred[row]))) for row in places])
    at = np.array([1 - level, 1 + level]) / 2 * (resamples - 1)
    low, high = np.interp(at, np.arange(resamples), values)
    return low, high
