# Answers written into one array, Keras' Rescaling-free layers in a Sequential, comparisons of all pairs, hexadecimal digits.
import hashlib
import itertools
import statistics
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
    if not batch_size >= 1:
        raise ValueError(batch_size)
    answers, done = None, 0
    while answers is None or done < len(x):
        batch = np.array(x[done : done + batch_size])
        given = preprocess(batch) if preprocess else batch
        part = np.asarray(model(given))
        if answers is None:
            answers = np.empty((len(x), *part.shape[1:]), part.dtype)
        answers[done : done + len(batch)] = part
        done += batch_size
    return answers


def bundle(model, mean, scale, activation="softmax"):
    variance = np.where(np.asarray(scale) == 0, 1.0, np.asarray(scale, "float64")) ** 2
    shape = model.input_shape[1:]
    full = (
        np.broadcast_to(np.squeeze(a, 0) if np.ndim(a) > len(shape) else a, shape) for a in (mean, variance)
    )
    mean, variance = (np.asarray(a, "float32") for a in full)
    copy = type(model).from_config(model.get_config())
    for old, new in zip(model.weights, copy.weights, strict=True):
        new.assign(old)
    axes = tuple(range(1, len(shape) + 1))
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Normalization(axis=axes, mean=mean, variance=variance),
            copy,
            keras.layers.Activation(activation),
        ]
    )


def benchmark(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    if repeats <= 0:
        raise ValueError(repeats)
    times = []
    for turn in range(warmup + repeats):
        start = clock()
        np.asarray(fn(batch))
        if turn >= warmup:
            times.append(clock() - start)
    ordered = sorted(times)

    def percentile(share):
        place = share * (repeats - 1)
        low = int(place)
        high = min(low + 1, repeats - 1)
        return ordered[low] + (place - low) * (ordered[high] - ordered[low])

    speed = len(batch) / statistics.fmean(times)
    return {"p50": percentile(0.5), "p95": percentile(0.95), "throughput": speed}


def quantize_int8(weights, axis=-1):
    weights = ops.cast(ops.convert_to_tensor(weights), "float32")
    if not bool(ops.all(ops.isfinite(weights))):
        raise ValueError("not finite")
    if axis is None:
        rows = ops.reshape(weights, (1, -1))
        kept = (1,) * len(weights.shape)
    else:
        moved = ops.moveaxis(weights, axis, 0)
        rows = ops.reshape(moved, (moved.shape[0], -1))
        kept = [1] * len(weights.shape)
        kept[axis] = -1
    largest = ops.max(ops.abs(rows), axis=1)
    scale = ops.reshape(ops.where(largest > 0, largest / 127, ops.ones_like(largest)), kept)
    return ops.cast(ops.clip(ops.round(weights / scale), -127, 127), "int8"), scale


def carbon_estimate(training, serving, requests, pue, intensity):
    numbers = list(itertools.chain(*training, serving[:2], (requests, intensity, serving[2] - 1, pue - 1)))
    if any(number < 0 for number in numbers):
        raise ValueError("below what is possible")
    watts, seconds, size = serving
    joules = pue * watts * seconds
    batches = 0
    if requests:
        batches = (requests - 1) // size + 1
    trained = 0.0
    for power, hours, devices in training:
        trained += power / 1000 * hours * devices * pue
    served = joules * batches / 3_600_000
    return {
        "training_kwh": trained,
        "serving_kwh": served,
        "kg_co2e": intensity * trained / 1000 + intensity * served / 1000,
        "break_even_requests": trained * 3_600_000 / joules * size if joules else float("inf"),
    }


def drift(reference, live, level=0.01):
    old, new = np.asarray(reference).astype(float), np.asarray(live).astype(float)
    if old.shape[1] != new.shape[1] or not (len(old) and len(new)):
        raise ValueError("they do not match")
    values = np.concatenate([old, new])
    below_old = np.mean(old[None] <= values[:, None], axis=1)
    below_new = np.mean(new[None] <= values[:, None], axis=1)
    found = np.abs(below_old - below_new).max(axis=0)
    factor = np.sqrt(np.log(2 * old.shape[1] / level) / 2)
    return {"statistic": found, "drifted": found > factor * np.sqrt(1 / len(old) + 1 / len(new))}


def in_rollout(user, share, salt=""):
    if share < 0 or share > 1:
        raise ValueError(share)
    digits = hashlib.sha256(bytes(f"{salt}:{user}", "utf-8")).hexdigest()[:16]
    return int(digits, 16) < share * 2**64
