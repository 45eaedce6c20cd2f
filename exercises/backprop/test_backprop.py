"""Checks of the topic `backprop`.

Expected gradients are slopes of the *forward* pass in NumPy float64, taken number by number with a step in
the imaginary direction: f(x + ih) has the slope in its imaginary part, exact to the last digits, so nothing
here knows a formula of a backward pass. What arrives from above is never ones, and no two dimensions are the
same unless the check is about that.
"""

import itertools

import numpy as np

from nnlearn.checking import check, expect, laws

NEAR = {"rtol": 1e-4, "atol": 1e-4}  # what the lesson promises for float32
HALF = {"rtol": 1e-2, "atol": 1e-2}
FAR = {"rtol": 1e-3, "atol": 1e-3}  # float32 numbers near 10,000 are 0.001 apart
BY_DTYPE = {"float16": HALF, "float32": NEAR, "float64": {"rtol": 1e-9, "atol": 1e-9}}
STEP = 1e-30


def slopes(forward, at, upstream=1.0):
    """The gradient of `sum(upstream * forward(at))`, number by number."""
    at = np.asarray(at, "float64")
    gradient, upstream = np.zeros(at.shape), np.asarray(upstream, "float64")
    for place in np.ndindex(at.shape):
        moved = at.astype(complex)
        moved[place] += 1j * STEP
        gradient[place] = np.sum(upstream * forward(moved).imag) / STEP
    return gradient


def numbers(rng, *shape, scale=1.0):
    """Random numbers that all floating dtypes hold exactly enough: as float16 would round them."""
    return (scale * rng.normal(size=shape)).astype("float16").astype("float32")


def wide(*arrays):
    return tuple(np.asarray(array, "float64") for array in arrays)


def are_right(results, expected, names, claim, **tolerance):
    """Each of several results has the right shape and the right values."""
    results = expect.items(results, len(names), f"there should be {len(names)} results: {', '.join(names)}")
    for result, want, name in zip(results, expected, names, strict=True):
        with expect.about(results):
            expect.shape(result, want.shape, f"{name} should have shape {want.shape}")
            expect.right_and_finite(result, want, claim.format(name), **(tolerance or NEAR))


def one_is_right(results, expected, names, name, claim):
    """One of several results is; the others are none of this check's business."""
    results = expect.items(results, len(names), f"there should be {len(names)} results: {', '.join(names)}")
    number = names.index(name)
    with expect.about(results):
        expect.right_and_finite(results[number], expected, claim, **NEAR)


def same_for_tensors(learner, call, expected, *args):
    """Tensors go in, and what comes out is right, one result or several; the arguments are as before."""
    results, claim = learner.kit.on_tensors(call, *args), "tensors should give what arrays give"
    if isinstance(expected, tuple):
        results = expect.items(results, len(expected), f"there should be {len(expected)} results")
        expect.all_close(results, expected, claim, **NEAR)
    else:
        expect.right_and_finite(results, expected, claim, **NEAR)
    laws.changes_no_argument(learner, call, *args)


# unbroadcast -----------------------------------------------------------------------------------


def repeated(gradient, shape):
    """The gradient by what was broadcast from `shape`."""
    gradient = np.asarray(gradient, "float64")
    return slopes(lambda before: np.broadcast_to(before, gradient.shape), np.zeros(shape), gradient)


def sums(learner, rng, cases, claim):
    """`unbroadcast` is right for gradients of some shapes."""
    for after, before in cases:
        gradient = numbers(rng, *after)
        result = learner.unbroadcast(gradient, before)
        expect.shape(result, before, f"from {after} back to {before} the result should have shape {before}")
        expect.right_and_finite(result, repeated(gradient, before), claim, **NEAR)


@check("unbroadcast")
def test_added_axes(learner, rng):
    """An axis that broadcasting added in front is summed away: (4, 3) back to (3,), (5, 4, 3) too."""
    claim = "each number was used once for every place on the added axes: sum over these"
    sums(learner, rng, [((4, 3), (3,)), ((5, 4, 3), (3,)), ((3, 3), (3,)), ((2, 3), ())], claim)


