import math

import keras
from keras import ops


def as_floating(x):
    """Return `x` as a tensor: floating dtypes are kept, integers and booleans become float32.

    It is here so that you can use it in every part. You do not have to.
    """
    x = ops.convert_to_tensor(x)
    return x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32")


# Goran P.


def relu(x):
    x=as_floating(x)
    return ops.where(x>0,x,ops.zeros_like(x))

def leaky_relu(x,negative_slope=0.2):
    x=as_floating(x)
    return ops.maximum(negative_slope*x,x)

def sigmoid(x):
    x=as_floating(x)
    return 0.5*(1+ops.tanh(x/2))

def gelu(x,approximate=False):
    x=as_floating(x)
    if approximate:
        c=ops.clip(x,-10,10)
        return 0.5*x*(1+ops.tanh(0.7978845608028654*(c+0.044715*c*c*c)))
    return 0.5*x*(1+ops.erf(x/2**0.5))

def softmax(x,axis=-1):
    x=as_floating(x)
    e=ops.exp(x-ops.max(x,axis=axis,keepdims=True))
    return e/ops.sum(e,axis=axis)

def log_softmax(x,axis=-1):
    x=as_floating(x)
    s=x-ops.max(x,axis=axis,keepdims=True)
    return s-ops.log(ops.sum(ops.exp(s),axis=axis,keepdims=True))

PREDICTIONS = {
    "stacked_affine": 10,
    "hidden_targets": 1,
    "activation_layer": 32,
    "right_for_the_job": "sigmoid",
}
