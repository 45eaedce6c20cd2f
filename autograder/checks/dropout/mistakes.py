"""Mistakes that people really make in the topic `dropout`, each with what a teacher would say."""

import keras
import numpy as np
from keras import ops

from nnlearn.diagnosis import mistake, wrong_prediction


def as_floating(x):
    """`x` as a tensor; integers become float32."""
    x = ops.convert_to_tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")


def refuse(rate):
    """What the contract asks for, for mistakes that lie elsewhere."""
    if not 0 <= rate <= 1:
        raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")


def masked(x, rate, seed, shape):
    """`x` with a mask of this shape, done right but for the shape."""
    if rate == 1:
        return ops.zeros_like(x)
    return ops.where(keras.random.uniform(shape, seed=seed) >= rate, x / (1 - rate), 0.0)


# dropout ---------------------------------------------------------------------------------------


@mistake("dropout")
def never_scales(x, rate, seed):
    """What is kept stays as it is, so the result is too small by the factor 1 - rate on average, and the
    next layer meets louder inputs at inference than it was trained for. Print the mean of dropout(ones,
    0.3, seed): it is 0.7 and should be 1."""
    refuse(rate)
    x = as_floating(x)
    return ops.where(keras.random.uniform(ops.shape(x), seed=seed) >= rate, x, 0.0)


@mistake("dropout")
def scales_by_the_rate(x, rate, seed):
    """What is kept is divided by rate, the share that is dropped. To make up for the loss, divide by the
    share that remains, 1 - rate. At rate 0.5 the two are the same, which is why 0.5 is a bad test."""
    refuse(rate)
    x = as_floating(x)
    if rate in (0, 1):
        return x * (1 - rate)
    return ops.where(keras.random.uniform(ops.shape(x), seed=seed) >= rate, x / rate, 0.0)


@mistake("dropout")
def multiplies_by_the_share_kept(x, rate, seed):
    """What is kept is multiplied by 1 - rate instead of divided by it, so that the values shrink twice:
    once because some are dropped and once more by the factor. Multiplying belongs to the other
    convention, in which nothing is scaled in training and everything is multiplied at inference."""
    refuse(rate)
    x = as_floating(x)
    kept = keras.random.uniform(ops.shape(x), seed=seed) >= rate
    return ops.where(kept, x * (1 - rate), 0.0)


@mistake("dropout")
def keeps_instead_of_drops(x, rate, seed):
    """The comparison is the wrong way round: elements are kept with probability rate and dropped with
    probability 1 - rate. Drop where the random number is below rate. Test with a rate of 0.1: nine in ten
    should survive."""
    refuse(rate)
    x = as_floating(x)
    if rate in (0, 1):
        return x * (1 - rate)
    return ops.where(keras.random.uniform(ops.shape(x), seed=seed) < rate, x / (1 - rate), 0.0)


@mistake("dropout")
def rate_is_the_share_kept(x, rate, seed):
    """Here rate is the probability to keep, as p is in the paper of 2014: kept with probability rate and
    divided by rate. In Keras, rate is the probability to drop. The average is right, so only the share of
    zeros shows it: at rate 0.1 nine in ten are gone."""
    refuse(rate)
    x = as_floating(x)
    if rate in (0, 1):
        return x * (1 - rate)
    return ops.where(keras.random.uniform(ops.shape(x), seed=seed) < rate, x / rate, 0.0)


