# Rows split beforehand, Keras' own configuration of the model, channels as rows of a table, joules, unions of values.
import hashlib
import math
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
        raise ValueError("no batch without a row")
    prepare = preprocess or (lambda rows: rows)
    edges = list(range(batch_size, len(x), batch_size))
    pieces = np.split(x.copy(), edges)
    return np.concatenate([np.asarray(model(prepare(piece.copy()), training=False)) for piece in pieces])


def bundle(model, mean, scale, activation="softmax"):
    config = keras.saving.serialize_keras_object(model)
    copy = keras.saving.deserialize_keras_object(config)
    copy.build(model.input_shape)
    for new, old in zip(copy.weights, model.weights, strict=True):
        new.assign(old)
    raw = keras.layers.Input(model.input_shape[1:])
    safe = np.array(scale, "float64")
    safe = np.where(safe == 0, 1, safe)
    centred = ops.cast(raw, "float64") - np.asarray(mean, "float64")
    scaled = ops.cast(centred / safe, "float32")
    last = keras.layers.Activation(activation)
    return keras.Model(raw, last(copy(scaled, training=False)))


def benchmark(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    if repeats < 1:
        raise ValueError("nothing to time")

    def timed():
        start = clock()
        np.asarray(fn(batch))
        return clock() - start

    for _ in range(warmup):
        np.asarray(fn(batch))
    seconds = np.array([timed() for _ in range(repeats)])
    return {
        "p50": np.percentile(seconds, 50).item(),
        "p95": np.percentile(seconds, 95).item(),
        "throughput": float(len(batch) * repeats / seconds.sum()),
    }


def quantize_int8(weights, axis=-1):
    w = np.array(weights, "float64")
    if not np.all(np.isfinite(w)):
        raise ValueError("NaN or infinite")
    keep = None if axis is None else np.moveaxis(w, axis, 0).reshape(w.shape[axis], -1)
    largest = np.abs(w).max() if axis is None else np.abs(keep).max(axis=1)
    shape = [1] * w.ndim
    if axis is not None:
        shape[axis] = w.shape[axis]
    scale = np.reshape(largest, shape) / 127.0
    scale[scale == 0] = 1
    return np.round(w / scale).astype(np.int8), np.float32(scale)


def carbon_estimate(training, serving, requests, pue, intensity):
    power, duration, size = serving
    for name, number, least in [
        ("pue", pue, 1),
        ("batch size", size, 1),
        ("requests", requests, 0),
        ("watts", power, 0),
        ("seconds", duration, 0),
        ("intensity", intensity, 0),
    ]:
        if number < least:
            raise ValueError(f"{name} is below {least}")
    joules = 0.0
    for run in training:
        if any(number < 0 for number in run):
            raise ValueError(f"negative number in {run}")
        joules += run[0] * run[1] * 3600 * run[2]
    one = power * duration
    kwh = [pue * j / 3_600_000 for j in (joules, one * math.ceil(requests / size))]
    return {
        "training_kwh": kwh[0],
        "serving_kwh": kwh[1],
        "kg_co2e": sum(kwh) * intensity / 1e3,
        "break_even_requests": math.inf if one == 0 else joules / one * size,
    }


def drift(reference, live, level=0.01):
    a, b = np.array(reference, dtype=float), np.array(live, dtype=float)
    if len(a) == 0 or len(b) == 0 or a.shape[1] != b.shape[1]:
        raise ValueError("not two tables with the same columns")

    def share(sample, values):
        return (sample[None, :] <= values[:, None]).mean(axis=1)

    n, m, count = len(a), len(b), a.shape[1]
    d = np.array(
        [
            np.max(np.abs(share(x, v) - share(y, v)))
            for x, y in zip(a.T, b.T, strict=True)
            for v in [np.union1d(x, y)]
        ]
    )
    return {
        "statistic": d,
        "drifted": d > math.sqrt(-math.log(level / count / 2) / 2) * math.sqrt((n + m) / (n * m)),
    }


def in_rollout(user, share, salt=""):
    if share < 0 or share > 1:
        raise ValueError("a share is from 0 to 1")
    place = int(hashlib.sha256((salt + ":" + str(user)).encode()).hexdigest()[:16], 16)
    return place / 2.0**64 < share
