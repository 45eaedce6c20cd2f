"""Mistakes in `contraction` and in `tune_heavy_ball`."""

from nnlearn.diagnosis import mistake


def checked(curvatures, learning_rate=1.0, momentum=0.0):
    """The curvatures in float64, as long as all arguments make sense."""
    curvatures = np.asarray(curvatures, "float64")
    if curvatures.size == 0 or np.any(curvatures <= 0) or learning_rate <= 0 or not 0 <= momentum < 1:
        raise ValueError("this makes no sense")
    return curvatures


def values_of(curvature, learning_rate, momentum):
    """The eigenvalues of one axis."""
    return np.linalg.eigvals([[1 + momentum - learning_rate * curvature, -momentum], [1, 0]])


@mistake("contraction")
def contracts_as_without_momentum(curvatures, learning_rate, momentum=0.0):
    """momentum changes nothing: the result is the largest |1 - lr * h|, which is that of the plain
    step. With momentum two numbers go through each step, w and the w before, and the eigenvalues of
    their matrix decide."""
    return float(np.max(np.abs(1 - learning_rate * checked(curvatures, learning_rate, momentum))))


@mistake("contraction")
def takes_the_root_of_momentum(curvatures, learning_rate, momentum=0.0):
    """With momentum the result is always its root. That holds where eigenvalues are complex; at small
    rates, and at very large ones, they are real, and the larger one decides."""
    curvatures = checked(curvatures, learning_rate, momentum)
    if momentum:
        return float(np.sqrt(momentum))
    return float(np.max(np.abs(1 - learning_rate * curvatures)))


@mistake("contraction")
def takes_the_largest_value(curvatures, learning_rate, momentum=0.0):
    """The largest eigenvalue counts, with its sign. A negative one jumps from side to side and may do
    so more and more: what counts is the absolute value."""
    curvatures = checked(curvatures, learning_rate, momentum)
    return float(max(np.max(values_of(h, learning_rate, momentum).real) for h in curvatures))


@mistake("contraction")
def takes_real_parts(curvatures, learning_rate, momentum=0.0):
    """Of complex eigenvalues the real part is taken. Their length counts, which `np.abs` gives of a
    complex number."""
    curvatures = checked(curvatures, learning_rate, momentum)
    return float(max(np.max(np.abs(values_of(h, learning_rate, momentum).real)) for h in curvatures))


@mistake("contraction")
def adds_the_radii_up(curvatures, learning_rate, momentum=0.0):
    """The radii of all curvatures are added up. Each axis contracts by itself, and the slowest
    decides: take the largest."""
    curvatures = checked(curvatures, learning_rate, momentum)
    return float(sum(np.max(np.abs(values_of(h, learning_rate, momentum))) for h in curvatures))


@mistake("contraction")
def takes_the_mean_radius(curvatures, learning_rate, momentum=0.0):
    """The mean over the curvatures is returned. In the long run the slowest axis is all that is left:
    take the largest."""
    curvatures = checked(curvatures, learning_rate, momentum)
    return float(np.mean([np.max(np.abs(values_of(h, learning_rate, momentum))) for h in curvatures]))


@mistake("contraction")
def takes_the_fastest_axis(curvatures, learning_rate, momentum=0.0):
    """The smallest radius is returned, that of the fastest axis. The slowest one decides: take the
    largest."""
    curvatures = checked(curvatures, learning_rate, momentum)
    return float(min(np.max(np.abs(values_of(h, learning_rate, momentum))) for h in curvatures))


@mistake("contraction")
def looks_at_the_steepest_alone(curvatures, learning_rate, momentum=0.0):
    """Only the largest curvature is looked at. At small rates the flattest axis is the slowest: look
    at all."""
    h = np.max(checked(curvatures, learning_rate, momentum))
    return float(np.max(np.abs(values_of(h, learning_rate, momentum))))


@mistake("contraction")
def looks_at_the_flattest_alone(curvatures, learning_rate, momentum=0.0):
    """Only the smallest curvature is looked at. At large rates the steepest axis is the one that
    diverges: look at all."""
    h = np.min(checked(curvatures, learning_rate, momentum))
    return float(np.max(np.abs(values_of(h, learning_rate, momentum))))


@mistake("contraction")
def takes_the_norm(curvatures, learning_rate, momentum=0.0):
    """The norm of the matrix is returned, how much one step can stretch at most. In the long run
    eigenvalues decide: `np.linalg.eigvals`, not singular values."""
    curvatures = checked(curvatures, learning_rate, momentum)
    matrices = [[[1 + momentum - learning_rate * h, -momentum], [1, 0]] for h in curvatures]
    return float(max(np.linalg.norm(matrix, 2) for matrix in matrices))


@mistake("contraction")
def forgets_the_way_back(curvatures, learning_rate, momentum=0.0):
    """The factor is |1 + momentum - lr * h|, as if the weight before did not count. The -momentum in
    the matrix takes part of the last step back: take its eigenvalues."""
    return float(np.max(np.abs(1 + momentum - learning_rate * checked(curvatures, learning_rate, momentum))))


@mistake("contraction")
def puts_momentum_before_the_gradient(curvatures, learning_rate, momentum=0.0):
    """The rate is multiplied by 1 - momentum, as if the velocity were a mean. In Keras' momentum the
    gradient enters the velocity with the rate alone: the corner of the matrix is 1 + momentum - lr *
    h."""
    curvatures = checked(curvatures, learning_rate, momentum)
    rate = (1 - momentum) * learning_rate
    return float(max(np.max(np.abs(values_of(h, rate, momentum))) for h in curvatures))


@mistake("contraction")
def contracts_without_asking(curvatures, learning_rate, momentum=0.0):
    """Anything is accepted: curvatures of 0, rates below 0, a momentum of 1. Raise a ValueError for
    what makes no sense."""
    return float(
        max([np.max(np.abs(values_of(h, learning_rate, momentum))) for h in curvatures], default=0.0)
    )


@mistake("contraction")
def accepts_a_momentum_of_one(curvatures, learning_rate, momentum=0.0):
    """A momentum of 1 is accepted. Nothing ever fades then: it has to be below 1."""
    curvatures = checked(curvatures, learning_rate, 0.0 if momentum == 1 else momentum)
    return float(max(np.max(np.abs(values_of(h, learning_rate, momentum))) for h in curvatures))


@mistake("contraction")
def contraction_of_nesterov(curvatures, learning_rate, momentum=0.0):
    """The matrix is that of Nesterov's variant, in which momentum is multiplied by 1 - lr * h. It is
    asked for plain momentum."""
    radii = []
    for h in checked(curvatures, learning_rate, momentum):
        shrunk = 1 - learning_rate * h
        matrix = [[(1 + momentum) * shrunk, -momentum * shrunk], [1, 0]]
        radii.append(np.max(np.abs(np.linalg.eigvals(matrix))))
    return float(max(radii))


@mistake("contraction")
def contracts_in_float32(curvatures, learning_rate, momentum=0.0):
    """The matrices are float32. Where two eigenvalues coincide, as they do at the best rate and
    momentum, the rounding comes out as its square root: 1e-4. Compute in float64."""
    curvatures = checked(curvatures, learning_rate, momentum)
    matrices = [[[1 + momentum - learning_rate * h, -momentum], [1, 0]] for h in curvatures]
    return float(np.max(np.abs(np.linalg.eigvals(np.array(matrices, "float32")))))
