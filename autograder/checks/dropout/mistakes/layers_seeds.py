"""Mistakes in every layer: where the random numbers come from."""

import numpy as np

from .layers import OtherTraining, coins_of, in_every_layer


class SameMaskAtEachCall:
    """Every call draws the same mask: the same {what}s are dropped in every step, and that is a smaller
    network. The integer seed is used in each call, or each call makes a new generator from it. Make one
    keras.random.SeedGenerator in the constructor and draw with it: its state moves on."""


@in_every_layer
class IntegerSeed(SameMaskAtEachCall):
    __doc__ = SameMaskAtEachCall.__doc__

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.seed_generator = seed if seed is not None else 1337


@in_every_layer
class IntegerSeedOrNone(SameMaskAtEachCall):
    __doc__ = SameMaskAtEachCall.__doc__

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.seed_generator = seed


@in_every_layer
class IgnoresItsSeed:
    """Two layers with the same seed draw different masks, so no experiment can be repeated: the argument
    seed is kept but not handed to the generator, or one generator serves several layers, which move each
    other's sequence. Make SeedGenerator(seed) in the constructor, one for each layer."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, **kwargs)
        self.seed = seed


@in_every_layer
class TakesSeedZeroForNone:
    """A seed of 0 counts as no seed, so that two layers with it draw different masks: Python takes 0 for
    false, in `seed or ...` and in `if seed`. Ask whether seed is None, or hand it on as it is."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed or None, **kwargs)
        self.seed = seed


@in_every_layer
class UsesTheGlobalGenerator:
    """With a seed, the layer sets the seed of everything and then draws from Keras' global generator,
    which all others draw from too. Each layer needs a SeedGenerator of its own."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        if seed is not None:
            keras.utils.set_random_seed(seed)
        self.seed_generator = None


@in_every_layer
class DrawsAtInferenceToo:
    """A mask is drawn at inference as well, though it is not used, so that a prediction in between changes
    the masks of training. Return x before anything is drawn."""

    def call(self, x, training=False):
        y = super().call(x, training=True)
        return y if training else super().call(x)


@in_every_layer
class DrawsWithNumpy(OtherTraining):
    """The coins are flipped with NumPy. While a graph is traced that happens once, and it then repeats one
    mask for ever, or fails, as the size of the batch is not known. Use keras.random with a
    SeedGenerator."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.numbers = np.random.default_rng(seed)

    def train(self, x, _):
        kept = self.numbers.uniform(size=coins_of(self, x)) >= self.rate
        return ops.where(kept, x / (1 - self.rate), 0.0)


@in_every_layer
class DrawsWithNumpysGlobalNumbers(OtherTraining):
    """The coins are flipped with NumPy's own random numbers, so that the seed of the layer decides nothing,
    and a graph repeats the mask of its tracing for ever. Use keras.random with a SeedGenerator."""

    def train(self, x, _):
        kept = np.random.uniform(size=coins_of(self, x)) >= self.rate
        return ops.where(kept, x / (1 - self.rate), 0.0)


@in_every_layer
class CountsItsCalls(OtherTraining):
    """Each call makes its seed with Python or NumPy, such as a count of the calls. While a graph is traced
    that happens once, and it then repeats one mask for ever. Make one keras.random.SeedGenerator in the
    constructor and draw with it: its state moves on in compiled code, too."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.numbers = np.random.default_rng(seed)

    def train(self, x, _):
        coins = keras.random.uniform(coins_of(self, x), seed=int(self.numbers.integers(2**31)))
        return ops.where(coins >= self.rate, x / (1 - self.rate), 0.0)


@in_every_layer
class KnowsTheBatchSize(OtherTraining):
    """The shape of the mask comes from x.shape, in which the batch size is None while a model is traced.
    Use keras.ops.shape(x), which knows the size when the graph runs."""

    def train(self, x, _):
        shape = [1] * len(x.shape) if isinstance(self, (SpatialDropout2D, DropPath)) else list(x.shape)
        shape[0] = x.shape[0]
        shape[-1] = x.shape[-1] if isinstance(self, SpatialDropout2D) else shape[-1]
        kept = keras.random.uniform(tuple(shape), seed=self.seed_generator) >= self.rate
        return ops.where(kept, x / (1 - self.rate), 0.0)
