"""Checks of the topic `dropout`.

Masks are random, and correct implementations draw different ones. So nothing here depends on which coins
fell: what is checked is structure (every value is 0 or x / (1 - rate), which elements share a coin, what
repeats and what does not) and statistics within 5 standard deviations. No check rests on the rate 0.5 alone,
where keeping and dropping cannot be told apart.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np

from nnlearn.checking import check, expect, laws, oracles
from nnlearn.learner.errors import LearnerRaised

RATES = (0.1, 0.3, 0.8)
REFUSED_RATES = (-0.5, 1.5, 30)


def never_zero(rng, shape, dtype="float32"):
    """Numbers of both signs and different size, far from 0, so that a 0 in the answer was dropped."""
    return (rng.uniform(0.5, 2.0, shape) * rng.choice([-1.0, 1.0], shape)).astype(dtype)


def facts(y, x):
    """What does not depend on which coins fell: the factors, the share dropped, where masks are constant."""
    if not expect.is_array(y) or y.shape != x.shape:
        return {"shape": list(np.shape(y)) if expect.is_array(y) else type(y).__name__}
    kept = y != 0
    with np.errstate(all="ignore"):
        factors = np.unique(np.round(y.astype(float) / x, 3)).tolist()
    axes = range(kept.ndim)
    return {
        "dtype": y.dtype.name,
        "factors": factors if len(factors) <= 4 else "many",
        "dropped": round(float(1 - kept.mean()), 1),
        "constant along": [bool((kept == kept.take([0], axis)).all()) for axis in axes],
    }


def kept_units(y, x, rate, whole=(), what="element"):
    """Which elements (or channels, or examples) were kept, once `y` is known to be `x / (1 - rate)` or 0."""
    expect.shape(y, x.shape, "the result should have the shape of x")
    y = np.asarray(y)
    kept = y != 0
    want = np.where(kept, x.astype(float) / (1 - rate), 0.0)
    close = oracles.tolerance(y.dtype.name if y.dtype.name in laws.FLOATS else "float32")
    claim = f"at rate {rate} every value should be 0 or x / {1 - rate:.3g}"
    expect.right_and_finite(y, want, claim, **close)
    if not whole:
        return kept
    together = kept.any(axis=whole, keepdims=True)
    expect.true(bool((kept == together).all()), f"one coin should decide about a whole {what}")
    return together.squeeze(whole)


def share_is(kept, rate, what="element"):
    """The share dropped lies within 5 standard deviations of `rate`."""
    claim = f"the share of {what}s dropped at rate {rate} should be {rate} within 5 standard deviations"
    expect.likely(1 - kept.mean(), rate, math.sqrt(rate * (1 - rate) / kept.size), claim)


def nothing_passes(gradient):
    """Where everything is dropped, the gradient is 0, or there is none."""
    claim = "at rate 1 the gradient should be 0, or there should be none"
    if gradient is not None:
        expect.right_and_finite(gradient, np.zeros_like(gradient), claim)


def refuses_other_rates(call):
    """Rates that make no sense are in the message; how many digits of one that just misses is open."""
    for rate in REFUSED_RATES:
        laws.refuses(call, {f"a rate of {rate}": (rate,)}, mentions=str(rate))
    laws.refuses(call, {f"a rate of {rate}": (rate,) for rate in (-0.01, 1.01)})


# What holds for the function and the layers ----------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A layer: its name, an input for it, which axes share a coin, and what one coin decides about."""

    name: str
    shape: tuple[int, ...]
    whole: tuple[int, ...]
    what: str

    def make(self, learner, rate, **kwargs):
        return getattr(learner, self.name)(rate, **kwargs)

    def start(self, learner, rate, seed):
        """A new layer, to be called in training."""
        return functools.partial(self.make(learner, rate, seed=seed), training=True)

    def kept(self, y, x, rate):
        return kept_units(y, x, rate, self.whole, self.what)


class Function(Kind):
    """The function, with a new generator where a layer is made."""

    def start(self, learner, rate, seed):
        coins = learner.keras.random.SeedGenerator(seed)
        return lambda x: learner.dropout(x, rate, coins)


FUNCTION = Function("dropout", (90, 70), (), "element")
ELEMENTS = Kind("Dropout", (70, 50), (), "element")
CHANNELS = Kind("SpatialDropout2D", (50, 3, 5, 40), (1, 2), "channel")
EXAMPLES = Kind("DropPath", (1500, 3, 2), (1, 2), "example")


def drops_and_scales(learner, rng, kind):
    x = never_zero(rng, kind.shape)
    answers = [kind.start(learner, rate, 3)(x) for rate in RATES]
    learner.observed([facts(y, x) for y in answers])
    for rate, y in zip(RATES, answers, strict=True):
        kept = kind.kept(y, x, rate)
        expect.dtype(y, "float32", "a float32 input should give a float32 result")
        share_is(kept, rate, kind.what)


