"""Mistakes in `orthogonal`: where the random numbers come from."""

import numpy as np

from nnlearn.diagnosis import mistake


@mistake("orthogonal")
def orthogonal_ignores_the_seed(shape, gain=1.0, seed=None, dtype="float32"):
    """seed is not handed on, so the same seed gives another kernel each time. keras.random.normal takes
    it as it is: seed=seed."""
    del seed
    return orthogonal(shape, gain, None, dtype)


@mistake("orthogonal")
def orthogonal_once_and_for_all(shape, gain=1.0, seed=None, dtype="float32"):
    """Without a seed each call gives the same kernel, because a fixed seed stands in for it. Hand None
    on: keras.random then draws anew."""
    return orthogonal(shape, gain, 42 if seed is None else seed, dtype)


@mistake("orthogonal")
def orthogonal_generator_stands_still(shape, gain=1.0, seed=None, dtype="float32"):
    """A generator gives the same kernel at each call: its seed is read off, and the generator itself
    stays where it is. Hand it to keras.random.normal, which moves it on."""
    if isinstance(seed, keras.random.SeedGenerator):
        seed = seed.get_config()["seed"]
    return orthogonal(shape, gain, seed, dtype)


@mistake("orthogonal")
def orthogonal_ignores_generators(shape, gain=1.0, seed=None, dtype="float32"):
    """Integers are used and generators are not: kernels come from the global generator. Hand the
    generator to keras.random.normal as it is."""
    seed = None if isinstance(seed, keras.random.SeedGenerator) else seed
    return orthogonal(shape, gain, seed, dtype)


@mistake("orthogonal")
def orthogonal_sets_the_global_seed(shape, gain=1.0, seed=None, dtype="float32"):
    """An integer is made the seed of everything: whatever the program draws afterwards, anywhere, starts
    anew from it. Hand the seed to keras.random.normal instead."""
    if not isinstance(seed, int):
        return orthogonal(shape, gain, seed, dtype)
    keras.utils.set_random_seed(seed)
    return orthogonal(shape, gain, None, dtype)


@mistake("orthogonal")
def orthogonal_sets_the_seed_of_numpy(shape, gain=1.0, seed=None, dtype="float32"):
    """An integer is made the seed of NumPy's global generator, so that whatever draws from it afterwards
    starts anew. Make a generator of your own, np.random.default_rng(seed), or hand the seed to
    keras.random."""
    if not isinstance(seed, int):
        return orthogonal(shape, gain, seed, dtype)
    np.random.seed(seed)
    return orthogonal(shape, gain, np.random.randint(2**31), dtype)


@mistake("orthogonal")
def orthogonal_takes_zero_for_none(shape, gain=1.0, seed=None, dtype="float32"):
    """The seed 0 counts as no seed: `if seed` is false for 0. Ask `if seed is None`, or hand the seed to
    keras.random as it is."""
    return orthogonal(shape, gain, seed or None, dtype)
