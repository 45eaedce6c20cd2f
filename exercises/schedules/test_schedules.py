"""Checks of the topic `schedules`.

Expected rates come from the formulas in float64, expected losses of a range test from linear regression in
NumPy. What a callback makes of many epochs is asked in one request, without any training.
"""

import math

import numpy as np

from nnlearn.checking import check, expect, laws
from nnlearn.learner.session import Remote

CLOSE = {"rtol": 2e-5, "atol": 1e-6}  # float32, where a base's rounding is multiplied by the exponent
SCALAR = "the rate should be one float32 number, a tensor of rank 0"


def gives(schedule, steps, oracle, what):
    """Each of these steps has the right rate."""
    for step in steps:
        claim = f"step {step} should have {what}"
        answer = schedule(step)
        expect.number(answer, claim)
        expect.right_and_finite(answer, oracle(step), claim, **CLOSE)


def is_a_scalar(schedule, step):
    """A rate is a float32 tensor of rank 0."""
    answer = schedule(step)
    expect.shape(answer, (), SCALAR)
    expect.dtype(answer, "float32", SCALAR)


def gives_when_traced(learner, schedule, steps, oracle, dtype="int64"):
    """A compiled function, in which a step has no value, gives the right rates, and of the right kind."""
    given = [np.asarray(step, dtype) for step in steps]
    answers = learner.kit.each(learner.kit.compiled(schedule), given)
    all_right(answers, [oracle(step) for step in steps], "a step that has no value yet should get its rate")


def all_right(answers, wanted, claim):
    """As many scalars as expected, each of them right; what is told is all of them."""
    found = expect.items(answers, len(wanted), claim)
    with expect.about(answers):
        for answer in found:
            expect.shape(answer, (), SCALAR)
            expect.dtype(answer, "float32", SCALAR)
        expect.right_and_finite(np.array(found), np.array(wanted), claim, **CLOSE)


def made_again(learner, schedule, *kinds):
    """The object that Keras makes of a schedule's configuration."""
    copy = learner.kit.deserialized(schedule, *kinds)
    with expect.about(copy):
        claim = "Keras should be able to make a schedule again from its configuration"
        expect.true(isinstance(copy, Remote), claim, f"what comes back is {type(copy).__name__}")
    return copy


def survives(learner, schedule, kinds, steps, oracle):
    """What Keras makes again of its configuration gives the same rates."""
    copy = made_again(learner, schedule, *kinds)
    for step in steps:
        claim = "a schedule that Keras made again from its configuration should give the same rates"
        answer = copy(step)
        expect.number(answer, claim)
        expect.right_and_finite(answer, oracle(step), claim, **CLOSE)


# Exponential -----------------------------------------------------------------------------------


def exponential(initial, decay_rate, decay_steps, staircase=False, floor=0.0):
    """What `Exponential` should give, as a function of the step."""

    def rate(step):
        periods = step / decay_steps
        return max(initial * decay_rate ** (math.floor(periods) if staircase else periods), floor)

    return rate


@check("Exponential")
def test_exponential_decays(learner):
    """After decay_steps updates the rate has been multiplied by decay_rate once."""
    schedule = learner.Exponential(0.8, 0.25, 10)
    what = "initial * decay_rate ** (step / decay_steps)"
    gives(schedule, (0, 10, 5, 1, 20, 33), exponential(0.8, 0.25, 10), what)


@check("Exponential", after=test_exponential_decays)
def test_exponential_is_a_scalar(learner):
    """A rate is a float32 tensor of rank 0."""
    is_a_scalar(learner.Exponential(0.8, 0.25, 10), 3)
    is_a_scalar(learner.Exponential(1, 1, 5, staircase=True), 3)


@check("Exponential", after=test_exponential_decays)
def test_exponential_staircase(learner):
    """With staircase the rate stays, and falls at decay_steps itself."""
    settings = (0.8, 0.5, 10, True)
    schedule = learner.Exponential(*settings)
    what = "the quotient rounded down: the rate falls at steps 10, 20 and so on"
    gives(schedule, (0, 4, 6, 9, 10, 11, 19, 20, 29), exponential(*settings), what)


@check("Exponential", after=test_exponential_decays)
def test_exponential_floor(learner):
    """The rate does not fall below the floor, which is not added."""
    for settings in ((0.8, 0.5, 10, False, 0.15), (0.8, 0.5, 10, True, 0.15), (0.1, 0.5, 10, False, 0.3)):
        schedule = learner.Exponential(*settings)
        what = "the larger one of the decayed rate and the floor"
        gives(schedule, (0, 12, 24, 25, 30, 100_000), exponential(*settings), what)


