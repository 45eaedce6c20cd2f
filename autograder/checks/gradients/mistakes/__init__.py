"""Mistakes that people really make in the topic `gradients`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    numerical_gradient,
    numerical_gradient_steps,
    relative_error,
    gradient_check,
    gradient_check_errors,
    batch_dependency,
    straight_through,
    accumulator,
    accumulator_none,
    accumulator_rules,
)
