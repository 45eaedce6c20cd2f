"""Mistakes in `clip_by_global_norm`."""

from nnlearn.diagnosis import mistake

norm_of = tf.linalg.global_norm


def clipped(gradients, norm, max_norm):
    """Gradients clipped as if this were their norm."""
    scale = max_norm / ops.maximum(norm, max_norm)
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def clips_each_by_itself(gradients, max_norm):
    """Each gradient is clipped by its own norm. Long ones are shortened and short ones are not, so that
    the step points in another direction, and together they may still be too long. Take one norm for
    all."""
    return [clip_by_global_norm([g], max_norm)[0] for g in gradients]


@mistake("clip_by_global_norm")
def clips_each_element(gradients, max_norm):
    """Each element is cut off at max_norm. That changes the direction of the step, and does not limit
    its length. It is another method, clipping by value."""
    return [None if g is None else ops.clip(g, -max_norm, max_norm) for g in gradients]


@mistake("clip_by_global_norm")
def always_scales_to_the_limit(gradients, max_norm):
    """Gradients are scaled to the length max_norm also when they are shorter, so steps near a minimum
    become longer. Clip only what is too long: the factor is at most 1."""
    scale = tf.math.divide_no_nan(max_norm, norm_of(gradients))
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def divides_by_a_norm_of_zero(gradients, max_norm):
    """Where all gradients are 0, the norm is 0, and max_norm / norm is a division by 0: the result is
    NaN. Divide by the larger of norm and max_norm."""
    norm = norm_of(gradients)
    return [None if g is None else g / norm * ops.minimum(norm, max_norm) for g in gradients]


@mistake("clip_by_global_norm")
def leaves_none_out(gradients, max_norm):
    """None is dropped from the list, so all gradients after it meet the wrong variables. It has to stay
    in its place."""
    return clip_by_global_norm([g for g in gradients if g is not None], max_norm)


@mistake("clip_by_global_norm")
def makes_zero_of_none(gradients, max_norm):
    """None becomes 0. That is not the same: an optimizer leaves a variable without gradient alone, and
    one with a gradient of 0 may go on moving by momentum."""
    return [ops.zeros(()) if g is None else g for g in clip_by_global_norm(gradients, max_norm)]


@mistake("clip_by_global_norm")
def breaks_at_none(gradients, max_norm):
    """None is treated as a tensor, and that is an error. A variable that the loss does not depend on
    has no gradient: look for None first."""
    norm = ops.sqrt(sum(ops.sum(g * g) for g in gradients))
    return clipped(gradients, norm, max_norm)


@mistake("clip_by_global_norm")
def forgets_the_root(gradients, max_norm):
    """The sum of the squares is taken for the norm, without its root. Gradients longer than 1 are
    shortened too much, and gradients that were short enough as well."""
    return clipped(gradients, norm_of(gradients) ** 2, max_norm)


@mistake("clip_by_global_norm")
def adds_up_the_norms(gradients, max_norm):
    """The norms of the gradients are added up. That is longer than the whole: lengths add up as the
    sides of a right angle do. Add the squares, and take the root."""
    return clipped(gradients, sum(norm_of([g]) for g in gradients), max_norm)


@mistake("clip_by_global_norm")
def takes_the_longest_for_the_norm(gradients, max_norm):
    """The norm of the longest gradient is taken for the norm of all together, so the result is still
    too long."""
    return clipped(gradients, max(norm_of([g]) for g in gradients), max_norm)


@mistake("clip_by_global_norm")
def averages_the_squares(gradients, max_norm):
    """The norm is worked out with a mean of squares instead of their sum. That is the size of a typical
    element, and not the length of the step."""
    squares = ops.concatenate([ops.ravel(ops.square(g)) for g in gradients if g is not None])
    return clipped(gradients, ops.sqrt(ops.mean(squares)), max_norm)


