"""Mistakes that people really make in the topic `training_loop`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    minibatches,
    train_step,
    evaluate,
    fit_epochs,
    fit_stopping,
    fit_measuring,
    accumulate_gradients,
    clip_by_global_norm,
)
