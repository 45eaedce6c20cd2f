"""Checks of the topic `neurons`.

Expected values come from NumPy in float64, and from measured slopes of a sigmoid. What `through_points`
returns is not compared with anybody's weights: the network that they make is worked out in float64, and any
number of hidden units will do. No two dimensions are the same by accident; where they are the same on
purpose, a kernel that is turned round would raise no error there.
"""

import itertools
import math

import numpy as np

from nnlearn.checking import check, expect, laws, oracles
from nnlearn.learner.errors import LearnerRaised

X = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0], [2.0, 0.25, 1.5], [-1.5, 1.0, 4.0]], "float32")
KERNEL = np.array([[0.5, -1.0, 2.0, 0.25], [1.5, 0.0, -0.5, 1.0], [-2.0, 0.75, 1.0, 3.0]], "float32")
BIAS = np.array([0.5, -1.5, 3.0, -0.25], "float32")


# Of numbers that float32 cannot hold: what has been float32 in between is found out.
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def affine_in_float64(x, kernel, bias=None):
    sums = np.tensordot(np.asarray(x, float), np.asarray(kernel, float), axes=1)
    return sums if bias is None else sums + np.asarray(bias, float)


def refuses(learner, call, cases):
    """A ValueError for each, by what is wrong in words.

    What would be computed instead does not matter. All that is let through tells one mistake from another,
    and is only found out where something is wrong.
    """
    if all(is_refused(call, case) for case in cases.values()):
        return
    accepted = [words for words, case in cases.items() if takes(call, case)]
    for words, case in cases.items():
        with expect.raises(ValueError, f"{words} should raise a ValueError"):
            call(*case)
            learner.observed({"accepted": accepted})


def is_refused(call, case):
    """Whether a call raises a ValueError."""
    try:
        call(*case)
    except LearnerRaised as raised:
        return "builtins.ValueError" in raised.bases
    return False


def takes(call, case):
    """Whether a call raises nothing."""
    try:
        call(*case)
    except LearnerRaised:
        return False
    return True


def numbers(rng, *shape):
    """Numbers that float16 holds too."""
    return rng.normal(size=shape).astype("float16").astype("float32")


# affine ----------------------------------------------------------------------------------------


@check("affine")
def test_affine_has_a_column_for_each_unit(learner):
    """Inputs of shape (2, 3) and a kernel of shape (3, 4) give an output of shape (2, 4)."""
    claim = "inputs of shape (2, 3) and a kernel of shape (3, 4) should give an output of shape (2, 4)"
    expect.shape(learner.affine(X[:2], KERNEL, BIAS), (2, 4), claim)


@check("affine", after=test_affine_has_a_column_for_each_unit)
def test_affine_is_a_weighted_sum(learner):
    """Each output is the sum of the inputs times the unit's weights, plus the unit's bias."""
    claim = "each output should be a weighted sum plus the unit's own bias"
    expect.right_and_finite(
        learner.affine(X[:2], KERNEL, BIAS), affine_in_float64(X[:2], KERNEL, BIAS), claim
    )


@check("affine")
def test_affine_without_a_bias(learner):
    """Without a bias the output is the weighted sum alone."""
    claim = "without a bias the output should be the weighted sum"
    want = affine_in_float64(X[:2], KERNEL)
    expect.right_and_finite(learner.affine(X[:2], KERNEL), want, claim)
    expect.right_and_finite(learner.affine(X[:2], KERNEL, bias=None), want, claim)


@check("affine")
def test_affine_takes_a_bias_of_one_unit(learner):
    """A layer of one unit has a bias of shape (1,), which may be 0."""
    kernel = KERNEL[:, :1]
    for bias in (np.array([0.0], "float32"), np.array([2.5], "float32")):
        claim = "a bias of shape (1,) should be added where there is one unit"
        result = learner.affine(X[:2], kernel, bias)
        expect.right_and_finite(result, affine_in_float64(X[:2], kernel, bias), claim)


@check("affine")
def test_affine_refuses_to_broadcast_a_bias(learner):
    """A bias that is not one number for each unit raises a ValueError, also where NumPy would add it."""
    wrong = {
        "a bias of shape (1,) for 4 units": BIAS[:1],
        "a bias of shape (1, 4) for 4 units": BIAS[None],
        "a bias of shape (4, 4), one for each example,": np.stack([BIAS] * 4),
        "a bias of shape (4, 1) for 4 units": BIAS[:, None],
        "a bias that is a number": 2.0,
        "a bias of shape (3,) for 4 units": BIAS[:3],
    }
    refuses(learner, learner.affine, {words: (X, KERNEL, bias) for words, bias in wrong.items()})


@check("affine")
def test_affine_refuses_what_does_not_fit(learner):
    """Inputs that do not fit the kernel, and kernels that are no table, raise a ValueError."""
    refuses(
        learner,
        learner.affine,
        {
            "inputs of shape (4, 3) and a kernel of shape (4, 3)": (X, KERNEL.T.copy()),
            "inputs of shape (4,) and a kernel of shape (3, 4)": (BIAS, KERNEL),
            "an input that is a number": (2.0, KERNEL),
            "a kernel of shape (3,)": (X, KERNEL[:, 0]),
            "a kernel of shape (1, 3, 4)": (X, KERNEL[None]),
        },
    )


@check("affine", after=test_affine_is_a_weighted_sum)
def test_affine_of_a_single_example(learner):
    """A single example, of shape (3,), gives the sums of the 4 units, of shape (4,)."""
    result = learner.affine(X[0], KERNEL, BIAS)
    expect.shape(result, (4,), "an input of shape (3,) should give an output of shape (4,)")
    claim = "a single example should give its weighted sums"
    expect.right_and_finite(result, affine_in_float64(X[0], KERNEL, BIAS), claim)


@check("affine", after=test_affine_is_a_weighted_sum)
def test_affine_of_every_rank(learner, rng):
    """The last axis is summed over, however many axes come before it."""
    for shape in ((2, 5, 3), (2, 1, 5, 3)):
        x = numbers(rng, *shape)
        result = learner.affine(x, KERNEL, BIAS)
        expect.shape(result, (*shape[:-1], 4), f"inputs of shape {shape} should give {(*shape[:-1], 4)}")
        claim = "each vector along the last axis should give its weighted sums"
        expect.right_and_finite(result, affine_in_float64(x, KERNEL, BIAS), claim)


