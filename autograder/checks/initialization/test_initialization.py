"""Checks of the topic `initialization`.

Weights are random, and correct implementations draw different ones. What is checked of them is structure
(what repeats, what is at right angles) and statistics within 5 standard deviations. That Q of a QR
decomposition has signs that are not random shows in its trace: of an even draw it has mean 0 and a deviation
of 1, whatever the size, and of an uncorrected one of 80 by 80 it is near -5. Three draws tell the two apart.

Matrices that are multiplied here stay below 260,000 products. For larger ones NumPy's linear algebra starts
threads, which go on waiting at full speed for more to do, long after the product is there.

The gains are integrals by SciPy, piece by piece between kinks; networks are NumPy in float64.
"""

import functools
import itertools
import math

import numpy as np
from scipy import integrate

from nnlearn.checking import check, expect, laws

# What is left of the deviation of a normal distribution, cut at 2 deviations.
CUT = 0.87962566103423978
DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
MODES = ("fan_in", "fan_out", "fan_avg")
KURTOSIS = {"truncated_normal": 2.361, "untruncated_normal": 3.0, "uniform": 1.8}


# compute_fans ----------------------------------------------------------------------------------


def fans(learner, *cases):
    """The fans of each shape are right, as Python ints."""
    for shape, want in cases:
        got = learner.compute_fans(shape)
        with expect.about(got):
            both = expect.items(got, 2, "there should be two fans")
            for name, fan, right in zip(("fan_in", "fan_out"), both, want, strict=True):
                kind = str(fan.dtype) if expect.is_array(fan) else type(fan).__name__
                expect.true(type(fan) is int, "fans should be Python ints", f"{fan} is {kind}")
                expect.same(fan, right, f"{name} of {shape} should be {right}")


@check("compute_fans")
def test_fans_of_a_matrix(learner):
    """A matrix of shape (n, m) has the fans n and m."""
    fans(learner, ((64, 10), (64, 10)), ((3, 128), (3, 128)))


@check("compute_fans")
def test_fans_of_a_convolution(learner):
    """In a kernel (height, width, in, out) the window multiplies both fans."""
    fans(learner, ((3, 5, 16, 32), (240, 480)), ((1, 1, 7, 4), (7, 4)))


@check("compute_fans")
def test_fans_of_a_vector_and_of_nothing(learner):
    """A shape of one axis has its length twice, and () has 1 and 1."""
    fans(learner, ((12,), (12, 12)), ((), (1, 1)))


@check("compute_fans", hidden=True, after=test_fans_of_a_convolution)
def test_fans_of_other_kernels(learner):
    """The window may have one axis or three; a depthwise kernel is counted as Keras does."""
    cases = [((5, 8, 4), (40, 20)), ((2, 3, 4, 5, 7), (120, 168)), ((3, 3, 32, 1), (288, 9))]
    fans(learner, *cases, ((2, 1, 2, 1, 3, 5), (12, 20)))


@check("compute_fans", hidden=True, after=test_fans_of_a_matrix)
def test_fans_of_empty_kernels(learner):
    """A size of 0 is a number like any other."""
    fans(
        learner, ((0, 4), (0, 4)), ((4, 0), (4, 0)), ((0,), (0, 0)), ((3, 0, 4), (0, 12)), ((0, 3, 4), (0, 0))
    )


@check("compute_fans", hidden=True, after=test_fans_of_a_matrix)
def test_fans_of_a_list(learner):
    """A list is as good as a tuple."""
    fans(learner, ([6, 5], (6, 5)), ([3, 3, 2, 8], (18, 72)), ([], (1, 1)), ([9], (9, 9)))


# variance_scaling ------------------------------------------------------------------------------


def fan_of(shape, mode):
    """The fan by which the variance is divided, worked out without a learner's help."""
    window = int(np.prod(shape[:-2]))
    into, out = window * shape[-2 if len(shape) > 1 else -1], window * shape[-1]
    return {"fan_in": into, "fan_out": out, "fan_avg": (into + out) / 2}[mode]


def in_steps(ratio):
    """A ratio that has come out of random numbers, so coarsely that other random numbers give the same.

    A step is 7 %. With that, 0.88, 1 / sqrt(2), sqrt(3) and the like lie far from where it is rounded.
    """
    return round(math.log(ratio) / 0.068)


def weight_facts(w, deviation):
    """What does not depend on which numbers fell: dtype, spread, tails, a heap at the border, mean."""
    if not expect.is_array(w) or not w.size or w.dtype.kind != "f":
        return {"is": str(w.dtype) if expect.is_array(w) else type(w).__name__}
    wide = w.astype(float)
    spread = wide.std()
    if not np.isfinite(spread) or spread == 0:
        return {"shape": list(w.shape), "spread": str(spread)}
    sizes = np.abs(wide)
    largest = sizes.max()
    tails = largest / spread
    return {
        "shape": list(w.shape),
        "dtype": w.dtype.name,
        "spread": in_steps(spread / deviation),
        "tails": "even" if tails < 1.76 else "cut" if tails < 2.29 else "far" if tails > 3 else "none",
        "outside": int(3 * (sizes > 2.3 * spread).mean() ** 0.5 * 10) // 2,
        "piled up": bool((sizes > 0.999 * largest).mean() > 0.01),
        "mean": int(np.sign(wide.mean())) if abs(wide.mean()) > 5 * spread / math.sqrt(w.size) else 0,
        "rows differ": not np.array_equal(w[0], w[-1]),
    }


