# Step by step, with loops where they read more easily, and lists of what is left to do.
import keras
from keras import ops

from nnlearn.lesson import as_floating
import itertools

PREDICTIONS = {
    "xor_corners": 3,
    "input_shape": (32, 784),
    "twice_the_input": "2y - b",
    "dense_on_a_feature_map": 250890,
}


def check_bias(bias, units):
    if len(bias.shape) != 1:
        raise ValueError("the bias should have one axis")
    if bias.shape[0] != units:
        raise ValueError("the bias should have one number for each unit")


def affine(x, kernel, bias=None):
    x = as_floating(x)
    kernel = as_floating(kernel)
    if len(x.shape) < 1:
        raise ValueError("x is a single number")
    if len(kernel.shape) != 2:
        raise ValueError("the kernel should have two axes")
    if x.shape[-1] != kernel.shape[0]:
        raise ValueError("the kernel does not fit the inputs")
    outputs = []
    for unit in range(kernel.shape[1]):
        weights = kernel[:, unit]
        outputs.append(ops.sum(x * weights, axis=-1))
    result = ops.stack(outputs, axis=-1)
    if bias is not None:
        bias = as_floating(bias)
        check_bias(bias, kernel.shape[1])
        result = result + bias
    return result


class Affine(keras.layers.Layer):
    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        if type(units) is not int:
            raise ValueError("units should be an integer")
        if units <= 0:
            raise ValueError("units should be positive")
        self.units = units
        self.use_bias = use_bias
        self.bias = None

    def build(self, input_shape):
        inputs = input_shape[-1]
        self.kernel = self.add_weight(shape=(inputs, self.units), initializer="glorot_uniform", name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs):
        x = ops.cast(inputs, self.compute_dtype)
        result = ops.matmul(x, self.kernel)
        if self.use_bias:
            result = ops.add(result, self.bias)
        return result

    def get_config(self):
        config = super().get_config()
        config["units"] = self.units
        config["use_bias"] = self.use_bias
        return config


def boundary(kernel, bias=None):
    kernel = as_floating(kernel)
    if len(kernel.shape) != 2:
        raise ValueError("the kernel should have two axes")
    units = kernel.shape[1]
    if bias is None:
        bias = ops.zeros((units,), dtype=kernel.dtype)
    bias = as_floating(bias)
    check_bias(bias, units)
    normals, offsets, steepnesses = [], [], []
    for unit in range(units):
        weights = kernel[:, unit]
        biggest = ops.max(ops.abs(weights))
        if float(biggest) == 0.0:
            raise ValueError("all weights of a unit are zero")
        small = weights / biggest
        length = ops.sqrt(ops.sum(small * small))
        normals.append(small / length)
        offsets.append(-(bias[unit] / biggest) / length)
        steepnesses.append(biggest * (length / 4))
    return ops.stack(normals, axis=1), ops.stack(offsets), ops.stack(steepnesses)


def collapse_linear(layers):
    layers = list(layers)
    if len(layers) == 0:
        raise ValueError("no layers")
    kernels, biases = [], []
    for kernel, bias in layers:
        kernel = as_floating(kernel)
        if len(kernel.shape) != 2:
            raise ValueError("a kernel should have two axes")
        if kernels and kernels[-1].shape[1] != kernel.shape[0]:
            raise ValueError("two kernels do not fit")
        if bias is not None:
            bias = as_floating(bias)
            check_bias(bias, kernel.shape[1])
        kernels.append(kernel)
        biases.append(bias)
    total = kernels[0]
    for kernel in kernels[1:]:
        total = ops.matmul(total, kernel)
    summed = None
    for place, bias in enumerate(biases):
        if bias is None:
            continue
        for kernel in kernels[place + 1 :]:
            bias = ops.matmul(bias, kernel)
        summed = bias if summed is None else summed + bias
    return total, summed


def count_params(*layers):
    seen = []
    trainable = 0
    non_trainable = 0
    for layer in layers:
        if not layer.built:
            raise ValueError("a layer is not built")
        trained = [id(weight) for weight in layer.trainable_weights]
        for weight in layer.weights:
            if id(weight) in seen:
                continue
            seen.append(id(weight))
            size = 1
            for axis in weight.shape:
                size = size * axis
            if id(weight) in trained:
                trainable = trainable + size
            else:
                non_trainable = non_trainable + size
    return trainable, non_trainable


def through_points(x, y):
    x = as_floating(x)
    y = as_floating(y)
    if len(x.shape) != 1 or len(y.shape) != 1 or x.shape[0] != y.shape[0] or x.shape[0] < 2:
        raise ValueError("expected as many heights as places, two or more")
    for left, right in itertools.pairwise(x):
        if not float(left) < float(right):
            raise ValueError("x should be strictly increasing")
    bends = []
    old_slope = 0.0 * x[0]
    for i in range(x.shape[0] - 1):
        slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
        bends.append(slope - old_slope)
        old_slope = slope
    bends.append(-old_slope)
    kernel2 = ops.reshape(ops.stack(bends), (-1, 1))
    kernel1 = ops.ones_like(ops.transpose(kernel2))
    return kernel1, -x, kernel2, ops.reshape(y[0], (1,))
