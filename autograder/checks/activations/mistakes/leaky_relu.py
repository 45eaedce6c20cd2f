"""Mistakes in `leaky_relu`."""

from nnlearn.diagnosis import mistake


@mistake("leaky_relu")
def larger_of_the_two_lines(x, negative_slope=0.2):
    """maximum(negative_slope * x, x) picks the upper of two lines. For slopes above 1 the upper line is the
    wrong one on both sides. What should decide is on which side of 0 x lies."""
    x = as_floating(x)
    return ops.maximum(negative_slope * x, x)


@mistake("leaky_relu")
def larger_of_the_two_lines_x_first(x, negative_slope=0.2):
    """maximum(x, negative_slope * x) picks the upper of two lines. For slopes above 1 the upper line is the
    wrong one on both sides, and at exactly 0, where they are equal, the gradient goes to the first: it is 1
    there. What should decide is whether x is above 0."""
    x = as_floating(x)
    return ops.maximum(x, negative_slope * x)


@mistake("leaky_relu")
def slope_on_the_right_side(x, negative_slope=0.2):
    """negative_slope is applied to positive x, and negative x passes unchanged: the two sides are swapped (a
    comparison the wrong way round, or minimum where the larger was meant). Try it with x = 3."""
    x = as_floating(x)
    return ops.where(x > 0, negative_slope * x, x)


@mistake("leaky_relu")
def slope_of_one_at_zero(x, negative_slope=0.2):
    """The values are right, but the gradient at exactly 0 is 1 instead of negative_slope: zero counts as
    positive here, as it does with x >= 0. Keras counts it to the left."""
    x = as_floating(x)
    return ops.where(x >= 0, x, negative_slope * x)


@mistake("leaky_relu")
def made_of_two_relus(x, negative_slope=0.2):
    """The values are right, but the gradient at exactly 0 is 0, as where relu(x) - negative_slope * relu(-x)
    adds two gates that are both shut at 0, or where |x| stands for -x. Required is negative_slope."""
    x = as_floating(x)
    return ops.where(x > 0, x, 0.0) - negative_slope * ops.where(-x > 0, -x, 0.0)


@mistake("leaky_relu")
def both_halves_at_zero(x, negative_slope=0.2):
    """The values are right, but the gradient at exactly 0 is 1 + negative_slope: maximum and minimum give it
    to their first argument where the two are equal, here in both halves, and their slopes add up. Required
    is negative_slope: one condition should pick one of the two sides."""
    x = as_floating(x)
    return ops.maximum(x, 0.0) + negative_slope * ops.minimum(x, 0.0)


@mistake("leaky_relu")
def halfway_at_zero(x, negative_slope=0.2):
    """The values are right, but the gradient at exactly 0 lies halfway between 1 and negative_slope: written
    with |x|, which has slope 0 there, only the half with x is left. Asked for is negative_slope."""
    x = as_floating(x)
    return 0.5 * (1 + negative_slope) * x + 0.5 * (1 - negative_slope) * ops.abs(x)


@mistake("leaky_relu")
def always_the_same_slope(x, negative_slope=0.2):  # noqa: ARG001
    """The slope is always 0.2: the argument negative_slope is not used."""
    x = as_floating(x)
    return ops.where(x > 0, x, 0.2 * x)


@mistake("leaky_relu")
def another_default(x, negative_slope=0.01):
    """The default of negative_slope is 0.01 instead of 0.2. Both are in use in the world; this part asks for
    Keras' value, 0.2."""
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope * x)


@mistake("leaky_relu")
def default_of_the_layer(x, negative_slope=0.3):
    """The default of negative_slope is 0.3 instead of 0.2. That is the default of the layer
    keras.layers.LeakyReLU; the function, which this part is about, has 0.2."""
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope * x)


