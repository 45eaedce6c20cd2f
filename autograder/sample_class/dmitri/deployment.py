"""Deployment, by Dmitri."""

import hashlib
import math
import time
from typing import Any, Callable, Optional

import keras
import numpy as np

PREDICTIONS = {
    "int8_error": 0.5,
    "tiny_model_one_request": "cpu",
    "rollout_5_to_20": "keeps it",
    "footprint_range": "100 times and more",
}


class Batches:
    """Slices of an array, each a copy; one empty slice if there are no rows."""

    def __init__(self, x: np.ndarray, size: int) -> None:
        if size < 1:
            raise ValueError("batch_size must be at least 1")
        self.x, self.size = x, size

    def __len__(self) -> int:
        return max(1, -(-len(self.x) // self.size))

    def __getitem__(self, i: int) -> np.ndarray:
        if i >= len(self):
            raise IndexError(i)
        return np.copy(self.x[i * self.size : (i + 1) * self.size])


def predict_batched(model, x: np.ndarray, batch_size: int, preprocess: Optional[Callable] = None) -> np.ndarray:
    parts = []
    for batch in Batches(x, batch_size):
        if preprocess:
            batch = preprocess(batch)
        parts.append(np.array(model(batch, training=False)))
    return np.concatenate(parts, axis=0)


def bundle(model, mean: Any, scale: Any, activation: str = "softmax"):
    mean = np.asarray(mean).astype(np.float32)
    scale = np.asarray(scale).astype(np.float32)
    scale = scale + (scale == 0)  # 0 -> 1

    inner = keras.models.clone_model(model)
    inner.set_weights([np.copy(w) for w in model.get_weights()])

    x = keras.Input(shape=inner.input_shape[1:])
    y = keras.ops.divide(keras.ops.subtract(x, mean), scale)
    y = inner(y)
    y = keras.layers.Activation(activation)(y)
    return keras.Model(inputs=x, outputs=y)


def benchmark(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    if repeats < 1:
        raise ValueError("repeats must be at least 1")

    def run() -> float:
        start = clock()
        np.asarray(fn(batch))
        return clock() - start

    for _ in range(warmup):
        run()
    times = [run() for _ in range(repeats)]
    total = sum(times)
    return {
        "p50": float(np.percentile(times, 50)),
        "p95": float(np.percentile(times, 95)),
        "throughput": float(len(batch) * repeats / total),
    }


def quantize_int8(weights, axis=-1):
    w = np.asarray(weights).astype(np.float64)
    if not np.all(np.isfinite(w)):
        raise ValueError("weights must be finite")
    axes = list(range(w.ndim))
    if axis is not None:
        del axes[axis]
    top = np.amax(np.absolute(w), axis=tuple(axes), keepdims=True)
    scale = top / 127.0
    scale[top == 0.0] = 1.0
    return np.rint(w / scale).astype(np.int8), scale.astype(np.float32)


def carbon_estimate(training, serving, requests, pue, intensity):
    watts, seconds, batch_size = serving
    ok = watts >= 0 and seconds >= 0 and batch_size >= 1 and requests >= 0 and pue >= 1 and intensity >= 0
    ok = ok and all(w >= 0 and h >= 0 and d >= 0 for w, h, d in training)
    if not ok:
        raise ValueError("something is below what it can be")
    kwh_train = pue * sum(w * h * d for w, h, d in training) / 1e3
    kwh_batch = pue * watts * seconds / 3.6e6
    kwh_serve = kwh_batch * math.ceil(requests / batch_size)
    return dict(
        training_kwh=kwh_train,
        serving_kwh=kwh_serve,
        kg_co2e=(kwh_train + kwh_serve) * intensity / 1e3,
        break_even_requests=math.inf if kwh_batch == 0 else kwh_train / kwh_batch * batch_size,
    )


def _ks(a: np.ndarray, b: np.ndarray) -> float:
    grid = np.unique(np.concatenate((a, b)))
    fa = np.searchsorted(np.sort(a), grid, "right") / a.size
    fb = np.searchsorted(np.sort(b), grid, "right") / b.size
    return float(np.abs(fa - fb).max())


def drift(reference, live, level=0.01):
    reference = np.asarray(reference, dtype=np.float64)
    live = np.asarray(live, dtype=np.float64)
    n, m, f = len(reference), len(live), reference.shape[1]
    if f != live.shape[1]:
        raise ValueError("different numbers of features")
    if n == 0 or m == 0:
        raise ValueError("no rows")
    statistic = np.array([_ks(reference[:, j], live[:, j]) for j in range(f)])
    bound = np.sqrt(-np.log(level / f / 2) / 2) * np.sqrt((n + m) / (n * m))
    return {"statistic": statistic, "drifted": statistic > bound}


def in_rollout(user, share, salt=""):
    if share < 0 or share > 1:
        raise ValueError("share must be between 0 and 1")
    digest = hashlib.sha256(f"{salt}:{user}".encode("utf-8")).digest()
    return int.from_bytes(digest[:8], byteorder="big") / 2**64 < share