@check("affine", after=test_affine_is_a_weighted_sum)
def test_affine_dtypes(learner):
    """The result has the floating dtype of the arguments; integers and lists of them are float32."""
    exact = {"float64": EXACT}
    laws.keeps_dtypes(learner.affine, affine_in_float64, X / 7.0, KERNEL, BIAS / 3, **exact)
    # What is put in place of a bias may be float32: it shows in float16.
    laws.keeps_dtypes(learner.affine, affine_in_float64, X / 7.0, KERNEL, None, dtypes=["float16"])
    whole = [[1, -2, 5], [0, 3, 4]], [[2, 7], [-1, 3], [4, 0]], [3, -8]
    unsigned = [np.array(each, "uint8") for each in ([[200, 3, 5]], [[2, 7], [1, 3], [4, 0]], [250, 9])]
    laws.takes_integers(
        learner.affine, affine_in_float64, whole, [np.array(each) for each in whole], whole[:2], unsigned
    )


@check("affine", after=test_affine_is_a_weighted_sum)
def test_affine_gradients(learner):
    """Gradients arrive at the inputs, the kernel and the bias, and they are right."""
    ones = np.ones((4, 4))
    gradients_are(learner, X, KERNEL, BIAS, (ones @ KERNEL.T, X.T @ ones, ones.sum(axis=0)))


def gradients_are(learner, x, kernel, bias, wanted, **kwargs):
    """The gradients with respect to the three, or to the first of them, are right."""
    for place, (name, want) in enumerate(zip(("x", "the kernel", "the bias"), wanted, strict=False)):
        claim = f"the gradient with respect to {name} should be right"
        laws.gradient_is(learner, learner.affine, want, x, kernel, bias, wrt=place, claim=claim, **kwargs)


@check("affine", after=test_affine_is_a_weighted_sum)
def test_affine_in_a_tf_function(learner):
    """Inside a tf.function, where the size of a batch may not be known, all is the same."""
    cases = [((X[:size], KERNEL, BIAS), affine_in_float64(X[:size], KERNEL, BIAS)) for size in (4, 2)]
    laws.same_when_traced(learner, learner.affine, *cases)
    with expect.raises(ValueError, "a bias of shape (1,) should raise a ValueError in a tf.function too"):
        learner.kit.traced(learner.affine, X, KERNEL, BIAS[:1])


@check("affine", hidden=True, after=test_affine_is_a_weighted_sum)
def test_affine_of_square_kernels(learner, rng):
    """Rows of the kernel are inputs and columns are units, also where there are as many of both."""
    for size in (2, 5):
        x, kernel, bias = numbers(rng, size, size), numbers(rng, size, size), numbers(rng, size)
        claim = "each column of the kernel should hold the weights of one unit"
        result = learner.affine(x, kernel, bias)
        expect.right_and_finite(result, affine_in_float64(x, kernel, bias), claim)


@check("affine", hidden=True, after=test_affine_of_every_rank)
def test_affine_gradients_of_every_rank(learner, rng):
    """The gradients are right with an upstream gradient, for inputs of every rank."""
    kernel, bias = numbers(rng, 3, 5), numbers(rng, 5)
    for shape, count in (((3,), 1), ((2, 3, 2, 3), 3)):
        x, upstream = numbers(rng, *shape), numbers(rng, *shape[:-1], 5)
        rows, above = x.reshape(-1, 3).astype(float), upstream.reshape(-1, 5).astype(float)
        wanted = ((above @ kernel.T).reshape(shape), rows.T @ above, above.sum(axis=0))[:count]
        gradients_are(learner, x, kernel, bias, wanted, upstream=upstream, tolerance={"atol": 1e-4})


@check("affine", hidden=True, after=test_affine_dtypes)
def test_affine_refuses_in_every_rank(learner, rng):
    """Inputs of higher ranks do not make another bias right; lists are looked at as arrays are."""
    x = numbers(rng, 2, 5, 3)
    refuses(
        learner,
        learner.affine,
        {
            "a bias of shape (5, 4) for inputs of shape (2, 5, 3)": (x, KERNEL, numbers(rng, 5, 4)),
            "a bias of shape (2, 5, 4) for inputs of shape (2, 5, 3)": (x, KERNEL, numbers(rng, 2, 5, 4)),
            "a bias of shape (1,) for an input of shape (3,)": (X[0], KERNEL, BIAS[:1]),
            "a list of one number as a bias of 2 units": ([[1, 2]], [[1, 2], [3, 4]], [1]),
            "inputs of shape (2, 5, 3) and a kernel of shape (5, 2)": (x, numbers(rng, 5, 2)),
        },
    )


# Affine ----------------------------------------------------------------------------------------


def prepared(layer, kernel=KERNEL, bias=BIAS, axes=()):
    """The layer, built for inputs that fit the kernel and have these axes in front, with weights of ours."""
    layer.build((None, *axes, len(kernel)))
    layer.kernel.assign(kernel)
    if bias is not None:
        layer.bias.assign(bias)
    return layer


@check("Affine")
def test_layer_makes_its_weights(learner):
    """kernel and bias are there after the first call, trainable, and of the right shapes."""
    layer = learner.Affine(4)
    layer(X)
    kernel, bias = np.asarray(layer.kernel), np.asarray(layer.bias)
    claim = "the kernel should have a row for each input and a column for each unit"
    starts = np.round(bias, 3).tolist() if expect.is_array(bias) and bias.dtype.kind == "f" else None
    learner.observed({"kernel": list(kernel.shape), "bias": starts})
    expect.shape(kernel, (3, 4), claim)
    expect.shape(bias, (4,), "the bias should have one number for each unit")
    expect.close(bias, np.zeros(4), "the bias should start as zeros", rtol=0, atol=0)
    for name in ("kernel", "bias"):
        expect.same(getattr(layer, name).trainable, True, f"{name} should be trainable")
    weights = layer.weights
    with expect.about(weights):
        expect.same(len(weights), 2, "the layer should have two weights")


@check("Affine", after=test_layer_makes_its_weights)
def test_layer_computes_weighted_sums(learner):
    """Each output is the sum of the inputs times the unit's weights, plus the unit's bias."""
    layer = prepared(learner.Affine(4))
    result = layer(X)
    expect.dtype(result, "float32", "the output should be float32")
    claim = "each output should be a weighted sum plus the unit's own bias"
    expect.right_and_finite(result, affine_in_float64(X, KERNEL, BIAS), claim)


@check("Affine")
def test_layer_without_a_bias(learner):
    """With use_bias=False there is no bias: the attribute is None, and the kernel is the only weight."""
    layer = prepared(learner.Affine(4, use_bias=False), bias=None)
    claim = "without a bias the output should be the weighted sum"
    expect.right_and_finite(layer(X), affine_in_float64(X, KERNEL), claim)
    weights = layer.weights
    with expect.about(weights):
        expect.same(len(weights), 1, "without a bias the kernel should be the only weight")
    expect.same(layer.bias, None, "without a bias the attribute should be None")


