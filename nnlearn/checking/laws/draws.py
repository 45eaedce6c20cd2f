"""Laws of random numbers: what a seed decides, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlearn.checking import expect
from nnlearn.learner.session import Learner


def follows_seed(learner: Learner, draw: Callable[[int], Any], *, seeds: tuple[int, int] = (4, 5)) -> None:
    """The same seed gives the same numbers again, and another seed others.

    Args:
        learner: The learner.
        draw: Has the learner's code draw from a seed: an array.
        seeds: Two seeds.
    """
    first, again, other = (draw(seed) for seed in (seeds[0], *seeds))
    learner.observed(
        {"repeats": expect.equal(first, again), "seeds differ": not expect.equal(first, other)},
    )
    expect.same(again, np.asarray(first), "the same seed should give the same again")
    expect.different(first, other, "another seed should give something else")


def follows_generator(
    learner: Learner, start: Callable[[int], Callable[[], Any]], *, seeds: tuple[int, int] = (5, 6)
) -> None:
    """Every draw gives new numbers, and the same seed the same sequence of them, whoever else draws.

    Args:
        learner: The learner.
        start: Makes something that draws from a generator of its own, from a seed: a function that has the
            learner's code draw once, an array.
        seeds: Two seeds.
    """
    one, same, other = (start(seed) for seed in (seeds[0], *seeds))
    first, second = one(), one()
    learner.keras.random.uniform((3,))  # from Keras' global generator, which is none of theirs
    again, also, elsewhere = same(), same(), other()
    learner.observed(
        {
            "draws differ": not expect.equal(first, second),
            "repeats": expect.equal(first, again) and expect.equal(second, also),
            "seeds differ": not expect.equal(first, elsewhere),
        }
    )
    expect.different(first, second, "a second draw should give something else")
    expect.same(again, np.asarray(first), "the same seed should give the same again")
    expect.same(also, np.asarray(second), "the same seed should give the same again in the second draw")
    expect.different(first, elsewhere, "another seed should give something else")
