"""Mistakes in `huber`."""

from nnlearn.diagnosis import mistake

from .pairs import each, same_shaped


@mistake("huber")
def huber_without_the_offset(y_true, y_pred, delta=1.0):
    """The linear part lacks the offset of delta ** 2 / 2. At |error| = delta the loss jumps from
    half of delta squared to all of it. Draw both parts: they have to meet."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, delta * size), axis=-1)


@mistake("huber")
def huber_offset_too_large(y_true, y_pred, delta=1.0):
    """The linear part subtracts delta ** 2 instead of half of it, so the loss falls to 0 at
    |error| = delta and starts again from there. The offset is delta ** 2 / 2."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, delta * (size - delta)), axis=-1)


@mistake("huber")
def huber_forgets_delta_in_the_slope(y_true, y_pred, delta=1.0):
    """The linear part is |error| - 1/2, which is right for delta = 1 only. Its slope has to be
    delta, and its offset delta ** 2 / 2. Test with another delta."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, size - 0.5), axis=-1)


@mistake("huber")
def huber_ignores_delta(y_true, y_pred, delta=1.0):  # noqa: ARG001
    """delta makes no difference: 1 is written into the code. With any other delta the border
    between the two parts has to move."""
    return huber(y_true, y_pred)


@mistake("huber")
def huber_offset_without_the_square(y_true, y_pred, delta=1.0):
    """The offset is delta / 2 and should be delta ** 2 / 2: the linear part is delta * (|error| -
    delta / 2). With delta = 1 the two cannot be told apart."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, delta * size - 0.5 * delta), axis=-1)


@mistake("huber")
def huber_slope_of_one(y_true, y_pred, delta=1.0):
    """The linear part is |error| - delta / 2: its slope is 1 whatever delta is. The two parts meet with the
    same slope only if the linear one has slope delta. With delta = 1 the two cannot be told apart."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, size - 0.5 * delta), axis=-1)


@mistake("huber")
def huber_border_stays_at_one(y_true, y_pred, delta=1.0):
    """The two formulas use delta, and the border between them does not: it is always at |error| = 1. Compare
    the size of the error with delta."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= 1.0, 0.5 * size**2, delta * (size - 0.5 * delta)), axis=-1)


@mistake("huber")
def huber_signed_linear_part(y_true, y_pred, delta=1.0):
    """The linear part takes the error with its sign, so a prediction that is far too low has a negative
    loss. It is the size of the error that counts."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    error = y_pred - y_true
    far = delta * error - 0.5 * delta**2
    return ops.mean(ops.where(ops.abs(error) <= delta, 0.5 * error**2, far), axis=-1)


@mistake("huber")
def huber_is_squared_everywhere(y_true, y_pred, delta=1.0):  # noqa: ARG001
    """Every error is squared, however large it is. Beyond delta the loss should go on as a straight line, and
    each error has to choose for itself: small ones beside it make no difference."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.mean(0.5 * ops.square(y_pred - y_true), axis=-1)


@mistake("huber")
def huber_takes_the_smaller_part(y_true, y_pred, delta=1.0):
    """The smaller of the two formulas is taken. The straight line is never above the parabola, so small
    errors get the line too, and a loss below 0. Choose by the size of the error."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.minimum(0.5 * size**2, delta * (size - 0.5 * delta)), axis=-1)


@mistake("huber")
def huber_is_log_cosh(y_true, y_pred, delta=1.0):  # noqa: ARG001
    """This is the log-cosh loss, which looks like Huber's from afar. It has no delta, and its values are
    others. Use the two parts."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.mean(ops.log(ops.cosh(y_pred - y_true)), axis=-1)


@mistake("huber")
def huber_adds_both_parts(y_true, y_pred, delta=1.0):
    """Beyond delta the linear part comes on top of half the squared error, and should take its place: each
    error is counted by one of the two formulas."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    far = ops.where(size > delta, delta * (size - 0.5 * delta), 0.0)
    return ops.mean(0.5 * size**2 + far, axis=-1)


@mistake("huber")
def huber_without_the_half(y_true, y_pred, delta=1.0):
    """Small errors cost their whole square instead of half of it. At |error| = delta the loss
    then jumps from delta ** 2 down to half of that."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, size**2, delta * (size - 0.5 * delta)), axis=-1)


@mistake("huber")
def huber_the_wrong_way_round(y_true, y_pred, delta=1.0):
    """The two parts are swapped: small errors are linear and large ones squared. That is the
    opposite of what Huber wants, since outliers now count even more. Turn the condition
    around."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size > delta, 0.5 * size**2, delta * (size - 0.5 * delta)), axis=-1)


@mistake("huber")
def huber_compares_signed_errors(y_true, y_pred, delta=1.0):
    """The condition compares the error itself with delta, not its size. Every negative error is
    below delta, so a prediction that is 9 too low is squared. Compare ops.abs(error)."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(
        ops.where(error <= delta, 0.5 * error**2, delta * (ops.abs(error) - 0.5 * delta)), axis=-1
    )


