"""Mistakes in `choose_threshold`: which thresholds are tried, and what they cost."""

from nnlearn.diagnosis import mistake


def in_steps(
    y_true,
    scores,
    cost_fp,
    cost_fn,
    *,
    candidates=lambda scores: np.append(np.unique(scores), np.inf),
    positive=lambda scores, threshold: scores >= threshold,
    cost=lambda alarms, misses, fp, fn, n: (fp * alarms + fn * misses) / n,
    pick=np.argmin,
):
    """The right one, but for what is given."""
    y, s = np.asarray(y_true), np.asarray(scores, "float64")
    thresholds = candidates(s)
    costs = []
    for threshold in thresholds:
        said = positive(s, threshold)
        alarms, misses = np.sum(said & (y == 0)), np.sum(~said & (y == 1))
        costs.append(cost(alarms, misses, cost_fp, cost_fn, len(y)))
    best = pick(costs)
    return float(thresholds[best]), float(costs[best])


@mistake("choose_threshold")
def swaps_costs(y_true, scores, cost_fp, cost_fn):
    """The two costs are swapped: a false alarm costs what a miss should. A false positive is a negative
    that is called positive."""
    return in_steps(y_true, scores, cost_fn, cost_fp)


@mistake("choose_threshold")
def strictly_above(y_true, scores, cost_fp, cost_fn):
    """Costs are computed for scores strictly above the threshold. Whoever uses it with >=, as promised,
    calls one more positive than was counted."""
    return in_steps(
        y_true,
        scores,
        cost_fp,
        cost_fn,
        candidates=lambda scores: np.append(-np.inf, np.unique(scores)),
        positive=lambda scores, threshold: scores > threshold,
    )


@mistake("choose_threshold")
def always_one_half(y_true, scores, cost_fp, cost_fn):
    """The threshold is 0.5, whatever mistakes cost. That is cheapest if both cost the same, and the scores
    are calibrated probabilities."""
    return in_steps(y_true, scores, cost_fp, cost_fn, candidates=lambda _: np.array([0.5]))


@mistake("choose_threshold")
def trusts_the_formula(y_true, scores, cost_fp, cost_fn):
    """The threshold is cost_fp / (cost_fp + cost_fn), without a look at the scores. That is right for
    calibrated probabilities. Scores need not be calibrated: try the thresholds."""
    share = cost_fp / (cost_fp + cost_fn)
    return in_steps(y_true, scores, cost_fp, cost_fn, candidates=lambda _: np.array([share]))


@mistake("choose_threshold")
def nobody_is_left_out(y_true, scores, cost_fp, cost_fn):
    """Only the scores themselves are tried, so at least one example is always positive. If false alarms
    cost much, it is cheapest to call nobody positive: try infinity, too."""
    return in_steps(y_true, scores, cost_fp, cost_fn, candidates=np.unique)


@mistake("choose_threshold")
def not_everybody(y_true, scores, cost_fp, cost_fn):
    """No threshold is tried at which everybody is positive, such as the smallest score. If misses cost
    much, that is the cheapest."""
    return in_steps(
        y_true, scores, cost_fp, cost_fn, candidates=lambda scores: np.append(np.unique(scores)[1:], np.inf)
    )


@mistake("choose_threshold")
def on_a_grid(y_true, scores, cost_fp, cost_fn):
    """A grid of thresholds from 0 to 1 is tried. Scores may be logits, or lie between two points of the
    grid. Try the scores themselves."""
    return in_steps(y_true, scores, cost_fp, cost_fn, candidates=lambda _: np.linspace(0, 1, 101))


@mistake("choose_threshold")
def total_cost(y_true, scores, cost_fp, cost_fn):
    """The cost is that of all examples together. Asked for is the mean per example: divide by N."""
    return in_steps(
        y_true, scores, cost_fp, cost_fn, cost=lambda alarms, misses, fp, fn, _: fp * alarms + fn * misses
    )


@mistake("choose_threshold")
def cost_of_rates(y_true, scores, cost_fp, cost_fn):
    """Costs are multiplied by the false positive rate and by the false negative rate, which are shares of
    each class. So a rare class counts as much as a common one. The mean is over examples."""
    y = np.asarray(y_true)
    negatives, positives = max(np.sum(y == 0), 1), max(np.sum(y == 1), 1)
    return in_steps(
        y_true,
        scores,
        cost_fp,
        cost_fn,
        cost=lambda alarms, misses, fp, fn, _: fp * alarms / negatives + fn * misses / positives,
    )


@mistake("choose_threshold")
def ignores_costs(y_true, scores, cost_fp, cost_fn):
    """The threshold with the fewest mistakes is taken, whatever they cost, and its cost is given. Compare
    costs."""
    threshold, _ = in_steps(y_true, scores, 1.0, 1.0)
    return in_steps(y_true, scores, cost_fp, cost_fn, candidates=lambda _: np.array([threshold]))


@mistake("choose_threshold")
def the_dearest(y_true, scores, cost_fp, cost_fn):
    """The threshold with the highest cost is taken: np.argmax in place of np.argmin."""
    return in_steps(y_true, scores, cost_fp, cost_fn, pick=np.argmax)


@mistake("choose_threshold")
def cuts_through_ties(y_true, scores, cost_fp, cost_fn):
    """Sums run along the sorted examples, and the cheapest place may lie between two equal scores. No
    threshold cuts there: equal scores are all positive or none."""
    y, s = np.asarray(y_true), np.asarray(scores, "float64")
    order = np.argsort(-s, kind="stable")
    y, s = y[order], s[order]
    alarms = np.concatenate([[0], np.cumsum(y == 0)])
    misses = np.sum(y == 1) - np.concatenate([[0], np.cumsum(y == 1)])
    costs = (cost_fp * alarms + cost_fn * misses) / len(y)
    best = np.argmin(costs)
    return float(np.append(np.inf, s)[best]), float(costs[best])


@mistake("choose_threshold")
def low_scores_are_positive(y_true, scores, cost_fp, cost_fn):
    """Scores below the threshold count as positive. High scores do: score >= threshold."""
    return in_steps(y_true, scores, cost_fp, cost_fn, positive=lambda scores, threshold: scores < threshold)


@mistake("choose_threshold")
def counts_right_ones(y_true, scores, cost_fp, cost_fn):
    """A true positive, not a missed one, is what is charged for. Charge for positives below the threshold."""
    y = np.asarray(y_true)
    return in_steps(
        y_true,
        scores,
        cost_fp,
        cost_fn,
        cost=lambda alarms, misses, fp, fn, n: (fp * alarms + fn * (np.sum(y == 1) - misses)) / n,
    )


@mistake("choose_threshold")
def one_above_the_largest(y_true, scores, cost_fp, cost_fn):
    """For nobody to be positive, the largest score plus 1 (or plus a tiny number) is tried. For scores like
    1e300 that is the same number. Infinity is above all."""
    return in_steps(
        y_true,
        scores,
        cost_fp,
        cost_fn,
        candidates=lambda scores: np.append(np.unique(scores), np.max(scores) + 1),
    )


@mistake("choose_threshold")
def half_way_between(y_true, scores, cost_fp, cost_fn):
    """Thresholds half-way between neighbouring scores are tried. Of two neighbouring floats the middle may
    round to the lower one, and then both are positive. The scores themselves do."""

    def candidates(scores):
        values = np.unique(scores)
        return np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])

    y, s = np.asarray(y_true), np.asarray(scores, "float64")
    threshold, cost = in_steps(y, s, cost_fp, cost_fn, candidates=candidates)
    return threshold, cost
