# Logarithms of both probabilities from tanh and expm1, one-hot products, einsum and a dot product.
import math

import keras
from keras import ops

PREDICTIONS = {
    "loss_at_start": math.log(10),
    "slope_of_accuracy": "0",
    "sure_and_wrong": "cross-entropy",
    "softmax_twice": -math.log(math.e / (math.e + 9)),
}


def tensor(x, like=None):
    x = ops.convert_to_tensor(x)
    if like is not None:
        return ops.cast(x, like.dtype)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, keras.config.floatx())


def check(y_true, y_pred):
    if tuple(y_true.shape) != tuple(y_pred.shape):
        raise ValueError(
            "Arguments `y_true` and `y_pred` must have the same shape. Received: "
            f"y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}"
        )


def mean_squared_error(y_true, y_pred):
    y_pred = tensor(y_pred)
    y_true = tensor(y_true, like=y_pred)
    check(y_true, y_pred)
    error = ops.subtract(y_true, y_pred)
    return ops.einsum("...d,...d->...", error, error) / error.shape[-1]


def huber(y_true, y_pred, delta=1.0):
    y_pred = tensor(y_pred)
    y_true = tensor(y_true, like=y_pred)
    check(y_true, y_pred)
    size = ops.absolute(ops.subtract(y_true, y_pred))
    over = ops.maximum(size - delta, 0)
    # A parabola, minus the parabola of what goes beyond delta.
    return ops.mean((size**2 - over**2) / 2, axis=-1)


def binary_crossentropy(y_true, logits):
    z = tensor(logits)
    y = tensor(y_true, like=z)
    check(y, z)
    # log(1 + exp(z)) = z / 2 + log(2 cosh(z / 2)), which is even in z.
    safe = ops.where(ops.abs(z) < 10.0, z, 0.0)
    near = safe / 2 + ops.log(2 * ops.cosh(safe / 2))
    far = ops.where(z > 0, z, 0.0) + ops.exp(ops.where(z > 0, -z, z))
    return ops.mean(ops.where(ops.abs(z) < 10.0, near, far) - y * z, axis=-1)


def sparse_categorical_crossentropy(labels, logits):
    z = tensor(logits)
    classes = ops.arange(z.shape[-1], dtype="int32")
    hits = ops.equal(ops.expand_dims(ops.cast(labels, "int32"), -1), classes)
    one_hot = ops.cast(hits, z.dtype)
    try:
        known = bool(ops.all(ops.any(hits, axis=-1)))
    except Exception:
        known = True  # symbolic
    if not known:
        raise ValueError("unknown label")
    # The logits measured from that of the right class: its own is 0.
    gaps = z - ops.sum(one_hot * z, axis=-1, keepdims=True)
    top = ops.stop_gradient(ops.max(gaps, axis=-1, keepdims=True))
    return ops.squeeze(top, -1) + ops.log(ops.sum(ops.exp(gaps - top), axis=-1))


class WeightedLoss(keras.losses.Loss):
    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction=reduction, name=name)
        self.fn = fn

    def call(self, y_true, y_pred):
        return self.fn(y_true, y_pred)

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.call(y_true, y_pred)
        if self.reduction is None and sample_weight is None:
            return losses
        weights = ops.ones_like(losses) if sample_weight is None else sample_weight
        weights = ops.reshape(ops.cast(weights, losses.dtype), ops.shape(losses))
        if self.reduction is None:
            return ops.multiply(weights, losses)
        total = ops.dot(ops.reshape(weights, (-1,)), ops.reshape(losses, (-1,)))
        if self.reduction.startswith("mean_with"):
            mass = ops.sum(weights)
            return ops.divide_no_nan(total, mass)
        return total if self.reduction == "sum" else total / ops.cast(ops.size(losses), total.dtype)


ACTIVATIONS = {"regression": "linear", "binary": "sigmoid", "multilabel": "sigmoid", "multiclass": "softmax"}
LOSSES = {
    "linear": "mean_squared_error",
    "sigmoid": "binary_crossentropy",
    "softmax": "sparse_categorical_crossentropy",
}


def output_head(task):
    if task not in ACTIVATIONS:
        raise ValueError(f"unknown task: {task}")
    activation = ACTIVATIONS[task]
    return activation, LOSSES[activation]
