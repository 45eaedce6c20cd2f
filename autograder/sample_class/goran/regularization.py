import math

import keras
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {
    "verdict": "underfitting",
    "widening_gap": "more data",
    "smoothing_floor": 0.5,
    "l2_under_adam": "less",
}


def diagnose_fit(history, target, gap, window=3):
    for name in ["loss", "val_loss"]:
        if name not in history or len(history[name]) == 0:
            raise ValueError("missing: " + name)
    train = list(history["loss"])
    val = list(history["val_loss"])
    if len(train) != len(val):
        raise ValueError("different lengths")
    if gap < 0:
        raise ValueError("gap")
    if window < 1:
        raise ValueError("window")

    best = 0
    lowest = math.inf
    for i in range(len(val)):
        if math.isfinite(val[i]) and val[i] < lowest:
            lowest = val[i]
            best = i

    t = sum(train[-window:]) / len(train[-window:])
    v = sum(val[-window:]) / len(val[-window:])
    result = {"best_epoch": best, "gap": v - t}
    if not np.all(np.isfinite(train)) or not np.all(np.isfinite(val)):
        result["verdict"] = "diverged"
        return result
    if t - v > gap:
        result["verdict"] = "not comparable"
        return result
    if t > target:
        result["verdict"] = "underfitting"
        if len(train) >= 2 * window:
            before = sum(train[-2 * window : -window]) / window
            if t < 0.99 * before:
                result["verdict"] = "train longer"
        return result
    if v - t > gap:
        result["verdict"] = "overfitting"
    else:
        result["verdict"] = "good"
    return result


class ElasticNet(keras.regularizers.Regularizer):
    def __init__(self, l1=0.0, l2=0.0):
        for f in (l1, l2):
            if f < 0 or math.isnan(f) or math.isinf(f):
                raise ValueError("bad factor %r" % f)
        self.l1 = l1
        self.l2 = l2

    def __call__(self, x):
        penalty = self.l1 * ops.sum(ops.abs(x))
        penalty = penalty + self.l2 * ops.sum(x * x)
        return penalty

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


class MaxNorm(keras.constraints.Constraint):
    def __init__(self, max_value=2.0, axis=0):
        if max_value <= 0:
            raise ValueError("max_value must be positive")
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        norm = ops.sqrt(ops.sum(w * w, axis=self.axis, keepdims=True))
        too_long = norm > self.max_value
        safe = ops.where(too_long, norm, ops.ones_like(norm))
        return ops.where(too_long, w * self.max_value / safe, w)

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


def ridge(x, y, strength):
    if strength < 0:
        raise ValueError("strength must not be negative")
    n = x.shape[0]
    if y.shape != (n,):
        raise ValueError("y must have shape (N,)")
    xm = x.mean(axis=0)
    ym = y.mean()
    xc = x - xm
    a = xc.T @ xc / n + strength * np.eye(x.shape[1])
    w = np.linalg.solve(a, xc.T @ (y - ym) / n)
    b = ym - xm @ w
    d = np.linalg.svd(xc, compute_uv=False)
    df = sum(d**2 / (d**2 + n * strength))
    return w, b, df


def smoothed_crossentropy(labels, logits, smoothing=0.1):
    if smoothing < 0 or smoothing > 1:
        raise ValueError("smoothing must be in [0, 1]")
    logits = as_floating(logits)
    k = logits.shape[-1]
    logp = ops.log_softmax(logits, axis=-1)
    onehot = ops.one_hot(labels, k, dtype=logits.dtype)
    right = ops.sum(onehot * logp, axis=-1)
    everyone = ops.mean(logp, axis=-1)
    return -(1 - smoothing) * right - smoothing * everyone


class EarlyStopper(keras.callbacks.Callback):
    def __init__(
        self,
        monitor="val_loss",
        mode="min",
        min_delta=0.0,
        patience=0,
        start_from_epoch=0,
        restore_best_weights=True,
    ):
        super().__init__()
        if mode != "min" and mode != "max":
            raise ValueError("mode")
        if patience < 0:
            raise ValueError("patience")
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.patience = patience
        self.start_from_epoch = start_from_epoch
        self.restore_best_weights = restore_best_weights
        self.best = None
        self.best_epoch = None
        self.stopped_epoch = None

    def on_train_begin(self, logs=None):
        self.best = None
        self.best_epoch = None
        self.stopped_epoch = None
        self.best_weights = None
        self.bad_epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        if epoch < self.start_from_epoch:
            return
        if logs is None or self.monitor not in logs:
            return
        now = logs[self.monitor]
        if self.best is None:
            better = True
        elif self.mode == "min":
            better = now < self.best - self.min_delta
        else:
            better = now > self.best + self.min_delta
        if better:
            self.best = now
            self.best_epoch = epoch
            self.bad_epochs = 0
            self.best_weights = self.model.get_weights()
        else:
            self.bad_epochs += 1
            if self.bad_epochs >= self.patience:
                self.stopped_epoch = epoch
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.restore_best_weights and self.best_weights is not None:
            self.model.set_weights(self.best_weights)
