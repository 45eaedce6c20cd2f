"""Checks of the topic `activations`.

Expected values come from textbook formulas in NumPy float64, at inputs where those are safe; at extreme
inputs they are known limits. Keras' own functions are no oracle here: its leaky relu and exact gelu are
accurate to float32 only, even in float64, and its approximate gelu has a NaN gradient in float16.
"""

import math

import numpy as np

from nnlearn.checking import check, expect

DTYPES = ("float16", "float64")  # float32 goes into all other checks
# Where the ends of the range are near; in float64 what is safe in float32 is safe too.
NARROW = ("float16", "float32")
TOLERANCE = {
    "float16": {"rtol": 1e-2, "atol": 5e-3},
    "float32": {"rtol": 1e-5, "atol": 1e-5},
    # Not tighter: a slope or a square root that went through float32 is good enough.
    "float64": {"rtol": 1e-6, "atol": 1e-6},
}
# Logits near 1e4 are rounded to 1e-3 in float32, and so is any sum with them.
AT_LARGE_LOGITS = {"rtol": 1e-5, "atol": 2e-3}

NO_GRADIENT = "no gradient arrives: TensorFlow lost track of the computation"

erf = np.vectorize(math.erf, otypes=[float])


def sigmoid_in_float64(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


def gelu_in_float64(x):
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def gelu_slope_in_float64(x):
    bell = np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)
    return 0.5 * (1 + erf(x / math.sqrt(2))) + x * bell


