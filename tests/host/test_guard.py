"""What the watch on the learner's side sees of functions and classes, forbidden or not elementary."""

# ruff: noqa: E501 - learners' code reads better on one line

from __future__ import annotations

import contextlib
import functools
from typing import Any

import pytest
from host.guarded import FILE, NAMES, ONLY_NAMES, OPEN, X, hits, learner

from nnlearn.host.guard import Guard, LoadingWatch
from nnlearn.protocol.requests import Rules

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")
ROADS = [
    "def part(x): return keras.ops.softmax(x)",
    "def part(x): return getattr(keras.ops, 'xamtfos'[::-1])(x)",
    "f = getattr(keras.ops, 'xamtfos'[::-1])\ndef part(x): return f(x)",
    "from keras.ops import softmax as s\ndef part(x): return s(x)",
    "import functools\nf = functools.partial(keras.ops.softmax, axis=0)\ndef part(x): return f(x)",
    "def part(x): return list(map(keras.ops.softmax, [x]))",
    "def part(x): return eval('keras.ops.softmax(x)')",
    "def part(x):\n    exec(compile('keras.ops.softmax(x)', 'o.py', 'exec'), globals(), {'x': x})",
    "class part:\n    def __init__(self, x): self.y = keras.ops.softmax(x)",
    "class L(keras.layers.Layer):\n    def call(self, x): return keras.ops.softmax(x)\ndef part(x): return L()(x)",
    "@tf.function\ndef part(x): return keras.ops.softmax(x)",
    "@tf.function\ndef part(x):\n    if tf.reduce_sum(x) > 0:\n        x = keras.ops.softmax(x)\n    return x",
    "def part(x): return keras.src.ops.nn.softmax(x)",
    "def part(x): return tf.keras.ops.softmax(x)",
]


@pytest.mark.parametrize("code", ROADS)
def test_a_forbidden_function_called_by_the_learner(code: str) -> None:
    """Whatever road leads to it, and whenever it was fetched, the call is seen."""
    (hit,) = hits(code)
    assert hit.startswith("keras.ops.softmax (part.py")


def test_the_place_of_a_hit() -> None:
    """A hit names the line of the learner's file, or the cell, that made the call first."""
    assert hits("def part(x):\n    y = x\n    return keras.ops.softmax(y)\n") == (
        "keras.ops.softmax (part.py:3)",
    )
    guard = Guard(Rules(NAMES, OPEN), {"/home/ada/part.py", "cell 7"})
    code = compile("import keras\ndef part(x):\n    return keras.ops.softmax(x)", "cell 7", "exec")
    module: dict[str, Any] = {}
    exec(code, module)
    with guard.watching():
        module["part"](X)
    assert guard.hits == ("keras.ops.softmax (cell 7, line 3)",)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("def part(x): return keras.activations.softmax(x)", "keras.activations.softmax"),
        ("def part(x): return keras.activations.get('relu')(x)", "keras.activations.get"),
        ("def part(x): return tf.nn.silu(x)", "tensorflow.nn.silu"),
        ("def part(x): return tf.nn.relu(x)", "tensorflow.nn.relu"),
        ("def part(x): return keras.layers.Dropout(.3)(x)", "keras.layers.Dropout"),
        (
            "class part(keras.layers.Dropout):\n  def __init__(self, x): super().__init__(.3)",
            "keras.layers.Dropout",
        ),
        ("class D(keras.layers.Dropout): pass\ndef part(x): return D(.3)", "keras.layers.Dropout"),
        (
            "def part(x): return keras.Sequential([keras.layers.Dense(2)]).predict(x, verbose=0)",
            "keras.Model.predict",
        ),
    ],
)
def test_other_kinds_of_names(code: str, name: str) -> None:
    """Everything below a `.*`, classes, classes derived from them and methods are watched."""
    assert any(hit.startswith(f"{name} (") for hit in hits(code))


HONEST = [
    "def part(x): return keras.ops.exp(x) / keras.ops.sum(keras.ops.exp(x))",
    "def part(x): return keras.layers.Dense(3)(x)",
    "def part(x): return keras.layers.Softmax()(x)",
    "def part(x): return keras.Sequential([keras.layers.Dense(3), keras.layers.ReLU()])(x)",
    "def part(x): return keras.layers.SpatialDropout1D(.3)",
    "def part(x): return isinstance(x, keras.layers.Dropout)",
    "class part(keras.layers.Layer):\n    def __init__(self, x): super().__init__()",
    "class part:\n    def softmax(self, x): return x\n    def __init__(self, x): self.softmax(x)",
    "def part(x): return tf.math.tanh(x) + tf.exp(x) + tf.math.abs(x)",
    "@tf.function\ndef part(x): return keras.ops.exp(x)",
]


@pytest.mark.parametrize("code", HONEST)
def test_what_is_allowed_is_not_seen(code: str) -> None:
    """Keras may use inside what the learner may not call; `tf.math.tanh` is `tf.nn.tanh` too."""
    assert hits(code) == ()


