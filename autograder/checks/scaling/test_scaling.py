"""Checks of the topic `scaling`.

Expected values come from NumPy in float64 and from numbers that can be worked out by hand. A scaler of the
kit, which writes down how it was used, says what a split fits it to.
"""

import numpy as np

from nnlearn.checking import check, expect, laws

NEAR = {"float16": (1e-2, 1e-3), "float32": (1e-5, 1e-6), "float64": (1e-6, 1e-9)}
ROWS = np.array([[1.0, 10.0], [3.0, 50.0], [8.0, 30.0]])
OTHERS = np.array([[4.0, 30.0], [-2.0, 70.0]])
# Alcohol, colour intensity, hue and proline of a few wines.
WINES = np.array(
    [
        [14.23, 5.64, 1.04, 1065], [13.2, 4.38, 1.05, 1050], [13.16, 5.68, 1.03, 1185],
        [14.37, 7.8, 0.86, 1480], [12.37, 1.95, 1.05, 520], [12.33, 3.27, 1.25, 680],
        [12.64, 5.75, 0.98, 450], [13.67, 3.8, 1.23, 630], [12.86, 4.1, 0.76, 630],
        [12.88, 5.4, 0.74, 530], [12.81, 5.7, 0.72, 560], [12.7, 5.0, 0.78, 600],
    ]
)  # fmt: skip


def pooled(x):
    """All values of each feature, in float64: the rows of a table."""
    return np.asarray(x, "float64").reshape(-1, np.shape(x)[-1])


def is_near(got, x, center, scale, claim, dtype="float64"):
    """`got` is `(x - center) / scale`, as near as the lesson asks for in a dtype."""
    want = (np.asarray(x, "float64") - center) / scale
    relative, absolute = NEAR[dtype]
    finest = relative + absolute * float(np.max(np.abs(center) / scale))
    expect.right_and_finite(got, want, claim, rtol=relative, atol=finest)


def has(scaler, claim, rtol=1e-6, atol=1e-15, **attributes):
    """The attributes of a scaler are float64 arrays of shape (F,), and right."""
    for name, want in attributes.items():
        got = getattr(scaler, name)
        expect.shape(got, np.shape(want), f"{name} should have one number for each feature")
        expect.dtype(got, "float64", f"{name} should be float64")
        expect.right_and_finite(got, want, f"{name}: {claim}", rtol=rtol, atol=atol)


# conditioning ----------------------------------------------------------------------------------


def by_eigenvalues(x):
    columns = np.concatenate([np.asarray(x, "float64"), np.ones((len(x), 1))], axis=1)
    values = np.linalg.svd(columns, compute_uv=False) ** 2 * 2 / len(columns)
    return 2 / values[0], values[0] / values[-1]


def asked(learner, *tables):
    """What `conditioning` says of each table, and the moment after the call, for messages."""
    return [(learner.conditioning(table), learner.so_far()) for table in tables]


def two_numbers(result, moment):
    """The rate and the condition number that came back."""
    with expect.about(moment):
        claim = "there should be two numbers, the largest rate and the condition number"
        return [expect.number(number, "both should be numbers") for number in expect.items(result, 2, claim)]


def are_right(result, moment, claim, rate, condition, rtol=1e-6):
    """The two numbers are this rate and this condition number."""
    got = two_numbers(result, moment)
    with expect.about(moment):
        expect.right_and_finite(got[0], rate, f"the largest rate should be right {claim}", rtol=rtol, atol=0)
        words = f"the condition number should be {'infinity' if np.isinf(condition) else 'right'} {claim}"
        expect.close(got[1], condition, words, rtol=rtol, atol=0)


def conditions(learner, x, claim, rate, condition, rtol=1e-6):
    """What `conditioning` says of x is this rate and this condition number."""
    [(result, moment)] = asked(learner, x)
    are_right(result, moment, claim, rate, condition, rtol)


def notes(learner, results, wanted, rtol):
    """Which condition numbers are near, or infinite: what rounding leaves is another number in each code."""
    numbers = [two_numbers(*result)[1] for result in results]
    near = [
        bool(np.isclose(number, want, rtol=rtol, atol=0))
        for number, want in zip(numbers, wanted, strict=True)
    ]
    learner.observed({"near": near, "infinite": [bool(np.isinf(number)) for number in numbers]})


@check("conditioning")
def test_conditioning_of_the_lesson(learner):
    """Features of ±1 and ±100 have the curvatures 2 and 20,000: a rate of 0.0001, a condition of 10,000."""
    x = np.array([[1.0, 100.0], [1.0, -100.0], [-1.0, 100.0], [-1.0, -100.0]])
    conditions(learner, x, "for features of 1 and 100", 1e-4, 1e4)


@check("conditioning", after=test_conditioning_of_the_lesson)
def test_conditioning_has_a_bias(learner):
    """The column of ones belongs to A: a mean far from 0 makes a long valley."""
    for x in (np.array([[4.0], [6.0]]), np.array([[1.0], [2.0], [6.0]])):
        conditions(learner, x, "with the column of ones for the bias", *by_eigenvalues(x))


@check("conditioning")
def test_conditioning_gives_floats(learner):
    """Both are Python floats."""
    result = learner.conditioning(WINES)
    got = expect.items(result, 2, "there should be two numbers")
    with expect.about(result):
        is_float = all(type(number) is float for number in got)
        expect.true(is_float, "both should be Python floats", "one is an array or something else")


@check("conditioning")
def test_conditioning_of_flat_valleys(learner):
    """With a constant column, a column twice, or no more rows than features, the condition is infinity."""
    column = np.array([[1.0], [3.0], [-2.0], [0.5]])
    cases = {
        "with as many rows as features": np.array([[1.0, 2.0], [3.0, -1.0]]),
        "with a constant feature": np.concatenate([column, np.full((4, 1), 7.0)], axis=1),
        "with a feature twice": np.concatenate([column, 3 * column], axis=1),
    }
    results = asked(learner, *cases.values())
    notes(learner, results, [np.inf] * 3, 1e-6)
    for result, (claim, x) in zip(results, cases.items(), strict=True):
        are_right(*result, claim, by_eigenvalues(x)[0], np.inf)


@check("conditioning", hidden=True, after=test_conditioning_of_the_lesson)
def test_conditioning_in_float64(learner):
    """Far from 0, float32 is not enough, whether x is float64 or float32."""
    x = np.array([[30.13], [29.91], [30.32], [29.77]])
    tables = [x, x.astype("float32"), (x + 1.7).astype("float32")]
    results, wanted = asked(learner, *tables), [by_eigenvalues(table) for table in tables]
    notes(learner, results, [condition for _, condition in wanted], 1e-6)
    for result, table, want in zip(results, tables, wanted, strict=True):
        are_right(*result, f"for {table.dtype}, computed in float64", *want)


@check("conditioning", hidden=True, after=test_conditioning_of_the_lesson)
def test_conditioning_of_wines(learner):
    """Wines as they are and scaled, in float64, float32, float16 and integers, as arrays and as tensors."""
    scaled = (WINES - WINES.mean(axis=0)) / WINES.std(axis=0)
    for x, rtol in (
        (WINES[:, :3], 1e-6),
        (scaled, 1e-6),
        (scaled.astype("float32"), 1e-4),
        (scaled.astype("float16"), 1e-4),
        (WINES, 1e-4),
        ((10 * WINES[:, :2]).astype("int32"), 1e-6),
        (np.round(WINES[:, 1:2]).astype("uint8"), 1e-6),
    ):
        conditions(learner, x, f"in {x.dtype}", *by_eigenvalues(x), rtol=rtol)
    result = learner.kit.on_tensors(learner.conditioning, scaled)
    with expect.about(result):
        expect.all_close(result, by_eigenvalues(scaled), "a tensor should do as well as an array", rtol=1e-6)


