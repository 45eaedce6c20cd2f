# Shifted sums, percentiles from sorted rows, an owner drawn for each row, singular values, tables for pixels.

import math

import numpy as np
import tensorflow as tf


PREDICTIONS = {"keras_constant": "1e7", "black_pixel": -2.12, "steps": "proportionally", "clip_undone": "no"}


def _rows(x):
    """The values of each feature, in float64."""
    x = np.asarray(x)
    rows = x.astype("float64").reshape(-1, x.shape[-1])
    if not len(rows):
        raise ValueError("no rows")
    return rows


def _floating(x, features):
    """`x` in a floating dtype, with as many features as were learned."""
    x = np.asarray(x)
    if features is None or x.shape[-1] != features:
        raise ValueError(f"{features} features were learned, and there are {x.shape[-1]}")
    return x if np.issubdtype(x.dtype, np.floating) else x.astype("float32")


def conditioning(x):
    x = np.asarray(x, "float64")
    columns = np.column_stack([x, np.ones(len(x))])
    singular = np.linalg.svd(columns, compute_uv=False)
    steep, flat = 2 / len(x) * singular[0] ** 2, 2 / len(x) * singular[-1] ** 2
    if len(singular) < columns.shape[1] or len(x) <= x.shape[1] or flat / steep < 1e-14:
        return float(2 / steep), math.inf
    return float(2 / steep), float(steep / flat)


class Standardizer:
    """Sums of differences to the first row, and of their squares."""

    def __init__(self):
        self._first = None

    def fit(self, x):
        self._first = None
        return self.update(x)

    def update(self, x):
        rows = _rows(x)
        if self._first is None:
            self._first = rows[0].copy()
            self._count, self._sum, self._squares = 0, 0.0, 0.0
        elif rows.shape[1:] != self._first.shape:
            raise ValueError(f"{len(self._first)} features, and now {rows.shape[1]}")
        away = rows - self._first
        self._count += len(rows)
        self._sum = self._sum + away.sum(axis=0)
        self._squares = self._squares + (away**2).sum(axis=0)
        mean = self._sum / self._count
        self.mean = self._first + mean
        spread = np.sqrt(np.maximum(self._squares / self._count - mean**2, 0))
        self.scale = np.where(self._squares == 0, 1.0, spread)
        return self

    def transform(self, x):
        x = _floating(x, None if self._first is None else len(self._first))
        return np.asarray((x.astype("float64") - self.mean) / self.scale, x.dtype)

    def inverse(self, z):
        z = _floating(z, None if self._first is None else len(self._first))
        return np.asarray(z.astype("float64") * self.scale + self.mean, z.dtype)


def split(x, y, fractions=(0.6, 0.2, 0.2), seed=0, scaler=None):
    x, y, fractions = np.asarray(x), np.asarray(y), list(fractions)
    if (
        len(fractions) < 2
        or not min(fractions) > 0
        or not math.isclose(sum(fractions), 1, rel_tol=0, abs_tol=1e-6)
    ):
        raise ValueError(f"fractions {fractions}")
    if y.ndim != 1 or len(y) != len(x):
        raise ValueError(f"{x.shape} and {y.shape}")
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(y))
    owner = np.empty(len(y), int)
    for label in set(y.tolist()):
        rows = order[y[order] == label]
        wanted = [share * len(rows) for share in fractions]
        counts = [int(number) for number in wanted]
        by_remainder = sorted(range(len(wanted)), key=lambda part: counts[part] - wanted[part])
        for part in by_remainder[: len(rows) - sum(counts)]:
            counts[part] += 1
        owner[rows] = np.repeat(range(len(counts)), counts)
    again = generator.permutation(len(y))
    places = [again[owner[again] == part] for part in range(len(fractions))]
    parts = [(x[rows], y[rows]) for rows in places]
    if scaler is not None:
        scaler.fit(parts[0][0])
        parts = [(scaler.transform(part), labels) for part, labels in parts]
    return parts


class RobustScaler:
    """Percentiles looked up in sorted rows."""

    def __init__(self, low=25.0, high=75.0, limit=None):
        if low < 0 or high > 100 or not low < high:
            raise ValueError(f"percentiles {low} and {high}")
        if not (limit is None or limit > 0):
            raise ValueError(f"limit {limit}")
        self.percentiles, self.limit, self.center = (low, 50, high), limit, None

    def fit(self, x):
        rows = np.sort(_rows(x), axis=0)
        low, self.center, high = (self._percentile(rows, percent) for percent in self.percentiles)
        self.scale = high - low
        self.scale[self.scale == 0] = 1
        return self

    @staticmethod
    def _percentile(rows, percent):
        rest, below = math.modf(percent / 100 * (len(rows) - 1))
        here, there = rows[int(below)], rows[min(int(below) + 1, len(rows) - 1)]
        return here + rest * (there - here)

    def transform(self, x):
        x = _floating(x, None if self.center is None else len(self.center))
        z = (x.astype("float64") - self.center) / self.scale
        if self.limit is not None:
            z = np.minimum(np.maximum(z, -self.limit), self.limit)
        return np.asarray(z, x.dtype)

    def inverse(self, z):
        z = _floating(z, None if self.center is None else len(self.center))
        return np.asarray(z.astype("float64") * self.scale + self.center, z.dtype)


def symlog(x, threshold=1.0, inverse=False):
    if not threshold > 0:
        raise ValueError(f"threshold {threshold}")
    x = tf.convert_to_tensor(x)
    x = x if x.dtype.is_floating else tf.cast(x, tf.float32)

    @tf.custom_gradient
    def bent(x):
        size = tf.abs(x) / threshold
        if inverse:
            return tf.sign(x) * threshold * tf.math.expm1(size), lambda upstream: upstream * tf.exp(size)
        return tf.sign(x) * threshold * tf.math.log1p(size), lambda upstream: upstream / (1 + size)

    return bent(x)


def to_float_image(image):
    image = np.asarray(image)
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise ValueError(f"shape {image.shape}")
    image = image.reshape(*image.shape[:2], -1)[:, :, :3]
    if image.dtype == np.bool_:
        return np.where(image, np.float32(1), np.float32(0))
    if image.dtype in (np.uint8, np.uint16):
        levels = np.linspace(0, 1, np.iinfo(image.dtype).max + 1, dtype="float32")
        return levels[image]
    if not np.issubdtype(image.dtype, np.floating) or not np.all(np.abs(image - 0.5) <= 0.5):
        raise ValueError(f"{image.dtype}")
    return image.copy()


def denormalize(image, mean, std):
    image = np.asarray(image)
    channels = []
    for numbers in (mean, std):
        numbers = np.asarray(numbers, "float64")
        if numbers.ndim and numbers.shape != image.shape[-1:]:
            raise ValueError(f"{numbers.shape} for {image.shape[-1]} channels")
        channels.append(np.broadcast_to(numbers, image.shape[-1:]))
    if min(channels[1]) <= 0:
        raise ValueError(f"deviations {std}")
    result = np.empty(image.shape, "uint8")
    for channel, (shift, factor) in enumerate(zip(*channels, strict=True)):
        levels = 255 * (image[..., channel].astype("float64") * factor + shift)
        result[..., channel] = np.floor(np.clip(levels, 0, 255) + 0.5)
    return result
