"""Checks of the topic `gradients`.

Expected values come from closed forms. The functions that a part is handed are Keras' own, or come from the
kit's list, so that each message shows them as Python.
"""

import numpy as np

from nnlearn.checking import check, expect, laws

NEAR = {"float32": {"rtol": 5e-3, "atol": 5e-3}, "float64": {"rtol": 1e-8, "atol": 1e-8}}
TINY = 1e-8  # what is left between two right gradients, in float64, is some hundred times smaller


def floats(*values, dtype="float32"):
    return np.array(values, dtype)


def is_infinite(number, answer=None):
    """`number` is infinity; `answer` is what it was found in, if it is not the answer itself."""
    with expect.about(number if answer is None else answer):
        claim = "a NaN or an infinity anywhere should give infinity, which no limit lets pass"
        expect.true(expect.number(number, claim) == np.inf, claim, f"it is {number}")


# numerical_gradient ----------------------------------------------------------------------------


@check("numerical_gradient")
def test_numerical_gradient_of_squares(learner):
    """The gradient of the sum of squares is 2x."""
    x = floats(1.0, -2.0, 3.0)
    result = learner.numerical_gradient(learner.kit.function("sum_of_squares"), x)
    expect.shape(result, (3,), "there should be one slope for each entry of x")
    expect.right_and_finite(result, 2 * x, "the slope of sum(x**2) should be 2 * x", **NEAR["float32"])


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_is_central(learner):
    """A central difference of x**3 with step h is 3x² + h², whatever the sign of x."""
    x = floats(1.0, -2.0, dtype="float64")
    fn = learner.kit.function("sum_of_cubes")
    for step in (0.1, 0.5):
        result = learner.numerical_gradient(fn, x, step=step)
        claim = f"with step={step} a central difference of x**3 should be 3 * x**2 + {step**2:g}"
        expect.right_and_finite(result, 3 * x**2 + step**2, claim, **NEAR["float64"])


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_divides_by_the_step_taken(learner):
    """The slope of x is 1 at 1000.1 too, where float32 has no 1000.1 + 0.001."""
    result = learner.numerical_gradient(learner.keras.ops.sum, floats(1000.1), step=1e-3)
    claim = "the difference should be divided by (x + h) - (x - h) as float32 holds them"
    expect.right_and_finite(result, [1.0], claim, rtol=1e-4, atol=0)


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_keeps_the_dtype(learner):
    """The gradient has the dtype of x, float32 or float64, and what that dtype can give."""
    fn = learner.kit.function("sum_of_cubes")
    for dtype in ("float32", "float64"):
        x = floats(0.5, -1.5, dtype=dtype)
        result = learner.numerical_gradient(fn, x)
        expect.dtype(result, dtype, f"an x of {dtype} should give a gradient of {dtype}")
        claim = f"in {dtype} the slope of x**3 should be 3 * x**2"
        expect.right_and_finite(result, 3 * x.astype("float64") ** 2, claim, **NEAR[dtype])


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_of_integers(learner):
    """Integers count as float32."""
    result = learner.numerical_gradient(learner.kit.function("sum_of_squares"), [1, -2, 3])
    expect.dtype(result, "float32", "integers should be treated as float32")
    expect.right_and_finite(result, [2, -4, 6], "integers should give right slopes", **NEAR["float32"])


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_of_other_ranks(learner):
    """A single number and a matrix have gradients of their shape."""
    result = learner.numerical_gradient(learner.kit.function("cube"), np.float64(2.0))
    expect.shape(result, (), "the gradient by one number should have rank 0")
    expect.right_and_finite(result, 12.0, "the slope of x**3 at 2 should be 12", **NEAR["float64"])
    x = floats([1.0, -2.0, 0.5], [4.0, 3.0, -1.0])
    result = learner.numerical_gradient(learner.kit.function("sum_of_squares"), x)
    expect.shape(result, (2, 3), "the gradient should have the shape of x")
    expect.right_and_finite(result, 2 * x, "each slope should stand in its place", **NEAR["float32"])


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_moves_one_entry(learner):
    """The slopes of a product are those at x: while one entry is moved, the others stay where they are."""
    x = floats(2.0, 3.0, -0.5, dtype="float64")
    result = learner.numerical_gradient(learner.keras.ops.prod, x)
    claim = "moving one entry at a time, each slope of a product should be the product of the others in x"
    expect.right_and_finite(result, [-1.5, -1.0, 6.0], claim, **NEAR["float64"])


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_takes_a_float(learner):
    """A function may return a Python float."""
    x = floats(1.0, -2.0)
    result = learner.numerical_gradient(learner.kit.function("float_of_squares"), x)
    expect.right_and_finite(result, 2 * x, "a float should do as well as a tensor", **NEAR["float32"])


