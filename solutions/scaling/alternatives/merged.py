# NumPy all over: groups merged by their squares around the first row, singular values, safe sides for symlog.

import math

import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {
    "keras_constant": "1e7",
    "black_pixel": -2.12,
    "steps": "proportionally",
    "clip_undone": "no",
}


def _table(x):
    """`x` as a new float64 array of rank 2: all axes but the last pooled."""
    x = np.array(ops.convert_to_numpy(x), dtype="float64")
    if x.ndim < 2:
        raise ValueError(f"rank 2 or more is needed, the shape is {x.shape}")
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _result_dtype(x):
    return x.dtype if x.dtype.name in ("float16", "float32", "float64") else np.dtype("float32")


def _checked(x, learned):
    """`x` as an array with as many features as `learned`."""
    if learned is None:
        raise ValueError("nothing was learned yet: call fit first")
    x = ops.convert_to_numpy(x)
    if x.ndim < 1 or x.shape[-1] != len(learned):
        raise ValueError(f"{len(learned)} features were learned, the shape is {x.shape}")
    return x


def _apportion(n, shares):
    """Whole numbers near n * share with the sum n, by largest remainders."""
    quotas = [n * share for share in shares]
    counts = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(shares)), key=lambda i: counts[i] - quotas[i])
    left = n - sum(counts)
    step = 1 if left > 0 else -1
    if left < 0:
        by_remainder.reverse()
    for turn in range(abs(left)):
        counts[by_remainder[turn % len(shares)]] += step
    return counts


def conditioning(x):
    x = np.asarray(ops.convert_to_numpy(x)).astype("float64")
    n, features = x.shape
    columns = np.concatenate([x, np.ones((n, 1))], axis=1)
    singular = np.linalg.svd(columns, compute_uv=False)
    largest = 2 / n * singular[0] ** 2
    ratio = (singular[-1] / singular[0]) ** 2  # smallest eigenvalue by largest
    flat = n <= features or ratio < 1e-14
    return float(2 / largest), math.inf if flat else float(1 / ratio)


class Standardizer:
    def __init__(self):
        self._forget()

    def fit(self, x):
        rows = self._rows(x)
        self._forget()
        self._merge(rows)
        return self

    def update(self, x):
        rows = self._rows(x)
        if self.mean is not None and rows.shape[1] != len(self.mean):
            raise ValueError(f"{len(self.mean)} features came before, now {rows.shape[1]}")
        self._merge(rows)
        return self

    def _forget(self):
        self.mean = self.scale = None
        self._count = 0

    @staticmethod
    def _rows(x):
        rows = _table(x)
        if not len(rows):
            raise ValueError("x has no rows")
        return rows

    def _merge(self, rows):
        m = len(rows)
        # Away from the first row first: sums of large numbers lose digits, and a constant stays exact.
        mean = rows[0] + (rows - rows[0]).mean(axis=0)
        mean = mean + (rows - mean).mean(axis=0)
        least, most = rows.min(axis=0), rows.max(axis=0)
        mean = np.where(least == most, least, mean)
        squares = ((rows - mean) ** 2).sum(axis=0)
        if self._count == 0:
            self._count, self.mean, self._squares, self._least, self._most = m, mean, squares, least, most
        else:
            n, delta = self._count, mean - self.mean
            self._squares = self._squares + squares + delta**2 * (n * m / (n + m))
            self.mean = self.mean + delta * (m / (n + m))
            self._least, self._most = np.minimum(self._least, least), np.maximum(self._most, most)
            self._count = n + m
        deviation = np.sqrt(self._squares / self._count)
        self.scale = np.where((self._least == self._most) | (deviation == 0), 1.0, deviation)

    def transform(self, x):
        x = _checked(x, self.mean)
        with np.errstate(over="ignore"):
            return ((x.astype("float64") - self.mean) / self.scale).astype(_result_dtype(x))

    def inverse(self, z):
        z = _checked(z, self.mean)
        with np.errstate(over="ignore"):
            return (z.astype("float64") * self.scale + self.mean).astype(_result_dtype(z))


