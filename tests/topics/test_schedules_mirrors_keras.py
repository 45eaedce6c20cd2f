"""The reference of `schedules` gives what Keras' schedules and `ReduceLROnPlateau` give, step by step."""

from __future__ import annotations

import itertools
import math
import types
from typing import Any

import numpy as np
import pytest

from nnlearn.host.kit import compiled, rates_of_epochs
from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402

NEAR = 1e-6
FAR_BEYOND = (1000, 12_345, 1_000_000)


@pytest.fixture(scope="module")
def schedules() -> types.ModuleType:
    return reference("schedules")


def agree(ours: Any, theirs: Any, steps: Any, *, later: int = 0) -> None:
    """Both give the same for ints, and the reference for tensors that have no value yet."""
    wanted = np.array([float(theirs(max(step - later, 0))) for step in steps])
    found = np.array([float(ours(step)) for step in steps])
    np.testing.assert_allclose(found, wanted, rtol=NEAR, atol=NEAR)
    graph = compiled(ours)
    traced = np.array([float(graph(np.asarray(step, "int64"))) for step in steps])
    np.testing.assert_allclose(traced, wanted, rtol=NEAR, atol=NEAR)


def around(*places: int) -> list[int]:
    """Steps around these, from one before to one after, those between, and far beyond."""
    near = {place + by for place in places for by in (-1, 0, 1)}
    between = {(one + other) // 2 for one, other in itertools.pairwise(places)}
    return sorted(step for step in near | between if step >= 0) + list(FAR_BEYOND)


@pytest.mark.parametrize("staircase", [False, True])
@pytest.mark.parametrize(("initial", "rate", "period"), [(0.1, 0.5, 10), (2.0, 0.96, 7), (1.0, 1.0, 1)])
def test_exponential(
    schedules: types.ModuleType, initial: float, rate: float, period: int, staircase: bool
) -> None:
    theirs = keras.optimizers.schedules.ExponentialDecay(initial, period, rate, staircase=staircase)
    steps = around(0, period, 2 * period, 5 * period, 9 * period)
    agree(schedules.Exponential(initial, rate, period, staircase), theirs, steps)
    floor = initial * rate**3
    limited = schedules.Exponential(initial, rate, period, staircase, floor)
    agree(limited, lambda step: max(float(theirs(step)), floor), steps)


@pytest.mark.parametrize(("total", "warmup"), [(20, 0), (20, 1), (20, 7), (20, 19), (1, 0), (300, 50)])
@pytest.mark.parametrize(("start", "end"), [(0.0, 0.0), (0.05, 0.0), (0.1, 0.2)])
def test_warmup_cosine(
    schedules: types.ModuleType, total: int, warmup: int, start: float, end: float
) -> None:
    peak = 0.4
    of_warmup = {"warmup_target": peak, "warmup_steps": warmup} if warmup else {}
    first = start if warmup else peak
    theirs = keras.optimizers.schedules.CosineDecay(first, total - warmup, alpha=end / peak, **of_warmup)
    agree(
        schedules.WarmupCosine(peak, total, warmup, start, end), theirs, around(0, warmup, total, 2 * total)
    )


def test_chain_of_numbers_is_a_step_ahead_of_piecewise_constant_decay(schedules: types.ModuleType) -> None:
    """Keras counts a boundary to what ends there, so its boundary 4 is 5 here."""
    values, boundaries = [0.5, 0.25, 0.125, 0.0625], [4, 9, 30]
    theirs = keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, values)
    agree(schedules.Chain(values, [one + 1 for one in boundaries]), theirs, around(0, 4, 5, 9, 10, 30, 31))


def test_chain_hands_each_its_own_step(schedules: types.ModuleType) -> None:
    of_keras = keras.optimizers.schedules
    members = [of_keras.ExponentialDecay(0.4, 5, 0.5), of_keras.CosineDecay(0.3, 12), 0.01]
    inner = schedules.Chain(members[1:], [20])
    for chain in (schedules.Chain(members, [6, 26]), schedules.Chain([members[0], inner], [6])):
        agree(chain, members[0], range(6))
        agree(chain, members[1], range(6, 26), later=6)
        agree(chain, lambda _: 0.01, [26, 27, *FAR_BEYOND])
        with keras.saving.custom_object_scope({"Chain": schedules.Chain}):
            copy = of_keras.deserialize(of_keras.serialize(chain))
        agree(copy, chain, around(0, 6, 26))


@pytest.mark.parametrize("cooldown", [0, 1, 3])
@pytest.mark.parametrize("patience", [0, 1, 4])
@pytest.mark.parametrize(("min_delta", "min_lr"), [(0.0, 0.0), (0.02, 0.05)])
def test_reduce_on_plateau(
    schedules: types.ModuleType, cooldown: int, patience: int, min_delta: float, min_lr: float
) -> None:
    """300 random logs, some without the number, some NaN; two trainings with one callback."""
    generator = np.random.default_rng(10 * cooldown + patience)
    values = np.exp(-np.arange(300) / 80) + generator.normal(size=300) * 0.1
    values[generator.integers(1, 300, 9)] = math.nan
    missing = set(generator.integers(0, 300, 9).tolist()) - {0}
    logs = [{} if place in missing else {"val_loss": float(one)} for place, one in enumerate(values)]
    settings = {"factor": 0.7, "patience": patience, "min_delta": min_delta, "cooldown": cooldown}
    ours = schedules.ReduceOnPlateau(min_lr=min_lr, **settings)
    theirs = keras.callbacks.ReduceLROnPlateau(min_lr=min_lr, mode="min", **settings)
    with pytest.warns(UserWarning, match="not available"):
        wanted = rates_of_epochs(theirs, 3.0, logs, logs[:40])
    np.testing.assert_allclose(
        np.concatenate(rates_of_epochs(ours, 3.0, logs, logs[:40])), np.concatenate(wanted), rtol=NEAR
    )


@pytest.mark.parametrize(("low", "high", "rtol"), [(1e-3, 0.3, 1e-4), (1e-4, 10.0, 2e-2)])
def test_range_test_against_linear_regression(
    schedules: types.ModuleType, low: float, high: float, rtol: float
) -> None:
    generator = np.random.default_rng(5)
    x = generator.normal(size=(20, 3)).astype("float32")
    y = (x @ [[1.0], [-2.0], [0.5]] + generator.normal(size=(20, 1))).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    kernel, bias = (one.astype("float64") for one in model.get_weights())
    losses: list[float] = []
    for step in range(40):
        missed = x @ kernel + bias - y
        losses.append(float(np.mean(missed**2)))
        if losses[-1] > 4 * min(losses):
            break
        rate = low * (high / low) ** (step / 39)
        kernel, bias = kernel - rate * 2 * x.T @ missed / 20, bias - rate * 2 * missed.mean(axis=0)
    found = schedules.lr_range_test(
        model, keras.losses.mean_squared_error, x, y, low, high, steps=40, batch_size=20
    )
    np.testing.assert_allclose(found["losses"], losses, rtol=rtol)
    assert found["suggestion"] == found["rates"][int(np.argmin(found["losses"]))] / 10
