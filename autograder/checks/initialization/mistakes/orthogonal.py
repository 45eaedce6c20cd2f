"""Mistakes in `orthogonal`: the matrix."""

import math

from nnlearn.diagnosis import mistake


def sizes(shape):
    """Rows and columns of the kernel as a matrix."""
    if len(shape) < 2:
        raise ValueError("two axes or more")
    return math.prod(shape[:-1]), shape[-1]


def wide_dtype(dtype):
    """The dtype to decompose in."""
    return "float32" if dtype == "float16" else dtype


def decomposed(shape, seed, dtype, draw=keras.random.normal):
    """Q and R of a tall random matrix of this shape."""
    return ops.qr(draw(shape, dtype=wide_dtype(dtype), seed=seed))


def fitted(q, shape, gain, dtype):
    """Q as a kernel of this shape: transposed where that is wide."""
    rows, columns = sizes(shape)
    return ops.cast(gain * ops.reshape(ops.transpose(q) if rows < columns else q, shape), dtype)


def tall(shape):
    """The tall shape of the matrix to decompose."""
    rows, columns = sizes(shape)
    return max(rows, columns), min(rows, columns)


@mistake("orthogonal")
def signs_as_they_come(shape, gain=1.0, seed=None, dtype="float32"):
    """The signs of Q are those that the routine picks, so some matrices never come. Multiply each column
    of Q by the sign of the entry of R on the diagonal (Mezzadri 2007)."""
    q, _ = decomposed(tall(shape), seed, dtype)
    return fitted(q, shape, gain, dtype)


@mistake("orthogonal")
def signs_make_the_diagonal_positive(shape, gain=1.0, seed=None, dtype="float32"):
    """The columns are turned by the signs of Q's own diagonal, which makes that positive in every matrix.
    The signs that count are those of the diagonal of R."""
    q, _ = decomposed(tall(shape), seed, dtype)
    return fitted(q * ops.sign(ops.diagonal(q)), shape, gain, dtype)


@mistake("orthogonal")
def multiplies_by_the_diagonal(shape, gain=1.0, seed=None, dtype="float32"):
    """The columns are multiplied by the diagonal of R itself, so they have other lengths. Multiply by its
    signs."""
    q, r = decomposed(tall(shape), seed, dtype)
    return fitted(q * ops.diagonal(r), shape, gain, dtype)


@mistake("orthogonal")
def draws_uniform_numbers(shape, gain=1.0, seed=None, dtype="float32"):
    """The matrix that is decomposed holds uniform numbers from 0 to 1. Their mean is not 0, so the first
    column is nearly the same in each draw. Only independent normal numbers have no preferred direction."""
    q, r = decomposed(tall(shape), seed, dtype, keras.random.uniform)
    return fitted(q * ops.sign(ops.diagonal(r)), shape, gain, dtype)


@mistake("orthogonal")
def draws_even_numbers(shape, gain=1.0, seed=None, dtype="float32"):
    """The matrix that is decomposed holds uniform numbers from -1 to 1, and these prefer the corners of a
    cube. Only independent normal numbers have no preferred direction."""

    def draw(shape, dtype, seed):
        return keras.random.uniform(shape, -1.0, 1.0, dtype=dtype, seed=seed)

    q, r = decomposed(tall(shape), seed, dtype, draw)
    return fitted(q * ops.sign(ops.diagonal(r)), shape, gain, dtype)


@mistake("orthogonal")
def wide_ones_keep_their_columns(shape, gain=1.0, seed=None, dtype="float32"):
    """The Q of a wide kernel is tall, and it is reshaped where it should be transposed: that mixes its
    columns up, and nothing is at right angles any more. Transpose first."""
    rows, columns = sizes(shape)
    if rows >= columns:
        return orthogonal(shape, gain, seed, dtype)
    q = orthogonal((columns, rows), gain, seed, dtype)
    return ops.reshape(q, shape)


@mistake("orthogonal")
def wide_ones_do_not_fit(shape, gain=1.0, seed=None, dtype="float32"):
    """A wide matrix is decomposed as it is. Its Q is square and does not have the shape of the kernel.
    Decompose the tall transpose, and transpose Q."""
    rows, columns = sizes(shape)
    if rows >= columns:
        return orthogonal(shape, gain, seed, dtype)
    q, _ = decomposed((rows, columns), seed, dtype)
    return ops.cast(gain * ops.reshape(q, shape), dtype)


@mistake("orthogonal")
def wide_ones_are_square(shape, gain=1.0, seed=None, dtype="float32"):
    """A wide matrix is decomposed as it is, and its square Q comes back in place of the kernel. Decompose
    the tall transpose, and transpose Q."""
    rows, columns = sizes(shape)
    if rows >= columns:
        return orthogonal(shape, gain, seed, dtype)
    q, _ = decomposed((rows, columns), seed, dtype)
    return ops.cast(gain * q, dtype)


@mistake("orthogonal")
def wide_ones_come_transposed(shape, gain=1.0, seed=None, dtype="float32"):
    """A wide kernel comes back tall: it was decomposed as a tall matrix, and the transpose back is
    missing."""
    rows, columns = sizes(shape)
    return orthogonal((columns, rows) if rows < columns and len(shape) == 2 else shape, gain, seed, dtype)


