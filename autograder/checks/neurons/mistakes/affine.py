"""Mistakes in `affine`."""

import numpy as np
import tensorflow as tf

from nnlearn.diagnosis import mistake


def sums_of(x, kernel):
    """The weighted sums, where all fits."""
    return affine(x, kernel)


@mistake("affine")
def bias_broadcasts(x, kernel, bias=None):
    """The bias is added whatever its shape: a single number serves all units, and a table gives each example
    biases of its own. Every unit has one bias. Raise a ValueError unless its shape is (m,)."""
    sums = sums_of(x, kernel)
    return sums if bias is None else sums + as_floating(bias)


@mistake("affine")
def bias_of_one_number_is_spread(x, kernel, bias=None):
    """A bias of the shapes (1,) or () is added to all units: only the last axis of other biases is looked at.
    Each unit has a bias of its own; raise a ValueError unless the shape is (m,)."""
    sums = sums_of(x, kernel)
    if bias is None:
        return sums
    bias = as_floating(bias)
    if len(bias.shape) > 1 or (len(bias.shape) == 1 and bias.shape[0] not in (1, kernel_units(kernel))):
        raise ValueError(f"a bias of shape {bias.shape} does not fit")
    return sums + bias


def kernel_units(kernel):
    """How many units a kernel has."""
    return as_floating(kernel).shape[-1]


@mistake("affine")
def bias_compared_by_its_last_axis(x, kernel, bias=None):
    """Only the last axis of the bias is compared with the number of units, so a table of shape (1, m) or (N,
    m) is added without a word. Compare the whole shape: it has to be (m,)."""
    sums = sums_of(x, kernel)
    if bias is None:
        return sums
    bias = as_floating(bias)
    if len(bias.shape) == 0 or bias.shape[-1] != kernel_units(kernel):
        raise ValueError(f"a bias of shape {bias.shape} does not fit")
    return sums + bias


@mistake("affine")
def bias_compared_by_its_length(x, kernel, bias=None):
    """len(bias) is compared with the number of units, and that is the length of the first axis alone: a table
    of shape (m, m) passes, and each example gets biases of its own. Compare the whole shape: it has to be
    (m,)."""
    sums = sums_of(x, kernel)
    if bias is None:
        return sums
    bias = as_floating(bias)
    if len(bias.shape) == 0 or bias.shape[0] != kernel_units(kernel):
        raise ValueError(f"a bias of shape {bias.shape} does not fit")
    return sums + bias if bias.shape[-1] == kernel_units(kernel) else sums + ops.transpose(bias)


@mistake("affine")
def bias_compared_by_its_size(x, kernel, bias=None):
    """The number of entries of the bias is compared with the number of units, and not its shape: (1, m) and
    (m, 1) have m entries too. Compare the whole shape: it has to be (m,)."""
    sums = sums_of(x, kernel)
    if bias is None:
        return sums
    bias = as_floating(bias)
    if ops.size(bias) != kernel_units(kernel):
        raise ValueError(f"a bias of shape {bias.shape} does not fit")
    return sums + ops.reshape(bias, (-1,))


@mistake("affine")
def asks_whether_the_bias_is_true(x, kernel, bias=None):
    """`if bias:` asks whether the bias is true, not whether it is there. An array of several numbers is
    neither, and that raises an error. Ask `if bias is not None:`."""
    return (
        affine(x, kernel, bias)
        if tf.convert_to_tensor(bias if bias is not None else False)
        else sums_of(x, kernel)
    )


@mistake("affine")
def asks_whether_a_bias_is_not_zero(x, kernel, bias=None):
    """A bias is left out, or not looked at, where all of it is zero or false. Whether there is one is asked
    with `bias is not None`; a bias with a wrong shape is wrong whatever is in it."""
    if bias is None or not np.any(bias):
        return sums_of(x, kernel)
    return affine(x, kernel, bias)