@check("conditioning", hidden=True, after=test_conditioning_of_the_lesson)
def test_conditioning_says_where_descent_diverges(learner, rng):
    """Gradient descent comes near below the rate, and runs away above it."""
    x = rng.normal(size=(9, 2)) * [1.0, 3.0] + [1.0, -2.0]
    [(result, moment)] = asked(learner, x)
    rate, _ = two_numbers(result, moment)
    columns = np.concatenate([x, np.ones((9, 1))], axis=1)
    with expect.about(moment):
        for share, converges in ((0.98, True), (1.02, False)):
            step = np.eye(3) - share * rate * 2 / 9 * columns.T @ columns
            growth = float(np.max(np.abs(np.linalg.eigvalsh(step))))
            word = "come nearer" if converges else "run away"
            claim = f"at {share} times the largest rate gradient descent should {word}"
            expect.true((growth < 1) == converges, claim)


@check("conditioning", hidden=True, after=test_conditioning_of_flat_valleys)
def test_conditioning_calls_flat_what_is_flat(learner):
    """A ratio of 1e-12 is steep enough to count, one of 1e-16 is flat; more features than rows are flat."""
    sizes, wanted = (1e6, 1e8), (1e12, np.inf)
    results = asked(learner, *(size * np.array([[1.0], [-1.0]]) for size in sizes))
    notes(learner, results, wanted, 1e-3)
    for result, size, condition in zip(results, sizes, wanted, strict=True):
        are_right(*result, f"for a feature of {size:g}", 1 / size**2, condition, rtol=1e-3)
    x = np.array([[1.0, 2.0, 0.0, 4.0], [3.0, -1.0, 1.0, 1.0]])
    conditions(learner, x, "with more features than rows", by_eigenvalues(x)[0], np.inf)


@check("conditioning", hidden=True)
def test_conditioning_leaves_x(learner):
    """x is as before."""
    laws.changes_no_argument(learner, learner.conditioning, WINES.copy())


# Standardizer ----------------------------------------------------------------------------------


def standard(learner, *batches):
    """A standardizer that was fitted to the first batch and updated with the others."""
    scaler = learner.Standardizer()
    scaler.fit(batches[0])
    for batch in batches[1:]:
        scaler.update(batch)
    return scaler


def knows(scaler, batches, claim, **tolerance):
    """Its statistics are those of all rows of these batches."""
    rows = np.concatenate([pooled(batch) for batch in batches])
    scale = np.where(rows.min(axis=0) == rows.max(axis=0), 1.0, rows.std(axis=0))
    has(scaler, claim, mean=rows.mean(axis=0), scale=scale, **tolerance)


@check("Standardizer")
def test_standardizer_by_hand(learner):
    """1, 3, 8 have the mean 4 and the variance 26/3; each feature has its own."""
    scaler = standard(learner, ROWS)
    has(scaler, "1, 3, 8 should give 4", mean=[4.0, 30.0])
    deviations = np.sqrt([26 / 3, 800 / 3])
    has(scaler, "it should be the root of 26/3 and of 800/3: divide by n", scale=deviations)


@check("Standardizer", after=test_standardizer_by_hand)
def test_standardizer_transforms(learner):
    """Other rows are scaled with what was learned, and nothing more is learned."""
    scaler = standard(learner, ROWS)
    for x in (OTHERS, ROWS):
        result = scaler.transform(x)
        is_near(result, x, ROWS.mean(axis=0), ROWS.std(axis=0), "z should be (x - mean) / scale")
    knows(scaler, [ROWS], "transform should learn nothing")


@check("Standardizer", after=test_standardizer_by_hand)
def test_standardizer_inverts(learner):
    """inverse is z * scale + mean."""
    scaler = standard(learner, ROWS)
    z = np.array([[0.0, 1.0], [-2.0, 0.5]])
    want = z * ROWS.std(axis=0) + ROWS.mean(axis=0)
    expect.right_and_finite(scaler.inverse(z), want, "inverse should give z * scale + mean", rtol=1e-6)
    knows(scaler, [ROWS], "inverse should learn nothing")


@check("Standardizer", after=test_standardizer_by_hand)
def test_standardizer_of_constants(learner):
    """The scale of a constant feature is 1, whatever rounding makes of its variance."""
    x = np.concatenate([np.full((10, 1), 0.1), np.full((10, 1), 5.0), np.arange(10.0)[:, None]], axis=1)
    scaler = standard(learner, x)
    result = scaler.transform(x[:2] + np.array([[0.0, 1.0, 0.0]]))
    want = [[0.0, 1.0, (value - 4.5) / np.sqrt(8.25)] for value in (0.0, 1.0)]
    expect.right_and_finite(result, want, "the constant should become 0, and 1 more than it 1", rtol=1e-6)
    claim = "a feature that is always the same should have the scale 1"
    knows(scaler, [x], claim)
    scaler = standard(learner, x[:3], x[3:4], x[4:])
    knows(scaler, [x], f"{claim}, in batches, too")


@check("Standardizer", after=test_standardizer_by_hand)
def test_standardizer_far_from_zero(learner):
    """A spread of 1 around 10,000, in float32, is still found, and around 100,000,000 in float64."""
    x = np.array([[10001.0], [9999.0], [10001.5], [9998.5], [10000.25]], "float32")
    further = 1e8 + x.astype("float64")
    scalers = [standard(learner, x), standard(learner, further)]
    found = [np.asarray(scaler.scale) for scaler in scalers]
    # Of what is lost, rounding leaves another number for each way to compute it.
    learner.observed(
        {"near": [bool(np.allclose(scale, x.std(dtype="float64"), rtol=1e-6)) for scale in found]}
    )
    for scaler, batch in zip(scalers, (x, further), strict=True):
        claim = f"statistics of {batch.dtype} should be computed in float64, from differences to the mean"
        knows(scaler, [batch], claim)
    rows = pooled(x)
    is_near(scalers[0].transform(x), x, rows.mean(axis=0), rows.std(axis=0), "z should be right", "float32")


@check("Standardizer", after=test_standardizer_by_hand)
def test_standardizer_of_uneven_batches(learner):
    """Batches of 1, 5 and 2 rows give what all 8 at once would, also if their means lie far apart."""
    x = np.array([[1.0, 2], [9, 3], [7, -4], [8, 0], [9, 5], [7, 1], [20, 2], [22, 9]])
    batches = [x[:1], x[1:6], x[6:]]
    knows(standard(learner, *batches), batches, "three updates should give what all rows at once give")


@check("Standardizer", after=test_standardizer_of_uneven_batches)
def test_standardizer_forgets_when_fitted(learner):
    """fit forgets what was learned before."""
    scaler = standard(learner, OTHERS, OTHERS + 7)
    scaler.fit(ROWS)
    knows(scaler, [ROWS], "fit should forget all before it")
    scaler.update(OTHERS)
    knows(scaler, [ROWS, OTHERS], "after a second fit, update should go on from that")


