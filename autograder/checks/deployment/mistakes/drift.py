"""Mistakes in `drift`: what is compared, where, and with which bound."""

from nnlearn.diagnosis import mistake


def shares(part, values, side="right"):
    """Which share of a sample lies up to each value."""
    return np.searchsorted(np.sort(part), values, side=side) / len(part)


def in_steps(
    reference,
    live,
    level=0.01,
    *,
    checks=lambda old, new: old.shape[1] == new.shape[1] and len(old) > 0 and len(new) > 0,
    dtype="float64",
    at=lambda old, new: np.concatenate([old, new]),
    share=shares,
    summary=lambda old, new: np.max(np.abs(old - new)),
    statistic=None,
    bound=lambda level, n, m, features: (
        math.sqrt(-math.log(level / features / 2) / 2) * math.sqrt((n + m) / (n * m))
    ),
):
    """The right one, but for what is given."""
    old, new = np.asarray(reference, dtype), np.asarray(live, dtype)
    if not checks(old, new):
        raise ValueError(f"{old.shape} and {new.shape}")

    def distance(a, b):
        values = at(a, b)
        return summary(share(a, values), share(b, values))

    found = np.array([(statistic or distance)(a, b) for a, b in zip(old.T, new.T, strict=False)], "float64")
    return {"statistic": found, "drifted": found > bound(level, len(old), len(new), old.shape[1])}


@mistake("drift")
def means_compared(reference, live, level=0.01):
    """The means are compared, in standard deviations. A new spread with the same mean is not found: compare
    the shares up to each value."""
    return in_steps(
        reference, live, level, statistic=lambda a, b: abs(np.mean(a) - np.mean(b)) / max(np.std(a), 1e-9)
    )


@mistake("drift")
def signed_distance(reference, live, level=0.01):
    """The largest of old minus new is taken, with its sign: numbers that became smaller are not found. Take
    the absolute difference."""
    return in_steps(reference, live, level, summary=lambda old, new: np.max(old - new))


@mistake("drift")
def signed_the_other_way(reference, live, level=0.01):
    """The largest of new minus old is taken, with its sign: numbers that became larger are not found. Take
    the absolute difference."""
    return in_steps(reference, live, level, summary=lambda old, new: np.max(new - old))


@mistake("drift")
def reference_points_only(reference, live, level=0.01):
    """Only the values of the reference are tried. The largest distance may be at a live one: try both."""
    return in_steps(reference, live, level, at=lambda old, _new: old)


@mistake("drift")
def live_points_only(reference, live, level=0.01):
    """Only the live values are tried. The largest distance may be at one of the reference: try both."""
    return in_steps(reference, live, level, at=lambda _old, new: new)


@mistake("drift")
def one_by_one(reference, live, level=0.01):
    """Numbers that both have come out apart. Either both are merged, and the distance is looked at after
    each number, in the middle of ties as well; or v itself counts in one share and not in the other. Count
    all that are <= v, in both."""

    def statistic(a, b):
        order = np.argsort(np.concatenate([a, b]), kind="stable")
        steps = np.concatenate([np.full(len(a), 1 / len(a)), np.full(len(b), -1 / len(b))])[order]
        return np.max(np.abs(np.cumsum(steps)))

    return in_steps(reference, live, level, statistic=statistic)


@mistake("drift")
def mean_distance(reference, live, level=0.01):
    """The mean of the distances is taken. The statistic is the largest."""
    return in_steps(reference, live, level, summary=lambda old, new: np.mean(np.abs(old - new)))


@mistake("drift")
def tries_a_grid(reference, live, level=0.01):
    """A grid of ten values is tried, as for a histogram. Values between two of its points are missed: try
    those that occur."""

    def at(old, new):
        both = np.concatenate([old, new])
        return np.linspace(both.min(), both.max(), 10)

    return in_steps(reference, live, level, at=at)


@mistake("drift")
def quantiles_compared(reference, live, level=0.01):
    """Sorted numbers are compared at the same place, so the distance is one of values. It is one of shares,
    from 0 to 1."""

    def statistic(a, b):
        places = np.linspace(0, 1, 101)
        return np.max(np.abs(np.quantile(a, places) - np.quantile(b, places)))

    return in_steps(reference, live, level, statistic=statistic)


