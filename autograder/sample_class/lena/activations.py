import keras
from keras import ops


def relu(x):
    x = ops.convert_to_tensor(x)
    return ops.where(x > 0, x, ops.zeros_like(x))


def leaky_relu(x, negative_slope=0.2)
    x = ops.convert_to_tensor(x)
    return ops.where(x > 0, x, negative_slope * x)


def sigmoid(x):
    return 0.5 * (1 + ops.tanh(x / 2)


PREDICTIONS = {
    # A network has 4 inputs, then Dense(100), then Dense(2), and no activation anywhere.
    # It holds 4*100 + 100 + 100*2 + 2 = 702 numbers. One single Dense layer can compute the very
    # same function. How many numbers does that layer hold, biases included?
    # Allowed: an integer.
    "stacked_affine": 10,
    # You add 100 to every one of the numbers that go into a softmax. Its output becomes ...
    # Allowed: "sharper" (closer to one winner), "flatter" (closer to equal) or "same".
    "softmax_shift": "same",
    # On the way back through a network, the gradient is multiplied by the slope of each activation
    # it passes. After ten sigmoids (all weights 1) the gradient has shrunk to at most about ...
    # Allowed: "1/10", "1/1000" or "1/1000000".
    "ten_sigmoids": "1/1000000",
    # In float32 you compute p = softmax([0, 200]) with a perfect softmax. Then log(p[0]) is ...
    # Allowed: "-200", "0" or "-inf".
    "log_of_softmax": "-inf",
}
