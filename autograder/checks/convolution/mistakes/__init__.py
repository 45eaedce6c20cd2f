"""Mistakes that people really make in the topic `convolution`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    conv1d,
    conv1d_rules,
    conv1d_matrix,
    conv2d,
    conv2d_rules,
    pool2d,
    pool2d_rules,
    output_sizes,
    receptive_field,
)
