"""Mistakes in the layer `Dropout` alone."""

from nnlearn.diagnosis import mistake

from .layers import OtherCoins, OtherTraining


@mistake("Dropout")
class LayerOneCoinPerRow(DropPath):
    """Each example has a single coin: all its units are dropped, or none. Each element needs its own."""


@mistake("Dropout")
class LayerOneMaskForTheBatch(OtherCoins, Dropout):
    """All examples of a batch share one mask. The random numbers need the full shape of x, batch axis
    included."""

    def coins(self, x):
        return (1, *ops.shape(x)[1:]) if len(x.shape) > 1 else ops.shape(x)


@mistake("Dropout")
class LayerOneCoinForTheBatch(OtherCoins, Dropout):
    """One coin decides about the whole batch: everything is dropped, or nothing. Each element needs its
    own: draw the random numbers with the full shape of x."""

    def coins(self, x):
        return (1,) * len(x.shape)


@mistake("Dropout")
class LayerTakesTheStaticShape(OtherTraining, Dropout):
    """The shape of the mask is x.shape, in which the batch size is None while a model is traced. Use
    keras.ops.shape(x), which knows the size when the graph runs."""

    def train(self, x, _):
        kept = keras.random.uniform(x.shape, seed=self.seed_generator) >= self.rate
        return ops.where(kept, x / (1 - self.rate), 0.0)