@check("unbroadcast")
def test_stretched_axes(learner, rng):
    """An axis of size 1 that was stretched is summed, and stays: (4, 3) back to (4, 1)."""
    claim = "each number was used once for every place on the stretched axes: sum over these"
    cases = [((4, 3), (4, 1)), ((4, 3), (1, 3)), ((4, 3), (1, 1)), ((5, 2, 3), (5, 1, 3)), ((1, 3), (1, 1))]
    sums(learner, rng, cases, claim)


@check("unbroadcast", after=test_stretched_axes)
def test_both_kinds_of_axes(learner, rng):
    """Axes that were added and axes that were stretched, in one: (5, 4, 3) back to (4, 1)."""
    claim = "sum over the axes that were added, and over those that were stretched"
    sums(learner, rng, [((5, 4, 3), (4, 1)), ((5, 4, 3), (1, 3)), ((5, 4, 3), (1,))], claim)


@check("unbroadcast")
def test_nothing_was_repeated(learner, rng):
    """Where shapes are equal, the gradient is as it was; an axis of size 1 stays."""
    claim = "nothing was repeated, so the gradient should be as it was"
    sums(learner, rng, [((4, 3), (4, 3)), ((), ()), ((4, 1), (4, 1)), ((1, 1), (1, 1))], claim)


@check("unbroadcast")
def test_shapes_that_do_not_broadcast(learner, rng):
    """A shape that does not broadcast to that of the gradient raises a ValueError."""
    cases = [((4, 3), (4,)), ((4, 3), (2, 3)), ((3,), (4, 3)), ((1, 3), (4, 1)), ((1,), (3,)), ((3,), (1, 3))]
    cases += [((4, 3), (3, 4)), ((6,), (2, 3)), ((2, 6), (4, 3))]  # a reshape would do
    laws.refuses(
        learner.unbroadcast,
        {
            f"{before} for a gradient of shape {after}": (numbers(rng, *after), before)
            for after, before in cases
        },
    )


@check("unbroadcast", after=test_added_axes)
def test_half_precision_sums(learner):
    """Five thousand times 0.1 is 500 in float16 too."""
    gradient = np.full((5000, 2), 0.1, "float16")
    result = learner.unbroadcast(gradient, (2,))
    expect.dtype(result, "float16", "a float16 gradient should give a float16 result")
    claim = "5000 times 0.1 should be about 500: sum in float32"
    expect.right_and_finite(result, [500.0, 500.0], claim, rtol=2e-3, atol=0)


@check("unbroadcast", after=test_both_kinds_of_axes)
def test_unbroadcast_dtypes(learner, rng):
    """Floating dtypes are kept; integers count as float32."""
    gradient = numbers(rng, 2, 4, 3)
    laws.keeps_dtypes(learner.unbroadcast, repeated, gradient, (4, 1), **BY_DTYPE)
    whole = rng.integers(-9, 9, size=(2, 4, 3))
    laws.takes_integers(learner.unbroadcast, repeated, (whole, (4, 1)), (whole, whole.shape))


@check("unbroadcast", after=test_both_kinds_of_axes)
def test_unbroadcast_of_tensors(learner, rng):
    """Tensors give what arrays give; the gradient that was given is as before."""
    gradient = numbers(rng, 5, 4, 3)
    same_for_tensors(learner, learner.unbroadcast, repeated(gradient, (4, 1)), gradient, (4, 1))


# affine_backward -------------------------------------------------------------------------------

AFFINE = ("dx", "dkernel", "dbias")


def affine_slopes(upstream, x, kernel):
    upstream, x, kernel = wide(upstream, x, kernel)
    return (
        slopes(lambda x: x @ kernel, x, upstream),
        slopes(lambda kernel: x @ kernel, kernel, upstream),
        slopes(lambda bias: x @ kernel + bias, np.zeros(kernel.shape[1]), upstream),
    )


def affine_case(rng, *leading, n=3, m=2):
    return numbers(rng, *leading, m), numbers(rng, *leading, n), numbers(rng, n, m)


@check("affine_backward")
def test_affine_by_hand(learner):
    """The example of the lesson: 31 and 42 for the weights, 11 for the bias."""
    upstream, x = np.array([[1.0], [10.0]], "float32"), np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
    expected = wide([[5, -1], [50, -10]], [[31], [42]], [11])
    results = learner.affine_backward(upstream, x, np.array([[5.0], [-1.0]], "float32"))
    are_right(results, expected, AFFINE, "{} should be as worked out by hand")


