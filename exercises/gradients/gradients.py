"""Gradients you can trust.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check gradients           to check your work
    nnlearn hint numerical_gradient   for a hint
"""

import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    # A built Keras Dense layer gets trainable=False. You call it inside a new GradientTape and ask, by name, for
    # tape.gradient(loss, its kernel). What do you get?
    # Allowed: "None", "zeros" or "as before" (the same gradient as without freezing).
    "frozen_kernel": None,
    # PyTorch: the same forward pass and backward() are run twice on the same data, without a step and without zero_grad
    # in between. Now .grad holds how many times the gradient?
    # Allowed: an integer.
    "backward_twice": None,
    # TensorFlow: the same forward pass is run under two tapes, one after the other, and each is asked for the gradient.
    # The second result is how many times the gradient?
    # Allowed: an integer.
    "second_tape": None,
    # You measure the slope of a network's loss by central differences in float32, first with a step of 1e-3, then of
    # 1e-7. The weights are about 1 in size. What does the error do?
    # Allowed: "falls", "stays" or "rises".
    "tiny_step": None,
}


def numerical_gradient(fn, x, step=None):
    """Measure the gradient of a function by central differences.

    Each entry of `x` is moved alone, by a step up and a step down, and the rise is divided by the way
    between: by (x + h) - (x - h) as they are in the dtype of `x`, which may differ a little from 2h.

    Args:
        fn: A function of one tensor of the shape and dtype of `x`. It returns one number: a Python float,
            or a tensor or array of rank 0. It may be called often.
        x: Anything `keras.ops.convert_to_tensor` accepts, of any rank, 0 too. float32 and float64 are kept
            (float16 is not asked for), integers count as float32.
        step: The step h of every entry, used as it is; large enough that x + h and x - h differ.
            If None, `eps ** (1 / 3) * max(1, abs(x_i))` for each entry, where eps is
            `np.finfo(dtype).eps` of the dtype of `x`.

    Returns:
        A tensor of the shape and dtype of `x`. `x` itself is as before.

    Raises:
        ValueError: `fn` returns something of another rank than 0 (also of shape (1,)), or `step` is 0 or less.
    """
    raise NotImplementedError("numerical_gradient: not written yet")


def relative_error(a, b, floor=1e-8):
    """Measure how far two arrays are apart, in relation to their size.

    Args:
        a: Numbers: anything of which `keras.ops.convert_to_numpy` makes an array (tensors, arrays, lists,
            single numbers), of any real numeric dtype and any rank.
        b: Numbers of the same shape; the dtypes may differ.
        floor: What the difference is divided by at least; above 0.

    Returns:
        A Python float: the largest of `abs(a - b) / max(abs(a), abs(b), floor)` over all entries, computed in
        float64. It is infinity if there is a NaN or an infinity anywhere in `a` or `b`, also where both have
        the same, and 0.0 if there are no entries.

    Raises:
        ValueError: The shapes differ. Nothing is broadcast.
    """
    raise NotImplementedError("relative_error: not written yet")


def gradient_check(fn, inputs, step=None):
    """Compare the gradients that a tape gives with measured ones, for each input of a function.

    Everything is computed in float64: the inputs, integers and float32 too, are cast before `fn` gets them.

    Args:
        fn: A function that takes as many tensors as there are inputs, `fn(*inputs)`, and returns a tensor of
            rank 0. It computes in the dtype of what it gets, and may be called often.
        inputs: A list or tuple of what `keras.ops.convert_to_tensor` accepts, of any shapes.
        step: The step of the central differences, as `numerical_gradient` takes it: used as it is for every
            entry; if None, `eps ** (1 / 3) * max(1, abs(x_i))` with eps of float64.

    Returns:
        A list of Python floats, one for each input: the largest of
        `abs(tape - measured) / max(abs(tape), abs(measured), 1e-8)` over its entries, or infinity where a
        NaN or an infinity is in one of the two. An input that `fn` does not use counts as a gradient of
        zeros. A gradient that the tape gives as `tf.IndexedSlices` counts as the tensor it stands for. The
        inputs themselves are as before.

    Raises:
        ValueError: `fn` returns something of another rank than 0 (also of shape (1,)), or `step` is 0 or less.
    """
    raise NotImplementedError("gradient_check: not written yet")


