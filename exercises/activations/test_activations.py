"""Checks of the topic `activations`.

Expected values come from textbook formulas in NumPy float64, at inputs where those are safe; at extreme
inputs they are known limits. Keras' own functions are no oracle here: its leaky relu and exact gelu are
accurate to float32 only, even in float64, and its approximate gelu has a NaN gradient in float16.
"""

import functools
import math

import numpy as np

from nnlearn.checking import check, expect, laws, oracles

# float32 goes into all other checks. What casts everything to float32 fails the first of these already, what
# only mixes float32 into narrower numbers the second: two mistakes, told apart.
DTYPES = ("float64", "float16")
# A list, and a dtype that cannot hold what is below 0; hidden checks try other ranks and large numbers.
WHOLE = (([-2, 0, 3],), (np.array([[9, 0, 2], [3, 1, 5]], "uint8"),))


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
    laws.gradient_is(learner, learner.relu, [0, 0, 1], x, claim=claim)


@check("relu", after=test_relu_passes_positive_and_stops_negative)
def test_relu_keeps_dtypes(learner):
    """relu keeps float16 and float64, and is as accurate as they are."""
    laws.keeps_dtypes(learner.relu, relu_in_float64, np.array([-1.5, 0, 0.25, 40.0]), dtypes=DTYPES)


@check("relu", points=0.5, after=test_relu_passes_positive_and_stops_negative)
def test_relu_takes_integers(learner):
    """relu treats integers as float32, also those of a dtype that holds nothing below 0."""
    laws.takes_integers(learner.relu, relu_in_float64, *WHOLE)


# leaky_relu ------------------------------------------------------------------------------------


def leaky_in_float64(x, negative_slope=0.2):
    return np.where(np.greater(x, 0), x, np.multiply(negative_slope, x))


@check("leaky_relu")
def test_leaky_relu_leaks_on_the_left(learner):
    """leaky_relu(x) is x where x is positive and 0.2 times x where it is negative."""
    x = np.array([[-2.5, 0.0, 3.0], [7.5, -0.25, 0.5]], "float32")
    y = learner.leaky_relu(x, negative_slope=0.2)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    claim = "with negative_slope=0.2 it should be x on the right, 0.2x on the left"
    expect.close(y, leaky_in_float64(x), claim)
    claim = "where negative_slope is left out it should be 0.2"
    expect.close(learner.leaky_relu(x), leaky_in_float64(x), claim)


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
    laws.gradient_is(learner, learner.leaky_relu, [0.3, 0.3, 1], x, claim=claim, negative_slope=0.3)


@check("leaky_relu", points=0.5, after=test_leaky_relu_leaks_on_the_left)
def test_leaky_relu_keeps_dtypes(learner):
    """leaky_relu keeps float16 and float64, and is as accurate as they are."""
    x = np.array([-4.5, -1.25, 0, 0.25, 40.0])
    laws.keeps_dtypes(learner.leaky_relu, leaky_in_float64, x, dtypes=DTYPES)


@check("leaky_relu", points=0.5, after=test_leaky_relu_leaks_on_the_left)
def test_leaky_relu_takes_integers(learner):
    """leaky_relu treats integers as float32, also those of a dtype that holds nothing below 0."""
    laws.takes_integers(learner.leaky_relu, leaky_in_float64, *WHOLE)


# sigmoid ---------------------------------------------------------------------------------------


@check("sigmoid")
def test_sigmoid_known_values(learner):
    """sigmoid is 1/2 at 0, 3/4 at log 3 and 1/4 at -log 3."""
    x = np.array([[0.0, math.log(3), -math.log(3)], [1.0, -2.0, 4.0]], "float32")
    y = learner.sigmoid(x)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    expect.close(y, oracles.sigmoid(x), "sigmoid(x) should be 1 / (1 + exp(-x))")


@check("sigmoid", after=test_sigmoid_known_values)
def test_sigmoid_slope_at_zero(learner):
    """The gradient of sigmoid is one quarter at exactly 0."""
    x = np.array([-1.0, 0.0, 1.0], "float32")
    claim = "the gradient at 0 should be 0.25, and 0.1966 at -1 and 1"
    laws.gradient_is(learner, learner.sigmoid, oracles.sigmoid_gradient(x), x, claim=claim)


