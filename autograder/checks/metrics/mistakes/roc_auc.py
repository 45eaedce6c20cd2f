"""Mistakes in `roc_auc`: which pairs are compared, and how."""

from nnlearn.diagnosis import mistake


def in_steps(
    y_true,
    scores,
    sample_weight=None,
    *,
    prepare=lambda scores: scores,
    weigh=lambda weights: weights,
    tie=0.5,
    turn=lambda wins: wins,
    finite=np.isfinite,
    empty=None,
    divide=lambda wins, p, n: wins / (p.sum() * n.sum()),
):
    """The right one, but for what is given."""
    y_true, scores = np.asarray(y_true), np.asarray(scores)
    weights = np.ones(len(scores)) if sample_weight is None else np.asarray(sample_weight, "float64")
    if not finite(scores).all():
        raise ValueError("scores have to be finite")
    scores, weights = prepare(scores), weigh(weights)
    p, n = weights[y_true == 1], weights[y_true == 0]
    if p.sum() == 0 or n.sum() == 0:
        if empty is None:
            raise ValueError("both classes need examples with a weight")
        return empty
    up, down = scores[y_true == 1][:, None], scores[y_true == 0]
    wins = (up > down) + (0.0 if tie is None else tie) * (up == down)
    return float(divide(p @ turn(wins) @ n, p, n))


@mistake("roc_auc")
def of_decisions(y_true, scores, sample_weight=None):
    """Scores are cut at 0.5 first, and the AUC of these decisions is computed. All the order within each
    side is lost. The AUC compares the scores themselves."""
    return in_steps(y_true, scores, sample_weight, prepare=lambda scores: (scores > 0.5).astype(float))


@mistake("roc_auc")
def at_many_thresholds(y_true, scores, sample_weight=None):
    """Scores are compared with 200 thresholds from 0 to 1, as Keras' AUC does. Scores between two of them, or
    outside of 0 to 1, look equal. Compare each positive with each negative."""
    return in_steps(
        y_true, scores, sample_weight, prepare=lambda scores: np.digitize(scores, np.linspace(0, 1, 200))
    )


@mistake("roc_auc")
def rounds_scores(y_true, scores, sample_weight=None):
    """Scores are rounded, or compared with a tolerance, so that those which differ by little count as ties.
    Compare them as they are."""
    return in_steps(y_true, scores, sample_weight, prepare=lambda scores: np.round(scores, 6))


@mistake("roc_auc")
def ties_count_nothing(y_true, scores, sample_weight=None):
    """A tie counts 0: a constant score gets 0, as if it were always wrong. It counts a half."""
    return in_steps(y_true, scores, sample_weight, tie=0.0)


@mistake("roc_auc")
def ties_count_full(y_true, scores, sample_weight=None):
    """A tie counts 1 (>= in place of >, or steps in place of trapezoids below the curve): a constant score
    gets 1, as if it were always right. It counts a half."""
    return in_steps(y_true, scores, sample_weight, tie=1.0)


@mistake("roc_auc")
def leaves_ties_out(y_true, scores, sample_weight=None):
    """Tied pairs are left out, above and below. All pairs count, and a tie counts a half."""
    y, s = np.asarray(y_true), np.asarray(scores)
    weights = np.ones(len(s)) if sample_weight is None else np.asarray(sample_weight, "float64")
    in_steps(y, s, weights)
    up, down = s[y == 1][:, None], s[y == 0]
    p, n = weights[y == 1], weights[y == 0]
    untied = p @ (up != down) @ n
    return float(p @ (up > down) @ n / untied) if untied else 0.5


@mistake("roc_auc")
def reverses(y_true, scores, sample_weight=None):
    """It is the probability that a negative scores higher: one minus the AUC. Count pairs in which the
    positive is above."""
    return in_steps(y_true, scores, sample_weight, turn=lambda wins: 1 - wins)


@mistake("roc_auc")
def never_below_half(y_true, scores, sample_weight=None):
    """An AUC below 0.5 is turned round. That hides a flipped sign, which it would have told you of."""
    auc = in_steps(y_true, scores, sample_weight)
    return max(auc, 1 - auc)


@mistake("roc_auc")
def ignores_weights(y_true, scores, sample_weight=None):
    """sample_weight is not used: each pair counts alike. A pair counts the product of its two weights."""
    return in_steps(y_true, scores, sample_weight, weigh=np.ones_like, empty=0.5)


@mistake("roc_auc")
def weighs_positives_alone(y_true, scores, sample_weight=None):
    """Only the weights of positives are used. A pair counts the product of both weights."""
    y = np.asarray(y_true)
    return in_steps(y_true, scores, sample_weight, weigh=lambda weights: np.where(y == 1, weights, 1.0))


