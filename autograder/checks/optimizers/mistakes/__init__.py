"""Mistakes that people really make in the topic `optimizers`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    sgd,
    sgd_life,
    rmsprop,
    rmsprop_life,
    adam,
    adam_life,
    adamw,
    adamw_life,
    contraction,
    tune_heavy_ball,
)
