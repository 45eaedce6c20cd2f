"""Mistakes that people really make in the topic `losses`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    every_loss,
    mean_squared_error,
    huber,
    binary_crossentropy,
    sparse_categorical_crossentropy,
    weighted_loss,
    output_head,
)