@check("affine_backward")
def test_affine_kernel(learner, rng):
    """dkernel is the sum over the examples of input times upstream."""
    case = affine_case(rng, 5, n=4)
    claim = "dkernel should be the sum over the examples of input times upstream"
    one_is_right(learner.affine_backward(*case), affine_slopes(*case)[1], AFFINE, "dkernel", claim)


@check("affine_backward")
def test_affine_bias(learner, rng):
    """dbias is the sum of upstream over the examples."""
    case = affine_case(rng, 5, n=4)
    claim = "dbias should be the sum of upstream over the examples"
    one_is_right(learner.affine_backward(*case), affine_slopes(*case)[2], AFFINE, "dbias", claim)


@check("affine_backward")
def test_affine_input(learner, rng):
    """dx is upstream times the kernel, turned round; with a square kernel too, where either way fits."""
    for n, m in ((4, 2), (3, 3)):
        case = affine_case(rng, 5, n=n, m=m)
        claim = "dx should be upstream @ kernel.T"
        one_is_right(learner.affine_backward(*case), affine_slopes(*case)[0], AFFINE, "dx", claim)


@check("affine_backward", after=test_affine_input)
def test_affine_more_axes(learner, rng):
    """Inputs of shape (2, 4, 3): the sums run over both leading axes."""
    case = affine_case(rng, 2, 4)
    claim = "{} should be right for inputs of rank 3"
    are_right(learner.affine_backward(*case), affine_slopes(*case), AFFINE, claim)


@check("affine_backward")
def test_affine_shapes_that_do_not_fit(learner, rng):
    """Shapes that do not fit each other raise a ValueError, also where they would broadcast or reshape."""
    x, kernel = numbers(rng, 2, 4, 3), numbers(rng, 3, 2)
    cases = {
        "upstream of shape (1, 2) with x of shape (4, 3)": (numbers(rng, 1, 2), x[0], kernel),
        "upstream of shape (8, 2) with x of shape (2, 4, 3)": (numbers(rng, 8, 2), x, kernel),
        "upstream of shape (4, 2, 2) with x of shape (2, 4, 3)": (numbers(rng, 4, 2, 2), x, kernel),
        "upstream of shape (4, 3) with a kernel of shape (3, 2)": (numbers(rng, 4, 3), x[0], kernel),
        "x of shape (4, 3) with a kernel of shape (4, 2)": (numbers(rng, 4, 2), x[0], numbers(rng, 4, 2)),
        "x of shape (2, 4, 3) with a kernel of shape (2, 2)": (numbers(rng, 2, 4, 2), x, kernel[:2]),
    }
    laws.refuses(learner.affine_backward, cases)


@check("affine_backward", after=test_affine_more_axes)
def test_affine_dtypes(learner, rng):
    """Floating dtypes are kept; integers count as float32."""
    laws.keeps_dtypes(learner.affine_backward, affine_slopes, *affine_case(rng, 4), **BY_DTYPE)
    whole = [rng.integers(-9, 9, size=shape) for shape in ((2, 4, 2), (2, 4, 3), (3, 2))]
    laws.takes_integers(learner.affine_backward, affine_slopes, whole)


@check("affine_backward", after=test_affine_more_axes)
def test_affine_of_tensors(learner, rng):
    """Tensors give what arrays give; the arrays that were given are as before."""
    for leading in ((4,), (2, 4)):
        case = affine_case(rng, *leading)
        same_for_tensors(learner, learner.affine_backward, affine_slopes(*case), *case)


# softmax_crossentropy_backward -----------------------------------------------------------------


def losses_of(logits, labels):
    """The cross-entropy of each label, for logits that may have an imaginary part."""
    shifted = logits - logits.real.max(axis=-1, keepdims=True)
    picked = np.take_along_axis(shifted, np.asarray(labels, "int64")[..., None], axis=-1)[..., 0]
    return np.log(np.exp(shifted).sum(axis=-1)) - picked


def softmax_slopes(logits, labels, upstream=None):
    upstream = np.full(np.shape(labels), 1 / np.size(labels)) if upstream is None else upstream
    return slopes(lambda logits: losses_of(logits, labels), logits, upstream)


