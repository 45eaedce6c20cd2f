"""Dropout.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check dropout   to check your work
    nnlearn hint dropout    for a hint
"""

import keras
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    # In one training step with dropout, what does the coin decide about?
    # Allowed: "units" (their outputs), "weights" (single connections) or "layers" (whole ones).
    "what_is_dropped": None,
    # A Dropout(0.2) layer in training drops some values. By what number does it multiply the others?
    # Allowed: a number.
    "survivor_scale": None,
    # Training is over. The value 6.0 goes into a Dropout(0.75) layer of the finished network.
    # What comes out?
    # Allowed: a number.
    "at_inference": None,
    # SpatialDropout2D drops whole feature maps. In training it gets a batch of shape (8, 14, 14, 32):
    # 8 images of 14 by 14 pixels with 32 channels. How many coins does it flip?
    # Allowed: an integer.
    "coin_flips": None,
}


def dropout(x, rate, seed):
    """Drop elements of `x` with probability `rate` and scale the others, as in training.

    Each element is dropped or kept by itself: there is a coin for every one of them, whatever the
    shape of `x`, and as fair for float16 as for float32 (so it must not be drawn in float16). Dropped
    elements become 0, the others `x / (1 - rate)`, up to rounding.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4, with finite values.
        rate: A number, the probability to drop an element, `0 <= rate <= 1`. At 0 the result is `x`,
            at 1 it is all zeros.
        seed: A `keras.random.SeedGenerator`, the only source of random numbers. Every call moves it
            on, also inside a `tf.function`, so that the next call draws another mask; at rates 0 and 1
            it may stay where it is. Two generators made with the same seed give the same sequence of
            masks.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept, integers,
        signed or not, become float32. The gradient by `x` of an element of the result is
        `1 / (1 - rate)` where it is kept and 0 where it is dropped; at rate 1 it may be None, but not NaN.

    Raises:
        ValueError: `rate` is below 0 or above 1. The message contains the rate that was given.

    Reference:
        Srivastava et al. (2014), Dropout: A Simple Way to Prevent Neural Networks from Overfitting,
        https://jmlr.org/papers/v15/srivastava14a.html, with the scaling of `keras.layers.Dropout`.
    """
    raise NotImplementedError("dropout: not written yet")


class Dropout(keras.layers.Layer):
    """Applies dropout to each element of its input, in training only.

    In training, each element is dropped by a coin of its own, as fair in float16 as in float32: it
    becomes 0 with probability `rate` and `x / (1 - rate)` otherwise. At inference nothing is dropped
    and nothing scaled.

    The layer has no weights. It keeps its own `keras.random.SeedGenerator`: every call in training
    draws a new mask, also in compiled code; layers made with the same seed repeat the same sequence
    of masks, whatever other layers draw meanwhile. `trainable=False` does not turn dropout off.

    Args:
        rate: A number, the probability to drop an element, `0 <= rate <= 1`. At 0 nothing is
            dropped, at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of any rank from 1 to 4, of any batch size, which need not be known when
            the call is traced. It is cast to the layer's compute dtype; only where nothing is dropped,
            at inference and at rate 0, may integers, signed or not, stay as they are.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x` and, but for such integers, of the compute dtype. The gradient passes as in `dropout`
        in training (0 or None at rate 1, not NaN), and unchanged at inference.

    Raises:
        ValueError: At construction, where `rate` is below 0 or above 1. The message contains the rate
            that was given.

    `get_config` and `from_config` give a new layer with the same rate, seed, name and dtype; if a seed was
    given, the new layer starts with the first mask of the old one's sequence. A model that contains the
    layer can be saved, and loaded with `custom_objects`.

    Reference:
        https://keras.io/api/layers/regularization_layers/dropout/
    """

    def __init__(self, rate, seed=None, **kwargs):
        raise NotImplementedError("Dropout: not written yet")

    def call(self, x, training=False):
        raise NotImplementedError("Dropout: not written yet")

    def get_config(self):
        raise NotImplementedError("Dropout: not written yet")


