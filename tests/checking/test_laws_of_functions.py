"""The laws of what is called with arrays: right code keeps them, wrong code breaks them in so many words."""

import functools

import keras
import numpy as np
import pytest
from checking.written import broken, learner_of

from nnlearn.checking import laws, oracles

CODE = """
import keras
import numpy as np
from keras import ops

def right(x):
    x = ops.convert_to_tensor(x)
    return ops.sigmoid(x if keras.backend.is_float_dtype(x.dtype) else ops.cast(x, "float32"))

def in_float32(x):
    return ops.sigmoid(ops.cast(x, "float32"))

def doubled(x):
    return 2 * right(x)

def not_a_number(x):
    return right(x) * np.nan

def keeps_integers(x):
    return ops.cast(right(x), ops.convert_to_tensor(x).dtype)

def flattens(x):
    return ops.reshape(right(x), (-1,))

def without_a_gradient(x):
    return ops.convert_to_tensor(ops.convert_to_numpy(right(x)))

def with_half_the_gradient(x):
    y = right(x)
    return (y + ops.stop_gradient(y)) / 2

def both(x):
    return right(x), doubled(x)

def one_of_both(x):
    return (right(x),)

def second_in_float32(x):
    return right(x), in_float32(x) * 2

def root(x):
    if x < 0:
        raise ValueError(f"no root of {x}")
    return x ** 0.5

def root_of_anything(x):
    return x

def total(x, others):
    return sum(x) + sum(other.sum() for other in others if other is not None)

def overwrites(x, others):
    others[1][0] = 7

def fills_up(x, others):
    others[0] = np.zeros(3)
"""
X = np.array([[-3.0, 0.5], [0.0, 2.0], [40.0, -40.0]])
UPSTREAM = np.array([[1.0, -2.0], [0.5, 3.0], [1.0, 1.0]], "float32")


@pytest.fixture
def learner():
    return learner_of(CODE)


def twice(x):
    return oracles.sigmoid(x), 2 * oracles.sigmoid(x)


def test_dtypes_are_kept(learner):
    laws.keeps_dtypes(learner.right, oracles.sigmoid, X)
    laws.keeps_dtypes(learner.both, twice, X)


@pytest.mark.parametrize(
    ("name", "oracle", "said"),
    [
        ("in_float32", oracles.sigmoid, "a float16 input should give a float16 result, but it is float32"),
        ("doubled", oracles.sigmoid, "the values in float16 should be right, but element [0, 0] is 0.09485"),
        ("not_a_number", oracles.sigmoid, "the values in float16 should be right, but element [0, 0] is nan"),
        ("one_of_both", twice, "there should be 2 results, in a tuple, but it has 1"),
        ("right", twice, "there should be 2 results, in a tuple, but it is ndarray"),
        ("second_in_float32", twice, "a float16 input should give a float16 result, but it is float32"),
    ],
)
def test_dtypes_are_not_kept(learner, name, oracle, said):
    assert broken(laws.keeps_dtypes, getattr(learner, name), oracle, X).startswith(said)


def test_values_come_as_near_as_the_dtype_allows(learner):
    """A function that is right to three digits is right in float16 alone, unless the check allows more."""

    def nearly(x):
        return 1.002 * oracles.sigmoid(x)

    laws.keeps_dtypes(learner.right, nearly, X, dtypes=["float16"])
    said = broken(laws.keeps_dtypes, learner.right, nearly, X, dtypes=["float64"])
    assert said.startswith("the values in float64 should be right")
    laws.keeps_dtypes(learner.right, nearly, X, dtypes=["float64"], float64={"rtol": 3e-3})


def test_only_floating_arguments_are_cast(learner):
    """Labels stay integers, and the oracle gets everything in float64."""
    seen = []

    def oracle(labels, logits):
        seen.append((labels.dtype.name, logits.dtype.name))
        return oracles.crossentropy(labels, logits)

    def call(labels, logits):
        seen.append((labels.dtype.name, logits.dtype.name))
        return learner.keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)

    laws.keeps_dtypes(call, oracle, np.array([0, 1, 1]), X, dtypes=["float16"])
    assert seen == [("int64", "float16"), ("int64", "float64")]


def test_integers_count_as_float32(learner):
    laws.takes_integers(learner.right, oracles.sigmoid, *laws.INTEGERS, (-3,))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("keeps_integers", "integers should be treated as float32, but it is int32"),
        ("flattens", "integers, here in an input of rank 3, should give right values, but its shape is (6,)"),
        ("doubled", "integers, here in an input of rank 1, should give right values, but element [0] is"),
    ],
)
def test_integers_that_go_wrong(learner, name, said):
    assert broken(
        laws.takes_integers, getattr(learner, name), oracles.sigmoid, *laws.INTEGERS, (-3,)
    ).startswith(said)