@check("numerical_gradient")
def test_numerical_gradient_refuses_arrays(learner):
    """A function that returns an array raises a ValueError, also if it has one entry."""
    for x in (floats(1.0, 2.0), floats(3.0)):
        with expect.raises(ValueError, f"a result of shape {x.shape} should raise a ValueError"):
            learner.numerical_gradient(learner.kit.function("cube"), x)


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_refuses_steps(learner):
    """A step of 0 or below raises a ValueError."""
    for step in (0.0, -1e-3):
        with expect.raises(ValueError, f"step={step} should raise a ValueError"):
            learner.numerical_gradient(learner.kit.function("sum_of_squares"), floats(1.0), step=step)


@check("numerical_gradient", after=test_numerical_gradient_of_squares)
def test_numerical_gradient_leaves_x(learner):
    """x is as before."""
    fn, x = learner.kit.function("sum_of_squares"), floats(0.1, -1.9, 3.3)
    laws.changes_no_argument(learner, learner.numerical_gradient, fn, x)


# relative_error --------------------------------------------------------------------------------


@check("relative_error")
def test_relative_error_is_the_largest(learner):
    """The largest of |a - b| / max(|a|, |b|), whichever of the two is larger."""
    cases = (
        ([1.0, 2.0, 4.0], [1.0, 2.5, 4.1], 0.2),
        ([2.5, 1.0, 4.1], [2.0, 1.0, 4.0], 0.2),
        ([-1.0, 5.0], [1.0, 5.0], 2.0),
        ([100.0, 0.02], [101.0, 0.01], 0.5),
    )
    results = [learner.relative_error(floats(*a), floats(*b)) for a, b, _ in cases]
    claim = "the result should be the largest |a - b| / max(|a|, |b|)"
    for result, (_, _, want) in zip(results, cases, strict=True):
        expect.right_and_finite(result, want, claim)


@check("relative_error", after=test_relative_error_is_the_largest)
def test_relative_error_is_a_float(learner):
    """The result is a Python float."""
    result = learner.relative_error(floats(1.0, 2.0), floats(1.0, 4.0))
    with expect.about(result):
        is_float = type(result) is float
        expect.true(is_float, "the result should be a Python float", "it is a tensor or something else")


@check("relative_error", after=test_relative_error_is_the_largest)
def test_relative_error_near_zero(learner):
    """Two zeros agree, and below the floor it is the floor that divides."""
    for a, b, options, want in (
        ([0.0, 1.0], [0.0, 1.0], {}, 0.0),
        ([0.0], [1e-10], {}, 0.01),
        ([3e-9], [-1e-9], {}, 0.4),
        ([0.0], [1e-4], {"floor": 1e-3}, 0.1),
    ):
        result = learner.relative_error(floats(*a), floats(*b), **options)
        claim = f"with a floor of {options.get('floor', 1e-8):g} the result should be {want:g}"
        expect.right_and_finite(result, want, claim)


@check("relative_error")
def test_relative_error_refuses_other_shapes(learner):
    """Shapes that differ raise a ValueError; nothing is broadcast."""
    flat = floats(1.0, 2.0, 3.0)
    cases = {"(3,) against (3, 1)": (flat, flat[:, None]), "(3,) against ()": (flat, np.float32(1.0))}
    laws.refuses(learner.relative_error, cases)


@check("relative_error", after=test_relative_error_is_the_largest)
def test_relative_error_of_nan(learner):
    """A NaN or an infinity, wherever it stands, gives infinity."""
    for a, b in (
        ([1.0, np.nan], [1.0, 2.0]),
        ([1.0, 2.0], [np.nan, 2.0]),
        ([1.0, np.nan], [1.0, np.nan]),
        ([np.inf, 1.0], [np.inf, 1.0]),
    ):
        is_infinite(learner.relative_error(floats(*a), floats(*b)))


