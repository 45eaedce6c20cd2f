"""Mistakes in `batch_dependency`."""

from nnlearn.diagnosis import mistake


def slopes_of(fn, x, weigh, **kwargs):
    """For each example the gradient of what `weigh` makes of its outputs, by all inputs: (N, N, ...)."""
    x = as_floating(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = tf.convert_to_tensor(fn(x, **kwargs))
        if outputs.shape.rank == 0 or outputs.shape[0] != x.shape[0]:
            raise ValueError(f"shape {outputs.shape}")
        totals = [weigh(outputs[i]) for i in range(x.shape[0])]
    found = [tape.gradient(one, x, unconnected_gradients="zero") for one in totals]
    return np.stack([tf.convert_to_tensor(one) for one in found])


def anywhere(slopes):
    """Whether there is anything but 0 for a pair of examples."""
    return np.any(slopes.reshape(*slopes.shape[:2], -1) != 0, axis=-1)


def by_moving(fn, x, move, *, changed=None, **kwargs):
    """Moves one example at a time, by what `move` makes of it, and looks which outputs change."""
    x = np.array(ops.convert_to_numpy(as_floating(x)))
    before = np.asarray(fn(tf.constant(x), **kwargs))
    if before.ndim == 0 or len(before) != len(x):
        raise ValueError(f"shape {before.shape}")
    matrix = np.zeros((len(x), len(x)), bool)
    for j in range(len(x)):
        moved = x.copy()
        moved[j] = move(moved[j])
        after = np.asarray(fn(tf.constant(moved), **kwargs))
        apart = after != before if changed is None else changed(after, before)
        matrix[:, j] = np.any(apart.reshape(len(x), -1), axis=1)
    return matrix


@mistake("batch_dependency")
def sums_the_outputs(fn, x, **kwargs):
    """The gradient of the plain sum of an example's outputs is taken. Where that sum is always the same,
    after a softmax, or once the mean was subtracted, it has no gradient by anything, and the matrix is
    empty. Weigh the outputs differently first, or take each by itself."""
    return anywhere(slopes_of(fn, x, tf.reduce_sum, **kwargs))


@mistake("batch_dependency")
def takes_the_first_output(fn, x, **kwargs):
    """Only the first number of each output is looked at. The others may depend on more."""
    return anywhere(
        slopes_of(fn, x, lambda one: tf.reshape(one, (-1,))[0] if one.shape.rank else one, **kwargs)
    )


@mistake("batch_dependency")
def sees_what_rises(fn, x, **kwargs):
    """Slopes are compared with 0, or a limit, without their size being taken: what falls when an input
    grows counts as independent. Take abs(...), or ask for != 0."""
    x = as_floating(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = tf.convert_to_tensor(fn(tf.identity(x), **kwargs))
        if outputs.shape.rank == 0 or outputs.shape[0] != x.shape[0]:
            raise ValueError(f"shape {outputs.shape}")
    count = len(x)
    slopes = tape.jacobian(outputs, x, unconnected_gradients="zero", experimental_use_pfor=False)
    return np.any(np.reshape(slopes, (count, -1, count, int(np.prod(x.shape[1:])))) > 5e-5, axis=(1, 3))


@mistake("batch_dependency")
def breaks_on_looked_up_rows(fn, x, **kwargs):
    """A function that looks up rows has a gradient that comes as IndexedSlices, which is no tensor, and
    there is an error. tf.convert_to_tensor makes one of it."""
    x = as_floating(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = tf.convert_to_tensor(fn(x, **kwargs))
    if isinstance(tape.gradient(outputs, x), tf.IndexedSlices):
        raise AttributeError("'IndexedSlices' object has no attribute 'numpy'")
    return batch_dependency(fn, x, **kwargs)


@mistake("batch_dependency")
def reads_across(fn, x, **kwargs):
    """The matrix is transposed: D[i, j] tells whether output j depends on input i. Row i belongs to
    output i."""
    return np.asarray(batch_dependency(fn, x, **kwargs)).T


@mistake("batch_dependency")
def drops_the_keywords(fn, x, **kwargs):  # noqa: ARG001
    """The keyword arguments do not reach the function, so that a layer always runs in its default mode. Call
    fn(x, **kwargs)."""
    return batch_dependency(fn, x)


@mistake("batch_dependency")
def forces_training(fn, x, **kwargs):
    """The function always runs with training=True, or the mode that was asked for is not what it gets.
    What the caller says is what holds."""
    return batch_dependency(fn, x, **({**kwargs, "training": True} if "training" in kwargs else kwargs))


@mistake("batch_dependency")
def forces_inference(fn, x, **kwargs):
    """The function always runs with training=False, so that what mixes in training alone is never seen.
    What the caller says is what holds."""
    return batch_dependency(fn, x, **({**kwargs, "training": False} if "training" in kwargs else kwargs))


@mistake("batch_dependency")
def looks_at_the_diagonal(fn, x, **kwargs):
    """Only each output's own input is looked at; everything else in the matrix is False. What one wants
    to find is off the diagonal."""
    return np.asarray(batch_dependency(fn, x, **kwargs)) & np.eye(len(x), dtype=bool)


@mistake("batch_dependency")
def assumes_the_diagonal(fn, x, **kwargs):
    """Each output is taken to depend on its own input without a look. After a flip it does not."""
    return np.asarray(batch_dependency(fn, x, **kwargs)) | np.eye(len(x), dtype=bool)


@mistake("batch_dependency")
def makes_it_symmetric(fn, x, **kwargs):
    """The matrix is made symmetric. Dependence has a direction: in a running sum the last output depends
    on the first input, and not the other way round."""
    matrix = np.asarray(batch_dependency(fn, x, **kwargs))
    return matrix | matrix.T


@mistake("batch_dependency")
def moves_all_numbers_alike(fn, x, **kwargs):
    """The same is added to all numbers of an input, or the slopes by them are added up. A function that
    takes their difference does not notice, and is taken to depend on nothing. Move them by different
    amounts, or ask whether any of the slopes is not 0."""
    return by_moving(fn, x, lambda one: one + 1, changed=lambda new, old: np.abs(new - old) > 1e-5, **kwargs)


@mistake("batch_dependency")
def overlooks_weak_influences(fn, x, **kwargs):
    """A weak influence is overlooked: what is below 1e-3 counts as rounding, or the inputs are moved by
    so little that rounding is all that is left. An influence of 1e-4 is to be found; only what is exactly
    0 is none."""
    drawn = np.random.default_rng(0).uniform(1, 2, size=1000)

    def weigh(one):
        return tf.reduce_sum(one * tf.cast(tf.reshape(drawn[: int(tf.size(one))], one.shape), one.dtype))

    slopes = slopes_of(fn, x, weigh, **kwargs)
    return np.any(np.abs(slopes.reshape(*slopes.shape[:2], -1)) > 1e-3, axis=-1)


@mistake("batch_dependency")
def moves_the_first_number(fn, x, **kwargs):
    """Only the first number of each input is moved, and the others may have an influence, too. Move all
    of them, by different amounts."""

    def first(one):
        moved = np.array(one)
        moved.reshape(-1)[0] += 1.0
        return moved

    return by_moving(fn, x, first, **kwargs)


@mistake("batch_dependency")
def writes_other_batches_down(fn, x, **kwargs):
    """Any output is accepted, also one that does not have one entry for each example. Compare its first
    axis with that of x, and raise a ValueError."""
    try:
        return batch_dependency(fn, x, **kwargs)
    except ValueError:
        return np.ones((len(x), len(x)), bool)


@mistake("batch_dependency")
def accepts_a_single_number(fn, x, **kwargs):
    """An output of rank 0 ends in an error from somewhere else: it has no first axis, and no shape[0].
    Look at the rank before, and raise a ValueError."""
    if np.ndim(fn(as_floating(x), **kwargs)) == 0:
        raise IndexError("list index out of range")
    return batch_dependency(fn, x, **kwargs)


@mistake("batch_dependency")
def none_breaks(fn, x, **kwargs):
    """Where an output does not depend on the batch at all, the gradient is None, and None breaks what
    comes next. It means no influence: unconnected_gradients="zero"."""
    matrix = np.asarray(batch_dependency(fn, x, **kwargs))
    if not matrix.any():
        raise AttributeError("'NoneType' object has no attribute 'numpy'")
    return matrix


@mistake("batch_dependency")
def returns_numbers(fn, x, **kwargs):
    """The matrix holds numbers. Asked for are True and False: compare with 0."""
    return ops.cast(batch_dependency(fn, x, **kwargs), "float32")


@mistake("batch_dependency")
def knows_two_axes(fn, x, **kwargs):
    """Outputs are taken to have two axes, (N, features): with one number for each example there is an
    error. Bring the output to shape (N, everything else) first."""
    if np.ndim(fn(as_floating(x), **kwargs)) == 1:
        raise ValueError("axis 1 is out of bounds for array of dimension 1")
    return batch_dependency(fn, x, **kwargs)


@mistake("batch_dependency")
def leaves_integers(fn, x, **kwargs):
    """A tape has no gradients by integers, so a batch of integers seems to have no influence. Cast it to
    float32 first."""
    if "int" in ops.convert_to_tensor(x).dtype.name:
        return np.zeros((len(x), len(x)), bool)
    return batch_dependency(fn, x, **kwargs)