def is_drawn(w, shape, deviation, distribution, words):
    """Shape, mean, spread and tails of weights are right, within 5 standard deviations."""
    expect.shape(w, shape)
    expect.finite(w, "weights should be finite")
    wide = np.asarray(w).astype(float)
    with expect.about(w):
        claim = f"{words}, weights should have mean 0, within 5 standard deviations"
        expect.likely(wide.mean(), 0, deviation / math.sqrt(wide.size), claim)
        claim = f"{words}, weights should have the standard deviation {deviation:.4g}"
        noise = deviation * math.sqrt((KURTOSIS[distribution] - 1) / (4 * wide.size))
        expect.likely(wide.std(), deviation, noise, claim)
        largest = np.abs(wide).max() / deviation
        if distribution.startswith("uniform"):
            claim = "the largest of uniform weights should be just below sqrt(3) standard deviations"
            expect.between(largest, math.sqrt(3) * (1 - 60 / wide.size), math.sqrt(3) * 1.001, claim)
        elif distribution.startswith("truncated"):
            claim = "the largest weight should be just below 2 / 0.8796 = 2.274 standard deviations"
            expect.between(largest, 2 / CUT * (1 - 60 / wide.size), 2 / CUT * 1.001, claim)
            piled = (np.abs(wide) > 0.999 * np.abs(wide).max()).mean()
            expect.true(piled < 0.01, "what is cut off should be drawn again", "it is moved to the border")
        else:
            expect.true(largest > 3, "a normal distribution that is not cut should go beyond 3 deviations")


def draws(learner, cases):
    """For each case (shape, scale, mode, distribution) the weights are as they should be: these weights."""
    answers, found = [], []
    for number, (shape, scale, mode, distribution) in enumerate(cases):
        w = learner.variance_scaling(
            shape, scale=scale, mode=mode, distribution=distribution, seed=number + 3
        )
        deviation = math.sqrt(scale / max(1, fan_of(shape, mode)))
        answers.append((w, shape, deviation, distribution, f"with {mode} and scale {scale:g}"))
        found.append(weight_facts(w, deviation))
    learner.observed(found)
    for answer in answers:
        is_drawn(*answer)
        expect.dtype(answer[0], "float32", "weights should be float32 by default")
    return [w for w, *_ in answers]


@check("variance_scaling")
def test_scaling_by_default(learner):
    """By default weights are float32, from a truncated normal with variance 1 / fan_in."""
    w = learner.variance_scaling((100, 200), seed=3)
    deviation = math.sqrt(1 / 100)
    learner.observed(weight_facts(w, deviation))
    is_drawn(w, (100, 200), deviation, "truncated_normal", "by default")
    expect.dtype(w, "float32", "weights should be float32 by default")


@check("variance_scaling", after=test_scaling_by_default)
def test_scaling_by_mode(learner):
    """The variance is scale / fan_in, scale / fan_out, or scale over the mean of the two."""
    draws(learner, [((60, 120), 1.0, mode, "untruncated_normal") for mode in MODES])


@check("variance_scaling", after=test_scaling_by_default)
def test_scaling_of_distributions(learner):
    """Each distribution has the variance that is asked for, and its own tails."""
    draws(learner, [((60, 120), 2.0, "fan_in", name) for name in DISTRIBUTIONS])


@check("variance_scaling", after=test_scaling_by_default)
def test_scaling_of_convolutions(learner):
    """In a kernel (height, width, in, out) the window counts in both fans."""
    draws(learner, [((3, 3, 15, 40), 1.0, mode, "uniform") for mode in MODES])


@check("variance_scaling")
def test_scaling_refuses_nonsense(learner):
    """A scale of 0 or below, and words that are unknown, raise a ValueError."""
    for wrong in ({"scale": -2.0}, {"scale": 0.0}, {"mode": "fan"}, {"distribution": "gauss"}):
        (name, value), *_ = wrong.items()
        with expect.raises(ValueError, f"{name}={value!r} should raise a ValueError"):
            learner.variance_scaling((4, 3), **wrong)
            learner.observed({"accepted": f"{name}={value!r}"})


def from_seed(make, learner, seed, **kwargs):
    """A draw of the part `make` from a seed."""
    return make(learner)(seed=seed, **kwargs)


def scaled(learner):
    return functools.partial(learner.variance_scaling, (5, 4))


def square(learner):
    return functools.partial(learner.orthogonal, (6, 4))


