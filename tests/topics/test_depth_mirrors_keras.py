"""The reference of `depth` gives what networks of Keras' own layers give, put together by hand."""

from __future__ import annotations

import itertools
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers, ops  # noqa: E402

NAMES = ("conv1", "norm1", "conv2", "norm2", "projection", "projection_norm")
SHAPES = ((3, 3, 3, 1), (2, 3, 3, 1), (3, 3, 2, 2), (2, 4, 1, 3))  # channels, filters, kernel size, stride


@pytest.fixture(scope="module")
def depth() -> types.ModuleType:
    return reference("depth")


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype("float32")


def agree(ours: Any, theirs: Any) -> None:
    """Within 1e-4 * (1 + |y|)."""
    theirs = np.asarray(theirs, "float64")
    assert np.shape(ours) == theirs.shape
    assert (np.abs(np.asarray(ours, "float64") - theirs) <= 1e-4 * (1 + np.abs(theirs))).all()


def put_together(
    filters: int, channels: int, size: int, stride: int, pre: bool
) -> tuple[Any, dict[str, Any]]:
    """A functional model of Keras' layers that is the block, and these by name."""
    conv = {"padding": "same", "use_bias": False}
    made: dict[str, Any] = {
        "conv1": layers.Conv2D(filters, size, stride, **conv),
        "norm1": layers.BatchNormalization(),
        "conv2": layers.Conv2D(filters, size, **conv),
        "norm2": layers.BatchNormalization(),
    }
    x = keras.Input((5, 6, channels))
    if stride > 1 or channels != filters:
        made["projection"] = layers.Conv2D(filters, 1, stride, **conv)
        if not pre:
            made["projection_norm"] = layers.BatchNormalization()
    relu = layers.ReLU()
    if pre:
        a = relu(made["norm1"](x))
        branch = made["conv2"](relu(made["norm2"](made["conv1"](a))))
        shortcut = made["projection"](a) if "projection" in made else x
        return keras.Model(x, layers.Add()([shortcut, branch])), made
    branch = made["norm2"](made["conv2"](relu(made["norm1"](made["conv1"](x)))))
    shortcut = made["projection_norm"](made["projection"](x)) if "projection" in made else x
    return keras.Model(x, relu(layers.Add()([shortcut, branch]))), made


