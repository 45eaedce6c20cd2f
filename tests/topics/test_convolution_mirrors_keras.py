"""The reference of `convolution` gives what Keras' layers give, wherever a window fits."""

from __future__ import annotations

import itertools
import types
from typing import Any

import numpy as np
import pytest

from nnlearn.runtime.quiet import start_keras
from tests.topics.agreement import reference

start_keras()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

NEAR = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-6}
STEPS = ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3))
SIZES = ((5, 8), (6, 7))


@pytest.fixture(scope="module")
def convolution() -> types.ModuleType:
    return reference("convolution")


def numbers(*shape: int, dtype: str = "float32") -> Any:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype)


def agree(ours: Any, theirs: Any, dtype: str = "float32") -> None:
    """Of one shape and dtype, and as near as the lesson asks for."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.dtype == dtype
    assert ours.shape == theirs.shape
    wanted = theirs.astype("float64")
    assert (np.abs(ours.astype("float64") - wanted) <= NEAR[dtype] * (1 + np.abs(wanted))).all()


def with_weights(layer: Any, shape: tuple[int, ...], *weights: Any) -> Any:
    layer.build(shape)
    layer.set_weights(list(weights))
    return layer


@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@pytest.mark.parametrize("taps", [1, 2, 3, 4, 5])
def test_conv1d(convolution: types.ModuleType, taps: int, padding: str) -> None:
    kernel, bias = numbers(taps, 3, 2), numbers(2)
    for length, (stride, dilation) in itertools.product((3, 6, 7), STEPS):
        x = numbers(2, length, 3)
        how = {"stride": stride, "padding": padding, "dilation": dilation}
        if padding == "valid" and (taps - 1) * dilation + 1 > length:
            with pytest.raises(ValueError, match="fit"):
                convolution.conv1d(x, kernel, bias, **how)
            continue
        layer = keras.layers.Conv1D(2, taps, strides=stride, padding=padding, dilation_rate=dilation)
        theirs = with_weights(layer, x.shape, kernel, bias)(x)
        agree(convolution.conv1d(x, kernel, bias, **how), theirs)
        stack = [{"kernel_size": taps, **how}]
        assert convolution.output_sizes(length, stack) == [theirs.shape[1]]
        if dilation == 1 and padding != "causal":
            matrix = convolution.conv1d_matrix(kernel, length, stride, padding)
            flat = x.reshape(2, -1) @ np.asarray(matrix) + np.tile(bias, theirs.shape[1])
            agree(flat.astype("float32"), np.reshape(theirs, (2, -1)))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("window", [(1, 1), (2, 3), (3, 2), (4, 1), (3, 3)])
def test_conv2d(convolution: types.ModuleType, window: tuple[int, int], padding: str) -> None:
    for size, (strides, groups) in itertools.product(SIZES, ((1, 2), (2, 1), ((1, 3), 4), ((3, 2), 2))):
        x, kernel, bias = numbers(2, *size, 4), numbers(*window, 4 // groups, 8), numbers(8)
        layer = keras.layers.Conv2D(8, window, strides, padding, groups=groups)
        theirs = with_weights(layer, x.shape, kernel, bias)(x)
        agree(convolution.conv2d(x, kernel, bias, strides, padding, groups), theirs)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("window", [1, 2, 3, (2, 3), (4, 1)])
def test_pool2d(convolution: types.ModuleType, window: Any, padding: str) -> None:
    kinds = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
    for size, strides, (mode, kind) in itertools.product(SIZES, (None, 2, (3, 1)), kinds.items()):
        x = numbers(2, *size, 3) - 2
        theirs = kind(window, strides, padding)(x)
        agree(convolution.pool2d(x, window, strides, padding, mode), theirs)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_dtypes(convolution: types.ModuleType, dtype: str) -> None:
    x, kernel = numbers(2, 7, 3, dtype=dtype), numbers(3, 3, 2, dtype=dtype)
    agree(
        convolution.conv1d(x, kernel, stride=2, padding="same"), keras.ops.conv(x, kernel, 2, "same"), dtype
    )
    x, kernel = numbers(2, 5, 6, 3, dtype=dtype), numbers(2, 2, 3, 2, dtype=dtype)
    agree(
        convolution.conv2d(x, kernel, strides=2, padding="same"), keras.ops.conv(x, kernel, 2, "same"), dtype
    )
    agree(convolution.pool2d(x, padding="same"), keras.ops.max_pool(x, 2, 2, "same"), dtype)
    ours = convolution.pool2d(x, padding="same", mode="average")
    agree(ours, keras.ops.average_pool(x, 2, 2, "same"), dtype)


def gradients(call: Any, *tensors: Any) -> list[Any]:
    """By each of the tensors, of a sum with uneven weights."""
    given = [tf.convert_to_tensor(each) for each in tensors]
    with tf.GradientTape() as tape:
        for each in given:
            tape.watch(each)
        y = call(*given)
        total = tf.reduce_sum(y * tf.cast(tf.reshape(tf.range(tf.size(y)), tf.shape(y)), y.dtype))
    return list(tape.gradient(total, given))


def test_gradients(convolution: types.ModuleType) -> None:
    cases = {
        "conv1d": (numbers(2, 7, 3), numbers(3, 3, 2), {"stride": 2, "padding": "same"}, (2, "same")),
        "conv2d": (numbers(2, 5, 6, 2), numbers(2, 3, 2, 3), {"strides": 2, "padding": "same"}, (2, "same")),
    }
    for name, (x, kernel, ours, theirs) in cases.items():
        found = gradients(lambda *given, n=name, how=ours: getattr(convolution, n)(*given, **how), x, kernel)
        wanted = gradients(lambda *given, how=theirs: keras.ops.conv(*given, *how), x, kernel)
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-4)
    x = numbers(2, 5, 6, 2)
    for mode, pool in (("max", keras.ops.max_pool), ("average", keras.ops.average_pool)):
        [found] = gradients(lambda x, m=mode: convolution.pool2d(x, 3, 2, "same", m), x)
        [wanted] = gradients(lambda x, p=pool: p(x, 3, 2, "same"), x)
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_fields_are_what_outputs_depend_on(convolution: types.ModuleType, seed: int) -> None:
    """Of a stack of Keras' layers with kernels of ones: a 1 at each place in turn, and where it arrives."""
    draw = np.random.default_rng(seed)
    size = int(draw.integers(24, 40))
    layers: list[dict[str, Any]] = []
    y = keras.ops.reshape(keras.ops.eye(size), (size, size, 1))
    for _ in range(int(draw.integers(1, 4))):
        layer = {
            "kernel_size": int(draw.integers(1, 4)),
            "padding": str(draw.choice(["valid", "same", "causal"])),
        }
        layer[str(draw.choice(["stride", "dilation"]))] = int(draw.integers(1, 3))
        layers.append(layer)
        theirs = keras.layers.Conv1D(
            1,
            layer["kernel_size"],
            strides=layer.get("stride", 1),
            padding=layer["padding"],
            dilation_rate=layer.get("dilation", 1),
            use_bias=False,
        )
        y = with_weights(theirs, y.shape, np.ones((layer["kernel_size"], 1, 1)))(y)
    reached = np.asarray(y)[..., 0] > 0
    assert convolution.output_sizes(size, layers)[-1] == reached.shape[1]
    field, step, start = convolution.receptive_field(size, layers)
    whole = 0
    for output in range(reached.shape[1]):
        places = np.flatnonzero(reached[:, output])
        first, last = start + output * step, start + output * step + field - 1
        if first >= 0 and last < size:
            whole += 1
            assert (places[0], places[-1]) == (first, last)
        else:
            assert places[0] >= first
            assert places[-1] <= last
    assert whole > 0