def follows_an_integer(learner, make, pairs=((4, 5), (0, 6)), **kwargs):
    draw = functools.partial(from_seed, make, learner, **kwargs)
    for seeds in pairs:  # 0 is a seed as good as any
        laws.follows_seed(learner, draw, drawn="weights", seeds=seeds)


def follows_a_generator(learner, make, **kwargs):
    def start(seed):
        return functools.partial(make(learner), seed=learner.keras.random.SeedGenerator(seed), **kwargs)

    laws.follows_generator(learner, start, drawn="weights")


def draws_anew_without_a_seed(learner, make, **kwargs):
    first, second = (make(learner)(**kwargs) for _ in range(2))
    learner.observed({"without a seed": "the same" if expect.equal(first, second) else "anew"})
    with expect.about(second):
        expect.different(first, second, "without a seed, each call should draw other weights")


def leaves_global_generators_alone(learner, part, shape):
    """What Python, NumPy, TensorFlow and Keras draw next is the same with a call in between and without."""
    for words, seed in (("an integer", 4), ("a generator", learner.keras.random.SeedGenerator(4))):
        moved = learner.kit.moved_generators(part, shape, seed=seed)
        claim = f"with {words} as the seed, no global generator should be moved"
        expect.same(moved, [], claim)


@check("variance_scaling")
def test_scaling_follows_a_seed(learner):
    """The same integer gives the same weights, another one others."""
    follows_an_integer(learner, scaled)


@check("variance_scaling")
def test_scaling_follows_a_generator(learner):
    """A SeedGenerator moves on at each call; the same seed gives the same sequence."""
    follows_a_generator(learner, scaled)


@check("variance_scaling")
def test_scaling_without_a_seed(learner):
    """Without a seed each call draws other weights."""
    draws_anew_without_a_seed(learner, scaled)


@check("variance_scaling", hidden=True, after=test_scaling_by_mode)
def test_scaling_in_every_combination(learner):
    """Mode, distribution and scale do not get in each other's way."""
    pairs = [(mode, name) for mode in MODES[1:] for name in DISTRIBUTIONS]  # fan_in was there before
    draws(learner, [((60, 105), (0.3, 5.0)[i % 2], *pair) for i, pair in enumerate(pairs)])


@check("variance_scaling", hidden=True, after=test_scaling_of_distributions)
def test_scaling_over_many_draws(learner):
    """Over 60,000 draws the spread is right to within 1.5 %, and no two rows are the same."""
    w, *_ = draws(learner, [((300, 200), 1.0, "fan_in", name) for name in DISTRIBUTIONS])
    rows = np.asarray(w)[::5]
    values = len(np.unique(rows)) / rows.size
    learner.observed({"values": round(values, 1)})
    with expect.about(w):
        expect.true(values > 0.9, "each weight should be drawn by itself", f"{values:.0%} are different")


@check("variance_scaling", hidden=True, after=test_scaling_by_default)
def test_scaling_in_every_dtype(learner):
    """Weights have the dtype that is asked for, from every distribution."""
    for dtype in ("float64", "float16"):  # float32, the default, is in all others
        for name in DISTRIBUTIONS:
            w = learner.variance_scaling((60, 150), distribution=name, seed=1, dtype=dtype)
            learner.observed(weight_facts(w, math.sqrt(1 / 60)))
            expect.dtype(w, dtype, f"dtype={dtype!r} should give {dtype}")
            is_drawn(w, (60, 150), math.sqrt(1 / 60), name, f"in {dtype}")


@check("variance_scaling", hidden=True, after=test_scaling_by_default)
def test_scaling_of_other_shapes(learner):
    """One axis, three, five, and sizes of 0; a fan below 1 counts as 1."""
    shapes = ((6000,), (5, 20, 60), (2, 2, 3, 10, 50))
    cases = [(shape, 2.0, "fan_out", "untruncated_normal") for shape in shapes]
    draws(learner, [*cases, ((1, 9000), 2.0, "fan_in", "uniform")])
    for shape, mode in (((0, 4), "fan_in"), ((4, 0), "fan_out"), ((0,), "fan_avg")):
        w = learner.variance_scaling(shape, mode=mode, seed=1)
        learner.observed({"shape": list(np.shape(w))})
        expect.shape(w, shape, f"shape {shape} should give no weights, and no division by zero")


@check("variance_scaling", hidden=True, after=test_scaling_by_mode)
def test_scaling_by_an_odd_sum(learner):
    """The mean of 60 and 61 is 60.5: uniform weights come near the limit that this makes, and not beyond."""
    w = learner.variance_scaling((60, 61), mode="fan_avg", distribution="uniform", seed=1)
    limit = math.sqrt(3 / 60.5)
    largest = np.abs(np.asarray(w)).max() / limit
    learner.observed({"largest": "right" if 0.9965 < largest < 1.001 else round(float(largest), 2)})
    claim = f"uniform weights of shape (60, 61) with fan_avg should stay within sqrt(3 / 60.5) = {limit:.4f}"
    with expect.about(w):
        # One of 3,660 numbers is that near, but for 3 draws in a million. A fan of 60 or 61 is 0.4 % off.
        expect.between(largest, 0.9965, 1.001, f"{claim}, and come near that")


