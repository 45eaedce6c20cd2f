# With as little as possible: tables of verdicts, products of matrices, an inverse, cross-entropies of the shares, and counters.
import math

import keras
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {
    "verdict": "underfitting",
    "widening_gap": "more data",
    "smoothing_floor": -0.91 * math.log(0.91) - 0.09 * math.log(0.01),
    "l2_under_adam": "less",
}


def diagnose_fit(history, target, gap, window=3):
    curves = [np.array(history.get(name, []), dtype=float) for name in ("loss", "val_loss")]
    loss, val_loss = curves
    if loss.size == 0 or loss.size != val_loss.size or gap < 0 or window < 1:
        raise ValueError("nothing to diagnose")
    finite = np.isfinite(val_loss)
    best = np.flatnonzero(finite & (val_loss == val_loss[finite].min()))[0] if finite.any() else 0
    t, v = (curve[-window:].mean() for curve in curves)
    earlier = loss[:-window][-window:]
    falls = len(earlier) == window and t < 0.99 * earlier.mean()
    rules = [
        (not np.isfinite(curves).all(), "diverged"),
        (t - v > gap, "not comparable"),
        (t > target and falls, "train longer"),
        (t > target, "underfitting"),
        (v - t > gap, "overfitting"),
    ]
    verdict = next((words for holds, words in rules if holds), "good")
    return {"verdict": verdict, "best_epoch": int(best), "gap": float(v - t)}


class ElasticNet(keras.regularizers.Regularizer):
    def __init__(self, l1=0.0, l2=0.0):
        if min(l1, l2) < 0 or not math.isfinite(l1 + l2):
            raise ValueError(f"no factors: {l1}, {l2}")
        self.factors = {"l1": float(l1), "l2": float(l2)}

    def __call__(self, x):
        flat = ops.reshape(x, [-1])
        return self.factors["l1"] * ops.dot(ops.sign(flat), flat) + self.factors["l2"] * ops.dot(flat, flat)

    def get_config(self):
        return dict(self.factors)


class MaxNorm(keras.constraints.Constraint):
    def __init__(self, max_value=2.0, axis=0):
        if not max_value > 0:
            raise ValueError("there is no limit of 0 or below")
        self.settings = {"max_value": max_value, "axis": axis}

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        limit = ops.cast(self.settings["max_value"], w.dtype)
        squares = ops.sum(w * w, axis=self.settings["axis"], keepdims=True)
        is_long = squares > limit * limit
        return ops.where(is_long, w * limit * ops.rsqrt(ops.where(is_long, squares, limit)), w)

    def get_config(self):
        return self.settings


def ridge(x, y, strength):
    count, features = x.shape
    if strength < 0 or y.shape != (count,):
        raise ValueError("no ridge regression")
    center = np.eye(count) - 1 / count
    inputs = center @ x
    solve = np.linalg.inv(inputs.T @ inputs + count * strength * np.eye(features)) @ inputs.T
    weights = solve @ (y - y.mean())
    return weights, y.mean() - weights @ x.mean(axis=0), np.trace(inputs @ solve)


def smoothed_crossentropy(labels, logits, smoothing=0.1):
    if not 0 <= smoothing <= 1:
        raise ValueError("smoothing out of range")
    logits = as_floating(logits)
    count = logits.shape[-1]
    shifted = logits - ops.max(logits, axis=-1, keepdims=True)
    total = ops.log(ops.sum(ops.exp(shifted), axis=-1))
    hard = ops.equal(ops.expand_dims(ops.cast(labels, "int32"), -1), ops.arange(count, dtype="int32"))
    on, off = 1 - smoothing + smoothing / count, smoothing / count
    targets = ops.where(hard, ops.cast(on, logits.dtype), ops.cast(off, logits.dtype))
    return total - ops.sum(targets * shifted, axis=-1)


class EarlyStopper(keras.callbacks.Callback):
    best = best_epoch = stopped_epoch = None

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
        signs = {"min": -1.0, "max": 1.0}
        if mode not in signs or patience < 0:
            raise ValueError("no such mode, or no such patience")
        self.sign = signs[mode]
        self.monitor = monitor
        self.margin = abs(min_delta)
        self.patience = max(patience, 1)
        self.start = start_from_epoch
        self.restore = restore_best_weights

    def on_train_begin(self, logs=None):
        self.best = self.best_epoch = self.stopped_epoch = self.weights = None
        self.left = self.patience

    def on_epoch_end(self, epoch, logs=None):
        if epoch >= self.start and (logs or {}).get(self.monitor) is not None:
            self.look(epoch, float(logs[self.monitor]))

    def look(self, epoch, value):
        if self.best is None or self.sign * (value - self.best) > self.margin:
            self.best, self.best_epoch, self.left = value, epoch, self.patience
            self.weights = self.model.get_weights() if self.restore else None
        else:
            self.left -= 1
            if self.left == 0:
                self.stopped_epoch = epoch
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.weights is not None:
            self.model.set_weights(self.weights)
