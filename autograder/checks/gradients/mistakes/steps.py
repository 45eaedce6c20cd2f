"""Differences step by step, for mistakes that change one of them."""


def natural(x, place):
    """The default step of one entry."""
    return np.finfo(x.dtype).eps ** (1 / 3) * max(1, abs(x[place]))


def one_number(fn, x):
    """What `fn` makes of an array, which has to be one number."""
    value = fn(ops.convert_to_tensor(x))
    if np.shape(value) != ():
        raise ValueError(f"shape {np.shape(value)}")
    return float(value)


def central(number, x, above, below, place):  # noqa: ARG001
    """The rise over the way."""
    return (number(above) - number(below)) / (float(above[place]) - float(below[place]))


def by_entries(fn, x, step=None, *, quotient=central, default=natural, number=one_number):
    """The right one, but for what is given: `quotient` gets the places, `default` the entry."""
    if step is not None and step <= 0:
        raise ValueError(f"step {step}")
    x = ops.convert_to_numpy(as_floating(x))
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        h = default(x, place) if step is None else step
        above, below = x.copy(), x.copy()
        above[place] += h
        below[place] -= h
        with np.errstate(all="ignore"):
            gradient[place] = quotient(lambda side: number(fn, side), x, above, below, place)
    return ops.convert_to_tensor(gradient)
