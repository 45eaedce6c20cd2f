"""TensorFlow's kernels under the watch, whichever function runs them."""

# ruff: noqa: E501 - learners' code reads better on one line

from __future__ import annotations

import pytest
from host.guarded import FILE, KERNELS, ONLY_NAMES, OPEN, X, hits

from nnlearn.host import kit
from nnlearn.host.guard import Guard
from nnlearn.protocol.requests import Rules

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

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


def test_a_learner_who_removes_the_callbacks() -> None:
    """Clearing TensorFlow's callbacks is no error of ours, and seen."""
    code = (
        "from tensorflow.python.framework import op_callbacks\ndef part(x): op_callbacks.clear_op_callbacks()"
    )
    assert hits(code, rules=Rules(KERNELS, OPEN)) == ("a way to switch the watch for it off",)


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