@check("Exponential", after=test_exponential_decays)
def test_exponential_traced(learner):
    """Inside a tf.function, where a step has no value, the rates are right too."""
    settings = (0.8, 0.5, 10, True, 0.15)
    gives_when_traced(learner, learner.Exponential(*settings), (0, 9, 10, 55), exponential(*settings))


@check("Exponential")
def test_exponential_refuses(learner):
    """Arguments out of range raise a ValueError."""
    cases = {
        "initial=0": (0.0, 0.5, 10),
        "initial=-0.1": (-0.1, 0.5, 10),
        "decay_rate=0": (0.1, 0.0, 10),
        "decay_rate=1.1": (0.1, 1.1, 10),
        "decay_steps=0": (0.1, 0.5, 0),
        "floor=-0.1": (0.1, 0.5, 10, False, -0.1),
    }
    laws.refuses(learner.Exponential, cases)


@check("Exponential", after=test_exponential_decays)
def test_exponential_is_made_again(learner):
    """Keras can make a schedule again from its configuration."""
    settings = (0.8, 0.5, 4, True, 0.15)
    steps, oracle = (0, 3, 4, 50), exponential(*settings)
    survives(learner, learner.Exponential(*settings), [learner.Exponential], steps, oracle)


# WarmupCosine ----------------------------------------------------------------------------------


def warmup_cosine(peak, total_steps, warmup_steps=0, start=0.0, end=0.0):
    """What `WarmupCosine` should give, as a function of the step."""

    def rate(step):
        if step < warmup_steps:
            return start + (peak - start) * step / warmup_steps
        done = min((step - warmup_steps) / (total_steps - warmup_steps), 1)
        return end + (peak - end) * (1 + math.cos(math.pi * done)) / 2

    return rate


@check("WarmupCosine")
def test_cosine_falls(learner):
    """Without warm-up the rate goes from the peak to 0 along half a cosine."""
    schedule = learner.WarmupCosine(0.8, 12)
    gives(schedule, (0, 6, 12, 3, 9, 11, 1), warmup_cosine(0.8, 12), "its place on half a cosine")


@check("WarmupCosine", after=test_cosine_falls)
def test_cosine_is_a_scalar(learner):
    """A rate is a float32 tensor of rank 0."""
    is_a_scalar(learner.WarmupCosine(1, 12, 4, 0, 0), 2)
    is_a_scalar(learner.WarmupCosine(1, 12), 20)


@check("WarmupCosine", after=test_cosine_falls)
def test_cosine_stays_at_its_end(learner):
    """From total_steps on the rate is `end`, for ever; it does not rise again."""
    for settings in ((0.8, 12), (0.8, 12, 4, 0.0, 0.3)):
        schedule = learner.WarmupCosine(*settings)
        gives(schedule, (12, 13, 18, 24, 1000), warmup_cosine(*settings), "the rate `end`")


@check("WarmupCosine", after=test_cosine_falls)
def test_cosine_warms_up(learner):
    """Below warmup_steps the rate is on the line from start, at step 0, to the peak."""
    for settings in ((0.8, 12, 4), (0.8, 12, 4, 0.2)):
        schedule = learner.WarmupCosine(*settings)
        gives(schedule, (0, 1, 2, 3), warmup_cosine(*settings), "its place on the line from start to peak")


@check("WarmupCosine", after=test_cosine_warms_up)
def test_cosine_joint(learner):
    """The peak is reached at warmup_steps, and the cosine begins there."""
    settings = (0.8, 12, 4, 0.2, 0.1)
    schedule = learner.WarmupCosine(*settings)
    what = "no jump: the peak at step 4, and from there the cosine over the 8 steps that are left"
    gives(schedule, (4, 5, 8, 11), warmup_cosine(*settings), what)


@check("WarmupCosine", after=test_cosine_warms_up)
def test_cosine_traced(learner):
    """Inside a tf.function, where a step has no value, the rates are right too."""
    settings = (0.8, 12, 4, 0.2, 0.1)
    gives_when_traced(learner, learner.WarmupCosine(*settings), (0, 3, 4, 8, 30), warmup_cosine(*settings))


