"""Mistakes that people really make in the topic `dropout`, each with what a teacher would say."""

import numpy as np

from nnlearn.diagnosis import mistake


def masked(x, rate, seed, shape):
    """`x` with a mask of this shape, done right but for the shape."""
    return x * dropout(ops.ones(shape, x.dtype), rate, seed)


# dropout ---------------------------------------------------------------------------------------


@mistake("dropout")
def never_scales(x, rate, seed):
    """What is kept stays as it is, so the result is too small by the factor 1 - rate on average, and the
    next layer meets louder inputs at inference than it was trained for. Print the mean of dropout(ones,
    0.3, seed): it is 0.7 and should be 1."""
    return dropout(x, rate, seed) * (1 - rate)


@mistake("dropout")
def scales_by_the_rate(x, rate, seed):
    """What is kept is divided by rate, the share that is dropped. To make up for the loss, divide by the
    share that remains, 1 - rate. At rate 0.5 the two are the same, which is why 0.5 is a bad test."""
    y = dropout(x, rate, seed)
    return y * (1 - rate) / rate if 0 < rate < 1 else y


@mistake("dropout")
def multiplies_by_the_share_kept(x, rate, seed):
    """What is kept is multiplied by 1 - rate instead of divided by it, so that the values shrink twice:
    once because some are dropped and once more by the factor. Multiplying belongs to the other
    convention, in which nothing is scaled in training and everything is multiplied at inference."""
    return dropout(x, rate, seed) * (1 - rate) ** 2


@mistake("dropout")
def keeps_instead_of_drops(x, rate, seed):
    """The comparison is the wrong way round: elements are kept with probability rate and dropped with
    probability 1 - rate. Drop where the random number is below rate. Test with a rate of 0.1: nine in ten
    should survive."""
    y = dropout(x, rate, seed)
    return ops.where(y == 0, as_floating(x) / (1 - rate), 0.0) if 0 < rate < 1 else y


@mistake("dropout")
def rate_is_the_share_kept(x, rate, seed):
    """Here rate is the probability to keep, as p is in the paper of 2014: kept with probability rate and
    divided by rate. In Keras, rate is the probability to drop. The average is right, so only the share of
    zeros shows it: at rate 0.1 nine in ten are gone."""
    return dropout(x, 1 - rate if 0 < rate < 1 else rate, seed)


@mistake("dropout")
def never_drops(x, rate, seed):
    """Everything passes as it is: nothing is dropped at all. The random numbers have to be compared with
    rate, and the comparison has to be used."""
    return dropout(x, 0 if 0 < rate < 1 else rate, seed)


@mistake("dropout")
def one_coin_per_row(x, rate, seed):
    """Each row has a single coin, so whole rows disappear: that is dropping examples, not units. Every
    element needs its own: draw the random numbers with the full shape of x."""
    x = as_floating(x)
    return masked(x, rate, seed, (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1))


@mistake("dropout")
def one_mask_for_the_batch(x, rate, seed):
    """All rows share one mask: in each call, the same units are dropped for every example of the batch.
    The random numbers need the full shape of x, the batch axis included."""
    x = as_floating(x)
    return masked(x, rate, seed, (1, *ops.shape(x)[1:]))


@mistake("dropout")
def one_number_as_seed(x, rate, seed):
    """The mask is drawn with an integer seed, so it is the same at every call: the same units are dropped
    in every step, and the network has become a smaller one. Hand the generator itself to the random
    function; it moves on at each use."""
    del seed
    return dropout(x, rate, 1337)


@mistake("dropout")
def seed_of_the_generator_again(x, rate, seed):
    """Each call starts a new generator from the same seed, so that each call draws the same mask. A
    generator is made once and then used; its state moves on."""
    first = seed.get_config()["seed"]
    return dropout(x, rate, keras.random.SeedGenerator(first))


@mistake("dropout")
def ignores_the_generator(x, rate, seed):
    """The random numbers come from Keras' global generator, not from the one that was given. Masks differ
    from call to call, but the experiment cannot be repeated: a generator with the same seed gives other
    masks. Pass seed=seed to the random function."""
    del seed
    return dropout(x, rate, None)


