"""The optimizers of the reference go where Keras' own go, over a grid of settings, and through all of a life.

Gradients are the same for both and change from step to step, variables have distinct shapes, and one of them
has no gradient in some steps. Tolerance: 1e-6 * (1 + |w|), which the topic promises for float32 and for
float64 (Keras' SGD rounds its momentum to float32).
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from nnlearn.host import kit
from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402

ours = reference("optimizers")
SHAPES = ((2, 3), (4,), (), (2, 1, 2))
STEPS = 20
NAMES = ("SGD", "RMSprop", "Adam", "AdamW")


def gradients_of(dtype: str) -> list[list[Any]]:
    draw = np.random.default_rng(2)
    scales = (0.3, 1.0, 3.0, 0.05)
    steps: list[list[Any]] = [
        [(scale * draw.normal(size=shape)).astype(dtype) for shape, scale in zip(SHAPES, scales, strict=True)]
        for _ in range(STEPS)
    ]
    for place in (0, 3, 4, 11):
        steps[place][1] = None
    return steps


def starts_of(dtype: str) -> list[Any]:
    return [np.random.default_rng(len(shape)).normal(size=shape).astype(dtype) for shape in SHAPES]


def named(start: Any) -> Any:
    """A variable whose name says what it is, by which Keras' AdamW spares some."""
    return keras.Variable(start, dtype=start.dtype.name, name="vector" if start.ndim < 2 else "matrix")


def agree(name: str, rate: Any, dtype: str, theirs: dict[str, Any] | None = None, **settings: Any) -> None:
    """Each of 20 steps leads to the same place as Keras'."""
    made = getattr(ours, name)(rate, **settings)
    other = getattr(keras.optimizers, name)(rate, **(settings if theirs is None else theirs))
    if not settings.get("decay_vectors", True):
        other.exclude_from_weight_decay(var_names=["vector"])
    starts = [named(start) for start in starts_of(dtype)]
    others = [named(start) for start in starts_of(dtype)]
    steps = gradients_of(dtype)
    walks = (kit.steps(made.apply, steps, starts), kit.steps(other.apply, steps, others))
    for found, wanted in zip(*walks, strict=True):
        for got, right in zip(found, wanted, strict=True):
            assert got.dtype == right.dtype
            np.testing.assert_allclose(got, right, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.5, True), (1.0, True)])
def test_sgd(momentum: float, nesterov: bool, dtype: str) -> None:
    agree("SGD", 0.01, dtype, momentum=momentum, nesterov=nesterov)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("momentum", "centered"), list(itertools.product((0.0, 0.8), (False, True))))
def test_rmsprop(momentum: float, centered: bool, dtype: str) -> None:
    agree("RMSprop", 0.005, dtype, rho=0.8, momentum=momentum, epsilon=0.01, centered=centered)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("settings", [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.05}])
def test_adam(settings: dict[str, Any], dtype: str) -> None:
    agree("Adam", 0.005, dtype, **settings)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("spared", [False, True])
def test_adamw(spared: bool, dtype: str) -> None:
    settings: dict[str, Any] = {"beta_2": 0.95, "epsilon": 0.01, "weight_decay": 1.5}
    agree("AdamW", 0.005, dtype, settings, decay_vectors=not spared, **settings)


@pytest.mark.parametrize("name", NAMES)
def test_schedules_clipping_and_accumulation(name: str) -> None:
    schedule = kit.rates_by_step([0.01] * 7 + [0.002] * 5 + [0.005])
    agree(name, schedule, "float32", clipnorm=0.7)
    agree(name, 0.01, "float32", gradient_accumulation_steps=3, use_ema=True, global_clipnorm=1.0)


LIVES: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "RMSprop": {"momentum": 0.5, "centered": True, "epsilon": 0.01},
    "Adam": {"beta_2": 0.9},
    "AdamW": {"weight_decay": 0.5},
}


@pytest.mark.parametrize("name", LIVES)
def test_a_model_that_is_saved_in_the_middle_ends_where_keras_ends_without(name: str) -> None:
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(10, 3)).astype("float32"), draw.normal(size=(10, 2)).astype("float32")
    weights = [draw.normal(size=(3, 2)).astype("float32"), draw.normal(size=(2,)).astype("float32")]

    def compiled(module: Any) -> Any:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.set_weights(weights)
        model.compile(getattr(module, name)(0.02, **LIVES[name]), "mse", jit_compile=False)
        return model

    def trained(model: Any, epochs: int) -> Any:
        model.fit(x, y, batch_size=4, epochs=epochs, shuffle=False, verbose=0)
        return model

    loaded = kit.reloaded(trained(compiled(ours), 2), getattr(ours, name))
    assert type(loaded.optimizer) is getattr(ours, name)
    found, wanted = trained(loaded, 2), trained(compiled(keras.optimizers), 4)
    for got, right in zip(found.get_weights(), wanted.get_weights(), strict=True):
        np.testing.assert_allclose(got, right, rtol=2e-6, atol=2e-6)
    assert int(loaded.optimizer.iterations) == 12


def test_contraction_is_how_fast_keras_converges() -> None:
    """A hundred steps of Keras' own SGD on two bowls shrink their distance as it says, within 1 %."""
    curvatures = np.array([0.5, 4.0])
    for rate, momentum in ((0.2, 0.0), (0.05, 0.6), (0.3, 0.2)):
        w = np.array([1.0, 1.0])
        variable = keras.Variable(w, dtype="float64")
        optimizer, lengths = keras.optimizers.SGD(rate, momentum=momentum), []
        for _ in range(100):
            (w,) = kit.steps(optimizer.apply, [[curvatures * w]], [variable])[0]
            lengths.append(np.linalg.norm(w))
        measured = (lengths[-1] / lengths[49]) ** (1 / 50)
        assert measured == pytest.approx(ours.contraction(curvatures, rate, momentum), rel=1e-2)


def test_no_rate_and_momentum_nearby_contract_more_than_the_tuned_ones() -> None:
    curvatures = np.array([0.44, 5.56, 2.0])
    rate, momentum = ours.tune_heavy_ball(curvatures)
    best = ours.contraction(curvatures, rate, momentum)
    assert best == pytest.approx(momentum**0.5, abs=1e-6)
    for factor, shift in itertools.product((0.97, 1.0, 1.03), (-0.02, 0.0, 0.02)):
        assert ours.contraction(curvatures, rate * factor, momentum + shift) >= best - 1e-6