@mistake("orthogonal")
def flattens_from_the_left(shape, gain=1.0, seed=None, dtype="float32"):
    """A convolution kernel is flattened to its first axis by all others, as PyTorch does, whose first
    axis are the outputs. In Keras the outputs are the last axis: all but the last are the rows."""
    sizes(shape)
    q = orthogonal((shape[0], math.prod(shape[1:])), gain, seed, dtype)
    return ops.reshape(q, shape)


@mistake("orthogonal")
def takes_windows_by_themselves(shape, gain=1.0, seed=None, dtype="float32"):
    """Each place of the window gets an orthogonal matrix of its own, so the kernel as a whole has columns
    that are too long. Flatten all axes but the last, and decompose once."""
    if len(shape) <= 2:
        return orthogonal(shape, gain, seed, dtype)
    seeds = [seed] * math.prod(shape[:-2])
    if isinstance(seed, int):
        seeds = [seed + place for place in range(len(seeds))]
    return ops.reshape(ops.stack([orthogonal(shape[-2:], gain, each, dtype) for each in seeds]), shape)


@mistake("orthogonal")
def refuses_convolutions(shape, gain=1.0, seed=None, dtype="float32"):
    """A kernel with more than two axes ends in an error, since its shape is taken for rows and columns.
    Flatten all axes but the last first."""
    if len(shape) > 2:
        _, _ = shape
    return orthogonal(shape, gain, seed, dtype)


@mistake("orthogonal")
def gain_is_squared(shape, gain=1.0, seed=None, dtype="float32"):
    """The gain has been applied twice: lengths are gain**2. Multiply the kernel by it once."""
    return orthogonal(shape, gain**2, seed, dtype)


@mistake("orthogonal")
def gain_under_a_root(shape, gain=1.0, seed=None, dtype="float32"):
    """The kernel is multiplied by the root of gain, as if it were a factor of the variance. gain
    multiplies the kernel itself."""
    return orthogonal(shape, gain**0.5, seed, dtype)


@mistake("orthogonal")
def gain_before_the_decomposition(shape, gain=1.0, seed=None, dtype="float32"):
    """gain has no effect: it is left out, or multiplies the random matrix before the decomposition, which
    makes columns of length 1 whatever it is given. Multiply the result."""
    del gain
    return orthogonal(shape, 1.0, seed, dtype)


@mistake("orthogonal")
def columns_of_length_one_alone(shape, gain=1.0, seed=None, dtype="float32"):
    """The columns have the right length and are not at right angles: random columns were divided by their
    norms. Right angles need a decomposition, or one column after the other made orthogonal to those
    before it."""
    a = keras.random.normal(tall(shape), dtype=wide_dtype(dtype), seed=seed)
    return fitted(a / ops.norm(a, axis=0, keepdims=True), shape, gain, dtype)


@mistake("orthogonal")
def never_decomposes(shape, gain=1.0, seed=None, dtype="float32"):
    """The kernel is a random matrix as it was drawn, scaled so that its columns have length 1 on average.
    They are at right angles nearly, not exactly. Decompose it and keep Q."""
    rows, columns = sizes(shape)
    a = keras.random.normal(shape, dtype=wide_dtype(dtype), seed=seed)
    return ops.cast(gain * a / math.sqrt(max(rows, columns)), dtype)


@mistake("orthogonal")
def takes_vectors(shape, gain=1.0, seed=None, dtype="float32"):
    """A shape with one axis, or none, passes without a ValueError, or ends in another error. Nothing can
    be at right angles there: ask for len(shape) < 2 first."""
    if len(shape) < 2:
        return ops.ones(shape, dtype)
    return orthogonal(shape, gain, seed, dtype)


@mistake("orthogonal")
def refuses_vectors_by_chance(shape, gain=1.0, seed=None, dtype="float32"):
    """A shape with one axis, or none, ends in an IndexError or an error of TensorFlow, by chance. Ask for
    len(shape) < 2 first and raise a ValueError that shows the shape."""
    shape[1]
    return orthogonal(shape, gain, seed, dtype)


@mistake("orthogonal")
def orthogonal_in_float32(shape, gain=1.0, seed=None, dtype="float32"):
    """dtype is ignored: kernels are float32 whatever is asked for. Draw in that dtype, or cast at the
    end."""
    del dtype
    return orthogonal(shape, gain, seed)


@mistake("orthogonal")
def decomposes_float16(shape, gain=1.0, seed=None, dtype="float32"):
    """float16 kernels are drawn and decomposed in float16, where each step is rounded: columns are off
    from right angles by ten times as much as float16 makes necessary. Draw and decompose in float32, and
    cast the result."""
    if dtype != "float16":
        return orthogonal(shape, gain, seed, dtype)
    q, r = ops.qr(keras.random.normal(tall(shape), dtype=dtype, seed=seed))
    return fitted(q * ops.sign(ops.diagonal(r)), shape, gain, dtype)


@mistake("orthogonal")
def double_from_single(shape, gain=1.0, seed=None, dtype="float32"):
    """float64 kernels are drawn and decomposed in float32, and cast: their columns are off from right
    angles where float32 ends. Hand the dtype to the random function, and let float16 alone go by way of
    float32."""
    return ops.cast(orthogonal(shape, gain, seed, "float32"), dtype)