def softmax_case(rng, *shape, classes=4):
    """Logits, labels and an upstream gradient for each label."""
    labels = rng.integers(0, classes, size=shape)
    return numbers(rng, *shape, classes, scale=2), labels, numbers(rng, *shape)


def is_softmax_gradient(learner, claim, logits, labels, *upstream, **tolerance):
    result = learner.softmax_crossentropy_backward(logits, labels, *upstream)
    expect.shape(result, np.shape(logits), "the gradient should have the shape of the logits")
    expect.right_and_finite(result, softmax_slopes(logits, labels, *upstream), claim, **tolerance or NEAR)


@check("softmax_crossentropy_backward")
def test_softmax_by_hand(learner):
    """The example of the lesson: one example with the logits 1, 0, 0."""
    logits, labels = np.array([[1.0, 0.0, 0.0]], "float32"), np.array([0])
    result = learner.softmax_crossentropy_backward(logits, labels)
    claim = "the gradient should be shares minus one-hot"
    expect.right_and_finite(result, [[-0.423883, 0.211942, 0.211942]], claim, **NEAR)


@check("softmax_crossentropy_backward")
def test_softmax_with_upstream(learner, rng):
    """With an upstream gradient each row is that times shares minus one-hot, and nothing is divided."""
    claim = "each row should be its upstream gradient times (shares minus one-hot)"
    is_softmax_gradient(learner, claim, *softmax_case(rng, 5))


@check("softmax_crossentropy_backward")
def test_softmax_of_the_mean(learner, rng):
    """Without an upstream gradient it is the gradient of the mean of all losses."""
    logits, labels, _ = softmax_case(rng, 5)
    claim = "with upstream=None each row should be (shares minus one-hot) / 5"
    is_softmax_gradient(learner, claim, logits, labels)


@check("softmax_crossentropy_backward", after=test_softmax_of_the_mean)
def test_softmax_rows_add_up_to_0(learner, rng):
    """Each row of the gradient adds up to 0."""
    result = learner.softmax_crossentropy_backward(*softmax_case(rng, 5, classes=3)[:2])
    with expect.about(result):
        claim = "what one class gains the others lose: each row should add up to 0"
        expect.close(np.sum(np.asarray(result), axis=-1), np.zeros(5), claim)


@check("softmax_crossentropy_backward", after=test_softmax_of_the_mean)
def test_softmax_more_axes(learner, rng):
    """Logits of shape (2, 3, 4) have 6 losses, and the mean divides by 6."""
    logits, labels, upstream = softmax_case(rng, 2, 3)
    is_softmax_gradient(learner, "rank 3 should work with an upstream gradient", logits, labels, upstream)
    claim = "the mean of all losses of labels of shape (2, 3) divides by 6"
    is_softmax_gradient(learner, claim, logits, labels)


@check("softmax_crossentropy_backward", after=test_softmax_of_the_mean)
def test_softmax_of_large_logits(learner):
    """Logits of ±10,000 give finite and right gradients."""
    logits = np.array([[1e4, -1e4, 0], [-1e4, -1e4, 1e4], [1e4, 1e4, -1e4], [-1e4, 0, 1]], "float32")
    claim = "the gradient should be finite and right for logits of ±10,000"
    is_softmax_gradient(learner, claim, logits, np.array([0, 1, 1, 0]), **FAR)
    labels, upstream = np.array([1, 2, 0, 2]), np.float32([1, -2, 3, 0.5])
    is_softmax_gradient(learner, claim, logits - 5e3, labels, upstream, **FAR)


@check("softmax_crossentropy_backward", after=test_softmax_of_the_mean)
def test_softmax_dtypes(learner, rng):
    """Floating dtypes are kept, next to labels of any integer dtype; integers count as float32."""
    logits, labels, upstream = softmax_case(rng, 5)
    call = learner.softmax_crossentropy_backward
    laws.keeps_dtypes(call, softmax_slopes, logits, labels, upstream, **BY_DTYPE)
    laws.keeps_dtypes(call, softmax_slopes, logits, labels.astype("uint8"), **BY_DTYPE)
    whole = rng.integers(-3, 3, size=(5, 4))
    laws.takes_integers(call, softmax_slopes, (whole, labels), (whole, labels, rng.integers(-3, 3, size=5)))