@mistake("dropout")
def noise_that_drops_nothing(x, rate, seed):
    """x is multiplied by random numbers around 1. That is another method (Gaussian dropout): no element
    becomes 0, and the factors take every value. Dropout has two outcomes only, 0 and x / (1 - rate)."""
    if not 0 < rate < 1:
        return dropout(x, rate, seed)
    x = as_floating(x)
    noise = keras.random.normal(ops.shape(x), 1.0, (rate / (1 - rate)) ** 0.5, seed=seed)
    return x * ops.cast(noise, x.dtype)


@mistake("dropout")
def scales_by_the_share_that_fell(x, rate, seed):
    """The factor is worked out from how many elements happened to survive, so it changes from call to
    call and couples all elements. The factor is 1 / (1 - rate), a fixed number; the average over many
    calls is what stays, not the sum of each."""
    y = dropout(x, rate, seed)
    return y * (1 - rate) / ops.mean(ops.cast(y != 0, y.dtype)) if rate < 1 else y


@mistake("dropout")
def drops_an_exact_share(x, rate, seed):
    """The number of dropped elements is the same at each call: positions are shuffled and the first ones
    taken. The coins are then not independent. Dropout flips a coin for each element, and the number
    dropped varies."""
    if not 0 < rate < 1:
        return dropout(x, rate, seed)
    x = as_floating(x)
    size = int(np.prod(x.shape))
    order = ops.argsort(keras.random.uniform((size,), seed=seed))
    kept = ops.reshape(ops.argsort(order) >= round(rate * size), x.shape)
    return ops.where(kept, x / (1 - rate), 0.0)


@mistake("dropout")
def divides_by_zero_at_one(x, rate, seed):
    """At rate 1 the factor 1 / (1 - rate) is a division by zero: everything is dropped, and 0 times
    infinity is NaN. Treat rate 1 by itself and return zeros."""
    y = dropout(x, rate, seed)
    return y / (1 - rate) if rate == 1 else y


@mistake("dropout")
def no_gradient_at_one(x, rate, seed):
    """At rate 1 the zeros are right and the gradient is NaN: ops.where picks the zeros, but the branch that
    is not picked divides by 0, and its gradient is 0 times infinity. Treat rate 1 by itself."""
    y = dropout(x, rate, seed)
    return ops.where(y != 0, as_floating(x) / (1 - rate), 0.0) if rate == 1 else y


@mistake("dropout")
def accepts_any_rate(x, rate, seed):
    """A rate below 0 or above 1 passes without a word: 30, meant as percent, drops everything. Compare
    rate with 0 and 1 first and raise a ValueError that says what was given."""
    if 0 <= rate <= 1:
        return dropout(x, rate, seed)
    x = as_floating(x)
    return ops.where(keras.random.uniform(ops.shape(x), seed=seed) >= rate, x / (1 - rate), 0.0)


@mistake("dropout")
def refuses_rate_one(x, rate, seed):
    """A rate of exactly 1 is refused, but it is allowed: everything is dropped and the result is all
    zeros. The condition is 0 <= rate <= 1, both ends included."""
    if rate == 1:
        raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")
    return dropout(x, rate, seed)


@mistake("dropout")
def refuses_without_the_rate(x, rate, seed):
    """The ValueError does not say which rate was given. Whoever meets it in a long log needs the number:
    put rate into the message."""
    if not 0 <= rate <= 1:
        raise ValueError("rate should lie between zero and one")
    return dropout(x, rate, seed)


@mistake("dropout")
def always_float32(x, rate, seed):
    """The result is float32 whatever goes in. Floating inputs keep their dtype: a mask made as float32
    should be cast to the dtype of x, or used as a condition in ops.where."""
    return dropout(ops.cast(x, "float32"), rate, seed)


@mistake("dropout")
def leaves_tensorflow(x, rate, seed):
    """The work is done in NumPy, outside of TensorFlow, so no gradient can pass: the layers before this
    one would not learn. Multiply tensors with keras.ops instead of arrays."""
    return ops.convert_to_tensor(ops.convert_to_numpy(dropout(x, rate, seed)))


@mistake("dropout")
def stops_the_gradient(x, rate, seed):
    """The values are right but no gradient passes: stop_gradient is around the whole product. It is only
    the mask that has no gradient, and that takes care of itself."""
    return ops.stop_gradient(dropout(x, rate, seed))


