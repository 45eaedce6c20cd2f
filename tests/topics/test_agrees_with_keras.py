"""The references do what Keras' built-ins of the same name do, over a grid of arguments.

Where Keras is only float32-accurate in float64 (leaky relu, exact gelu, layer normalization), the tolerance
says so. Keras'
losses get logits: a probability made by Keras remembers its logits, and is compared with nothing here.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import FLOATS, SHAPES, TOLERANCE, numbers, reference, same

start_keras()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402


def gradient(function: Any, x: Any) -> Any:
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.convert_to_tensor(function(x))
    return tape.gradient(y, x)


# activations -----------------------------------------------------------------------------------

activations = reference("activations")
POINTWISE = [
    ("relu", {}, {}),
    ("sigmoid", {}, {}),
    *(("leaky_relu", {"negative_slope": slope}, {"float64": 1e-6}) for slope in (0.2, 0.05, 1.5)),
    *(("gelu", {"approximate": flag}, {"float64": 1e-6}) for flag in (False, True)),
]


@pytest.mark.parametrize(("name", "kwargs", "loose"), POINTWISE)
@pytest.mark.parametrize("dtype", FLOATS)
def test_pointwise_activations(
    name: str, kwargs: dict[str, Any], loose: dict[str, float], dtype: str
) -> None:
    """Values at every rank, and gradients, at 0 too."""
    ours, theirs = getattr(activations, name), getattr(keras.ops, name)
    for shape in SHAPES:
        x = numbers(shape, dtype)
        same(ours(x, **kwargs), theirs(x, **kwargs), loose.get(dtype))
    x = np.append(numbers((9,), dtype, 2.0), np.zeros(1, dtype))
    slopes = (gradient(lambda x, f=f: f(x, **kwargs), x) for f in (ours, theirs))
    same(*slopes, tolerance=max(TOLERANCE[dtype], loose.get(dtype, 0)) * 3)


def test_defaults_of_activations() -> None:
    x = numbers((3, 4))
    for name in ("relu", "leaky_relu", "sigmoid", "softmax", "log_softmax"):
        same(getattr(activations, name)(x), getattr(keras.ops, name)(x))
    same(activations.gelu(x), keras.ops.gelu(x, approximate=False))
    same(activations.leaky_relu(x), keras.layers.LeakyReLU(negative_slope=0.2)(x))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", FLOATS)
def test_softmaxes(name: str, dtype: str) -> None:
    """Every axis of every rank, and large logits; gradients with an upstream gradient."""
    ours, theirs = getattr(activations, name), getattr(keras.ops, name)
    for shape, scale in itertools.product(SHAPES[1:], (3.0, 100.0)):
        x = numbers(shape, dtype, scale)
        for axis in range(-len(shape), len(shape)):
            same(ours(x, axis=axis), theirs(x, axis=axis), TOLERANCE[dtype] * 3)
    weigh = numbers((3, 4), dtype)
    slopes = (gradient(lambda x, f=f: f(x) * weigh, numbers((3, 4), dtype)) for f in (ours, theirs))
    same(*slopes, tolerance=TOLERANCE[dtype] * 20)


def test_integers_become_float32() -> None:
    for name in ("relu", "leaky_relu", "sigmoid", "gelu", "softmax", "log_softmax"):
        given = np.array([[3, -1, 0], [-2, 5, 1]])
        theirs = getattr(keras.ops, name)(given.astype("float32"), **GELU if name == "gelu" else {})
        same(getattr(activations, name)(given), theirs)


GELU = {"approximate": False}


# losses ----------------------------------------------------------------------------------------

losses = reference("losses")
PAIRS = [
    ("mean_squared_error", {}, {}),
    *(("huber", {"delta": delta}, {"delta": delta}) for delta in (1.0, 0.3, 2.5)),
    ("binary_crossentropy", {}, {"from_logits": True}),
]


@pytest.mark.parametrize(("name", "mine", "theirs"), PAIRS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_loss_functions(name: str, mine: dict[str, Any], theirs: dict[str, Any], dtype: str) -> None:
    """Value and gradient, for ranks 1 to 4, from small predictions to large ones."""
    for shape, scale in itertools.product(SHAPES[1:], (1.0, 20.0)):
        y_true = np.random.default_rng(3).integers(0, 2, shape).astype(dtype)
        y_pred = numbers(shape, dtype, scale)
        ours = getattr(losses, name)(y_true, y_pred, **mine)
        close = TOLERANCE[dtype] * 4
        same(ours, getattr(keras.losses, name)(y_true, y_pred, **theirs), close)
        slopes = (
            gradient(lambda z, f=f, k=k: f(y_true, z, **k), y_pred)  # noqa: B023 - used at once
            for f, k in ((getattr(losses, name), mine), (getattr(keras.losses, name), theirs))
        )
        same(*slopes, tolerance=close)


@pytest.mark.parametrize("dtype", FLOATS)
def test_sparse_categorical_crossentropy(dtype: str) -> None:
    for shape, scale in itertools.product(SHAPES[2:], (1.0, 20.0)):
        labels, logits = (
            np.random.default_rng(4).integers(0, shape[-1], shape[:-1]),
            numbers(shape, dtype, scale),
        )
        theirs = keras.losses.sparse_categorical_crossentropy
        ours = losses.sparse_categorical_crossentropy
        close = TOLERANCE[dtype] * 4
        same(ours(labels, logits), theirs(labels, logits, from_logits=True), close)
        slopes = (
            gradient(lambda z, f=f, k=k: f(labels, z, **k), logits)  # noqa: B023 - used at once
            for f, k in ((ours, {}), (theirs, {"from_logits": True}))
        )
        same(*slopes, tolerance=close)


@pytest.mark.parametrize("reduction", ["sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", None])
@pytest.mark.parametrize("shape", [(6,), (6, 3)])
def test_weighted_loss(reduction: str | None, shape: tuple[int, ...]) -> None:
    """Keras' own class and ours, with no weights, uneven ones, masks, and nothing but zeros."""
    ours = losses.WeightedLoss(keras.losses.mean_squared_error, reduction=reduction, name="mine")
    theirs = keras.losses.MeanSquaredError(reduction=reduction, name="mine")
    assert (ours.name, ours.reduction) == (theirs.name, theirs.reduction)
    y_true, y_pred = numbers((*shape, 4)), numbers((*shape, 4), scale=1.0)
    rng = np.random.default_rng(5)
    for weights in (
        None,
        rng.uniform(0.1, 5, shape).astype("float32"),
        rng.integers(0, 2, shape),
        np.zeros(shape, "float64"),
    ):
        same(ours(y_true, y_pred, weights), theirs(y_true, y_pred, weights))
    if reduction and len(shape) == 1:
        column = rng.uniform(0.1, 5, (*shape, 1)).astype("float32")
        same(ours(y_true, y_pred, column), theirs(y_true, y_pred, column))