@check("variance_scaling", hidden=True, after=test_scaling_follows_a_seed)
def test_scaling_follows_seeds_in_every_distribution(learner):
    """Integers, generators and None do what they should for each distribution."""
    for name in DISTRIBUTIONS[1:]:
        follows_an_integer(learner, scaled, pairs=((0, 6),), distribution=name)
        follows_a_generator(learner, scaled, distribution=name)
        draws_anew_without_a_seed(learner, scaled, distribution=name)


@check("variance_scaling", hidden=True)
def test_scaling_leaves_global_generators_alone(learner):
    """With an integer or a generator as the seed, global generators stay as they are."""
    leaves_global_generators_alone(learner, learner.variance_scaling, (4, 3))


# orthogonal ------------------------------------------------------------------------------------


# What rounding does to lengths and products of columns: each entry is off by 0.05 % of itself at most.
NEAR = {"float16": 1.2e-3, "float64": 1e-9}


def kernel_facts(q, shape):
    """What does not depend on which kernel fell: what is at right angles, and how long it is."""
    if not expect.is_array(q) or q.shape != tuple(shape) or q.dtype.kind != "f":
        return {"is": list(q.shape) if expect.is_array(q) else type(q).__name__}
    wide = q.astype(float)
    matrices = {"last": wide.reshape(-1, q.shape[-1]), "first": wide.reshape(len(q), -1)}
    found = {"dtype": q.dtype.name}
    for axis, matrix in matrices.items():
        for side, gram in (("columns", matrix.T @ matrix), ("rows", matrix @ matrix.T)):
            lengths = np.sqrt(gram.diagonal())
            near = NEAR.get(q.dtype.name, 1e-4) * max(1.0, float(lengths.max()) ** 2)
            found[f"{side}, {axis} axis"] = [
                bool(np.abs(gram - np.diag(gram.diagonal())).max() < near),
                round(float(lengths[0]), 2) if np.ptp(lengths) < near else "uneven",
            ]
    return found


def is_orthogonal(learner, shape, gain=None, dtype="float32", seed=3):
    """The smaller side of the kernel, flattened to a matrix, is orthonormal but for the gain."""
    given = {} if gain is None else {"gain": gain}
    if dtype != "float32":
        given["dtype"] = dtype
    q, gain = learner.orthogonal(shape, **given, seed=seed), 1.0 if gain is None else gain
    learner.observed(kernel_facts(q, shape))
    expect.shape(q, shape)
    expect.dtype(q, dtype, f"the kernel should be {dtype}")
    matrix = np.asarray(q).astype(float).reshape(-1, shape[-1])
    tall = matrix.shape[0] >= matrix.shape[1]
    gram = matrix.T @ matrix if tall else matrix @ matrix.T
    side = "columns" if tall else "rows"
    close = NEAR.get(dtype, 1e-4)
    with expect.about(q):
        claim = f"as a matrix of shape {matrix.shape}, the kernel should have {side} of length {gain:g}"
        expect.close(np.sqrt(gram.diagonal()), np.full(len(gram), gain), claim, rtol=close, atol=0)
        claim = f"as a matrix of shape {matrix.shape}, its {side} should be at right angles: products of 0"
        expect.close(gram - np.diag(gram.diagonal()), np.zeros_like(gram), claim, atol=close * gain**2)


def is_even(learner, shape, draws=3):
    """The trace of several kernels is 0 on average, as it is where signs are random."""
    kernels = [learner.orthogonal(shape, seed=seed) for seed in range(draws)]
    traces = np.array([np.trace(np.asarray(q).astype(float)) for q in kernels])
    deviation = math.sqrt(min(shape) / max(shape) / draws)
    mean = traces.mean()
    side = 0 if abs(mean) < 5 * deviation else int(np.sign(mean))
    learner.observed({"trace": side, "shape": list(np.shape(kernels[0]))})
    claim = "signs should be random: the mean diagonal entry should be 0, within 5 standard deviations"
    with expect.about(kernels[-1]):
        expect.likely(mean / min(shape), 0, deviation / min(shape), claim)


@check("orthogonal")
def test_orthogonal_columns(learner):
    """A square or tall kernel has columns of length 1 at right angles."""
    is_orthogonal(learner, (6, 4))
    is_orthogonal(learner, (5, 5))


@check("orthogonal")
def test_orthogonal_rows(learner):
    """A wide kernel has rows of length 1 at right angles."""
    is_orthogonal(learner, (3, 7))


@check("orthogonal", after=test_orthogonal_columns)
def test_orthogonal_convolutions(learner):
    """Of a convolution kernel all axes but the last are the rows of the matrix."""
    is_orthogonal(learner, (3, 2, 2, 5))
    is_orthogonal(learner, (2, 3, 11))