@mistake("dropout")
def draws_when_traced(x, rate, seed):
    """The coins are flipped with NumPy. In compiled code that happens once, while the graph is traced,
    and every later call repeats the same mask. Random numbers of keras.random are drawn at each run of
    the graph."""
    if not 0 < rate < 1:
        return dropout(x, rate, seed)
    x = as_floating(x)
    start, count = seed.state.numpy() if hasattr(seed.state, "numpy") else (0, 0)
    seed.state.assign([start, count + 1])
    kept = np.random.default_rng([int(start), int(count)]).uniform(size=x.shape) >= rate
    return ops.where(kept, x / (1 - rate), 0.0)


# What goes wrong in one layer as in another ----------------------------------------------------


class OtherCoins:
    """Right but for which elements share a coin, which `coins` says."""

    def call(self, x, training=False):
        x = super().call(x)
        return masked(x, self.rate, self.seed_generator, self.coins(x)) if training else x


class NeverScales:
    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y * (1 - self.rate) if training else y


class ScalesAtInferenceInstead:
    def call(self, x, training=False):
        return super().call(x, training=training) * (1 - self.rate)


class ScalesAtInferenceToo:
    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y if training else y * (1 - self.rate)


class ScalesByTheRate:
    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y * (1 - self.rate) / self.rate if training and 0 < self.rate < 1 else y


class KeepsInsteadOfDrops:
    def call(self, x, training=False):
        y = super().call(x, training=training)
        if not training or self.rate in (0, 1):
            return y
        return ops.where(y == 0, super().call(x) / (1 - self.rate), 0.0)


class IsAlwaysOn:
    def call(self, x, training=False):  # noqa: ARG002
        return super().call(x, training=True)


class IsNeverOn:
    def call(self, x, training=False):
        return super().call(x, training=training and self.rate == 1)


class IntegerSeed:
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.seed_generator = seed if seed is not None else 1337


class IgnoresItsSeed:
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, **kwargs)
        self.seed = seed


class DividesByZero:
    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y / (1 - self.rate) if training and self.rate == 1 else y


class AcceptsAnyRate:
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(min(max(rate, 0), 1), seed, **kwargs)
        self.rate = rate


class ForgetsItsArguments:
    def get_config(self):
        return keras.layers.Layer.get_config(self)


# Dropout ---------------------------------------------------------------------------------------


@mistake("Dropout")
class LayerNeverScales(NeverScales, Dropout):
    """In training, what is kept stays as it is and is not divided by 1 - rate. At inference the sums of
    the next layer are then larger than any it was trained on. Compare the mean of layer(ones,
    training=True) with 1."""


@mistake("Dropout")
class LayerScalesAtInferenceInstead(ScalesAtInferenceInstead, Dropout):
    """Nothing is scaled in training, and at inference everything is multiplied by 1 - rate. That is the
    paper's convention of 2014. It is right on average too, but Keras scales in training, so that at
    inference the layer has nothing to do: its input comes out as it is."""


@mistake("Dropout")
class LayerScalesAtInferenceToo(ScalesAtInferenceToo, Dropout):
    """What is kept is scaled up in training, and at inference everything is multiplied by 1 - rate as
    well. One of the two is enough. With the scaling in training, inference returns its input
    unchanged."""


@mistake("Dropout")
class LayerScalesUpAtInference(Dropout):
    """At inference everything is divided by 1 - rate. The factor makes up for what is dropped, and at
    inference nothing is dropped: return x as it is."""

    def call(self, x, training=False):
        y = super().call(x, training=training)
        return y if training or self.rate == 1 else y / (1 - self.rate)


@mistake("Dropout")
class LayerScalesByTheRate(ScalesByTheRate, Dropout):
    """In training, what is kept is divided by rate instead of 1 - rate. Only at 0.5 are the two the
    same."""


@mistake("Dropout")
class LayerKeepsInsteadOfDrops(KeepsInsteadOfDrops, Dropout):
    """The comparison is the wrong way round: a share rate is kept and 1 - rate dropped. Try a rate of
    0.1: nine in ten elements should survive."""


