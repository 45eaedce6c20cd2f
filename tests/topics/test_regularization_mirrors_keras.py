"""The reference of `regularization` does what Keras' classes and scikit-learn's `Ridge` do."""

from __future__ import annotations

import math
import types
import warnings
from typing import Any

import numpy as np
import pytest

from nnlearn.host.kit import deserialized, ends_of_trainings, reloaded, traced, value_and_gradient
from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402

NEAR = {"rtol": 1e-6, "atol": 1e-6}
SHAPES = ((4,), (5, 3), (3, 3, 2, 4))


@pytest.fixture(scope="module")
def topic() -> types.ModuleType:
    return reference("regularization")


def numbers(shape: tuple[int, ...], seed: int = 0) -> Any:
    x = np.random.default_rng(seed).normal(size=shape).astype("float32")
    x.flat[::5] = 0.0
    return x


@pytest.mark.parametrize("factors", [(0.0, 0.0), (0.1, 0.0), (0.0, 0.03), (0.25, 0.5), (1e-5, 10.0)])
def test_elastic_net(topic: types.ModuleType, factors: tuple[float, float]) -> None:
    ours, theirs = topic.ElasticNet(*factors), keras.regularizers.L1L2(*factors)
    for shape in SHAPES:
        x = numbers(shape)
        found, wanted = (value_and_gradient(one, x) for one in (ours, theirs))
        np.testing.assert_allclose(found[0], wanted[0], **NEAR)
        if any(factors):  # without factors, Keras' has no gradient at all
            np.testing.assert_allclose(found[1], wanted[1], **NEAR)
    assert ours.get_config() == theirs.get_config()


@pytest.mark.parametrize(("max_value", "axis"), [(2.0, 0), (0.5, -1), (1, [0]), (1.5, [0, 1])])
def test_max_norm(topic: types.ModuleType, max_value: float, axis: Any) -> None:
    """Twenty uneven steps of weights, each of them limited."""
    ours, theirs = topic.MaxNorm(max_value, axis), keras.constraints.MaxNorm(max_value, axis)
    one = other = np.zeros((5, 3), "float32")
    for step in range(20):
        change = numbers((5, 3), step) * (0.1 + step % 3)
        one, other = np.asarray(ours(one + change)), np.asarray(theirs(other + change))
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    kernel = numbers((3, 3, 2, 4))
    np.testing.assert_allclose(
        traced(topic.MaxNorm(1.0, [0, 1, 2]), kernel), limited_by_keras(kernel), **NEAR
    )


def limited_by_keras(kernel: Any) -> Any:
    return keras.constraints.MaxNorm(1.0, axis=[0, 1, 2])(kernel)


def model_with(penalty: Any, limit: Any) -> Any:
    """A model of a handful of weights, which are the same for each."""
    layer = keras.layers.Dense(2, use_bias=False, kernel_regularizer=penalty, kernel_constraint=limit)
    model = keras.Sequential([keras.Input((3,)), layer])
    model.set_weights([numbers((3, 2), 3)])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse", jit_compile=False)
    return model