def test_gradients_arrive(learner):
    want = oracles.sigmoid_gradient(X, UPSTREAM)
    x = X.astype("float32")
    laws.gradient_is(learner, learner.right, want, x, claim="it should be right", upstream=UPSTREAM)
    laws.gradient_is(
        learner, learner.keras.layers.Activation("sigmoid"), oracles.sigmoid_gradient(X), x, claim="so it is"
    )


def test_gradients_by_another_argument_and_with_options(learner):
    labels, logits = np.array([0, 1, 1]), X.astype("float32")
    laws.gradient_is(
        learner,
        learner.keras.losses.sparse_categorical_crossentropy,
        oracles.crossentropy_gradient(labels, logits),
        labels,
        logits,
        wrt=1,
        claim="the gradient by the logits should be right",
        from_logits=True,
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("without_a_gradient", "it should be right, but no gradient arrives"),
        ("with_half_the_gradient", "it should be right, but element [0, 0] is 0.02259, not 0.04518"),
        ("not_a_number", "it should be right, but element [0, 0] is nan"),
    ],
)
def test_gradients_that_go_wrong(learner, name, said):
    want, x = oracles.sigmoid_gradient(X), X.astype("float32")
    call = getattr(learner, name)
    assert broken(laws.gradient_is, learner, call, want, x, claim="it should be right").startswith(said)


def test_value_and_gradient_of_one_run(learner):
    value, gradient, x = oracles.sigmoid(X), oracles.sigmoid_gradient(X), X.astype("float32")
    law = functools.partial(laws.value_and_gradient_are, learner, claims=("the value should", "the gradient"))
    assert law(learner.right, value, gradient, x).dtype == "float32"
    assert broken(law, learner.doubled, value, gradient, x).startswith("the value should, but")
    assert broken(law, learner.with_half_the_gradient, value, gradient, x).startswith("the gradient, but")


def test_errors_are_raised(learner):
    laws.refuses(learner.root, {"a number below 0": (-4,)}, mentions="-4")
    said = broken(laws.refuses, learner.root_of_anything, {"a number below 0": (-4,)})
    assert said == "a number below 0 should raise a ValueError, but nothing is raised"
    said = broken(laws.refuses, learner.root, {"text": ("a",)})
    assert said == "text should raise a ValueError, but TypeError is raised"
    laws.refuses(learner.root, {"text": ("a",)}, error=TypeError)


def test_arguments_are_left_alone(learner):
    x, others = np.ones(2), [None, np.zeros(3)]
    laws.changes_no_argument(learner, learner.total, x, others)
    said = broken(laws.changes_no_argument, learner, learner.overwrites, x, others)
    assert said.startswith("what was given should be as before: it belongs to whoever called, but")
    said = broken(laws.changes_no_argument, learner, learner.fills_up, x, [None, np.zeros(3)])
    assert said == "what was given should be as before: it belongs to whoever called, but it is 3"


def test_weights_are_left_alone(learner):
    """Moving statistics count, and what the code gives back is handed on."""
    model = learner.keras.Sequential([learner.keras.Input((2,)), learner.keras.layers.BatchNormalization()])
    x = X.astype("float32")
    y = laws.changes_no_weight(learner, model, lambda: model(x, training=False))
    np.testing.assert_allclose(y, oracles.standardized(x, 0.0, 1.0), rtol=1e-5)
    said = broken(laws.changes_no_weight, learner, model, lambda: model(x, training=True))
    assert said.startswith("weights and moving statistics should be as before, but element [0]")
    assert learner._session.record.exchanges[0].reply == (
        "value",
        {"weights as before": [True, True, True, True]},
    )
    assert learner._session.record.exchanges[1].reply == (
        "value",
        {"weights as before": [True, True, False, False]},
    )


def test_a_law_asks_no_more_than_it_needs(learner):
    """One request for each call of the learner's code."""
    session = learner._session
    laws.keeps_dtypes(learner.right, oracles.sigmoid, X)
    asked = [exchange.request[0] for exchange in session.record.exchanges]
    assert asked.count("call") == 3
    session.begin("toy", 0)
    laws.gradient_is(
        learner, learner.right, oracles.sigmoid_gradient(X), X.astype("float32"), claim="it should be right"
    )
    assert [exchange.request[0] for exchange in session.record.exchanges].count("call") == 1


def test_keras_functions_keep_them_too():
    """Nothing in the laws is of the toy's making."""
    learner = learner_of("from keras.ops import log_softmax")
    laws.keeps_dtypes(learner.log_softmax, oracles.log_softmax, X, float16={"atol": 2e-2})
    want = oracles.log_softmax_gradient(X, UPSTREAM)
    laws.gradient_is(
        learner,
        learner.log_softmax,
        want,
        X.astype("float32"),
        claim="the gradient should be right",
        upstream=UPSTREAM,
        tolerance=oracles.tolerance("float32", atol=1e-4),
    )
    assert keras.backend.floatx() == "float32"
