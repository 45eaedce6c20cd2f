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
    y_train = np.asarray(y_train)
    y_test = np.asarray(y_test)
    if task == "classification":
        classes = sorted(set(y_train.tolist()))
        freq = {c: np.count_nonzero(y_train == c) / y_train.size for c in classes}
        best = classes[0]
        for c in classes:
            if freq[c] > freq[best]:
                best = c
        total = 0.0
        for label in y_test.tolist():
            p = freq.get(label, 0)
            total += -np.log(p) if p > 0 else float("inf")
        return {"accuracy": float((y_test == best).mean()), "log_loss": float(total / y_test.size)}
    elif task == "regression":
        train = y_train.astype(np.float64)
        test = y_test.astype(np.float64)
        return {
            "mse": float(((test - train.mean()) ** 2).mean()),
            "mae": float(abs(test - np.median(train)).mean()),
        }
    else:
        raise ValueError("task must be classification or regression")


class ConfusionMetric(keras.metrics.Metric):
    def __init__(self, num_classes, measure="f1", average="macro", name=None, dtype=None):
        if measure not in ("precision", "recall", "f1"):
            raise ValueError("unknown measure")
        if average not in ("macro", "micro", "weighted", None):
            raise ValueError("unknown average")
        super().__init__(name=name, dtype=dtype)
        self.num_classes = num_classes
        self.measure = measure
        self.average = average
        self.tp = self.add_variable(shape=(num_classes,), initializer="zeros", name="tp")
        self.fp = self.add_variable(shape=(num_classes,), initializer="zeros", name="fp")
        self.fn = self.add_variable(shape=(num_classes,), initializer="zeros", name="fn")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        t = ops.one_hot(y_true, self.num_classes, dtype=self.dtype)
        p = ops.one_hot(ops.argmax(y_pred, axis=-1), self.num_classes, dtype=self.dtype)
        w = 1 if sample_weight is None else ops.reshape(ops.cast(sample_weight, self.dtype), (-1, 1))
        self.tp.assign_add(ops.sum(w * t * p, axis=0))
        self.fp.assign_add(ops.sum(w * (1 - t) * p, axis=0))
        self.fn.assign_add(ops.sum(w * t * (1 - p), axis=0))

    def result(self):
        tp, fp, fn = self.tp + 0, self.fp + 0, self.fn + 0
        if self.average == "micro":
            tp, fp, fn = ops.sum(tp), ops.sum(fp), ops.sum(fn)
        if self.measure == "precision":
            value = ops.divide_no_nan(tp, tp + fp)
        elif self.measure == "recall":
            value = ops.divide_no_nan(tp, tp + fn)
        else:
            value = ops.divide_no_nan(2 * tp, 2 * tp + fp + fn)
        if self.average == "macro":
            value = ops.sum(value) / self.num_classes
        if self.average == "weighted":
            value = ops.divide_no_nan(ops.sum(value * (tp + fn)), ops.sum(tp + fn))
        return value

    def get_config(self):
        config = super().get_config()
        config["num_classes"] = self.num_classes
        config["measure"] = self.measure
        config["average"] = self.average
        return config


def roc_auc(y_true, scores, sample_weight=None):
    y = np.asarray(y_true)
    s = np.asarray(scores)
    w = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    if not np.isfinite(s).all():
        raise ValueError("scores must be finite")
    if w[y == 1].sum() == 0 or w[y == 0].sum() == 0:
        raise ValueError("need both classes")
    neg = s[y == 0]
    neg_w = w[y == 0]
    total = 0.0
    for score, weight in zip(s[y == 1], w[y == 1]):
        total += weight * (neg_w[neg < score].sum() + 0.5 * neg_w[neg == score].sum())
    return float(total / (w[y == 1].sum() * neg_w.sum()))


def expected_calibration_error(y_true, probabilities, bins=10):
    p = np.asarray(probabilities).astype("float64")
    conf = p.max(axis=1)
    hit = p.argmax(axis=1) == np.asarray(y_true)
    ece = 0.0
    for i in range(bins):
        mask = (conf > i / bins) & (conf <= (i + 1) / bins)
        if mask.sum() > 0:
            ece += mask.sum() / len(p) * abs(hit[mask].mean() - conf[mask].mean())
    return float(ece)


def choose_threshold(y_true, scores, cost_fp, cost_fn):
    y = np.asarray(y_true)
    s = np.asarray(scores).astype("float64")
    best_t, best_c = np.inf, cost_fn * (y == 1).mean()
    for t in np.unique(s):
        pred = s >= t
        c = (cost_fp * (pred & (y == 0)).sum() + cost_fn * (~pred & (y == 1)).sum()) / len(y)
        if c < best_c:
            best_t, best_c = t, c
    return float(best_t), float(best_c)


def bootstrap_interval(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    if level <= 0 or level >= 1:
        raise ValueError("level must be between 0 and 1")
    rng = np.random.default_rng(seed)
    n = len(y_true)
    stats = np.empty(resamples)
    for k in range(resamples):
        idx = rng.choice(n, n)
        stats[k] = metric(y_true[idx], y_pred[idx])
    alpha = 100 * (1 - level)
    lo, hi = np.percentile(stats, [alpha / 2, 100 - alpha / 2])
    return lo, hi