def tanh_gelu_in_float64(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def tanh_gelu_slope_in_float64(x):
    t = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * math.sqrt(2 / math.pi) * (1 + 0.134145 * x**2)


def softmax_in_float64(x, axis=-1):
    powers = np.exp(np.asarray(x, float))
    return powers / powers.sum(axis=axis, keepdims=True)


def slope_of(learner, function, x, claim, **kwargs):
    """The gradient of `function` at `x`: a plain array, or a failed check where none arrives."""
    gradient = learner.kit.gradient(function, x, **kwargs)
    expect.true(gradient is not None, claim, NO_GRADIENT)
    return gradient


def value_and_slope_of(learner, function, x, claim, **kwargs):
    """The value of `function` at `x` and its gradient there, of one run."""
    value, gradient = learner.kit.value_and_gradient(function, x, **kwargs)
    expect.true(gradient is not None, claim, NO_GRADIENT)
    return value, gradient


def right_and_finite(actual, expected, claim, **tolerance):
    """Finite first, so that a NaN is called a NaN, then right."""
    expect.finite(actual, claim)
    expect.close(actual, expected, claim, **tolerance)


def stays(result, dtype):
    """What went in as `dtype` came back as such."""
    expect.dtype(result, dtype, f"a {dtype} input should give a {dtype} result")


def keeps_dtypes(function, in_float64, x, dtypes=DTYPES, **tolerance):
    """Each floating dtype comes back as it went in, with values as good as it can hold."""
    for dtype in dtypes:
        given = x.astype(dtype)
        result = function(given)
        stays(result, dtype)
        want = in_float64(given.astype("float64"))
        claim = f"the values in {dtype} should be right"
        right_and_finite(result, want, claim, **(TOLERANCE[dtype] | tolerance.get(dtype, {})))


def takes_integers_and_every_rank(function, in_float64):
    """Integers become float32, whatever they come in; the shape is that of the input."""
    pixels = np.array([0, 200, 3, 1, 255, 90], "uint8")  # which cannot hold what is below 0
    signed = np.array([-3, 0, 2, 1, -1, 4, -2, 3])  # of rank 2 are the inputs of other checks
    for given in ([-2, 0, 3], pixels.reshape(1, 3, 2), signed.reshape(2, 1, 2, 2)):
        result = function(given)
        rank = np.ndim(given)
        expect.dtype(result, "float32", "integers should be treated as float32")
        expect.shape(result, np.shape(given), f"an input of rank {rank} should keep its shape")
        claim = f"integers, here in an input of rank {rank}, should give right values"
        expect.close(result, in_float64(np.asarray(given, float)), claim)


# relu ------------------------------------------------------------------------------------------


def relu_in_float64(x):
    return np.maximum(x, 0)


@check("relu")
def test_relu_passes_positive_and_stops_negative(learner):
    """relu(x) is x where x is positive and 0 elsewhere."""
    x = np.array([[-2.5, 0.0, 3.0], [7.5, -0.25, 0.5]], "float32")
    y = learner.relu(x)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    expect.close(y, relu_in_float64(x), "relu(x) should be x where positive and 0 elsewhere")


@check("relu", after=test_relu_passes_positive_and_stops_negative)
def test_relu_slope_at_zero(learner):
    """The gradient of relu is 0 for negative x, 1 for positive x, and 0 at exactly 0."""
    x = np.array([-2.0, 0.0, 5.0], "float32")
    claim = "the gradient at -2, 0 and 5 should be 0, 0 and 1"
    right_and_finite(slope_of(learner, learner.relu, x, claim), [0, 0, 1], claim)


@check("relu", after=test_relu_passes_positive_and_stops_negative)
def test_relu_keeps_dtypes(learner):
    """relu keeps float16 and float64, and is as accurate as they are."""
    keeps_dtypes(learner.relu, relu_in_float64, np.array([-1.5, 0, 0.25, 40.0]))


@check("relu", hidden=True, after=test_relu_passes_positive_and_stops_negative)
def test_relu_integers_and_ranks(learner):
    """relu treats integers as float32 and takes inputs of every rank from 0 to 4."""
    takes_integers_and_every_rank(learner.relu, relu_in_float64)
    scalar = learner.relu(-3)
    expect.dtype(scalar, "float32", "a plain integer should be treated as float32")
    expect.close(scalar, 0.0, "relu of a plain number should be right")


@check("relu", hidden=True, after=test_relu_slope_at_zero)
def test_relu_passes_the_gradient_on(learner, rng):
    """The gradient that arrives at relu goes on where x is positive and nowhere else."""
    x = rng.normal(size=(3, 4, 2)).astype("float32")
    x[1, 2, 0] = x[0, 3, 1] = 0
    upstream = rng.normal(size=x.shape).astype("float32")
    claim = "the gradient should be the upstream gradient where x > 0 and 0 elsewhere"
    got = slope_of(learner, learner.relu, x, claim, upstream=upstream)
    right_and_finite(got, upstream * (x > 0), claim)


@check("relu", hidden=True, after=test_relu_slope_at_zero)
def test_relu_far_out(learner):
    """Values and gradients of relu are right for very large and very small inputs, in float16 too."""
    for dtype in NARROW:
        x = np.array([-6e4, -1e4, -100, -1e-3, 1e-3, 100, 1e4, 6e4], dtype)
        claim = "the gradient at large inputs should be 0 or 1"
        value, slope = value_and_slope_of(learner, learner.relu, x, claim)
        if dtype == "float32":
            stays(value, dtype)
        right_and_finite(value, relu_in_float64(x.astype(float)), "large inputs should be right")
        right_and_finite(slope, [0] * 4 + [1] * 4, claim)


# leaky_relu ------------------------------------------------------------------------------------


def leaky_in_float64(x, negative_slope=0.2):
    return np.where(x > 0, x, negative_slope * x)


@check("leaky_relu")
def test_leaky_relu_leaks_on_the_left(learner):
    """leaky_relu(x) is x where x is positive and 0.2 times x where it is negative."""
    x = np.array([[-2.5, 0.0, 3.0], [7.5, -0.25, 0.5]], "float32")
    y = learner.leaky_relu(x)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    expect.close(y, leaky_in_float64(x), "the result should be x on the right, 0.2x on the left")


@check("leaky_relu", after=test_leaky_relu_leaks_on_the_left)
def test_leaky_relu_other_slopes(learner):
    """leaky_relu uses the negative_slope it is given, whatever its size."""
    x = np.array([-3.0, -0.5, 0.0, 0.5, 4.0], "float32")
    for slope in (0.01, 1.5):
        y = learner.leaky_relu(x, negative_slope=slope)
        claim = f"with negative_slope={slope} the left side should be {slope}x, the right side x"
        expect.close(y, leaky_in_float64(x, slope), claim)


@check("leaky_relu", after=test_leaky_relu_leaks_on_the_left)
def test_leaky_relu_slope_at_zero(learner):
    """The gradient of leaky_relu is 1 for positive x, and negative_slope elsewhere, also at 0."""
    x = np.array([-2.0, 0.0, 5.0], "float32")
    claim = "with negative_slope=0.3 the gradient at -2, 0 and 5 should be 0.3, 0.3 and 1"
    got = slope_of(learner, learner.leaky_relu, x, claim, negative_slope=0.3)
    right_and_finite(got, [0.3, 0.3, 1], claim)


@check("leaky_relu", hidden=True, after=test_leaky_relu_leaks_on_the_left)
def test_leaky_relu_keeps_dtypes(learner):
    """leaky_relu keeps float16 and float64, and is as accurate as they are."""
    keeps_dtypes(learner.leaky_relu, leaky_in_float64, np.array([-4.5, -1.25, 0, 0.25, 40.0]))


@check("leaky_relu", hidden=True, after=test_leaky_relu_leaks_on_the_left)
def test_leaky_relu_integers_and_ranks(learner):
    """leaky_relu treats integers as float32 and takes inputs of every rank from 0 to 4."""
    takes_integers_and_every_rank(learner.leaky_relu, leaky_in_float64)
    scalar = learner.leaky_relu(-3, 0.5)
    expect.dtype(scalar, "float32", "a plain integer should be treated as float32")
    expect.close(scalar, -1.5, "leaky_relu of a plain number should be right")


@check("leaky_relu", hidden=True, after=test_leaky_relu_other_slopes)
def test_leaky_relu_passes_the_gradient_on(learner, rng):
    """The gradient of leaky_relu is right for slopes below and above 1, with any upstream gradient."""
    x = rng.normal(size=(3, 4, 2)).astype("float32")
    x[1, 2, 0] = x[0, 3, 1] = 0
    upstream = rng.normal(size=x.shape).astype("float32")
    for slope in (0.05, 2.5):
        claim = "the gradient should be upstream times 1 or negative_slope"
        got = slope_of(learner, learner.leaky_relu, x, claim, upstream=upstream, negative_slope=slope)
        right_and_finite(got, upstream * np.where(x > 0, 1, slope), claim)


@check("leaky_relu", hidden=True, after=test_leaky_relu_slope_at_zero)
def test_leaky_relu_far_out(learner):
    """Values and gradients of leaky_relu are right for very large inputs, in float16 too."""
    for dtype in NARROW:
        x = np.array([-6e4, -1e4, -100, 100, 1e4, 6e4], dtype)
        want = leaky_in_float64(x.astype(float))
        claim = "the gradient at large inputs should be negative_slope or 1"
        value, slope = value_and_slope_of(learner, learner.leaky_relu, x, claim)
        if dtype == "float32":
            stays(value, dtype)
        right_and_finite(value, want, "large inputs should be right", **TOLERANCE[dtype])
        right_and_finite(slope, [0.2] * 3 + [1] * 3, claim, **TOLERANCE[dtype])


# sigmoid ---------------------------------------------------------------------------------------


@check("sigmoid")
def test_sigmoid_known_values(learner):
    """sigmoid is 1/2 at 0, 3/4 at log 3 and 1/4 at -log 3."""
    x = np.array([[0.0, math.log(3), -math.log(3)], [1.0, -2.0, 4.0]], "float32")
    y = learner.sigmoid(x)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    expect.close(y, sigmoid_in_float64(x), "sigmoid(x) should be 1 / (1 + exp(-x))")


@check("sigmoid", after=test_sigmoid_known_values)
def test_sigmoid_slope_at_zero(learner):
    """The gradient of sigmoid is one quarter at exactly 0."""
    x = np.array([-1.0, 0.0, 1.0], "float32")
    claim = "the gradient at 0 should be 0.25, and 0.1966 at -1 and 1"
    p = sigmoid_in_float64(x)
    right_and_finite(slope_of(learner, learner.sigmoid, x, claim), p * (1 - p), claim)


@check("sigmoid", points=2, after=test_sigmoid_known_values)
def test_sigmoid_survives_a_hundred(learner):
    """Value and gradient of sigmoid are finite and right at -100 and 100."""
    x = np.array([-100.0, 100.0], "float32")
    claim = "the gradient at -100 and 100 should be 0"
    value, slope = value_and_slope_of(learner, learner.sigmoid, x, claim)
    right_and_finite(value, [0, 1], "sigmoid(-100) and sigmoid(100) should be 0 and 1")
    right_and_finite(slope, [0, 0], claim)


@check("sigmoid", hidden=True, after=test_sigmoid_known_values)
def test_sigmoid_keeps_dtypes(learner):
    """sigmoid keeps float16 and float64, and is as accurate as they are."""
    keeps_dtypes(learner.sigmoid, sigmoid_in_float64, np.array([-4.5, -1.25, 0, 0.25, 9.0]))


@check("sigmoid", hidden=True, after=test_sigmoid_known_values)
def test_sigmoid_integers_and_ranks(learner):
    """sigmoid treats integers as float32 and takes inputs of every rank from 0 to 4."""
    takes_integers_and_every_rank(learner.sigmoid, sigmoid_in_float64)
    scalar = learner.sigmoid(-3)
    expect.dtype(scalar, "float32", "a plain integer should be treated as float32")
    expect.close(scalar, sigmoid_in_float64(-3), "sigmoid of a plain number should be right")


@check("sigmoid", hidden=True, after=test_sigmoid_slope_at_zero)
def test_sigmoid_passes_the_gradient_on(learner, rng):
    """The gradient of sigmoid is right on both sides, with any upstream gradient."""
    x = 3 * rng.normal(size=(3, 4, 2)).astype("float32")
    x[1, 2, 0] = x[0, 3, 1] = 0
    upstream = rng.normal(size=x.shape).astype("float32")
    claim = "the gradient should be upstream times p (1 - p)"
    p = sigmoid_in_float64(x)
    got = slope_of(learner, learner.sigmoid, x, claim, upstream=upstream)
    right_and_finite(got, upstream * p * (1 - p), claim)


@check("sigmoid", hidden=True, points=2, after=test_sigmoid_survives_a_hundred)
def test_sigmoid_far_out(learner):
    """Value and gradient of sigmoid are finite and right for very large inputs, in float16 too."""
    for dtype in NARROW:
        x = np.array([-6e4, -1e4, -800, -20, 0, 20, 800, 1e4, 6e4], dtype)
        want = np.array([0] * 4 + [0.5] + [1] * 4, float)
        claim = "the gradient should be 0 at the ends and 0.25 in the middle"
        value, slope = value_and_slope_of(learner, learner.sigmoid, x, claim)
        if dtype == "float32":
            stays(value, dtype)
        right_and_finite(value, want, "the ends should be flat", **TOLERANCE[dtype])
        right_and_finite(slope, [0] * 4 + [0.25] + [0] * 4, claim, **TOLERANCE[dtype])


# gelu ------------------------------------------------------------------------------------------

GELU_INPUTS = np.array([[-2.0, -0.5, 0.0], [0.75, 2.0, 3.5]], "float32")


@check("gelu")
def test_gelu_is_exact(learner):
    """gelu(x) is x times the probability that a standard normal variable is below x."""
    y = learner.gelu(GELU_INPUTS)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    claim = "gelu(x) should be 0.5 * x * (1 + erf(x / sqrt(2)))"
    expect.close(y, gelu_in_float64(GELU_INPUTS.astype(float)), claim)


@check("gelu")
def test_gelu_approximate(learner):
    """gelu(x, approximate=True) is the form with tanh."""
    y = learner.gelu(GELU_INPUTS, approximate=True)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    claim = "gelu(x, approximate=True) should be the tanh form"
    expect.close(y, tanh_gelu_in_float64(GELU_INPUTS.astype(float)), claim)


@check("gelu", points=2, after=test_gelu_approximate)
def test_gelu_survives_a_hundred(learner):
    """Value and gradient of both forms of gelu are finite and right at -100, 0 and 100."""
    x = np.array([-100.0, 0.0, 100.0], "float32")
    for approximate in (False, True):
        form = f"with approximate={approximate}, "
        claim = form + "the gradient at -100, 0 and 100 should be 0, 0.5 and 1"
        value, slope = value_and_slope_of(learner, learner.gelu, x, claim, approximate=approximate)
        right_and_finite(value, [0, 0, 100], form + "gelu at -100, 0 and 100 should be 0, 0 and 100")
        right_and_finite(slope, [0, 0.5, 1], claim)


@check("gelu", hidden=True, after=test_gelu_is_exact)
def test_gelu_keeps_dtypes(learner):
    """Both forms of gelu keep the dtype, and are as accurate as it is."""
    x = np.array([-3.0, -1.25, 0, 0.25, 2.0])
    keeps_dtypes(learner.gelu, gelu_in_float64, x, float16={"atol": 1e-2})
    keeps_dtypes(
        lambda given: learner.gelu(given, approximate=True),
        tanh_gelu_in_float64,
        x,
        ("float16",),
        float16={"atol": 1e-2},
    )


@check("gelu", hidden=True, after=test_gelu_is_exact)
def test_gelu_integers_and_ranks(learner):
    """gelu treats integers as float32 and takes inputs of every rank from 0 to 4."""
    takes_integers_and_every_rank(learner.gelu, gelu_in_float64)
    scalar = learner.gelu(-1, True)
    expect.dtype(scalar, "float32", "a plain integer should be treated as float32")
    expect.close(scalar, tanh_gelu_in_float64(-1), "gelu of a plain number should be right")


@check("gelu", hidden=True, after=test_gelu_is_exact)
def test_gelu_passes_the_gradient_on(learner, rng):
    """The gradient of the exact gelu is right, with any upstream gradient."""
    x = 1.5 * rng.normal(size=(3, 4, 2)).astype("float32")
    upstream = rng.normal(size=x.shape).astype("float32")
    claim = "the gradient of the exact form should be right"
    got = slope_of(learner, learner.gelu, x, claim, upstream=upstream)
    right_and_finite(got, upstream * gelu_slope_in_float64(x.astype(float)), claim)


@check("gelu", hidden=True, after=test_gelu_approximate)
def test_gelu_approximate_passes_the_gradient_on(learner, rng):
    """The gradient of the approximate gelu is right, with any upstream gradient."""
    x = 1.5 * rng.normal(size=(3, 4, 2)).astype("float32")
    upstream = rng.normal(size=x.shape).astype("float32")
    claim = "the gradient of the tanh form should be right"
    got = slope_of(learner, learner.gelu, x, claim, upstream=upstream, approximate=True)
    right_and_finite(got, upstream * tanh_gelu_slope_in_float64(x.astype(float)), claim)


@check("gelu", hidden=True, points=2, after=test_gelu_survives_a_hundred)
def test_gelu_far_out(learner):
    """Value and gradient of both forms of gelu are finite and right for large inputs, in float16 too."""
    for dtype in NARROW:
        tolerance = TOLERANCE[dtype]
        for approximate in (False, True):
            # In float16 x**3 overflows from 41 on, and the textbook gradient is NaN from 256 on.
            end = 30.0 if approximate and dtype == "float16" else 1e4
            x = np.array([-end, -25, -12, 0, 12, 25, end], dtype)
            claim = "the gradient should be 0 on the far left and 1 on the far right"
            value, slope = value_and_slope_of(learner, learner.gelu, x, claim, approximate=approximate)
            if dtype == "float32":
                stays(value, dtype)
            ends = "gelu should be 0 on the far left and x on the far right"
            right_and_finite(value, np.maximum(x.astype(float), 0), ends, **tolerance)
            right_and_finite(slope, [0] * 3 + [0.5] + [1] * 3, claim, **tolerance)


# softmax ---------------------------------------------------------------------------------------

# From the front, and from the back.
EVERY_AXIS = (((5,), (0,)), ((4, 4), (-2,)), ((3, 2, 4), (0, -2)), ((2, 3, 2, 5), (1, -4)))
LOGITS = np.array([[1.0, -0.5, 2.0], [0.0, 0.25, -3.0], [4.0, 3.5, 3.0], [-1.0, -1.5, 0.5]], "float32")


def log_softmax_in_float64(x, axis=-1):
    return np.log(softmax_in_float64(x, axis))


def softmax_gradient_in_float64(x, upstream, axis=-1):
    p = softmax_in_float64(x, axis)
    return p * (upstream - np.sum(p * upstream, axis=axis, keepdims=True))


@check("softmax")
def test_softmax_rows_add_up_to_one(learner):
    """Each row of softmax(x) adds up to 1."""
    p = learner.softmax(LOGITS)
    expect.shape(p, (4, 3), "the result should have the shape of x")
    expect.finite(p, "every share should be a finite number")
    claim = "each row should add up to 1"
    expect.close(np.asarray(p).sum(axis=-1), np.ones(4), claim, but="row {0} adds up to {got}")


@check("softmax", after=test_softmax_rows_add_up_to_one)
def test_softmax_shares(learner):
    """softmax(x) is exp(x) over the sum of exp(x) in its row."""
    p = learner.softmax(LOGITS)
    expect.close(p, softmax_in_float64(LOGITS), "each share should be exp(x) over its row's sum")


@check("softmax", after=test_softmax_shares)
def test_softmax_along_another_axis(learner):
    """softmax(x, axis=0) adds up to 1 down each column."""
    p = learner.softmax(LOGITS, axis=0)
    expect.shape(p, (4, 3), "the result should have the shape of x")
    claim = "with axis=0 each column should add up to 1"
    expect.close(np.asarray(p).sum(axis=0), np.ones(3), claim, but="column {0} adds up to {got}")
    expect.close(p, softmax_in_float64(LOGITS, axis=0), "with axis=0 the shares should be right")


@check("softmax", points=2, after=test_softmax_shares)
def test_softmax_survives_large_logits(learner):
    """softmax and its gradient are finite and right for logits around 1000."""
    small = np.array([[0.0, 1.0, 2.0, 0.5]], "float32")
    upstream = np.array([[1.0, -2.0, 0.5, 3.0]], "float32")
    claim = "the gradient at [1000, 1001, 1002, 1000.5] should be that at [0, 1, 2, 0.5]"
    p, got = value_and_slope_of(learner, learner.softmax, small + 1000, claim, upstream=upstream)
    same = "softmax of [1000, 1001, 1002, 1000.5] should equal softmax of [0, 1, 2, 0.5]"
    right_and_finite(p, softmax_in_float64(small), same, atol=2e-4)
    right_and_finite(got, softmax_gradient_in_float64(small, upstream), claim, atol=2e-4)


@check("softmax", hidden=True, after=test_softmax_shares)
def test_softmax_keeps_dtypes(learner):
    """softmax keeps float16 and float64, and is as accurate as they are."""
    keeps_dtypes(learner.softmax, softmax_in_float64, LOGITS[:, ::-1])


@check("softmax", hidden=True, after=test_softmax_shares)
def test_softmax_integers_and_ranks(learner):
    """softmax treats integers as float32 and takes inputs of every rank from 1 to 4."""
    takes_integers_and_every_rank(learner.softmax, softmax_in_float64)


@check("softmax", hidden=True, points=2, after=test_softmax_along_another_axis)
def test_softmax_every_axis(learner, rng):
    """softmax runs along any axis of an input of any rank, counted from either end."""
    for shape, axes in EVERY_AXIS:
        x = rng.normal(size=shape).astype("float32")
        for axis in axes:
            p = learner.softmax(x, axis=axis)
            expect.shape(p, shape, "the result should have the shape of x")
            expect.close(p, softmax_in_float64(x, axis), f"axis={axis} of rank {len(shape)}")


@check("softmax", hidden=True, points=2, after=test_softmax_survives_large_logits)
def test_softmax_far_apart(learner):
    """softmax is finite and right when rows, or logits within a row, are very far apart."""
    x = np.array([[0.0, 1.0, -1.0], [1e4, 1e4 + 2, 1e4 - 1], [-1e4, -1e4 + 1, -1e4 - 2]], "float32")
    near = np.array([[0.0, 1.0, -1.0], [0.0, 2.0, -1.0], [0.0, 1.0, -2.0]])
    upstream = np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 2.0], [3.0, 0.0, 1.0]], "float32")
    claim = "the gradient should be right in every row"
    p, got = value_and_slope_of(learner, learner.softmax, x, claim, upstream=upstream)
    stays(p, "float32")
    right_and_finite(p, softmax_in_float64(near), "every row should be right", **AT_LARGE_LOGITS)
    expect.between(p, 0, 1, "every share should lie between 0 and 1")
    right_and_finite(got, softmax_gradient_in_float64(near, upstream), claim, rtol=0, atol=5e-3)
    wide = np.array([[1e4, 0.0, -1e4], [-1e4, -100.0, 100.0]], "float32")
    winners = np.array([[1, 0, 0], [0, 0, 1]], float)
    p, got = value_and_slope_of(learner, learner.softmax, wide, claim, upstream=upstream[:2])
    right_and_finite(p, winners, "the largest logit should take all")
    right_and_finite(got, np.zeros((2, 3)), claim)