@check("relative_error", after=test_relative_error_is_the_largest)
def test_relative_error_of_nothing(learner):
    """Empty arrays agree."""
    nothing = np.zeros((0,), "float32")
    result = learner.relative_error(nothing, nothing)
    expect.right_and_finite(result, 0.0, "two empty arrays should give 0.0")


# gradient_check --------------------------------------------------------------------------------


def errors_of(learner, count, name, *inputs, values=(), **options):
    """What `gradient_check` says of a function of the kit: as many errors as it has inputs."""
    function = learner.kit.function(name, *values)
    return counted(learner.gradient_check(function, list(inputs), **options), count)


def counted(result, count):
    claim = f"there should be a list of {count} errors, one for each input"
    expect.items(result, count, claim)
    with expect.about(result):
        of_floats = all(type(error) is float for error in result)
        expect.true(of_floats, "each error should be a Python float", "one is something else")
    return result


@check("gradient_check")
def test_gradient_check_agrees(learner):
    """A right gradient has an error of nearly 0."""
    result = errors_of(learner, 1, "sum_of_cubes", floats(0.7, -2.3, dtype="float64"))
    expect.between(result, 0, TINY, "the tape's gradient of sum(x**3) is right, so the error should be tiny")


@check("gradient_check", after=test_gradient_check_agrees)
def test_gradient_check_of_two_inputs(learner):
    """There is one error for each input."""
    x, y = floats(0.7, -2.3, dtype="float64"), floats(3.1, 1.3, dtype="float64")
    result = errors_of(learner, 2, "volume", x, y)
    expect.between(result, 0, TINY, "both gradients of sum(x**2 * y) are right: the errors should be tiny")


@check("gradient_check", after=test_gradient_check_agrees)
def test_gradient_check_finds_a_wrong_factor(learner):
    """A gradient that is twice or half of what it should be has an error of 0.5."""
    x = floats(0.5, -2.0, 3.0, dtype="float64")
    for factor in (2.0, 0.5):
        result = errors_of(learner, 1, "wrong_gradient", x, values=[factor])
        claim = f"a gradient that is {factor:g} times the right one should have an error of 0.5"
        expect.close(result, [0.5], claim)


@check("gradient_check", after=test_gradient_check_finds_a_wrong_factor)
def test_gradient_check_finds_one_wrong_entry(learner):
    """One wrong entry among right ones shows."""
    x, factors = floats(0.5, -2.0, 3.0, dtype="float64"), floats(1.0, 1.0, 2.0, dtype="float64")
    result = errors_of(learner, 1, "wrong_gradient", x, values=[factors])
    expect.close(result, [0.5], "the largest error should count: one entry is twice what it should be")


@check("gradient_check", after=test_gradient_check_agrees)
def test_gradient_check_flags_a_kink(learner):
    """At the kink of relu the tape says 0 and the difference 1/2."""
    result = errors_of(learner, 1, "sum_of_relu", floats(2.0, 0.0, dtype="float64"))
    expect.close(result, [1.0], "at the kink of relu the two should differ: 0 against 0.5, an error of 1")


@check("gradient_check", after=test_gradient_check_agrees)
def test_gradient_check_in_float64(learner):
    """Everything is computed in float64, also for inputs that are float32 or integers."""
    for x in (floats(0.7, -2.3), [1, 2, -3]):
        result = errors_of(learner, 1, "sum_of_cubes", x)
        expect.between(result, 0, TINY, "computed in float64 the error should be tiny for these inputs too")


@check("gradient_check", after=test_gradient_check_of_two_inputs)
def test_gradient_check_of_what_is_not_used(learner):
    """An input that the function ignores has a gradient of 0, and no error."""
    x, y = floats(0.5, -2.0, dtype="float64"), floats(3.0, 1.5, dtype="float64")
    result = errors_of(learner, 2, "first_alone", x, y)
    expect.between(result, 0, TINY, "an input that is not used should count as a gradient of zeros")


@check("gradient_check", after=test_gradient_check_agrees)
def test_gradient_check_finds_what_is_cut_off(learner):
    """Where the tape loses track, there is a slope to be measured, and an error of 1."""
    result = errors_of(learner, 1, "sum_of_stopped", floats(0.5, -2.0, dtype="float64"))
    claim = "a gradient that is cut off counts as zeros, and zeros are wrong here: an error of 1"
    expect.close(result, [1.0], claim)


