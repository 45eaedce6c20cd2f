# Step by step: exact means of lists, least squares with rows for the penalty by QR, norms by the largest weight.

import math
import statistics

import keras
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    "verdict": "underfitting",
    "widening_gap": "more data",
    "smoothing_floor": 0.50,
    "l2_under_adam": "less",
}


def diagnose_fit(history, target, gap, window=3):
    if "loss" not in history or "val_loss" not in history:
        raise ValueError("history needs both loss and val_loss")
    loss = [float(value) for value in history["loss"]]
    val_loss = [float(value) for value in history["val_loss"]]
    if not loss or len(loss) != len(val_loss):
        raise ValueError("loss and val_loss have to be equally long and not empty")
    if not gap >= 0:
        raise ValueError(f"gap has to be at least 0, not {gap}")
    if window < 1:
        raise ValueError(f"window has to be at least 1, not {window}")

    best_epoch = None
    for epoch, value in enumerate(val_loss):
        if math.isfinite(value) and (best_epoch is None or value < val_loss[best_epoch]):
            best_epoch = epoch
    if not all(math.isfinite(value) for value in loss + val_loss):
        return {"verdict": "diverged", "best_epoch": best_epoch, "gap": math.nan}

    t = statistics.mean(loss[-window:])
    v = statistics.mean(val_loss[-window:])
    falling = len(loss) >= 2 * window and t < 0.99 * statistics.mean(loss[-2 * window : -window])
    if t - v > gap:
        verdict = "not comparable"
    elif t > target and falling:
        verdict = "train longer"
    elif t > target:
        verdict = "underfitting"
    elif v - t > gap:
        verdict = "overfitting"
    else:
        verdict = "good"
    return {"verdict": verdict, "best_epoch": best_epoch, "gap": v - t}


class ElasticNet(keras.regularizers.Regularizer):
    def __init__(self, l1=0.0, l2=0.0):
        l1, l2 = float(l1), float(l2)
        for name, factor in (("l1", l1), ("l2", l2)):
            if not math.isfinite(factor) or factor < 0:
                raise ValueError(f"{name} has to be a finite number of at least 0, not {factor}")
        self.l1 = l1
        self.l2 = l2

    def __call__(self, x):
        x = ops.convert_to_tensor(x)
        # Factors go in element by element: a factor of 0 times an overflown sum would be NaN.
        return ops.sum(self.l1 * ops.abs(x) + (self.l2 * x) * x)

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


class MaxNorm(keras.constraints.Constraint):
    def __init__(self, max_value=2.0, axis=0):
        if not max_value > 0:
            raise ValueError(f"max_value has to be above 0, not {max_value}")
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        largest = ops.max(ops.abs(w), axis=self.axis, keepdims=True)
        unit = w / ops.where(largest > 0, largest, ops.ones_like(largest))
        # Where there is anything but zeros, this is at least 1, and the norm is largest * length.
        length = ops.maximum(ops.sqrt(ops.sum(ops.square(unit), axis=self.axis, keepdims=True)), 1.0)
        allowed = ops.cast(self.max_value, w.dtype) / length
        return ops.where(largest > allowed, unit * allowed, w)

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


def ridge(x, y, strength):
    if not strength >= 0:
        raise ValueError(f"strength has to be at least 0, not {strength}")
    x = np.asarray(x, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    count, features = x.shape
    if y.shape != (count,):
        raise ValueError(f"y has to be of shape ({count},), not {y.shape}")

    x_mean, y_mean = x.mean(axis=0), y.mean()
    centered = x - x_mean
    again = centered.mean(axis=0)  # what rounding has left, if the mean is large
    centered, x_mean = centered - again, x_mean + again

    # Least squares on N + F rows: the lower F rows cost N * strength * sum(w ** 2).
    rows = np.concatenate([centered, np.sqrt(count * strength) * np.eye(features)])
    scale = np.abs(rows).max(axis=0)
    q, r = np.linalg.qr(rows / scale)
    upper = q[:count]
    weights = np.linalg.solve(r, upper.T @ (y - y_mean)) / scale
    return weights, y_mean - x_mean @ weights, np.sum(np.square(upper))


def smoothed_crossentropy(labels, logits, smoothing=0.1):
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing has to be from 0 to 1, not {smoothing}")
    logits = as_floating(logits)
    classes = logits.shape[-1]
    one_hot = ops.one_hot(ops.cast(labels, "int32"), classes, dtype=logits.dtype)
    targets = (1 - smoothing) * one_hot + smoothing / classes
    return -ops.sum(targets * ops.log_softmax(logits, axis=-1), axis=-1)


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
        if mode not in ("min", "max"):
            raise ValueError(f"mode has to be min or max, not {mode!r}")
        if patience < 0:
            raise ValueError(f"patience has to be at least 0, not {patience}")
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.patience = patience
        self.start_from_epoch = start_from_epoch
        self.restore_best_weights = restore_best_weights
        self._forget()

    def _forget(self):
        self.best = None
        self.best_epoch = None
        self.stopped_epoch = None
        self._waited = 0
        self._best_weights = None

    def _is_better(self, value):
        if self.best is None:
            return True
        if self.mode == "min":
            return value < self.best - self.min_delta
        return value > self.best + self.min_delta

    def on_train_begin(self, logs=None):
        self._forget()

    def on_epoch_end(self, epoch, logs=None):
        if epoch < self.start_from_epoch or not logs or self.monitor not in logs:
            return
        value = float(logs[self.monitor])
        if self._is_better(value):
            self.best, self.best_epoch, self._waited = value, epoch, 0
            if self.restore_best_weights:
                self._best_weights = self.model.get_weights()
            return
        self._waited += 1
        if self._waited >= max(self.patience, 1):
            self.model.stop_training = True
            if self.stopped_epoch is None:
                self.stopped_epoch = epoch

    def on_train_end(self, logs=None):
        if self._best_weights is not None:
            self.model.set_weights(self._best_weights)