@check("softmax", hidden=True, after=test_softmax_shares)
def test_softmax_passes_the_gradient_on(learner, rng):
    """The gradient of softmax is right along any axis, with any upstream gradient."""
    x = rng.normal(size=(3, 4, 2)).astype("float32")
    upstream = rng.normal(size=x.shape).astype("float32")
    for axis in (-1, 1):
        claim = "every logit should get its share of the gradient"
        got = slope_of(learner, learner.softmax, x, claim, upstream=upstream, axis=axis)
        right_and_finite(got, softmax_gradient_in_float64(x, upstream, axis), claim)


@check("softmax", hidden=True, after=test_softmax_survives_large_logits)
def test_softmax_in_float16(learner):
    """softmax and its gradient are finite and right in float16, also for large logits."""
    x = np.array([[20.0, 18.0, 21.0], [-300.0, -301.0, -299.0], [2000.0, 0.0, -2000.0]], "float16")
    near = np.array([[-1.0, -3.0, 0.0], [-1.0, -2.0, 0.0], [0.0, -700.0, -700.0]])
    tolerance = {"rtol": 1e-2, "atol": 1e-2}
    upstream = np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 2.0], [3.0, 0.0, 1.0]], "float16")
    claim = "the gradient in float16 should be right"
    p, got = value_and_slope_of(learner, learner.softmax, x, claim, upstream=upstream)
    right_and_finite(p, softmax_in_float64(near), "float16 in range", **tolerance)
    right_and_finite(got, softmax_gradient_in_float64(near, upstream), claim, **tolerance)


