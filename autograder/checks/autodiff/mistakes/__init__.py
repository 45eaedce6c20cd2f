"""Mistakes that people really make in the topic `autodiff`, each with what a teacher would say.

Their order is that in which the files are imported here.
"""

from . import (
    value_slopes,
    value_operators,
    value_nodes,
    topological_order,
    gradient,
    backward,
    recurrence_gradients,
)