@mistake("clip_by_global_norm")
def adds_up_absolute_values(gradients, max_norm):
    """The norm is worked out as a sum of absolute values. That is another norm, and a longer one: the
    length of an arrow is the root of the sum of squares."""
    return clipped(gradients, sum(ops.sum(ops.abs(g)) for g in gradients if g is not None), max_norm)


@mistake("clip_by_global_norm")
def takes_the_largest_element_for_the_norm(gradients, max_norm):
    """The largest element is taken for the norm. Many small ones together may be long too: the norm is
    the root of the sum of all squares."""
    largest = max(float(ops.max(ops.abs(g))) for g in gradients if g is not None)
    return clipped(gradients, largest, max_norm)


@mistake("clip_by_global_norm")
def clips_what_is_short(gradients, max_norm):
    """The comparison is the wrong way round: gradients that are short are made longer, and long ones
    stay. Only what is longer than max_norm is to be changed."""
    norm = norm_of(gradients)
    scale = ops.where(norm < max_norm, tf.math.divide_no_nan(max_norm, norm), 1.0)
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def divides_the_wrong_way(gradients, max_norm):
    """Gradients that are too long are multiplied by norm / max_norm, which makes them longer. Turn the
    fraction round, and try it with a norm of 10 and a limit of 1."""
    norm = norm_of(gradients)
    return [None if g is None else g * ops.maximum(norm, max_norm) / max_norm for g in gradients]


@mistake("clip_by_global_norm")
def divides_by_the_norm_only(gradients, max_norm):
    """All gradients are divided by their norm, whatever max_norm is: together they always have length
    1."""
    del max_norm
    norm = norm_of(gradients)
    return [None if g is None else tf.math.divide_no_nan(g, norm) for g in gradients]


@mistake("clip_by_global_norm")
def shortens_the_long_ones_only(gradients, max_norm):
    """Only gradients that are longer than max_norm by themselves are shortened; the others stay as they
    are, so the step turns, and may still be too long. All are multiplied by the same number."""
    whole = clip_by_global_norm(gradients, max_norm)
    pairs = zip(gradients, whole, strict=True)
    return [g if g is None or norm_of([g]) <= max_norm else short for g, short in pairs]


@mistake("clip_by_global_norm")
def becomes_float64(gradients, max_norm):
    """The gradients come back as float64. Whoever works in another dtype in between has to cast back:
    they go to variables of float32."""
    clipped_ones = clip_by_global_norm(gradients, max_norm)
    return [None if g is None else tf.cast(g, tf.float64) for g in clipped_ones]


@mistake("clip_by_global_norm")
def clips_to_one(gradients, max_norm):
    """Gradients that are too long are scaled to length 1 and not to max_norm. Multiply by max_norm /
    norm."""
    norm = norm_of(gradients)
    scale = ops.where(norm > max_norm, tf.math.divide_no_nan(1.0, norm), 1.0)
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def adds_something_to_the_norm(gradients, max_norm):
    """Something small, such as 1e-6, is added to the norm, so that gradients as small as that come out too
    short. No division by 0 has to be prevented: only a norm that is larger than max_norm is divided by."""
    scale = ops.minimum(max_norm / (norm_of(gradients) + 1e-6), 1.0)
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def multiplies_by_the_limit_only(gradients, max_norm):
    """Gradients that are too long are multiplied by max_norm and not divided by their norm, so how long they
    become depends on how long they were. The factor is max_norm / norm."""
    scale = ops.where(norm_of(gradients) > max_norm, max_norm, 1.0)
    return [None if g is None else g * scale for g in gradients]


@mistake("clip_by_global_norm")
def returns_the_norm_too(gradients, max_norm):
    """What is returned is a pair, the list and the norm, as TensorFlow's function of this name does.
    Here it is the list alone."""
    return clip_by_global_norm(gradients, max_norm), norm_of(gradients)


@mistake("clip_by_global_norm")
def changes_its_input(gradients, max_norm):
    """The clipped gradients are written into the list that was given. Whoever called may still want to
    look at them as they were. Make a new list."""
    gradients[:] = clip_by_global_norm(gradients, max_norm)
    return gradients