@check("orthogonal", after=test_orthogonal_columns)
def test_orthogonal_gain(learner):
    """The lengths are those of gain."""
    is_orthogonal(learner, (6, 4), gain=2.5)
    is_orthogonal(learner, (3, 7), gain=0.3)


@check("orthogonal", after=test_orthogonal_columns)
def test_orthogonal_signs(learner):
    """All orthogonal matrices are equally likely: the signs of the decomposition are corrected."""
    is_even(learner, (80, 80))


@check("orthogonal")
def test_orthogonal_refuses_vectors(learner):
    """A shape with fewer than two axes raises a ValueError."""
    laws.refuses(learner.orthogonal, {"the shape (5,)": ((5,),), "the shape ()": ((),)})


@check("orthogonal")
def test_orthogonal_follows_a_seed(learner):
    """The same integer gives the same kernel, another one another."""
    follows_an_integer(learner, square)


@check("orthogonal")
def test_orthogonal_follows_a_generator(learner):
    """A SeedGenerator moves on at each call; the same seed gives the same sequence."""
    follows_a_generator(learner, square)


@check("orthogonal")
def test_orthogonal_without_a_seed(learner):
    """Without a seed each call draws another kernel."""
    draws_anew_without_a_seed(learner, square)


@check("orthogonal", after=test_orthogonal_columns)
def test_orthogonal_dtypes(learner):
    """float16 and float64 kernels have their dtype, float16 ones as exact as rounding allows."""
    is_orthogonal(learner, (60, 60), dtype="float16")
    is_orthogonal(learner, (3, 5), dtype="float64")


@check("orthogonal", hidden=True, after=test_orthogonal_gain)
def test_orthogonal_of_other_shapes(learner):
    """One row, one column, one number, several axes, with a gain and in each dtype."""
    for shape, gain, dtype in (
        ((1, 6), 1.7, "float32"),
        ((6, 1), 0.5, "float64"),
        ((1, 1), 3.0, "float32"),
        ((2, 2, 2, 2, 3), 0.8, "float16"),
        ((1, 2, 9), 1.3, "float64"),
    ):
        is_orthogonal(learner, shape, gain, dtype, seed=8)


@check("orthogonal", hidden=True, after=test_orthogonal_signs)
def test_orthogonal_signs_of_other_shapes(learner):
    """Tall and wide kernels are equally likely in every direction too."""
    is_even(learner, (100, 50))
    is_even(learner, (50, 100))


@check("orthogonal", hidden=True, after=test_orthogonal_columns)
def test_orthogonal_in_every_direction(learner):
    """The entries of a column are those of a direction drawn evenly: nearly normal, with mean 0."""
    q = learner.orthogonal((400, 6), seed=12)
    scaled_up = np.asarray(q).astype(float) * 20
    facts = {"shape": list(scaled_up.shape)}
    if scaled_up.shape == (400, 6):
        tails, means = (scaled_up**4).mean(), np.abs(scaled_up.mean(axis=0)).max() * 20
        facts |= {"tails": bool(abs(tails - 3) < 0.5), "mean": bool(means < 5.5)}
    learner.observed(facts)
    expect.shape(q, (400, 6))
    with expect.about(q):
        claim = "no direction should be preferred: the mean of a column should be near 0"
        expect.true(means < 5.5, claim)
        claim = "entries should be spread as those of an evenly drawn direction (fourth moment 3)"
        expect.likely(tails, 3, 0.1, claim)


@check("orthogonal", hidden=True)
def test_orthogonal_leaves_global_generators_alone(learner):
    """With an integer or a generator as the seed, global generators stay as they are."""
    leaves_global_generators_alone(learner, learner.orthogonal, (4, 3))


# activation_gain -------------------------------------------------------------------------------


def erf_of(x):
    return np.vectorize(math.erf)(x)


def elu(z, alpha=1.0):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


# What Keras' functions of these names compute, and where they have kinks or jumps.
FUNCTIONS = {
    "relu": (lambda z: np.maximum(z, 0), (0,)),
    "tanh": (np.tanh, ()),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), ()),
    "selu": (lambda z: 1.0507009873554805 * elu(z, 1.6732632423543772), (0,)),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.2 * z), (0,)),
    "linear": (lambda z: z, ()),
    "exponential": (np.exp, ()),
    "gelu": (lambda z: z * (1 + erf_of(z / math.sqrt(2))) / 2, ()),
    "softplus": (lambda z: np.logaddexp(0, z), ()),
    "hard_tanh": (lambda z: np.clip(z, -1, 1), (-1, 1)),
    "hard_shrink": (lambda z: np.where(np.abs(z) > 0.5, z, 0.0), (-0.5, 0.5)),
    "soft_shrink": (lambda z: np.sign(z) * np.maximum(np.abs(z) - 0.5, 0), (-0.5, 0.5)),
    "relu6": (lambda z: np.clip(z, 0, 6), (0, 6)),
    "square": (np.square, ()),
    "sign": (np.sign, (0,)),
    "cos": (np.cos, ()),
}
IN_OPS = ("square", "sign", "cos")


