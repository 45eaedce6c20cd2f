"""Mistakes that people make in the topic `initialization`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    activation_gain,
    compute_fans,
    lsuv,
    orthogonal,
    orthogonal_seeds,
    propagate_stats,
    variance_scaling,
    variance_seeds,
)