# log_softmax -----------------------------------------------------------------------------------


def log_softmax_gradient_in_float64(p, upstream, axis=-1):
    return upstream - p * np.sum(upstream, axis=axis, keepdims=True)


@check("log_softmax")
def test_log_softmax_values(learner):
    """log_softmax(x) is the logarithm of softmax(x)."""
    y = learner.log_softmax(LOGITS)
    expect.shape(y, (4, 3), "the result should have the shape of x")
    expect.close(y, log_softmax_in_float64(LOGITS), "each value should be the log of its share")


@check("log_softmax", after=test_log_softmax_values)
def test_log_softmax_along_another_axis(learner):
    """log_softmax(x, axis=0) runs down each column."""
    y = learner.log_softmax(LOGITS, axis=0)
    expect.shape(y, (4, 3), "the result should have the shape of x")
    expect.close(y, log_softmax_in_float64(LOGITS, axis=0), "axis=0 should run down the columns")


@check("log_softmax", points=2, after=test_log_softmax_values)
def test_log_softmax_where_softmax_underflows(learner):
    """log_softmax and its gradient are finite where softmax itself rounds to 0."""
    x = np.array([[0.0, 200.0], [-500.0, 0.0]], "float32")
    upstream = np.array([[1.0, 0.0], [1.0, 0.0]], "float32")
    claim = "the gradient of the unlikely class should be [1, -1] in both rows"
    y, got = value_and_slope_of(learner, learner.log_softmax, x, claim, upstream=upstream)
    values = "log_softmax of [0, 200] and [-500, 0] should be [-200, 0] and [-500, 0]"
    right_and_finite(y, [[-200, 0], [-500, 0]], values)
    right_and_finite(got, [[1, -1], [1, -1]], claim)