@check("Affine", after=test_layer_makes_its_weights)
def test_layer_keeps_its_weights(learner):
    """A second call uses the weights of the first, and makes no new ones."""
    layer = prepared(learner.Affine(4))
    for size in (4, 2):
        claim = "every call should use the same weights"
        expect.right_and_finite(layer(X[:size]), affine_in_float64(X[:size], KERNEL, BIAS), claim)
    weights = layer.weights
    with expect.about(weights):
        expect.same(len(weights), 2, "there should still be two weights after two calls")


@check("Affine")
def test_layer_refuses_units_below_one(learner):
    """0 units, and fewer, raise a ValueError that says so."""
    refuses_units(learner, -3, 0)


@check("Affine")
def test_layer_refuses_fractions(learner):
    """Floats are no integers: they raise a ValueError that says so."""
    refuses_units(learner, 2.5, 4.0)


@check("Affine")
def test_layer_refuses_what_is_no_number(learner):
    """Text and None raise a ValueError that says so."""
    refuses_units(learner, "4", None)


def refuses_units(learner, *wrong):
    """A ValueError, whose message names the argument."""
    for units in wrong:
        claim = f"units={units!r} should raise a ValueError that mentions units"
        with expect.raises(ValueError, claim, "units"):
            learner.Affine(units)
            learner.observed({"accepted": repr(units)})


@check("Affine")
def test_layer_config_holds_its_arguments(learner):
    """get_config holds units and use_bias, and what every layer has."""
    settings = {"units": 7, "use_bias": False, "name": "sums"}
    laws.config_holds(learner.Affine(**settings), **settings)
    laws.config_holds(learner.Affine(5), units=5, use_bias=True)


@check("Affine", after=test_layer_computes_weighted_sums)
def test_layer_takes_integers(learner):
    """Integer arrays are cast to the dtype in which the layer computes."""
    whole = np.array([[1, -2, 5], [0, 3, 4]])
    layer = prepared(learner.Affine(4))
    for x in (whole, np.array([[200, 3, 5]], "uint8")):
        result = layer(x)
        expect.dtype(result, "float32", f"{x.dtype} should give the layer's compute dtype")
        claim = f"the values should be right for {x.dtype}"
        expect.right_and_finite(result, affine_in_float64(x, KERNEL, BIAS), claim)


@check("Affine", after=test_layer_makes_its_weights)
def test_layer_starts_as_glorot_says(learner):
    """The kernel starts with random numbers that are evenly spread between ±sqrt(6 / (inputs + units))."""
    layer = learner.Affine(40)
    layer.build((None, 60))
    kernel = np.asarray(layer.kernel)
    limit = np.sqrt(6 / 100)
    learner.observed(
        {"shape": list(kernel.shape), "largest": round(float(np.abs(kernel).max() / limit), 1)}
        | {"spread": round(float(kernel.std() / limit), 1)}
    )
    with expect.about(kernel):
        claim = "the kernel should start between ±sqrt(6 / (inputs + units))"
        expect.between(kernel, -limit * (1 + 1e-6), limit * (1 + 1e-6), claim)
        # The variance of a uniform distribution is a third of the limit's square, and that of 2400 of them
        # varies by its relative standard deviation of sqrt(0.8 / 2400).
        claim = "the variance of the kernel at the start should be 2 / (inputs + units)"
        expect.likely(kernel.var(), limit**2 / 3, limit**2 / 3 * np.sqrt(0.8 / kernel.size), claim)
        expect.likely(
            kernel.mean(), 0, limit / np.sqrt(3 * kernel.size), "the mean at the start should be near 0"
        )


@check("Affine", hidden=True, after=test_layer_computes_weighted_sums)
def test_layer_of_every_rank(learner, rng):
    """The last axis is summed over, however many axes come before it, as in Keras' own Dense."""
    x, kernel, bias = numbers(rng, 2, 4, 5, 3), numbers(rng, 3, 3), numbers(rng, 3)
    result = prepared(learner.Affine(3), kernel, bias, axes=(4, 5))(x)
    expect.shape(result, x.shape, f"inputs of shape {x.shape} should give {x.shape} where there are 3 units")
    claim = "each vector along the last axis should give its weighted sums"
    expect.right_and_finite(result, affine_in_float64(x, kernel, bias), claim)


@check("Affine", hidden=True, after=test_layer_makes_its_weights)
def test_layer_keeps_the_order_of_weights(learner):
    """get_weights returns the kernel, then the bias."""
    layer = learner.Affine(4)
    layer.build((None, 3))
    answer = layer.get_weights()
    weights = expect.items(answer, 2, "there should be two weights")
    with expect.about(answer):
        for got, shape in zip(weights, ((3, 4), (4,)), strict=True):
            expect.shape(got, shape, "get_weights should return the kernel and the bias, in this order")


@check("Affine", hidden=True, after=test_layer_computes_weighted_sums)
def test_layer_gradients(learner, rng):
    """Inputs, kernel and bias get the right gradients."""
    x, upstream = numbers(rng, 2, 4, 3), numbers(rng, 2, 4, 4)
    rows, above = x.reshape(-1, 3).astype(float), upstream.reshape(-1, 4).astype(float)
    layer = prepared(learner.Affine(4))
    want = {"kernel": rows.T @ above, "bias": above.sum(axis=0)}
    how = {"upstream": upstream, "tolerance": {"rtol": 1e-5, "atol": 5e-5}}
    laws.weight_gradients_are(learner, layer, want, x, **how)
    claim = "the gradient with respect to the inputs should be right"
    laws.gradient_is(learner, layer, (above @ KERNEL.T).reshape(x.shape), x, claim=claim, **how)


@check("Affine", hidden=True, after=test_layer_config_holds_its_arguments)
def test_layer_can_be_made_again_from_its_config(learner):
    """A layer made from another's config has the same arguments."""
    laws.survives_config(
        learner.Affine,
        learner.Affine(4, use_bias=False, name="sums", dtype="float64"),
        does=lambda twin: prepared(twin, bias=None)(X),
        expected=affine_in_float64(X, KERNEL),
        claim="units, use_bias and the dtype should survive",
        units=4,
        use_bias=False,
        name="sums",
    )


@check("Affine", hidden=True, points=2, after=test_layer_config_holds_its_arguments)
def test_layer_survives_saving(learner):
    """A model with the layer gives the same answers after it was saved and loaded."""
    model = learner.keras.Sequential([prepared(learner.Affine(4))])
    # Its one layer is built, and it is that layer that is asked: the model need not be traced, twice over.
    model.built = True
    want = affine_in_float64(X, KERNEL, BIAS)
    laws.survives_saving(learner, model, does=lambda again: again.layers[0](X), expected=want)


