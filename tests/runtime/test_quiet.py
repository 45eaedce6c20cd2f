"""What a process does before anybody waits for it is nobody's business afterwards."""

import random

import keras
import numpy as np
import tensorflow as tf

from nnlearn.runtime.quiet import run_a_first_graph, start_keras


def draws():
    generator = tf.random.get_global_generator().uniform([3])
    return [random.random(), np.random.rand(3), tf.random.uniform([3]), keras.random.uniform([3]), generator]


def test_a_first_graph_moves_no_random_state(capfd):
    start_keras()
    keras.utils.set_random_seed(3)
    tf.random.get_global_generator().reset_from_seed(3)
    expected = draws()
    keras.utils.set_random_seed(3)
    tf.random.get_global_generator().reset_from_seed(3)
    run_a_first_graph()
    for drawn, want in zip(draws(), expected, strict=True):
        np.testing.assert_array_equal(drawn, want)
    assert capfd.readouterr() == ("", "")
