"""Outputs and losses, Fatima"""
import keras
from keras import ops
import numpy as np

PREDICTIONS = {
    "loss_at_start": 0.1,
    "slope_of_accuracy": "0",
    "sure_and_wrong": "cross-entropy",
    "softmax_twice": 1.46,
}


def prepare(a, b):
    b = ops.convert_to_tensor(b)
    if b.dtype not in ("float16", "float32", "float64"):
        b = ops.cast(b, "float32")
    a = ops.cast(a, b.dtype)
    if len(a.shape) != len(b.shape) or any(m != n for m, n in zip(a.shape, b.shape)):
        raise ValueError("shape of y_true is %s, shape of y_pred is %s" % (a.shape, b.shape))
    return a, b


def mean_squared_error(y_true, y_pred):
    y_true, y_pred = prepare(y_true, y_pred)
    return ops.mean(ops.power(y_pred - y_true, 2), axis=-1)


def huber(y_true, y_pred, delta=1.0):
    y_true, y_pred = prepare(y_true, y_pred)
    d = y_pred - y_true
    inside = ops.cast(ops.abs(d) < delta, d.dtype)
    loss = inside * 0.5 * d * d + (1 - inside) * (delta * ops.abs(d) - 0.5 * delta * delta)
    return ops.mean(loss, axis=-1)


def binary_crossentropy(y_true, logits):
    # https://www.tensorflow.org/api_docs/python/tf/nn/sigmoid_cross_entropy_with_logits
    y_true, logits = prepare(y_true, logits)
    return ops.mean(ops.relu(logits) - logits * y_true + ops.log1p(ops.exp(-ops.abs(logits))), axis=-1)


def sparse_categorical_crossentropy(labels, logits):
    logits = ops.convert_to_tensor(logits)
    if logits.dtype not in ("float16", "float32", "float64"):
        logits = ops.cast(logits, "float32")
    hot = ops.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    z = logits - ops.max(logits, axis=-1, keepdims=True)
    return ops.sum(hot * (ops.log(ops.sum(ops.exp(z), axis=-1, keepdims=True)) - z), axis=-1)


class WeightedLoss(keras.losses.Loss):
    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(name=name, reduction=reduction)
        self.fn = fn

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.fn(y_true, y_pred)
        how = self.reduction
        w = None
        if sample_weight is not None:
            w = ops.cast(sample_weight, losses.dtype)
            losses = losses * w
        if how is None:
            return losses
        if how == "sum":
            return ops.sum(losses)
        if how == "mean_with_sample_weight" and w is not None:
            return ops.divide_no_nan(ops.sum(losses), ops.sum(w))
        return ops.mean(losses)


def output_head(task):
    return {
        "regression": ("linear", "mean_squared_error"),
        "binary": ("sigmoid", "binary_crossentropy"),
        "multilabel": ("sigmoid", "binary_crossentropy"),
        "multiclass": ("softmax", "sparse_categorical_crossentropy"),
    }.get(task)
