"""Depth.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check depth        to check your work
    nnlearn hint predictions   for a hint
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


PREDICTIONS = {
    # He et al. trained plain networks, without shortcuts, of 20 and of 56 layers on the same pictures. On
    # the training data, was the error of the one with 56 layers lower or higher?
    # Allowed: "lower" or "higher".
    "training_error": None,
    # A new residual block gives relu(x + branch), where the branch is convolution, normalization, relu,
    # convolution, normalization, and the last gamma begins at 0. No convolution has a bias. For how many
    # of its 6 trainable weights (2 kernels, 2 gammas, 2 betas) is the first gradient not zero?
    # Allowed: an integer.
    "first_gradient": None,
    # Normalization, relu, convolution, repeated three times, is the whole stack. A convolution needs no
    # bias if a normalization comes right after it. How many of the three convolutions need one?
    # Allowed: an integer.
    "biases": None,
}


def deepen(model, position):
    """Make a deeper network that computes the same: a layer is inserted that passes on what it gets.

    Args:
        model: A built `keras.Sequential` of two or more `keras.layers.Dense`, and nothing else. They may have any names,
            which need not be kept. It is left as it was.
        position: The number of a Dense layer, counted from 0; not the last one.

    Returns:
        A new built `keras.Sequential` of Dense layers, one more than `model` has. Right after number `position` there is
        a new Dense with the units, the activation and the dtype policy of number `position`, with or without a bias,
        such that the outputs are those of `model` to within 1e-6, for any finite input. What else it has, regularizers
        say, is up to you. The others are new layers, each with
        the configuration of the old one (activation, bias or none, regularizers, dtype policy, trainable or not) and a
        copy of its weights: what happens to one model's weights does not touch the other's. What is returned can be
        deepened again, also at the same position.

    Raises:
        ValueError: `position` is not one of 0 to the number of Dense layers minus 2, or the activation of that layer is
            neither "relu" nor linear (None).
    """
    raise NotImplementedError("deepen: not written yet")


def build_mlp(inputs, outputs, units, depth, residual=False, normalize=False, seed=0):
    """Build a network of dense layers of any depth, plain or residual, with or without batch normalization.

    From the input x of shape (N, inputs), it computes

    - h = Dense(units)(x), the stem;
    - `depth` times: b = Dense(units)(relu(h)), and then h = b, or h = h + b if `residual`;
    - the output Dense(outputs)(relu(h)), without activation.

    With `normalize`, each relu(h) is relu(BatchNormalization()(h)), with Keras' defaults, and no Dense but the last has
    a bias. Without it, each Dense has one.

    Kernels are drawn as `keras.initializers.HeNormal` does, from a truncated normal distribution with the variance
    2 / fan_in. If `residual`, those of the `depth` blocks have the variance 2 / (fan_in * depth). Biases are 0. No two
    kernels are alike, up to scale or otherwise.

    Args:
        inputs: How many features an example has.
        outputs: How many numbers come out.
        units: The width of the stem and of each block.
        depth: How many blocks, at least 1.
        residual: Whether blocks have a shortcut.
        normalize: Whether each relu comes after batch normalization.
        seed: An integer of at least 0. The same seed gives the same weights, another seed others. Global seeds, such as
            that of `keras.utils.set_random_seed`, have no influence.

    Returns:
        A built `keras.Model`, float32. `model.get_weights()` lists weights in the order in which they are used: kernel
        and, if there is one, bias of a Dense; gamma, beta, moving mean and moving variance of a BatchNormalization.
    """
    raise NotImplementedError("build_mlp: not written yet")


def gradient_norms(model, loss_fn, x, y):
    """Measure how long the gradient of each kernel is.

    The loss is the mean of `loss_fn(y, model(x, training=True))`, plus all of `model.losses`.

    Args:
        model: A built Keras model, of any layers.
        loss_fn: A Keras loss, function or object; what it returns may have any shape.
        x: Inputs, an array.
        y: Targets, an array.

    Returns:
        A list of floats, the L2 norms of the gradients by those of `model.trainable_variables` that have two or more axes
        (kernels, tables of an Embedding), in their order; 0.0 where the loss does not depend on the weight. The norms are
        worked out in float64 from the gradients, so that a gradient of 1e-25 or of 1e25 has the right norm. A gradient that comes as
        `tf.IndexedSlices` counts as the tensor it stands for.

        Afterwards `model.get_weights()`, moving statistics among them, gives what it gave before, to the bit. Random
        generators of the model may have moved on.
    """
    raise NotImplementedError("gradient_norms: not written yet")


def conv_stack(pattern, filters, kernel_size=3):
    """List the layers of a stack of convolutions, in which one pattern is repeated.

    Args:
        pattern: Words with "-" between them, in the order of the layers: "conv", "bn" and "relu". "conv" stands there
            exactly once, each of the others as often as you like, or not at all.
        filters: A list of integers: the pattern is repeated once for each, with so many filters in its convolution.
        kernel_size: Of each convolution, an integer.

    Returns:
        A list of new Keras layers, none used twice: for "conv" `keras.layers.Conv2D` with padding "same" and strides of
        1; for "bn" `keras.layers.BatchNormalization`; for "relu" `keras.layers.Activation("relu")`; all else as Keras
        has it. A convolution has no bias if the layer right after it in the whole list, which may be the first
        of the next repeat, is a BatchNormalization; otherwise it has one. An empty list of filters gives an empty list.

    Raises:
        ValueError: `pattern` has another word, or not exactly one "conv"; whatever `filters` are.
    """
    raise NotImplementedError("conv_stack: not written yet")


class ResidualBlock(keras.layers.Layer):
    """Two convolutions with batch normalization and a shortcut around them, for images with channels last.

    With `pre_activation=False`, for an input x:

    - y = relu(shortcut + norm2(conv2(relu(norm1(conv1(x))))))
    - The shortcut is x; if `stride` is above 1 or x has not got `filters` channels, it is projection_norm(projection(x)).

    With `pre_activation=True`, for a = relu(norm1(x)):

    - y = shortcut + conv2(relu(norm2(conv1(a))))
    - The shortcut is x; if `stride` is above 1 or x has not got `filters` channels, it is projection(a).

    The sublayers are Keras' own, with the dtype policy of the block, and after the first call they are its attributes:
    `conv1`, `conv2` and `projection` are `keras.layers.Conv2D` with `filters` filters, padding "same" and no bias;
    `norm1`, `norm2` and `projection_norm` are `keras.layers.BatchNormalization` with Keras' defaults. `conv1` has the
    stride, `projection` has it too, and a kernel size of 1. `projection` and `projection_norm` are None where they are
    not used. There are no other weights. Batch normalization follows the `training` of the call, or of the model that
    the block is in.

    The block can be saved and loaded in a model, made again from `get_config()`, and used in `fit` and in a
    `tf.function`. Whether the sublayers are made in `__init__` or in `build` is up to you.

    Args:
        filters: How many channels come out.
        kernel_size: Of conv1 and conv2, an integer.
        stride: Of conv1 and of the projection, an integer.
        pre_activation: Which of the two forms it has.
        zero_init: Whether the branch begins at 0, so that a block without projection gives relu(x), or x with
            `pre_activation`: the gamma of norm2 begins at 0 (the kernel of conv2 with `pre_activation`), and nothing
            else is different. If False, all gammas begin at 1 and no kernel at 0.
        **kwargs: For the base class: `name`, `dtype`, and so on. Other initializers of kernels are up to you.
    """

    def __init__(self, filters, kernel_size=3, stride=1, pre_activation=False, zero_init=True, **kwargs):
        raise NotImplementedError("ResidualBlock: not written yet")

    def build(self, input_shape):
        raise NotImplementedError("ResidualBlock: not written yet")

    def call(self, x, training=None):
        raise NotImplementedError("ResidualBlock: not written yet")

    def get_config(self):
        raise NotImplementedError("ResidualBlock: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague has trained a plain network of 20 layers and one of 56 on the same pictures. The test
    # error of the second is higher. "56 layers are too many parameters, they overfit", she says, and
    # wants to add dropout.
    #
    # In five to ten sentences: what would you look at first, which result would speak against her, what
    # can the deeper network represent for certain, and what would you try instead of dropout?
    "fifty_six_layers": r"""

""",
}
