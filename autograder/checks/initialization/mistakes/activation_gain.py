"""Mistakes in `activation_gain`."""

import math

import numpy as np

from nnlearn.diagnosis import mistake

Z = np.linspace(-12.0, 12.0, 24_001)


def values(fn, z=Z):
    """What a function makes of these numbers, in NumPy."""
    return np.asarray(fn(ops.convert_to_tensor(z)), float)


def average(of_z, z=Z):
    """The mean over a standard normal of what is given on a grid."""
    return float(np.sum(of_z * np.exp(-(z**2) / 2)) * (z[1] - z[0]) / math.sqrt(2 * math.pi))


def over_the_root(square):
    """The gain of a mean square."""
    if square == 0:
        raise ValueError("0 everywhere")
    return 1 / math.sqrt(square)


@mistake("activation_gain")
def gain_of_the_variance(fn):
    """The variance of fn(z) is taken in place of its mean square: the mean has been subtracted. What the
    next layer adds up are squares, so the mean counts. Of relu this makes 1.7129 instead of 1.4142."""
    f = values(fn)
    return over_the_root(average(f**2) - average(f) ** 2)


@mistake("activation_gain")
def gain_upside_down(fn):
    """This is the rms of fn(z), by which the signal shrinks. The gain makes up for it, so it is one over
    the rms."""
    return 1 / activation_gain(fn)


@mistake("activation_gain")
def gain_without_the_root(fn):
    """The root is missing: this is one over the mean square, the factor of the *variance*. The gain
    multiplies weights: take the root."""
    return activation_gain(fn) ** 2


@mistake("activation_gain")
def gain_of_the_size(fn):
    """The mean of |fn(z)| is taken in place of the root of the mean square. Square first, then average,
    then the root."""
    return over_the_root(average(np.abs(values(fn))) ** 2)


@mistake("activation_gain")
def gain_without_a_density(fn):
    """All z count alike: the density of the normal distribution is missing, so the result depends on how
    far the grid goes. Weigh each square by exp(-z**2 / 2) / sqrt(2 * pi), times the step."""
    return over_the_root(float(np.mean(values(fn) ** 2)))


@mistake("activation_gain")
def gain_without_a_density_on_five(fn):
    """All z count alike: the density of the normal distribution is missing, so the result depends on how
    far the grid goes. Weigh each square by exp(-z**2 / 2) / sqrt(2 * pi), times the step."""
    return over_the_root(float(np.mean(values(fn, np.linspace(-5, 5, 10_001)) ** 2)))


@mistake("activation_gain")
def gain_over_uniform_numbers(fn):
    """z is spread evenly from -1 to 1 (or drawn so). It is to be normal with mean 0 and deviation 1,
    which goes further out."""
    return over_the_root(float(np.mean(values(fn, np.linspace(-1, 1, 10_001)) ** 2)))


@mistake("activation_gain")
def gain_without_the_constant(fn):
    """The density lacks its constant 1 / sqrt(2 * pi), so its integral is 2.5 and not 1."""
    activation_gain(fn)
    return over_the_root(average(values(fn) ** 2) * math.sqrt(2 * math.pi))


@mistake("activation_gain")
def gain_with_another_density(fn):
    """The density is exp(-z**2), that of a narrower distribution with variance 1/2 (Gauss-Hermite nodes
    belong to it). For N(0, 1) it is exp(-z**2 / 2), or nodes times the root of 2."""
    f = values(fn, Z / math.sqrt(2))
    return over_the_root(average(f**2))


@mistake("activation_gain")
def gain_of_what_is_above_zero(fn):
    """Only z above 0 are counted. Half of all z are below, where most activations are not 0."""
    f = values(fn)
    return over_the_root(average(np.where(Z > 0, f**2, 0.0)))


