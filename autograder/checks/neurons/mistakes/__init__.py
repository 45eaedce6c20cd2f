"""Mistakes that people really make in the topic `neurons`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    affine,
    layer_weights,
    layer_call,
    layer_arguments,
    boundary,
    boundary_arguments,
    collapse_linear,
    collapse_arguments,
    count_params,
    through_points,
    points_arguments,
)
