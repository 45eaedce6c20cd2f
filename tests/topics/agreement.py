"""What tests have in common that compare a reference with what Keras or TensorFlow gives."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from autograder.engine.reference import reference_source
from nnlearn.catalogue import load_catalogue
from nnlearn.host.host import Host
from nnlearn.protocol.requests import Program
from nnlearn.runtime.quiet import start_keras

start_keras()

import keras  # noqa: E402

FLOATS = ("float16", "float32", "float64")
TOLERANCE = {"float16": 4e-3, "float32": 2e-6, "float64": 1e-12}
SHAPES = ((), (5,), (3, 4), (2, 3, 4), (2, 3, 2, 4))


def reference(topic: str) -> types.ModuleType:
    """The reference solutions of a topic, as a module."""
    cells = tuple((cell.name, cell.code) for cell in reference_source(load_catalogue().topic(topic)).cells)
    host = Host(Program(topic, cells, {}))
    assert host.load() == []
    return host._module


def numbers(shape: tuple[int, ...], dtype: str = "float32", scale: float = 3.0) -> Any:
    return np.random.default_rng(len(shape) + 7).normal(scale=scale, size=shape).astype(dtype)


def same(ours: Any, theirs: Any, tolerance: float | None = None) -> None:
    """Two results have one dtype, one shape and nearly the same numbers."""
    assert keras.backend.standardize_dtype(ours.dtype) == keras.backend.standardize_dtype(theirs.dtype)
    ours, theirs = keras.ops.convert_to_numpy(ours), keras.ops.convert_to_numpy(theirs)
    assert ours.shape == theirs.shape
    close = TOLERANCE[theirs.dtype.name] if tolerance is None else tolerance
    np.testing.assert_allclose(ours.astype(float), theirs.astype(float), rtol=close, atol=close)
