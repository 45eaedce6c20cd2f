"""Mistakes in `unbroadcast`."""

from nnlearn.diagnosis import mistake

from .pieces import arrays


def checked(gradient, shape):
    """The gradient as an array, the number of added axes, and the stretched ones; for mistakes
    elsewhere."""
    (gradient,) = arrays(gradient)
    if np.broadcast_shapes(gradient.shape, shape) != gradient.shape:
        raise ValueError(f"{shape} does not broadcast to {gradient.shape}")
    added = gradient.ndim - len(shape)
    return gradient, added, tuple(added + axis for axis, size in enumerate(shape) if size == 1)


def total(gradient, axes, *, keepdims=False):
    """The sum, taken in float32 at least."""
    wide = np.promote_types(gradient.dtype, "float32")
    return gradient.sum(axis=tuple(axes), dtype=wide, keepdims=keepdims).astype(gradient.dtype)


@mistake("unbroadcast")
def sums_added_axes_only(gradient, shape):
    """Only the axes that broadcasting added in front are summed. It also stretches axes of size 1: from
    (4, 1) to (4, 3) each number was used three times. Sum over these axes too, with keepdims=True."""
    gradient, added, _ = checked(gradient, shape)
    return total(gradient, range(added))


@mistake("unbroadcast")
def sums_stretched_axes_only(gradient, shape):
    """Only the axes of size 1 are summed. Broadcasting also adds axes in front: from (3,) to (4, 3)
    each number was used four times. Sum over gradient.ndim - len(shape) axes at the beginning too."""
    gradient, _, stretched = checked(gradient, shape)
    return total(gradient, stretched, keepdims=True)


@mistake("unbroadcast")
def sums_one_added_axis_only(gradient, shape):
    """At most one axis in front is summed. Broadcasting may have added several: from (3,) to (5, 4, 3)
    it is two. Their number is gradient.ndim - len(shape)."""
    gradient, added, stretched = checked(gradient, shape)
    return total(total(gradient, stretched, keepdims=True), range(min(added, 1)))


@mistake("unbroadcast")
def takes_the_mean(gradient, shape):
    """The mean is taken over what was repeated. A number that was used four times gets four gradients,
    and they are summed. If the loss is a mean, its 1/N is in the upstream gradient already."""
    gradient, added, stretched = checked(gradient, shape)
    wide = np.promote_types(gradient.dtype, "float32")
    axes = (*range(added), *stretched)
    mean = gradient.mean(axis=axes, dtype=wide) if axes else gradient
    return np.reshape(mean, shape).astype(gradient.dtype)


@mistake("unbroadcast")
def takes_the_mean_of_stretched_axes(gradient, shape):
    """The axes in front are summed, and the mean is taken over those that were stretched. Both kinds
    were used several times, and both are summed."""
    gradient, added, stretched = checked(gradient, shape)
    count = np.prod([gradient.shape[axis] for axis in stretched], dtype=int)
    summed = total(gradient, (*range(added), *stretched)).reshape(shape)
    return summed / max(count, 1)


@mistake("unbroadcast")
def keeps_one_of_them(gradient, shape):
    """One of the places where a number was used is kept, and the others are thrown away. The gradient
    of a number is the sum over all places."""
    gradient, added, stretched = checked(gradient, shape)
    axes = (*range(added), *stretched)
    if 0 in gradient.shape:
        return unbroadcast(gradient, shape)
    return gradient[tuple(slice(0, 1) if a in axes else slice(None) for a in range(gradient.ndim))].reshape(
        shape
    )


@mistake("unbroadcast")
def aligns_on_the_left(gradient, shape):
    """Axes are compared from the left, and the last ones are summed. Broadcasting aligns shapes on the
    *right*: (3,) goes with the last axis of (4, 3), and what it adds stands in front."""
    (gradient,) = arrays(gradient)
    padded = (*shape, *[1] * (gradient.ndim - len(shape)))
    if len(shape) > gradient.ndim or np.broadcast_shapes(gradient.shape, padded) != gradient.shape:
        raise ValueError(f"{shape} does not broadcast to {gradient.shape}")
    axes = [axis for axis, size in enumerate(padded) if size == 1]
    return total(gradient, axes).reshape(shape)


@mistake("unbroadcast")
def drops_the_last_axes(gradient, shape):
    """Where the gradient has more axes than the shape, its *last* ones are summed. Broadcasting aligns
    shapes on the right and adds axes in *front*: sum over axis 0 until the ranks are equal."""
    gradient, added, _ = checked(gradient, shape)
    result = total(gradient, range(gradient.ndim - added, gradient.ndim))
    stretched = [axis for axis, size in enumerate(shape) if size == 1]
    return total(result, stretched, keepdims=True)


@mistake("unbroadcast")
def squeezes_axes_of_size_1(gradient, shape):
    """An axis of size 1 is gone from the result: (4, 3) goes back to (4,) instead of (4, 1). The
    gradient has exactly the shape of what was broadcast. Sum with keepdims=True, or reshape at the
    end."""
    gradient, added, stretched = checked(gradient, shape)
    return total(gradient, (*range(added), *stretched))