@check("gradient_check")
def test_gradient_check_refuses_arrays(learner):
    """A function that returns an array raises a ValueError, also if it has one entry."""
    for x in (floats(1.0, 2.0), floats(3.0)):
        with expect.raises(ValueError, f"a result of shape {x.shape} should raise a ValueError"):
            learner.gradient_check(learner.kit.function("cube"), [x])


# batch_dependency ------------------------------------------------------------------------------

ROWS = np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]], "float32")


def depends(result, want, claim):
    """The matrix is boolean and right, entry by entry."""
    want = np.asarray(want, bool)
    expect.shape(result, want.shape, f"{len(want)} examples should give a matrix of shape {want.shape}")
    expect.dtype(result, "bool", "the matrix should hold True and False")
    expect.same(np.asarray(result), want, claim)


@check("batch_dependency")
def test_batch_dependency_on_oneself(learner):
    """Where each output comes from its own input alone, the matrix is the identity."""
    result = learner.batch_dependency(learner.keras.ops.tanh, ROWS)
    depends(result, np.eye(3), "tanh works on each number alone: the matrix should be the identity")


@check("batch_dependency", after=test_batch_dependency_on_oneself)
def test_batch_dependency_where_sums_vanish(learner):
    """An influence shows even where the sum of an example's outputs is always 0."""
    result = learner.batch_dependency(learner.keras.ops.multiply, ROWS[:2, :1], x2=floats(1.0, -1.0))
    claim = "each output should be found to change with its own input, although its sum is always 0"
    depends(result, np.eye(2), claim)


@check("batch_dependency", after=test_batch_dependency_on_oneself)
def test_batch_dependency_where_shifts_vanish(learner):
    """An influence shows even where nothing changes when all numbers of an example grow alike."""
    result = learner.batch_dependency(learner.keras.ops.diff, ROWS[:2])
    claim = "each output should be found to change with its own input, the difference of two numbers"
    depends(result, np.eye(2), claim)


@check("batch_dependency", after=test_batch_dependency_on_oneself)
def test_batch_dependency_of_each_number(learner):
    """Every number of an output counts, and every number of an input."""
    result = learner.batch_dependency(learner.keras.ops.roll, ROWS, shift=1)
    claim = "rolled on by one place, output i should have the last number of input i - 1 and its own first"
    depends(result, np.eye(3) + np.roll(np.eye(3), 1, axis=0), claim)


@check("batch_dependency", after=test_batch_dependency_on_oneself)
def test_batch_dependency_reads_downwards(learner):
    """Output i of a running sum over the batch changes with the inputs 0 to i."""
    result = learner.batch_dependency(learner.keras.ops.cumsum, ROWS, axis=0)
    claim = "in a running sum output i should depend on the inputs up to i: row i has i + 1 times True"
    depends(result, np.tri(3), claim)


@check("batch_dependency", after=test_batch_dependency_on_oneself)
def test_batch_dependency_of_a_flip(learner):
    """A batch that is turned around depends on the others alone."""
    result = learner.batch_dependency(learner.keras.ops.flip, ROWS[:2], axis=0)
    depends(result, np.eye(2)[::-1], "with two examples swapped, each output should depend on the other")


@check("batch_dependency", after=test_batch_dependency_on_oneself)
def test_batch_dependency_in_both_modes(learner):
    """Keyword arguments reach the function: subtracting the batch's mean mixes in training alone."""
    fn = learner.kit.function("without_batch_means")
    result = learner.batch_dependency(fn, ROWS, training=True)
    depends(result, np.ones((3, 3)), "with training=True each output should depend on every input")
    result = learner.batch_dependency(fn, ROWS, training=False)
    depends(result, np.eye(3), "with training=False the matrix should be the identity")


@check("batch_dependency", after=test_batch_dependency_on_oneself)
def test_batch_dependency_refuses_other_batches(learner):
    """An output whose first axis is not that of the batch raises a ValueError."""
    for fn in ("sum", "transpose"):
        with expect.raises(ValueError, f"keras.ops.{fn} gives no output for each example: a ValueError"):
            learner.batch_dependency(getattr(learner.keras.ops, fn), ROWS)


