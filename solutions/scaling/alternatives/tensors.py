# TensorFlow and Keras all through: moments, eigenvalues, sorting and rounding of float64 tensors.

import keras
import numpy as np
import tensorflow as tf
from keras import ops


PREDICTIONS = {"keras_constant": "1e7", "black_pixel": -2.12, "steps": "proportionally", "clip_undone": "no"}


def _float64(x):
    return tf.cast(tf.convert_to_tensor(x), tf.float64)


def _flat(x):
    """A matrix with a column for each feature."""
    x = _float64(x)
    rows = tf.reshape(x, (-1, x.shape[-1]))
    if rows.shape[0] == 0:
        raise ValueError("no rows")
    return rows


def _checked(x, learned):
    """A floating tensor with the features of what was learned."""
    if learned is None:
        raise ValueError("nothing was learned")
    x = tf.convert_to_tensor(x)
    if x.shape[-1] != learned.shape[0]:
        raise ValueError(f"{learned.shape[0]} features were learned, and there are {x.shape[-1]}")
    return x if x.dtype.is_floating else tf.cast(x, tf.float32)


def conditioning(x):
    x = _float64(x)
    columns = tf.pad(x, [[0, 0], [0, 1]], constant_values=1)
    hessian = 2 * tf.linalg.matmul(columns, columns, transpose_a=True) / len(x)
    values = tf.linalg.eigvalsh(hessian).numpy().tolist()
    least, most = min(values), max(values)
    flat = x.shape[0] <= x.shape[1] or least < 1e-14 * most
    return 2 / most, float("inf") if flat else most / least


class Standardizer:
    """Counts, means, variances and extremes of groups, which are joined two by two."""

    def __init__(self):
        self._group = None
        self.mean = self.scale = None

    def fit(self, x):
        self._group = None
        return self.update(x)

    def update(self, x):
        rows = _flat(x)
        mean, variance = tf.nn.moments(rows, axes=[0])
        group = (rows.shape[0], mean, variance, tf.reduce_min(rows, 0), tf.reduce_max(rows, 0))
        if self._group is not None:
            group = self._joined(self._group, group)
        self._group = group
        _, mean, variance, least, most = group
        self.mean = mean.numpy()
        self.scale = tf.where(least < most, tf.sqrt(variance), tf.ones_like(variance)).numpy()
        return self

    @staticmethod
    def _joined(one, other):
        (n, mean, variance, least, most), (m, its_mean, its_variance, its_least, its_most) = one, other
        if mean.shape != its_mean.shape:
            raise ValueError(f"{mean.shape[0]} features, and now {its_mean.shape[0]}")
        share = m / (n + m)
        apart = its_mean - mean
        return (
            n + m,
            mean + share * apart,
            (1 - share) * variance + share * its_variance + share * (1 - share) * apart**2,
            tf.minimum(least, its_least),
            tf.maximum(most, its_most),
        )

    def transform(self, x):
        x = _checked(x, self.mean)
        return tf.cast((_float64(x) - self.mean) / self.scale, x.dtype)

    def inverse(self, z):
        z = _checked(z, self.mean)
        return tf.cast(_float64(z) * self.scale + self.mean, z.dtype)


def _counts(shares, n):
    """Whole numbers of n rows, each less than one away from its share."""
    wanted = [n * share for share in shares]
    counts = [int(np.floor(number)) for number in wanted]
    for _ in range(n - sum(counts)):
        counts[int(np.argmax([number - count for number, count in zip(wanted, counts, strict=True)]))] += 1
    return counts