@mistake("unbroadcast")
def sums_in_half_precision(gradient, shape):
    """The sum runs in float16, where it stops growing: at 256 the next number is 256.25, and adding 0.1
    changes nothing, so 5000 times 0.1 is 256. TensorFlow sums in the dtype of what it gets, and NumPy
    does where it adds row by row. Cast to float32 first, or give NumPy's sum dtype="float32", and cast
    the result back."""
    gradient, added, stretched = checked(gradient, shape)
    return gradient.sum(axis=(*range(added), *stretched)).reshape(shape)


@mistake("unbroadcast")
def casts_after_the_sum(gradient, shape):
    """The cast to float32 comes after the sum, which ran in float16 and has lost what it lost: 5000
    times 0.1 is 256. Cast first, or give the sum dtype="float32"."""
    gradient, added, stretched = checked(gradient, shape)
    result = tf.cast(tf.reduce_sum(gradient, axis=(*range(added), *stretched)), "float32")
    return tf.reshape(result, shape)


@mistake("unbroadcast")
def accepts_any_shape(gradient, shape):
    """Shapes that do not broadcast are accepted, and something comes back: often not of the shape that
    was asked for. Compare before you sum: counted from the last axis, each size of `shape` is 1 or that
    of the gradient, and there are not more of them."""
    (gradient,) = arrays(gradient)
    added = max(gradient.ndim - len(shape), 0)
    rest = zip(gradient.shape[added:], shape, strict=False)
    stretched = [added + axis for axis, (size, before) in enumerate(rest) if size != before and before == 1]
    kept = total(gradient, stretched, keepdims=True)
    return total(kept, range(added))


@mistake("unbroadcast")
def accepts_what_can_be_reshaped(gradient, shape):
    """Shapes that do not broadcast are left to a reshape at the end, which refuses some of them only:
    from (4, 3) to (3, 4) it moves all numbers to other places. Compare the shapes before you sum."""
    (gradient,) = arrays(gradient)
    added = max(gradient.ndim - len(shape), 0)
    kept = gradient.shape[added:]
    stretched = [added + axis for axis, (_, was) in enumerate(zip(kept, shape, strict=False)) if was == 1]
    return total(gradient, (*range(added), *stretched)).reshape(shape)


@mistake("unbroadcast")
def accepts_what_broadcasts_together(gradient, shape):
    """It is enough here that the two shapes broadcast *together*: (4, 1) and (1, 3) do, and give (4,
    3). But the gradient has the shape of the *result* of broadcasting:
    np.broadcast_shapes(gradient.shape, shape) has to be gradient.shape."""
    (gradient,) = arrays(gradient)
    np.broadcast_shapes(gradient.shape, shape)
    added = max(gradient.ndim - len(shape), 0)
    result = total(gradient, range(added))
    return total(result, [axis for axis in range(result.ndim) if shape[axis] == 1], keepdims=True)


@mistake("unbroadcast")
def accepts_what_broadcasts_together_if_not_longer(gradient, shape):
    """It is enough here that the two shapes broadcast *together*: (4, 1) and (1, 3) do, and give (4,
    3). But the gradient has the shape of the *result* of broadcasting:
    np.broadcast_shapes(gradient.shape, shape) has to be gradient.shape."""
    if len(shape) > np.ndim(gradient):
        raise ValueError(f"{shape} is longer")
    return accepts_what_broadcasts_together(gradient, shape)


@mistake("unbroadcast")
def accepts_longer_shapes_of_ones(gradient, shape):
    """A shape with more axes than the gradient is accepted if the additional ones have size 1.
    Broadcasting never takes an axis away, so nothing of shape (1, 3) was broadcast to (3,): raise a
    ValueError."""
    (gradient,) = arrays(gradient)
    missing = max(len(shape) - gradient.ndim, 0)
    if set(shape[:missing]) == {1}:
        return unbroadcast(gradient[(None,) * missing], shape)
    return unbroadcast(gradient, shape)


@mistake("unbroadcast")
def returns_integers_as_they_came(gradient, shape):
    """Where nothing was repeated the gradient is returned as it came, integers included. They count as
    float32 there, too: make the gradient floating first, then compare the shapes."""
    return np.asarray(gradient) if np.shape(gradient) == tuple(shape) else unbroadcast(gradient, shape)


@mistake("unbroadcast")
def sums_where_sizes_differ_only_if_above_1(gradient, shape):
    """An axis of size 0 is not summed. It was used nowhere, so the gradient is 0, and it has the size
    that `shape` says: a gradient of shape (0, 3) goes back to (1, 3)."""
    gradient, added, _ = checked(gradient, shape)
    if 0 not in gradient.shape:
        return unbroadcast(gradient, shape)
    return total(gradient, range(added))
