"""Windows gathered and summed in float64; pooling one axis after the other; sizes by recursion, fields followed backwards."""

import numpy as np
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    "impulse": "321",
    "parameters": 448,
    "three_3x3": 7,
    "shift_by_one": "can differ altogether",
}


def _reads(size, taps, stride, padding, dilation=1, causal=False):
    """An integer array (outputs, taps): which input each tap of each output meets; those outside are padding."""
    if not (padding == "valid" or padding == "same" or (causal and padding == "causal")):
        raise ValueError(f"there is no padding {padding!r} here")
    span = 1 + dilation * (taps - 1)
    if padding == "valid":
        if span > size:
            raise ValueError(f"the span, {span}, is longer than the input, {size}")
        outputs, first = 1 + (size - span) // stride, 0
    else:
        outputs = 1 + (size - 1) // stride
        first = 1 - span if padding == "causal" else -(max(stride * (outputs - 1) + span - size, 0) // 2)
    return first + stride * np.arange(outputs)[:, None] + dilation * np.arange(taps)[None, :]


def _gather(x, reads, axis, fill=0.0):
    """`axis` of x becomes two, (outputs, taps); what lies outside of x is `fill`."""
    size = x.shape[axis]
    widths = [(0, 0)] * len(x.shape)
    widths[axis] = (0, 1)  # one extra place at the end stands for all the padding
    inside = (reads >= 0) & (reads < size)
    return ops.take(ops.pad(x, widths, constant_values=fill), np.where(inside, reads, size), axis=axis)


def _wide(x):
    """As float64, in which nothing that is added up here can matter."""
    return ops.cast(as_floating(x), "float64")


def _two(value):
    return [int(v) for v in np.broadcast_to(np.asarray(value), 2)]


def conv1d(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    x, kernel = as_floating(x), as_floating(kernel)
    if x.shape[-1] != kernel.shape[1]:
        raise ValueError("x and kernel differ in their channels")
    reads = _reads(x.shape[1], kernel.shape[0], stride, padding, dilation, causal=True)
    y = ops.einsum("nokc,kcf->nof", _gather(_wide(x), reads, 1), _wide(kernel))
    return ops.cast(y if bias is None else y + _wide(bias), x.dtype)


def conv1d_matrix(kernel, length, stride=1, padding="valid"):
    kernel = as_floating(kernel)
    taps, channels, filters = kernel.shape
    first = _reads(length, taps, stride, padding)[:, 0]
    tap = np.arange(length)[:, None] - first[None, :]  # (length, outputs): the tap that stands there
    blocks = _gather(kernel, tap, 0)  # (length, outputs, C, F)
    return ops.reshape(ops.transpose(blocks, (0, 2, 1, 3)), (length * channels, len(first) * filters))


def conv2d(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    x, kernel = as_floating(x), as_floating(kernel)
    (height, width, channels), (high, wide, each, filters) = x.shape[1:], kernel.shape
    if channels != groups * each or filters % groups != 0:
        raise ValueError(
            f"{channels} channels and {filters} filters do not go with {groups} groups of {each} channels"
        )
    down, right = _two(strides)
    rows, columns = _reads(height, high, down, padding), _reads(width, wide, right, padding)
    patches = _gather(_gather(_wide(x), columns, 2), rows, 1)  # (N, rows, KH, columns, KW, C)
    patches = ops.reshape(patches, (-1, *rows.shape, *columns.shape, groups, each))
    weights = ops.reshape(_wide(kernel), (high, wide, each, groups, filters // groups))
    y = ops.einsum("nrhcwgi,hwigf->nrcgf", patches, weights)
    y = ops.reshape(y, (-1, len(rows), len(columns), filters))
    return ops.cast(y if bias is None else y + _wide(bias), x.dtype)


def pool2d(x, pool_size=2, strides=None, padding="valid", mode="max"):
    if mode != "max" and mode != "average":
        raise ValueError(f"there is no mode {mode!r}")
    x = as_floating(x)
    (high, wide), (down, right) = _two(pool_size), _two(pool_size if strides is None else strides)
    rows, columns = _reads(x.shape[1], high, down, padding), _reads(x.shape[2], wide, right, padding)
    # Both are separable: first along the width, then along the height.
    if mode == "max":
        across = ops.max(_gather(x, columns, 2, -np.inf), axis=3, initial=-np.inf)
        return ops.max(_gather(across, rows, 1, -np.inf), axis=2, initial=-np.inf)
    y = _wide(x)
    for reads, axis in ((columns, 2), (rows, 1)):
        real = ((reads >= 0) & (reads < x.shape[axis])).sum(axis=1)
        real = real.reshape([-1 if a == axis else 1 for a in range(4)]).astype("float64")
        y = ops.sum(_gather(y, reads, axis), axis=axis + 1) / real
    return ops.cast(y, x.dtype)


def output_sizes(size, layers):
    if not layers:
        return []
    layer, *rest = layers
    stride, padding = int(layer.get("stride", 1)), layer.get("padding", "valid")
    span = (int(layer["kernel_size"]) - 1) * int(layer.get("dilation", 1)) + 1
    if padding == "same" or padding == "causal":
        outputs = (int(size) + stride - 1) // stride
    elif padding == "valid" and span <= size:
        outputs = (int(size) - span) // stride + 1
    else:
        raise ValueError(f"{padding!r} is no padding, or a span of {span} is longer than {size}")
    return [outputs, *output_sizes(outputs, rest)]


def receptive_field(size, layers):
    # Backwards: which outputs of the layer below do output 0 (low to high) and output 1 (from `next_low`) see?
    sizes = [int(size), *output_sizes(size, layers)]
    low, high, next_low = 0, 0, 1
    for inputs, outputs, layer in reversed(list(zip(sizes, sizes[1:], layers, strict=False))):
        span = (int(layer["kernel_size"]) - 1) * int(layer.get("dilation", 1)) + 1
        stride = int(layer.get("stride", 1))
        before = {
            "valid": 0,
            "causal": span - 1,
            "same": max((outputs - 1) * stride + span - inputs, 0) // 2,
        }[layer.get("padding", "valid")]
        low, high, next_low = (
            low * stride - before,
            high * stride - before + span - 1,
            next_low * stride - before,
        )
    return high - low + 1, next_low - low, low
