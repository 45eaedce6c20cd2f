import keras
from keras import ops as K

PREDICTIONS = {
    "bias_plus_five": "stays the same",
    "biases_to_leave_out": 64,
    "batch_of_one": "beta",
    "batches_of_two": "clearly worse",
}


class Scaled(keras.layers.Layer):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, in float32 or better."""

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def weight(self, n, start, **kwargs):
        return self.add_weight(shape=(n,), initializer=start, autocast=False, **kwargs)

    def build(self, shape):
        self.gamma = self.weight(shape[-1], "ones")
        self.beta = self.weight(shape[-1], "zeros")

    def wide(self, x):
        return K.cast(x, max(self.compute_dtype, "float32", key=lambda name: int(name[-2:])))

    def finish(self, x, mean, variance):
        y = (x - mean) * K.rsqrt(variance + self.epsilon)
        return K.cast(y * self.wide(self.gamma) + self.wide(self.beta), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


class BatchNormalization(Scaled):
    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(epsilon, **kwargs)
        self.momentum = momentum

    def build(self, shape):
        super().build(shape)
        self.moving_mean = self.weight(shape[-1], "zeros", trainable=False)
        self.moving_variance = self.weight(shape[-1], "ones", trainable=False)

    def call(self, inputs, training=None):
        x = self.wide(inputs)
        now = self.wide(self.moving_mean), self.wide(self.moving_variance)
        if training and self.trainable:
            now = K.moments(x, axes=list(range(len(x.shape) - 1)))
            for stored, new in zip((self.moving_mean, self.moving_variance), now):
                old = self.wide(stored)
                stored.assign(old + (1 - self.momentum) * (new - old))
        return self.finish(x, *now)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


class LayerNormalization(Scaled):
    def call(self, inputs):
        x = self.wide(inputs)
        return self.finish(x, *K.moments(x, axes=[-1], keepdims=True))


def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    def f(v):
        v = K.convert_to_tensor(v)
        return v if "float" in v.dtype.name else K.cast(v, "float32")

    kernel, gamma, beta, mean, variance = map(f, (kernel, gamma, beta, mean, variance))
    g = gamma / K.sqrt(variance + epsilon)
    return g * kernel, beta - g * (mean if bias is None else mean - f(bias))
