"""Mistakes that people really make in the topic `normalization`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    batch_statistics,
    batch_formula,
    batch_axes,
    batch_layer,
    rows_statistics,
    rows_formula,
    rows_layer,
    fold_batch_norm,
)
