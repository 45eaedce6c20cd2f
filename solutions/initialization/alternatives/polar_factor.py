"""A singular value decomposition in place of QR, an adaptive quadrature, the way back by hand, recursion for lsuv."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from nnlearn.lesson import as_floating


def _generator(seed):
    """A NumPy generator of our own."""
    if seed is None:
        return np.random.default_rng()
    if isinstance(seed, keras.random.SeedGenerator):
        return np.random.default_rng([int(word) for word in ops.convert_to_numpy(seed.next())])
    return np.random.default_rng([abs(int(seed)), int(seed < 0)])


def _float64(x):
    return ops.convert_to_numpy(as_floating(x)).astype(np.float64)


def _apply(activation, z):
    return ops.convert_to_numpy(activation(tf.constant(z)))


def _std(z):
    """By the norm of the deviations, scaled by a power of two so that no square gets lost."""
    if z.size == 0:
        return math.nan
    exponent = np.frexp(np.abs(z).max())[1] if np.isfinite(z).all() else 0
    with np.errstate(all="ignore"):
        scaled = np.ldexp(z, -exponent)
        deviations = scaled - scaled.mean()
        value = np.linalg.norm(deviations) / math.sqrt(z.size)
        return float(np.ldexp(value, exponent))


PREDICTIONS = {
    "alike_units": 1,
    "relu_under_glorot": 0.71,
    "lecun_holds": "selu",
    "all_weights_zero": "the last bias",
}


def compute_fans(shape):
    match tuple(map(int, shape)):
        case ():
            return (1, 1)
        case (n,):
            return (n, n)
        case (*window, inputs, outputs):
            return (math.prod(window, start=inputs), math.prod(window, start=outputs))


def variance_scaling(
    shape, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
):
    fan_in, fan_out = compute_fans(shape)
    if mode == "fan_in":
        fan = fan_in
    elif mode == "fan_out":
        fan = fan_out
    elif mode == "fan_avg":
        fan = (fan_in + fan_out) / 2
    else:
        raise ValueError(f"unknown mode {mode!r}")
    if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
        raise ValueError(f"unknown distribution {distribution!r}")
    if scale <= 0 or math.isnan(scale):
        raise ValueError(f"scale is {scale}, but must be positive")
    variance = scale / max(1, fan)
    rng = _generator(seed)
    if distribution == "uniform":
        limit = math.sqrt(3 * variance)
        weights = rng.uniform(-limit, limit, size=tuple(shape))
    else:
        weights = rng.standard_normal(tuple(shape))
        if distribution == "truncated_normal":
            variance /= 0.87962566**2
            outside = np.abs(weights) > 2
            while outside.any():
                weights[outside] = rng.standard_normal(np.count_nonzero(outside))
                outside = np.abs(weights) > 2
        weights *= math.sqrt(variance)
    return ops.convert_to_tensor(weights.astype(dtype))


def orthogonal(shape, gain=1.0, seed=None, dtype="float32"):
    # The polar factor U V^T of a normal matrix A = U S V^T: whoever turns A turns the factor, and A is as likely as
    # A turned; so the factor is evenly distributed. It has no sign to choose, and works for tall and wide alike.
    if len(shape) < 2:
        raise ValueError("shape must have two axes or more")
    *rest, last = shape
    normal = _generator(seed).standard_normal((math.prod(rest), last))
    u, _, vt = np.linalg.svd(normal, full_matrices=False)
    return ops.convert_to_tensor((gain * (u @ vt)).reshape(shape).astype(dtype))


def activation_gain(fn):
    # Adaptive: Gauss-Legendre in each cell; cells where halving changes much are halved on.
    nodes, weights = np.polynomial.legendre.leggauss(6)

    def cells(left, width):
        """The integral over each cell of fn(z)**2 * exp(-z**2 / 2), divided by `unit` squared."""
        z = left[:, None] + width[:, None] * (nodes + 1) / 2
        values = ops.convert_to_numpy(fn(tf.constant(z))).astype(np.float64) * np.exp(-(z**2) / 4)
        return values, width / 2

    def integral(values, half, unit):
        return half * ((values / unit) ** 2 @ weights)

    left = np.linspace(-38.0, 38.0, 76 * 512, endpoint=False)
    width = np.full(left.shape, 1 / 512)
    values, half = cells(left, width)
    unit = np.abs(values).max()
    if not unit > 0:
        raise ValueError("fn is 0 everywhere")
    coarse = integral(values, half, unit)
    total = 0.0
    for _ in range(40):
        halves_left = np.stack([left, left + width / 2], axis=1).ravel()
        halves_width = np.repeat(width / 2, 2)
        fine = integral(*cells(halves_left, halves_width), unit)
        pairs = fine.reshape(-1, 2).sum(axis=1)
        bad = np.abs(pairs - coarse) > 1e-9 * (total + pairs.sum())
        total += pairs[~bad].sum()
        again = np.repeat(bad, 2)
        left, width, coarse = halves_left[again], halves_width[again], fine[again]
        if not bad.any():
            break
    total += coarse.sum()
    return float(1 / (unit * math.sqrt(total / math.sqrt(2 * math.pi))))


def propagate_stats(x, kernels, activation, upstream):
    kernels = [_float64(kernel) for kernel in kernels]
    zs = [_float64(x) @ kernels[0]]
    for kernel in kernels[1:]:
        zs.append(_apply(activation, zs[-1]) @ kernel)
    gradients = [_float64(upstream)]
    for z, kernel in zip(zs[-2::-1], kernels[:0:-1], strict=True):
        # through the kernel by hand, through the activation by a tape of its own
        arriving = gradients[0] @ kernel.T
        point = tf.constant(z)
        with tf.GradientTape() as tape:
            tape.watch(point)
            a = activation(point)
        slope = tape.gradient(a, point, output_gradients=tf.constant(arriving), unconnected_gradients="zero")
        gradients.insert(0, ops.convert_to_numpy(slope))
    return [_std(z) for z in zs], [_std(gradient) for gradient in gradients]


def lsuv(x, kernels, activation):
    def go_on(signal, rest):
        """Scale the first of the remaining kernels, and the others behind it."""
        if not rest:
            return []
        kernel = ops.convert_to_numpy(as_floating(rest[0]))
        with np.errstate(invalid="ignore"):  # infinite numbers are refused below
            z = signal @ kernel.astype(np.float64)
            spread = _std(z)
            constant = z.size and np.ptp(z) <= 1e-15 * np.abs(z).max()
        if constant or not 0 < spread < math.inf:  # NaN is not in between either
            raise ValueError(f"a z has spread {spread} and cannot be brought to 1")
        new = (kernel.astype(np.float64) / spread).astype(kernel.dtype)
        z = signal @ new.astype(np.float64)
        return [new, *go_on(_apply(activation, z) if len(rest) > 1 else z, rest[1:])]

    return go_on(_float64(x), list(kernels))
