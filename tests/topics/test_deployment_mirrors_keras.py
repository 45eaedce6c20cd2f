"""The reference of `deployment` does what Keras, SciPy and hashlib do, where they do the same."""

from __future__ import annotations

import hashlib
import math
import types
from typing import Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped, unused-ignore]

from nnlearn.host import kit
from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402


@pytest.fixture(scope="module")
def deployment() -> types.ModuleType:
    return reference("deployment")


@pytest.fixture(scope="module")
def network() -> Any:
    """BatchNormalization and Dropout, trained for an epoch, so that the moving statistics have moved."""
    keras.utils.set_random_seed(4)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, "tanh"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(3),
        ]
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    x, y = raw(24), np.arange(24) % 3
    model.fit((x - 2) / 4, y, batch_size=8, epochs=1, verbose=0)
    return model


def raw(count: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).normal(2.0, 4.0, size=(count, 3)).astype("float32")


def test_answers_are_those_of_predict(deployment: types.ModuleType, network: Any) -> None:
    whole = network.predict(raw(23), batch_size=23, verbose=0)
    for size in (1, 4, 23, 100):
        answers = deployment.predict_batched(network, raw(23), size)
        assert isinstance(answers, np.ndarray)
        np.testing.assert_allclose(answers, whole, rtol=1e-5, atol=1e-6)
    assert deployment.predict_batched(network, raw(0), 4).shape == (0, 3)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "linear", "gelu", "log_softmax"])
def test_a_bundle_is_normalization_model_and_activation(
    deployment: types.ModuleType, network: Any, activation: str
) -> None:
    mean, scale = np.array([1.5, 2.0, -3.0]), np.array([2.0, 0.25, 5.0])
    layers = [
        keras.layers.Normalization(mean=mean, variance=scale**2),
        network,
        keras.layers.Activation(activation),
    ]
    theirs = keras.Sequential([keras.Input((3,)), *layers])
    ours = deployment.bundle(network, mean, scale, activation)
    for x in (raw(9), np.arange(27, dtype="uint8").reshape(9, 3), raw(9).astype("float64")):
        np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-5, atol=1e-5)


def test_the_life_of_a_bundle(deployment: types.ModuleType, network: Any) -> None:
    """Called, traced, asked by predict, saved, loaded, trained on: the original stays as it is."""
    ours = deployment.bundle(network, np.array([2.0, 2.0, 0.0]), np.array([4.0, 0.0, 4.0]))
    x, before = raw(8), [w.copy() for w in network.get_weights()]
    want = np.asarray(ours(x, training=False))
    loaded = kit.reloaded_elsewhere(ours)
    again = kit.reloaded_elsewhere(loaded)
    for answer in (kit.traced(ours, x), ours.predict(x, verbose=0), loaded(x), again(x)):
        np.testing.assert_allclose(answer, want, rtol=1e-5, atol=1e-6)
    loaded.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
    loaded.fit(x, np.arange(8) % 3, epochs=1, verbose=0)
    assert np.abs(np.asarray(loaded(x)) - want).max() > 1e-4
    np.testing.assert_allclose(ours(x), want, rtol=1e-6, atol=1e-7)
    assert all(np.array_equal(old, new) for old, new in zip(before, network.get_weights(), strict=True))


def test_percentiles_of_a_device(deployment: types.ModuleType) -> None:
    times = np.random.default_rng(2).gamma(1.0, 2.0, 40)
    device = kit.asynchronous([50.0] * 3 + list(times))
    found = deployment.benchmark(device.run, np.ones((6, 2)), repeats=40, clock=device.clock)
    assert found["p50"] == pytest.approx(np.median(times))
    assert found["p95"] == pytest.approx(stats.scoreatpercentile(times, 95))
    assert found["throughput"] == pytest.approx(6 / times.mean())


@pytest.mark.parametrize("shape", [(7,), (4, 5), (3, 3, 2, 6)])
def test_whole_numbers_are_those_of_keras(deployment: types.ModuleType, shape: tuple[int, ...]) -> None:
    """Keras names the axes that are reduced, returns the inverse of the scale, and adds an epsilon to it."""
    w = np.random.default_rng(3).normal(size=shape).astype("float32")
    for axis in (*range(-len(shape), len(shape)), None):
        others = tuple(i for i in range(len(shape)) if axis is None or i != axis % len(shape))
        q, scale = deployment.quantize_int8(w, axis)
        if not others:
            assert np.abs(q).tolist() == [127] * len(w)
            continue
        theirs, inverse = keras.quantizers.abs_max_quantize(w, axis=others, epsilon=0.0)
        np.testing.assert_allclose(scale, 1 / np.reshape(inverse, scale.shape), rtol=1e-6)
        quotients = w / scale
        is_near = np.abs(np.abs(quotients - np.floor(quotients)) - 0.5) < 1e-3
        assert np.all((q == np.asarray(theirs)) | is_near)
        assert np.abs(q * scale - w).max() <= 0.501 * scale.max()


def test_the_published_estimate_for_gpt3(deployment: types.ModuleType) -> None:
    """Patterson et al. 2021 have 1,287 MWh and 552 tonnes."""
    found = deployment.carbon_estimate([(330, 14.8 * 24, 10_000)], (300, 0.5, 32), 0, 1.1, 429)
    assert found["training_kwh"] == pytest.approx(1_287_000, rel=0.003)
    assert found["kg_co2e"] == pytest.approx(552_000, rel=0.003)
    assert deployment.carbon_estimate([], (0, 1, 1), 5, 1, 1)["break_even_requests"] == math.inf


@pytest.mark.parametrize(("n", "m"), [(3, 2), (5, 40), (60, 33), (200, 200)])
def test_statistics_are_those_of_scipy(deployment: types.ModuleType, n: int, m: int) -> None:
    """With ties and without; and the bound is where SciPy's limit for many rows has the level."""
    draw = np.random.default_rng(n)
    old, new = draw.normal(size=(n, 5)), draw.normal(0.3, 1.4, size=(m, 5))
    for a, b in ((old, new), (np.rint(2 * old), np.rint(2 * new)), (old.astype("float32"), old[:1])):
        found = deployment.drift(a, b)
        want = [stats.ks_2samp(a[:, i], b[:, i], method="asymp").statistic for i in range(5)]
        np.testing.assert_allclose(found["statistic"], want, rtol=0, atol=1e-12)
        bound = np.sqrt(-np.log(0.01 / 5 / 2) / 2) * np.sqrt((n + len(b)) / (n * len(b)))
        assert found["drifted"].tolist() == [statistic > bound for statistic in want]
    assert stats.kstwobign.sf(np.sqrt(-np.log(0.002 / 2) / 2)) == pytest.approx(0.002, rel=1e-4)


def test_places_are_those_of_sha256(deployment: types.ModuleType) -> None:
    users = range(2000)
    for salt in ("", "2.0"):
        places = [
            int(hashlib.sha256(f"{salt}:{user}".encode()).hexdigest()[:16], 16) / 16**16 for user in users
        ]
        for share in (0.0, 0.05, 0.2, 1.0):
            chosen = [deployment.in_rollout(user, share, salt) for user in users]
            assert chosen == [place < share for place in places]
            assert abs(np.mean(chosen) - share) <= 5 * math.sqrt(share * (1 - share) / len(users))