@check("Affine", hidden=True, points=2, after=test_layer_computes_weighted_sums)
def test_layer_inside_a_graph(learner, rng):
    """Inside a tf.function, and for sizes not known beforehand, the layer computes as it does outside."""
    layer = prepared(learner.Affine(4))
    batches = numbers(rng, 2, 4, 3), numbers(rng, 5, 7, 3)
    cases = [((batch,), affine_in_float64(batch, KERNEL, BIAS)) for batch in batches]
    laws.same_when_traced(learner, layer, *cases)


@check("Affine", hidden=True, points=2, after=test_layer_computes_weighted_sums)
def test_layer_inside_fit(learner):
    """A model of the layer knows its shapes, and a step of model.fit trains kernel and bias."""
    y = np.array([[1.0], [0.5], [-1.0], [2.0]], "float32")
    kernel, bias = KERNEL[:, :1], BIAS[:1]
    layer = prepared(learner.Affine(1), kernel, bias)
    model = learner.keras.Model(*laws.infers_shape(learner, layer, (3,), (1,)))
    model.compile(optimizer=learner.keras.optimizers.SGD(0.05), loss="mean_squared_error", run_eagerly=True)
    # The step that fit makes of each batch; what hands it the batches takes most of the time of a short fit.
    model.train_on_batch(X, y)
    step = 0.05 * 2 * (affine_in_float64(X, kernel, bias) - y) / 4
    claim = "a step of training should move kernel and bias downhill"
    wanted = [kernel - X.T @ step, bias - step.sum(axis=0)]
    expect.all_close(layer.get_weights(), wanted, claim, rtol=1e-4, atol=1e-4)


@check("Affine", hidden=True, after=test_layer_makes_its_weights)
def test_layers_share_nothing(learner):
    """Two layers have weights of their own, also where these are of one shape."""
    first, second = prepared(learner.Affine(4)), prepared(learner.Affine(4), -KERNEL, 2 * BIAS)
    claim = "each layer should use its own weights"
    expect.right_and_finite(first(X), affine_in_float64(X, KERNEL, BIAS), claim)
    expect.right_and_finite(second(X), affine_in_float64(X, -KERNEL, 2 * BIAS), claim)


@check("Affine", hidden=True, after=test_layer_computes_weighted_sums)
def test_layer_dtype_policies(learner):
    """Output and weights have the dtypes of the policy, with values as good as those can hold."""

    def make(policy):
        return prepared(learner.Affine(4, dtype=policy))

    call = (lambda x: affine_in_float64(x, KERNEL, BIAS), {})
    # One that stores more than it computes with, and one for which float32 is not enough.
    policies = ("mixed_float16", "float64")
    layers = laws.follows_policy(make, X, call, weights=("kernel", "bias"), policies=policies)
    whole = np.array([[1, -2, 5]])
    result = layers["mixed_float16"](whole)
    expect.dtype(result, "float16", "integers should give the layer's compute dtype")
    near = oracles.tolerance("float16")
    want = affine_in_float64(whole, KERNEL, BIAS)
    expect.right_and_finite(result, want, "integers should be right under mixed_float16", **near)


# boundary --------------------------------------------------------------------------------------

# As many units as inputs: rows that are taken for columns show in the numbers. The first is the lesson's own.
WEIGHTS = np.array([[3.0, -5.0], [4.0, 12.0]], "float32")
BIASES = np.array([-10.0, 26.0], "float32")


def boundary_in_float64(kernel, bias=None):
    kernel = np.asarray(kernel, float)
    length = np.array([math.hypot(*column) for column in kernel.T])
    bias = np.zeros_like(length) if bias is None else np.asarray(bias, float)
    return kernel / length, -bias / length, length / 4


def three(answer):
    """The three results."""
    return expect.items(answer, 3, "the result should be a tuple (normal, offset, steepness)")


@check("boundary")
def test_boundary_has_three_results(learner):
    """A kernel of shape (2, 2) gives a normal of that shape, and an offset and a steepness of shape (2,)."""
    results = three(learner.boundary(WEIGHTS, BIASES))
    shapes = {"normal": (2, 2), "offset": (2,), "steepness": (2,)}
    for got, (name, shape) in zip(results, shapes.items(), strict=True):
        expect.shape(got, shape, f"{name} should have shape {shape} for a kernel of shape (2, 2)")


@check("boundary", after=test_boundary_has_three_results)
def test_boundary_normal(learner):
    """The normal of each unit is its column of weights, divided by their length."""
    normal = three(learner.boundary(WEIGHTS, BIASES))[0]
    claim = "each column should be the unit's weights divided by their length: (3, 4) gives (0.6, 0.8)"
    expect.right_and_finite(normal, boundary_in_float64(WEIGHTS)[0], claim)


@check("boundary", after=test_boundary_has_three_results)
def test_boundary_offset(learner):
    """The offset is -b / |w|; the point at that distance along the normal lies on the boundary."""
    normal, offset, _ = three(learner.boundary(WEIGHTS, BIASES))
    claim = "weights 3 and 4 with bias -10 should have offset 2, and each unit -b / |w|"
    expect.right_and_finite(offset, boundary_in_float64(WEIGHTS, BIASES)[1], claim)
    with expect.about(normal):
        sums = np.sum(WEIGHTS * normal * offset, axis=0) + BIASES
        claim = "w . x + b should be 0 at the point x = offset * normal"
        expect.close(sums, np.zeros(2), claim, atol=1e-4)


@check("boundary", after=test_boundary_has_three_results)
def test_boundary_without_a_bias(learner):
    """Without a bias each boundary passes through the origin."""
    _, offset, _ = three(learner.boundary(WEIGHTS))
    expect.right_and_finite(offset, np.zeros(2), "without a bias the offset should be 0")


@check("boundary", after=test_boundary_has_three_results)
def test_boundary_steepness(learner):
    """The steepness is the steepest slope of the sigmoid of the sum, along the normal."""
    steepness = three(learner.boundary(WEIGHTS, BIASES))[2]
    # Measured: walk along the normal, from a step before the boundary to a step behind it.
    normal, offset, _ = boundary_in_float64(WEIGHTS, BIASES)
    step = 1e-4
    before, behind = (
        oracles.sigmoid(np.sum(WEIGHTS * normal * (offset + s), axis=0) + BIASES) for s in (-step, step)
    )
    claim = "the steepness should be the steepest slope of sigmoid(w . x + b): 1.25 for weights 3 and 4"
    expect.right_and_finite(steepness, (behind - before) / (2 * step), claim, rtol=1e-4, atol=1e-4)