@check("sigmoid", points=2, after=test_sigmoid_known_values)
def test_sigmoid_survives_a_hundred(learner):
    """Value and gradient of sigmoid are finite and right at ±100 and ±1000, and in float16 at ±12."""
    x = np.array([-1000.0, -100.0, 100.0, 1000.0], "float32")  # 1000 is too much for float64 as well
    claims = (
        "sigmoid should be 0 at -1000 and -100, and 1 at 100 and 1000",
        "the gradient at -1000, -100, 100 and 1000 should be 0",
    )
    laws.value_and_gradient_are(learner, learner.sigmoid, [0, 0, 1, 1], [0] * 4, x, claims=claims)
    # exp ends much earlier in float16: clipping x to what float32 bears does not save it there.
    x = np.array([-100.0, -12.0, 12.0, 100.0], "float16")
    claims = (
        "in float16 sigmoid should be 0 at -100 and -12, and 1 at 12 and 100",
        "in float16 the gradient at -100, -12, 12 and 100 should be 0",
    )
    close = oracles.tolerance("float16")
    laws.value_and_gradient_are(
        learner, learner.sigmoid, [0, 0, 1, 1], [0] * 4, x, claims=claims, tolerance=close
    )


@check("sigmoid", points=0.5, after=test_sigmoid_known_values)
def test_sigmoid_keeps_dtypes(learner):
    """sigmoid keeps float16 and float64, and is as accurate as they are."""
    x = np.array([-4.5, -1.25, 0, 0.25, 9.0])
    laws.keeps_dtypes(learner.sigmoid, oracles.sigmoid, x, dtypes=DTYPES)


@check("sigmoid", points=0.5, after=test_sigmoid_known_values)
def test_sigmoid_takes_integers(learner):
    """sigmoid treats integers as float32, also those of a dtype that holds nothing below 0."""
    laws.takes_integers(learner.sigmoid, oracles.sigmoid, *WHOLE)


# gelu ------------------------------------------------------------------------------------------

GELU_INPUTS = np.array([[-2.0, -0.5, 0.0], [0.75, 2.0, 3.5]], "float32")

erf = np.vectorize(math.erf, otypes=[float])


def tanh_gelu_in_float64(x):
    x = np.asarray(x, float)
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def tanh_gelu_slope_in_float64(x):
    x = np.asarray(x, float)
    t = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * math.sqrt(2 / math.pi) * (1 + 0.134145 * x**2)


def gelu_in_float64(x, approximate=False):
    x = np.asarray(x, float)
    return tanh_gelu_in_float64(x) if approximate else 0.5 * x * (1 + erf(x / math.sqrt(2)))


def gelu_slope_in_float64(x):
    x = np.asarray(x, float)
    bell = np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)
    return 0.5 * (1 + erf(x / math.sqrt(2))) + x * bell


@check("gelu")
def test_gelu_is_exact(learner):
    """gelu(x) is x times the probability that a standard normal variable is below x."""
    y = learner.gelu(GELU_INPUTS, approximate=False)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    claim = "with approximate=False it should be 0.5 * x * (1 + erf(x / sqrt(2)))"
    expect.close(y, gelu_in_float64(GELU_INPUTS), claim)
    claim = "where approximate is left out it should be False"
    expect.close(learner.gelu(GELU_INPUTS), gelu_in_float64(GELU_INPUTS), claim)


@check("gelu")
def test_gelu_approximate(learner):
    """gelu(x, approximate=True) is the form with tanh."""
    y = learner.gelu(GELU_INPUTS, approximate=True)
    expect.shape(y, (2, 3), "the result should have the shape of x")
    claim = "gelu(x, approximate=True) should be the tanh form"
    expect.close(y, tanh_gelu_in_float64(GELU_INPUTS), claim)


