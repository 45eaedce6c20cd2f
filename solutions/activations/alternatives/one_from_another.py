# Builds parts on parts: sigmoid is a softmax of two, softmax the exponential of log_softmax, which
# moves its axis to the end and back.
import math

from keras import ops

PREDICTIONS = {}
PREDICTIONS["stacked_affine"] = 4 * 2 + 2
PREDICTIONS["hidden_targets"] = 1
PREDICTIONS["activation_layer"] = 3 * 8 + 8
PREDICTIONS["right_for_the_job"] = "sigmoid"


def tensor(x):
    x = ops.convert_to_tensor(x)
    if x.dtype.name in ("float16", "float32", "float64"):
        return x
    return ops.cast(x, "float32")


def leaky_relu(x, negative_slope=0.2):
    x = tensor(x)
    slope = ops.where(x > 0, ops.ones_like(x), ops.full_like(x, negative_slope))
    return slope * x


def relu(x):
    return leaky_relu(x, 0.0)


def log_softmax(x, axis=-1):
    x = ops.moveaxis(tensor(x), axis, -1)
    x = x - x[..., :1]  # a first shift, so that the second is small
    x = x - ops.max(x, axis=-1)[..., None]
    y = x - ops.log(ops.sum(ops.exp(x), axis=-1))[..., None]
    return ops.moveaxis(y, -1, axis)


def softmax(x, axis=-1):
    return ops.exp(log_softmax(x, axis=axis))


def sigmoid(x):
    x = tensor(x)
    return softmax(ops.stack([ops.zeros_like(x), x], axis=-1))[..., 1]


def gelu(x, approximate=False):
    x = tensor(x)
    if approximate:
        gate = sigmoid(2 * math.sqrt(2 / math.pi) * x * (1 + 0.044715 * ops.square(x)))
    else:
        gate = (1 + ops.erf(x * math.sqrt(0.5))) / 2
    return x * gate
