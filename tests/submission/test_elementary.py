"""What is elementary exists, is no ready-made function, and is what reading and running go by."""

from __future__ import annotations

import pytest

from nnlearn.catalogue.ready_made import groups
from nnlearn.host.names import unknown_entries
from nnlearn.protocol.requests import Rules
from nnlearn.submission.elementary import elementary
from nnlearn.submission.forbidden import Ruling

BARE = Ruling(Rules())


@pytest.mark.parametrize("name", list(elementary()))
def test_what_is_elementary_exists(name: str) -> None:
    """Functions and kernels; what only some versions of a library have may be missing."""
    group = elementary()[name]
    assert group.why.endswith(".")
    assert group.functions
    assert unknown_entries(group.functions) == ()
    assert unknown_entries(f"kernel:{kernel}" for kernel in group.kernels) == ()


@pytest.mark.parametrize("name", sorted(groups().keys() - {"training", "tapes"}))
def test_nothing_ready_made_is_elementary(name: str) -> None:
    """Neither a function nor a kernel.

    `training` forbids methods of `keras.Model`, which is elementary; and tapes are, but where a topic's
    exercise is the gradient itself.
    """
    group = groups()[name]
    entries = (*group.functions, *group.in_some_versions)
    assert [entry for entry in entries if not entry.endswith(".*") and BARE.may_be_used(entry)] == []
    assert [kernel for kernel in group.kernels if not BARE.refuses_kernel(kernel)] == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "keras.ops.exp",
            "keras.ops.numpy.exp",
            "tensorflow.keras.ops.exp",
            "keras.layers.Layer.add_weight",
        ),
        *("tensorflow.math.erf", "tensorflow.compat.v1.reduce_sum", "tensorflow.float32.max", "numpy.pi"),
        *(
            "numpy.random.default_rng",
            "numpy.linalg.norm",
            "keras.random.uniform",
            "keras.tree.map_structure",
        ),
        *("keras.ops", "tensorflow.linalg", "math.erf", "os.environ", "nnlearn.lesson.as_floating"),
    ],
)
def test_what_may_be_used(name: str) -> None:
    """By every public name, with what it has; whatever is no library of numerics too."""
    assert BARE.match(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        *("keras.ops.gelu", "keras.ops.logaddexp2", "tensorflow.sparse.softmax", "numpy.load", "torch.relu"),
        *("keras.layers.Dense", "keras.losses.mse", "keras.src.ops.numpy.exp", "tensorflow.raw_ops.Exp"),
        *("scipy.special.expit", "tensorflow.py_function", "numpy.random._pickle.eval"),
    ],
)
def test_what_may_not_be_used(name: str) -> None:
    assert BARE.match(name)


def test_a_topic_adds_and_what_it_forbids_stays_forbidden() -> None:
    """`allow` opens names with all below, and kernels; `forbid` wins."""
    ruling = Ruling(Rules(("keras.layers.Dropout", "kernel:Softmax"), ("keras.layers.*", "kernel:*")))
    assert ruling.match("keras.layers.Dense") == ""
    assert ruling.match("keras.layers.Dropout") == "keras.layers.Dropout"
    assert ruling.match("keras.losses.mse") == "keras.losses.mse"
    assert not ruling.refuses_kernel("Relu")
    assert ruling.refuses_kernel("Softmax")