@functools.cache
def gain_of(name):
    """`1 / sqrt(E[f(z)**2])` by SciPy, between the kinks one by one."""
    f, kinks = FUNCTIONS[name]
    edges = [-12, *kinks, 12]

    def weighed(z):
        return f(z) ** 2 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    pieces = [integrate.quad(weighed, *pair, limit=200)[0] for pair in itertools.pairwise(edges)]
    return 1 / math.sqrt(sum(pieces))


def gains(learner, *names):
    """The gain of each function is right to a thousandth, and the same again."""
    answers, found = [], []
    for name in names:
        fn = getattr(learner.keras.ops if name in IN_OPS else learner.keras.activations, name)
        got = learner.activation_gain(fn)
        answers.append((got, name))
        number = float(got) if expect.is_number(got) else math.nan
        found.append([type(got).__name__, number / gain_of(name)])
    ratios = np.array([ratio for _, ratio in found])
    near = np.abs(ratios - 1) < 5e-2
    if near.all():
        right = np.abs(ratios - 1) <= 1e-3
        kinds = sorted({kind for kind, _ in found})
        learner.observed({"gains": "right" if right.all() else "near", "kinds": kinds})
    else:
        learner.observed(
            [[kind, str(ratio) if not np.isfinite(ratio) else round(ratio, 2)] for kind, ratio in found]
        )
    for got, name in answers:
        claim = f"the gain of {name} should be {gain_of(name):.4f}, right to a thousandth"
        value = expect.number(got, claim)
        with expect.about(got):
            expect.close(np.float64(value), gain_of(name), claim, rtol=1e-3, atol=0, but="it is {got}")


@check("activation_gain")
def test_gain_of_common_functions(learner):
    """Relu has the root of 2; tanh, sigmoid, selu, leaky relu and the identity have gains of their own."""
    gains(learner, "relu", "tanh", "sigmoid", "selu", "leaky_relu", "linear")


@check("activation_gain")
def test_gain_of_a_function_that_grows(learner):
    """A function that grows like exp has its gain: a grid goes far enough, and leaves nothing to chance."""
    gains(learner, "exponential", "square")


@check("activation_gain")
def test_gain_of_a_function_with_kinks(learner):
    """A function may have kinks and jumps anywhere."""
    gains(learner, "hard_tanh", "hard_shrink")


@check("activation_gain")
def test_gain_is_the_same_again(learner):
    """The same function has the same gain at each call, as a Python float."""
    first, second = (learner.activation_gain(learner.keras.ops.tanh) for _ in range(2))
    learner.observed({"again": expect.equal(first, second) or first == second, "is": type(first).__name__})
    with expect.about(second):
        expect.true(
            type(second) is float, "the gain should be a Python float", f"it is {type(second).__name__}"
        )
        expect.same(second, first, "the same function should have the same gain again")


@check("activation_gain")
def test_gain_of_nothing(learner):
    """A function that is 0 everywhere has no gain: a ValueError."""
    with expect.raises(ValueError, "a function that is 0 everywhere should raise a ValueError"):
        learner.activation_gain(learner.keras.ops.zeros_like)


@check("activation_gain", hidden=True, after=test_gain_of_common_functions)
def test_gain_of_other_functions(learner):
    """Functions of many kinds have their gains, smooth ones and others."""
    gains(learner, "gelu", "softplus", "soft_shrink", "relu6", "sign", "cos")


@check("activation_gain", hidden=True, after=test_gain_is_the_same_again)
def test_gain_draws_nothing(learner):
    """No random number is drawn."""
    moved = learner.kit.moved_generators(learner.activation_gain, learner.keras.ops.relu)
    expect.same(moved, [], "nothing should be drawn at random: no global generator should be moved")


# propagate_stats -------------------------------------------------------------------------------

SLOPES = {
    "relu": (lambda z: np.maximum(z, 0), lambda z: np.float64(z > 0)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (
        lambda z: 1 / (1 + np.exp(-z)),
        lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    ),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.2 * z), lambda z: np.where(z > 0, 1.0, 0.2)),
}


def signals(x, kernels, activation):
    """The z of each kernel, in float64."""
    f, _ = SLOPES[activation]
    zs, signal = [], np.asarray(x, float)
    for kernel in kernels:
        zs.append(signal @ np.asarray(kernel, float))
        signal = f(zs[-1])
    return zs


def stats(x, kernels, activation, upstream):
    """What `propagate_stats` should return."""
    zs, gradients = signals(x, kernels, activation), [np.asarray(upstream, float)]
    for z, kernel in zip(zs[-2::-1], kernels[:0:-1], strict=True):
        gradients.append(gradients[-1] @ np.asarray(kernel, float).T * SLOPES[activation][1](z))
    return [z.std() for z in zs], [gradient.std() for gradient in reversed(gradients)]


