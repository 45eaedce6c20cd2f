"""Dropout.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check dropout   to check your work
    nnlearn hint dropout    for a hint
"""

import keras
from keras import ops


def as_floating(x):
    """Return `x` as a tensor: floating dtypes are kept, integers and booleans become float32.

    It is here so that you can use it. You do not have to.
    """
    x = ops.convert_to_tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")


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
    shape of `x`. Dropped elements become 0, the others are exactly `x / (1 - rate)`.

    Args:
        x: Anything `keras.ops.convert_to_tensor` accepts, of rank 1 to 4.
        rate: A number, the probability to drop an element, `0 <= rate <= 1`. At 0 the result is `x`,
            at 1 it is all zeros.
        seed: A `keras.random.SeedGenerator`, the only source of random numbers. Every call moves it
            on, so that the next call with it draws another mask, also where calls are compiled with
            `tf.function`. Two generators made with the same seed give the same sequence of masks.

    Returns:
        A tensor of the shape of `x`. Floating dtypes (float16, float32, float64) are kept,
        integers become float32. Its gradient by `x` is `1 / (1 - rate)` where an element is kept and
        0 where it is dropped. At rate 1 the gradient is 0 or None, and not NaN.

    Raises:
        ValueError: `rate` is below 0 or above 1. The message contains the rate that was given.

    Reference:
        Srivastava et al. (2014), Dropout: A Simple Way to Prevent Neural Networks from Overfitting,
        https://jmlr.org/papers/v15/srivastava14a.html, with the scaling of `keras.layers.Dropout`.
    """
    raise NotImplementedError("dropout: not written yet")


class Dropout(keras.layers.Layer):
    """Applies dropout to each element of its input, in training only.

    In training, each element is dropped by a coin of its own: it becomes 0 with probability `rate`
    and `x / (1 - rate)` otherwise. At inference the layer returns its input as it is.

    The layer has no weights. It keeps its own `keras.random.SeedGenerator`: every call in training
    draws a new mask, also in compiled code; layers made with the same seed repeat the same sequence
    of masks; no layer moves the sequence of another. `trainable=False` does not turn dropout off.

    Args:
        rate: A number, the probability to drop an element, `0 <= rate <= 1`. At 0 nothing is
            dropped, at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of any rank from 1 to 4, of any batch size, which need not be known when
            the call is traced. It is cast to the layer's compute dtype, in training also where it
            holds integers.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x`, of the layer's compute dtype. The gradient passes as in `dropout`
        in training (0 or None at rate 1, not NaN), and unchanged at inference.

    Raises:
        ValueError: At construction, where `rate` is below 0 or above 1. The message contains the rate
            that was given.

    `get_config` and `from_config` give a layer with the same rate, seed, name and dtype, and with it the
    same sequence of masks from its beginning. A model that contains the layer can be saved and loaded.

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

    In training, each channel of each example has a coin of its own: with probability `rate` all its
    rows and columns become 0, otherwise all of them become `x / (1 - rate)`. At inference the layer
    returns its input as it is.

    Weights, random numbers, `trainable`, saving and `get_config`: as in `Dropout` above.

    Args:
        rate: A number, the probability to drop a channel, `0 <= rate <= 1`. At 0 nothing is dropped,
            at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of shape (examples, rows, columns, channels), of any number of examples,
            which need not be known when the call is traced. It is cast to the layer's compute dtype,
            in training also where it holds integers.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x`, of the layer's compute dtype. The gradient passes as in `dropout`
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

    In training, each example has a coin of its own: with probability `rate` all its elements become 0,
    otherwise all of them become `x / (1 - rate)`. At inference the layer returns its input as it is.
    It takes the branch alone; adding the shortcut is not its business.

    Weights, random numbers, `trainable`, saving and `get_config`: as in `Dropout` above.

    Args:
        rate: A number, the probability to drop an example's branch, `0 <= rate <= 1`. At 0 nothing is
            dropped, at 1 everything.
        seed: An integer, or None for a seed that Keras picks.
        **kwargs: For `keras.layers.Layer`: `name`, `dtype` ...

    Call arguments:
        x: A tensor or array of rank 2 to 4 whose first axis counts the examples. Their number need not
            be known when the call is traced. It is cast to the layer's compute dtype, in training also
            where it holds integers.
        training: Whether to drop. Left out, the layer is in inference mode.

    Returns:
        A tensor of the shape of `x`, of the layer's compute dtype. The gradient passes as in `dropout`
        in training (0 or None at rate 1, not NaN), and unchanged at inference.

    Raises:
        ValueError: At construction, where `rate` is below 0 or above 1. The message contains the rate
            that was given.

    Reference:
        Huang et al. (2016), Deep Networks with Stochastic Depth, https://arxiv.org/abs/1603.09382,
        per example and scaled in training as in timm, `timm/layers/drop.py`.
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
        Two tensors or arrays of the shape of the model's output: the mean over the passes and the
        *population* standard deviation, the root of the mean squared distance from the mean (0 for a
        single pass). Both are finite; where all passes agree, the standard deviation is below
        1e-5 of the size of the answer.

    Afterwards the model is as before: all its weights, moving statistics of normalization layers
    included, and the `trainable` flags of its layers. The random states of its layers have moved on, so
    that a second call sees other masks. Whether normalization layers run in training mode meanwhile is
    up to you.

    Reference:
        Gal and Ghahramani (2016), Dropout as a Bayesian Approximation,
        https://arxiv.org/abs/1506.02142
    """
    raise NotImplementedError("mc_predict: not written yet")
