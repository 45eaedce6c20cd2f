"""Mistakes in `bootstrap_interval`: what is drawn, and which quantiles are the ends."""

from nnlearn.diagnosis import mistake


def in_steps(
    y_true,
    y_pred,
    metric,
    resamples=1000,
    level=0.95,
    seed=0,
    *,
    draw=lambda generator, n: [generator.integers(n, size=n)] * 2,
    generator=np.random.default_rng,
    score=lambda metric, y, p: float(metric(y, p)),
    tails=lambda level: [(1 - level) / 2, (1 + level) / 2],
    between=lambda values, tails, _: np.quantile(values, tails),
    good=lambda level: 0 < level < 1,
):
    """The right one, but for what is given."""
    if not good(level):
        raise ValueError(level)
    y, p = np.asarray(y_true), np.asarray(y_pred)
    source, values = generator(seed), []
    for _ in range(resamples):
        one, other = draw(source, len(y))
        values.append(score(metric, y[one], p[other]))
    low, high = between(values, tails(level), lambda: float(metric(y, p)))
    return float(low), float(high)


@mistake("bootstrap_interval")
def draws_unpaired(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """Labels and predictions are drawn at different places, so a label meets the prediction of another row.
    Draw the places once, and use them for both."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        draw=lambda generator, n: [generator.integers(n, size=n) for _ in range(2)],
    )


@mistake("bootstrap_interval")
def draws_without_replacement(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """Each resample is a permutation: all rows, once each. The metric is the same every time, and the
    interval has no width. Draw with replacement."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        draw=lambda generator, n: [generator.permutation(n)] * 2,
    )


@mistake("bootstrap_interval")
def draws_as_many_as_resamples(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """Each resample has as many rows as there are resamples. The more one asks for, the narrower the
    interval. A resample has N rows, as the data."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        draw=lambda generator, n: [generator.integers(n, size=resamples)] * 2,
    )


@mistake("bootstrap_interval")
def never_draws_the_last(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """Places are drawn from 0 to N - 2: `integers(n - 1, ...)` leaves its upper end out already. Draw from
    N."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        draw=lambda generator, n: [generator.integers(max(n - 1, 1), size=n)] * 2,
    )


@mistake("bootstrap_interval")
def divides_by_the_root(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The spread of the resampled values is divided by the root of N once more. It is the spread of the
    metric of N rows already. Take the quantiles as they are."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        between=lambda values, tails, whole: (
            whole() + (np.quantile(values, tails) - whole()) / np.sqrt(len(y_true))
        ),
    )


@mistake("bootstrap_interval")
def divides_by_the_root_of_resamples(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """It is an interval of the *mean* of the resampled values: with more resamples it becomes as narrow as
    one likes. The values' own quantiles are what is asked for."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        between=lambda values, tails, _: (
            np.mean(values) + (np.quantile(values, tails) - np.mean(values)) / np.sqrt(len(values))
        ),
    )


@mistake("bootstrap_interval")
def cuts_the_whole_rest_on_each_side(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The ends are the quantiles 1 - level and level: from 5 % to 95 % for the level 0.95, which holds 90
    %. What is left over is cut by half on each side."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        tails=lambda level: sorted([1 - level, level]),
    )


@mistake("bootstrap_interval")
def always_ninety_five(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The ends are the percentiles 2.5 and 97.5, whatever `level` says."""
    return in_steps(*(y_true, y_pred, metric, resamples, level, seed), tails=lambda _: [0.025, 0.975])


@mistake("bootstrap_interval")
def takes_percent_for_shares(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """np.percentile is called with shares, 0.025 and 0.975, and takes them for per cents: both ends lie at
    the lowest values. Use np.quantile, or multiply by 100."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        between=lambda values, tails, _: np.percentile(values, tails),
    )


@mistake("bootstrap_interval")
def from_least_to_largest(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The ends are the smallest and the largest of the resampled values, which move further apart the more
    one draws. Take quantiles."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        between=lambda values, *_: (min(values), max(values)),
    )


@mistake("bootstrap_interval")
def one_deviation(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The ends are the mean of the resampled values minus and plus their standard deviation, whatever the
    level. Take quantiles."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        between=lambda values, *_: (np.mean(values) - np.std(values), np.mean(values) + np.std(values)),
    )


@mistake("bootstrap_interval")
def ignores_the_seed(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The generator is made without the seed, so nobody can repeat the numbers:
    np.random.default_rng(seed)."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed), generator=lambda _: np.random.default_rng()
    )


@mistake("bootstrap_interval")
def always_one_seed(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The generator always gets the same seed: `seed` changes nothing."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed), generator=lambda _: np.random.default_rng(42)
    )


@mistake("bootstrap_interval")
def seeds_the_global_generator(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """np.random.seed sets the generator that all other code draws from: after each interval its numbers
    repeat. Make a generator of your own, np.random.default_rng(seed)."""
    np.random.seed(seed)
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        generator=lambda _: None,
        draw=lambda _, n: [np.random.randint(n, size=n)] * 2,
    )


@mistake("bootstrap_interval")
def seeds_each_resample(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """A new generator with the same seed is made for each resample, so that all of them are the same, and the
    interval has no width. Make it once, before the loop."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        draw=lambda _, n: [np.random.default_rng(seed).integers(n, size=n)] * 2,
    )


@mistake("bootstrap_interval")
def takes_any_level(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """A level of 95, or of 0, is not refused: np.quantile may take what comes of it, and the interval is
    nonsense. Raise a ValueError unless 0 < level < 1."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        good=lambda _: True,
        tails=lambda level: np.clip([(1 - level) / 2, (1 + level) / 2], 0, 1),
    )


@mistake("bootstrap_interval")
def takes_the_ends_of_levels(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The levels 0 and 1 are taken. No resampling holds everything: raise a ValueError unless level is
    above 0 and below 1."""
    return in_steps(*(y_true, y_pred, metric, resamples, level, seed), good=lambda level: 0 <= level <= 1)


@mistake("bootstrap_interval")
def hands_predictions_first(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """metric is called with the predictions first. Accuracy does not mind; recall, and most others, do."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed), score=lambda metric, y, p: float(metric(p, y))
    )


@mistake("bootstrap_interval")
def no_interpolation(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The ends are resampled values at places rounded down, in place of quantiles that are interpolated
    between neighbours, as np.quantile does."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        between=lambda values, tails, _: [
            sorted(values)[min(int(tail * len(values)), len(values) - 1)] for tail in tails
        ],
    )


@mistake("bootstrap_interval")
def returns_the_width(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The metric of all rows and half of the width are given, as in 0.94 ± 0.03. Asked for are the two
    ends."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        between=lambda values, tails, whole: (whole(), np.ptp(np.quantile(values, tails)) / 2),
    )


@mistake("bootstrap_interval")
def zero_is_no_seed(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """The seed 0 counts as none: `seed or None`, or `if seed:`. It is a seed like others, and the default."""
    return in_steps(
        *(y_true, y_pred, metric, resamples, level, seed),
        generator=lambda seed: np.random.default_rng(seed or None),
    )


@mistake("bootstrap_interval")
def makes_floats_first(y_true, y_pred, metric, resamples=1000, level=0.95, seed=0):
    """Labels and predictions are turned into floats before they are resampled. A metric that takes labels
    as places in a row cannot do so with floats. Hand over the dtypes that came."""
    return in_steps(
        np.asarray(y_true, "float64"), np.asarray(y_pred, "float64"), metric, resamples, level, seed
    )