def case(rng, widths=(4, 6, 3, 2), batch=5, scale=1.0, dtype="float32"):
    """Inputs, kernels and an upstream gradient, with means that are not 0."""
    kernels = [(rng.normal(0.25, 0.6, pair) * scale).astype(dtype) for pair in itertools.pairwise(widths)]
    x, upstream = rng.normal(0.4, 1, (batch, widths[0])), rng.normal(0.5, 1, (batch, widths[-1]))
    return x.astype(dtype), kernels, upstream.astype(dtype)


def measured(learner, x, kernels, activation, upstream, words="", sides=("forward", "backward")):
    """Both lists of `propagate_stats` are right."""
    answer = learner.propagate_stats(x, kernels, getattr(learner.keras.ops, activation), upstream)
    with expect.about(answer):
        both = expect.items(answer, 2, "there should be two lists, forward and backward")
        for name, got, want in zip(
            ("forward", "backward"), both, stats(x, kernels, activation, upstream), strict=True
        ):
            entries = expect.items(
                got, len(want), f"{name} should have an entry for each of {len(want)} kernels"
            )
            kinds = {type(entry).__name__ for entry in entries}
            expect.true(
                kinds == {"float"}, f"{name} should hold Python floats", f"it holds {', '.join(kinds)}"
            )
            if name in sides:
                claim = f"{words}{name} should be the standard deviations, layer by layer"
                expect.close(
                    np.array(entries),
                    want,
                    claim,
                    rtol=1e-4,
                    atol=0,
                    but="entry {0} is {got}, not {expected}",
                )


@check("propagate_stats")
def test_stats_of_one_layer(learner, rng):
    """With one kernel forward is the spread of x @ kernel, and backward that of upstream."""
    measured(learner, *(lambda x, k, u: (x, k, "tanh", u))(*case(rng, (4, 3))))


@check("propagate_stats", after=test_stats_of_one_layer)
def test_stats_forward(learner, rng):
    """Forward holds the spread of each z, before the activation."""
    x, kernels, upstream = case(rng)
    measured(learner, x, kernels, "tanh", upstream, sides=("forward",))


@check("propagate_stats", after=test_stats_forward)
def test_stats_backward(learner, rng):
    """Backward holds the spread of the gradient by each z."""
    for activation in ("tanh", "relu"):
        x, kernels, upstream = case(rng)
        measured(learner, x, kernels, activation, upstream, f"with {activation}, ")


@check("propagate_stats", after=test_stats_forward)
def test_stats_of_a_small_batch(learner, rng):
    """The standard deviation is the population's: three examples and two units are six numbers."""
    x, kernels, upstream = case(rng, (2, 2), batch=3)
    measured(learner, x, kernels, "relu", upstream)


@check("propagate_stats", after=test_stats_forward)
def test_stats_of_tiny_signals(learner, rng):
    """A spread of 1e-25 is not 0: squares are taken in float64."""
    x, kernels, upstream = case(rng, (4, 6, 3, 2), scale=1e-9)
    measured(learner, x, kernels, "tanh", upstream, "for tiny kernels, ")


@check("propagate_stats", hidden=True, after=test_stats_backward)
def test_stats_of_seven_layers(learner, rng):
    """Seven layers that shrink a signal to 1e-30 are measured to the end, both ways."""
    x, kernels, upstream = case(rng, (6,) * 8, batch=4, scale=3e-5)
    measured(learner, x, kernels, "leaky_relu", upstream, "in seven layers, ")


@check("propagate_stats", hidden=True, after=test_stats_backward)
def test_stats_of_other_networks(learner, rng):
    """Other activations, depths and batches, in float64, and integers as inputs."""
    x, kernels, upstream = case(rng, (3, 5, 5, 2), batch=2, dtype="float64")
    measured(learner, x, kernels, "sigmoid", upstream, "in float64, ")
    x, kernels, upstream = case(rng, (7, 2, 4), batch=1)
    measured(learner, x, tuple(kernels), "tanh", upstream, "for a batch of one, ")
    x, kernels, upstream = case(rng, (3, 4, 2), batch=6)
    measured(learner, rng.integers(-3, 4, x.shape), kernels, "relu", upstream, "for integers, ")


@check("propagate_stats", hidden=True, after=test_stats_forward)
def test_stats_change_nothing(learner, rng):
    """What was given is left as it was."""
    x, kernels, upstream = case(rng)
    laws.changes_no_argument(learner, learner.propagate_stats, x, kernels, learner.keras.ops.relu, upstream)


# lsuv ------------------------------------------------------------------------------------------


