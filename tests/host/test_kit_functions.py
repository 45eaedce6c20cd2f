"""The functions that checks hand over: what they compute, and that their text makes the very same."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnlearn.host import kit
from nnlearn.learner.literals import written
from nnlearn.protocol.functions import FUNCTIONS, parameters_of, text_of

X = np.array([[1.5, -2.0, 0.25], [3.0, 0.5, -1.0], [0.75, 4.0, 2.5]], "float32")
VALUES = {
    "weights": np.array([2.0, -1.0, 0.5], "float32"),
    "factor": 2.0,
    "step": 0.25,
    "mean": 0.5,
    "scale": 2.0,
    "matrix": np.array([[1.0, 0.5], [0.0, -2.0]], "float32"),
}
OF_TWO = ("volume", "first_alone", "share_of_equal", "mean_of_differences", "tensor_of_differences")
# What each makes of X, or of the first numbers of it where a parameter asks for that.
EXPECTED = {
    "sum_of_squares": (X**2).sum(),
    "sum_of_cubes": (X**3).sum(),
    "sum_of_relu": np.maximum(X, 0).sum(),
    "sum_of_rows": (X[[0, 2, 2]] ** 3).sum(),
    "sum_of_floors": np.floor(X).sum(),
    "sum_of_stopped": (X**2).sum(),
    "squares_of_a_tensor": (X**2).sum(),
    "float_of_squares": (X**2).sum(),
    "weighted_sum": np.dot(VALUES["weights"], X[0]),
    "wrong_gradient": (X**2).sum(),
    "volume": (X**2 * X[::-1]).sum(),
    "first_alone": (X**2).sum(),
    "share_of_equal": 1 / 3,
    "mean_of_differences": 0.0,
    "tensor_of_differences": 0.0,
    "mean_at_labels": (X[0, 0] + X[1, 1] + X[2, 1]) / 3,
    "cube": X**3,
    "is_positive": X > 0,
    "whole": np.floor(X).astype("int32"),
    "in_float32": X,
    "quantized": np.round(X / 0.25) * 0.25,
    "features": X[:2, :2] @ VALUES["matrix"],
    "mixed": VALUES["matrix"] @ X[:2, :2],
    "without_batch_means": X,
    "standardized": (X - 0.5) / 2.0,
    "doubled_in_place": 2 * X,
}


def arguments(name):
    """What a function is called with here."""
    if name in ("features", "mixed"):
        return [tf.constant(X[:2, :2])]
    if name == "weighted_sum":
        return [tf.constant(X[0])]
    if name == "mean_at_labels":
        return [tf.constant([0, 1, 1], "int64"), tf.constant(X)]
    if name == "doubled_in_place":
        return [X.copy()]
    both = [tf.constant(X), tf.constant(X[::-1])]
    return both if name in OF_TWO else both[:1]


def values(name):
    return [VALUES[parameter] for parameter in parameters_of(name)]


def test_every_function_is_looked_at():
    assert EXPECTED.keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_does_what_its_name_says(name):
    np.testing.assert_allclose(kit.function(name, *values(name))(*arguments(name)), EXPECTED[name], rtol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_text_of_a_function_makes_the_same_one(name):
    text = text_of(name, [written(value) for value in values(name)])
    pasted = eval(text, {"keras": keras, "np": np})
    given, again = arguments(name), arguments(name)
    functions = (kit.function(name, *values(name)), pasted)
    results = [fn(*given) for fn, given in zip(functions, (given, again), strict=True)]
    assert type(results[0]) is type(results[1])
    np.testing.assert_array_equal(*map(np.asarray, results))
    gradients = []
    for fn in functions if all(tf.is_tensor(one) for one in given) else ():
        with tf.GradientTape() as tape:
            tape.watch(given)
            result = fn(*given)
        if tf.is_tensor(result) and result.dtype.is_floating:
            found = tape.gradient(result, given, unconnected_gradients="zero")
            gradients.append([tf.convert_to_tensor(one).numpy() for one in found])
    if gradients:
        np.testing.assert_array_equal(*gradients)


def test_a_gradient_can_be_wrong_by_a_factor():
    with tf.GradientTape() as tape:
        tape.watch(x := tf.constant(X))
        result = kit.function("wrong_gradient", 3.0)(x)
    np.testing.assert_allclose(tape.gradient(result, x), 6 * X)


def test_the_mode_of_a_function_is_a_keyword():
    fn = kit.function("without_batch_means")
    np.testing.assert_allclose(fn(X, training=True), X - X.mean(axis=0))
    np.testing.assert_allclose(fn(X, training=False), X)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("eval", ()), ("cube; import os", ()), ("weighted_sum", ()), ("cube", (2.0,)), ("mixed", (X, X))],
)
def test_other_names_and_other_numbers_of_parameters_are_refused(name, parameters):
    with pytest.raises(ValueError, match=name.split(";")[0]):
        kit.function(name, *parameters)