@check("Standardizer", after=test_standardizer_by_hand)
def test_standardizer_pools_other_axes(learner):
    """Of images (N, H, W, C), each channel has one mean and one scale."""
    x = np.arange(48.0).reshape(2, 4, 2, 3) ** 2 % 17
    scaler = standard(learner, x)
    knows(scaler, [x], "all axes but the last should be pooled")
    rows = pooled(x)
    is_near(scaler.transform(x), x, rows.mean(axis=0), rows.std(axis=0), "z should have the shape of x")


@check("Standardizer", after=test_standardizer_by_hand)
def test_standardizer_keeps_dtypes(learner):
    """float32 stays float32, float64 stays float64, and integers give float32."""
    scaler = standard(learner, ROWS)
    for given, back in (("float32", "float32"), ("float64", "float64"), ("int32", "float32")):
        for method in (scaler.transform, scaler.inverse):
            expect.dtype(method(OTHERS.astype(given)), back, f"{given} should give {back}")


@check("Standardizer")
def test_standardizer_returns_itself(learner):
    """fit and update return the object."""
    scaler = learner.Standardizer()
    for method in (scaler.fit, scaler.update):
        result = method(ROWS)
        with expect.about(result):
            count = learner.kit.distinct(scaler, result)
            expect.true(count == 1, "fit and update should return the object itself: return self")


@check("Standardizer", after=test_standardizer_by_hand)
def test_standardizer_refuses(learner):
    """transform and inverse before fit, another number of features, and no rows raise a ValueError."""
    new, scaler = learner.Standardizer(), standard(learner, ROWS)
    for name in ("transform", "inverse"):
        laws.refuses(getattr(new, name), {f"{name} before fit": (ROWS,)})
    for name in ("transform", "inverse", "update"):
        for count in (3, 1):
            words = f"{name} with {count} features after fit with 2"
            laws.refuses(getattr(scaler, name), {words: (np.ones((2, count)),)})
    for name in ("fit", "update"):
        laws.refuses(getattr(scaler, name), {f"{name} without rows": (np.ones((0, 2)),)})


@check("Standardizer", hidden=True, after=test_standardizer_keeps_dtypes)
def test_standardizer_in_small_dtypes(learner):
    """float16, whose sums would overflow, integers, and float32 far from 0, which cannot add up."""
    many = 300 + np.arange(400.0).reshape(200, 2) % 7
    for x in (
        many.astype("float16"),
        many.astype("int16"),
        many.astype("uint8"),
        many.astype("float32") + 1e5,
        many.astype("int32") + 10**8,
    ):
        scaler = standard(learner, x[:50], x[50:])
        knows(scaler, [x], f"statistics of {x.dtype} should be computed in float64", rtol=1e-7)
        rows, back = pooled(x), x.dtype.name if x.dtype.kind == "f" else "float32"
        result = scaler.transform(x[:3])
        expect.dtype(result, back, f"{x.dtype} should give {back}")
        is_near(result, x[:3], rows.mean(axis=0), rows.std(axis=0), f"z of {x.dtype} should be right", back)
        want = x[:3].astype("float64")
        claim = f"inverse should undo transform, in {back}"
        close = {"rtol": 2e-3 if back == "float16" else 1e-6, "atol": 1e-6}
        expect.right_and_finite(scaler.inverse(np.asarray(result)), want, claim, **close)


@check("Standardizer", hidden=True, after=test_standardizer_of_uneven_batches)
def test_standardizer_of_many_batches(learner, rng):
    """Twelve uneven batches of rank 3 that drift, the first by update: as all at once."""
    batches = [
        rng.normal(size=(n, 2, 3)) * [1.0, 1e-3, 50.0] + [1e4, 0.1 * n, -n]
        for n in (1, 4, 2, 7, 1, 1, 3, 5, 2, 9, 1, 4)
    ]
    scaler = learner.Standardizer()
    for batch in batches:
        scaler.update(batch)
    knows(scaler, batches, "all updates should count", rtol=1e-7)


@check("Standardizer", hidden=True, after=test_standardizer_of_constants)
def test_standardizer_of_constants_that_change(learner):
    """Constant in each batch is not constant; nor is what changes with the last row, or by very little."""
    ones = np.ones((3, 1))
    for batches in (
        [0.1 * ones, 0.3 * ones],
        [0.7 * ones, 0.7 * ones, np.array([[0.7], [0.8]])],
        [np.array([[2.0], [1.0]]), 2 * ones],
        [np.array([[1.0], [2.0]]), 2 * ones, ones],
        [1e6 + 0.1 * ones, 1e6 + 0.1 * ones],
        [1e6 * ones, 1e6 * ones + 1e-3],
        [0 * ones, 1e-12 * ones],
    ):
        knows(
            standard(learner, *batches), batches, "only what never changes should have the scale 1", rtol=1e-6
        )
    scaler = standard(learner, 0.1 * ones, 0.3 * ones)
    scaler.fit(0.7 * ones)
    knows(scaler, [0.7 * ones], "after a second fit the feature is constant")


@check("Standardizer", hidden=True, after=test_standardizer_forgets_when_fitted)
def test_standardizers_are_their_own(learner):
    """Two share nothing; fit may bring another number of features; a single row is constant."""
    one, other = standard(learner, ROWS), standard(learner, OTHERS)
    knows(one, [ROWS], "another object should change nothing")
    other.fit(ROWS[:, :1])
    knows(other, [ROWS[:, :1]], "fit should take any number of features")
    other.fit(ROWS[:1])
    knows(other, [ROWS[:1]], "a single row should give its values and scales of 1")


@check("Standardizer", hidden=True, after=test_standardizer_of_uneven_batches)
def test_standardizer_has_memory_of_its_own(learner):
    """Tensors do; arguments stay as they are; what a caller does with its array later changes nothing."""
    scaler = learner.Standardizer()
    learner.kit.reused(scaler.fit, ROWS.copy())
    learner.kit.reused(scaler.update, OTHERS.copy())
    knows(scaler, [ROWS, OTHERS], "what was learned should not change with the caller's array")
    scaler = learner.Standardizer()
    learner.kit.on_tensors(scaler.fit, ROWS)
    knows(scaler, [ROWS], "a tensor should do as well as an array")
    want = (ROWS - ROWS.mean(axis=0)) / ROWS.std(axis=0)
    result = learner.kit.on_tensors(scaler.transform, ROWS)
    expect.right_and_finite(result, want, "a tensor should do as well as an array", rtol=1e-6)
    for method in (scaler.update, scaler.transform, scaler.inverse):
        laws.changes_no_argument(learner, method, ROWS.copy())


# split -----------------------------------------------------------------------------------------


def examples(*counts, seed=0):
    """Rows whose first number is their place, mixed; as many of each class as told."""
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    return np.stack([np.arange(len(y)), 10.0 * y], axis=1), y


def parts_of(answer, count):
    """The parts that came back: pairs of arrays that are as long as each other."""
    claim = f"there should be a list of {count} pairs (x, y)"
    pairs = [expect.items(pair, 2, claim) for pair in expect.items(answer, count, claim)]
    with expect.about(answer):
        are_arrays = all(expect.is_array(each) for pair in pairs for each in pair)
        expect.true(are_arrays, "x and y of each part should be arrays", "one is something else")
        are_even = all(len(x) == len(y) for x, y in pairs)
        expect.true(are_even, "x and y of a part should have one length", "they do not")
    return pairs


