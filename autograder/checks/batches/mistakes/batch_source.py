"""Mistakes in `BatchSource`: lengths, rows and pairs."""

from nnlearn.diagnosis import mistake


@mistake("BatchSource")
class FlooredLength(BatchSource):
    """The length is N // batch_size, rounded down: the rows of the last, short batch are never seen. Round
    up, unless drop_last says otherwise."""

    def __len__(self):
        return len(self._x) // self._batch_size


@mistake("BatchSource")
class LengthInRows(BatchSource):
    """len(source) is the number of rows. Keras asks for as many batches as that. It is the number of batches:
    N / batch_size, rounded up."""

    def __len__(self):
        return len(self._x)

    def __getitem__(self, i):
        if not 0 <= i < len(self):
            raise IndexError(i)
        rows = self._order[i * self._batch_size : (i + 1) * self._batch_size]
        pair = self._x[rows], self._y[rows]
        return pair if self._transform is None else self._transform(*pair, int(self._seeds[i]))


@mistake("BatchSource")
class AlwaysOneMore(BatchSource):
    """The length is N // batch_size + 1: where the batches come out even, the last one is empty. Add one
    only if there is a rest."""

    def __len__(self):
        return len(self._x) // self._batch_size + (not self._drop_last)


@mistake("BatchSource")
class IgnoresDropLast(BatchSource):
    """drop_last changes nothing: the last, short batch is there all the same."""

    def __len__(self):
        return -(-len(self._x) // self._batch_size)


@mistake("BatchSource")
class DropsTheSameRows(BatchSource):
    """What drop_last leaves out is cut off before the rows are shuffled, so the same last rows are never
    seen, in no epoch. Shuffle all rows, and cut then."""

    def on_epoch_end(self):
        super().on_epoch_end()
        if self._drop_last and self._shuffle:
            whole = len(self._x) // self._batch_size * self._batch_size
            self._order = self._generator.permutation(whole)


@mistake("BatchSource")
class DropsAWholeBatch(BatchSource):
    """drop_last drops the last batch, also if it is a whole one. Only a short one is to be dropped."""

    def __len__(self):
        count = -(-len(self._x) // self._batch_size)
        return max(0, count - self._drop_last)


@mistake("BatchSource")
class ShufflesApart(BatchSource):
    """x and y are shuffled each in an order of its own, so rows get the labels of others. Draw one order,
    and take the rows of both by it."""

    def on_epoch_end(self):
        super().on_epoch_end()
        self._other = self._generator.permutation(len(self._x)) if self._shuffle else self._order

    def __getitem__(self, i):
        x, _ = BatchSource.__getitem__(Untransformed(self), i)
        y = self._y[self._other[i * self._batch_size : (i + 1) * self._batch_size]]
        return (x, y) if self._transform is None else self._transform(x, y, int(self._seeds[i]))


class Untransformed:
    """A source without its transform."""

    def __init__(self, source):
        self._x, self._y, self._order = source._x, source._y, source._order
        self._batch_size, self._transform, self._length = source._batch_size, None, len(source)

    def __len__(self):
        return self._length


@mistake("BatchSource")
class GivesViews(BatchSource):
    """Without shuffling, a batch is a slice of x, and shares its memory: a transform that writes into it
    changes the data for ever. Index with an array of rows, which copies, or copy."""

    def __getitem__(self, i):
        if self._shuffle:
            return super().__getitem__(i)
        if not 0 <= i < len(self):
            raise IndexError(i)
        rows = slice(i * self._batch_size, (i + 1) * self._batch_size)
        pair = self._x[rows], self._y[rows]
        return pair if self._transform is None else self._transform(*pair, int(self._seeds[i]))


@mistake("BatchSource")
class ShufflesTheCallersArrays(BatchSource):
    """The arrays that were handed over are shuffled themselves. They belong to the caller, whose rows come
    in another order now, without a word. Shuffle an array of row numbers."""

    def __init__(self, x, y, *args, **kwargs):
        self._started = False
        super().__init__(x, y, *args, **kwargs)

    def on_epoch_end(self):
        super().on_epoch_end()
        if self._shuffle:
            self._x[...], self._y[...] = self._x[self._order], self._y[self._order]
            self._order = np.arange(len(self._x))


@mistake("BatchSource")
class CountsFromTheEnd(BatchSource):
    """source[-1] gives a batch, as a list would. Of a PyDataset i has to lie between 0 and len - 1:
    anything else is an IndexError."""

    def __getitem__(self, i):
        return super().__getitem__(i + len(self) if -len(self) <= i < 0 else i)


@mistake("BatchSource")
class EmptyBatchesBeyond(BatchSource):
    """Behind the last batch source[i] gives empty arrays, as slices do, and no IndexError. Who walks
    through the batches until the end never gets there."""

    def __getitem__(self, i):
        if i >= len(self):
            return self._x[:0], self._y[:0]
        return super().__getitem__(i)


@mistake("BatchSource")
class SwallowsArguments(BatchSource):
    """workers=2 is taken and goes nowhere: super().__init__() is called without **kwargs. Pass them on, or
    everything is read by one thread."""

    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):  # noqa: ARG002
        super().__init__(x, y, batch_size, seed, shuffle, drop_last, transform)


@mistake("BatchSource")
class TakesUnequalLengths(BatchSource):
    """x and y of different lengths raise nothing. Some rows have no label then, or labels are left over,
    and nobody notices."""

    def __init__(self, x, y, *args, **kwargs):
        count = min(len(x), len(y))
        super().__init__(x[:count], y[:count], *args, **kwargs)


@mistake("BatchSource")
class TakesAnyBatchSize(BatchSource):
    """A batch size of 0 or less raises nothing. Nobody can have meant that: raise a ValueError."""

    def __init__(self, x, y, batch_size, *args, **kwargs):
        super().__init__(x, y, max(1, batch_size), *args, **kwargs)


@mistake("BatchSource")
class ReturnsFloats(BatchSource):
    """The labels become float32 on the way. Whole-numbered labels are to stay whole: keep the dtypes."""

    def __getitem__(self, i):
        x, y = super().__getitem__(i)
        return x, np.asarray(y).astype("float32") if self._transform is None else y