@mistake("dropout")
def never_drops(x, rate, seed):
    """Everything passes as it is: nothing is dropped at all. The random numbers have to be compared with
    rate, and the comparison has to be used."""
    refuse(rate)
    x = as_floating(x)
    keras.random.uniform(ops.shape(x), seed=seed)
    return x * (1 - rate // 1)


@mistake("dropout")
def one_coin_per_row(x, rate, seed):
    """Each row has a single coin, so whole rows disappear: that is dropping examples, not units. Every
    element needs its own: draw the random numbers with the full shape of x."""
    refuse(rate)
    x = as_floating(x)
    return masked(x, rate, seed, (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1))


@mistake("dropout")
def one_mask_for_the_batch(x, rate, seed):
    """All rows share one mask: in each call, the same units are dropped for every example of the batch.
    The random numbers need the full shape of x, the batch axis included."""
    refuse(rate)
    x = as_floating(x)
    return masked(x, rate, seed, (1, *ops.shape(x)[1:]))


@mistake("dropout")
def one_number_as_seed(x, rate, seed):
    """The mask is drawn with an integer seed, so it is the same at every call: the same units are dropped
    in every step, and the network has become a smaller one. Hand the generator itself to the random
    function; it moves on at each use."""
    refuse(rate)
    x = as_floating(x)
    del seed
    return masked(x, rate, 1337, ops.shape(x))


@mistake("dropout")
def seed_of_the_generator_again(x, rate, seed):
    """Each call starts a new generator from the same seed, so that each call draws the same mask. A
    generator is made once and then used; its state moves on."""
    refuse(rate)
    x = as_floating(x)
    first = seed.get_config()["seed"]
    return masked(x, rate, keras.random.SeedGenerator(first), ops.shape(x))


@mistake("dropout")
def ignores_the_generator(x, rate, seed):
    """The random numbers come from Keras' global generator, not from the one that was given. Masks differ
    from call to call, but the experiment cannot be repeated: a generator with the same seed gives other
    masks. Pass seed=seed to the random function."""
    refuse(rate)
    x = as_floating(x)
    del seed
    return masked(x, rate, None, ops.shape(x))


@mistake("dropout")
def noise_that_drops_nothing(x, rate, seed):
    """x is multiplied by random numbers around 1. That is another method (Gaussian dropout): no element
    becomes 0, and the factors take every value. Dropout has two outcomes only, 0 and x / (1 - rate)."""
    refuse(rate)
    x = as_floating(x)
    if rate == 1:
        return ops.zeros_like(x)
    spread = (rate / (1 - rate)) ** 0.5
    noise = keras.random.normal(ops.shape(x), 1.0, spread, seed=seed)
    return x * ops.cast(noise, x.dtype)


@mistake("dropout")
def scales_by_the_share_that_fell(x, rate, seed):
    """The factor is worked out from how many elements happened to survive, so it changes from call to
    call and couples all elements. The factor is 1 / (1 - rate), a fixed number; the average over many
    calls is what stays, not the sum of each."""
    refuse(rate)
    x = as_floating(x)
    if rate == 1:
        return ops.zeros_like(x)
    kept = ops.cast(keras.random.uniform(ops.shape(x), seed=seed) >= rate, x.dtype)
    return x * kept / ops.mean(kept)


@mistake("dropout")
def drops_an_exact_share(x, rate, seed):
    """The number of dropped elements is the same at each call: positions are shuffled and the first ones
    taken. The coins are then not independent. Dropout flips a coin for each element, and the number
    dropped varies."""
    refuse(rate)
    x = as_floating(x)
    if rate == 1:
        return ops.zeros_like(x)
    size = int(np.prod(x.shape))
    order = ops.argsort(keras.random.uniform((size,), seed=seed))
    kept = ops.reshape(ops.argsort(order) >= round(rate * size), x.shape)
    return ops.where(kept, x / (1 - rate), 0.0)


@mistake("dropout")
def divides_by_zero_at_one(x, rate, seed):
    """At rate 1 the factor 1 / (1 - rate) is a division by zero: everything is dropped, and 0 times
    infinity is NaN. Treat rate 1 by itself and return zeros."""
    refuse(rate)
    x = as_floating(x)
    kept = ops.cast(keras.random.uniform(ops.shape(x), seed=seed) >= rate, x.dtype)
    return x * kept / ops.cast(1 - rate, x.dtype)


@mistake("dropout")
def no_gradient_at_one(x, rate, seed):
    """At rate 1 the zeros are right and the gradient is NaN: ops.where picks the zeros, but the branch that
    is not picked divides by 0, and its gradient is 0 times infinity. Treat rate 1 by itself."""
    refuse(rate)
    x = as_floating(x)
    kept = keras.random.uniform(ops.shape(x), seed=seed) >= rate
    return ops.where(kept, x / (1 - rate), 0.0)


@mistake("dropout")
def accepts_any_rate(x, rate, seed):
    """A rate below 0 or above 1 passes without a word: 30, meant as percent, drops everything. Compare
    rate with 0 and 1 first and raise a ValueError that says what was given."""
    x = as_floating(x)
    if rate == 1:
        return ops.zeros_like(x)
    return ops.where(keras.random.uniform(ops.shape(x), seed=seed) >= rate, x / (1 - rate), 0.0)


@mistake("dropout")
def refuses_rate_one(x, rate, seed):
    """A rate of exactly 1 is refused, but it is allowed: everything is dropped and the result is all
    zeros. The condition is 0 <= rate <= 1, both ends included."""
    if not 0 <= rate < 1:
        raise ValueError(f"rate should lie between 0 and 1. Received: rate={rate}")
    x = as_floating(x)
    return masked(x, rate, seed, ops.shape(x))


@mistake("dropout")
def refuses_without_the_rate(x, rate, seed):
    """The ValueError does not say which rate was given. Whoever meets it in a long log needs the number:
    put rate into the message."""
    if not 0 <= rate <= 1:
        raise ValueError("rate should lie between zero and one")
    x = as_floating(x)
    return masked(x, rate, seed, ops.shape(x))


@mistake("dropout")
def always_float32(x, rate, seed):
    """The result is float32 whatever goes in. Floating inputs keep their dtype: a mask made as float32
    should be cast to the dtype of x, or used as a condition in ops.where."""
    refuse(rate)
    x = ops.cast(ops.convert_to_tensor(x), "float32")
    return masked(x, rate, seed, ops.shape(x))


@mistake("dropout")
def leaves_tensorflow(x, rate, seed):
    """The work is done in NumPy, outside of TensorFlow, so no gradient can pass: the layers before this
    one would not learn. Multiply tensors with keras.ops instead of arrays."""
    refuse(rate)
    x = as_floating(x)
    result = ops.convert_to_numpy(masked(x, rate, seed, ops.shape(x)))
    return ops.convert_to_tensor(result)


@mistake("dropout")
def stops_the_gradient(x, rate, seed):
    """The values are right but no gradient passes: stop_gradient is around the whole product. It is only
    the mask that has no gradient, and that takes care of itself."""
    refuse(rate)
    x = as_floating(x)
    return ops.stop_gradient(masked(x, rate, seed, ops.shape(x)))


@mistake("dropout")
def draws_when_traced(x, rate, seed):
    """The coins are flipped with NumPy. In compiled code that happens once, while the graph is traced,
    and every later call repeats the same mask. Random numbers of keras.random are drawn at each run of
    the graph."""
    refuse(rate)
    x = as_floating(x)
    if rate == 1:
        return ops.zeros_like(x)
    start, count = seed.state.numpy() if hasattr(seed.state, "numpy") else (0, 0)
    seed.state.assign([start, count + 1])
    kept = np.random.default_rng([int(start), int(count)]).uniform(size=x.shape) >= rate
    return ops.where(kept, x / (1 - rate), 0.0)


# The layers, right but for what a mistake changes ----------------------------------------------


class RightLayer(keras.layers.Layer):
    """A layer that is right as long as nothing is overridden; `coins` says which elements share one."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.check(rate)
        self.rate = rate
        self.seed = seed
        self.make_generator()

    def check(self, rate):
        refuse(rate)

    def make_generator(self):
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def coins(self, x):
        return ops.shape(x)

    def kept(self, x):
        return keras.random.uniform(self.coins(x), seed=self.seed_generator) >= self.rate

    def drop(self, x):
        if self.rate == 1:
            return ops.zeros_like(x)
        return ops.where(self.kept(x), x / (1 - self.rate), 0.0)

    def pass_on(self, x):
        return x

    def call(self, x, training=False):
        x = ops.cast(x, self.compute_dtype)
        return self.drop(x) if training else self.pass_on(x)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


class RightSpatial(RightLayer):
    """One coin for each channel of each example."""

    def coins(self, x):
        examples, _, _, channels = ops.shape(x)
        return (examples, 1, 1, channels)


class RightPath(RightLayer):
    """One coin for each example."""

    def coins(self, x):
        return (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1)


# Dropout ---------------------------------------------------------------------------------------


@mistake("Dropout")
class LayerNeverScales(RightLayer):
    """In training, what is kept stays as it is and is not divided by 1 - rate. At inference the sums of
    the next layer are then larger than any it was trained on. Compare the mean of layer(ones,
    training=True) with 1."""

    def drop(self, x):
        return ops.where(self.kept(x), x, 0.0)


@mistake("Dropout")
class LayerScalesAtInferenceInstead(RightLayer):
    """Nothing is scaled in training, and at inference everything is multiplied by 1 - rate. That is the
    paper's convention of 2014. It is right on average too, but Keras scales in training, so that at
    inference the layer has nothing to do: its input comes out as it is."""

    def drop(self, x):
        return ops.where(self.kept(x), x, 0.0)

    def pass_on(self, x):
        return x * (1 - self.rate)


@mistake("Dropout")
class LayerScalesAtInferenceToo(RightLayer):
    """What is kept is scaled up in training, and at inference everything is multiplied by 1 - rate as
    well. One of the two is enough. With the scaling in training, inference returns its input
    unchanged."""

    def pass_on(self, x):
        return x * (1 - self.rate)


@mistake("Dropout")
class LayerScalesUpAtInference(RightLayer):
    """At inference everything is divided by 1 - rate. The factor makes up for what is dropped, and at
    inference nothing is dropped: return x as it is."""

    def pass_on(self, x):
        return x / (1 - self.rate) if self.rate < 1 else x


@mistake("Dropout")
class LayerScalesByTheRate(RightLayer):
    """In training, what is kept is divided by rate instead of 1 - rate. Only at 0.5 are the two the
    same."""

    def drop(self, x):
        return ops.where(self.kept(x), x / self.rate, 0.0) if self.rate not in (0, 1) else super().drop(x)


@mistake("Dropout")
class LayerKeepsInsteadOfDrops(RightLayer):
    """The comparison is the wrong way round: a share rate is kept and 1 - rate dropped. Try a rate of
    0.1: nine in ten elements should survive."""

    def kept(self, x):
        return ops.logical_not(super().kept(x)) if self.rate > 0 else super().kept(x)


@mistake("Dropout")
class LayerIsAlwaysOn(RightLayer):
    """The layer drops at inference too: it never looks at the argument training. Predictions change from
    call to call. Return x as it is unless training is true."""

    def pass_on(self, x):
        return self.drop(x)


@mistake("Dropout")
class LayerIsOnByDefault(RightLayer):
    """When nothing is said about training, the layer drops: the default of the argument is True. A call
    without it means inference, so the default is False."""

    def call(self, x, training=True):
        x = ops.cast(x, self.compute_dtype)
        return self.drop(x) if training else x


@mistake("Dropout")
class LayerIsNeverOn(RightLayer):
    """The layer never drops anything, in training neither. Everything seems to work, and the network
    overfits as if the layer were not there. Look at layer(ones, training=True): there should be zeros."""

    def drop(self, x):
        return x * (1 - self.rate // 1)


@mistake("Dropout")
class LayerOffWhenFrozen(RightLayer):
    """The layer looks at trainable instead of, or besides, training. trainable says whether weights may
    change, and a dropout layer has none: in Keras it does not turn dropout off."""

    def call(self, x, training=False):
        x = ops.cast(x, self.compute_dtype)
        return self.drop(x) if training and self.trainable else x


@mistake("Dropout")
class LayerOneCoinPerRow(RightLayer):
    """Each example has a single coin: all its units are dropped, or none. Each element needs its own."""

    def coins(self, x):
        return (ops.shape(x)[0],) + (1,) * (len(x.shape) - 1)


@mistake("Dropout")
class LayerOneMaskForTheBatch(RightLayer):
    """All examples of a batch share one mask. The random numbers need the full shape of x, batch axis
    included."""

    def coins(self, x):
        return (1, *ops.shape(x)[1:]) if len(x.shape) > 1 else ops.shape(x)


@mistake("Dropout")
class LayerIntegerSeed(RightLayer):
    """The mask is drawn with the integer seed, so it is the same in every step: the same units are never
    trained, and that is a smaller network. Make a keras.random.SeedGenerator in the constructor and use
    it in call."""

    def make_generator(self):
        self.seed_generator = self.seed if self.seed is not None else 1337


@mistake("Dropout")
class LayerNewGeneratorEachCall(RightLayer):
    """Each call makes a new generator from the same seed and draws its first mask, again and again. The
    generator has to be made once, in the constructor, so that its state moves on from call to call."""

    def drop(self, x):
        if self.rate == 1:
            return ops.zeros_like(x)
        first = self.seed if self.seed is not None else 1337
        kept = keras.random.uniform(self.coins(x), seed=first + 1) >= self.rate
        return ops.where(kept, x / (1 - self.rate), 0.0)


@mistake("Dropout")
class LayerIgnoresItsSeed(RightLayer):
    """The argument seed is kept but not used: the generator starts from a random seed, so two layers with
    the same seed draw different masks and no experiment can be repeated. Pass seed to SeedGenerator."""

    def make_generator(self):
        self.seed_generator = keras.random.SeedGenerator()


@mistake("Dropout")
class LayerUsesTheGlobalGenerator(RightLayer):
    """With a seed, the layer sets the seed of everything and then draws from Keras' global generator,
    which all others draw from too. Each layer needs a SeedGenerator of its own."""

    def make_generator(self):
        if self.seed is not None:
            keras.utils.set_random_seed(self.seed)
        self.seed_generator = None


@mistake("Dropout")
class LayersShareOneGenerator(RightLayer):
    """All layers with the same seed share one generator, kept in the class, so that each moves the
    sequence of the others. Make the generator in the constructor, one for each layer, and keep it on
    self."""

    generators: dict = {}  # noqa: RUF012

    def make_generator(self):
        if self.seed not in self.generators:
            self.generators[self.seed] = keras.random.SeedGenerator(self.seed)
        self.seed_generator = self.generators[self.seed]


@mistake("Dropout")
class LayerDrawsWithNumpy(RightLayer):
    """The coins are flipped with NumPy. While a graph is traced that happens once, and fit then repeats
    one mask for ever (or fails, as the size of the batch is not known). Use keras.random with a
    SeedGenerator."""

    def make_generator(self):
        self.numbers = np.random.default_rng(self.seed)

    def kept(self, x):
        return self.numbers.uniform(size=x.shape) >= self.rate


@mistake("Dropout")
class LayerKnowsTheBatchSize(RightLayer):
    """The shape of the mask comes from x.shape, in which the batch size is None while a model is traced.
    Use keras.ops.shape(x), which knows the size when the graph runs."""

    def coins(self, x):
        return tuple(x.shape)


@mistake("Dropout")
class LayerIsNoise(RightLayer):
    """x is multiplied by random numbers around 1, so nothing ever becomes 0. That is Gaussian dropout.
    Here there are two outcomes: 0, and x / (1 - rate)."""

    def drop(self, x):
        if self.rate == 1:
            return ops.zeros_like(x)
        spread = (self.rate / (1 - self.rate)) ** 0.5
        noise = keras.random.normal(self.coins(x), 1.0, spread, seed=self.seed_generator)
        return x * ops.cast(noise, x.dtype)


@mistake("Dropout")
class LayerDividesByZero(RightLayer):
    """At rate 1 the layer divides by 1 - rate, which is 0, and returns NaN. Return zeros there."""

    def drop(self, x):
        return x * ops.cast(self.kept(x), x.dtype) / ops.cast(1 - self.rate, x.dtype)


@mistake("Dropout")
class LayerAcceptsAnyRate(RightLayer):
    """A rate below 0 or above 1 is accepted without a word. Refuse it in the constructor with a
    ValueError that says which rate was given: the sooner, the closer to the line that is wrong."""

    def check(self, rate):
        pass


@mistake("Dropout")
class LayerRefusesLate(RightLayer):
    """A wrong rate is refused in call, not when the layer is made. By then the line that is wrong is far
    away. Move the check into the constructor."""

    def check(self, rate):
        pass

    def call(self, x, training=False):
        refuse(self.rate)
        return super().call(x, training=training)


@mistake("Dropout")
class LayerForgetsItsArguments(RightLayer):
    """get_config does not return rate and seed, so a saved layer cannot be made again: its constructor
    misses an argument. Add both to what super().get_config() returns."""

    def get_config(self):
        return keras.layers.Layer.get_config(self)


@mistake("Dropout")
class LayerForgetsItsSeed(RightLayer):
    """get_config leaves the seed out, so a layer that was saved and loaded draws other masks than the one
    that was saved. Every argument of the constructor belongs in the configuration."""

    def get_config(self):
        return {**keras.layers.Layer.get_config(self), "rate": self.rate}


@mistake("Dropout")
class LayerForgetsItsName(RightLayer):
    """get_config returns rate and seed only. Name and dtype are in the configuration of the base class:
    start from super().get_config() and add to it."""

    def get_config(self):
        return {"rate": self.rate, "seed": self.seed}


@mistake("Dropout")
class LayerIgnoresItsDtype(RightLayer):
    """The layer computes in float32 whatever its dtype is. In mixed precision the next layer gets the
    wrong type. Cast to self.compute_dtype."""

    def call(self, x, training=False):
        x = ops.cast(x, "float32")
        return self.drop(x) if training else x


@mistake("Dropout")
class LayerStopsGradients(RightLayer):
    """No gradient passes the layer in training, so the layers before it never learn: stop_gradient is
    around the whole product. Only the mask is constant."""

    def drop(self, x):
        return ops.stop_gradient(super().drop(x))


# SpatialDropout2D ------------------------------------------------------------------------------


@mistake("SpatialDropout2D")
class SpatialPerElement(RightSpatial):
    """Single pixels are dropped, as in ordinary dropout. Neighbouring pixels still tell the story. Draw
    one coin for each channel of each example: shape (N, 1, 1, C)."""

    def coins(self, x):
        return ops.shape(x)


@mistake("SpatialDropout2D")
class SpatialPerExample(RightSpatial):
    """Whole examples are dropped, with all their channels. Each channel needs a coin of its own: the last
    axis of the mask has length C, not 1."""

    def coins(self, x):
        return (ops.shape(x)[0], 1, 1, 1)


@mistake("SpatialDropout2D")
class SpatialOneMaskForTheBatch(RightSpatial):
    """The same channels are dropped for all examples of the batch. The first axis of the mask has to be
    the number of examples, not 1."""

    def coins(self, x):
        return (1, 1, 1, ops.shape(x)[3])


@mistake("SpatialDropout2D")
class SpatialPerPosition(RightSpatial):
    """All channels of a pixel share a coin: the mask has shape (N, H, W, 1). It is the other way round:
    all pixels of a channel share one, (N, 1, 1, C)."""

    def coins(self, x):
        examples, rows, columns, _ = ops.shape(x)
        return (examples, rows, columns, 1)


@mistake("SpatialDropout2D")
class SpatialChannelsFirst(RightSpatial):
    """The second axis is taken for the channels, so whole rows of the image disappear. That is the
    convention channels first. Here images are channels last: (N, H, W, C)."""

    def coins(self, x):
        examples, rows, _, _ = ops.shape(x)
        return (examples, rows, 1, 1)


@mistake("SpatialDropout2D")
class SpatialPerRow(RightSpatial):
    """Rows of a channel are dropped one by one: the mask has shape (N, H, 1, C). A whole channel shares
    one coin: both of the middle axes have length 1."""

    def coins(self, x):
        examples, rows, _, channels = ops.shape(x)
        return (examples, rows, 1, channels)


@mistake("SpatialDropout2D")
class SpatialNeverScales(RightSpatial):
    """The channels that are kept stay as they are and are not divided by 1 - rate, so the next layer gets
    less in training than at inference."""

    def drop(self, x):
        return ops.where(self.kept(x), x, 0.0)


@mistake("SpatialDropout2D")
class SpatialScalesByTheRate(RightSpatial):
    """The channels that are kept are divided by rate instead of 1 - rate. Only at 0.5 are the two the
    same."""

    def drop(self, x):
        return ops.where(self.kept(x), x / self.rate, 0.0) if self.rate not in (0, 1) else super().drop(x)


@mistake("SpatialDropout2D")
class SpatialKeepsInsteadOfDrops(RightSpatial):
    """The comparison is the wrong way round: a share rate of the channels is kept and 1 - rate
    dropped."""

    def kept(self, x):
        return ops.logical_not(super().kept(x)) if self.rate > 0 else super().kept(x)


@mistake("SpatialDropout2D")
class SpatialScalesAtInferenceToo(RightSpatial):
    """At inference everything is multiplied by 1 - rate, although the survivors were scaled up in
    training already. At inference the layer returns its input."""

    def pass_on(self, x):
        return x * (1 - self.rate)


@mistake("SpatialDropout2D")
class SpatialIsAlwaysOn(RightSpatial):
    """Channels are dropped at inference too: the argument training is not used."""

    def pass_on(self, x):
        return self.drop(x)


@mistake("SpatialDropout2D")
class SpatialIsNeverOn(RightSpatial):
    """Nothing is dropped, in training neither. Look at layer(ones, training=True): some channels should
    be 0."""

    def drop(self, x):
        return x * (1 - self.rate // 1)


@mistake("SpatialDropout2D")
class SpatialIntegerSeed(RightSpatial):
    """The integer seed gives the same mask at every call, so the same channels are never trained. Keep a
    keras.random.SeedGenerator on the layer and draw with it."""

    def make_generator(self):
        self.seed_generator = self.seed if self.seed is not None else 1337


@mistake("SpatialDropout2D")
class SpatialIgnoresItsSeed(RightSpatial):
    """The argument seed is not handed to the generator, so two layers with the same seed draw different
    masks."""

    def make_generator(self):
        self.seed_generator = keras.random.SeedGenerator()


@mistake("SpatialDropout2D")
class SpatialDividesByZero(RightSpatial):
    """At rate 1 the layer divides by 0 and returns NaN. Return zeros there."""

    def drop(self, x):
        return x * ops.cast(self.kept(x), x.dtype) / ops.cast(1 - self.rate, x.dtype)


@mistake("SpatialDropout2D")
class SpatialAcceptsAnyRate(RightSpatial):
    """A rate below 0 or above 1 is accepted without a word. Refuse it in the constructor with a
    ValueError that says which rate was given."""

    def check(self, rate):
        pass


@mistake("SpatialDropout2D")
class SpatialForgetsItsArguments(RightSpatial):
    """get_config does not return rate and seed, so a saved layer cannot be made again. Add both to what
    super().get_config() returns."""

    def get_config(self):
        return keras.layers.Layer.get_config(self)


@mistake("SpatialDropout2D")
class SpatialIgnoresItsDtype(RightSpatial):
    """The layer computes in float32 whatever its dtype is. Cast to self.compute_dtype."""

    def call(self, x, training=False):
        x = ops.cast(x, "float32")
        return self.drop(x) if training else x


# DropPath --------------------------------------------------------------------------------------


@mistake("DropPath")
class PathPerElement(RightPath):
    """Single elements are dropped, as in ordinary dropout. A path is dropped as a whole: one coin for
    each example, shape (N, 1, ..., 1)."""

    def coins(self, x):
        return ops.shape(x)


@mistake("DropPath")
class PathPerChannel(RightPath):
    """Each feature of an example has a coin of its own. The branch of an example is one path with one
    coin: all axes of the mask but the first have length 1."""

    def coins(self, x):
        return (ops.shape(x)[0],) + (1,) * (len(x.shape) - 2) + (ops.shape(x)[-1],)


@mistake("DropPath")
class PathOneCoinForTheBatch(RightPath):
    """One coin decides about the whole batch, as in the paper of 2016. Here each example has its own: the
    first axis of the mask is the number of examples."""

    def coins(self, x):
        return (1,) * len(x.shape)


@mistake("DropPath")
class PathNeverScales(RightPath):
    """The branches that are kept are not divided by 1 - rate, so at inference, when none is dropped, the
    blocks add more than they did in training."""

    def drop(self, x):
        return ops.where(self.kept(x), x, 0.0)


@mistake("DropPath")
class PathScalesAtInferenceInstead(RightPath):
    """Nothing is scaled in training, and at inference the branch is multiplied by 1 - rate, as in the
    paper of 2016. Right on average, but here the scaling is in training and inference returns its
    input."""

    def drop(self, x):
        return ops.where(self.kept(x), x, 0.0)

    def pass_on(self, x):
        return x * (1 - self.rate)


@mistake("DropPath")
class PathScalesByTheRate(RightPath):
    """The branches that are kept are divided by rate instead of 1 - rate. Only at 0.5 are the two the
    same."""

    def drop(self, x):
        return ops.where(self.kept(x), x / self.rate, 0.0) if self.rate not in (0, 1) else super().drop(x)


@mistake("DropPath")
class PathRateIsSurvival(RightPath):
    """Here rate is the probability to survive, as in the paper of 2016: with it a branch is kept, and
    then divided by it. In this layer, as in all of Keras, rate is the probability to drop."""

    def drop(self, x):
        if self.rate in (0, 1):
            return super().drop(x)
        return ops.where(self.kept(x), 0.0, x / self.rate)


@mistake("DropPath")
class PathForImagesOnly(RightPath):
    """The mask has shape (N, 1, 1, 1) whatever the rank of the branch is. With a branch of shape (N, D)
    broadcasting makes it (N, 1, N, D). Build the shape from the rank of x."""

    def coins(self, x):
        return (ops.shape(x)[0], 1, 1, 1)


@mistake("DropPath")
class PathForTokensOnly(RightPath):
    """The mask has shape (N, 1, 1), which is right for rank 3 only. Build the shape from the rank of
    x."""

    def coins(self, x):
        return (ops.shape(x)[0], 1, 1)


@mistake("DropPath")
class PathAddsTheShortcut(RightPath):
    """The layer adds its input to the result. It gets the branch alone, and the addition stays outside: h
    + DropPath(rate)(f(h)). Added inside, it is the branch that is counted twice."""

    def call(self, x, training=False):
        return ops.cast(x, self.compute_dtype) + super().call(x, training=training)


@mistake("DropPath")
class PathIsAlwaysOn(RightPath):
    """Branches are dropped at inference too: the argument training is not used."""

    def pass_on(self, x):
        return self.drop(x)


@mistake("DropPath")
class PathIsNeverOn(RightPath):
    """No branch is ever dropped, in training neither. Look at layer(ones, training=True): some examples
    should be 0."""

    def drop(self, x):
        return x * (1 - self.rate // 1)


@mistake("DropPath")
class PathIntegerSeed(RightPath):
    """The integer seed gives the same mask at every call. Keep a keras.random.SeedGenerator on the
    layer."""

    def make_generator(self):
        self.seed_generator = self.seed if self.seed is not None else 1337


@mistake("DropPath")
class PathKnowsTheBatchSize(RightPath):
    """The number of examples comes from x.shape[0], which is None while a model is traced. Use
    keras.ops.shape(x)[0]."""

    def coins(self, x):
        return (x.shape[0],) + (1,) * (len(x.shape) - 1)


@mistake("DropPath")
class PathDividesByZero(RightPath):
    """At rate 1 the layer divides by 0 and returns NaN. Return zeros there."""

    def drop(self, x):
        return x * ops.cast(self.kept(x), x.dtype) / ops.cast(1 - self.rate, x.dtype)


@mistake("DropPath")
class PathAcceptsAnyRate(RightPath):
    """A rate below 0 or above 1 is accepted without a word. Refuse it in the constructor with a
    ValueError that says which rate was given."""

    def check(self, rate):
        pass


@mistake("DropPath")
class PathForgetsItsArguments(RightPath):
    """get_config does not return rate and seed, so a saved layer cannot be made again. Add both to what
    super().get_config() returns."""

    def get_config(self):
        return keras.layers.Layer.get_config(self)


# mc_predict ------------------------------------------------------------------------------------


def answers_of(model, x, passes):
    """The answers of all passes, with the weights put back."""
    weights = model.get_weights()
    answers = ops.stack([model(x, training=True) for _ in range(passes)])
    model.set_weights(weights)
    return answers


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
    answer = answers_of(model, x, 1)[0]
    answers = ops.stack([answer] * passes)
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)


@mistake("mc_predict")
def sample_standard_deviation(model, x, passes):
    """The standard deviation divides by passes - 1 (ddof=1). The contract asks for the population
    standard deviation, which divides by passes, and is 0 rather than NaN for a single pass."""
    answers = np.asarray(answers_of(model, x, passes))
    with np.errstate(all="ignore"):
        return answers.mean(axis=0), np.sqrt(((answers - answers.mean(0)) ** 2).sum(0) / (passes - 1))


@mistake("mc_predict")
def returns_the_variance(model, x, passes):
    """The second answer is the variance, the mean of the squared distances. The standard deviation is its
    root."""
    answers = answers_of(model, x, passes)
    return ops.mean(answers, axis=0), ops.var(answers, axis=0)


@mistake("mc_predict")
def standard_error_of_the_mean(model, x, passes):
    """The second answer is divided by the root of passes. That is how far the mean may be off, and it
    shrinks with more passes. The spread of the passes themselves does not."""
    answers = answers_of(model, x, passes)
    return ops.mean(answers, axis=0), ops.std(answers, axis=0) / passes**0.5


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
    answers = answers_of(model, x, passes)
    return ops.std(answers, axis=0), ops.mean(answers, axis=0)


@mistake("mc_predict")
def one_pass_too_many(model, x, passes):
    """There is one pass more than asked for, such as a first one outside of the loop."""
    answers = answers_of(model, x, passes + 1)
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)


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
    answers = ops.stack([model(x, training=True) for _ in range(passes)])
    for variable, value in zip(model.variables, before, strict=True):
        variable.assign(value)
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)


@mistake("mc_predict")
def works_on_a_fresh_clone(model, x, passes):
    """The passes run on a clone. A clone starts its random states anew, so that each call of mc_predict
    sees the same masks. Run the model itself and put its weights back."""
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    answers = ops.stack([clone(x, training=True) for _ in range(passes)])
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)


@mistake("mc_predict")
def leaves_layers_frozen(model, x, passes):
    """Normalization layers are frozen with trainable=False, so that they keep their statistics, and stay
    frozen afterwards: the next training would not train them. Put the flags back as they were."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    answers = answers_of(model, x, passes)
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)