@check("WarmupCosine")
def test_cosine_refuses(learner):
    """Arguments out of range raise a ValueError."""
    cases = {
        "peak=0": (0.0, 10),
        "peak=-1": (-1.0, 10),
        "warmup_steps=-1": (0.1, 10, -1),
        "warmup_steps=total_steps": (0.1, 10, 10),
        "total_steps=0": (0.1, 0),
    }
    laws.refuses(learner.WarmupCosine, cases)


@check("WarmupCosine", after=test_cosine_warms_up)
def test_cosine_is_made_again(learner):
    """Keras can make a schedule again from its configuration."""
    settings = (0.8, 12, 4, 0.2, 0.1)
    steps, oracle = (0, 2, 4, 8, 30), warmup_cosine(*settings)
    survives(learner, learner.WarmupCosine(*settings), [learner.WarmupCosine], steps, oracle)


# Chain -----------------------------------------------------------------------------------------


def chained(boundaries, *rates):
    """What a chain should give, as a function of the step, of functions and numbers."""

    def rate(step):
        number = sum(step >= boundary for boundary in boundaries)
        one = rates[number]
        return one(step - (0, *boundaries)[number]) if callable(one) else one

    return rate


def ramped(start, slope):
    """What a ramp of the kit gives."""
    return lambda step: start + slope * step


@check("Chain")
def test_chain_of_numbers(learner):
    """A boundary belongs to what begins there."""
    schedule = learner.Chain([0.5, 0.25, 0.125], [3, 5])
    what = "the number that rules from the last boundary on, that step included"
    gives(schedule, (0, 1, 4, 6, 2, 3, 5, 1000), chained([3, 5], 0.5, 0.25, 0.125), what)


@check("Chain", after=test_chain_of_numbers)
def test_chain_is_a_scalar(learner):
    """A rate is a float32 tensor of rank 0."""
    schedule = learner.Chain([1, learner.kit.ramp(2.0, 0.5)], [3])
    is_a_scalar(schedule, 2)
    is_a_scalar(schedule, 4)
    is_a_scalar(learner.Chain([0.25], []), 3)


@check("Chain", after=test_chain_of_numbers)
def test_chain_counts_anew(learner):
    """Each schedule counts its own steps, from 0 where it begins."""
    ramps = [(0.5, 0.01), (2.0, -0.05), (8.0, 0.5)]
    schedule = learner.Chain([learner.kit.ramp(*one) for one in ramps], [4, 6])
    what = "the rate of the schedule that rules, asked for the step minus its boundary"
    oracle = chained([4, 6], *(ramped(*one) for one in ramps))
    gives(schedule, (0, 3, 4, 5, 6, 7, 106), oracle, what)


@check("Chain", after=test_chain_counts_anew)
def test_chain_asks_for_no_step_below_0(learner):
    """No schedule is asked for a step below 0, also before it rules."""
    schedule = learner.Chain([0.5, learner.kit.ramp(2.0, 1.0), learner.kit.ramp(3.0, 1.0)], [5, 9])
    oracle = chained([5, 9], 0.5, ramped(2.0, 1.0), ramped(3.0, 1.0))
    gives(schedule, (0, 4, 5, 8, 9), oracle, "a rate, and no schedule be called with a step below 0")


@check("Chain", after=test_chain_counts_anew)
def test_chain_in_a_chain(learner):
    """A chain may be in a chain, with boundaries of its own."""
    inner = learner.Chain([learner.kit.ramp(1.0, 0.1), 0.75], [2])
    schedule = learner.Chain([0.5, inner, learner.kit.ramp(4.0, 1.0)], [3, 8])
    oracle = chained([3, 8], 0.5, chained([2], ramped(1.0, 0.1), 0.75), ramped(4.0, 1.0))
    gives(schedule, (2, 3, 4, 5, 7, 8, 9), oracle, "the rate of the inner chain, which counts from its own 0")


@check("Chain", after=test_chain_counts_anew)
def test_chain_traced(learner):
    """Inside a tf.function, where a step has no value, the rates are right too."""
    schedule = learner.Chain([0.5, learner.kit.ramp(2.0, -0.05), 0.25], [4, 6])
    gives_when_traced(learner, schedule, (0, 3, 4, 5, 6, 99), chained([4, 6], 0.5, ramped(2.0, -0.05), 0.25))


