"""Trusted helpers that checks need on the learner's side.

A check cannot hand a Python function over, so what has to run next to the learner's objects lives here.
Each helper takes the objects themselves and returns plain data or objects, which the host passes on.
Keras and TensorFlow are imported when a helper runs: the process that only imports this package must not
have executed an operation.
"""

from nnlearn.host.kit.arguments import arguments_after, kept, walked_once, written_over
from nnlearn.host.kit.gradients import gradient, value_and_gradient, weight_gradients
from nnlearn.host.kit.models import rates_by_step, recorder, reloaded
from nnlearn.host.kit.tracing import compiled, on_tensors, tensors, traced

__all__ = [
    "arguments_after",
    "compiled",
    "gradient",
    "kept",
    "on_tensors",
    "rates_by_step",
    "recorder",
    "reloaded",
    "tensors",
    "traced",
    "value_and_gradient",
    "walked_once",
    "weight_gradients",
    "written_over",
]
