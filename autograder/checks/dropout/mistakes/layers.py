"""What goes wrong in one layer as in another, as a mistake in each of the three."""

from nnlearn.diagnosis import mistake

from .dropout_function import masked

LAYERS = {
    "Layer": (Dropout, "element"),
    "Spatial": (SpatialDropout2D, "channel"),
    "Path": (DropPath, "example"),
}


def in_every_layer(fault):
    """Make what a class does wrong a mistake in each of the three layers, and say so in its words."""
    for prefix, (layer, what) in LAYERS.items():
        words = {"__doc__": fault.__doc__.format(what=what)}
        made = mistake(layer.__name__)(type(prefix + fault.__name__, (fault, layer), words))
        made.__name__ = layer.__name__  # Keras calls layers by their class, where they are given no name
    return fault


def coins_of(layer, x):
    """One coin for each thing that the layer drops."""
    shape = ops.shape(x)
    if isinstance(layer, SpatialDropout2D):
        return (shape[0], 1, 1, shape[3])
    return (shape[0],) + (1,) * (len(shape) - 1) if isinstance(layer, DropPath) else shape


class OtherCoins:
    """Right but for which elements share a coin, which `coins` says."""

    def call(self, x, training=False):
        x = super().call(x)
        return masked(x, self.rate, self.seed_generator, self.coins(x)) if training else x


class OtherTraining:
    """Right at inference, and at rate 0 and 1; what training does otherwise says `train`."""

    def call(self, x, training=False):
        if not training or self.rate in (0, 1):
            return super().call(x, training=training)
        return self.train(super().call(x), super().call(x, training=True))