def test_weighted_loss_has_keras_defaults_and_refusals() -> None:
    ours = losses.WeightedLoss(keras.losses.mean_squared_error)
    assert ours.reduction == keras.losses.MeanSquaredError().reduction
    for make in (losses.WeightedLoss, keras.losses.Loss):
        with pytest.raises(ValueError, match="average"):
            make(**{"fn": None} if make is losses.WeightedLoss else {}, reduction="average")


# dropout ---------------------------------------------------------------------------------------

dropout = reference("dropout")
LAYERS = [("Dropout", (40, 30)), ("SpatialDropout2D", (40, 3, 5, 30))]


@pytest.mark.parametrize(("name", "shape"), LAYERS)
@pytest.mark.parametrize("policy", ["float32", "float16", "float64", "mixed_float16"])
def test_dropout_layers(name: str, shape: tuple[int, ...], policy: str) -> None:
    """What does not depend on the coins: dtype, factors, shared axes, identity, state, config."""
    x = np.abs(numbers(shape)) + 1
    for rate, frozen in itertools.product((0.0, 0.3, 0.8), (False, True)):
        found = []
        for module in (dropout, keras.layers):
            layer = getattr(module, name)(rate, seed=3, dtype=policy, name="drop")
            layer.trainable = not frozen
            trained = layer(x, training=True)
            off = [keras.ops.convert_to_numpy(layer(x, **k)) for k in ({}, {"training": False})]
            y = keras.ops.convert_to_numpy(trained)
            given = x.astype(y.dtype)
            kept = y != 0
            factors = np.unique(np.round(y[kept].astype(float) / given[kept], 2)).tolist()
            alike = [bool((kept == kept.take([0], axis)).all()) for axis in range(kept.ndim)]
            again = keras.ops.convert_to_numpy(layer(x, training=True))
            facts = {
                "dtype": y.dtype.name,
                "factors": factors,
                "constant along": alike,
                "repeats": bool((y == again).all()),
                "off": all(np.array_equal(z, given) for z in off),
                "weights": len(layer.weights),
                "share": round(float(kept.mean()), 1),
                "config": {key: layer.get_config()[key] for key in ("rate", "seed", "name")},
            }
            found.append(facts)
        assert found[0] == found[1]


