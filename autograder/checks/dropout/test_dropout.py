"""Checks of the topic `dropout`.

Masks are random, and correct implementations draw different ones. So nothing here depends on which coins
fell: what is checked is structure (every value is 0 or x / (1 - rate), which elements share a coin, what
repeats and what does not) and statistics within 5 standard deviations. No check rests on the rate 0.5 alone,
where keeping and dropping cannot be told apart.
"""

import functools
import itertools
import math
from dataclasses import dataclass, replace

import numpy as np

from nnlearn.checking import check, expect, laws, oracles
from nnlearn.learner.errors import LearnerRaised

RATES = (0.1, 0.3, 0.8)
OTHER_RATES = (0.04, 0.25, 0.5, 0.6, 0.95)
REFUSED_RATES = (-0.5, 1.5, 30)
POLICIES = ("float16", "mixed_float16", "float64")


def never_zero(rng, shape, dtype="float32"):
    """Numbers of both signs and different size, far from 0, so that a 0 in the answer was dropped."""
    return (rng.uniform(0.5, 2.0, shape) * rng.choice([-1.0, 1.0], shape)).astype(dtype)


ENOUGH = 300  # so many coins have a share that can be told from another, and do not all fall alike


def facts(y, x, rate):
    """What does not depend on which coins fell: the factor, which axes share a coin, the share dropped.

    Two implementations of one idea draw different coins, and have these in common.
    """
    if not expect.is_array(y) or y.shape != x.shape:
        return {"shape": list(np.shape(y)) if expect.is_array(y) else type(y).__name__}
    kept = y != 0
    found = {"dtype": y.dtype.name, "factor": factor_in_words(y, x, rate, kept)}
    if kept.all() or not kept.any():
        return found | {"dropped": "none" if kept.any() else "all"}
    if kept.size >= ENOUGH:
        shared = [bool((kept == kept.take([0], axis)).all()) for axis in range(kept.ndim)]
        coins = kept[tuple(slice(0, 1) if alike else slice(None) for alike in shared)]
        found["shared along"] = shared
        if coins.size >= ENOUGH:
            found["dropped too often"] = round(float(1 - coins.mean()) - rate, 1)
    return found


def factor_in_words(y, x, rate, kept):
    """What is left of a kept value, as a multiple of what should be left of it."""
    with np.errstate(all="ignore"):
        ratios = y.astype(float) / x
        share = kept.mean(axis=tuple(range(1, kept.ndim)), keepdims=True)
        counts = [part for part in (kept.mean(), share) if ((part > 0) & (part < 1)).any()]
        by_count = [(ratios * part)[kept] for part in counts]  # where some fell, of all or of each example
    factors, near = ratios[kept] * (1 - rate), 5e-3 if y.dtype.itemsize == 2 else 1e-4
    if not kept.any() or not np.isfinite(factors).all():
        return "none" if np.isfinite(factors).all() else "not finite"
    if np.allclose(factors, 1, atol=near):
        return "right"
    if any(np.allclose(each, 1, atol=near) for each in by_count):
        return "of those that fell"
    spread = near * abs(factors.mean())
    if np.ptp(factors) < spread:
        return round(float(factors.mean()), 2)
    small = factors < (factors.min() + factors.max()) / 2
    both = factors[small], factors[~small]
    return [round(float(each.mean()), 2) for each in both] if max(map(np.ptp, both)) < spread else "many"


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


def some_of_each(kept, claim="some should be dropped and some kept"):
    expect.true(0 < kept.sum() < kept.size, claim)


def share_is(kept, rate, what="element"):
    """The share dropped lies within 5 standard deviations of `rate`."""
    claim = f"the share of {what}s dropped at rate {rate} should be {rate} within 5 standard deviations"
    expect.likely(1 - kept.mean(), rate, math.sqrt(rate * (1 - rate) / kept.size), claim)


def coins_are_independent(kept, rate, what):
    """Neighbours along each axis agree as often as independent coins do, within 5 standard deviations."""
    alike = rate**2 + (1 - rate) ** 2
    three_alike = rate**3 + (1 - rate) ** 3
    variance = alike * (1 - alike) + 2 * (three_alike - alike**2)
    for axis in range(kept.ndim):
        first = kept.take(range(kept.shape[axis] - 1), axis)
        second = kept.take(range(1, kept.shape[axis]), axis)
        claim = f"neighbouring {what}s along axis {axis} should agree as often as separate coins do"
        expect.likely((first == second).mean(), alike, math.sqrt(variance / first.size), claim)


