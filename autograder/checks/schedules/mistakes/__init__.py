"""Mistakes that people really make in the topic `schedules`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    exponential,
    warmup_cosine,
    chain,
    chain_config,
    plateau,
    plateau_rules,
    range_test,
    range_test_batches,
)
