"""Mistakes in `BatchSource`: what is drawn when."""

from nnlearn.diagnosis import mistake


@mistake("BatchSource")
class ShufflesInGetitem(BatchSource):
    """The rows are shuffled anew in __getitem__, whenever a batch is asked for. So batches are cut from
    different orders, and some rows come twice in an epoch and others never. Draw one order, in
    on_epoch_end."""

    def __getitem__(self, i):
        if self._shuffle:
            self._order = self._generator.permutation(len(self._x))
        return super().__getitem__(i)


@mistake("BatchSource")
class SameOrderInEachEpoch(BatchSource):
    """Every epoch has the same order: the generator is made again from the same seed each time, or nothing
    is drawn in on_epoch_end. Keep one generator, and draw from it at the end of each epoch."""

    def on_epoch_end(self):
        first = getattr(self, "_order", None)
        super().on_epoch_end()
        if first is not None:
            self._order = first


@mistake("BatchSource")
class FirstEpochInOrder(BatchSource):
    """The first epoch comes in the order of the file: nothing was drawn before the first on_epoch_end. Draw
    in __init__, too."""

    def on_epoch_end(self):
        is_first = not hasattr(self, "_order")
        super().on_epoch_end()
        if is_first:
            self._order = np.arange(len(self._x))


@mistake("BatchSource")
class MixesBatchesOnly(BatchSource):
    """The batches come in another order, and the rows in them are always the same. Rows have to change their
    batches: permute the rows."""

    def on_epoch_end(self):
        super().on_epoch_end()
        if self._shuffle:
            starts = np.arange(0, len(self._x), self._batch_size)
            whole = [np.arange(start, start + self._batch_size) for start in starts]
            kept = [rows for rows in whole if rows[-1] < len(self._x)]
            tail = np.arange(len(kept) * self._batch_size, len(self._x))
            mixed = [kept[number] for number in self._generator.permutation(len(kept))]
            self._order = np.concatenate([*mixed, tail]).astype(int)


@mistake("BatchSource")
class MixesWithinBatches(BatchSource):
    """Each batch is shuffled by itself: rows never leave their batch, so sorted data stay sorted. Permute
    all rows, and cut then."""

    def on_epoch_end(self):
        super().on_epoch_end()
        if self._shuffle:
            starts = range(0, len(self._x), self._batch_size)
            pieces = [np.arange(start, min(start + self._batch_size, len(self._x))) for start in starts]
            self._order = np.concatenate([self._generator.permutation(piece) for piece in pieces])


@mistake("BatchSource")
class DrawsWithReplacement(BatchSource):
    """The rows of an epoch are drawn with replacement, so some come twice and about a third never. Use a
    permutation."""

    def on_epoch_end(self):
        super().on_epoch_end()
        if self._shuffle:
            self._order = self._generator.integers(len(self._x), size=len(self._x))


@mistake("BatchSource")
class IgnoresShuffle(BatchSource):
    """shuffle=False changes nothing: rows are mixed all the same. Without it they stay in the order of the
    file."""

    def on_epoch_end(self):
        super().on_epoch_end()
        self._order = self._generator.permutation(len(self._x))


@mistake("BatchSource")
class IgnoresItsSeed(BatchSource):
    """The generator gets no seed, so no run can be repeated: np.random.default_rng(seed)."""

    def __init__(self, x, y, batch_size, seed=0, *args, **kwargs):  # noqa: ARG002
        super().__init__(
            x, y, batch_size, int(np.random.SeedSequence().generate_state(1)[0]), *args, **kwargs
        )


@mistake("BatchSource")
class OneSeedForAll(BatchSource):
    """The seed is a number in the code: another seed gives the same order."""

    def __init__(self, x, y, batch_size, seed=0, *args, **kwargs):  # noqa: ARG002
        super().__init__(x, y, batch_size, 42, *args, **kwargs)


@mistake("BatchSource")
class DrawsFromTheGlobalGenerator(BatchSource):
    """The global generator is seeded and used, so whoever draws from it elsewhere gets other numbers. Keep a
    generator of your own: np.random.default_rng(seed)."""

    def __init__(self, x, y, batch_size, seed=0, *args, **kwargs):
        np.random.seed(seed)
        super().__init__(x, y, batch_size, seed, *args, **kwargs)

    def on_epoch_end(self):
        super().on_epoch_end()
        if self._shuffle:
            self._order = np.random.permutation(len(self._x))


@mistake("BatchSource")
class RunsThroughAList(BatchSource):
    """source[i] gives the next batch, whatever i is: a position is kept and moved on. Keras asks for
    batches twice, and out of order. Look up batch i."""

    def on_epoch_end(self):
        super().on_epoch_end()
        self._next = 0

    def __getitem__(self, i):
        if not 0 <= i < len(self):
            raise IndexError(i)
        number, self._next = self._next % len(self), self._next + 1
        return super().__getitem__(number)


@mistake("BatchSource")
class NextEpochByItself(BatchSource):
    """When the last batch was given out, the next order is drawn at once. Asked for again, that batch is
    another one, and with threads the last batch need not come last. Draw in on_epoch_end alone."""

    def __getitem__(self, i):
        batch = super().__getitem__(i)
        if i == len(self) - 1 and self._shuffle:
            self._order = self._generator.permutation(len(self._x))
        return batch


@mistake("BatchSource")
class ShiftsTheOrder(BatchSource):
    """The next epoch only begins at another row: the order is the old one, turned. Draw a new permutation."""

    def on_epoch_end(self):
        before = getattr(self, "_order", None)
        super().on_epoch_end()
        if before is not None and self._shuffle:
            self._order = np.roll(before, 1 + len(before) // 3)
