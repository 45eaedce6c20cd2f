import keras
from keras import ops as K


def _t(x):
    x = K.convert_to_tensor(x)
    if not keras.backend.is_float_dtype(x.dtype):
        x = K.cast(x, "float32")
    return x


def relu(x):
    x = _t(x)
    return K.where(x > 0, x, K.zeros_like(x))


def leaky_relu(x, negative_slope=0.2):
    x = _t(x)
    return K.where(x > 0, x, negative_slope * x)


def sigmoid(x):
    # sigmoid(x) = (1 + tanh(x/2)) / 2
    return 0.5 * (1 + K.tanh(_t(x) / 2))


def gelu(x, approximate=False):
    x = _t(x)
    if approximate:
        u = 0.7978845608028654 * (x + 0.044715 * x**3)
        up, down = K.exp(u), K.exp(-u)
        return 0.5 * x * (1 + (up - down) / (up + down))  # tanh is sinh / cosh
    return 0.5 * x * (1 + K.erf(x * 0.7071067811865476))


def softmax(x, axis=-1):
    x = _t(x)
    e = K.exp(x - K.max(x))  # so that nothing overflows
    return e / K.sum(e, axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    x = _t(x)
    x = x - K.max(x, axis=axis, keepdims=True)
    return x - K.log(K.sum(K.exp(x), axis=axis, keepdims=True))


PREDICTIONS = {
    "stacked_affine": 10,
    "softmax_shift": "same",
    "ten_sigmoids": "1/1000000",
    "log_of_softmax": "-inf",
}
