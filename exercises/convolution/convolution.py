"""Convolution.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check convolution   to check your work
    nnlearn hint conv1d         for a hint
"""

import numpy as np
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    # keras.layers.Conv1D slides the kernel [1, 2, 3] along the series 0, 0, 1, 0, 0, "valid". Which three
    # numbers come out?
    # Allowed: "123" (1, 2, 3) or "321" (3, 2, 1).
    "impulse": None,
    # keras.layers.Conv2D(16, 3) gets pictures of 32 x 32 pixels in 3 colours. How many numbers does it
    # have to learn, with its biases?
    # Allowed: an integer.
    "parameters": None,
    # Three convolutional layers of 3 x 3 with stride 1 follow each other. A unit of the last one sees a
    # square of the input. How many pixels wide is it?
    # Allowed: an integer.
    "three_3x3": None,
    # You shift the input of a convolution with stride 2 by one pixel. What becomes of its output?
    # Allowed: "shifts by one", "shifts by a half" or "can differ altogether".
    "shift_by_one": None,
}


def conv1d(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    """Slide a kernel along a series. It is cross-correlation, as in Keras: the kernel is not flipped.

    Output o of filter f is the sum over taps k and channels c of
    `padded[n, o * stride + k * dilation, c] * kernel[k, c, f]`, plus `bias[f]`.

    Args:
        x: Shape (N, T, C), with T of 1 or more. In a `tf.function` N may be unknown; T and C are known.
        kernel: Shape (K, C, F), K of 1 or more, even or odd.
        bias: Shape (F,), or None for none. `x`, `kernel` and `bias` are anything that `keras.ops.convert_to_tensor`
            accepts, all of one dtype: floating dtypes are kept, integers count as float32.
        stride: By how many steps the kernel moves, 1 or more.
        padding: With `span = (K - 1) * dilation + 1`: "valid" pads nothing. "same" gives `ceil(T / stride)` outputs;
            it adds `max((outputs - 1) * stride + span - T, 0)` zeros, half of them before and half after, an odd
            one after. "causal" adds `span - 1` zeros, all before.
        dilation: How many steps lie from one tap to the next, 1 or more. As in Keras, no call has a stride and a
            dilation both above 1.

    Returns:
        A tensor of shape (N, outputs, F), of the dtype of `x` (float32 for integers). For sums of up to 20 products of
        numbers of about 1 it is right to 1e-6 * (1 + abs(y)) in float64, to 1e-5 in place of 1e-6 in float32, and to 1e-2
        in float16. A tape gets the gradients by `x`, `kernel` and `bias`.

    Raises:
        ValueError: The padding has another name, the channels of `x` are not those of `kernel`, or the span is longer
            than the padded series.
    """
    raise NotImplementedError("conv1d: not written yet")


def conv1d_matrix(kernel, length, stride=1, padding="valid"):
    """Make the matrix by which a dense layer would do what `conv1d` does.

    For x of shape (N, length, C), `reshape(x, (N, -1)) @ matrix` is `reshape(y, (N, -1))`, where y, of shape
    (N, outputs, F), is the `conv1d` of x with this kernel, stride and padding, without a bias and with dilation 1.

    Args:
        kernel: Shape (K, C, F): anything `keras.ops.convert_to_tensor` accepts; floating dtypes are kept, integers
            count as float32.
        length: The number of steps, 1 or more.
        stride: As of `conv1d`.
        padding: "valid" or "same", as of `conv1d`.

    Returns:
        A tensor of shape (length * C, outputs * F), of the dtype of `kernel`. A tape gets the gradient by `kernel`.

    Raises:
        ValueError: The padding has another name ("causal" too), or the kernel is longer than the padded series.
    """
    raise NotImplementedError("conv1d_matrix: not written yet")


def conv2d(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    """Slide a kernel over images. It is cross-correlation, as in Keras: the kernel is not flipped.

    Args:
        x: Shape (N, H, W, C), H and W of 1 or more. In a `tf.function` N may be unknown; the others are known.
        kernel: Shape (KH, KW, C / groups, F), KH and KW of 1 or more, even or odd.
        bias: Shape (F,), or None for none. Dtypes are those of `conv1d`: one for all three, floating ones are kept,
            integers count as float32.
        strides: An integer, or two (height, width) in a tuple or list, 1 or more.
        padding: "valid" or "same", for each axis as that of `conv1d`.
        groups: Into how many blocks of equal size channels and filters are cut, in their order. The filters of block
            g read the channels of block g alone: kernel[:, :, :, f] meets these.

    Returns:
        A tensor of shape (N, rows, columns, F), of the dtype of `x`, as near as that of `conv1d`. A tape gets the
        gradients by `x`, `kernel` and `bias`.

    Raises:
        ValueError: The padding has another name, C is not `groups` times the channels of `kernel`, F is no
            multiple of `groups`, or the kernel is higher or wider than the padded image.
    """
    raise NotImplementedError("conv2d: not written yet")


def pool2d(x, pool_size=2, strides=None, padding="valid", mode="max"):
    """Summarise each window of each channel by its largest number or its mean.

    Args:
        x: Shape (N, H, W, C), H and W of 1 or more: anything `keras.ops.convert_to_tensor` accepts; floating dtypes
            are kept, integers count as float32. In a `tf.function` N may be unknown; the others are known.
        pool_size: The window: an integer, or two (height, width) in a tuple or list, 1 or more.
        strides: By how much the window moves, in the same form. None means the size of the window.
        padding: "valid" or "same": windows lie where those of `conv2d` would. What is padded is no part of a
            window: it is never the largest, and it is not counted in a mean.
        mode: "max" or "average".

    Returns:
        A tensor of shape (N, rows, columns, C), of the dtype of `x`, as near as that of `conv1d`. A tape gets the
        gradient by `x`; where several are the largest, any share between them will do.

    Raises:
        ValueError: The padding or the mode has another name, or the window is higher or wider than the padded image.
    """
    raise NotImplementedError("pool2d: not written yet")


def output_sizes(size, layers):
    """Say how many outputs each layer of a stack has along one axis.

    Args:
        size: How many inputs the first layer has along that axis, 1 or more.
        layers: A list of dictionaries, in the order of the layers, each with "kernel_size", and optionally "stride"
            (1 if left out, also of a pooling layer), "padding" ("valid"; "same" and "causal" as of `conv1d`) and
            "dilation" (1; here a layer may have both a stride and a dilation). None of them is changed.

    Returns:
        A list of Python ints, one for each layer; an empty one for no layers.

    Raises:
        ValueError: A padding has another name, or the span of a layer is longer than its padded input.
    """
    raise NotImplementedError("output_sizes: not written yet")


def receptive_field(size, layers):
    """Say which inputs each output of a stack of layers sees, along one axis.

    Output i of the last layer sees the inputs from `start + i * step` to `start + i * step + field - 1`, where the
    zeros that are padded are counted as well: `start` may be below 0. Those in between are counted whether a tap meets
    them or not.

    Args:
        size: How many inputs the first layer has along that axis, 1 or more.
        layers: As of `output_sizes`.

    Returns:
        Three Python ints: field, step and start. For no layers they are 1, 1 and 0.

    Raises:
        ValueError: As `output_sizes`.
    """
    raise NotImplementedError("receptive_field: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # You draw one random permutation of the 784 pixels of an image, and apply this same permutation to
    # every image of the training and the test part. Then you train a dense network and a convolutional
    # one on them, from scratch.
    #
    # Explain in five to eight sentences what becomes of the accuracy of each, and why. What becomes of
    # each of the two beliefs of a convolutional layer? And name one kind of data for which these beliefs
    # are wrong from the start.
    "why_permuting": r"""

""",
}
