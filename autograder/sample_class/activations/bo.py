import keras.ops as K


def f(x):
    x = K.convert_to_tensor(x)
    return x if "float" in str(x.dtype) else K.cast(x, "float32")


def relu(x):
    x = f(x)
    return x * K.cast(x > 0, x.dtype)


def leaky_relu(x, negative_slope=0.2):
    x = f(x)
    pos = K.cast(x > 0, x.dtype)
    return pos * x + (1 - pos) * negative_slope * x


def sigmoid(x):
    return K.tanh(f(x) / 2) / 2 + 0.5


def gelu(x, approximate=False):
    x = f(x)
    if approximate:
        t = K.minimum(K.maximum(x, -8), 8)
        return x * (K.tanh(0.7978845608 * (t + 0.044715 * t**3)) + 1) / 2
    return x * (K.erf(x * 0.7071067812) + 1) / 2


def log_softmax(x, axis=-1):
    x = f(x)
    x = x - K.max(x, axis, keepdims=True)
    return x - K.log(K.sum(K.exp(x), axis, keepdims=True))


def softmax(x, axis=-1):
    return K.exp(log_softmax(x, axis))


PREDICTIONS = {
    "stacked_affine": 10,
    "softmax_shift": "same",
    "ten_sigmoids": "1/1000000",
    "log_of_softmax": "-inf",
}
