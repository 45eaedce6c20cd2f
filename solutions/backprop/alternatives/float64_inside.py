# NumPy in float64 all the way, rounded at the end; the network is put together from the parts before it.
import numpy as np

from nnlearn.lesson import as_floating


def _array(x):
    """A floating NumPy array of x, and its float64 copy to compute with."""
    array = np.asarray(as_floating(x))
    return array, array.astype("float64")


PREDICTIONS = {
    "remember": "x",
    "ones_upstream": 32,
    "mixing": "BatchNormalization",
}


def unbroadcast(gradient, shape):
    narrow, wide = _array(gradient)
    shape = tuple(int(size) for size in shape)
    extra = narrow.ndim - len(shape)
    if extra < 0:
        raise ValueError(f"{shape} is longer than the gradient's shape {narrow.shape}")
    for size, full in zip(shape, narrow.shape[extra:], strict=True):
        if size not in (1, full):
            raise ValueError(f"{shape} does not broadcast to {narrow.shape}")
    axes = tuple(range(extra)) + tuple(extra + i for i, size in enumerate(shape) if size == 1)
    return np.asarray(wide.sum(axis=axes, keepdims=True)).reshape(shape).astype(narrow.dtype)


def affine_backward(upstream, x, kernel):
    (upstream, u), (x, v), (kernel, k) = _array(upstream), _array(x), _array(kernel)
    if k.ndim != 2 or not v.ndim or v.ndim != u.ndim:
        raise ValueError(f"ranks do not fit: {u.shape}, {v.shape}, {k.shape}")
    n, m = k.shape
    if v.shape[-1] != n or u.shape[-1] != m or v.shape[:-1] != u.shape[:-1]:
        raise ValueError(f"shapes do not fit: {u.shape}, {v.shape}, {k.shape}")
    count = int(np.prod(v.shape[:-1]))
    rows_u, rows_v = u.reshape(count, m), v.reshape(count, n)
    dtype = x.dtype
    return (
        (rows_u @ k.T).reshape(v.shape).astype(dtype),
        (rows_v.T @ rows_u).astype(dtype),
        rows_u.sum(axis=0).astype(dtype),
    )


def softmax_crossentropy_backward(logits, labels, upstream=None):
    logits, z = _array(logits)
    labels = np.asarray(labels)
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    result = exponentials / exponentials.sum(axis=-1, keepdims=True)
    places = labels.astype("int64")[..., None]
    right = np.take_along_axis(result, places, axis=-1)
    np.put_along_axis(result, places, right - 1, axis=-1)
    if upstream is None:
        result /= max(labels.size, 1)
    else:
        result *= _array(upstream)[1][..., None]
    return result.astype(logits.dtype)


def gather_backward(upstream, indices, rows):
    upstream, u = _array(upstream)
    indices = np.asarray(indices)
    if indices.size and (int(indices.min()) < 0 or int(indices.max()) >= rows):
        raise ValueError(f"indices must be from 0 to {rows - 1}")
    tail = u.shape[indices.ndim :]
    total = np.zeros((rows, *tail))
    np.add.at(total, indices.astype("int64"), u)
    return total.astype(upstream.dtype)


def batchnorm_backward(upstream, x, gamma, epsilon=1e-3):
    (_, u), (x, v), (_, g) = _array(upstream), _array(x), _array(gamma)
    axes, count = tuple(range(v.ndim - 1)), int(np.prod(v.shape[:-1]))
    if not count:
        nothing = np.zeros(g.shape, x.dtype)
        return np.zeros(v.shape, x.dtype), nothing, nothing.copy()
    # Moved by one of its own values, a constant feature is exactly 0.
    centered = v - v[(slice(0, 1),) * (v.ndim - 1)]
    centered = centered - centered.mean(axis=axes)
    denominator = np.sqrt((centered**2).mean(axis=axes) + epsilon)
    s = np.divide(1.0, denominator, out=np.zeros_like(denominator), where=denominator > 0)
    hat = centered * s
    dgamma, dbeta = (u * hat).sum(axis=axes), u.sum(axis=axes)
    # mean(g u) is gamma dbeta / m, and mean(g u hat) is gamma dgamma / m
    dx = g * s * (u - dbeta / count - hat * (dgamma / count))
    return dx.astype(x.dtype), dgamma.astype(x.dtype), dbeta.astype(x.dtype)


def mlp_gradients(x, labels, weights):
    x, h = _array(x)
    wide = [(_array(kernel)[1], _array(bias)[1]) for kernel, bias in weights]
    labels = np.asarray(labels).astype("int64")
    inputs, before = [], []
    for kernel, bias in wide:
        inputs.append(h)
        before.append(h @ kernel + bias)
        h = np.maximum(before[-1], 0)
    z = before[-1] - before[-1].max(axis=1, keepdims=True)
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]
    gradient = softmax_crossentropy_backward(before[-1], labels)
    gradients = [None] * len(wide)
    for i in reversed(range(len(wide))):
        down, dkernel, dbias = affine_backward(gradient, inputs[i], wide[i][0])
        gradients[i] = (dkernel.astype(x.dtype), dbias.astype(x.dtype))
        if i:
            gradient = np.where(before[i - 1] > 0, down, 0.0)
    return float(losses.mean()), gradients
