"""Neurons and layers.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check neurons   to check your work
    nnlearn hint affine     for a hint
"""

import keras
from keras import ops

# as_floating(x): x as a tensor, floating dtypes as they are, everything else as float32.
from nnlearn.lesson import as_floating


PREDICTIONS = {
    # A threshold unit has two inputs and says 1 where their weighted sum plus a bias is above 0, else
    # 0. It is to say 0, 1, 1, 0 at the points (0, 0), (0, 1), (1, 0), (1, 1). With the best weights
    # and bias there are, at how many of the four is it right?
    # Allowed: an integer.
    "xor_corners": None,
    # A data set has 60000 images of 28 x 28 pixels. Each is flattened into one row of numbers, and
    # the network gets them in batches of 32. What is the shape of what enters its input layer at a
    # time?
    # Allowed: a shape such as (2, 3).
    "input_shape": None,
    # For an input x, a layer without an activation function, with kernel W and bias b, gives y = xW + b.
    # What does it give for the input 2x?
    # Allowed: "2y", "2y + b" or "2y - b".
    "twice_the_input": None,
    # A network has turned an image into 512 numbers at each of 7 x 7 places. All of them, in one row, are the
    # inputs of a layer of 10 units with biases. How many numbers does that layer have to learn?
    # Allowed: an integer.
    "dense_on_a_feature_map": None,
}


def affine(x, kernel, bias=None):
    """Compute the weighted sums of a layer, `x @ kernel + bias`, for each vector along the last axis of `x`.

    Args:
        x: Inputs of shape (..., n), of rank 1 to 4: (n,), (N, n), (N, T, n) ... Anything
            `keras.ops.convert_to_tensor` accepts.
        kernel: Weights of shape (n, m): a row for each input, a column for each unit.
        bias: One number for each unit, shape (m,), or None for no bias.

    All that are given, arrays, nested lists or tensors, have one floating dtype (float16, float32 or
    float64), or all hold integers, which count as float32.

    Returns:
        A tensor of shape (..., m) and of that dtype. Its gradients with respect to `x`, `kernel` and `bias`
        are right. All of it holds inside a `tf.function` too, where the sizes of all axes of `x` but the
        last may be unknown.

    Raises:
        ValueError: `x` is a single number, its last axis has another length than the kernel has rows, the
            kernel has not two axes, or the bias has any other shape than (m,). Nothing is broadcast: a number
            is refused, and so are the shapes (1, m), (N, m) and (m, 1), and (1,) unless m is 1.

    Reference:
        https://keras.io/api/layers/core_layers/dense/
    """
    raise NotImplementedError("affine: not written yet")


class Affine(keras.layers.Layer):
    """A fully connected layer without an activation function.

    With the same arguments it computes what `keras.layers.Dense(units, use_bias=use_bias)` computes.

    Args:
        units: How many outputs there are, a positive integer.
        use_bias: Whether there is a bias.
        **kwargs: What every Keras layer takes: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: A tensor or array of shape (..., n), of rank 2 to 4. All sizes but n may be unknown while a
            graph is traced. Integers up to 2048, which float16 holds too, are cast to the compute dtype.

    Attributes:
        kernel: A trainable weight of shape (n, units), made in `build`; it starts with Keras'
            `glorot_uniform`.
        bias: A trainable weight of shape (units,), made after the kernel; it starts as zeros. Without
            `use_bias` it is None, and the kernel is the layer's only weight.

    The output has the shape (..., units) and the layer's compute dtype. The weights are made once, have the
    layer's variable dtype, and get gradients. Every object has its own. `get_config` holds `units` and
    `use_bias` besides what every layer has. The layer works in a Keras model: in `fit`, in a `tf.function`,
    and after saving and loading.

    Raises:
        ValueError: In `__init__`, where `units` is 0, below 0, or no integer (2.5, 4.0, "4" and None are
            none); the message has the word `units` in it. True, and NumPy's integers, are left to you.

    Reference:
        https://keras.io/api/layers/core_layers/dense/
    """

    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        raise NotImplementedError("Affine: not written yet")

    def build(self, input_shape):
        raise NotImplementedError("Affine: not written yet")

    def call(self, inputs):
        raise NotImplementedError("Affine: not written yet")

    def get_config(self):
        raise NotImplementedError("Affine: not written yet")


