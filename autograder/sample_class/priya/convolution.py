# Convolution, Priya. Windows are cut out first, then one tensordot.
import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

PREDICTIONS = {
    "impulse": "321",
    "parameters": 448,  # (3*3*3 + 1) * 16
    "three_3x3": 7,
    "shift_by_one": "can differ altogether",
}

ANSWERS = {
    "why_permuting": """
The dense network does not care: its first kernel has a row for each pixel, and in another order of pixels the
rows are just called something else. So its accuracy stays what it was, up to luck. The convolutional one gets
worse. Its windows join pixels that lie side by side, and after the permutation these come from all over the
picture, so there are no edges to be found in a window (locality). And what is found in one window tells
nothing about another one (shared weights). The wrong belief from the start: columns of a table, like age and
income, which have no neighbours.
""",
}


def plan(size, taps, stride, padding, dilation=1):
    """Zeros before, zeros after, outputs."""
    span = dilation * (taps - 1) + 1
    if padding == "valid":
        if span > size:
            raise ValueError(f"{span} is too long for {size}")
        return 0, 0, 1 + (size - span) // stride
    outputs = (size + stride - 1) // stride
    if padding == "same":
        zeros = max(0, span + stride * (outputs - 1) - size)
        return zeros // 2, (zeros + 1) // 2, outputs
    if padding == "causal":
        return span - 1, 0, outputs
    raise ValueError(f"padding: {padding}")


def two(value):
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def cut(x, axis, taps, stride, plan_of_axis, dilation=1, fill=0.0):
    """The taps along one axis, stacked in a new axis behind it."""
    before, after, outputs = plan_of_axis
    widths = [(0, 0)] * len(x.shape)
    widths[axis] = (before, after)
    x = ops.pad(x, widths, constant_values=fill)
    pieces = []
    for tap in range(taps):
        where = [slice(None)] * len(x.shape)
        where[axis] = slice(tap * dilation, tap * dilation + (outputs - 1) * stride + 1, stride)
        pieces.append(x[tuple(where)])
    return ops.stack(pieces, axis=axis + 1)


def conv1d(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    x, kernel = as_floating(x), as_floating(kernel)
    if x.shape[2] != kernel.shape[1]:
        raise ValueError("channels")
    taps = kernel.shape[0]
    windows = cut(x, 1, taps, stride, plan(x.shape[1], taps, stride, padding, dilation), dilation)
    y = ops.tensordot(windows, kernel, axes=[[2, 3], [0, 1]])
    if bias is not None:
        y = y + as_floating(bias)
    return y


def conv1d_matrix(kernel, length, stride=1, padding="valid"):
    if padding == "causal":
        raise ValueError("not here")
    kernel = as_floating(kernel)
    taps, channels, filters = kernel.shape
    before, _, outputs = plan(length, taps, stride, padding)
    none = ops.zeros((channels, filters), dtype=kernel.dtype)
    rows = []
    for t in range(length):
        row = []
        for o in range(outputs):
            k = t + before - o * stride
            row.append(kernel[k] if 0 <= k < taps else none)
        rows.append(ops.concatenate(row, axis=1))
    return ops.concatenate(rows, axis=0)


def conv2d(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    if padding == "causal":
        raise ValueError("images have no past")
    x, kernel = as_floating(x), as_floating(kernel)
    high, wide, channels, filters = kernel.shape
    if groups * channels != x.shape[3] or filters % groups:
        raise ValueError("groups")
    down, right = two(strides)
    windows = cut(x, 1, high, down, plan(x.shape[1], high, down, padding))
    windows = cut(windows, 3, wide, right, plan(x.shape[2], wide, right, padding))
    n = filters // groups
    y = [
        ops.tensordot(
            windows[..., g * channels : (g + 1) * channels],
            kernel[..., g * n : (g + 1) * n],
            axes=[[2, 4, 5], [0, 1, 2]],
        )
        for g in range(groups)
    ]
    y = ops.concatenate(y, axis=-1)
    return y if bias is None else y + as_floating(bias)


def pool2d(x, pool_size=2, strides=None, padding="valid", mode="max"):
    if padding == "causal" or mode not in {"max", "average"}:
        raise ValueError("padding or mode")
    high, wide = two(pool_size)
    down, right = (high, wide) if strides is None else two(strides)
    x = as_floating(x)
    rows, columns = plan(x.shape[1], high, down, padding), plan(x.shape[2], wide, right, padding)

    def windows(of, fill):
        return cut(cut(of, 1, high, down, rows, fill=fill), 3, wide, right, columns, fill=fill)

    if mode == "max":
        return ops.max(windows(x, -np.inf), axis=(2, 4))
    pixels = windows(ops.ones_like(x[:1]), 0.0)
    return ops.sum(windows(x, 0.0), axis=(2, 4)) / ops.sum(pixels, axis=(2, 4))


def output_sizes(size, layers):
    sizes = []
    for layer in layers:
        size = plan(
            size, layer["kernel_size"], layer.get("stride", 1), layer.get("padding", "valid"), layer.get("dilation", 1)
        )[2]
        sizes.append(size)
    return sizes


def receptive_field(size, layers):
    field = step = 1
    start = 0
    for layer in layers:
        stride, dilation = layer.get("stride", 1), layer.get("dilation", 1)
        before, _, size = plan(size, layer["kernel_size"], stride, layer.get("padding", "valid"), dilation)
        field += (layer["kernel_size"] - 1) * dilation * step
        start -= before * step
        step *= stride
    return field, step, start
