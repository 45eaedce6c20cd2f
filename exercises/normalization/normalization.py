"""Normalization.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check normalization       to check your work
    nnlearn hint LayerNormalization   for a hint
"""

import keras
from keras import ops

from nnlearn.lesson import as_floating  # makes integers float32, leaves floating dtypes alone


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
    "batch_of_one": None,
    # Two small networks that differ only in batch normalization learn digits from batches of two examples
    # each. On digits that were held out, the one with batch normalization is ...
    # Allowed: "clearly better", "clearly worse" or "about the same".
    "batches_of_two": None,
}


class LayerNormalization(keras.layers.Layer):
    """Normalizes each vector along the last axis by itself, then scales by gamma and shifts by beta.

    It computes what Keras' layer of the same name does with the same arguments, in training and in
    inference alike. Masks are not asked for.

    Args:
        epsilon: A float, added to the variance under the square root.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of rank 2, 3 or 4. The size of the batch, and of every axis but the
            last, may be unknown while a graph is traced. Integers up to 2048, which float16
            holds too, are cast.

    Attributes:
        gamma, beta: The layer's only weights, made in `build` in this order, each of shape
            (features,), the size of the last axis, and of the layer's variable dtype. They start as
            ones and zeros; both are trainable.

    The output has the shape of the input and the layer's compute dtype. Mean and biased variance are
    those of the last axis alone: height and width of an image are not pooled, and no example depends
    on another. The variance is the mean of the squared distances from the mean, and right for rows far
    from zero too, such as 4096 with a spread of 1. Gradients flow through mean and variance.

    Everything is computed in float32, or in float64 where that is the compute dtype; the output alone
    is cast to the compute dtype. The weights are used as precise as they are stored: under the policy
    "mixed_float16" they do not pass through float16. `get_config` holds `epsilon` besides what every
    layer has.

    Reference:
        Ba, Kiros and Hinton (2016), Layer Normalization, https://arxiv.org/abs/1607.06450;
        https://keras.io/api/layers/normalization_layers/layer_normalization/
    """

    def __init__(self, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        raise NotImplementedError("LayerNormalization: not written yet")

    def build(self, input_shape):
        raise NotImplementedError("LayerNormalization: not written yet")

    def call(self, inputs):
        raise NotImplementedError("LayerNormalization: not written yet")

    def get_config(self):
        raise NotImplementedError("LayerNormalization: not written yet")


class BatchNormalization(keras.layers.Layer):
    """Normalizes each feature over the batch, then scales it by gamma and shifts it by beta.

    A feature is an index of the last axis; all other axes are pooled. It computes what Keras' layer of
    the same name does with the same arguments. Masks are not asked for.

    Args:
        momentum: A float from 0 to 1, the share of the old moving statistics that an update keeps.
        epsilon: A float, added to the variance under the square root.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of rank 2 (batch, features) or 4 (batch, height, width, features).
            The size of the batch may be unknown while a graph is traced. A batch may hold a single
            example. Integers up to 2048, which float16 holds too, are cast.
        training: True normalizes with the mean and the variance of this batch. False, None and left out
            normalize with the moving statistics, and then nothing in the layer changes. A frozen layer
            (its `trainable` is False) does the latter whatever `training` is. (Inside a model, Keras
            fills in what the model was called with.)

    Attributes:
        gamma, beta, moving_mean, moving_variance: The layer's four weights, made in `build` in this
            order, each of shape (features,) and of the layer's variable dtype. They start as ones,
            zeros, zeros, ones. Gamma and beta are trainable, the moving statistics are not.

    The output has the shape of the input and the layer's compute dtype. Where the batch is used:

    - the variance is the biased one, the mean of the squared distances from the mean, and right for
      features far from zero too, such as 4096 with a spread of 1; gradients flow through mean and
      variance;
    - the moving statistics become `momentum * moving + (1 - momentum) * batch`, both of them, with
      the biased variance here too, as in Keras (the paper corrects it for inference);
    - the output does not depend on the moving statistics.

    Everything is computed in float32, or in float64 where that is the compute dtype; the output alone
    is cast to the compute dtype. The weights are used and updated as precise as they are stored: under
    the policy "mixed_float16" statistics and weights beyond the range of float16 are no problem.
    `get_config` holds `momentum` and `epsilon` besides what every layer has.

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

    Each array is anything `keras.ops.convert_to_tensor` accepts, nested lists included. All have the
    same floating dtype, or all are integers, signed or not; integers count as float32.

    Returns:
        A pair `(kernel, bias)` of tensors or arrays, of the shapes of `kernel` and of `gamma` and of the
        floating dtype of the arguments, float32 where those are integers: one layer with these computes
        what the layer and the normalization in inference mode compute one after the other, to 1e-5 in
        float32 and 1e-8 in float64. For float16 arguments it may all be computed in float16. There is a bias also where
        the layer had none.

    Reference:
        The formula that is folded: Ioffe and Szegedy (2015), Batch Normalization, section 3.1,
        https://arxiv.org/abs/1502.03167
    """
    raise NotImplementedError("fold_batch_norm: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague has trained a network with batch normalization. On test batches of 64 photos it is right
    # 97 times out of 100. The app sends one photo at a time, and there the same network gives *the same
    # answer for every photo*. The app's code contains the line `model(photo, training=True)`.
    #
    # Explain in five to ten sentences: what batch normalization computes for a batch of one photo in that
    # mode, if the layer follows a `Dense` layer, and why all photos then look alike to the layers behind
    # it; which numbers should be used instead and where they come from; why the team did not notice with
    # batches of 64; and one way of building the network for which the mistake could not have happened.
    "one_photo_at_a_time": r"""

""",
}