@check("Chain")
def test_chain_refuses(learner):
    """Boundaries that do not fit, or do not rise from above 0, raise a ValueError."""
    cases = {
        "a boundary too few": ([0.1, 0.2], []),
        "a boundary too many": ([0.1, 0.2], [3, 5]),
        "a boundary of 0": ([0.1, 0.2], [0]),
        "boundaries that fall": ([0.1, 0.2, 0.3], [5, 3]),
        "a boundary twice": ([0.1, 0.2, 0.3], [5, 5]),
        "no schedule": ([], []),
    }
    laws.refuses(learner.Chain, cases)


@check("Chain", after=test_chain_counts_anew)
def test_chain_is_made_again(learner):
    """Keras can make a chain again from its configuration, with everything that is in it."""
    schedule = learner.Chain([0.5, learner.kit.ramp(2.0, -0.05), 0.25], [4, 6])
    oracle = chained([4, 6], 0.5, ramped(2.0, -0.05), 0.25)
    survives(learner, schedule, [learner.Chain], (0, 3, 4, 5, 6, 99), oracle)


# ReduceOnPlateau -------------------------------------------------------------------------------


def lowered(values, rate, factor=0.1, patience=10, min_delta=1e-4, cooldown=0, min_lr=0.0):
    """The rates after epochs with these values; None stands for an epoch without one."""
    best, wait, cooling, rates = None, 0, 0, []
    for value in values:
        if value is not None:
            if cooling:
                cooling, wait = cooling - 1, 0
            if best is None or value < best - min_delta:
                best, wait = value, 0
            elif not cooling:
                wait += 1
                if wait >= patience and rate > min_lr:
                    rate, wait, cooling = max(rate * factor, min_lr), 0, cooldown
        rates.append(rate)
    return rates


def lowers(learner, values, claim, *, rate=0.8, **settings):
    """A callback for these settings leaves the right rate after each epoch."""
    callback = learner.ReduceOnPlateau("loss", **settings)
    answer = learner.kit.rates_of_epochs(callback, rate, [logs(value) for value in values])
    expect.items(answer, 1, claim)
    with expect.about(answer):
        expect.right_and_finite(np.array(answer[0]), np.array(lowered(values, rate, **settings)), claim)


def logs(value):
    """The logs of an epoch."""
    return {"accuracy": 0.5} if value is None else {"loss": value, "accuracy": 0.5}


@check("ReduceOnPlateau")
def test_plateau_lowers_the_rate(learner):
    """After `patience` epochs in a row that are no better the rate is multiplied by the factor."""
    claim = (
        "in the second epoch that is no better, not earlier or later, the rate should become rate * factor"
    )
    lowers(learner, [1.0, 3.0, 3.0, 3.0, 3.0, 0.5], claim, factor=0.25, patience=2)


@check("ReduceOnPlateau", after=test_plateau_lowers_the_rate)
def test_plateau_waits_anew(learner):
    """The wait begins anew when the rate has fallen, and when a value is better."""
    claim = "after a better value, and after a fall of the rate, `patience` more epochs should be waited for"
    lowers(learner, [1.0] * 6, claim, factor=0.5, patience=2)
    lowers(learner, [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25], claim, factor=0.5, patience=2)


@check("ReduceOnPlateau", after=test_plateau_lowers_the_rate)
def test_plateau_is_relative_to_the_best(learner):
    """Better is better than the best so far, not than the epoch before; lower is better."""
    claim = "each epoch should be compared with the best one so far, and lower be better"
    lowers(learner, [1.0, 4.0, 3.0, 2.0, 1.5], claim, factor=0.5, patience=2)
    lowers(learner, [4.0, 3.0, 2.0, 1.0], claim, factor=0.5, patience=1)


@check("ReduceOnPlateau", after=test_plateau_lowers_the_rate)
def test_plateau_min_delta(learner):
    """A fall by less than min_delta is none, and small falls count once they add up."""
    claim = "only a value below best - min_delta should be better, and only such a one be stored as the best"
    lowers(learner, [1.0, 0.96, 0.92, 0.88, 0.84], claim, factor=0.5, patience=1, min_delta=0.1)
    lowers(learner, [1.0, 0.8, 0.75, 0.6], claim, factor=0.5, patience=1, min_delta=0.1)
    lowers(learner, [1.0, 1.0, 1.0], claim, factor=0.5, patience=1, min_delta=0.0)


