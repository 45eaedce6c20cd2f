"""Both layers from one base class: they differ in the axes they pool and in whether they remember."""

import keras
import numpy as np
from keras import ops

PREDICTIONS = {
    "bias_plus_five": "stays the same",
    "biases_to_leave_out": 64,
    "batch_of_one": "beta",
    "batches_of_two": "clearly worse",
}


class Normalizing(keras.layers.Layer):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, for any mean and variance."""

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        # The input is cast below, once, and not by Keras before.
        self.autocast = False

    def build(self, input_shape):
        super().build(input_shape)
        self.gamma = self.make("gamma", input_shape, 1.0)
        self.beta = self.make("beta", input_shape, 0.0)

    def make(self, name, input_shape, start, **options):
        start = keras.initializers.Constant(start)
        return self.add_weight(
            shape=input_shape[-1:], initializer=start, name=name, autocast=False, **options
        )

    @property
    def wide(self):
        return keras.backend.result_type(self.variable_dtype, "float32")

    def measured(self, x, axes):
        """Mean and variance, as sums over counts."""
        count = ops.cast(ops.prod(ops.shape(ops.stop_gradient(x))[: len(x.shape)]), self.wide)
        for axis in range(len(x.shape)):
            if axis not in axes:
                count = count / ops.cast(ops.shape(x)[axis], self.wide)
        mean = ops.sum(x, axis=axes, keepdims=True) / count
        return mean, ops.sum(ops.square(x - mean), axis=axes, keepdims=True) / count

    def finish(self, x, mean, variance):
        gamma, beta = ops.cast(self.gamma, self.wide), ops.cast(self.beta, self.wide)
        y = ops.add(ops.multiply(gamma, (x - mean) * (variance + self.epsilon) ** -0.5), beta)
        return ops.cast(y, self.compute_dtype)

    def compute_output_spec(self, inputs, training=None):  # noqa: ARG002
        return keras.KerasTensor(inputs.shape, self.compute_dtype)

    def get_config(self):
        return dict(super().get_config(), epsilon=self.epsilon)


class LayerNormalization(Normalizing):
    def call(self, inputs, training=None):  # noqa: ARG002 - the same in both modes
        x = ops.cast(inputs, self.wide)
        return self.finish(x, *self.measured(x, (len(x.shape) - 1,)))


class BatchNormalization(Normalizing):
    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(epsilon, **kwargs)
        self.momentum = momentum

    def build(self, input_shape):
        super().build(input_shape)
        self.moving_mean = self.make("moving_mean", input_shape, 0.0, trainable=False)
        self.moving_variance = self.make("moving_variance", input_shape, 1.0, trainable=False)

    def call(self, inputs, training=None):
        x = ops.cast(inputs, self.wide)
        if not (training and self.trainable):
            return self.finish(
                x, ops.cast(self.moving_mean, self.wide), ops.cast(self.moving_variance, self.wide)
            )
        mean, variance = self.measured(x, tuple(range(len(x.shape) - 1)))
        self.blend(self.moving_mean, mean)
        self.blend(self.moving_variance, variance)
        return self.finish(x, mean, variance)

    def blend(self, moving, batch):
        batch = ops.reshape(ops.stop_gradient(batch), (-1,))
        moving.assign(self.momentum * ops.cast(moving, self.wide) + (1.0 - self.momentum) * batch)

    def get_config(self):
        return dict(super().get_config(), momentum=self.momentum)


def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    """In NumPy and in float64; only the result gets the dtype of the kernel."""
    dtype = np.asarray(kernel).dtype
    dtype = dtype if dtype in ("float16", "float32", "float64") else "float32"
    dtype = "float32" if isinstance(kernel, list) else dtype
    gamma, beta, mean, variance = (np.asarray(v, np.float64) for v in (gamma, beta, mean, variance))
    scale = gamma * (variance + epsilon) ** -0.5
    new_bias = beta + ((0 if bias is None else np.asarray(bias, np.float64)) - mean) * scale
    new_kernel = np.einsum("...o,o->...o", np.asarray(kernel, np.float64), scale)
    return tuple(ops.convert_to_tensor(value.astype(dtype)) for value in (new_kernel, new_bias))
