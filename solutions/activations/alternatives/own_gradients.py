# Every gradient is written by hand, with tf.custom_gradient.
import math

import tensorflow as tf

PREDICTIONS = {
    "stacked_affine": 10,
    "hidden_targets": 1,
    "activation_layer": 32,
    "right_for_the_job": "sigmoid",
}


def floating(x):
    x = tf.convert_to_tensor(x)
    return x if x.dtype.is_floating else tf.cast(x, tf.float32)


def with_slope(value_and_slope):
    """An elementwise function from one that returns its value and its derivative."""

    @tf.custom_gradient
    def function(x):
        value, slope = value_and_slope(x)
        return value, lambda upstream: upstream * slope

    return function


def relu(x):
    x = floating(x)
    on = tf.cast(x > 0, x.dtype)
    return with_slope(lambda x: (x * on, on))(x)


def leaky_relu(x, negative_slope=0.2):
    x = floating(x)
    slope = tf.where(x > 0, tf.ones_like(x), tf.constant(negative_slope, x.dtype))
    return with_slope(lambda x: (x * slope, slope))(x)


def sigmoid(x):
    def parts(x):
        decay = tf.exp(-tf.abs(x))
        p = tf.where(x < 0, decay, tf.ones_like(x)) / (1 + decay)
        return p, decay / (1 + decay) ** 2

    return with_slope(parts)(floating(x))


def gelu(x, approximate=False):
    def exact(x):
        gate = 0.5 * (1 + tf.math.erf(x / math.sqrt(2)))
        bell = tf.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        return x * gate, gate + x * bell

    def by_tanh(x):
        z = tf.clip_by_value(x, -10, 10)
        t = tf.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z * z * z))
        inner_slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * z * z)
        return 0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * z * (1 - t) * (1 + t) * inner_slope

    return with_slope(by_tanh if approximate else exact)(floating(x))


def softmax(x, axis=-1):
    @tf.custom_gradient
    def function(x):
        weights = tf.exp(x - tf.reduce_max(x, axis, keepdims=True))
        p = weights / tf.reduce_sum(weights, axis, keepdims=True)

        def backward(upstream):
            return p * (upstream - tf.reduce_sum(p * upstream, axis, keepdims=True))

        return p, backward

    return function(floating(x))


def log_softmax(x, axis=-1):
    @tf.custom_gradient
    def function(x):
        shifted = x - tf.reduce_max(x, axis, keepdims=True)
        weights = tf.exp(shifted)
        total = tf.reduce_sum(weights, axis, keepdims=True)

        def backward(upstream):
            return upstream - weights / total * tf.reduce_sum(upstream, axis, keepdims=True)

        return shifted - tf.math.log(total), backward

    return function(floating(x))
