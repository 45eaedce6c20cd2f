"""Mistakes in `sigmoid`."""

from nnlearn.diagnosis import mistake


@mistake("sigmoid")
def textbook_sigmoid(x):
    """The value is right everywhere, and the gradient at -100 is NaN, as in 1 / (1 + exp(-x)): exp(100) is
    infinite in float32, and the chain rule multiplies infinity by the zero slope of 1 / infinity. exp must
    never see a large positive number. Choosing between two results afterwards comes too late for that; and
    if you think of abs: look at its slope at 0."""
    return 1.0 / (1.0 + ops.exp(-as_floating(x)))


@mistake("sigmoid")
def one_minus_the_other_side(x):
    """The value is right everywhere, and the gradient at 100 is NaN: an exp meets a large x, as in
    1 - 1 / (1 + exp(x)). exp(100) is infinite in float32, and the chain rule multiplies infinity by the zero
    slope of 1 / infinity. Choosing between two results afterwards comes too late: exp must never see it."""
    return 1.0 - 1.0 / (1.0 + ops.exp(as_floating(x)))


@mistake("sigmoid")
def exponential_over_one_plus_itself(x):
    """exp(x) / (1 + exp(x)) is infinity over infinity, NaN, from x = 89 on. It is the right formula for
    negative x only. Choosing between two results afterwards comes too late: exp must never see a large
    positive number."""
    power = ops.exp(as_floating(x))
    return power / (1.0 + power)


@mistake("sigmoid")
def where_around_two_overflows(x):
    """The values are right, and the gradient is NaN at both ends. where() computes both branches for every x
    and picks afterwards; the gradient of the other branch is infinite or NaN, and 0 times that is NaN.
    Choose what goes into exp, not only what comes out."""
    x = as_floating(x)
    return ops.where(x >= 0, 1.0 / (1.0 + ops.exp(-x)), ops.exp(x) / (1.0 + ops.exp(x)))


@mistake("sigmoid")
def flat_at_zero(x):
    """Values and gradients are right everywhere but at exactly 0, where the gradient is 0 instead of 0.25, as
    with exp(-abs(x)): TensorFlow says that abs has slope 0 at 0. What else makes x and -x negative, and has
    a slope at 0?"""
    x = as_floating(x)
    decay = ops.exp(-ops.abs(x))
    return ops.where(x >= 0, 1.0, decay) / (1.0 + decay)


@mistake("sigmoid")
def mixed_by_multiplication(x):
    """Both formulas are computed everywhere and multiplied by 1 or 0 to choose between them. Where the
    unwanted one is infinity over infinity, 0 times NaN is still NaN. Choose what goes into exp."""
    x = as_floating(x)
    right = ops.cast(x >= 0, x.dtype)
    return right / (1.0 + ops.exp(-x)) + (1.0 - right) * ops.exp(x) / (1.0 + ops.exp(x))


@mistake("sigmoid")
def clipped_to_ten(x):
    """Clipping x to -10 ... 10 avoids the overflow and changes the function: sigmoid(-10) is 0.000045, which
    is not 0, and everything beyond stays there. exp can be kept safe without touching the values."""
    return sigmoid(ops.clip(as_floating(x), -10.0, 10.0))


@mistake("sigmoid")
def clipped_to_eight(x):
    """Clipping x to -8 ... 8 avoids the overflow and changes the function: sigmoid(-8) is 0.00034, which is
    not 0, and everything beyond stays there. exp can be kept safe without touching the values."""
    return sigmoid(ops.clip(as_floating(x), -8.0, 8.0))


@mistake("sigmoid")
def clipped_to_six(x):
    """Clipping x to -6 ... 6 avoids the overflow and changes the function: sigmoid(-6) is 0.0025, which is
    not 0, and everything beyond stays there. exp can be kept safe without touching the values."""
    return sigmoid(ops.clip(as_floating(x), -6.0, 6.0))


@mistake("sigmoid")
def clipped_to_five(x):
    """Clipping x to -5 ... 5 avoids the overflow and changes the function: sigmoid(-5) is 0.0067, which is
    not 0, and everything beyond stays there. exp can be kept safe without touching the values."""
    return sigmoid(ops.clip(as_floating(x), -5.0, 5.0))


@mistake("sigmoid")
def clipped_where_float32_ends(x):
    """x is clipped to a range that exp bears in float32, where it is finite up to 88. In float16 it is up to
    11 only, and the gradient is NaN from there to where x is clipped. exp can be kept safe without a limit
    of any dtype: it must never see a large positive number."""
    return 1.0 / (1.0 + ops.exp(-ops.clip(as_floating(x), -80.0, 80.0)))


@mistake("sigmoid")
def other_formula_clipped_where_float32_ends(x):
    """x is cut off at a number that exp bears in float32, where it is finite up to 88. In float16 it is up to
    11 only, and from there on infinity over infinity, NaN, comes out. exp can be kept safe without a limit of
    any dtype: it must never see a large positive number."""
    power = ops.exp(ops.minimum(as_floating(x), 80.0))
    return power / (1.0 + power)


