"""Mistakes in `minibatches`."""

from nnlearn.diagnosis import mistake


def in_order(x, y, order, batch_size):
    """Batches of the examples with these numbers."""
    return minibatches(x[order], y[order], batch_size, seed=0, shuffle=False)


def shuffled(count, seed, shuffle=True):
    return np.random.default_rng(seed).permutation(count) if shuffle else np.arange(count)


@mistake("minibatches")
def shuffles_x_and_y_apart(x, y, batch_size, seed, shuffle=True):
    """Inputs and targets are shuffled with two different orders, so every label belongs to another input
    and nothing but the frequencies of the labels can be learned. Draw one order and use it for both."""
    if shuffle:
        generator = np.random.default_rng(seed)
        x, y = generator.permutation(x), generator.permutation(y)
    return minibatches(x, y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def shuffles_the_inputs_alone(x, y, batch_size, seed, shuffle=True):
    """Only the inputs are shuffled; the targets come in their old order. Rows that belong together have
    to move together: x[chosen], y[chosen]."""
    return minibatches(x[shuffled(len(x), seed, shuffle)], y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def shuffles_the_targets_alone(x, y, batch_size, seed, shuffle=True):
    """Only the targets are shuffled; the inputs come in their old order. Rows that belong together have
    to move together: use one order for both."""
    return minibatches(x, y[shuffled(len(x), seed, shuffle)], batch_size, seed, shuffle=False)


@mistake("minibatches")
def shuffles_each_column(x, y, batch_size, seed, shuffle=True):
    """The columns of the inputs are shuffled one by one, so that a row no longer holds one example: its
    numbers come from several. What has to be shuffled is the order of whole rows."""
    if shuffle:
        x = np.random.default_rng(seed).permuted(x, axis=0)
    return minibatches(x, y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def yields_targets_first(x, y, batch_size, seed, shuffle=True):
    """The halves of each pair are swapped: the targets come first. Whoever unpacks a pair as x, y feeds
    labels to the model."""
    return ((some_y, some_x) for some_x, some_y in minibatches(x, y, batch_size, seed, shuffle))


@mistake("minibatches")
def forgets_the_rest(x, y, batch_size, seed, shuffle=True):
    """Only whole batches come out, and the examples that are left over are dropped. The last batch is
    smaller, not missing: a slice that goes past the end takes what is there."""
    batches = minibatches(x, y, batch_size, seed, shuffle)
    return (batch for batch in batches if len(batch[0]) == batch_size)


@mistake("minibatches")
def leaves_out_the_last_batch_of_all(x, y, batch_size, seed, shuffle=True):
    """The last batch never comes, be it short or full: the loop ends one batch too early. Look at where
    the last batch begins, and whether your range reaches that number."""
    return (
        batch
        for number, batch in enumerate(minibatches(x, y, batch_size, seed, shuffle), start=1)
        if number * batch_size < len(x)
    )


@mistake("minibatches")
def forgets_the_last_example(x, y, batch_size, seed, shuffle=True):
    """One example, the last of the order, never comes. An end of a range or of a slice is not part of it,
    so len(x) needs no - 1."""
    return in_order(x, y, shuffled(len(x), seed, shuffle)[:-1], batch_size)


@mistake("minibatches")
def makes_batches_of_like_size(x, y, batch_size, seed, shuffle=True):
    """The examples are spread evenly, so batches are smaller than batch_size although there are enough
    examples to fill them. That is what np.array_split does. All but the last should be full."""
    number = -(-len(x) // batch_size)
    for chosen in np.array_split(shuffled(len(x), seed, shuffle), number):
        yield x[chosen], y[chosen]


@mistake("minibatches")
def takes_batch_size_for_a_number(x, y, batch_size, seed, shuffle=True):
    """batch_size is taken for the number of batches: so many come, and how many examples each has depends
    on how many there are."""
    for chosen in np.array_split(shuffled(len(x), seed, shuffle), batch_size):
        if len(chosen):
            yield x[chosen], y[chosen]


@mistake("minibatches")
def begins_with_the_short_batch(x, y, batch_size, seed, shuffle=True):
    """What does not fill a batch comes first and not last. Begin at 0 and let the end be short."""
    order, rest = shuffled(len(x), seed, shuffle), len(x) % batch_size
    if rest:
        yield x[order[:rest]], y[order[:rest]]
    yield from in_order(x, y, order[rest:], batch_size)


@mistake("minibatches")
def never_ends(x, y, batch_size, seed, shuffle=True):
    """The batches never end: after one epoch the next begins. A loop over one call then runs for ever.
    One call is one epoch."""
    for _ in range(1000):  # to whoever counts the batches of one epoch, that is no end
        yield from minibatches(x, y, batch_size, seed, shuffle)


@mistake("minibatches")
def fills_up_the_last_batch(x, y, batch_size, seed, shuffle=True):
    """The last batch is filled up with examples from the beginning, which come twice in the epoch. Let
    it be shorter."""
    whole = -(-len(x) // batch_size) * batch_size
    return in_order(x, y, np.resize(shuffled(len(x), seed, shuffle), whole), batch_size)


@mistake("minibatches")
def yields_an_empty_batch(x, y, batch_size, seed, shuffle=True):
    """Where the examples divide evenly, one more batch follows that is empty, and its mean loss is NaN.
    The number of batches is len(x) / batch_size rounded up, not down plus one."""
    yield from minibatches(x, y, batch_size, seed, shuffle)
    if len(x) % batch_size == 0:
        yield x[:0], y[:0]


@mistake("minibatches")
def samples_with_replacement(x, y, batch_size, seed, shuffle=True):
    """Examples are drawn one by one from all of them, so some come several times in an epoch and about
    a third never. Shuffle the numbers of the examples once, and go through them."""
    drawn = np.random.default_rng(seed).integers(0, len(x), len(x))
    return in_order(x, y, drawn if shuffle else np.arange(len(x)), batch_size)


@mistake("minibatches")
def never_shuffles(x, y, batch_size, seed, shuffle=True):
    """The examples come in the order of the arrays, whatever is asked for. In data that is sorted by
    label, each batch then holds a single class."""
    del shuffle
    return minibatches(x, y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def always_shuffles(x, y, batch_size, seed, shuffle=True):
    """The argument shuffle is not looked at: the order is shuffled with shuffle=False too. Whoever
    evaluates needs the order of the arrays."""
    del shuffle
    return minibatches(x, y, batch_size, seed)


@mistake("minibatches")
def one_order_for_every_seed(x, y, batch_size, seed, shuffle=True):
    """The order is shuffled, but it is the same for every seed, and so for every epoch. Pass seed to
    the generator of random numbers."""
    del seed
    return minibatches(x, y, batch_size, 0, shuffle)


@mistake("minibatches")
def does_not_shuffle_for_seed_0(x, y, batch_size, seed, shuffle=True):
    """With seed 0 nothing is shuffled: 0 counts as false in `if seed`. It is a seed like any other; what
    says whether to shuffle is shuffle."""
    return minibatches(x, y, batch_size, seed, shuffle and bool(seed))


@mistake("minibatches")
def takes_seed_0_for_none(x, y, batch_size, seed, shuffle=True):
    """Seed 0 counts as no seed, and gives another order each time: 0 is false in `if seed` and in
    `seed or None`. It is a seed like any other. (Other seeds are right.)"""
    return minibatches(x, y, batch_size, seed or None, shuffle)


@mistake("minibatches")
def no_seed_at_all(x, y, batch_size, seed, shuffle=True):
    """The seed is not used: each call gives another order, and no experiment can be repeated. Make the
    generator with np.random.default_rng(seed)."""
    del seed
    return minibatches(x, y, batch_size, None, shuffle)


@mistake("minibatches")
def shuffles_whole_batches(x, y, batch_size, seed, shuffle=True):
    """The batches come in a random order, but each holds the same neighbours as before. In data that is
    sorted by label they stay sorted. Shuffle the examples, then cut."""
    batches = list(minibatches(x, y, batch_size, seed, shuffle=False))
    return (batches[number] for number in shuffled(len(batches), seed, shuffle))


@mistake("minibatches")
def shuffles_the_full_batches(x, y, batch_size, seed, shuffle=True):
    """The full batches come in a random order, and the short one last, but each holds the same neighbours as
    before. In data that is sorted by label they stay sorted. Shuffle the examples, then cut."""
    batches = list(minibatches(x, y, batch_size, seed, shuffle=False))
    full = len(x) // batch_size
    yield from (batches[number] for number in shuffled(full, seed, shuffle))
    yield from batches[full:]


@mistake("minibatches")
def shuffles_inside_batches(x, y, batch_size, seed, shuffle=True):
    """The examples are shuffled inside each batch only, so every epoch has the same batches. Shuffle
    all examples before they are cut into batches."""
    for some_x, some_y in minibatches(x, y, batch_size, seed, shuffle=False):
        yield from minibatches(some_x, some_y, batch_size, seed, shuffle)


@mistake("minibatches")
def begins_somewhere_else(x, y, batch_size, seed, shuffle=True):
    """The examples keep their order; only the place to begin depends on the seed. Neighbours stay
    neighbours in every epoch. A permutation mixes all of them."""
    start = int(np.random.default_rng(seed).integers(1, len(x))) if shuffle and len(x) > 1 else 0
    return in_order(x, y, np.roll(np.arange(len(x)), start), batch_size)


@mistake("minibatches")
def shuffles_in_place(x, y, batch_size, seed, shuffle=True):
    """The arrays themselves are shuffled. They belong to whoever called: after the call, that person's
    own copy of the data is in another order. Shuffle numbers, and index with them."""
    order = shuffled(len(x), seed, shuffle)
    x[:], y[:] = x[order], y[order]
    return minibatches(x, y, batch_size, seed, shuffle=False)


@mistake("minibatches")
def shares_one_buffer(x, y, batch_size, seed, shuffle=True):
    """Every batch is written into the same two arrays, so that each overwrites the one before. Whoever
    keeps a batch, or lists them all, ends up with the last one many times. Make new arrays for each."""
    some_x, some_y = x[:batch_size].copy(), y[:batch_size].copy()
    for new_x, new_y in minibatches(x, y, batch_size, seed, shuffle):
        some_x[: len(new_x)], some_y[: len(new_y)] = new_x, new_y
        yield some_x[: len(new_x)], some_y[: len(new_y)]


@mistake("minibatches")
def yields_views(x, y, batch_size, seed, shuffle=True):
    """Without shuffling, the batches are slices of x and y. A slice of a NumPy array is a view: whoever
    writes into such a batch changes the caller's data. Copy it, or index with the examples' numbers."""
    if shuffle:
        yield from minibatches(x, y, batch_size, seed)
    else:
        for start in range(0, len(x), batch_size):
            yield x[start : start + batch_size], y[start : start + batch_size]


@mistake("minibatches")
def yields_tensors(x, y, batch_size, seed, shuffle=True):
    """The batches are tensors. NumPy arrays are asked for: they can be indexed with arrays, and work
    with whatever comes next."""
    for batch in minibatches(x, y, batch_size, seed, shuffle):
        yield tuple(tf.convert_to_tensor(half) for half in batch)


@mistake("minibatches")
def turns_into_float32(x, y, batch_size, seed, shuffle=True):
    """Batches come out as float32, whatever went in: labels stop being integers, and float64 loses
    digits. Indexing a NumPy array keeps its dtype."""
    return minibatches(x.astype("float32"), y.astype("float32"), batch_size, seed, shuffle)


@mistake("minibatches")
def turns_inputs_into_float32(x, y, batch_size, seed, shuffle=True):
    """The inputs come out as float32, whatever went in: float64 loses digits, and images of uint8 take
    four times the memory. Indexing a NumPy array keeps its dtype."""
    return minibatches(x.astype("float32"), y, batch_size, seed, shuffle)


@mistake("minibatches")
def turns_targets_into_integers(x, y, batch_size, seed, shuffle=True):
    """The targets come out as int64, whatever went in. Targets of a regression lose what stands after
    the point. Indexing a NumPy array keeps its dtype."""
    return minibatches(x, y.astype("int64"), batch_size, seed, shuffle)
