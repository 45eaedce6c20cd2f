# keras.ops: places counted by name with bincount, einsum, a one-hot product, and a network that calls itself.
import math

import keras
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating


def _work(x):
    """A tensor to compute with, float32 or better."""
    x = as_floating(x)
    return ops.cast(x, "float32") if keras.backend.standardize_dtype(x.dtype) == "float16" else x


def _dtype(x):
    return keras.backend.standardize_dtype(as_floating(x).dtype)


def _labels(x):
    return ops.cast(ops.convert_to_tensor(x), "int64")


PREDICTIONS = {
    "remember": "x",
    "ones_upstream": 32,
    "mixing": "BatchNormalization",
}


def unbroadcast(gradient, shape):
    # Broadcast *names* instead of numbers: each place of the gradient learns which number went there.
    gradient = np.asarray(as_floating(gradient))
    shape = tuple(shape)
    count = math.prod(shape)
    names = np.broadcast_to(np.arange(count).reshape(shape), gradient.shape)  # ValueError where it does not
    total = np.bincount(names.ravel(), weights=gradient.ravel().astype("float64"), minlength=count)
    return ops.convert_to_tensor(total.reshape(shape).astype(gradient.dtype))


def affine_backward(upstream, x, kernel):
    dtype = _dtype(x)
    u, v, k = _work(upstream), _work(x), _work(kernel)
    if len(k.shape) != 2 or len(v.shape) < 1:
        raise ValueError("kernel must be of rank 2, x of rank 2, 3 or 4")
    lead = tuple(v.shape)[:-1]
    if (tuple(v.shape), tuple(u.shape)) != ((*lead, k.shape[0]), (*lead, k.shape[1])):
        raise ValueError(f"upstream {u.shape}, x {v.shape} and kernel {k.shape} do not fit")
    letters = "abcdefgh"[: len(lead)]
    answers = (
        ops.einsum(f"{letters}m,nm->{letters}n", u, k),
        ops.einsum(f"{letters}n,{letters}m->nm", v, u),
        ops.einsum(f"{letters}m->m", u),
    )
    return tuple(ops.cast(answer, dtype) for answer in answers)


def softmax_crossentropy_backward(logits, labels, upstream=None):
    dtype, z = _dtype(logits), _work(logits)
    labels = _labels(labels)
    if upstream is None:
        upstream = ops.ones(labels.shape, z.dtype) / max(math.prod(labels.shape), 1)
    upstream = ops.cast(_work(upstream), z.dtype)
    hit = ops.equal(ops.arange(z.shape[-1], dtype="int64"), labels[..., None])
    shares = ops.exp(z - ops.logsumexp(z, axis=-1, keepdims=True))
    return ops.cast(upstream[..., None] * (shares - ops.cast(hit, z.dtype)), dtype)


def gather_backward(upstream, indices, rows):
    dtype, u = _dtype(upstream), _work(upstream)
    indices = np.asarray(indices)
    if np.any(indices < 0) or np.any(indices >= rows):
        raise ValueError(f"an index is outside 0 ... {rows - 1}")
    tail = tuple(u.shape)[indices.ndim :]
    flat = indices.reshape(-1).astype("int64")
    hits = ops.cast(ops.convert_to_tensor(np.arange(rows)[:, None] == flat), u.dtype)  # (rows, places)
    picked = ops.reshape(u, (len(flat), math.prod(tail)))
    return ops.cast(ops.reshape(ops.matmul(hits, picked), (rows, *tail)), dtype)


def batchnorm_backward(upstream, x, gamma, epsilon=1e-3):
    # The graph, node by node: moved -> mean, centered -> variance -> s -> hat -> output.
    dtype, shape = _dtype(x), tuple(as_floating(x).shape)
    count = math.prod(shape[:-1])
    v, u = (ops.reshape(_work(a), (count, shape[-1])) for a in (x, upstream))
    gamma = _work(gamma)
    moved = v - v[:1]  # exactly 0 for a constant feature; changes no result
    m = max(count, 1)
    centered = moved - ops.sum(moved, axis=0) / m
    inside = ops.sum(centered * centered, axis=0) / m + epsilon
    s = ops.where(inside > 0, 1 / ops.sqrt(ops.where(inside > 0, inside, 1)), 0)
    hat = centered * s

    dbeta, dgamma = ops.sum(u, axis=0), ops.sum(u * hat, axis=0)
    dhat = u * gamma
    ds = ops.sum(dhat * centered, axis=0)
    dvariance = ds * (-0.5) * s * s * s
    dcentered = dhat * s + dvariance * 2 * centered / m
    dmean = -ops.sum(dcentered, axis=0)
    dx = dcentered + dmean / m
    return ops.cast(ops.reshape(dx, shape), dtype), ops.cast(dgamma, dtype), ops.cast(dbeta, dtype)


def mlp_gradients(x, labels, weights):
    dtype, labels = _dtype(x), _labels(labels)

    def walk(h, layers):
        (kernel, bias), *rest = layers
        y = h @ kernel + bias
        if rest:
            loss, dy, later = walk(ops.relu(y), rest)
            dy = dy * ops.cast(y > 0, y.dtype)
        else:
            picked = ops.take_along_axis(y, labels[:, None], axis=1)[:, 0]
            loss, later = ops.mean(ops.logsumexp(y, axis=1) - picked), []
            dy = softmax_crossentropy_backward(y, labels)
        dh, dkernel, dbias = affine_backward(dy, h, kernel)
        return loss, dh, [(ops.cast(dkernel, dtype), ops.cast(dbias, dtype)), *later]

    loss, _, gradients = walk(_work(x), [(_work(kernel), _work(bias)) for kernel, bias in weights])
    return loss, gradients