@mistake("affine")
def needs_a_bias(x, kernel, bias=None):
    """Where there is no bias, None is added as if it were a number, and that raises an error. Without a bias
    the result is the weighted sums."""
    return sums_of(x, kernel) + as_floating(bias)


@mistake("affine")
def forgets_the_bias(x, kernel, bias=None):
    """The bias is never added. Each output is the weighted sum plus the unit's own bias."""
    affine(x, kernel, bias)
    return sums_of(x, kernel)


@mistake("affine")
def subtracts_the_bias(x, kernel, bias=None):
    """The bias is subtracted, as a threshold would be. It is added: a unit computes w . x + b."""
    return affine(x, kernel, bias if bias is None else -as_floating(bias))


@mistake("affine")
def kernel_turned_round(x, kernel, bias=None):
    """The kernel is transposed, as if its rows were the units. Its rows are the inputs and its columns the
    units: (N, n) times (n, m) gives (N, m)."""
    return affine(x, ops.transpose(as_floating(kernel)), bias)


@mistake("affine")
def kernel_turned_round_where_it_fits(x, kernel, bias=None):
    """Where the kernel is as wide as it is high, it is transposed: rows that fit are taken for units. Its
    rows are the inputs whatever their number, and its columns the units."""
    kernel = as_floating(kernel)
    square = len(kernel.shape) == 2 and kernel.shape[0] == kernel.shape[1]
    return affine(x, ops.transpose(kernel) if square else kernel, bias)


@mistake("affine")
def leaves_shapes_to_tensorflow(x, kernel, bias=None):
    """Shapes that do not fit are left to TensorFlow. It raises an InvalidArgumentError, which is no
    ValueError, and takes a kernel with another number of axes. Compare the shapes yourself and raise a
    ValueError."""
    x, kernel = as_floating(x), as_floating(kernel)
    sums = tf.linalg.matmul(tf.reshape(x, (-1, x.shape[-1])), tf.reshape(kernel, (-1, kernel.shape[-1])))
    sums = tf.reshape(sums, (*tf.unstack(tf.shape(x))[:-1], kernel.shape[-1]))
    if bias is None:
        return sums
    if tuple(as_floating(bias).shape) != tuple(kernel.shape[1:]):
        raise ValueError("the bias does not fit")
    return sums + as_floating(bias)


@mistake("affine")
def takes_any_kernel(x, kernel, bias=None):
    """The kernel is not looked at: one with a single axis, or with three, is multiplied all the same. It has
    to have two, (n, m); raise a ValueError where it has not."""
    x, kernel = as_floating(x), as_floating(kernel)
    if len(x.shape) == 0 or len(kernel.shape) != 2:
        is_number = len(x.shape) == 0
        return ops.matmul(ops.reshape(x, (1, 1)) if is_number else x, kernel[:1] if is_number else kernel)
    return affine(x, kernel, bias)


@mistake("affine")
def asserts_that_shapes_fit(x, kernel, bias=None):
    """Shapes that do not fit raise an AssertionError. `assert` is for what cannot happen, and is left out
    when Python runs with -O. An argument that does not fit raises a ValueError."""
    try:
        return affine(x, kernel, bias)
    except ValueError as error:
        raise AssertionError from error


@mistake("affine")
def only_tables(x, kernel, bias=None):
    """A single example, of shape (n,), raises an error: it is taken for a table. Whatever comes before the
    last axis, nothing at all included, stays as it is."""
    x = as_floating(x)
    if len(x.shape) == 1:
        raise ValueError("expected a table")
    return affine(x, kernel, bias)


@mistake("affine")
def only_tables_and_rows(x, kernel, bias=None):
    """Inputs with more than two axes raise an error: tables alone are taken, or all axes but the first are
    flattened into one, which does not fit the kernel. The last axis is summed over, and all axes before it
    stay: (N, T, n) gives (N, T, m)."""
    x = as_floating(x)
    if len(x.shape) > 2:
        raise ValueError("expected a table")
    return affine(x, kernel, bias)


