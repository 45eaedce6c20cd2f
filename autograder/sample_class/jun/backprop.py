"""Backpropagation.

README.md next to this file is the lesson.
Put your own code in place of each `raise NotImplementedError` (and of each None), then run

    nnlearn check backprop     to check your work
    nnlearn hint unbroadcast   for a hint
"""

import numpy as np

from nnlearn.lesson import as_floating


PREDICTIONS = {
    # A Dense layer computes y = x W + b. In the backward pass it is handed the gradient by y.
    # What else does it need for the gradient of its kernel W?
    # Allowed: "x", "y" or "nothing".
    "remember": "x",
    # A Dense layer with 10 units gets a batch of 32 examples. The gradient by its output, of shape (32, 10), is 1 everywhere.
    # What is the gradient by the bias of the first unit?
    # Allowed: a number.
    "ones_upstream": 1,
    # You change one example of a batch. After which of these layers, in training mode, do the outputs of the *other*
    # examples change as well?
    # Allowed: "Dense", "BatchNormalization", "LayerNormalization" or "Dropout".
    "mixing": "BatchNormalization",
}


def unbroadcast(gradient, shape):
    """Sum a gradient over what broadcasting has repeated.

    Args:
        gradient: The upstream gradient, an array or tensor of any rank, 0 included.
        shape: What was broadcast to the shape of `gradient`: a tuple of integers, `()` included.

    Returns:
        The gradient by what had `shape`: an array or tensor of exactly that shape, axes of size 1
        included, and of the dtype of `gradient` (integers count as float32). Each number is the sum of the
        gradients of all places to which broadcasting took it. Where there is none, because an axis
        of `gradient` has size 0, it is 0. float16 is summed in float32 or better, so 5000 times 0.1
        is 500.

    Raises:
        ValueError: `shape` does not broadcast to the shape of `gradient`: it is longer, or one of
            its sizes is neither 1 nor that of `gradient` (counted from the last axis). So (4, 1) is
            refused for a gradient of shape (1, 3): together the two broadcast to something else.

    Reference:
        https://numpy.org/doc/stable/user/basics.broadcasting.html
    """
    g = np.asarray(as_floating(gradient))
    np.broadcast_shapes(g.shape, shape)  # raises if they do not fit
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


def affine_backward(upstream, x, kernel):
    """Compute the gradients of a dense layer, `y = x @ kernel + bias`.

    Args:
        upstream: The gradient by y, shape (..., m).
        x: The layer's input, shape (..., n), of rank 2, 3 or 4.
        kernel: Shape (n, m).

    Returns:
        A tuple `(dx, dkernel, dbias)` of shapes (..., n), (n, m) and (m,): the gradients of
        `sum(upstream * y)`. The last two are summed over all axes of `x` but the last. The dtype is that
        of the arguments, which have the same (integers count as float32).

    Raises:
        ValueError: The shapes do not fit each other: the last axis of `x` is not n, that of `upstream` is
            not m, or their other axes differ. Nothing is broadcast, and (2, 3, m) does not fit (6, n)
            or (3, 2, n).

    Reference:
        https://cs231n.github.io/optimization-2/#mat
    """
    upstream, x, kernel = [np.asarray(as_floating(a)) for a in (upstream, x, kernel)]
    if x.shape[:-1] != upstream.shape[:-1] or kernel.shape != (x.shape[-1], upstream.shape[-1]):
        raise ValueError("shapes do not match")
    dx = upstream @ kernel.T
    dkernel = x.reshape(-1, x.shape[-1]).T @ upstream.reshape(-1, upstream.shape[-1])
    dbias = upstream.sum(axis=0)
    return dx, dkernel, dbias


def softmax_crossentropy_backward(logits, labels, upstream=None):
    """Compute the gradient of the cross-entropy of softmax by the logits.

    Args:
        logits: Shape (..., K), of rank 1 or more.
        labels: Integers from 0 to K - 1 of any integer dtype, shape (...); of rank 0 for logits of
            shape (K,).
        upstream: The gradient by each loss, of the shape of `labels`. None means that the mean of all
            losses was taken, and the gradient by that mean is 1.

    Returns:
        The gradient, an array or tensor of the shape and dtype of `logits` (integers count as float32).
        It is finite and right for logits as large as ±10,000.

    Reference:
        Goodfellow, Bengio, Courville (2016), Deep Learning, section 6.2.2.3.
    """
    logits = np.asarray(as_floating(logits))
    labels = np.asarray(labels)
    exps = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = exps / exps.sum(axis=-1, keepdims=True)
    grad = p - np.eye(logits.shape[-1], dtype=p.dtype)[labels]
    if upstream is not None:
        grad = grad * np.asarray(as_floating(upstream))[..., None]
    return grad / labels.size  # mean over the batch


