"""Every window is gathered by a table of places, and meets the kernel in one product; nothing is padded."""

import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {
    "impulse": "321",
    "parameters": 448,
    "three_3x3": 7,
    "shift_by_one": "can differ altogether",
}


def _table(size, taps, stride, padding, dilation=1, allowed=("valid", "same")):
    """Which input each tap of each output meets, shape (outputs, taps); `size` stands for padding."""
    if padding not in allowed:
        raise ValueError(f"unknown padding {padding!r}; there are {allowed}")
    reach = dilation * (taps - 1)
    if padding == "valid":
        outputs, shift = (size - reach - 1) // stride + 1, 0
        if reach >= size:
            raise ValueError(f"{reach + 1} places do not fit into {size}")
    else:
        outputs = (size + stride - 1) // stride
        lacking = (outputs - 1) * stride + reach + 1 - size
        shift = reach if padding == "causal" else max(lacking, 0) // 2
    where = np.add.outer(np.arange(outputs) * stride - shift, np.arange(taps) * dilation)
    where[(where < 0) | (where > size)] = size
    return where


def _gather(x, where, axis, beyond=0.0):
    """One axis becomes two, (outputs, taps). Behind its end stands what is beyond the edge."""
    shape = list(x.shape)
    shape[axis] = 1
    edge = ops.take(x, [0], axis=axis)
    edge = ops.full_like(edge, beyond)
    extended = ops.concatenate([x, edge], axis=axis)
    flat = ops.take(extended, where.ravel(), axis=axis)
    return ops.reshape(flat, (-1, *x.shape[1:axis], *where.shape, *x.shape[axis + 1 :]))


def _two(value):
    return [value, value] if np.ndim(value) == 0 else list(value)


def _add(y, bias):
    return y if bias is None else ops.add(y, as_floating(bias))


def conv1d(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    x, kernel = as_floating(x), as_floating(kernel)
    taps, channels, filters = kernel.shape
    if channels != x.shape[2]:
        raise ValueError(f"{x.shape[2]} channels, and a kernel for {channels}")
    where = _table(x.shape[1], taps, stride, padding, dilation, ("valid", "same", "causal"))
    rows = ops.reshape(_gather(x, where, 1), (-1, len(where), taps * channels))
    return _add(ops.matmul(rows, ops.reshape(kernel, (taps * channels, filters))), bias)


def conv1d_matrix(kernel, length, stride=1, padding="valid"):
    kernel = as_floating(kernel)
    taps, channels, filters = kernel.shape
    where = _table(length, taps, stride, padding)
    # The kernel's taps lie before a tap of zeros, which is where nothing meets.
    chosen = np.full((length + 1, len(where)), taps)
    for output, row in enumerate(where):
        chosen[row, output] = np.arange(taps)
    extended = ops.concatenate([kernel, ops.zeros((1, channels, filters), dtype=kernel.dtype)], axis=0)
    blocks = ops.take(extended, chosen[:length], axis=0)
    return ops.reshape(ops.swapaxes(blocks, 1, 2), (length * channels, len(where) * filters))


def conv2d(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    x, kernel = as_floating(x), as_floating(kernel)
    height, width, channels, filters = kernel.shape
    if channels * groups != x.shape[3] or filters % groups:
        raise ValueError("channels, filters and groups do not fit")
    down, right = _two(strides)
    rows = _table(x.shape[1], height, down, padding)
    columns = _table(x.shape[2], width, right, padding)
    windows = _gather(_gather(x, rows, 1), columns, 3)
    each = filters // groups
    answers = [
        ops.einsum(
            "nyixjc,ijcf->nyxf",
            windows[..., g * channels : (g + 1) * channels],
            kernel[..., g * each : (g + 1) * each],
        )
        for g in range(groups)
    ]
    return _add(ops.concatenate(answers, axis=-1), bias)


def pool2d(x, pool_size=2, strides=None, padding="valid", mode="max"):
    x = as_floating(x)
    if mode not in ("max", "average"):
        raise ValueError(f"unknown mode {mode!r}")
    sizes = _two(pool_size)
    steps = sizes if strides is None else _two(strides)
    rows = _table(x.shape[1], sizes[0], steps[0], padding)
    columns = _table(x.shape[2], sizes[1], steps[1], padding)
    windows = _gather(_gather(x, rows, 1, -np.inf), columns, 3, -np.inf)
    if mode == "max":
        return ops.amax(windows, axis=(2, 4))
    windows = _gather(_gather(x, rows, 1), columns, 3)
    real = np.multiply.outer((rows < x.shape[1]).sum(axis=1), (columns < x.shape[2]).sum(axis=1))
    return ops.sum(windows, axis=(2, 4)) / ops.cast(real[None, :, :, None], x.dtype)


def _walk(size, layers):
    """Of each layer its outputs, its span, its stride, and what it pads before."""
    for layer in layers:
        span = layer.get("dilation", 1) * (layer["kernel_size"] - 1) + 1
        stride = layer.get("stride", 1)
        where = _table(
            size, layer["kernel_size"], stride, layer.get("padding", "valid"), layer.get("dilation", 1),
            ("valid", "same", "causal"),
        )  # fmt: skip
        lacking = max((len(where) - 1) * stride + span - size, 0)
        before = {"valid": 0, "same": lacking // 2, "causal": span - 1}[layer.get("padding", "valid")]
        size = len(where)
        yield size, span, stride, before


def output_sizes(size, layers):
    return [outputs for outputs, *_ in _walk(size, layers)]


def receptive_field(size, layers):
    # Of output 0 and of its neighbour: where they begin; and where output 0 ends.
    passed = list(_walk(size, layers))
    first, second, end = 0, 1, 0
    for _, span, stride, before in reversed(passed):
        first, second, end = (
            first * stride - before,
            second * stride - before,
            end * stride - before + span - 1,
        )
    return end - first + 1, second - first, first