@mistake("roc_auc")
def divides_by_numbers(y_true, scores, sample_weight=None):
    """Weighted pairs are divided by how many pairs there are, not by the sum of their weights: weights
    that are all 2 give four times the AUC."""
    return in_steps(y_true, scores, sample_weight, divide=lambda wins, p, n: wins / (len(p) * len(n)))


@mistake("roc_auc")
def leaves_out_what_weighs_nothing(y_true, scores, sample_weight=None):
    """Examples with the weight 0 are left out, and the others all count as 1. A pair counts the product of
    its two weights."""
    return in_steps(y_true, scores, sample_weight, weigh=lambda weights: (weights > 0).astype(float))


@mistake("roc_auc")
def nan_for_one_class(y_true, scores, sample_weight=None):
    """With one class there are no pairs, and the result is NaN, as scikit-learn's. A NaN gets lost in a
    mean of many numbers. Raise a ValueError."""
    return in_steps(y_true, scores, sample_weight, empty=float("nan"))


@mistake("roc_auc")
def half_for_one_class(y_true, scores, sample_weight=None):
    """With one class the result is 0.5, as if something had been measured. There are no pairs: raise a
    ValueError."""
    return in_steps(y_true, scores, sample_weight, empty=0.5)


@mistake("roc_auc")
def lets_nan_through(y_true, scores, sample_weight=None):
    """Scores that are NaN are compared like others, and lose every comparison in silence. Raise a
    ValueError."""
    return in_steps(y_true, scores, sample_weight, finite=lambda scores: ~np.isinf(scores))


@mistake("roc_auc")
def lets_infinity_through(y_true, scores, sample_weight=None):
    """Infinite scores are let through. They come from an overflow, and say that something is broken: raise a
    ValueError, as for NaN."""
    return in_steps(y_true, scores, sample_weight, finite=lambda scores: ~np.isnan(scores))


@mistake("roc_auc")
def ranks_in_order(y_true, scores, sample_weight=None):
    """The rank formula is used with ranks of a plain sort, in which tied scores get different ranks by
    where they stand. Give ties their mean rank."""
    y, s = np.asarray(y_true), np.asarray(scores)
    weights = np.ones(len(s)) if sample_weight is None else np.asarray(sample_weight, "float64")
    in_steps(y, s, weights)
    order = np.argsort(s, kind="stable")
    below = np.cumsum(np.where(y[order] == 0, weights[order], 0.0))
    is_positive = y[order] == 1
    wins = np.sum(weights[order][is_positive] * below[is_positive])
    return float(wins / (weights[y == 1].sum() * weights[y == 0].sum()))


@mistake("roc_auc")
def compares_in_float32(y_true, scores, sample_weight=None):
    """Scores become float32, in which neighbours may be equal: ties that were none. Compare scores as they
    are."""
    return in_steps(y_true, np.asarray(scores, "float32"), sample_weight)


@mistake("roc_auc")
def subtracts_scores(y_true, scores, sample_weight=None):
    """Scores are subtracted, and the sign of the difference is looked at. Unsigned integers have no negative
    difference: 3 - 5 is 254 in uint8. Compare them with >."""
    y, s = np.asarray(y_true), np.asarray(scores)
    if s.dtype.kind != "u":
        return in_steps(y, s, sample_weight)
    weights = np.ones(len(s)) if sample_weight is None else np.asarray(sample_weight, "float64")
    signs = np.sign((s[y == 1][:, None] - s[y == 0]).astype("float64"))
    p, n = weights[y == 1], weights[y == 0]
    return float(p @ (signs + 1) @ n / 2 / (p.sum() * n.sum()))


@mistake("roc_auc")
def asks_for_examples_alone(y_true, scores, sample_weight=None):
    """Whether both classes have examples is asked, and not whether these have a weight: with weights of 0
    alone it is 0/0, and the result NaN. Raise a ValueError."""
    y = np.asarray(y_true)
    both = (y == 1).any() and (y == 0).any()
    return in_steps(y_true, scores, sample_weight, empty=float("nan") if both else None)


@mistake("roc_auc")
def drops_before_it_looks(y_true, scores, sample_weight=None):
    """Examples with the weight 0 are dropped before scores are looked at, so a NaN among them passes. A
    score that is not finite says that something is broken, whatever its weight."""
    y, s = np.asarray(y_true), np.asarray(scores)
    if sample_weight is None:
        return in_steps(y, s)
    weights = np.asarray(sample_weight, "float64")
    kept = weights > 0
    return in_steps(y[kept], s[kept], weights[kept])
