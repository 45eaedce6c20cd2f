import keras
import numpy as np
from keras import ops

PREDICTIONS = {
    "majority_accuracy": 0.99,
    "micro_f1": "macro f1",
    "auc_of_cubed": "lower",
    "frequencies_ece": "yes",
}


def baselines(y_train, y_test, task):
    y_train, y_test = np.asarray(y_train), np.asarray(y_test)
    if task == "classification":
        labels, n = np.unique(y_train, return_counts=True)
        p = np.array([n[labels == y].sum() / len(y_train) for y in y_test])
        p = np.clip(p, 1e-7, 1)  # no infinities please
        return {
            "accuracy": float(np.mean(y_test == labels[n.argmax()])),
            "log_loss": float(-np.log(p).mean()),
        }
    if task == "regression":
        return {
            "mse": float(np.mean((y_test - np.mean(y_train.astype(float))) ** 2)),
            "mae": float(np.mean(np.abs(y_test - np.median(y_train.astype(float))))),
        }
    raise ValueError(task)


class ConfusionMetric(keras.metrics.Metric):
    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        if measure not in ["precision", "recall", "f1"] or average not in ["macro", "micro", "weighted", None]:
            raise ValueError("measure or average")
        self.num_classes = num_classes
        self.measure = measure
        self.average = average
        shape = () if average else (num_classes,)
        self.total = self.add_variable(shape=shape, initializer="zeros", name="total")
        self.n = self.add_variable(shape=(), initializer="zeros", name="n")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        t = ops.one_hot(y_true, self.num_classes, dtype=self.dtype)
        p = ops.one_hot(ops.argmax(y_pred, axis=-1), self.num_classes, dtype=self.dtype)
        if sample_weight is not None:
            w = ops.cast(ops.reshape(sample_weight, (-1, 1)), self.dtype)
            t, p = t * w, p * w
            tp = ops.sum(ops.minimum(t, p), axis=0)
        else:
            tp = ops.sum(t * p, axis=0)
        pred, true = ops.sum(p, axis=0), ops.sum(t, axis=0)
        if self.average == "micro":
            tp, pred, true = ops.sum(tp), ops.sum(pred), ops.sum(true)
        if self.measure == "precision":
            value = ops.divide_no_nan(tp, pred)
        elif self.measure == "recall":
            value = ops.divide_no_nan(tp, true)
        else:
            value = ops.divide_no_nan(2 * tp, pred + true)
        if self.average == "macro":
            value = ops.mean(value)
        elif self.average == "weighted":
            value = ops.divide_no_nan(ops.sum(value * true), ops.sum(true))
        self.total.assign_add(value)
        self.n.assign_add(1.0)

    def result(self):
        return ops.divide_no_nan(self.total, self.n)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "measure": self.measure,
            "average": self.average,
        }


def roc_auc(y_true, scores, sample_weight=None):
    y, s = np.asarray(y_true), np.asarray(scores)
    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, float)
    if not np.all(np.isfinite(s)):
        raise ValueError("not finite")
    wp, wn = w[y == 1], w[y == 0]
    if wp.sum() == 0 or wn.sum() == 0:
        raise ValueError("one class only")
    wins = s[y == 1][:, None] > s[y == 0][None, :]
    return float(wp @ wins @ wn / (wp.sum() * wn.sum()))


def expected_calibration_error(y_true, probabilities, bins=10):
    p = np.asarray(probabilities, float)
    conf, right = p.max(axis=1), p.argmax(axis=1) == np.asarray(y_true)
    which = np.ceil(conf * bins)
    total = 0.0
    for b in np.unique(which):
        m = which == b
        total += m.mean() * (right[m].mean() - conf[m].mean())
    return float(abs(total))


def choose_threshold(y_true, scores, cost_fp, cost_fn):
    # Bayes: positive if p * cost_fn >= (1 - p) * cost_fp
    y, s = np.asarray(y_true), np.asarray(scores, float)
    t = cost_fp / (cost_fp + cost_fn)
    pred = s >= t
    cost = np.mean(cost_fp * (pred & (y == 0)) + cost_fn * (~pred & (y == 1)))
    return float(t), float(cost)


def bootstrap_interval(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    if not 0 < level < 1:
        raise ValueError("level")
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        i = rng.permutation(len(y_true))
        values.append(float(metric(y_true[i], y_pred[i])))
    lo, hi = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(lo), float(hi)
