"""Trusted helpers that checks need on the learner's side.

A check cannot hand a Python function over, so what has to run next to the learner's objects lives here.
Each helper takes the objects themselves and returns plain data or objects, which the host passes on.
Keras and TensorFlow are imported when a helper runs: the process that only imports this package must not
have executed an operation.
"""

from nnlearn.host.kit.arguments import arguments_after, kept, reused, walked_once, written_over
from nnlearn.host.kit.devices import asynchronous
from nnlearn.host.kit.feeding import counted, transform
from nnlearn.host.kit.functions import function
from nnlearn.host.kit.gradients import gradient, value_and_gradient, weight_gradients
from nnlearn.host.kit.graphs import chain, derivatives, distinct, graph, names_on_graph, on_graph, operate
from nnlearn.host.kit.models import rates_by_step, recorder, reloaded, reloaded_elsewhere
from nnlearn.host.kit.optimizers import resumed, steps
from nnlearn.host.kit.randomness import moved_generators
from nnlearn.host.kit.rates import ramp, rates_of_epochs
from nnlearn.host.kit.repeated import each
from nnlearn.host.kit.scaling import scaler
from nnlearn.host.kit.serialized import deserialized
from nnlearn.host.kit.tracing import compiled, on_tensors, tensors, traced
from nnlearn.host.kit.trainings import ends_of_trainings

__all__ = [
    "arguments_after",
    "asynchronous",
    "chain",
    "compiled",
    "counted",
    "derivatives",
    "deserialized",
    "distinct",
    "each",
    "ends_of_trainings",
    "function",
    "gradient",
    "graph",
    "kept",
    "moved_generators",
    "names_on_graph",
    "on_graph",
    "on_tensors",
    "operate",
    "ramp",
    "rates_by_step",
    "rates_of_epochs",
    "recorder",
    "reloaded",
    "reloaded_elsewhere",
    "resumed",
    "reused",
    "scaler",
    "steps",
    "tensors",
    "traced",
    "transform",
    "value_and_gradient",
    "walked_once",
    "weight_gradients",
    "written_over",
]
