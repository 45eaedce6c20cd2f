"""Laws of random numbers: what a seed decides, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlearn.checking import expect
from nnlearn.learner.session import Learner


def follows_seed(
    learner: Learner, draw: Callable[[int], Any], *, drawn: str = "numbers", seeds: tuple[int, int] = (4, 5)
) -> None:
    """The same seed gives the same again, and another seed something else.

    Args:
        learner: The learner.
        draw: Has the learner's code draw from a seed: an array.
        drawn: What is drawn, in the plural.
        seeds: Two seeds.
    """
    first, again, other = (draw(seed) for seed in (seeds[0], *seeds))
    learner.observed(
        {"repeats": expect.equal(first, again), "seeds differ": not expect.equal(first, other)},
    )
    expect.same(again, np.asarray(first), f"the same seed should give the same {drawn} again")
    expect.different(first, other, f"different seeds should give different {drawn}")


def follows_generator(
    learner: Learner,
    start: Callable[[int], Callable[[], Any]],
    *,
    drawn: str = "numbers",
    seeds: tuple[int, int] = (5, 6),
) -> None:
    """Every draw gives something new, and the same seed the same sequence of draws.

    Args:
        learner: The learner.
        start: Makes something that draws from a generator of its own, from a seed: a function that has the
            learner's code draw once, an array.
        drawn: What is drawn, in the plural.
        seeds: Two seeds.
    """
    one, same, other = (start(seed) for seed in (seeds[0], *seeds))
    first, second = one(), one()
    again, also, elsewhere = same(), same(), other()
    learner.observed(
        {
            "draws differ": not expect.equal(first, second),
            "repeats": expect.equal(first, again) and expect.equal(second, also),
            "seeds differ": not expect.equal(first, elsewhere),
        }
    )
    with expect.about(second):
        expect.different(first, second, f"two calls, one after the other, should draw different {drawn}")
    expect.same(again, np.asarray(first), f"the same seed should give the same {drawn} in the first call")
    expect.same(also, np.asarray(second), f"the same seed should give the same {drawn} in the second call")
    expect.different(first, elsewhere, f"different seeds should give different {drawn}")
