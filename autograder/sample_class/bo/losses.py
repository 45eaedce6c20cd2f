import keras
import tensorflow as tf
from keras import ops as K

PREDICTIONS = {
    "loss_at_start": 2.303,
    "slope_of_accuracy": "0",
    "sure_and_wrong": "cross-entropy",
    "softmax_twice": 1.4612,
}


def pair(y, z):
    z = K.convert_to_tensor(z)
    z = z if "float" in z.dtype.name else K.cast(z, "float32")
    y = K.cast(y, z.dtype)
    if not y.shape.is_compatible_with(z.shape):
        raise ValueError(f"shapes {y.shape} and {z.shape}")
    return y, z


def mean_squared_error(y_true, y_pred):
    y, z = pair(y_true, y_pred)
    return K.mean((y - z) ** 2, -1)


def huber(y_true, y_pred, delta=1.0):
    y, z = pair(y_true, y_pred)
    a = K.abs(y - z)
    q = K.minimum(a, delta)
    return K.mean(q * (a - q / 2), -1)


def log_sum(*terms):
    z = K.stack(terms, -1)
    top = tf.stop_gradient(K.max(z, -1, keepdims=True))
    return top[..., 0] + K.log(K.sum(K.exp(z - top), -1))


def binary_crossentropy(y_true, logits):
    y, z = pair(y_true, logits)
    return K.mean(log_sum(0 * z, z) - y * z, -1)


def sparse_categorical_crossentropy(labels, logits):
    z = K.convert_to_tensor(logits)
    z = z if "float" in z.dtype.name else K.cast(z, "float32")
    labels = K.cast(labels, "int32")
    tf.debugging.assert_non_negative(labels)
    tf.debugging.assert_less(labels, z.shape[-1])
    return log_sum(*K.unstack(z, axis=-1)) - tf.gather(z, labels, batch_dims=len(labels.shape))


class WeightedLoss(keras.losses.Loss):
    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(name, reduction)
        self.call = fn


S = "sigmoid", "binary_crossentropy"
HEADS = {
    "regression": ("linear", "mean_squared_error"),
    "binary": S,
    "multilabel": S,
    "multiclass": ("softmax", "sparse_categorical_crossentropy"),
}


def output_head(task):
    if task in HEADS:
        return HEADS[task]
    raise ValueError(f"{task!r}: I know {sorted(HEADS)}")
