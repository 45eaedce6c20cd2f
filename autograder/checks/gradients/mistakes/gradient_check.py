"""Mistakes in `gradient_check`."""

from nnlearn.diagnosis import mistake

from .steps import by_entries


def in_float64(inputs):
    """The inputs as float64 tensors."""
    return [tf.constant(ops.convert_to_numpy(x), tf.float64) for x in inputs]


def taped(fn, inputs):
    """The tape's gradients, zeros where there is none, as arrays."""
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = fn(*inputs)
    if np.shape(value) != ():
        raise ValueError(f"shape {np.shape(value)}")
    found = tape.gradient(value, inputs, unconnected_gradients="zero")
    return [tf.convert_to_tensor(one).numpy() for one in found]


def alone(fn, inputs, place):
    """The function of one input, with the others held."""
    return lambda x: fn(*inputs[:place], x, *inputs[place + 1 :])


def compared(fn, inputs, step=None, *, tape=taped, measure=by_entries, error=relative_error, cast=in_float64):
    """The right one, but for what is given."""
    if step is not None and step <= 0:
        raise ValueError(f"step {step}")
    inputs = cast(inputs)
    exact = tape(fn, inputs)
    measured = [measure(alone(fn, inputs, place), x, step) for place, x in enumerate(inputs)]
    return [error(one, other) for one, other in zip(exact, measured, strict=True)]


@mistake("gradient_check")
def checks_in_the_dtype_given(fn, inputs, step=None):
    """float32 inputs are checked in float32, where a right gradient has an error of a thousandth, and a
    bug of that size cannot be told from rounding. Cast all inputs to float64 first."""
    return compared(fn, inputs, step, cast=lambda inputs: [as_floating(x) for x in inputs])


@mistake("gradient_check")
def tape_in_float32(fn, inputs, step=None):
    """The measured side is in float64 and the tape in float32: then seven digits are all that can agree.
    Both sides have to be in float64."""

    def narrow(fn, inputs):
        return [g.astype("float64") for g in taped(fn, [ops.cast(x, "float32") for x in inputs])]

    return compared(fn, inputs, step, tape=narrow)


@mistake("gradient_check")
def measured_in_float32(fn, inputs, step=None):
    """The tape is in float64 and the measured side in float32, so its error is that of float32. Both
    sides have to be in float64."""

    def narrow(fn, x, step=None):
        return ops.cast(
            by_entries(
                lambda x: ops.cast(fn(ops.cast(x, "float64")), "float32"), ops.cast(x, "float32"), step
            ),
            "float64",
        )

    return compared(fn, inputs, step, measure=narrow)


@mistake("gradient_check")
def measures_twice(fn, inputs, step=None):
    """The measured gradient is compared with a measured gradient, so everything is right, also what is
    wrong. One of the two has to come from a tape."""

    def again(fn, inputs):
        return [by_entries(alone(fn, inputs, place), x, step).numpy() for place, x in enumerate(inputs)]

    return compared(fn, inputs, step, tape=again)


@mistake("gradient_check")
def forgets_to_watch(fn, inputs, step=None):
    """The inputs are not watched: a tape watches variables by itself, and no constants. Its gradients are
    None, or zeros where None is replaced. Call tape.watch(inputs) before fn."""

    def unwatched(fn, inputs):
        return [0 * one for one in taped(fn, inputs)]

    return compared(fn, inputs, step, tape=unwatched)


