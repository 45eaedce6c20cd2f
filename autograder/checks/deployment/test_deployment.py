"""Checks of the topic `deployment`.

Models are made next to the learner's code and set to known weights, so that their answers can be worked out
in NumPy float64. Nothing is timed: `benchmark` is asked about a device that is simulated, with its clock.
Expected values are numbers that can be worked out by hand, published ones, NumPy in its plainest form, and
SHA-256 of Python's hashlib. `tests/topics/test_deployment_mirrors_keras.py` holds these to Keras and SciPy.
"""

import hashlib
import math

import numpy as np

from nnlearn.checking import check, expect, laws, oracles
from nnlearn.learner.session import Remote

EXACT = {"rtol": 1e-9, "atol": 1e-9}
SCALE = {"rtol": 1e-6, "atol": 0.0}
BATCH_NORM = {
    "gamma": np.array([1.5, -0.5, 2.0]),
    "beta": np.array([0.25, 1.0, -0.5]),
    "mean": np.array([1.0, -2.0, 0.5]),
    "variance": np.array([4.0, 0.25, 1.0]),
}
KERNEL = np.array([[0.5, -1.0], [1.0, 0.25], [-0.75, 0.5]])
BIAS = np.array([0.1, -0.2])
WEIGHTS = [*BATCH_NORM.values(), KERNEL, BIAS]