@check("boundary", after=test_boundary_offset)
def test_boundary_of_scaled_weights(learner):
    """Weights and bias three times as large leave the boundary where it is, and the unit is steeper."""
    normal, offset, steepness = boundary_in_float64(WEIGHTS, BIASES)
    claim = (
        "weights and biases times 3 should leave normal and offset, and make the steepness 3 times as large"
    )
    result = three(learner.boundary(3 * WEIGHTS, 3 * BIASES))
    for got, want in zip(result, (normal, offset, 3 * steepness), strict=True):
        expect.right_and_finite(got, want, claim)


@check("boundary")
def test_boundary_refuses_a_unit_without_one(learner):
    """A unit whose weights are all zero raises a ValueError; a single zero among them is fine."""
    kernel = WEIGHTS.copy()
    kernel[:, 1] = 0
    refuses(
        learner,
        learner.boundary,
        {
            "a kernel of zeros": (0 * WEIGHTS, BIASES),
            "a column of zeros, with a bias,": (kernel, BIASES),
            "a column of zeros, without a bias,": (kernel,),
        },
    )
    claim = "a unit with a single weight of 0 should have a boundary"
    for other in (2, -2):
        kernel[1, 1] = other
        results = three(learner.boundary(kernel, BIASES))
        for got, want in zip(results, boundary_in_float64(kernel, BIASES), strict=True):
            expect.right_and_finite(got, want, claim)


@check("boundary", after=test_boundary_has_three_results)
def test_boundary_of_large_weights(learner):
    """Weights whose squares are too large for the dtype are no problem, such as 300 in float16."""
    for dtype, size in (("float16", 100.0), ("float32", 1e20), ("float64", 1e200)):
        kernel, bias = ((each.astype(float) * size).astype(dtype) for each in (WEIGHTS, BIASES))
        if dtype == "float16":
            kernel, bias = kernel / np.float16(4), bias / np.float16(4)
        beyond_the_square(learner, kernel, bias)


def beyond_the_square(learner, kernel, bias):
    """The results are right, each compared with its own size."""
    dtype = kernel.dtype.name
    near = {"rtol": oracles.tolerance(dtype)["rtol"], "atol": 0}
    wanted = boundary_in_float64(kernel.astype(float), bias.astype(float))
    for got, want in zip(three(learner.boundary(kernel, bias)), wanted, strict=True):
        claim = f"the results should be right where squares of weights leave the range of {dtype}"
        expect.dtype(got, dtype, f"{dtype} should give {dtype}")
        expect.right_and_finite(got, want, claim, **near)


@check("boundary", after=test_boundary_has_three_results)
def test_boundary_dtypes(learner):
    """The results have the floating dtype of the arguments; integers and lists of them are float32."""
    exact = {"float64": EXACT}
    laws.keeps_dtypes(learner.boundary, boundary_in_float64, WEIGHTS / 7.0, BIASES / 3.0, **exact)
    laws.keeps_dtypes(learner.boundary, boundary_in_float64, WEIGHTS, None, dtypes=["float16"])
    whole = [[3, -5], [4, 12]], [-10, 26]
    unsigned = [np.array(each, "uint8") for each in ([[3, 200], [4, 100]], [200, 9])]
    cases = (whole, [np.array(each) for each in whole], unsigned)
    laws.takes_integers(learner.boundary, boundary_in_float64, *cases)


@check("boundary", hidden=True, after=test_boundary_steepness)
def test_boundary_of_other_layers(learner, rng):
    """All three are right for one input, for many, and for as many inputs as units."""
    for inputs, units in ((1, 3), (4, 4), (5, 1)):
        kernel, bias = numbers(rng, inputs, units) + 0.01, numbers(rng, units)
        wanted = boundary_in_float64(kernel, bias)
        for got, want in zip(three(learner.boundary(kernel, bias)), wanted, strict=True):
            expect.right_and_finite(
                got, want, "each unit should have a normal, an offset and a steepness of its own"
            )


@check("boundary", hidden=True, after=test_boundary_of_large_weights)
def test_boundary_of_small_weights(learner):
    """Weights whose squares are too small for the dtype are no problem either."""
    # Those of float32 stand beside large ones, in another check.
    for dtype, size in (("float16", 1e-4), ("float64", 1e-200)):
        beyond_the_square(learner, *((each.astype(float) * size).astype(dtype) for each in (WEIGHTS, BIASES)))


@check("boundary", hidden=True, after=test_boundary_of_large_weights)
def test_boundary_of_uneven_units(learner):
    """A unit of large weights beside one of small ones: each is right."""
    sizes = np.array([1e20, 1e-25], "float32")
    beyond_the_square(learner, WEIGHTS * sizes, BIASES * sizes)


@check("boundary", hidden=True, after=test_boundary_refuses_a_unit_without_one)
def test_boundary_refuses_what_does_not_fit(learner):
    """A kernel that is no table, and a bias that is not one number for each unit, raise a ValueError."""
    refuses(
        learner,
        learner.boundary,
        {
            "a kernel of shape (2,)": (WEIGHTS[:, 0],),
            "a kernel of shape (1, 2, 2)": (WEIGHTS[None], BIASES),
            "a bias of shape (1,) for 2 units": (WEIGHTS, BIASES[:1]),
            "a bias of shape (1, 2) for 2 units": (WEIGHTS, BIASES[None]),
            "a bias of shape (3,) for 2 units": (WEIGHTS, np.append(BIASES, BIASES[:1])),
            "a bias that is a number": (WEIGHTS, 1.0),
        },
    )


# collapse_linear -------------------------------------------------------------------------------


def layers_of(rng, *widths, without=()):
    """Layers of these widths, first the number of inputs; those whose place is in `without` have no bias."""
    return [
        (numbers(rng, n, m), None if place in without else numbers(rng, m))
        for place, (n, m) in enumerate(itertools.pairwise(widths))
    ]


def collapsed_in_float64(layers):
    """What the layers make of zeros is the bias, and of a one in one place, besides, a row of the kernel."""
    inputs = len(layers[0][0])
    outputs = np.vstack([np.zeros(inputs), np.eye(inputs)])
    for kernel, bias in layers:
        outputs = affine_in_float64(outputs, kernel, bias)
    return outputs[1:] - outputs[0], None if all(bias is None for _, bias in layers) else outputs[0]


def collapses(learner, layers, about="", given=None):
    """The kernel and the bias are right."""
    answer = learner.collapse_linear(layers if given is None else given)
    kernel, bias = expect.items(answer, 2, "the result should be a tuple (kernel, bias)")
    want_kernel, want_bias = collapsed_in_float64(layers)
    expect.shape(kernel, want_kernel.shape, "the kernel should lead from the first inputs to the last units")
    expect.right_and_finite(kernel, want_kernel, f"the kernel should be right{about}")
    with expect.about(answer):
        if want_bias is None:
            expect.true(bias is None, f"the bias should be None{about}", "it is not")
        else:
            expect.true(bias is not None, f"there should be a bias{about}", "it is None")
    if want_bias is not None:
        expect.shape(bias, want_bias.shape, "the bias should have one number for each of the last units")
        expect.right_and_finite(bias, want_bias, f"the bias should be right{about}")


