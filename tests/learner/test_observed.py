"""Facts that stand for random replies, and the helpers that checks of layers need."""

import numpy as np
import pytest

from nnlearn.host.host import Host
from nnlearn.learner.local import LocalTransport
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.requests import Program

CODE = """
import keras
import numpy as np

class Twice(keras.layers.Layer):
    def call(self, x):
        return 2 * x

def traced_once(x):
    return x + np.random.uniform()
"""


@pytest.fixture
def session():
    host = Host(Program("toy", (("toy.py", CODE),), {}))
    assert host.load() == []
    session = Session(LocalTransport(host), {})
    session.begin("Twice", 3)
    return session


def test_facts_stand_for_the_replies_before_them(session):
    """Diagnosis compares what was observed, and the replies that came after it."""
    learner = Learner(session)
    learner.traced_once(np.ones(2))
    learner.observed({"calls differ": True})
    learner.traced_once(np.ones(2))
    learner.observed({"second": 1})
    assert [exchange.reply for exchange in session.record.exchanges] == [
        ("value", {"calls differ": True}),
        ("value", {"second": 1}),
    ]
    learner.keras.backend.floatx()
    assert session.record.exchanges[-1].reply == ("value", "float32")


def test_compiled_repeats_what_was_traced(session):
    """One graph is called many times: what was drawn while it was traced never changes."""
    learner = Learner(session)
    graph = learner.kit.compiled(learner.traced_once)
    first, second = graph(np.ones(3, "float32")), graph(np.ones(3, "float32"))
    np.testing.assert_array_equal(first, second)


def test_reloaded_knows_the_learners_layers(session):
    """A model with a layer of the learner's is saved, loaded and does the same."""
    learner = Learner(session)
    model = learner.keras.Sequential([learner.keras.Input((3,)), learner.Twice()])
    loaded = learner.kit.reloaded(model)
    np.testing.assert_array_equal(loaded(np.ones((2, 3), "float32")), np.full((2, 3), 2.0))
