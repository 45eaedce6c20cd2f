# Rows kept and summed exactly, systematic random rounding in split, percentiles by hand, tensors returned.

import math
import random

import numpy as np
from keras import ops

PREDICTIONS = {
    "keras_constant": "1e7",
    "black_pixel": -2.12,
    "steps": "proportionally",
    "clip_undone": "no",
}


_FLOATS = ("float16", "float32", "float64")


def _tensor(x):
    """`x` as a tensor, and the name of the dtype a result of it has."""
    x = ops.convert_to_tensor(x)
    name = x.dtype.name
    return x, name if name in _FLOATS else "float32"


def _affine(x, learned, formula):
    """`formula` of `x` in float64, as a tensor of the dtype of `x`."""
    if learned is None:
        raise ValueError("not fitted")
    x, dtype = _tensor(x)
    if len(x.shape) < 1 or x.shape[-1] != learned.shape[0]:
        raise ValueError(f"shape {tuple(x.shape)} does not have {learned.shape[0]} features")
    return ops.cast(formula(ops.cast(x, "float64")), dtype)


def _pooled(x):
    """A float64 copy of `x` of shape (rows, F), with at least one row."""
    array = np.array(x, dtype=np.float64, copy=True)
    if array.ndim < 2 or array[..., :1].size == 0:
        raise ValueError("x has no rows")
    return array.reshape(-1, array.shape[-1])


def _percentile(in_order, q):
    """The percentile `q` of each column of a table whose columns are sorted."""
    place = q / 100 * (len(in_order) - 1)
    below = min(int(place), len(in_order) - 1)
    above = min(below + 1, len(in_order) - 1)
    return in_order[below] + (in_order[above] - in_order[below]) * (place - below)


def conditioning(x):
    x = np.array(x, dtype=np.float64)
    n, f = x.shape
    h = np.empty((f + 1, f + 1))
    h[:f, :f] = 2 / n * (x.T @ x)
    h[f, :f] = h[:f, f] = 2 * x.mean(axis=0)
    h[f, f] = 2.0
    eigenvalues = np.linalg.eigvalsh(h)
    least, most = float(eigenvalues[0]), float(eigenvalues[-1])
    if n <= f or least < 1e-14 * most:
        return 2 / most, float("inf")
    return 2 / most, most / least


class Standardizer:
    def __init__(self):
        self._chunks = []
        self.mean = None
        self.scale = None

    def fit(self, x):
        return self._learn([_pooled(x)])

    def update(self, x):
        chunk = _pooled(x)
        if self._chunks and self._chunks[0].shape[1] != chunk.shape[1]:
            raise ValueError("another number of features than before")
        return self._learn([*self._chunks, chunk])

    def _learn(self, chunks):
        everything = np.concatenate(chunks)
        n = len(everything)
        means, scales = [], []
        for column in everything.T:
            width = column.max() - column.min()
            if width == 0:
                means.append(column[0])
                scales.append(1.0)
                continue
            mean = math.fsum(column) / n
            # in units of the width: no square over- or underflows
            means.append(mean)
            scales.append(width * math.sqrt(math.fsum(((column - mean) / width) ** 2) / n))
        self._chunks = chunks
        self.mean, self.scale = np.array(means, np.float64), np.array(scales, np.float64)
        return self

    def transform(self, x):
        return _affine(x, self.mean, lambda values: (values - self.mean) / self.scale)

    def inverse(self, z):
        return _affine(z, self.mean, lambda values: values * self.scale + self.mean)


