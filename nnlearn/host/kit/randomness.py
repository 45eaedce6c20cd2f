"""What a call does to the random numbers of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def moved_generators(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> list[str]:
    """The libraries whose global generator gives other numbers after `fn(*args, **kwargs)` than without it.

    Args:
        fn: What may draw from them, or set their seeds.
        *args: Its arguments.
        **kwargs: Its keyword arguments.

    Returns:
        Those of Keras, NumPy, Python and TensorFlow, in this order. Afterwards all are seeded.
    """
    untouched = _next_draws(lambda: None)
    after = _next_draws(lambda: fn(*args, **kwargs))
    return [name for name, number in untouched.items() if after[name] != number]


def _next_draws(act: Callable[[], Any]) -> dict[str, float]:
    """What each global generator gives next when all were seeded and `act` has run."""
    import random

    import keras
    import numpy as np
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    keras.random.uniform(())  # Keras takes the seed of its generator from Python's at the first use
    act()
    return {
        "Keras": float(keras.random.uniform(())),
        "NumPy": float(np.random.random()),
        "Python": random.random(),  # noqa: S311 - nothing is kept secret with it
        "TensorFlow": float(tf.random.uniform(())),
    }
