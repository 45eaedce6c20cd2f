"""Mistakes that people really make in the topic `activations`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    relu,
    leaky_relu,
    sigmoid,
    gelu,
    softmax,
    log_softmax,
)