class SpatialDropout2D(keras.layers.Layer):
    """Drops whole channels of images, in training only.

    In training, each channel of each example has a coin of its own, as fair in float16 as in float32:
    with probability `rate` all its rows and columns become 0, otherwise all of them become
    `x / (1 - rate)`. At inference nothing is dropped and nothing scaled.

    For weights, random numbers, `trainable`, `get_config` and saving, see `Dropout` above: the same holds
    here.

    Args:
        rate: A number, the probability to drop a channel, `0 <= rate <= 1`. At 0 nothing is dropped,
            at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of shape (examples, rows, columns, channels), of any number of examples,
            which need not be known when the call is traced. It is cast to the layer's compute dtype;
            only where nothing is dropped, at inference and at rate 0, may integers, signed or not, stay
            as they are.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x` and, but for such integers, of the compute dtype. The gradient passes as in `dropout`
        in training (0 or None at rate 1, not NaN), and unchanged at inference.

    Raises:
        ValueError: At construction, where `rate` is below 0 or above 1. The message contains the rate
            that was given.

    Reference:
        Tompson et al. (2015), Efficient Object Localization Using Convolutional Networks,
        https://arxiv.org/abs/1411.4280
    """

    def __init__(self, rate, seed=None, **kwargs):
        raise NotImplementedError("SpatialDropout2D: not written yet")

    def call(self, x, training=False):
        raise NotImplementedError("SpatialDropout2D: not written yet")

    def get_config(self):
        raise NotImplementedError("SpatialDropout2D: not written yet")


class DropPath(keras.layers.Layer):
    """Drops the branch of a residual block for whole examples, in training only: stochastic depth.

    In training, each example has a coin of its own, as fair in float16 as in float32: with probability
    `rate` all its elements become 0, otherwise all of them become `x / (1 - rate)`. At inference nothing
    is dropped and nothing scaled. Both are unlike the paper, which flips one coin for a whole batch and
    scales at inference. The layer gets the branch alone; the model adds the shortcut, the layer does not.

    For weights, random numbers, `trainable`, `get_config` and saving, see `Dropout` above: the same holds
    here.

    Args:
        rate: A number, the probability to drop an example's branch, `0 <= rate <= 1`. At 0 nothing is
            dropped, at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of rank 2 to 4 whose first axis counts the examples. Their number need not
            be known when the call is traced. It is cast to the layer's compute dtype; only where nothing
            is dropped, at inference and at rate 0, may integers, signed or not, stay as they are.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x` and, but for such integers, of the compute dtype. The gradient passes as in `dropout`
        in training (0 or None at rate 1, not NaN), and unchanged at inference.

    Raises:
        ValueError: At construction, where `rate` is below 0 or above 1. The message contains the rate
            that was given.

    Reference:
        Huang et al. (2016), Deep Networks with Stochastic Depth, https://arxiv.org/abs/1603.09382;
        one coin per example, and scaling in training, as in timm, `timm/layers/drop.py`.
    """

    def __init__(self, rate, seed=None, **kwargs):
        raise NotImplementedError("DropPath: not written yet")

    def call(self, x, training=False):
        raise NotImplementedError("DropPath: not written yet")

    def get_config(self):
        raise NotImplementedError("DropPath: not written yet")


def mc_predict(model, x, passes):
    """Predict many times with dropout on, and say how much the answers vary.

    Args:
        model: A Keras model with one input and one output.
        x: Its input, a whole batch.
        passes: An integer, at least 1: how many times to predict. Each pass draws new random masks.

    Returns:
        Two tensors or arrays of the shape of the model's output, in any floating dtype, the model's or
        not: the mean over the passes and the *population* standard deviation, the root of the mean
        squared distance from the mean (0 for a single pass). Both are finite. Where all passes give the
        same number `a`, the standard deviation is at most `1e-5 * abs(a)`.

    Afterwards all weights of the model, moving statistics of normalization layers included, and the
    `trainable` flags of its layers are as before. The states of its random generators, which are no
    weights, have moved on, so that a second call sees other masks. During the passes, normalization
    layers are free to use the statistics of the batch or their moving ones.

    Reference:
        Gal and Ghahramani (2016), Dropout as a Bayesian Approximation,
        https://arxiv.org/abs/1506.02142
    """
    raise NotImplementedError("mc_predict: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague trains a network with two `Dropout(0.4)` layers. In every epoch the training loss that
    # `fit` reports is *higher* than the validation loss. "Impossible," says the colleague. "Some
    # validation images must have slipped into the training set. And since dropout hurts the training loss
    # that much, let us set the layers to `trainable=False`."
    #
    # Explain in five to ten sentences: why the training loss can be higher without any mistake; how to
    # measure so that the two can be compared; whether the colleague's suspicion follows from the numbers;
    # and what `trainable=False` would change.
    "higher_training_loss": r"""

""",
}
