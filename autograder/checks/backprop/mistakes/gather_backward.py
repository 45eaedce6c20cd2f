"""Mistakes in `gather_backward`."""

from nnlearn.diagnosis import mistake

from .pieces import arrays


def checked(upstream, indices, rows):
    """The arguments as arrays, and zeros for the result; for mistakes that lie elsewhere."""
    (upstream,), indices = arrays(upstream), np.asarray(indices)
    if np.any((indices < 0) | (indices >= rows)):
        raise ValueError("an index is out of range")
    return upstream, indices, np.zeros((rows, *upstream.shape[indices.ndim :]), upstream.dtype)


@mistake("gather_backward")
def adds_once_to_each_row(upstream, indices, rows):
    """Of an index that comes several times only the last one counts. Either what arrives is assigned,
    with =, or it is added by `gradient[indices] += upstream`, which reads the rows, adds once to each,
    and writes them back. np.add.at(gradient, indices, upstream) adds every time."""
    upstream, indices, gradient = checked(upstream, indices, rows)
    gradient[indices] += upstream
    return gradient


@mistake("gather_backward")
def keeps_the_first(upstream, indices, rows):
    """Of an index that comes more than once only the first is counted. A row that was used several
    times gets the sum of all that arrives."""
    upstream, indices, gradient = checked(upstream, indices, rows)
    for place in list(np.ndindex(indices.shape))[::-1]:
        gradient[indices[place]] = upstream[place]
    return gradient


@mistake("gather_backward")
def averages(upstream, indices, rows):
    """What arrives for an index is averaged. A row that was used three times gets the *sum* of three
    gradients."""
    upstream, indices, _ = checked(upstream, indices, rows)
    gradient = np.asarray(gather_backward(upstream, indices, rows))
    counts = np.maximum(np.bincount(indices.ravel(), minlength=rows), 1)
    return gradient / counts.reshape(-1, *[1] * (gradient.ndim - 1)).astype(gradient.dtype)


@mistake("gather_backward")
def largest_of_them(upstream, indices, rows):
    """Of what arrives for an index the largest is kept. It is the sum of all."""
    upstream, indices, gradient = checked(upstream, indices, rows)
    np.maximum.at(gradient, indices, upstream)
    return gradient


@mistake("gather_backward")
def wraps_around(upstream, indices, rows):
    """A negative index is accepted: NumPy counts it from the end, so -1 adds to the last row, which
    nobody has picked. And where NumPy does refuse, for indices that are too large, it raises an
    IndexError. Compare both ends yourself, and raise a ValueError before anything is added."""
    (upstream,), indices = arrays(upstream), np.asarray(indices)
    if np.any(indices >= rows):
        raise ValueError("an index is out of range")
    gradient = np.zeros((rows, *upstream.shape[indices.ndim :]), upstream.dtype)
    np.add.at(gradient, indices, upstream)
    return gradient


@mistake("gather_backward")
def drops_what_is_out_of_range(upstream, indices, rows):
    """What arrives for an index that is out of range is dropped without a word, as a one-hot row of
    zeros does, or a segment sum. It is a mistake of whoever called, and has to raise a ValueError."""
    (upstream,), indices = arrays(upstream), np.asarray(indices)
    upstream = upstream.reshape(indices.size, -1), upstream.shape[indices.ndim :]
    is_row = (indices.reshape(-1, 1) == np.arange(rows)).astype(upstream[0].dtype)
    return (is_row.T @ upstream[0]).reshape(rows, *upstream[1])


@mistake("gather_backward")
def clips_the_indices(upstream, indices, rows):
    """Indices that are out of range are moved to the first or last row. That row was not picked. Raise
    a ValueError instead."""
    return gather_backward(upstream, np.clip(np.asarray(indices).astype("int64"), 0, rows - 1), rows)


@mistake("gather_backward")
def accepts_the_index_rows(upstream, indices, rows):
    """An index equal to `rows` is let through the comparison. The last row of a table of 4 has the
    index 3: refuse what is >= rows."""
    if np.any(np.asarray(indices) == rows):
        raise IndexError(f"index {rows} is out of bounds for axis 0 with size {rows}")
    return gather_backward(upstream, indices, rows)


@mistake("gather_backward")
def as_many_rows_as_picked(upstream, indices, rows):
    """The result has rows up to the largest index only. The table has `rows` of them, and those behind,
    which nobody picked, have gradient 0."""
    gradient = np.asarray(gather_backward(upstream, indices, rows))
    return gradient[: np.max(np.asarray(indices), initial=-1) + 1]


@mistake("gather_backward")
def picks_instead(upstream, indices, rows):
    """`upstream[indices]` picks once more. Backward is the other way round: what arrived at place i is
    added to row indices[i]."""
    upstream, indices, _ = checked(upstream, indices, rows)
    return upstream[indices]


@mistake("gather_backward")
def goes_through_the_first_axis(upstream, indices, rows):
    """The loop runs over the first axis of indices, and adds to several rows at once: where an index
    comes twice in the same step, one of them is lost. Loop over single places, or use np.add.at."""
    upstream, indices, gradient = checked(upstream, indices, rows)
    for step in range(len(indices)) if indices.ndim else ():
        gradient[indices[step]] += upstream[step]
    return gradient if indices.ndim else gather_backward(upstream, indices, rows)


@mistake("gather_backward")
def rows_are_vectors(upstream, indices, rows):
    """A row of the table is taken for a vector. It may be a number, or a matrix, too: its shape is what
    is left of upstream's behind the axes of indices, upstream.shape[indices.ndim:]."""
    upstream, indices, _ = checked(upstream, indices, rows)
    gradient = np.zeros((rows, upstream.shape[-1]), upstream.dtype)
    np.add.at(gradient, indices.ravel(), upstream.reshape(-1, upstream.shape[-1]))
    return gradient


@mistake("gather_backward")
def indices_are_a_list(upstream, indices, rows):
    """Indices are taken for a list of numbers, with one axis. Those of a batch of texts have two, and
    the rows have the shape upstream.shape[indices.ndim:]."""
    upstream, indices, _ = checked(upstream, indices, rows)
    gradient = np.zeros((rows, *upstream.shape[1:]), upstream.dtype)
    np.add.at(gradient, indices, upstream)
    return gradient


@mistake("gather_backward")
def fails_where_nothing_was_picked(upstream, indices, rows):
    """Where nothing was picked there is no smallest or largest index, and NumPy raises an error. All
    rows then have gradient 0. np.any(indices < 0) is False for no indices."""
    np.min(np.asarray(indices))
    return gather_backward(upstream, indices, rows)


@mistake("gather_backward")
def casts_the_indices_first(upstream, indices, rows):
    """The indices are cast to int32 before they are compared, and 2 ** 32 + 1 becomes 1. Compare them
    as they are, and cast afterwards."""
    return gather_backward(upstream, np.asarray(indices).astype("int32"), rows)