@check("softmax_crossentropy_backward", after=test_softmax_more_axes)
def test_softmax_of_tensors(learner, rng):
    """Tensors give what arrays give; the arrays that were given are as before."""
    for shape in ((5,), (2, 3)):
        case = softmax_case(rng, *shape)
        call = learner.softmax_crossentropy_backward
        same_for_tensors(learner, call, softmax_slopes(*case), *case)
        same_for_tensors(learner, call, softmax_slopes(*case[:2]), *case[:2])


# gather_backward -------------------------------------------------------------------------------


def gather_slopes(upstream, indices, rows):
    table = np.zeros((rows, *np.shape(upstream)[np.ndim(indices) :]))
    return slopes(lambda table: table[np.asarray(indices, "int64")], table, upstream)


def is_gathered(learner, claim, upstream, indices, rows):
    result = learner.gather_backward(upstream, indices, rows)
    want = gather_slopes(upstream, indices, rows)
    expect.shape(result, want.shape, f"the gradient should have the table's shape, {want.shape}")
    expect.right_and_finite(result, want, claim, **NEAR)


@check("gather_backward")
def test_gather_each_once(learner, rng):
    """What arrives goes to the row it came from; rows that were not picked get 0."""
    claim = "each row should get what arrived where it was picked, and 0 if it was not"
    is_gathered(learner, claim, numbers(rng, 3, 2), np.array([4, 0, 3]), 5)


@check("gather_backward", after=test_gather_each_once)
def test_gather_repeated(learner, rng):
    """An index that comes three times gets the sum of all three."""
    claim = "where an index comes more than once, what arrives should be added"
    is_gathered(learner, claim, numbers(rng, 5, 2), np.array([1, 3, 1, 0, 1]), 4)


@check("gather_backward", after=test_gather_repeated)
def test_gather_more_axes(learner, rng):
    """Indices of shape (2, 3), rows that are numbers, and rows that are matrices."""
    indices = np.array([[1, 3, 1], [0, 1, 3]])
    for tail in ((4,), (), (2, 5)):
        claim = f"indices of shape (2, 3) and rows of shape {tail} should work"
        is_gathered(learner, claim, numbers(rng, 2, 3, *tail), indices, 6)


@check("gather_backward")
def test_gather_out_of_range(learner, rng):
    """An index that is negative, or not below `rows`, raises a ValueError."""
    upstream = numbers(rng, 3, 2)
    cases = {
        "an index of -1": (upstream, np.array([0, -1, 2]), 4),
        "an index equal to rows": (upstream, np.array([0, 4, 2]), 4),
        "an index far above rows": (upstream, np.array([0, 1, 99]), 4),
    }
    laws.refuses(learner.gather_backward, cases)


@check("gather_backward", after=test_gather_repeated)
def test_gather_dtypes(learner, rng):
    """Floating dtypes are kept, next to indices of any integer dtype; integers count as float32."""
    upstream, indices = numbers(rng, 4, 2), np.array([1, 2, 1, 0])
    for kind in ("int64", "int32", "uint8"):
        laws.keeps_dtypes(
            learner.gather_backward, gather_slopes, upstream, indices.astype(kind), 4, **BY_DTYPE
        )
    whole = rng.integers(-9, 9, size=(4, 2))
    laws.takes_integers(learner.gather_backward, gather_slopes, (whole, indices, 4))


@check("gather_backward", after=test_gather_more_axes)
def test_gather_of_tensors(learner, rng):
    """Tensors give what arrays give; the arrays that were given are as before."""
    indices = np.array([[1, 3, 1], [0, 1, 3]])
    for tail in ((4,), ()):
        case = (numbers(rng, 2, 3, *tail), indices, 5)
        same_for_tensors(learner, learner.gather_backward, gather_slopes(*case), *case)
    refused = numbers(rng, 3, 2), np.array([0, -1, 2]), 4
    with expect.raises(ValueError, "an index of -1 in a tensor should raise a ValueError"):
        learner.kit.on_tensors(learner.gather_backward, *refused)


# batchnorm_backward ----------------------------------------------------------------------------

NORM = ("dx", "dgamma", "dbeta")


