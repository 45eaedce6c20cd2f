# A beginner's way: small steps, loops over rows where they help, plain if and else.
import keras
import tensorflow as tf
from keras import ops

PREDICTIONS = {
    "loss_at_start": 2.3,
    "slope_of_accuracy": "0",
    "sure_and_wrong": "cross-entropy",
    "softmax_twice": 1.46,
}


def make_float(x):
    x = ops.convert_to_tensor(x)
    if "float" not in str(x.dtype):
        x = ops.cast(x, "float32")
    return x


def prepare(y_true, y_pred):
    y_true = make_float(y_true)
    y_pred = make_float(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    if len(y_true.shape) != len(y_pred.shape):
        raise ValueError("y_true and y_pred do not have the same number of axes")
    for a, b in zip(y_true.shape, y_pred.shape, strict=False):
        if a != b:
            raise ValueError("y_true and y_pred do not have the same shape")
    return y_true, y_pred


def mean_squared_error(y_true, y_pred):
    y_true, y_pred = prepare(y_true, y_pred)
    difference = y_true - y_pred
    squares = difference * difference
    how_many = y_pred.shape[-1]
    return ops.sum(squares, axis=-1) / how_many


def huber(y_true, y_pred, delta=1.0):
    y_true, y_pred = prepare(y_true, y_pred)
    error = y_true - y_pred
    middle = 0.5 * error * error
    above = delta * error - 0.5 * delta * delta
    below = -delta * error - 0.5 * delta * delta
    loss = ops.where(error > delta, above, middle)
    loss = ops.where(error < -delta, below, loss)
    return ops.mean(loss, axis=-1)


def binary_crossentropy(y_true, logits):
    y_true, logits = prepare(y_true, logits)
    positive = logits >= 0
    # exp only ever sees numbers that are not positive
    minus_size = ops.where(positive, -logits, logits)
    loss_if_1 = ops.where(positive, ops.zeros_like(logits), -logits) + ops.log1p(ops.exp(minus_size))
    loss_if_0 = ops.where(positive, logits, ops.zeros_like(logits)) + ops.log1p(ops.exp(minus_size))
    loss = y_true * loss_if_1 + (1 - y_true) * loss_if_0
    return ops.mean(loss, axis=-1)


def sparse_categorical_crossentropy(labels, logits):
    logits = make_float(logits)
    labels = ops.convert_to_tensor(labels)
    number_of_classes = logits.shape[-1]
    if tf.executing_eagerly():  # inside a tf.function labels have no values yet
        smallest, largest = int(ops.min(labels)), int(ops.max(labels))
        if smallest < 0 or largest >= number_of_classes:
            raise ValueError("there is a label that is not a class")
    loss = ops.zeros_like(logits[..., 0])
    biggest = ops.max(logits, axis=-1)
    total = ops.zeros_like(biggest)
    for k in range(number_of_classes):
        total = total + ops.exp(logits[..., k] - biggest)
    for k in range(number_of_classes):
        loss_if_k = biggest - logits[..., k] + ops.log(total)
        loss = ops.where(labels == k, loss_if_k, loss)
    return loss


class WeightedLoss(keras.losses.Loss):
    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(name=name, reduction=reduction)
        self.fn = fn

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.fn(y_true, y_pred)
        if sample_weight is None:
            sample_weight = ops.ones_like(losses)
        else:
            sample_weight = ops.cast(sample_weight, losses.dtype)
            if len(sample_weight.shape) == 2 and len(losses.shape) == 1:
                sample_weight = sample_weight[:, 0]
        weighted = losses * sample_weight
        if self.reduction is None or self.reduction == "none":
            return weighted
        total = ops.sum(weighted)
        if self.reduction == "sum":
            return total
        if self.reduction == "mean_with_sample_weight":
            total_weight = ops.sum(sample_weight)
            return ops.where(total_weight == 0, 0.0, total / ops.where(total_weight == 0, 1.0, total_weight))
        return ops.mean(weighted)


def output_head(task):
    if task == "regression":
        return ["linear", "mean_squared_error"]
    if task == "binary" or task == "multilabel":
        return ["sigmoid", "binary_crossentropy"]
    if task == "multiclass":
        return ["softmax", "sparse_categorical_crossentropy"]
    raise ValueError("I do not know the task " + str(task))
