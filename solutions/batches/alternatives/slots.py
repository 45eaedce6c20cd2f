# Slots that are filled again, a plan of rows and seeds, windows and blends one example after the other.

import itertools
import operator

import keras
import numpy as np


PREDICTIONS = {
    "sorted_data": 0,
    "black_border": -2.0,
    "mean_of_stream": 1.0,
    "peeked": "more often than 3",
}


def shuffle_buffer(items, size, seed=0):
    if size < 1:
        raise ValueError("size must be at least 1")
    rng = np.random.default_rng(seed)
    stream = iter(items)
    buffer = list(itertools.islice(stream, size))
    for item in stream:
        j = rng.integers(len(buffer))
        out, buffer[j] = buffer[j], item
        yield out
    while buffer:
        yield buffer.pop(rng.integers(len(buffer)))


class BatchSource(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):
        super().__init__(**kwargs)
        if batch_size < 1:
            raise ValueError("batch_size must be at least 1")
        if len(x) != len(y):
            raise ValueError("x and y differ in length")
        self.x, self.y = x, y
        self.batch_size = int(batch_size)
        self.seed = int(seed)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.transform = transform
        self.epoch = 0
        # the first transform seed: depends on seed, and leaves room for one number for each batch of each epoch
        self.first_seed = int(
            np.random.SeedSequence(self.seed, spawn_key=(0,)).generate_state(1, np.uint64)[0] >> 2
        )
        self._draw()

    def _draw(self):
        n = len(self.x)
        if self.shuffle:
            rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(1, self.epoch)))
            self.order = rng.permutation(n)
        else:
            self.order = np.arange(n)

    def __len__(self):
        full, rest = divmod(len(self.x), self.batch_size)
        return full if self.drop_last or not rest else full + 1

    def __getitem__(self, i):
        try:
            i = operator.index(i)
        except TypeError:
            raise IndexError(f"no batch {i!r}") from None
        if not 0 <= i < len(self):
            raise IndexError(f"no batch {i}")
        rows = self.order[i * self.batch_size : (i + 1) * self.batch_size]
        x, y = self.x[rows], self.y[rows]
        if self.transform is not None:
            seed = self.first_seed + self.epoch * len(self) + i
            x, y = self.transform(x, y, seed)
        return x, y

    def on_epoch_end(self):
        self.epoch += 1
        self._draw()


def random_flip(images, points, seed):
    rng = np.random.default_rng(seed)
    images, points = images.copy(), points.copy()
    width = images.shape[2]
    flip = rng.random(len(images)) < 0.5
    images[flip] = images[flip][:, :, ::-1]
    wide = np.result_type(points.dtype, np.int64)  # W - 1 may not fit the dtype of the points
    x = points[flip, :, 0].astype(wide)
    points[flip, :, 0] = (width - 1 - x).astype(points.dtype)
    return images, points


def random_crop(images, size, seed, padding=0, fill=0.0):
    n, height, width, channels = images.shape
    h, w = size
    if h > height + 2 * padding or w > width + 2 * padding:
        raise ValueError("the window is larger than the padded image")
    padded = np.empty((n, height + 2 * padding, width + 2 * padding, channels), images.dtype)
    padded[...] = np.asarray(fill).astype(images.dtype)
    padded[:, padding : padding + height, padding : padding + width] = images
    rng = np.random.default_rng(seed)
    tops = rng.integers(0, height + 2 * padding - h + 1, n)
    lefts = rng.integers(0, width + 2 * padding - w + 1, n)
    result = np.empty((n, h, w, channels), images.dtype)
    for k in range(n):
        result[k] = padded[k, tops[k] : tops[k] + h, lefts[k] : lefts[k] + w]
    return result


def mixup(x, y, alpha, seed):
    if alpha < 0:
        raise ValueError("alpha must not be below 0")
    if y.ndim != 2 or not np.issubdtype(y.dtype, np.floating):
        raise ValueError("y must be a floating array of rank 2")
    rng = np.random.default_rng(seed)
    n = len(x)
    kept = x.dtype if np.issubdtype(x.dtype, np.floating) else np.dtype(np.float32)
    share = np.ones(n) if alpha == 0 else rng.beta(alpha, alpha, n)
    partner = rng.permutation(n)

    def blend(a, dtype):
        a = a.astype(np.result_type(a.dtype, np.float64))
        s = share.reshape((n,) + (1,) * (a.ndim - 1))
        return (s * a + (1 - s) * a[partner]).astype(dtype)

    return blend(x, kept), blend(y, y.dtype)


def pad_batch(sequences, length=None, value=0, side="post"):
    if len(sequences) == 0:
        raise ValueError("there are no sequences")
    if side not in ("post", "pre"):
        raise ValueError("side must be 'post' or 'pre'")
    rest = sequences[0].shape[1:]
    if any(s.shape[1:] != rest for s in sequences):
        raise ValueError("the shapes differ behind the first axis")
    if length is None:
        length = max(len(s) for s in sequences)
    elif length < 1:
        raise ValueError("length must be at least 1")
    array = np.full((len(sequences), length, *rest), value, dtype=sequences[0].dtype)
    mask = np.zeros((len(sequences), length), dtype=bool)
    for k, s in enumerate(sequences):
        s = s[:length]
        t = len(s)
        start = 0 if side == "post" else length - t
        array[k, start : start + t] = s
        mask[k, start : start + t] = True
    return array, mask


def bucket_batches(lengths, boundaries, batch_size, seed=0):
    if any(b <= a for a, b in itertools.pairwise(boundaries)):
        raise ValueError("the boundaries must rise strictly")
    rng = np.random.default_rng(seed)
    bucket = np.searchsorted(
        np.asarray(boundaries, dtype=np.int64), np.asarray(lengths, dtype=np.int64), side="left"
    )
    batches = []
    for k in range(len(boundaries) + 1):
        places = rng.permutation(np.flatnonzero(bucket == k))
        for start in range(0, len(places), batch_size):
            batches.append(places[start : start + batch_size])  # noqa: PERF401
    return [batches[j] for j in rng.permutation(len(batches))]