@check("log_softmax", hidden=True, after=test_log_softmax_values)
def test_log_softmax_keeps_dtypes(learner):
    """log_softmax keeps float16 and float64, and is as accurate as they are."""
    keeps_dtypes(learner.log_softmax, log_softmax_in_float64, LOGITS[:, ::-1], float16={"atol": 1e-2})


@check("log_softmax", hidden=True, after=test_log_softmax_values)
def test_log_softmax_integers_and_ranks(learner):
    """log_softmax treats integers as float32 and takes inputs of every rank from 1 to 4."""
    takes_integers_and_every_rank(learner.log_softmax, log_softmax_in_float64)


@check("log_softmax", hidden=True, points=2, after=test_log_softmax_along_another_axis)
def test_log_softmax_every_axis(learner, rng):
    """log_softmax runs along any axis of an input of any rank, counted from either end."""
    for shape, axes in EVERY_AXIS:
        x = rng.normal(size=shape).astype("float32")
        for axis in axes:
            y = learner.log_softmax(x, axis=axis)
            expect.shape(y, shape, "the result should have the shape of x")
            expect.close(y, log_softmax_in_float64(x, axis), f"axis={axis} of rank {len(shape)}")


@check("log_softmax", hidden=True, points=2, after=test_log_softmax_where_softmax_underflows)
def test_log_softmax_far_apart(learner):
    """log_softmax is finite and right when rows, or logits within a row, are very far apart."""
    x = np.array([[0.0, 1.0, -1.0], [1e4, 1e4 + 2, 1e4 - 1], [-1e4, -1e4 + 1, -1e4 - 2]], "float32")
    near = np.array([[0.0, 1.0, -1.0], [0.0, 2.0, -1.0], [0.0, 1.0, -2.0]])
    upstream = np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 2.0], [3.0, 0.0, 1.0]], "float32")
    claim = "the gradient should be right in every row"
    y, got = value_and_slope_of(learner, learner.log_softmax, x, claim, upstream=upstream)
    stays(y, "float32")
    right_and_finite(y, log_softmax_in_float64(near), "every row should be right", **AT_LARGE_LOGITS)
    want = log_softmax_gradient_in_float64(softmax_in_float64(near), upstream)
    right_and_finite(got, want, claim, rtol=0, atol=5e-3)
    wide = np.array([[1e4, 0.0, -1e4], [-1e4, -100.0, 100.0]], "float32")
    distances = np.array([[0, -1e4, -2e4], [-10100, -200, 0]])
    y, got = value_and_slope_of(learner, learner.log_softmax, wide, claim, upstream=upstream[:2])
    right_and_finite(y, distances, "the distances should be kept")
    winners = np.array([[1, 0, 0], [0, 0, 1]], float)
    right_and_finite(got, log_softmax_gradient_in_float64(winners, upstream[:2]), claim)


