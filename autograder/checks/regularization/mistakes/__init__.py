"""Mistakes that people really make in the topic `regularization`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    diagnose_fit,
    diagnose_fit_rules,
    elastic_net,
    max_norm,
    ridge,
    ridge_freedom,
    smoothing,
    smoothing_logs,
    early_stopper,
    early_stopper_weights,
    early_stopper_rules,
    early_stopper_state,
)
