"""Initialization.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check initialization   to check your work
    nnlearn hint compute_fans      for a hint
"""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    # A network has five hidden units. All five start with the same weights, into them and out of them, and it is
    # trained by gradient descent. How many different hidden units does it have after training?
    # Allowed: an integer.
    "alike_units": None,
    # A deep network has layers of n units, without biases, relu after each, and weights after Glorot: mean 0, variance 1 / n.
    # By what number is the rms of the signal, the root of its mean square, multiplied on average in each layer, one kernel
    # and one relu?
    # Allowed: a number; two decimals are enough.
    "relu_under_glorot": None,
    # Weights of units with n inputs have variance 1 / n, LeCun's. With which of these activations does the spread of the
    # signal stay near 1 through many layers?
    # Allowed: "relu", "selu" (a bent line like relu, but with a curve below 0 and two constants of
    # its own), "tanh" or "sigmoid".
    "lecun_holds": None,
    # A relu network with two hidden layers and biases starts with all weights and biases 0 and is to tell ten classes
    # apart. Which of its weights and biases does the first step of gradient descent change?
    # Allowed: "nothing", "everything", "the last layer" (its kernel and its bias) or "the last bias".
    "all_weights_zero": None,
}


def compute_fans(shape):
    """Count the connections of a kernel: how many inputs one output adds up, and the other way round.

    Args:
        shape: A tuple or list of Python ints, 0 or more, of any length from 0 on: the shape of a
            kernel as Keras has it, `(..., inputs, outputs)`.

    Returns:
        `(fan_in, fan_out)`, a tuple of two Python ints. For () they are 1 and 1; for (n,) n and n;
        for (n, m) n and m; for more axes, `inputs` and `outputs`, each times the product of all axes
        before the last two. A size of 0 is a number like any other. (Of the depthwise kernel (3, 3, 32, 1)
        this makes 288 and 9, as Keras does, although each of its outputs has only 9 inputs.)

    Reference:
        `compute_fans` in https://github.com/keras-team/keras/blob/master/keras/src/initializers/random_initializers.py
    """
    raise NotImplementedError("compute_fans: not written yet")