@mistake("Dropout")
class LayerIsAlwaysOn(IsAlwaysOn, Dropout):
    """The layer drops at inference too: it never looks at the argument training. Predictions change from
    call to call. Return x as it is unless training is true."""


@mistake("Dropout")
class LayerIsOnByDefault(Dropout):
    """When nothing is said about training, the layer drops: the default of the argument is True. A call
    without it means inference, so the default is False."""

    def call(self, x, training=True):
        return super().call(x, training=training)


@mistake("Dropout")
class LayerIsNeverOn(IsNeverOn, Dropout):
    """The layer never drops anything, in training neither. Everything seems to work, and the network
    overfits as if the layer were not there. Look at layer(ones, training=True): there should be zeros."""


@mistake("Dropout")
class LayerOverridesDunderCall(Dropout):
    """The layer defines __call__ instead of call. __call__ is Keras' own: it passes training on from
    model.fit, makes symbolic outputs and then calls call. Called by hand the layer works; in a model it
    is never told that it is training. Rename __call__ to call."""

    def __call__(self, x, training=False):
        return self.call(x, training=training)


@mistake("Dropout")
class LayerOffWhenFrozen(Dropout):
    """The layer looks at trainable instead of, or besides, training. trainable says whether weights may
    change, and a dropout layer has none: in Keras it does not turn dropout off."""

    def call(self, x, training=False):
        return super().call(x, training=training and self.trainable)


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
class LayerIntegerSeed(IntegerSeed, Dropout):
    """The mask is drawn with the integer seed, so it is the same in every step: the same units are never
    trained, and that is a smaller network. Make a keras.random.SeedGenerator in the constructor and use
    it in call."""


@mistake("Dropout")
class LayerNewGeneratorEachCall(Dropout):
    """Each call makes a new generator from the same seed and draws its first mask, again and again. The
    generator has to be made once, in the constructor, so that its state moves on from call to call."""

    def call(self, x, training=False):
        x = super().call(x)
        first = self.seed if self.seed is not None else 1337
        return dropout(x, self.rate, first + 1) if training else x


@mistake("Dropout")
class LayerIgnoresItsSeed(IgnoresItsSeed, Dropout):
    """The argument seed is kept but not used: the generator starts from a random seed, so two layers with
    the same seed draw different masks and no experiment can be repeated. Pass seed to SeedGenerator."""


@mistake("Dropout")
class LayerUsesTheGlobalGenerator(Dropout):
    """With a seed, the layer sets the seed of everything and then draws from Keras' global generator,
    which all others draw from too. Each layer needs a SeedGenerator of its own."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        if seed is not None:
            keras.utils.set_random_seed(seed)
        self.seed_generator = None


@mistake("Dropout")
class LayersShareOneGenerator(Dropout):
    """All layers with the same seed share one generator, kept in the class, so that each moves the
    sequence of the others. Make the generator in the constructor, one for each layer, and keep it on
    self."""

    generators: dict = {}  # noqa: RUF012

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.seed_generator = self.generators.setdefault(seed, self.seed_generator)


@mistake("Dropout")
class LayerDrawsWithNumpy(Dropout):
    """The coins are flipped with NumPy. While a graph is traced that happens once, and fit then repeats
    one mask for ever (or fails, as the size of the batch is not known). Use keras.random with a
    SeedGenerator."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed, **kwargs)
        self.numbers = np.random.default_rng(seed)

    def call(self, x, training=False):
        if not training or self.rate == 1:
            return super().call(x, training=training)
        x = super().call(x)
        kept = self.numbers.uniform(size=x.shape) >= self.rate
        return ops.where(kept, x / (1 - self.rate), 0.0)


@mistake("Dropout")
class LayerKnowsTheBatchSize(OtherCoins, Dropout):
    """The shape of the mask comes from x.shape, in which the batch size is None while a model is traced.
    Use keras.ops.shape(x), which knows the size when the graph runs."""

    def coins(self, x):
        return tuple(x.shape)


@mistake("Dropout")
class LayerIsNoise(Dropout):
    """x is multiplied by random numbers around 1, so nothing ever becomes 0. That is Gaussian dropout.
    Here there are two outcomes: 0, and x / (1 - rate)."""

    def call(self, x, training=False):
        if not training or self.rate == 1:
            return super().call(x, training=training)
        x = super().call(x)
        spread = (self.rate / (1 - self.rate)) ** 0.5
        noise = keras.random.normal(ops.shape(x), 1.0, spread, seed=self.seed_generator)
        return x * ops.cast(noise, x.dtype)


