"""The reference of `autodiff` gives what TensorFlow's tape gives in float64: formulas, a recurrence."""

from __future__ import annotations

import math
import types
from typing import Any

import numpy as np
import pytest

from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import tensorflow as tf  # noqa: E402


@pytest.fixture(scope="module")
def autodiff() -> types.ModuleType:
    return reference("autodiff")


def exp(x: Any) -> Any:
    return tf.exp(x) if tf.is_tensor(x) else x.exp()


def tanh(x: Any) -> Any:
    return tf.tanh(x) if tf.is_tensor(x) else x.tanh()


def log(x: Any) -> Any:
    return tf.math.log(x) if tf.is_tensor(x) else x.log()


def relu(x: Any) -> Any:
    return tf.nn.relu(x) if tf.is_tensor(x) else x.relu()


FORMULAS = [
    lambda a, b: a * b + a,
    lambda a, b: (a + b) * (a - b) / (a * a),
    lambda a, b: tanh(2 - a * b) ** 3 + relu(b - a),
    lambda a, b: log(a * a + 1) / exp(-b) - 3 / b,
    lambda a, b: sum([a, b, a]) * (-b) ** 2,
]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("point", [(2.0, 3.0), (-1.5, 0.5), (0.3, -2.0)])
def test_formulas(autodiff: types.ModuleType, formula: Any, point: tuple[float, float]) -> None:
    a, b = (tf.constant(x, tf.float64) for x in point)
    with tf.GradientTape() as tape:
        tape.watch((a, b))
        want = formula(a, b)
    slopes = [float(slope) for slope in tape.gradient(want, (a, b))]
    sources = [autodiff.Value(x) for x in point]
    got = formula(*sources)
    assert got.data == pytest.approx(float(want), rel=1e-12)
    assert autodiff.gradient(got, sources) == pytest.approx(slopes, rel=1e-9)
    autodiff.backward(got)
    assert [source.grad for source in sources] == pytest.approx(slopes, rel=1e-9)


@pytest.mark.parametrize("truncate", [None, 1, 2, 5, 6, 9])
def test_recurrence(autodiff: types.ModuleType, truncate: int | None) -> None:
    inputs = np.random.default_rng(3).normal(size=6).tolist()
    weights = tf.constant([0.9, 0.5], tf.float64)
    first = 0 if truncate is None else max(0, len(inputs) - truncate)
    with tf.GradientTape() as tape:
        tape.watch(weights)
        state = tf.constant(0.4, tf.float64)
        for step, x in enumerate(inputs):
            state = tf.stop_gradient(state) if step == first else state
            state = tf.tanh(weights[0] * state + weights[1] * x)
    final, *slopes = autodiff.recurrence_gradients(0.9, 0.5, 0.4, inputs, truncate)
    assert final == pytest.approx(float(state), rel=1e-12)
    assert slopes == pytest.approx(tape.gradient(state, weights).numpy().tolist(), rel=1e-9)


def test_what_is_not_there_is_none_and_what_is_flat_is_0(autodiff: types.ModuleType) -> None:
    a, b = tf.constant(-1.0, tf.float64), tf.constant(2.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch((a, b))
        y = tf.nn.relu(a)
    assert [slope if slope is None else float(slope) for slope in tape.gradient(y, (a, b))] == [0.0, None]
    sources = [autodiff.Value(-1.0), autodiff.Value(2.0)]
    assert autodiff.gradient(sources[0].relu(), sources) == [0.0, None]
    assert not math.isnan(autodiff.gradient(autodiff.Value(0.0) ** 0, sources)[0] or 0.0)