@check("log_softmax", hidden=True, after=test_log_softmax_values)
def test_log_softmax_passes_the_gradient_on(learner, rng):
    """The gradient of log_softmax is right along any axis, with any upstream gradient."""
    x = rng.normal(size=(3, 4, 2)).astype("float32")
    upstream = rng.normal(size=x.shape).astype("float32")
    for axis in (-1, 1):
        claim = "every logit should get its share of the gradient"
        got = slope_of(learner, learner.log_softmax, x, claim, upstream=upstream, axis=axis)
        want = log_softmax_gradient_in_float64(softmax_in_float64(x, axis), upstream, axis)
        right_and_finite(got, want, claim)


@check("log_softmax", hidden=True, after=test_log_softmax_where_softmax_underflows)
def test_log_softmax_in_float16(learner):
    """log_softmax and its gradient are finite and right in float16, also for large logits."""
    x = np.array([[20.0, 18.0, 21.0], [-60.0, -61.0, -59.0], [200.0, 0.0, -200.0]], "float16")
    want = np.array([[-1.0, -3.0, 0.0], [-1.0, -2.0, 0.0], [0.0, -200.0, -400.0]])
    p = softmax_in_float64(want)
    want = want - np.log(np.exp(want).sum(axis=-1, keepdims=True))
    tolerance = {"rtol": 1e-2, "atol": 5e-2}  # logits near 60 are rounded to 0.03
    upstream = np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 2.0], [3.0, 0.0, 1.0]], "float16")
    claim = "the gradient in float16 should be right"
    y, got = value_and_slope_of(learner, learner.log_softmax, x, claim, upstream=upstream)
    right_and_finite(y, want, "float16 in range", **tolerance)
    right_and_finite(got, log_softmax_gradient_in_float64(p, upstream.astype(float)), claim, **tolerance)


