"""Mistakes in `numerical_gradient`: how large the step is."""

from nnlearn.diagnosis import mistake

from .steps import by_entries


def with_default(name, says, default):
    """A mistake whose default step is another."""

    def wrong(fn, x, step=None):
        return by_entries(fn, x, step, default=default)

    wrong.__name__, wrong.__doc__ = name, says
    return mistake("numerical_gradient")(wrong)


def eps_of(dtype, power):
    return float(np.finfo(dtype).eps) ** power


tiny_steps = with_default(
    "tiny_steps",
    """The step is as small as can be. The two values then differ in their last digits alone, if at all,
    and what is left is rounding, divided by almost nothing. Take eps ** (1/3).""",
    lambda x, place: 1e-12,  # noqa: ARG005
)
one_step_for_every_dtype = with_default(
    "one_step_for_every_dtype",
    """The step is 1e-5 whatever the dtype is. That suits float64; in float32, where eps is a billion
    times larger, rounding is as large as what is measured. Take eps of the dtype of x.""",
    lambda x, place: 1e-5,  # noqa: ARG005
)
step_of_a_thousandth = with_default(
    "step_of_a_thousandth",
    """The step is 1e-3 whatever the dtype is. In float64 the error of the central difference, the square
    of the step, is then a thousand times what it could be. Take eps of the dtype of x.""",
    lambda x, place: 1e-3,  # noqa: ARG005
)
eps_of_float64 = with_default(
    "eps_of_float64",
    """eps is that of float64, also where x is float32 and the function is computed in float32. Ask
    np.finfo for the dtype of x.""",
    lambda x, place: eps_of("float64", 1 / 3) * max(1, abs(x[place])),
)
eps_of_float32 = with_default(
    "eps_of_float32",
    """eps is that of float32, also where x is float64, so that its precision is thrown away. Ask np.finfo
    for the dtype of x.""",
    lambda x, place: eps_of("float32", 1 / 3) * max(1, abs(x[place])),
)
square_root_of_eps = with_default(
    "square_root_of_eps",
    """The step is the square root of eps: that is the best one for a forward difference. For a central
    one it is the cube root, which is larger.""",
    lambda x, place: eps_of(x.dtype, 1 / 2) * max(1, abs(x[place])),
)
step_does_not_grow = with_default(
    "step_does_not_grow",
    """The default step is the same for all entries. The spacing of floating numbers grows with them, so
    the step has to: multiply it by max(1, abs(x_i)).""",
    lambda x, place: eps_of(x.dtype, 1 / 3),  # noqa: ARG005
)
step_grows_on_one_side = with_default(
    "step_grows_on_one_side",
    """The default step grows with x and not with its size: max(1, x_i) is 1 for -100. Take abs(x_i).""",
    lambda x, place: eps_of(x.dtype, 1 / 3) * max(1, x[place]),
)
step_vanishes_at_zero = with_default(
    "step_vanishes_at_zero",
    """The default step is proportional to the entry, and where that is 0 nothing moves: 0/0. Multiply by
    max(1, abs(x_i)).""",
    lambda x, place: eps_of(x.dtype, 1 / 3) * abs(x[place]) or np.nan,
)
step_of_the_largest = with_default(
    "step_of_the_largest",
    """One step serves all entries, that of the largest. Each entry has its own: max(1, abs(x_i)) of that
    entry.""",
    lambda x, place: eps_of(x.dtype, 1 / 3) * max(1, np.abs(x).max()),  # noqa: ARG005
)


@mistake("numerical_gradient")
def scales_the_given_step(fn, x, step=None):
    """A step that is given is multiplied by max(1, abs(x_i)). That is for the default: a given one is
    used as it is."""
    if step is None:
        return numerical_gradient(fn, x)
    if step <= 0:
        raise ValueError(f"step {step}")
    return by_entries(fn, x, default=lambda x, place: step * max(1, abs(x[place])))


@mistake("numerical_gradient")
def zero_means_default(fn, x, step=None):
    """`step or default` takes the default for a step of 0 as well, since 0 counts as False. Ask `step is
    None`, and refuse what is 0 or less."""
    return numerical_gradient(fn, x, step or None)


@mistake("numerical_gradient")
def accepts_any_step(fn, x, step=None):
    """Any step is accepted: 0 divides by 0, and a negative one turns the two sides around. Raise a
    ValueError for 0 or less."""
    if step is None:
        return numerical_gradient(fn, x)
    return by_entries(fn, x, default=lambda x, place: step or np.nan)  # noqa: ARG005


@mistake("numerical_gradient")
def accepts_steps_below_zero(fn, x, step=None):
    """Only a step of 0 is refused. A negative one is a mistake of whoever calls, too: raise a ValueError
    for 0 or less."""
    return numerical_gradient(fn, x, step if step is None else abs(step))


@mistake("numerical_gradient")
def ignores_the_given_step(fn, x, step=None):
    """The step that is given is not used: the default is taken every time."""
    if step is not None and step <= 0:
        raise ValueError(f"step {step}")
    return numerical_gradient(fn, x)
