"""A scaler that checks hand to the learner's code, to see how that uses it."""

from __future__ import annotations

from typing import Any


def scaler(factor: float = 2.0, shift: float = 1.0) -> Any:
    """A scaler that writes down how it is used, and learns nothing.

    What it gives can be told from what it got, and undone, whatever it was fitted to.

    Args:
        factor: What `transform` multiplies by.
        shift: What it adds then.

    Returns:
        An object with `fit(x)`, which returns the object, `transform(x)`, which returns
        `factor * x + shift`, and `calls`: for each call, in order, a list of its name and a copy of what it
        got, as an array.
    """
    import numpy as np

    class Scaler:
        def __init__(self) -> None:
            self.calls: list[list[Any]] = []

        def fit(self, x: Any) -> Scaler:
            self.calls.append(["fit", np.array(x)])
            return self

        def transform(self, x: Any) -> Any:
            self.calls.append(["transform", np.array(x)])
            return factor * np.asarray(x) + shift

    return Scaler()
