"""The call of a message, made again: with what the check gives it, on the code as it is now."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import nnlearn
from nnlearn.errors import NnlearnError

DROPOUT = """
import keras
from keras import ops

def dropout(values, rate, coins):
    if not 0 <= rate <= 1:
        raise ValueError(f"rate should lie between 0 and 1, not {rate}")
    drawn = 0 * keras.random.uniform((), seed=coins) + keras.random.uniform(ops.shape(values), seed=7)
    return ops.where(drawn < rate, 0.0, values / (1 - rate))
"""


def session(code: str) -> dict[str, Any]:
    """What a session holds in which `code` has been run."""
    names: dict[str, Any] = {"__name__": "__main__", "nnlearn": nnlearn}
    exec(code, names)
    return names


def test_what_comes_back_is_what_was_got_on_the_code_as_it_is_now() -> None:
    names = session("def relu(x):\n    return 2 * x")
    given = eval("nnlearn.given('relu')", names)
    assert given["x"].shape == (2, 3)
    np.testing.assert_array_equal(eval("nnlearn.again('relu')", names), 2 * given["x"])
    exec("def relu(x):\n    return 3 * x", names)
    np.testing.assert_array_equal(eval("nnlearn.again('relu')", names), 3 * given["x"])


def test_what_is_given_is_as_it_was_before_the_call() -> None:
    """The second call with one generator: the first has moved it, and so it comes."""
    names = session(DROPOUT)
    given = eval("nnlearn.given('test_dropout_uses_the_generator')", names)
    assert sorted(given) == ["seed", "x"]
    assert given["x"].shape == (60, 70)
    moved, fresh = given["seed"].state, keras.random.SeedGenerator(0).state
    assert not np.array_equal(np.asarray(moved), np.asarray(fresh))


def test_what_the_call_raises_it_raises() -> None:
    names = session("def relu(x):\n    return {}['nothing']")
    with pytest.raises(KeyError, match="nothing"):
        eval("nnlearn.again('relu')", names)
    assert eval("nnlearn.given('relu')", names)["x"].shape == (2, 3)


def test_what_was_looked_at_afterwards_is_what_comes_back() -> None:
    code = """
import tensorflow as tf

def train_step(model, optimizer, loss_fn, x, y):
    return tf.reduce_mean(loss_fn(y, model(x, training=True)))
"""
    names = session(code)
    weights = eval("nnlearn.again('test_step_goes_down_the_gradient')", names)
    assert [array.shape for array in weights] == [(4, 3), (3,)]


def test_an_iterator_that_gives_nothing_is_an_empty_list() -> None:
    """It has answered all the same."""
    names = session("def minibatches(x, y, batch_size, seed, shuffle=True):\n    return iter(())")
    assert eval("nnlearn.again('minibatches')", names) == []


def test_an_attribute_that_is_not_there_is_asked_for_again() -> None:
    """The call came back; what the check then looked at raised."""
    code = """
import keras
from keras import ops

class Affine(keras.layers.Layer):
    def __init__(self, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel)
"""
    names = session(code)
    with pytest.raises(AttributeError, match="no attribute 'bias'"):
        eval("nnlearn.again('test_layer_without_a_bias')", names)


def test_what_a_helper_of_other_checks_is_called_is_still_a_part() -> None:
    """`affine` is a part of one topic, and what the checks of another share is called so too."""
    names = session("def affine(x, kernel, bias=None):\n    return 3.0")
    assert eval("nnlearn.again('affine')", names) == 3.0


def test_where_two_topics_have_a_check_of_one_name_it_is_that_of_the_parts_that_are_there() -> None:
    """`test_affine_dtypes` is a check of neurons and one of backprop."""
    names = session("def affine_backward(upstream, x, kernel):\n    return x, kernel, upstream")
    assert eval("list(nnlearn.given('test_affine_dtypes'))", names) == ["upstream", "x", "kernel"]
    names = session("def affine(x, kernel, bias=None):\n    return x")
    assert eval("list(nnlearn.given('test_affine_dtypes'))", names) == ["x", "kernel", "bias"]


def test_what_passes_has_no_call_to_make_again() -> None:
    names = session("from keras import ops\n\ndef relu(x):\n    return ops.where(x > 0, x, 0.0)")
    with pytest.raises(NnlearnError, match="test_relu_slope_at_zero passes what is checked here"):
        eval("nnlearn.again('test_relu_slope_at_zero')", names)


def test_what_is_no_part_and_no_check_is_said_to_be_none() -> None:
    with pytest.raises(NnlearnError, match="there is no part called `relo`"):
        eval("nnlearn.again('relo')", session(""))


def test_where_the_part_is_not_defined_the_error_says_how_to_have_it() -> None:
    """As in a Python that has just been started, where the line of a message is pasted."""
    with pytest.raises(NnlearnError, match="relu is not defined here") as info:
        eval("nnlearn.again('relu')", {"nnlearn": nnlearn})
    assert info.value.next_step.endswith("from activations import *")