@pytest.mark.parametrize("rate", [-0.1, 1.5])
def test_dropout_refuses_the_rates_that_keras_refuses(rate: float) -> None:
    for name, _ in LAYERS:
        for module in (dropout, keras.layers):
            with pytest.raises(ValueError, match=str(rate)):
                getattr(module, name)(rate)


def test_dropout_of_everything() -> None:
    x = numbers((4, 5))
    same(dropout.Dropout(1.0)(x, training=True), keras.layers.Dropout(1.0)(x, training=True))


# normalization ---------------------------------------------------------------------------------

normalization = reference("normalization")
POLICIES = {"float32": 2e-6, "float16": 4e-3, "float64": 1e-9, "mixed_float16": 4e-3}


def twins(name: str, x: Any, **kwargs: Any) -> tuple[Any, Any]:
    """Our layer and Keras', built, with the same uneven weights."""
    layers = tuple(getattr(module, name)(**kwargs) for module in (normalization, keras.layers))
    for layer in layers:
        layer.build((None, *x.shape[1:]))
        rng = np.random.default_rng(6)
        layer.set_weights([rng.uniform(0.5, 2, w.shape) for w in layer.get_weights()])
    return layers


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4, 5)])
@pytest.mark.parametrize(("momentum", "epsilon"), [(0.99, 1e-3), (0.6, 0.1)])
def test_batch_normalization(policy: str, shape: tuple[int, ...], momentum: float, epsilon: float) -> None:
    """Outputs in every mode, frozen or not, and the weights after each call."""
    x = numbers(shape) + 1
    ours, theirs = twins("BatchNormalization", x, momentum=momentum, epsilon=epsilon, dtype=policy)
    close = POLICIES[policy]
    for trainable, training in itertools.product((True, False), (True, False, None)):
        ours.trainable = theirs.trainable = trainable
        same(ours(x, training=training), theirs(x, training=training), close * 4)
        for mine, keras_weight in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            same(mine, keras_weight, close * 4)
    assert {k: ours.get_config()[k] for k in ("momentum", "epsilon")} == {
        k: theirs.get_config()[k] for k in ("momentum", "epsilon")
    }


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("shape", [(4, 3), (2, 4, 3), (2, 3, 4, 5)])
@pytest.mark.parametrize("epsilon", [1e-3, 0.2])
def test_layer_normalization(policy: str, shape: tuple[int, ...], epsilon: float) -> None:
    x = numbers(shape) + 1
    close = max(POLICIES[policy], 2e-6)  # Keras' is accurate to float32 only, under float64 too
    ours, theirs = twins("LayerNormalization", x, epsilon=epsilon, dtype=policy)
    for training in (True, False):
        same(ours(x, training=training), theirs(x, training=training), close * 4)
    assert ours.get_config()["epsilon"] == theirs.get_config()["epsilon"]


@pytest.mark.parametrize("name", ["BatchNormalization", "LayerNormalization"])
def test_weights_are_those_of_keras(name: str) -> None:
    """Order, shape, start, dtype and trainable flag; the names are attributes."""
    x = numbers((4, 3))
    ours, theirs = (getattr(module, name)() for module in (normalization, keras.layers))
    for layer in (ours, theirs):
        layer(x)
    assert [w.trainable for w in ours.weights] == [w.trainable for w in theirs.weights]
    for mine, keras_weight in zip(ours.weights, theirs.weights, strict=True):
        assert getattr(ours, keras_weight.name) is mine
        same(mine, keras_weight)
    for layer in (ours, theirs):
        layer.trainable = False
    assert len(ours.trainable_variables) == len(theirs.trainable_variables) == 0
    assert len(ours.non_trainable_variables) == len(theirs.non_trainable_variables)


@pytest.mark.parametrize("name", ["BatchNormalization", "LayerNormalization"])
def test_gradients_through_normalization(name: str) -> None:
    """Through the statistics, and to gamma and beta."""
    x, upstream = numbers((6, 3)), numbers((6, 3), scale=1.0)
    found = []
    for layer in twins(name, x):
        tensor = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(tensor)
            y = layer(tensor, training=True)
        sources = [tensor, *(w.value for w in layer.trainable_variables)]
        found.append(tape.gradient(y, sources, output_gradients=tf.constant(upstream)))
    for ours, theirs in zip(*found, strict=True):
        same(ours, theirs, 2e-5)
