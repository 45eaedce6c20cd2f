"""Mistakes in `symlog`."""

from nnlearn.diagnosis import mistake


def in_steps(x, threshold=1.0, inverse=False, *, forward=None, backward=None):
    """The right one, but for what is given: functions of the tensor and the threshold."""
    if threshold <= 0:
        raise ValueError(f"threshold {threshold}")
    x = as_floating(x)
    other = backward if inverse else forward
    return symlog(x, threshold, inverse) if other is None else other(x, threshold)


@mistake("symlog")
def log_of_negatives(x, threshold=1.0, inverse=False):
    """log(1 + x) of a number below -1 is NaN. Take the logarithm of the size, |x|, and give the sign
    back."""
    return in_steps(x, threshold, inverse, forward=lambda x, t: t * ops.log1p(x / t))


@mistake("symlog")
def sign_times_log(x, threshold=1.0, inverse=False):
    """The values are right, and the gradient at 0 is 0. sign(x) and |x| are both flat there for a tape, and
    0 times 0 is 0; two sides made by relu of x and of -x are flat there as well. Choose the side first: a
    sign of 1 or -1 that is never 0, and sign * x in place of |x|."""

    def forward(x, t):
        return ops.sign(x) * t * ops.log1p(ops.abs(x) / t)

    def backward(x, t):
        return ops.sign(x) * t * ops.expm1(ops.abs(x) / t)

    return in_steps(x, threshold, inverse, forward=forward, backward=backward)


@mistake("symlog")
def threshold_dropped_outside(x, threshold=1.0, inverse=False):
    """The threshold divides inside and does not multiply outside, so that small numbers come out divided by
    it: the slope at 0 is 1/t. Multiply by it at the end."""

    def forward(x, t):
        return symlog(x, t) / t

    def backward(x, t):
        return symlog(x * t, t, inverse=True)

    return in_steps(x, threshold, inverse, forward=forward, backward=backward)


@mistake("symlog")
def threshold_dropped_inside(x, threshold=1.0, inverse=False):
    """The threshold multiplies outside and does not divide inside: the bend stays at 1, whatever the
    threshold."""

    def forward(x, t):
        return t * symlog(x)

    def backward(x, t):
        return symlog(x / t, inverse=True)

    return in_steps(x, threshold, inverse, forward=forward, backward=backward)


@mistake("symlog")
def ignores_the_threshold(x, threshold=1.0, inverse=False):
    """The threshold is not used."""
    return in_steps(
        x,
        threshold,
        inverse,
        forward=lambda x, t: symlog(x),  # noqa: ARG005
        backward=lambda x, t: symlog(x, inverse=True),  # noqa: ARG005
    )


@mistake("symlog")
def log_without_the_one(x, threshold=1.0, inverse=False):
    """log(|x|) is taken in place of log(1 + |x|): it is minus infinity at 0 and negative below the
    threshold, so that signs are mixed up."""

    def forward(x, t):
        return ops.sign(x) * t * ops.log(ops.abs(x) / t)

    return in_steps(x, threshold, inverse, forward=forward)


@mistake("symlog")
def loses_the_sign(x, threshold=1.0, inverse=False):
    """Negative numbers come out positive: the sign is not given back."""
    return in_steps(
        x,
        threshold,
        inverse,
        forward=lambda x, t: ops.abs(symlog(x, t)),
        backward=lambda x, t: ops.abs(symlog(x, t, inverse=True)),
    )


@mistake("symlog")
def logarithm_of_base_ten(x, threshold=1.0, inverse=False):
    """The logarithm is that of base 10, and its slope at 0 is 0.43. Take the natural one, log1p."""
    return in_steps(
        x,
        threshold,
        inverse,
        forward=lambda x, t: symlog(x, t) / math.log(10),
        backward=lambda x, t: symlog(x * math.log(10), t, inverse=True),
    )


@mistake("symlog")
def loses_tiny_numbers(x, threshold=1.0, inverse=False):
    """log(1 + a) and exp(a) - 1 are computed as they stand. In float32, 1 + 0.00000001 is 1, and tiny
    numbers become 0. log1p and expm1 keep them."""

    def sides(x):
        return ops.where(x < 0, -ops.ones_like(x), ops.ones_like(x))

    def forward(x, t):
        return sides(x) * t * ops.log(1 + sides(x) * x / t)

    def backward(x, t):
        return sides(x) * t * (ops.exp(sides(x) * x / t) - 1)

    return in_steps(x, threshold, inverse, forward=forward, backward=backward)


@mistake("symlog")
def inverse_without_the_one(x, threshold=1.0, inverse=False):
    """The inverse is exp alone: 0 becomes the threshold. The 1 that was added has to go again, expm1."""

    def backward(x, t):
        sign = ops.where(x < 0, -ops.ones_like(x), ops.ones_like(x))
        return sign * t * ops.exp(sign * x / t)

    return in_steps(x, threshold, inverse, backward=backward)


@mistake("symlog")
def inverse_keeps_the_threshold_out(x, threshold=1.0, inverse=False):
    """The inverse does not divide by the threshold before exp. Undo in turn: divide, expm1, multiply."""
    return in_steps(x, threshold, inverse, backward=lambda x, t: t * symlog(x, inverse=True))


@mistake("symlog")
def inverse_is_ignored(x, threshold=1.0, inverse=False):  # noqa: ARG001
    """inverse=True makes no difference: the logarithm is taken once more."""
    return in_steps(x, threshold)


@mistake("symlog")
def takes_any_threshold(x, threshold=1.0, inverse=False):
    """A threshold of 0 or below is taken, and gives NaN, or turns signs. Raise a ValueError."""
    if threshold <= 0:
        return as_floating(x) * float("nan")
    return symlog(x, threshold, inverse)


@mistake("symlog")
def symlog_in_float32(x, threshold=1.0, inverse=False):
    """Everything is cast to float32. Floating dtypes should be kept; only integers become float32."""
    return symlog(ops.cast(ops.convert_to_tensor(x), "float32"), threshold, inverse)


@mistake("symlog")
def where_of_both_sides(x, threshold=1.0, inverse=False):
    """Both sides are computed for every x, and where picks one. The side that is not taken has log(1 - 1)
    where |x| is the threshold: its slope is infinite, and infinity times 0 is NaN in the gradient. Make
    both sides harmless first: let where pick the size, and take one logarithm of that."""

    def forward(x, t):
        return ops.where(x < 0, -t * ops.log1p(-x / t), t * ops.log1p(x / t))

    def backward(x, t):
        return ops.where(x < 0, -t * ops.expm1(-x / t), t * ops.expm1(x / t))

    return in_steps(x, threshold, inverse, forward=forward, backward=backward)