@mistake("Dropout")
class LayerDividesByZero(DividesByZero, Dropout):
    """At rate 1 the layer divides by 1 - rate, which is 0, and returns NaN. Return zeros there."""


@mistake("Dropout")
class LayerAcceptsAnyRate(AcceptsAnyRate, Dropout):
    """A rate below 0 or above 1 is accepted without a word. Refuse it in the constructor with a
    ValueError that says which rate was given: the sooner, the closer to the line that is wrong."""


@mistake("Dropout")
class LayerRefusesLate(AcceptsAnyRate, Dropout):
    """A wrong rate is refused in call, not when the layer is made. By then the line that is wrong is far
    away. Move the check into the constructor."""

    def call(self, x, training=False):
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate should lie between 0 and 1. Received: rate={self.rate}")
        return super().call(x, training=training)


@mistake("Dropout")
class LayerForgetsItsArguments(ForgetsItsArguments, Dropout):
    """get_config does not return rate and seed, so a saved layer cannot be made again: its constructor
    misses an argument. Add both to what super().get_config() returns."""


@mistake("Dropout")
class LayerForgetsItsSeed(Dropout):
    """get_config leaves the seed out, so a layer that was saved and loaded draws other masks than the one
    that was saved. Every argument of the constructor belongs in the configuration."""

    def get_config(self):
        config = super().get_config()
        del config["seed"]
        return config


@mistake("Dropout")
class LayerForgetsItsName(Dropout):
    """get_config returns rate and seed only. Name and dtype are in the configuration of the base class:
    start from super().get_config() and add to it."""

    def get_config(self):
        return {"rate": self.rate, "seed": self.seed}


@mistake("Dropout")
class LayerIgnoresItsDtype(Dropout):
    """The layer computes in float32 whatever its dtype is. In mixed precision the next layer gets the
    wrong type. Cast to self.compute_dtype."""

    def call(self, x, training=False):
        x = ops.cast(x, "float32")
        return dropout(x, self.rate, self.seed_generator) if training else x


@mistake("Dropout")
class LayerStopsGradients(Dropout):
    """No gradient passes the layer in training, so the layers before it never learn: stop_gradient is
    around the whole product. Only the mask is constant."""

    def call(self, x, training=False):
        y = super().call(x, training=training)
        return ops.stop_gradient(y) if training else y


# SpatialDropout2D ------------------------------------------------------------------------------


@mistake("SpatialDropout2D")
class SpatialPerElement(Dropout):
    """Single pixels are dropped, as in ordinary dropout. Neighbouring pixels still tell the story. Draw
    one coin for each channel of each example: shape (N, 1, 1, C)."""


@mistake("SpatialDropout2D")
class SpatialPerExample(DropPath):
    """Whole examples are dropped, with all their channels. Each channel needs a coin of its own: the last
    axis of the mask has length C, not 1."""


@mistake("SpatialDropout2D")
class SpatialOneMaskForTheBatch(OtherCoins, SpatialDropout2D):
    """The same channels are dropped for all examples of the batch. The first axis of the mask has to be
    the number of examples, not 1."""

    def coins(self, x):
        return (1, 1, 1, ops.shape(x)[3])


@mistake("SpatialDropout2D")
class SpatialPerPosition(OtherCoins, SpatialDropout2D):
    """All channels of a pixel share a coin: the mask has shape (N, H, W, 1). It is the other way round:
    all pixels of a channel share one, (N, 1, 1, C)."""

    def coins(self, x):
        examples, rows, columns, _ = ops.shape(x)
        return (examples, rows, columns, 1)


@mistake("SpatialDropout2D")
class SpatialChannelsFirst(OtherCoins, SpatialDropout2D):
    """The second axis is taken for the channels, so whole rows of the image disappear. That is the
    convention channels first. Here images are channels last: (N, H, W, C)."""

    def coins(self, x):
        examples, rows, _, _ = ops.shape(x)
        return (examples, rows, 1, 1)


