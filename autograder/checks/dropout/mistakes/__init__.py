"""Mistakes that people really make in the topic `dropout`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    dropout_function,
    layers_masks,
    layers_modes,
    layers_seeds,
    layers_rates,
    layers_in_models,
    dropout_layer,
    spatial_dropout,
    drop_path,
    mc_predict,
)
