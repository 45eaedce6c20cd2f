"""Every input becomes a matrix first: one row per thing to normalize, one column per feature."""

import keras
import tensorflow as tf
from keras import ops

PREDICTIONS = {
    "bias_plus_five": "stays the same",
    "biases_to_leave_out": 64,
    "batch_of_one": "beta",
    "batches_of_two": "clearly worse",
}


def widened(layer, *values):
    dtype = "float64" if layer.compute_dtype == "float64" else "float32"
    return [ops.cast(value, dtype) for value in values]


class BatchNormalization(keras.layers.Layer):
    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        settings = {"shape": (input_shape[-1],), "autocast": False}
        # Order matters only within the trainable and within the other weights.
        self.moving_mean = self.add_weight(initializer="zeros", trainable=False, **settings)
        self.moving_variance = self.add_weight(initializer="ones", trainable=False, **settings)
        self.gamma = self.add_weight(initializer="ones", **settings)
        self.beta = self.add_weight(initializer="zeros", **settings)

    def statistics(self, rows):
        """Mean and variance of each column, by matrix products with a row of 1/n."""
        weights = ops.ones_like(rows[:, :1]) / ops.cast(ops.shape(rows)[0], rows.dtype)
        mean = ops.matmul(ops.transpose(weights), rows)[0]
        return mean, ops.matmul(ops.transpose(weights), (rows - mean) ** 2)[0]

    def call(self, inputs, training=None):
        x, gamma, beta, mean, variance = widened(
            self, inputs, self.gamma, self.beta, self.moving_mean, self.moving_variance
        )
        rows = ops.reshape(x, (-1, x.shape[-1]))
        if training is True and self.trainable:
            batch_mean, batch_variance = self.statistics(rows)
            self.moving_mean.assign(mean + (batch_mean - mean) * (1 - self.momentum))
            self.moving_variance.assign(variance + (batch_variance - variance) * (1 - self.momentum))
            mean, variance = batch_mean, batch_variance
        rows = (rows - mean) * (gamma / ops.sqrt(variance + self.epsilon)) + beta
        return ops.cast(ops.reshape(rows, ops.shape(x)), self.compute_dtype)

    def get_config(self):
        return {"momentum": self.momentum, "epsilon": self.epsilon, **super().get_config()}


class LayerNormalization(keras.layers.Layer):
    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        self.gamma = self.add_weight(shape=(input_shape[-1],), initializer="ones", autocast=False)
        self.beta = self.add_weight(shape=(input_shape[-1],), initializer="zeros", autocast=False)

    @tf.function
    def normalized(self, x, gamma, beta):
        columns = tf.transpose(tf.reshape(x, (-1, x.shape[-1])))
        columns -= tf.reduce_mean(columns, axis=0)
        columns /= tf.sqrt(tf.reduce_mean(columns * columns, axis=0) + tf.cast(self.epsilon, x.dtype))
        return tf.reshape(tf.transpose(columns) * gamma + beta, tf.shape(x))

    def call(self, inputs):
        return ops.cast(self.normalized(*widened(self, inputs, self.gamma, self.beta)), self.compute_dtype)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, dtype=self.compute_dtype)

    def get_config(self):
        return {"epsilon": self.epsilon, **super().get_config()}


def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    """Ask the normalization itself: its answer to 0 is the shift, the rest of its answer to 1 the scale."""

    def floating(value):
        value = ops.convert_to_tensor(value)
        return value if keras.backend.is_float_dtype(value.dtype) else ops.cast(value, "float32")

    gamma, beta, mean, variance = map(floating, (gamma, beta, mean, variance))

    def normalize(z):
        return gamma * (z - mean) / ops.sqrt(variance + epsilon) + beta

    slope = gamma / ops.sqrt(variance + epsilon)
    at_rest = normalize(ops.zeros_like(mean) if bias is None else floating(bias))
    return ops.multiply(floating(kernel), slope), at_rest
