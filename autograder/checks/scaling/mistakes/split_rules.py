"""Mistakes in `split`: the seed, the scaler, what comes back, and what is refused."""

from nnlearn.diagnosis import mistake

from .split import checked, in_steps, scaled


@mistake("split")
def fits_on_everything(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """The scaler is fitted to all rows, also those of the test part, which then have a hand in what they
    test. Split first, and fit to the first part alone."""
    checked(x, y, fractions)
    if scaler is not None:
        scaler.fit(x)
    return in_steps(x, y, fractions, seed, scaler, scale=only_transformed)


def only_transformed(xs, scaler):
    """The x of all parts, transformed without a fit."""
    return xs if scaler is None else [scaler.transform(part) for part in xs]


@mistake("split")
def fits_on_each_part(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """The scaler is fitted to each part anew, so that the same row is another number in another part. Fit
    once, to the first part, and use these statistics for all."""

    def scale(xs, scaler):
        return xs if scaler is None else [scaler.fit(part).transform(part) for part in xs]

    return in_steps(x, y, fractions, seed, scaler, scale=scale)


@mistake("split")
def fits_on_the_last_part(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """The scaler is fitted to the last part. The first is the one that is trained on."""

    def scale(xs, scaler):
        return scaled(xs[::-1], scaler)[::-1]

    return in_steps(x, y, fractions, seed, scaler, scale=scale)


@mistake("split")
def scales_the_first_part_alone(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Only the first part is transformed. The model would be tested on raw numbers: every part goes through
    the same transform."""

    def scale(xs, scaler):
        return xs if scaler is None else [*scaled(xs[:1], scaler), *xs[1:]]

    return in_steps(x, y, fractions, seed, scaler, scale=scale)


@mistake("split")
def leaves_the_first_part_raw(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """The scaler is fitted to the first part, and all parts but that one are transformed. The first is,
    too."""

    def scale(xs, scaler):
        return xs if scaler is None else [xs[0], *scaled(xs, scaler)[1:]]

    return in_steps(x, y, fractions, seed, scaler, scale=scale)


@mistake("split")
def transforms_twice(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """What was transformed once is transformed again."""

    def scale(xs, scaler):
        return xs if scaler is None else [scaler.transform(part) for part in scaled(xs, scaler)]

    return in_steps(x, y, fractions, seed, scaler, scale=scale)


@mistake("split")
def ignores_the_scaler(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):  # noqa: ARG001
    """The scaler is not used at all."""
    return split(x, y, fractions, seed)


@mistake("split")
def seeds_the_global_generator(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """np.random.seed sets the generator that everybody shares: whatever draws random numbers afterwards
    repeats itself. Make a generator of your own, np.random.default_rng(seed)."""
    checked(x, y, fractions)
    np.random.seed(seed)
    return in_steps(x, y, fractions, seed, scaler, order=np.random.permutation, mix=np.random.permutation)


@mistake("split")
def ignores_the_seed(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):  # noqa: ARG001
    """Every seed gives the same parts: the generator is made with a seed of its own. Hand it the one
    given."""
    return split(x, y, fractions, 1234, scaler)


@mistake("split")
def another_split_each_time(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):  # noqa: ARG001
    """The same seed gives other parts each time: the generator is made without it. Then a result cannot be
    repeated, and after a second run the model is tested on rows it was trained on."""
    return split(x, y, fractions, int(np.random.default_rng().integers(1 << 30)), scaler)


@mistake("split")
def returns_like_train_test_split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """What comes back is all x, and then all y. Asked for is a list with a pair (x, y) for each
    fraction."""
    parts = split(x, y, fractions, seed, scaler)
    return [part for part, _ in parts] + [labels for _, labels in parts]


@mistake("split")
def mends_the_fractions(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Fractions that do not add up to 1 are divided by their sum without a word. Whoever wrote 0.6, 0.3
    forgot something: raise a ValueError."""
    shares = np.array(fractions, "float64")
    if len(shares) and (shares > 0).all():
        fractions = tuple(shares / shares.sum())
    return split(x, y, fractions, seed, scaler)


@mistake("split")
def adds_up_exactly(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """The fractions have to add up to 1 exactly. 0.1 + 0.2 + 0.7 gives 0.9999999999999999 in floats: allow
    for a millionth."""
    if sum(fractions) != 1:
        raise ValueError("fractions")
    return split(x, y, fractions, seed, scaler)


@mistake("split")
def takes_a_fraction_of_nothing(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """A fraction of 0 is taken, and makes a part without rows. Each has to be positive."""
    shares = list(fractions)
    if len(shares) > 1 and 0 in shares and sum(shares) == 1:
        nothing = (np.asarray(x)[:0], np.asarray(y)[:0])
        rest = [share for share in shares if share]
        parts = split(x, y, rest, seed, scaler) if len(rest) > 1 else [(x, y)]
        return [parts.pop(0) if share else nothing for share in shares]
    return split(x, y, fractions, seed, scaler)


@mistake("split")
def takes_labels_in_columns(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """Labels of shape (N, 1) are flattened without a word. One-hot rows would become labels that mean
    nothing: y has to have rank 1."""
    y = np.asarray(y)
    return split(x, y.reshape(-1) if y.ndim == 2 and y.shape[1] == 1 else y, fractions, seed, scaler)


@mistake("split")
def cuts_the_longer_one(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    """x and y of different lengths are cut to the shorter one. Something went wrong before, and nobody is
    told: raise a ValueError."""
    n = min(len(x), len(y))
    return split(x[:n], y[:n], fractions, seed, scaler)
