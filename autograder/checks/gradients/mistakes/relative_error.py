"""Mistakes in `relative_error`."""

from nnlearn.diagnosis import mistake


def in_steps(a, b, floor=1e-8, *, difference=None, scale=None, summary=np.max, dtype="float64"):
    """The right one, but for what is given."""
    a, b = (np.asarray(ops.convert_to_numpy(one)).astype(dtype) for one in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    if not a.size:
        return 0.0
    apart = np.abs(a - b) if difference is None else difference(a, b)
    size = np.maximum(np.maximum(np.abs(a), np.abs(b)), floor) if scale is None else scale(a, b, floor)
    with np.errstate(all="ignore"):
        return float(summary(apart / size))


@mistake("relative_error")
def absolute_error(a, b, floor=1e-8):
    """The difference is not divided by anything. 0.0001 is little between numbers around 1 and everything
    between numbers around 0.00001: divide by the larger of the two sizes."""
    return in_steps(a, b, floor, scale=lambda a, b, floor: 1.0)  # noqa: ARG005


@mistake("relative_error")
def mean_of_errors(a, b, floor=1e-8):
    """The errors are averaged, so that one wrong entry is lost among many right ones. The largest counts."""
    return in_steps(a, b, floor, summary=np.mean)


@mistake("relative_error")
def sum_of_errors(a, b, floor=1e-8):
    """The errors are added up, so that many tiny ones look like a large one. The largest counts."""
    return in_steps(a, b, floor, summary=np.sum)


@mistake("relative_error")
def divides_by_a(a, b, floor=1e-8):
    """The difference is divided by the size of a alone. Where a is 0 and b is not, that says a hundred
    million, and swapping the two gives another result. Divide by the larger of the two."""
    return in_steps(a, b, floor, scale=lambda a, b, floor: np.maximum(np.abs(a), floor))  # noqa: ARG005


@mistake("relative_error")
def divides_by_b(a, b, floor=1e-8):
    """The difference is divided by the size of b alone. Swapping the two should change nothing: divide by the
    larger of them."""
    return in_steps(a, b, floor, scale=lambda a, b, floor: np.maximum(np.abs(b), floor))  # noqa: ARG005


@mistake("relative_error")
def divides_by_the_sum(a, b, floor=1e-8):
    """The difference is divided by |a| + |b|. That is a measure of relative errors, too (CS231n uses it),
    and gives about half of what is asked for here: divide by the larger of the two."""
    return in_steps(a, b, floor, scale=lambda a, b, floor: np.maximum(np.abs(a) + np.abs(b), floor))


@mistake("relative_error")
def divides_by_the_smaller(a, b, floor=1e-8):
    """The difference is divided by the smaller of the two sizes. Divide by the larger."""
    smaller = lambda a, b, floor: np.maximum(np.minimum(np.abs(a), np.abs(b)), floor)  # noqa: E731
    return in_steps(a, b, floor, scale=smaller)


@mistake("relative_error")
def divides_by_the_largest_of_all(a, b, floor=1e-8):
    """All differences are divided by one number, the largest size in the arrays, so that what is wrong in
    small entries vanishes. Each entry is measured against its own size."""
    return in_steps(a, b, floor, scale=lambda a, b, floor: max(np.abs(a).max(), np.abs(b).max(), floor))


@mistake("relative_error")
def compares_lengths(a, b, floor=1e-8):
    """The length of the difference is divided by the length of the arrays: one number for all, in which a
    small entry that is entirely wrong does not show. Divide entry by entry, and take the largest."""

    def apart(a, b):
        return np.sqrt(np.sum((a - b) ** 2))

    def size(a, b, floor):
        return max(np.sqrt(np.sum(a**2)), np.sqrt(np.sum(b**2)), floor)

    return in_steps(a, b, floor, difference=apart, scale=size)


@mistake("relative_error")
def forgets_signs(a, b, floor=1e-8):
    """Sizes are compared in place of numbers: 1 and -1 are the same then. Take abs(a - b), not
    abs(a) - abs(b)."""
    return in_steps(a, b, floor, difference=lambda a, b: np.abs(np.abs(a) - np.abs(b)))


@mistake("relative_error")
def forgets_sizes(a, b, floor=1e-8):
    """The difference is divided by the larger number and not by the larger size. Of two negative numbers
    none is above the floor, which then divides: take abs of both."""
    return in_steps(a, b, floor, scale=lambda a, b, floor: np.maximum(np.maximum(a, b), floor))


@mistake("relative_error")
def zero_by_zero(a, b, floor=1e-8):  # noqa: ARG001
    """Two zeros are divided by each other, and the result is NaN. They agree: the floor is what divides
    there."""
    return in_steps(a, b, scale=lambda a, b, floor: np.maximum(np.abs(a), np.abs(b)))  # noqa: ARG005


@mistake("relative_error")
def adds_the_floor(a, b, floor=1e-8):
    """The floor is added to the size. It is a least size: it should matter below it alone."""
    return in_steps(a, b, floor, scale=lambda a, b, floor: np.maximum(np.abs(a), np.abs(b)) + floor)


@mistake("relative_error")
def floor_of_its_own(a, b, floor=1e-8):  # noqa: ARG001
    """The floor is always 1e-8, whatever was given."""
    return relative_error(a, b)


@mistake("relative_error")
def nan_passes(a, b, floor=1e-8):
    """NaN is left out: np.nanmax, or a comparison, which is False with a NaN on either side. A gradient
    that is NaN would be passed as right. Ask np.isfinite first, and return infinity."""
    a, b = (np.asarray(ops.convert_to_numpy(one), "float64") for one in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    with np.errstate(all="ignore"):
        errors = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), floor)
    known = errors[~np.isnan(errors)]
    return float(known.max()) if known.size else 0.0


