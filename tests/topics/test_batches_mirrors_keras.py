"""The reference of `batches` does what Keras, `tf.data` and SciPy do, where they do the same."""

from __future__ import annotations

import itertools
import types
from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped, unused-ignore]

from nnlearn.host import kit
from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

ROWS, SIZE, EPOCHS = 22, 8, 3


@pytest.fixture(scope="module")
def batches() -> types.ModuleType:
    return reference("batches")


def table() -> tuple[Any, Any]:
    draw = np.random.default_rng(5)
    return draw.normal(size=(ROWS, 2)).astype("float32"), draw.normal(size=(ROWS, 1)).astype("float32")


def descent(fed: list[Any], rate: float) -> Any:
    """Where plain gradient descent on a linear model is after these batches, by NumPy."""
    kernel, bias = np.zeros((2, 1)), np.zeros(1)
    for x, y in fed:
        error = 2 * (x @ kernel + bias - y) / len(x)
        kernel, bias = kernel - rate * x.T @ error, bias - rate * error.sum(axis=0)
    return kernel, bias


@pytest.mark.parametrize(("workers", "shuffle"), [(1, True), (2, True), (2, False)])
def test_three_epochs_of_fit(batches: types.ModuleType, workers: int, shuffle: bool) -> None:
    """Three epochs see the batches in their order, and end where NumPy's own descent does."""
    recorder, transform = kit.recorder(), kit.transform(factor=0.5, shift=1.0)
    options = {"seed": 3, "shuffle": shuffle, "transform": transform}
    source = batches.BatchSource(*table(), SIZE, workers=workers, **options)
    dense = keras.layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((2,)), recorder, dense])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(source, epochs=EPOCHS, shuffle=False, verbose=0)

    again = batches.BatchSource(*table(), SIZE, **options)
    again.on_epoch_end()  # as Keras does, before the first epoch
    expected = []
    for _ in range(EPOCHS):
        expected += list(again)
        again.on_epoch_end()
    assert len(recorder.batches) == len(expected) == EPOCHS * 3
    for seen, (x, _) in zip(recorder.batches, expected, strict=True):
        np.testing.assert_array_equal(seen, x)
    for found, want in zip(model.get_weights(), descent(expected, 0.1), strict=True):
        np.testing.assert_allclose(found, want, rtol=1e-4, atol=1e-5)

    # The next training goes on with the next epoch.
    model.fit(again, epochs=1, shuffle=False, verbose=0)
    again.on_epoch_end()
    assert len(recorder.batches) == len(expected) + 3
    rows = np.concatenate(recorder.batches[-3:])
    np.testing.assert_allclose(np.sort(rows[:, 0]), np.sort(0.5 * table()[0][:, 0] + 1), rtol=1e-6)
    assert shuffle != bool(np.array_equal(rows, np.concatenate(recorder.batches[:3])))


def test_evaluate_and_predict_take_a_source(batches: types.ModuleType) -> None:
    """Without shuffle, a source is as good as the arrays."""
    x, y = table()
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    source = batches.BatchSource(x, y, SIZE, shuffle=False)
    np.testing.assert_allclose(
        model.evaluate(source, verbose=0), model.evaluate(x, y, SIZE, verbose=0), rtol=1e-5
    )
    np.testing.assert_allclose(model.predict(source, verbose=0), model.predict(x, SIZE, verbose=0), rtol=1e-5)


@pytest.mark.parametrize(("count", "size"), [(200, 1), (200, 5), (200, 50), (30, 100)])
def test_a_shuffle_buffer_is_that_of_tf_data(batches: types.ModuleType, count: int, size: int) -> None:
    """Both obey one window, and items move as far, on average and at most."""
    moved: dict[str, list[float]] = {"ours": [], "theirs": []}
    for seed in range(16):
        theirs = tf.data.Dataset.range(count).shuffle(size, seed=seed + 1).as_numpy_iterator()
        orders = {"ours": list(batches.shuffle_buffer(range(count), size, seed)), "theirs": list(theirs)}
        for name, order in orders.items():
            assert sorted(order) == list(range(count))
            assert all(item < place + size for place, item in enumerate(order))
            moved[name].append(float(np.mean(np.abs(np.arange(count) - order))))
    ours, theirs = (np.array(moved[name]) for name in ("ours", "theirs"))
    spread = np.sqrt((ours.var() + theirs.var()) / len(ours))
    assert abs(ours.mean() - theirs.mean()) <= 5 * spread


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "int64"])
@pytest.mark.parametrize("shape", [(12, 1, 5, 1), (9, 4, 2, 3), (20, 3, 7, 2), (8, 2, 1, 1)])
def test_flips(batches: types.ModuleType, shape: tuple[int, ...], dtype: str) -> None:
    """Each image is itself or what TensorFlow makes of it, and a hot pixel stays under its point."""
    images = (np.arange(np.prod(shape)) % 200).reshape(shape).astype(dtype)
    mirrored = np.asarray(tf.image.flip_left_right(images))
    count, height, width, _ = shape
    points = np.stack(
        [np.arange(count * 2).reshape(count, 2) % width, np.arange(count * 2).reshape(count, 2) % height],
        axis=-1,
    )
    for seed in range(5):
        got, moved = batches.random_flip(images, points, seed)
        kept = (got == images).all(axis=(1, 2, 3))
        assert (kept | (got == mirrored).all(axis=(1, 2, 3))).all()
        for image, before, old, new in zip(got, images, points, moved, strict=True):
            for (x, y), (left, down) in zip(old, new, strict=True):
                np.testing.assert_array_equal(image[down, left], before[y, x])


