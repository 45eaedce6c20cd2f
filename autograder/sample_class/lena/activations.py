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
    "hidden_targets": 1,
    "activation_layer": 32,
    "right_for_the_job": "sigmoid",
}