def test_a_life_with_penalty_and_limit(topic: types.ModuleType) -> None:
    """Built, used in fit, saved, loaded and continued; loss and val_loss contain the penalty."""
    x, y = numbers((8, 3), 1), numbers((8, 2), 2)
    found = []
    for penalty, limit in (
        (topic.ElasticNet(0.02, 0.05), topic.MaxNorm(0.75)),
        (keras.regularizers.L1L2(0.02, 0.05), keras.constraints.MaxNorm(0.75)),
    ):
        model = model_with(penalty, limit)
        first = model.fit(x, y, batch_size=8, epochs=2, validation_data=(x, y), verbose=0).history
        loaded = reloaded(model, topic.ElasticNet, topic.MaxNorm)
        second = loaded.fit(x, y, batch_size=8, epochs=1, verbose=0).history
        found.append((first["loss"] + first["val_loss"] + second["loss"], loaded.get_weights()[0]))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-5)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-5, atol=1e-6)
    for made in (topic.ElasticNet(0.02, 0.05), topic.MaxNorm(0.75, [0, 1])):
        assert deserialized(made, type(made)).get_config() == made.get_config()


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3, 1.0])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_smoothed_crossentropy(topic: types.ModuleType, smoothing: float, classes: int) -> None:
    generator = np.random.default_rng(classes)
    labels, logits = generator.integers(0, classes, (4, 5)), generator.normal(size=(4, 5, classes)) * 5
    one_hot = np.eye(classes)[labels]

    def theirs(z: Any) -> Any:
        return keras.losses.categorical_crossentropy(one_hot, z, from_logits=True, label_smoothing=smoothing)

    def ours(z: Any) -> Any:
        return topic.smoothed_crossentropy(labels, z, smoothing)

    for found, wanted in zip(
        value_and_gradient(ours, logits), value_and_gradient(theirs, logits), strict=True
    ):
        np.testing.assert_allclose(found, wanted, **NEAR)
    np.testing.assert_allclose(traced(ours, logits.astype("float32")), theirs(logits), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("strength", [0.0, 1e-4, 0.01, 1.0])
@pytest.mark.parametrize("scaled", [True, False])
def test_ridge_on_diabetes(topic: types.ModuleType, strength: float, scaled: bool) -> None:
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import Ridge

    x, y = load_diabetes(return_X_y=True, scaled=scaled)
    weights, bias, freedom = topic.ridge(x, y, strength)
    model = Ridge(alpha=len(x) * strength, solver="svd").fit(x, y)
    np.testing.assert_allclose(weights, model.coef_, rtol=1e-8)
    np.testing.assert_allclose(bias, model.intercept_, rtol=1e-8)
    centered = x - x.mean(axis=0)
    inverse = np.linalg.inv(centered.T @ centered + len(x) * strength * np.eye(10))
    np.testing.assert_allclose(freedom, np.trace(centered @ inverse @ centered.T), rtol=1e-8)


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("patience", [0, 1, 3])
@pytest.mark.parametrize(
    ("min_delta", "start", "restore"), [(0.0, 0, True), (-0.2, 2, True), (0.1, 1, False)]
)
def test_early_stopper(
    topic: types.ModuleType, mode: str, patience: int, min_delta: float, start: int, restore: bool
) -> None:
    """Some hundred random logs, some without the number, some NaN; thirty trainings with one callback."""
    generator = np.random.default_rng(patience)
    trainings: list[list[dict[str, float]]] = []
    for _ in range(30):
        slope = np.linspace(2, 0, 10) * (1 if mode == "min" else -1)
        logs = [{"val_loss": float(one)} for one in generator.normal(size=10) + slope]
        logs[int(generator.integers(4, 10))] = {}
        logs[int(generator.integers(4, 10))] = {"val_loss": math.nan}
        trainings.append(logs)
    settings = {
        "monitor": "val_loss",
        "mode": mode,
        "min_delta": min_delta,
        "patience": patience,
        "start_from_epoch": start,
        "restore_best_weights": restore,
    }
    found = ends_of_trainings(topic.EarlyStopper(**settings), trainings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras says where the number is missing
        wanted = ends_of_trainings(keras.callbacks.EarlyStopping(**settings), trainings)
    for one, other in zip(found, wanted, strict=True):
        for key in ("epochs", "stopped", "weights", "best", "best_epoch"):
            assert one[key] == pytest.approx(other[key]), key
        assert (one["stopped_epoch"] or 0) == other["stopped_epoch"]


def test_early_stopper_in_fit(topic: types.ModuleType) -> None:
    """The same model with both, in a fit with validation data that is stopped."""
    x, y = numbers((6, 3), 1), numbers((6, 2), 2)
    found = []
    for make in (topic.EarlyStopper, keras.callbacks.EarlyStopping):
        callback, model = make(patience=1, restore_best_weights=True), model_with(None, None)
        history = model.fit(
            x, y, batch_size=6, epochs=4, validation_data=(-x, y), callbacks=[callback], verbose=0
        ).history
        found.append((len(history["loss"]), callback.best_epoch, model.get_weights()[0]))
    assert found[0][:2] == found[1][:2]
    np.testing.assert_allclose(found[0][2], found[1][2], **NEAR)