@check("batch_dependency", after=test_batch_dependency_on_oneself)
def test_batch_dependency_on_nothing(learner):
    """What does not use its input depends on nothing."""
    result = learner.batch_dependency(learner.keras.ops.ones_like, ROWS)
    depends(result, np.zeros((3, 3)), "ones_like takes the shape alone: nothing should be True")


# straight_through ------------------------------------------------------------------------------

X = floats(0.4, -1.6, 2.5)
UPSTREAM = floats(2.0, -3.0, 0.5)


def passes_through(learner, fn, x, value, claims, upstream=None):
    """Value and gradient are exact, of one run."""
    options = {} if upstream is None else {"upstream": upstream}
    got, slope = learner.kit.value_and_gradient(learner.straight_through, fn, x, wrt=1, **options)
    expect.same(got, np.asarray(value, x.dtype), claims[0])
    want = np.ones_like(x) if upstream is None else upstream
    expect.same(expect.arrives(slope, claims[1]), want, claims[1])


@check("straight_through")
def test_straight_through_has_the_value(learner):
    """Forwards it is fn(x)."""
    result = learner.straight_through(learner.keras.ops.round, X)
    expect.right_and_finite(result, [0.0, -2.0, 2.0], "the value should be fn(x), here x rounded")


@check("straight_through", after=test_straight_through_has_the_value)
def test_straight_through_passes_the_gradient(learner):
    """Backwards it is as if fn were not there."""
    claims = (
        "the value should be exactly fn(x)",
        "the gradient by x should be what arrives from above, unchanged",
    )
    passes_through(learner, learner.keras.ops.sign, X, [1.0, -1.0, 1.0], claims, upstream=UPSTREAM)
    passes_through(learner, learner.keras.ops.round, X, [0.0, -2.0, 2.0], claims)


@check("straight_through", after=test_straight_through_passes_the_gradient)
def test_straight_through_leaves_out_the_slope_of_fn(learner):
    """Where fn has a slope of its own, that is left out."""
    fn = learner.kit.function("cube")
    claims = ("the value should be x**3", "the slope of x**3 should not be in the gradient")
    passes_through(learner, fn, floats(2.0, -0.5), [8.0, -0.125], claims, upstream=floats(3.0, 5.0))


@check("straight_through", after=test_straight_through_has_the_value)
def test_straight_through_is_exact(learner):
    """The value is exactly fn(x), however large x is."""
    x = floats(1e8, -3e7)
    result = learner.straight_through(learner.keras.ops.sign, x)
    expect.same(result, floats(1.0, -1.0), "the value should be exactly fn(x), at 1e8 too")


@check("straight_through", after=test_straight_through_has_the_value)
def test_straight_through_casts(learner):
    """What fn returns is cast to the dtype of x: truth values, integers, other floating numbers."""
    wide = X.astype("float64")
    for name, x, want in (
        ("is_positive", X, [1.0, 0.0, 1.0]),
        ("whole", X, [0.0, -2.0, 2.0]),
        ("in_float32", wide, X),
    ):
        result = learner.straight_through(learner.kit.function(name), x)
        expect.dtype(result, x.dtype.name, "the value should have the dtype of x")
        expect.right_and_finite(result, want, f"the value should be fn(x), as {x.dtype}")


@check("straight_through")
def test_straight_through_refuses_other_shapes(learner):
    """A function that returns another shape raises a ValueError, also where it would broadcast."""
    ops = learner.keras.ops
    cases = {"(3,) out of (3, 1)": (ops.cumsum, X[:, None]), "a sum": (ops.sum, X)}
    laws.refuses(learner.straight_through, cases)


@check("straight_through", after=test_straight_through_passes_the_gradient)
def test_straight_through_gives_weights_nothing(learner):
    """Weights inside fn get no gradient."""
    layer = learner.keras.layers.PReLU()
    layer.build((None, 2))
    found = learner.kit.weight_gradients(learner.straight_through, layer, ROWS, of=layer)
    (slopes,) = expect.items(found, 1, "there is one weight")
    with expect.about(found):
        nothing = slopes is None or not np.any(np.asarray(slopes))
        expect.true(nothing, "weights inside fn should get no gradient", "the slopes of PReLU get one")


# GradientAccumulator ---------------------------------------------------------------------------

KERNEL, BIAS = floats([1.0, 2.0], [3.0, 4.0]), floats(0.5, -0.5)
FIRST = (floats([1.0, 0.0], [-2.0, 4.0]), floats(1.0, 3.0))
SECOND = (floats([3.0, 2.0], [0.0, -4.0]), floats(5.0, -1.0))


