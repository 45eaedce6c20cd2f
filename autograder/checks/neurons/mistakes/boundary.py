"""Mistakes in `boundary`."""

from nnlearn.diagnosis import mistake


def lengths(kernel):
    """The length of each unit's weights."""
    return 4 * boundary(kernel)[2]


def without_units_of_zeros(kernel, bias):
    """What the right function refuses is refused."""
    boundary(kernel, bias)
    return as_floating(kernel), None if bias is None else as_floating(bias)


@mistake("boundary")
def offset_has_the_wrong_sign(kernel, bias=None):
    """The offset is b / |w|, and should be -b / |w|. On the boundary w . x + b = 0, so w . x = -b: a positive
    bias moves the boundary against the normal."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, -offset, steepness


@mistake("boundary")
def offset_is_not_divided(kernel, bias=None):
    """The offset is -b: what is left is not divided by the length of the weights. Both sides of w . x = -b
    are divided by |w|, or the point at that distance is not on the boundary."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, offset * lengths(kernel), steepness


@mistake("boundary")
def offset_is_the_bias(kernel, bias=None):
    """The offset is the bias as it is. On the boundary w . x = -b, and both sides are divided by |w|: -b /
    |w|."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, -offset * lengths(kernel), steepness


@mistake("boundary")
def offset_is_divided_twice(kernel, bias=None):
    """The offset is -b / |w| ** 2. That times the weights is the point of the boundary nearest to the origin;
    times the normal, which has been divided by |w| already, it is -b / |w|."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, offset / lengths(kernel), steepness


