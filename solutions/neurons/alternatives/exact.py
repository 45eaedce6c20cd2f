# Mostly NumPy: powers of two that round nothing, one table for kernel and bias, and points walked from right to left.
import functools
import itertools
import math
import operator

import numpy as np
import keras
from keras import ops


from nnlearn.lesson import as_floating


PREDICTIONS = {
    "xor_corners": 3,
    "input_shape": (32, 784),
    "twice_the_input": "2y - b",
    "dense_on_a_feature_map": 250890,
}


def _check_layer(kernel, bias):
    """Refuse a kernel without two axes, and a bias that is neither None nor a number for each unit."""
    if len(kernel.shape) != 2:
        raise ValueError(f"a kernel has two axes, not the shape {kernel.shape}")
    if bias is not None and tuple(bias.shape) != tuple(kernel.shape[1:]):
        raise ValueError(f"a bias of shape {bias.shape} does not fit a kernel of shape {kernel.shape}")


def affine(x, kernel, bias=None):
    x, kernel = as_floating(x), as_floating(kernel)
    bias = None if bias is None else as_floating(bias)
    _check_layer(kernel, bias)
    if not x.shape.rank or x.shape[-1] != kernel.shape[0]:
        raise ValueError(f"inputs of shape {x.shape} do not fit a kernel of shape {kernel.shape}")
    sums = ops.tensordot(x, kernel, axes=1)
    return sums if bias is None else ops.add(sums, bias)


@keras.saving.register_keras_serializable(package="neurons")
class Affine(keras.layers.Layer):
    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        try:
            self.units = operator.index(units)
        except TypeError:
            raise ValueError(f"units: {units!r} is no integer") from None
        if self.units < 1:
            raise ValueError(f"units: {units!r} is below 1")
        self.use_bias = bool(use_bias)
        self.kernel = self.bias = None

    def build(self, input_shape):
        shapes = {"kernel": (input_shape[-1], self.units), "bias": (self.units,)}
        starts = {"kernel": "glorot_uniform", "bias": "zeros"}
        for name in ("kernel", "bias") if self.use_bias else ("kernel",):
            setattr(self, name, self.add_weight(name=name, shape=shapes[name], initializer=starts[name]))
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: input_shape[-1]})

    def call(self, inputs):
        inputs = ops.cast(inputs, self.compute_dtype)
        outputs = ops.einsum("...n,nm->...m", inputs, self.kernel)
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return outputs

    def get_config(self):
        return {**super().get_config(), "units": self.units, "use_bias": self.use_bias}


def boundary(kernel, bias=None):
    kernel = as_floating(kernel)
    bias = None if bias is None else as_floating(bias)
    _check_layer(kernel, bias)
    dtype = keras.backend.standardize_dtype(kernel.dtype)
    w = ops.convert_to_numpy(kernel).astype("float64")
    b = np.zeros(w.shape[1]) if bias is None else ops.convert_to_numpy(bias).astype("float64")
    normal, offset, steepness = np.empty_like(w), np.empty_like(b), np.empty_like(b)
    for unit, column in enumerate(w.T):
        if not column.any():
            raise ValueError(f"the weights of unit {unit} are all zero: it has no boundary")
        _, exponent = math.frexp(np.abs(column).max())
        column = np.ldexp(column, -exponent)  # by a power of two, which rounds nothing: now between -1 and 1
        length = math.hypot(*column)
        normal[:, unit] = column / length
        offset[unit] = np.ldexp(-b[unit] / length, -exponent)
        steepness[unit] = np.ldexp(length, exponent - 2)
    return tuple(ops.convert_to_tensor(a.astype(dtype)) for a in (normal, offset, steepness))


def collapse_linear(layers):
    pairs = [(as_floating(k), None if b is None else as_floating(b)) for k, b in layers]
    if not pairs:
        raise ValueError("there is no layer")
    for kernel, bias in pairs:
        _check_layer(kernel, bias)
    for (before, _), (after, _) in itertools.pairwise(pairs):
        if before.shape[1] != after.shape[0]:
            raise ValueError(f"kernels of shapes {before.shape} and {after.shape} do not follow each other")

    def block(pair):
        """A layer as one table: (x, 1) @ [[W, 0], [b, 1]] = (xW + b, 1)."""
        kernel, bias = pair
        table = np.zeros((kernel.shape[0] + 1, kernel.shape[1] + 1))
        table[:-1, :-1] = ops.convert_to_numpy(kernel)
        table[-1, -1] = 1
        if bias is not None:
            table[-1, :-1] = ops.convert_to_numpy(bias)
        return table

    whole = functools.reduce(np.matmul, map(block, pairs))
    dtype = keras.backend.standardize_dtype(pairs[0][0].dtype)
    no_bias = all(bias is None for _, bias in pairs)
    return (
        ops.convert_to_tensor(whole[:-1, :-1].astype(dtype)),
        None if no_bias else ops.convert_to_tensor(whole[-1, :-1].astype(dtype)),
    )


def count_params(*layers):
    counts, seen = [0, 0], set()
    for layer in layers:
        if not layer.built:
            raise ValueError(f"{layer.name} has no weights yet: build it first")
        for kind, weights in enumerate((layer.trainable_weights, layer.non_trainable_weights)):
            for weight in weights:
                if id(weight) not in seen:
                    seen.add(id(weight))
                    counts[kind] += int(np.prod(weight.shape, dtype=int))
    return counts[0], counts[1]


def through_points(x, y):
    x, y = as_floating(x), as_floating(y)
    dtype = keras.backend.standardize_dtype(x.dtype)
    xs, ys = ops.convert_to_numpy(x), ops.convert_to_numpy(y)
    if xs.ndim != 1 or xs.size < 2 or ys.shape != xs.shape or not (xs[:-1] < xs[1:]).all():
        raise ValueError("x must be strictly increasing, of shape (N,) with N >= 2, and y as long")
    # From right to left, with relu(t - q). `height` is where the rounded network really is, so each segment
    # also puts right what rounding did to the ones before.
    kernel1, bias1, kernel2 = [], [], []
    height = float(ys[-1])
    for i in reversed(range(xs.size - 1)):
        left, right = float(xs[i]), float(xs[i + 1])
        power = 2.0 ** -round(math.log2(right - left))  # a power of two: multiplying by it rounds nothing
        width = power * (right - left)
        rise = float(np.asarray((float(ys[i]) - height) / width, dtype))
        kernel1 += [-power, -power]
        bias1 += [power * right, power * left]
        kernel2 += [rise, -rise]
        height += rise * width
    return (
        ops.convert_to_tensor(np.array(kernel1, dtype)[None]),
        ops.convert_to_tensor(np.array(bias1, dtype)),
        ops.convert_to_tensor(np.array(kernel2, dtype)[:, None]),
        ops.convert_to_tensor(ys[-1:]),
    )
