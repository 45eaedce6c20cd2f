"""Mistakes in `compute_fans`."""

import math

import numpy as np

from nnlearn.diagnosis import mistake


@mistake("compute_fans")
def fans_swapped(shape):
    """The two fans have changed places: fan_in counts inputs, and a kernel of shape (n, m) has n of them.
    In Keras x @ kernel is the order, so the rows are the inputs."""
    return compute_fans(shape)[::-1]


@mistake("compute_fans")
def fans_of_pytorch(shape):
    """The first axis is taken for the outputs and the second for the inputs, as PyTorch stores its
    kernels. Keras puts the window first, then inputs, then outputs: (..., in, out)."""
    if len(shape) < 2:
        return compute_fans(shape)
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


@mistake("compute_fans")
def fans_of_the_first_two_axes(shape):
    """For convolutions the first two axes are taken for inputs and outputs, and the rest for the window.
    In Keras the window comes first: (height, width, in, out)."""
    window = math.prod(shape[2:])
    return (shape[0] * window, shape[1] * window) if len(shape) > 2 else compute_fans(shape)


@mistake("compute_fans")
def fans_without_the_window(shape):
    """The window is forgotten: each output of a 3 by 3 convolution adds up 9 times as many products as
    there are input channels. Multiply both fans by the product of all axes before the last two."""
    return tuple(shape[-2:]) if len(shape) > 2 else compute_fans(shape)


@mistake("compute_fans")
def fans_without_the_window_for_outputs(shape):
    """fan_in counts the window, fan_out does not. Each input is seen by as many windows as the window has
    places, so fan_out is multiplied by its size as well."""
    into, out = compute_fans(shape)
    return (into, shape[-1]) if len(shape) > 2 else (into, out)


@mistake("compute_fans")
def fans_without_the_window_for_inputs(shape):
    """fan_out counts the window, fan_in does not. Each output adds up a whole window of inputs, so fan_in
    is multiplied by its size as well."""
    into, out = compute_fans(shape)
    return (shape[-2], out) if len(shape) > 2 else (into, out)


@mistake("compute_fans")
def fans_of_all_but_one(shape):
    """fan_in is the product of all axes but the last, which is right, and fan_out is the product of all
    axes but the first, which is right for matrices alone. fan_out is the last axis times the window."""
    return (math.prod(shape[:-1]), math.prod(shape[1:])) if len(shape) > 1 else compute_fans(shape)


@mistake("compute_fans")
def fans_add_the_window(shape):
    """The lengths of the window are added up instead of multiplied: a window of 3 by 5 has 15 places, not
    8."""
    window = sum(shape[:-2])
    return (window * shape[-2], window * shape[-1]) if len(shape) > 2 else compute_fans(shape)


@mistake("compute_fans")
def fans_of_two_dimensional_windows(shape):
    """The window is taken for two axes, as images have it. A kernel for sequences has one, and one for
    volumes three: multiply all axes before the last two, shape[:-2]."""
    if len(shape) < 3:
        return compute_fans(shape)
    window = shape[0] * shape[1]
    return window * shape[-2], window * shape[-1]


@mistake("compute_fans")
def fans_of_four_axes_alone(shape):
    """Only kernels with four axes are treated as convolutions, and others as matrices. Sequences have
    kernels of three axes and volumes of five: ask for more than two."""
    return compute_fans(shape) if len(shape) == 4 or len(shape) < 3 else tuple(shape[-2:])


@mistake("compute_fans")
def fans_of_depthwise_kernels(shape):
    """A last axis of 1 is taken for a depthwise kernel, and its inputs are counted as 9. That is nearer
    to the truth, but it is not what Keras does, and the shape alone does not tell: an ordinary
    convolution may have one output too."""
    into, out = compute_fans(shape)
    return (into // shape[-2], out) if len(shape) > 2 and shape[-1] == 1 else (into, out)


@mistake("compute_fans")
def fans_of_a_vector_with_one(shape):
    """A vector of n is counted as n inputs and one output. Keras gives both fans n."""
    return (shape[0], 1) if len(shape) == 1 else compute_fans(shape)


@mistake("compute_fans")
def fans_of_a_vector_as_a_bias(shape):
    """A vector of n is counted as one input and n outputs, as a bias would be. Keras gives both fans n."""
    return (1, shape[0]) if len(shape) == 1 else compute_fans(shape)


@mistake("compute_fans")
def fans_without_a_vector(shape):
    """A shape of one axis, or of none, ends in an IndexError: shape[-2] is not there. Treat both by
    themselves; a bias has such a shape."""
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


@mistake("compute_fans")
def fans_of_nothing_are_zero(shape):
    """The empty shape, that of a single number, gets fans of 0. It has one weight, so both are 1."""
    return compute_fans(shape) if len(shape) else (0, 0)


@mistake("compute_fans")
def fans_of_nothing_crash(shape):
    """The empty shape, that of a single number, is not thought of and ends in an error. Its fans are 1
    and 1."""
    return compute_fans(shape) if len(shape) else (shape[0], shape[0])


@mistake("compute_fans")
def fans_of_numpy(shape):
    """The fans are numbers of NumPy, or floats, since np.prod makes them (of an empty product 1.0). Turn
    them into Python's with int, or use math.prod."""
    window = np.prod(shape[:-2])
    return (window * shape[-2], window * shape[-1]) if len(shape) > 1 else compute_fans(shape)


@mistake("compute_fans")
def fans_as_floats(shape):
    """The fans are floats. They are counts, so they should be ints."""
    into, out = compute_fans(shape)
    return float(into), float(out)


@mistake("compute_fans")
def fans_are_one_at_least(shape):
    """Sizes of 0 are taken for missing, or fans of 0 are raised to 1. That belongs where something is
    divided by them, in variance_scaling; here a size of 0 is a number like any other."""
    into, out = compute_fans(shape)
    return max(1, into), max(1, out)


@mistake("compute_fans")
def fans_of_pytorch_convolutions(shape):
    """Matrices are right, and of convolution kernels the first axis is taken for the outputs and the
    second for the inputs, as PyTorch stores them. Keras puts the window first: (..., in, out)."""
    if len(shape) < 3:
        return compute_fans(shape)
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


@mistake("compute_fans")
def fans_of_numpy_for_convolutions(shape):
    """The fans of convolution kernels are numbers of NumPy, since np.prod makes them. Turn them into
    Python's with int, or use math.prod."""
    return tuple(map(np.int64, compute_fans(shape))) if len(shape) > 2 else compute_fans(shape)


@mistake("compute_fans")
def fans_of_windows_of_zero(shape):
    """A window with an axis of 0 counts as one place: `product or 1` takes 0 for missing. A size of 0 is
    a number like any other, and fans of 0 come of it."""
    window = math.prod(shape[:-2]) or 1
    return (window * shape[-2], window * shape[-1]) if len(shape) > 2 else compute_fans(shape)