@check("collapse_linear")
def test_collapse_two_layers(learner, rng):
    """One layer does what two do: its kernel and its bias are right."""
    collapses(learner, layers_of(rng, 3, 2, 2))


@check("collapse_linear", after=test_collapse_two_layers)
def test_collapse_sends_biases_on(learner):
    """The bias of a layer goes through all the kernels that follow it."""
    layers = [([[2.0]], [1.0]), ([[3.0]], [-4.0]), ([[-5.0]], [0.5])]
    layers = [tuple(np.array(each, "float32") for each in layer) for layer in layers]
    collapses(learner, layers, ", here for 2x + 1, then 3z - 4, then -5z + 0.5")


@check("collapse_linear", after=test_collapse_two_layers)
def test_collapse_without_some_biases(learner, rng):
    """A layer without a bias takes nothing away from those of others, wherever it stands."""
    for place, words in enumerate(("first", "second", "third")):
        collapses(learner, layers_of(rng, 3, 3, 3, 3, without=(place,)), f" where the {words} of 3 has none")


@check("collapse_linear")
def test_collapse_without_any_bias(learner, rng):
    """Where no layer has a bias there is none."""
    collapses(learner, layers_of(rng, 3, 4, 2, without=(0, 1)), " where no layer has one")


@check("collapse_linear")
def test_collapse_a_single_layer(learner, rng):
    """A single layer is itself."""
    collapses(learner, layers_of(rng, 3, 4), " for a single layer")


@check("collapse_linear")
def test_collapse_refuses(learner, rng):
    """No layer at all, and layers whose widths do not fit, raise a ValueError."""
    (first, bias), (second, _) = layers_of(rng, 3, 4, 2)
    refuses(
        learner,
        learner.collapse_linear,
        {
            "no layer at all": ([],),
            "4 units before a kernel of 2 rows": ([(first, bias), (second.T.copy(), None)],),
            "the layers in the wrong order": ([(second, None), (first, bias)],),
        },
    )


@check("collapse_linear", after=test_collapse_two_layers)
def test_collapse_walks_once(learner, rng):
    """The layers may come from an iterator, which has no length and is walked once."""
    layers = layers_of(rng, 3, 4, 2)
    collapses(learner, layers, " for layers from an iterator", learner.kit.walked_once(layers))
    with expect.raises(ValueError, "an iterator without layers should raise a ValueError"):
        learner.collapse_linear(learner.kit.walked_once([]))


@check("collapse_linear", after=test_collapse_two_layers)
def test_collapse_dtypes(learner):
    """Kernel and bias have the floating dtype of the layers; integers and lists of them are float32."""
    second = np.array([[2.0, 0.5], [-1.0, 0.25], [3.0, 1.0], [0.5, -2.0]], "float32")

    def two(*arrays):
        return learner.collapse_linear([arrays[:2], arrays[2:]])

    def expected(*arrays):
        return collapsed_in_float64([arrays[:2], arrays[2:]])

    last = np.array([1.0, -2.0], "float32")
    laws.keeps_dtypes(two, expected, KERNEL / 7.0, BIAS, second, last, float64=EXACT)
    laws.keeps_dtypes(two, expected, KERNEL / 7.0, BIAS, second, None, dtypes=["float16"])
    whole = [[1, -2], [5, 0]], [3, 4], [[2, 7, 1], [-1, 3, 0]], [3, -8, 0]
    unsigned = [np.array(each, "uint8") for each in ([[100, 2]], [200, 4], [[2, 7], [1, 3]], [3, 250])]
    laws.takes_integers(two, expected, whole, [np.array(each) for each in whole], unsigned)
    kernel, _ = expect.items(learner.collapse_linear([(whole[0], None)]), 2, "the result should be a pair")
    expect.dtype(kernel, "float32", "integers should be treated as float32, for a single layer too")


@check("collapse_linear", hidden=True, after=test_collapse_without_some_biases)
def test_collapse_square_layers(learner, rng):
    """The first layer is applied first, also where any order would fit; many layers, too."""
    for without in ((1, 2), (0, 1, 2)):
        collapses(learner, layers_of(rng, 3, 3, 3, 3, 3, without=without), " for four layers of one width")
    collapses(learner, layers_of(rng, 2, 3, 1, 4), " for three layers of different widths")


@check("collapse_linear", hidden=True, after=test_collapse_refuses)
def test_collapse_refuses_shapes(learner, rng):
    """Kernels that are no tables and biases that are not one number for each unit raise a ValueError."""
    (first, bias), (second, last) = layers_of(rng, 3, 4, 2)
    refuses(
        learner,
        learner.collapse_linear,
        {
            "a bias of shape (1,) in the first of two layers": ([(first, bias[:1]), (second, last)],),
            "a bias of shape (1,) in the last of two layers": ([(first, bias), (second, last[:1])],),
            "a bias of shape (1, 4) in the first of two layers": ([(first, bias[None]), (second, last)],),
            "a bias of shape (3, 2) in the last of two layers": ([(first, None), (second, first[:, :2])],),
            "a bias of shape (1,) in a single layer": ([(first, bias[:1])],),
            "a kernel of shape (4,)": ([(first, bias), (second[:, 0], None)],),
            "a single kernel of shape (4,)": ([(second[:, 0], None)],),
            "a first kernel of shape (1, 3, 4)": ([(first[None], bias), (second, last)],),
        },
    )


# count_params ----------------------------------------------------------------------------------


def dense(learner, inputs, units, **kwargs):
    """A layer of Keras' own, built."""
    # Zeros, which take less time than random numbers.
    layer = learner.keras.layers.Dense(units, **{"kernel_initializer": "zeros", **kwargs})
    layer.build((None, inputs))
    return layer


def counts(learner, layers, trainable, non_trainable, claim):
    """The two numbers are right, and Python's."""
    answer = learner.count_params(*layers)
    got = expect.items(answer, 2, "the result should be a tuple (trainable, non_trainable)")
    with expect.about(answer):
        for number, want, which in zip(
            got, (trainable, non_trainable), ("trainable", "non_trainable"), strict=True
        ):
            expect.true(
                type(number) is int,
                f"{which} should be an integer of Python",
                f"it is {type(number).__name__}",
            )
            expect.same(number, want, f"{claim}: {which} should be {want}")


