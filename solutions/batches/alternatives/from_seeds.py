# Every epoch follows from its number and the seed; masks and broadcasting; buckets by counting boundaries.

import operator

import keras
import numpy as np
import itertools


PREDICTIONS = {
    "sorted_data": 0,
    "black_border": -2.0,
    "mean_of_stream": 1.0,
    "peeked": "more often than 3",
}


def shuffle_buffer(items, size, seed=0):
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")

    def give():
        rng = np.random.default_rng(seed)
        source, end = iter(items), object()
        buffer, more = [], True
        while True:
            while more and len(buffer) < size:  # refill only when somebody asks
                item = next(source, end)
                more = item is not end
                if more:
                    buffer.append(item)
            if not buffer:
                return
            place = int(rng.integers(len(buffer)))
            buffer[place], buffer[-1] = buffer[-1], buffer[place]
            yield buffer.pop()

    return give()


class BatchSource(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):
        super().__init__(**kwargs)
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if len(x) != len(y):
            raise ValueError(f"x has {len(x)} rows, y has {len(y)}")
        self.x, self.y, self.batch_size, self.seed = x, y, int(batch_size), int(seed)
        self.shuffle, self.drop_last, self.transform = shuffle, drop_last, transform
        self._state = None
        self._begin(0)

    def _begin(self, epoch):
        order = np.arange(len(self.x))
        if self.shuffle:
            order = np.random.default_rng(
                np.random.SeedSequence(self.seed, spawn_key=(0, epoch))
            ).permutation(order)
        self._state = epoch, order

    def __len__(self):
        full, rest = divmod(len(self.x), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __getitem__(self, i):
        try:
            number = operator.index(i)
        except TypeError:
            raise IndexError(f"no batch {i!r}") from None
        if not 0 <= number < len(self):
            raise IndexError(f"no batch {number} among {len(self)}")
        epoch, order = self._state
        rows = order[number * self.batch_size : (number + 1) * self.batch_size]
        x, y = self.x[rows], self.y[rows]
        if self.transform is None:
            return x, y
        # a counter that never repeats within this source, put in front of what only depends on `seed`
        start = int(np.random.SeedSequence(self.seed, spawn_key=(1,)).generate_state(1)[0]) >> 1
        x, y = self.transform(x, y, start + epoch * len(self) + number)
        return x, y

    def on_epoch_end(self):
        self._begin(self._state[0] + 1)


def random_flip(images, points, seed):
    flips = np.random.default_rng(seed).random(len(images)) < 0.5
    images, width = images.copy(), images.shape[2]
    points = points.copy()
    images[flips] = images[flips, :, ::-1]
    wide = np.result_type(points.dtype, np.int64)  # W - 1 need not fit into int8, nor exactly into float16
    points[flips, :, 0] = (width - 1 - points[flips, :, 0].astype(wide)).astype(points.dtype)
    return images, points


def random_crop(images, size, seed, padding=0, fill=0.0):
    n, height, width, channels = images.shape
    h, w = (int(k) for k in size)
    tall, wide = height + 2 * padding, width + 2 * padding
    if h > tall or w > wide:
        raise ValueError(f"a window of {h} x {w} does not fit into {tall} x {wide}")
    padded = np.empty((n, tall, wide, channels), images.dtype)
    if padding:
        padded[...] = np.asarray(fill, images.dtype)
    padded[:, padding : padding + height, padding : padding + width] = images
    rng = np.random.default_rng(seed)
    tops, lefts = rng.integers(tall - h + 1, size=n), rng.integers(wide - w + 1, size=n)
    out = np.empty((n, h, w, channels), images.dtype)
    for k, (top, left) in enumerate(zip(tops, lefts, strict=True)):
        out[k] = padded[k, top : top + h, left : left + w]
    return out


def mixup(x, y, alpha, seed):
    if not alpha >= 0:
        raise ValueError(f"alpha must not be below 0: {alpha}")
    if not (isinstance(y, np.ndarray) and y.ndim == 2 and np.issubdtype(y.dtype, np.floating)):
        raise ValueError("y must be a floating array of shape (N, K)")
    kind = x.dtype if np.issubdtype(x.dtype, np.floating) else np.dtype("float32")
    if alpha == 0:
        return x.astype(kind), y.copy()
    rng = np.random.default_rng(seed)
    partners, shares = rng.permutation(len(y)), rng.beta(alpha, alpha, size=len(y))

    def blend(a, dtype):
        wide = a.astype(np.result_type(dtype, np.float64))
        own = shares.reshape((-1,) + (1,) * (a.ndim - 1))
        return (own * wide + (1 - own) * wide[partners]).astype(dtype)

    return blend(x, kind), blend(y, y.dtype)


def pad_batch(sequences, length=None, value=0, side="post"):
    if len(sequences) == 0:
        raise ValueError("there are no sequences")
    if side not in ("post", "pre"):
        raise ValueError(f"side must be 'post' or 'pre', not {side!r}")
    if length is not None and length < 1:
        raise ValueError(f"length must be at least 1, not {length}")
    rest = sequences[0].shape[1:]
    if any(sequence.shape[1:] != rest for sequence in sequences):
        raise ValueError("the shapes differ behind the first axis")
    if length is None:
        length = max(len(sequence) for sequence in sequences)
    array = np.full((len(sequences), length, *rest), value, dtype=sequences[0].dtype)
    mask = np.zeros((len(sequences), length), dtype=bool)
    for row, sequence in enumerate(sequences):
        kept = sequence[:length]
        start = 0 if side == "post" else length - len(kept)
        array[row, start : start + len(kept)] = kept
        mask[row, start : start + len(kept)] = True
    return array, mask


def bucket_batches(lengths, boundaries, batch_size, seed=0):
    if any(low >= high for low, high in itertools.pairwise(boundaries)):
        raise ValueError("boundaries must rise strictly")
    rng = np.random.default_rng(seed)
    bucket = np.searchsorted(
        np.asarray(boundaries, dtype=np.int64), np.asarray(lengths, dtype=np.int64), side="left"
    )
    batches = []
    for k in range(len(boundaries) + 1):
        places = rng.permutation(np.flatnonzero(bucket == k))
        batches += [places[start : start + batch_size].copy() for start in range(0, len(places), batch_size)]
    return [batches[k] for k in rng.permutation(len(batches))]