def network(learner, *before):
    """A model of BatchNormalization, Dropout and Dense, with known weights, after the layers in
    `before`."""
    layers = learner.keras.layers
    model = learner.keras.Sequential(
        [
            learner.keras.Input((3,)),
            *before,
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )
    model.set_weights(list(WEIGHTS))
    return model


def answered(x):
    """What it gives in inference mode."""
    gamma, beta, mean, variance = BATCH_NORM.values()
    return ((np.asarray(x, "float64") - mean) / np.sqrt(variance + 1e-3) * gamma + beta) @ KERNEL + BIAS


def plain(learner, *before):
    """A model that is one Dense layer, for where modes do not matter: others take longer to make."""
    keras = learner.keras
    model = keras.Sequential([keras.Input((3,)), *before, keras.layers.Dense(2)])
    model.set_weights([KERNEL, BIAS])
    return model


def affine(x):
    """What it gives."""
    return np.asarray(x, "float64") @ KERNEL + BIAS


def rows(count, width=3):
    """Inputs whose rows are all different."""
    return np.cos(np.arange(count * width)).reshape(count, width).astype("float32") * 3


# predict_batched ---------------------------------------------------------------------------------


@check("predict_batched")
def test_predicts_every_row(learner):
    """Ten rows in batches of 4: ten answers, in their order."""
    x = rows(10)
    answer = learner.predict_batched(network(learner), x, 4)
    expect.shape(answer, (10, 2), "10 rows in batches of 4 should give 10 answers")
    claim = "the answers should be those of the model in inference mode, in the order of the rows"
    expect.right_and_finite(answer, answered(x), claim)


@check("predict_batched", after=test_predicts_every_row)
def test_predicts_batch_by_batch(learner):
    """Batches of 4, 4 and 2 rows go through the model, in inference mode."""
    recorder = learner.kit.recorder()
    model, x = plain(learner, recorder), rows(10)
    learner.predict_batched(model, x, 4)
    told = learner.so_far()
    modes, sizes = list(recorder.modes), [len(batch) for batch in recorder.batches]
    with expect.about(told):
        claim = "the model should be called once for each batch: with 4, 4 and 2 of 10 rows"
        expect.true(sizes == [4, 4, 2], claim, f"it is called with {sizes} rows")
        expect.true(not any(modes), "the model should run with training=False", "it runs in training mode")


@check("predict_batched", after=test_predicts_every_row)
def test_predicts_what_was_preprocessed(learner):
    """Each batch goes through preprocess, the last one too."""
    x = np.arange(30, dtype="uint8").reshape(10, 3)
    preprocess = learner.kit.function("standardized", np.float32([9.0, 10.0, 11.0]), 6.0)
    answer = learner.predict_batched(plain(learner), x, 4, preprocess)
    expect.shape(answer, (10, 2), "10 rows in batches of 4 should give 10 answers")
    claim = "each batch, the last one too, should go through preprocess and then through the model"
    expect.right_and_finite(answer, affine((x - [9.0, 10.0, 11.0]) / 6.0), claim)


@check("predict_batched", after=test_predicts_every_row)
def test_predicts_no_rows(learner):
    """No rows give an array of shape (0, 2), with preprocess and without."""
    model = plain(learner)
    preprocess = learner.kit.function("standardized", 1.0, 2.0)
    for given in ((), (preprocess,)):
        answer = learner.predict_batched(model, rows(0), 4, *given)
        expect.shape(answer, (0, 2), "an array without rows should give one of shape (0, 2)")


@check("predict_batched", after=test_predicts_every_row)
def test_predicting_changes_nothing(learner):
    """Weights and moving statistics are as before, and so is x where preprocess overwrites what it gets."""
    model, x = network(learner), rows(5)
    laws.changes_no_weight(learner, model, lambda: learner.predict_batched(model, x, 2))
    overwrites = learner.kit.function("doubled_in_place")
    laws.changes_no_argument(learner, learner.predict_batched, model, x, 2, overwrites)


@check("predict_batched")
def test_predicting_refuses(learner):
    """A batch size below 1 raises a ValueError."""
    model = plain(learner)
    cases = {f"batch_size={size}": (model, rows(4), size) for size in (0, -1)}
    laws.refuses(learner.predict_batched, cases | {"batch_size=0, without rows": (model, rows(0), 0)})


@check("predict_batched", hidden=True, after=test_predicts_every_row)
def test_predicts_with_many_sizes(learner):
    """Batch sizes that divide the rows, are 1, or exceed them; the result is NumPy's."""
    model = plain(learner)
    for count, size in ((6, 3), (2, 1), (3, 100), (5, 5)):
        answer = learner.predict_batched(model, rows(count), size)
        expect.shape(answer, (count, 2), f"{count} rows in batches of {size} should give {count} answers")
        claim = f"the answers should be right for {count} rows in batches of {size}"
        expect.right_and_finite(answer, affine(rows(count)), claim)
    _, kinds = learner.kit.kept(learner.predict_batched, model, rows(5), 2)
    expect.true(set(kinds) == {"ndarray"}, "the result should be a NumPy array", f"it has {', '.join(kinds)}")


@check("predict_batched", hidden=True, after=test_predicts_what_was_preprocessed)
def test_predicts_other_shapes(learner, rng):
    """Images, a preprocess that gives tensors of another width, a model of float64."""
    keras = learner.keras
    flat = keras.layers.Flatten()
    model = keras.Sequential([keras.Input((2, 2, 2)), flat, keras.layers.Dense(3, dtype="float64")])
    kernel, x = rng.normal(size=(8, 3)), rng.normal(size=(5, 2, 2, 2)).astype("float32")
    model.set_weights([kernel, np.arange(3.0)])
    answer = learner.predict_batched(model, x, 2)
    want = x.reshape(5, 8).astype("float64") @ kernel + np.arange(3.0)
    expect.right_and_finite(answer, want, "images should do")
    expect.dtype(answer, "float64", "the answers should have the dtype that the model gives")
    expect.shape(
        learner.predict_batched(model, x[:0], 2), (0, 3), "no images should give an array of shape (0, 3)"
    )
    matrix = rng.normal(size=(5, 3)).astype("float32")
    preprocess, wide = learner.kit.function("features", matrix), rows(7, 5)
    answer = learner.predict_batched(plain(learner), wide, 4, preprocess)
    claim = "a preprocess that gives tensors of another width should do"
    expect.right_and_finite(answer, affine(wide.astype("float64") @ matrix), claim, rtol=1e-4, atol=1e-4)


@check("predict_batched", hidden=True, after=test_predicts_batch_by_batch)
def test_preprocesses_batch_by_batch(learner):
    """preprocess gets slices of x, with its dtype, and no more than batch_size rows."""
    recorder = learner.kit.recorder()
    x = np.arange(15, dtype="uint8").reshape(5, 3)
    answer = learner.predict_batched(plain(learner), x, 2, recorder)
    got = list(recorder.batches)
    with expect.about(answer):
        sizes = [len(batch) for batch in got]
        claim = "preprocess should be called once for each batch: with 2, 2 and 1 of 5 rows"
        expect.true(sizes == [2, 2, 1], claim, f"it gets {sizes} rows")
        kinds = sorted({batch.dtype.name for batch in got})
        claim = "preprocess should get rows of x with their dtype, uint8"
        expect.true(kinds == ["uint8"], claim, f"it gets {', '.join(kinds)}")
        expect.true(
            np.array_equal(np.concatenate(got), x), "preprocess should get the rows of x in their order"
        )
    for count in (0, 1):
        recorder = learner.kit.recorder()
        answer = learner.predict_batched(plain(learner), x[:count], 1, recorder)
        sizes = [len(batch) for batch in recorder.batches]
        with expect.about(answer):
            claim = "no rows should be one empty batch, and one row one batch"
            expect.true(sizes == [count], claim, f"preprocess gets {sizes} rows")


# bundle ------------------------------------------------------------------------------------------

MEAN, DEVIATION = np.array([1.0, -0.5, 0.75]), np.array([2.0, 0.25, 0.5])
RAW = np.array(
    [[1.5, 0.25, 0.5], [-0.5, -1.0, 1.25], [2.0, -0.5, 0.25], [0.0, -0.75, 1.0], [0.75, 0.0, 0.0]], "float32"
)


def standardized(x, mean=MEAN, scale=DEVIATION):
    """What goes into the model."""
    return (np.asarray(x, "float64") - mean) / np.where(np.equal(scale, 0), 1, scale)


def bundle_of(learner, *args):
    """What bundle makes, known to be an object that can be called."""
    bundled = learner.bundle(*args)
    with expect.about(bundled):
        claim = "there should be a Keras model"
        expect.true(isinstance(bundled, Remote), claim, f"it is {type(bundled).__name__}")
    return bundled


def gives(bundled, x, want, claim, **tolerance):
    """A bundle's answers are finite and right, called in both ways in which it may be."""
    tolerance = {"rtol": 1e-5, "atol": 1e-5} | tolerance
    expect.right_and_finite(bundled(x), want, claim, **tolerance)
    expect.right_and_finite(
        bundled(x, training=False), want, f"{claim}, with training=False too", **tolerance
    )


@check("bundle")
def test_bundle_takes_raw_inputs(learner):
    """The bundle gives the softmax of what the model makes of (x - mean) / scale."""
    bundled = bundle_of(learner, network(learner), MEAN, DEVIATION)
    want = oracles.softmax(answered(standardized(RAW)))
    gives(bundled, RAW, want, "it should give softmax(model((x - mean) / scale))")


@check("bundle", after=test_bundle_takes_raw_inputs)
def test_bundle_with_another_activation(learner):
    """The activation goes by its name."""
    answer = bundle_of(learner, plain(learner), MEAN, DEVIATION, "sigmoid")(RAW)
    claim = "with the activation 'sigmoid', that should be applied, once, to the model's outputs"
    want = oracles.sigmoid(affine(standardized(RAW)))
    expect.right_and_finite(answer, want, claim, rtol=1e-5, atol=1e-5)


@check("bundle", after=test_bundle_takes_raw_inputs)
def test_bundle_with_a_scale_of_zero(learner):
    """A scale of 0 counts as 1, as a number and in an array."""
    model = plain(learner)
    for scale in (0.0, np.array([2.0, 0.0, 0.5])):
        x = RAW[:3] * 1.0
        x[0] = MEAN
        want = affine(standardized(x, MEAN, scale))
        answer = bundle_of(learner, model, MEAN, scale, "linear")(x)
        claim = "where the scale is 0 it should count as 1, and nothing become NaN"
        expect.right_and_finite(answer, want, claim, rtol=1e-5, atol=1e-5)


@check("bundle", after=test_bundle_takes_raw_inputs)
def test_bundle_takes_integers(learner):
    """Pixels of uint8 below the mean do not go below 0 and round to 255."""
    pixels = np.array([[9, 0, 130], [0, 1, 20], [255, 3, 0]], "uint8")
    mean, scale = np.array([40.3, 1.7, 99.9]), np.array([50.1, 0.7, 60.3])
    want = oracles.softmax(affine(standardized(pixels, mean, scale)))
    bundled = bundle_of(learner, plain(learner), mean, scale)
    for kind in ("uint8", "int32"):
        answer = bundled(pixels.astype(kind))
        claim = f"whole numbers of {kind} should do as well as floating ones"
        expect.right_and_finite(answer, want, claim, rtol=1e-5, atol=1e-5)


@check("bundle", after=test_bundle_takes_raw_inputs)
def test_bundle_is_a_copy(learner):
    """What is done to the model's weights, or to the bundle's, changes nothing in the other."""
    model = plain(learner)
    bundled = bundle_of(learner, model, MEAN, DEVIATION)
    told = learner.so_far()
    expect.unchanged(
        model.get_weights(),
        [w.astype("float32") for w in [KERNEL, BIAS]],
        "the model should keep its weights",
    )
    with expect.about(told):
        count = len(model.trainable_variables)
        expect.true(count == 2, "the model's two weights should still be trained", f"{count} are")
    model.set_weights([w * 0 + 3 for w in [KERNEL, BIAS]])
    want = oracles.softmax(affine(standardized(RAW)))
    with expect.about(told):
        claim = "the bundle should not change when the model is trained on"
        expect.right_and_finite(bundled(RAW), want, claim, rtol=1e-5, atol=1e-5)
        bundled.set_weights([np.zeros_like(w) for w in bundled.get_weights()])
        claim = "the model should not change when the bundle is trained on"
        expect.unchanged(model.get_weights(), [(w * 0 + 3).astype("float32") for w in [KERNEL, BIAS]], claim)


@check("bundle", after=test_bundle_takes_raw_inputs)
def test_bundle_saved_and_loaded(learner):
    """Saved, and loaded where there is Keras and none of your code, it gives the same."""
    bundled = bundle_of(learner, plain(learner), MEAN, np.array([2.0, 0.0, 0.5]))
    loaded = learner.kit.reloaded_elsewhere(bundled)
    want = oracles.softmax(affine(standardized(RAW, MEAN, np.array([2.0, 0.0, 0.5]))))
    claim = "saved, and loaded where your code is not known, it should give the same"
    expect.right_and_finite(loaded(RAW), want, claim, rtol=1e-5, atol=1e-5)


@check("bundle", after=test_bundle_takes_raw_inputs)
def test_bundle_subtracts_first(learner):
    """A mean far above the scale costs no digits."""
    mean, scale = np.array([1024.0, 0.0, -512.0]), np.array([0.01, 1.0, 0.03])
    x = (mean + np.array([[1.3, 2.0, -3.1], [0.7, -1.0, 0.2]]) * [0.01, 1, 0.03]).astype("float32")
    answer = bundle_of(learner, plain(learner), mean, scale, "linear")(x)
    claim = "the mean should be subtracted before the scale divides: far from 0 the other order loses digits"
    expect.right_and_finite(answer, affine(standardized(x, mean, scale)), claim, rtol=1e-5, atol=1e-5)


@check("bundle", hidden=True, after=test_bundle_takes_raw_inputs)
def test_bundle_of_sequences(learner, rng):
    """Where outputs have more axes, the activation is for the last one."""
    keras = learner.keras
    model = keras.Sequential([keras.Input((2, 3)), keras.layers.Dense(4)])
    kernel, x = rng.normal(size=(3, 4)), rng.normal(size=(3, 2, 3)).astype("float32")
    model.set_weights([kernel, np.zeros(4)])
    answer = bundle_of(learner, model, MEAN, DEVIATION)(x)
    claim = "for outputs of shape (3, 2, 4), the softmax should go along the last axis, the one with 4"
    want = oracles.softmax(standardized(x) @ kernel)
    expect.right_and_finite(answer, want, claim, rtol=1e-5, atol=1e-5)


@check("bundle", hidden=True, after=test_bundle_takes_raw_inputs)
def test_bundle_of_a_functional_model(learner, rng):
    """Images, a mean for each channel, a shortcut in the model."""
    keras, layers = learner.keras, learner.keras.layers
    inputs = keras.Input((3, 2, 2))
    flat = layers.Flatten()(inputs)
    inner = layers.Dense(12, "tanh")
    outputs = layers.Dense(3)(layers.Add()([inner(flat), flat]))
    model = keras.Model(inputs, outputs)
    weights = [rng.normal(size=w.shape).astype("float32") / 2 for w in model.get_weights()]
    model.set_weights(weights)
    x = rng.integers(0, 256, size=(4, 3, 2, 2)).astype("uint8")
    mean, scale = np.array([120.0, 90.5]), np.array([[70, 0]])

    def right(mean, scale):
        z = standardized(x, mean, scale).reshape(4, 12)
        return (np.tanh(z @ weights[0] + weights[1]) + z) @ weights[2] + weights[3]

    bundled = bundle_of(learner, model, mean, scale, "linear")
    expect.same(tuple(bundled.input_shape), (None, 3, 2, 2), "its input should have the shape of the model's")
    claim = "a mean and a scale for each channel should broadcast"
    expect.right_and_finite(bundled(x), right(mean, scale), claim, rtol=1e-4, atol=1e-3)
    mean, scale = x[0].astype("float64"), np.full((1, 3, 1, 1), 64.0)
    answer = bundle_of(learner, model, mean, scale, "linear")(x)
    claim = "mean and scale should do as arrays of an input's shape, and with axes of 1"
    expect.right_and_finite(answer, right(mean, scale), claim, rtol=1e-4, atol=1e-3)


@check("bundle", hidden=True, after=test_bundle_with_a_scale_of_zero)
def test_bundle_far_from_zero(learner):
    """A mean far above the scale, beside a scale of 0; neither array is changed."""
    mean, scale = np.array([1024.0, 0.0, -512.0]), np.array([0.01, 0.0, 0.03])
    x = (mean + np.array([[1.3, 2.0, -3.1], [0.7, -1.0, 0.2]]) * [0.01, 1, 0.03]).astype("float32")
    model = plain(learner)
    answer = bundle_of(learner, model, mean, scale, "linear")(x)
    claim = "the mean should be subtracted before the scale divides: far from 0 the other order loses digits"
    expect.right_and_finite(answer, affine(standardized(x, mean, scale)), claim, rtol=1e-5, atol=1e-5)
    laws.changes_no_argument(learner, learner.bundle, model, mean, scale)


# benchmark ---------------------------------------------------------------------------------------


def measured(learner, costs, count, given, dispatch=0.0, start=0.0):
    """What benchmark says of a device whose calls take so long, with batches of `count` rows, and the
    device."""
    device = learner.kit.asynchronous(list(costs), dispatch, start)
    answer = learner.benchmark(device.run, np.ones((count, 3), "float32"), clock=device.clock, **given)
    names = ["p50", "p95", "throughput"]
    with expect.about(answer):
        is_right = isinstance(answer, dict) and sorted(map(str, answer)) == names
        claim = 'there should be a dictionary with "p50", "p95" and "throughput"'
        expect.true(is_right, claim, f"it is {type(answer).__name__}")
        for name in names:
            expect.number(answer[name], f"{name} should be one number")
        # Whoever reads another clock measures what nobody can repeat.
        learner.observed(
            {
                name: round(float(answer[name]), 3) if abs(float(answer[name])) < 1e5 else "huge"
                for name in names
            }
        )
    return answer, device


def says(answer, times, count, claim, keys=("p50", "p95", "throughput")):
    """The numbers are those of these times."""
    want = {
        "p50": np.percentile(times, 50),
        "p95": np.percentile(times, 95),
        "throughput": count * len(times) / np.sum(times),
    }
    with expect.about(answer):
        for key in keys:
            expect.right_and_finite(answer[key], want[key], f"{key}: {claim}", **EXACT)


@check("benchmark")
def test_benchmark_by_hand(learner):
    """Five calls with 8 rows take 2, 2, 2, 2 and 12 seconds: p50 is 2, p95 10, the throughput 2 rows per
    second."""
    times = [2.0, 2.0, 2.0, 2.0, 12.0]
    costs = [time - 0.5 for time in times]  # half a second of each is spent to hand it over
    answer, _ = measured(learner, costs, 8, {"repeats": 5, "warmup": 0}, dispatch=0.5)
    claim = "8 rows in 2, 2, 2, 2 and 12 seconds should give p50 2, p95 10 and 2 rows per second"
    says(answer, times, 8, claim)


@check("benchmark", after=test_benchmark_by_hand)
def test_benchmark_waits_for_numbers(learner):
    """A call is over when its result is NumPy, not when it was handed over."""
    answer, _ = measured(learner, [1.0, 2.0, 4.0], 4, {"repeats": 3, "warmup": 0}, dispatch=0.25)
    claim = (
        "a call should be timed until its result is NumPy: 0.25 s to hand it over, and 1, 2 or 4 s to compute"
    )
    says(answer, [1.25, 2.25, 4.25], 4, claim)


@check("benchmark", after=test_benchmark_by_hand)
def test_benchmark_warms_up(learner):
    """A warm-up that takes 100 seconds is not timed, and its work is done before the first timed call."""
    answer, device = measured(learner, [100.0, 100.0, 3.0, 5.0, 4.0], 2, {"repeats": 3, "warmup": 2})
    claim = "two calls of warm-up, of 100 s each, should be over and not count"
    says(answer, [3.0, 5.0, 4.0], 2, claim)
    with expect.about(answer):
        calls = len(device.rows)
        expect.true(calls == 5, "there should be 2 + 3 calls", f"there are {calls}")


@check("benchmark")
def test_benchmark_refuses(learner):
    """No timed call raises a ValueError."""
    device = learner.kit.asynchronous([1.0] * 40)
    for repeats in (0, -3):
        with expect.raises(ValueError, f"repeats={repeats} should raise a ValueError"):
            learner.benchmark(device.run, np.ones((2, 2)), repeats=repeats, clock=device.clock)


@check("benchmark", hidden=True, after=test_benchmark_warms_up)
def test_benchmark_of_many_times(learner, rng):
    """Times of several spreads, clocks that begin anywhere, one call, and the settings that are not
    given."""
    for repeats, warmup, count, start in (
        (1, 0, 1, 0.0),
        (2, 1, 3, 50.0),
        (7, 4, 16, -8.0),
        (30, 3, 5, 1000.0),
    ):
        costs = rng.gamma(0.5, 2.0, warmup + repeats) + 0.01
        given = {} if repeats == 30 else {"repeats": repeats, "warmup": warmup}
        answer, device = measured(learner, costs, count, given, dispatch=0.125, start=start)
        claim = "the percentiles and the throughput should be those of the timed calls"
        says(answer, costs[warmup:] + 0.125, count, claim)
        with expect.about(answer):
            claim = f"there should be {warmup} + {repeats} calls, each with the whole batch"
            expect.true(
                list(device.rows) == [count] * len(costs), claim, f"they had {list(device.rows)} rows"
            )


@check("benchmark", hidden=True, after=test_benchmark_by_hand)
def test_benchmark_by_the_real_clock(learner):
    """Without a clock it is that of the computer; a function may return NumPy."""
    answer = learner.benchmark(learner.kit.function("cube"), np.ones((4, 2)), repeats=3, warmup=1)
    with expect.about(answer):
        claim = "by the clock of the computer, every time should be above 0 and below a minute"
        expect.true(isinstance(answer, dict) and 0 < answer["p50"] <= answer["p95"] < 60, claim)
        claim = "the throughput should be that of the timed calls"
        expect.true(4 * 3 / (3 * answer["p95"] + 1) < answer["throughput"] < math.inf, claim)


# quantize_int8 -----------------------------------------------------------------------------------


def largest(weights, axis):
    """The largest absolute weight for each index of an axis, with all axes."""
    w = np.abs(np.asarray(weights, "float64"))
    others = tuple(i for i in range(w.ndim) if axis is None or i != axis % w.ndim)
    return w.max(axis=others, keepdims=True)


def quantized(answer, weights, axis, claim, exact=False):
    """The answer is a pair of int8 numbers and float32 scales, and right.

    Args:
        answer: What quantize_int8 returned.
        weights: What it was given.
        axis: Which axis was to be kept.
        claim: What should hold.
        exact: Whether halves are exact ones, which go to the even neighbour. Near others either is right.
    """
    q, scale = expect.items(answer, 2, "there should be two arrays: whole numbers, and scales")
    w, top = np.asarray(weights, "float64"), largest(weights, axis)
    want = np.where(top == 0, 1, top / 127)
    expect.dtype(q, "int8", "the whole numbers should be int8")
    expect.dtype(scale, "float32", "the scales should be float32")
    expect.shape(
        scale, want.shape, f"the scales of shape {w.shape}, axis {axis}, should have shape {want.shape}"
    )
    expect.right_and_finite(scale, want, f"the scales: {claim}", **SCALE)
    quotients = w / want
    nearest = np.rint(quotients)
    is_near = np.abs(np.abs(quotients - np.floor(quotients)) - 0.5) < 1e-3
    if not exact:
        off = np.asarray(q, "float64") - quotients
        nearest = np.where(is_near & (np.abs(off) < 0.502), np.asarray(q, "float64"), nearest)
    expect.close(q, nearest.astype("int8"), f"the whole numbers: {claim}", rtol=0, atol=0)


@check("quantize_int8")
def test_quantize_by_hand(learner):
    """The weights -0.5, 0.2 and 1.27 have the scale 0.01 and become -50, 20 and 127."""
    w = np.array([-0.5, 0.2, 1.27], "float32")
    answer = learner.quantize_int8(w, None)
    quantized(answer, w, None, "-0.5, 0.2 and 1.27 should become -50, 20 and 127, with the scale 0.01")


@check("quantize_int8", after=test_quantize_by_hand)
def test_quantize_to_the_nearest(learner):
    """Weights are rounded, not cut off, and from -127 on."""
    w = np.array([2.9, -2.9, 0.6, -0.6, 126.4, 3.2, -127.0], "float32") / 127
    answer = learner.quantize_int8(w, None)
    quantized(answer, w, None, "2.9 scales should become 3, -2.9 become -3, and the largest 127 or -127")


@check("quantize_int8", after=test_quantize_by_hand)
def test_quantize_halves_to_even(learner):
    """Exact halves go to the even neighbour."""
    w = np.array([127.0, 0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, 62.5, 125.5], "float32") / 16
    answer = learner.quantize_int8(w, None)
    quantized(
        answer, w, None, "0.5, 1.5 and 2.5 scales should become 0, 2 and 2: halves go to even", exact=True
    )


@check("quantize_int8", after=test_quantize_by_hand)
def test_quantize_each_channel(learner):
    """Each output channel of a kernel has its own scale: the last axis is kept, and all others reduced."""
    w = np.array([[0.5, -30.0, 0.01], [-1.0, 4.0, 0.002]], "float32")
    quantized(learner.quantize_int8(w, 0), w, 0, "with axis 0, each of the 2 rows should have its own scale")
    quantized(learner.quantize_int8(w), w, -1, "each of the 3 output channels should have a scale of its own")
    quantized(learner.quantize_int8(w, None), w, None, "with axis None, all weights should share one")


@check("quantize_int8", after=test_quantize_each_channel)
def test_quantize_a_channel_of_zeros(learner):
    """A channel of zeros has the scale 1, and no NaN."""
    w = np.array([[0.5, 0.0], [-1.0, 0.0]], "float32")
    quantized(learner.quantize_int8(w), w, -1, "a channel of zeros should become zeros with the scale 1")


@check("quantize_int8")
def test_quantize_refuses(learner):
    """Weights that are not finite raise a ValueError."""
    for value in (np.nan, np.inf, -np.inf):
        w = np.array([[0.5, 1.0], [value, 2.0]], "float32")
        with expect.raises(ValueError, f"a weight of {value} should raise a ValueError"):
            learner.quantize_int8(w)


@check("quantize_int8", hidden=True, after=test_quantize_each_channel)
def test_quantize_many_kernels(learner, rng):
    """Kernels of one to four axes, any axis kept, in several dtypes, with tiny and huge channels."""
    for shape in ((9,), (4, 5), (3, 2, 4), (3, 3, 2, 5)):
        for axis in (*range(-len(shape), len(shape)), None):
            w = rng.normal(size=shape) * 10.0 ** rng.uniform(-3, 3, shape[-1])
            quantized(learner.quantize_int8(w, axis), w, axis, f"shape {shape} and axis {axis} should do")
    w = rng.normal(size=(6, 3))
    for dtype in ("float16", "float32", "float64"):
        claim = f"weights of {dtype} should do"
        quantized(learner.quantize_int8(w.astype(dtype)), w.astype(dtype), -1, claim)
    for dtype in ("float32", "float64"):
        far = (w * [1e-29, 1e29, 1e-9]).astype(dtype)
        quantized(learner.quantize_int8(far), far, -1, "tiny and huge channels should keep all their digits")
    given = w.astype("float32")
    quantized(learner.kit.on_tensors(learner.quantize_int8, given), given, -1, "a tensor should do")


@check("quantize_int8", hidden=True, after=test_quantize_halves_to_even)
def test_quantize_halves_in_channels(learner):
    """Exact halves in each channel and dtype; weights are not changed."""
    halves = np.arange(-126, 127, 2) + 0.5
    w = np.stack([np.append(halves, 127.0) / 8, np.append(-halves, -127.0) * 4], axis=1)
    for dtype in ("float16", "float32", "float64"):
        claim = f"halves of {dtype} should go to the even neighbour"
        quantized(learner.quantize_int8(w.astype(dtype)), w, -1, claim, exact=True)
    laws.changes_no_argument(learner, learner.quantize_int8, w)


# carbon_estimate ---------------------------------------------------------------------------------

CARBON = ("training_kwh", "serving_kwh", "kg_co2e", "break_even_requests")


def estimated(training, serving, requests, pue, intensity):
    """What carbon_estimate should give."""
    watts, seconds, size = serving
    trained = sum(w / 1000 * hours * devices for w, hours, devices in training) * pue
    of_batch = watts * seconds / 3_600_000 * pue
    served = -(-requests // size) * of_batch
    after = trained / of_batch * size if of_batch else math.inf
    return dict(zip(CARBON, (trained, served, (trained + served) * intensity / 1000, after), strict=True))


def has_estimate(learner, case, claim, keys=CARBON):
    """The learner's estimate has all four numbers, and these are right."""
    answer, want = learner.carbon_estimate(*case), estimated(*case)
    with expect.about(answer):
        is_right = isinstance(answer, dict) and sorted(map(str, answer)) == sorted(CARBON)
        expect.true(is_right, f"there should be a dictionary with {', '.join(CARBON)}", "it is another")
        for key in keys:
            expect.number(answer[key], f"{key} should be one number")
            expect.close(answer[key], want[key], f"{key}: {claim}", rtol=1e-9, atol=1e-12)


@check("carbon_estimate")
def test_carbon_of_gpt3(learner):
    """GPT-3's training: 1,289,376 kWh and 553,142 kg, in the lesson's numbers."""
    case = ([(330, 14.8 * 24, 10_000)], (300, 0.5, 32), 0, 1.1, 429)
    claim = "330 W, 355.2 h, 10,000 devices, PUE 1.1 and 429 g/kWh should be 1,289,376 kWh and 553,142 kg"
    has_estimate(learner, case, claim, ("training_kwh", "serving_kwh", "kg_co2e"))


@check("carbon_estimate")
def test_carbon_of_serving(learner):
    """33 requests, 32 to a batch, are two batches, and the building takes its share of them, too."""
    case = ([], (1800, 2.0, 32), 33, 1.5, 500)
    claim = "33 requests, 32 to a batch, are two batches: with 1800 W, 2 s and PUE 1.5, 0.003 kWh and 1.5 g"
    has_estimate(learner, case, claim, ("training_kwh", "serving_kwh", "kg_co2e"))


@check("carbon_estimate", after=test_carbon_of_serving)
def test_carbon_breaks_even(learner):
    """Where serving has taken as much as training; never, if a batch takes nothing."""
    case = ([(400, 10.0, 2)], (200, 0.25, 8), 5, 1.25, 300)
    claim = "8 kWh of training should be met after 8 / (200 W * 0.25 s) * 8 requests, with PUE on both"
    has_estimate(learner, case, claim)
    for serving in ((0, 0.25, 8), (200, 0, 8)):
        case = ([(400, 10.0, 2)], serving, 5, 1.25, 300)
        has_estimate(learner, case, "free serving should never meet it: infinity")


@check("carbon_estimate", after=test_carbon_of_gpt3)
def test_carbon_of_several_runs(learner):
    """The energy of all runs is added up."""
    case = ([(300, 2.0, 4), (250, 100.0, 1), (0, 5.0, 8)], (100, 0.1, 1), 1000, 1.2, 50)
    has_estimate(learner, case, "the energy of all runs should be added up")


@check("carbon_estimate")
def test_carbon_refuses(learner):
    """Negative numbers, a PUE below 1 and a batch size below 1 raise a ValueError."""
    fine = ([(300, 2.0, 4)], (100, 0.1, 8), 10, 1.2, 50)
    training = {
        f"a run with {word} below 0": [(300, 1, 1), run]
        for word, run in (("watts", (-1, 2, 4)), ("hours", (300, -0.5, 4)), ("devices", (300, 2, -4)))
    }
    serving = {
        "serving with watts below 0": (-1, 0.1, 8),
        "serving with seconds below 0": (100, -0.1, 8),
        "a batch size of 0": (100, 0.1, 0),
        "a batch size below 0": (100, 0.1, -1),
    }
    cases = {words: (fine[0], case, *fine[2:]) for words, case in serving.items()}
    cases |= {words: (run, *fine[1:]) for words, run in training.items()}
    cases |= {
        "requests=-1": (*fine[:2], -1, 1.2, 50),
        "pue=0.99": (*fine[:3], 0.99, 50),
        "intensity=-1": (*fine[:4], -1),
    }
    laws.refuses(learner.carbon_estimate, cases)


@check("carbon_estimate", hidden=True, after=test_carbon_breaks_even)
def test_carbon_of_many(learner, rng):
    """Many systems; batches that are just full, nothing at all, and everything at its limit."""
    cases = [
        ([], (0, 0, 1), 0, 1.0, 0),
        ([], (100, 0.5, 4), 8, 1.0, 20.5),
        ([(1, 1, 1)], (1, 1, 1), 1, 1, 1),
        ([], (0, 1.0, 4), 9, 1.5, 100),
    ]
    for _ in range(6):
        training = [tuple(rng.uniform(0, 400, 3).tolist()) for _ in range(rng.integers(4))]
        size = int(rng.integers(1, 70))
        serving = (float(rng.uniform(1, 900)), float(rng.uniform(0.001, 2)), size)
        requests = int(rng.choice([0, 1, size, size + 1, 3 * size, 10**9 + 7]))
        cases.append((training, serving, requests, float(rng.uniform(1, 2)), float(rng.uniform(0, 900))))
    for case in cases:
        has_estimate(learner, case, "the estimate should be right for any system")


# drift -------------------------------------------------------------------------------------------


def distance(old, new):
    """The statistic of one feature, in its plainest form: every value is tried."""
    old, new = np.asarray(old, "float64"), np.asarray(new, "float64")
    return max(abs(np.mean(old <= v) - np.mean(new <= v)) for v in np.concatenate([old, new]))


def drifted(statistic, n, m, level):
    """Which statistics are above the bound."""
    bound = math.sqrt(-math.log(level / len(statistic) / 2) / 2) * math.sqrt((n + m) / (n * m))
    return np.asarray(statistic) > bound


def finds(learner, claim, old, new, *level, decides=True):
    """Statistics are right, and so is what is decided, if that is asked."""
    want = [distance(a, b) for a, b in zip(np.transpose(old), np.transpose(new), strict=True)]
    answer = learner.drift(old, new, *level)
    with expect.about(answer):
        is_right = isinstance(answer, dict) and sorted(map(str, answer)) == ["drifted", "statistic"]
        expect.true(is_right, 'there should be a dictionary with "statistic" and "drifted"', "it is another")
        expect.right_and_finite(answer["statistic"], want, f"the statistic: {claim}", **EXACT)
        if decides:
            is_drifted = drifted(want, len(old), len(new), *(level or (0.01,)))
            expect.same(answer["drifted"], is_drifted, f"drifted: {claim}")


def column(*numbers):
    """One feature."""
    return np.array(numbers, "float64")[:, None]


@check("drift")
def test_drift_by_hand(learner):
    """Old 1, 2, 3, 4 and new 3, 3, 5 have the statistic 0.5."""
    claim = "1, 2, 3, 4 and 3, 3, 5 should be 0.5 apart"
    finds(learner, claim, column(1, 2, 3, 4), column(3, 3, 5), decides=False)


@check("drift", after=test_drift_by_hand)
def test_drift_of_ties(learner):
    """The share up to v has v itself in it, for both; the same numbers have no distance."""
    claim = "numbers that occur several times should count in both shares"
    finds(learner, claim, column(0, 0, 0, 1), column(0, 0, 0, 0), decides=False)
    finds(learner, claim, column(2, 2, 3, 3), column(2, 3), decides=False)


@check("drift", after=test_drift_by_hand)
def test_drift_tries_all_values(learner):
    """The largest distance may be at a value of either, and with either sign."""
    claim = "the largest distance over the values of both should count, whatever its sign"
    finds(learner, claim, column(0, 10, 10), column(4, 5), decides=False)
    finds(learner, claim, column(4, 5), column(0, 10, 10), decides=False)
    finds(learner, claim, column(1, 2, 3), column(4, 5), decides=False)


@check("drift", after=test_drift_by_hand)
def test_drift_without_a_new_mean(learner):
    """-1 and 1 have the mean of 0 and 0, and another distribution."""
    old = np.repeat(column(-1, 1), 30, axis=0)
    finds(learner, "a new spread with the same mean should be found", old, 0 * old, decides=False)


@check("drift", after=test_drift_by_hand)
def test_drift_of_several_features(learner):
    """With six features, the level is divided by six: what one feature alone would have found may be
    chance."""
    numbers = np.arange(50.0)
    old = np.stack([numbers] * 6, axis=1)
    new = np.stack([numbers + shift for shift in (5, -14, 17, -18, 19, 100)], axis=1)
    finds(learner, "the level should be divided by the number of features, 6, and by 2", old, new)
    finds(learner, "one feature alone should have the whole level", old[:, :1], new[:, 2:3])


@check("drift")
def test_drift_refuses(learner):
    """Other features, and no rows, raise a ValueError."""
    cases = {
        "2 features against 3": (np.ones((4, 2)), np.ones((4, 3))),
        "1 feature against 2": (np.ones((4, 1)), np.ones((4, 2))),
        "a reference without rows": (np.ones((0, 2)), np.ones((4, 2))),
        "live data without rows": (np.ones((4, 2)), np.ones((0, 2))),
    }
    laws.refuses(learner.drift, cases)


@check("drift", hidden=True, after=test_drift_of_several_features)
def test_drift_of_random_data(learner, rng):
    """Several sizes, levels and dtypes, with ties and without."""
    claim = "statistics and decisions should be right for data of any size, level and dtype"
    for n, m, features, level in ((1, 1, 1, 0.5), (40, 7, 3, 0.2), (60, 90, 2, 0.001), (25, 25, 6, 0.05)):
        old, new = rng.normal(size=(n, features)), rng.normal(0.4, 1.5, size=(m, features))
        finds(learner, claim, old, new, level)
        finds(learner, claim, np.rint(2 * old), np.rint(2 * new), level)
    pixels = rng.integers(0, 17, size=(30, 4)).astype("uint8")
    finds(learner, claim, pixels, (pixels[:20] // 2).astype("int32"))
    tenths = rng.integers(0, 4, size=(20, 2)) / 10
    finds(learner, "both should count as float64", tenths, tenths[::-1].astype("float32"))
    finds(learner, "both should count as float64", tenths.astype("float32"), tenths[::-1])
    big = np.array([[2.0**53, 0.0], [2.0**53 - 1, 1.0]])
    finds(learner, "both should count as float64", big, big.astype("int64") - 1)


@check("drift", hidden=True, after=test_drift_of_several_features)
def test_drift_raises_no_false_alarm(learner, rng):
    """Of 200 unchanged features none is called drifted; what was given is as before."""
    old, new = rng.normal(size=(60, 200)), rng.normal(size=(50, 200))
    answer = learner.drift(old, new, 1e-6)
    with expect.about(answer):
        is_dict = isinstance(answer, dict) and "drifted" in answer
        expect.true(is_dict, 'there should be a dictionary with "drifted"', "there is none")
        claim = "no unchanged feature should have drifted"
        expect.same(answer["drifted"], np.zeros(200, bool), claim)
    laws.changes_no_argument(learner, learner.drift, old[:9, :2].copy(), new[:7, :2].copy())


# in_rollout --------------------------------------------------------------------------------------

# The first 16 digits of what sha256sum says of a text.
PUBLISHED = {
    (":ada", "ada", ""): 0x2F8C346D89F9B0B2,
    (":emil", "emil", ""): 0x973A45D41EA6A761,
    ("2.0:ada", "ada", "2.0"): 0x788C264306633CF7,
}


def place_of(user, salt=""):
    """Where a user stands, from 0 to 1."""
    return int(hashlib.sha256(f"{salt}:{user}".encode()).hexdigest()[:16], 16) / 2**64


def belong(learner, cases, claim):
    """The answers to cases (user, share, and perhaps a salt) are True or False, and right."""
    answers = [(case, learner.in_rollout(*case), learner.so_far()) for case in cases]
    for (user, share, *salt), answer, told in answers:
        with expect.about(told):
            is_truth = isinstance(answer, (bool, np.bool_)) or (
                expect.is_array(answer) and answer.dtype == bool
            )
            expect.true(is_truth, "there should be True or False", f"it is {type(answer).__name__}")
            want = place_of(user, *salt) < share
            expect.true(bool(answer) == want, f"{claim}: this should be {want}", f"it is {bool(answer)}")


TENTHS = [tenth / 10 for tenth in range(1, 10)]


@check("in_rollout")
def test_rollout_by_published_digests(learner):
    """A user belongs to every share above the place that SHA-256 gives, and to none below."""
    for (text, user, salt), digits in PUBLISHED.items():
        claim = f'SHA-256 of "{text}" begins with {digits:016x}, so the place is {digits / 2**64:.4f}'
        belong(learner, [(user, share, salt) for share in TENTHS], claim)


@check("in_rollout", after=test_rollout_by_published_digests)
def test_rollout_widens(learner):
    """Whoever belongs to 5 % belongs to 20 %."""
    cases = [(user, share) for user in ("nadia", "ada", 52, 0, 39) for share in (0.05, 0.2)]
    belong(learner, cases, "whoever belongs to 5 % belongs to 20 %, too, since places do not change")


@check("in_rollout")
def test_rollout_of_other_salts(learner):
    """Another salt makes another draw."""
    cases = [
        (user, share, salt) for user in ("ada", "emil") for salt in ("2.0", "b") for share in TENTHS[1::2]
    ]
    belong(learner, cases, "the salt is hashed along, before the user")


@check("in_rollout", after=test_rollout_by_published_digests)
def test_rollout_of_nobody_and_everybody(learner):
    """A share of 0 is nobody, 1 is everybody, and there are shares between two percents."""
    cases = [(user, share) for user in ("ada", "nadia") for share in (0, 1)]
    belong(learner, cases, "nobody belongs to a share of 0, and everybody to 1")
    claim = "nadia's place is 0.0361, and shares between two percents count"
    belong(learner, [("nadia", 0.0359), ("nadia", 0.0363)], claim)


@check("in_rollout")
def test_rollout_refuses(learner):
    """A share below 0 or above 1 raises a ValueError."""
    laws.refuses(learner.in_rollout, {f"share={share}": ("ada", share) for share in (-0.01, 1.01, 5, -1)})


@check("in_rollout", hidden=True, after=test_rollout_of_other_salts)
def test_rollout_of_many_users(learner, rng):
    """Users of any alphabet, numbers as texts, salts with a colon, shares just above and below a place."""
    users = [*(f"user-{n}" for n in range(8)), "", "müller", "李", "A b", "7", 10**20, -3, 7]
    for salt in ("", "größe:2"):
        cases = []
        for user in users:
            place = place_of(user, salt)
            cases += [
                (user, share, salt) for share in (place * (1 - 1e-9), place * (1 + 1e-9), rng.uniform())
            ]
        belong(learner, cases, "the place is that of SHA-256, read from its first 8 bytes")
    # The digest of user 4935 begins with e74f0c32a4253000, so the place is a number that float64 has.
    claim = "a user whose place is the share does not belong to it: only those below do"
    belong(learner, [(4935, place_of(4935))], claim)