def places(pairs):
    """Which rows of `examples` are in each part."""
    return [np.asarray(x)[:, 0].astype(int) for x, _ in pairs]


def is_stratified(answer, y, fractions):
    """Each part has its share of each class, less than a row off."""
    with expect.about(answer):
        for number, ((_, labels), share) in enumerate(
            zip(parts_of(answer, len(fractions)), fractions, strict=True)
        ):
            for kind in sorted(set(y.tolist())):
                got, n = int(np.sum(labels == kind)), int(np.sum(y == kind))
                claim = (
                    f"the part with the share {share:.4g}, number {number + 1}, should have less than a row"
                    f" more or less than {share:.4g} * {n} = {share * n:.4g} of class {kind}"
                )
                expect.true(abs(got - share * n) < 1 - 1e-6, claim, f"it has {got}")


@check("split")
def test_split_has_every_row_once(learner):
    """Every row is in exactly one part."""
    x, y = examples(20, 20)
    answer = learner.split(x, y)
    found = np.concatenate(places(parts_of(answer, 3)))
    with expect.about(answer):
        expect.same(len(found), 40, "the parts should have all 40 rows together")
        expect.same(len(set(found.tolist())), 40, "no row should be there twice")


@check("split", after=test_split_has_every_row_once)
def test_split_keeps_pairs(learner):
    """Each row keeps its own y."""
    x, y = examples(12, 12, 16)
    answer = learner.split(x, y)
    with expect.about(answer):
        for part, labels in parts_of(answer, 3):
            expect.close(labels, part[:, 1] / 10, "each row should have its own y beside it")


@check("split", after=test_split_has_every_row_once)
def test_split_is_stratified(learner):
    """Each part has its share of every class, less than a row off, rare classes too."""
    for counts, fractions in (
        ((50, 20, 10), (0.6, 0.2, 0.2)),
        ((3, 33, 4), (0.6, 0.2, 0.2)),
        ((9, 31), (0.75, 0.25)),
    ):
        x, y = examples(*counts)
        is_stratified(learner.split(x, y, fractions), y, fractions)


@check("split", after=test_split_has_every_row_once)
def test_split_is_random(learner):
    """Rows come in random order, neither sorted by class nor as they came."""
    x, y = examples(60, 60, 60)
    answer = learner.split(x, y)
    with expect.about(answer):
        for (_, labels), rows in zip(parts_of(answer, 3), places(parts_of(answer, 3)), strict=True):
            changes = int(np.sum(labels[1:] != labels[:-1]))
            expect.true(
                changes > 8, "classes should be mixed in each part", f"they change {changes} times only"
            )
            expect.true(bool((np.diff(rows) < 0).any()), "rows should not be in the order in which they came")
            for label in range(3):
                steps = np.diff(rows[labels == label])
                expect.true(bool((steps < 0).any()), "the rows of a class should be in random order, too")


@check("split", after=test_split_has_every_row_once)
def test_split_follows_its_seed(learner):
    """The same seed gives the same parts, another seed puts other rows together."""
    x, y = examples(30, 30)
    chosen = []
    for seed in (0, 0, 1, 2):
        answer = learner.split(x, y, seed=seed)
        chosen.append(places(parts_of(answer, 3)))
    same = all(np.array_equal(a, b) for a, b in zip(chosen[0], chosen[1], strict=True))
    differ = [all(set(a) != set(b) for a, b in zip(chosen[0], other, strict=True)) for other in chosen[2:]]
    turned = [not np.array_equal(chosen[0][0], other[0]) for other in chosen[2:]]
    learner.observed({"the same again": same, "other rows": differ, "another order": turned})
    with expect.about(answer):
        expect.true(same, "the same seed should give the same parts in the same order")
        expect.true(all(differ), "another seed should put other rows into each part")


@check("split", after=test_split_has_every_row_once)
def test_split_leaves_the_global_generator(learner):
    """NumPy's global generator is neither used nor set."""
    x, y = examples(8, 8)
    moved = learner.kit.moved_generators(learner.split, x, y)
    expect.same(moved, [], "no global generator should be moved: use np.random.default_rng(seed)")


def fitted_to(calls, parts, n):
    """What a scaler was fitted to, in words; `parts` are the places of the rows of each part."""
    fits = [np.sort(rows[:, 0]).astype(int).tolist() for name, rows in calls if name == "fit"]
    if len(fits) != 1:
        return f"{len(fits)} times"
    if fits[0] == list(range(n)):
        return f"to all {n} rows"
    which = [number for number, rows in enumerate(parts) if sorted(rows) == fits[0]]
    return f"to part {which[0] + 1}" if which else f"to {len(fits[0])} rows"


def is_fitted_once(learner, answer, scaler, undo, n):
    """The scaler was fitted to the first part alone, and every x is what its transform gives."""
    pairs = parts_of(answer, len(answer))
    calls = [(name, np.asarray(rows)) for name, rows in scaler.calls]
    undone = [undo(part) for part, _ in pairs]
    whole = [np.allclose(rows[:, 1], 10 * labels) for rows, (_, labels) in zip(undone, pairs, strict=True)]
    parts = [np.rint(rows[:, 0]).astype(int).tolist() for rows in undone]
    raw = [np.rint(part[:, 0]).astype(int).tolist() for part, _ in pairs]
    found = fitted_to(calls, [r if w else o for r, w, o in zip(parts, whole, raw, strict=True)], n)
    first = next((name for name, _ in calls), "no call")
    learner.observed(
        {"fitted to": found, "begins with": first, "transformed": [bool(each) for each in whole]}
    )
    with expect.about(answer):
        expect.true(all(whole), "every x should be what the scaler's transform gives, beside its y")
        expect.true(first == "fit", "the scaler should be fitted before it transforms", f"it was {first}")
        claim = "the scaler should be fitted once, to the rows of part 1 and no others"
        expect.true(found == "to part 1", claim, f"it was fitted {found}")


@check("split", after=test_split_keeps_pairs)
def test_split_fits_on_the_first_part(learner):
    """The scaler is fitted once, on the first part's x; every x is what its transform gives."""
    scaler, (x, y) = learner.kit.scaler(), examples(20, 20)
    answer = learner.split(x, y, scaler=scaler)
    parts_of(answer, 3)
    is_fitted_once(learner, answer, scaler, lambda part: (part - 1) / 2, 40)


@check("split")
def test_split_refuses(learner):
    """Fractions that do not add up to 1, and labels that do not fit, raise a ValueError."""
    x, y = examples(5, 5)
    cases = {
        "fractions that add up to 0.9": (x, y, (0.6, 0.3)),
        "a single fraction": (x, y, (1.0,)),
        "a fraction of 0": (x, y, (1.0, 0.0)),
        "a negative fraction": (x, y, (1.2, -0.2)),
        "9 labels for 10 rows": (x, y[:9]),
        "labels of shape (10, 1)": (x, y[:, None]),
    }
    laws.refuses(learner.split, cases)