@mistake("sigmoid")
def clipped_beyond_the_overflow(x):
    """x is clipped, and at a number that exp cannot bear: in float32 exp is infinite from 89 on (some 700 is
    the limit of float64), in float16 from 12 on. From there to where x is clipped the gradient is NaN. exp
    can be kept safe without a limit of any dtype."""
    return 1.0 / (1.0 + ops.exp(-ops.clip(as_floating(x), -500.0, 500.0)))


@mistake("sigmoid")
def sign_changed_before_the_cast(x):
    """Integers that hold nothing below 0, such as the uint8 of images, come out wrong: -x was taken before
    the cast to float32, and there -1 wraps around to 255. Cast first, then compute."""
    x = ops.convert_to_tensor(x)
    return sigmoid(-as_floating(ops.zeros_like(x) - x))


@mistake("sigmoid")
def falling_sigmoid(x):
    """The curve falls from 1 to 0 where it should rise: this is sigmoid(-x), or 1 - sigmoid(x), which is the
    same. Large x should give values near 1: which sign does x have in the exponential?"""
    return sigmoid(-as_floating(x))


@mistake("sigmoid")
def tanh_without_halving(x):
    """The curve is twice as steep as it should be: this is sigmoid(2x). sigmoid(x) is (1 + tanh(x / 2)) / 2,
    with the half inside as well as outside."""
    return 0.5 * (1.0 + ops.tanh(as_floating(x)))


@mistake("sigmoid")
def tanh_itself(x):
    """The values run from -1 to 1 and the curve is twice as steep: this is tanh(x). sigmoid runs from 0 to
    1; it is a tanh that was shifted and shrunk in both directions."""
    return ops.tanh(as_floating(x))


@mistake("sigmoid")
def from_minus_one_to_one(x):
    """The values run from -1 to 1, as 2 * sigmoid(x) - 1 or tanh(x / 2) do; sigmoid runs from 0 to 1 and is
    one half at 0."""
    return ops.tanh(as_floating(x) / 2.0)


@mistake("sigmoid")
def from_zero_to_two(x):
    """The values run from 0 to 2, as 1 + tanh(x / 2) does: everything is twice as large as it should be.
    sigmoid runs from 0 to 1 and is one half at 0."""
    return 1.0 + ops.tanh(as_floating(x) / 2.0)


@mistake("sigmoid")
def three_straight_pieces(x):
    """The curve is made of straight pieces: x / 6 + 1/2, cut off at 0 and 1. That is Keras' hard_sigmoid, a
    cheap stand-in for sigmoid."""
    return ops.clip(as_floating(x) / 6.0 + 0.5, 0.0, 1.0)


@mistake("sigmoid")
def three_steeper_pieces(x):
    """The curve is made of straight pieces: 0.2 x + 1/2, cut off at 0 and 1. That is the hard sigmoid of
    older libraries, a cheap stand-in for sigmoid."""
    return ops.clip(0.2 * as_floating(x) + 0.5, 0.0, 1.0)


@mistake("sigmoid")
def slope_of_sigmoid(x):
    """The values rise to a quarter at 0 and fall again: p (1 - p) is the slope of sigmoid. Asked for is p;
    its gradient is TensorFlow's work."""
    p = sigmoid(x)
    return p * (1.0 - p)


@mistake("sigmoid")
def sigmoid_without_a_gradient(x):
    """The values are right and there is no gradient at all: TensorFlow cannot follow the computation back.
    It loses the trail where numbers leave it (NumPy, float(), convert_to_numpy, a loop that makes a new
    tensor) and where stop_gradient stands."""
    return ops.stop_gradient(sigmoid(x))


@mistake("sigmoid")
def sigmoid_in_float32(x):
    """The result is float32 whatever comes in, float64 as well. Only integers need a cast; floating dtypes
    stay as they are."""
    return sigmoid(ops.cast(x, "float32"))


@mistake("sigmoid")
def sigmoid_with_a_float32_constant(x):
    """float64 is kept, and float16 comes back as float32: something in between is float32, such as ones or a
    constant that was made a tensor, and the wider of two dtypes wins. A plain number takes the dtype of
    x."""
    return ops.multiply(sigmoid(x), ops.ones((), "float32"))


@mistake("sigmoid")
def sigmoid_one_number_at_a_time(x):
    """This works for a plain list of numbers and fails for everything else: a loop with float() takes the
    values out of TensorFlow. Operations of keras.ops act on all elements of any shape at once."""
    numbers = [float(v) for v in ops.convert_to_numpy(as_floating(x))]
    return ops.convert_to_tensor([1 / (1 + math.exp(min(-v, 700))) for v in numbers], "float32")