@pytest.mark.parametrize("padding", [0, 1, 3])
@pytest.mark.parametrize("size", [(1, 1), (2, 4), (4, 3), (4, 5)])
def test_crops(batches: types.ModuleType, size: tuple[int, int], padding: int) -> None:
    """Each is one of the windows that TensorFlow cuts out of the image that it has padded."""
    images = 1 + np.arange(6 * 4 * 5 * 2).reshape(6, 4, 5, 2)
    tall, wide = 4 + 2 * padding, 5 + 2 * padding
    whole = np.asarray(tf.image.pad_to_bounding_box(images, padding, padding, tall, wide))
    windows = [
        np.asarray(tf.image.crop_to_bounding_box(whole, top, left, *size))
        for top, left in itertools.product(range(tall - size[0] + 1), range(wide - size[1] + 1))
    ]
    for seed in range(3):
        got = batches.random_crop(images, size, seed, padding)
        same = np.array([(got == window).all(axis=(1, 2, 3)) for window in windows])
        assert same.any(axis=0).all()


@pytest.mark.parametrize("alpha", [0.1, 0.4, 1.0, 3.0])
def test_shares_of_mixup(batches: types.ModuleType, alpha: float) -> None:
    """They are spread as SciPy says that Beta(alpha, alpha) is."""
    count = 2000
    x = np.concatenate([np.zeros((count, 1)), np.ones((count, 1))])
    shares = []
    for seed in range(2):
        blended, labels = batches.mixup(x, np.concatenate([1 - x, x], axis=1), alpha, seed)
        np.testing.assert_allclose(labels, np.concatenate([1 - blended, blended], axis=1), atol=1e-12)
        mixed = blended[:count, 0]
        shares.append(1 - mixed[mixed > 0])
    assert stats.kstest(np.concatenate(shares), stats.beta(alpha, alpha).cdf).pvalue > 1e-6


@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize("length", [None, 1, 3, 9])
@pytest.mark.parametrize("dtype", ["int32", "float16", "float64"])
def test_padding(batches: types.ModuleType, dtype: str, length: int | None, side: str) -> None:
    """It is that of `keras.utils.pad_sequences`, told to cut behind; the mask is that of ones."""
    draw = np.random.default_rng(2)
    for rest, value in itertools.product([(), (2,), (3, 1)], (0, -3)):
        sequences = [draw.integers(0, 5, size=(count, *rest)).astype(dtype) for count in (4, 0, 7, 1, 3)]
        how = {"maxlen": length, "padding": side, "truncating": "post"}
        array, mask = batches.pad_batch(sequences, length, value, side)
        want = keras.utils.pad_sequences(sequences, dtype=dtype, value=value, **how)
        np.testing.assert_array_equal(array, want, strict=True)
        ones = [np.ones(len(sequence)) for sequence in sequences]
        np.testing.assert_array_equal(mask, keras.utils.pad_sequences(ones, dtype="bool", **how), strict=True)


@pytest.mark.parametrize("size", [1, 3, 8, 100])
@pytest.mark.parametrize("boundaries", [[], [4], [3, 7, 8], [1, 20, 40]])
def test_buckets(batches: types.ModuleType, boundaries: list[int], size: int) -> None:
    """Sizes of batches in each bucket are those of `tf.data`, whose boundaries belong to the bucket above."""
    lengths = np.random.default_rng(7).integers(0, 25, size=60).astype("int32")
    bucket = np.searchsorted(boundaries, lengths)
    ours = [batch for seed in range(2) for batch in batches.bucket_batches(lengths, boundaries, size, seed)]
    if boundaries:
        theirs = tf.data.Dataset.range(60).bucket_by_sequence_length(
            lambda place: tf.gather(lengths, place),
            [boundary + 1 for boundary in boundaries],
            [size] * (len(boundaries) + 1),
        )
        want = list(theirs.as_numpy_iterator())
    else:
        want = list(tf.data.Dataset.range(60).batch(size).as_numpy_iterator())
    found = Counter((int(bucket[batch[0]]), len(batch)) for batch in ours)
    assert found == Counter((int(bucket[batch[0]]), len(batch)) for batch in [*want, *want])
    assert all(len(set(bucket[batch].tolist())) == 1 for batch in ours)