def boundary(kernel, bias=None):
    """Say where the units of a layer switch, and how steeply, unit by unit.

    For the unit with the weights w, a column of the kernel, and the bias b, all x with
    `w . x + b = 0` are its boundary, which is also `normal . x = offset`.

    Args:
        kernel: Weights of shape (n, m): a row for each input, a column for each unit.
        bias: One number for each unit, shape (m,), or None for no bias.

    Both, arrays, lists or tensors, have one floating dtype (float16, float32 or float64), or hold integers,
    which count as float32. They are numbers: nobody calls this while a graph is traced, or asks for gradients.

    Returns:
        A tuple of three tensors, of that dtype:
            normal, shape (n, m): In each column a vector of length 1 at a right angle to the boundary,
                which points to where `w . x + b` is positive: w / |w|.
            offset, shape (m,): -b / |w|; zeros without a bias.
            steepness, shape (m,): The steepest slope of sigmoid(w . x + b), |w| / 4.

        All are right also where squares of weights leave the dtype's range and their length |w| does not, at
        either end: weights of 300 or 1e-4 in float16, of 4e20 or 1e-25 in float32, of 1e200 or 1e-200 in
        float64.

    Raises:
        ValueError: A column of the kernel is all zeros, so that its unit has no boundary; the kernel has not
            two axes; or the bias has any other shape than (m,).
    """
    raise NotImplementedError("boundary: not written yet")


def collapse_linear(layers):
    """Make one layer of several that follow each other without an activation function.

    Args:
        layers: Any iterable, of length one or more, that can be walked once: pairs (kernel, bias), the layer
            that is applied first coming first. A kernel has shape (inputs, units), a bias shape (units,), or it
            is None.

    All kernels and biases, arrays, lists or tensors, have one floating dtype (float16, float32 or float64), or
    all hold integers, which count as float32. They are numbers: nobody calls this while a graph is traced, or
    asks for gradients.

    Returns:
        A tuple (kernel, bias) of tensors of that dtype: `x @ kernel + bias` is what all the layers make of x,
        one after the other. The bias is None if, and only if, every layer's bias is None.

    Raises:
        ValueError: There is no layer at all; a kernel has not two axes; it has not as many rows as the kernel
            before it has columns; or a bias is not None and has any other shape than (units,).
    """
    raise NotImplementedError("collapse_linear: not written yet")


def count_params(*layers):
    """Count the parameters of layers and models.

    Args:
        *layers: Layers and models of Keras, which are built, and may hold others.

    Returns:
        A tuple of two integers of Python, (trainable, non_trainable): how many numbers there are in the weights
        that training changes, and how many in the others, such as the weights of a frozen layer and the moving
        statistics of BatchNormalization. The state of random generators, as Dropout has it, is not a weight.
        A weight that is reached in several ways counts once, whether a layer is given twice, is used twice in
        a model, or is given beside a model that holds it. Without arguments: (0, 0). Nobody gives the same
        weight frozen in one argument and trainable in another.

    Raises:
        ValueError: One that is given is not built (`built` is False), so that its weights are not there yet.
    """
    raise NotImplementedError("count_params: not written yet")


def through_points(x, y):
    """Choose the weights of a network with one hidden layer that passes through given points.

    Args:
        x: Where the points lie, shape (N,) with N of 2 or more, strictly increasing.
        y: How high they lie, shape (N,).

    Both, arrays, lists or tensors, have one floating dtype (float32 or float64; float16 is left to you), or
    hold integers, which count as float32. They are numbers: nobody calls this while a graph is traced, or asks
    for gradients.

    Returns:
        A tuple of four tensors of that dtype, (kernel1, bias1, kernel2, bias2), of the shapes (1, h), (h,),
        (h, 1) and (1,), with as many hidden units h as you like. For every q, as a column of shape (Q, 1),

            relu(q @ kernel1 + bias1) @ kernel2 + bias2

        is what `numpy.interp(q, x, y)` is: straight lines from point to point, y[0] to the left of the first,
        y[-1] to the right of the last. The formula is worked out in float64, with what you return, and may
        be off by 0.0001 * (1 + max |y|). The points that are tried are 12 at most, their places from -100 to
        100, each at least 0.25 from the next, the last at most 20 from the first, and their heights from -200
        to 200. No q lies further outside than the last point does from the first.

    Raises:
        ValueError: `x` does not have one axis with two or more entries, is not strictly increasing, or `y` has
            another shape. Points that are not in order are not sorted.
    """
    raise NotImplementedError("through_points: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague takes every bias out of a network with relu between its layers, "to save memory". "The
    # weights can learn the same", says the colleague.
    #
    # Explain in five to ten sentences what such a network can no longer do, with what a bias does to the
    # boundary of a unit and what the weights do to it; what it says when all of its inputs are 0; how
    # much memory was saved, for a layer with 512 inputs and 512 units; and name a case in which a bias
    # can really be left out.
    "no_biases": r"""

""",
}
