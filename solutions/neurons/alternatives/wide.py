# Computed in float64 where that helps, and rounded once; a ramp between each pair of neighbours.
import math
import numbers

import keras
from keras import ops


from nnlearn.lesson import as_floating


PREDICTIONS = {
    "xor_corners": 3,
    "input_shape": (32, 784),
    "twice_the_input": "2y - b",
    "dense_on_a_feature_map": 250890,
}


def affine(x, kernel, bias=None):
    x, kernel = as_floating(x), as_floating(kernel)
    if len(kernel.shape) != 2:
        raise ValueError(f"the kernel needs two axes, not the shape {tuple(kernel.shape)}")
    if len(x.shape) == 0:
        raise ValueError("x is a single number, not a vector")
    if x.shape[-1] != kernel.shape[0]:
        raise ValueError(f"x has {x.shape[-1]} entries, the kernel {kernel.shape[0]} rows")
    z = ops.matmul(x, kernel)
    if bias is None:
        return z
    bias = as_floating(bias)
    if tuple(bias.shape) != (kernel.shape[1],):
        raise ValueError(f"bias must have the shape ({kernel.shape[1]},), not {tuple(bias.shape)}")
    return z + bias


class Affine(keras.layers.Layer):
    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(units, numbers.Integral) or units <= 0:
            raise ValueError(f"units must be a positive integer, not {units!r}")
        self.units = int(units)
        self.use_bias = use_bias

    def build(self, input_shape):
        if self.built:
            return
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], self.units), initializer="glorot_uniform"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        return affine(ops.cast(inputs, self.compute_dtype), self.kernel, self.bias)

    def get_config(self):
        config = super().get_config()
        config["units"] = self.units
        config["use_bias"] = self.use_bias
        return config


def boundary(kernel, bias=None):
    kernel = as_floating(kernel)
    dtype = kernel.dtype
    if len(kernel.shape) != 2:
        raise ValueError(f"the kernel needs two axes, not the shape {tuple(kernel.shape)}")
    units = kernel.shape[1]
    if bias is None:
        bias = ops.zeros((units,), dtype=dtype)
    bias = as_floating(bias)
    if tuple(bias.shape) != (units,):
        raise ValueError(f"bias must have the shape ({units},), not {tuple(bias.shape)}")
    if bool(ops.any(ops.all(ops.equal(kernel, 0), axis=0))):
        raise ValueError("a unit whose weights are all zero has no boundary")
    # |w| = largest * length: neither is out of range, the product may be, so it is never formed.
    kernel, bias = ops.cast(kernel, "float64"), ops.cast(bias, "float64")
    largest = ops.max(ops.abs(kernel), axis=0)
    scaled = kernel / largest
    length = ops.sqrt(ops.sum(ops.square(scaled), axis=0))
    normal = scaled / length
    offset = -(bias / length) / largest
    steepness = (length / 4) * largest
    return ops.cast(normal, dtype), ops.cast(offset, dtype), ops.cast(steepness, dtype)


def collapse_linear(layers):
    kernel = bias = None
    for next_kernel, next_bias in layers:
        next_kernel = as_floating(next_kernel)
        if len(next_kernel.shape) != 2:
            raise ValueError(f"a kernel needs two axes, not the shape {tuple(next_kernel.shape)}")
        if next_bias is not None:
            next_bias = as_floating(next_bias)
            if tuple(next_bias.shape) != (next_kernel.shape[1],):
                raise ValueError(f"a bias of shape {tuple(next_bias.shape)} for {next_kernel.shape[1]} units")
        if kernel is None:
            kernel, bias = next_kernel, next_bias
            continue
        if kernel.shape[1] != next_kernel.shape[0]:
            raise ValueError(f"{kernel.shape[1]} outputs go into a kernel of {next_kernel.shape[0]} rows")
        kernel = ops.matmul(kernel, next_kernel)
        if bias is not None:
            bias = ops.matmul(bias, next_kernel)
            if next_bias is not None:
                bias = bias + next_bias
        else:
            bias = next_bias
    if kernel is None:
        raise ValueError("there is no layer")
    return kernel, bias


def count_params(*layers):
    for layer in layers:
        if not layer.built:
            raise ValueError(f"{layer.name} is not built yet")
    trainable = {id(w): w for layer in layers for w in layer.trainable_weights}
    others = {id(w): w for layer in layers for w in layer.weights if id(w) not in trainable}
    return tuple(sum(math.prod(w.shape) for w in found.values()) for found in (trainable, others))


def through_points(x, y):
    x, y = as_floating(x), as_floating(y)
    if len(x.shape) != 1 or x.shape[0] < 2:
        raise ValueError(f"x must be one axis of two or more points, not {tuple(x.shape)}")
    if tuple(y.shape) != tuple(x.shape):
        raise ValueError(f"x has the shape {tuple(x.shape)}, y {tuple(y.shape)}")
    if not bool(ops.all(x[1:] > x[:-1])):
        raise ValueError("x is not strictly increasing")
    # For each segment two hinges with the *same* slope, one turned on at its start, one off at its end.
    # So whatever rounding did to the slope cancels exactly behind the segment.
    x64, y64 = ops.cast(x, "float64"), ops.cast(y, "float64")
    slope = ops.cast((y64[1:] - y64[:-1]) / (x64[1:] - x64[:-1]), x.dtype)
    bias1 = -ops.concatenate([x[:-1], x[1:]])
    kernel1 = ops.ones((1, bias1.shape[0]), dtype=x.dtype)
    kernel2 = ops.concatenate([slope, -slope])[:, None]
    return kernel1, bias1, kernel2, y[:1]
