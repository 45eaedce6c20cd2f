"""When two people who do the same are seen to do the same."""

from __future__ import annotations

import numpy as np
import pytest

from nnlearn.diagnosis.matching import fingerprint, fingerprints_match

PYTHON = ["builtins.TypeError", "builtins.Exception"]
KERNEL = ["tensorflow.python.framework.errors_impl.OpError", "builtins.Exception"]


def test_the_wording_of_an_exception_makes_no_difference() -> None:
    """Python's own wording names the class, which each is free to write as they like."""
    mine = ("raised", "TypeError", "Mine.__init__() missing 1 required positional argument", PYTHON, [])
    yours = ("raised", "TypeError", "Yours.__init__() missing 1 required positional argument", PYTHON, [])
    other = ("raised", "ValueError", "Mine.__init__() missing 1 required positional argument", PYTHON, [])
    assert fingerprints_match(fingerprint([mine]), fingerprint([yours]))
    assert not fingerprints_match(fingerprint([mine]), fingerprint([other]))


def test_what_tensorflow_says_of_its_kernels_does() -> None:
    """It tells two mistakes apart that fail at the same place: shapes and operations."""
    of_sum = ("raised", "InvalidArgumentError", "Incompatible shapes: [4,3] vs. [4] [Op:RealDiv]", KERNEL, [])
    of_max = ("raised", "InvalidArgumentError", "Incompatible shapes: [4,3] vs. [4] [Op:Sub]", KERNEL, [])
    assert fingerprints_match(fingerprint([of_sum]), fingerprint([of_sum]))
    assert not fingerprints_match(fingerprint([of_sum]), fingerprint([of_max]))


def test_where_a_node_of_a_graph_was_made_makes_no_difference() -> None:
    """TensorFlow lists the lines that led to it, with the files of the machine that it runs on."""
    said = "Graph execution error:\n\nDetected at node {} defined at (most recent call last):\n  File {}"
    here, there, other = (
        ("raised", "InvalidArgumentError", said.format(node, file), KERNEL, [])
        for node, file in (("sub/Args", "/a/b.py"), ("sub/Args", "/c/d.py"), ("add/Args", "/a/b.py"))
    )
    assert fingerprints_match(fingerprint([here]), fingerprint([there]))
    assert not fingerprints_match(fingerprint([here]), fingerprint([other]))


@pytest.mark.parametrize("number", [0.75, np.float32(0.75), np.array(0.75)])
def test_a_number_is_one_whoever_made_it_where_it_was_taken_for_one(number: object) -> None:
    """`float(loss)` and `loss` are the same mistake if the loss is wrong, not if it should be a tensor."""
    loss = fingerprint([("value", (np.array(0.75, "float64"), np.ones(2)))])
    mine, other = (fingerprint([("value", (loss_of, np.ones(2)))]) for loss_of in (number, 0.5))
    assert fingerprints_match(mine, loss, any_kind_of_number=True)
    assert not fingerprints_match(other, loss, any_kind_of_number=True)
    assert fingerprints_match(mine, loss) is (isinstance(number, np.ndarray))


def test_an_array_of_one_number_is_none() -> None:
    """It has an axis, and numbers have none."""
    of_rank_1 = fingerprint([("value", np.ones(1))])
    assert not fingerprints_match(of_rank_1, fingerprint([("value", 1.0)]), any_kind_of_number=True)
