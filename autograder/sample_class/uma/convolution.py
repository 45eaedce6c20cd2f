import numpy as np
from keras import ops

from nnlearn.lesson import as_floating

# guesses
PREDICTIONS = {
    "impulse": "123",
    "parameters": 448,
    "three_3x3": 9,
    "shift_by_one": "shifts by a half",
}


def conv1d(x, kernel, bias=None, stride=1, padding="valid", dilation=1):
    x = as_floating(x)
    kernel = as_floating(kernel)
    K = kernel.shape[0]
    if x.shape[2] != kernel.shape[1]:
        raise ValueError("wrong channels")
    span = (K - 1) * dilation + 1
    if padding == "same":
        # span-1 zeros in all, then take every stride-th
        left = (span - 1) // 2
        x = ops.pad(x, [[0, 0], [left, span - 1 - left], [0, 0]])
    elif padding == "causal":
        x = ops.pad(x, [[0, 0], [span - 1, 0], [0, 0]])
    elif padding != "valid":
        raise ValueError("padding?")
    n = x.shape[1] - span + 1
    if n < 1:
        raise ValueError("too short")
    out = 0
    for k in range(K):
        out = out + ops.matmul(x[:, k * dilation : k * dilation + n], kernel[k])
    if bias is not None:
        out = out + bias
    return out[:, ::stride]


def conv1d_matrix(kernel, length, stride=1, padding="valid"):
    kernel = np.asarray(kernel)
    if kernel.dtype.kind != "f":
        kernel = kernel.astype("float32")
    K, C, F = kernel.shape
    if padding == "valid":
        outputs, before = (length - K) // stride + 1, 0
    elif padding == "same":
        outputs = int(np.ceil(length / stride))
        before = max((outputs - 1) * stride + K - length, 0) // 2
    else:
        raise ValueError("padding?")
    if outputs < 1:
        raise ValueError("too short")
    M = np.zeros((length * C, outputs * F), kernel.dtype)
    for o in range(outputs):
        for k in range(K):
            t = o * stride + k - before
            if t >= 0 and t < length:
                M[t * C : t * C + C, o * F : o * F + F] = kernel[k]
    return ops.convert_to_tensor(M)


def same(n, k, s):
    out = -(-n // s)
    total = max((out - 1) * s + k - n, 0)
    return total // 2, total - total // 2


def conv2d(x, kernel, bias=None, strides=1, padding="valid", groups=1):
    x = as_floating(x)
    kernel = as_floating(kernel)
    if isinstance(strides, int):
        strides = (strides, strides)
    sh, sw = strides
    KH, KW, c, F = kernel.shape
    C = x.shape[3]
    if c * groups != C or F % groups != 0:
        raise ValueError("channels / groups")
    if padding == "same":
        x = ops.pad(x, [(0, 0), same(x.shape[1], KH, sh), same(x.shape[2], KW, sw), (0, 0)])
    elif padding != "valid":
        raise ValueError("padding?")
    H = (x.shape[1] - KH) // sh + 1
    W = (x.shape[2] - KW) // sw + 1
    if x.shape[1] < KH or x.shape[2] < KW:
        raise ValueError("too small")
    parts = []
    for g in range(groups):
        xg = x[:, :, :, g::groups]  # the channels of group g
        kg = kernel[:, :, :, g * (F // groups) : (g + 1) * (F // groups)]
        y = 0
        for i in range(KH):
            for j in range(KW):
                y = y + ops.matmul(xg[:, i : i + (H - 1) * sh + 1 : sh, j : j + (W - 1) * sw + 1 : sw], kg[i, j])
        parts.append(y)
    y = ops.concatenate(parts, axis=-1)
    if bias is not None:
        y = y + bias
    return y


def pool2d(x, pool_size=2, strides=None, padding="valid", mode="max"):
    x = as_floating(x)
    if isinstance(pool_size, int):
        pool_size = (pool_size, pool_size)
    if strides is None:
        strides = pool_size
    if isinstance(strides, int):
        strides = (strides, strides)
    if mode not in ("max", "average"):
        raise ValueError("mode?")
    if padding == "same":
        x = ops.pad(
            x, [(0, 0), same(x.shape[1], pool_size[0], strides[0]), same(x.shape[2], pool_size[1], strides[1]), (0, 0)]
        )
    elif padding != "valid":
        raise ValueError("padding?")
    if x.shape[1] < pool_size[0] or x.shape[2] < pool_size[1]:
        raise ValueError("too small")
    H = (x.shape[1] - pool_size[0]) // strides[0] + 1
    W = (x.shape[2] - pool_size[1]) // strides[1] + 1
    cells = []
    for i in range(pool_size[0]):
        for j in range(pool_size[1]):
            cells.append(
                x[:, i : i + (H - 1) * strides[0] + 1 : strides[0], j : j + (W - 1) * strides[1] + 1 : strides[1]]
            )
    cells = ops.stack(cells)
    return ops.max(cells, axis=0) if mode == "max" else ops.mean(cells, axis=0)


def output_sizes(size, layers):
    result = []
    for layer in layers:
        k = (layer["kernel_size"] - 1) * layer.get("dilation", 1) + 1
        s = layer.get("stride", 1)
        p = layer.get("padding", "valid")
        if p == "valid":
            if k > size:
                raise ValueError("does not fit")
            size = (size - k) // s + 1
        elif p in ("same", "causal"):
            size = size // s
        else:
            raise ValueError("padding?")
        result.append(size)
    return result


def receptive_field(size, layers):
    field, step, start = 1, 1, 0
    for layer in layers:
        k = (layer["kernel_size"] - 1) * layer.get("dilation", 1) + 1
        s = layer.get("stride", 1)
        p = layer.get("padding", "valid")
        before = 0
        if p == "valid":
            if k > size:
                raise ValueError("does not fit")
            out = (size - k) // s + 1
        else:
            out = -(-size // s)
            if p == "same":
                before = same(size, k, s)[0]
            elif p == "causal":
                before = k - 1
            else:
                raise ValueError("padding?")
        field = field + (k - 1) * step
        start = start - before
        step = step * s
        size = out
    return field, step, start
