# By what Keras and TensorFlow bring: clip_by_norm, Cholesky's factors, a mixture of two losses, and a list of all values.
import math

import keras
import numpy as np
import scipy.linalg
import tensorflow as tf
from keras import ops

PREDICTIONS = {
    "verdict": "underfitting",
    "widening_gap": "more data",
    "smoothing_floor": 0.5,
    "l2_under_adam": "less",
}


def diagnose_fit(history, target, gap, window=3):
    try:
        loss, val_loss = list(history["loss"]), list(history["val_loss"])
    except KeyError as missing:
        raise ValueError(f"the history has no {missing}") from None
    if not loss or not val_loss or len(loss) != len(val_loss):
        raise ValueError("the lists are empty, or not equally long")
    if gap < 0 or window < 1:
        raise ValueError("gap or window out of range")
    finite = [(value, epoch) for epoch, value in enumerate(val_loss) if math.isfinite(value)]
    best = min(finite)[1] if finite else 0
    if len(finite) < len(val_loss) or not all(map(math.isfinite, loss)):
        return {"verdict": "diverged", "best_epoch": best, "gap": 0.0}
    t, v = np.mean(loss[-window:]), np.mean(val_loss[-window:])
    if v < t - gap:
        verdict = "not comparable"
    elif t <= target:
        verdict = "overfitting" if v > t + gap else "good"
    else:
        verdict = "underfitting"
        if len(loss) >= 2 * window and t / np.mean(loss[-2 * window : -window]) < 0.99:
            verdict = "train longer"
    return {"verdict": verdict, "best_epoch": best, "gap": v - t}


class ElasticNet(keras.regularizers.Regularizer):
    def __init__(self, l1=0.0, l2=0.0):
        if not (0 <= l1 < math.inf and 0 <= l2 < math.inf):
            raise ValueError("factors are finite and not below 0")
        self.l1, self.l2 = l1, l2

    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        return tf.reduce_sum(self.l1 * tf.abs(x) + self.l2 * x * x)

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


class MaxNorm(keras.constraints.Constraint):
    def __init__(self, max_value=2.0, axis=0):
        if max_value <= 0:
            raise ValueError("max_value has to be above 0")
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        return tf.clip_by_norm(tf.convert_to_tensor(w), self.max_value, axes=self.axis)

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


def ridge(x, y, strength):
    if strength < 0:
        raise ValueError("the strength is below 0")
    if y.ndim != 1 or len(y) != len(x):
        raise ValueError("there has to be one target for each row")
    centered = x - x.mean(axis=0)
    products = centered.T @ centered
    factor = scipy.linalg.cho_factor(products + strength * len(x) * np.eye(x.shape[1]))
    weights = scipy.linalg.cho_solve(factor, centered.T @ (y - y.mean()))
    freedom = np.trace(scipy.linalg.cho_solve(factor, products))
    return weights, float(np.mean(y - x @ weights)), float(freedom)


def smoothed_crossentropy(labels, logits, smoothing=0.1):
    if smoothing < 0 or smoothing > 1:
        raise ValueError("smoothing is from 0 to 1")
    logits = tf.convert_to_tensor(logits)
    if not logits.dtype.is_floating:
        logits = tf.cast(logits, tf.float32)
    logs = tf.nn.log_softmax(logits)
    right = tf.gather(logs, tf.cast(labels, tf.int32), axis=-1, batch_dims=len(logs.shape) - 1)
    return -(1 - smoothing) * right - smoothing * tf.reduce_mean(logs, axis=-1)


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
        if mode not in {"min", "max"}:
            raise ValueError("mode is min or max")
        if patience < 0:
            raise ValueError("patience is not below 0")
        self.monitor, self.mode, self.min_delta = monitor, mode, min_delta
        self.patience, self.start, self.restores = patience, start_from_epoch, restore_best_weights
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.seen = []  # epochs and values that take part
        self.kept = None
        self.stopped_epoch = None
        self.place = None  # of the best in the list

    @property
    def best(self):
        return None if self.place is None else self.seen[self.place][1]

    @property
    def best_epoch(self):
        return None if self.place is None else self.seen[self.place][0]

    def on_epoch_end(self, epoch, logs=None):
        if epoch < self.start or logs is None or self.monitor not in logs:
            return
        value = logs[self.monitor]
        self.seen.append((epoch, value))
        margin = abs(self.min_delta)
        if self.place is None or (
            value + margin < self.best if self.mode == "min" else value - margin > self.best
        ):
            self.place = len(self.seen) - 1
            self.kept = [ops.convert_to_numpy(variable).copy() for variable in self.model.weights]
        elif len(self.seen) - 1 - self.place >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.restores and self.kept is not None:
            for variable, value in zip(self.model.weights, self.kept, strict=True):
                variable.assign(value)