@mistake("leaky_relu")
def slope_with_the_wrong_sign(x, negative_slope=0.2):
    """Negative inputs come back positive: the slope on the left has the wrong sign. x is negative there
    already, so what should the result for x = -1 be?"""
    x = as_floating(x)
    return ops.where(x > 0, x, -negative_slope * x)


@mistake("leaky_relu")
def does_not_leak(x, negative_slope=0.2):  # noqa: ARG001
    """Negative inputs come back as 0. That is plain relu: nothing leaks."""
    x = as_floating(x)
    return ops.where(x > 0, x, 0.0)


@mistake("leaky_relu")
def slope_on_both_sides(x, negative_slope=0.2):
    """On the right x comes back too steep: negative_slope * x was added to relu(x) everywhere, so that the
    slope there is 1 + negative_slope. It belongs on the left alone."""
    x = as_floating(x)
    return ops.where(x > 0, x, 0.0) + negative_slope * x


@mistake("leaky_relu")
def slope_as_the_value(x, negative_slope=0.2):
    """On the left the slope itself comes back, the same for every x. A slope is what x is multiplied by."""
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope)


@mistake("leaky_relu")
def divided_by_the_slope(x, negative_slope=0.2):
    """On the left x is divided by negative_slope, so negative numbers grow instead of shrinking. A slope is
    what x is multiplied by."""
    x = as_floating(x)
    return ops.where(x > 0, x, x / negative_slope)


@mistake("leaky_relu")
def exponential_on_the_left(x, negative_slope=0.2):
    """On the left the curve bends: negative_slope * (exp(x) - 1) is another function, elu. Here the left
    side is a straight line."""
    x = as_floating(x)
    return ops.where(x > 0, x, negative_slope * ops.expm1(ops.where(x > 0, 0.0, x)))


@mistake("leaky_relu")
def slope_as_an_integer(x, negative_slope=0.2):
    """For integers, and only for them, nothing leaks: the slope was turned into the dtype of x, where 0.2
    becomes 0, and the cast to float32 comes after that. When does it have to come?"""
    x = ops.convert_to_tensor(x)
    return as_floating(ops.where(x > 0, x, ops.cast(negative_slope, x.dtype) * x))


@mistake("leaky_relu")
def leaky_relu_without_a_gradient(x, negative_slope=0.2):
    """The values are right and there is no gradient at all: TensorFlow cannot follow the computation back.
    It loses the trail where numbers leave it (NumPy, float(), convert_to_numpy, a loop that makes a new
    tensor) and where stop_gradient stands."""
    return ops.stop_gradient(leaky_relu(x, negative_slope))


@mistake("leaky_relu")
def leaky_relu_that_keeps_integers(x, negative_slope=0.2):
    """Integers go in and integers come out, so what leaks is rounded to a whole number. Turn integers into
    float32 first."""
    x = ops.convert_to_tensor(x)
    return ops.cast(leaky_relu(x, negative_slope), x.dtype)


@mistake("leaky_relu")
def leaky_relu_in_float32(x, negative_slope=0.2):
    """The result is float32 whatever comes in, float64 as well. Only integers need a cast; floating dtypes
    stay as they are."""
    x = ops.cast(x, "float32")
    return ops.where(x > 0, x, negative_slope * x)


@mistake("leaky_relu")
def leaky_relu_with_a_float32_slope(x, negative_slope=0.2):
    """float64 is kept, and float16 comes back as float32: something in between is float32, such as a slope
    that was made a tensor, and the wider of two dtypes wins. A plain Python number takes the dtype of x."""
    x = as_floating(x)
    return ops.where(x > 0, x, ops.multiply(ops.cast(negative_slope, "float32"), x))


@mistake("leaky_relu")
def leaky_relu_times_a_float32_slope(x, negative_slope=0.2):
    """In float64 and float16 the multiplication raises an error: the slope was made a float32 tensor, and
    TensorFlow does not multiply one dtype by another. A plain Python number takes the dtype of x."""
    x = as_floating(x)
    return ops.where(x > 0, x, ops.cast(negative_slope, "float32") * x)
