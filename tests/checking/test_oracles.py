"""The oracles agree with Keras where Keras is right, and stay right where numbers are extreme."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnlearn.checking import oracles

X = np.random.default_rng(1).normal(scale=3, size=(4, 3, 5))
UPSTREAM = np.random.default_rng(2).normal(size=X.shape)


def gradient(function, x, upstream):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x, output_gradients=tf.constant(upstream))


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_shares_and_their_gradients(name, axis):
    def theirs(x):
        return getattr(keras.ops, name)(x, axis=axis)

    np.testing.assert_allclose(getattr(oracles, name)(X, axis), theirs(X), rtol=1e-12)
    ours = getattr(oracles, f"{name}_gradient")(X, UPSTREAM, axis)
    np.testing.assert_allclose(ours, gradient(theirs, X, UPSTREAM), rtol=1e-9, atol=1e-12)


def test_sigmoid_and_its_gradient():
    np.testing.assert_allclose(oracles.sigmoid(X), keras.ops.sigmoid(X), rtol=1e-12)
    ours = oracles.sigmoid_gradient(X, UPSTREAM)
    np.testing.assert_allclose(ours, gradient(keras.ops.sigmoid, X, UPSTREAM), rtol=1e-9)


def test_losses_and_their_gradients():
    labels = np.array([[0, 4, 2], [1, 1, 3], [2, 0, 0], [4, 3, 1]])
    targets = np.random.default_rng(3).uniform(size=X.shape)

    def crossentropy(z):
        return keras.losses.sparse_categorical_crossentropy(labels, z, from_logits=True)

    np.testing.assert_allclose(oracles.crossentropy(labels, X), crossentropy(X), rtol=1e-12)
    ours = oracles.crossentropy_gradient(labels, X, UPSTREAM[..., 0])
    np.testing.assert_allclose(ours, gradient(crossentropy, X, UPSTREAM[..., 0]), rtol=1e-9, atol=1e-12)
    theirs = keras.losses.binary_crossentropy(targets, X, from_logits=True)
    np.testing.assert_allclose(oracles.binary_crossentropy(targets, X), theirs, rtol=1e-12)
    theirs = keras.losses.mean_squared_error(targets, X)
    np.testing.assert_allclose(oracles.mean_squared_error(targets, X), theirs, rtol=1e-12)


def test_normalization():
    norm = keras.layers.BatchNormalization(epsilon=0.3, dtype="float64")
    ours = oracles.standardized(X, *oracles.moments(X, (0, 1)), 0.3)
    np.testing.assert_allclose(ours, norm(X, training=True), rtol=1e-9, atol=1e-12)


def test_extreme_logits_give_no_overflow():
    x = np.array([[1e4, 0.0, -1e4]])
    with np.errstate(all="raise", under="ignore"):
        assert oracles.log_softmax(x).tolist() == [[0.0, -1e4, -2e4]]
        assert oracles.sigmoid(x).tolist() == [[1.0, 0.5, 0.0]]
        assert oracles.sigmoid_gradient(x).tolist() == [[0.0, 0.25, 0.0]]
        assert oracles.crossentropy([2], x).tolist() == [2e4]
        assert oracles.binary_crossentropy(np.zeros((1, 3)), x) == pytest.approx((1e4 + np.log(2)) / 3)


def test_a_policy_is_as_exact_as_what_it_computes_in():
    assert oracles.tolerance("mixed_float16") == oracles.tolerance("float16")
    assert oracles.tolerance("float32", atol=1) == {"rtol": 1e-5, "atol": 1}