def normalized(x, gamma, beta, epsilon):
    """Batch normalization in training mode, for numbers that may have an imaginary part."""
    pooled = tuple(range(x.ndim))[:-1]
    apart = x - x.mean(axis=pooled)
    return gamma * apart / np.sqrt((apart**2).mean(axis=pooled) + epsilon) + beta


def norm_slopes(upstream, x, gamma, epsilon=1e-3):
    upstream, x, gamma = wide(upstream, x, gamma)
    return (
        slopes(lambda x: normalized(x, gamma, 0, epsilon), x, upstream),
        slopes(lambda gamma: normalized(x + 0j, gamma, 0, epsilon), gamma, upstream),
        slopes(lambda beta: normalized(x, gamma, beta, epsilon), np.zeros(gamma.shape), upstream),
    )


def norm_case(rng, *shape):
    """Features of different means and spreads, and a gamma for each, one of them negative."""
    features = np.arange(1, shape[-1] + 1)
    x = numbers(rng, *shape) * features.astype("float32") - features.astype("float32")
    gamma = np.resize(np.float32([1.5, -0.75, 2.0]), shape[-1])
    return numbers(rng, *shape) + np.float32(0.5), x, gamma


@check("batchnorm_backward")
def test_norm_beta(learner, rng):
    """dbeta is the sum of upstream over the batch."""
    case = norm_case(rng, 5, 3)
    claim = "dbeta should be the sum of upstream over the batch"
    one_is_right(learner.batchnorm_backward(*case), norm_slopes(*case)[2], NORM, "dbeta", claim)


@check("batchnorm_backward")
def test_norm_gamma(learner, rng):
    """dgamma is the sum over the batch of upstream times the normalized x."""
    case = norm_case(rng, 5, 3)
    claim = "dgamma should be the sum over the batch of upstream times the normalized x"
    one_is_right(learner.batchnorm_backward(*case), norm_slopes(*case)[1], NORM, "dgamma", claim)


@check("batchnorm_backward")
def test_norm_adds_up_to_0(learner, rng):
    """The slopes by all values of a feature add up to 0: to move them all changes nothing."""
    results = expect.items(learner.batchnorm_backward(*norm_case(rng, 5, 3)), 3, "there should be 3 results")
    with expect.about(results):
        claim = "moving all values of a feature changes nothing, so dx should add up to 0 for each feature"
        expect.close(np.sum(np.asarray(results[0], "float64"), axis=0), np.zeros(3), claim, **NEAR)


@check("batchnorm_backward")
def test_norm_input(learner, rng):
    """dx is right: through the numerator, the mean and the variance."""
    case = norm_case(rng, 5, 3)
    claim = "dx should have three terms: x is used in the numerator, the mean and the variance"
    one_is_right(learner.batchnorm_backward(*case), norm_slopes(*case)[0], NORM, "dx", claim)


@check("batchnorm_backward", after=test_norm_input)
def test_norm_epsilon(learner, rng):
    """epsilon is added to the variance, also where it is not small."""
    upstream, x, gamma = norm_case(rng, 5, 3)
    for epsilon in (0.5, 1e-5):
        results = learner.batchnorm_backward(upstream, x, gamma, epsilon=epsilon)
        expected = norm_slopes(upstream, x, gamma, epsilon)
        are_right(results, expected, NORM, f"{{}} should be right with epsilon={epsilon}")


@check("batchnorm_backward", after=test_norm_input)
def test_norm_images(learner, rng):
    """For images of shape (2, 3, 2, 3) all axes but the last are pooled."""
    case = norm_case(rng, 2, 3, 2, 3)
    claim = "{} should pool batch, height and width"
    are_right(learner.batchnorm_backward(*case), norm_slopes(*case), NORM, claim)


@check("batchnorm_backward", after=test_norm_input)
def test_norm_of_a_constant_feature(learner, rng):
    """A feature that is constant over the batch gives finite results."""
    upstream, x, gamma = norm_case(rng, 5, 3)
    x[:, 1] = 3.0
    results = learner.batchnorm_backward(upstream, x, gamma)
    are_right(results, norm_slopes(upstream, x, gamma), NORM, "{} should be right next to a constant feature")
    for value in (1000.1, -30000.7):
        x[:, 1] = value
        results = expect.items(learner.batchnorm_backward(upstream, x, gamma), 3, "there should be 3 results")
        for result, name in zip(results, NORM, strict=True):
            with expect.about(results):
                expect.finite(result, f"{name} should be finite with a feature that is always {value}")