@check("gelu", points=2, after=test_gelu_approximate)
def test_gelu_survives_a_hundred(learner):
    """Value and gradient of both forms of gelu are finite and right at -100, -1, 0, 1 and 100."""
    x = np.array([-100.0, -1.0, 0.0, 1.0, 100.0], "float32")
    for approximate, slope in ((False, gelu_slope_in_float64), (True, tanh_gelu_slope_in_float64)):
        want = gelu_in_float64(x, approximate), slope(x)
        claims = (
            f"with approximate={approximate}, gelu at -100, 0 and 100 should be 0, 0 and 100",
            f"with approximate={approximate}, the gradient at -1, 0 and 1 should be {want[1][1:4].round(4)}",
        )
        laws.value_and_gradient_are(learner, learner.gelu, *want, x, claims=claims, approximate=approximate)


@check("gelu", points=0.5, after=test_gelu_is_exact)
def test_gelu_keeps_dtypes(learner):
    """Both forms of gelu keep the dtype, and are as accurate as it is."""
    x = np.array([-3.0, -1.25, 0, 0.25, 2.0])
    coarse = {"atol": 1e-2}
    laws.keeps_dtypes(learner.gelu, gelu_in_float64, x, dtypes=DTYPES, float16=coarse)
    approximate = functools.partial(learner.gelu, approximate=True)
    laws.keeps_dtypes(approximate, tanh_gelu_in_float64, x, dtypes=["float16"], float16=coarse)


@check("gelu", points=0.5, after=test_gelu_is_exact)
def test_gelu_takes_integers(learner):
    """gelu treats integers as float32, in both forms, however large they are."""
    laws.takes_integers(learner.gelu, gelu_in_float64, *WHOLE, ([-2, 0, 1300], True))


LOGITS = np.array([[1.0, -0.5, 2.0], [0.0, 0.25, -3.0], [4.0, 3.5, 3.0], [-1.0, -1.5, 0.5]], "float32")


@check("softmax")
def test_softmax_rows_add_up_to_one(learner):
    """Each row of softmax(x) adds up to 1."""
    for how, along in ("with axis=-1", {"axis": -1}), ("where axis is left out", {}):
        p = learner.softmax(LOGITS, **along)
        expect.shape(p, (4, 3), "the result should have the shape of x")
        expect.finite(p, "every share should be a finite number")
        claim = f"{how} each row should add up to 1"
        with expect.about(p):
            expect.close(np.asarray(p).sum(axis=-1), np.ones(4), claim, but="row {0} adds up to {got}")


@check("softmax", after=test_softmax_rows_add_up_to_one)
def test_softmax_shares(learner):
    """softmax(x) is exp(x) over the sum of exp(x) in its row."""
    p = learner.softmax(LOGITS)
    expect.close(p, oracles.softmax(LOGITS), "each share should be exp(x) over its row's sum")


@check("softmax", after=test_softmax_shares)
def test_softmax_along_another_axis(learner):
    """softmax(x, axis=0) adds up to 1 down each column."""
    p = learner.softmax(LOGITS, axis=0)
    expect.shape(p, (4, 3), "the result should have the shape of x")
    claim = "with axis=0 each column should add up to 1"
    with expect.about(p):
        expect.close(np.asarray(p).sum(axis=0), np.ones(3), claim, but="column {0} adds up to {got}")
    expect.close(p, oracles.softmax(LOGITS, axis=0), "with axis=0 the shares should be right")


@check("softmax", points=2, after=test_softmax_shares)
def test_softmax_survives_large_logits(learner):
    """softmax and its gradient are finite and right for logits around 1000."""
    small = np.array([[0.0, 1.0, 2.0, 0.5]], "float32")
    upstream = np.array([[1.0, -2.0, 0.5, 3.0]], "float32")
    claims = (
        "softmax of [1000, 1001, 1002, 1000.5] should equal softmax of [0, 1, 2, 0.5]",
        "the gradient at [1000, 1001, 1002, 1000.5] should be that at [0, 1, 2, 0.5]",
    )
    want = oracles.softmax(small), oracles.softmax_gradient(small, upstream)
    close = oracles.tolerance("float32", atol=2e-4)
    laws.value_and_gradient_are(
        learner, learner.softmax, *want, small + 1000, claims=claims, upstream=upstream, tolerance=close
    )