@mistake("boundary")
def offset_is_a_distance(kernel, bias=None):
    """The offset is |b| / |w|, a distance, which is never below 0. On which side of the origin the boundary
    lies is lost: the offset is -b / |w|."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, ops.abs(offset), steepness


@mistake("boundary")
def length_of_rows(kernel, bias=None):
    """The lengths are taken along the rows of the kernel. A row belongs to an input; a unit is a column:
    axis=0. With as many inputs as units nothing raises an error, and all is wrong."""
    kernel, bias = without_units_of_zeros(kernel, bias)
    length = ops.sqrt(ops.sum(ops.square(kernel), axis=1))
    offset = ops.zeros_like(length) if bias is None else -bias / length
    return kernel / length, offset, length / 4


@mistake("boundary")
def length_of_rows_scaled(kernel, bias=None):
    """The largest weights, and the lengths, are taken along the rows of the kernel. A row belongs to an
    input; a unit is a column: axis=0. With as many inputs as units nothing raises an error, and all is
    wrong."""
    kernel, bias = without_units_of_zeros(kernel, bias)
    largest = ops.max(ops.abs(kernel), axis=1)
    scaled = kernel / largest
    length = ops.sqrt(ops.sum(ops.square(scaled), axis=1))
    offset = ops.zeros_like(length) if bias is None else -bias / largest / length
    return scaled / length, offset, largest / 4 * length


@mistake("boundary")
def length_of_rows_kept(kernel, bias=None):
    """The lengths are taken along the rows of the kernel, and each row is divided by its own. A row belongs
    to an input; a unit is a column: axis=0."""
    kernel, bias = without_units_of_zeros(kernel, bias)
    length = ops.sqrt(ops.sum(ops.square(kernel), axis=1))
    offset = ops.zeros_like(length) if bias is None else -bias / length
    return kernel / length[:, None], offset, length / 4


@mistake("boundary")
def length_of_rows_in_the_normal(kernel, bias=None):
    """The normal is divided by the lengths of the rows of the kernel. A row belongs to an input; a unit is a
    column: axis=0."""
    kernel, bias = without_units_of_zeros(kernel, bias)
    _, offset, steepness = boundary(kernel, bias)
    return kernel / ops.sqrt(ops.sum(ops.square(kernel), axis=1, keepdims=True)), offset, steepness


@mistake("boundary")
def length_of_the_whole_kernel(kernel, bias=None):
    """One length is taken for the whole kernel, over all units. Each unit has weights of its own, a column:
    axis=0."""
    kernel, bias = without_units_of_zeros(kernel, bias)
    _, _, steepness = boundary(kernel)
    largest = ops.max(steepness)
    length = largest * 4 * ops.sqrt(ops.sum(ops.square(steepness / largest)))
    offset = ops.zeros_like(steepness) if bias is None else -bias / length
    return kernel / length, offset, ops.ones_like(steepness) * length / 4


def by_another_length(kernel, bias, length):
    """What comes out with another length of the weights, by unit."""
    kernel, bias = without_units_of_zeros(kernel, bias)
    length = length(kernel)
    offset = ops.zeros_like(length) if bias is None else -bias / length
    return kernel / length, offset, length / 4


@mistake("boundary")
def length_is_a_sum(kernel, bias=None):
    """The length of the weights is taken as the sum of their sizes: 3 and 4 have length 7. It is the root of
    the sum of squares: 5."""
    return by_another_length(kernel, bias, lambda w: ops.sum(ops.abs(w), axis=0))


@mistake("boundary")
def length_is_the_largest(kernel, bias=None):
    """The length of the weights is taken as the largest of them: 3 and 4 have length 4. It is the root of the
    sum of squares: 5. After dividing by the largest, multiply by what is left."""
    return by_another_length(kernel, bias, lambda w: ops.max(ops.abs(w), axis=0))


@mistake("boundary")
def length_without_the_root(kernel, bias=None):
    """The length of the weights lacks the root: 3 and 4 have length 25. It is the root of the sum of squares:
    5."""
    return by_another_length(kernel, bias, lambda w: ops.sum(ops.square(w), axis=0))


@mistake("boundary")
def length_is_a_mean(kernel, bias=None):
    """The length is the root of the *mean* of squares. It is the root of their sum: 3 and 4 have length 5."""
    return by_another_length(kernel, bias, lambda w: lengths(w) / ops.sqrt(ops.cast(w.shape[0], w.dtype)))


@mistake("boundary")
def squares_overflow(kernel, bias=None):
    """The weights are squared as they are. In float16 300 * 300 is infinite, in float32 the square of 4e20
    is: the normal becomes 0, or NaN. Divide by the largest weight of each unit first, and multiply
    afterwards."""
    return by_another_length(kernel, bias, lambda w: ops.sqrt(ops.sum(ops.square(w), axis=0)))


@mistake("boundary")
def largest_weight_with_its_sign(kernel, bias=None):
    """The largest weight is taken with its sign. Of 0 and -2 that is 0, and dividing by it gives NaN; of -3
    and -400 it is -3, and the square is too large again. Take the largest of the sizes:
    ops.max(ops.abs(kernel), axis=0)."""
    kernel, bias = without_units_of_zeros(kernel, bias)
    largest = ops.max(kernel, axis=0)
    scaled = kernel / largest
    length = ops.sqrt(ops.sum(ops.square(scaled), axis=0)) * largest
    offset = ops.zeros_like(length) if bias is None else -bias / length
    return kernel / length, offset, length / 4


@mistake("boundary")
def refuses_where_no_weight_is_above_zero(kernel, bias=None):
    """A unit is refused where its largest weight is 0, taken with its sign: 0 and -2 are not both zero. Take
    the largest of the sizes: ops.max(ops.abs(kernel), axis=0)."""
    if not ops.all(ops.max(as_floating(kernel), axis=0) != 0):
        raise ValueError("a unit has no weights")
    return boundary(kernel, bias)


@mistake("boundary")
def squares_in_float32(kernel, bias=None):
    """The weights are squared in float32, which is enough for those in float16. In float32 itself the square
    of 4e20 is infinite. Divide by the largest weight of each unit first, and multiply afterwards."""

    def length(w):
        wide = keras.backend.result_type(w.dtype, "float32")
        return ops.cast(ops.sqrt(ops.sum(ops.square(ops.cast(w, wide)), axis=0)), w.dtype)

    return by_another_length(kernel, bias, length)


@mistake("boundary")
def squares_in_float64(kernel, bias=None):
    """The weights are squared in float64, which is enough for those in float16 and float32. In float64 itself
    the square of 1e200 is infinite. Divide by the largest weight of each unit first, and multiply
    afterwards."""

    def length(w):
        return ops.cast(ops.sqrt(ops.sum(ops.square(ops.cast(w, "float64")), axis=0)), w.dtype)

    return by_another_length(kernel, bias, length)


@mistake("boundary")
def adds_a_small_number(kernel, bias=None):
    """A small number is added to the length, so that nothing is divided by 0. A unit of zeros is refused
    anyway, and units of small weights come out wrong. Divide by the largest weight first, and leave it
    out."""
    small = 1e-7
    normal, offset, steepness = boundary(kernel, bias)
    share = lengths(kernel) / (lengths(kernel) + small)
    return normal * share, offset * share, steepness


@mistake("boundary")
def one_scale_for_all_units(kernel, bias=None):
    """The weights are divided by the largest of the whole kernel before they are squared. Beside a unit of
    large weights the squares of a small one then vanish. Take the largest of each unit: axis=0."""
    kernel, bias = without_units_of_zeros(kernel, bias)
    largest = ops.max(ops.abs(kernel))
    scaled = kernel / largest
    length = ops.sqrt(ops.sum(ops.square(scaled), axis=0))
    offset = ops.zeros_like(length) if bias is None else -bias / largest / length
    return scaled / length, offset, largest / 4 * length


@mistake("boundary")
def steepness_without_the_quarter(kernel, bias=None):
    """The steepness is |w|. The sigmoid itself is only 1/4 steep at its steepest, so the unit has |w| / 4."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, offset, 4 * steepness


