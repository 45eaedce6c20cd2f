import keras
import numpy as np
import tensorflow as tf
from keras import ops

# guesses
PREDICTIONS = {
    "alike_units": 1,
    "relu_under_glorot": 0.5,  # half of them are off
    "lecun_holds": "selu",
    "all_weights_zero": "nothing",
}


def compute_fans(shape):
    if len(shape) == 0:
        return (1, 1)
    if len(shape) == 1:
        return (shape[0], shape[0])
    fan_in = 1
    for s in shape[:-1]:
        fan_in = fan_in * s
    fan_out = shape[-1]
    return (fan_in, fan_out)


def variance_scaling(shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"):
    if scale <= 0:
        raise ValueError("scale should be positive")
    # not compute_fans, I was not sure about it any more
    receptive = int(np.prod(shape[:-2]))
    if len(shape) == 1:
        fan_in = fan_out = shape[0]
    else:
        fan_in = receptive * shape[-2]
        fan_out = receptive * shape[-1]
    if mode == "fan_in":
        n = fan_in
    elif mode == "fan_out":
        n = fan_out
    elif mode == "fan_avg":
        n = (fan_in + fan_out) / 2
    else:
        raise ValueError("mode?")
    var = scale / max(1, n)
    if distribution == "truncated_normal":
        return keras.random.truncated_normal(shape, stddev=var**0.5, seed=seed, dtype=dtype)
    elif distribution == "untruncated_normal":
        return keras.random.normal(shape, stddev=var**0.5, seed=seed, dtype=dtype)
    elif distribution == "uniform":
        a = (3 * var) ** 0.5
        return keras.random.uniform(shape, -a, a, seed=seed, dtype=dtype)
    else:
        raise ValueError("distribution?")


def orthogonal(shape, gain=1.0, seed=None, dtype="float32"):
    if len(shape) < 2:
        raise ValueError("orthogonal needs a matrix")
    rows = int(np.prod(shape[:-1]))
    cols = shape[-1]
    d = "float32" if dtype == "float16" else dtype
    a = keras.random.normal((max(rows, cols), min(rows, cols)), seed=seed, dtype=d)
    q, r = ops.qr(a)
    if rows < cols:
        q = ops.transpose(q)
    return ops.cast(gain * ops.reshape(q, shape), dtype)


def activation_gain(fn):
    z = np.linspace(-10, 10, 20001)
    p = np.exp(-(z**2) / 2)
    p = p / p.sum()
    f = np.array(fn(ops.convert_to_tensor(z)))
    mean = (p * f).sum()
    var = (p * (f - mean) ** 2).sum()
    if var == 0:
        raise ValueError("zero")
    return float(1 / np.sqrt(var))


def propagate_stats(x, kernels, activation, upstream):
    x = ops.convert_to_tensor(x)
    if "float" not in str(x.dtype):
        x = ops.cast(x, "float32")
    zs = []
    with tf.GradientTape() as tape:
        h = x
        for k in kernels:
            z = ops.matmul(h, k)
            tape.watch(z)
            zs.append(z)
            h = activation(z)
        out = ops.sum(zs[-1] * upstream)
    gs = tape.gradient(out, zs)
    forward = [float(np.std(np.array(z))) for z in zs]
    backward = [float(np.std(np.array(g))) for g in gs]
    return forward, backward


def lsuv(x, kernels, activation):
    x = ops.convert_to_tensor(x)
    if "float" not in str(x.dtype):
        x = ops.cast(x, "float32")
    stds = []
    h = x
    for k in kernels:
        z = ops.matmul(h, k)
        s = float(np.std(np.array(z).astype("float64")))
        if not (s > 0 and s < float("inf")):
            raise ValueError("std is " + str(s))
        stds.append(s)
        h = activation(z)
    return [ops.convert_to_tensor(k) / s for k, s in zip(kernels, stds)]
