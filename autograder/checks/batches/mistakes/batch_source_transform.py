"""Mistakes in `BatchSource`: the transform and its seeds."""

from nnlearn.diagnosis import mistake


class Seeded(BatchSource):
    """A source that asks `seed_of` for the seed of a batch."""

    def __init__(self, x, y, batch_size, seed=0, *args, **kwargs):
        self._seed, self._epoch = seed, -1
        super().__init__(x, y, batch_size, seed, *args, **kwargs)

    def on_epoch_end(self):
        super().on_epoch_end()
        self._epoch += 1

    def __getitem__(self, i):
        if self._transform is None or not 0 <= i < len(self):
            return super().__getitem__(i)
        rows = self._order[i * self._batch_size : (i + 1) * self._batch_size]
        return self._transform(self._x[rows], self._y[rows], self.seed_of(i))


@mistake("BatchSource")
class DrawsSeedsWhenAsked(Seeded):
    """The seed is drawn from a generator when the batch is asked for, so a peek changes the batch and all
    that come after it. Draw the seeds once, in on_epoch_end, one for each batch."""

    def seed_of(self, i):  # noqa: ARG002
        return int(self._generator.integers(2**62))


@mistake("BatchSource")
class OneSeedPerEpoch(Seeded):
    """All batches of an epoch get the same seed, so they are all flipped and cropped alike. Each batch
    needs its own."""

    def seed_of(self, i):  # noqa: ARG002
        return int(self._seeds[0])


@mistake("BatchSource")
class OneSeedForEver(Seeded):
    """The transform always gets the seed of the source: each batch of each epoch is changed alike, and that
    is no augmentation. Each batch of each epoch needs its own."""

    def seed_of(self, i):  # noqa: ARG002
        return self._seed


@mistake("BatchSource")
class SameSeedsInEachEpoch(Seeded):
    """The seed is seed + i, in every epoch: batch 0 is always changed alike. The epoch has to be in it,
    too."""

    def seed_of(self, i):
        return self._seed + i


@mistake("BatchSource")
class SeedsOverlap(Seeded):
    """The seed is seed + epoch + i: batch 1 of one epoch has the seed of batch 0 of the next. Count batches
    over all epochs, epoch * len(self) + i, or draw them."""

    def seed_of(self, i):
        return self._seed + self._epoch + i


@mistake("BatchSource")
class SeedsIgnoreTheSource(Seeded):
    """The seeds count the batches, and the seed of the source plays no part: two runs with different seeds
    are augmented alike. Draw them from the source's generator, or add its seed."""

    def seed_of(self, i):
        return self._epoch * len(self) + i


@mistake("BatchSource")
class HandsOverAGenerator(Seeded):
    """The transform gets a generator, and it was promised an integer seed. Shared by all batches, it also
    gives another batch whenever one is asked for again."""

    def seed_of(self, i):  # noqa: ARG002
        return self._generator


@mistake("BatchSource")
class SeedsAreFloats(Seeded):
    """The seed is a float, and np.random.default_rng takes whole numbers: generator.integers draws those."""

    def seed_of(self, i):
        return float(self._seeds[i])


@mistake("BatchSource")
class SeedsOnlyIfShuffled(Seeded):
    """Without shuffle, no new seeds are drawn for the next epoch. Rows stay in their order then, and yet
    each epoch should have other augmentations."""

    def on_epoch_end(self):
        super().on_epoch_end()
        self._first = self._seeds if self._epoch == 0 else self._first

    def seed_of(self, i):
        return int((self._seeds if self._shuffle else self._first)[i])


@mistake("BatchSource")
class TransformsXAlone(BatchSource):
    """Of the pair that the transform gives, only x is taken, and y is the old one. Mixed labels, and points
    that moved, are in its y."""

    def __getitem__(self, i):
        pair = super().__getitem__(i)
        if self._transform is None:
            return pair
        rows = self._order[i * self._batch_size : (i + 1) * self._batch_size]
        return pair[0], self._y[rows]


@mistake("BatchSource")
class ForgetsTheTransform(BatchSource):
    """The transform is never called: batches come as they are."""

    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):  # noqa: ARG002
        super().__init__(x, y, batch_size, seed, shuffle, drop_last, None, **kwargs)


@mistake("BatchSource")
class TransformsEverythingOnce(BatchSource):
    """All rows are transformed once, in __init__, and every epoch has the same changes. Call the transform in
    __getitem__, for the batch."""

    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):
        if transform is not None and len(x) == len(y):
            x, y = transform(np.array(x), np.array(y), seed)
        super().__init__(x, y, batch_size, seed, shuffle, drop_last, None, **kwargs)


@mistake("BatchSource")
class TransformsRowByRow(Seeded):
    """The transform is called for each row, and it was promised the x and y of a batch."""

    def seed_of(self, i):
        return int(self._seeds[i])

    def __getitem__(self, i):
        if self._transform is None or not 0 <= i < len(self):
            return super().__getitem__(i)
        rows = self._order[i * self._batch_size : (i + 1) * self._batch_size]
        pairs = [
            self._transform(np.array(self._x[row]), np.array(self._y[row]), self.seed_of(i) + k)
            for k, row in enumerate(rows)
        ]
        return tuple(np.stack(parts) for parts in zip(*pairs, strict=True))
