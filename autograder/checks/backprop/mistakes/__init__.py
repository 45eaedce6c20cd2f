"""Mistakes that people really make in the topic `backprop`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    every_part,
    unbroadcast,
    affine_backward,
    softmax_crossentropy_backward,
    gather_backward,
    batchnorm_formula,
    batchnorm_axes,
    mlp_backward,
    mlp_forward,
)