def calls_are_independent(first, second, rate):
    """Two masks agree as often as independent coins do, within 5 standard deviations."""
    alike = rate**2 + (1 - rate) ** 2
    claim = "the masks of two calls should agree as often as separate coins do"
    expect.likely((first == second).mean(), alike, math.sqrt(alike * (1 - alike) / first.size), claim)


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
    """A layer: its name, an input, which axes share a coin, what a coin decides about, an input of many."""

    name: str
    shape: tuple[int, ...]
    whole: tuple[int, ...]
    what: str
    many: tuple[int, ...]

    def make(self, learner, rate, **kwargs):
        return getattr(learner, self.name)(rate, **kwargs)

    def start(self, learner, rate, seed):
        """A new layer, to be called in training."""
        return functools.partial(self.make(learner, rate, seed=seed), training=True)

    def kept(self, learner, y, x, rate):
        """Which units were kept, once `y` is known to be what dropping whole units leaves."""
        learner.observed(facts(y, x, rate))
        with expect.about(y):
            return kept_units(y, x, rate, self.whole, self.what)

    def drops(self, learner, y, x, rate):
        """As `kept`, and the share that was dropped is right."""
        kept = self.kept(learner, y, x, rate)
        with expect.about(y):
            share_is(kept, rate, self.what)
        return kept

    def rests(self, learner, y, x, claim, **tolerance):
        """The layer returned its input as it is."""
        learner.observed(facts(y, x, 0))
        expect.close(y, x, claim, **tolerance)


class Function(Kind):
    """The function, with a new generator where a layer is made."""

    def start(self, learner, rate, seed):
        coins = learner.keras.random.SeedGenerator(seed)
        return lambda x: learner.dropout(x, rate, coins)


FUNCTION = Function("dropout", (90, 70), (), "element", (375, 400))
ELEMENTS = Kind("Dropout", (70, 50), (), "element", (375, 400))
CHANNELS = Kind("SpatialDropout2D", (50, 3, 5, 40), (1, 2), "channel", (375, 1, 1, 400))
EXAMPLES = Kind("DropPath", (1500, 3, 2), (1, 2), "example", (150_000, 1, 1))


def drops_and_scales(learner, rng, kind):
    x = never_zero(rng, kind.shape)
    answers = [kind.start(learner, rate, 3)(x) for rate in RATES]
    found = [facts(y, x, rate) for rate, y in zip(RATES, answers, strict=True)]
    if all("dropped" in each for each in found):  # all or nothing: which of them is for the coin to say
        drop = kind.start(learner, 0.3, 3)
        found = sorted({str(facts(drop(x), x, 0.3)) for _ in range(20)})
    learner.observed(found)
    for rate, y in zip(RATES, answers, strict=True):
        with expect.about(y):
            kept = kept_units(y, x, rate, kind.whole, kind.what)
            expect.dtype(y, "float32", "a float32 input should give a float32 result")
            share_is(kept, rate, kind.what)


def drops_nothing_or_all(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:20]
    for rate in (0, 0.0):
        kind.rests(learner, kind.start(learner, rate, 3)(x), x, "rate 0 should drop nothing")
    for rate in (1, 1.0):
        y = kind.start(learner, rate, 3)(x)
        expect.right_and_finite(y, np.zeros(x.shape), "rate 1 should give zeros, without a division by zero")
        expect.dtype(y, "float32", "rate 1 should keep the dtype")
    return x


def drops_at_other_rates(learner, rng, kind, shape=None):
    x = never_zero(rng, shape or kind.shape)
    for rate in OTHER_RATES:
        kind.drops(learner, kind.start(learner, rate, 3)(x), x, rate)


def is_fair_in_float16(learner, kind, drop):
    """Coins that are made in float16 are so coarse that a small rate drops five times too often, or never."""
    x, rate = np.ones(kind.many, "float16"), 2e-4  # 1 - rate is 1 in float16
    dropped = float((np.asarray(drop(x, rate)) == 0).mean())
    off, bound = dropped - rate, 5 * math.sqrt(rate / x.size)
    learner.observed(
        {"float16 is dropped": "rightly" if abs(off) < bound else "often" if off > 0 else "rarely"}
    )
    claim = f"float16, too, should be dropped at the rate {rate}"
    expect.true(abs(off) < bound, claim, f"{dropped:.2g} of it are")


