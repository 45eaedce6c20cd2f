# One loop for each thing, a mean in two parts of float32, clipped numbers, sorted samples and searchsorted.
import hashlib
import time

import keras
import numpy as np
from keras import ops


PREDICTIONS = {
    "int8_error": 0.5,
    "tiny_model_one_request": "cpu",
    "rollout_5_to_20": "keeps it",
    "footprint_range": "100 times and more",
}


def predict_batched(model, x, batch_size, preprocess=None):
    if batch_size < 1:
        raise ValueError(f"batch_size has to be at least 1, got {batch_size}")
    answers = []
    for start in range(0, max(len(x), 1), batch_size):
        batch = np.array(x[start : start + batch_size])  # a copy: preprocess may overwrite it
        if preprocess is not None:
            batch = preprocess(batch)
        answers.append(ops.convert_to_numpy(model(batch, training=False)))
    return np.concatenate(answers)


def bundle(model, mean, scale, activation="softmax"):
    shape = model.input_shape[1:]
    inside = keras.models.clone_model(model)
    inside.set_weights(model.get_weights())
    inside.trainable = False
    mean = np.asarray(mean, "float64")
    scale = np.asarray(scale, "float64")
    scale = np.where(scale == 0, 1.0, scale)
    # x - mean in two float32 parts of the mean, so that large means lose nothing
    inputs = keras.Input(shape)
    high = mean.astype("float32")
    low = (mean - high).astype("float32")
    y = ops.subtract(ops.cast(inputs, "float32"), high)
    y = ops.subtract(y, low)
    y = ops.divide(y, scale.astype("float32"))
    y = inside(y, training=False)
    outputs = keras.layers.Activation(activation)(y)
    return keras.Model(inputs, outputs)


def benchmark(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    if repeats < 1:
        raise ValueError(f"repeats has to be at least 1, got {repeats}")
    for _ in range(warmup):
        ops.convert_to_numpy(fn(batch))
    times = []
    for _ in range(repeats):
        begin = clock()
        ops.convert_to_numpy(fn(batch))
        times.append(clock() - begin)
    p50, p95 = np.percentile(times, [50, 95])
    return {"p50": float(p50), "p95": float(p95), "throughput": len(batch) * repeats / sum(times)}


def quantize_int8(weights, axis=-1):
    w = np.asarray(ops.convert_to_numpy(weights), "float64")
    if not np.isfinite(w).all():
        raise ValueError("weights have to be finite")
    axes = tuple(range(w.ndim))
    if axis is not None:
        axes = tuple(a for a in axes if a != axis % w.ndim)
    most = np.abs(w).max(axis=axes, keepdims=True) if axes else np.abs(w)
    scale = np.where(most == 0, 1.0, most / 127)
    q = np.clip(np.rint(w / scale), -127, 127).astype("int8")
    return q, scale.astype("float32")


def carbon_estimate(training, serving, requests, pue, intensity):
    watts, seconds, batch_size = serving
    if (
        pue < 1
        or batch_size < 1
        or min([watts, seconds, requests, intensity, *(n for run in training for n in run)]) < 0
    ):
        raise ValueError("a number is below what is allowed")
    trained = sum(w * h * n for w, h, n in training) / 1000 * pue
    per_batch = watts * seconds / 3.6e6 * pue
    served = -(-requests // batch_size) * per_batch
    even = trained / per_batch * batch_size if per_batch else float("inf")
    return {
        "training_kwh": trained,
        "serving_kwh": served,
        "kg_co2e": (trained + served) * intensity / 1000,
        "break_even_requests": even,
    }


def drift(reference, live, level=0.01):
    reference, live = np.asarray(reference, "float64"), np.asarray(live, "float64")
    (n, features), (m, others) = reference.shape, live.shape
    if features != others or not n or not m:
        raise ValueError(f"expected rows of the same features, got {reference.shape} and {live.shape}")
    statistic = np.empty(features)
    for f in range(features):
        old, new = np.sort(reference[:, f]), np.sort(live[:, f])
        values = np.concatenate([old, new])
        gap = np.searchsorted(old, values, side="right") / n - np.searchsorted(new, values, side="right") / m
        statistic[f] = np.abs(gap).max()
    bound = np.sqrt(-np.log(level / features / 2) / 2) * np.sqrt((n + m) / (n * m))
    return {"statistic": statistic, "drifted": statistic > bound}


def in_rollout(user, share, salt=""):
    if not 0 <= share <= 1:
        raise ValueError(f"share has to be from 0 to 1, got {share}")
    digest = hashlib.sha256(f"{salt}:{user}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share
