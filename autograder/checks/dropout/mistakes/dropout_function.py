"""Mistakes in the function `dropout`."""

import numpy as np

from nnlearn.diagnosis import mistake


def masked(x, rate, seed, shape):
    """`x` with a mask of this shape, done right but for the shape."""
    return x * dropout(ops.ones(shape, x.dtype), rate, seed)


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
def one_coin_for_the_batch(x, rate, seed):
    """One coin decides about the whole of x: everything is dropped, or nothing. Every element needs its
    own: draw the random numbers with the full shape of x."""
    x = as_floating(x)
    return masked(x, rate, seed, (1,) * len(x.shape))


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
    """Each call draws the same mask, as the seed is read off the generator (or a new one is started from
    it) and the generator itself is left where it was. Hand the generator to the random function: drawing
    with it moves its state on."""
    return dropout(x, rate, 7 + (seed.get_config()["seed"] or 0))


@mistake("dropout")
def new_generator_in_each_call(x, rate, seed):
    """Each call draws the same mask, as the seed is read off the generator (or a new one is started from
    it) and the generator itself is left where it was. Hand the generator to the random function: drawing
    with it moves its state on."""
    return dropout(x, rate, keras.random.SeedGenerator(seed.get_config()["seed"]))


@mistake("dropout")
def ignores_the_generator(x, rate, seed):
    """The random numbers come from Keras' global generator, not from the one that was given. Masks differ
    from call to call, but the experiment cannot be repeated: a generator with the same seed gives other
    masks. Pass seed=seed to the random function."""
    del seed
    return dropout(x, rate, None)


@mistake("dropout")
def numbers_of_numpy(x, rate, seed):
    """The coins are flipped with NumPy's own random numbers, not with the generator that was given: the
    same seed gives other masks, and a compiled function repeats the mask of its tracing for ever. Draw
    with keras.random and pass seed=seed."""
    del seed
    if not 0 < rate < 1:
        return dropout(x, rate, None)
    x = as_floating(x)
    kept = np.random.uniform(size=x.shape) >= rate
    return ops.where(kept, x / (1 - rate), 0.0)


@mistake("dropout")
def coins_in_the_dtype_of_x(x, rate, seed):
    """The coins are flipped in the dtype of x. In float16 numbers between 0 and 1 are coarse, so a small
    rate drops too often, or never. Flip them in float32, which is what keras.random does when it is not
    told otherwise, whatever x is."""
    if not 0 < rate < 1:
        return dropout(x, rate, seed)
    x = as_floating(x)
    coins = keras.random.uniform(ops.shape(x), dtype=x.dtype, seed=seed)
    return ops.where(coins >= ops.cast(rate, x.dtype), x / (1 - rate), 0.0)


@mistake("dropout")
def share_kept_in_the_dtype_of_x(x, rate, seed):
    """The coins are flipped in the dtype of x. In float16 numbers between 0 and 1 are coarse, so a small
    rate drops too often, or never. Flip them in float32, which is what keras.random does when it is not
    told otherwise, whatever x is."""
    if not 0 < rate < 1:
        return dropout(x, rate, seed)
    x = as_floating(x)
    coins = keras.random.uniform(ops.shape(x), dtype=x.dtype, seed=seed)
    return ops.where(coins < ops.cast(1 - rate, x.dtype), x / (1 - rate), 0.0)


@mistake("dropout")
def leaves_what_it_drops(x, rate, seed):
    """What the coin drops stays as it is, where it should become 0: in ops.where, the value for what is
    dropped is 0."""
    y = dropout(x, rate, seed)
    return ops.where(y == 0, as_floating(x), y) if 0 < rate < 1 else y


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
def cannot_divide_by_zero_at_one(x, rate, seed):
    """At rate 1 the factor 1 / (1 - rate) is a division by zero, which Python refuses. Treat rate 1 by
    itself and return zeros."""
    if rate == 1:
        1 / (1 - rate)
    return dropout(x, rate, seed)


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
def refuses_rate_zero(x, rate, seed):
    """A rate of exactly 0 is refused, but it is allowed: nothing is dropped and the result is x. The
    condition is 0 <= rate <= 1, both ends included."""
    if rate == 0:
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
def refuses_by_assertion(x, rate, seed):
    """A wrong rate raises an AssertionError. assert is for what cannot happen, and Python can leave it out.
    For an argument that makes no sense write an if, and raise a ValueError that contains it."""
    if not 0 <= rate <= 1:
        raise AssertionError(rate)
    return dropout(x, rate, seed)


@mistake("dropout")
def always_float32(x, rate, seed):
    """The result is float32 whatever goes in. Floating inputs keep their dtype: a mask made as float32
    should be cast to the dtype of x, or used as a condition in ops.where."""
    return dropout(ops.cast(x, "float32"), rate, seed)


def stays_whole(of_integers):
    """A mistake in which integers do not become float32."""

    def dropped(x, rate, seed):
        x = ops.convert_to_tensor(x)
        y = dropout(x, rate, seed)
        return y if keras.backend.is_float_dtype(x.dtype) else of_integers(x, rate, y)

    dropped.__name__ = of_integers.__name__
    dropped.__doc__ = """Integers stay integers: x / (1 - rate) loses its fraction, or does not come out at
    all. Make float32 of what is no floating tensor before anything else, as as_floating does, and do not
    cast the result back."""
    return mistake("dropout")(dropped)


@stays_whole
def integers_are_truncated(x, rate, y):  # noqa: ARG001
    return ops.cast(y, x.dtype)


@stays_whole
def integers_are_scaled_as_integers(x, rate, y):  # noqa: ARG001
    return ops.where(y != 0, x, ops.zeros_like(x))


@stays_whole
def integers_cannot_be_scaled(x, rate, y):  # noqa: ARG001
    return x / (1 - rate)


def forgets_unsigned(of_unsigned):
    """A mistake in which signed integers become float32 and unsigned ones do not."""

    def dropped(x, rate, seed):
        x = ops.convert_to_tensor(x)
        return of_unsigned(x, rate, seed) if x.dtype.is_unsigned else dropout(x, rate, seed)

    dropped.__name__ = of_unsigned.__name__
    dropped.__doc__ = """Signed integers become float32, and unsigned ones (uint8, as images have) do not: the
    list of dtypes lacks them. Ask for what is no floating dtype, as as_floating does."""
    return mistake("dropout")(dropped)


@forgets_unsigned
def unsigned_integers_cannot_be_scaled(x, rate, seed):  # noqa: ARG001
    return x / (1 - rate)


@forgets_unsigned
def unsigned_integers_are_truncated(x, rate, seed):
    return ops.cast(dropout(x, rate, seed), x.dtype)


@mistake("dropout")
def integers_stay_at_rate_zero(x, rate, seed):
    """At rate 0 integers come back as they are: the shortcut for rates 0 and 1 stands before x is made
    float32. It belongs after that."""
    return ops.convert_to_tensor(x) if rate == 0 else dropout(x, rate, seed)


@mistake("dropout")
def integers_stay_at_rate_one(x, rate, seed):
    """At rate 1 integers come back as integers: the zeros are made before x is made float32. The shortcut
    belongs after that."""
    return ops.zeros_like(x) if rate == 1 else dropout(x, rate, seed)


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