@check("count_params")
def test_count_a_dense_layer(learner):
    """A dense layer of 5 units with 3 inputs has 15 weights and 5 biases."""
    counts(learner, [dense(learner, 3, 5)], 20, 0, "5 units with 3 inputs have 15 weights and 5 biases")
    counts(learner, [dense(learner, 3, 5, use_bias=False)], 15, 0, "without a bias there are 15 weights")


@check("count_params", after=test_count_a_dense_layer)
def test_count_several_layers(learner):
    """The numbers of several layers are added up, also where they are made alike."""
    layers = [dense(learner, 3, 5), dense(learner, 5, 2), dense(learner, 3, 5)]
    counts(learner, layers, 52, 0, "layers with 20, 12 and 20 parameters have 52")


@check("count_params", after=test_count_a_dense_layer)
def test_count_frozen_layers(learner):
    """The weights of a layer that is not trained are counted as non-trainable."""
    frozen = dense(learner, 3, 5)
    frozen.trainable = False
    counts(learner, [frozen, dense(learner, 5, 2)], 12, 20, "one layer is frozen")


@check("count_params", after=test_count_a_dense_layer)
def test_count_moving_statistics(learner):
    """BatchNormalization has weights that are not trained: its moving statistics."""
    norm = learner.keras.layers.BatchNormalization()
    norm.build((None, 5))
    claim = "BatchNormalization of 5 features has 10 numbers that are trained and 10 that are not"
    counts(learner, [norm], 10, 10, claim)


@check("count_params", after=test_count_a_dense_layer)
def test_count_no_seeds(learner):
    """Dropout has no weights: the state of its random numbers does not count."""
    dropout = learner.keras.layers.Dropout(0.5)
    dropout.build((None, 5))
    counts(learner, [dropout], 0, 0, "Dropout has no weights")
    counts(learner, [dropout, dense(learner, 3, 5)], 20, 0, "Dropout beside a dense layer adds nothing")


@check("count_params", after=test_count_a_dense_layer)
def test_count_shared_layers_once(learner):
    """A layer that is given twice counts once, trainable or not."""
    layer, frozen = dense(learner, 3, 5), dense(learner, 5, 2)
    frozen.trainable = False
    counts(learner, [layer, layer], 20, 0, "a layer that is given twice has its weights once")
    counts(learner, [frozen, layer, frozen], 20, 12, "a layer that is given twice has its weights once")


@check("count_params")
def test_count_refuses_what_is_not_built(learner):
    """A layer or model whose weights are not there yet raises a ValueError."""
    keras = learner.keras
    with expect.raises(ValueError, "a layer that is not built should raise a ValueError"):
        learner.count_params(keras.layers.Dense(3))
    with expect.raises(ValueError, "a second layer that is not built should raise a ValueError"):
        learner.count_params(dense(learner, 3, 5), keras.layers.Dense(3))
    with expect.raises(ValueError, "a model that is not built should raise a ValueError"):
        learner.count_params(keras.Sequential([keras.layers.Dense(3)]))


@check("count_params", hidden=True, after=test_count_several_layers)
def test_count_models(learner):
    """A model has the weights of all its layers and of the models in it, and may hold others beside them."""
    # Put together by hand: for what they have, nobody need compute their shapes.
    inner, outer = learner.keras.Model(), learner.keras.Model()
    norm = learner.keras.layers.BatchNormalization()
    norm.build((None, 4))
    inner.first, inner.norm = dense(learner, 3, 4), norm
    outer.inner, outer.last = inner, dense(learner, 4, 2)
    outer.add_weight(shape=(7,))
    outer.add_weight(shape=(4,), trainable=False)
    inner.built = outer.built = True
    counts(learner, [inner], 24, 8, "the inner model has a dense layer and BatchNormalization")
    claim = "the outer model has a layer of 10 more, and weights of its own, 7 trainable and 4 not"
    counts(learner, [outer], 41, 12, claim)
    counts(learner, [outer, inner], 41, 12, "a model beside one that holds it adds nothing")
    counts(learner, [inner.layers[0], outer], 41, 12, "a layer before a model that holds it adds nothing")
    inner.trainable = False
    counts(learner, [outer], 17, 36, "the inner model is frozen")


@check("count_params", hidden=True, after=test_count_shared_layers_once)
def test_count_layers_used_twice(learner):
    """A layer that a model uses twice has its weights once."""
    keras = learner.keras
    inputs, layer = keras.Input((4,)), dense(learner, 4, 4)
    model = keras.Model(inputs, layer(layer(inputs)))
    counts(learner, [model], 20, 0, "a layer that is used twice has its weights once")
    counts(learner, [model, layer], 20, 0, "a layer beside a model that uses it adds nothing")


@check("count_params", hidden=True, after=test_count_several_layers)
def test_count_weights_by_what_they_are(learner):
    """Layers of the same name, with the same numbers in them, have weights of their own."""
    layers = [dense(learner, 3, 5, name="same", kernel_initializer="ones") for _ in range(2)]
    counts(learner, layers, 40, 0, "two layers of one name have two kernels and two biases")


@check("count_params", hidden=True, after=test_count_a_dense_layer)
def test_count_other_kernels(learner):
    """Kernels with more axes are counted whole, and so are weights without an axis; nothing gives (0, 0)."""
    layer = learner.keras.layers.Layer()
    layer.add_weight(shape=(2, 5, 4, 3), initializer="zeros")
    layer.add_weight(shape=(), initializer="zeros", trainable=False)
    layer.built = True
    claim = "a kernel of shape (2, 5, 4, 3) has 120 numbers, and a weight without an axis has 1"
    counts(learner, [layer], 120, 1, claim)
    counts(learner, [], 0, 0, "without layers there is nothing to count")


# through_points --------------------------------------------------------------------------------

PLACES = np.array([0.0, 2.0, 3.0, 5.5], "float32")
HEIGHTS = np.array([1.0, 5.0, 4.0, -2.0], "float32")


def network(learner, x, y):
    """The learner's network, to be asked for heights at places, in float64."""
    answer = learner.through_points(x, y)
    weights = expect.items(answer, 4, "the result should be a tuple (kernel1, bias1, kernel2, bias2)")
    bias1 = weights[1]
    expect.true(np.ndim(bias1) == 1, "bias1 should have one axis", f"its shape is {np.shape(bias1)}")
    h = len(bias1)
    for got, shape, name in zip(weights, ((1, h), (h,), (h, 1), (1,)), NAMES, strict=True):
        expect.shape(got, shape, f"{name} should have shape {shape} where there are {h} hidden units")
        expect.finite(got, f"{name} should be finite")
    kernel1, bias1, kernel2, bias2 = (np.asarray(each, float) for each in weights)

    def heights(q):
        hidden = np.maximum(np.asarray(q, float)[:, None] @ kernel1 + bias1, 0)
        return (hidden @ kernel2 + bias2)[:, 0]

    return answer, heights