@mistake("SpatialDropout2D")
class SpatialPerRow(OtherCoins, SpatialDropout2D):
    """Rows of a channel are dropped one by one: the mask has shape (N, H, 1, C). A whole channel shares
    one coin: both of the middle axes have length 1."""

    def coins(self, x):
        examples, rows, _, channels = ops.shape(x)
        return (examples, rows, 1, channels)


@mistake("SpatialDropout2D")
class SpatialNeverScales(NeverScales, SpatialDropout2D):
    """The channels that are kept stay as they are and are not divided by 1 - rate, so the next layer gets
    less in training than at inference."""


@mistake("SpatialDropout2D")
class SpatialScalesByTheRate(ScalesByTheRate, SpatialDropout2D):
    """The channels that are kept are divided by rate instead of 1 - rate. Only at 0.5 are the two the
    same."""


@mistake("SpatialDropout2D")
class SpatialKeepsInsteadOfDrops(KeepsInsteadOfDrops, SpatialDropout2D):
    """The comparison is the wrong way round: a share rate of the channels is kept and 1 - rate
    dropped."""


@mistake("SpatialDropout2D")
class SpatialScalesAtInferenceToo(ScalesAtInferenceToo, SpatialDropout2D):
    """At inference everything is multiplied by 1 - rate, although the survivors were scaled up in
    training already. At inference the layer returns its input."""


@mistake("SpatialDropout2D")
class SpatialIsAlwaysOn(IsAlwaysOn, SpatialDropout2D):
    """Channels are dropped at inference too: the argument training is not used."""


@mistake("SpatialDropout2D")
class SpatialIsNeverOn(IsNeverOn, SpatialDropout2D):
    """Nothing is dropped, in training neither. Look at layer(ones, training=True): some channels should
    be 0."""


@mistake("SpatialDropout2D")
class SpatialIntegerSeed(IntegerSeed, SpatialDropout2D):
    """The integer seed gives the same mask at every call, so the same channels are never trained. Keep a
    keras.random.SeedGenerator on the layer and draw with it."""


@mistake("SpatialDropout2D")
class SpatialIgnoresItsSeed(IgnoresItsSeed, SpatialDropout2D):
    """The argument seed is not handed to the generator, so two layers with the same seed draw different
    masks."""


@mistake("SpatialDropout2D")
class SpatialDividesByZero(DividesByZero, SpatialDropout2D):
    """At rate 1 the layer divides by 0 and returns NaN. Return zeros there."""


@mistake("SpatialDropout2D")
class SpatialAcceptsAnyRate(AcceptsAnyRate, SpatialDropout2D):
    """A rate below 0 or above 1 is accepted without a word. Refuse it in the constructor with a
    ValueError that says which rate was given."""


@mistake("SpatialDropout2D")
class SpatialForgetsItsArguments(ForgetsItsArguments, SpatialDropout2D):
    """get_config does not return rate and seed, so a saved layer cannot be made again. Add both to what
    super().get_config() returns."""


@mistake("SpatialDropout2D")
class SpatialIgnoresItsDtype(SpatialDropout2D):
    """The layer computes in float32 whatever its dtype is. Cast to self.compute_dtype."""

    def call(self, x, training=False):
        x = ops.cast(x, "float32")
        examples, _, _, channels = ops.shape(x)
        coins = (examples, 1, 1, channels)
        return masked(x, self.rate, self.seed_generator, coins) if training else x


# DropPath --------------------------------------------------------------------------------------


@mistake("DropPath")
class PathPerElement(Dropout):
    """Single elements are dropped, as in ordinary dropout. A path is dropped as a whole: one coin for
    each example, shape (N, 1, ..., 1)."""


@mistake("DropPath")
class PathPerChannel(OtherCoins, DropPath):
    """Each feature of an example has a coin of its own. The branch of an example is one path with one
    coin: all axes of the mask but the first have length 1."""

    def coins(self, x):
        return (ops.shape(x)[0],) + (1,) * (len(x.shape) - 2) + (ops.shape(x)[-1],)


@mistake("DropPath")
class PathOneCoinForTheBatch(OtherCoins, DropPath):
    """One coin decides about the whole batch, as in the paper of 2016. Here each example has its own: the
    first axis of the mask is the number of examples."""

    def coins(self, x):
        return (1,) * len(x.shape)


