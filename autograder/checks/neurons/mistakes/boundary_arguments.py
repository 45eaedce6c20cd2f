"""Mistakes in `boundary`: a missing bias, what is refused, dtypes."""

from nnlearn.diagnosis import mistake


@mistake("boundary")
def gives_no_offset_without_a_bias(kernel, bias=None):
    """Without a bias the offset is None. There is a boundary all the same, and it passes through the origin:
    offsets of 0."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, None if bias is None else offset, steepness


@mistake("boundary")
def one_offset_without_a_bias(kernel, bias=None):
    """Without a bias the offset is a single 0. It holds one number for each unit: zeros of shape (m,)."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, ops.zeros((), offset.dtype) if bias is None else offset, steepness


@mistake("boundary")
def zeros_are_float32(kernel, bias=None):
    """Without a bias the offsets are zeros in float32, which ops.zeros makes if it is not told. They should
    have the dtype of the kernel: ops.zeros(..., dtype=kernel.dtype)."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, ops.zeros(offset.shape) if bias is None else offset, steepness


@mistake("boundary")
def needs_a_bias_for_a_boundary(kernel, bias=None):
    """Without a bias the minus in front of None raises an error. Then the offset is 0 for every unit."""
    return boundary(kernel, -(-bias if bias is None else -as_floating(bias)))


@mistake("boundary")
def takes_units_of_zeros(kernel, bias=None):
    """A unit whose weights are all zero gets NaN, for 0 / 0, or a normal of zeros. It has no boundary at all,
    and nobody should compute on with that: raise a ValueError."""
    return skipping_units_of_zeros(kernel, bias, float("nan"))


def skipping_units_of_zeros(kernel, bias, instead):
    """The right answer, but for units whose weights are all zero."""
    kernel = as_floating(kernel)
    is_zero = ops.all(kernel == 0, axis=0) if len(kernel.shape) == 2 else False
    normal, offset, steepness = boundary(ops.where(is_zero, ops.ones_like(kernel), kernel), bias)
    blank = [ops.where(is_zero, instead * ops.ones_like(each), each) for each in (normal, offset, steepness)]
    return tuple(blank)


@mistake("boundary")
def refuses_kernels_of_zeros_alone(kernel, bias=None):
    """Only a kernel that is all zeros is refused. One unit of zeros is enough to have no boundary: look at
    each column."""
    kernel = as_floating(kernel)
    if not ops.any(kernel != 0):
        raise ValueError("all weights are zero")
    return skipping_units_of_zeros(kernel, bias, float("nan"))


@mistake("boundary")
def refuses_every_zero(kernel, bias=None):
    """A single weight of 0 is refused. The unit has a boundary as long as one of its weights is not 0; it
    does not look at the other inputs."""
    if not ops.all(as_floating(kernel) != 0):
        raise ValueError("a weight is zero")
    return boundary(kernel, bias)


@mistake("boundary")
def takes_biases_that_do_not_fit(kernel, bias=None):
    """A bias of shape (1,), or a number, is spread over all units. Each has one of its own; raise a
    ValueError unless the shape is (m,)."""
    kernel = as_floating(kernel)
    if bias is None or len(kernel.shape) != 2:
        return boundary(kernel, bias)
    normal, _, steepness = boundary(kernel)
    return normal, -as_floating(bias) / (4 * steepness), steepness


@mistake("boundary")
def takes_kernels_that_are_no_table(kernel, bias=None):
    """A kernel with one axis, or with three, is taken. It has two, a row for each input and a column for each
    unit; raise a ValueError where it has not."""
    kernel = as_floating(kernel)
    if len(kernel.shape) != 2:
        return kernel, ops.zeros(kernel.shape[-1]), ops.zeros(kernel.shape[-1])
    return boundary(kernel, bias)


@mistake("boundary")
def boundary_keeps_integers(kernel, bias=None):
    """The results for integers are integers: what is behind the point is gone. Integers count as float32;
    as_floating makes them so before anything is computed."""
    results = boundary(kernel, bias)
    dtype = ops.convert_to_tensor(kernel).dtype
    return tuple(ops.cast(each, dtype) for each in results)


@mistake("boundary")
def boundary_makes_all_float32(kernel, bias=None):
    """The results are float32 whatever comes in. Arguments in float16 or float64 should give results of their
    own dtype: only integers become float32."""
    return boundary(ops.cast(kernel, "float32"), bias if bias is None else ops.cast(bias, "float32"))


@mistake("boundary")
def steepness_before_offset(kernel, bias=None):
    """The results are in another order: the steepness comes before the offset. It is normal, offset,
    steepness."""
    normal, offset, steepness = boundary(kernel, bias)
    return normal, steepness, offset
