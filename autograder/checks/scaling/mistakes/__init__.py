"""Mistakes that people really make in the topic `scaling`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    conditioning,
    standardizer,
    standardizer_batches,
    standardizer_rules,
    split,
    split_rules,
    robust_scaler,
    robust_scaler_rules,
    symlog,
    to_float_image,
    denormalize,
)