@mistake("boundary")
def steepness_of_one_half(kernel, bias=None):
    """The steepness is |w| / 2. Where its sum is 0 the sigmoid is one half *high*, and its slope there is one
    quarter: |w| / 4."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, offset, 2 * steepness


@mistake("boundary")
def steepness_from_the_largest_weight(kernel, bias=None):
    """The steepness is a quarter of the largest weight: how steep the unit is along one input. Along the
    normal it is steeper, |w| / 4."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, offset, ops.max(ops.abs(as_floating(kernel)), axis=0) / 4 + 0 * steepness


@mistake("boundary")
def steepness_of_the_scaled_weights(kernel, bias=None):
    """The weights were divided by the largest one, and the steepness is not multiplied by it again. |w| is
    the largest weight times the length of what is left."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, offset, steepness / ops.max(ops.abs(as_floating(kernel)), axis=0)


@mistake("boundary")
def offset_of_the_scaled_weights(kernel, bias=None):
    """The weights were divided by the largest one, and the bias was not: the offset is too large by that
    weight. Divide the bias by the whole length, -b / |w|."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, offset * ops.max(ops.abs(as_floating(kernel)), axis=0), steepness


@mistake("boundary")
def normal_of_any_length(kernel, bias=None):
    """The normal is the weights as they are. It should have length 1: divide each column by its length."""
    _, offset, steepness = boundary(kernel, bias)
    return as_floating(kernel), offset, steepness


@mistake("boundary")
def normal_points_to_off(kernel, bias=None):
    """The normal points to where the unit is off. The sum grows along the weights themselves, w / |w|, not
    against them."""
    normal, offset, steepness = boundary(kernel, bias)
    return -normal, -offset, steepness


@mistake("boundary")
def normal_points_away_from_the_origin(kernel, bias=None):
    """Where the offset would be below 0, normal and offset are turned round, as in a textbook's normal form.
    Then the normal no longer points to where the unit is on: the offset may well be below 0."""
    normal, offset, steepness = boundary(kernel, bias)
    sign = ops.where(offset < 0, -ops.ones_like(offset), ops.ones_like(offset))
    return sign * normal, sign * offset, steepness


@mistake("boundary")
def normal_turned_round(kernel, bias=None):
    """The normals are the rows of the result. They should be its columns, as the units are those of the
    kernel."""
    normal, offset, steepness = boundary(kernel, bias)
    return ops.transpose(normal), offset, steepness


@mistake("boundary")
def keeps_the_axis(kernel, bias=None):
    """Offset and steepness have the shape (1, m): the axis that was summed over stays, because of keepdims.
    They hold one number for each unit, (m,)."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, offset[None], steepness[None]
