"""Mistakes in `bucket_batches`."""

from nnlearn.diagnosis import mistake


def checked(boundaries):
    if (np.diff(boundaries) <= 0).any():
        raise ValueError(f"boundaries have to rise, and are {boundaries}")


def batches_of(buckets, batch_size, generator, *, keep=lambda batch, size: True, mixed=True):  # noqa: ARG005
    """The batches of all buckets, one bucket after the other."""
    batches = []
    for bucket in np.unique(buckets):
        places = np.flatnonzero(buckets == bucket)
        places = generator.permutation(places) if mixed else places
        cut = [places[start : start + batch_size] for start in range(0, len(places), batch_size)]
        batches += [batch for batch in cut if keep(batch, batch_size)]
    return batches


def in_random_order(batches, generator):
    return [batches[number] for number in generator.permutation(len(batches))]


@mistake("bucket_batches")
def edge_in_the_wrong_bucket(lengths, boundaries, batch_size, seed=0):
    """A length that equals a boundary is put into the bucket above it. There it is padded to the next
    boundary. A boundary belongs to the bucket below: searchsorted with side="left"."""
    checked(boundaries)
    generator = np.random.default_rng(seed)
    buckets = np.searchsorted(boundaries, lengths, side="right")
    return in_random_order(batches_of(buckets, batch_size, generator), generator)


@mistake("bucket_batches")
def bucket_after_bucket(lengths, boundaries, batch_size, seed=0):
    """The batches come bucket after bucket, short sequences first. A network that learns from all short
    ones and then from all long ones sees no data like the whole. Permute the batches."""
    checked(boundaries)
    buckets = np.searchsorted(boundaries, lengths)
    return batches_of(buckets, batch_size, np.random.default_rng(seed))


@mistake("bucket_batches")
def sorts_by_length(lengths, boundaries, batch_size, seed=0):
    """All sequences are sorted by length and cut into batches: hardly any padding, but buckets play no
    part, and the same sequences meet in every epoch."""
    checked(boundaries)
    order = np.argsort(lengths, kind="stable")
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    return in_random_order(batches, np.random.default_rng(seed))


@mistake("bucket_batches")
def drops_short_batches(lengths, boundaries, batch_size, seed=0):
    """The short batch of each bucket is dropped, so some sequences are never seen. Keep it."""
    checked(boundaries)
    generator = np.random.default_rng(seed)
    buckets = np.searchsorted(boundaries, lengths)
    batches = batches_of(buckets, batch_size, generator, keep=lambda batch, size: len(batch) == size)
    return in_random_order(batches, generator)


@mistake("bucket_batches")
def drops_the_longest(lengths, boundaries, batch_size, seed=0):
    """What is longer than the last boundary is left out. There is one more bucket, for all of that."""
    checked(boundaries)
    generator = np.random.default_rng(seed)
    buckets = np.searchsorted(boundaries, lengths)
    batches = batches_of(buckets, batch_size, generator)
    kept = [batch for batch in batches if buckets[batch[0]] < len(boundaries)]
    return in_random_order(kept, generator)


@mistake("bucket_batches")
def joins_short_batches(lengths, boundaries, batch_size, seed=0):
    """What is left over of the buckets is put together into common batches. So short sequences are padded
    to the longest after all. Each bucket has a short batch of its own."""
    checked(boundaries)
    generator = np.random.default_rng(seed)
    batches = batches_of(np.searchsorted(boundaries, lengths), batch_size, generator)
    full = [batch for batch in batches if len(batch) == batch_size]
    rest = np.concatenate([np.array([], int), *[batch for batch in batches if len(batch) < batch_size]])
    full += [rest[start : start + batch_size] for start in range(0, len(rest), batch_size)]
    return in_random_order(full, generator)


@mistake("bucket_batches")
def short_batches_last(lengths, boundaries, batch_size, seed=0):
    """The short batches come at the end, behind all full ones. Mix all of them."""
    batches = bucket_batches(lengths, boundaries, batch_size, seed)
    return sorted(batches, key=lambda batch: len(batch) < batch_size)


@mistake("bucket_batches")
def fixed_within_a_bucket(lengths, boundaries, batch_size, seed=0):
    """The sequences of a bucket are not mixed, so the same ones meet in every epoch. Permute each bucket
    before you cut it."""
    checked(boundaries)
    generator = np.random.default_rng(seed)
    batches = batches_of(np.searchsorted(boundaries, lengths), batch_size, generator, mixed=False)
    return in_random_order(batches, generator)


@mistake("bucket_batches")
def gives_lengths(lengths, boundaries, batch_size, seed=0):
    """The batches hold lengths. They should hold places: which sequences, not how long they are."""
    return [np.asarray(lengths)[batch] for batch in bucket_batches(lengths, boundaries, batch_size, seed)]


@mistake("bucket_batches")
def an_empty_batch_for_each(lengths, boundaries, batch_size, seed=0):
    """Buckets without sequences, or whose batches come out even, add an empty batch. Nothing can be learned
    from it: leave it out."""
    checked(boundaries)
    generator = np.random.default_rng(seed)
    buckets = np.searchsorted(boundaries, lengths)
    batches = batches_of(buckets, batch_size, generator)
    batches += [
        np.array([], int)
        for bucket in range(len(boundaries) + 1)
        if np.sum(buckets == bucket) % batch_size == 0
    ]
    return in_random_order(batches, generator)


@mistake("bucket_batches")
def spreads_evenly(lengths, boundaries, batch_size, seed=0):
    """Each bucket is cut into batches of about the same size, so that several of them are short. Whole
    batches, and at most one short one for each bucket."""
    checked(boundaries)
    generator = np.random.default_rng(seed)
    buckets = np.searchsorted(boundaries, lengths)
    batches = []
    for bucket in np.unique(buckets):
        places = generator.permutation(np.flatnonzero(buckets == bucket))
        batches += np.array_split(places, -(-len(places) // batch_size))
    return in_random_order(batches, generator)


@mistake("bucket_batches")
def takes_any_boundaries(lengths, boundaries, batch_size, seed=0):
    """Boundaries that do not rise raise nothing: they are sorted, or taken as they are. Nobody can have
    meant them: raise a ValueError."""
    return bucket_batches(lengths, sorted(set(boundaries)), batch_size, seed)


@mistake("bucket_batches")
def takes_a_boundary_twice(lengths, boundaries, batch_size, seed=0):
    """Only boundaries that fall are refused. One that comes twice makes a bucket that nothing fits into:
    boundaries have to rise strictly."""
    if (np.diff(boundaries) < 0).any():
        raise ValueError("boundaries have to rise")
    return bucket_batches(lengths, sorted(set(boundaries)), batch_size, seed)


@mistake("bucket_batches")
def buckets_without_the_seed(lengths, boundaries, batch_size, seed=0):  # noqa: ARG001
    """The seed plays no part: another seed gives the same batches."""
    return bucket_batches(lengths, boundaries, batch_size, 0)


@mistake("bucket_batches")
def buckets_by_the_global_generator(lengths, boundaries, batch_size, seed=0):
    """The global generator is seeded and used: whoever draws from it elsewhere gets other numbers. Make a
    generator of your own, np.random.default_rng(seed)."""
    np.random.seed(seed)
    return bucket_batches(lengths, boundaries, batch_size, int(np.random.randint(2**31)))