@mistake("mc_predict")
def unfreezes_all_layers(model, x, passes):
    """The trainable flags are all set to True at the end, also those that were False before. Remember
    each layer's flag and put that one back."""
    answers = answers_of(model, x, passes)
    for layer in model.layers:
        layer.trainable = True
    return ops.mean(answers, axis=0), ops.std(answers, axis=0)


@mistake("mc_predict")
def difference_of_large_numbers(model, x, passes):
    """The variance is computed as the mean of the squares minus the square of the mean. Where the answers
    are large and close together, two nearly equal numbers are subtracted and the result is rounding, or
    the root of a negative number. Take the mean of the squared distances from the mean."""
    answers = answers_of(model, x, passes)
    mean = ops.mean(answers, axis=0)
    return mean, ops.sqrt(ops.mean(answers**2, axis=0) - mean**2)


# predictions -----------------------------------------------------------------------------------


wrong_prediction(
    "what_is_dropped",
    "weights",
    """Dropping single weights is DropConnect (Wan et al. 2013). Dropout drops the output of a unit, and
    with it all the connections that lead away from the unit at once.""",
)
wrong_prediction(
    "what_is_dropped",
    "layers",
    """Dropping whole layers is stochastic depth (Huang et al. 2016), and needs residual blocks. The name
    "dropout layer" means a layer that does the dropping: what it drops are units.""",
)
wrong_prediction(
    "survivor_scale",
    1,
    """With a factor of 1 the average would shrink to 0.8 of what it was, and at inference, with nothing
    dropped, the next layer would get more than it is used to. The factor is 1 / 0.8.""",
)
wrong_prediction(
    "survivor_scale",
    0.8,
    """0.8 is the share that survives. Multiplying by it makes the values smaller still; to keep the
    average, divide by it: 1 / 0.8.""",
)
wrong_prediction(
    "survivor_scale",
    5,
    """5 is 1 / 0.2, one over the share that is dropped. What is left has to make up for the loss, so it
    is one over the share that survives: 1 / 0.8.""",
)
wrong_prediction(
    "survivor_scale",
    1.2,
    """1.2 adds the lost fifth to what is left, but what is left is only 0.8: 0.8 times 1.2 is 0.96, not
    1. Divide: 1 / 0.8.""",
)
wrong_prediction(
    "survivor_scale",
    0.2,
    """0.2 is the share that is dropped. The values that are kept have to become larger, by one over the
    share that survives: 1 / 0.8.""",
)
wrong_prediction(
    "at_inference",
    24,
    """24 is 6 / 0.25: that is what comes out in training, if the value is kept. At inference nothing is
    dropped, so there is nothing to make up for.""",
)
wrong_prediction(
    "at_inference",
    1.5,
    """1.5 is 6 times 0.25, the share kept. The paper of 2014 multiplies at inference like that, because
    it does not scale in training. Keras scales in training, and at inference the value passes as it
    is.""",
)
wrong_prediction(
    "at_inference",
    4.5,
    """4.5 is 6 times 0.75. At inference a dropout layer does nothing: no coin is flipped and no factor
    applied.""",
)
wrong_prediction(
    "at_inference",
    0,
    """Dropping happens in training only. In the finished network every value passes.""",
)
wrong_prediction(
    "coin_flips",
    32,
    """With 32 coins all images of the batch would lose the same feature maps. Each image has its own
    coins: 8 times 32.""",
)
wrong_prediction(
    "coin_flips",
    8,
    """With 8 coins each image would lose all of its feature maps or none: that is DropPath. Each feature
    map of each image has a coin: 8 times 32.""",
)
wrong_prediction(
    "coin_flips",
    50176,
    """8 times 14 times 14 times 32 is one coin for every number: that is ordinary dropout. Here all 14 by
    14 pixels of a feature map share one coin.""",
)
wrong_prediction(
    "coin_flips",
    1568,
    """8 times 14 times 14 is one coin for each pixel of each image, shared by its channels. It is the
    other way round: a channel is dropped with all its pixels.""",
)
wrong_prediction(
    "coin_flips",
    6272,
    """14 times 14 times 32 is one coin for each number of one image, shared by all images. Pixels of a
    feature map share a coin, and images do not.""",
)