@mistake("relative_error")
def returns_nan(a, b, floor=1e-8):
    """Where there is a NaN or an infinity the result is NaN, and `nan > limit` is False: whoever compares
    takes it for right. Ask np.isfinite first, and return infinity."""
    result = relative_error(a, b, floor)
    return float("nan") if np.isinf(result) else result


@mistake("relative_error")
def equal_nan_agrees(a, b, floor=1e-8):
    """Two NaNs, or two infinities, in the same place count as equal. Neither is a slope that
    could agree with anything: return infinity."""
    a, b = (np.asarray(ops.convert_to_numpy(one), "float64") for one in (a, b))
    if a.shape == b.shape:
        same = (np.isnan(a) & np.isnan(b)) | (np.isinf(a) & (a == b))
        a, b = np.where(same, 0.0, a), np.where(same, 0.0, b)
    return relative_error(a, b, floor)


@mistake("relative_error")
def equal_is_right(a, b, floor=1e-8):
    """Arrays that are equal have the error 0 before anything else is asked. Two infinities are equal as
    well, and no gradient: look for what is not finite first."""
    if np.array_equal(ops.convert_to_numpy(a), ops.convert_to_numpy(b)):
        return 0.0
    return relative_error(a, b, floor)


@mistake("relative_error")
def broadcasts_two_shapes(a, b, floor=1e-8):
    """Shapes that differ are broadcast: (N,) against (N, 1) compares everything with everything. Compare
    the shapes first, and raise a ValueError."""
    a, b = np.broadcast_arrays(ops.convert_to_numpy(a), ops.convert_to_numpy(b))
    return relative_error(a, b, floor)


@mistake("relative_error")
def nothing_breaks(a, b, floor=1e-8):
    """The largest of no entries is an error: two empty arrays agree, and the result is 0.0."""
    if not np.size(ops.convert_to_numpy(a)):
        raise ValueError("zero-size array to reduction operation maximum which has no identity")
    return relative_error(a, b, floor)


@mistake("relative_error")
def measures_in_the_dtype_given(a, b, floor=1e-8):
    """The difference is taken in the dtype that came: uint8 wraps around, float32 loses digits. Make both
    float64 before anything else."""
    a, b = (np.asarray(ops.convert_to_tensor(one)) for one in (a, b))
    kind = np.result_type(a, b)
    with np.errstate(all="ignore"):
        return in_steps(
            a, b, floor, difference=lambda a, b: np.abs(a.astype(kind) - b.astype(kind)).astype("float64")
        )


@mistake("relative_error")
def compares_in_float32(a, b, floor=1e-8):
    """Everything is cast to float32, which keeps seven digits: what differs in the ninth is the same. Use
    float64."""
    return in_steps(a, b, floor, dtype="float32")


@mistake("relative_error")
def returns_a_tensor(a, b, floor=1e-8):
    """The result is a tensor, or a number of NumPy. Make it a Python float: float(...)."""
    return ops.convert_to_tensor(np.float64(relative_error(a, b, floor)))