@mistake("drift")
def level_for_each(reference, live, level=0.01):
    """Each feature has the whole level: with 64 features there are false alarms on four days of ten. Divide
    it by the number of features."""
    return in_steps(
        reference,
        live,
        level,
        bound=lambda level, n, m, _features: (
            math.sqrt(-math.log(level / 2) / 2) * math.sqrt((n + m) / (n * m))
        ),
    )


@mistake("drift")
def one_sided_level(reference, live, level=0.01):
    """The level is not divided by 2, as if one sign alone were looked for. The distance is absolute: level
    / F / 2."""
    return in_steps(
        reference,
        live,
        level,
        bound=lambda level, n, m, features: (
            math.sqrt(-math.log(level / features) / 2) * math.sqrt((n + m) / (n * m))
        ),
    )


@mistake("drift")
def forgets_the_half(reference, live, level=0.01):
    """The bound lacks the half below its root: it is sqrt(-ln(level / F / 2) / 2)."""
    return in_steps(
        reference,
        live,
        level,
        bound=lambda level, n, m, features: (
            math.sqrt(-math.log(level / features / 2)) * math.sqrt((n + m) / (n * m))
        ),
    )


@mistake("drift")
def one_sample_bound(reference, live, level=0.01):
    """The bound has 1 / sqrt(M), as if the reference were known exactly. It is a sample as well: sqrt((N +
    M) / (N M))."""
    return in_steps(
        reference,
        live,
        level,
        bound=lambda level, _n, m, features: math.sqrt(-math.log(level / features / 2) / 2) / math.sqrt(m),
    )


@mistake("drift")
def level_as_the_bound(reference, live, level=0.01):
    """The statistic is compared with the level. The level is a share of false alarms; which distance
    belongs to it, the formula says."""
    return in_steps(reference, live, level, bound=lambda level, _n, _m, _features: level)


@mistake("drift")
def not_drifted(reference, live, level=0.01):
    """ "drifted" is upside down: it is true where the statistic is above the bound."""
    answer = in_steps(reference, live, level)
    return answer | {"drifted": ~answer["drifted"]}


@mistake("drift")
def any_feature(reference, live, level=0.01):
    """ "drifted" is one truth value for all. Asked for is one for each feature."""
    answer = in_steps(reference, live, level)
    return answer | {"drifted": bool(answer["drifted"].any())}


@mistake("drift")
def always_the_default_level(reference, live, level=0.01):  # noqa: ARG001
    """The level is 0.01, whatever is asked for."""
    return in_steps(reference, live)


@mistake("drift")
def as_many_as_there_are(reference, live, level=0.01):
    """Different numbers of features are not refused: some are left out, one is compared with all, or an
    error of another kind comes. They should raise a ValueError."""
    return in_steps(reference, live, level, checks=lambda old, new: len(old) > 0 and len(new) > 0)


@mistake("drift")
def takes_no_rows(reference, live, level=0.01):
    """Data without rows is not refused, or divides by zero. It should raise a ValueError."""
    old, new = np.asarray(reference), np.asarray(live)
    if old.shape[1] == new.shape[1] and 0 in (len(old), len(new)):
        return {"statistic": np.zeros(old.shape[1]), "drifted": np.zeros(old.shape[1], bool)}
    return in_steps(reference, live, level)


@mistake("drift")
def compares_in_float32(reference, live, level=0.01):
    """Numbers are compared as float32. Two that differ by little become equal. Both count as float64."""
    return in_steps(reference, live, level, dtype="float32")


@mistake("drift")
def sorts_in_place(reference, live, level=0.01):
    """reference.sort(axis=0) sorts the array of whoever called, each column by itself, and tears its rows
    apart. Sort a copy: np.sort."""
    answer = in_steps(reference, live, level)
    reference.sort(axis=0)
    live.sort(axis=0)
    return answer


@mistake("drift")
def all_features_together(reference, live, level=0.01):
    """All features are thrown together, and each gets the statistic of the whole. Each is looked at by
    itself."""
    answer = in_steps(reference, live, level)
    old, new = np.asarray(reference, "float64").ravel(), np.asarray(live, "float64").ravel()
    values = np.concatenate([old, new])
    whole = np.max(np.abs(shares(old, values) - shares(new, values)))
    same = np.full_like(answer["statistic"], whole)
    n, m, features = len(reference), len(live), len(same)
    bound = math.sqrt(-math.log(level / features / 2) / 2) * math.sqrt((n + m) / (n * m))
    return {"statistic": same, "drifted": same > bound}