def variance_scaling(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """Draw a kernel whose weights have mean 0 and variance `scale / max(1, fan)`, independently.

    Not allowed, wherever they come from: Keras' initializers and layers, and `scipy.stats`.

    Args:
        shape: A tuple of Python ints, of any length from 1 on; sizes of 0 are allowed.
        scale: A number above 0.
        mode: "fan_in", "fan_out" or "fan_avg", the mean of the two. The fans are those of
            `compute_fans`: (n,) has n and n, (n, m) has n and m, and `(..., inputs, outputs)` has
            inputs and outputs, each times the product of all axes before the last two.
        distribution: "truncated_normal": a normal distribution of which what lies more than 2 of its
            standard deviations from 0 is drawn again; its standard deviation is that of the weights
            divided by 0.87962566, so that the weights have the right variance *after* the cut.
            "untruncated_normal": a normal distribution. "uniform": even from -a to a.
        seed: None: other numbers at each call. An integer, 0 or more: the same numbers at each call with the same
            arguments, and other ones for another integer. A `keras.random.SeedGenerator`: each call
            moves it on and gives other numbers, and generators made with the same seed give the same
            sequence. With an integer or a generator, the global generators of Python, NumPy, Keras and
            TensorFlow stay as they are. Which numbers come is free.
        dtype: "float16", "float32" or "float64".

    Returns:
        A tensor of this shape and dtype.

    Raises:
        ValueError: `scale` is 0 or below, or `mode` or `distribution` is none of those above.
            ("normal", which Keras takes for "truncated_normal", is left to you.)

    Reference:
        https://keras.io/api/layers/initializers/#variancescaling-class
    """
    raise NotImplementedError("variance_scaling: not written yet")


def orthogonal(shape, gain=1.0, seed=None, dtype="float32"):
    """Draw an orthogonal kernel, all of them being equally likely.

    Not allowed, wherever they come from: Keras' initializers and layers, and `scipy.stats`.

    Args:
        shape: A tuple of two or more Python ints, 1 or more. As a matrix M, the kernel has all axes
            but the last flattened into rows, in their order, and the last axis as columns: its shape is
            (product of the others, last).
        gain: A positive number.
        seed: None, an integer or a `keras.random.SeedGenerator`. None: another kernel at each call. An
            integer: the same kernel at each call, and another one for another integer. A generator: each
            call moves it on and gives another kernel, and generators made with the same seed give the
            same sequence. With an integer or a generator, the global generators of Python, NumPy, Keras
            and TensorFlow stay as they are. Which numbers come is free.
        dtype: "float16", "float32" or "float64". A float16 kernel is as exact as rounding allows, which
            takes a decomposition in more digits, float32 for instance, and a cast at the end.

    Returns:
        A tensor of this shape and dtype. Where M has at least as many rows as columns, its columns have
        length `gain` and are at right angles; where it has fewer, its rows. Lengths and products may be off
        by 1e-4 (float16: 1.2e-3, float64: 1e-9), times `gain` and `gain**2`.
        The matrix is distributed evenly (after Haar): turned or mirrored in any way, it is as likely as
        before. If it is the Q of a QR decomposition, that takes independent *normal* numbers, and columns
        with the signs of the diagonal of R.

    Raises:
        ValueError: `shape` has fewer than two axes.

    Reference:
        Mezzadri (2007), How to Generate Random Matrices from the Classical Compact Groups;
        https://keras.io/api/layers/initializers/#orthogonal-class
    """
    raise NotImplementedError("orthogonal: not written yet")


def activation_gain(fn):
    """Work out by how much weights have to make up for an activation: `1 / sqrt(E[fn(z)**2])`, z ~ N(0, 1).

    Not allowed, wherever they come from: `scipy.stats`, Keras' initializers and layers. `scipy.integrate`
    and `numpy.polynomial` are allowed.

    Args:
        fn: A function of Keras, or one like it: it takes a tensor of dtype float32 or float64 and of any
            shape, works on each number by itself and returns a tensor of this shape and dtype. It is
            finite everywhere and may grow as fast as `exp(z)`, on either side. It may have kinks and jumps
            anywhere, 0.1 and more apart.

    Returns:
        The gain, a Python float, right to within a thousandth of itself. Nothing is drawn at random:
        the same function has the same gain at each call.

    Raises:
        ValueError: `fn` is 0 everywhere.

    Reference:
        He et al. (2015), Delving Deep into Rectifiers, https://arxiv.org/abs/1502.01852, for relu.
    """
    raise NotImplementedError("activation_gain: not written yet")


def propagate_stats(x, kernels, activation, upstream):
    """Measure how a network spreads a signal on its way forward, and a gradient on its way back.

    The network is `z_1 = x @ kernels[0]`, then `z_k = activation(z_(k-1)) @ kernels[k-1]`: no biases, no
    activation before the first kernel or after the last one.

    Args:
        x: A batch of inputs, shape (N, n_0): an array or tensor, float32 or float64; integers count
            as float32.
        kernels: A list or tuple of one or more arrays or tensors, of shapes (n_0, n_1), (n_1, n_2) and
            so on, of the dtype of `x` (float32 where that holds integers).
        activation: A function of Keras, or one like it: it takes a tensor and returns one of the same
            shape and dtype; TensorFlow can differentiate it.
        upstream: The gradient that arrives at the last z, of its shape and dtype.

    Returns:
        `(forward, backward)`, two lists of Python floats with an entry for each kernel. `forward[k]` is
        the standard deviation of z of kernel k over all its numbers, batch and units alike: the
        population's, which divides by how many there are. `backward[k]` is that of the gradient of
        `sum(upstream * z_last)` by this z; `backward[-1]` is that of `upstream`. Both are worked
        out in float64: a spread of 1e-35 is one, and is not 0. Relative error: 1e-4 at most. What was
        given is left as it was.
    """
    raise NotImplementedError("propagate_stats: not written yet")


def lsuv(x, kernels, activation):
    """Rescale kernels one after the other, so that each layer's z has standard deviation 1.

    The network is that of `propagate_stats`: `z_1 = x @ kernels[0]`, then
    `z_k = activation(z_(k-1)) @ kernels[k-1]`.

    Args:
        x: A batch of inputs, shape (N, n_0): an array or tensor, float32 or float64; integers count
            as float32.
        kernels: A list or tuple of one or more arrays or tensors, of shapes (n_0, n_1), (n_1, n_2) and
            so on, of the dtype of `x` (float32 where that holds integers).
        activation: A function of Keras, or one like it: it takes a tensor and returns one of the same
            shape and dtype.

    Returns:
        A list of new kernels, arrays or tensors, of the same shapes and dtype. Each is the old one times
        one positive number, such that in the network of the *new* kernels each z has standard deviation 1
        over all its numbers, batch and units alike (population; to within 1e-4). Spreads are worked out
        in float64: 1e-30 is one. What was given is left as it was, the list and its kernels.

    Raises:
        ValueError: The spread of a z is 0 (its kernel is 0, say), NaN or infinite, so that no number
            brings it to 1.

    Reference:
        Mishkin and Matas (2016), All You Need Is a Good Init, https://arxiv.org/abs/1511.06422.
    """
    raise NotImplementedError("lsuv: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A network of forty tanh layers, drawn with Glorot's weights, trains well on ten classes. A colleague
    # replaces every tanh by relu and changes nothing else. The loss now stays at 2.303, which is log 10,
    # for a whole day, and the colleague concludes that relu does not suit deep networks.
    #
    # Explain in five to ten sentences: what happens to the signal, and why not with tanh; what an
    # activation has to do with the weights; what you would measure, where and in which direction, to find
    # the cause in a minute; and two different ways to repair the network that keep relu.
    "tanh_to_relu": r"""

""",
}
