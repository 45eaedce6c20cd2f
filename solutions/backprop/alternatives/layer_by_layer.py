# Step by step as in a computation graph: each operation of the forward pass, then each one undone in reverse.
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {"remember": "x", "ones_upstream": 32, "mixing": "BatchNormalization"}


def array(x):
    return ops.convert_to_numpy(as_floating(x))


def unbroadcast(gradient, shape):
    gradient = array(gradient)
    dtype = gradient.dtype
    if len(shape) > gradient.ndim:
        raise ValueError("the shape has more axes than the gradient")
    for size, was in zip(reversed(gradient.shape), reversed(shape), strict=False):
        if was not in (1, size):
            raise ValueError(f"an axis of {was} never becomes one of {size}")
    total = gradient.astype(np.float64)
    while total.ndim > len(shape):
        total = np.sum(total, axis=0)
    for axis, was in enumerate(shape):
        if was == 1:
            total = np.sum(total, axis=axis, keepdims=True)
    return np.array(total, dtype)


def affine_backward(upstream, x, kernel):
    upstream, x, kernel = array(upstream), array(x), array(kernel)
    if (x @ kernel).shape != upstream.shape:  # NumPy refuses what has no product
        raise ValueError("upstream has not the shape of the output")
    dx, dkernel, dbias = np.zeros_like(x), np.zeros_like(kernel), np.zeros_like(kernel[0])
    for place in np.ndindex(x.shape[:-1]):
        dx[place] = kernel @ upstream[place]
        dkernel += np.outer(x[place], upstream[place])
        dbias += upstream[place]
    return dx, dkernel, dbias


def softmax_crossentropy_backward(logits, labels, upstream=None):
    logits, labels = array(logits), np.asarray(labels)
    if upstream is None:
        upstream = np.full(labels.shape, 1 / labels.size, logits.dtype)
    upstream = array(upstream)
    result = np.empty_like(logits)
    for place in np.ndindex(labels.shape):
        shares = np.exp(logits[place] - np.max(logits[place]))
        shares = shares / np.sum(shares)
        shares[labels[place]] -= 1
        result[place] = upstream[place] * shares
    return result


def gather_backward(upstream, indices, rows):
    upstream, indices = array(upstream), np.asarray(indices)
    total = np.zeros((rows, *upstream.shape[indices.ndim :]), upstream.dtype)
    for place in np.ndindex(indices.shape):
        row = int(indices[place])
        if not 0 <= row < rows:
            raise ValueError(f"there is no row {row}")
        total[row] += upstream[place]
    return total


def batchnorm_backward(upstream, x, gamma, epsilon=1e-3):
    dtype = array(x).dtype
    upstream, x, gamma = (array(each).astype(np.float64) for each in (upstream, x, gamma))
    shape = x.shape
    upstream, x = upstream.reshape(-1, shape[-1]), x.reshape(-1, shape[-1])
    m = len(x)
    # forward
    mean = x.sum(axis=0) / m
    apart = x - mean
    square = apart**2
    variance = square.sum(axis=0) / m
    spread = np.sqrt(variance + epsilon)
    inverse = 1 / spread
    normal = apart * inverse
    # and back, one operation at a time
    dbeta = upstream.sum(axis=0)
    dgamma = (upstream * normal).sum(axis=0)
    dnormal = upstream * gamma
    dapart = dnormal * inverse
    dinverse = (dnormal * apart).sum(axis=0)
    dspread = -dinverse / spread**2
    dvariance = dspread / (2 * spread)
    dsquare = np.ones((m, 1)) * dvariance / m
    dapart += 2 * apart * dsquare
    dmean = -dapart.sum(axis=0)
    dx = dapart + np.ones((m, 1)) * dmean / m
    return dx.reshape(shape).astype(dtype), dgamma.astype(dtype), dbeta.astype(dtype)


class Affine:
    def __init__(self, kernel, bias):
        self.kernel, self.bias = array(kernel), array(bias)

    def forward(self, x):
        self.x = x
        return x @ self.kernel + self.bias

    def backward(self, upstream):
        self.gradients = self.x.T @ upstream, np.sum(upstream, axis=0)
        return upstream @ self.kernel.T


class Relu:
    def forward(self, x):
        self.open = x > 0
        return np.where(self.open, x, 0).astype(x.dtype)

    def backward(self, upstream):
        return np.where(self.open, upstream, 0).astype(upstream.dtype)


def mlp_gradients(x, labels, weights):
    affine = [Affine(*pair) for pair in weights]
    layers = [layer for each in affine for layer in (each, Relu())][:-1]
    x, labels = array(x), np.asarray(labels)
    for layer in layers:
        x = layer.forward(x)
    x = x - x.max(axis=1, keepdims=True)
    total = np.exp(x).sum(axis=1, keepdims=True)
    place = np.arange(len(x)), labels
    loss = float(np.mean(np.log(total)[:, 0] - x[place]))
    upstream = np.exp(x) / total
    upstream[place] -= 1
    upstream = upstream / len(x)
    for layer in reversed(layers):
        upstream = layer.backward(upstream)
    return loss, [layer.gradients for layer in affine]