def test_a_function_with_two_public_names() -> None:
    """`tf.math.softmax` is `tf.nn.softmax`: its call is seen if both names are forbidden."""
    code = "def part(x): return tf.math.softmax(x)"
    assert hits(code, rules=Rules(("tensorflow.nn.*",), ("tensorflow.math.*", "kernel:*"))) == ()
    both = ("tensorflow.nn.*", "tensorflow.math.softmax")
    assert hits(code, rules=Rules(both, OPEN)) == ("tensorflow.math.softmax (part.py:1)",)


def test_a_part_that_is_itself_forbidden() -> None:
    """An alias, a partial, a subclass or an instance in place of a part is seen by looking at it."""
    code = """
import functools
alias = keras.ops.softmax
part_of = functools.partial(functools.partial(keras.ops.softmax), axis=0)
class Derived(keras.layers.Dropout): pass
instance = keras.layers.Dropout(.3)
graph = tf.function(keras.ops.softmax)
def own(x): return x
class Own(keras.layers.Layer): pass
"""
    module = learner(code)
    for name in ("alias", "part_of", "graph", "Derived", "instance"):
        guard = Guard(Rules(NAMES, OPEN), {FILE})
        guard.look_at(getattr(module, name))
        assert guard.hits in (("keras.ops.softmax",), ("keras.layers.Dropout",)), name
    guard = Guard(Rules(NAMES, OPEN), {FILE})
    for value in (module.own, module.Own, functools.partial(module.own), 3, X, None):
        guard.look_at(value)
    assert guard.hits == ()


def test_names_that_do_not_exist_are_passed_over() -> None:
    """They may belong to another version of a library; misspelled ones are the business of `topic check`."""
    forbid = ("keras.ops.softmaxx", "keras.activationz.*", "kernel:Softmaxx", "nowhere.x")
    assert hits("def part(x): return x", rules=Rules(forbid, OPEN)) == ()


NOT_ELEMENTARY = [
    ("def part(x): return tf.sparse.softmax(tf.sparse.from_dense(x)).values", "tensorflow.sparse.softmax"),
    ("def part(x): return getattr(keras.ops, 'logaddexp' + '2')(x, x)", "keras.ops.logaddexp2"),
    ("def part(x): return keras.losses.MeanSquaredError()(x, x)", "keras.losses.MeanSquaredError"),
    ("def part(x): return keras.tree.map_structure(keras.ops.gelu, x)", "keras.ops.gelu"),
    ("f = keras.layers.Activation('gelu')\ndef part(x): return f(x)", "keras.layers.Activation"),
    ("f = keras.layers.Lambda(keras.ops.gelu)\ndef part(x): return f(x)", "keras.ops.gelu"),
    ("f = keras.Sequential([keras.layers.Dense(3, 'gelu')])\ndef part(x): return f(x)", "keras.layers.Dense"),
    ("def part(x): return tf.map_fn(keras.ops.silu, x)", "keras.ops.silu"),
    ("def part(x): return tf.vectorized_map(keras.ops.silu, x)", "keras.ops.silu"),
    ("def part(x): return tf.py_function(lambda t: t, [x], tf.float32)", "tensorflow.py_function"),
    (
        "@tf.function(input_signature=[tf.TensorSpec(None)])\ndef f(x): return keras.ops.gelu(x)\n"
        "f.get_concrete_function()\ndef part(x): return f(x)",
        "keras.ops.gelu",
    ),
    (
        "i = keras.Input((3,))\nm = keras.Model(i, keras.ops.gelu(i))\ndef part(x): return m(x)",
        "keras.ops.gelu",
    ),
    (
        "import dataclasses, functools\ndef part(x):\n    make = functools.partial(keras.ops.gelu, x)\n"
        "    f = dataclasses.field(default_factory=make)\n"
        "    return dataclasses.make_dataclass('T', [('y', object, f)])().y",
        "keras.ops.gelu",
    ),
    ("def part(x): return tf.experimental.numpy.logaddexp(x, x)", "tensorflow.experimental.numpy.logaddexp"),
    (
        "import threading, time\nfound = []\ndef part(x):\n    t = threading.Thread(target=lambda: found.append(keras.ops.gelu(x)))\n    t.start(); t.join()\n    return found[0]",
        "keras.ops.gelu",
    ),
]


@pytest.mark.parametrize(("code", "name"), NOT_ELEMENTARY)
def test_what_is_neither_elementary_nor_allowed(code: str, name: str) -> None:
    """Nobody forbids it by name; libraries call it for the learner, some of what was made while loading."""
    Guard.prepare(Rules(("keras.Model.fit",)))  # what another topic forbids puts wires on models
    guard = Guard(ONLY_NAMES, {FILE})
    with LoadingWatch({FILE}).watching():
        part = learner(code).part
    with guard.watching(), contextlib.suppress(Exception):
        part(tf.constant(X))
    assert any(hit.startswith(f"{name} (part.py:") for hit in guard.hits), guard.hits