def variables(learner):
    """A kernel and a bias."""
    return [learner.keras.Variable(KERNEL), learner.keras.Variable(BIAS)]


def means(accumulator, *expected, claim="the mean should be right"):
    """What `mean` gives is a list of these, with None where None is expected."""
    found = expect.items(accumulator.mean(), len(expected), f"there should be {len(expected)} entries")
    with expect.about(accumulator):
        for got, want in zip(found, expected, strict=True):
            if want is None:
                expect.true(got is None, "what had no gradient in any call should stay None", "it does not")
            else:
                expect.true(got is not None, claim, "an entry is None")
                expect.right_and_finite(got, want, claim)


@check("GradientAccumulator")
def test_accumulator_of_one(learner):
    """The mean of one is that one."""
    accumulator = learner.GradientAccumulator(variables(learner))
    accumulator.add(list(FIRST))
    means(accumulator, *FIRST, claim="after one add the mean should be what was added")


@check("GradientAccumulator", after=test_accumulator_of_one)
def test_accumulator_takes_the_mean(learner):
    """Two that weigh the same give their mean."""
    accumulator = learner.GradientAccumulator(variables(learner))
    accumulator.add(list(FIRST))
    accumulator.add(list(SECOND))
    want = [(one + other) / 2 for one, other in zip(FIRST, SECOND, strict=True)]
    means(accumulator, *want, claim="the mean of two should be half of their sum: (1 + 3) / 2 at [0, 0]")


@check("GradientAccumulator", after=test_accumulator_takes_the_mean)
def test_accumulator_weighs(learner):
    """A batch of 6 counts three times as much as one of 2."""
    accumulator = learner.GradientAccumulator(variables(learner))
    accumulator.add(list(FIRST), weight=2)
    accumulator.add(list(SECOND), weight=6)
    want = [(2 * one + 6 * other) / 8 for one, other in zip(FIRST, SECOND, strict=True)]
    means(
        accumulator,
        *want,
        claim="the mean should be the sum of weight * g over that of weight: (2 * 1 + 6 * 3) / 8 at [0, 0]",
    )


@check("GradientAccumulator", after=test_accumulator_takes_the_mean)
def test_accumulator_of_none(learner):
    """None adds nothing, and its weight counts; what is None each time stays None."""
    accumulator = learner.GradientAccumulator(variables(learner))
    accumulator.add([FIRST[0], None])
    means(accumulator, FIRST[0], None)
    accumulator.add([None, None], weight=3)
    claim = "a None should add nothing, and its weight should count: a quarter is left"
    means(accumulator, FIRST[0] / 4, None, claim=claim)


@check("GradientAccumulator", after=test_accumulator_takes_the_mean)
def test_accumulator_of_rows(learner):
    """IndexedSlices, which layers that look up rows give, count as the tensors they stand for."""
    table = learner.keras.layers.Embedding(4, 2)
    table.build()
    upstream = floats([1.0, 2.0], [3.0, -1.0], [5.0, 0.5])
    (rows,) = learner.kit.weight_gradients(table, np.array([0, 2, 2]), upstream=upstream)
    accumulator = learner.GradientAccumulator(table.trainable_variables)
    accumulator.add([rows])
    accumulator.add([rows], weight=3)
    want = floats([1.0, 2.0], [0.0, 0.0], [8.0, -0.5], [0.0, 0.0])
    means(accumulator, want, claim="rows that are given twice should be added up, the others be 0")


@check("GradientAccumulator", after=test_accumulator_of_one)
def test_accumulator_refuses(learner):
    """Another number of gradients, and a weight of 0 or less, raise a ValueError."""
    accumulator = learner.GradientAccumulator(variables(learner))
    for gradients in ([FIRST[0]], [*FIRST, FIRST[1]]):
        with expect.raises(ValueError, f"{len(gradients)} gradients for 2 variables should be refused"):
            accumulator.add(gradients)
    for weight in (-1.0, 0):
        with expect.raises(ValueError, f"weight={weight} should raise a ValueError"):
            accumulator.add(list(FIRST), weight=weight)


