# Values in NumPy-like steps, every gradient written by hand with tf.custom_gradient.
import keras
import tensorflow as tf

PREDICTIONS = {
    "loss_at_start": 2.302585,
    "slope_of_accuracy": "0",
    "sure_and_wrong": "cross-entropy",
    "softmax_twice": 1.461150,
}


def floating(x):
    x = tf.convert_to_tensor(x)
    return x if x.dtype.is_floating else tf.cast(x, tf.float32)


def elementwise(loss_and_slope, y_true, y_pred):
    """The mean over the last axis of a loss that comes with its slope."""
    y_pred = floating(y_pred)
    y_true = tf.cast(tf.convert_to_tensor(y_true), y_pred.dtype)
    if not y_true.shape.is_compatible_with(y_pred.shape):
        raise ValueError("different shapes")

    @tf.custom_gradient
    def mean_loss(y_pred):
        loss, slope = loss_and_slope(y_true, y_pred)
        size = tf.cast(tf.shape(y_pred)[-1], y_pred.dtype)

        def backward(upstream):
            return upstream[..., None] * slope / size

        return tf.reduce_sum(loss, axis=-1) / size, backward

    return mean_loss(y_pred)


def mean_squared_error(y_true, y_pred):
    return elementwise(lambda y, p: ((p - y) ** 2, 2 * (p - y)), y_true, y_pred)


def huber(y_true, y_pred, delta=1.0):
    def loss_and_slope(y, p):
        error = p - y
        slope = tf.clip_by_value(error, -delta, delta)
        # the area under the slope
        return slope * error - slope**2 / 2, slope

    return elementwise(loss_and_slope, y_true, y_pred)


def binary_crossentropy(y_true, logits):
    def loss_and_slope(y, z):
        loss = tf.nn.relu(z) - y * z + tf.math.log1p(tf.exp(-tf.abs(z)))
        return loss, tf.sigmoid(z) - y

    return elementwise(loss_and_slope, y_true, logits)


def sparse_categorical_crossentropy(labels, logits):
    logits = floating(logits)
    labels = tf.convert_to_tensor(labels)
    classes = logits.shape[-1]
    if tf.executing_eagerly():
        for label in labels.numpy().ravel():
            if not 0 <= label < classes:
                raise IndexError(f"label {label} of {classes} classes")
    one_hot = tf.one_hot(labels, classes, dtype=logits.dtype)

    @tf.custom_gradient
    def loss(z):
        powers = tf.exp(z - tf.reduce_max(z, axis=-1, keepdims=True))
        total = tf.reduce_sum(powers, axis=-1, keepdims=True)
        gap = tf.reduce_max(z, axis=-1) - tf.reduce_sum(one_hot * z, axis=-1)

        def backward(upstream):
            return upstream[..., None] * (powers / total - one_hot)

        return tf.math.log(total[..., 0]) + gap, backward

    return loss(logits)


class WeightedLoss(keras.Loss):
    def __init__(self, fn, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction=reduction, name=name)
        self.function = fn

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = tf.convert_to_tensor(self.function(y_true, y_pred))
        weights = tf.ones_like(losses)
        if sample_weight is not None:
            weights = tf.reshape(tf.cast(sample_weight, losses.dtype), tf.shape(losses))
        if self.reduction == "mean_with_sample_weight":
            return tf.math.divide_no_nan(tf.reduce_sum(weights * losses), tf.reduce_sum(weights))
        reduce = {"sum": tf.reduce_sum, None: tf.identity}.get(self.reduction, tf.reduce_mean)
        return reduce(weights * losses)


def output_head(task):
    match task:
        case "regression":
            return "linear", "mean_squared_error"
        case "binary" | "multilabel":
            return "sigmoid", "binary_crossentropy"
        case "multiclass":
            return "softmax", "sparse_categorical_crossentropy"
        case _:
            raise ValueError(f"what is {task!r}?")
