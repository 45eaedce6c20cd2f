"""Mistakes that people really make in the topic `deployment`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    predict_batched,
    bundle,
    bundle_saved,
    benchmark,
    quantize_int8,
    carbon_estimate,
    drift,
    in_rollout,
)
