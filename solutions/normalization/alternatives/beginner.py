"""Written by somebody who is new to Keras: one thing at a time, nothing clever."""

# ruff: noqa: E712, SIM102, SIM108

import keras
import numpy as np
from keras import ops

PREDICTIONS = {
    "bias_plus_five": "stays the same",
    "biases_to_leave_out": 64,
    "batch_of_one": "beta",
    "batches_of_two": "clearly worse",
}


class BatchNormalization(keras.layers.Layer):
    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape):
        number_of_features = input_shape[-1]
        self.gamma = self.add_weight(
            shape=(number_of_features,), initializer="ones", trainable=True, autocast=False
        )
        self.beta = self.add_weight(
            shape=(number_of_features,), initializer="zeros", trainable=True, autocast=False
        )
        self.moving_mean = self.add_weight(
            shape=(number_of_features,), initializer="zeros", trainable=False, autocast=False
        )
        self.moving_variance = self.add_weight(
            shape=(number_of_features,), initializer="ones", trainable=False, autocast=False
        )
        self.built = True

    def call(self, inputs, training=False):
        # float16 is too small for sums of squares
        if self.compute_dtype == "float64":
            work = "float64"
        else:
            work = "float32"
        x = ops.cast(inputs, work)
        gamma = ops.cast(self.gamma, work)
        beta = ops.cast(self.beta, work)
        old_mean = ops.cast(self.moving_mean, work)
        old_variance = ops.cast(self.moving_variance, work)

        use_batch = False
        if training == True:
            if self.trainable == True:
                use_batch = True

        if use_batch:
            if len(inputs.shape) == 2:
                axes = [0]
            else:
                axes = [0, 1, 2]
            mean = ops.mean(x, axis=axes)
            difference = x - mean
            variance = ops.mean(difference * difference, axis=axes)
            new_mean = old_mean * self.momentum + mean * (1 - self.momentum)
            new_variance = old_variance * self.momentum + variance * (1 - self.momentum)
            self.moving_mean.assign(new_mean)
            self.moving_variance.assign(new_variance)
        else:
            mean = old_mean
            variance = old_variance

        y = x - mean
        y = y / ops.sqrt(variance + self.epsilon)
        y = y * gamma
        y = y + beta
        return ops.cast(y, self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        config["momentum"] = self.momentum
        config["epsilon"] = self.epsilon
        return config


class LayerNormalization(keras.layers.Layer):
    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        number_of_features = input_shape[-1]
        self.gamma = self.add_weight(shape=(number_of_features,), initializer="ones", autocast=False)
        self.beta = self.add_weight(shape=(number_of_features,), initializer="zeros", autocast=False)
        self.built = True

    def call(self, inputs):
        if self.compute_dtype == "float64":
            work = "float64"
        else:
            work = "float32"
        x = ops.cast(inputs, work)
        mean = ops.mean(x, axis=-1)
        mean = ops.expand_dims(mean, axis=-1)
        difference = x - mean
        variance = ops.mean(difference * difference, axis=-1)
        variance = ops.expand_dims(variance, axis=-1)
        y = difference / ops.sqrt(variance + self.epsilon)
        y = y * ops.cast(self.gamma, work)
        y = y + ops.cast(self.beta, work)
        return ops.cast(y, self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        config["epsilon"] = self.epsilon
        return config


def to_array(x):
    x = np.array(x)
    if x.dtype.kind != "f":
        x = x.astype("float32")
    return x


def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    kernel = to_array(kernel)
    gamma = to_array(gamma)
    beta = to_array(beta)
    mean = to_array(mean)
    variance = to_array(variance)
    if isinstance(bias, type(None)):
        bias = np.zeros(len(gamma), kernel.dtype)
    else:
        bias = to_array(bias)

    new_kernel = np.zeros(kernel.shape, kernel.dtype)
    new_bias = np.zeros(len(gamma), kernel.dtype)
    for i in range(len(gamma)):
        scale = gamma[i] / np.sqrt(variance[i] + epsilon)
        new_kernel[..., i] = kernel[..., i] * scale
        new_bias[i] = (bias[i] - mean[i]) * scale + beta[i]
    return ops.convert_to_tensor(new_kernel), ops.convert_to_tensor(new_bias)