def gather_backward(upstream, indices, rows):
    """Compute the gradient of `table[indices]` by the table.

    Args:
        upstream: The gradient by what was picked, of shape `indices.shape + tail`, where `tail` is the
            shape of one row of the table, `()` included.
        indices: Integers of any integer dtype and any shape.
        rows: How many rows the table has.

    Returns:
        An array or tensor of shape `(rows, *tail)` and of the dtype of `upstream` (integers count as
        float32). Where an index comes more than once, what arrives for it is added. Rows that were not
        picked have gradient 0.

    Raises:
        ValueError: An index is outside 0 ... rows - 1; a negative one is, too.

    Reference:
        https://www.tensorflow.org/api_docs/python/tf/math/unsorted_segment_sum
    """
    upstream = np.asarray(as_floating(upstream))
    indices = np.asarray(indices)
    if (indices < 0).any() or (indices >= rows).any():
        raise ValueError("index out of range")
    out = np.zeros((rows,) + upstream.shape[indices.ndim :], upstream.dtype)
    out[indices] += upstream
    return out


def batchnorm_backward(upstream, x, gamma, epsilon=1e-3):
    """Compute the gradients of batch normalization in training mode.

    The layer computes `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and biased variance
    (divided by m, not m - 1) of each feature over all axes of `x` but the last.

    Args:
        upstream: The gradient by the layer's output, of the shape of `x`.
        x: The layer's input, shape (N, C) or (N, H, W, C).
        gamma: The scale of each feature, shape (C,).
        epsilon: Added to the variance.

    Returns:
        A tuple `(dx, dgamma, dbeta)` of shapes `x.shape`, (C,) and (C,): the gradients of
        `sum(upstream * output)`, where mean and variance depend on `x`. The dtype is that of the
        arguments, which have the same (integers count as float32); float16 is computed in float32 and
        rounded at the end, so a spread of 300, whose variance is beyond float16, is no problem. A feature
        that is constant over the batch, whatever its value, gives finite results.

    Reference:
        Ioffe and Szegedy (2015), Batch Normalization, section 3.
    """
    x = np.asarray(as_floating(x))
    dtype = x.dtype
    wide = np.float64 if dtype == np.float64 else np.float32
    x = x.astype(wide)
    upstream = np.asarray(as_floating(upstream)).astype(wide)
    gamma = np.asarray(as_floating(gamma)).astype(wide)
    axes = tuple(range(x.ndim - 1))
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    xhat = (x - mean) / np.sqrt(var + epsilon)
    dbeta = upstream.sum(axis=axes)
    dgamma = (upstream * xhat).sum(axis=axes)
    dx = gamma * upstream / np.sqrt(var + epsilon)
    return dx.astype(dtype), dgamma.astype(dtype), dbeta.astype(dtype)


def mlp_gradients(x, labels, weights):
    """Compute the loss of a network and the gradients by all of its weights.

    The network is a chain of affine layers, `x @ kernel + bias`, with a relu between two of them and
    none after the last, whose outputs are the logits of K classes. The loss is the mean cross-entropy.

    Args:
        x: Inputs, shape (N, n).
        labels: Integers from 0 to K - 1 of any integer dtype, shape (N,).
        weights: A list of pairs `(kernel, bias)`, one for each layer, the first layer first; one or
            more. Shapes are (n, m) and (m,), where n is the m of the layer before.

    Returns:
        A tuple `(loss, gradients)`. The loss is one number: Python's, or an array or tensor of rank 0. The
        gradients are a list of pairs `(dkernel, dbias)` in the order of `weights`, of the same shapes and of
        the dtype of `x` (integers count as float32). The gradient of relu at exactly 0 is 0. Loss and gradients
        are finite and right for logits as large as ±10,000.

    Reference:
        Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors.
    """
    a = np.asarray(as_floating(x))
    labels = np.asarray(labels)
    params = [(np.asarray(as_floating(k)), np.asarray(as_floating(b))) for k, b in weights]
    cache = []
    for i, (k, b) in enumerate(params):
        cache.append(a)
        a = a @ k + b
        if i + 1 < len(params):
            a = np.maximum(a, 0)
    n = len(a)
    a = a - a.max(axis=1, keepdims=True)
    logp = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(n), labels].mean()
    delta = np.exp(logp)
    delta[np.arange(n), labels] -= 1
    delta = delta / n
    grads = []
    for i in range(len(params) - 1, -1, -1):
        grads.insert(0, (cache[i].T @ delta, delta.sum(axis=0)))
        if i > 0:
            delta = delta @ params[i][0].T
            delta[delta < 0] = 0  # relu
    return loss, grads


# Answered in words, between the quotes: a person reads it.
ANSWERS = {
    # In your own words
    #
    # A colleague serves a network for predictions on a small machine, with batches of 32, and all is
    # well. "Then we can train it there too", says the colleague, "with the same batches. Training is only
    # a forward pass and a backward pass." The training runs out of memory at once. (Plain gradient
    # descent: the optimizer stores nothing.)
    #
    # Explain in five to ten sentences why training needs more memory than inference for the same network
    # and batch; what makes that memory grow; what inference can throw away, and when; and how one can
    # train with less memory, at what price.
    "memory_of_training": r"""

""",
}
