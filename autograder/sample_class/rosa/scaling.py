import numpy as np
from keras import ops

PREDICTIONS = {
    "keras_constant": "nan",
    "black_pixel": -2.118,
    "steps": "as its root",
    "clip_undone": "no",
}


def conditioning(x):
    x = np.asarray(x, dtype="float64")
    A = np.column_stack([x, np.ones(len(x))])
    H = 2 / len(x) * A.T @ A
    lam = np.linalg.eigvalsh(H)
    if len(x) <= x.shape[1] or lam[0] < 1e-14 * lam[-1]:
        return float(2 / lam[-1]), float("inf")
    return float(2 / lam[-1]), float(np.linalg.cond(A))


class Standardizer:
    def __init__(self):
        self.seen = []

    def fit(self, x):
        self.seen = []
        return self.update(x)

    def update(self, x):
        x = np.asarray(x, dtype="float64")
        x = x.reshape(-1, x.shape[-1])
        if len(x) == 0:
            raise ValueError("x is empty")
        if self.seen and self.seen[0].shape[1] != x.shape[1]:
            raise ValueError("wrong number of features")
        self.seen.append(x.copy())
        everything = np.concatenate(self.seen)
        self.mean = everything.mean(axis=0)
        self.scale = everything.std(axis=0)
        self.scale[self.scale == 0] = 1  # constant features
        return self

    def _prepare(self, x):
        if not self.seen:
            raise ValueError("fit first")
        x = np.asarray(x)
        if x.shape[-1] != len(self.mean):
            raise ValueError("wrong number of features")
        return x if x.dtype.kind == "f" else x.astype("float32")

    def transform(self, x):
        x = self._prepare(x)
        return ((x - self.mean) / self.scale).astype(x.dtype)

    def inverse(self, z):
        z = self._prepare(z)
        return (z * self.scale + self.mean).astype(z.dtype)


def split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    x, y = np.asarray(x), np.asarray(y)
    fr = np.array(fractions, dtype="float64")
    if len(fr) < 2 or not np.all(fr > 0) or abs(fr.sum() - 1) > 1e-6:
        raise ValueError("bad fractions")
    if y.ndim != 1 or len(x) != len(y):
        raise ValueError("bad shapes")
    if scaler is not None:
        x = scaler.fit(x).transform(x)
    rng = np.random.default_rng(seed)
    idx = [[] for _ in fr]
    for label in np.unique(y):
        rows = rng.permutation(np.where(y == label)[0])
        n = len(rows)
        k = np.floor(fr * n).astype(int)
        for i in np.argsort(k - fr * n)[: n - k.sum()]:
            k[i] += 1
        start = 0
        for i in range(len(fr)):
            idx[i] += list(rows[start : start + k[i]])
            start += k[i]
    out = []
    for rows in idx:
        rows = rng.permutation(np.array(rows, dtype=int))
        out.append((x[rows], y[rows]))
    return out


class RobustScaler:
    def __init__(self, low=25.0, high=75.0, limit=None):
        if not (0 <= low < high <= 100):
            raise ValueError("bad percentiles")
        if limit is not None and limit <= 0:
            raise ValueError("bad limit")
        self.low, self.high, self.limit = low, high, limit
        self.center = None

    def fit(self, x):
        x = np.asarray(x, dtype="float64")
        x = x.reshape(-1, x.shape[-1])
        if len(x) == 0:
            raise ValueError("x is empty")
        lo, self.center, hi = np.percentile(x, [self.low, 50, self.high], axis=0)
        self.scale = np.where(hi > lo, hi - lo, 1.0)
        return self

    def _prepare(self, x):
        if self.center is None:
            raise ValueError("fit first")
        x = np.asarray(x)
        if x.shape[-1] != len(self.center):
            raise ValueError("wrong number of features")
        return x if x.dtype.kind == "f" else x.astype("float32")

    def transform(self, x):
        x = self._prepare(x)
        z = (x - self.center) / self.scale
        if self.limit is not None:
            z = z.clip(-self.limit, self.limit)
        return z.astype(x.dtype)

    def inverse(self, z):
        z = self._prepare(z)
        return (z * self.scale + self.center).astype(z.dtype)


def symlog(x, threshold=1.0, inverse=False):
    if threshold <= 0:
        raise ValueError("threshold must be positive")
    x = ops.convert_to_tensor(x)
    if "float" not in str(x.dtype):
        x = ops.cast(x, "float32")
    if inverse:
        return ops.sign(x) * threshold * ops.expm1(ops.abs(x) / threshold)
    return ops.sign(x) * threshold * ops.log1p(ops.abs(x) / threshold)


def to_float_image(image):
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or image.shape[-1] not in (1, 3, 4):
        raise ValueError("not an image")
    image = image[..., :3]
    if image.dtype == bool:
        return image.astype("float32")
    if image.dtype in ("uint8", "uint16"):
        return (image / 255).astype("float32")
    if image.dtype.kind == "f" and image.min() >= 0 and image.max() <= 1:
        return image
    raise ValueError("not between 0 and 1")


def denormalize(image, mean, std):
    image = np.asarray(image, dtype="float64")
    mean, std = np.asarray(mean, dtype="float64"), np.asarray(std, dtype="float64")
    for v in (mean, std):
        if v.shape not in ((), (image.shape[-1],)):
            raise ValueError("one for each channel, please")
    if not np.all(std > 0):
        raise ValueError("std must be positive")
    return (np.clip(image * std + mean, 0, 1) * 255).astype("uint8")
