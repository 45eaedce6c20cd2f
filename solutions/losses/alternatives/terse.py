# As short as it gets, mostly TensorFlow; the base class of Keras does the weighting.
import keras
import tensorflow as tf

PREDICTIONS = {
    "loss_at_start": 2.3026,
    "slope_of_accuracy": "0",
    "sure_and_wrong": "cross-entropy",
    "softmax_twice": 1.4612,
}


def f(x):
    x = tf.convert_to_tensor(x)  # not in one line: AutoGraph knows no :=, and says so when it compiles
    return x if x.dtype.is_floating else tf.cast(x, tf.float32)


def pair(t, p):
    t, p = f(t), f(p)
    if t.shape.as_list() != p.shape.as_list():
        raise ValueError(f"{t.shape} is not {p.shape}")
    return tf.cast(t, p.dtype), p


def mean_squared_error(y_true, y_pred):
    return tf.reduce_mean(tf.math.squared_difference(*pair(y_true, y_pred)), -1)


def huber(y_true, y_pred, delta=1.0):
    y, p = pair(y_true, y_pred)
    e = tf.abs(y - p)
    inner = tf.minimum(e, delta)
    return tf.reduce_mean(inner * (e - inner / 2), -1)


def binary_crossentropy(y_true, logits):
    y, z = pair(y_true, logits)
    both = tf.nn.log_softmax(tf.stack([tf.zeros_like(z), z], -1))
    return -tf.reduce_mean(tf.reduce_sum(tf.stack([1 - y, y], -1) * both, -1), -1)


def sparse_categorical_crossentropy(labels, logits):
    z, labels = f(logits), tf.cast(labels, tf.int32)
    tf.debugging.assert_non_negative(labels), tf.debugging.assert_less(labels, z.shape[-1])
    return -tf.gather(tf.nn.log_softmax(z), labels, batch_dims=labels.shape.rank)


class WeightedLoss(keras.losses.Loss):
    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(name, reduction)
        self.call = fn


def output_head(task):
    try:
        return {
            "regression": ("linear", "mean_squared_error"),
            "multiclass": ("softmax", "sparse_categorical_crossentropy"),
        }.get(task) or ("sigmoid", ("binary", "multilabel").index(task) * "" + "binary_crossentropy")
    except ValueError as e:
        raise ValueError(task) from e
