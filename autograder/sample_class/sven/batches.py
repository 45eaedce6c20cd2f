import random

import keras
import numpy as np

PREDICTIONS = {
    "sorted_data": 16,
    "black_border": 0,
    "mean_of_stream": 1.0,
    "peeked": "3 times",
}


def shuffle_buffer(items, size, seed=0):
    if size < 1:
        raise ValueError("size must be at least 1")
    rng = random.Random(seed)
    buffer = []
    for item in items:
        buffer.append(item)
        if len(buffer) == size:
            rng.shuffle(buffer)
            yield from buffer
            buffer = []
    rng.shuffle(buffer)
    yield from buffer


class BatchSource(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):
        super().__init__()
        if batch_size < 1 or len(x) != len(y):
            raise ValueError("bad arguments")
        self.x, self.y = x, y
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.transform = transform
        self.rng = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        if self.drop_last:
            return len(self.x) // self.batch_size
        return int(np.ceil(len(self.x) / self.batch_size))

    def __getitem__(self, i):
        if i < 0 or i >= len(self):
            raise IndexError(i)
        idx = self.order[i * self.batch_size : (i + 1) * self.batch_size]
        x, y = self.x[idx], self.y[idx]
        if self.transform is not None:
            x, y = self.transform(x, y, self.epoch_seed + i)
        return x, y

    def on_epoch_end(self):
        self.order = np.arange(len(self.x))
        self.epoch_seed = int(self.rng.integers(10**12))
        if self.shuffle:
            self.rng.shuffle(self.order)


def random_flip(images, points, seed):
    rng = np.random.default_rng(seed)
    flip = rng.random(len(images)) < 0.5
    images = images.copy()
    points = points.copy()
    images[flip] = images[flip][:, :, ::-1]
    points[flip, :, 0] = images.shape[2] - points[flip, :, 0]
    return images, points


def random_crop(images, size, seed, padding=0, fill=0.0):
    n, H, W, c = images.shape
    h, w = size
    big = np.zeros((n, H + 2 * padding, W + 2 * padding, c), dtype=images.dtype)
    big[:] = fill
    big[:, padding : padding + H, padding : padding + W] = images
    if h > big.shape[1] or w > big.shape[2]:
        raise ValueError("window is too large")
    rng = np.random.default_rng(seed)
    top = rng.integers(0, big.shape[1] - h + 1)
    left = rng.integers(0, big.shape[2] - w + 1)
    return big[:, top : top + h, left : left + w].copy()


def mixup(x, y, alpha, seed):
    if alpha < 0 or y.ndim != 2 or y.dtype.kind != "f":
        raise ValueError("bad arguments")
    rng = np.random.default_rng(seed)
    lam = rng.beta(alpha, alpha) if alpha > 0 else 1.0
    perm = rng.permutation(len(x))
    if x.dtype.kind != "f":
        x = x.astype("float32")
    return (lam * x + (1 - lam) * x[perm]).astype(x.dtype), (lam * y + (1 - lam) * y[perm]).astype(y.dtype)


def pad_batch(sequences, length=None, value=0, side="post"):
    if len(sequences) == 0 or side not in ("pre", "post"):
        raise ValueError("bad arguments")
    if len({s.shape[1:] for s in sequences}) != 1:
        raise ValueError("shapes differ")
    if length is None:
        length = max(len(s) for s in sequences)
    if length < 1:
        raise ValueError("length must be at least 1")
    out = np.full((len(sequences), length, *sequences[0].shape[1:]), value, dtype=sequences[0].dtype)
    for row, s in zip(out, sequences):
        s = s[-length:]
        if len(s) == 0:
            continue
        if side == "post":
            row[: len(s)] = s
        else:
            row[-len(s) :] = s
    mask = np.zeros((len(sequences), length), dtype=bool)
    for i, s in enumerate(sequences):
        n = min(len(s), length)
        mask[i, :n] = side == "post"
        if side == "pre":
            mask[i, length - n :] = True
    return out, mask


def bucket_batches(lengths, boundaries, batch_size, seed=0):
    for i in range(len(boundaries) - 1):
        if boundaries[i] >= boundaries[i + 1]:
            raise ValueError("boundaries must rise")
    rng = np.random.default_rng(seed)
    bucket = np.digitize(lengths, boundaries)
    batches = []
    for b in range(len(boundaries) + 1):
        idx = rng.permutation(np.where(bucket == b)[0])
        for s in range(0, len(idx), batch_size):
            batches.append(idx[s : s + batch_size])
    rng.shuffle(order := np.arange(len(batches)))
    return [batches[k] for k in order]
