"""Mistakes in `gelu`."""

from nnlearn.diagnosis import mistake


@mistake("gelu")
def the_two_forms_swapped(x, approximate=False):
    """The two forms are swapped: approximate=True should be the one with tanh, and False, the default, the
    one with erf."""
    return gelu(x, not approximate)


@mistake("gelu")
def always_approximate(x, approximate=False):  # noqa: ARG001
    """The tanh form comes back in any case, also where approximate=False is said: the argument is not used.
    The two forms differ by up to 0.0005."""
    return gelu(x, approximate=True)


@mistake("gelu")
def approximate_by_default(x, approximate=True):
    """The argument approximate works, but its default is True here. Where it is left out the exact form is
    asked for, as in Keras' layers."""
    return gelu(x, approximate)


@mistake("gelu")
def always_exact(x, approximate=False):  # noqa: ARG001
    """The exact form comes back in any case, also where approximate=True is said: the argument is not used.
    The two forms differ by up to 0.0005."""
    return gelu(x)


@mistake("gelu")
def tanh_as_a_ratio_of_exponentials(x, approximate=False):
    """With approximate=True, large inputs give NaN. Written as (exp(u) - exp(-u)) / (exp(u) + exp(-u)), tanh
    is infinity over infinity from u = 89 on, on both sides. tanh is an operation of its own."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1.0 + (ops.exp(u) - ops.exp(-u)) / (ops.exp(u) + ops.exp(-u)))


@mistake("gelu")
def tanh_by_one_exponential(x, approximate=False):
    """With approximate=True, large positive inputs give NaN. Written as (exp(2u) - 1) / (exp(2u) + 1), tanh
    is infinity over infinity from u = 45 on. tanh is an operation of its own."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    power = ops.exp(2.0 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return 0.5 * x * (1.0 + (power - 1.0) / (power + 1.0))


@mistake("gelu")
def tanh_by_one_falling_exponential(x, approximate=False):
    """With approximate=True, large negative inputs give NaN. Written as (1 - exp(-2u)) / (1 + exp(-2u)), tanh
    is infinity over infinity from u = -45 downwards. tanh is an operation of its own."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    power = ops.exp(-2.0 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return 0.5 * x * (1.0 + (1.0 - power) / (1.0 + power))


@mistake("gelu")
def tanh_as_one_minus_a_fraction(x, approximate=False):
    """With approximate=True the values are right and the gradient is NaN for large inputs. Written as 1 - 2
    / (exp(2u) + 1), tanh has the right limits, but on the way back the infinite exp meets a slope of 0. tanh
    is an operation of its own."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    power = ops.exp(2.0 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return 0.5 * x * (1.0 + 1.0 - 2.0 / (power + 1.0))