def split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    x, y = ops.convert_to_numpy(x), ops.convert_to_numpy(y)
    if len(fractions) < 2 or any(not share > 0 for share in fractions) or abs(sum(fractions) - 1) > 1e-6:
        raise ValueError("fractions are positive and add up to 1")
    if y.ndim != 1 or y.shape[0] != x.shape[0]:
        raise ValueError("y has one class for each row of x")
    generator = np.random.default_rng(seed)
    by_class = np.lexsort((generator.random(len(y)), y))  # sorted by class, at random within
    owner = np.empty(len(y), int)
    _, sizes = np.unique(y, return_counts=True)
    owner[by_class] = np.concatenate(
        [np.repeat(np.arange(len(fractions)), _counts(fractions, int(n))) for n in sizes] or [[]]
    )
    by_part = np.lexsort((generator.random(len(y)), owner))
    ends = np.cumsum(np.bincount(owner, minlength=len(fractions)))[:-1]
    xs, ys = np.split(x[by_part], ends), np.split(y[by_part], ends)
    if scaler is not None:
        scaler.fit(xs[0])
        xs = list(map(scaler.transform, xs))
    return list(zip(xs, ys, strict=True))


class RobustScaler:
    """Quantiles of a matrix, clipped by TensorFlow."""

    def __init__(self, low=25.0, high=75.0, limit=None):
        if not 0 <= low < high <= 100:
            raise ValueError("percentiles lie between 0 and 100, low below high")
        if limit is not None and not limit > 0:
            raise ValueError("a limit is above 0")
        self._limit = limit
        self._shares = [low / 100, 0.5, high / 100]
        self.center = self.scale = None

    def fit(self, x):
        low, center, high = np.quantile(_flat(x).numpy(), self._shares, axis=0)
        self.center = center
        self.scale = np.where(high > low, high - low, 1.0)
        return self

    def transform(self, x):
        x = _checked(x, self.center)
        z = (_float64(x) - self.center) / self.scale
        if self._limit is not None:
            z = tf.clip_by_value(z, -self._limit, self._limit)
        return tf.cast(z, x.dtype)

    def inverse(self, z):
        z = _checked(z, self.center)
        return tf.cast(_float64(z) * self.scale + self.center, z.dtype)


def symlog(x, threshold=1.0, inverse=False):
    if threshold <= 0:
        raise ValueError("a threshold is above 0")
    x = ops.convert_to_tensor(x)
    if not keras.backend.is_float_dtype(x.dtype):
        x = ops.cast(x, "float32")
    bend = ops.expm1 if inverse else ops.log1p
    # Each side sees 0 where the other one is chosen; maximum(x, 0) passes the whole gradient at 0.
    above = bend(ops.where(x >= 0, x, ops.zeros_like(x)) / threshold)
    below = bend(ops.where(x >= 0, ops.zeros_like(x), -x) / threshold)
    return threshold * (above - below)


def to_float_image(image):
    image = ops.convert_to_numpy(image)
    if image.ndim == 2:
        image = np.expand_dims(image, -1)
    if image.ndim != 3:
        raise ValueError("an image has two axes, and one for its channels")
    channels = {1: 1, 3: 3, 4: 3}.get(image.shape[-1])
    if channels is None:
        raise ValueError("an image has 1, 3 or 4 channels")
    image = image[..., :channels]
    if image.dtype == bool:
        return tf.cast(image, tf.float32)
    if image.dtype.name in ("uint8", "uint16"):
        return tf.cast(_float64(image) / float(np.iinfo(image.dtype).max), tf.float32)
    if image.dtype.kind != "f" or not np.all(np.clip(image, 0, 1) == image):
        raise ValueError("a float from 0 to 1, or bool, uint8 or uint16")
    return tf.convert_to_tensor(image)


def denormalize(image, mean, std):
    image, mean, std = _float64(image), _float64(mean), _float64(std)
    if any(numbers.shape.rank and numbers.shape != image.shape[-1:] for numbers in (mean, std)):
        raise ValueError("one number, or one for each channel")
    if not bool(tf.reduce_all(std > 0)):
        raise ValueError("deviations are above 0")
    levels = tf.round(255 * tf.clip_by_value(image * std + mean, 0, 1))
    return tf.cast(levels, tf.uint8)