@check("softmax", after=test_softmax_survives_large_logits)
def test_softmax_rows_far_apart(learner):
    """softmax is finite and right where rows, or the logits within a row, are far apart."""
    small = np.array([[0.0, 1.0, 2.0], [0.5, 0.0, 1.0], [1.0, 2.0, 0.0]], "float32")
    claim = "adding 1000 to a row, or taking 1000 away, should not change its shares"
    p = learner.softmax(small + np.array([[0.0], [1000.0], [-1000.0]], "float32"))
    expect.right_and_finite(p, oracles.softmax(small), claim, atol=2e-4)
    p = learner.softmax(np.array([[200.0, 0.0, -200.0]], "float32"))
    expect.right_and_finite(p, [[1.0, 0.0, 0.0]], "[200, 0, -200] should give [1, 0, 0]", atol=2e-4)


@check("softmax", points=0.5, after=test_softmax_shares)
def test_softmax_keeps_dtypes(learner):
    """softmax keeps float16 and float64, and is as accurate as they are."""
    laws.keeps_dtypes(learner.softmax, oracles.softmax, LOGITS[:, ::-1], dtypes=DTYPES)


@check("softmax", points=0.5, after=test_softmax_shares)
def test_softmax_takes_integers(learner):
    """softmax treats integers as float32, also those of a dtype that holds nothing below 0."""
    laws.takes_integers(learner.softmax, oracles.softmax, *WHOLE)


# log_softmax -----------------------------------------------------------------------------------


@check("log_softmax")
def test_log_softmax_values(learner):
    """log_softmax(x) is the logarithm of softmax(x)."""
    for how, along in ("with axis=-1", {"axis": -1}), ("where axis is left out", {}):
        y = learner.log_softmax(LOGITS, **along)
        expect.shape(y, (4, 3), "the result should have the shape of x")
        claim = f"{how} each value should be the log of its share in the row"
        expect.close(y, oracles.log_softmax(LOGITS), claim)


@check("log_softmax", after=test_log_softmax_values)
def test_log_softmax_along_another_axis(learner):
    """log_softmax(x, axis=0) runs down each column."""
    y = learner.log_softmax(LOGITS, axis=0)
    expect.shape(y, (4, 3), "the result should have the shape of x")
    expect.close(y, oracles.log_softmax(LOGITS, axis=0), "axis=0 should run down the columns")


@check("log_softmax", points=2, after=test_log_softmax_values)
def test_log_softmax_where_softmax_underflows(learner):
    """log_softmax and its gradient are finite where softmax itself rounds to 0, and for large logits."""
    x = np.array([[0.0, 200.0], [-1000.0, 0.0], [1000.0, 1001.0]], "float32")  # too much for float64 as well
    upstream = np.array([[1.0, 0.0]] * 3, "float32")
    claims = (
        "[0, 200], [-1000, 0] and [1000, 1001] should give [-200, 0], [-1000, 0] and [-1.3133, -0.3133]",
        "the gradient of the first class should be [1, -1], [1, -1] and [0.7311, -0.7311]",
    )
    want = [[-200, 0], [-1000, 0], [-1.3132617, -0.3132617]], [[1, -1], [1, -1], [0.7310586, -0.7310586]]
    close = oracles.tolerance("float32", atol=2e-4)
    laws.value_and_gradient_are(
        learner, learner.log_softmax, *want, x, claims=claims, upstream=upstream, tolerance=close
    )


@check("log_softmax", points=0.5, after=test_log_softmax_values)
def test_log_softmax_keeps_dtypes(learner):
    """log_softmax keeps float16 and float64, and is as accurate as they are."""
    laws.keeps_dtypes(
        learner.log_softmax, oracles.log_softmax, LOGITS[:, ::-1], dtypes=DTYPES, float16={"atol": 1e-2}
    )


@check("log_softmax", points=0.5, after=test_log_softmax_values)
def test_log_softmax_takes_integers(learner):
    """log_softmax treats integers as float32, also those of a dtype that holds nothing below 0."""
    laws.takes_integers(learner.log_softmax, oracles.log_softmax, *WHOLE)