@mistake("gelu")
def root_around_one_term_only(x, approximate=False):
    """In the tanh form the factor sqrt(2 / pi) reaches x and not the cube: a pair of parentheses is missing,
    or in the wrong place. The factor stands in front of the whole sum."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    return 0.5 * x * (1.0 + ops.tanh(math.sqrt(2 / math.pi) * x + 0.044715 * x**3))


@mistake("gelu")
def cube_forgotten(x, approximate=False):
    """The tanh form lacks its cube: tanh(sqrt(2 / pi) * x) alone is right near 0, and too flat further
    out."""
    x = as_floating(x)
    return 0.5 * x * (1.0 + ops.tanh(math.sqrt(2 / math.pi) * x)) if approximate else gelu(x)


@mistake("gelu")
def cube_of_integers(x, approximate=False):
    """The cube is taken before the cast to float32. Integers wrap around there: the cube of 1300 no longer
    fits into 32 bits and comes out negative. Cast first, then compute."""
    x = ops.convert_to_tensor(x)
    cube, x = as_floating(x * x * x), as_floating(x)
    return (
        0.5 * x * (1.0 + ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * cube))) if approximate else gelu(x)
    )


@mistake("gelu")
def square_root_of_two_forgotten(x, approximate=False):
    """The exact form is too steep: x went into erf as it is. erf belongs to a bell curve of variance 1/2,
    the standard normal has variance 1: by what is x divided on the way?"""
    x = as_floating(x)
    return gelu(x, approximate=True) if approximate else 0.5 * x * (1.0 + ops.erf(x))


@mistake("gelu")
def divided_by_two_inside_erf(x, approximate=False):
    """The exact form is too flat: inside erf x is divided by 2 instead of by the square root of 2."""
    x = as_floating(x)
    return gelu(x, approximate=True) if approximate else 0.5 * x * (1.0 + ops.erf(x / 2.0))


@mistake("gelu")
def divided_outside_erf(x, approximate=False):
    """In the exact form the square root of 2 divides what comes out of erf. It belongs inside: erf of x over
    the root of 2. Where x is large the gate should be 1, and here it ends at 0.85."""
    x = as_floating(x)
    return gelu(x, approximate=True) if approximate else 0.5 * x * (1.0 + ops.erf(x) / math.sqrt(2))


@mistake("gelu")
def multiplied_inside_erf(x, approximate=False):
    """The exact form is too steep: inside erf x is multiplied by the square root of 2 instead of divided by
    it."""
    x = as_floating(x)
    return gelu(x, approximate=True) if approximate else 0.5 * x * (1.0 + ops.erf(x * math.sqrt(2)))


@mistake("gelu")
def one_forgotten(x, approximate=False):
    """The curve is the same on both sides of 0: erf and tanh run from -1 to 1, and the 1 that shifts them is
    missing. A probability runs from 0 to 1."""
    x = as_floating(x)
    return gelu(x, approximate) - 0.5 * x


@mistake("gelu")
def half_forgotten(x, approximate=False):
    """Large inputs come back twice as large: 1 + erf and 1 + tanh run from 0 to 2, and the half that makes a
    probability of them is missing."""
    return 2.0 * gelu(x, approximate)


@mistake("gelu")
def the_gate_alone(x, approximate=False):
    """Large inputs come back as 1: this is the probability on its own. gelu multiplies it by x."""
    x = as_floating(x)
    if approximate:
        gate = ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    else:
        gate = ops.erf(x / math.sqrt(2))
    return 0.5 * (1.0 + gate)


@mistake("gelu")
def gate_without_a_gradient(x, approximate=False):
    """The values are right, and the gradient holds the gate alone. x is in the formula twice, and so the
    slope has two terms; the one by way of the gate is lost, where the gate went through stop_gradient, NumPy
    or something else that TensorFlow cannot follow back."""
    x = as_floating(x)
    if approximate:
        gate = ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    else:
        gate = ops.erf(x / math.sqrt(2))
    return 0.5 * x * (1.0 + ops.stop_gradient(gate))


@mistake("gelu")
def exact_gate_without_a_gradient(x, approximate=False):
    """The exact form has the right values, and its gradient holds the gate alone. x is in the formula twice,
    and so the slope has two terms; the one by way of erf is lost, where it went through math.erf, NumPy or
    stop_gradient, which TensorFlow cannot follow back."""
    x = as_floating(x)
    if approximate:
        return gelu(x, approximate)
    return 0.5 * x * (1.0 + ops.stop_gradient(ops.erf(x / math.sqrt(2))))


@mistake("gelu")
def density_for_the_probability(x, approximate=False):
    """The exact form multiplies x by the height of the bell curve at x. Asked for is the probability to lie
    below x, the area under the curve to the left of x: it grows from 0 to 1."""
    x = as_floating(x)
    return gelu(x, approximate) if approximate else x * ops.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@mistake("gelu")
def gelu_without_a_gradient(x, approximate=False):
    """The values are right and there is no gradient at all: TensorFlow cannot follow the computation back.
    It loses the trail where numbers leave it (NumPy, float(), convert_to_numpy, a loop that makes a new
    tensor) and where stop_gradient stands."""
    return ops.stop_gradient(gelu(x, approximate))


@mistake("gelu")
def sigmoid_for_the_gate(x, approximate=False):
    """approximate=True is x * sigmoid(1.702 x) here. The paper names that approximation too, but Keras and
    this part use the one with tanh."""
    x = as_floating(x)
    return x * sigmoid(1.702 * x) if approximate else gelu(x)


@mistake("gelu")
def sigmoid_for_the_gate_in_both_forms(x, approximate=False):  # noqa: ARG001
    """Both forms are x * sigmoid(1.702 x) here. That is a third formula, coarser than either; the exact form
    has erf, the approximate one tanh."""
    x = as_floating(x)
    return x * sigmoid(1.702 * x)


@mistake("gelu")
def silu_instead_of_gelu(x, approximate=False):  # noqa: ARG001
    """This is x * sigmoid(x), called silu or swish. The gate of gelu is the probability of a normal
    variable, which is steeper."""
    x = as_floating(x)
    return x * sigmoid(x)


@mistake("gelu")
def silu_for_the_approximation(x, approximate=False):
    """approximate=True is x * sigmoid(x) here, called silu or swish. The approximate form is the one with
    tanh."""
    x = as_floating(x)
    return x * sigmoid(x) if approximate else gelu(x)


@mistake("gelu")
def square_for_cube(x, approximate=False):
    """The tanh form has x squared where x cubed belongs, so it is no longer symmetric: the gates of x and -x
    should add up to 1."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    return 0.5 * x * (1.0 + ops.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**2)))


