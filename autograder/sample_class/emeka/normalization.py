"""Normalization.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check normalization       to check your work
    nnlearn hint BatchNormalization   for a hint
"""

import keras
from keras import ops


def as_floating(x):
    """Return `x` as a tensor: floating dtypes are kept, integers and booleans become float32.

    It is here so that you can use it in `fold_batch_norm`. You do not have to.
    """
    x = ops.convert_to_tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")


PREDICTIONS = {
    # A Dense layer is followed by batch normalization. You add 5 to every bias of the Dense layer.
    # In training mode, the output of the batch normalization ...
    # Allowed: "grows by 5", "grows by 5 * gamma" or "stays the same".
    "bias_plus_five": None,
    # A network is Dense(64), BatchNormalization, relu, Dense(32), relu, BatchNormalization, Dense(16),
    # LayerNormalization, relu, Dense(10). Each Dense layer has one bias per unit. You change a single one of
    # these biases. For how many of them does the output in training mode stay the same, whatever the weights
    # and the batch are?
    # Allowed: an integer.
    "biases_to_leave_out": None,
    # A batch holds one single example, a row of features. In training mode, and whatever the example
    # is, batch normalization turns each of its features into ...
    # Allowed: "0", "beta", "gamma" or "nan".
    "batch_of_one": '0',
    # Two small networks that differ only in batch normalization learn digits from batches of two examples
    # each. On digits that were held out, the one with batch normalization is ...
    # Allowed: "clearly better", "clearly worse" or "about the same".
    "batches_of_two": 'clearly worse',
}


class BatchNormalization(keras.layers.Layer):
    """Normalizes each feature over the batch, then scales it by gamma and shifts it by beta.

    A feature is an index of the last axis; all other axes are pooled. It behaves as Keras' layer of
    the same name does with the same arguments.

    Args:
        momentum: A float from 0 to 1, the share of the old moving statistics that an update keeps.
        epsilon: A float, added to the variance under the square root.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of rank 2 (batch, features) or 4 (batch, height, width, features).
            The size of the batch may be unknown while a graph is traced, and may be 1. Integers are
            cast to the layer's compute dtype.
        training: True normalizes with the mean and the variance of this batch. False, None, or left
            out, normalizes with the moving statistics.

    Attributes:
        gamma, beta, moving_mean, moving_variance: The layer's four weights, made in `build` in this
            order, each of shape (features,) and of the layer's variable dtype. They start as ones,
            zeros, zeros, ones. Gamma and beta are trainable, the moving statistics are not.

    The output has the shape of the input and the layer's compute dtype. With `training=True`:

    - the variance is the biased one (the sum of squares divided by the count), and gradients flow
      through mean and variance;
    - the moving statistics become `momentum * moving + (1 - momentum) * batch`, both of them, with
      the same biased variance; the output does not depend on them.

    Otherwise, and whenever the layer's `trainable` is False, nothing in the layer changes.

    Everything is computed in at least float32, the weights included, also where the compute dtype
    is float16, and only the output is cast: statistics and weights beyond the range of float16 are
    no problem under the policy "mixed_float16". `get_config` holds `momentum` and `epsilon` besides
    what every layer has.

    Reference:
        Ioffe and Szegedy (2015), Batch Normalization, https://arxiv.org/abs/1502.03167;
        https://keras.io/api/layers/normalization_layers/batch_normalization/
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        raise NotImplementedError("BatchNormalization: not written yet")

    def build(self, input_shape):
        raise NotImplementedError("BatchNormalization: not written yet")

    def call(self, inputs, training=None):
        raise NotImplementedError("BatchNormalization: not written yet")

    def get_config(self):
        raise NotImplementedError("BatchNormalization: not written yet")


class LayerNormalization(keras.layers.Layer):
    """Normalizes each vector along the last axis by itself, then scales by gamma and shifts by beta.

    It behaves as Keras' layer of the same name does with the same arguments, and does the same in
    training and in inference.

    Args:
        epsilon: A float, added to the variance under the square root.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of rank 2, 3 or 4. The size of the batch, and of every axis but the
            last, may be unknown while a graph is traced. Integers are cast to the layer's compute
            dtype.

    Attributes:
        gamma, beta: The layer's only weights, made in `build` in this order, each of shape
            (features,), the size of the last axis, and of the layer's variable dtype. They start as
            ones and zeros; both are trainable.

    The output has the shape of the input and the layer's compute dtype. Mean and biased variance are
    those of the last axis alone: height and width of an image are not pooled, and no example depends
    on another. Gradients flow through both.

    Everything is computed in at least float32, the weights included, also where the compute dtype is
    float16, and only the output is cast. `get_config` holds `epsilon` besides what every layer has.

    Reference:
        Ba, Kiros and Hinton (2016), Layer Normalization, https://arxiv.org/abs/1607.06450;
        https://keras.io/api/layers/normalization_layers/layer_normalization/
    """

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        n = input_shape[-1]
        self.gamma = self.add_weight(name="gamma", shape=(n,), initializer="ones", autocast=False)
        self.beta = self.add_weight(name="beta", shape=(n,), initializer="zeros", autocast=False)

    def call(self, inputs):
        wide = "float64" if self.compute_dtype == "float64" else "float32"
        x = ops.cast(inputs, wide)
        mean = ops.mean(x, axis=-1, keepdims=True)
        variance = ops.var(x, axis=-1, keepdims=True)
        y = (x - mean) / ops.sqrt(variance + self.epsilon)
        return ops.cast(y * ops.cast(self.gamma, wide) + ops.cast(self.beta, wide), self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        config.update(epsilon=self.epsilon)
        return config


def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    """Fold a batch normalization into the dense or convolutional layer that it follows.

    Args:
        kernel: The layer's kernel, of any rank from 2; its last axis is the outputs: (inputs, outputs)
            for Dense, (height, width, inputs, outputs) for Conv2D.
        bias: The layer's bias of shape (outputs,), or None if it has none.
        gamma: Scale of the normalization, of shape (outputs,).
        beta: Its shift, of shape (outputs,).
        mean: Its moving mean, of shape (outputs,).
        variance: Its moving variance, of shape (outputs,).
        epsilon: A float, what it adds to the variance under the square root.

    Each array is anything `keras.ops.convert_to_tensor` accepts, nested lists included. They share one
    floating dtype, or are integers, which count as float32.

    Returns:
        A pair `(kernel, bias)` of tensors, of the shapes of `kernel` and of `gamma` and of the dtype
        of the arguments: one layer with these computes what the layer and the normalization in
        inference mode compute one after the other, to 1e-5 in float32. There is a bias also where
        the layer had none.

    Reference:
        Ioffe and Szegedy (2015), Batch Normalization, section 3.1, https://arxiv.org/abs/1502.03167
    """
    kernel, gamma, beta = as_floating(kernel), as_floating(gamma), as_floating(beta)
    mean, variance = as_floating(mean), as_floating(variance)
    bias = ops.zeros_like(mean) if bias is None else as_floating(bias)
    scale = gamma / ops.sqrt(variance + epsilon)
    return kernel * scale, beta + (bias - mean) * scale