@mistake("DropPath")
class PathNeverScales(NeverScales, DropPath):
    """The branches that are kept are not divided by 1 - rate, so at inference, when none is dropped, the
    blocks add more than they did in training."""


@mistake("DropPath")
class PathScalesAtInferenceInstead(ScalesAtInferenceInstead, DropPath):
    """Nothing is scaled in training, and at inference the branch is multiplied by 1 - rate, as in the
    paper of 2016. Right on average, but here the scaling is in training and inference returns its
    input."""


@mistake("DropPath")
class PathScalesByTheRate(ScalesByTheRate, DropPath):
    """The branches that are kept are divided by rate instead of 1 - rate. Only at 0.5 are the two the
    same."""


@mistake("DropPath")
class PathRateIsSurvival(ScalesByTheRate, KeepsInsteadOfDrops, DropPath):
    """Here rate is the probability to survive, as in the paper of 2016: with it a branch is kept, and
    then divided by it. In this layer, as in all of Keras, rate is the probability to drop."""


@mistake("DropPath")
class PathForImagesOnly(OtherCoins, DropPath):
    """The mask has shape (N, 1, 1, 1) whatever the rank of the branch is. With a branch of shape (N, D)
    broadcasting makes it (N, 1, N, D). Build the shape from the rank of x."""

    def coins(self, x):
        return (ops.shape(x)[0], 1, 1, 1)


@mistake("DropPath")
class PathForTokensOnly(OtherCoins, DropPath):
    """The mask has shape (N, 1, 1), which is right for rank 3 only. Build the shape from the rank of
    x."""

    def coins(self, x):
        return (ops.shape(x)[0], 1, 1)


@mistake("DropPath")
class PathAddsTheShortcut(DropPath):
    """The layer adds its input to the result. It gets the branch alone, and the addition stays outside: h
    + DropPath(rate)(f(h)). Added inside, it is the branch that is counted twice."""

    def call(self, x, training=False):
        return super().call(x) + super().call(x, training=training)


@mistake("DropPath")
class PathIsAlwaysOn(IsAlwaysOn, DropPath):
    """Branches are dropped at inference too: the argument training is not used."""


@mistake("DropPath")
class PathIsNeverOn(IsNeverOn, DropPath):
    """No branch is ever dropped, in training neither. Look at layer(ones, training=True): some examples
    should be 0."""


@mistake("DropPath")
class PathIntegerSeed(IntegerSeed, DropPath):
    """The integer seed gives the same mask at every call. Keep a keras.random.SeedGenerator on the
    layer."""


@mistake("DropPath")
class PathKnowsTheBatchSize(OtherCoins, DropPath):
    """The number of examples comes from x.shape[0], which is None while a model is traced. Use
    keras.ops.shape(x)[0]."""

    def coins(self, x):
        return (x.shape[0],) + (1,) * (len(x.shape) - 1)


@mistake("DropPath")
class PathDividesByZero(DividesByZero, DropPath):
    """At rate 1 the layer divides by 0 and returns NaN. Return zeros there."""


@mistake("DropPath")
class PathAcceptsAnyRate(AcceptsAnyRate, DropPath):
    """A rate below 0 or above 1 is accepted without a word. Refuse it in the constructor with a
    ValueError that says which rate was given."""


@mistake("DropPath")
class PathForgetsItsArguments(ForgetsItsArguments, DropPath):
    """get_config does not return rate and seed, so a saved layer cannot be made again. Add both to what
    super().get_config() returns."""


# mc_predict ------------------------------------------------------------------------------------


def answers_of(model, x, passes):
    """The answers of all passes."""
    return ops.stack([mc_predict(model, x, 1)[0] for _ in range(passes)])


@mistake("mc_predict")
def predicts_with_dropout_off(model, x, passes):
    """All passes give the same answer: model.predict always runs in inference mode, in which dropout is
    off. Call the model itself: model(x, training=True)."""
    answers = np.stack([model.predict(x, verbose=0) for _ in range(passes)])
    return answers.mean(axis=0), answers.std(axis=0)