# predictions -----------------------------------------------------------------------------------


def one_of(learner, key, *allowed):
    """The prediction is filled in with one of the allowed answers."""
    given = learner.prediction(key)
    shown = " or ".join(f'"{word}"' for word in allowed)
    expect.true(given in allowed, f'PREDICTIONS["{key}"] should be one of {shown}', f"it is {given!r}")


@check("predictions", points=0.25)
def test_stacked_affine_is_filled_in(learner):
    """The prediction about stacked layers is an integer."""
    given = learner.prediction("stacked_affine")
    whole = isinstance(given, int) and not isinstance(given, bool)
    claim = 'PREDICTIONS["stacked_affine"] should be an integer'
    expect.true(whole, claim, f"it is {given!r}")


@check("predictions", points=0.25)
def test_softmax_shift_is_filled_in(learner):
    """The prediction about a shifted softmax is one of the allowed answers."""
    one_of(learner, "softmax_shift", "sharper", "flatter", "same")


@check("predictions", points=0.25)
def test_ten_sigmoids_is_filled_in(learner):
    """The prediction about ten sigmoids is one of the allowed answers."""
    one_of(learner, "ten_sigmoids", "1/10", "1/1000", "1/1000000")


@check("predictions", points=0.25)
def test_log_of_softmax_is_filled_in(learner):
    """The prediction about the log of a softmax is one of the allowed answers."""
    one_of(learner, "log_of_softmax", "-200", "0", "-inf")


@check("predictions", hidden=True, after=test_stacked_affine_is_filled_in)
def test_stacked_affine(learner):
    """The prediction about stacked layers is right."""
    expect.prediction(learner, "stacked_affine", 10)


@check("predictions", hidden=True, after=test_softmax_shift_is_filled_in)
def test_softmax_shift(learner):
    """The prediction about a shifted softmax is right."""
    expect.prediction(learner, "softmax_shift", "same")


@check("predictions", hidden=True, after=test_ten_sigmoids_is_filled_in)
def test_ten_sigmoids(learner):
    """The prediction about ten sigmoids is right."""
    expect.prediction(learner, "ten_sigmoids", "1/1000000")


@check("predictions", hidden=True, after=test_log_of_softmax_is_filled_in)
def test_log_of_softmax(learner):
    """The prediction about the log of a softmax is right."""
    expect.prediction(learner, "log_of_softmax", "-inf")
