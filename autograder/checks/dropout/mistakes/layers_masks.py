"""Mistakes in every layer: what is dropped, and what becomes of the rest."""

from .layers import OtherTraining, coins_of, in_every_layer


@in_every_layer
class NeverScales(OtherTraining):
    """In training, what is kept stays as it is and is not divided by 1 - rate. At inference, when nothing
    is dropped, the next layer then gets more than it was ever trained on. Compare the mean of
    layer(ones, training=True) with 1."""

    def train(self, _, y):
        return y * (1 - self.rate)


@in_every_layer
class ScalesAtInferenceInstead:
    """Nothing is scaled in training, and at inference everything is multiplied by 1 - rate. That is the
    convention of the papers. It is right on average too, but Keras scales in training, so that at
    inference the layer has nothing to do: its input comes out as it is."""

    def call(self, x, training=False):
        return super().call(x, training=training) * (1 - self.rate)


@in_every_layer
class ScalesAtInferenceToo:
    """What is kept is scaled up in training, and at inference everything is multiplied by 1 - rate as
    well. One of the two is enough. With the scaling in training, inference returns its input
    unchanged."""

    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y if training else y * (1 - self.rate)


@in_every_layer
class ScalesUpAtInference:
    """At inference everything is divided by 1 - rate. The factor makes up for what is dropped, and at
    inference nothing is dropped: return x as it is."""

    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y if training or self.rate == 1 else y / (1 - self.rate)


@in_every_layer
class ScalesByTheRate(OtherTraining):
    """In training, what is kept is divided by rate instead of 1 - rate. Only at 0.5 are the two the
    same: try 0.1."""

    def train(self, _, y):
        return y * (1 - self.rate) / self.rate


@in_every_layer
class MultipliesByTheShareKept(OtherTraining):
    """In training, what is kept is multiplied by 1 - rate instead of divided by it, so that the average
    shrinks twice: once because some {what}s are dropped, and once more by the factor."""

    def train(self, _, y):
        return y * (1 - self.rate) ** 2


@in_every_layer
class KeepsInsteadOfDrops(OtherTraining):
    """The comparison is the wrong way round: a share rate of the {what}s is kept and 1 - rate dropped. Try
    a rate of 0.1: nine in ten should survive."""

    def train(self, x, y):
        return ops.where(y == 0, x / (1 - self.rate), 0.0)


@in_every_layer
class RateIsSurvival(OtherTraining):
    """Here rate is the probability to survive, as p is in the papers: with it {what}s are kept, and then
    divided by it. The average is right, so only the share of zeros shows it. In all of Keras, rate is the
    probability to drop."""

    def train(self, x, y):
        return ops.where(y == 0, x / self.rate, 0.0)


@in_every_layer
class ScalesByTheShareThatFell(OtherTraining):
    """The factor is worked out from how many {what}s happened to survive, so it changes from call to call
    and couples them all. It is 1 / (1 - rate), a fixed number: what stays is the average over many calls,
    not the sum of each."""

    def train(self, x, y):
        kept = ops.cast(y != 0, x.dtype)
        each = isinstance(self, SpatialDropout2D)
        share = ops.mean(kept, axis=(1, 2, 3), keepdims=True) if each else ops.mean(kept)
        return ops.where(y != 0, x / ops.maximum(share, 1e-6), 0.0)


@in_every_layer
class IsNoise(OtherTraining):
    """x is multiplied by random numbers around 1, so nothing ever becomes 0. That is Gaussian dropout.
    Here there are two outcomes: 0, and x / (1 - rate)."""

    def train(self, x, _):
        spread = (self.rate / (1 - self.rate)) ** 0.5
        noise = keras.random.normal(coins_of(self, x), 1.0, spread, seed=self.seed_generator)
        return x * ops.cast(noise, x.dtype)


@in_every_layer
class DropsAnExactShare(OtherTraining):
    """The number of dropped {what}s is the same at each call: they are shuffled and the first ones taken.
    Coins are independent of each other: each {what} has its own, and how many fall varies."""

    def train(self, x, _):
        shape = coins_of(self, x)
        size = ops.prod(ops.convert_to_tensor(shape))
        order = ops.argsort(keras.random.uniform((size,), seed=self.seed_generator))
        fallen = ops.cast(ops.round(ops.cast(size, "float32") * self.rate), "int32")
        kept = ops.reshape(ops.argsort(order) >= fallen, shape)
        return ops.where(kept, x / (1 - self.rate), 0.0)


@in_every_layer
class LeavesWhatItDrops(OtherTraining):
    """What the coin drops stays as it is, where it should become 0. In a residual network too: the
    shortcut is added outside of the layer."""

    def train(self, x, y):
        return ops.where(y == 0, x, y)


@in_every_layer
class CoinsInTheDtypeOfX(OtherTraining):
    """The coins are flipped in the layer's dtype. In float16 numbers between 0 and 1 are coarse, so a small
    rate drops too often, or never. Flip them in float32, which is what keras.random does when it is not
    told otherwise, whatever x is."""

    def train(self, x, _):
        coins = keras.random.uniform(coins_of(self, x), dtype=x.dtype, seed=self.seed_generator)
        return ops.where(coins >= ops.cast(self.rate, x.dtype), x / (1 - self.rate), 0.0)


@in_every_layer
class ShareKeptInTheDtypeOfX(OtherTraining):
    """The coins are flipped in the layer's dtype. In float16 numbers between 0 and 1 are coarse, so a small
    rate drops too often, or never. Flip them in float32, which is what keras.random does when it is not
    told otherwise, whatever x is."""

    def train(self, x, _):
        coins = keras.random.uniform(coins_of(self, x), dtype=x.dtype, seed=self.seed_generator)
        return ops.where(coins < ops.cast(1 - self.rate, x.dtype), x / (1 - self.rate), 0.0)
