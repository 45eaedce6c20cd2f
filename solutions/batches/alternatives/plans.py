# A plan of each epoch, one item read ahead, index arithmetic for windows, a matrix of shares, buckets that fill up.

import bisect
import random
from collections import defaultdict

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
        raise ValueError(f"size must be at least 1, not {size}")
    coin = random.Random(int(seed))  # noqa: S311 - nothing is kept secret with it
    held = []

    def swap_through():
        for newcomer in items:  # one item ahead: it is read, but no candidate yet
            if len(held) < size:
                held.append(newcomer)
                continue
            place = coin.randrange(len(held))
            chosen, held[place] = held[place], newcomer
            yield chosen
        coin.shuffle(held)  # the tail
        while held:
            yield held.pop()

    return swap_through()


class BatchSource(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, seed=0, shuffle=True, drop_last=False, transform=None, **kwargs):
        if batch_size < 1:
            raise ValueError("batch_size is below 1")
        if x.shape[0] != y.shape[0]:
            raise ValueError("x and y differ in length")
        super().__init__(**kwargs)
        self._arrays = x, y
        self._size = int(batch_size)
        self._mixes = bool(shuffle)
        self._transform = transform
        n = x.shape[0]
        self._count = n // self._size if drop_last else -(-n // self._size)
        for_rows, for_seeds = np.random.SeedSequence(int(seed)).spawn(2)
        self._row_rng = np.random.default_rng(for_rows)
        self._seed_rng = np.random.default_rng(for_seeds)
        self._plan = None
        self.on_epoch_end()

    def __len__(self):
        return self._count

    def __getitem__(self, i):
        plan = self._plan
        if not isinstance(i, (int, np.integer)) or i < 0 or i >= len(plan):
            raise IndexError(f"there is no batch {i!r}: there are {len(plan)}")
        rows, seed = plan[i]
        pair = tuple(np.take(array, rows, axis=0) for array in self._arrays)
        return pair if self._transform is None else tuple(self._transform(*pair, seed))

    def on_epoch_end(self):
        n = self._arrays[0].shape[0]
        # Who sorts random keys gets each order with the same probability.
        order = np.argsort(self._row_rng.random(n)) if self._mixes else np.arange(n)
        cut = [order[k * self._size : (k + 1) * self._size] for k in range(self._count)]
        # 63 random bits for each batch: no two alike, but for a chance that never comes
        seeds = self._seed_rng.integers(2**63, size=self._count, dtype=np.uint64)
        self._plan = list(zip(cut, map(int, seeds), strict=True))


def random_flip(images, points, seed):
    coins = np.random.default_rng([1, int(seed)]).integers(2, size=images.shape[0]).astype(bool)
    new_images, new_points = np.empty_like(images), np.array(points)
    last = images.shape[2] - 1
    for k, heads in enumerate(coins):
        if not heads:
            new_images[k] = images[k]
            continue
        new_images[k] = np.flip(images[k], axis=1)
        x = points[k, :, 0]
        exact = x.astype(np.promote_types(x.dtype, np.int64))
        np.copyto(new_points[k, :, 0], last - exact, casting="unsafe")
    return new_images, new_points


def random_crop(images, size, seed, padding=0, fill=0.0):
    n, height, width, channels = images.shape
    h, w = size
    down, right = height + 2 * padding - h, width + 2 * padding - w
    if min(down, right) < 0:
        raise ValueError("the window is larger than the padded image")
    corners = np.random.default_rng([2, int(seed)]).integers([[down + 1], [right + 1]], size=(2, n))
    # no padding at all: where each cell comes from in the image itself, and whether there is one
    row = corners[0][:, None] + np.arange(h) - padding
    col = corners[1][:, None] + np.arange(w) - padding
    inside = ((row >= 0) & (row < height))[:, :, None] & ((col >= 0) & (col < width))[:, None, :]
    which, i, j = np.nonzero(inside)
    out = np.zeros((n, h, w, channels), dtype=images.dtype)
    if not inside.all():
        out[...] = np.array(fill).astype(images.dtype)
    out[which, i, j] = images[which, row[which, i], col[which, j]]
    return out


def mixup(x, y, alpha, seed):
    if alpha < 0:
        raise ValueError("alpha is below 0")
    if getattr(y, "ndim", None) != 2 or y.dtype.kind != "f":
        raise ValueError("y is not a floating array of rank 2")
    n = len(y)
    rng = np.random.default_rng([3, int(seed)])
    partner = (rng.random(n) * n).astype(int)  # with replacement
    share = rng.beta(alpha, alpha, size=n) if alpha > 0 else np.ones(n)
    # row k of the matrix: `share` at its own place, the rest at its partner's
    matrix = np.diag(share)
    matrix[np.arange(n), partner] += 1 - share

    def mixed(array, dtype):
        flat = array.reshape(n, int(np.prod(array.shape[1:]))).astype(np.promote_types(dtype, "float64"))
        return (matrix @ flat).reshape(array.shape).astype(dtype)

    return mixed(x, x.dtype if x.dtype.kind == "f" else np.dtype("float32")), mixed(y, y.dtype)


def pad_batch(sequences, length=None, value=0, side="post"):
    if not len(sequences):
        raise ValueError("no sequences")
    if len({sequence.shape[1:] for sequence in sequences}) > 1:
        raise ValueError("shapes differ behind the first axis")
    if side != "post" and side != "pre":
        raise ValueError(f"side: {side!r}")
    if length is None:
        length = max(map(len, sequences))
    elif length < 1:
        raise ValueError("length is below 1")
    cut = [sequence[:length] for sequence in sequences]
    real = np.array([len(sequence) for sequence in cut])[:, None]
    step = np.arange(length)[None, :]
    mask = step < real if side == "post" else step >= length - real
    array = np.full(mask.shape + cut[0].shape[1:], value, dtype=cut[0].dtype)
    array[mask] = np.concatenate(cut)  # row by row, as the mask counts
    return array, mask


def bucket_batches(lengths, boundaries, batch_size, seed=0):
    boundaries = [int(b) for b in boundaries]
    if boundaries != sorted(set(boundaries)):
        raise ValueError("boundaries do not rise strictly")
    coin = random.Random(int(seed))  # noqa: S311 - nothing is kept secret with it
    places = list(range(len(lengths)))
    coin.shuffle(places)
    waiting, done = defaultdict(list), []
    for place in places:  # as they come by at random; a full batch leaves
        crowd = waiting[bisect.bisect_left(boundaries, int(lengths[place]))]
        crowd.append(place)
        if len(crowd) == batch_size:
            done.append(crowd.copy())
            crowd.clear()
    done += [crowd for crowd in waiting.values() if crowd]
    coin.shuffle(done)
    return [np.array(batch, dtype=np.int64) for batch in done]