@check("split", hidden=True, after=test_split_is_stratified)
def test_split_of_rare_classes(learner):
    """Classes of 1 to 13 rows, in two to six parts; shares that floats make a little less than whole."""
    for counts, fractions in (
        ((1, 2, 3, 4, 5, 6, 7), (0.6, 0.2, 0.2)),
        ((9, 11, 13, 1), (1 / 3, 1 / 3, 1 / 3)),
        ((100, 10), (0.29, 0.57, 0.14)),
        ((5, 7, 8, 2, 3), (0.5, 0.1, 0.1, 0.1, 0.1, 0.1)),
        ((2, 2, 4, 25), (0.5, 0.5)),
        ((7, 19), (0.3333333, 0.3333333, 0.3333333)),
    ):
        x, y = examples(*counts)
        answer = learner.split(x, y, fractions)
        is_stratified(answer, y, fractions)
        with expect.about(answer):
            found = np.sort(np.concatenate(places(parts_of(answer, len(fractions)))))
            expect.same(found.tolist(), list(range(len(y))), "every row should be in exactly one part")


@check("split", hidden=True, after=test_split_keeps_pairs)
def test_split_of_other_arrays(learner):
    """Images, labels of any whole numbers, tensors, lists of fractions: pairs and dtypes are kept."""
    _, classes = examples(6, 9, 5, seed=3)
    y = np.array([-7, 100, 3], "int16")[classes]
    x = (np.arange(20)[:, None, None] + np.zeros((2, 3))).astype("float32")
    answer = learner.split(x, y, fractions=[0.5, 0.5], seed=4)
    again = learner.kit.on_tensors(learner.split, x, y, fractions=[0.5, 0.5], seed=4)
    for result in (answer, again):
        for part, labels in parts_of(result, 2):
            with expect.about(result):
                expect.dtype(part, "float32", "x should keep its dtype")
                expect.dtype(labels, "int16", "y should keep its dtype")
                expect.shape(part, (len(labels), 2, 3), "the rows of x should keep their shape")
                expect.same(labels, y[part[:, 0, 0].astype(int)], "each row should have its own y")
                expect.close(part[:, 1, 2], part[:, 0, 0], "rows should come as they were")
    is_stratified(answer, y, [0.5, 0.5])
    laws.changes_no_argument(learner, learner.split, x.copy(), y.copy())


@check("split", hidden=True, after=test_split_fits_on_the_first_part)
def test_split_uses_any_scaler(learner):
    """In more parts, with another scaler and seed; each part is transformed after the one fit."""
    scaler, (x, y) = learner.kit.scaler(factor=-0.5, shift=3.0), examples(7, 12, 9)
    fractions = (0.4, 0.3, 0.2, 0.1)
    answer = learner.split(x, y, fractions, 5, scaler)
    pairs = parts_of(answer, 4)
    is_fitted_once(learner, answer, scaler, lambda part: (3.0 - part) / 0.5, 28)
    with expect.about(answer):
        every = np.sort(np.concatenate([(3.0 - part[:, 0]) / 0.5 for part, _ in pairs]))
        expect.close(every, np.arange(28.0), "every row should be there, transformed once")
    is_stratified(answer, y, fractions)


@check("split", hidden=True, after=test_split_refuses)
def test_split_refuses_more(learner):
    """Sums a little off 1, NaN, labels of rank 0 and 2, more labels than rows; a sum 1e-7 off will do."""
    x, y = examples(5, 5)
    cases = {
        "fractions that add up to 1.1": (x, y, (0.6, 0.3, 0.2)),
        "fractions that add up to 0.9999": (x, y, (0.5, 0.4999)),
        "fractions that add up to 1.0001": (x, y, (0.5, 0.5001)),
        "a fraction of NaN": (x, y, (0.5, np.nan)),
        "no fractions": (x, y, ()),
        "11 labels for 10 rows": (x, np.append(y, 0)),
        "one-hot labels": (x, np.eye(2)[y]),
    }
    laws.refuses(learner.split, cases)
    parts_of(learner.split(x, y, (0.5, 0.4999999)), 2)


# RobustScaler ----------------------------------------------------------------------------------

ODD = np.array([[1.0, 40.0], [2.0, 10.0], [100.0, 20.0], [3.0, 0.0], [4.0, 30.0]])


def robust(learner, x, **options):
    """A robust scaler that was fitted to x."""
    scaler = learner.RobustScaler(**options)
    scaler.fit(x)
    return scaler


def knows_percentiles(scaler, x, claim, low=25.0, high=75.0):
    """Its center and scale are the percentiles of x."""
    rows = np.sort(pooled(x), axis=0)
    found = []
    for percent in (low, 50.0, high):
        position = percent / 100 * (len(rows) - 1)
        below = int(np.floor(position))
        above = min(below + 1, len(rows) - 1)
        found.append(rows[below] + (position - below) * (rows[above] - rows[below]))
    scale = np.where(found[0] == found[2], 1.0, found[2] - found[0])
    has(scaler, claim, center=found[1], scale=scale)
    return found[1], scale


@check("RobustScaler")
def test_robust_scaler_by_hand(learner):
    """1, 2, 100, 3, 4: the median is 3, and the percentiles 25 and 75 are 2 and 4."""
    scaler = robust(learner, ODD)
    has(scaler, "it should be the median, 3 and 20", center=[3.0, 20.0])
    has(scaler, "it should be 4 - 2 and 30 - 10", scale=[2.0, 20.0])


@check("RobustScaler", after=test_robust_scaler_by_hand)
def test_robust_scaler_interpolates(learner):
    """Between two values the percentile is interpolated; low and high are those of the call."""
    x = np.array([[0.0], [1.0], [4.0], [10.0]])
    has(robust(learner, x), "median and quartiles lie between values", center=[2.5], scale=[4.75])
    knows_percentiles(robust(learner, ODD, low=10, high=95.0), ODD, "with low=10, high=95", 10, 95)
    knows_percentiles(robust(learner, ODD, low=0, high=100), ODD, "with low=0, high=100", 0, 100)


@check("RobustScaler", after=test_robust_scaler_by_hand)
def test_robust_scaler_transforms_and_inverts(learner):
    """transform is (x - center) / scale, and inverse undoes it; neither learns."""
    scaler, x = robust(learner, ODD), np.array([[5.0, 0.0], [-1.0, 40.0]])
    want = np.array([[1.0, -1.0], [-2.0, 1.0]])
    expect.right_and_finite(scaler.transform(x), want, "z should be (x - center) / scale", rtol=1e-6)
    expect.right_and_finite(scaler.inverse(want), x, "inverse should be z * scale + center", rtol=1e-6)
    knows_percentiles(scaler, ODD, "transform and inverse should learn nothing")


@check("RobustScaler", after=test_robust_scaler_transforms_and_inverts)
def test_robust_scaler_clips(learner):
    """What is beyond ±limit *after* scaling is set to it; inverse does not bring it back."""
    scaler = robust(learner, ODD, limit=1.5)
    x = np.array([[100.0, 20.0], [-7.0, 45.0], [5.0, 100.0]])
    want = np.array([[1.5, 0.0], [-1.5, 1.25], [1.0, 1.5]])
    result = scaler.transform(x)
    expect.right_and_finite(result, want, "scaled values should be clipped to -1.5 and 1.5", rtol=1e-6)
    back = [[6.0, 20.0], [0.0, 45.0], [5.0, 50.0]]
    expect.right_and_finite(
        scaler.inverse(want), back, "inverse should give center ± limit * scale", rtol=1e-6
    )
    expect.right_and_finite(
        scaler.inverse(2 * want[:1]), [[9.0, 20.0]], "inverse should clip nothing", rtol=1e-6
    )
    knows_percentiles(scaler, ODD, "clipping should change nothing that is learned")