@pytest.mark.parametrize("pre", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_block(depth: types.ModuleType, shape: tuple[int, ...], pre: bool) -> None:
    channels, filters, size, stride = shape
    block = depth.ResidualBlock(filters, size, stride, pre)
    x = numbers(4, 5, 6, channels)
    block(x)
    theirs, made = put_together(filters, channels, size, stride, pre)
    for name in NAMES:
        ours = getattr(block, name)
        if name not in made:
            assert ours is None
            continue
        values = [np.abs(numbers(*each.shape, seed=len(name))) / 2 + 0.1 for each in ours.get_weights()]
        ours.set_weights(values)
        made[name].set_weights(values)
    for training in (False, True):
        agree(block(x, training=training), theirs(x, training=training))
    for name, layer in made.items():
        for ours, wanted in zip(getattr(block, name).get_weights(), layer.get_weights(), strict=True):
            agree(ours, wanted)


def test_block_through_its_life(depth: types.ModuleType, tmp_path: Path) -> None:
    """Trained by a compiled fit, saved, loaded and trained on, beside Keras' own."""
    theirs, made = put_together(3, 2, 3, 2, False)
    block = depth.ResidualBlock(3, stride=2, zero_init=False)
    ours = keras.Sequential([keras.Input((5, 6, 2)), block])
    for name, layer in made.items():
        getattr(block, name).set_weights(layer.get_weights())
    x, y = numbers(8, 5, 6, 2), numbers(8, 3, 3, 3)
    for model in (ours, theirs):
        model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse", jit_compile=False)
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    agree(ours.predict_on_batch(x), theirs.predict_on_batch(x))
    ours.save(tmp_path / "ours.keras")
    kinds = {"ResidualBlock": depth.ResidualBlock}
    loaded = keras.saving.load_model(tmp_path / "ours.keras", custom_objects=kinds)
    agree(loaded.predict_on_batch(x), theirs.predict_on_batch(x))
    for model in (loaded, theirs):
        model.fit(x, y, batch_size=4, epochs=1, shuffle=False, verbose=0)
    agree(loaded.predict_on_batch(x), theirs.predict_on_batch(x))


def gathered(values: list[Any], residual: bool, normalize: bool, x: Any) -> Any:
    """What a network with these weights gives in training, layer by layer, in Keras' own layers."""
    values = list(values)

    def dense(h: Any, *, bias: bool) -> Any:
        layer = layers.Dense(values[0].shape[1], use_bias=bias)
        layer.build(h.shape)
        layer.set_weights([values.pop(0) for _ in layer.weights])
        return layer(h)

    def active(h: Any) -> Any:
        if normalize:
            norm = layers.BatchNormalization()
            norm.build(h.shape)
            norm.set_weights([values.pop(0) for _ in range(4)])
            h = norm(h, training=True)
        return ops.relu(h)

    h = dense(x, bias=not normalize)
    while len(values) > (6 if normalize else 2):
        b = dense(active(h), bias=not normalize)
        h = h + b if residual else b
    return dense(active(h), bias=True)


@pytest.mark.parametrize(("residual", "normalize"), list(itertools.product((False, True), repeat=2)))
def test_networks(depth: types.ModuleType, residual: bool, normalize: bool) -> None:
    x = numbers(7, 4)
    for blocks in (1, 3):
        model = depth.build_mlp(4, 2, 5, blocks, residual, normalize, seed=blocks)
        agree(model(x, training=True), gathered(model.get_weights(), residual, normalize, x))


def test_kernels_are_drawn_as_he_normal(depth: types.ModuleType) -> None:
    for residual in (False, True):
        kernels = [k for k in depth.build_mlp(80, 40, 60, 3, residual).get_weights() if k.ndim == 2]
        for number, kernel in enumerate(kernels):
            theirs = np.asarray(keras.initializers.HeNormal(seed=number)(kernel.shape))
            share = 1 / 3 if residual and 0 < number < 4 else 1.0
            deviation = 1.2 / np.sqrt(kernel.size)
            assert abs(np.mean(kernel**2) / share / np.mean(theirs**2) - 1) < 10 * deviation
            assert abs(np.abs(kernel).max() / share**0.5 / np.abs(theirs).max() - 1) < 0.03


def test_norms_are_those_of_a_tape(depth: types.ModuleType) -> None:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x, y = numbers(16, 4), np.arange(16) % 3
    for residual, normalize in itertools.product((False, True), repeat=2):
        model = depth.build_mlp(4, 3, 5, 3, residual, normalize)
        weights = model.get_weights()
        found = depth.gradient_norms(model, loss, x, y)
        for one, other in zip(model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(one, other)
        with tf.GradientTape() as tape:
            total = loss(y, model(x, training=True))
        slopes = tape.gradient(total, model.trainable_variables)
        agree(found, [np.linalg.norm(slope) for slope in slopes if slope.ndim == 2])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_deeper_networks(depth: types.ModuleType, position: int, dtype: str) -> None:
    kinds = ((4, "relu"), (5, None), (3, "relu"), (2, "tanh"))
    dense = [layers.Dense(units, kind, dtype=dtype) for units, kind in kinds]
    model = keras.Sequential([keras.Input((6,), dtype=dtype), *dense])
    x = numbers(8, 6).astype(dtype)
    deeper = depth.deepen(depth.deepen(model, position), position)
    assert len(deeper.layers) == 6
    np.testing.assert_allclose(deeper(x), model(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("order", list(itertools.permutations(["conv", "bn", "relu"])))
def test_no_bias_is_missed_or_useless(depth: types.ModuleType, order: tuple[str, ...]) -> None:
    """A bias that a convolution has changes the output in training; one that it has not would not."""
    stack = depth.conv_stack("-".join(order), [2, 3])
    following = [*stack[1:], None]
    for layer, after in zip(stack, following, strict=True):
        if isinstance(layer, layers.Conv2D):
            assert layer.use_bias is not isinstance(after, layers.BatchNormalization)
    x = numbers(2, 4, 4, 1)
    want = (2, 4, 4, 3)
    assert keras.Sequential(stack)(x).shape == want