@mistake("gelu")
def pi_over_two(x, approximate=False):
    """The factor in the tanh form is upside down: it is sqrt(2 / pi), about 0.798, not sqrt(pi / 2)."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    return 0.5 * x * (1.0 + ops.tanh(math.sqrt(math.pi / 2) * (x + 0.044715 * x**3)))


@mistake("gelu")
def root_of_two_only(x, approximate=False):
    """The factor in the tanh form is sqrt(2) / pi, about 0.450: the root ends too early. It reaches over the
    whole fraction: sqrt(2 / pi), about 0.798."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    return 0.5 * x * (1.0 + ops.tanh(math.sqrt(2) / math.pi * (x + 0.044715 * x**3)))


@mistake("gelu")
def root_forgotten(x, approximate=False):
    """The factor in the tanh form is 2 / pi, about 0.637: the root is missing. It is sqrt(2 / pi), about
    0.798."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    return 0.5 * x * (1.0 + ops.tanh(2 / math.pi * (x + 0.044715 * x**3)))


@mistake("gelu")
def ten_times_the_cube(x, approximate=False):
    """The factor of the cube in the tanh form is 0.44715, ten times too large: it is 0.044715."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    return 0.5 * x * (1.0 + ops.tanh(math.sqrt(2 / math.pi) * (x + 0.44715 * x**3)))


@mistake("gelu")
def gelu_in_float32(x, approximate=False):
    """The result is float32 whatever comes in, float64 as well. Only integers need a cast; floating dtypes
    stay as they are."""
    return gelu(ops.cast(x, "float32"), approximate)


@mistake("gelu")
def gelu_with_a_float32_constant(x, approximate=False):
    """float64 is kept, and float16 comes back as float32: something in between is float32, such as a square
    root that was made a tensor, and the wider of two dtypes wins. With math.sqrt it is a plain number, which
    takes the dtype of x."""
    return ops.multiply(gelu(x, approximate), ops.ones((), "float32"))


@mistake("gelu")
def gelu_divided_by_a_float32_root(x, approximate=False):
    """In float64 and float16 the exact form raises an error: a constant in it, such as the square root of 2,
    was made a float32 tensor, and TensorFlow does not divide one dtype by another. With math.sqrt it is a
    plain number, which takes the dtype of x."""
    x = as_floating(x)
    if approximate:
        return gelu(x, approximate)
    return 0.5 * x * (1.0 + ops.erf(x / ops.sqrt(2.0)))


@mistake("gelu")
def gelu_times_a_float32_root(x, approximate=False):
    """In float64 and float16 the tanh form raises an error: a constant in it, such as the root of 2 / pi, was
    made a float32 tensor, and TensorFlow does not multiply one dtype by another. With math.sqrt it is a plain
    number, which takes the dtype of x."""
    x = as_floating(x)
    if not approximate:
        return gelu(x)
    return 0.5 * x * (1.0 + ops.tanh(ops.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
