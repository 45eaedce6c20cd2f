# Nothing stored but seeds: items swap places, windows are gathered by index arrays, blends are a matrix.

import itertools

import keras
import numpy as np


class _Stream:
    """An iterator with a buffer that is refilled in place."""

    def __init__(self, items, size, seed):
        if size < 1:
            raise ValueError("the buffer is too small")
        self._items, self._size = iter(items), size
        self._generator, self._buffer = np.random.default_rng(seed), []

    def __iter__(self):
        return self

    def __next__(self):
        while len(self._buffer) < self._size:
            try:
                self._buffer.append(next(self._items))
            except StopIteration:
                self._size = 0
        if not self._buffer:
            raise StopIteration
        place = self._generator.integers(len(self._buffer))
        self._buffer[place], self._buffer[-1] = self._buffer[-1], self._buffer[place]
        return self._buffer.pop()


def shuffle_buffer(items, size, seed=0):
    return _Stream(items, size, seed)


class BatchSource(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):
        super().__init__(**kwargs)
        if batch_size < 1 or len(x) != len(y):
            raise ValueError("batches need rows, and rows need labels")
        self.x, self.y, self.batch_size, self.transform = x, y, batch_size, transform
        self.shuffle, self.drop_last, self.seed, self.epoch = shuffle, drop_last, seed, 0

    def __len__(self):
        rest = 0 if self.drop_last else self.batch_size - 1
        return (len(self.x) + rest) // self.batch_size

    def _generator(self, *place):
        # Nothing is stored: what is random follows from the seed, the epoch and the batch.
        return np.random.default_rng([self.seed, self.epoch, *place])

    def __getitem__(self, i):
        if i < 0 or i >= len(self):
            raise IndexError(i)
        rows = np.arange(len(self.x))
        if self.shuffle:
            self._generator().shuffle(rows)
        rows = rows[i * self.batch_size :][: self.batch_size]
        pair = self.x[rows], self.y[rows]
        if self.transform is not None:
            pair = self.transform(*pair, seed=int(self._generator(1 + i).integers(2**60)))
        return pair

    def on_epoch_end(self):
        self.epoch += 1


def random_flip(images, points, seed):
    flip = np.random.default_rng(seed).integers(2, size=len(images)).astype(bool)
    width = images.shape[2]
    columns = np.where(flip[:, None], np.arange(width)[::-1], np.arange(width))
    mirrored = np.take_along_axis(images, columns[:, None, :, None], axis=2)
    moved = np.array(points)
    moved[..., 0] = np.where(flip[:, None], width - 1 - points[..., 0], points[..., 0])
    return mirrored, moved


def random_crop(images, size, seed, padding=0, fill=0.0):
    count, height, width, channels = images.shape
    rows, columns = height + 2 * padding - size[0] + 1, width + 2 * padding - size[1] + 1
    if rows < 1 or columns < 1:
        raise ValueError("the window is too large")
    start = np.random.default_rng(seed).integers(rows * columns, size=count)
    top, left = np.divmod(start, columns)
    # Where each cell of a window lies in the image that has no border; outside, it is filled.
    row = top[:, None] + np.arange(size[0]) - padding
    column = left[:, None] + np.arange(size[1]) - padding
    inside = ((row >= 0) & (row < height))[:, :, None] & ((column >= 0) & (column < width))[:, None]
    row, column = row.clip(0, height - 1), column.clip(0, width - 1)
    cut = images[np.arange(count)[:, None, None], row[:, :, None], column[:, None]]
    filling = np.empty((channels,), images.dtype)
    filling[:] = fill
    return np.where(inside[..., None], cut, filling)


def mixup(x, y, alpha, seed):
    x, y = np.asarray(x), np.asarray(y)
    if alpha < 0 or y.ndim != 2 or not np.issubdtype(y.dtype, np.floating):
        raise ValueError("alpha or labels make no sense")
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float32)
    generator, count = np.random.default_rng(seed), len(x)
    partners = generator.integers(count, size=count)
    share = generator.beta(alpha, alpha, count) if alpha else np.ones(count)
    weights = np.zeros((count, count))
    np.add.at(weights, (np.arange(count), np.arange(count)), share)
    np.add.at(weights, (np.arange(count), partners), 1 - share)
    blend = [np.tensordot(weights, part.astype("float64"), axes=1).astype(part.dtype) for part in (x, y)]
    return blend[0], blend[1]


def pad_batch(sequences, length=None, value=0, side="post"):
    if not sequences or side not in ("pre", "post") or (length is not None and length < 1):
        raise ValueError("nothing to pad, or no way to pad it")
    if len({sequence.shape[1:] for sequence in sequences}) > 1:
        raise ValueError("steps have different shapes")
    length = max(len(sequence) for sequence in sequences) if length is None else length
    array, mask = [], []
    for sequence in sequences:
        kept = sequence[:length]
        gap = np.full((length - len(kept), *kept.shape[1:]), value, kept.dtype)
        parts = [kept, gap] if side == "post" else [gap, kept]
        array.append(np.concatenate(parts))
        mask.append(np.concatenate([np.full(len(part), part is kept) for part in parts]))
    return np.stack(array), np.stack(mask)


def bucket_batches(lengths, boundaries, batch_size, seed=0):
    if list(boundaries) != sorted(set(boundaries)):
        raise ValueError("boundaries do not rise")
    generator = np.random.default_rng(seed)
    edges = [-1, *boundaries, float("inf")]
    places = generator.permutation(len(lengths))
    batches = []
    for low, high in itertools.pairwise(edges):
        bucket = [place for place in places if low < lengths[place] <= high]
        while bucket:
            batches.append(np.array(bucket[:batch_size]))
            del bucket[:batch_size]
    generator.shuffle(order := list(range(len(batches))))
    return [batches[number] for number in order]


PREDICTIONS = {"sorted_data": 0, "black_border": -2.0, "mean_of_stream": 1.0, "peeked": "more often than 3"}