@check("ReduceOnPlateau", after=test_plateau_waits_anew)
def test_plateau_cooldown(learner):
    """A cooldown of c spares c - 1 epochs: it counts down first."""
    for cooldown in (1, 3):
        claim = (
            f"with cooldown={cooldown} the wait should begin in epoch {cooldown} after the rate has fallen"
        )
        lowers(learner, [1.0] * 12, claim, factor=0.5, patience=2, cooldown=cooldown)


@check("ReduceOnPlateau", after=test_plateau_lowers_the_rate)
def test_plateau_min_lr(learner):
    """The rate does not go below min_lr, and one that is below it is not raised."""
    claim = (
        "the rate should become max(rate * factor, min_lr), and stay where it is once it is min_lr or less"
    )
    lowers(learner, [1.0] * 6, claim, factor=0.5, patience=1, min_lr=0.3)
    lowers(learner, [1.0] * 4, claim, rate=0.125, factor=0.5, patience=1, min_lr=0.3)


@check("ReduceOnPlateau", after=test_plateau_waits_anew)
def test_plateau_without_the_number(learner):
    """An epoch without the number counts for nothing; other numbers do not matter."""
    claim = "an epoch that does not have the number should leave everything as it is"
    lowers(learner, [None, 1.0, 1.0, None, None, 1.0, 1.0], claim, factor=0.5, patience=2)


@check("ReduceOnPlateau", after=test_plateau_waits_anew)
def test_plateau_begins_anew(learner):
    """A second training starts with nothing remembered of the first; the rate is that of its own model."""
    callback = learner.ReduceOnPlateau("loss", factor=0.5, patience=2, cooldown=3)
    first, second = [0.1, 0.1, 0.1], [1.0, 1.0, 1.0, 0.5, 1.0]
    answer = learner.kit.rates_of_epochs(callback, 0.8, list(map(logs, first)), list(map(logs, second)))
    claim = "a second training should begin without a best value, a wait or a cooldown"
    expect.items(answer, 2, claim)
    want = lowered(first, 0.8, factor=0.5, patience=2, cooldown=3)
    with expect.about(answer):
        expect.right_and_finite(np.array(answer[0]), np.array(want), "the first training should be right")
        want = lowered(second, want[-1], factor=0.5, patience=2, cooldown=3)
        expect.right_and_finite(np.array(answer[1]), np.array(want), claim)
    answer = learner.kit.rates_of_epochs(callback, 4.0, list(map(logs, first)))
    claim = "for another model, the rate of that one's optimizer should be lowered"
    expect.items(answer, 1, claim)
    with expect.about(answer):
        want = lowered(first, 4.0, factor=0.5, patience=2, cooldown=3)
        expect.right_and_finite(np.array(answer[0]), np.array(want), claim)


@check("ReduceOnPlateau")
def test_plateau_refuses(learner):
    """A factor that is not between 0 and 1 raises a ValueError."""
    for factor in (2.0, 0.0, 1.0, -0.5):
        with expect.raises(ValueError, f"factor={factor} should raise a ValueError"):
            learner.ReduceOnPlateau(factor=factor)


# lr_range_test ---------------------------------------------------------------------------------


def regression(learner, rng, *, examples=6, inputs=2, layers=(), **kwargs):
    """A linear model, its data with targets that it cannot reach, and its kernel."""
    x = rng.normal(size=(examples, inputs)).astype("float32")
    y = (x.sum(axis=1, keepdims=True) + rng.normal(size=(examples, 1))).astype("float32")
    keras = learner.keras
    dense = keras.layers.Dense(1, use_bias=False, **kwargs)
    model = keras.Sequential([keras.Input((inputs,)), *layers, dense])
    kernel = rng.normal(size=(inputs, 1)).astype("float32")
    dense.set_weights([kernel])
    return model, x, y, kernel


def descended(x, y, kernel, low, high, steps, penalty=0.0):
    """Rates and losses of a range test with one batch, in float64; `penalty` times the squares is added."""
    x, y, kernel = (one.astype("float64") for one in (x, y, kernel))
    rates, losses = low * (high / low) ** (np.arange(steps) / (steps - 1)), []
    for rate in rates:
        losses.append(float(np.mean((x @ kernel - y) ** 2) + penalty * np.sum(kernel**2)))
        if losses[-1] > 4 * min(losses):
            break
        kernel = kernel - rate * (2 * x.T @ (x @ kernel - y) / len(x) + 2 * penalty * kernel)
    return rates[: len(losses)], losses


