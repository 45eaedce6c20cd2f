"""One strided slice of the padded input for each tap, halves added up in float32; the matrix is conv1d of the identity."""

import numpy as np
from keras import ops

from nnlearn.lesson import as_floating


PREDICTIONS = {
    "impulse": "321",
    "parameters": 448,
    "three_3x3": 7,
    "shift_by_one": "can differ altogether",
}


def _pads(n, span, stride, padding, allowed=("valid", "same", "causal")):
    """Zeros before, zeros after and the number of outputs, along one axis."""
    if padding not in allowed:
        raise ValueError(f"padding must be one of {allowed}, not {padding!r}")
    before = after = 0
    if padding == "same":
        outputs = -(-n // stride)
        total = max((outputs - 1) * stride + span - n, 0)
        before, after = total // 2, total - total // 2
    elif padding == "causal":
        before = span - 1
    room = n + before + after - span
    if room < 0:
        raise ValueError(f"a span of {span} does not fit into {n + before + after} steps")
    return before, after, room // stride + 1


def _pair(value):
    """Two Python ints from one integer or from two."""
    if isinstance(value, (tuple, list)):
        height, width = value
        return int(height), int(width)
    return int(value), int(value)


def _layer(layer):
    """Span, stride and padding of a layer's dictionary."""
    span = (int(layer["kernel_size"]) - 1) * int(layer.get("dilation", 1)) + 1
    return span, int(layer.get("stride", 1)), layer.get("padding", "valid")


def conv1d(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    x, kernel = as_floating(x), as_floating(kernel)
    dtype = x.dtype
    taps, channels, _ = kernel.shape
    if x.shape[2] != channels:
        raise ValueError(f"x has {x.shape[2]} channels, the kernel {channels}")
    before, after, outputs = _pads(x.shape[1], (taps - 1) * dilation + 1, stride, padding)
    if dtype in ("float16", "bfloat16"):  # add up in float32
        x, kernel = ops.cast(x, "float32"), ops.cast(kernel, "float32")
    padded = ops.pad(x, [[0, 0], [before, after], [0, 0]])
    y = 0
    for k in range(taps):
        first = k * dilation
        y = y + ops.matmul(padded[:, first : first + (outputs - 1) * stride + 1 : stride], kernel[k])
    if bias is not None:
        y = y + ops.cast(as_floating(bias), y.dtype)
    return ops.cast(y, dtype)


def conv1d_matrix(kernel, length, stride=1, padding="valid"):
    if padding == "causal":
        raise ValueError("padding must be valid or same, not causal")
    kernel = as_floating(kernel)
    channels = kernel.shape[1]
    # What a linear map makes of the rows of the identity are the rows of its matrix.
    units = np.eye(length * channels).reshape(length * channels, length, channels)
    y = conv1d(ops.cast(units, kernel.dtype), kernel, stride=stride, padding=padding)
    return ops.reshape(y, (length * channels, -1))


def conv2d(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    x, kernel = as_floating(x), as_floating(kernel)
    dtype = x.dtype
    high, wide, channels, filters = kernel.shape
    if x.shape[3] != groups * channels:
        raise ValueError(f"x has {x.shape[3]} channels, but {groups} groups of {channels} are needed")
    if filters % groups:
        raise ValueError(f"{filters} filters are no multiple of {groups} groups")
    down, right = _pair(strides)
    top, bottom, rows = _pads(x.shape[1], high, down, padding, ("valid", "same"))
    left, end, columns = _pads(x.shape[2], wide, right, padding, ("valid", "same"))
    if dtype in ("float16", "bfloat16"):
        x, kernel = ops.cast(x, "float32"), ops.cast(kernel, "float32")
    padded = ops.pad(x, [[0, 0], [top, bottom], [left, end], [0, 0]])
    each = filters // groups
    blocks = []
    for g in range(groups):
        mine = padded[..., g * channels : (g + 1) * channels]
        weights = kernel[..., g * each : (g + 1) * each]
        y = 0
        for i in range(high):
            for j in range(wide):
                met = mine[:, i : i + (rows - 1) * down + 1 : down, j : j + (columns - 1) * right + 1 : right]
                y = y + ops.matmul(met, weights[i, j])
        blocks.append(y)
    y = ops.concatenate(blocks, axis=-1)
    if bias is not None:
        y = y + ops.cast(as_floating(bias), y.dtype)
    return ops.cast(y, dtype)


def pool2d(x, pool_size=2, strides=None, padding="valid", mode="max"):
    if mode not in ("max", "average"):
        raise ValueError(f"mode must be max or average, not {mode!r}")
    x = as_floating(x)
    dtype = x.dtype
    high, wide = _pair(pool_size)
    down, right = _pair(pool_size if strides is None else strides)
    height, width = x.shape[1:3]
    top, bottom, rows = _pads(height, high, down, padding, ("valid", "same"))
    left, end, columns = _pads(width, wide, right, padding, ("valid", "same"))
    if dtype in ("float16", "bfloat16"):
        x = ops.cast(x, "float32")

    def windows(padded):
        return [
            padded[:, i : i + (rows - 1) * down + 1 : down, j : j + (columns - 1) * right + 1 : right]
            for i in range(high)
            for j in range(wide)
        ]

    widths = [[0, 0], [top, bottom], [left, end], [0, 0]]
    if mode == "max":
        y = None
        for piece in windows(ops.pad(x, widths, constant_values=-np.inf)):
            y = piece if y is None else ops.maximum(y, piece)
    else:
        count = sum(windows(np.pad(np.ones((1, height, width, 1)), widths)))
        y = sum(windows(ops.pad(x, widths))) / ops.cast(count, x.dtype)
    return ops.cast(y, dtype)


def output_sizes(size, layers):
    sizes = []
    size = int(size)
    for layer in layers:
        size = _pads(size, *_layer(layer))[2]
        sizes.append(size)
    return sizes


def receptive_field(size, layers):
    size = int(size)
    field, step, start = 1, 1, 0
    for layer in layers:
        span, stride, padding = _layer(layer)
        before, _, size = _pads(size, span, stride, padding)
        field += (span - 1) * step
        start -= before * step
        step *= stride
    return field, step, start
