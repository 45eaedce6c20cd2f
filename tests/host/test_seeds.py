"""Seeds: every check draws the same random numbers in every run, whatever ran before it."""

import types

import pytest

from nnlearn.host.host import Host
from nnlearn.protocol.requests import MODULE, Program
from nnlearn.runtime.quiet import start_keras

CODE = """
import random
import keras, numpy as np, tensorflow as tf

def draw():
    stateful = tf.random.uniform((3,))
    return [stateful, keras.random.normal((3,)), np.random.normal(size=3), random.random()]
"""


@pytest.fixture
def host():
    start_keras()
    module = types.ModuleType("toy")
    exec(CODE, module.__dict__)
    return Host.around(module, Program("toy", (), {}))


def draw(host, seed):
    host.handle(("begin", "part", seed))
    verb, function = host.handle(("get", MODULE, "draw"))
    assert verb == "value"
    return str(host.handle(("call", function.id, (), {})))


def test_a_seed_gives_the_same_numbers_whatever_came_before(host):
    """TensorFlow's random kernels remember how far they have come; a check must not see that."""
    first, second = draw(host, 1), draw(host, 2)
    assert first != second
    assert draw(host, 1) == first
    assert draw(host, 2) == second
    assert draw(host, 1) == first


def test_another_host_of_this_process_gives_the_same_numbers(host):
    first = draw(host, 1)
    draw(host, 2)
    other = Host.around(host._module, Program("toy", (), {}))
    assert draw(other, 2) != first
    assert draw(other, 1) == first
