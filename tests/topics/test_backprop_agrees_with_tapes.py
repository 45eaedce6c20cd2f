"""The reference of `backprop` gives what Keras and TensorFlow's tape give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import TOLERANCE, numbers, reference, same

start_keras()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

backprop = reference("backprop")
BATCHES = ((4,), (2, 3), (2, 1, 3))


def by_tape(function: Any, *args: Any, upstream: Any = None) -> list[Any]:
    """The gradients by all arguments."""
    tensors = [tf.convert_to_tensor(arg) for arg in args]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        result = function(*tensors)
    slopes = tape.gradient(result, tensors, output_gradients=upstream)
    # That of gather is a list of slices, one for each index.
    return [tf.convert_to_tensor(slope) for slope in slopes]


def all_same(ours: Any, theirs: Any, dtype: str, more: float = 10) -> None:
    for mine, their in zip(ours, theirs, strict=True):
        same(mine, their, more * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_backward_passes(dtype: str) -> None:
    """Each against the tape's, of TensorFlow's own operations."""
    for before, after in (
        ((3,), (4, 3)),
        ((4, 1), (5, 4, 3)),
        ((), (2, 3)),
        ((1, 3), (0, 3)),
        ((2, 1), (2, 1)),
    ):
        gradient = numbers(after, dtype)
        theirs = by_tape(lambda x, s=after: tf.broadcast_to(x, s), np.zeros(before, dtype), upstream=gradient)
        same(backprop.unbroadcast(gradient, before), theirs[0])
    for batch in BATCHES:
        x, kernel, bias = numbers((*batch, 3), dtype), numbers((3, 2), dtype), numbers((2,), dtype)
        upstream = numbers((*batch, 2), dtype)
        theirs = by_tape(lambda x, k, b: tf.tensordot(x, k, 1) + b, x, kernel, bias, upstream=upstream)
        all_same(backprop.affine_backward(upstream, x, kernel), theirs, dtype)
        indices = np.random.default_rng(2).integers(0, 5, batch)
        theirs = by_tape(lambda t, i=indices: tf.gather(t, i), numbers((5, 2), dtype), upstream=upstream)
        all_same([backprop.gather_backward(upstream, indices, 5)], theirs, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_softmax_crossentropy_backward(dtype: str, scale: float) -> None:
    """With Keras' own loss, reduced or not."""
    for batch in BATCHES:
        labels = np.random.default_rng(1).integers(0, 4, batch)
        logits, upstream = numbers((*batch, 4), dtype, scale), numbers(batch, dtype)

        def loss(z: Any, labels: Any = labels) -> Any:
            return keras.losses.sparse_categorical_crossentropy(labels, z, from_logits=True)

        ours = backprop.softmax_crossentropy_backward
        all_same([ours(logits, labels)], by_tape(lambda z, f=loss: tf.reduce_mean(f(z)), logits), dtype)
        all_same([ours(logits, labels, upstream)], by_tape(loss, logits, upstream=upstream), dtype)


@pytest.mark.parametrize("shape", [(6, 3), (2, 3, 2, 4)])
@pytest.mark.parametrize("epsilon", [1e-3, 0.5])
def test_batchnorm_backward(shape: tuple[int, ...], epsilon: float) -> None:
    """With Keras' layer in training mode."""
    layer = keras.layers.BatchNormalization(epsilon=epsilon, dtype="float64")
    layer.build(shape)
    x, upstream, gamma = (
        numbers(shape, "float64"),
        numbers(shape, "float64", 1.0),
        numbers(shape[-1:], "float64"),
    )
    layer.gamma.assign(gamma)
    x = x + np.arange(shape[-1])
    given = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(given)
        output = layer(given, training=True)
    wanted = [given, layer.gamma.value, layer.beta.value]
    theirs = tape.gradient(output, wanted, output_gradients=tf.convert_to_tensor(upstream))
    all_same(backprop.batchnorm_backward(upstream, x, gamma, epsilon=epsilon), theirs, "float64", more=1e6)


@pytest.mark.parametrize("widths", [(3, 4), (4, 5, 3), (2, 6, 6, 3), (3, 4, 4, 5, 2)])
def test_mlp_gradients(widths: tuple[int, ...]) -> None:
    """With a Keras model of dense layers, some of whose units get exactly 0."""
    model = keras.Sequential([keras.Input((widths[0],), dtype="float64")])
    for width in widths[1:-1]:
        model.add(keras.layers.Dense(width, activation="relu", dtype="float64"))
    model.add(keras.layers.Dense(widths[-1], dtype="float64"))
    rng = np.random.default_rng(6)
    model.set_weights([rng.integers(-2, 3, weight.shape).astype("float64") for weight in model.get_weights()])
    x, labels = rng.integers(-2, 3, (7, widths[0])).astype("float64"), rng.integers(0, widths[-1], 7)
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(labels, model(x), from_logits=True)
        loss = tf.reduce_mean(losses)
    theirs = tape.gradient(loss, [weight.value for weight in model.trainable_variables])
    values = model.get_weights()
    mine, pairs = backprop.mlp_gradients(x, labels, list(zip(values[::2], values[1::2], strict=True)))
    same(mine, loss)
    all_same([gradient for pair in pairs for gradient in pair], theirs, "float64")
