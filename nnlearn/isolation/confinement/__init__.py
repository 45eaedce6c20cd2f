"""Keeps a learner's process to itself: what it may see, use and reach.

Each layer stands on its own and any may be missing on a given machine. `enclose` is called once by the
zygote before it imports anything large; `enclose_again` by each fork of it that is another zygote; `confine`
by each learner's process right after its fork.
"""

from nnlearn.isolation.confinement.bounds import Bounds, confine
from nnlearn.isolation.confinement.enclosure import Enclosure, enclose, enclose_again
from nnlearn.isolation.confinement.layers import LAYERS, Layer, layers_available, missing_layers

__all__ = [
    "LAYERS",
    "Bounds",
    "Enclosure",
    "Layer",
    "confine",
    "enclose",
    "enclose_again",
    "layers_available",
    "missing_layers",
]