@check("RobustScaler", after=test_robust_scaler_by_hand)
def test_robust_scaler_of_equal_percentiles(learner):
    """Where the two percentiles are equal, the scale is 1, also if not all values are."""
    x = np.array([[3.4, 7.0]] * 5 + [[3.4, 90.0], [3.4, 7.0]])
    scaler = robust(learner, x, low=13.0, high=77.0)
    has(scaler, "it should be the median", center=[3.4, 7.0])
    has(scaler, "where the percentiles are equal it should be 1", scale=[1.0, 1.0])
    result = scaler.transform(np.array([[4.4, 8.0]]))
    expect.right_and_finite(result, [[1.0, 1.0]], "1 more than a constant should become 1", rtol=1e-6)


@check("RobustScaler", after=test_robust_scaler_by_hand)
def test_robust_scaler_forgets_and_pools(learner):
    """fit forgets, returns the object, and pools all axes but the last."""
    scaler, x = robust(learner, 100 + ODD), np.arange(48.0).reshape(2, 4, 2, 3) ** 2 % 17
    count = learner.kit.distinct(scaler, scaler.fit(x))
    with expect.about(scaler):
        expect.true(count == 1, "fit should return the object itself: return self")
    center, scale = knows_percentiles(scaler, x, "fit should forget, and pool all axes but the last")
    is_near(scaler.transform(x), x, center, scale, "z should have the shape of x")


@check("RobustScaler")
def test_robust_scaler_refuses(learner):
    """Percentiles in the wrong order or out of range, a limit of 0, and no fit before raise a ValueError."""
    for options in (
        {"low": 75.0, "high": 25.0},
        {"low": 50.0, "high": 50.0},
        {"low": -1.0},
        {"high": 100.5},
        {"limit": -3.0},
        {"limit": 0.0},
    ):
        words = ", ".join(f"{key}={value:g}" for key, value in options.items())
        with expect.raises(ValueError, f"RobustScaler({words}) should raise a ValueError"):
            learner.RobustScaler(**options)
    scaler = learner.RobustScaler()
    for name in ("transform", "inverse"):
        laws.refuses(getattr(scaler, name), {f"{name} before fit": (ODD,)})
    scaler.fit(ODD)
    laws.refuses(scaler.transform, {"transform with 3 features after fit with 2": (np.ones((2, 3)),)})


@check("RobustScaler", hidden=True, after=test_robust_scaler_clips)
def test_robust_scaler_in_every_dtype(learner):
    """Floats keep their dtype and integers give float32, clipped or not, as arrays and as tensors."""
    center, scale = np.array([3.0, 20.0]), np.array([2.0, 20.0])
    for given in ("float16", "float32", "int32"):
        back = given if given.startswith("float") else "float32"
        scaler, x = robust(learner, ODD.astype(given), limit=0.75), ODD.astype(given)
        has(scaler, f"it should be right for {given}", center=center, scale=scale)
        result = scaler.transform(x)
        expect.dtype(result, back, f"{given} should give {back}")
        want = np.clip((ODD - center) / scale, -0.75, 0.75)
        expect.right_and_finite(result, want, f"z of {given} should be right", rtol=1e-3, atol=1e-6)
        expect.dtype(scaler.inverse(x), back, f"{given} should give {back}")
    scaler = learner.RobustScaler(5, 90)
    learner.kit.on_tensors(scaler.fit, ODD)
    knows_percentiles(scaler, ODD, "a tensor should do as well as an array", 5, 90)
    scaler = robust(learner, ODD)
    for method, want in ((scaler.transform, (ODD - center) / scale), (scaler.inverse, ODD * scale + center)):
        result = learner.kit.on_tensors(method, ODD)
        expect.right_and_finite(result, want, "a tensor should do as well as an array", rtol=1e-6)
    laws.changes_no_argument(learner, scaler.fit, ODD.copy())
    laws.changes_no_argument(learner, scaler.transform, ODD.copy())
    laws.changes_no_argument(learner, scaler.inverse, ODD.copy())


@check("RobustScaler", hidden=True, after=test_robust_scaler_interpolates)
def test_robust_scaler_of_many_rows(learner, rng):
    """Random rows, far from 0, with odd percentiles; scales that are tiny without being 0."""
    x = rng.standard_cauchy(size=(23, 3)) * [1.0, 1e-9, 30.0] + [1e4, 0.0, -5.0]
    for low, high in ((12.5, 60.0), (1.0, 99.0), (70.0, 80.0)):
        scaler = robust(learner, x, low=low, high=high)
        center, scale = knows_percentiles(scaler, x, f"with low={low:g}, high={high:g}", low, high)
        is_near(scaler.transform(x), x, center, scale, "z should be right")
    x32 = (x[:, :1]).astype("float32")
    knows_percentiles(robust(learner, x32), x32, "percentiles should be taken in float64")


@check("RobustScaler", hidden=True, after=test_robust_scaler_refuses)
def test_robust_scaler_refuses_more(learner):
    """No rows, and other numbers of features, also for inverse."""
    scaler = robust(learner, ODD)
    laws.refuses(scaler.inverse, {"inverse with 3 features after fit with 2": (np.ones((2, 3)),)})
    laws.refuses(scaler.transform, {"transform with 1 feature after fit with 2": (np.ones((2, 1)),)})
    laws.refuses(scaler.fit, {"fit without rows": (np.ones((0, 2)),)})


# symlog ----------------------------------------------------------------------------------------

WIDE = np.array([-1e6, -20.0, -1.0, -0.3, 0.0, 1e-3, 0.5, 2.0, 300.0, 1e5])


def log_of(x, t=1.0):
    return np.sign(x) * t * np.log1p(np.abs(x) / t)


def slope_of(x, t=1.0):
    return 1 / (1 + np.abs(x) / t)


@check("symlog")
def test_symlog_of_both_signs(learner):
    """sign(x) * log(1 + |x|), for large and small numbers of either sign."""
    claim = "symlog should be sign(x) * log(1 + |x|)"
    expect.right_and_finite(learner.symlog(WIDE), log_of(WIDE), claim, rtol=1e-6, atol=1e-9)


@check("symlog", after=test_symlog_of_both_signs)
def test_symlog_with_a_threshold(learner):
    """The threshold divides inside and multiplies outside: far below it, x stays what it is."""
    for t in (10.0, 0.25):
        claim = f"with threshold={t:g} it should be sign(x) * {t:g} * log(1 + |x| / {t:g})"
        expect.right_and_finite(
            learner.symlog(WIDE, threshold=t), log_of(WIDE, t), claim, rtol=1e-6, atol=1e-9
        )


@check("symlog", after=test_symlog_with_a_threshold)
def test_symlog_inverts(learner):
    """The inverse gives x back."""
    for t in (1.0, 4.0):
        result = learner.symlog(log_of(WIDE, t), t, inverse=True)
        claim = f"with threshold={t:g}, inverse=True should undo symlog"
        expect.right_and_finite(result, WIDE, claim, rtol=1e-6, atol=1e-9)


