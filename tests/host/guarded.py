"""A learner's part under the guard, and rules for it."""

from __future__ import annotations

import linecache
import types
from typing import Any

import numpy as np
import pytest

from nnlearn.host.guard import Guard
from nnlearn.protocol.requests import Rules

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

FILE = "part.py"
NAMES = (
    "keras.ops.softmax",
    "keras.activations.*",
    "keras.layers.Dropout",
    "keras.Model.predict",
    "tensorflow.nn.*",
)
KERNELS = ("kernel:Softmax", "kernel:LogSoftmax")
OPEN = ("keras.*", "tensorflow.*", "kernel:*")  # whatever is not forbidden
NOT_FORBIDDEN = Rules(NAMES, OPEN)
X = np.arange(12, dtype="float32").reshape(4, 3)


def learner(code: str) -> types.ModuleType:
    """A learner's module, loaded as the host loads it: before anything is watched."""
    module = types.ModuleType("part")
    module.__file__ = FILE
    vars(module).update(keras=keras, tf=tf, np=np)
    # AutoGraph reads the source.
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    exec(compile(code, FILE, "exec"), vars(module))
    return module


def hits(code: str, *args: Any, rules: Rules = NOT_FORBIDDEN, **kwargs: Any) -> tuple[str, ...]:
    """What the guard sees while `part` of this code is called."""
    guard = Guard(rules, {FILE})
    part = learner(code).part
    with guard.watching():
        part(*(args or (X,)), **kwargs)
    return guard.hits


ONLY_NAMES = Rules(("keras.ops.softmax",))