@check("batchnorm_backward", after=test_norm_input)
def test_norm_in_half_precision(learner, rng):
    """float16 is computed in float32: a spread of 300 has a variance that float16 cannot hold."""
    upstream, x, gamma = (array.astype("float16") for array in norm_case(rng, 6, 3))
    x, gamma = 150 * x, 150 * gamma
    results = learner.batchnorm_backward(upstream, x, gamma)
    claim = "{} should be right in float16 with a spread of hundreds"
    are_right(results, norm_slopes(upstream, x, gamma), NORM, claim, **HALF)


@check("batchnorm_backward", after=test_norm_input)
def test_norm_dtypes(learner, rng):
    """Floating dtypes are kept; integers count as float32."""
    laws.keeps_dtypes(learner.batchnorm_backward, norm_slopes, *norm_case(rng, 6, 2), **BY_DTYPE)
    whole = [rng.integers(-9, 9, size=shape) for shape in ((5, 3), (5, 3), (3,))]
    laws.takes_integers(learner.batchnorm_backward, norm_slopes, whole)


@check("batchnorm_backward", after=test_norm_images)
def test_norm_of_tensors(learner, rng):
    """Tensors give what arrays give; the arrays that were given are as before."""
    for shape in ((5, 3), (2, 3, 2, 3)):
        case = norm_case(rng, *shape)
        same_for_tensors(learner, learner.batchnorm_backward, norm_slopes(*case), *case)


# mlp_gradients ---------------------------------------------------------------------------------


def loss_of(x, labels, weights):
    """The mean cross-entropy of the network, for numbers that may have an imaginary part."""
    for number, (kernel, bias) in enumerate(weights):
        x = (np.where(x.real > 0, x, 0) if number else x) @ kernel + bias
    return losses_of(x, labels).mean()


def network_slopes(x, labels, weights):
    """The loss, and the gradients in pairs."""
    x, weights = np.asarray(x, "float64"), [wide(*pair) for pair in weights]
    gradients = []
    for layer, pair in enumerate(weights):

        def loss_with(moved, place, layer=layer, pair=pair):
            changed = (moved, pair[1]) if place == 0 else (pair[0], moved)
            return loss_of(x, labels, [*weights[:layer], changed, *weights[layer + 1 :]])

        gradients.append(
            tuple(slopes(lambda moved, p=place: loss_with(moved, p), pair[place]) for place in (0, 1))
        )
    return float(loss_of(x + 0j, labels, weights).real), gradients


def network_case(rng, *widths, examples=6):
    """Inputs, labels and weights of a network; no relu gets a number so close to 0 that rounding matters."""
    while True:
        weights = [(numbers(rng, n, m), numbers(rng, m, scale=0.5)) for n, m in itertools.pairwise(widths)]
        x = numbers(rng, examples, widths[0])
        if _closest_to_0(x, weights) > 0.02:
            return x, rng.integers(0, widths[-1], size=examples), weights


def _closest_to_0(x, weights):
    closest = 1.0
    for pair in weights[: len(weights) - 1]:
        before = x @ pair[0] + pair[1]
        closest, x = min(closest, np.abs(before).min()), np.maximum(before, 0)
    return closest


def pairs_of(answer, count, dtype="float32"):
    """Loss and gradients of an answer, which has a pair for each layer."""
    answer = expect.items(answer, 2, "there should be two results: loss and gradients")
    with expect.about(answer):
        pairs = expect.items(
            answer[1], count, f"there should be {count} pairs of gradients, one for each layer"
        )
        pairs = [expect.items(pair, 2, "each layer should have a pair (dkernel, dbias)") for pair in pairs]
        for pair in pairs:
            for gradient in pair:
                expect.dtype(gradient, dtype, f"the gradients should be {dtype}")
    return answer[0], pairs