@check("GradientAccumulator", after=test_accumulator_of_one)
def test_accumulator_has_nothing_at_first(learner):
    """The mean of nothing raises a ValueError, at first and after a reset; so does apply."""
    accumulator = learner.GradientAccumulator(variables(learner))
    with expect.raises(ValueError, "the mean of nothing should raise a ValueError"):
        accumulator.mean()
    accumulator.add(list(FIRST))
    accumulator.reset()
    with expect.raises(ValueError, "after a reset there is nothing: a ValueError"):
        accumulator.mean()
    with expect.raises(ValueError, "applying nothing should raise a ValueError"):
        accumulator.apply(learner.keras.optimizers.SGD(0.1))


@check("GradientAccumulator", after=test_accumulator_takes_the_mean)
def test_accumulator_takes_a_step(learner):
    """apply has the optimizer take one step along the mean."""
    kernel, bias = variables(learner)
    accumulator = learner.GradientAccumulator([kernel, bias])
    accumulator.add(list(FIRST))
    accumulator.add(list(SECOND))
    accumulator.apply(learner.keras.optimizers.SGD(0.5))
    claim = "one step of SGD at rate 0.5 should subtract half the mean"
    with expect.about(accumulator):
        expect.right_and_finite(kernel, KERNEL - (FIRST[0] + SECOND[0]) / 4, claim)
        expect.right_and_finite(bias, BIAS - (FIRST[1] + SECOND[1]) / 4, claim)


@check("GradientAccumulator", after=test_accumulator_takes_a_step)
def test_accumulator_begins_anew(learner):
    """After apply it is empty, so that a second round has the second round's gradients alone."""
    kernel, bias = variables(learner)
    accumulator, optimizer = learner.GradientAccumulator([kernel, bias]), learner.keras.optimizers.SGD(0.5)
    accumulator.add(list(FIRST), weight=3)
    accumulator.apply(optimizer)
    accumulator.add(list(SECOND))
    means(accumulator, *SECOND, claim="after apply the next round should begin at nothing")
    accumulator.apply(optimizer)
    with expect.about(accumulator):
        claim = "two rounds should be two steps, each along its own gradients"
        expect.right_and_finite(kernel, KERNEL - (FIRST[0] + SECOND[0]) / 2, claim)


@check("GradientAccumulator", after=test_accumulator_begins_anew)
def test_accumulator_hands_over_all_variables(learner):
    """The optimizer is handed every variable, those without a gradient too, as None."""
    kernel, bias = variables(learner)
    accumulator, optimizer = learner.GradientAccumulator([kernel, bias]), learner.keras.optimizers.SGD(0.5)
    accumulator.add([FIRST[0], None])
    accumulator.apply(optimizer)
    accumulator.add([None, SECOND[1]])
    accumulator.apply(optimizer)
    with expect.about(accumulator):
        claim = "a variable that had no gradient in the first step should be moved by the second"
        expect.right_and_finite(bias, BIAS - SECOND[1] / 2, claim)
        claim = "a variable without a gradient should stay where it is"
        expect.right_and_finite(kernel, KERNEL - FIRST[0] / 2, claim)


@check("GradientAccumulator", after=test_accumulator_begins_anew)
def test_accumulator_keeps_none_apart_from_zero(learner):
    """Momentum leaves what has no gradient where it is; a gradient of zeros would move it on."""
    kernel, bias = variables(learner)
    accumulator = learner.GradientAccumulator([kernel, bias])
    optimizer = learner.keras.optimizers.SGD(0.5, momentum=0.9)
    accumulator.add(list(FIRST))
    accumulator.apply(optimizer)
    before = np.asarray(bias)
    accumulator.add([SECOND[0], None])
    accumulator.apply(optimizer)
    with expect.about(accumulator):
        expect.right_and_finite(bias, before, "without a gradient a variable should stay where it is")


@check("GradientAccumulator", after=test_accumulator_takes_the_mean)
def test_accumulator_has_memory_of_its_own(learner):
    """What was added stays, also if the caller writes into the arrays that were given."""
    accumulator = learner.GradientAccumulator(variables(learner))
    learner.kit.reused(accumulator.add, list(FIRST))
    learner.kit.reused(accumulator.add, list(SECOND))
    want = [(one + other) / 2 for one, other in zip(FIRST, SECOND, strict=True)]
    means(accumulator, *want, claim="the mean should not change when the caller overwrites its arrays")