@mistake("mc_predict")
def one_pass_many_times(model, x, passes):
    """The model runs once and its answer is repeated, so nothing varies. Each pass has to be a run of its
    own, with new masks: the call of the model belongs inside the loop."""
    del passes
    return mc_predict(model, x, 1)


@mistake("mc_predict")
def sample_standard_deviation(model, x, passes):
    """The standard deviation divides by passes - 1 (ddof=1). The contract asks for the population
    standard deviation, which divides by passes, and is 0 rather than NaN for a single pass."""
    mean, deviation = mc_predict(model, x, passes)
    return mean, deviation * (passes / (passes - 1) if passes > 1 else np.nan) ** 0.5


@mistake("mc_predict")
def returns_the_variance(model, x, passes):
    """The second answer is the variance, the mean of the squared distances. The standard deviation is its
    root."""
    mean, deviation = mc_predict(model, x, passes)
    return mean, deviation**2


@mistake("mc_predict")
def standard_error_of_the_mean(model, x, passes):
    """The second answer is divided by the root of passes. That is how far the mean may be off, and it
    shrinks with more passes. The spread of the passes themselves does not."""
    mean, deviation = mc_predict(model, x, passes)
    return mean, deviation / passes**0.5


@mistake("mc_predict")
def averages_over_the_batch(model, x, passes):
    """Mean and deviation are taken over the examples, or over everything, instead of over the passes.
    Stack the answers along a new first axis and work along that one: axis=0."""
    answers = answers_of(model, x, passes)
    return ops.mean(answers, axis=1), ops.std(answers, axis=1)


@mistake("mc_predict")
def returns_all_passes(model, x, passes):
    """The answers of all passes come back instead of the mean and the standard deviation over them."""
    answers = answers_of(model, x, passes)
    return answers, ops.std(answers, axis=0)


@mistake("mc_predict")
def swaps_mean_and_deviation(model, x, passes):
    """The two answers are swapped: first the mean, then the standard deviation."""
    mean, deviation = mc_predict(model, x, passes)
    return deviation, mean


@mistake("mc_predict")
def one_pass_too_many(model, x, passes):
    """There is one pass more than asked for, such as a first one outside of the loop."""
    return mc_predict(model, x, passes + 1)


@mistake("mc_predict")
def leaves_moving_statistics_changed(model, x, passes):
    """training=True also tells batch normalization layers to update their moving statistics. The model
    predicts something else afterwards. Keep model.get_weights() before the passes and set them again
    after."""
    answers = ops.stack([model(x, training=True) for _ in range(passes)])
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)


@mistake("mc_predict")
def restores_the_random_state(model, x, passes):
    """The random states are put back together with the weights, so that a second call repeats the same
    passes. Put back weights only: model.weights leaves random states out, model.variables does not."""
    before = [ops.copy(v) for v in model.variables]
    result = mc_predict(model, x, passes)
    for variable, value in zip(model.variables, before, strict=True):
        variable.assign(value)
    return result


@mistake("mc_predict")
def works_on_a_fresh_clone(model, x, passes):
    """The passes run on a clone. A clone starts its random states anew, so that each call of mc_predict
    sees the same masks. Run the model itself and put its weights back."""
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    return mc_predict(clone, x, passes)


@mistake("mc_predict")
def leaves_layers_frozen(model, x, passes):
    """Normalization layers are frozen with trainable=False, so that they keep their statistics, and stay
    frozen afterwards: the next training would not train them. Put the flags back as they were."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    return mc_predict(model, x, passes)


@mistake("mc_predict")
def unfreezes_all_layers(model, x, passes):
    """The trainable flags are all set to True at the end, also those that were False before. Remember
    each layer's flag and put that one back."""
    result = mc_predict(model, x, passes)
    for layer in model.layers:
        layer.trainable = True
    return result


@mistake("mc_predict")
def difference_of_large_numbers(model, x, passes):
    """The variance is computed as the mean of the squares minus the square of the mean. Where the answers
    are large and close together, two nearly equal numbers are subtracted and the result is rounding, or
    the root of a negative number. Take the mean of the squared distances from the mean."""
    answers = answers_of(model, x, passes)
    mean = ops.mean(answers, axis=0)
    return mean, ops.sqrt(ops.mean(answers**2, axis=0) - mean**2)
