"""What the watch on the learner's side sees, and that nobody else notices it."""

# ruff: noqa: E501 - learners' code reads better on one line

from __future__ import annotations

import contextlib
import functools
import inspect
import linecache
import subprocess
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from patience import PATIENCE_S

from nnlearn.host import kit
from nnlearn.host.guard import Guard, LoadingWatch
from nnlearn.protocol.requests import Rules

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

FILE = "part.py"
NAMES = (
    "keras.ops.softmax",
    "keras.activations.*",
    "keras.layers.Dropout",
    "keras.Model.predict",
    "tensorflow.nn.*",
)
KERNELS = ("kernel:Softmax", "kernel:LogSoftmax")
OPEN = ("keras.*", "tensorflow.*", "kernel:*")  # whatever is not forbidden
NOT_FORBIDDEN = Rules(NAMES, OPEN)
X = np.arange(12, dtype="float32").reshape(4, 3)


def learner(code: str) -> types.ModuleType:
    """A learner's module, loaded as the host loads it: before anything is watched."""
    module = types.ModuleType("part")
    module.__file__ = FILE
    vars(module).update(keras=keras, tf=tf, np=np)
    # AutoGraph reads the source.
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    exec(compile(code, FILE, "exec"), vars(module))
    return module


def hits(code: str, *args: Any, rules: Rules = NOT_FORBIDDEN, **kwargs: Any) -> tuple[str, ...]:
    """What the guard sees while `part` of this code is called."""
    guard = Guard(rules, {FILE})
    part = learner(code).part
    with guard.watching():
        part(*(args or (X,)), **kwargs)
    return guard.hits


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


KERNEL_ROADS = [
    "def part(x): return keras.ops.softmax(x)",
    "def part(x): return tf.raw_ops.Softmax(logits=x)",
    "def part(x): return keras.layers.Activation('soft' + 'max')(x)",
    "@tf.function\ndef part(x): return keras.ops.softmax(x)",
    "@tf.function\ndef part(x): return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.nn.softmax(y)), (0, x))[1]",
    "@tf.function\ndef part(x): return keras.ops.softmax(x)\npart(tf.ones((4, 3)))",
    "@tf.function\ndef inner(x): return keras.ops.softmax(x)\n@tf.function\ndef part(x): return inner(x)\npart(tf.ones((4, 3)))",
    "@tf.function(reduce_retracing=True)\ndef part(x):\n    for _ in tf.range(2): x = tf.nn.softmax(x)\n    return x\npart(tf.ones((4, 3)))",
]


@pytest.mark.parametrize("code", KERNEL_ROADS)
def test_a_forbidden_kernel(code: str) -> None:
    """A kernel is seen eagerly, in a graph being built, and in a graph built before."""
    (hit,) = hits(code, tf.constant(X), rules=Rules(KERNELS, OPEN))
    assert hit.startswith("the TensorFlow kernel Softmax")


def test_what_libraries_do_counts_when_they_were_asked_by_the_learner_directly() -> None:
    """A call that is not the learner's own may run what it likes, outside of the learner's code."""
    for direct, expected in ((False, ()), (True, ("the TensorFlow kernel Softmax",))):
        guard = Guard(Rules(KERNELS, OPEN), {FILE})
        with guard.watching(direct=direct):
            kit.on_tensors(keras.ops.softmax, X)
        assert guard.hits == expected


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


def test_a_learner_who_removes_the_callbacks() -> None:
    """Clearing TensorFlow's callbacks is no error of ours, and seen."""
    code = (
        "from tensorflow.python.framework import op_callbacks\ndef part(x): op_callbacks.clear_op_callbacks()"
    )
    assert hits(code, rules=Rules(KERNELS, OPEN)) == ("a way to switch the watch for it off",)


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


def test_names_that_do_not_exist_are_passed_over() -> None:
    """They may belong to another version of a library; misspelled ones are the business of `topic check`."""
    forbid = ("keras.ops.softmaxx", "keras.activationz.*", "kernel:Softmaxx", "nowhere.x")
    assert hits("def part(x): return x", rules=Rules(forbid, OPEN)) == ()


ONLY_NAMES = Rules(("keras.ops.softmax",))
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


@pytest.mark.parametrize(
    ("code", "kernel"),
    [
        ("def part(x): return tf.raw_ops.Elu(features=x)", "Elu"),
        ("def part(x): return tf.raw_ops.Softplus(features=x)", "Softplus"),
        (
            "f = tf.function(lambda t: tf.raw_ops.Elu(features=t)).get_concrete_function(tf.TensorSpec(None))\n"
            "def part(x): return tf.raw_ops.PartitionedCall(args=[x], Tout=[tf.float32], f=f)",
            "Elu",
        ),
        (
            "f = tf.function(lambda t: tf.raw_ops.Elu(features=t))\nf(tf.ones(3))\n"
            "@tf.function\ndef part(x): return f(x)\npart(tf.ones(3))",
            "Elu",
        ),
    ],
)
def test_a_kernel_that_is_not_elementary(code: str, kernel: str) -> None:
    """Also in a function that was traced before anybody watched, and however that is called."""
    found = hits(code, tf.ones(3), rules=ONLY_NAMES)
    assert any(hit.startswith(f"the TensorFlow kernel {kernel}") for hit in found)


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
