"""The learner as a check sees it, over a host in this process."""

import numpy as np
import pytest

from nnlearn.host.host import Host
from nnlearn.learner.errors import LearnerRaised, NotWritten
from nnlearn.learner.local import LocalTransport
from nnlearn.learner.session import Learner, Session
from nnlearn.protocol.requests import Program

CODE = """
import keras
import numpy as np
from keras import ops

def double(x, times=2):
    return ops.convert_to_tensor(x) * times

def spoil(x):
    x[0] = 99
    return x

class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
    def build(self, shape):
        self.gamma = self.add_weight(shape=(shape[-1],), initializer="ones", name="gamma")
    def call(self, x):
        if self.factor < 0:
            raise ValueError("factor is negative")
        return x * self.gamma * self.factor

def count(n):
    for i in range(n):
        yield i, np.ones(i)

def fails(x):
    y = x + 1
    raise ValueError(f"not {y}")

def stub(x):
    raise NotImplementedError("stub: not written yet")

class Five(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__

def five():
    return Five(4)

PREDICTIONS = {"known": 3, "open": None}
raise RuntimeError("late")
"""


@pytest.fixture(scope="module")
def transport():
    host = Host(Program("toy", (("toy.py", CODE),), {}))
    assert host.load() == ["toy.py raised RuntimeError at line 43: late"]
    return LocalTransport(host)


@pytest.fixture
def session(transport):
    session = Session(transport, {"double": ("x", "times"), "absent": ("x",), "PREDICTIONS": ()})
    session.begin("double", seed=1)
    return session


@pytest.fixture
def learner(session):
    return Learner(session)


def test_arrays_go_in_and_come_out(learner):
    result = learner.double(np.ones((2, 3), "float32"), times=3)
    assert type(result) is np.ndarray
    assert (result.dtype, result.tolist()) == (np.float32, [[3, 3, 3], [3, 3, 3]])


def test_the_learner_gets_a_copy_of_each_array(learner):
    x = np.zeros(3)
    assert learner.spoil(x)[0] == 99
    assert x[0] == 0


def test_a_layer_is_used_as_if_it_were_here(learner):
    layer = learner.Scale(0.5)
    assert layer(np.ones((2, 3), "float32")).tolist() == [[0.5] * 3] * 2
    layer.gamma.assign(np.full(3, 4.0))
    assert np.asarray(layer.gamma).tolist() == [4, 4, 4]
    assert layer.factor == 0.5
    layer.factor = 1.0
    assert layer(np.ones((1, 3), "float32")).tolist() == [[4.0] * 3]
    assert [tuple(w.shape) for w in layer.trainable_variables] == [(3,)]
    assert layer.get_config()["name"].startswith("scale")


def test_generators_are_iterated_from_afar(learner):
    assert [(i, ones.shape) for i, ones in learner.count(3)] == [(0, (0,)), (1, (1,)), (2, (2,))]


def test_handles_can_be_handed_back(learner):
    model = learner.keras.Sequential([learner.Scale(3.0)])
    assert model(np.ones((1, 2), "float32")).tolist() == [[3.0, 3.0]]


def test_subclasses_are_rebuilt_as_their_plain_base(learner):
    assert type(learner.five()) is int
    assert learner.five() != 5


def test_an_exception_carries_the_learners_own_lines(learner):
    with pytest.raises(LearnerRaised) as caught:
        learner.fails(1)
    assert str(caught.value) == "ValueError: not 2"
    assert "builtins.ValueError" in caught.value.bases
    assert [(f.file, f.function, f.text) for f in caught.value.frames] == [
        ("toy.py", "fails", 'raise ValueError(f"not {y}")')
    ]


def test_an_exception_in_a_layer_keeps_its_own_message(learner):
    with pytest.raises(LearnerRaised, match="ValueError: factor is negative"):
        learner.Scale(-1.0)(np.ones((1, 2), "float32"))


def test_stubs_missing_names_and_open_predictions_are_not_written(learner):
    for use in (lambda: learner.stub(1), lambda: learner.nothing, lambda: learner.prediction("open")):
        with pytest.raises(NotWritten):
            use()
    assert learner.prediction("known") == 3


def test_a_part_is_called_at_the_first_request(learner, session):
    assert learner.double(np.ones(2, "float32")).tolist() == [2, 2]
    assert [exchange.request[0] for exchange in session.record.exchanges] == ["call"]


def test_a_part_that_is_not_there_is_not_written(learner):
    part = learner.absent
    for use in (lambda: part(1), lambda: part.gamma, lambda: learner.kit.gradient(part, np.ones(2))):
        with pytest.raises(NotWritten, match="absent is not defined in toy"):
            use()


def test_a_part_that_is_no_function_counts_as_raising(learner):
    with pytest.raises(LearnerRaised, match="PREDICTIONS should be a function or a class, not dict"):
        learner.PREDICTIONS(1)


def test_gradients_are_taken_next_to_the_learners_code(learner):
    upstream = np.array([1.0, 10.0], "float32")
    gradient = learner.kit.gradient(learner.double, np.ones(2, "float32"), upstream=upstream, times=3)
    assert gradient.tolist() == [3, 30]


def test_a_call_can_be_traced(learner):
    assert learner.kit.traced(learner.double, np.ones(2, "float32")).tolist() == [2, 2]


def test_every_check_begins_with_the_same_random_state(session, learner):
    draws = []
    for seed in (1, 1, 2):
        session.begin("double", seed)
        draws.append(learner.keras.random.normal((3,)).tolist())
    assert draws[0] == draws[1] != draws[2]
