"""Mistakes in `tune_heavy_ball`."""

from nnlearn.diagnosis import mistake

from .contraction import checked


def roots_of(curvatures):
    """The roots of the largest and of the smallest curvature."""
    curvatures = checked(curvatures)
    return np.sqrt(np.max(curvatures)), np.sqrt(np.min(curvatures))


@mistake("tune_heavy_ball")
def tunes_the_plain_rate(curvatures):
    """The rate is 2 / (L + mu), the best of plain descent. With momentum it is longer: (2 / (sqrt(L)
    + sqrt(mu)))**2."""
    steep, flat = roots_of(curvatures)
    return float(2 / (steep**2 + flat**2)), float(((steep - flat) / (steep + flat)) ** 2)


@mistake("tune_heavy_ball")
def tunes_without_roots(curvatures):
    """The formulas are used with L and mu themselves. Their roots stand there."""
    steep, flat = (root**2 for root in roots_of(curvatures))
    return float((2 / (steep + flat)) ** 2), float(((steep - flat) / (steep + flat)) ** 2)


@mistake("tune_heavy_ball")
def does_not_square_the_momentum(curvatures):
    """The momentum is not squared. Its root is the contraction; the momentum is the square of that."""
    steep, flat = roots_of(curvatures)
    return float((2 / (steep + flat)) ** 2), float((steep - flat) / (steep + flat))


@mistake("tune_heavy_ball")
def swaps_steep_and_flat(curvatures):
    """L and mu are exchanged: the momentum comes out negative, since it is not squared either. L is
    the largest curvature, and momentum is ((sqrt(L) - sqrt(mu)) / (sqrt(L) + sqrt(mu)))**2."""
    flat, steep = roots_of(curvatures)
    return float((2 / (steep + flat)) ** 2), float((steep - flat) / (steep + flat))


@mistake("tune_heavy_ball")
def does_not_square_the_rate(curvatures):
    """The rate is not squared: it is (2 / (sqrt(L) + sqrt(mu)))**2."""
    steep, flat = roots_of(curvatures)
    return float(2 / (steep + flat)), float(((steep - flat) / (steep + flat)) ** 2)


@mistake("tune_heavy_ball")
def divides_four_by_the_sum(curvatures):
    """The rate is 4 / (L + mu). The sum of the roots is squared as a whole: (sqrt(L) + sqrt(mu))**2
    is more than L + mu."""
    steep, flat = roots_of(curvatures)
    return float(4 / (steep**2 + flat**2)), float(((steep - flat) / (steep + flat)) ** 2)


@mistake("tune_heavy_ball")
def gives_the_momentum_first(curvatures):
    """Momentum and rate come back in the wrong order: the learning rate is the first."""
    return tune_heavy_ball(curvatures)[::-1]


@mistake("tune_heavy_ball")
def trusts_the_order(curvatures):
    """The first and the last curvature are taken for the smallest and the largest. They may come in
    any order: take min and max."""
    curvatures = checked(curvatures)
    return tune_heavy_ball([curvatures[0], curvatures[-1]])


@mistake("tune_heavy_ball")
def averages_the_curvatures(curvatures):
    """The smallest curvature is replaced by the mean. The flattest axis is the one that has to be
    sped up: take the smallest."""
    curvatures = checked(curvatures)
    return tune_heavy_ball([np.mean(curvatures), np.max(curvatures)])


@mistake("tune_heavy_ball")
def tunes_for_nesterov(curvatures):
    """These are values for Nesterov's variant: rate 1 / L, and a momentum that is not squared. Asked
    for is plain momentum."""
    steep, flat = roots_of(curvatures)
    return float(1 / steep**2), float((steep - flat) / (steep + flat))


@mistake("tune_heavy_ball")
def tunes_without_asking(curvatures):
    """Curvatures of 0 and below are accepted, and a list of none. The formulas have no meaning there:
    raise a ValueError."""
    curvatures = np.asarray(curvatures, "float64")
    if curvatures.size == 0:
        return 1.0, 0.0
    steep, flat = np.sqrt(np.max(curvatures)), np.sqrt(np.abs(np.min(curvatures)))
    return float((2 / (steep + flat)) ** 2), float(((steep - flat) / (steep + flat)) ** 2)


@mistake("tune_heavy_ball")
def sorts_what_it_was_given(curvatures):
    """The curvatures are sorted in place: whoever called finds them in another order. `sorted(...)`,
    min and max leave them alone."""
    if isinstance(curvatures, (list, np.ndarray)):
        curvatures.sort()
    return tune_heavy_ball(curvatures)


@mistake("tune_heavy_ball")
def stumbles_over_nothing(curvatures):
    """With no curvatures it ends in another error than a ValueError, from looking for the first of
    none. Ask whether there are any before anything else."""
    curvatures[0]
    return tune_heavy_ball(curvatures)
