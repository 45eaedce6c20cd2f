"""Mistakes in `through_points`: what is refused, and the shapes and dtypes of what comes back."""

import numpy as np

from nnlearn.diagnosis import mistake

from .through_points import hinges


@mistake("through_points")
def sorts_the_points(x, y):
    """Points that are not in order are sorted, without a word. Whoever gives them in another order has made a
    mistake somewhere, and should hear of it: raise a ValueError."""
    x, y = as_floating(x), as_floating(y)
    if len(x.shape) == 1 and x.shape == y.shape:
        order = ops.argsort(x)
        x, y = ops.take(x, order), ops.take(y, order)
    return through_points(x, y)


@mistake("through_points")
def takes_points_in_any_order(x, y):
    """Points that are not in order are taken as they come, and the network passes through none of them in
    particular. Raise a ValueError unless every gap is above 0."""
    return without_a_look_at_gaps(x, y, lambda gaps: ops.where(gaps == 0, gaps + 1, gaps))


def without_a_look_at_gaps(x, y, mended):
    """The hinges of points in any order."""
    x, y = as_floating(x), as_floating(y)
    if len(x.shape) != 1 or x.shape[0] < 2 or x.shape != y.shape:
        return through_points(x, y)
    flat = ops.zeros((1,), dtype=x.dtype)
    slopes = ops.concatenate([flat, (y[1:] - y[:-1]) / mended(x[1:] - x[:-1]), flat])
    return hinges(x, slopes[1:] - slopes[:-1], y[:1])


@mistake("through_points")
def takes_a_place_twice(x, y):
    """The same place twice is taken: only gaps below 0 are refused. Between two points at one place the slope
    is infinite; the gaps have to be above 0."""
    gaps = np.diff(np.asarray(x, float)) if np.ndim(x) == 1 else np.ones(1)
    if (gaps < 0).any():
        raise ValueError("x is not increasing")
    return without_a_look_at_gaps(x, y, lambda gaps: ops.where(gaps == 0, gaps + 1, gaps))


@mistake("through_points")
def compares_first_and_last(x, y):
    """Only the first and the last place are compared. Each has to lie to the right of the one before it."""
    places = np.asarray(x, float)
    if places.ndim == 1 and len(places) > 1 and places[-1] > places[0]:
        return without_a_look_at_gaps(x, y, lambda gaps: ops.where(gaps == 0, gaps + 1, gaps))
    return through_points(x, y)


@mistake("through_points")
def takes_a_single_point(x, y):
    """A single point is taken. It takes two to have a line between them; raise a ValueError for fewer."""
    x, y = as_floating(x), as_floating(y)
    if x.shape == (1,) and y.shape == (1,):
        return hinges(x, 0 * x, y)
    return through_points(x, y)


@mistake("through_points")
def takes_heights_that_do_not_fit(x, y):
    """Places and heights of different numbers are taken, as far as both go, or one height serves all places.
    Compare the two shapes, and raise a ValueError where they differ."""
    x, y = as_floating(x), as_floating(y)
    if len(x.shape) == 1 and len(y.shape) == 1 and x.shape != y.shape and len(y):
        count = min(len(x), len(y))
        return (
            through_points(x, ops.repeat(y, len(x))) if count == 1 else through_points(x[:count], y[:count])
        )
    return through_points(x, y)


@mistake("through_points")
def takes_heights_as_a_table(x, y):
    """Heights of the shape (N, 1) are taken: they are flattened, or only their number is compared. Heights
    have one axis, as places do; raise a ValueError where the shapes differ."""
    return through_points(x, ops.reshape(as_floating(y), (-1,)))


@mistake("through_points")
def takes_tables_of_points(x, y):
    """Tables are flattened into rows of numbers, and taken. Places and heights have one axis each; raise a
    ValueError where they have not."""
    x, y = as_floating(x), as_floating(y)
    return through_points(ops.reshape(x, (-1,)), ops.reshape(y, (-1,)))


@mistake("through_points")
def kernels_turned_round(x, y):
    """The kernels are turned round: (h, 1) and (1, h). A kernel has a row for each input: one for q in the
    first layer, h in the second. So (1, h), then (h, 1)."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return ops.transpose(kernel1), bias1, ops.transpose(kernel2), bias2


@mistake("through_points")
def kernels_without_an_axis(x, y):
    """The kernels are rows of numbers, of shape (h,). A kernel is a table: (1, h) for one input and h units,
    then (h, 1)."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1[0], bias1, kernel2[:, 0], bias2


@mistake("through_points")
def output_kernel_without_an_axis(x, y):
    """The second kernel is a row of numbers, of shape (h,). A kernel is a table: h inputs and one unit make
    it (h, 1)."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1, bias1, kernel2[:, 0], bias2


@mistake("through_points")
def output_bias_is_a_number(x, y):
    """The bias of the output is a single number, of shape (). It has one entry for each unit, and there is
    one: (1,), as y[:1] is."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1, bias1, kernel2, bias2[0]


@mistake("through_points")
def bias_as_a_row(x, y):
    """The bias of the hidden layer has the shape (1, h). It has one number for each unit: (h,)."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1, bias1[None], kernel2, bias2


@mistake("through_points")
def points_stay_integers(x, y):
    """The weights of integer points are integers: what a slope has behind the point is gone, and in uint8
    nothing is below 0. Integers count as float32; as_floating makes them so before anything is computed."""
    weights = through_points(x, y)
    dtype = ops.convert_to_tensor(x).dtype
    return tuple(ops.cast(weight, dtype) for weight in weights)


@mistake("through_points")
def points_become_float32(x, y):
    """The weights are float32 whatever comes in. Points in float64 should give weights in float64: only
    integers become float32."""
    return tuple(ops.cast(weight, "float32") for weight in through_points(x, y))


@mistake("through_points")
def ones_are_float32(x, y):
    """The first kernel is float32 whatever comes in: ops.ones is, if it is not told. All four have the dtype
    of the points: dtype=x.dtype."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return ops.cast(kernel1, "float32"), bias1, kernel2, bias2
