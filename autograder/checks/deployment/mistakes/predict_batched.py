"""Mistakes in `predict_batched`: modes, batches, and what becomes of the last one or of none."""

from nnlearn.diagnosis import mistake


def in_steps(
    model,
    x,
    batch_size,
    preprocess=None,
    *,
    begins=lambda n, size: range(0, max(n, 1), size),
    take=lambda x, begin, size: x[begin : begin + size].copy(),
    prepare=lambda preprocess, batch, _begin: batch if preprocess is None else preprocess(batch),
    run=lambda model, batch: model(batch, training=False),
    join=np.concatenate,
):
    """The right one, but for what is given."""
    if batch_size < 1:
        raise ValueError(f"{batch_size} rows")
    outputs = []
    for begin in begins(len(x), batch_size):
        batch = prepare(preprocess, take(x, begin, batch_size), begin)
        outputs.append(ops.convert_to_numpy(run(model, batch)))
    return join(outputs)


@mistake("predict_batched")
def in_training_mode(model, x, batch_size, preprocess=None):
    """The model runs with training=True: Dropout drops, BatchNormalization takes the statistics of the
    batch and moves its own. Call it with training=False."""
    return in_steps(model, x, batch_size, preprocess, run=lambda model, batch: model(batch, training=True))


@mistake("predict_batched")
def drops_the_remainder(model, x, batch_size, preprocess=None):
    """Only full batches are made, and the rows that are left get no answer. The last batch may be
    smaller."""
    return in_steps(
        model,
        x,
        batch_size,
        preprocess,
        begins=lambda n, size: range(0, max(n - size + 1, 1 - n), size),
        join=lambda outputs: np.concatenate(outputs) if outputs else ops.convert_to_numpy(model(x[:0])),
    )


def padded(x, begin, size):
    """A full batch in any case; the last row is repeated."""
    batch = x[begin : begin + size].copy()
    return np.concatenate([batch, np.repeat(batch[-1:], size - len(batch), axis=0)])


@mistake("predict_batched")
def returns_the_padding(model, x, batch_size, preprocess=None):
    """The last batch is filled up, and the answers to the filling are returned with the others. Return as
    many answers as x has rows: cut the rest off, or do not fill up."""
    return in_steps(model, x, batch_size, preprocess, take=padded)


@mistake("predict_batched")
def fills_up_and_cuts(model, x, batch_size, preprocess=None):
    """The last batch is filled up with rows of zeros, and their answers are cut off in the end. The answers
    are right, but work is done for nothing, and `preprocess` gets rows that nobody sent. The last batch has
    what is left."""

    def take(x, begin, size):
        batch = x[begin : begin + size].copy()
        missing = size - len(batch) if len(x) > size else 0
        return np.concatenate([batch, np.zeros((missing, *x.shape[1:]), x.dtype)])

    return in_steps(model, x, batch_size, preprocess, take=take)[: len(x)]


@mistake("predict_batched")
def forgets_the_last_preprocessing(model, x, batch_size, preprocess=None):
    """What is left at the end goes to the model without `preprocess`. Every batch goes through it."""
    whole = len(x) // batch_size * batch_size if batch_size > 0 else 0

    def prepare(preprocess, batch, begin):
        return batch if preprocess is None or 0 < whole <= begin < len(x) else preprocess(batch)

    return in_steps(model, x, batch_size, preprocess, prepare=prepare)


@mistake("predict_batched")
def crashes_without_rows(model, x, batch_size, preprocess=None):
    """Without rows there is no batch, and np.concatenate has nothing to join. Let one empty batch go
    through: it has the right shape."""
    return in_steps(model, x, batch_size, preprocess, begins=lambda n, size: range(0, n, size))


@mistake("predict_batched")
def a_flat_nothing(model, x, batch_size, preprocess=None):
    """Without rows an array of shape (0,) is returned. The other axes are as always: (0, outputs)."""
    if batch_size >= 1 and len(x) == 0:
        return np.array([])
    return in_steps(model, x, batch_size, preprocess)


@mistake("predict_batched")
def an_empty_array_of_its_own(model, x, batch_size, preprocess=None):
    """Without rows, an array is made up from `model.output_shape`, and neither `preprocess` nor the model is
    called. Its dtype need not be the model's, and axes of length None have no number. Let one empty batch go
    through."""
    if batch_size >= 1 and len(x) == 0:
        return np.zeros((0, *model.output_shape[1:]))
    return in_steps(model, x, batch_size, preprocess)