def run_of(learner, model, x, y, loss_fn=None, **settings):
    """What `lr_range_test` gives: rates and losses as arrays, the suggestion, and the answer itself."""
    loss_fn = learner.keras.losses.MeanSquaredError() if loss_fn is None else loss_fn
    answer = learner.lr_range_test(model, loss_fn, x, y, **settings)
    claim = "the result should be a dictionary with rates, losses and suggestion"
    with expect.about(answer):
        expect.true(isinstance(answer, dict), claim, f"it is {type(answer).__name__}")
        for key in ("rates", "losses", "suggestion"):
            expect.true(key in answer, claim, f"{key} is missing")
        found = []
        for key in ("rates", "losses"):
            numbers = f"{key} should be a list of Python floats"
            is_list = isinstance(answer[key], list) and all(type(one) is float for one in answer[key])
            expect.true(is_list and bool(answer[key]), numbers, "it is something else, or empty")
            found.append(np.array(answer[key]))
        expect.true(len(found[0]) == len(found[1]), "there should be as many losses as rates")
        expect.true(type(answer["suggestion"]) is float, "the suggestion should be a Python float")
    return *found, answer["suggestion"], answer


def has_losses(answer, found, want, claim, rtol=1e-3):
    """The losses are these; where weights diverge, float32 is good for 2e-2."""
    with expect.about(answer):
        expect.true(len(found) == len(want), f"{claim}: {len(want)} losses here", f"there are {len(found)}")
        expect.close(found, np.array(want), claim, rtol=rtol, atol=1e-4)


def squared(learner, rate, weight=1.0):
    """A model whose loss, w**2, each update multiplies by (1 - 2 * rate)**2; its data and settings."""
    keras = learner.keras
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.full((1, 1), weight, "float32")])
    x, y = np.ones((2, 1), "float32"), np.zeros((2, 1), "float32")
    return model, x, y, {"low": rate, "high": rate * 1.00001}


@check("lr_range_test")
def test_range_rates(learner):
    """Rates are multiplied by the same factor each time; the first is low, and the last is high."""
    model, x, y, _ = squared(learner, 0.1)
    rates, *_, answer = run_of(learner, model, x, y, low=1e-3, high=0.1, steps=5)
    claim = "update i should have the rate low * (high / low) ** (i / (steps - 1))"
    with expect.about(answer):
        expect.close(rates, 1e-3 * 100 ** (np.arange(5) / 4), claim, rtol=1e-6, atol=0)


@check("lr_range_test", after=test_range_rates)
def test_range_losses(learner, rng):
    """Each loss is that of its batch before the update with its rate, which is plain gradient descent."""
    model, x, y, kernel = regression(learner, rng)
    settings = {"low": 0.01, "high": 0.2, "steps": 4}
    claim = "losses[i] should be the mean loss before update i, and each update be w - rate * gradient"
    for loss_fn in (learner.keras.losses.MeanSquaredError(), learner.keras.losses.mean_squared_error):
        _, losses, _, answer = run_of(learner, model, x, y, loss_fn, **settings)
        has_losses(answer, losses, descended(x, y, kernel, *settings.values())[1], claim)


@check("lr_range_test", after=test_range_losses)
def test_range_stops(learner):
    """It stops with the first loss above 4 times the smallest so far, which is the last in the list."""
    claim = "the first loss above 4 times the smallest so far should be the last, and be in the list"
    for rate, count in ((1.2, 4), (1.5, 3), (1.6, 2)):
        model, x, y, settings = squared(learner, rate)
        _, losses, _, answer = run_of(learner, model, x, y, steps=5, **settings)
        has_losses(answer, losses, (1 - 2 * rate) ** (2.0 * np.arange(count)), claim)


@check("lr_range_test", after=test_range_losses)
def test_range_suggests(learner):
    """The suggestion is a tenth of the rate of the smallest loss."""
    model, x, y, _ = squared(learner, 0.1)
    rates, losses, suggestion, answer = run_of(learner, model, x, y, low=0.3, high=30.0, steps=7)
    want = descended(x, y, np.ones((1, 1)), 0.3, 30.0, 7)[1]
    has_losses(
        answer, losses, want, "losses should fall, rise, and end with the one that is 4 times the smallest"
    )
    with expect.about(answer):
        claim = "the suggestion should be a tenth of the rate of the smallest loss"
        expect.close(suggestion, rates[np.argmin(losses)] / 10, claim, rtol=1e-6, atol=0)


