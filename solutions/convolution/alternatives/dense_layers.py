"""Every part as a dense layer: a table of zeros and ones says which input meets which tap, and einsum does the rest."""

import math

import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {
    "impulse": "321",
    "parameters": 448,
    "three_3x3": 7,
    "shift_by_one": "can differ altogether",
}


def _axis(size, kernel_size, stride=1, padding="valid", dilation=1, causal=True):
    """How many outputs there are along one axis, and how many zeros stand before."""
    span = kernel_size + (kernel_size - 1) * (dilation - 1)
    if padding == "valid":
        if size < span:
            raise ValueError(f"a window over {span} places does not fit into {size}")
        return math.floor((size - span) / stride) + 1, 0
    if padding == "same":
        outputs = math.ceil(size / stride)
        return outputs, max(stride * (outputs - 1) + span - size, 0) // 2
    if padding == "causal" and causal:
        return math.ceil(size / stride), span - 1
    raise ValueError(f"there is no padding {padding!r} here")


def _meets(size, kernel_size, stride, padding, dilation=1, causal=False):
    """Ones where an input meets a tap of an output, shape (inputs, outputs, taps)."""
    outputs, before = _axis(size, kernel_size, stride, padding, dilation, causal)
    meets = np.zeros((size, outputs, kernel_size))
    for output in range(outputs):
        for tap in range(kernel_size):
            at = output * stride + tap * dilation - before
            if 0 <= at < size:
                meets[at, output, tap] = 1
    return meets


def _both(value):
    return (value, value) if np.isscalar(value) else value


def conv1d(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    x, kernel = as_floating(x), as_floating(kernel)
    if x.shape[-1] != kernel.shape[1]:
        raise ValueError("the channels of x are not those of the kernel")
    meets = ops.cast(_meets(x.shape[1], kernel.shape[0], stride, padding, dilation, causal=True), x.dtype)
    matrix = ops.einsum("tok,kcf->tcof", meets, kernel)
    y = ops.tensordot(x, matrix, axes=[[1, 2], [0, 1]])
    return y if bias is None else y + as_floating(bias)


def conv1d_matrix(kernel, length, stride=1, padding="valid"):
    kernel = as_floating(kernel)
    meets = _meets(length, kernel.shape[0], stride, padding)
    # One column of blocks after the other.
    columns = []
    for output in range(meets.shape[1]):
        chosen = ops.tensordot(ops.cast(meets[:, output], kernel.dtype), kernel, axes=1)
        columns.append(ops.reshape(chosen, (length * kernel.shape[1], kernel.shape[2])))
    return ops.concatenate(columns, axis=1)


def conv2d(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    x, kernel = as_floating(x), as_floating(kernel)
    height, width, channels, filters = kernel.shape
    if x.shape[-1] / groups != channels or filters / groups != filters // groups:
        raise ValueError("channels or filters do not fit the groups")
    strides = _both(strides)
    down = ops.cast(_meets(x.shape[1], height, strides[0], padding), x.dtype)
    right = ops.cast(_meets(x.shape[2], width, strides[1], padding), x.dtype)
    parts = zip(ops.split(x, groups, axis=-1), ops.split(kernel, groups, axis=-1), strict=True)
    y = []
    for part, weights in parts:
        rows = ops.einsum("nhwc,hyi->nyiwc", part, down)
        windows = ops.einsum("nyiwc,wxj->nyxijc", rows, right)
        y.append(ops.tensordot(windows, weights, axes=3))
    y = ops.concatenate(y, axis=-1)
    return y if bias is None else y + as_floating(bias)


def pool2d(x, pool_size=2, strides=None, padding="valid", mode="max"):
    x = as_floating(x)
    (height, width), (down, right) = _both(pool_size), _both(pool_size if strides is None else strides)
    rows, columns = _meets(x.shape[1], height, down, padding), _meets(x.shape[2], width, right, padding)
    if mode == "average":
        # Each row of a table adds up to 1: what is padded was never in it.
        shares = [each.sum(axis=2) / each.sum(axis=(0, 2)) for each in (rows, columns)]
        rows, columns = (ops.cast(each, x.dtype) for each in shares)
        return ops.einsum("nhwc,hy,wx->nyxc", x, rows, columns)
    if mode != "max":
        raise ValueError(f"there is no mode {mode!r}")
    for axis, table in ((1, rows), (2, columns)):
        outputs = []
        for output in range(table.shape[1]):
            inside = np.flatnonzero(table[:, output].any(axis=1))
            outputs.append(ops.max(ops.take(x, inside, axis=axis), axis=axis))
        x = ops.stack(outputs, axis=axis)
    return x


def output_sizes(size, layers):
    if not layers:
        return []
    first, *others = layers
    outputs, _ = _axis(size, **first)
    return [outputs, *output_sizes(outputs, others)]


def receptive_field(size, layers):
    if not layers:
        return 1, 1, 0
    first, *others = layers
    outputs, before = _axis(size, **first)
    field, step, start = receptive_field(outputs, others)
    # What the later layers see of this one's outputs, in its inputs.
    stride, dilation = first.get("stride", 1), first.get("dilation", 1)
    return (
        (field - 1) * stride + (first["kernel_size"] - 1) * dilation + 1,
        step * stride,
        start * stride - before,
    )
