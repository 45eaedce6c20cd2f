"""Mistakes that people really make in the topic `metrics`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    baselines,
    confusion_metric,
    confusion_metric_batches,
    confusion_metric_scores,
    roc_auc,
    expected_calibration_error,
    choose_threshold,
    bootstrap_interval,
)
