"""TensorFlow throughout, with the backward pass written by hand."""

import keras
import tensorflow as tf

PREDICTIONS = {
    "bias_plus_five": "stays the same",
    "biases_to_leave_out": 64,
    "batch_of_one": "beta",
    "batches_of_two": "clearly worse",
}


def wide_dtype(layer):
    return tf.float64 if layer.compute_dtype == "float64" else tf.float32


def standardize(x, axes, epsilon):
    """(x - mean) / sqrt(variance + epsilon) over `axes`, with its statistics and its own gradient."""

    @tf.custom_gradient
    def of(x):
        mean = tf.reduce_mean(x, axes, keepdims=True)
        centred = x - mean
        variance = tf.reduce_mean(centred**2, axes, keepdims=True)
        inverse = tf.math.rsqrt(variance + epsilon)
        normalized = centred * inverse

        def backward(push, *for_statistics):  # noqa: ARG001 - the moving averages send nothing back
            pull = tf.reduce_mean(push, axes, keepdims=True)
            turn = tf.reduce_mean(push * normalized, axes, keepdims=True)
            return inverse * (push - pull - normalized * turn)

        return (normalized, mean, variance), backward

    return of(x)


@keras.saving.register_keras_serializable(package="mine")
class BatchNormalization(keras.layers.Layer):
    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)

    def build(self, input_shape):
        shape = (int(input_shape[-1]),)
        ones, zeros = keras.initializers.Ones(), keras.initializers.Zeros()
        self.gamma = self.add_weight(name="g", shape=shape, initializer=ones, autocast=False)
        self.beta = self.add_weight(name="b", shape=shape, initializer=zeros, autocast=False)
        self.moving_mean = self.add_weight(
            name="m", shape=shape, initializer=zeros, trainable=False, autocast=False
        )
        self.moving_variance = self.add_weight(
            name="v", shape=shape, initializer=ones, trainable=False, autocast=False
        )

    def call(self, inputs, training=None):
        if not training or not self.trainable:
            return self._infer(inputs)
        return self._train(inputs)

    def _infer(self, inputs):
        wide = wide_dtype(self)
        gamma, beta, mean, variance = (
            tf.cast(tf.convert_to_tensor(w), wide)
            for w in (self.gamma, self.beta, self.moving_mean, self.moving_variance)
        )
        y = (tf.cast(inputs, wide) - mean) / tf.sqrt(variance + self.epsilon) * gamma + beta
        return tf.cast(y, self.compute_dtype)

    def _train(self, inputs):
        wide = wide_dtype(self)
        x = tf.cast(inputs, wide)
        axes = list(range(x.shape.rank - 1))
        normalized, mean, variance = standardize(x, axes, self.epsilon)
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            old = tf.cast(tf.convert_to_tensor(moving), wide)
            step = (1 - self.momentum) * (tf.reshape(batch, [-1]) - old)
            moving.assign(tf.stop_gradient(old + step))
        gamma, beta = (tf.cast(tf.convert_to_tensor(w), wide) for w in (self.gamma, self.beta))
        return tf.cast(normalized * gamma + beta, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config.update(momentum=self.momentum, epsilon=self.epsilon)
        return config


@keras.saving.register_keras_serializable(package="mine")
class LayerNormalization(keras.layers.Layer):
    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = float(epsilon)

    def build(self, input_shape):
        shape = (int(input_shape[-1]),)
        self.gamma = self.add_weight(name="g", shape=shape, initializer="ones", autocast=False)
        self.beta = self.add_weight(name="b", shape=shape, initializer="zeros", autocast=False)

    def call(self, inputs):
        wide = wide_dtype(self)
        normalized, _, _ = standardize(tf.cast(inputs, wide), [-1], self.epsilon)
        gamma, beta = (tf.cast(tf.convert_to_tensor(w), wide) for w in (self.gamma, self.beta))
        return tf.cast(normalized * gamma + beta, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config.update(epsilon=self.epsilon)
        return config


def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    """The kernel as a matrix with one column per output, times a diagonal matrix."""

    def floating(value):
        value = tf.convert_to_tensor(value)
        return value if value.dtype.is_floating else tf.cast(value, tf.float32)

    kernel, gamma, beta = floating(kernel), floating(gamma), floating(beta)
    mean, variance = floating(mean), floating(variance)
    scale = tf.divide(gamma, tf.sqrt(variance + tf.cast(epsilon, variance.dtype)))
    columns = tf.reshape(kernel, [-1, kernel.shape[-1]])
    new_kernel = tf.reshape(columns @ tf.linalg.diag(scale), kernel.shape)
    shift = tf.negative(mean) if bias is None else floating(bias) - mean
    return new_kernel, shift * scale + beta
