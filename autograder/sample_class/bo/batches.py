from collections import defaultdict

import keras
import numpy as np

PREDICTIONS = {
    "sorted_data": 0,
    "black_border": -2,
    "mean_of_stream": 1,
    "peeked": "more often than 3",
}


def shuffle_buffer(items, size, seed=0):
    if size < 1:
        raise ValueError("size has to be 1 or more")
    rng = np.random.default_rng(seed)
    slots = []
    for item in items:
        if len(slots) < size - 1:
            slots.append(item)
            continue
        # the new item takes part in the draw, then it fills the gap
        k = int(rng.integers(0, size))
        if k == size - 1:
            yield item
        else:
            yield slots[k]
            slots[k] = item
    for k in rng.permutation(len(slots)):
        yield slots[k]


class BatchSource(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):
        super().__init__(**kwargs)
        if batch_size < 1:
            raise ValueError("batch_size")
        if len(x) != len(y):
            raise ValueError("x and y have different lengths")
        self.x = x
        self.y = y
        self.bs = batch_size
        self.rng = np.random.default_rng(seed)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.transform = transform
        self.next_epoch()

    def next_epoch(self):
        n = len(self.x)
        order = self.rng.permutation(n) if self.shuffle else np.arange(n)
        pieces = [order[s : s + self.bs] for s in range(0, n, self.bs)]
        if self.drop_last and pieces and len(pieces[-1]) < self.bs:
            pieces.pop()
        self.pieces = [(rows, int(self.rng.integers(1, 2**50))) for rows in pieces]

    def on_epoch_end(self):
        self.next_epoch()

    def __len__(self):
        return len(self.pieces)

    def __getitem__(self, i):
        if i < 0:
            raise IndexError("counted from 0")
        rows, seed = self.pieces[i]
        bx, by = np.take(self.x, rows, axis=0), np.take(self.y, rows, axis=0)
        if self.transform:
            bx, by = self.transform(bx, by, seed)
        return bx, by


def random_flip(images, points, seed):
    rng = np.random.default_rng(seed)
    out_i, out_p = images.copy(), points.copy()
    w = images.shape[2]
    for n in range(len(images)):
        if rng.random() < 0.5:
            out_i[n] = np.fliplr(images[n])
            out_p[n, :, 0] = (w - 1) - points[n, :, 0]
    return out_i, out_p


def random_crop(images, size, seed, padding=0, fill=0.0):
    h, w = size
    rng = np.random.default_rng(seed)
    result = []
    for image in images:
        canvas = np.zeros((image.shape[0] + 2 * padding, image.shape[1] + 2 * padding, image.shape[2]), image.dtype)
        canvas += np.asarray(fill).astype(image.dtype)
        canvas[padding : padding + image.shape[0], padding : padding + image.shape[1]] = image
        if h > canvas.shape[0] or w > canvas.shape[1]:
            raise ValueError("does not fit")
        top = rng.integers(0, canvas.shape[0] - h, endpoint=True)
        left = rng.integers(0, canvas.shape[1] - w, endpoint=True)
        result.append(canvas[top : top + h, left : left + w])
    return np.array(result)


def mixup(x, y, alpha, seed):
    if alpha < 0:
        raise ValueError("alpha")
    if y.ndim != 2 or y.dtype not in (np.float16, np.float32, np.float64):
        raise ValueError("y has to be one-hot, as floats")
    if x.dtype not in (np.float16, np.float32, np.float64):
        x = x.astype(np.float32)
    if alpha == 0:
        return x.copy(), y.copy()
    rng = np.random.default_rng(seed)
    new_x, new_y = np.empty_like(x), np.empty_like(y)
    for i in range(len(x)):
        j = rng.integers(len(x))
        lam = rng.beta(alpha, alpha)
        new_x[i] = lam * x[i] + (1 - lam) * x[j]
        new_y[i] = lam * y[i] + (1 - lam) * y[j]
    return new_x, new_y


def pad_batch(sequences, length=None, value=0, side="post"):
    if len(sequences) == 0:
        raise ValueError("no sequences")
    if side not in ("pre", "post"):
        raise ValueError(side)
    shape = sequences[0].shape[1:]
    for s in sequences:
        if s.shape[1:] != shape:
            raise ValueError("shapes differ")
    if length is None:
        length = max([len(s) for s in sequences])
    elif length < 1:
        raise ValueError("length")
    out = np.full((len(sequences), length) + shape, value, dtype=sequences[0].dtype)
    mask = np.zeros((len(sequences), length), dtype=bool)
    for i, s in enumerate(sequences):
        n = min(len(s), length)
        where = slice(0, n) if side == "post" else slice(length - n, length)
        out[i, where] = s[:n]
        mask[i, where] = True
    return out, mask


def bucket_batches(lengths, boundaries, batch_size, seed=0):
    for a, b in zip(boundaries, boundaries[1:], strict=False):
        if b <= a:
            raise ValueError("boundaries have to rise")
    rng = np.random.default_rng(seed)
    buckets = defaultdict(list)
    for i, n in enumerate(lengths):
        k = 0
        while k < len(boundaries) and n > boundaries[k]:
            k += 1
        buckets[k].append(i)
    batches = []
    for k in sorted(buckets):
        members = np.array(buckets[k])
        rng.shuffle(members)
        for s in range(0, len(members), batch_size):
            batches.append(members[s : s + batch_size])
    order = rng.permutation(len(batches))
    return [batches[i] for i in order]