def trains(learner, claim, x, labels, weights, dtype="float32", call=None, **tolerance):
    """Loss and gradients are right."""
    call = call or learner.mlp_gradients
    answer = call(x, labels, weights)
    loss, pairs = pairs_of(answer, len(weights), dtype)
    want_loss, want_pairs = network_slopes(x, labels, weights)
    with expect.about(answer):
        is_loss(loss, want_loss, **tolerance)
        for number, (pair, want) in enumerate(zip(pairs, want_pairs, strict=True), start=1):
            for gradient, right, name in zip(pair, want, ("kernel", "bias"), strict=True):
                words = f"of the {name} of layer {number} of {len(weights)}"
                expect.shape(gradient, right.shape, f"the gradient {words} should have shape {right.shape}")
                expect.right_and_finite(gradient, right, f"{claim}: that {words}", **(tolerance or NEAR))


def is_loss(loss, want, **tolerance):
    found = expect.number(loss, "the loss should be one number")
    near = tolerance or NEAR
    expect.right_and_finite(np.asarray(found), want, "the loss should be the mean cross-entropy", **near)


@check("mlp_gradients")
def test_network_loss(learner, rng):
    """The loss is the mean cross-entropy of the last layer's outputs."""
    case = network_case(rng, 3, 4, 5)
    answer = expect.items(learner.mlp_gradients(*case), 2, "there should be two results: loss and gradients")
    with expect.about(answer):
        is_loss(answer[0], network_slopes(*case)[0])


@check("mlp_gradients")
def test_network_of_one_layer(learner, rng):
    """A single layer: no relu anywhere."""
    trains(learner, "the gradients should be right for one layer", *network_case(rng, 4, 3, examples=5))


@check("mlp_gradients", after=test_network_of_one_layer)
def test_network_of_two_layers(learner, rng):
    """Two layers with a relu between them; the gradients come first layer first."""
    trains(learner, "the gradients should be right for two layers", *network_case(rng, 3, 5, 4, examples=7))


@check("mlp_gradients", after=test_network_of_two_layers)
def test_network_of_three_layers(learner, rng):
    """Three layers; two of them are square, so that nothing but the values shows what is turned round."""
    case = network_case(rng, 3, 4, 4, 4, examples=5)
    trains(learner, "the gradients should be right for three layers", *case)


@check("mlp_gradients", after=test_network_of_two_layers)
def test_network_with_a_unit_at_exactly_0(learner):
    """Where a relu gets exactly 0, nothing goes back through it."""
    x, labels = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]], "float32"), np.array([0, 1, 1])
    # The first unit gets 2 * 1 - 2 = 0 from the first example and the second gets nothing from any.
    first = np.array([[2.0, 0.0, 1.0], [-1.0, 0.0, 0.5]], "float32"), np.zeros(3, "float32")
    second = np.array([[1.0, -0.5], [2.0, 1.0], [-1.0, 0.5]], "float32"), np.array([0.5, -0.5], "float32")
    claim = "the gradient of relu at exactly 0 should be 0"
    trains(learner, claim, x, labels, [first, second])


@check("mlp_gradients", after=test_network_of_one_layer)
def test_network_of_large_logits(learner):
    """Logits of ±10,000 give a finite loss and finite gradients, and right ones."""
    x, labels = np.array([[100.0], [-100.0], [50.0]], "float32"), np.array([1, 1, 0])
    weights = [(np.array([[100.0, -100.0, 0.0]], "float32"), np.array([0.0, 0.5, 1.0], "float32"))]
    trains(learner, "the gradients should be right at ±10,000", x, labels, weights, **FAR)


@check("mlp_gradients", after=test_network_of_one_layer)
def test_network_is_not_changed(learner, rng):
    """Inputs and weights are as before: nobody has taken a step yet."""
    laws.changes_no_argument(learner, learner.mlp_gradients, *network_case(rng, 3, 4, 2, 3))


@check("mlp_gradients", after=test_network_of_two_layers)
def test_network_dtypes(learner, rng):
    """Floating dtypes are kept; integers count as float32."""
    x, labels, weights = network_case(rng, 3, 4, 2)
    for dtype, near in BY_DTYPE.items():
        cast = [tuple(each.astype(dtype) for each in pair) for pair in weights]
        claim = f"the gradients should be right in {dtype}"
        trains(learner, claim, x.astype(dtype), labels, cast, dtype, **near)
    whole = [(rng.integers(-2, 3, size=(3, 2)), np.array([1, 0]))]
    trains(
        learner, "the gradients should be right for integers", rng.integers(0, 3, size=(6, 3)), labels, whole
    )