@mistake("gradient_check")
def breaks_on_none(fn, inputs, step=None):
    """An input that the function does not use has the gradient None, and None breaks what comes next. It
    counts as zeros: tape.gradient(..., unconnected_gradients="zero")."""
    inputs = in_float64(inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = fn(*inputs)
    if np.shape(value) == () and None in tape.gradient(value, inputs):
        raise AttributeError("'NoneType' object has no attribute 'numpy'")
    return gradient_check(fn, inputs, step)


@mistake("gradient_check")
def leaves_out_what_is_not_used(fn, inputs, step=None):
    """Inputs without a gradient are left out, so there are fewer errors than inputs. Count a gradient of
    None as zeros, and keep its place."""
    result, tensors = gradient_check(fn, inputs, step), in_float64(inputs)
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = fn(*tensors)
    found = tape.gradient(value, tensors)
    return [error for error, one in zip(result, found, strict=True) if one is not None]


@mistake("gradient_check")
def breaks_on_rows(fn, inputs, step=None):
    """A gradient that comes as IndexedSlices ends in an error: it is no tensor. tf.convert_to_tensor
    makes one of it."""

    def as_it_is(fn, inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = fn(*inputs)
        if np.shape(value) != ():
            raise ValueError(f"shape {np.shape(value)}")
        return [one.numpy() for one in tape.gradient(value, inputs, unconnected_gradients="zero")]

    return compared(fn, inputs, step, tape=as_it_is)


@mistake("gradient_check")
def rows_without_repeats(fn, inputs, step=None):
    """Of IndexedSlices the values are taken as they are, or put in their rows one over the other. Rows
    that occur twice have to be added up, which tf.convert_to_tensor does."""

    def put(fn, inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = fn(*inputs)
        found = tape.gradient(value, inputs, unconnected_gradients="zero")
        exact = taped(fn, inputs)
        for one, dense in zip(found, exact, strict=True):
            if isinstance(one, tf.IndexedSlices):
                dense[one.indices.numpy()] = one.values.numpy()
        return exact

    return compared(fn, inputs, step, tape=put)


@mistake("gradient_check")
def takes_the_values_of_rows(fn, inputs, step=None):
    """Of IndexedSlices the values are taken for the gradient. They are the slopes of the rows that were
    looked up, in that order, and some rows twice: tf.convert_to_tensor puts them where they belong and
    adds them up."""

    def values(fn, inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = fn(*inputs)
        if np.shape(value) != ():
            raise ValueError(f"shape {np.shape(value)}")
        found = tape.gradient(value, inputs, unconnected_gradients="zero")
        return [one.values if isinstance(one, tf.IndexedSlices) else one for one in found]

    return compared(fn, inputs, step, tape=values, error=lambda a, b: relative_error(np.array(a), b))


@mistake("gradient_check")
def none_is_right(fn, inputs, step=None):
    """Where the tape has no gradient the error is 0, and nothing is measured. A gradient that is lost on
    the way, by a stop_gradient or a conversion to NumPy, passes then. None counts as zeros: compare them,
    too."""
    result, tensors = gradient_check(fn, inputs, step), in_float64(inputs)
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = fn(*tensors)
    found = tape.gradient(value, tensors)
    return [0.0 if one is None else error for error, one in zip(result, found, strict=True)]


@mistake("gradient_check")
def adds_up_arrays_too(fn, inputs, step=None):
    """A function that returns an array is accepted: a tape adds up its entries without a word. Look at
    the shape of what it returns, and raise a ValueError."""
    return gradient_check(lambda *tensors: ops.sum(fn(*tensors)), inputs, step)


@mistake("gradient_check")
def checks_by_forward_differences(fn, inputs, step=None):
    """The measured side is a forward difference, whose error in float64 is some ten thousand times that
    of a central one. Go a step to both sides."""

    def forward(number, x, above, below, place):  # noqa: ARG001
        return (number(above) - number(x)) / (float(above[place]) - float(x[place]))

    return compared(fn, inputs, step, measure=lambda fn, x, step: by_entries(fn, x, step, quotient=forward))


@mistake("gradient_check")
def checks_with_half_the_way(fn, inputs, step=None):
    """The rise from x - h to x + h is divided by h: every measured slope is twice too steep, and all
    right gradients have an error of 0.5. The way is 2h."""

    def by_half(number, x, above, below, place):
        return (number(above) - number(below)) / (float(above[place]) - float(x[place]))

    return compared(fn, inputs, step, measure=lambda fn, x, step: by_entries(fn, x, step, quotient=by_half))


@mistake("gradient_check")
def has_its_own_step(fn, inputs, step=None):
    """The step that is given is not used."""
    if step is not None and step <= 0:
        raise ValueError(f"step {step}")
    return gradient_check(fn, inputs)


@mistake("gradient_check")
def checks_with_any_step(fn, inputs, step=None):
    """A step of 0 or less is accepted: raise a ValueError, as numerical_gradient does."""
    return gradient_check(fn, inputs, step if step is None or step > 0 else None)