def drops_nothing_or_all(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:20]
    for rate in (0, 0.0):
        expect.close(kind.start(learner, rate, 3)(x), x, "rate 0 should drop nothing")
    for rate in (1, 1.0):
        y = kind.start(learner, rate, 3)(x)
        expect.right_and_finite(y, np.zeros(x.shape), "rate 1 should give zeros, without a division by zero")
        expect.dtype(y, "float32", "rate 1 should keep the dtype")
    return x


def has_its_own_coins(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    start = functools.partial(kind.start, learner, 0.3)
    laws.follows_generator(learner, lambda seed: functools.partial(start(seed), x), drawn="masks")


# dropout ---------------------------------------------------------------------------------------


@check("dropout")
def test_dropout_drops_and_scales(learner, rng):
    """dropout sets a share `rate` of the elements to 0 and multiplies the others by 1 / (1 - rate)."""
    drops_and_scales(learner, rng, FUNCTION)


@check("dropout", after=test_dropout_drops_and_scales)
def test_dropout_at_the_ends(learner, rng):
    """At rate 0 dropout returns x, at rate 1 zeros."""
    x = drops_nothing_or_all(learner, rng, FUNCTION)
    coins = learner.keras.random.SeedGenerator(3)
    nothing_passes(learner.kit.gradient(learner.dropout, x, 1.0, coins))


@check("dropout")
def test_dropout_refuses_other_rates(learner):
    """dropout raises a ValueError that contains the rate when it is below 0 or above 1."""
    x = np.ones((2, 3), "float32")
    refuses_other_rates(lambda rate: FUNCTION.start(learner, rate, 3)(x))


@check("dropout", after=test_dropout_drops_and_scales)
def test_dropout_uses_the_generator(learner, rng):
    """Each call with a generator draws a new mask; a generator with the same seed repeats the sequence."""
    has_its_own_coins(learner, rng, FUNCTION)


# What holds for all three layers ---------------------------------------------------------------


def layer_is_off_at_inference(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:20]
    layer = kind.make(learner, 0.3, seed=3)
    expect.close(layer(x, training=False), x, "with training=False the layer should return its input")
    expect.close(layer(x), x, "without the argument training the layer should return its input")
    layer(x, training=True)
    expect.close(layer(x), x, "after a call in training, inference should still return the input")
    for rate in (0.8, 1):
        still = kind.make(learner, rate, seed=3)(x, training=False)
        expect.close(still, x, f"at inference a rate of {rate} should not matter")


def fate_of_rate(learner, kind, rate):
    """When a layer with this rate is refused, if it is."""
    try:
        layer = kind.make(learner, rate)
    except LearnerRaised as error:
        return f"{error.type_name} when made, rate in it: {str(rate) in error.message}"
    try:
        layer(np.ones((2, 3, 4, 5)[: len(kind.shape)], "float32"), training=True)
    except LearnerRaised:
        return "refused when called"
    return "accepted"


def layer_refuses_other_rates(learner, kind):
    learner.observed([fate_of_rate(learner, kind, rate) for rate in REFUSED_RATES])
    refuses_other_rates(lambda rate: kind.make(learner, rate))


def layer_survives_its_config(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    layer = kind.make(learner, 0.3, seed=7, name="mine", dtype="float16")
    layer_class = getattr(learner, kind.name)
    copy = laws.survives_config(layer_class, layer, name="mine", compute_dtype="float16")
    y = copy(x, training=True)
    kind.kept(y, x.astype("float16"), 0.3)
    expect.same(y, layer(x, training=True), "a fresh layer and its copy should draw the same masks")
    unseeded = layer_class.from_config(kind.make(learner, 0.3).get_config())
    kind.kept(unseeded(x, training=True), x, 0.3)


# Dropout ---------------------------------------------------------------------------------------


@check("Dropout")
def test_layer_drops_and_scales(learner, rng):
    """In training, Dropout sets a share `rate` to 0 and multiplies the others by 1 / (1 - rate)."""
    drops_and_scales(learner, rng, ELEMENTS)


@check("Dropout")
def test_layer_is_off_at_inference(learner, rng):
    """At inference Dropout returns its input, and inference is what it does when nothing is said."""
    layer_is_off_at_inference(learner, rng, ELEMENTS)


@check("Dropout", after=test_layer_drops_and_scales)
def test_layer_has_its_own_coins(learner, rng):
    """Dropout draws a new mask at each call; a layer with the same seed repeats the sequence."""
    has_its_own_coins(learner, rng, ELEMENTS)


@check("Dropout")
def test_layer_refuses_other_rates(learner):
    """Dropout raises a ValueError that contains the rate when it is made with one below 0 or above 1."""
    layer_refuses_other_rates(learner, ELEMENTS)


@check("Dropout", after=test_layer_drops_and_scales)
def test_layer_survives_its_config(learner, rng):
    """get_config and from_config give a Dropout layer with the same rate, seed, name and dtype."""
    layer_survives_its_config(learner, rng, ELEMENTS)


# SpatialDropout2D ------------------------------------------------------------------------------


@check("SpatialDropout2D")
def test_spatial_drops_whole_channels(learner, rng):
    """In training, SpatialDropout2D drops whole channels, each by its own coin, and scales the others."""
    drops_and_scales(learner, rng, CHANNELS)


@check("SpatialDropout2D")
def test_spatial_is_off_at_inference(learner, rng):
    """At inference SpatialDropout2D returns its input, and that is what it does when nothing is said."""
    layer_is_off_at_inference(learner, rng, CHANNELS)


@check("SpatialDropout2D", after=test_spatial_drops_whole_channels)
def test_spatial_has_its_own_coins(learner, rng):
    """SpatialDropout2D draws a new mask at each call; a layer with the same seed repeats the sequence."""
    has_its_own_coins(learner, rng, CHANNELS)


@check("SpatialDropout2D")
def test_spatial_refuses_other_rates(learner):
    """SpatialDropout2D raises a ValueError that contains the rate when it is below 0 or above 1."""
    layer_refuses_other_rates(learner, CHANNELS)


@check("SpatialDropout2D", after=test_spatial_drops_whole_channels)
def test_spatial_survives_its_config(learner, rng):
    """get_config and from_config give a SpatialDropout2D layer with the same rate, seed, name and dtype."""
    layer_survives_its_config(learner, rng, CHANNELS)


# DropPath --------------------------------------------------------------------------------------


@check("DropPath")
def test_path_drops_whole_examples(learner, rng):
    """In training, DropPath drops whole examples, each by its own coin, and scales the others."""
    drops_and_scales(learner, rng, EXAMPLES)


@check("DropPath")
def test_path_is_off_at_inference(learner, rng):
    """At inference DropPath returns its input, and that is what it does when nothing is said."""
    layer_is_off_at_inference(learner, rng, EXAMPLES)


@check("DropPath", after=test_path_drops_whole_examples)
def test_path_has_its_own_coins(learner, rng):
    """DropPath draws a new mask at each call; a layer with the same seed repeats the sequence."""
    has_its_own_coins(learner, rng, EXAMPLES)


@check("DropPath")
def test_path_refuses_other_rates(learner):
    """DropPath raises a ValueError that contains the rate when it is made with one below 0 or above 1."""
    layer_refuses_other_rates(learner, EXAMPLES)


@check("DropPath", after=test_path_drops_whole_examples)
def test_path_survives_its_config(learner, rng):
    """get_config and from_config give a DropPath layer with the same rate, seed, name and dtype."""
    layer_survives_its_config(learner, rng, EXAMPLES)


# mc_predict ------------------------------------------------------------------------------------


def dropout_alone(learner, shape, rate, seed=4):
    """A model that is Keras' own dropout and nothing else, so that every pass is a mask."""
    keras = learner.keras
    return keras.Sequential([keras.Input(shape), keras.layers.Dropout(rate, seed=seed)])


def pair(answer):
    """The two answers of mc_predict."""
    claim = "mc_predict should return two things, the mean and the standard deviation"
    return expect.items(answer, 2, claim)


def shapes_are(mean, deviation, shape):
    expect.shape(mean, shape, "the mean should have the shape of the model's output")
    expect.shape(deviation, shape, "the standard deviation should have the shape of the model's output")


def passes_have_masks_of_their_own(kept, rate, passes):
    """The share of passes that kept a value varies as with separate coins, within 5 standard deviations."""
    counts = np.arange(passes + 1)
    chances = np.array([math.comb(passes, k) * (1 - rate) ** k * rate ** (passes - k) for k in counts])
    spreads = counts / passes * (1 - counts / passes)
    mean = float(chances @ spreads)
    deviation = math.sqrt(max(float(chances @ spreads**2) - mean**2, 0) / kept.size) + 1e-9
    expect.likely((kept * (1 - kept)).mean(), mean, deviation, "every pass should draw masks of its own")


def passes_over_masks(learner, shape, rate, passes):
    """What mc_predict says of a model that is dropout alone, asked about ones."""
    answer = learner.mc_predict(dropout_alone(learner, shape[1:], rate), np.ones(shape, "float32"), passes)
    two = isinstance(answer, (tuple, list)) and len(answer) == 2 and all(map(expect.is_array, answer))
    if two and answer[0].shape == answer[1].shape == shape:
        mean, deviation = (np.asarray(part, float) for part in answer)
        counts = mean * (1 - rate) * passes
        between = mean * (1 / (1 - rate) - mean)
        inside = between > 0.01
        relation = np.median(deviation[inside] ** 2 / between[inside]) if inside.any() else -1.0
        learner.observed(
            {
                "mean": round(float(mean.mean()), 1),
                "different means": min(len(np.unique(np.round(mean, 3))), 4),
                "whole": bool(np.allclose(counts, np.round(counts), atol=1e-3)),
                "deviation": round(float(relation), 2),
                "finite": bool(np.isfinite(deviation).all()),
            }
        )
    elif two:
        learner.observed({"shapes": [list(part.shape) for part in answer]})
    mean, deviation = pair(answer)
    shapes_are(mean, deviation, shape)
    return mean, deviation


def averages_the_passes(learner, shape, rate, passes):
    """The mean is one of the numbers that so many masks can give, as often as chance would have it."""
    mean, _ = passes_over_masks(learner, shape, rate, passes)
    expect.finite(mean, "the mean should be finite")
    share = np.asarray(mean) * (1 - rate)  # of the passes in which a value was kept
    kept = np.round(share * passes) / passes
    expect.close(share, kept, f"the mean of {passes} passes should be a whole number of kept values")
    deviation = math.sqrt(rate * (1 - rate) / (passes * kept.size))
    expect.likely(kept.mean(), 1 - rate, deviation, "the passes should run with dropout on")
    passes_have_masks_of_their_own(kept, rate, passes)


def measures_the_spread(learner, shape, rate, passes):
    """Where k of the passes kept a one, mean and standard deviation follow from k, whatever k is."""
    mean, deviation = passes_over_masks(learner, shape, rate, passes)
    expect.finite(deviation, "the standard deviation should be finite")
    kept = np.clip(np.asarray(mean, float) * (1 - rate), 0, 1)
    want = np.sqrt(kept * (1 - kept)) / (1 - rate)
    claim = "the second answer should be the population standard deviation over the passes"
    expect.close(deviation, want, claim, rtol=1e-4, atol=2e-3)


@check("mc_predict")
def test_mc_averages_the_passes(learner):
    """The first answer of mc_predict is the mean over passes with dropout on, each with its own masks."""
    averages_the_passes(learner, (40, 30), 0.3, 6)


@check("mc_predict", after=test_mc_averages_the_passes)
def test_mc_measures_the_spread(learner):
    """The second answer of mc_predict is the population standard deviation over the passes."""
    measures_the_spread(learner, (40, 30), 0.3, 6)


@check("mc_predict", after=test_mc_averages_the_passes)
def test_mc_draws_new_masks(learner):
    """A second call of mc_predict sees other masks."""
    model, twin = dropout_alone(learner, (30,), 0.3), dropout_alone(learner, (30,), 0.3)
    x = np.ones((20, 30), "float32")
    model(x, training=True)
    first, _ = pair(learner.mc_predict(model, x, 3))
    second, _ = pair(learner.mc_predict(model, x, 3))
    fresh, _ = pair(learner.mc_predict(twin, x, 3))
    learner.observed(
        {"calls differ": not expect.equal(first, second), "starts anew": expect.equal(first, fresh)}
    )
    claim = "the passes should go on from the model's random state, not from its beginning"
    expect.different(first, fresh, claim)
    expect.different(first, second, "a second call should see other masks")


def model_with_statistics(learner, rng):
    """A model with weights, moving statistics and dropout, set to numbers that are not the initial ones."""
    keras = learner.keras
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(6, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3, seed=2),
            layers.Dense(3),
        ]
    )
    model.set_weights([rng.uniform(0.5, 1.5, w.shape).astype("float32") for w in model.get_weights()])
    model.layers[0].trainable = False
    return model


@check("mc_predict", after=test_mc_averages_the_passes)
def test_mc_leaves_the_model_alone(learner, rng):
    """After mc_predict all weights, moving statistics included, and trainable flags are as before."""
    model = model_with_statistics(learner, rng)
    x = rng.normal(size=(9, 5)).astype("float32")
    flags = [layer.trainable for layer in model.layers]
    answer = laws.changes_no_weight(learner, model, lambda: learner.mc_predict(model, x, 4))
    flags_now = [layer.trainable for layer in model.layers]
    learner.observed({"trainable": flags_now})
    shapes_are(*pair(answer), (9, 3))
    expect.same(flags_now, flags, "the trainable flags of the layers should be as before")
