"""Mistakes in `straight_through`."""

from nnlearn.diagnosis import mistake


def prepared(fn, x):
    """x as a tensor, and fn(x), cast, of its shape."""
    x = as_floating(x)
    value = ops.cast(fn(x), x.dtype)
    if value.shape != x.shape:
        raise ValueError(f"{value.shape} and {x.shape}")
    return x, value


@mistake("straight_through")
def loses_the_value_in_a_difference(fn, x):
    """The value is x + (fn(x) - x), which is rounded twice: at x = 1e8 float32 has no room for 1 - 1e8,
    and the 1 is lost. Stop the gradient of fn(x), and add x minus itself, which is exactly 0."""
    x, value = prepared(fn, x)
    return x + ops.stop_gradient(value - x)


@mistake("straight_through")
def just_calls_fn(fn, x):
    """fn(x) is returned as it is, with its own gradient: 0 for a sign. The gradient should go past it."""
    return prepared(fn, x)[1]


@mistake("straight_through")
def stops_everything(fn, x):
    """The gradient of fn is stopped, and nothing puts another in its place, so that no gradient arrives
    at x. Add x - stop_gradient(x): it is 0, and has a gradient of 1."""
    return ops.stop_gradient(prepared(fn, x)[1])


@mistake("straight_through")
def adds_to_the_slope_of_fn(fn, x):
    """The gradient of fn is not stopped: what arrives at x is 1 plus the slope of fn, and weights inside
    fn learn. Put stop_gradient around fn(x)."""
    x, value = prepared(fn, x)
    return value + (x - ops.stop_gradient(x))


@mistake("straight_through")
def gradient_of_ones(fn, x):
    """The gradient is 1 whatever arrives from above. It has to be passed on: in a custom gradient, return
    upstream."""
    x, value = prepared(fn, x)

    @tf.custom_gradient
    def passed(x):  # noqa: ARG001
        return tf.identity(ops.stop_gradient(value)), lambda upstream: tf.ones_like(upstream)

    return passed(x)


@mistake("straight_through")
def passes_near_zero_alone(fn, x):
    """The gradient is passed where x is between -1 and 1 and cut off elsewhere. That is a variant which
    is used for binary networks; here it should go through unchanged, wherever x is."""
    x, value = prepared(fn, x)
    inside = ops.cast(ops.abs(x) <= 1, x.dtype)
    return ops.stop_gradient(value) + inside * (x - ops.stop_gradient(x))


@mistake("straight_through")
def returns_x(fn, x):
    """The value is x: fn was left out forwards, too. Forwards it is fn(x)."""
    return prepared(fn, x)[0]


@mistake("straight_through")
def always_rounds(fn, x):
    """The value is x rounded, whichever function was given."""
    x, _ = prepared(fn, x)
    return ops.stop_gradient(ops.round(x)) + (x - ops.stop_gradient(x))


@mistake("straight_through")
def does_not_cast(fn, x):
    """What fn returns is not cast, so that truth values and integers end in an error, for there is no sum
    of them and floating numbers. Cast fn(x) to the dtype of x."""
    x = as_floating(x)
    value = fn(x)
    if value.dtype != x.dtype:
        raise TypeError(f"cannot compute AddV2 of {value.dtype} and {x.dtype}")
    return straight_through(fn, x)


@mistake("straight_through")
def casts_what_is_no_float(fn, x):
    """Only integers and truth values are cast. A function that returns float32 for a float64 x is cast,
    too: the result has the dtype of x."""
    x = as_floating(x)
    value = ops.convert_to_tensor(fn(x))
    if value.dtype != x.dtype and "float" in ops.dtype(value) and value.shape == x.shape:
        return ops.stop_gradient(value) + ops.cast(x - ops.stop_gradient(x), value.dtype)
    return straight_through(fn, x)


@mistake("straight_through")
def passes_in_float32(fn, x):
    """Everything becomes float32. float16 and float64 are to be kept."""
    return straight_through(fn, ops.cast(x, "float32"))


@mistake("straight_through")
def leaves_integers_as_they_are(fn, x):
    """Integers stay integers, which have no gradient. Cast them to float32 first."""
    if "int" in ops.convert_to_tensor(x).dtype.name:
        return ops.cast(straight_through(fn, x), "int32")
    return straight_through(fn, x)


@mistake("straight_through")
def broadcasts_the_value(fn, x):
    """A function that changes the shape is accepted, and its value broadcast against x. Compare the
    shapes, and raise a ValueError."""
    x = as_floating(x)
    value = ops.stop_gradient(ops.cast(fn(x), x.dtype))
    return value + (x - ops.stop_gradient(x))


@mistake("straight_through")
def refuses_what_does_not_broadcast(fn, x):
    """Only shapes that do not broadcast are refused. A sum, of rank 0, fits everything, and is another
    shape all the same: compare the shapes."""
    x = as_floating(x)
    if np.ndim(fn(x)) == 0:
        value = ops.stop_gradient(ops.cast(fn(x), x.dtype))
        return value + (x - ops.stop_gradient(x))
    return straight_through(fn, x)


@mistake("straight_through")
def weights_inside_learn(fn, x):
    """Weights inside fn get a gradient. Forwards fn counts; backwards it should be as if it were not
    there: put stop_gradient around fn(x), not around x alone."""
    x, value = prepared(fn, x)
    held = ops.cast(fn(ops.stop_gradient(x)), x.dtype)
    return ops.where(ops.equal(held, value), held, value) + (x - ops.stop_gradient(x))