@check("symlog", after=test_symlog_of_both_signs)
def test_symlog_has_a_slope_at_zero(learner):
    """The gradient is 1 / (1 + |x| / threshold), at 0 too, where it is 1."""
    x, t = np.array([0.0, -3.0, 0.5, 8.0, 2.0, -2.0]), 2.0
    claim = "the slope should be 1 / (1 + |x| / threshold), and 1 at 0"
    laws.gradient_is(learner, learner.symlog, slope_of(x, t), x, t, claim=claim)


@check("symlog", after=test_symlog_of_both_signs)
def test_symlog_keeps_dtypes(learner):
    """float16, float32 and float64 are kept."""
    laws.keeps_dtypes(learner.symlog, log_of, np.array([-60000.0, -2.0, 0.0, 0.5, 1000.0]))


@check("symlog")
def test_symlog_refuses_thresholds(learner):
    """A threshold of 0 or less raises a ValueError."""
    x = np.array([1.0, -2.0])
    laws.refuses(learner.symlog, {"a threshold of 0": (x, 0.0), "a threshold of -1": (x, -1.0)})


@check("symlog", hidden=True, after=test_symlog_inverts)
def test_symlog_near_zero(learner):
    """Tiny numbers keep their digits, both ways, in float32."""
    x = np.array([1e-7, -3e-6, 2e-4, 1e-20], "float32")
    for inverse, want in ((False, log_of(x.astype("float64"))), (True, np.expm1(x.astype("float64")))):
        result = learner.symlog(x, inverse=inverse)
        claim = "near 0 the result should be precise: log1p and expm1"
        expect.right_and_finite(result, np.abs(want) * np.sign(x), claim, rtol=1e-5, atol=0)


@check("symlog", hidden=True, after=test_symlog_has_a_slope_at_zero)
def test_symlog_inverse_has_slopes(learner):
    """The inverse has the gradient exp(|x| / threshold), 1 at 0; so has symlog below other operations."""
    x, upstream = np.array([[0.0, -1.0], [1.5, -0.0]]), np.array([[3.0, -1.0], [0.5, 2.0]])
    laws.gradient_is(
        learner,
        learner.symlog,
        upstream * slope_of(x),
        x,
        upstream=upstream,
        claim="the slope should be 1 / (1 + |x|)",
    )
    slope = learner.kit.gradient(learner.symlog, x, 0.5, True)
    claim = "the slope of the inverse should be exp(|x| / threshold)"
    expect.right_and_finite(expect.arrives(slope, claim), np.exp(np.abs(x) / 0.5), claim, rtol=1e-5)


@check("symlog", hidden=True, after=test_symlog_keeps_dtypes)
def test_symlog_of_integers_and_ranks(learner, rng):
    """Integers count as float32; numbers and arrays with more axes keep their shape."""
    laws.takes_integers(learner.symlog, log_of, *laws.INTEGERS)
    x = 30 * rng.normal(size=(2, 3, 2))
    expect.right_and_finite(learner.symlog(x, 3.0), log_of(x, 3.0), "three axes should do", rtol=1e-6)
    result = learner.symlog(np.float32(-7.0), 2)
    expect.shape(result, (), "a number should give a number")
    expect.right_and_finite(result, log_of(-7.0, 2), "a number and a whole threshold should do")
    laws.changes_no_argument(learner, learner.symlog, x)


# to_float_image --------------------------------------------------------------------------------

BYTES = np.array([[[0, 51, 255], [102, 7, 1]]], "uint8")


@check("to_float_image")
def test_image_of_bytes(learner):
    """uint8 is divided by 255 and becomes float32."""
    result = learner.to_float_image(BYTES)
    expect.dtype(result, "float32", "uint8 should become float32")
    expect.right_and_finite(result, BYTES / 255, "uint8 should be divided by 255", rtol=1e-6, atol=1e-7)


@check("to_float_image", after=test_image_of_bytes)
def test_image_that_is_dark(learner):
    """A dark picture stays dark: the largest number is that of the dtype."""
    dark = BYTES // 10 + 3
    result = learner.to_float_image(dark)
    expect.right_and_finite(result, dark / 255, "a dark picture should stay dark", rtol=1e-6, atol=1e-7)


@check("to_float_image", after=test_image_of_bytes)
def test_image_of_other_dtypes(learner):
    """uint16 is divided by 65535, truth values are 0 and 1; floats from 0 to 1 stay what they are."""
    cases = (
        (np.array([[[0], [65535]], [[257], [1000]]], "uint16"), 65535),
        (np.array([[[True], [False]]]), 1),
        (np.array([[[0.0, 0.25, 1.0]]], "float32"), 1),
        (np.array([[[0.5, 0.25, 1.0]]], "float64"), 1),
        (np.array([[[0.5, 0.0, 1.0]]], "float16"), 1),
    )
    for image, largest in cases:
        result = learner.to_float_image(image)
        back = image.dtype.name if image.dtype.kind == "f" else "float32"
        expect.dtype(result, back, f"{image.dtype} should give {back}")
        claim = f"{image.dtype} should be divided by {largest}"
        expect.right_and_finite(result, image / np.float64(largest), claim, rtol=1e-6, atol=1e-7)


@check("to_float_image", after=test_image_of_bytes)
def test_image_of_other_channels(learner):
    """A grey picture gets a channel axis; of four channels the last is dropped."""
    grey = np.array([[0, 51, 255], [10, 20, 30]], "uint8")
    result = learner.to_float_image(grey)
    expect.shape(result, (2, 3, 1), "(2, 3) should become (2, 3, 1)")
    expect.right_and_finite(result, grey[..., None] / 255, "its values should be right", rtol=1e-6, atol=1e-7)
    result = learner.to_float_image(grey[..., None])
    expect.shape(result, (2, 3, 1), "(2, 3, 1) should stay (2, 3, 1)")
    colours = np.arange(16, dtype="uint8").reshape(2, 2, 4)
    result = learner.to_float_image(colours)
    expect.shape(result, (2, 2, 3), "of (2, 2, 4) the fourth channel should be dropped")
    expect.right_and_finite(
        result, colours[..., :3] / 255, "red, green and blue should stay", rtol=1e-6, atol=1e-7
    )


@check("to_float_image")
def test_image_refuses_other_numbers(learner):
    """Digits from 0 to 16, negative numbers, NaN and other integers raise a ValueError."""
    pixels = np.array([[0.0, 0.5], [0.25, 1.0]], "float32")
    cases = {
        "digits from 0 to 16": (16 * pixels,),
        "floats below 0": (pixels - 0.5,),
        "a NaN": (np.where(pixels == 0.5, np.nan, pixels),),
        "int64": (np.array([[0, 255]]),),
        "int32 from 0 to 1": (np.array([[0, 1]], "int32"),),
    }
    laws.refuses(learner.to_float_image, cases)


@check("to_float_image")
def test_image_refuses_other_shapes(learner):
    """Two or five channels, a row of pixels and a batch raise a ValueError."""
    shapes = ((3, 3, 2), (3, 3, 5), (4,), (2, 3, 3, 3))
    cases = {f"shape {shape}": (np.zeros(shape, "uint8"),) for shape in shapes}
    laws.refuses(learner.to_float_image, cases)


