"""The reference of `scaling` gives what scikit-learn, Keras and TensorFlow give, and NumPy's own descent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import preprocessing
from sklearn.datasets import load_wine

from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

scaling = reference("scaling")
WINES = load_wine().data
DTYPES = ("float16", "float32", "float64")
RELATIVE = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-9}
OF_THE_MEAN = {"float16": 1e-3, "float32": 1e-6, "float64": 1e-12}
SIZES = (1, 7, 2, 1, 19, 3, 1, 1, 5, 11, 2, 8, 1, 4, 30, 6, 2, 1, 9, 3)


def uneven(shape: tuple[int, ...], dtype: str) -> list[Any]:
    """Twenty batches of uneven sizes, whose features differ in size, mean and drift."""
    draw = np.random.default_rng(11)
    features = shape[-1]
    spread, mean = np.geomspace(0.5, 40, features), np.linspace(-60, 300, features)
    return [
        (draw.normal(size=(size, *shape)) * spread + mean + 0.1 * number).astype(dtype)
        for number, size in enumerate(SIZES)
    ]


def rows(x: Any) -> Any:
    return np.asarray(x, "float64").reshape(-1, x.shape[-1])


def is_near(z: Any, x: Any, center: Any, scale: Any, dtype: str) -> None:
    """As near as the lesson asks for."""
    assert np.asarray(z).dtype == dtype
    want = (np.asarray(x, "float64") - center) / scale
    allowed = RELATIVE[dtype] * (1 + np.abs(want)) + OF_THE_MEAN[dtype] * np.abs(center) / scale
    assert (np.abs(np.asarray(z, "float64") - want) <= allowed).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 1, 3)])
def test_updates_of_a_standardizer(dtype: str, shape: tuple[int, ...]) -> None:
    """Each of twenty uneven updates against `partial_fit`, and the last against Keras' layer."""
    ours, theirs = scaling.Standardizer(), preprocessing.StandardScaler()
    batches = uneven(shape, dtype)
    for batch in batches:
        ours.update(batch)
        theirs.partial_fit(rows(batch))
        if theirs.n_samples_seen_ > 1:
            np.testing.assert_allclose(ours.mean, theirs.mean_, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(ours.scale, theirs.scale_, rtol=1e-9)
            is_near(ours.transform(batch), batch, theirs.mean_, theirs.scale_, dtype)
    if dtype != "float32":
        return
    layer = keras.layers.Normalization()
    layer.adapt(np.concatenate([rows(batch) for batch in batches]).astype(dtype))
    np.testing.assert_allclose(ours.transform(batches[4]), layer(batches[4]), rtol=1e-3, atol=2e-3)
    np.testing.assert_allclose(ours.inverse(ours.transform(batches[4])), batches[4], rtol=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.1, -7.3, 1e8, 1e-30])
def test_constants_of_a_standardizer(value: float) -> None:
    """A constant has the scale 1, as with scikit-learn; Keras makes ten million of a change by 1."""
    ours, theirs = scaling.Standardizer(), preprocessing.StandardScaler()
    for size in SIZES:
        ours.update(np.full((size, 1), value))
    theirs.fit(np.full((sum(SIZES), 1), value))
    assert ours.scale == theirs.scale_ == 1
    np.testing.assert_allclose(ours.transform(np.full((1, 1), value + 1)), 1, rtol=1e-7)