def has_its_own_coins(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    start = functools.partial(kind.start, learner, 0.3)
    at_once = [start(0)(x) for _ in range(2)]  # what sets the seed of all random numbers repeats here, too
    learner.observed({"repeats at once": expect.equal(*at_once)})
    laws.follows_generator(
        learner, lambda seed: functools.partial(start(seed), x), drawn="masks", seeds=(0, 6)
    )


def flips_separate_coins(learner, rng, kind):
    x = never_zero(rng, kind.shape)
    drop = kind.start(learner, 0.3, 8)
    masks = [kind.drops(learner, drop(x), x, 0.3) for _ in range(4)]
    counts = {int(mask.sum()) for mask in masks}
    learner.observed({"one mask": bool((masks[0] == masks[2]).all()), "counts": min(len(counts), 2)})
    coins_are_independent(np.stack(masks), 0.3, kind.what)
    calls_are_independent(masks[0], masks[2], 0.3)
    expect.true(len(counts) > 1, f"how many {kind.what}s are dropped should differ from call to call")


def flips_them_in_every_run(learner, drop, x, kind):
    """`drop` is compiled: its first run traces what the others repeat."""
    runs = [(kind.drops(learner, drop(x), x, 0.3), learner.so_far()) for _ in range(3)]
    pairs = list(itertools.pairwise(mask for mask, _ in runs))
    learner.observed({"one mask": all(bool((first == second).all()) for first, second in pairs)})
    for (first, second), (_, moment) in zip(pairs, runs[1:], strict=True):
        with expect.about(moment):
            calls_are_independent(first, second, 0.3)


def passes_gradients(learner, call, x, upstream, rate, want, claim, *args, **kwargs):
    """The gradient of `call(x, *args, **kwargs)` by `x`, which drops at this rate."""
    gradient = learner.kit.gradient(call, x, *args, upstream=upstream, **kwargs)
    arrived = gradient is not None
    found = facts(gradient, upstream, rate) if arrived else "none arrives"
    as_in_the_call = arrived and np.array_equal(gradient != 0, want != 0)
    learner.observed({"gradient": found, "mask of the call": as_in_the_call})
    expect.right_and_finite(expect.arrives(gradient, claim), want, claim)


def drops_in_every_rank(learner, rng, drop):
    for shape in ((120,), (12, 9), (5, 4, 6), (3, 4, 2, 5)):
        x = never_zero(rng, shape)
        some_of_each(ELEMENTS.kept(learner, drop(x), x, 0.3))


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


@check("dropout", hidden=True, after=test_dropout_drops_and_scales)
def test_dropout_at_other_rates(learner, rng):
    """dropout drops and scales rightly at rates between 0 and 1 of every size."""
    drops_at_other_rates(learner, rng, FUNCTION, (60, 50))


@check("dropout")
def test_dropout_refuses_other_rates(learner):
    """dropout raises a ValueError that contains the rate when it is below 0 or above 1."""
    x = np.ones((2, 3), "float32")
    refuses_other_rates(lambda rate: FUNCTION.start(learner, rate, 3)(x))


@check("dropout", after=test_dropout_drops_and_scales)
def test_dropout_uses_the_generator(learner, rng):
    """Each call with a generator draws a new mask; a generator with the same seed repeats the sequence."""
    has_its_own_coins(learner, rng, FUNCTION)


@check("dropout", hidden=True, after=test_dropout_drops_and_scales)
def test_dropout_coins_are_independent(learner, rng):
    """Every element has a coin of its own: rows, columns and calls have different masks."""
    flips_separate_coins(learner, rng, FUNCTION)


@check("dropout", hidden=True, after=test_dropout_uses_the_generator)
def test_dropout_gradient(learner, rng):
    """The gradient of dropout is 1 / (1 - rate) where an element is kept and 0 where it is dropped."""
    x = never_zero(rng, (23, 17))
    upstream = rng.normal(size=x.shape).astype("float32")
    claim = "the gradient should be upstream / (1 - rate) where kept and 0 where dropped"
    for rate in (0.3, 0.8):
        kept = FUNCTION.kept(learner, FUNCTION.start(learner, rate, 4)(x), x, rate)
        want, coins = kept * upstream / (1 - rate), learner.keras.random.SeedGenerator(4)
        passes_gradients(learner, learner.dropout, x, upstream, rate, want, claim, rate, coins)


@check("dropout", hidden=True, after=test_dropout_drops_and_scales)
def test_dropout_keeps_dtypes(learner, rng):
    """dropout keeps float16, float32 and float64, and treats integers as float32."""
    for dtype in laws.FLOATS:
        x = never_zero(rng, (80, 50), dtype)
        y = FUNCTION.start(learner, 0.3, 9)(x)
        FUNCTION.drops(learner, y, x, 0.3)
        expect.dtype(y, dtype, f"a {dtype} input should give a {dtype} result")
    for dtype, low in (("int64", -9), ("uint8", 200)):
        x = rng.integers(low, low + 9, (30, 20)).astype(dtype)
        y = FUNCTION.start(learner, 0.3, 9)(x)
        learner.observed(facts(y, x, 0.3))
        expect.dtype(y, "float32", f"integers should be treated as float32, {dtype} too")
        FUNCTION.kept(learner, y, x, 0.3)
    for rate in (0, 1):
        drop = FUNCTION.start(learner, rate, 9)
        expect.dtype(drop(np.ones((2, 3), "float16")), "float16", f"rate {rate} should keep the dtype")
        whole = drop(np.ones((2, 3), "int32"))
        expect.dtype(whole, "float32", f"at rate {rate}, too, integers should be treated as float32")


@check("dropout", hidden=True, after=test_dropout_drops_and_scales)
def test_dropout_of_every_rank(learner, rng):
    """dropout takes inputs of rank 1 to 4, and nested lists."""
    drops_in_every_rank(learner, rng, lambda x: FUNCTION.start(learner, 0.3, 2)(x))
    nested = [[1.0, 2.0, -3.0, 4.0], [5.0, -6.0, 7.0, 8.0]]
    FUNCTION.kept(learner, FUNCTION.start(learner, 0.3, 2)(nested), np.array(nested), 0.3)


@check("dropout", after=test_dropout_drops_and_scales)
def test_dropout_compiled(learner, rng):
    """Inside tf.function, dropout draws a new mask at every call, not only when it is traced."""
    x = never_zero(rng, (40, 30))
    graph, coins = learner.kit.compiled(learner.dropout), learner.keras.random.SeedGenerator(2)
    flips_them_in_every_run(learner, lambda x: graph(x, 0.3, coins), x, FUNCTION)


@check("dropout", after=test_dropout_drops_and_scales)
def test_dropout_is_fair_in_float16(learner):
    """dropout drops float16 as rarely as any other dtype, where the rate is small."""
    is_fair_in_float16(learner, FUNCTION, lambda x, rate: FUNCTION.start(learner, rate, 9)(x))


# What holds for all three layers ---------------------------------------------------------------


def layer_is_off_at_inference(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:20]
    layer = kind.make(learner, 0.3, seed=3)
    rests = functools.partial(kind.rests, learner)
    rests(layer(x, training=False), x, "with training=False the layer should return its input")
    rests(layer(x), x, "without the argument training the layer should return its input")
    layer(x, training=True)
    rests(layer(x), x, "after a call in training, inference should still return the input")
    for rate in (0.8, 1):
        still = kind.make(learner, rate, seed=3)(x, training=False)
        rests(still, x, f"at inference a rate of {rate} should not matter")


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
    y, first = copy(x, training=True), layer(x, training=True)
    kind.kept(learner, y, x.astype("float16"), 0.3)
    learner.observed({"same masks": expect.equal(y, first)})
    expect.dtype(y, "float16", "a layer of dtype float16 should return float16")
    expect.same(y, np.asarray(first), "a fresh layer and its copy should draw the same masks")
    unseeded = layer_class.from_config(kind.make(learner, 0.3).get_config())
    kind.kept(learner, unseeded(x, training=True), x, 0.3)


def layer_at_the_ends(learner, rng, kind):
    x = drops_nothing_or_all(learner, rng, kind)
    nothing_passes(learner.kit.gradient(kind.make(learner, 1.0), x, training=True))


def layer_passes_gradients(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    upstream = rng.normal(size=x.shape).astype("float32")
    y = kind.start(learner, 0.3, 4)(x)
    kind.kept(learner, y, x, 0.3)
    twin = kind.make(learner, 0.3, seed=4)
    passes = functools.partial(passes_gradients, learner, twin, x, upstream)
    want = (np.asarray(y) != 0) * upstream / 0.7
    claim = "in training the gradient should be upstream / (1 - rate) where kept and 0 where dropped"
    passes(0.3, want, claim, training=True)
    passes(0, upstream, "at inference the gradient should pass unchanged", training=False)


def layer_follows_its_dtype(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    for policy in POLICIES:
        dtype = policy.removeprefix("mixed_")
        given, layer = x.astype(dtype), kind.make(learner, 0.3, seed=3, dtype=policy)
        for training, rate in ((False, 0), (True, 0.3)):
            y = layer(given, training=training)
            learner.observed(facts(y, given, rate))
            claim = f"the policy {policy} should give {dtype}, with training={training}"
            expect.dtype(y, dtype, claim)
            kind.kept(learner, y, given, rate)
        everything = kind.make(learner, 1, dtype=policy)(x, training=True)
        expect.dtype(everything, dtype, f"at rate 1, too, the policy {policy} should give {dtype}")
    for whole, low in (("int64", -9), ("uint8", 200)):
        x = rng.integers(low, low + 9, kind.shape).astype(whole)[:60]
        y = kind.make(learner, 0.3, seed=3, dtype="float16")(x, training=True)
        learner.observed(facts(y, x, 0.3))
        expect.dtype(y, "float16", f"{whole} should be cast to the layer's compute dtype")
        kind.kept(learner, y, x, 0.3)
    everything = kind.make(learner, 1, dtype="float16")(x, training=True)
    expect.dtype(everything, "float16", "at rate 1, too, integers should be cast to the compute dtype")


def layer_is_fair_in_float16(learner, kind):
    small = functools.partial(kind.make, learner, seed=3, dtype="float16")
    is_fair_in_float16(learner, kind, lambda x, rate: small(rate)(x, training=True))


def layer_cannot_be_frozen(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    frozen = kind.make(learner, 0.3, seed=3)
    frozen.trainable = False
    born_frozen = kind.make(learner, 0.3, seed=3, trainable=False)
    for layer in (frozen, born_frozen):
        y = layer(x, training=True)
        kept = kind.kept(learner, y, x, 0.3) if facts(y, x, 0).get("factor") != "right" else None
        learner.observed({"drops": kept is not None})
        with expect.about(y):
            claim = "with trainable=False the layer should still drop in training"
            expect.true(kept is not None, claim, "it returns its input")
            some_of_each(kept, claim)
        kind.rests(learner, layer(x, training=False), x, "at inference the layer should return its input")


def layer_shares_no_state(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    alone = kind.make(learner, 0.3, seed=5)
    sequence = [alone(x, training=True) for _ in range(3)]
    mixed, other = kind.make(learner, 0.3, seed=5), kind.make(learner, 0.3, seed=6)
    in_between = []
    for _ in sequence:
        other(x, training=True)
        learner.keras.random.uniform((3,))  # Keras' global generator is none of the layer's business
        mixed(x, training=False)
        in_between.append(mixed(x, training=True))
    first, second = (kind.make(learner, 0.3)(x, training=True) for _ in range(2))
    as_alone = [expect.equal(got, want) for got, want in zip(in_between, sequence, strict=True)]
    learner.observed({"as alone": as_alone, "unseeded differ": not expect.equal(first, second)})
    for number, (got, want) in enumerate(zip(in_between, sequence, strict=True), start=1):
        claim = f"mask number {number} should not depend on what other layers and inference do"
        expect.same(got, np.asarray(want), claim)
    expect.different(first, second, "two layers without a seed should draw different masks")


def drops_in_a_model(learner, rng, kind):
    """In training a model has its layer drop; another batch is traced with a size that is not known."""
    x = never_zero(rng, kind.shape)[:60]
    model = learner.keras.Sequential([learner.keras.Input(kind.shape[1:]), kind.make(learner, 0.3, seed=3)])
    graph = functools.partial(learner.kit.compiled(model), training=True)
    fewer = x[:23]
    kind.kept(learner, graph(fewer), fewer, 0.3)
    answers = [graph(x) for _ in range(2)]
    masks = [kind.kept(learner, y, x, 0.3) for y in answers]
    learner.observed({"one mask": bool((masks[0] == masks[1]).all())})
    with expect.about(answers[1]):
        some_of_each(masks[1], "in training the model should drop some and keep some")
        calls_are_independent(*masks, 0.3)
    kind.rests(learner, model(x), x, "a model that is called after training should be without dropout")


def layer_survives_saving(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    keras = learner.keras
    model = keras.Sequential([keras.Input(kind.shape[1:]), kind.make(learner, 0.8, seed=3, name="noise")])
    model(x, training=True)
    loaded = learner.kit.reloaded(model)
    kind.rests(learner, loaded(x, training=False), x, "the loaded layer should be off at inference")
    expect.same(loaded.layers[0].name, "noise", "the loaded layer should keep its name")
    y = loaded(x, training=True)
    kept = kind.kept(learner, y, x, 0.8)
    with expect.about(y):
        some_of_each(kept, "the loaded layer should drop with the rate it was saved with")


def layer_works_compiled(learner, rng, kind):
    x = never_zero(rng, kind.shape)[:60]
    graph = learner.kit.compiled(kind.make(learner, 0.3, seed=3))
    flips_them_in_every_run(learner, functools.partial(graph, training=True), x, kind)
    claim = "compiled, too, the layer should be off at inference"
    kind.rests(learner, graph(x, training=False), x, claim)


def layer_knows_its_shape(learner, kind, shape):
    layer = kind.make(learner, 0.3, seed=3)
    laws.infers_shape(learner, layer, shape, training=True)
    expect.same(len(layer.weights), 0, "the layer should have no weights")


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


@check("Dropout", hidden=True, after=test_layer_drops_and_scales)
def test_layer_at_other_rates(learner, rng):
    """Dropout drops and scales rightly at rates between 0 and 1 of every size."""
    drops_at_other_rates(learner, rng, ELEMENTS)


@check("Dropout", after=test_layer_drops_and_scales)
def test_layer_at_the_ends(learner, rng):
    """In training, Dropout changes nothing at rate 0 and gives zeros at rate 1."""
    layer_at_the_ends(learner, rng, ELEMENTS)


@check("Dropout", hidden=True, after=test_layer_drops_and_scales)
def test_layer_flips_separate_coins(learner, rng):
    """Dropout has a coin for each element: rows, columns and calls have different masks."""
    flips_separate_coins(learner, rng, ELEMENTS)


@check("Dropout", hidden=True, after=test_layer_drops_and_scales)
def test_layer_passes_gradients(learner, rng):
    """The gradient through Dropout is scaled where kept, 0 where dropped, and unchanged at inference."""
    layer_passes_gradients(learner, rng, ELEMENTS)


@check("Dropout", hidden=True, after=test_layer_drops_and_scales)
def test_layer_follows_its_dtype(learner, rng):
    """Dropout returns its compute dtype, in training and at inference, and casts integers to it."""
    layer_follows_its_dtype(learner, rng, ELEMENTS)


@check("Dropout", after=test_layer_drops_and_scales)
def test_layer_cannot_be_frozen(learner, rng):
    """Dropout with trainable=False still drops in training."""
    layer_cannot_be_frozen(learner, rng, ELEMENTS)


@check("Dropout", after=test_layer_drops_and_scales)
def test_layer_is_fair_in_float16(learner):
    """In float16, Dropout drops as rarely as in any other dtype, where the rate is small."""
    layer_is_fair_in_float16(learner, ELEMENTS)


@check("Dropout", hidden=True, after=test_layer_drops_and_scales)
def test_layer_shares_no_state(learner, rng):
    """The masks of a Dropout layer do not depend on other layers, other random numbers or inference."""
    layer_shares_no_state(learner, rng, ELEMENTS)


@check("Dropout", after=test_layer_has_its_own_coins)
def test_layer_works_in_training(learner, rng):
    """In a model, Dropout drops in training, for batches of any size, and is off afterwards."""
    drops_in_a_model(learner, rng, ELEMENTS)


@check("Dropout", hidden=True, after=test_layer_drops_and_scales)
def test_layer_survives_saving(learner, rng):
    """A model with a Dropout layer can be saved and loaded, and goes on as before."""
    layer_survives_saving(learner, rng, ELEMENTS)


@check("Dropout", after=test_layer_drops_and_scales)
def test_layer_works_compiled(learner, rng):
    """Inside tf.function, Dropout draws a new mask at every call and is off at inference."""
    layer_works_compiled(learner, rng, ELEMENTS)


@check("Dropout", hidden=True, after=test_layer_works_in_training)
def test_layer_knows_its_shape(learner):
    """Dropout keeps the shape of symbolic inputs and has no weights."""
    layer_knows_its_shape(learner, ELEMENTS, (7, 3))


@check("Dropout", hidden=True, after=test_layer_drops_and_scales)
def test_layer_of_every_rank(learner, rng):
    """Dropout takes inputs of rank 1 to 4."""
    drops_in_every_rank(learner, rng, ELEMENTS.start(learner, 0.3, 3))


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


@check("SpatialDropout2D", hidden=True, after=test_spatial_drops_whole_channels)
def test_spatial_at_other_rates(learner, rng):
    """SpatialDropout2D drops and scales rightly at rates between 0 and 1 of every size."""
    drops_at_other_rates(learner, rng, CHANNELS)


@check("SpatialDropout2D", after=test_spatial_drops_whole_channels)
def test_spatial_at_the_ends(learner, rng):
    """In training, SpatialDropout2D changes nothing at rate 0 and gives zeros at rate 1."""
    layer_at_the_ends(learner, rng, CHANNELS)


@check("SpatialDropout2D", hidden=True, after=test_spatial_drops_whole_channels)
def test_spatial_flips_separate_coins(learner, rng):
    """SpatialDropout2D has a coin for each channel of each example, and other ones at each call."""
    flips_separate_coins(learner, rng, CHANNELS)


@check("SpatialDropout2D", hidden=True, after=test_spatial_drops_whole_channels)
def test_spatial_passes_gradients(learner, rng):
    """The gradient through SpatialDropout2D is scaled where kept, 0 where dropped, unchanged at inference."""
    layer_passes_gradients(learner, rng, CHANNELS)


@check("SpatialDropout2D", hidden=True, after=test_spatial_drops_whole_channels)
def test_spatial_follows_its_dtype(learner, rng):
    """SpatialDropout2D returns its compute dtype, in training and at inference, and casts integers to it."""
    layer_follows_its_dtype(learner, rng, CHANNELS)


@check("SpatialDropout2D", after=test_spatial_drops_whole_channels)
def test_spatial_cannot_be_frozen(learner, rng):
    """SpatialDropout2D with trainable=False still drops in training."""
    layer_cannot_be_frozen(learner, rng, CHANNELS)


@check("SpatialDropout2D", after=test_spatial_drops_whole_channels)
def test_spatial_is_fair_in_float16(learner):
    """In float16, SpatialDropout2D drops as rarely as in any other dtype, where the rate is small."""
    layer_is_fair_in_float16(learner, CHANNELS)


@check("SpatialDropout2D", hidden=True, after=test_spatial_drops_whole_channels)
def test_spatial_shares_no_state(learner, rng):
    """The masks of SpatialDropout2D do not depend on other layers, other random numbers or inference."""
    layer_shares_no_state(learner, rng, CHANNELS)


@check("SpatialDropout2D", after=test_spatial_has_its_own_coins)
def test_spatial_works_in_training(learner, rng):
    """In a model, SpatialDropout2D drops in training, for batches of any size, and is off afterwards."""
    drops_in_a_model(learner, rng, CHANNELS)


@check("SpatialDropout2D", hidden=True, after=test_spatial_drops_whole_channels)
def test_spatial_survives_saving(learner, rng):
    """A model with a SpatialDropout2D layer can be saved and loaded, and goes on as before."""
    layer_survives_saving(learner, rng, CHANNELS)


@check("SpatialDropout2D", after=test_spatial_drops_whole_channels)
def test_spatial_works_compiled(learner, rng):
    """Inside tf.function, SpatialDropout2D draws a new mask at every call and is off at inference."""
    layer_works_compiled(learner, rng, CHANNELS)


@check("SpatialDropout2D", hidden=True, after=test_spatial_works_in_training)
def test_spatial_knows_its_shape(learner):
    """SpatialDropout2D keeps the shape of symbolic inputs and has no weights."""
    layer_knows_its_shape(learner, CHANNELS, (7, 3, 5))


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


@check("DropPath", after=test_path_drops_whole_examples)
def test_path_of_every_rank(learner, rng):
    """DropPath takes branches of rank 2, 3 and 4, and drops examples in each."""
    for shape in ((600, 7), (600, 3, 2), (600, 2, 3, 4)):
        x, kind = never_zero(rng, shape), replace(EXAMPLES, whole=tuple(range(1, len(shape))))
        kind.drops(learner, kind.start(learner, 0.3, 3)(x), x, 0.3)


@check("DropPath", hidden=True, after=test_path_drops_whole_examples)
def test_path_at_other_rates(learner, rng):
    """DropPath drops and scales rightly at rates between 0 and 1 of every size."""
    drops_at_other_rates(learner, rng, EXAMPLES)


@check("DropPath", after=test_path_drops_whole_examples)
def test_path_at_the_ends(learner, rng):
    """In training, DropPath changes nothing at rate 0 and gives zeros at rate 1."""
    layer_at_the_ends(learner, rng, EXAMPLES)


@check("DropPath", hidden=True, after=test_path_drops_whole_examples)
def test_path_flips_separate_coins(learner, rng):
    """DropPath has a coin for each example, and other ones at each call."""
    flips_separate_coins(learner, rng, EXAMPLES)


@check("DropPath", hidden=True, after=test_path_drops_whole_examples)
def test_path_passes_gradients(learner, rng):
    """The gradient through DropPath is scaled where kept, 0 where dropped, and unchanged at inference."""
    layer_passes_gradients(learner, rng, EXAMPLES)


@check("DropPath", hidden=True, after=test_path_drops_whole_examples)
def test_path_follows_its_dtype(learner, rng):
    """DropPath returns its compute dtype, in training and at inference, and casts integers to it."""
    layer_follows_its_dtype(learner, rng, EXAMPLES)


@check("DropPath", after=test_path_drops_whole_examples)
def test_path_cannot_be_frozen(learner, rng):
    """DropPath with trainable=False still drops in training."""
    layer_cannot_be_frozen(learner, rng, EXAMPLES)


@check("DropPath", after=test_path_drops_whole_examples)
def test_path_is_fair_in_float16(learner):
    """In float16, DropPath drops as rarely as in any other dtype, where the rate is small."""
    layer_is_fair_in_float16(learner, EXAMPLES)


@check("DropPath", hidden=True, after=test_path_drops_whole_examples)
def test_path_shares_no_state(learner, rng):
    """The masks of a DropPath layer do not depend on other layers, other random numbers or inference."""
    layer_shares_no_state(learner, rng, EXAMPLES)


@check("DropPath", after=test_path_has_its_own_coins)
def test_path_works_in_training(learner, rng):
    """In a model, DropPath drops in training, for batches of any size, and is off afterwards."""
    drops_in_a_model(learner, rng, EXAMPLES)


@check("DropPath", hidden=True, after=test_path_drops_whole_examples)
def test_path_survives_saving(learner, rng):
    """A model with a DropPath layer can be saved and loaded, and goes on as before."""
    layer_survives_saving(learner, rng, EXAMPLES)


@check("DropPath", after=test_path_drops_whole_examples)
def test_path_works_compiled(learner, rng):
    """Inside tf.function, DropPath draws a new mask at every call and is off at inference."""
    layer_works_compiled(learner, rng, EXAMPLES)


@check("DropPath", hidden=True, after=test_path_works_in_training)
def test_path_knows_its_shape(learner):
    """DropPath keeps the shape of symbolic inputs and has no weights."""
    layer_knows_its_shape(learner, EXAMPLES, (7, 3))


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


def passes_behind(share, asked):
    """How many passes make these shares whole numbers, of those that kept a value; None if no such number."""
    counts = range(1, 2 * asked + 1)
    return next((n for n in counts if np.allclose(share * n, np.round(share * n), atol=1e-3)), None)


def passes_over_masks(learner, shape, rate, passes):
    """What mc_predict says of a model that is dropout alone, asked about ones."""
    answer = learner.mc_predict(dropout_alone(learner, shape[1:], rate), np.ones(shape, "float32"), passes)
    two = isinstance(answer, (tuple, list)) and len(answer) == 2 and all(map(expect.is_array, answer))
    if two and answer[0].shape == answer[1].shape == shape:
        mean, deviation = (np.asarray(part, float) for part in answer)
        between = mean * (1 / (1 - rate) - mean)
        inside = between > 0.01
        relation = np.median(deviation[inside] ** 2 / between[inside]) if inside.any() else -1.0
        learner.observed(
            {
                "mean": round(float(mean.mean()), 1),
                "passes": passes_behind(mean * (1 - rate), passes),
                "deviation": round(float(relation), 2),
                "finite": bool(np.isfinite(deviation).all()),
            }
        )
    elif two:
        learner.observed({"shapes": [list(part.shape) for part in answer]})
    else:
        count = len(answer) if isinstance(answer, (tuple, list)) else 1
        learner.observed({"answer": type(answer).__name__, "how many": count})
    mean, deviation = pair(answer)
    shapes_are(mean, deviation, shape)
    return mean, deviation


def averages_the_passes(learner, shape, rate, passes):
    """The mean is one of the numbers that so many masks can give, as often as chance would have it."""
    mean, _ = passes_over_masks(learner, shape, rate, passes)
    expect.finite(mean, "the mean should be finite")
    share = np.asarray(mean) * (1 - rate)  # of the passes in which a value was kept
    kept = np.round(share * passes) / passes
    deviation = math.sqrt(rate * (1 - rate) / (passes * kept.size))
    with expect.about(mean):
        expect.close(share, kept, f"the mean of {passes} passes should be a whole number of kept values")
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
    with expect.about(answer):
        expect.same(flags_now, flags, "the trainable flags of the layers should be as before")


@check("mc_predict", hidden=True, after=test_mc_averages_the_passes)
def test_mc_counts_its_passes(learner):
    """mc_predict runs as many passes as it was asked for."""
    for rate, passes in ((0.8, 9), (0.1, 2), (0.3, 1), (0.3, 13)):
        averages_the_passes(learner, (30, 20), rate, passes)


@check("mc_predict", hidden=True, after=test_mc_measures_the_spread)
def test_mc_spread_of_other_passes(learner):
    """The standard deviation is right for few and many passes, and 0 for one."""
    for rate, passes in ((0.8, 9), (0.1, 2), (0.3, 1)):
        measures_the_spread(learner, (30, 20), rate, passes)


@check("mc_predict", hidden=True, after=test_mc_averages_the_passes)
def test_mc_of_other_shapes(learner):
    """mc_predict works for outputs of other ranks, and for a single example."""
    for shape in ((25, 4, 6), (7, 3, 5, 4), (1, 90)):
        averages_the_passes(learner, shape, 0.3, 5)


@check("mc_predict", after=test_mc_measures_the_spread)
def test_mc_without_randomness(learner, rng):
    """Where all passes agree, the mean is the model's answer and the deviation is as good as 0."""
    keras = learner.keras
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    kernel = rng.uniform(100, 900, (4, 3)).astype("float32")
    bias = rng.uniform(100, 900, 3).astype("float32")
    model.set_weights([kernel, bias])
    x = rng.uniform(1, 2, (50, 4)).astype("float32")
    want = x.astype(float) @ kernel.astype(float) + bias
    mean, deviation = pair(learner.mc_predict(model, x, 7))
    if expect.is_array(mean) and expect.is_array(deviation):
        right = mean.shape == want.shape and bool(np.allclose(mean, want))
        none = deviation.shape == want.shape and bool((np.abs(deviation) < 1e-5 * want).all())
        learner.observed({"mean is right": right, "deviation is none": none})
    expect.close(mean, want, "the mean should be what the model says")
    expect.finite(deviation, "the standard deviation should be finite")
    claim = "passes that agree should have a standard deviation of 0"
    with expect.about(deviation):
        expect.close(np.asarray(deviation) / want, np.zeros((50, 3)), claim, rtol=0)


@check("mc_predict", hidden=True, after=test_mc_leaves_the_model_alone)
def test_mc_again_and_again(learner, rng):
    """After several calls of mc_predict, the model still predicts what it did before."""
    model = model_with_statistics(learner, rng)
    x = rng.normal(3, 2, size=(11, 5)).astype("float32")
    before, weights = model(x, training=False), model.get_weights()
    answers = [pair(learner.mc_predict(model, x, 3)) for _ in range(3)]
    differ = [not expect.equal(one[0], next_one[0]) for one, next_one in itertools.pairwise(answers)]
    learner.observed({"calls differ": differ, "as before": expect.equal(model(x, training=False), before)})
    expect.different(answers[0][0], answers[1][0], "every call should see other masks")
    expect.different(answers[1][0], answers[2][0], "every call should see other masks")
    expect.same(model(x, training=False), before, "the model's predictions should be as before")
    expect.unchanged(model.get_weights(), weights, "weights and moving statistics should be as before")
