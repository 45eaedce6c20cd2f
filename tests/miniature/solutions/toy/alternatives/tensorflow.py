# In TensorFlow: the log-sum-exp is subtracted before exp, so that nothing is divided.
import keras
import tensorflow as tf


def softmax(logits, axis=-1):
    z = tf.convert_to_tensor(logits)
    return tf.exp(z - tf.reduce_logsumexp(z, axis=axis, keepdims=True))


class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.times = tf.constant(factor)

    def call(self, x):
        return self.times * x


PREDICTIONS = {"sum": 1}
