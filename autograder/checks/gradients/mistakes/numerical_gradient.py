"""Mistakes in `numerical_gradient`: which values are taken, of what, and what they are divided by."""

from nnlearn.diagnosis import mistake

from .steps import by_entries, natural, one_number


@mistake("numerical_gradient")
def forward_difference(fn, x, step=None):
    """The rise is taken from x to x + h. Its error falls with h, that of the central difference, from x -
    h to x + h, with the square of h."""

    def forward(number, x, above, below, place):  # noqa: ARG001
        return (number(above) - number(x)) / (float(above[place]) - float(x[place]))

    return by_entries(fn, x, step, quotient=forward)


@mistake("numerical_gradient")
def backward_difference(fn, x, step=None):
    """The rise is taken from x - h to x. Take it from x - h to x + h: the errors of the two sides cancel."""

    def backward(number, x, above, below, place):  # noqa: ARG001
        return (number(x) - number(below)) / (float(x[place]) - float(below[place]))

    return by_entries(fn, x, step, quotient=backward)


@mistake("numerical_gradient")
def h_is_not_doubled(fn, x, step=None):
    """The slopes are twice too steep. From x - h to x + h the way is 2h, and the rise is divided by h."""

    def by_half(number, x, above, below, place):
        return (number(above) - number(below)) / (float(above[place]) - float(x[place]))

    return by_entries(fn, x, step, quotient=by_half)


@mistake("numerical_gradient")
def divides_by_the_step_asked_for(fn, x, step=None):
    """The rise is divided by 2h. x + h and x - h are rounded to the dtype of x, so the step that was
    really taken is another: near 1000, in float32, by 2 % for h = 0.001. Divide by the difference of the
    two places."""

    def by_two_h(number, x, above, below, place):
        h = natural(x, place) if step is None else step
        return (number(above) - number(below)) / (2 * h)

    return by_entries(fn, x, step, quotient=by_two_h)


@mistake("numerical_gradient")
def moves_all_entries_at_once(fn, x, step=None):
    """x + h moves every entry, so each slope is the sum of all. Copy x and move one entry of the copy."""

    def together(number, x, above, below, place):  # noqa: ARG001
        h = float(above[place]) - float(x[place])
        return (number(x + np.asarray(h, x.dtype)) - number(x - np.asarray(h, x.dtype))) / (2 * h)

    return by_entries(fn, x, step, quotient=together)


@mistake("numerical_gradient")
def writes_into_x(fn, x, step=None):
    """x is moved in place: np.asarray makes no copy of an array. Whoever called finds x changed, since
    moving back is rounded, too. Move an entry of a copy."""
    if step is not None and step <= 0:
        raise ValueError(f"step {step}")
    floating = isinstance(x, np.ndarray) and x.dtype.kind == "f"
    x = np.asarray(x) if floating else np.array(ops.convert_to_numpy(as_floating(x)))
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        h = natural(x, place) if step is None else step
        x[place] += h
        up, right = one_number(fn, x.copy()), float(x[place])
        x[place] -= 2 * h
        down, left = one_number(fn, x.copy()), float(x[place])
        x[place] += h
        gradient[place] = (up - down) / (right - left)
    return ops.convert_to_tensor(gradient)


@mistake("numerical_gradient")
def forgets_to_move_back(fn, x, step=None):
    """Every entry is moved, and none is moved back before the next, so that later slopes are taken at another
    place. Begin with a fresh copy of x for each entry."""
    moved = np.array(ops.convert_to_numpy(as_floating(x)))

    def leaving(number, x, above, below, place):  # noqa: ARG001
        moved[place] = above[place]
        up = number(moved)
        moved[place] = below[place]
        return (up - number(moved)) / (float(above[place]) - float(below[place]))

    return by_entries(fn, x, step, quotient=leaving)


@mistake("numerical_gradient")
def keeps_integers(fn, x, step=None):
    """Integers stay integers: 1 + 0.005 is cut off to 1 when it is put back, nothing moves, and nothing is
    measured. Cast to a floating dtype first."""
    whole = np.asarray(ops.convert_to_numpy(x))
    if whole.dtype.kind in "iu":
        return ops.zeros(whole.shape, "float32")
    return numerical_gradient(fn, x, step)


@mistake("numerical_gradient")
def adds_up_arrays(fn, x, step=None):
    """A function that returns an array is accepted, and its entries are added up without a word. The
    slope of an array is no number: look at the shape, and raise a ValueError."""
    return by_entries(fn, x, step, number=lambda fn, x: float(np.sum(fn(ops.convert_to_tensor(x)))))


@mistake("numerical_gradient")
def accepts_one_entry(fn, x, step=None):
    """A result of shape (1,) is accepted, since float() takes what has one entry. It is an array, and may
    have two entries tomorrow: only rank 0 is one number."""

    def one_entry(fn, x):
        value = np.asarray(fn(ops.convert_to_tensor(x)))
        if value.size != 1:
            raise ValueError(f"shape {value.shape}")
        return float(value.ravel()[0])

    return by_entries(fn, x, step, number=one_entry)


@mistake("numerical_gradient")
def accepts_any_result(fn, x, step=None):
    """Nothing looks at what the function returns, so an array ends in an error from somewhere else, of
    another kind. Compare its shape with (), and raise a ValueError."""

    def unseen(fn, x):
        value = fn(ops.convert_to_tensor(x))
        if np.shape(value) != ():
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return float(value)

    return by_entries(fn, x, step, number=unseen)


@mistake("numerical_gradient")
def takes_tensors_alone(fn, x, step=None):
    """A function that returns a Python float ends in an AttributeError: it has no .numpy() and no .shape.
    float(...) takes floats and tensors of rank 0 alike, np.shape(...) tells the shape of both."""

    def of_a_tensor(fn, x):
        value = fn(ops.convert_to_tensor(x))
        if value.shape != ():
            raise ValueError(f"shape {value.shape}")
        return float(value.numpy())

    return by_entries(fn, x, step, number=of_a_tensor)


@mistake("numerical_gradient")
def measures_in_float32(fn, x, step=None):
    """Everything is cast to float32, so that a float64 input gets a float32 gradient. Keep floating
    dtypes."""
    return numerical_gradient(fn, ops.cast(x, "float32"), step)


@mistake("numerical_gradient")
def returns_float64(fn, x, step=None):
    """The gradient is always float64: that is what np.zeros(shape) makes. Give it the dtype of x, as
    np.zeros_like does."""
    return ops.cast(numerical_gradient(fn, x, step), "float64")


@mistake("numerical_gradient")
def returns_a_flat_gradient(fn, x, step=None):
    """The gradient comes as one long row. It should have the shape of x, each slope in the place of its
    entry."""
    return ops.reshape(numerical_gradient(fn, x, step), (-1,))


@mistake("numerical_gradient")
def knows_one_axis(fn, x, step=None):
    """The loop goes over the first axis alone, which moves whole rows of a matrix, and breaks for a
    single number. np.ndindex(x.shape) goes through the places of every shape."""
    array = ops.convert_to_numpy(as_floating(x))

    def by_rows(number, x, above, below, place):
        row, up, down = place[0], x.copy(), x.copy()
        up[row] += above[place] - x[place]
        down[row] -= x[place] - below[place]
        return (number(up) - number(down)) / (float(above[place]) - float(below[place]))

    if array.ndim == 0:
        raise TypeError("len() of unsized object")
    return by_entries(fn, x, step, quotient=by_rows)