def rescaled(learner, x, kernels, activation, words=""):
    """Each kernel is a positive multiple of the old one, and each z of the new network has spread 1."""
    answer, moment = learner.lsuv(x, kernels, getattr(learner.keras.ops, activation)), learner.so_far()
    claim = f"there should be a list of {len(kernels)} kernels"
    new = expect.items(answer, len(kernels), claim)
    with expect.about(moment):
        for number, (got, old) in enumerate(zip(new, kernels, strict=True)):
            expect.shape(got, old.shape, f"kernel {number} should keep its shape")
            expect.dtype(got, old.dtype.name, f"kernel {number} should keep its dtype")
            expect.finite(got, f"kernel {number} should be finite")
            wide, before = np.asarray(got).astype(float), old.astype(float)
            factor = (wide * before).sum() / (before**2).sum()
            claim = f"kernel {number} should be the old one times one number"
            expect.close(wide, factor * before, claim, rtol=1e-4, atol=1e-5 * np.abs(wide).max())
            expect.true(
                factor > 0, f"the factor of kernel {number} should be positive", f"it is {factor:.4g}"
            )
        spreads = np.array([z.std() for z in signals(x, [np.asarray(kernel) for kernel in new], activation)])
        claim = f"{words}each z of the new network should have standard deviation 1"
        detail = "that of kernel {0} is {got}"
        expect.close(spreads, np.ones(len(spreads)), claim, rtol=0, atol=1.5e-4, but=detail)


def uneven(rng, widths=(5, 6, 4, 3, 2), scales=(3, 0.01, 5, 0.2), batch=8, dtype="float32"):
    """A batch and kernels of very different sizes."""
    pairs = itertools.pairwise(widths)
    kernels = [(rng.normal(0.2, 1, pair) * s).astype(dtype) for pair, s in zip(pairs, scales, strict=True)]
    return rng.normal(0.4, 1, (batch, widths[0])).astype(dtype), kernels


@check("lsuv")
def test_lsuv_of_one_layer(learner, rng):
    """A single kernel is divided by the spread of x @ kernel."""
    rescaled(learner, *uneven(rng, (5, 4), (3,)), "tanh")


@check("lsuv", after=test_lsuv_of_one_layer)
def test_lsuv_with_tanh(learner, rng):
    """Kernels of scale 3, 0.01, 5 and 0.2 are brought to spread 1 one after the other."""
    rescaled(learner, *uneven(rng), "tanh", "with tanh, ")


@check("lsuv", after=test_lsuv_of_one_layer)
def test_lsuv_with_relu(learner, rng):
    """It works for relu in the same way."""
    rescaled(learner, *uneven(rng), "relu", "with relu, ")


@check("lsuv")
def test_lsuv_leaves_its_arguments(learner, rng):
    """The kernels that were given, and their list, are as before."""
    x, kernels = uneven(rng)
    laws.changes_no_argument(learner, learner.lsuv, x, kernels, learner.keras.ops.tanh)


@check("lsuv")
def test_lsuv_refuses_a_spread_of_zero(learner, rng):
    """A z that is the same everywhere, or not finite, raises a ValueError."""
    x, kernels = uneven(rng)
    dead = [kernels[0], 0 * kernels[1], *kernels[2:]]
    infinite = [kernels[0], kernels[1] * np.float32(np.inf), *kernels[2:]]
    not_numbers = [np.full_like(kernels[0], np.nan), *kernels[1:]]
    for words, given in (("zeros", dead), ("infinities", infinite), ("NaN", not_numbers)):
        with expect.raises(ValueError, f"a kernel of {words} should raise a ValueError"):
            learner.lsuv(x, given, learner.keras.ops.tanh)


@check("lsuv", hidden=True, after=test_lsuv_with_tanh)
def test_lsuv_of_other_networks(learner, rng):
    """Other activations, depths, batches and dtypes, and integers as inputs."""
    rescaled(learner, *uneven(rng, (3, 5, 2), (0.4, 7), batch=3, dtype="float64"), "sigmoid", "in float64, ")
    rescaled(learner, *uneven(rng, (4,) * 7, (0.1, 9) * 3, batch=6), "leaky_relu", "in six layers, ")
    x, kernels = uneven(rng, (3, 4, 2), (2, 0.3))
    rescaled(learner, rng.integers(-3, 4, x.shape), kernels, "tanh", "for integers, ")


@check("lsuv", hidden=True, after=test_lsuv_with_tanh)
def test_lsuv_of_tiny_and_huge_kernels(learner, rng):
    """A spread of 1e-15 or 1e-26 is brought to 1 like any other, and one of 1e22."""
    rescaled(learner, *uneven(rng, (5, 6, 4), (1e-15, 1e-14)), "tanh", "for small kernels, ")
    rescaled(learner, *uneven(rng, (5, 6, 4, 3), (1e-26, 1e22, 1e-24)), "tanh", "for tiny and huge kernels, ")


@check("lsuv", hidden=True, after=test_lsuv_with_tanh)
def test_lsuv_refuses_later_layers(learner, rng):
    """A spread of 0 is found in the last layer too, and where x is the same everywhere."""
    x, kernels = uneven(rng)
    with expect.raises(ValueError, "a last kernel of zeros should raise a ValueError"):
        learner.lsuv(x, [*kernels[:-1], 0 * kernels[-1]], learner.keras.ops.relu)
    with expect.raises(ValueError, "an input of zeros should raise a ValueError"):
        learner.lsuv(0 * x, kernels, learner.keras.ops.relu)
