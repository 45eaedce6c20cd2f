import numpy as np
import tensorflow as tf

PREDICTIONS = {
    "keras_constant": "1e7",
    "black_pixel": -2.12,
    "steps": "proportionally",
    "clip_undone": "no",
}


def conditioning(x):
    x = np.asarray(x).astype(np.float64)
    n, f = x.shape
    A = np.ones((n, f + 1))
    A[:, :f] = x
    # eigenvalues of A.T @ A are the squares of the singular values of A
    s = np.linalg.svd(A, compute_uv=False)
    lam = 2 * s**2 / n
    rate = float(2 / lam.max())
    if n <= f or lam.min() < 1e-14 * lam.max():
        return rate, float("inf")
    return rate, float(lam.max() / lam.min())


class Standardizer:
    def __init__(self):
        self.rows = None

    def fit(self, x):
        self.rows = None
        return self.update(x)

    def update(self, x):
        x = np.array(x, dtype=np.float64)
        x = x.reshape((-1, x.shape[-1]))
        if x.shape[0] == 0:
            raise ValueError("no rows")
        if self.rows is None:
            self.rows = x
        elif self.rows.shape[1] != x.shape[1]:
            raise ValueError("other features than before")
        else:
            self.rows = np.vstack([self.rows, x])
        self.mean = np.mean(self.rows, axis=0)
        self.scale = np.std(self.rows, axis=0)
        same = np.all(self.rows == self.rows[0], axis=0)
        self.scale[same] = 1.0
        return self

    def check(self, x):
        if self.rows is None:
            raise ValueError("call fit first")
        x = np.asarray(x)
        if x.shape[-1] != self.rows.shape[1]:
            raise ValueError("other features than before")
        if x.dtype not in (np.float16, np.float32, np.float64):
            x = x.astype(np.float32)
        return x

    def transform(self, x):
        x = self.check(x)
        z = (x.astype(np.float64) - self.mean) / self.scale
        return z.astype(x.dtype)

    def inverse(self, z):
        z = self.check(z)
        x = z.astype(np.float64) * self.scale + self.mean
        return x.astype(z.dtype)


def split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    x, y = np.asarray(x), np.asarray(y)
    if len(fractions) < 2:
        raise ValueError("two fractions at least")
    for f in fractions:
        if not f > 0:
            raise ValueError("fractions are positive")
    if abs(sum(fractions) - 1) > 1e-6:
        raise ValueError("fractions should add up to 1")
    if y.ndim != 1 or len(x) != len(y):
        raise ValueError("one label for each row")
    rng = np.random.default_rng(seed)
    owner = np.zeros(len(y), int)
    for c in set(y.tolist()):
        where = np.flatnonzero(y == c)
        n = len(where)
        counts = [int(f * n) for f in fractions]
        rest = [f * n - k for f, k in zip(fractions, counts)]
        while sum(counts) < n:
            i = int(np.argmax(rest))
            counts[i] += 1
            rest[i] = -1
        owners = np.repeat(np.arange(len(fractions)), counts)
        rng.shuffle(owners)
        owner[where] = owners
    order = rng.permutation(len(y))
    parts = []
    for i in range(len(fractions)):
        rows = order[owner[order] == i]
        parts.append((x[rows], y[rows]))
    if scaler is not None:
        scaler.fit(parts[0][0])
        parts = [(scaler.transform(a), b) for a, b in parts]
    return parts


class RobustScaler:
    def __init__(self, low=25.0, high=75.0, limit=None):
        if low < 0 or high > 100 or low >= high:
            raise ValueError("0 <= low < high <= 100")
        if limit is not None and limit <= 0:
            raise ValueError("limit should be positive")
        self.low = low
        self.high = high
        self.limit = limit
        self.center = None

    def fit(self, x):
        x = np.asarray(x).astype(np.float64)
        x = x.reshape((-1, x.shape[-1]))
        if len(x) == 0:
            raise ValueError("no rows")
        self.center = np.median(x, axis=0)
        a = np.percentile(x, self.low, axis=0)
        b = np.percentile(x, self.high, axis=0)
        self.scale = b - a
        self.scale[a == b] = 1.0
        return self

    def check(self, x):
        if self.center is None:
            raise ValueError("call fit first")
        x = np.asarray(x)
        if x.shape[-1] != len(self.center):
            raise ValueError("other features than before")
        if x.dtype not in (np.float16, np.float32, np.float64):
            x = x.astype(np.float32)
        return x

    def transform(self, x):
        x = self.check(x)
        z = (x.astype(np.float64) - self.center) / self.scale
        if self.limit is not None:
            z = np.clip(z, -self.limit, self.limit)
        return z.astype(x.dtype)

    def inverse(self, z):
        z = self.check(z)
        return (z.astype(np.float64) * self.scale + self.center).astype(z.dtype)


def symlog(x, threshold=1.0, inverse=False):
    if threshold <= 0:
        raise ValueError("threshold should be positive")
    x = tf.convert_to_tensor(x)
    if not x.dtype.is_floating:
        x = tf.cast(x, tf.float32)
    t = tf.cast(threshold, x.dtype)

    @tf.custom_gradient
    def f(x):
        a = tf.abs(x) / t
        if inverse:
            return tf.sign(x) * t * tf.math.expm1(a), lambda g: g * tf.exp(a)
        return tf.sign(x) * t * tf.math.log1p(a), lambda g: g / (1 + a)

    return f(x)


def to_float_image(image):
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
    if image.ndim != 3:
        raise ValueError("not an image")
    if image.shape[2] == 4:
        image = image[:, :, :3]
    if image.shape[2] not in (1, 3):
        raise ValueError("1, 3 or 4 channels")
    if image.dtype == bool:
        return image.astype(np.float32)
    if image.dtype in (np.uint8, np.uint16):
        return image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)
    if image.dtype in (np.float16, np.float32, np.float64) and np.all((image >= 0) & (image <= 1)):
        return image
    raise ValueError("what is 1 in this image?")


def denormalize(image, mean, std):
    image = np.asarray(image).astype(np.float64)
    c = image.shape[-1]
    for v in (mean, std):
        if np.shape(v) != () and np.shape(v) != (c,):
            raise ValueError("one number, or one for each channel")
    if np.any(np.asarray(std) <= 0):
        raise ValueError("std should be positive")
    image = image * np.asarray(std) + np.asarray(mean)
    image = np.clip(image, 0.0, 1.0) * 255
    return np.round(image).astype(np.uint8)
