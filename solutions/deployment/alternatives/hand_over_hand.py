# Generators and batches split beforehand, weights saved and loaded, sums and sorts by hand, integers in place of fractions.
import hashlib
import math
import time

import keras
import numpy as np


def predict_batched(model, x, batch_size, preprocess=None):
    if batch_size < 1:
        raise ValueError("a batch needs rows")

    def batches():
        cuts = list(range(batch_size, len(x), batch_size))
        for batch in np.split(x, cuts):
            copy = batch.copy()
            yield copy if preprocess is None else preprocess(copy)

    return np.vstack([np.asarray(model(batch, training=False)) for batch in batches()])


def bundle(model, mean, scale, activation="softmax"):
    scale = np.array(scale, dtype="float32")
    scale[scale == 0] = 1
    config, weights = model.get_config(), model.get_weights()
    inner = model.__class__.from_config(config)
    inner.set_weights(weights)
    raw = keras.layers.Input(shape=model.input_shape[1:])
    shifted = keras.ops.subtract(keras.ops.cast(raw, "float32"), np.array(mean, dtype="float32"))
    outputs = inner(keras.ops.true_divide(shifted, scale))
    return keras.Model(raw, keras.activations.get(activation)(outputs))


def benchmark(fn, batch, repeats=30, warmup=3, clock=time.perf_counter):
    if repeats < 1:
        raise ValueError("nothing to time")

    def once():
        begin = clock()
        keras.ops.convert_to_numpy(fn(batch))
        return clock() - begin

    for _ in range(warmup):
        once()
    times = np.array([once() for _ in range(repeats)])
    return {
        "p50": np.median(times).item(),
        "p95": np.quantile(times, 0.95).item(),
        "throughput": (len(batch) / times.mean()).item(),
    }


def quantize_int8(weights, axis=-1):
    weights = np.asarray(weights)
    if np.isnan(weights).any() or np.isinf(weights).any():
        raise ValueError("NaN or infinity among the weights")
    wide = weights.astype("float64")
    if axis is None:
        scale = np.full((1,) * wide.ndim, np.abs(wide).max() / 127)
    else:
        channels = np.moveaxis(wide, axis, 0)
        sizes = [max(channel.max(), -channel.min()) for channel in channels.reshape(len(channels), -1)]
        shape = [1] * wide.ndim
        shape[axis] = len(sizes)
        scale = np.reshape(sizes, shape) / 127
    scale[scale == 0] = 1
    return np.round(wide / scale).astype(np.int8), scale.astype(np.float32)


def carbon_estimate(training, serving, requests, pue, intensity):
    watts, seconds, batch_size = serving
    for run in training:
        if any(number < 0 for number in run):
            raise ValueError(f"negative: {run}")
    if watts < 0 or seconds < 0 or requests < 0 or intensity < 0:
        raise ValueError("negative")
    if pue < 1:
        raise ValueError("a building takes nothing away")
    if batch_size < 1:
        raise ValueError("empty batches")
    hours = seconds / 3600
    batch = watts * hours / 1000
    full, rest = divmod(requests, batch_size)
    computers = math.fsum(watts * hours * devices for watts, hours, devices in training) / 1000
    served = batch * (full + (rest > 0))
    total = pue * (computers + served)
    try:
        even = computers / batch * batch_size
    except ZeroDivisionError:
        even = math.inf
    return {
        "training_kwh": pue * computers,
        "serving_kwh": pue * served,
        "kg_co2e": total * intensity / 1000,
        "break_even_requests": even,
    }


def drift(reference, live, level=0.01):
    n, features = np.shape(reference)
    m = len(live)
    if np.shape(live)[1] != features or min(n, m) == 0:
        raise ValueError("nothing to compare")
    statistic = []
    for old, new in zip(np.transpose(reference).tolist(), np.transpose(live).tolist(), strict=True):
        steps = {}
        for value in old:
            steps[value] = steps.get(value, 0) + m
        for value in new:
            steps[value] = steps.get(value, 0) - n
        height = largest = 0
        for value in sorted(steps):
            height += steps[value]
            largest = max(largest, abs(height))
        statistic.append(largest / (n * m))
    statistic = np.array(statistic)
    bound = math.sqrt(math.log(2 * features / level) / 2 * (1 / n + 1 / m))
    return {"statistic": statistic, "drifted": statistic > bound}


def in_rollout(user, share, salt=""):
    if not (share >= 0 and share <= 1):
        raise ValueError(f"no share: {share}")
    hashed = hashlib.new("sha256", f"{salt}:{user}".encode())
    place = 0.0
    for byte in reversed(hashed.digest()[:8]):
        place = (place + byte) / 256
    return bool(place < share)


PREDICTIONS = {
    "int8_error": 1 / 2,
    "tiny_model_one_request": "cpu",
    "rollout_5_to_20": "keeps it",
    "footprint_range": "100 times and more",
}