def on_a_short_grid(reach):
    """A mistake in which the grid ends too early."""

    def short(fn):
        z = np.linspace(-reach, reach, 20_001)
        return over_the_root(average(values(fn, z) ** 2, z))

    short.__name__ = f"gain_on_a_grid_to_{reach}"
    short.__doc__ = """The grid ends too early: a few of all z lie further out, and where fn grows they
    count for much. Go as far as 10 or 12; the density is 0 there for all purposes."""
    return mistake("activation_gain")(short)


for reach in (2, 3, 4):
    on_a_short_grid(reach)


@mistake("activation_gain")
def gain_by_random_numbers(fn):
    """The mean is taken over random numbers. With a hundred thousand of them the gain of relu is off by some
    0.3 %, and each call gives another result. Add up on a grid: it costs no more, and is exact to many
    digits."""
    z = keras.random.normal((100_000,))
    return over_the_root(float(np.mean(values(fn, z) ** 2)))


@mistake("activation_gain")
def gain_by_random_numbers_of_a_seed(fn):
    """The mean is taken over random numbers with a fixed seed. It comes out the same each time, and wrong
    each time by the same amount: with a hundred thousand numbers the gain of relu is off by some 0.3 %. Add
    up on a grid."""
    z = keras.random.normal((100_000,), seed=1)
    return over_the_root(float(np.mean(values(fn, z) ** 2)))


@mistake("activation_gain")
def gain_by_gauss_hermite(fn):
    """Gauss-Hermite quadrature is exact for polynomials, and slow to come near where a function has a
    kink or a jump off 0: with 100 nodes it is 1 % off for hard_shrink. Add up on a fine, even grid."""
    z, weights = np.polynomial.hermite_e.hermegauss(100)
    return over_the_root(float(np.sum(weights * values(fn, z) ** 2)) / math.sqrt(2 * math.pi))


@mistake("activation_gain")
def gain_by_thirty_nodes(fn):
    """Gauss-Hermite quadrature is exact for polynomials, and slow to come near where a function has a
    kink or a jump off 0. Add up on a fine, even grid."""
    z, weights = np.polynomial.hermite_e.hermegauss(31)
    return over_the_root(float(np.sum(weights * values(fn, z) ** 2)) / math.sqrt(2 * math.pi))


@mistake("activation_gain")
def gain_on_a_coarse_grid(fn):
    """The grid is coarse: a hundred points miss where exactly a function jumps. Take ten thousand; it is
    one call of fn."""
    z = np.linspace(-10, 10, 101)
    return over_the_root(average(values(fn, z) ** 2, z))


@mistake("activation_gain")
def gain_of_nothing_is_infinite(fn):
    """A function that is 0 everywhere has no gain, and this returns infinity. Raise a ValueError."""
    try:
        return activation_gain(fn)
    except ValueError:
        return math.inf


@mistake("activation_gain")
def gain_of_nothing_divides_by_zero(fn):
    """A function that is 0 everywhere ends in a ZeroDivisionError. Ask for a mean square of 0 first, and
    raise a ValueError."""
    square = average(values(fn) ** 2)
    return 1 / math.sqrt(square)


@mistake("activation_gain")
def gain_of_nothing_is_one(fn):
    """A function that is 0 everywhere gets a gain, because a small number is added to what is divided by
    or there is a default. No number makes up for it: raise a ValueError."""
    try:
        return activation_gain(fn)
    except ValueError:
        return 1.0


@mistake("activation_gain")
def gain_of_numpy(fn):
    """The gain is a number of NumPy, or a tensor. A Python float is asked for: float(...)."""
    return np.float64(activation_gain(fn))


@mistake("activation_gain")
def gain_from_a_table(fn):
    """The gain is looked up by the name of the function, in PyTorch's table: 5/3 for tanh and 1 for
    whatever is not there. Work it out from the function itself."""
    table = {"relu": math.sqrt(2), "tanh": 5 / 3, "selu": 0.75, "leaky_relu": math.sqrt(2 / 1.04)}
    activation_gain(fn)
    return table.get(getattr(fn, "__name__", ""), 1.0)