@check("lr_range_test", after=test_range_suggests)
def test_range_is_not_finite(learner):
    """A loss that is NaN or infinite is the last one, and not the smallest."""
    for x, low in (([[1.0], [0.0]], 1e38), ([[1.0], [1.0]], 1e30)):
        model, _, y, _ = squared(learner, 0.1)
        x, y = np.array(x, "float32"), y + np.float32(100)
        rates, losses, suggestion, answer = run_of(learner, model, x, y, low=low, high=2 * low, steps=5)
        with expect.about(answer):
            ends = len(losses) == 2 and not np.isfinite(losses[1])
            claim = "a loss that is not finite should be the last one"
            expect.true(ends, claim, f"the losses are {losses.tolist()}")
            claim = "a loss that is not finite should not count as the smallest"
            expect.close(suggestion, rates[0] / 10, claim, rtol=1e-6, atol=0)


@check("lr_range_test", after=test_range_losses)
def test_range_adds_penalties(learner, rng):
    """The loss has the sum of model.losses in it, what is written down and what goes down."""
    penalty = learner.keras.regularizers.L2(0.5)
    model, x, y, kernel = regression(learner, rng, kernel_regularizer=penalty)
    settings = {"low": 0.01, "high": 0.2, "steps": 4}
    _, losses, _, answer = run_of(learner, model, x, y, **settings)
    claim = "the loss should contain the sum of model.losses, and its gradient too"
    has_losses(answer, losses, descended(x, y, kernel, *settings.values(), penalty=0.5)[1], claim)


@check("lr_range_test", after=test_range_rates)
def test_range_runs_in_training_mode(learner, rng):
    """The model runs with training=True, once for each update."""
    recorder = learner.kit.recorder()
    model, x, y, _ = regression(learner, rng, layers=[recorder])
    run_of(learner, model, x, y, low=1e-3, high=1e-2, steps=3)
    modes = recorder.modes
    claim = "the model should be run once for each update, with training=True"
    expect.true(modes == [True] * 3, claim, f"the modes are {modes}")


@check("lr_range_test", after=test_range_rates)
def test_range_puts_the_model_back(learner, rng):
    """All weights are as before, moving statistics too, whether it stopped early or not."""
    for high in (0.1, 1e3):
        layers = [learner.keras.layers.BatchNormalization()]
        model, x, y, _ = regression(learner, rng, layers=layers)
        before = model.get_weights()
        run_of(learner, model, x + 3, y, low=1e-2, high=high, steps=3)
        expect.unchanged(model.get_weights(), before, "the model should have the weights that it had before")


@check("lr_range_test", after=test_range_rates)
def test_range_covers_the_examples(learner):
    """All examples come before any comes again, the last batch is smaller, and each order is a new one."""
    recorder = learner.kit.recorder()
    keras = learner.keras
    model = keras.Sequential([keras.Input((1,)), recorder, keras.layers.Dense(1)])
    x = np.arange(11, dtype="float32")[:, None]
    run_of(learner, model, x, x, low=1e-6, high=1e-5, steps=6, batch_size=4, seed=3)
    batches = [np.ravel(batch) for batch in recorder.batches]
    sizes = [len(batch) for batch in batches]
    claim = "11 examples in batches of 4 should come as 4, 4 and 3, and then 4, 4 and 3 again"
    expect.true(sizes == [4, 4, 3, 4, 4, 3], claim, f"they come as {sizes}")
    first, second = np.concatenate(batches[:3]), np.concatenate(batches[3:])
    for order in (first, second):
        expect.true(sorted(order) == list(range(11)), "each example should come once before any comes again")
    claim = "examples should come in an order that is drawn, and in another one each time"
    drawn = not np.array_equal(first, second) and not np.array_equal(first, np.arange(11))
    expect.true(drawn, claim, f"they come as {first.tolist()} and {second.tolist()}")


@check("lr_range_test")
def test_range_refuses(learner):
    """Arguments out of range raise a ValueError."""
    model, x, y, _ = squared(learner, 0.1)
    loss_fn = learner.keras.losses.MeanSquaredError()
    for settings in (
        {"low": 0.0},
        {"low": 1.0, "high": 1.0},
        {"low": 2.0, "high": 1.0},
        {"steps": 1},
        {"batch_size": 0},
    ):
        with expect.raises(ValueError, f"{settings} should raise a ValueError"):
            learner.lr_range_test(model, loss_fn, x, y, **settings)