NAMES = ("kernel1", "bias1", "kernel2", "bias2")


def passes(learner, x, y, q, claim, dtype=None):
    """The network is where straight lines from point to point are, at the places q, and of this dtype."""
    answer, heights = network(learner, x, y)
    for got, name in zip(answer, NAMES, strict=True) if dtype else ():
        expect.dtype(got, dtype, f"{name} should be {dtype}")
    got, want = heights(q), np.interp(q, np.asarray(x, float), np.asarray(y, float))
    # Any number of hidden units will do, so it is what they make together that a mistake is known by.
    learner.observed(np.floor(got * 50 + 0.31).tolist())
    off = np.abs(got - want)
    worst = int(np.argmax(off))
    with expect.about(answer):
        near = off[worst] <= 1e-4 * (1 + np.abs(np.asarray(y, float)).max())
        expect.true(near, claim, f"at {q[worst]:g} it is {got[worst]:.4g}, not {want[worst]:.4g}")


@check("through_points")
def test_points_shapes(learner):
    """The result is four weights whose shapes fit each other, with any number of hidden units."""
    network(learner, PLACES, HEIGHTS)


@check("through_points", after=test_points_shapes)
def test_points_are_met(learner):
    """The network passes through the points."""
    passes(learner, PLACES, HEIGHTS, PLACES, "the network should pass through each of the points")


@check("through_points", after=test_points_shapes)
def test_points_straight_between(learner):
    """Between two points the network is a straight line."""
    q = np.array([0.5, 1.0, 1.5, 2.25, 2.75, 3.5, 4.0, 5.0])
    passes(learner, PLACES, HEIGHTS, q, "between two points the network should be a straight line")


@check("through_points", after=test_points_shapes)
def test_points_constant_before_the_first(learner):
    """To the left of the first point the network stays at y[0]."""
    q = np.array([-5.0, -2.0, -0.25])
    passes(learner, PLACES, HEIGHTS, q, "to the left of the first point the network should stay at y[0]")


@check("through_points", after=test_points_shapes)
def test_points_constant_behind_the_last(learner):
    """To the right of the last point the network stays at y[-1]."""
    q = np.array([5.75, 8.0, 11.0])
    passes(learner, PLACES, HEIGHTS, q, "to the right of the last point the network should stay at y[-1]")


@check("through_points", after=test_points_shapes)
def test_points_that_do_not_start_at_zero(learner):
    """The first point may lie anywhere, on either side of 0."""
    q = np.linspace(-8, 8, 33)
    x = np.array([-3.0, -1.0, 2.5], "float32")
    passes(
        learner,
        x,
        np.array([-2.0, 3.0, 0.5], "float32"),
        q,
        "the network should pass through points left of 0",
    )


@check("through_points")
def test_points_in_another_order(learner):
    """Places that do not increase raise a ValueError, and are not sorted."""
    refuses(
        learner,
        learner.through_points,
        {
            "places in falling order": (PLACES[::-1].copy(), HEIGHTS),
            "places that are not in order": (PLACES[[0, 2, 1, 3]], HEIGHTS),
        },
    )


@check("through_points")
def test_points_refused(learner):
    """A place twice, a single point, and heights that do not fit the places raise a ValueError."""
    refuses(
        learner,
        learner.through_points,
        {
            "the same place twice": (PLACES[[0, 1, 1, 3]], HEIGHTS),
            "a single point": (PLACES[:1], HEIGHTS[:1]),
            "4 places and 3 heights": (PLACES, HEIGHTS[:3]),
        },
    )


@check("through_points", after=test_points_are_met)
def test_points_dtypes(learner):
    """float64 stays float64, and integers and lists of them are float32."""
    whole = [0, 2, 3, 7], [1, 5, 4, -2]
    cases = [(PLACES, HEIGHTS, "float32"), (PLACES.astype("float64"), HEIGHTS.astype("float64"), "float64")]
    cases += [
        (*whole, "float32"),
        (np.array(whole[0], "uint8"), np.array([9, 200, 3, 7], "uint8"), "float32"),
    ]
    q = np.array([-1.0, 1.0, 2.5, 4.0, 9.0])
    for x, y, dtype in cases:
        passes(learner, x, y, q, f"the network should be right for {np.asarray(x).dtype}", dtype)


@check("through_points", hidden=True, after=test_points_are_met)
def test_points_of_all_kinds(learner, rng):
    """Few points and many, with gaps of all sizes, everywhere: also heights that are all the same."""
    for count in (2, 12):
        gaps = rng.uniform(0.3, 1.5, size=count)
        x = (np.cumsum(gaps) - rng.uniform(0, 20)).astype("float32")
        y = rng.normal(scale=3, size=count).astype("float32")
        width = x[-1] - x[0]
        q = np.concatenate([x, rng.uniform(x[0] - width, x[-1] + width, size=40)])
        passes(learner, x, y, q, f"the network should pass through {count} points")
    flat, q = np.full(4, 2.5, "float32"), np.linspace(-5, 11, 33)
    passes(learner, PLACES, flat, q, "points at one height should be right too")


@check("through_points", hidden=True, after=test_points_are_met)
def test_points_far_from_zero(learner):
    """Places around 90 or -90 are right too, and heights of a hundred."""
    q = np.linspace(-5, 11, 65)
    for shift in (90, -95):
        passes(
            learner, PLACES + np.float32(shift), 25 * HEIGHTS, q + shift, "places far from 0 should be right"
        )


@check("through_points", hidden=True, after=test_points_refused)
def test_points_refused_by_shape(learner):
    """Tables, single numbers and too many heights raise a ValueError; so does a fall at the very end."""
    refuses(
        learner,
        learner.through_points,
        {
            "places as a column": (PLACES[:, None], HEIGHTS[:, None]),
            "places as a row of a table": (PLACES[None], HEIGHTS[None]),
            "heights as a column": (PLACES, HEIGHTS[:, None]),
            "a number as place and height": (1.0, 2.0),
            "a single height for all places": (PLACES, HEIGHTS[:1]),
            "5 heights for 4 places": (PLACES, np.append(HEIGHTS, np.float32(1))),
            "no points at all": (PLACES[:0], HEIGHTS[:0]),
            "places that fall at the end": (PLACES[[0, 1, 3, 2]], HEIGHTS),
            "integers that are not in order": ([0, 3, 2], [1, 2, 3]),
            "unsigned integers that are not in order": (
                np.array([0, 3, 2], "uint8"),
                np.array([1, 2, 3], "uint8"),
            ),
        },
    )