def batch_dependency(fn, x, **kwargs):
    """Find out which outputs of a batch depend on which inputs.

    Args:
        fn: A function or layer, called as `fn(x, **kwargs)` with a batch of N examples. It returns a tensor
            of any rank from 1 on whose first axis is N. It is differentiable at `x` and deterministic, and may
            be called often, with other numbers in `x` too. It may look up rows of `x`, so that a tape's gradient
            comes as `tf.IndexedSlices`. What a layer remembers of its calls may change.
        x: A batch of shape (N, ...): anything `keras.ops.convert_to_tensor` accepts, of rank 1 or more.
            float32 and float64 are kept, integers count as float32.
        **kwargs: Passed on to `fn`, e.g. `training=True`.

    Returns:
        A boolean tensor or array D of shape (N, N): `D[i, j]` is True if output i changes with input j. It
        does if one of the numbers of output i has a derivative of 1e-4 or more in size by one of the numbers of
        input j, whatever the others do: the changes may cancel in a sum. It does not if input j takes
        no part in output i at all. Nothing in between is asked for.

    Raises:
        ValueError: The output has no first axis, or one of another length than N.
    """
    raise NotImplementedError("batch_dependency: not written yet")


def straight_through(fn, x):
    """Apply a function forwards, and leave it out backwards.

    Args:
        fn: A function or layer of one tensor, called with `x` as a tensor of a floating dtype. It returns a
            tensor of the same shape, of any numeric dtype or of truth values.
        x: Finite numbers: anything `keras.ops.convert_to_tensor` accepts, of any rank. float16, float32 and
            float64 are kept, integers count as float32.

    Returns:
        A tensor of the shape and dtype of `x`. Its value equals `fn(x)`, cast to the dtype of `x`, exactly. Its
        gradient by `x` is exactly what arrives from above, whatever the slope of `fn`. Weights inside `fn`
        get no gradient (None or zeros).

    Raises:
        ValueError: `fn` returns another shape, also one that would broadcast.
    """
    raise NotImplementedError("straight_through: not written yet")


class GradientAccumulator:
    """Add up gradients over several batches, and take one step along their weighted mean.

    `mean` is `sum(weight * gradient) / sum(weight)` for each variable, over all calls of `add` since the
    start or the last reset.
    """

    def __init__(self, variables):
        """Begin with nothing.

        Args:
            variables: A list of Keras variables.
        """
        raise NotImplementedError("GradientAccumulator: not written yet")

    def add(self, gradients, weight=1.0):
        """Add the gradients of one batch.

        Args:
            gradients: A list or tuple with an entry for each variable, in their order: a tensor or array of
                the variable's shape and dtype, `tf.IndexedSlices` with a known `dense_shape`, or None. None
                adds nothing, but its weight counts. What the caller does with the arrays afterwards changes
                nothing, and they are not written into.
            weight: What they count, e.g. the number of examples: a number of Python or NumPy.

        Raises:
            ValueError: There are more or fewer gradients than variables, or the weight is 0 or less. Then
                nothing is added.
        """
        raise NotImplementedError("GradientAccumulator: not written yet")

    def mean(self):
        """Return the weighted mean of what was added; it stays there.

        Returns:
            A list with an entry for each variable: a tensor of the dtype of the gradients, or None if its
            gradient was None in every call.

        Raises:
            ValueError: Nothing was added since the start or the last reset.
        """
        raise NotImplementedError("GradientAccumulator: not written yet")

    def apply(self, optimizer):
        """Have an optimizer take one step along the mean, then reset.

        Args:
            optimizer: A Keras optimizer. It is handed all variables in their order, with None for those
                that have no mean (Keras warns of these). At least one has a mean.

        Raises:
            ValueError: Nothing was added since the start or the last reset.
        """
        raise NotImplementedError("GradientAccumulator: not written yet")

    def reset(self):
        """Forget gradients and weights, as if nothing had been added."""
        raise NotImplementedError("GradientAccumulator: not written yet")


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague, used to PyTorch, writes a training loop in TensorFlow. Before each step a helper
    # `zero_gradients` makes a list of zeros and puts it into a variable `grads`; then a new tape gives
    # `grads = tape.gradient(...)`, and the optimizer applies them. "You have to reset the gradients",
    # says the colleague, "and see, it trains."
    #
    # Explain in five to ten sentences: what the reset does here, and why it trains; where the same reset
    # is needed, and what would happen without it; how "what is watched" differs from "what is updated";
    # and when one would leave it out on purpose.
    "needless_reset": r"""

""",
}