def test_what_keras_makes_of_a_constant() -> None:
    """What the prediction about it, and the lesson, say."""
    layer = keras.layers.Normalization()
    layer.adapt(np.full((3, 1), 5.0, "float32"))
    np.testing.assert_allclose(layer(np.array([[6.0]], "float32")), 1e7, rtol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("between", [(25.0, 75.0), (0, 100), (12.5, 60), (1, 99), (70, 80)])
def test_a_robust_scaler(dtype: str, between: tuple[float, float]) -> None:
    """Against scikit-learn's, clipped or not."""
    x = WINES.astype(dtype)
    theirs = preprocessing.RobustScaler(quantile_range=between).fit(rows(x))
    for limit in (None, 0.5, 3.0):
        ours = scaling.RobustScaler(*between, limit=limit).fit(x)
        np.testing.assert_allclose(ours.center, theirs.center_, rtol=1e-12)
        np.testing.assert_allclose(ours.scale, theirs.scale_, rtol=1e-12)
        z, want = ours.transform(x), theirs.transform(rows(x))
        if limit is None:
            is_near(z, x, theirs.center_, theirs.scale_, dtype)
        else:
            is_near(z, np.clip(want, -limit, limit), 0.0, 1.0, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("threshold", [0.25, 1.0, 3, 40.0])
def test_symlog(dtype: str, threshold: float) -> None:
    """Values of both directions against NumPy's, and slopes against closed forms, 0 among them."""
    x = np.array([-900.0, -2.0, -0.01, 0.0, -0.0, 0.3, 5.0, 1000.0], dtype)
    wide = x.astype("float64")
    small = np.clip(wide, -5 * threshold, 5 * threshold).astype(dtype)
    size = np.abs(small.astype("float64")) / threshold
    shrunk = np.sign(wide) * threshold * np.log1p(np.abs(wide) / threshold)
    grown = np.sign(small) * threshold * np.expm1(size)
    cases = (
        (x, False, shrunk, 1 / (1 + np.abs(wide) / threshold)),
        (small, True, grown, np.exp(size)),
    )
    for given, inverse, value, slope in cases:
        tensor = tf.constant(given)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            result = scaling.symlog(tensor, threshold, inverse=inverse)
        assert result.dtype == dtype
        near = {"rtol": 3 * RELATIVE[dtype], "atol": OF_THE_MEAN[dtype]}
        np.testing.assert_allclose(result, value, **near)
        np.testing.assert_allclose(tape.gradient(result, tensor), slope, **near)


@pytest.mark.parametrize(
    "fractions", [(0.5, 0.5), (0.6, 0.2, 0.2), (0.7, 0.1, 0.1, 0.1), (1 / 3,) * 3, (0.29, 0.71)]
)
def test_split(fractions: tuple[float, ...]) -> None:
    """No class is a row off in a part, every row is somewhere, whatever the seed, and pairs are kept."""
    draw = np.random.default_rng(5)
    for seed in range(20):
        y = draw.integers(0, 6, int(draw.integers(1, 120)))
        x = np.arange(len(y))[:, None]
        parts = scaling.split(x, y, fractions, seed)
        assert sorted(np.concatenate([part[:, 0] for part, _ in parts])) == list(range(len(y)))
        for (part, labels), share in zip(parts, fractions, strict=True):
            assert (y[part[:, 0]] == labels).all()
            for label in range(6):
                assert abs(np.sum(labels == label) - share * np.sum(y == label)) < 1


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_images_to_floats(dtype: str) -> None:
    """Against TensorFlow's conversion, for all channels that there may be."""
    largest = np.iinfo(dtype).max
    numbers = np.random.default_rng(2).integers(0, largest, (5, 4, 4), endpoint=True).astype(dtype)
    for image in (numbers, numbers[..., :3], numbers[..., :1]):
        theirs = tf.image.convert_image_dtype(image[..., :3], tf.float32)
        np.testing.assert_allclose(scaling.to_float_image(image), theirs, rtol=1e-6)
    np.testing.assert_allclose(
        scaling.to_float_image(numbers[..., 0])[..., 0], numbers[..., 0] / largest, rtol=1e-6
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_denormalized_images(dtype: str) -> None:
    """What Keras' preprocessing for pretrained networks does is undone, for all grey levels."""
    levels = np.random.default_rng(3).permutation(np.arange(768) % 256).reshape(16, 16, 3)
    there = keras.applications.imagenet_utils.preprocess_input(levels.astype(dtype), mode="torch")
    back = scaling.denormalize(there, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, levels)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_conditioning(dtype: str) -> None:
    """Against singular values, and against descent: it ends below the rate, and explodes above."""
    draw = np.random.default_rng(7)
    scaled = (WINES - WINES.mean(axis=0)) / WINES.std(axis=0)
    tables = (scaled, WINES[:, :4], draw.normal(size=(9, 1)), draw.normal(size=(40, 5)) + 3)
    for table in tables:
        x = table.astype(dtype)
        rate, condition = scaling.conditioning(x)
        columns = np.concatenate([x.astype("float64"), np.ones((len(x), 1))], axis=1)
        np.testing.assert_allclose(condition, np.linalg.cond(columns) ** 2, rtol=1e-6)
        for share, ends in ((0.95, True), (1.05, False)):
            weights = np.linalg.svd(columns)[2][0]  # along the steepest axis
            for _ in range(200):
                weights = weights - share * rate * 2 / len(x) * columns.T @ (columns @ weights)
            assert (np.linalg.norm(weights) < 1) == ends
    np.testing.assert_allclose(scaling.conditioning(WINES)[1], 4.6e8, rtol=0.01)
    np.testing.assert_allclose(scaling.conditioning(scaled)[1], 46, rtol=0.02)
