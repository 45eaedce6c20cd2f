"""What lessons and exercises are given: helpers and data."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnlearn import data, lesson


def test_importing_them_loads_no_library():
    """A stub imports them, and so does every confined process."""
    program = (
        "import sys, nnlearn.lesson, nnlearn.data; print({'numpy', 'keras', 'sklearn'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        (3, "float32"),
        ([1, 2], "float32"),
        ([True, False], "float32"),
        (np.ones((2, 3), "uint8"), "float32"),
        (np.ones(2, "float16"), "float16"),
        (np.ones(2), "float64"),
        (tf.constant([1, 2]), "float32"),
        (0.5, "float32"),
    ],
)
def test_floating_dtypes_are_kept_and_all_others_become_float32(given, dtype):
    x = lesson.as_floating(given)
    assert tf.is_tensor(x)
    assert keras.backend.standardize_dtype(x.dtype) == dtype
    np.testing.assert_array_equal(x, given)


def test_gradients_pass_through_it():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = 3 * lesson.as_floating(x)
    assert tape.gradient(y, x).numpy().tolist() == [3, 3]


def test_a_demonstration_runs_as_far_as_parts_are_written(capsys):
    with lesson.if_written():
        sys.stdout.write("before\n")
        raise NotImplementedError("relu: not written yet")
    sys.stdout.write("after\n")
    assert capsys.readouterr().out == "before\nrelu: not written yet\nafter\n"


def test_a_demonstration_hides_no_other_error():
    with pytest.raises(ValueError, match="wrong"), lesson.if_written():
        raise ValueError("wrong")


def test_digits_in_their_order():
    images, labels = data.digits()
    assert (images.shape, images.dtype, labels.shape, labels.dtype) == (
        (1797, 64),
        "float32",
        (1797,),
        "int32",
    )
    assert (images.min(), images.max(), sorted(set(labels.tolist()))) == (0, 1, list(range(10)))
    assert labels[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]


def test_digits_mixed():
    """Images stay with their labels, and each caller has a copy that may be changed."""
    images, labels = data.digits()
    mixed, mixed_labels = data.digits(seed=3)
    assert mixed_labels.tolist() != labels.tolist()
    order = np.random.default_rng(3).permutation(1797)
    np.testing.assert_array_equal(mixed, images[order])
    np.testing.assert_array_equal(mixed_labels, labels[order])
    mixed[:] = 0
    assert data.digits(seed=3)[0].max() == 1