@mistake("predict_batched")
def all_at_once(model, x, batch_size, preprocess=None):
    """All rows go through the model at once: with many rows, memory runs out. No call gets more than
    batch_size rows."""
    return in_steps(
        model,
        x,
        batch_size,
        preprocess,
        begins=lambda _n, _size: [0],
        take=lambda x, _begin, _size: x.copy(),
    )


@mistake("predict_batched")
def preprocesses_all_at_once(model, x, batch_size, preprocess=None):
    """`preprocess` gets all rows before the loop, and holds them all in memory, in a larger dtype as a
    rule. Call it for each batch."""
    if batch_size < 1:
        raise ValueError(f"{batch_size} rows")
    if preprocess is not None:
        x = ops.convert_to_numpy(preprocess(x.copy()))
    return in_steps(model, x, batch_size)


@mistake("predict_batched")
def row_by_row(model, x, batch_size, preprocess=None):
    """Each row has a call of its own, and each call a fixed cost: batch_size rows go through at once."""
    if batch_size < 1:
        raise ValueError(f"{batch_size} rows")
    return in_steps(model, x, 1, preprocess)


@mistake("predict_batched")
def batches_of_a_number(model, x, batch_size, preprocess=None):
    """batch_size is taken for the number of batches, as in np.array_split(x, batch_size). It is how many
    rows a batch has."""
    if batch_size < 1:
        raise ValueError(f"{batch_size} rows")
    outputs = []
    for batch in np.array_split(x.copy(), batch_size):
        prepared = batch if preprocess is None else preprocess(batch)
        outputs.append(ops.convert_to_numpy(model(prepared, training=False)))
    return np.concatenate(outputs)


@mistake("predict_batched")
def even_batches(model, x, batch_size, preprocess=None):
    """The rows are spread evenly, by np.array_split. Seven rows in batches of 3 are 3, 3 and 1: the last
    batch has what is left."""
    if batch_size < 1:
        raise ValueError(f"{batch_size} rows")
    outputs = []
    for batch in np.array_split(x.copy(), max(math.ceil(len(x) / batch_size), 1)):
        prepared = batch if preprocess is None else preprocess(batch)
        outputs.append(ops.convert_to_numpy(model(prepared, training=False)))
    return np.concatenate(outputs)


@mistake("predict_batched")
def hands_over_views(model, x, batch_size, preprocess=None):
    """`preprocess` gets a view of x: one that overwrites what it gets overwrites x, and who predicts again
    preprocesses twice. Hand over a copy: x[begin:end].copy()."""
    return in_steps(model, x, batch_size, preprocess, take=lambda x, begin, size: x[begin : begin + size])


@mistake("predict_batched")
def in_float32(model, x, batch_size, preprocess=None):
    """The rows are cast to float32 before `preprocess` sees them. It gets rows of x with their dtype: for
    pixels of uint8 it may divide by 255, and for others not."""
    return in_steps(
        model,
        x,
        batch_size,
        preprocess,
        take=lambda x, begin, size: x[begin : begin + size].astype("float32"),
    )


@mistake("predict_batched")
def answers_in_float32(model, x, batch_size, preprocess=None):
    """The answers are written into an array of float32 (or float64), whatever the model gives. Keep the
    model's dtype."""
    return in_steps(model, x, batch_size, preprocess).astype("float32")


@mistake("predict_batched")
def a_list_of_batches(model, x, batch_size, preprocess=None):
    """A list with an array for each batch is returned. Join them: np.concatenate."""
    return in_steps(model, x, batch_size, preprocess, join=list)


@mistake("predict_batched")
def preprocesses_never(model, x, batch_size, preprocess=None):  # noqa: ARG001
    """`preprocess` is never called. Each batch goes through it before the model sees it."""
    return in_steps(model, x, batch_size, None)


@mistake("predict_batched")
def takes_any_size(model, x, batch_size, preprocess=None):
    """A batch size below 1 is mended, or runs into an error of another kind. It should raise a
    ValueError."""
    return in_steps(model, x, max(batch_size, 1), preprocess)


@mistake("predict_batched")
def newest_first(model, x, batch_size, preprocess=None):
    """Each batch is put before those that came earlier, so the answers are not in the order of the rows."""
    return in_steps(model, x, batch_size, preprocess, join=lambda outputs: np.concatenate(outputs[::-1]))


@mistake("predict_batched")
def returns_a_tensor(model, x, batch_size, preprocess=None):
    """A tensor is returned, which stays where it was computed, on a GPU for one. Asked for is a NumPy
    array: keras.ops.convert_to_numpy."""
    return ops.convert_to_tensor(in_steps(model, x, batch_size, preprocess))