def split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    x, y = np.array(x), np.array(y)
    fractions = tuple(fractions)
    if len(fractions) < 2 or any(not f > 0 for f in fractions) or not abs(sum(fractions) - 1) < 1.0001e-6:
        raise ValueError("at least two positive fractions with the sum 1 are needed")
    if len(y.shape) != 1:
        raise ValueError("y has to have rank 1")
    if x.shape[:1] != y.shape:
        raise ValueError("x and y differ in length")
    own = random.Random(f"seed {int(seed)}")  # noqa: S311 - nothing is kept secret with it
    order = list(range(len(y)))
    own.shuffle(order)
    queues = {}
    for row in order:
        queues.setdefault(y[row].item(), []).append(row)
    part_of = np.zeros(len(y), dtype=int)
    cuts = np.cumsum(fractions)[:-1]
    for label in sorted(queues):
        queue = queues[label]
        n = len(queue)
        # Systematic rounding: all cuts are moved by one random share of a row, then rounded down. The
        # difference of two such cuts is less than a row away from what it should be.
        margin = min(0.4, 2e-6 * n + 1e-9)
        start = own.uniform(margin, 1 - margin)
        ends = np.minimum(np.floor(cuts * n + start).astype(int), n)
        for rank, row in enumerate(queue):
            part_of[row] = int(np.sum(ends <= rank))
    order = np.array(order, dtype=int)
    chosen = [order[part_of[order] == number] for number in range(len(fractions))]
    if scaler is None:
        return [(x[rows], y[rows]) for rows in chosen]
    scaler.fit(x[chosen[0]])
    return [(scaler.transform(x[rows]), y[rows]) for rows in chosen]


class RobustScaler:
    def __init__(self, low=25.0, high=75.0, limit=None):
        if low < 0 or high > 100 or not low < high:
            raise ValueError("percentiles: 0 <= low < high <= 100")
        if limit is not None and limit <= 0:
            raise ValueError("limit: above 0, or None")
        self._percentiles = (low, 50.0, high)
        self._limit = limit
        self.center = None
        self.scale = None

    def fit(self, x):
        in_order = np.sort(_pooled(x), axis=0)
        low, self.center, high = (_percentile(in_order, q) for q in self._percentiles)
        self.scale = high - low
        self.scale[self.scale == 0] = 1.0
        return self

    def transform(self, x):
        def formula(values):
            z = (values - self.center) / self.scale
            return z if self._limit is None else ops.clip(z, -self._limit, self._limit)

        return _affine(x, self.center, formula)

    def inverse(self, z):
        return _affine(z, self.center, lambda values: values * self.scale + self.center)


def symlog(x, threshold=1.0, inverse=False):
    if threshold <= 0:
        raise ValueError("threshold: above 0")
    t = float(threshold)
    x, dtype = _tensor(x)
    x = ops.cast(x, dtype)

    @ops.custom_gradient
    def bend(x):
        size = ops.abs(x) / t
        y = ops.sign(x) * (t * (ops.expm1(size) if inverse else ops.log1p(size)))

        def grad(*args, upstream=None):
            (upstream,) = args if upstream is None else (upstream,)
            return upstream * ops.exp(size) if inverse else upstream / (1 + size)

        return y, grad

    return bend(x)


def to_float_image(image):
    image = ops.convert_to_tensor(image)
    dtype = image.dtype.name
    if dtype not in (*_FLOATS, "bool", "uint8", "uint16"):
        raise ValueError(f"dtype {dtype}")
    if len(image.shape) == 2:
        image = ops.expand_dims(image, -1)
    if len(image.shape) != 3 or image.shape[-1] not in {1, 3, 4}:
        raise ValueError(f"shape {tuple(image.shape)}")
    image = image[..., : min(3, image.shape[-1])]
    if dtype in _FLOATS:
        inside = ops.logical_and(ops.greater_equal(image, 0), ops.less_equal(image, 1))
        if not bool(ops.all(inside)):
            raise ValueError("floats from 0 to 1 are needed")
        return image
    return ops.cast(image, "float32") / {"bool": 1.0, "uint8": 255.0, "uint16": 65535.0}[dtype]


def denormalize(image, mean, std):
    image = ops.cast(ops.convert_to_tensor(image), "float64")
    channels = image.shape[-1]

    def per_channel(numbers):
        numbers = np.asarray(numbers, dtype=np.float64)
        if numbers.ndim > 1 or (numbers.ndim == 1 and len(numbers) != channels):
            raise ValueError(f"neither a number nor {channels} of them")
        return np.broadcast_to(numbers, (channels,))

    mean, std = per_channel(mean), per_channel(std)
    if std.min() <= 0:
        raise ValueError("std has to be above 0")
    levels = [
        ops.floor(ops.clip(image[..., c] * std[c] + mean[c], 0.0, 1.0) * 255 + 0.5) for c in range(channels)
    ]
    return ops.cast(ops.stack(levels, axis=-1), "uint8")