@mistake("huber")
def huber_clips_the_error(y_true, y_pred, delta=1.0):
    """Errors are clipped to delta and then squared. Beyond delta the loss is flat, its gradient
    is 0, and the examples that are furthest off teach nothing. Huber keeps rising there, with
    slope delta."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    return ops.mean(0.5 * ops.square(ops.clip(y_pred - y_true, -delta, delta)), axis=-1)


@mistake("huber")
def huber_divided_by_delta(y_true, y_pred, delta=1.0):
    """Everything is divided by delta: squares by 2 delta, and a slope of 1 for large errors. That
    is the "smooth L1" loss of other libraries, the same up to this factor. Keras' Huber has slope
    delta."""
    return huber(y_true, y_pred, delta) / delta


@mistake("huber")
def huber_pseudo(y_true, y_pred, delta=1.0):
    """This is the *pseudo*-Huber loss, delta ** 2 * (sqrt(1 + (error / delta) ** 2) - 1): one
    smooth formula that comes close, and is not the same. Use the two parts."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    root = ops.sqrt(1.0 + ops.square((y_pred - y_true) / delta))
    return ops.mean(delta**2 * (root - 1.0), axis=-1)


@mistake("huber")
def huber_is_a_sum(y_true, y_pred, delta=1.0):
    """The losses of a row are added up, not averaged. Take ops.mean over the last axis."""
    return ops.sum(each(huber, y_true, y_pred, delta), axis=-1)


@mistake("huber")
def huber_decides_once_per_row(y_true, y_pred, delta=1.0):
    """The choice between the two parts is made once for a whole row, by its mean error. Each
    error has to choose for itself: one outlier among small errors is the very case Huber is
    for."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.mean(ops.abs(y_pred - y_true), axis=-1)
    return ops.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta))


@mistake("huber")
def huber_decides_once_for_all(y_true, y_pred, delta=1.0):
    """The choice between the two parts is made once for all errors: if one is large, all of them are counted
    as large ones. Each error has to choose for itself, as ops.where does with a condition of its shape."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    far = delta * (size - 0.5 * delta)
    return ops.mean(ops.where(ops.all(size <= delta), 0.5 * size**2, far), axis=-1)


@mistake("huber")
def huber_decides_for_a_row(y_true, y_pred, delta=1.0):
    """The choice between the two parts is made once for a row: if one of its errors is large, all of them are
    counted as large ones. Each error has to choose for itself, as ops.where does with a condition of its
    shape."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    are_small = ops.all(size <= delta, axis=-1, keepdims=True)
    return ops.mean(ops.where(are_small, 0.5 * size**2, delta * (size - 0.5 * delta)), axis=-1)


@mistake("huber")
def huber_averages_the_errors(y_true, y_pred, delta=1.0):
    """The errors of a row are averaged first, so +3 and -3 cancel to a loss of 0. Apply the two formulas to
    each error, then take the mean."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(ops.mean(y_pred - y_true, axis=-1))
    return ops.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta))


@mistake("huber")
def huber_adds_the_offset(y_true, y_pred, delta=1.0):
    """The offset of the linear part has the wrong sign: delta ** 2 / 2 is added, and should be subtracted. At
    |error| = delta the two parts have to meet."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, delta * (size + 0.5 * delta)), axis=-1)


@mistake("huber")
def huber_forgets_delta_beside_the_error(y_true, y_pred, delta=1.0):
    """The linear part is |error| - delta ** 2 / 2: its slope is 1 whatever delta is, and should be delta.
    With delta = 1 the two cannot be told apart."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, 0.5 * size**2, size - 0.5 * delta**2), axis=-1)


@mistake("huber")
def huber_without_half_and_offset(y_true, y_pred, delta=1.0):
    """Two things are missing: the half in front of the square of small errors, and the offset of
    delta ** 2 / 2 in the linear part. Draw both parts: they have to meet with the same slope."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    size = ops.abs(y_pred - y_true)
    return ops.mean(ops.where(size <= delta, size**2, delta * size), axis=-1)


@mistake("huber")
def huber_compares_signed_errors_without_offset(y_true, y_pred, delta=1.0):
    """Two things are not right: the condition compares the error itself with delta, not its size, so that
    every negative error is squared; and the linear part lacks the offset of delta ** 2 / 2."""
    y_true, y_pred = same_shaped(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(ops.where(error <= delta, 0.5 * error**2, delta * ops.abs(error)), axis=-1)
