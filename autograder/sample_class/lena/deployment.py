import hashlib
import math
import time

import keras
import numpy as np
from keras import ops

PREDICTIONS = {
    "int8_error": 1,
    "tiny_model_one_request": "gpu",
    "rollout_5_to_20": "keeps it",
    "footprint_range": "10 times",
}


def predict_batched(model, x, batch_size, preprocess=None):
    if batch_size < 1:
        raise ValueError("batch_size")
    out = []
    for i in range(0, len(x), batch_size):
        batch = x[i : i + batch_size].copy()
        if preprocess is not None:
            batch = preprocess(batch)
        out.append(ops.convert_to_numpy(model(batch, training=False)))
    return np.concatenate(out)


def bundle(model, mean, scale, activation="softmax"):
    scale = np.where(np.asarray(scale) == 0, 1.0, scale).astype("float32")
    mean = np.asarray(mean, "float32")
    copy = keras.models.clone_model(model)
    inputs = keras.Input(model.input_shape[1:])
    outputs = copy((inputs - mean) / scale)
    return keras.Model(inputs, keras.layers.Activation(activation)(outputs))


def benchmark(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    if repeats < 1:
        raise ValueError("repeats")
    for _ in range(warmup):
        fn(batch)
    times = []
    for _ in range(repeats):
        t0 = clock()
        ops.convert_to_numpy(fn(batch))
        times.append(clock() - t0)
    return {
        "p50": float(np.percentile(times, 50)),
        "p95": float(np.percentile(times, 95)),
        "throughput": len(batch) * repeats / sum(times),
    }


def quantize_int8(weights, axis=-1):
    w = ops.convert_to_numpy(weights).astype("float64")
    if not np.isfinite(w).all():
        raise ValueError("not finite")
    largest = np.abs(w).max(axis=axis, keepdims=True)
    scale = np.where(largest == 0, 1, largest / 127)
    return np.round(w / scale).astype("int8"), scale.astype("float32")


def carbon_estimate(training, serving, requests, pue, intensity):
    watts, seconds, size = serving
    numbers = [watts, seconds, requests, intensity]
    for run in training:
        numbers.extend(run)
    if min(numbers) < 0 or pue < 1 or size < 1:
        raise ValueError("out of range")
    training_kwh = sum(w * h * n for w, h, n in training) / 1000 * pue
    batch_kwh = watts * seconds / 3600 / 1000
    serving_kwh = math.ceil(requests / size) * batch_kwh
    return {
        "training_kwh": training_kwh,
        "serving_kwh": serving_kwh,
        "kg_co2e": (training_kwh + serving_kwh) * intensity / 1000,
        "break_even_requests": training_kwh / batch_kwh * size if batch_kwh else float("inf"),
    }


def drift(reference, live, level=0.01):
    a, b = np.asarray(reference, "float64"), np.asarray(live, "float64")
    if a.shape[1] != b.shape[1] or len(a) == 0 or len(b) == 0:
        raise ValueError("shapes")
    stats = []
    for j in range(a.shape[1]):
        v = np.concatenate([a[:, j], b[:, j]])
        fa = np.searchsorted(np.sort(a[:, j]), v, side="right") / len(a)
        fb = np.searchsorted(np.sort(b[:, j]), v, side="right") / len(b)
        stats.append(np.max(np.abs(fa - fb)))
    stats = np.array(stats)
    limit = math.sqrt(-math.log(level / 2) / 2) * math.sqrt((len(a) + len(b)) / (len(a) * len(b)))
    return {"statistic": stats, "drifted": stats > limit}


def in_rollout(user, share, salt=""):
    if not 0 <= share <= 1:
        raise ValueError("share")
    digest = hashlib.md5(f"{salt}:{user}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share