@check("to_float_image", hidden=True, after=test_image_of_other_dtypes)
def test_image_of_all_levels(learner):
    """All 256 levels, truth values in 2D, floats of one channel and with alpha; tensors; arguments stay."""
    levels = np.arange(256, dtype="uint8").reshape(16, 16)
    mask = np.eye(3, dtype=bool)
    alpha = (np.arange(16).reshape(2, 2, 4) / 15).astype("float64")
    deep = (np.arange(24).reshape(2, 3, 4) * 2849).astype("uint16")
    cases = (
        (levels, levels[..., None] / 255, "float32"),
        (mask, mask[..., None] * 1.0, "float32"),
        (alpha, alpha[..., :3], "float64"),
        (deep, deep[..., :3] / 65535, "float32"),
    )
    for image, want, back in cases:
        result = learner.to_float_image(image)
        expect.dtype(result, back, f"{image.dtype} should give {back}")
        expect.right_and_finite(result, want, f"{image.dtype} should be right", rtol=1e-6, atol=1e-7)
    outside = np.concatenate([alpha[..., :3], np.array([[[7.0], [np.nan]], [[-1.0], [255.0]]])], axis=-1)
    result = learner.to_float_image(outside)
    expect.right_and_finite(result, alpha[..., :3], "alpha is dropped, and may be anything", rtol=1e-6)
    result = learner.kit.on_tensors(learner.to_float_image, levels)
    expect.right_and_finite(result, levels[..., None] / 255, "a tensor should do", rtol=1e-6, atol=1e-7)
    laws.changes_no_argument(learner, learner.to_float_image, levels.copy())
    laws.changes_no_argument(learner, learner.to_float_image, alpha.copy())


@check("to_float_image", hidden=True, after=test_image_refuses_other_numbers)
def test_image_refuses_more(learner):
    """Numbers a little out of range, one NaN among many, infinities, and int8, uint32, complex."""
    good = np.full((2, 2, 3), 0.5)
    cases = {}
    for value in (1.001, -0.001, np.nan, np.inf, -np.inf):
        image = good.copy()
        image[1, 0, 2] = value
        cases[f"a single {value}"] = (image,)
    for dtype in ("int8", "uint32", "uint64", "int16", "complex64"):
        cases[dtype] = (np.ones((2, 2, 3), dtype),)
    cases["no channel"] = (np.zeros((2, 2, 0), "uint8"),)
    laws.refuses(learner.to_float_image, cases)


# denormalize -----------------------------------------------------------------------------------

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def normalized(levels, mean, std, dtype="float32"):
    return ((levels / 255 - mean) / std).astype(dtype)


def gives_levels(answer, levels, claim):
    """The answer is uint8, and has just these grey levels."""
    expect.dtype(answer, "uint8", "the result should be uint8")
    expect.same(answer, np.asarray(levels, "uint8"), claim)


@check("denormalize")
def test_denormalize_gives_all_levels_back(learner):
    """All 256 grey levels come back: times std, plus mean, times 255, rounded."""
    levels = np.repeat(np.arange(256).reshape(16, 16, 1), 3, axis=2)
    result = learner.denormalize(normalized(levels, MEAN, STD), MEAN, STD)
    gives_levels(result, levels, "every grey level should come back")


@check("denormalize")
def test_denormalize_by_hand(learner):
    """0 with a mean of 0.4 is grey level 102; 1 with a deviation of 0.2 is 153; 153.7 is rounded to 154."""
    image = np.array([[[0.0], [1.0], [1.0137]]])
    result = learner.denormalize(image, 0.4, 0.2)
    gives_levels(result, [[[102], [153], [154]]], "it should be image * std + mean, times 255, rounded")


@check("denormalize", after=test_denormalize_by_hand)
def test_denormalize_clips(learner):
    """What is darker than black is black, and what is brighter than white is white: nothing wraps."""
    image = np.array([[[-9.0, 9.0, 0.0]], [[2.7, -2.2, 100.0]]])
    want = np.rint(np.clip(image * STD + MEAN, 0, 1) * 255)
    gives_levels(
        learner.denormalize(image, MEAN, STD), want, "values should be clipped before they are uint8"
    )


@check("denormalize", after=test_denormalize_by_hand)
def test_denormalize_takes_numbers_and_lists(learner):
    """mean and std are numbers, or have one entry for each channel, in an array, a list or a tuple."""
    levels = np.arange(0, 180, 10).reshape(2, 3, 3)
    for mean, std in ((0.5, 0.25), ([0.1, 0.2, 0.3], 0.5), (0.5, (0.1, 0.2, 0.3)), (MEAN, STD)):
        image = normalized(levels, np.asarray(mean), np.asarray(std))
        gives_levels(learner.denormalize(image, mean, std), levels, "numbers and lists should do")


@check("denormalize")
def test_denormalize_refuses(learner):
    """Means that do not fit the channels, and deviations of 0 or less, raise a ValueError."""
    grey, colour = np.zeros((2, 2, 1)), np.zeros((2, 2, 3))
    cases = {
        "three means on a grey image": (grey, MEAN, 0.2),
        "three deviations on a grey image": (grey, 0.5, STD),
        "two means on three channels": (colour, MEAN[:2], STD),
        "a deviation of 0": (colour, 0.5, 0.0),
        "a negative deviation among three": (colour, MEAN, [0.2, -0.2, 0.2]),
    }
    laws.refuses(learner.denormalize, cases)


@check("denormalize", hidden=True, after=test_denormalize_gives_all_levels_back)
def test_denormalize_of_batches_and_dtypes(learner):
    """Batches, two and four channels, float64; float16, where one level more or less is right; tensors."""
    levels = np.arange(2 * 3 * 2 * 4).reshape(2, 3, 2, 4) * 5
    mean, std = np.array([0.5, 0.1, 0.9, 0.3]), np.array([0.2, 1.0, 0.05, 3.0])
    for dtype in ("float64", "float32"):
        result = learner.denormalize(normalized(levels, mean, std, dtype), mean, std)
        gives_levels(result, levels, f"a batch in {dtype} should be right")
    result = learner.denormalize(normalized(levels[0, ..., :2], 0.5, 0.25, "float16"), 0.5, 0.25)
    expect.dtype(result, "uint8", "float16 should give uint8")
    expect.close(result, levels[0, ..., :2], "float16 should be right to one level", rtol=0, atol=1)
    far = normalized(levels, 20.3, 8.1)
    gives_levels(learner.denormalize(far, 20.3, 8.1), levels, "a large mean should do, in float32")
    image = normalized(levels, mean, std)
    gives_levels(learner.kit.on_tensors(learner.denormalize, image, mean, std), levels, "tensors should do")
    laws.changes_no_argument(learner, learner.denormalize, image.copy(), mean.copy(), std.copy())


@check("denormalize", hidden=True, after=test_denormalize_refuses)
def test_denormalize_refuses_more(learner):
    """One mean in an array for three channels, means for pixels or rows, and a 0 among deviations."""
    colour = np.zeros((2, 3, 3))
    cases = {
        "a mean of shape (1,) for three channels": (colour, [0.5], STD),
        "a deviation of shape (1,) for three channels": (colour, MEAN, np.array([0.5])),
        "a mean for each pixel": (colour, colour, STD),
        "a mean for each row": (np.zeros((2, 3, 1)), np.zeros((2, 1, 1)), 1.0),
        "a deviation of 0 among three": (colour, MEAN, [0.2, 0.2, 0.0]),
        "a single negative deviation": (colour, MEAN, -1.0),
    }
    laws.refuses(learner.denormalize, cases)
