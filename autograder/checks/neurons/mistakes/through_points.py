"""Mistakes in `through_points`: in the weights, with the right shapes unless it says otherwise."""

import numpy as np

from nnlearn.diagnosis import mistake


def slopes_of(x, y):
    """The slopes from point to point."""
    return (y[1:] - y[:-1]) / (x[1:] - x[:-1])


def as_points(x, y):
    """Both as tensors, where they are points."""
    through_points(x, y)
    return as_floating(x), as_floating(y)


def hinges(places, bends, start):
    """The weights of hinges at places, by which the slope changes there."""
    return ops.ones((1, len(places)), dtype=places.dtype), -places, bends[:, None], start


@mistake("through_points")
def slopes_in_place_of_bends(x, y):
    """Each hinge gets the slope that is wanted behind it. The hinges before it go on rising, and their slopes
    add up: what a hinge adds is the *change* of slope, the new one minus the old one."""
    x, y = as_points(x, y)
    flat = ops.zeros((1,), dtype=x.dtype)
    return hinges(x, ops.concatenate([slopes_of(x, y), flat]), y[:1])


@mistake("through_points")
def changes_of_height(x, y):
    """The hinges get changes of height. A slope is the change of height divided by the gap between the two
    places; with gaps of 1 the two cannot be told apart."""
    x, y = as_points(x, y)
    flat = ops.zeros((1,), dtype=x.dtype)
    steps = ops.concatenate([flat, y[1:] - y[:-1], flat])
    return hinges(x, steps[1:] - steps[:-1], y[:1])


@mistake("through_points")
def slopes_upside_down(x, y):
    """The slopes are gaps divided by changes of height. They are changes of height divided by gaps."""
    x, y = as_points(x, y)
    flat = ops.zeros((1,), dtype=x.dtype)
    rise = y[1:] - y[:-1]
    turned = ops.where(rise == 0, 0 * rise, (x[1:] - x[:-1]) / ops.where(rise == 0, 1 + 0 * rise, rise))
    steps = ops.concatenate([flat, turned, flat])
    return hinges(x, steps[1:] - steps[:-1], y[:1])


@mistake("through_points")
def bends_upside_down(x, y):
    """The changes of slope have the wrong sign: the old slope minus the new one. A hinge adds the new one
    minus the old one."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1, bias1, -kernel2, bias2


@mistake("through_points")
def bias_plus_x(x, y):
    """The biases are +x. A hinge relu(q + b) bends where q + b is 0, at q = -b: for a bend at x the bias is
    -x."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1, -bias1, kernel2, bias2


@mistake("through_points")
def hinges_without_a_bias(x, y):
    """The biases of the hinges are 0: all of them bend at 0. The bias shifts a hinge to its point: -x."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1, 0 * bias1, kernel2, bias2


@mistake("through_points")
def starts_at_zero(x, y):
    """The output's bias is 0, so the curve starts at height 0. Before the first hinge all hinges are off, and
    the bias is all that is left: y[0]."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1, bias1, kernel2, 0 * bias2


@mistake("through_points")
def starts_at_the_last_height(x, y):
    """The output's bias is y[-1]. Hinges rise to the right, so on the far left all are off, and there the
    height is y[0]."""
    kernel1, bias1, kernel2, _ = through_points(x, y)
    return kernel1, bias1, kernel2, as_floating(y)[-1:]


@mistake("through_points")
def starts_at_the_mean(x, y):
    """The output's bias is the mean of the heights. On the far left all hinges are off, and there the height
    is y[0]."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1, bias1, kernel2, ops.mean(as_floating(y), keepdims=True) + 0 * bias2


@mistake("through_points")
def last_slope_goes_on(x, y):
    """Behind the last point the last slope goes on: there is no hinge at the last point, or it does nothing.
    It has to bring the slope back to 0: minus the last slope."""
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    return kernel1[:, :-1], bias1[:-1], kernel2[:-1], bias2


@mistake("through_points")
def falls_behind_the_last(x, y):
    """The last hinge takes the last slope away twice, and the curve turns round there. Behind the last point
    the slope is 0: the change is minus the last slope, once."""
    x, y = as_points(x, y)
    kernel1, bias1, kernel2, bias2 = through_points(x, y)
    twice = ops.concatenate([kernel2[:-1], 2 * kernel2[-1:]])
    return kernel1, bias1, twice, bias2


@mistake("through_points")
def first_slope_before_the_first(x, y):
    """The line through the first two points goes on to the left. Before the first point the height is y[0]:
    the slope is 0 until there, and the first hinge stands at x[0]."""
    x, y = as_points(x, y)
    _kernel1, bias1, kernel2, _ = through_points(x, y)
    slope = slopes_of(x, y)[0]
    far = ops.stack([x[0] - 1000])
    weights = ops.concatenate(
        [
            ops.reshape(slope, (1, 1)),
            kernel2 - ops.reshape(ops.one_hot(0, len(x), dtype=x.dtype), (-1, 1)) * slope,
        ]
    )
    return (
        ops.ones((1, len(x) + 1), dtype=x.dtype),
        ops.concatenate([-far, bias1]),
        weights,
        y[:1] - 1000 * slope,
    )


@mistake("through_points")
def hinges_one_point_late(x, y):
    """Each change of slope stands one point late. A hinge bends at its own place, and behind x[i] the slope
    is the one that leads to the next point."""
    x, y = as_points(x, y)
    kernel1, _, kernel2, bias2 = through_points(x, y)
    late = ops.concatenate([x[1:], x[-1:] + 1])
    return kernel1, -late, kernel2, bias2


@mistake("through_points")
def staircase(x, y):
    """The hinges are steep steps at the points: between two points the height stays, and jumps then. Straight
    lines lead from point to point."""
    x, y = as_points(x, y)
    steps = y[1:] - y[:-1]
    steep = 1000.0
    places = ops.concatenate([x[1:] - 1 / steep, x[1:]])
    return hinges(places, ops.concatenate([steps * steep, -steps * steep]), y[:1])


@mistake("through_points")
def ends_with_a_curve(x, y):
    """This is one smooth curve through all points, a polynomial, cut into small pieces. Between two points it
    should be a straight line."""
    x, y = as_points(x, y)
    places, heights = np.asarray(x, float), np.asarray(y, float)
    fine = np.unique(np.concatenate([places, np.linspace(places[0], places[-1], 61)]))
    curve = np.polyval(np.polyfit(places, heights, len(places) - 1), fine)
    return through_points(ops.cast(fine, x.dtype), ops.cast(curve, x.dtype))
