# By tables and rotations: NumPy stacks, a singular value decomposition by Jacobi's rotations, logsumexp of differences.

import math

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
    if gap < 0 or window < 1:
        raise ValueError("gap has to be at least 0, and window at least 1")
    try:
        curves = [np.asarray(history[name], dtype=np.float64) for name in ("loss", "val_loss")]
    except KeyError as error:
        raise ValueError(f"history has no {error}") from error
    if curves[0].shape != curves[1].shape or curves[0].size == 0:
        raise ValueError("loss and val_loss have to be equally long and not empty")

    both = np.stack(curves)
    finite = np.isfinite(both)
    best = int(np.argmin(np.where(finite[1], both[1], np.inf))) if finite[1].any() else None
    if not finite.all():
        return {"verdict": "diverged", "best_epoch": best, "gap": float("nan")}

    t, v = both[:, -window:].mean(axis=1).tolist()
    before = both[0, -2 * window : -window]
    falls = both.shape[1] >= 2 * window and t < 0.99 * before.mean()
    rules = (
        ("not comparable", t - v > gap),
        ("train longer", t > target and falls),
        ("underfitting", t > target),
        ("overfitting", v - t > gap),
        ("good", True),
    )
    verdict = next(name for name, holds in rules if holds)
    return {"verdict": verdict, "best_epoch": best, "gap": v - t}


class ElasticNet(keras.regularizers.Regularizer):
    def __init__(self, l1=0.0, l2=0.0):
        if not (0 <= l1 < math.inf and 0 <= l2 < math.inf):
            raise ValueError(f"l1 and l2 have to be finite and at least 0, not {l1} and {l2}")
        self.l1, self.l2 = float(l1), float(l2)

    def __call__(self, x):
        x = ops.reshape(ops.convert_to_tensor(x), (-1,))
        # |w| is w * sign(w), so both terms have a factor of w.
        return ops.dot(x, self.l1 * ops.sign(x) + self.l2 * x)

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


class MaxNorm(keras.constraints.Constraint):
    def __init__(self, max_value=2.0, axis=0):
        if not 0 < max_value < math.inf:
            raise ValueError(f"max_value has to be finite and above 0, not {max_value}")
        self.max_value, self.axis = max_value, axis

    def __call__(self, w):
        w = ops.convert_to_tensor(w)
        limit = ops.cast(self.max_value, w.dtype)
        # In units of the limit or of the largest weight, whichever is more, no number is above 1.
        measure = ops.maximum(ops.max(ops.abs(w), axis=self.axis, keepdims=True), limit)
        scaled, bound = w / measure, limit / measure
        norm = ops.sqrt(ops.sum(scaled * scaled, axis=self.axis, keepdims=True))
        shortened = scaled / ops.maximum(norm, bound) * limit
        return ops.where(norm > bound, shortened, w)

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


def _turned(x):
    x, rotation = np.array(x), np.eye(x.shape[1])
    for _ in range(60):
        turned = False
        for i in range(x.shape[1] - 1):
            for j in range(i + 1, x.shape[1]):
                a, b, c = x[:, i] @ x[:, i], x[:, j] @ x[:, j], x[:, i] @ x[:, j]
                if abs(c) <= 1e-15 * np.sqrt(a) * np.sqrt(b):
                    continue
                turned = True
                half = (b - a) / (2 * c)
                tangent = (1.0 if half >= 0 else -1.0) / (abs(half) + np.hypot(1.0, half))
                cosine = 1 / np.hypot(1.0, tangent)
                turn = cosine * np.array([[1.0, tangent], [-tangent, 1.0]])
                x[:, [i, j]] = x[:, [i, j]] @ turn
                rotation[:, [i, j]] = rotation[:, [i, j]] @ turn
        if not turned:
            break
    return x, rotation


def ridge(x, y, strength):
    if strength < 0 or np.isnan(strength):
        raise ValueError(f"strength has to be at least 0, not {strength}")
    if np.shape(y) != (len(x),):
        raise ValueError(f"y has to be of shape ({len(x)},), not {np.shape(y)}")

    center = np.mean(x, axis=0)
    center = center + np.mean(x - center, axis=0)
    directions, rotation = _turned(x - center)
    lengths = np.linalg.norm(directions, axis=0)  # the singular values
    root = np.sqrt(len(x) * strength)
    reach = np.hypot(lengths, root)
    shares = np.square(lengths / reach)
    along = (directions / lengths).T @ (y - np.mean(y))
    weights = rotation @ (along / reach * (lengths / reach))
    return weights, np.mean(y) - center @ weights, np.sum(shares)


def smoothed_crossentropy(labels, logits, smoothing=0.1):
    if not (smoothing >= 0 and smoothing <= 1):
        raise ValueError(f"smoothing has to be from 0 to 1, not {smoothing}")
    logits = as_floating(logits)
    place = ops.expand_dims(ops.cast(ops.convert_to_tensor(labels), "int32"), -1)
    right = ops.sum(
        ops.where(ops.equal(ops.arange(logits.shape[-1]), place), logits, 0), axis=-1, keepdims=True
    )
    # How far each class is ahead of the right one: this changes no share, and keeps small differences exact.
    ahead = logits - right
    return ops.logsumexp(ahead, axis=-1) - smoothing * ops.mean(ahead, axis=-1)


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
        if mode not in {"min", "max"} or patience < 0:
            raise ValueError("mode has to be min or max, and patience at least 0")
        self.monitor, self.sign = monitor, {"min": 1.0, "max": -1.0}[mode]
        self.min_delta, self.patience = abs(min_delta), max(patience, 1)
        self.start_from_epoch, self.restore_best_weights = start_from_epoch, restore_best_weights
        self.best = self.best_epoch = self.stopped_epoch = self.copies = None
        self.bad = 0

    def on_train_begin(self, logs=None):
        self.best = self.best_epoch = self.stopped_epoch = self.copies = None
        self.bad = 0

    def on_epoch_end(self, epoch, logs=None):
        value = (logs or {}).get(self.monitor)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.best is None or self.sign * value < self.sign * self.best - self.min_delta:
            self.best, self.best_epoch, self.bad = value, epoch, 0
            if self.restore_best_weights:
                self.copies = [np.array(ops.convert_to_numpy(weight)) for weight in self.model.weights]
        else:
            self.bad += 1
            if self.bad == self.patience:
                self.model.stop_training, self.stopped_epoch = True, epoch

    def on_train_end(self, logs=None):
        if self.copies is not None:
            for weight, copy in zip(self.model.weights, self.copies, strict=True):
                weight.assign(copy)
