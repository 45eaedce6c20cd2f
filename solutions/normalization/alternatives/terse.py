"""As short as it gets: one affine map, x * scale + shift, whatever the mode."""

# ruff: noqa: C408

import keras
from keras import ops

PREDICTIONS = dict(
    bias_plus_five="stays the same",
    biases_to_leave_out=64,
    batch_of_one="beta",
    batches_of_two="clearly worse",
)


class BatchNormalization(keras.Layer):
    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, shape):
        for i, name in enumerate(("gamma", "beta", "moving_mean", "moving_variance")):
            start, learned = ("ones", "zeros")[i in (1, 2)], i < 2
            setattr(
                self, name, self.add_weight(shape[-1:], start, trainable=learned, name=name, autocast=False)
            )

    def call(self, x, training=None):
        wide = keras.backend.result_type(self.compute_dtype, "float32")
        x, *w = (
            ops.cast(v, wide) for v in (x, self.gamma, self.beta, self.moving_mean, self.moving_variance)
        )
        stats = w[2:]
        if training and self.trainable:
            stats = ops.moments(x, axes=list(range(x.ndim - 1)))
            for var, old, new in zip((self.moving_mean, self.moving_variance), w[2:], stats, strict=True):
                var.assign(old + (1 - self.momentum) * (new - old))
        scale = w[0] * ops.rsqrt(stats[1] + self.epsilon)
        return ops.cast(x * scale + (w[1] - stats[0] * scale), self.compute_dtype)

    def get_config(self):
        return super().get_config() | {"momentum": self.momentum, "epsilon": self.epsilon}


class LayerNormalization(keras.Layer):
    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, shape):
        self.gamma = self.add_weight(shape[-1:], "ones", autocast=False)
        self.beta = self.add_weight(shape[-1:], "zeros", autocast=False)

    def call(self, x):
        wide = keras.backend.result_type(self.compute_dtype, "float32")
        x, g, b = (ops.cast(v, wide) for v in (x, self.gamma, self.beta))
        mean, var = ops.moments(x, [-1], keepdims=True)
        return ops.cast((x - mean) * ops.rsqrt(var + self.epsilon) * g + b, self.compute_dtype)

    def get_config(self):
        return super().get_config() | {"epsilon": self.epsilon}


def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    def f(v):
        v = ops.convert_to_tensor(v)
        return v if v.dtype.is_floating else ops.cast(v, "float32")

    s = f(gamma) * ops.rsqrt(f(variance) + epsilon)
    return f(kernel) * s, f(beta) - f(mean) * s + (0 if bias is None else f(bias) * s)
