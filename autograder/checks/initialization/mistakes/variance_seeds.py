"""Mistakes in `variance_scaling`: where the random numbers come from."""

import random

import numpy as np

from nnlearn.diagnosis import mistake

SAME = keras.random.SeedGenerator(3)


@mistake("variance_scaling")
def scaling_ignores_the_seed(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """seed is not handed on, so the same seed gives other weights each time and no experiment can be
    repeated. The functions of keras.random take it as it is: seed=seed."""
    del seed
    return variance_scaling(shape, scale, mode, distribution, None, dtype)


@mistake("variance_scaling")
def scaling_ignores_integers(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """An integer seed is not used, or only to start a generator that goes on: the same integer gives
    other weights at each call. Hand it to the random function as it is."""
    return variance_scaling(shape, scale, mode, distribution, SAME if isinstance(seed, int) else seed, dtype)


@mistake("variance_scaling")
def draws_once_and_for_all(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """Without a seed each call gives the same weights, because a fixed seed stands in for it. Two layers
    of one shape start alike. Hand None on: keras.random then draws anew."""
    return variance_scaling(shape, scale, mode, distribution, 42 if seed is None else seed, dtype)


@mistake("variance_scaling")
def generator_stands_still(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A generator gives the same weights at each call: its seed is read off, and the generator itself
    stays where it is. Hand it to the random function, which moves it on."""
    if isinstance(seed, keras.random.SeedGenerator):
        seed = seed.get_config()["seed"]
    return variance_scaling(shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def generator_is_ignored(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """Integers are used and generators are not: the weights come from the global generator, so a
    generator with the same seed gives other ones. Hand it to the random function as it is."""
    seed = None if isinstance(seed, keras.random.SeedGenerator) else seed
    return variance_scaling(shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def generator_is_refused(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """A SeedGenerator ends in an error, since a random generator of NumPy cannot be made from it. The
    functions of keras.random take all three kinds of seed."""
    if isinstance(seed, keras.random.SeedGenerator):
        np.random.default_rng(seed)
    return variance_scaling(shape, scale, mode, distribution, seed, dtype)


@mistake("variance_scaling")
def sets_the_global_seed(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """An integer is made the seed of everything: whatever the program draws afterwards, anywhere, starts
    anew from it. Hand the seed to the random function instead, and leave global generators alone."""
    if not isinstance(seed, int):
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    keras.utils.set_random_seed(seed)
    return variance_scaling(shape, scale, mode, distribution, None, dtype)


@mistake("variance_scaling")
def sets_the_seed_of_numpy(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """An integer is made the seed of NumPy's global generator, so that whatever draws from it afterwards
    starts anew. Make a generator of your own, np.random.default_rng(seed), or hand the seed to
    keras.random."""
    if not isinstance(seed, int):
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    np.random.seed(seed)
    return variance_scaling(shape, scale, mode, distribution, np.random.randint(2**31), dtype)


@mistake("variance_scaling")
def sets_the_seed_of_python(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """An integer is made the seed of Python's global generator, so that whatever draws from it afterwards
    starts anew. Hand the seed to keras.random as it is."""
    if not isinstance(seed, int):
        return variance_scaling(shape, scale, mode, distribution, seed, dtype)
    random.seed(seed)
    drawn = random.randrange(2**31)  # noqa: S311 - the mistake
    return variance_scaling(shape, scale, mode, distribution, drawn, dtype)


@mistake("variance_scaling")
def scaling_takes_zero_for_none(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    """The seed 0 counts as no seed: `if seed` is false for 0. Ask `if seed is None`, or hand the seed to
    keras.random as it is."""
    return variance_scaling(shape, scale, mode, distribution, seed or None, dtype)