@mistake("affine")
def flattens_the_axes_in_front(x, kernel, bias=None):
    """The axes before the last one are flattened into one, and not brought back: (N, T, n) gives (N T, m).
    The result should have the shape of x, with m in place of n."""
    x = as_floating(x)
    if len(x.shape) > 0:
        x = ops.reshape(x, (-1, x.shape[-1]))
    return affine(x, kernel, bias)


@mistake("affine")
def single_example_becomes_a_table(x, kernel, bias=None):
    """A single example, of shape (n,), comes back as a table of one row, (1, m). The result should have the
    shape of x, with m in place of n: (m,)."""
    x = as_floating(x)
    return affine(x[None] if len(x.shape) == 1 else x, kernel, bias)


@mistake("affine")
def flattens_more_than_two_axes(x, kernel, bias=None):
    """With three axes or more those before the last one are flattened into one, and not brought back: (N, T,
    n) gives (N T, m). The result should have the shape of x, with m in place of n."""
    x = as_floating(x)
    return affine(ops.reshape(x, (-1, x.shape[-1])) if len(x.shape) > 2 else x, kernel, bias)


@mistake("affine")
def keeps_integers(x, kernel, bias=None):
    """Integers stay integers. The result of a layer is floating: integers count as float32, and in uint8 a
    sum above 255 wraps around. as_floating makes them float32 before anything is computed."""
    given = [each if each is None else ops.convert_to_tensor(each) for each in (x, kernel, bias)]
    result = affine(*given)
    whole = [each for each in given if each is not None and not keras.backend.is_float_dtype(each.dtype)]
    return ops.cast(result, whole[0].dtype) if whole else result


@mistake("affine")
def makes_all_float32(x, kernel, bias=None):
    """Everything is cast to float32. Arguments in float16 or float64 should give a result of their own dtype:
    only integers become float32."""
    return affine(*(each if each is None else ops.cast(each, "float32") for each in (x, kernel, bias)))


@mistake("affine")
def passes_through_float32(x, kernel, bias=None):
    """Everything is computed in float32, and the result cast to the dtype that was asked for. What float64
    has behind the seventh digit is lost on the way: compute in the dtype of the arguments."""
    dtype = as_floating(x).dtype
    return ops.cast(makes_all_float32(x, kernel, bias), dtype)


@mistake("affine")
def affine_loses_the_gradient(x, kernel, bias=None):
    """The values are right, and no gradient comes back from them. NumPy does that: TensorFlow cannot follow
    what is computed there, and in a tf.function there are no numbers to compute with. Use keras.ops."""
    given = [each if each is None else np.asarray(each) for each in (x, kernel, bias)]
    return ops.stop_gradient(affine(*given))


@mistake("affine")
def needs_to_know_the_batch(x, kernel, bias=None):
    """The size of the batch is read from `.shape`, and in model.fit it is None there. Multiply with
    ops.matmul, which needs no sizes; or write -1 for one size in ops.reshape."""
    x = as_floating(x)
    rows = [int(size) for size in x.shape[:-1]]
    return ops.reshape(affine(x, kernel, bias), (*rows, -1))


@mistake("affine")
def compares_the_kernel_with_the_batch(x, kernel, bias=None):
    """The kernel's rows are compared with the number of examples. They belong to the inputs, the last axis of
    x: x.shape[-1]."""
    x = as_floating(x)
    if len(x.shape) > 0 and x.shape[0] != as_floating(kernel).shape[0]:
        raise ValueError("the kernel does not fit")
    return affine(x, kernel, bias)


@mistake("affine")
def applies_relu(x, kernel, bias=None):
    """What is below 0 comes back as 0: that is an activation function, relu. The weighted sum stays as it
    is."""
    return ops.relu(affine(x, kernel, bias))


@mistake("affine")
def multiplies_by_the_bias(x, kernel, bias=None):
    """The bias is added before the weights are applied: it goes through the sum. Each unit adds its bias to
    the sum, after it."""
    sums = affine(x, kernel, bias)
    return sums if bias is None else sums_of(x, kernel) * as_floating(bias)
