"""Mistakes in `split`: which rows go where."""

from nnlearn.diagnosis import mistake


def largest_remainders(shares, n):
    """How many of n rows each part should have."""
    wanted = shares * n
    counts = np.floor(wanted).astype(int)
    counts[np.argsort(counts - wanted, kind="stable")[: n - counts.sum()]] += 1
    return counts


def scaled(xs, scaler):
    """The x of all parts, scaled as they should be."""
    if scaler is None:
        return xs
    scaler.fit(xs[0])
    return [scaler.transform(part) for part in xs]


def checked(x, y, fractions):
    """The arguments as arrays, when they are as they should be."""
    x, y, shares = np.asarray(x), np.asarray(y), np.array(fractions, "float64")
    if len(shares) < 2 or not (shares > 0).all() or abs(shares.sum() - 1) > 1e-6:
        raise ValueError("fractions")
    if y.ndim != 1 or len(x) != len(y):
        raise ValueError("labels")
    return x, y, shares


def in_steps(
    x,
    y,
    fractions,
    seed,
    scaler,
    *,
    counts=largest_remainders,
    groups=None,
    order=None,
    mix=None,
    scale=scaled,
):
    """The right one, but for what is given."""
    x, y, shares = checked(x, y, fractions)
    generator = np.random.default_rng(seed)
    order = order or generator.permutation
    mix = mix or generator.permutation
    chosen = [[] for _ in shares]
    for label in np.unique(y if groups is None else groups(y)):
        rows = order(np.flatnonzero((y if groups is None else groups(y)) == label))
        ends = np.cumsum(counts(shares, len(rows)))
        for part, piece in zip(chosen, np.split(rows, ends), strict=False):
            part.extend(piece)
    places = [np.asarray(mix(np.array(part, int))) for part in chosen]
    xs = scale([x[part] for part in places], scaler)
    return [(part, y[place]) for part, place in zip(xs, places, strict=True)]


@mistake("split")
def forgets_the_classes(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """All rows are mixed and cut, whatever their class. A part then has too many of one class by chance,
    and none of a rare one. Cut each class by itself."""
    return in_steps(x, y, fractions, seed, scaler, groups=np.zeros_like)


@mistake("split")
def cuts_as_they_come(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """The rows are cut in the order in which they came: the first 60 % are the first part. Data often comes
    sorted, and the seed means nothing."""
    return in_steps(x, y, fractions, seed, scaler, groups=np.zeros_like, order=np.asarray, mix=np.asarray)


@mistake("split")
def takes_the_first_of_each_class(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Of each class the first rows go to the first part, with every seed; only the order inside of the
    parts is random. Mix the rows of a class before they are cut."""
    return in_steps(x, y, fractions, seed, scaler, order=np.asarray)


@mistake("split")
def leaves_parts_sorted_by_class(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Each part has one class after the other: the pieces of the classes were put together, and not mixed.
    Whoever takes the first hundred rows has one class."""
    return in_steps(x, y, fractions, seed, scaler, mix=np.asarray)


@mistake("split")
def leaves_parts_in_their_old_order(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Rows are chosen at random, and then each part is sorted by where they stood. They should come in
    random order."""
    return in_steps(x, y, fractions, seed, scaler, mix=np.sort)


@mistake("split")
def draws_with_replacement(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Rows are drawn with replacement, so some are there twice, in training and in test, and others
    nowhere. A permutation has each once."""
    generator = np.random.default_rng(seed)
    return in_steps(x, y, fractions, seed, scaler, order=lambda rows: generator.choice(rows, len(rows)))


@mistake("split")
def shuffles_apart(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """x and y are shuffled one after the other, in two different orders, so that a row gets the label of
    another. Take one order for both."""
    generator = np.random.default_rng(seed)
    parts = in_steps(x, y, fractions, seed, scaler)
    return [(part, generator.permutation(labels)) for part, labels in parts]


@mistake("split")
def leaves_the_rest_to_the_last(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Numbers of rows are rounded down, and the last part gets all that is left over, which can be more
    than a row too many. Give one more to each of the largest remainders."""

    def counts(shares, n):
        whole = np.floor(shares * n + 1e-9).astype(int)
        whole[-1] = n - whole[:-1].sum()
        return whole

    return in_steps(x, y, fractions, seed, scaler, counts=counts)


@mistake("split")
def leaves_the_rest_to_the_first(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Numbers of rows are rounded down, and the first part gets all that is left over, which can be more
    than a row too many. Give one more to each of the largest remainders."""

    def counts(shares, n):
        whole = np.floor(shares * n + 1e-9).astype(int)
        whole[0] = n - whole[1:].sum()
        return whole

    return in_steps(x, y, fractions, seed, scaler, counts=counts)


@mistake("split")
def drops_the_remainder(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Numbers of rows are rounded down, and what is left over is in no part. Every row belongs to one."""
    return in_steps(x, y, fractions, seed, scaler, counts=lambda shares, n: np.floor(shares * n).astype(int))


@mistake("split")
def rounds_each_share(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Each number of rows is rounded by itself, and the sum is a row too many or too few: then one part
    comes short, or a row is in none. Rounded numbers need not add up."""
    return in_steps(x, y, fractions, seed, scaler, counts=lambda shares, n: np.rint(shares * n).astype(int))


@mistake("split")
def equal_parts(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """All parts get the same number of rows, whatever fractions say."""
    even = [1 / len(fractions)] * len(fractions)
    checked(x, y, fractions)
    return in_steps(x, y, even, seed, scaler)
