"""Nobody but the learner notices the watch."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from host.guarded import FILE, KERNELS, NAMES, ONLY_NAMES, OPEN, X, hits, learner
from patience import PATIENCE_S

from nnlearn.host import kit
from nnlearn.host.guard import Guard
from nnlearn.protocol.requests import Rules

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")


def test_others_in_the_process_may_use_everything() -> None:
    """The checks' own calls are not the learner's."""
    guard = Guard(Rules(NAMES, OPEN), {FILE})
    dropout = keras.layers.Dropout(0.3)
    with guard.watching(direct=False):
        for call in (keras.ops.softmax, dropout, tf.nn.softmax):
            kit.on_tensors(call, X)
    assert guard.hits == ()


def test_a_model_that_is_handed_to_the_learner_may_contain_anything() -> None:
    """Calling a given model or its layers is no use of the classes they are made of."""
    model = keras.Sequential([keras.layers.Dropout(0.3), keras.layers.Dense(2, "softmax")])
    code = "def part(m, x):\n    for layer in m.layers: x = layer(x, training=True)\n    return m(x)"
    assert hits(code, model, np.ones((2, 2))) == ()


def test_results_signatures_and_identities_stay_as_they_are() -> None:
    """While watched, functions and classes are the same objects and do the same."""
    functions: list[Callable[..., Any]] = [
        keras.ops.softmax,
        keras.activations.gelu,
        keras.layers.Dropout.__init__,
        keras.Model.predict,
        tf.nn.softmax,
        tf.nn.moments,
        tf.nn.conv2d,
    ]
    signatures = [inspect.signature(f) for f in functions]
    codes = [f.__code__ for f in functions]
    expected = keras.ops.softmax(X, axis=0).numpy()
    layer = keras.layers.Dropout(0.3, seed=1)
    guard = Guard(Rules(NAMES, OPEN), {FILE})
    with guard.watching():
        assert [f.__code__ for f in functions] != codes
        assert [inspect.signature(f) for f in functions] == signatures
        np.testing.assert_array_equal(keras.ops.softmax(X, axis=0).numpy(), expected)
        np.testing.assert_array_equal(tf.nn.softmax(logits=X, axis=0).numpy(), expected)
        assert isinstance(layer, keras.layers.Dropout)
        assert type(keras.layers.Dropout.from_config(layer.get_config())) is type(layer)
        assert keras.layers.Dropout(rate=0.3, seed=2).get_config()["seed"] == 2
        with pytest.raises(ValueError, match="rate"):
            keras.layers.Dropout(3)
        with pytest.raises(TypeError, match="unexpected keyword"):
            keras.ops.softmax(X, axes=1)
    assert [f.__code__ for f in functions] == codes


def test_watching_kernels_changes_no_result() -> None:
    """Values, gradients, second gradients and traced functions are the same."""

    def work() -> list[Any]:
        x = tf.Variable(X / 7)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.exp(x) * keras.ops.softmax(x) ** 2)
            first = tape.gradient(y, x)
        second = outer.gradient(first, x)
        traced = tf.function(lambda t: tf.while_loop(lambda u: tf.norm(u) < 99, lambda u: u * 2, [t]))(X)
        dense = keras.layers.Dense(2, kernel_initializer=keras.initializers.GlorotUniform(seed=1))
        model = keras.Sequential([dense])
        model.compile("sgd", "mse")
        model.fit(X, X[:, :2], epochs=1, verbose=0, shuffle=False)
        return [y, first, second, *traced, *model.get_weights()]

    expected = [np.asarray(value) for value in work()]
    guard = Guard(Rules(KERNELS, OPEN), {FILE})
    with guard.watching():
        got = [np.asarray(value) for value in work()]
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_nothing_is_left_behind() -> None:
    """After the block, also one that raised, nothing is watched any more."""
    from tensorflow.python.eager import context, execute

    guards = [Guard(Rules((*NAMES, *KERNELS), OPEN), {FILE}) for _ in range(3)]
    before = keras.ops.softmax.__code__
    part = learner("def part(x): return keras.ops.softmax(x)").part
    for guard in guards:
        with pytest.raises(ZeroDivisionError), guard.watching():
            part(X).shape[1 // 0]
        assert keras.ops.softmax.__code__ is before
        assert context.context().op_callbacks == []
        assert execute.execute is execute.quick_execute
        part(X)
        assert len(guard.hits) == 2


def test_guards_inside_each_other() -> None:
    """Two watches at once each see their own names, and both end."""
    before = keras.ops.softmax.__code__
    part = learner("def part(x): return keras.ops.softmax(x) + keras.activations.relu(x)").part
    outer, inner = (
        Guard(Rules(("keras.ops.softmax",), OPEN), {FILE}),
        Guard(Rules(("keras.activations.*", "keras.ops.softmax"), OPEN), {FILE}),
    )
    with outer.watching():
        with inner.watching():
            part(X)
        assert len(inner.hits) == 2
        part(X)
    assert outer.hits == ("keras.ops.softmax (part.py:1)",)
    assert keras.ops.softmax.__code__ is before


def test_a_standing_watch_sees_the_same_and_is_taken_down_in_the_end() -> None:
    before = keras.ops.softmax.__code__
    with Guard.standing():
        standing = keras.ops.softmax.__code__
        assert standing is not before
        for _ in range(2):
            assert hits("def part(x): return keras.ops.softmax(x)") == ("keras.ops.softmax (part.py:1)",)
            assert keras.ops.softmax.__code__ is standing
        keras.ops.softmax(X)  # nobody listens
    assert keras.ops.softmax.__code__ is before


def test_set_once_for_many_calls_the_wires_see_what_they_see_else() -> None:
    """Between two calls they stay, whoever calls then; after the block nothing is left."""
    from nnlearn.host import guard as guard_module

    untouched = {function: function.__code__ for function in guard_module._wires()._wires}
    elementary = Rules(("keras.ops.vectorize",), OPEN)
    before = keras.ops.vectorize.__code__
    part = learner("def part(x): return keras.ops.softmax(x)").part
    guard = Guard(Rules(NAMES, OPEN), {FILE})
    with pytest.raises(ZeroDivisionError), Guard.standing():
        assert all(function.__code__ is not code for function, code in untouched.items())
        part(X)
        assert guard.hits == ()
        with guard.watching():
            part(X)
        assert guard.hits == ("keras.ops.softmax (part.py:1)",)
        assert keras.ops.softmax.__code__ is not untouched[keras.ops.softmax]
        Guard.prepare(elementary)
        assert keras.ops.vectorize.__code__ is not before
        raise ZeroDivisionError
    assert all(function.__code__ is code for function, code in untouched.items())
    assert keras.ops.vectorize.__code__ is before


def test_watches_of_two_threads_that_overlap() -> None:
    """The end of the one that began first takes nothing from the other, and the last leaves nothing."""
    before = keras.ops.softmax.__code__
    part = learner("def part(x): return keras.ops.softmax(x)").part
    guard = Guard(Rules(NAMES, OPEN), {FILE})
    began, ends = threading.Event(), threading.Event()

    def first() -> None:
        with Guard.standing():
            began.set()
            ends.wait(PATIENCE_S)

    thread = threading.Thread(target=first)
    thread.start()
    assert began.wait(PATIENCE_S)
    with Guard.standing():
        ends.set()
        thread.join(PATIENCE_S)
        with guard.watching():
            part(X)
    assert guard.hits == ("keras.ops.softmax (part.py:1)",)
    assert keras.ops.softmax.__code__ is before


def test_preparing_executes_no_operation() -> None:
    """A process that prepared the guard can still be forked."""
    code = f"""
from nnlearn.host import kit
from nnlearn.host.guard import Guard, LoadingWatch
from nnlearn.protocol.requests import Rules
import sys
assert not any(name.startswith(("keras", "tensorflow")) for name in sys.modules)
Guard(Rules({(*NAMES, *KERNELS)!r}), set())
assert not any(name.startswith(("keras", "tensorflow")) for name in sys.modules)
Guard.prepare(Rules({(*NAMES, *KERNELS)!r}))
from tensorflow.python.eager import context
assert not context.context()._initialized
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE_S)


def test_what_was_given_to_the_learner_may_do_what_it_likes() -> None:
    """Layers, models and losses that a check has made run their own functions and kernels."""
    model = keras.Sequential([keras.layers.Softmax(), keras.layers.Dense(3, "gelu")])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    code = "def part(model, loss, x): return loss(x, model(x))"
    assert hits(code, model, loss, X, rules=ONLY_NAMES) == ()
    traced = "@tf.function\ndef part(model, loss, x): return loss(x, model(x))"
    guard, part = Guard(ONLY_NAMES, {FILE}), learner(traced).part
    for _ in range(2):  # the second call runs what the first has traced
        with guard.watching():
            part(model, loss, tf.constant(X))
    assert guard.hits == ()
