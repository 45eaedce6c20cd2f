"""The laws of random numbers: what follows its seed keeps them, what does not breaks them."""

import functools

import pytest
from checking.written import broken, learner_of

from nnlearn.checking import laws

CODE = """
import keras
import numpy as np
from keras import ops

def drawn(seed):
    return np.random.default_rng(seed).normal(size=3)

def always_the_same(seed):
    return np.ones(3)

def never_the_same(seed):
    return np.random.default_rng().normal(size=3)

class Noise:
    def __init__(self, seed):
        self.generator = keras.random.SeedGenerator(seed)

    def draw(self):
        return keras.random.normal((3,), seed=self.generator)

class ForgetfulNoise(Noise):
    def draw(self):
        return keras.random.normal((3,), seed=self.generator.get_config()["seed"])

class OneNoise(Noise):
    def __init__(self, seed):
        super().__init__(7)

class AnyNoise(Noise):
    def __init__(self, seed):
        super().__init__(None)

class GlobalNoise(Noise):
    def __init__(self, seed):
        keras.utils.set_random_seed(seed)
        self.generator = None

class NoiseAfterTheFirst(Noise):
    def draw(self):
        first, self.generator = super().draw(), keras.random.SeedGenerator(None)
        return first
"""


@pytest.fixture
def learner():
    return learner_of(CODE)


def starts(kind):
    """What `follows_generator` wants, of a class that draws."""
    return lambda seed: functools.partial(_draw, kind(seed))


def _draw(noise):
    return noise.draw()


def test_seeds_are_followed(learner):
    laws.follows_seed(learner, learner.drawn, drawn="orders")
    said = broken(laws.follows_seed, learner, learner.always_the_same)
    assert said == "different seeds should give different numbers, but they are the same"
    said = broken(laws.follows_seed, learner, learner.never_the_same)
    assert said.startswith("the same seed should give the same numbers again, but element [0]")


def test_generators_move_on_and_repeat(learner):
    laws.follows_generator(learner, starts(learner.Noise))
    laws.follows_generator(learner, starts(learner.Noise), seeds=(0, 1))


def test_what_is_drawn_is_called_by_its_name(learner):
    law = functools.partial(laws.follows_generator, drawn="masks")
    said = broken(law, learner, starts(learner.OneNoise))
    assert said == "different seeds should give different masks, but they are the same"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "ForgetfulNoise",
            "two calls, one after the other, should draw different numbers, but they are the same",
        ),
        ("AnyNoise", "the same seed should give the same numbers in the first call, but element [0] is"),
        ("GlobalNoise", "the same seed should give the same numbers in the first call, but element [0] is"),
        ("NoiseAfterTheFirst", "the same seed should give the same numbers in the second call, but element"),
        ("OneNoise", "different seeds should give different numbers, but they are the same"),
    ],
)
def test_generators_that_go_wrong(learner, kind, said):
    assert broken(laws.follows_generator, learner, starts(getattr(learner, kind))).startswith(said)


def test_what_was_drawn_is_told_apart_by_facts_not_by_numbers(learner):
    """Two codes with one misconception draw other numbers."""
    session = learner._session
    laws.follows_seed(learner, learner.drawn)
    assert [exchange.reply for exchange in session.record.exchanges] == [
        ("value", {"repeats": True, "seeds differ": True})
    ]
    session.begin("toy", 3)
    laws.follows_generator(learner, starts(learner.Noise))
    assert [exchange.reply for exchange in session.record.exchanges] == [
        ("value", {"draws differ": True, "repeats": True, "seeds differ": True})
    ]