def split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    x, y = np.asarray(ops.convert_to_numpy(x)), np.asarray(ops.convert_to_numpy(y))
    shares = [float(share) for share in fractions]
    if len(shares) < 2:
        raise ValueError("at least two fractions are needed")
    if not all(share > 0 for share in shares):
        raise ValueError("each fraction has to be positive")
    if not abs(math.fsum(shares) - 1) <= 1e-6 + 1e-12:
        raise ValueError("the sum of the fractions has to be 1")
    if y.ndim != 1:
        raise ValueError(f"y needs rank 1, its shape is {y.shape}")
    if x.ndim < 1 or len(x) != len(y):
        raise ValueError("x and y have different lengths")
    seed = int(seed)
    generator = np.random.default_rng(seed if seed >= 0 else [-seed, 1])
    members = [[] for _ in shares]
    for label in np.unique(y):
        rows = generator.permutation(np.flatnonzero(y == label))
        ends = np.cumsum(_apportion(len(rows), shares))[:-1]
        for part, some in zip(members, np.split(rows, ends), strict=True):
            part.append(some)
    parts = []
    for part in members:
        rows = generator.permutation(np.concatenate([np.zeros(0, "int64"), *part]))
        parts.append((x[rows], y[rows]))
    if scaler is not None:
        scaler.fit(parts[0][0])
        parts = [(scaler.transform(some), labels) for some, labels in parts]
    return parts


class RobustScaler:
    def __init__(self, low=25.0, high=75.0, limit=None):
        if not 0 <= low < high <= 100:
            raise ValueError("0 <= low < high <= 100 is needed")
        if limit is not None and not limit > 0:
            raise ValueError("limit has to be above 0")
        self.low, self.high, self.limit = low, high, limit
        self.center = self.scale = None

    def fit(self, x):
        rows = _table(x)
        if not len(rows):
            raise ValueError("x has no rows")
        low, middle, high = np.percentile(rows, [self.low, 50, self.high], axis=0)
        self.center = middle
        self.scale = np.where(low == high, 1.0, high - low)
        return self

    def transform(self, x):
        x = _checked(x, self.center)
        z = (x.astype("float64") - self.center) / self.scale
        if self.limit is not None:
            z = np.clip(z, -self.limit, self.limit)
        with np.errstate(over="ignore"):
            return z.astype(_result_dtype(x))

    def inverse(self, z):
        z = _checked(z, self.center)
        with np.errstate(over="ignore"):
            return (z.astype("float64") * self.scale + self.center).astype(_result_dtype(z))


def symlog(x, threshold=1.0, inverse=False):
    if not threshold > 0:
        raise ValueError("threshold has to be above 0")
    threshold = float(threshold)
    x = as_floating(x)
    positive = x >= 0
    zero = ops.zeros_like(x)
    right, left = ops.where(positive, x, zero), ops.where(positive, zero, -x)
    bend = ops.expm1 if inverse else ops.log1p
    return ops.where(positive, threshold * bend(right / threshold), -threshold * bend(left / threshold))


def to_float_image(image):
    image = np.asarray(ops.convert_to_numpy(image))
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
    if image.ndim != 3 or image.shape[-1] not in (1, 3, 4):
        raise ValueError(f"no shape of an image: {image.shape}")
    if image.shape[-1] == 4:
        image = image[:, :, :3]
    largest = {"bool": 1, "uint8": 255, "uint16": 65535}
    kind = image.dtype.name
    if kind in largest:
        return image.astype("float32") / np.float32(largest[kind])
    if kind not in ("float16", "float32", "float64"):
        raise ValueError(f"no dtype of an image: {kind}")
    if not np.all((image >= 0) & (image <= 1)):
        raise ValueError("floats have to lie between 0 and 1")
    return image.copy()


def denormalize(image, mean, std):
    image = np.asarray(ops.convert_to_numpy(image)).astype("float64")
    mean, std = np.asarray(mean, "float64"), np.asarray(std, "float64")
    for numbers in (mean, std):
        if numbers.shape not in ((), image.shape[-1:]):
            raise ValueError(f"one number, or one for each of {image.shape[-1]} channels: {numbers.shape}")
    if not np.all(std > 0):
        raise ValueError("std has to be above 0")
    return np.rint(np.clip(image * std + mean, 0, 1) * 255).astype("uint8")
